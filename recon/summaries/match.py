"""What the service answers about products and channels that are to be matched."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from recon.summaries.channels import ChannelLine
from recon.summaries.intake import CauseLine
from recon.summaries.taxes import TaxLine
from recon.summaries.till import SetupLine, TillLine


@dataclass(frozen=True, slots=True)
class ProductLine:
    """One SKU with what it is linked to and what it blocks."""

    sku: str
    name: str
    orders: int
    lines: int
    amount: str
    state: str
    """linked, text, to-create, suggested or unlinked."""
    product_code: str | None = None
    product_name: str | None = None
    suggestion: str | None = None
    suggestion_name: str | None = None
    reason: str = ""
    new_name: str | None = None
    """Name under which the ledger is to create it; None: it is not."""


@dataclass(frozen=True, slots=True)
class MatchReport:
    """Result of `recon match`."""

    connection: str
    products: tuple[ProductLine, ...]
    channels: tuple[ChannelLine, ...]
    changes: tuple[str, ...] = ()
    """What this call set, in words."""
    causes: tuple[CauseLine, ...] = ()
    methods: tuple[tuple[str, str], ...] = field(default=())
    taxes: tuple[TaxLine, ...] = ()
    """Names of taxes, where the ledger works them out by its tax items."""
    sales_account: str = ""
    """Account of lines that go as text; empty: none is chosen."""
    open_returns: int = 0
    """Returns whose sale is not known."""
    groups: tuple[TillLine, ...] = ()
    """What a till books, with accounts and VAT codes; empty: lines go by products."""
    setup: tuple[SetupLine, ...] = ()
    """What is missing before a till's settlements can go out."""
    dry_run: bool = False

    @property
    def open_count(self) -> int:
        """How many SKUs, channels, taxes and returns still wait for a person."""
        skus = sum(p.state in {"unlinked", "suggested"} for p in self.products)
        states = [*(c.state for c in self.channels), *(t.state for t in self.taxes)]
        groups = sum(line.state != "linked" for line in self.groups)
        return skus + groups + states.count("unmapped") + self.open_returns

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.match/1."""
        facts = asdict(self)
        facts["methods"] = [{"code": code, "name": name} for code, name in self.methods]
        return facts | {"open": self.open_count}
