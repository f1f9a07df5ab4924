"""What the service answers about a plan: its control totals, what it would make, and its batches."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from recon.summaries.contacts import ContactLine
from recon.summaries.documents import DocumentRow
from recon.summaries.intake import CauseLine, KindLine


@dataclass(frozen=True, slots=True)
class ControlTotals:
    """Where the source's money went; the difference is always zero or a defect is found."""

    orders: int
    source: str
    """What should stand in the ledger in the end: totals less refunds, cancelled orders as zero."""
    posted: str
    """Stands there already."""
    documents: str
    """This plan: sales less credits and voids."""
    held: str
    ignored: str
    difference: str
    source_gross: str
    """Totals as the source states them, cancelled and refunded orders included."""
    debits: str
    credits: str


@dataclass(frozen=True, slots=True)
class PlanReport:
    """Result of `recon plan`."""

    connection: str
    batch: str | None
    """None: nothing to post."""
    digest: str
    documents: int
    total: str
    by_kind: tuple[KindLine, ...]
    held: tuple[CauseLine, ...]
    ignored: tuple[CauseLine, ...]
    other: tuple[CauseLine, ...]
    """Warnings and notes on what goes on."""
    controls: ControlTotals
    period: tuple[str, str] | None
    bought: ControlTotals | None = None
    """Of purchases and purchase returns, apart from the sales; None: there are none."""
    is_new: bool = True
    """False: the same plan stood there already."""
    dry_run: bool = False
    rows: tuple[DocumentRow, ...] = ()
    contacts: tuple[ContactLine, ...] = ()
    """Contacts its documents name that the ledger does not have under their code."""

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.plan/1."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class BatchView:
    """One batch in a list."""

    batch: str
    connection: str
    state: str
    created_at: str
    created_by: str
    digest: str
    documents: int
    total: str
    approved_by: str | None = None
    approved_at: str | None = None
    posted: int = 0
    refused: int = 0
    unknown: int = 0
    open: int = 0
    products: int = 0
    """Of the documents, products the ledger is to create."""
    for_books: str = ""
    """What the documents add to the books: sales less what takes them back. ``total`` adds all of them up, for counting."""
    purchases: int = 0
    """Of the documents, those of purchases."""
    purchases_total: str = "0.00"
    """What these add to the books: expenses less suppliers' credits; payments move money only."""
    company: str = ""
    """Whose books, as the ledger named itself; empty: it was not asked yet."""
    by_hand: tuple[str, ...] = ()
    """A sentence per document that was refused and that a person entered in the ledger since; ``posted`` counts it."""
