"""All sources recon has, in one place; each is loaded only when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Final

from recon.errors import UsageError
from recon.sources.base import Source

SOURCES: Final = (
    ("shopify", "recon.sources.shopify", "ShopifyOrders"),
    ("shopify-api", "recon.sources.shopify.answers", "ShopifyAnswers"),
    ("zort", "recon.sources.zort", "ZortAnswers"),
    ("bentoweb", "recon.sources.bentoweb", "BentoWebAnswers"),
    ("shopee", "recon.sources.marketplaces", "ShopeeExports"),
    ("lazada", "recon.sources.marketplaces", "LazadaExports"),
    ("tiktok", "recon.sources.marketplaces", "TiktokExports"),
    ("saft", "recon.sources.saft", "CashRegisterFiles"),
    ("z-reports", "recon.sources.z_reports", "ZReportTables"),
    ("profile", "recon.sources.profile", "ProfileOrders"),
)
"""Name as in recon.toml, module and class."""
_READ_EXPORTS_TOO: Final = ("shopify-api",)
"""Sources that read another source's files beside their own; a file is recognised as that other source's."""


def source_named(name: str, *, profile_text: str = "", where: str = "the profile") -> Source:
    """Return one source by its name in recon.toml.

    Args:
        name: shopify, zort, bentoweb or profile.
        profile_text: TOML of the column profile (profile only).
        where: What to call the profile in messages.

    Raises:
        UsageError: There is no source of that name.
        SettingsError: The profile is wrong.
    """
    for known, module, class_name in SOURCES:
        if known == name:
            made = getattr(import_module(module), class_name)
            source = made(profile_text, where=where) if name == "profile" else made()
            assert isinstance(source, Source)
            return source
    raise UsageError(f"There is no source {name!r}. There are: {', '.join(known for known, *_ in SOURCES)}.")


def all_sources(profiles: Sequence[tuple[str, str]] = ()) -> tuple[Source, ...]:
    """Return every source with a format of its own, and one per column profile.

    Args:
        profiles: Name for messages and TOML text of each profile.

    Raises:
        SettingsError: A profile is wrong.
    """
    fixed = [source_named(name) for name, *_ in SOURCES if name not in {"profile", *_READ_EXPORTS_TOO}]
    return (*fixed, *(source_named("profile", profile_text=text, where=where) for where, text in profiles))
