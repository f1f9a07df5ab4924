"""Documents that wait for a person's word, the exact command that says it, and what comes next."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence

from recon.domain.outbox import WITH_PERSON
from recon.plan.summing.keys import is_summary_key
from recon.service.context import Context
from recon.store.outbox import OutboxRow
from recon.upload.word import words_for

NAMED = 5
"""Documents named one by one before the rest is only counted."""


def settle_command(row: OutboxRow) -> str:
    """Return the command that settles a document; empty where it does not wait, or a list of numbers settles it."""
    if row.code == "in-a-file" or not words_for(row):
        return ""
    number = shlex.quote(row.ledger_number or row.number or "NUMBER")
    return f'recon settle {_name(row)} --as "YOUR NAME" --to posted --number {number} --reason "WHAT YOU FOUND"'


def other_words(row: OutboxRow) -> str:
    """Return what may be said instead of *posted*."""
    return ", ".join(word for word in words_for(row) if word != "posted")


def waiting_rows(context: Context, names: Iterable[str]) -> tuple[OutboxRow, ...]:
    """Return the documents of these connections that wait for a person, in order of sending."""
    batches = {batch.batch_id for name in names for batch in context.store.batches.all(name)}
    return tuple(row for row in context.store.outbox.unsettled(*WITH_PERSON) if row.batch_id in batches)


def waiting_lines(rows: Iterable[OutboxRow]) -> list[str]:
    """Return one line for each batch's documents that wait for a person: why, and what to type."""
    lines = []
    by_batch: dict[str, list[OutboxRow]] = {}
    for row in rows:
        by_batch.setdefault(row.batch_id, []).append(row)
    for batch_id, waiting in by_batch.items():
        in_file = [row for row in waiting if row.code == "in-a-file"]
        if in_file:
            lines.append(
                f"{batch_id}: {len(in_file)} documents stand in import files (take them in, then recon upload {batch_id} --confirm-taken LIST)"
            )
        others = [row for row in waiting if row.code != "in-a-file"]
        lines += [
            f"{batch_id}: {row.number or row.document_key} is in state {row.state} and needs a person: {settle_command(row)}   (or --to {other_words(row)})"
            for row in others[:NAMED]
        ]
        if len(others) > NAMED:
            lines.append(f"{batch_id}: {len(others) - NAMED} more documents need a person (recon upload {batch_id} --dry-run lists them)")  # fmt: skip
    return lines


def next_step(
    batch_id: str,
    counts: Mapping[str, int],
    files: Sequence[str],
    commands: Sequence[str],
    *,
    orders_to_plan: int = 0,
    refund_of: str = "",
) -> str:
    """Return what to do after a run.

    ``commands``: those that settle the documents left open, empty ones included; ``orders_to_plan``: orders whose
    products were created, so that they can be planned now; ``refund_of``: an order whose refund was refused, where that is
    all that was: its credit note stands, so nothing is planned for it any more.
    """
    if files:
        return f"import the files in the ledger, then `recon upload {batch_id} --confirm-taken LIST`"
    if counts.get("unknown") or counts.get("sending"):
        return f"recon upload {batch_id} again later: it looks first and never sends twice"
    for command in filter(None, commands):
        return command
    if counts.get("queued"):
        return f"recon upload {batch_id}"
    if counts.get("needs_person"):
        return f"recon upload {batch_id} --confirm-taken LIST"
    if refund_of and is_summary_key(refund_of):
        return "record the refund on its credit note in the ledger"
    if refund_of:
        order = shlex.quote(refund_of)
        return f"record the refund on its credit note in the ledger, then recon match --decide {order}=by-hand:NUMBER"
    if counts.get("refused"):
        return "mend the cause, then recon plan again"
    if orders_to_plan:
        return f"recon plan, recon verify {batch_id}"
    return f"recon verify {batch_id}, recon audit {batch_id}"


def _name(row: OutboxRow) -> str:
    return shlex.quote(row.number or row.document_key)
