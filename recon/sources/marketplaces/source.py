"""One source per marketplace, each with the profiles of its exports; which of them a file is, its headings say."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import ClassVar, Final

import polars as pl

from recon.errors import MalformedFile
from recon.frames.tables import TableHead
from recon.sources.base import IntakeFile, Reading, ReadOptions, Source
from recon.sources.marketplaces.settlement_profile import settlement_profile
from recon.sources.marketplaces.settlements import find_settlement, read_settlement
from recon.sources.profile.model import Profile, parse_profile
from recon.sources.profile.reading import read_with_profile
from recon.sources.profile.source import open_head

SPECIFICATION: Final = "docs/marketplaces.md"
NOTE: Final = (
    "The export does not prove that the marketplace has paid you; marketplace.counts_as_paid of the connection says when an "
    "order counts as paid."
)


class MarketplaceExports(Source):
    """All exports of one marketplace that recon knows."""

    specification = SPECIFICATION
    version = 3
    profiles: ClassVar[tuple[str, ...]]
    """Names of the profiles beside this module, orders first."""
    settlements: ClassVar[tuple[str, ...]]
    """Names of the settlement profiles."""

    def __init__(self) -> None:
        self._looked_at: tuple[IntakeFile, tuple[Profile, TableHead] | None] | None = None

    def identify(self, file: IntakeFile) -> bool:
        """Return whether the file has the headings of one of the marketplace's exports."""
        return self._found(file) is not None or self._settlement(file) is not None

    def read(self, file: IntakeFile, options: ReadOptions) -> Reading:
        """Return the file under canonical names.

        Raises:
            MalformedFile: It is none of the marketplace's exports, or cannot be read.
        """
        found = self._found(file)
        if found is None and (settled := self._settlement(file)):
            name, head = settled
            return read_settlement(head, settlement_profile(name), options, file_id=file.file_id)
        if found is None:
            head = open_head(file, fixed_profile(self.profiles[0]))  # says what is missing
            raise MalformedFile(
                f"{file.name} is no order export, return export or settlement of {self.name}.",
                file=file.name,
                row=head.header_row,
            )
        profile, head = found
        reading = read_with_profile(head, profile, options, file_id=file.file_id)
        # Which headings nothing reads is the same for every file and stands in the documentation.
        findings = reading.findings.filter(pl.col("code") != "columns-unused")
        return replace(
            reading, findings=findings, notes=(*reading.notes, *([NOTE] if profile.kind == "orders" else []))
        )

    def _found(self, file: IntakeFile) -> tuple[Profile, TableHead] | None:
        """Return which profile fits; a file is recognised and then read, and looked at once for both."""
        if self._looked_at is None or self._looked_at[0] is not file:
            self._looked_at = file, self._search(file)
        return self._looked_at[1]

    def _search(self, file: IntakeFile) -> tuple[Profile, TableHead] | None:
        for name in self.profiles:
            profile = fixed_profile(name)
            try:
                head = open_head(file, profile)
            except MalformedFile:
                continue
            if not any(head.find(heading) for heading in profile.match.forbidden):
                return profile, head
        return None

    def _settlement(self, file: IntakeFile) -> tuple[str, TableHead] | None:
        for name in self.settlements:
            head = find_settlement(file, settlement_profile(name))
            if head is not None:
                return name, head
        return None


class ShopeeExports(MarketplaceExports):
    """Shopee Thailand: orders, returns and income."""

    name = "shopee"
    platform = "shopee"
    profiles = ("shopee-th-orders", "shopee-th-returns")
    settlements = ("shopee-th-income",)


class LazadaExports(MarketplaceExports):
    """Lazada Thailand: orders, one row per piece, returns, and the income journal."""

    name = "lazada"
    platform = "lazada"
    profiles = ("lazada-th-orders", "lazada-th-returns")
    settlements = ("lazada-th-income",)


class TiktokExports(MarketplaceExports):
    """TikTok Shop Thailand: orders, returns and income."""

    name = "tiktok"
    platform = "tiktok"
    profiles = ("tiktok-th-orders", "tiktok-th-returns")
    settlements = ("tiktok-th-income",)


@cache
def fixed_profile(name: str) -> Profile:
    """Return a profile that is shipped with recon."""
    return parse_profile(fixed_text(name), where=f"the profile {name}")


def fixed_text(name: str) -> str:
    """Return its TOML text."""
    return files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
