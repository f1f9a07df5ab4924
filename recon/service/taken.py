"""The ledger's own list of numbers against the documents of a batch's import files: what was taken, what is missing, what stands twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from recon.domain.outbox import IN_LEDGER, SETTLED
from recon.service.connecting import known_company
from recon.service.context import Context
from recon.service.sending import upload_summary
from recon.store.outbox import OutboxRow
from recon.summaries.sent import UploadSummary

NAMED = 10
"""Numbers named one by one before the rest is only counted."""


def confirm_taken(context: Context, batch_id: str, path: Path, *, dry_run: bool = False) -> UploadSummary:
    """Settle documents of an import file by the list of numbers the ledger took in; the person vouches for the list.

    What the list holds more than once stays open where the ledger takes a number twice: one of the two has to go first.
    """
    batch = context.store.batches.get(batch_id)
    rules = context.settings.connections[batch.connection]
    listed = context.outside.read_confirmation(path, rules)
    waiting = context.store.outbox.rows(batch.batch_id, states=("needs_person",))
    doubled = (
        []
        if context.outside.capabilities(batch.connection, rules).own_number
        else _doubled([*waiting, *context.store.outbox.rows(batch.batch_id, states=IN_LEDGER)], listed)
    )
    twice = {row.document_key for row in doubled}
    named = {row.document_key for row in waiting if _called(row) in listed} - twice
    # The payment of an expense stands in the rows of the expense, and was taken in with it.
    mine = [
        row
        for row in waiting
        if row.document_key in named or (row.kind == "expense_payment" and row.applies_to_key in named)
    ]
    gone = [row for row in waiting if row not in mine and row.document_key not in twice]
    warnings = _warnings(gone, doubled, listed, path)
    _, company, environment = known_company(context, batch.connection)
    if dry_run:
        would = upload_summary(context, batch, company, environment, report=None, dry_run=True)
        words = f"{len(mine)} of {len(waiting)} documents that wait would be settled by {path.name}."
        return replace(would, words=words, warnings=warnings)
    _settle(context, mine, path)
    if all(state in SETTLED for state in context.store.outbox.counts(batch.batch_id)):
        context.store.batches.set_state(batch.batch_id, "done", because="the ledger took everything in")
    told = upload_summary(context, batch, company, environment, report=None, dry_run=False)
    return replace(told, warnings=warnings)


def _called(row: OutboxRow) -> str:
    return row.ledger_number or row.number or row.document_key


def _doubled(rows: Sequence[OutboxRow], listed: Mapping[str, int]) -> list[OutboxRow]:
    return [row for row in rows if listed.get(_called(row), 0) > 1]


def _warnings(
    gone: Sequence[OutboxRow], doubled: Sequence[OutboxRow], listed: Mapping[str, int], path: Path
) -> tuple[str, ...]:
    words = []
    if gone:
        words.append(
            f"{len(gone)} documents are not in {path.name}: {_some([_called(row) for row in gone])}. If the list is of the right days, the"
            " ledger did not take them."
        )
    if doubled:
        times = [f"{_called(row)} ({listed[_called(row)]} times)" for row in doubled]
        words.append(
            f"{len(doubled)} documents stand more than once in {path.name}: {_some(times)}. Was the file imported twice? Delete all but one"
            " in the ledger, export the list again and confirm with it."
        )
    return tuple(words)


def _some(names: Sequence[str]) -> str:
    rest = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + rest


def _settle(context: Context, rows: Sequence[OutboxRow], path: Path) -> None:
    for row in rows:
        context.store.moves.settle(
            row,
            "by_hand",
            who=context.actor,
            reason=f"taken in by the ledger, see {path.name}",
            ledger_number=_called(row),
        )
