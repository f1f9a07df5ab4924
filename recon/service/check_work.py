"""The part of a connection's check-list about what goes on: the timer, open batches, and documents that wait for a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from recon.config.connection import Connection
from recon.money import plain
from recon.service.batch_view import batch_view
from recon.service.context import Context
from recon.service.scheduled import last_end
from recon.service.seen_words import open_things
from recon.service.waiting import settle_command, waiting_rows
from recon.summaries.checks import CheckLine
from recon.summaries.plans import BatchView

NAMED: Final = 5
"""New things named one by one before the rest is only counted."""
_UNSURE: Final = ("unknown", "sending")


def work_lines(context: Context, name: str, rules: Connection, *, timer_installed: bool | None) -> Iterator[CheckLine]:
    """Yield the lines about the timer, the batches and the documents of a connection."""
    yield _schedule(context, name, rules, timer_installed=timer_installed)
    yield _new_things(context, name)
    yield from _batches(context, name)
    yield _persons(context, name)


def _schedule(context: Context, name: str, rules: Connection, *, timer_installed: bool | None) -> CheckLine:
    when = rules.schedule.when
    if when == "manual":
        return CheckLine(check="schedule", state="ok", text="It runs by hand only.")
    ended = last_end(context, name)
    ran = f"the last run began {ended:%Y-%m-%d %H:%M} UTC" if ended else "it never ran"
    hour = rules.schedule.at
    if timer_installed is None:
        text = f"Set to run {when} at {hour}; {ran}. Whether the timer is in is not known here."
        return CheckLine(check="schedule", state="unknown", text=text)
    if timer_installed:
        return CheckLine(check="schedule", state="ok", text=f"The timer is in: {when} at {hour}; {ran}.")
    return CheckLine(
        check="schedule", state="warning", text=f"Set to run {when} at {hour}; {ran}. The timer is not in.",
        remedy="recon schedule install", setting="schedule.when",
    )  # fmt: skip


def _new_things(context: Context, name: str) -> CheckLine:
    """Say which channels, words, taxes, columns and SKUs no earlier file had and nobody has answered yet."""
    things = open_things(context, name)
    holding = [thing for thing in things if thing.holds]
    if not things:
        return CheckLine(check="new-things", state="ok", text="Nothing new waits for a word.", count=0)
    named = ", ".join(dict.fromkeys(f"{thing.kind} {thing.value!r}" for thing in things[:NAMED]))
    more = f" and {len(things) - NAMED:,} more" if len(things) > NAMED else ""
    held = f" Of these hold their orders: {len(holding):,}." if holding else ""
    text = f"No earlier file had {named}{more}.{held}"
    return CheckLine(
        check="new-things", state="missing" if holding else "warning", text=text, remedy=things[0].command if len(things) == 1 else "recon match --seen KIND=VALUE", place="products",
        count=len(things),
    )  # fmt: skip


def _batches(context: Context, name: str) -> Iterator[CheckLine]:
    open_ = [
        view
        for batch in context.store.batches.all(name)
        if (view := batch_view(context, batch)).open or view.state == "draft"
    ]
    for view in open_:
        yield _open_batch(view)
    if not open_:
        yield CheckLine(check="batches", state="ok", text="No batch is open.", count=0)


def _open_batch(view: BatchView) -> CheckLine:
    if view.state == "draft":
        return CheckLine(
            check="batches", state="warning", text=f"{view.batch} is a draft and waits for approval. Documents: {view.documents:,}.",
            remedy=f'recon approve {view.batch} --as "YOUR NAME"', place="review", count=view.documents, total=view.total,
        )  # fmt: skip
    return CheckLine(
        check="batches", state="warning", text=f"{view.batch} is approved. Documents still to be sent: {view.open:,}.",
        remedy=f"recon upload {view.batch}", place="upload", count=view.open,
    )  # fmt: skip


def _persons(context: Context, name: str) -> CheckLine:
    """Say which documents wait for a person's word, or have an outcome nobody knows."""
    rows = waiting_rows(context, [name])
    batches = {batch.batch_id for batch in context.store.batches.all(name)}
    unsure = [row for row in context.store.outbox.unsettled(*_UNSURE) if row.batch_id in batches]
    if not rows and not unsure:
        return CheckLine(check="person", state="ok", text="No document waits for a person.", count=0)
    total = plain(sum(row.total_minor for row in (*rows, *unsure)), context.settings.company.currency)
    if not rows:
        return CheckLine(
            check="person", state="missing", text=f"Sent, and nobody knows whether they arrived: {len(unsure):,}.",
            remedy=f"recon upload {unsure[0].batch_id}", place="upload", count=len(unsure), total=total,
        )  # fmt: skip
    remedy = next((command for row in rows if (command := settle_command(row))), "recon status")
    return CheckLine(
        check="person", state="missing", text=f"Documents that wait for a person's word: {len(rows):,}.", remedy=remedy, place="upload",
        count=len(rows) + len(unsure), total=total,
    )  # fmt: skip
