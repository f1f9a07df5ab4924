"""Documents the ledger refused: which still wait, and which a person entered there by hand since.

In the outbox a refused document stays refused for ever; what a person did about its order is said in a decision
(`recon match --decide ORDER=by-hand:NUMBER`), and shown wherever the document is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import polars as pl

from recon.frames.parquet import scan_frame
from recon.service.context import Context
from recon.service.kept_plans import batch_folder, latest_plan_folder
from recon.service.mapping_frames import decisions
from recon.store.batches import Batch
from recon.store.outbox import OutboxRow, Tally


def refused_waiting(context: Context, batch: Batch) -> int:
    """Return how many refused documents of a batch still wait: in no later batch, in no draft, entered by nobody.

    What was planned anew waits, or stands in the ledger, there; in its own batch it stays refused.
    """
    rows = _still(context, batch)
    return len(rows) - len(_entered(context, batch, rows))


def entered_by_hand(context: Context, batch: Batch) -> dict[str, OutboxRow]:
    """Return the refused documents that a person entered in the ledger since, by key: by hand, under which number, says who."""
    return {row.document_key: row for row in _entered(context, batch, _still(context, batch))}


def counted(context: Context, batch: Batch, by_hand: Iterable[OutboxRow]) -> dict[str, Tally]:
    """Return the tallies of a batch by state, those ``by_hand`` counted as entered by hand and no more as refused."""
    tallies = context.store.outbox.counts(batch.batch_id)
    rows = tuple(by_hand)
    were = {row.id: row.state for row in context.store.outbox.refused_still(batch.batch_id)} if rows else {}
    for row in rows:
        was = were[row.id]
        for state, sign in ((was, -1), ("by_hand", 1)):
            before = tallies.get(state, Tally(0, 0))
            tallies[state] = Tally(before.count + sign, before.total_minor + sign * row.total_minor)
    return {state: tally for state, tally in tallies.items() if tally.count}


def _still(context: Context, batch: Batch) -> tuple[OutboxRow, ...]:
    """Return the refused documents whose orders are in no later batch and in no draft."""
    rows = context.store.outbox.refused_still(batch.batch_id) if batch.first_row is not None else ()
    if not rows:
        return ()
    planned: set[str] = set()
    for draft in context.store.batches.all(batch.connection):
        if draft.state == "draft":
            folder = batch_folder(context, draft)
            planned |= set(scan_frame(folder, "documents").select("order_key").collect()["order_key"].to_list())
    return tuple(row for row in rows if row.order_key not in planned)


def _entered(context: Context, batch: Batch, rows: tuple[OutboxRow, ...]) -> tuple[OutboxRow, ...]:
    """Return those of the rows that a person said were entered by hand, after they were refused."""
    if not rows:
        return ()
    keys = {row.order_key for row in rows}
    said = {
        change.key: change
        for change in context.store.mappings.dated(batch.connection, "decision")
        if change.key in keys
    }
    if not said:
        return ()
    standing = decisions(context, batch.connection, _orders_now(context, batch, keys))
    numbers = dict(standing.filter(pl.col("decision") == "by-hand").select("order_key", "number").iter_rows())
    found = []
    for row in rows:
        word = said.get(row.order_key)
        if word is None or row.order_key not in numbers or word.at < (row.updated_at or ""):
            continue  # a word from before the refusal was about something else
        number = numbers[row.order_key] or ""
        under = f" as {number}" if number else ""
        words = f"Entered in the ledger by hand{under}, says {word.who}."
        found.append(replace(row, state="by_hand", ledger_number=number or None, code=None, words=words))
    return tuple(found)


def _orders_now(context: Context, batch: Batch, keys: set[str]) -> pl.DataFrame | None:
    """Return these orders as the newest plan has them; None: its frames are gone, and every word stands."""
    folder = latest_plan_folder(context, batch.connection)
    if folder is None:
        return None
    return scan_frame(folder, "orders").filter(pl.col("order_key").is_in(sorted(keys))).collect()
