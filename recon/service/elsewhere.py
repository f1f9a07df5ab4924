"""Orders that somebody else seems to have posted: held until a person says what the ledger's entry is.

The connection's setting ``writers`` says whether anybody else posts. If so, every plan and every upload reads the
ledger first; nothing that is recognised there goes out.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.config.connection import Connection
from recon.domain.document import PAYMENT_KINDS
from recon.errors import SecretsError, SettingsError, TargetError, UsageError, WrongCompany
from recon.frames.amounts import plain_text
from recon.frames.findings import findings_from
from recon.frames.schemas import FINDINGS, LEFT_OUT
from recon.match.elsewhere import RECOGNISED, recognise
from recon.match.tills import SETTLEMENT, recognise_tills
from recon.plan.inputs import Plan
from recon.service.connecting import known_company
from recon.service.context import Context, Progress
from recon.service.ledger_entries import Entries, keep_entries, read_entries
from recon.service.till_entries import differing, held_settlements, lies, mark_of, sums_of, voucher_name
from recon.targets.base import Target
from recon.verify import NUMBERED

STANDS, DIFFERS, MAYBE = "stands-in-ledger", "stands-in-ledger-otherwise", "maybe-in-ledger"
HOLDS: Final = (STANDS, DIFFERS, MAYBE)
"""Finding codes of orders held because of the ledger's entries."""
CODE_OF: Final = {"certain": STANDS, "likely": STANDS, "differs": DIFFERS, "several": DIFFERS, "possible": MAYBE}
LOOKED_FOR: Final = (*NUMBERED, SETTLEMENT, "payment", "expense", "expense_payment")
"""Kinds of documents that somebody else may have posted."""
NOT_OURS: Final = "elsewhere"
"""Kind of mapping: order key to the entry that a person said is another sale's."""


@dataclass(frozen=True, slots=True, eq=False)
class Elsewhere:
    """What was recognised for the documents of a plan."""

    entries: Entries
    found: pl.DataFrame
    """RECOGNISED with the entry's own columns and ``detail``."""

    def holds(self) -> pl.DataFrame:
        """Return LEFT_OUT: the orders to hold, one row each, the surest recognition first."""
        first = self.found.sort("surety", maintain_order=True).unique("order_key", keep="first", maintain_order=True)
        return first.select(
            "order_key", pl.col("surety").cast(pl.String).replace_strict(CODE_OF).alias("code"), "detail"
        ).cast(LEFT_OUT)  # fmt: skip


def require_writer(rules: Connection, name: str) -> None:
    """Refuse to send where somebody else is to do it.

    Raises:
        UsageError: ``writers = "others"``.
    """
    if rules.writers == "others":
        raise UsageError(
            f'{name} is set to writers = "others": somebody else posts these orders, and recon only compares (`recon others '
            f'{name}`). If recon is to post them, set writers to "recon" or "shared" in recon.toml. Nothing was approved and '
            "nothing was sent."
        )


def look_elsewhere(
    context: Context, name: str, rules: Connection, made: Plan, orders: pl.DataFrame, *, on_progress: Progress,
    keep: bool = True,
) -> Elsewhere | None:  # fmt: skip
    """Read the ledger for the documents of a plan; None: nobody else writes, or there is nothing to look for.

    Raises:
        TargetUnavailable, UsageError, WrongCompany: See `recon.service.ledger_entries.read_entries`.
    """
    asked = made.documents.filter(pl.col("kind").cast(pl.String).is_in(LOOKED_FOR))
    if rules.writers == "others":  # nothing will be sent, so what is held here is looked for as well
        asked = pl.concat([asked, held_settlements(made, orders)])
    if rules.writers == "recon" or not asked.height:
        return None
    on_progress("reading what stands in the ledger")
    since, until = _period(context, name, asked)
    entries = read_entries(context, name, rules, since=since, until=until, on_progress=on_progress)
    if keep:
        keep_entries(context, name, entries)
    return Elsewhere(entries, recognised(context, name, asked, entries, made))


def booked_twice(
    context: Context, name: str, rules: Connection, made: Plan, orders: pl.DataFrame, *, on_progress: Progress
) -> pl.DataFrame:
    """Return FINDINGS of settlements that somebody else seems to have put into the ledger, where only recon is said to write.

    A warning only, so a ledger that does not answer now stops no plan.
    """
    asked = made.documents.filter(pl.col("kind").cast(pl.String) == SETTLEMENT)
    if rules.writers != "recon" or not asked.height or context.outside.capabilities(name, rules).is_file:
        return pl.DataFrame(schema=FINDINGS)
    on_progress("looking for settlements of others in the ledger")
    since, until = _period(context, name, asked)
    try:
        entries = read_entries(context, name, rules, since=since, until=until, on_progress=on_progress)
    except (TargetError, SettingsError, SecretsError, WrongCompany):
        return pl.DataFrame(schema=FINDINGS)
    found = recognised(context, name, asked, entries, made)
    about = found.join(orders.select("order_key", "file", "row"), on="order_key", how="left", maintain_order="left")
    return findings_from(about, "maybe-booked-twice", amount_minor=pl.col("their_minor"), detail=pl.col("detail"))


