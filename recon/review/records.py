"""What review, decide and the second door answer: frozen records a command prints and a screen shows. Amounts are plain text."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SkippedLine:
    """Documents that a decision left as they were, and why."""

    reason: str
    count: int
    examples: tuple[str, ...]
    """Numbers or keys of the first few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionReport:
    """What a decision did."""

    connection: str
    batch: str
    decision: str
    """approved, rejected, draft; undo or redo."""
    name: str
    """What it is called where it can be undone, e.g. `approve 12`; empty: nothing was done."""
    count: int
    """Documents decided."""
    total: str
    by: str
    reason: str = ""
    together: int = 0
    """Of them, documents taken along because they belong to the same orders."""
    skipped: tuple[SkippedLine, ...] = ()
    next_undo: str = ""
    next_redo: str = ""
    next_step: str = ""
    dry_run: bool = False

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.decide/1."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class DoorKind:
    """Documents of one kind behind the door."""

    kind: str
    count: int
    total: str
    vat: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorView:
    """Everything a person should see before documents are let out."""

    connection: str
    batch: str
    company: str
    ledger_company: str
    """Company that answered for the ledger."""
    environment: str
    """live, test or sandbox."""
    tax_id: str
    currency: str
    count: int
    total: str
    """All documents added up, for counting."""
    for_books: str
    """What those of sales add to the books: sales less what takes them back."""
    purchases: int
    """Of them, documents of purchases."""
    purchases_total: str
    """What these add to the books: expenses less suppliers' credits."""
    vat: str
    period: tuple[str, str] | None
    """First and last day of the documents."""
    largest: str
    """Number or key of the document with the largest total."""
    largest_total: str
    first_number: str
    last_number: str
    by_kind: tuple[DoorKind, ...]
    prepared_by: str
    prepared_at: str
    approved_by: tuple[str, ...]
    """Who approved the documents."""
    approved_at: str
    """Moment of the last of these approvals."""
    digest: str
    """Over the content of exactly these documents."""
    left: int
    """Documents of the draft that stay behind: not decided."""
    rejected: int
    blocked: int
    """Held orders."""
    warnings: tuple[str, ...]
    confirmation: str
    """What has to be typed where the ledger is live; empty: nothing."""

    def as_facts(self) -> dict[str, Any]:
        """JSON shape of the door in recon.approve/1."""
        return asdict(self)
