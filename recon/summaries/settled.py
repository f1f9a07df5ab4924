"""What the service answers when a person ended documents that waited for one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SettledDocument:
    """One document a person settled."""

    document_key: str
    number: str
    kind: str
    batch: str
    total: str
    was: str
    """conflict, duplicate or needs_person."""
    state: str
    """posted, by_hand, queued or cancelled."""
    looked_up: str
    """What the ledger shows: equal, different, absent, voided; empty: it was not asked."""
    differences: tuple[str, ...]
    """What the person accepted as it stands in the ledger."""
    ledger_number: str | None
    ledger_id: str | None


@dataclass(frozen=True, slots=True)
class SettleReport:
    """Result of `recon settle`."""

    to: str
    by: str
    reason: str
    documents: tuple[SettledDocument, ...]
    batches: dict[str, str]
    """State of each batch concerned."""
    waiting: int
    """Other documents of these batches that still wait for a person."""
    next_step: str
    dry_run: bool = False

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.settle/1."""
        return asdict(self)