def _period(context: Context, name: str, documents: pl.DataFrame) -> tuple[dt.date, dt.date]:
    """Return the first and last day to look at: of the documents, and of the invoices that payments among them are on."""
    posted = context.store.posted_frame(known_company(context, name)[0])
    invoices = posted.filter(pl.col("document_key").is_in(documents["applies_to_key"].drop_nulls().implode()))
    days = pl.concat([documents["issued_on"], invoices["issued_on"]])
    first, last = days.min(), days.max()
    assert isinstance(first, dt.date)
    assert isinstance(last, dt.date)
    return first, last


def posted_meanwhile(
    context: Context, name: str, documents: pl.DataFrame, target: Target, *, on_progress: Progress
) -> tuple[str, ...]:
    """Return which documents that are about to be sent somebody else has posted by now, in words.

    Raises:
        TargetUnavailable: The ledger does not answer.
    """
    asked = documents.filter(pl.col("kind").cast(pl.String).is_in(LOOKED_FOR))
    if not asked.height:
        return ()
    rules = context.settings.connections[name]
    since, until = _period(context, name, asked)
    entries = read_entries(context, name, rules, since=since, until=until, on_progress=on_progress, target=target)
    keep_entries(context, name, entries)
    found = recognised(context, name, asked, entries)
    return tuple(
        f"{row['order_key']} seems to be posted by somebody else: {row['detail']}"
        for row in found.iter_rows(named=True)
    )


def recognised(
    context: Context, name: str, documents: pl.DataFrame, entries: Entries, made: Plan | None = None
) -> pl.DataFrame:
    """Return RECOGNISED with the entries' columns and words, without what a person said is another sale's.

    ``made``: the plan the documents are of, by which the lines of settlements are compared.
    """
    kind = pl.col("kind").cast(pl.String)
    of_documents = entries.frame.filter(~pl.col("kind").is_in((*PAYMENT_KINDS, SETTLEMENT)))
    sold = recognise(documents.filter(kind.is_in(NUMBERED)), of_documents.filter(pl.col("kind") != "expense"))
    bought = recognise(documents.filter(kind == "expense"), of_documents.filter(pl.col("kind") == "expense"))
    tills = recognise_tills(
        documents.filter(kind == SETTLEMENT),
        entries.frame.filter(pl.col("kind") == SETTLEMENT),
        mark=mark_of(context),
        sums=sums_of(made),
    )
    named = pl.concat([sold, bought, expenses_paid(documents, bought, entries.frame), tills])
    company_id = known_company(context, name)[0]
    paid = paid_elsewhere(documents, context.store.posted_frame(company_id), entries.frame)
    compared = differing(pl.concat([named, paid]), made, entries.lines)
    found = with_entries(compared, entries.frame, entries.places)
    said = context.store.mappings.current(name, NOT_OURS)
    if not said:
        return found
    other = pl.DataFrame(
        [(key, str(entry)) for key, entry in said.items()], schema=["order_key", "_other"], orient="row"
    )
    found = found.join(other, on="order_key", how="left", maintain_order="left")
    return found.filter(pl.col("_other").ne_missing(entry_name())).drop("_other")


