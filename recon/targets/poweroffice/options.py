"""What can be set about PowerOffice Go, as plain values: a target does not know the settings file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from recon.domain.providers import keys_of

PRODUCTION_URL: Final = "https://goapi.poweroffice.net/v2"
DEMO_URL: Final = "https://goapi.poweroffice.net/Demo/v2"
PRODUCTION_V1_URL: Final = "https://api.poweroffice.net"
DEMO_V1_URL: Final = "https://api-demo.poweroffice.net"
V1_TOKEN_URLS: Final = {
    PRODUCTION_V1_URL: "https://go.poweroffice.net/OAuth/Token",
    DEMO_V1_URL: "https://godemo.poweroffice.net/OAuth/Token",
}
"""API v1 gives tokens at another host than the one it is asked at (as a client of 2019 has it)."""
CREDENTIALS: Final = keys_of("poweroffice")
"""Names under which the three keys are handed over: application key, client key, subscription key."""
CURRENCY: Final = "NOK"
REFERENCE_MAX: Final = 50
"""Longest externalImportReference of API v1; the others state none, so it holds for all."""
NUMBER_MAX: Final = 28
CONTACT_CODE_MAX: Final = 30
"""What such a reference leaves for our own number, or a customer's, beside organisation number and kind."""
COMMENT_MAX: Final = 1000
SAFT_ID_MAX: Final = 35
Route = Literal["draft", "import", "posted"]
Invoices = Literal["off", "order", "issued"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerOfficeOptions:
    """Settings of one connection to PowerOffice Go."""

    tax_id: str = ""
    """Organisation number of the company; begins the reference by which our vouchers are found again."""
    route: Route = "draft"
    """`draft`: journal drafts (v2); `import`: the Import list (v1); `posted`: posted at once (v2)."""
    draft_lines: Literal["one-sided", "against-clearing"] = "one-sided"
    clearing_account: str = ""
    """Account every one-sided line stands against with `against-clearing`."""
    order_prices: Literal["unknown", "without-vat", "with-vat"] = "unknown"
    """Whether unit prices of sales orders hold VAT; unverified, so `unknown` sends none."""
    invoices: Invoices = "off"
    """What invoices of tills become: order drafts, or vouchers of invoices the till has issued."""
    reads_imports: Literal["no", "try", "must"] = "no"
    """Whether the Import list is read where settlements do not go there: another integration may leave its own in it. `try`: as
    far as API v1 lets us in; `must`: without it nothing is said of others."""
    has_projects: bool = False
    """Places of tills have projects, so Go's must be read; without any they are read only where an account asks for one."""
    attach: Literal["off", "z-report"] = "off"
    """Whether the sheet of its Z reports is put on a settlement's voucher."""
    requests_per_second: int = 5
    """Go allows ten a second for one subscription key, whoever uses it."""
    timeout_seconds: float = 60
    lookup_grace_seconds: int = 30
    """How long an unclear send rests before it is looked up; how late Go shows what it took is not known."""
    page_size: int = 2000
    """Rows of a list asked for at a time; Go takes up to 20,000."""
    proxy: str | None = None
    ca_file: Path | None = None


def token_url(base_url: str) -> str:
    """Return where API v2 gives the tokens for a base address: beside its version."""
    base = base_url.rstrip("/")
    return f"{base.removesuffix('/v2')}/OAuth/Token"


def v1_token_url(base_url: str) -> str:
    """Return where API v1 gives the tokens for a base address."""
    base = base_url.rstrip("/")
    return V1_TOKEN_URLS.get(base, f"{base}/OAuth/Token")
