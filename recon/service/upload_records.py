"""What the service answers about a batch on its way to the ledger: frozen records; amounts are plain text, exact."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from recon.summaries.sent import AttachSummary
from recon.upload.running import Waits


@dataclass(frozen=True, slots=True)
class ResultLine:
    """What became of one document."""

    at: str
    """When it changed last."""
    document_key: str
    number: str | None
    kind: str
    total: str
    state: str
    code: str
    words: str
    """The ledger's or our words; empty: nothing to say."""
    ledger_number: str | None
    ledger_id: str | None


@dataclass(frozen=True, slots=True)
class RefusedGroup:
    """Documents the ledger refused for one cause, and what to mend."""

    code: str
    """The ledger's code."""
    words: str
    """The ledger's words."""
    count: int
    total: str
    documents: tuple[ResultLine, ...]
    """The first of them."""
    place: str
    """Screen where the cause is mended: match, channels, settings or review."""
    remedy: str
    """What to do there."""
    mends: tuple[str, ...]
    """The mappings or settings of these documents that the ledger's words point to, for example ``SKU BAG-1 -> P00001``."""


@dataclass(frozen=True, slots=True)
class UnsureLine:
    """A document that was sent, but nobody knows whether it arrived."""

    document_key: str
    number: str | None
    kind: str
    total: str
    sent_at: str | None
    code: str
    words: str
    """What happened, or what of an answer came."""
    looked_at: str | None
    """When it was looked up last; None: not yet."""
    lookups: int
    next_lookup_at: str | None


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A document that waits for a person's word."""

    document_key: str
    number: str | None
    kind: str
    total: str
    state: str
    """conflict, duplicate or needs_person."""
    words: str
    ledger_number: str | None
    allowed: tuple[str, ...]
    """What may be said about it: posted, by-hand, send-again, cancelled."""
    settle: str
    """The command that says it; empty: a list of numbers settles it (`recon upload BATCH --confirm-taken LIST`)."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a running upload goes."""

    per_minute: int
    """Documents a minute, over the newest attempts."""
    seconds_left: int


@dataclass(frozen=True, slots=True)
class UploadState:
    """Where a batch stands on its way to the ledger."""

    batch: str | None
    """None: there is no batch that waits, runs or was sent."""
    state: str
    """draft, approved, uploading, done, superseded or void; empty without a batch."""
    connection: str
    company: str
    environment: str
    """live, test or sandbox."""
    timezone: str
    currency: str
    documents: int
    total: str
    counts: dict[str, int]
    """Documents by state of the outbox; empty before the approval."""
    sums: dict[str, str]
    settled: int
    """Documents that need nothing more."""
    started_at: str | None
    """When the first document of the batch was sent."""
    running_batch: str | None
    """The batch an upload sends here now; None: none runs."""
    running_pid: int | None
    running_host: str | None
    running_since: str | None
    stop_asked: bool
    """Somebody asked the running upload to stop after the document in hand."""
    pace: Pace | None
    """None: nothing runs, or too few attempts to say."""
    results: tuple[ResultLine, ...]
    """Newest first."""
    refused: tuple[RefusedGroup, ...]
    unsure: tuple[UnsureLine, ...]
    person: tuple[PersonLine, ...]
    confirm: str
    """The company's short name, to be typed before more is sent; empty where the ledger is not live."""
    next_step: str
    """The command that goes on from here."""
    waits: Waits | None = None
    """Somebody here waits for the ledger to come, and for how long; None: nobody."""
    attachments: AttachSummary | None = None
    """Z reports put on their vouchers; None: none of the batch is to have one."""

    @property
    def is_running(self) -> bool:
        """Return whether this batch is being sent now."""
        return self.batch is not None and self.running_batch == self.batch

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.upload-state/1."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class UploadDoor:
    """Everything a person looks at once more before a batch is sent."""

    batch: str
    state: str
    """draft (the approved documents are sealed as a batch here) or approved."""
    company: str
    tax_id: str
    environment: str
    target: str
    currency: str
    timezone: str
    documents: int
    total: str
    """All documents added up, for counting."""
    for_books: str
    """What those of sales add to the books: sales less what takes them back."""
    purchases: int
    """Of them, documents of purchases."""
    purchases_total: str
    """What these add to the books: expenses less suppliers' credits."""
    vat: str
    first_day: str
    last_day: str
    first_number: str
    last_number: str
    largest_number: str
    largest_total: str
    prepared_by: str
    prepared_at: str
    approved_by: str | None
    approved_at: str | None
    digest: str
    """Content of the plan: what was looked at is what is sent."""
    confirm: str
    """The company's short name, to be typed; empty where the ledger is not live."""
    actor: str
    """Who works here, as far as it is known."""
    left: int = 0
    """Documents of the draft that stay behind: not approved, or rejected."""
    warnings: tuple[str, ...] = ()
    """What should be known before the yes."""
    gets_sheets: bool = False
    """With each settlement its Z report goes along."""


@dataclass(frozen=True, slots=True)
class CompanyCheck:
    """Who answers for a connection right now."""

    company: str
    tax_id: str
    environment: str
    is_same: bool
    """The company the batch was made for."""
    expected: str
    at: str
