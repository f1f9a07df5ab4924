"""The state of the whole workspace in one answer: what stands where, what waits for whom, what was done last.

Figures come from what the store and the newest plan already hold, so that the answer takes milliseconds also where a
plan has a hundred thousand documents.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from recon.domain.providers import source_facts
from recon.frames.parquet import scan_frame
from recon.money import plain
from recon.plan.buying.state import is_bought
from recon.service.batch_view import batch_view
from recon.service.context import Context
from recon.service.controls import control_view, stored_bought, stored_controls
from recon.service.elsewhere import HOLDS
from recon.service.kept_plans import latest_plan_folder
from recon.service.refused import counted, entered_by_hand, refused_waiting
from recon.service.run_state import RunState, run_state
from recon.service.seen_waiting import waiting_things
from recon.service.sheet_state import sheets_missing
from recon.service.status_report import late_days, taken_in
from recon.summaries.plans import BatchView, ControlTotals

LAST_EVENTS: Final = 8
RUNS: Final = (
    "intake",
    "planned",
    "approved",
    "approval-ended",
    "upload-ended",
    "workbook",
    "verified",
    "cancelled-batch",
    "adopted",
    "adopted-entries",
)
"""Kinds of entries that tell of a whole step, not of one document."""
SETTLED: Final = ("posted", "by_hand")
MATCHING: Final = (
    "product-not-linked",
    "sku-missing",
    "sku-two-products",
    "channel-not-mapped",
    "channel-missing",
    "charge-not-mapped",
    "voucher-not-decided",
    "group-not-mapped",
    "account-unknown",
    "vat-code-missing",
    "vat-code-gone",
    "vat-code-rate",
    "vat-code-locked",
    "department-missing",
    "department-unknown",
    "project-required",
    "project-unknown",
    "count-missing",
)
"""Causes that are mended by matching."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many, and how much."""

    count: int = 0
    total: str = "0.00"


@dataclass(frozen=True, slots=True)
class ConnectionLine:
    """One connection: what comes from where and goes to whom."""

    name: str
    source: str
    target: str
    environment: str
    """sandbox, test or live."""
    company: str | None
    """As the ledger named it; None: not asked yet."""
    files: int
    orders: int
    purchases: int
    """Records of purchases or a marketplace's payouts; neither they nor their sum are in the orders'."""
    total: str
    start_date: str
    start_date_locked: bool
    runs: RunState
    """Where its unwatched runs stand."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Something that waits for a person or for the ledger."""

    kind: str
    """draft, decided, approved, unsure, person, refused, held, held-purchases, matching, others, till-days, sheets or notice."""
    subject: str
    """Batch or connection."""
    count: int = 0
    total: str = ""
    words: str = ""
    """Notices only: what is odd about this folder."""


