"""Where a batch stands on its way to the ledger: what a screen polls while it is sent, and what waits afterwards.

Everything comes from the store, so that any process may look on while another one sends.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from itertools import pairwise
from typing import Final

from recon.domain.outbox import SETTLED, WITH_PERSON
from recon.domain.providers import source_facts
from recon.errors import UsageError
from recon.money import plain
from recon.service.connecting import known_company
from recon.service.context import Context
from recon.service.new_products import orders_to_plan
from recon.service.refused import counted, entered_by_hand
from recon.service.sending import confirmation_needed
from recon.service.sheet_state import attach_summary, sheet_rows
from recon.service.upload_causes import refused_groups, result_line
from recon.service.upload_records import Pace, PersonLine, ResultLine, UnsureLine, UploadState
from recon.service.waiting import next_step, settle_command
from recon.store import outbox_progress
from recon.store.batches import Batch
from recon.store.moments import moment
from recon.store.outbox import OutboxRow, Tally
from recon.summaries.sent import AttachSummary
from recon.upload.estimate import STEPS_KEPT, is_silent, seconds_left, step_seconds
from recon.upload.running import Running, running, stop_is_wished_of, waits, wish_stop
from recon.upload.word import words_for

RESULTS: Final = 100
"""Newest results that are told."""
LISTED: Final = 200
"""Documents of one kind that are listed."""


def upload_state(context: Context, batch_id: str | None) -> UploadState:
    """Return where a batch stands; without a name the one a person has to look at first.

    Raises:
        UsageError: There is no batch of that name.
    """
    run = running(context.store.folder)
    batch = _chosen(context, batch_id, run)
    if batch is None:
        return _nothing(context, run)
    _, company, environment = _known(context, batch)
    by_hand = entered_by_hand(context, batch)
    tallies = counted(context, batch, by_hand.values()) if batch.first_row is not None else {}
    counts = {state: tally.count for state, tally in tallies.items()}
    settled = sum(count for state, count in counts.items() if state in SETTLED)
    times = outbox_progress.attempt_times(context.store.database, batch.batch_id, STEPS_KEPT + 1)
    is_mine = run is not None and run.batch == batch.batch_id
    person = _person(context, batch)
    return UploadState(
        batch=batch.batch_id,
        state=batch.state,
        connection=batch.connection,
        company=company,
        environment=environment,
        timezone=context.settings.company.timezone,
        currency=context.settings.company.currency,
        documents=batch.document_count,
        total=plain(batch.total_minor),
        counts=counts,
        sums={state: plain(tally.total_minor) for state, tally in tallies.items()},
        settled=settled,
        started_at=times.first_began,
        running_batch=run.batch if run else None,
        running_pid=run.pid if run else None,
        running_host=run.host if run else None,
        running_since=run.since if run else None,
        stop_asked=run is not None and stop_is_wished_of(context.store.folder, run),
        pace=_pace(times.last_ended, run, _left(tallies), context.clock.now()) if is_mine and run else None,
        results=_results(context, batch, by_hand),
        refused=refused_groups(context, batch, tuple(by_hand)),
        unsure=_unsure(context, batch, sends_now=is_mine),
        person=person,
        confirm=confirmation_needed(context, batch.batch_id),
        next_step=_next_step(context, batch, counts, person),
        waits=waits(context.store.folder),
        attachments=_sheets(context, batch),
    )  # fmt: skip


def _sheets(context: Context, batch: Batch) -> AttachSummary | None:
    """Return how many settlements of a batch have their Z report on them."""
    rules = context.settings.connections[batch.connection]
    if not source_facts(rules.source).is_till:
        return None
    return attach_summary(context, sheet_rows(context, batch, rules))


def _results(context: Context, batch: Batch, by_hand: Mapping[str, OutboxRow]) -> tuple[ResultLine, ...]:
    """Return what became of the newest documents, those entered by hand since with whose word that is."""
    rows = outbox_progress.latest(context.store.database, batch.batch_id, RESULTS)
    return tuple(result_line(by_hand.get(row.document_key, row)) for row in rows)


def stop_upload(context: Context, batch_id: str) -> bool:
    """Ask the upload of a batch to stop after the document in hand; False: none runs on this machine.

    Raises:
        UsageError: There is no such batch.
    """
    batch = context.store.batches.get(batch_id)
    run = running(context.store.folder)
    if run is None or run.batch != batch.batch_id:
        return False
    wish_stop(context.store.folder, run)
    return True


def _chosen(context: Context, batch_id: str | None, run: Running | None) -> Batch | None:
    """Return the named batch, else what runs, what is open, a draft somebody decided about, what was sent last."""
    if batch_id is not None:
        return context.store.batches.get(batch_id)
    batches = context.store.batches.all()
    if run is not None:
        for batch in batches:
            if batch.batch_id == run.batch:
                return batch
    drafts = [batch for batch in batches if batch.state == "draft"]
    going = [batch for batch in batches if batch.state in {"approved", "uploading"}]
    waiting = {row.batch_id for row in context.store.outbox.unsettled("sending", "unknown", *WITH_PERSON)}
    for wanted in (
        [batch for batch in batches if batch.batch_id in waiting],
        going,
        [batch for batch in reversed(drafts) if _has_approved(context, batch)],
        [batch for batch in reversed(batches) if batch.state == "done"],
        drafts[-1:],
    ):
        if wanted:
            return wanted[0]
    return None


def _has_approved(context: Context, draft: Batch) -> bool:
    """Return whether somebody approved documents of a draft one by one."""
    return any(group.decision == "approved" for group in context.store.reviews.unsettled(draft.connection).values())


def _known(context: Context, batch: Batch) -> tuple[str, str, str]:
    if batch.connection not in context.settings.connections:
        raise UsageError(
            f"Connection {batch.connection} of {batch.batch_id} is gone from recon.toml. Put it back to go on."
        )
    return known_company(context, batch.connection)


def _left(tallies: Mapping[str, Tally]) -> int:
    return sum(tallies[state].count for state in ("queued", "sending") if state in tallies)


def _pace(ended: tuple[str, ...], run: Running, left: int, now: dt.datetime) -> Pace | None:
    """Return how fast this run goes by its newest attempts; None while they are too few, or while the ledger is waited for."""
    mine = [moment(at) for at in ended if at >= run.since]
    step = step_seconds([(later - earlier).total_seconds() for later, earlier in pairwise(mine)])
    if not step or is_silent(step, (now - mine[0]).total_seconds()):
        return None
    return Pace(per_minute=int(60 / step), seconds_left=seconds_left(left, step))


def _unsure(context: Context, batch: Batch, *, sends_now: bool) -> tuple[UnsureLine, ...]:
    """Return documents nobody knows the outcome of; what is being sent this moment is not among them."""
    states = ("unknown",) if sends_now else ("sending", "unknown")
    rows = context.store.outbox.unsettled(*states, batch_id=batch.batch_id)[:LISTED]
    sent = outbox_progress.last_sent_at(context.store.database, [row.id for row in rows])
    return tuple(
        UnsureLine(
            document_key=row.document_key,
            number=row.number,
            kind=row.kind,
            total=plain(row.total_minor),
            sent_at=sent.get(row.id),
            code=row.code or "",
            words=row.words or ("recon was stopped while it was sending this." if row.state == "sending" else ""),
            looked_at=row.updated_at if row.lookups else None,
            lookups=row.lookups,
            next_lookup_at=row.next_lookup_at,
        )
        for row in rows
    )


def _person(context: Context, batch: Batch) -> tuple[PersonLine, ...]:
    rows = context.store.outbox.unsettled(*WITH_PERSON, batch_id=batch.batch_id)[:LISTED]
    return tuple(
        PersonLine(
            document_key=row.document_key,
            number=row.number,
            kind=row.kind,
            total=plain(row.total_minor),
            state=row.state,
            words=row.words or row.code or "",
            ledger_number=row.ledger_number,
            allowed=words_for(row),
            settle=settle_command(row),
        )
        for row in rows
    )


def _next_step(context: Context, batch: Batch, counts: Mapping[str, int], person: tuple[PersonLine, ...]) -> str:
    if batch.state == "draft":
        return f'recon approve {batch.batch_id} --as "YOUR NAME"'
    if batch.state in {"superseded", "void"}:
        return "recon plan"
    settle = [line.settle for line in person]
    return next_step(batch.batch_id, counts, (), settle, orders_to_plan=orders_to_plan(context, batch))


def _nothing(context: Context, run: Running | None) -> UploadState:
    """Say that there is no batch."""
    company = context.settings.company
    environments = {connection.environment for connection in context.settings.connections.values()}
    return UploadState(
        batch=None, state="", connection=next(iter(context.settings.connections), ""), company=company.name,
        environment=next((name for name in ("live", "test") if name in environments), "sandbox"),
        timezone=company.timezone, currency=company.currency, documents=0, total="0.00", counts={}, sums={}, settled=0,
        started_at=None, running_batch=run.batch if run else None, running_pid=run.pid if run else None,
        running_host=run.host if run else None, running_since=run.since if run else None, stop_asked=False, pace=None,
        results=(), refused=(), unsure=(), person=(), confirm="", next_step="recon plan",
    )  # fmt: skip
