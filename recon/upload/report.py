"""What the uploader tells: progress while it runs, a report when it stops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from recon.store.outbox import Tally

Ending = Literal["done", "waiting", "stopped", "paused", "limit"]
"""done: everything settled. waiting: documents wait for a person. stopped: asked to, or nothing else can fare better.
paused: the ledger does not answer as it should; run again later. limit: as many as asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a run stands."""

    done: int
    """Documents of the batch that are settled or wait for a person."""
    of: int
    posted: int
    posted_minor: int
    refused: int
    unknown: int
    with_person: int
    per_minute: int
    """Documents settled per minute in this run; 0 at its start."""
    seconds_left: int | None
    """Estimate; None: too early to say."""
    doing: str
    """sending, looking up, or waiting."""
    waiting_seconds: int = 0
    """How long the present wait still lasts."""
    number: str = ""
    """The document at hand."""


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadReport:
    """How a run ended."""

    batch_id: str
    ending: Ending
    words: str
    """Why it ended there and what to do next, for a person."""
    counts: Mapping[str, Tally]
    """The whole batch by state."""
    sent: int = 0
    """Sends of this run."""
    posted: int = 0
    """Confirmed in this run."""
    adopted: int = 0
    """Found by a look-up in this run and taken over; never sent again."""
    refused: int = 0
    unknown: int = 0
    seconds: int = 0