@dataclass(frozen=True, slots=True)
class EventLine:
    """One entry of the event log."""

    seq: int
    at: str
    who: str
    kind: str
    subject: str
    count: int | None
    total: str | None
    facts: dict[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class DayLine:
    """What was posted for one day."""

    day: str
    count: int
    total: str
    """Sales less what takes them back."""


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the home screen, the title and the step bar show."""

    company: str
    tax_id: str
    currency: str
    timezone: str
    environment: str
    """The gravest of all connections: live, test or sandbox."""
    target: str
    actor: str
    connections: tuple[ConnectionLine, ...]
    orders: int
    files: int
    inbox: int
    """Files in the inbox folder that were not taken in yet."""
    matching_open: int
    """Orders held because of a product or a payment channel."""
    states: dict[str, Tally]
    """planned (draft), held, open, posted, unsure, refused, person."""
    batches: tuple[BatchView, ...]
    """Newest first, without superseded ones."""
    waits: tuple[Wait, ...]
    events: tuple[EventLine, ...]
    """Newest first."""
    days: tuple[DayLine, ...]
    controls: ControlTotals | None
    """Of the newest plan."""
    chain_head: str
    event_count: int


def overview(context: Context) -> Overview:
    """Return the state of the workspace."""
    batches = [batch_view(context, b) for b in context.store.batches.standing()]
    held, bought, matching, elsewhere, orders, total, controls = _plans(context)
    connections = tuple(_connection(context, name, orders, total) for name in context.settings.connections)
    states = _states(context, batches) | {"held": held}
    head = context.store.events.head()
    gravest = max((line.environment for line in connections), key=_GRAVITY.get, default="sandbox")  # type: ignore[arg-type]
    return Overview(
        company=context.settings.company.name,
        tax_id=context.settings.company.tax_id,
        currency=context.settings.company.currency,
        timezone=context.settings.company.timezone,
        environment=gravest,
        target=", ".join(dict.fromkeys(line.target for line in connections)),
        actor=context.actor,
        connections=connections,
        orders=sum(line.orders for line in connections),
        files=sum(line.files for line in connections),
        inbox=len(waiting_files(context)),
        matching_open=matching,
        states=states,
        batches=tuple(reversed(batches)),
        waits=_waits(context, batches, held, bought, matching, elsewhere),
        events=events(context, limit=LAST_EVENTS, kinds=RUNS),
        days=_days(context),
        controls=controls,
        chain_head=head.hash,
        event_count=head.seq,
    )


_GRAVITY: Final = {"sandbox": 0, "test": 1, "live": 2}


def waiting_files(context: Context) -> tuple[str, ...]:
    """Return the names of files in the inbox folder that are not in the register yet."""
    folder = context.workspace.root / "inbox"
    if not folder.is_dir():
        return ()
    known = {(file.name, file.size) for file in context.store.files.all()}
    found = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    return tuple(path.name for path in found if (path.name, path.stat().st_size) not in known)


def events(
    context: Context, *, limit: int, before: int | None = None, kinds: tuple[str, ...] = ()
) -> tuple[EventLine, ...]:
    """Return the newest entries of the event log, newest first, of all kinds or of some."""
    found = context.store.events.newest(limit=limit, before=before, kinds=kinds)
    return tuple(
        EventLine(
            e.seq,
            e.at,
            e.who,
            e.kind,
            e.subject,
            e.facts.get("count"),
            None if e.facts.get("total_minor") is None else plain(e.facts["total_minor"]),
            e.facts,
            e.hash,
        )
        for e in found
    )


def _plans(
    context: Context,
) -> tuple[Tally, Tally, int, int, dict[str, tuple[int, int]], dict[str, str], ControlTotals | None]:
    """Return what the newest plans hold.

    Held orders, held purchases, orders that wait for matching, orders that others seem to have posted, orders, purchases and totals by connection.
    """
    held_count = held_minor = bought_count = bought_minor = matching = elsewhere = 0
    orders: dict[str, tuple[int, int]] = {}
    totals: dict[str, str] = {}
    controls: ControlTotals | None = None
    for name in context.settings.connections:
        folder = latest_plan_folder(context, name)
        if folder is None:
            (sold, total), (purchases, _sum) = taken_in(context, name)
            orders[name] = sold, purchases
            totals[name] = plain(total)
            continue
        made = stored_controls(folder)
        controls = controls or control_view(made)
        held = scan_frame(folder, "results").filter(pl.col("disposition") == "held").select("order_key").collect()
        bought = stored_bought(folder)
        waiting = _purchases_among(folder, held) if bought else 0
        held_count += held.height - waiting
        held_minor += made.held_minor
        bought_count += waiting
        bought_minor += bought.held_minor if bought else 0
        causes = (
            scan_frame(folder, "findings").filter(pl.col("severity") == "hold").select("order_key", "code").collect()
        )
        causes = causes.join(held, on="order_key", how="semi")
        matching += causes.filter(pl.col("code").is_in(MATCHING))["order_key"].n_unique()
        elsewhere += causes.filter(pl.col("code").is_in(HOLDS))["order_key"].n_unique()
        orders[name] = made.order_count, bought.order_count if bought else 0
        totals[name] = plain(made.source_gross_minor)
    held_sums = Tally(held_count, plain(held_minor)), Tally(bought_count, plain(bought_minor))
    return (*held_sums, matching, elsewhere, orders, totals, controls)


def _purchases_among(folder: Path, held: pl.DataFrame) -> int:
    """Return how many of the held records are purchases or purchase returns."""
    kinds = scan_frame(folder, "orders").select("order_key", "record_kind").collect()
    return held.join(kinds.filter(is_bought(kinds)), on="order_key", how="semi").height


def _connection(
    context: Context, name: str, orders: dict[str, tuple[int, int]], totals: dict[str, str]
) -> ConnectionLine:
    rules = context.settings.connections[name]
    known = context.store.catalog.verified(name)
    return ConnectionLine(
        name=name,
        source=rules.source,
        target=rules.target,
        environment=known.environment if known else rules.environment,
        company=known.name if known else None,
        files=len(context.store.files.all(name)),
        orders=orders[name][0],
        purchases=orders[name][1],
        total=totals[name],
        start_date=rules.start_date.isoformat(),
        start_date_locked=context.store.outbox.has_sent(name),
        runs=run_state(context, name),
    )


def _states(context: Context, batches: list[BatchView]) -> dict[str, Tally]:
    groups = {"queued": "open", "sending": "unsure", "unknown": "unsure", "by_hand": "posted", "skipped": "refused"}
    person = {"conflict": "person", "duplicate": "person", "needs_person": "person"}
    counts: dict[str, tuple[int, int]] = {}
    for view in batches:
        if view.approved_by is None and view.state == "draft":
            continue
        batch = context.store.batches.get(view.batch)
        for state, tally in counted(context, batch, entered_by_hand(context, batch).values()).items():
            name = (groups | person).get(state, state)
            before = counts.get(name, (0, 0))
            counts[name] = (before[0] + tally.count, before[1] + tally.total_minor)
    states = {name: Tally(count, plain(minor)) for name, (count, minor) in counts.items()}
    drafts = [view for view in batches if view.state == "draft"]
    if drafts:
        newest = drafts[-1]
        states["planned"] = Tally(newest.documents, newest.total)
    return states


def _waits(
    context: Context, batches: list[BatchView], held: Tally, bought: Tally, matching: int, elsewhere: int
) -> tuple[Wait, ...]:
    waits = [Wait("notice", "", words=text) for text in context.store.notices]
    waits += [Wait("unsure", view.batch, view.unknown) for view in batches if view.unknown]
    for view in batches:
        if view.state == "draft":
            approved = _approved_one_by_one(context, view.connection)
            if view.documents > approved:
                waits.append(Wait("draft", view.batch, view.documents - approved))
            if approved:
                waits.append(Wait("decided", view.batch, min(approved, view.documents)))
        elif view.open:
            waits.append(Wait("approved", view.batch, view.open))
        refused = refused_waiting(context, context.store.batches.get(view.batch)) if view.refused else 0
        if refused:
            waits.append(Wait("refused", view.batch, refused))
    name = next(iter(context.settings.connections), "")
    if matching:
        waits.append(Wait("matching", name, matching))
    if elsewhere:
        waits.append(Wait("others", name, elsewhere))
    new = [len(waiting_things(context, each)) for each in context.settings.connections]
    if sum(new):
        waits.append(Wait("new-thing", name, sum(new)))
    days = sum(late_days(context, each) for each in context.settings.connections)
    if days:
        waits.append(Wait("till-days", name, days))
    sheets = sum(_without_sheet(context, each) for each in context.settings.connections)
    if sheets:
        waits.append(Wait("sheets", name, sheets))
    if held.count:
        waits.append(Wait("held", name, held.count, held.total))
    if bought.count:
        waits.append(Wait("held-purchases", name, bought.count, bought.total))
    return tuple(waits)


def _without_sheet(context: Context, name: str) -> int:
    """Return how many settlements in the ledger are to have their Z report attached and have not."""
    is_till = source_facts(context.settings.connections[name].source).is_till
    return sheets_missing(context, name) if is_till else 0


def _approved_one_by_one(context: Context, name: str) -> int:
    """Return for how many documents of the draft a person's approval stands."""
    reviews = context.store.reviews
    groups = {number for number, group in reviews.unsettled(name).items() if group.decision == "approved"}
    return sum(row[3] in groups for row in reviews.standing(name)) if groups else 0


def _days(context: Context) -> tuple[DayLine, ...]:
    """Return what was posted for each day: sales less credit notes and voids; a payment is no second sale."""
    return tuple(DayLine(day, count, plain(minor)) for day, count, minor in context.store.outbox.days(*SETTLED))
