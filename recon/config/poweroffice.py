"""Settings of a connection to PowerOffice Go: which API, where vouchers land, and what its documentation leaves open."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from recon.config.address import OutsideUrl
from recon.config.base import Section


class PowerOffice(Section):
    """PowerOffice Go, reached through its API v2, or v1 where a company still has that."""

    route: Literal["draft", "import", "posted"] = "draft"
    """Where settlements land. `draft`: unposted among the journal drafts (API v2), a person reviews and posts them; `import`: unposted in the Import list (API v1), a person presses Import; `posted`: posted at once (API v2), which nothing takes back but a reversal."""
    draft_lines: Literal["one-sided", "against-clearing"] = "one-sided"
    """How lines of a draft stand. `one-sided`: each with its debit or its credit account alone; `against-clearing`: each against clearing_account, for a company in which Go refuses one-sided lines (unverified)."""
    clearing_account: str = Field(default="", max_length=10)
    """Account every line of a draft stands against with draft_lines = "against-clearing"; it ends at zero."""
    order_prices: Literal["unknown", "without-vat", "with-vat"] = "unknown"
    """Whether unit prices of order drafts are without or with VAT; Go's documentation does not say. `unknown`: orders are not sent until somebody has looked at one in the demo company."""
    import_url: OutsideUrl | None = None
    """Address of API v1, by which the Import list is reached (route = "import"); left out: the published one, where ledger.base_url is left out too."""
    read_imports: bool = True
    """Whether the Import list is read through API v1 where another integration writes too (writers): it leaves its settlements there until somebody imports them. `false`: only posted vouchers of others are seen."""
    attach: Literal["off", "z-report"] = "off"
    """What is put on a settlement's voucher as its documentation. `off`: nothing; `z-report`: a PDF of the Z reports it was made from, as their kept file has them, with the voucher's lines: a page of the draft, or the documentation of the posted voucher (needs the privilege VoucherDocumentation_Full). Entries of the Import list take none."""
    requests_per_second: int = Field(default=5, ge=1, le=10)
    """Upper bound of our own speed; Go allows 10 requests a second for all companies of one subscription key together."""

    @model_validator(mode="after")
    def _has_clearing(self) -> PowerOffice:
        if self.draft_lines == "against-clearing" and not self.clearing_account:
            raise ValueError(
                'poweroffice.draft_lines = "against-clearing" needs poweroffice.clearing_account, the number of an account that ends at zero'
            )
        return self
