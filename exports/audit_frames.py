"""What the audit workbook is made from: canonical frames of the plan, and logs of the store as frames."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from recon.frames.conform import conform, empty
from recon.frames.schemas import (
    DOCUMENT_LINES,
    DOCUMENTS,
    FINDINGS,
    ORDER_RESULTS,
    ORDERS,
    POSTINGS,
    SUMMED,
    TILL_COUNTS,
)
from recon.normalize.clearing import CLEARING
from recon.normalize.settlement_view import SETTLEMENTS as SETTLEMENTS
from recon.proof.completeness import CAUSES, COMPLETENESS
from recon.proof.numbering import NUMBERING

OUTBOX: Final = pl.Schema({
    "document_key": pl.String(),
    "number": pl.String(),              # own number; null: the ledger numbers it
    "kind": pl.String(),
    "state": pl.String(),               # as in the store: queued, sending, posted, refused, unknown, ...
    "ledger_id": pl.String(),           # null: none yet
    "ledger_number": pl.String(),       # null: none yet
    "attempts": pl.UInt32(),
    "words": pl.String(),               # the ledger's own, last answer; null: none
    "updated_at": pl.Datetime("us", "UTC"),
})  # fmt: skip

ATTEMPTS: Final = pl.Schema({
    "document_key": pl.String(),
    "attempt": pl.UInt32(),             # 1.. per document
    "started_at": pl.Datetime("us", "UTC"),
    "finished_at": pl.Datetime("us", "UTC"),  # null: never came back
    "result": pl.String(),              # posted, refused, unavailable, exists, unknown; null: never came back
    "code": pl.String(),                # the ledger's code; null: none
    "words": pl.String(),               # the ledger's words; null: none
    "request_digest": pl.String(),      # SHA-256 of the body sent
})  # fmt: skip

FILES: Final = pl.Schema({
    "file": pl.String(),                # first 12 digits, as in the frames
    "digest": pl.String(),              # SHA-256
    "name": pl.String(),                # as it came
    "size": pl.Int64(),                 # bytes
    "kept_at": pl.Datetime("us", "UTC"),
    "source": pl.String(),
    "currency": pl.String(),            # of its totals
    "rows_stated": pl.Int64(),          # data rows counted before anything was converted
    "rows_read": pl.Int64(),            # rows that became orders, lines, payments or findings
    "orders": pl.Int64(),
    "total_stated_minor": pl.Int64(),   # null: the file states none
    "total_read_minor": pl.Int64(),
})  # fmt: skip

APPROVALS: Final = pl.Schema({
    "batch_id": pl.String(),
    "approved_at": pl.Datetime("us", "UTC"),
    "approved_by": pl.String(),
    "company_id": pl.String(),          # identity of the ledger's company it is bound to
    "plan_digest": pl.String(),
    "documents": pl.Int64(),
    "total_minor": pl.Int64(),
    "ended_at": pl.Datetime("us", "UTC"),  # null: stands
    "ended_because": pl.String(),       # null: stands
})  # fmt: skip

MAPPINGS: Final = pl.Schema({
    "changed_at": pl.Datetime("us", "UTC"),
    "changed_by": pl.String(),
    "kind": pl.String(),                # product or channel
    "key": pl.String(),                 # SKU or payment channel
    "old": pl.String(),                 # null: was not mapped
    "new": pl.String(),                 # null: mapping taken away
    "reason": pl.String(),
})  # fmt: skip

EVENTS: Final = pl.Schema({
    "event_no": pl.Int64(),
    "at": pl.Datetime("us", "UTC"),
    "kind": pl.String(),
    "who": pl.String(),
    "subject": pl.String(),             # batch, document or file
    "detail": pl.String(),              # the event's facts
    "digest": pl.String(),              # of this event and the one before: the chain
})  # fmt: skip

_EXPECTED: Final = {
    "orders": ORDERS, "results": ORDER_RESULTS, "documents": DOCUMENTS, "lines": DOCUMENT_LINES, "postings": POSTINGS,
    "findings": FINDINGS, "outbox": OUTBOX, "attempts": ATTEMPTS, "files": FILES, "approvals": APPROVALS,
    "mappings": MAPPINGS, "events": EVENTS, "settlements": SETTLEMENTS,
    "clearing": CLEARING, "summed": SUMMED, "completeness": COMPLETENESS, "completeness_causes": CAUSES, "numbering": NUMBERING,
    "counts": TILL_COUNTS,
}  # fmt: skip
_KEYS: Final = {"orders": ("order_no",), "results": ("order_no",), "documents": ("doc_no",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFrames:
    """The tables behind one audit workbook. ``doc_no`` and ``order_no`` join them, so they are unique in it."""

    orders: pl.DataFrame
    results: pl.DataFrame
    documents: pl.DataFrame
    lines: pl.DataFrame
    postings: pl.DataFrame
    findings: pl.DataFrame
    outbox: pl.DataFrame
    attempts: pl.DataFrame
    files: pl.DataFrame
    approvals: pl.DataFrame
    mappings: pl.DataFrame
    events: pl.DataFrame
    settlements: pl.DataFrame = field(default_factory=lambda: empty(SETTLEMENTS))
    clearing: pl.DataFrame = field(default_factory=lambda: empty(CLEARING))
    summed: pl.DataFrame = field(default_factory=lambda: empty(SUMMED))
    completeness: pl.DataFrame = field(default_factory=lambda: empty(COMPLETENESS))
    completeness_causes: pl.DataFrame = field(default_factory=lambda: empty(CAUSES))
    numbering: pl.DataFrame = field(default_factory=lambda: empty(NUMBERING))
    counts: pl.DataFrame = field(default_factory=lambda: empty(TILL_COUNTS))

    def __post_init__(self) -> None:
        """Check every frame against its schema; raises FrameError."""
        for name, schema in _EXPECTED.items():
            conform(getattr(self, name), schema, name=f"audit {name}", key=_KEYS.get(name, ()))


def audit_frames(**given: pl.DataFrame) -> AuditFrames:
    """Return the frames given and empty ones for the rest (a batch that was never uploaded has no attempts)."""
    unknown = sorted(set(given) - set(_EXPECTED))
    assert not unknown, unknown
    return AuditFrames(**{name: given.get(name, empty(schema)) for name, schema in _EXPECTED.items()})


def log_frame(rows: Iterable[Mapping[str, object]], schema: pl.Schema) -> pl.DataFrame:
    """Return rows of the store as a frame of one of the schemas above; ISO texts become moments, missing keys null."""
    listed = list(rows)
    columns = []
    for name, dtype in schema.items():
        values = [row.get(name) for row in listed]
        if isinstance(dtype, pl.Datetime):
            values = [
                dt.datetime.fromisoformat(value) if isinstance(value, str) and value else value or None
                for value in values
            ]
        columns.append(pl.Series(name, values, dtype=dtype))
    return pl.DataFrame(columns)
