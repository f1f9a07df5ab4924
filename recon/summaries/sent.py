"""What the service answers after an upload, and after the ledger was read back."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from recon.summaries.proof import KnownGap


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachSummary:
    """How many documents in the ledger have their sheet, and which do not."""

    wanted: int
    attached: int
    attached_now: int = 0
    """In this run."""
    missing: tuple[dict[str, str], ...] = ()
    """Number of each that has none, and why; why is empty where nobody tried yet."""
    words: str = ""
    """Why the run ended early; empty: it did not."""


@dataclass(frozen=True, slots=True)
class UploadSummary:
    """Result of `recon upload`."""

    batch: str
    company: str
    environment: str
    state: str
    counts: dict[str, int]
    sums: dict[str, str]
    posted_now: int
    """Posted in this run, those included that stood in the ledger already."""
    ending: str
    """done, waiting (for a person), stopped, paused (the ledger does not answer as it should), limit; empty: not run."""
    refused: tuple[dict[str, Any], ...] = ()
    unknown: tuple[dict[str, Any], ...] = ()
    files: tuple[str, ...] = ()
    words: str = ""
    """Why the run ended where it did."""
    next_step: str = ""
    found_there: int = 0
    """Of those posted in this run: found in the ledger, equal, and taken over; nothing was sent for them."""
    products_created: int = 0
    """Products and services of this batch that the ledger has now."""
    orders_to_plan: int = 0
    """Orders that waited for them only, and can be planned now."""
    dry_run: bool = False
    warnings: tuple[str, ...] = ()
    """What should be known: before it is sent (dry run), before an import file is taken in, and what a list of numbers lacks or has twice."""
    attachments: AttachSummary | None = None
    """Z reports put on their vouchers; None: the settings want none, or the ledger takes none."""

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.upload/1."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class VerifySummary:
    """Result of `recon verify BATCH`."""

    batch: str
    company: str
    compared: int
    equal: int
    differences: tuple[dict[str, Any], ...] = ()
    missing: tuple[dict[str, Any], ...] = ()
    strangers: tuple[dict[str, Any], ...] = ()
    chain_head: str = ""
    numbering: tuple[dict[str, str], ...] = ()
    """Gaps and doubles in the number series the ledger shows."""
    known_gaps: tuple[KnownGap, ...] = ()
    """Missing order numbers of which a person knows why; nothing is wrong there."""
    not_compared: tuple[str, ...] = ()
    """What the ledger was not told, so that it cannot be compared."""
    places: dict[str, int] = field(default_factory=dict)
    """Of vouchers that can lie in several lists there: how many are draft, import (unposted) and posted."""
    attachments: AttachSummary | None = None
    """Z reports put on their vouchers; None: the settings want none, or the ledger takes none."""

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.verify/1."""
        return asdict(self)
