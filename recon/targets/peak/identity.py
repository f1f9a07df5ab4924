"""Who is on the other side of PEAK, and what is still missing there before we can work.

One User Token is one business (peak.md 2), so the company's identity is a digest of the token and the address. PEAK's
answer to ``GET /user`` is unverified: a name and a tax id are taken from it where they stand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final, Literal
from urllib.parse import urlsplit

from recon.errors import SettingsError
from recon.masking import Secret
from recon.targets.base import Company
from recon.targets.peak.client import PeakClient, code_of
from recon.targets.peak.masters import Masters
from recon.targets.peak.options import LIVE_HOSTS, TEST_HOSTS, PeakOptions
from recon.targets.peak.wire import Fields

UNSTATED: Final = (
    (
        "package",
        "Not known, PEAK does not say which package the company has. Its API and its Excel import need Pro Plus or higher.",
    ),
    (
        "rights",
        "Not known, PEAK does not say what the user may do. That its lists can be read is seen; that documents can be written, with the first one.",
    ),
)
"""What PEAK's answers do not state (peak.md 2)."""
Environment = Literal["live", "test", "sandbox"]
_USER_WRAPPERS: Final = ("PeakUser", "PeakUsers", "user", "users", "company")
_COMPANY_NAMES: Final = ("companyName", "businessName", "merchantName")
"""A bare `name` is left alone: it may be the person's."""


def check_environment(base_url: str, environment: Environment) -> None:
    """Refuse an address that is known to be something else than the settings say.

    Raises:
        SettingsError: A live address declared a test, or the other way round.
    """
    host = urlsplit(base_url).hostname or ""
    really = "live" if host in LIVE_HOSTS else "test" if host in TEST_HOSTS else environment
    if really != environment:
        raise SettingsError(
            f"ledger.environment is '{environment}', but {host} is PEAK's {really} system. Set environment = \"{really}\","
            " or correct base_url; nothing was sent."
        )


def company_id(base_url: str, environment: Environment, user_token: Secret) -> str:
    """Return the identity approvals are bound to; the token cannot be told from it."""
    host = urlsplit(base_url).netloc.rpartition("@")[2].lower()
    # The sandbox listens on another port each time it is started; its tokens are its identity.
    where = "loopback" if environment == "sandbox" else host
    digest = hashlib.sha256(f"peak|{environment}|{where}|{user_token.reveal()}".encode()).hexdigest()
    return f"peak-{digest[:32]}"


def company(client: PeakClient, *, base_url: str, environment: Environment, user_token: Secret) -> Company:
    """Ask PEAK who it is.

    Raises:
        TargetUnavailable: Not reached, or the credentials were refused.
    """
    user = _user(client)
    return Company(
        company_id=company_id(base_url, environment, user_token),
        name=user.text(*_COMPANY_NAMES),
        tax_id=user.text("taxNumber", "taxId", "companyTaxNumber"),
        environment=environment,
    )


def _user(client: PeakClient) -> Fields:
    """Return the object that names the company; empty where PEAK does not offer the call."""
    top = client.read_if_there("/user")
    if top is None or code_of(top) not in {"", "200"}:
        return Fields(None)
    levels = [top, *(top.inner(name) for name in _USER_WRAPPERS)]
    levels += [level.inner(name) for level in levels for name in _USER_WRAPPERS]
    levels += [row for level in levels for name in _USER_WRAPPERS for row in (level.rows(name) or [])[:1]]
    return next((level for level in levels if level.text(*_COMPANY_NAMES)), Fields(None))


def missing(masters: Masters, options: PeakOptions) -> tuple[str, ...]:
    """Return what PEAK lacks before we can work there, each with where to set it."""
    methods, accounts = masters.methods(), masters.accounts()
    lacks: list[str] = []
    if not methods:
        lacks.append("payment methods: there are none. Create them in PEAK under ช่องทางการเงิน.")
    if not accounts:
        lacks.append("chart of accounts: PEAK shows none. Ask the company's administrator in PEAK for the right to it.")
    lacks += _unknown("payment method", "ช่องทางการเงิน", options.needed_methods, (method.code for method in methods))
    lacks += _unknown("account", "ผังบัญชี", options.needed_accounts, (account.code for account in accounts))
    if options.needed_products:
        codes = (product.code for product in masters.products())
        lacks += _unknown("product or service", "สินค้า/บริการ", options.needed_products, codes)
    return tuple(lacks)


def _unknown(noun: str, menu: str, needed: Mapping[str, str], known: Iterable[str]) -> list[str]:
    codes = set(known)
    found = []
    for setting, code in needed.items():
        if not code:
            found.append(
                f"{setting}: no {noun} is set. Create it in PEAK under {menu} and set {setting} in recon.toml."
            )
        elif code not in codes:
            found.append(
                f"{setting}: PEAK has no {noun} {code}. Choose one of PEAK's ({menu}) and set {setting} in recon.toml."
            )
    return found