def paid_elsewhere(documents: pl.DataFrame, posted: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Return RECOGNISED for payments that are planned on invoices of ours which somebody else has paid in the ledger."""
    payments = documents.filter(pl.col("kind").cast(pl.String) == "payment")
    invoices = posted.filter(pl.col("kind").cast(pl.String) == "invoice").select(
        pl.col("document_key").alias("applies_to_key"), "number"
    )
    theirs = entries.filter(pl.col("kind") == "payment").select("entry_no", "number")
    return (
        payments.select("document_key", "order_key", "applies_to_key")
        .join(invoices, on="applies_to_key")
        .join(theirs, on="number", maintain_order="left")
        .select(
            "document_key", "order_key", "entry_no", way=pl.lit("number"), surety=pl.lit("certain"),
            days_apart=pl.lit(None, pl.Int32), difference_minor=pl.lit(0, pl.Int64), entries=pl.lit(1, pl.UInt32),
        )
        .cast(RECOGNISED)
    )  # fmt: skip


def expenses_paid(documents: pl.DataFrame, bought: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Return RECOGNISED for planned payments of expenses that are recognised and paid in full in the ledger."""
    payments = documents.filter(pl.col("kind").cast(pl.String) == "expense_payment")
    theirs = entries.filter(pl.col("kind") == "expense").select("entry_no", "number")
    paid = entries.filter(pl.col("kind") == "expense_payment").select(pl.col("entry_no").alias("_paid"), "number")
    stands = bought.join(theirs, on="entry_no").join(paid, on="number").select(
        pl.col("document_key").alias("applies_to_key"), "_paid", "way", "surety", "days_apart"
    )  # fmt: skip
    return (
        payments.select("document_key", "order_key", "applies_to_key")
        .join(stands, on="applies_to_key", maintain_order="left")
        .select(
            "document_key", "order_key", pl.col("_paid").alias("entry_no"), "way", "surety", "days_apart",
            difference_minor=pl.lit(0, pl.Int64), entries=pl.lit(1, pl.UInt32),
        )
        .cast(RECOGNISED)
    )  # fmt: skip


def with_entries(found: pl.DataFrame, entries: pl.DataFrame, places: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return RECOGNISED with the columns of its entries, and what speaks for each in words; ``places``: ENTRY_PLACES."""
    theirs = entries.select(
        "entry_no", "ledger_id", "reference", "remain_minor",
        pl.col("kind").alias("their_kind"), pl.col("number").alias("their_number"),
        pl.col("issued_on").alias("their_day"), pl.col("total_minor").alias("their_minor"),
        pl.col("remark").alias("their_text"),
    )  # fmt: skip
    joined = found.join(theirs, on="entry_no", how="left", maintain_order="left")
    if "fields" not in joined.columns:
        joined = joined.with_columns(pl.lit([], pl.List(pl.String)).alias("fields"), pl.lit("").alias("differs"))
    if places is None or not places.height:
        return joined.with_columns(_detail().alias("detail"))
    lying = joined.join(places, on="entry_no", how="left", maintain_order="left")
    tills = pl.col("their_kind") == SETTLEMENT
    return lying.with_columns(pl.when(tills).then(_till_detail()).otherwise(_detail()).alias("detail"))


def entry_name() -> pl.Expr:
    """Return how an entry is known from now on: by the ledger's id, or its kind and number where it shows none."""
    named = pl.concat_str([pl.col("their_kind"), pl.col("their_number")], separator=" ")
    return pl.when(pl.col("ledger_id") != "").then(pl.col("ledger_id")).otherwise(named)


def _detail() -> pl.Expr:
    """Say which entry it is and what speaks for it."""
    total = pl.when(pl.col("their_minor").is_null()).then(pl.lit("unstated sum")).otherwise(plain_text("their_minor"))
    day = pl.col("their_day").dt.to_string("%Y-%m-%d").fill_null("no day")
    way = pl.col("way").cast(pl.String)
    entry = (
        pl.when(way == "number").then(pl.format("{} {} of {} on {} has its number", "their_kind", "their_number", total, day))
        .when(way == "reference").then(pl.format("{} {} of {} on {} has its number as reference", "their_kind", "their_number", total, day))
        .when(way == "word").then(pl.format("{} {} of {} on {} names it in its reference or remark", "their_kind", "their_number", total, day))
        .otherwise(pl.format("{} {} of {} on {} has the same amount, near in time, and no other comes into question", "their_kind", "their_number", total, day))
    )  # fmt: skip
    noun = pl.when(pl.col("their_kind") == "payment").then(pl.lit("invoice")).otherwise(pl.lit("expense"))
    paid = pl.format("{} {} is paid in full there", noun, "their_number")
    apart = pl.format("{}; it differs by {}", entry, plain_text("difference_minor"))
    several = pl.format("{}; {} entries come into question", entry, "entries")
    return (
        pl.when((pl.col("surety") == "differs") & pl.col("difference_minor").is_not_null()).then(apart)
        .when(pl.col("surety") == "several").then(several)
        .when(pl.col("their_kind").is_in(PAYMENT_KINDS)).then(paid)
        .otherwise(entry)
    )  # fmt: skip


_BY: Final = {
    "number": "has its number", "reference": "has its number as reference", "word": "names it in its text",
    "amount": "has the same sum within a day, and no other comes into question",
}  # fmt: skip


def _till_detail() -> pl.Expr:
    """Say which voucher seems to be a settlement, where it lies, what speaks for it and what differs in it."""
    total = pl.when(pl.col("their_minor").is_null()).then(pl.lit("unstated sum")).otherwise(plain_text("their_minor"))
    day = pl.col("their_day").dt.to_string("%Y-%m-%d").fill_null("no day")
    by = pl.col("way").cast(pl.String).replace_strict(_BY)
    entry = pl.format("{} of {} on {}{} {}", voucher_name(), total, day, lies(), by)
    apart = pl.format("{}; its sum differs by {}", entry, plain_text("difference_minor"))
    several = pl.format("{}; {} vouchers come into question", entry, "entries")
    lines = pl.format("{}; {}", entry, "differs")
    said = (
        pl.when(pl.col("surety") == "several").then(several)
        .when((pl.col("surety") == "differs") & (pl.col("difference_minor") != 0)).then(apart)
        .when(pl.col("differs") != "").then(lines)
        .otherwise(entry)
    )  # fmt: skip
    named = pl.col("made_by").fill_null("") != ""
    return pl.when(named).then(pl.format("{}; the ledger calls it {}", said, "made_by")).otherwise(said)
