"""Which posted settlements have the sheet of their Z reports on their vouchers, and which lack it and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from recon.config.connection import Connection
from recon.service.context import Context
from recon.store.adoptions import ADOPTED
from recon.store.attachments import Attachments
from recon.store.batches import Batch
from recon.store.outbox import OutboxRow
from recon.summaries.sent import AttachSummary
from recon.upload.attaching import AttachReport

_WAITS: Final = {
    "trying": "Stopped while it was being attached; the next `recon upload` looks first.",
    "unclear": "There was no clear answer; the next `recon upload` looks first.",
}


def sheet_rows(context: Context, batch: Batch, rules: Connection) -> tuple[OutboxRow, ...]:
    """Return the documents of a batch that stand in the ledger by our hand and are to have a sheet there."""
    kinds = _kinds_with_sheets(context, batch.connection, rules)
    if batch.first_row is None or not kinds:
        return ()
    rows = context.store.outbox.rows(batch.batch_id, states=("posted",))
    return tuple(row for row in rows if row.kind in kinds and row.ledger_id and row.code != ADOPTED)


def gets_sheets(context: Context, name: str) -> bool:
    """Return whether the settlements of a connection get the sheets of their Z reports."""
    rules = context.settings.connections.get(name)
    return rules is not None and bool(_kinds_with_sheets(context, name, rules))


def _kinds_with_sheets(context: Context, name: str, rules: Connection) -> frozenset[str]:
    """Return the kinds of documents that get a sheet; none where others write, or the ledger takes none."""
    return frozenset() if rules.writers == "others" else context.outside.capabilities(name, rules).attaches


def attach_summary(
    context: Context, rows: Sequence[OutboxRow], report: AttachReport | None = None
) -> AttachSummary | None:
    """Return how many of some documents have their sheet; None: none of them is to have one."""
    if not rows:
        return None
    known, failed = Attachments(context.store.database, context.store.events).all(), report.failed if report else {}
    there = {row_id for row_id, one in known.items() if one.state == "attached"}
    missing = []
    for row in rows:
        if row.id in there:
            continue
        last = known.get(row.id)
        why = failed.get(row.id) or (last.words or _WAITS.get(last.state, "") if last else "")
        missing.append({"number": row.number or row.document_key, "why": why})
    return AttachSummary(
        wanted=len(rows),
        attached=len(rows) - len(missing),
        attached_now=report.attached if report else 0,
        missing=tuple(missing),
        words=report.words if report else "",
    )


def sheets_missing(context: Context, name: str) -> int:
    """Return how many documents of a connection in the ledger lack their sheet."""
    rules = context.settings.connections[name]
    rows = [row for batch in context.store.batches.all(name) for row in sheet_rows(context, batch, rules)]
    summary = attach_summary(context, rows)
    return len(summary.missing) if summary else 0


def sheet_of(context: Context, batch: Batch, row: OutboxRow | None) -> str:
    """Return in words whether a document has its sheet; empty: it is to have none."""
    rules = context.settings.connections.get(batch.connection)
    if row is None or rules is None or row.id not in {one.id for one in sheet_rows(context, batch, rules)}:
        return ""
    summary = attach_summary(context, [row])
    assert summary is not None
    if not summary.missing:
        return "attached"
    return f"not attached. {summary.missing[0]['why']}".strip()
