"""What the ledger lists for a period, read to see what somebody else has posted there; kept with the moment it was read."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from recon.config.connection import Connection
from recon.errors import UsageError
from recon.frames.conform import as_now
from recon.frames.parquet import read_frame, write_frames
from recon.match.elsewhere import LEDGER_ENTRIES, SAME_MONTH_DAYS
from recon.match.tills import SETTLEMENT
from recon.service.connecting import known_catalog, known_company
from recon.service.context import Context, Progress
from recon.service.same_company import ask_company
from recon.service.till_entries import ENTRY_LINES, ENTRY_PLACES, line_rows, total_of, without_ours
from recon.store.moments import moment, stamp
from recon.targets.base import LedgerDocument, Target
from recon.verify import NUMBERED

TOLD_EVERY = 500


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """Documents of the ledger that recon did not post."""

    frame: pl.DataFrame
    """LEDGER_ENTRIES; an invoice of ours that is paid in full there stands as an entry of kind ``payment``, an expense of
    others that is paid in full as one of kind ``expense_payment`` beside its own."""
    read_at: dt.datetime
    since: dt.date
    until: dt.date
    lines: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ENTRY_LINES))
    """ENTRY_LINES of settlements."""
    places: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ENTRY_PLACES))
    """ENTRY_PLACES of settlements."""


@dataclass(frozen=True, slots=True, eq=False)
class _Listed:
    """What the ledger listed, ours among it."""

    entries: pl.DataFrame
    lines: pl.DataFrame
    places: pl.DataFrame


def read_entries(
    context: Context,
    name: str,
    rules: Connection,
    *,
    since: dt.date,
    until: dt.date,
    on_progress: Progress,
    target: Target | None = None,
) -> Entries:
    """Read what the ledger lists around a period, and leave out what recon posted.

    Args:
        context: The open workspace.
        name: The connection.
        rules: Its settings.
        since: First day asked about; a month around the period is read, because others may date differently.
        until: Last day.
        on_progress: Told how many documents were read.
        target: The ledger, where it is open already.

    Raises:
        UsageError: The ledger takes files only and cannot be read.
        TargetUnavailable: The ledger does not answer.
        WrongCompany: It answers for another company.
    """
    if context.outside.capabilities(name, rules).is_file:
        raise UsageError(
            f'{name} writes import files, so recon cannot read what others posted: writers = "{rules.writers}" needs a ledger '
            "with an API. Nothing was planned and nothing was sent."
        )
    around = dt.timedelta(days=SAME_MONTH_DAYS)
    if target is None:
        with context.outside.target(name, rules, known=known_catalog(context, name)) as opened:
            company_id, meant_for = known_company(context, name)[0], f"The documents of {name} are for"
            ask_company(context, name, opened, company_id=company_id, meant_for=meant_for, outcome="Nothing was read.")
            listed = _listed(opened, rules, since - around, until + around, on_progress)
    else:
        listed = _listed(target, rules, since - around, until + around, on_progress)
    frame = _of_others(context, name, listed.entries)
    was = frame.select("_was", pl.col("entry_no").alias("_now"))
    lines, places = (
        part.join(was, left_on="entry_no", right_on="_was", maintain_order="left")
        .with_columns(pl.col("_now").alias("entry_no"))
        .select(part.columns)
        for part in (listed.lines, listed.places)
    )
    return Entries(frame.drop("_was"), context.clock.now(), since, until, lines, places)


def keep_entries(context: Context, name: str, entries: Entries) -> None:
    """Keep what was read, for looking at it without asking again."""
    folder = context.workspace.frames / "ledger" / name
    facts = {"read_at": stamp(entries.read_at), "since": entries.since.isoformat(), "until": entries.until.isoformat()}
    frames = {"entries": entries.frame, "entry_lines": entries.lines, "entry_places": entries.places}
    write_frames(folder, frames, facts, replace=True)


def kept_entries(context: Context, name: str) -> Entries | None:
    """Return what was read last; None: nothing yet."""
    folder = context.workspace.frames / "ledger" / name
    if not folder.is_dir():
        return None
    facts = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
    since, until = (dt.date.fromisoformat(facts[key]) for key in ("since", "until"))
    tills = [
        as_now(read_frame(folder, name), schema)
        if (folder / f"{name}.parquet").is_file()
        else pl.DataFrame(schema=schema)
        for name, schema in (("entry_lines", ENTRY_LINES), ("entry_places", ENTRY_PLACES))
    ]
    return Entries(read_frame(folder, "entries"), moment(facts["read_at"]), since, until, *tills)


def _listed(target: Target, rules: Connection, since: dt.date, until: dt.date, on_progress: Progress) -> _Listed:
    rows: list[tuple[object, ...]] = []
    lines: list[tuple[object, ...]] = []
    places: list[tuple[object, ...]] = []
    kinds = (*NUMBERED, "expense") if "purchase" in rules.record_kinds else NUMBERED
    tills = (SETTLEMENT,) if SETTLEMENT in rules.record_kinds else ()
    for held in target.list_documents((*kinds, *tills), since, until):
        if held.kind == SETTLEMENT:
            places.append((len(rows), held.place, held.made_by))
            lines += line_rows(len(rows), held)
        rows.append(_row(len(rows), held))
        if len(rows) % TOLD_EVERY == 0:
            on_progress(f"read {len(rows):,} documents of the ledger")
    return _Listed(
        pl.DataFrame(rows, schema=LEDGER_ENTRIES, orient="row"), pl.DataFrame(lines, schema=ENTRY_LINES, orient="row"),
        pl.DataFrame(places, schema=ENTRY_PLACES, orient="row"),
    )  # fmt: skip


def listed_settlements(context: Context, company_id: str, listed: Sequence[LedgerDocument]) -> pl.DataFrame:
    """Return LEDGER_ENTRIES of the settlements among listed documents that recon did not write."""
    rows = [_row(number, held) for number, held in enumerate(listed) if held.kind == SETTLEMENT]
    return without_ours(context, company_id, pl.DataFrame(rows, schema=LEDGER_ENTRIES, orient="row"))


def _row(number: int, held: LedgerDocument) -> tuple[object, ...]:
    return (
        number, held.kind, held.ledger_id, held.number, held.reference, held.remark, held.issued_on, total_of(held),
        held.vat_minor, held.remain_minor, held.contact_code or "", held.is_void,
    )  # fmt: skip


def _of_others(context: Context, name: str, listed: pl.DataFrame) -> pl.DataFrame:
    """Return the entries whose numbers are none of ours, in whatever state ours are, and payments on invoices of ours.

    Beside LEDGER_ENTRIES stands ``_was``, the number each was listed under. A ledger lists payments on their invoice only. One of ours that is paid in full there, while we know of no payment, was
    paid by somebody else: whoever plans its payment has to see that.
    """
    company_id, _, _ = known_company(context, name)
    posted = context.store.posted_frame(company_id)
    ours = posted.select(pl.col("kind").cast(pl.String), "number").filter(pl.col("number") != "")
    others = listed.join(ours, on=["kind", "number"], how="anti", maintain_order="left")
    others = without_ours(context, company_id, others)
    others = others.filter(
        ~((pl.col("kind") == "expense") & pl.col("ledger_id").is_in(_own_expenses(context, company_id)))
    )
    paid = listed.filter(pl.col("kind") == "invoice", ~pl.col("is_void"), pl.col("remain_minor") == 0)
    paid = paid.join(_unpaid_here(posted), on="number", how="semi", maintain_order="left")
    payments = paid.with_columns(pl.lit("payment").alias("kind"), pl.lit(None, pl.Date).alias("issued_on"))
    bought = others.filter(pl.col("kind") == "expense", ~pl.col("is_void"), pl.col("remain_minor") == 0)
    settled = bought.with_columns(pl.lit("expense_payment").alias("kind"), pl.lit(None, pl.Date).alias("issued_on"))
    every = pl.concat([others, payments.select(others.columns), settled])
    now = pl.int_range(pl.len(), dtype=pl.UInt32).alias("entry_no")
    return every.with_columns(pl.col("entry_no").alias("_was"), now)


def _own_expenses(context: Context, company_id: str) -> list[str]:
    """Return the ledger's ids of our expenses: the ledger numbers them, so no number of ours tells them."""
    company_no = context.store.outbox.company_no(company_id)
    return [] if company_no is None else sorted(context.store.outbox.ledger_ids(company_no, "expense"))


def _unpaid_here(posted: pl.DataFrame) -> pl.DataFrame:
    """Return the numbers of our invoices on which no payment of ours stands; one that is only approved stands nowhere yet."""
    kind = pl.col("kind").cast(pl.String)
    paid = posted.filter(kind == "payment", ~pl.col("pending")).select(pl.col("applies_to_key").alias("document_key"))
    invoices = posted.filter(kind == "invoice", pl.col("number").is_not_null())
    return invoices.join(paid, on="document_key", how="anti").select("number")
