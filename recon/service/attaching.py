"""Sheets of posted settlements put on their vouchers: a run that attaches those that lack, or writes them as files.

What a document has become is never touched: a sheet that cannot be attached is missing, and a person is told.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from recon.config.connection import Connection
from recon.errors import TargetError, UsageError
from recon.files import atomic_write, make_folder
from recon.service.connecting import known_catalog
from recon.service.context import Context, Progress
from recon.service.document_maker import DocumentMaker
from recon.service.same_company import ask_company
from recon.service.settlement_sheets import SheetMaker
from recon.service.sheet_state import attach_summary, sheet_rows
from recon.store.batches import Batch
from recon.store.outbox import OutboxRow
from recon.summaries.sent import AttachSummary
from recon.targets.attaching import AttachedFile
from recon.targets.base import Target
from recon.upload.attaching import Attacher, AttachReport


def attach_batch(
    context: Context, batch: Batch, rules: Connection, target: Target, *, stop: threading.Event, on_progress: Progress
) -> AttachSummary | None:
    """Attach what is missing on a batch's documents; the target has said who it is. Raises nothing for what the ledger says."""
    rows = sheet_rows(context, batch, rules)
    summary = attach_summary(context, rows)
    attaching = target.attaching()
    if summary is None or not summary.missing or attaching is None:
        return summary
    maker, sheets = DocumentMaker(context, batch), SheetMaker(context, batch.connection, rules)
    attacher = Attacher(
        context.store,
        attaching,
        document_of=maker.document_of,
        file_of=lambda row: sheets.file_of(batch, maker.document_of(row)),
        grace_seconds=target.capabilities.lookup_grace_seconds,
        tell=on_progress,
        crash=context.store.database.crash,
        stop=stop,
    )
    try:
        report = attacher.run(rows)
    except UsageError as error:  # a sheet that cannot be made; the voucher stands
        report = AttachReport(words=str(error))
    return attach_summary(context, rows, report)


def attach_later(
    context: Context, batch: Batch, rules: Connection, *, stop: threading.Event, on_progress: Progress
) -> AttachSummary | None:
    """Attach what is missing on a batch of which nothing else is left to do; a ledger that does not answer is told about.

    Raises:
        WrongCompany: Another company answers.
    """
    rows = sheet_rows(context, batch, rules)
    summary = attach_summary(context, rows)
    if summary is None or not summary.missing:
        return summary
    known = known_catalog(context, batch.connection)
    try:
        with context.outside.target(batch.connection, rules, batch_id=batch.batch_id, known=known) as target:
            ask_company(
                context, batch.connection, target, company_id=batch.company_id,
                meant_for=f"Batch {batch.batch_id} was sent to",
            )  # fmt: skip
            return attach_batch(context, batch, rules, target, stop=stop, on_progress=on_progress)
    except TargetError as error:
        return attach_summary(context, rows, AttachReport(words=str(error)))


def attach_all(
    context: Context, connection: str | None, *, stop: threading.Event, on_progress: Progress
) -> tuple[tuple[str, AttachSummary], ...]:
    """Attach what is missing on every batch of a connection; return each batch that has settlements with what it has now.

    Raises:
        UsageError: The settings want no sheets, or the ledger takes none.
    """
    name, rules = require_attaching(context, connection)
    context.store.require_own()
    found = []
    for batch in context.store.batches.all(name):
        summary = attach_later(context, batch, rules, stop=stop, on_progress=on_progress)
        if summary is not None:
            found.append((batch.batch_id, summary))
    return tuple(found)


def require_attaching(context: Context, connection: str | None) -> tuple[str, Connection]:
    """Return a connection whose settlements have their sheets attached.

    Raises:
        UsageError: The settings want none, or the ledger takes none.
    """
    name, rules = context.connection(connection)
    if not context.outside.capabilities(name, rules).attaches:
        raise UsageError(
            f'Connection {name} attaches no Z reports: attach = "z-report" is not set for its ledger, or the ledger takes none where its'
            " settlements go. Nothing was attached."
        )
    return name, rules


def write_sheets(
    context: Context, connection: str | None, folder: Path, number: str | None = None
) -> tuple[tuple[str, Path], ...]:
    """Write sheets into a folder, for a person to put them there by hand: of one settlement, else of all that lack theirs.

    Raises:
        UsageError: There is no such settlement in the ledger, or a sheet cannot be made.
        StoreError: A file cannot be written.
    """
    name, rules = context.connection(connection)
    written = []
    for batch in context.store.batches.all(name):
        rows = _chosen(context, batch, rules, number)
        if not rows:
            continue
        maker, sheets = DocumentMaker(context, batch), SheetMaker(context, name, rules)
        written += [
            (row.number or row.document_key, _write(context, folder, sheets.file_of(batch, maker.document_of(row))))
            for row in rows
        ]
    if number is not None and not written:
        raise UsageError(f"No settlement {number!r} of {name} stands in the ledger. Nothing was written.")
    return tuple(written)


def _chosen(context: Context, batch: Batch, rules: Connection, number: str | None) -> Sequence[OutboxRow]:
    if number is None:
        summary = attach_summary(context, rows := sheet_rows(context, batch, rules))
        lacking = {one["number"] for one in summary.missing} if summary else set[str]()
        return [row for row in rows if (row.number or row.document_key) in lacking]
    rows = context.store.outbox.rows(batch.batch_id, states=("posted",)) if batch.first_row is not None else ()
    return [row for row in rows if row.kind == "settlement" and number in (row.number, row.document_key)]


def _write(context: Context, folder: Path, file: AttachedFile) -> Path:
    return atomic_write(make_folder(folder) / file.name, file.content, crash=context.store.database.crash, step="sheet")
