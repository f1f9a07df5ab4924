"""What the service answers about completeness: frozen records; amounts are plain text, exact."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CompletenessLine:
    """One day and sales channel: source against ledger. Each order counts once, on its own day."""

    day: str
    """Empty: a total, or an order without a day."""
    sales_channel: str | None
    """None: a day without orders; of a total: all channels."""
    currency: str
    orders: int
    in_ledger: int
    waiting: int
    """Approved, and not sent or of unknown outcome."""
    planned: int
    held: int
    ignored: int
    """Not due, or left out on purpose."""
    source: str
    """What should stand in the ledger in the end; the six sums that follow make it up."""
    ledger: str
    ledger_waiting: str
    ledger_planned: str
    ledger_held: str
    ledger_ignored: str
    difference: str
    """What nothing explains."""
    other_day: int
    """Orders of which a document bears another day."""
    read: int
    """Orders of which the ledger's own list was read (`recon verify BATCH`)."""
    unlike: int
    """Of these, those it lists with another sum."""
    ledger_unlike: str
    """What its list makes more or less."""


@dataclass(frozen=True, slots=True)
class CompletenessCause:
    """Orders that are held or not posted for one reason, over the whole period."""

    went_to: str
    """held or ignored."""
    code: str
    title: str
    orders: int
    amount: str


@dataclass(frozen=True, slots=True)
class CompletenessBlock:
    """Sales or purchases of one currency; the two are never added up."""

    block: str
    """sales or purchases."""
    currency: str
    first_day: str
    last_day: str
    total: CompletenessLine
    lines: tuple[CompletenessLine, ...]
    """Days and channels asked for: those with a difference, or all of some days."""
    more: int
    """Further lines with a difference that were not asked for."""
    empty_days: tuple[str, ...]
    """Days of the period without any order."""
    causes: tuple[CompletenessCause, ...]


@dataclass(frozen=True, slots=True)
class KnownGap:
    """Missing order numbers of which a person knows why."""

    number: str
    """The number, or the first and the last."""
    count: int
    arrived: int
    """Of these, the ones that were taken in since: the word no longer matters there."""
    reason: str
    who: str
    day: str
    text: str
    """All of it in one sentence."""


@dataclass(frozen=True, slots=True)
class CompletenessReport:
    """One connection: its newest plan's orders against what stands in the ledger now."""

    connection: str
    verdict: str
    """One sentence."""
    read_at: str | None
    """When the ledger was read last; None: never."""
    blocks: tuple[CompletenessBlock, ...]
    known_gaps: tuple[KnownGap, ...] = ()
    """What persons said about missing order numbers."""

    def as_facts(self) -> dict[str, Any]:
        """JSON shape completeness of recon.status/1."""
        return asdict(self)
