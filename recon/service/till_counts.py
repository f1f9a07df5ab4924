"""Counted cash: what should lie in the drawer after each settlement, what a person counted, and who said so when.

A count is a mapping of kind ``count``, so it has a history and can be undone. A settlement that was approved or posted is closed:
its voucher has the difference in it already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from recon.config.connection import Connection
from recon.errors import UsageError
from recon.frames.canonical import CanonicalFrames
from recon.match.till_cash import expected_cash, known_counts
from recon.money import plain
from recon.service import match_undo
from recon.service.closed_counts import sent_keys
from recon.service.context import Context
from recon.service.mapping_till import till_counts
from recon.service.returned import planned_frames
from recon.service.typed_amount import typed_minor
from recon.summaries.till import CountLine, CountReport, SetupLine

LARGE_MINOR: Final = 50_000
LARGE_PART: Final = 10
"""A difference above this amount and above one part in ten of the cash is asked about once more."""

COUNT_ROWS: Final = pl.Schema({
    "key": pl.String(),                 # order key
    "number": pl.String(),              # register and Z
    "day": pl.Date(),
    "place": pl.String(),
    "amount_minor": pl.Int64(),         # total of the settlement
    "opening_float_minor": pl.Int64(),  # null: not stated
    "cash_minor": pl.Int64(),
    "expected_minor": pl.Int64(),       # null: the till does not state the opening float
    "counted_minor": pl.Int64(),        # null: nobody counted
    "difference_minor": pl.Int64(),     # counted less expected
    "to_bank_minor": pl.Int64(),
    "counted_by": pl.String(),
    "counted_at": pl.String(),          # moment it was said; "" for none
    "remark": pl.String(),
    "state": pl.Enum(("waiting", "counted", "sent", "not-needed")),
    "search": pl.String(),
})  # fmt: skip
"""One row per settlement, what waits first, the oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountWord:
    """What a person says about one settlement's cash."""

    name: str
    """Register and Z, or the order key."""
    counted: str
    """As typed."""
    to_bank: str = ""
    """As typed; empty: nothing was taken out."""
    remark: str = ""
    undo: bool = False
    """Take the count away instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountTable:
    """All settlements as a screen lists them."""

    connection: str
    currency: str
    frame: pl.DataFrame
    """COUNT_ROWS."""
    counting: str
    bank_deposits: str
    undo_name: str
    redo_name: str


def count_table(context: Context, connection: str | None) -> CountTable:
    """Return every settlement with the cash it should have left, and what was counted."""
    name, rules = context.connection(connection)
    frames = planned_frames(context, name, rules)
    undo_name, redo_name = match_undo.names(context, name)
    return CountTable(
        connection=name,
        currency=context.settings.company.currency,
        frame=pl.DataFrame(schema=COUNT_ROWS) if frames is None else count_rows(context, name, rules, frames),
        counting=rules.till.counting,
        bank_deposits=rules.till.bank_deposits,
        undo_name=undo_name,
        redo_name=redo_name,
    )


def settlements_of(rules: Connection, frames: CanonicalFrames) -> pl.DataFrame:
    """Return the ORDERS of the settlements a connection books."""
    kinds = [kind for kind in ("settlement",) if kind in rules.record_kinds]
    wanted = pl.col("record_kind").cast(pl.String).is_in(kinds) & (pl.col("order_state") != "cancelled")
    return frames.orders.filter(wanted, pl.col("ordered_on") >= rules.start_date)


def open_settlements(context: Context, name: str, rules: Connection, frames: CanonicalFrames) -> pl.DataFrame:
    """Return the ORDERS of the settlements that are neither approved nor posted."""
    sent = sent_keys(context, name)
    return settlements_of(rules, frames).filter(~pl.col("order_key").is_in(list(sent)))


def uncounted(context: Context, name: str, rules: Connection, frames: CanonicalFrames) -> pl.DataFrame:
    """Return the ORDERS of the settlements whose cash waits to be counted, the oldest first."""
    waiting = count_rows(context, name, rules, frames).filter(pl.col("state") == "waiting")["key"]
    return frames.orders.filter(pl.col("order_key").is_in(waiting.implode())).sort("ordered_on", "order_number")


def count_rows(context: Context, name: str, rules: Connection, frames: CanonicalFrames) -> pl.DataFrame:
    """Return COUNT_ROWS of every settlement."""
    heads = settlements_of(rules, frames).select(
        "order_key", pl.col("order_number").alias("number"), pl.col("ordered_on").alias("day"),
        pl.col("sales_channel").alias("place"), pl.col("total_minor").alias("amount_minor"),
    )  # fmt: skip
    counts = known_counts(till_counts(context, name), frames.orders, frames.payments)
    moments = {change.key: change.at for change in context.store.mappings.dated(name, "count")}
    rows = (
        heads.join(expected_cash(frames.orders, frames.payments), on="order_key", how="left", maintain_order="left")
        .join(counts, on="order_key", how="left", maintain_order="left")
        .with_columns(
            (pl.col("counted_minor") - pl.col("expected_minor")).alias("difference_minor"),
            pl.col("order_key").replace_strict(moments, default="", return_dtype=pl.String).alias("counted_at"),
            pl.col("counted_by", "remark").fill_null(""),
            _state(sent_keys(context, name), asked=rules.till.counting in {"hold", "warn"}).alias("state"),
            pl.concat_str("number", "place", pl.col("day").dt.to_string("%Y-%m-%d"), separator=" ").str.to_lowercase().alias("search"),
        )
        .rename({"order_key": "key"})
    )  # fmt: skip
    return rows.select(pl.col(c).cast(t) for c, t in COUNT_ROWS.items()).sort(
        "state", "day", "number", maintain_order=True
    )


def _state(sent: frozenset[str], *, asked: bool) -> pl.Expr:
    """Return sent, counted, waiting, or not-needed: no cash was taken and none lay there."""
    has_cash = (pl.col("cash_minor") != 0) | (pl.col("opening_float_minor").fill_null(0) != 0)
    return (
        pl.when(pl.col("order_key").is_in(list(sent))).then(pl.lit("sent"))
        .when(pl.col("counted_minor").is_not_null()).then(pl.lit("counted"))
        .when(has_cash & asked).then(pl.lit("waiting"))
        .otherwise(pl.lit("not-needed"))
    )  # fmt: skip


def count_lines(rows: pl.DataFrame, currency: str) -> tuple[CountLine, ...]:
    """Return COUNT_ROWS as records."""

    def text(minor: int | None) -> str | None:
        return None if minor is None else plain(minor, currency)

    return tuple(
        CountLine(
            order_key=row["key"], number=row["number"], day=str(row["day"]), place=row["place"],
            total=plain(row["amount_minor"], currency), opening_float=text(row["opening_float_minor"]),
            cash=plain(row["cash_minor"], currency), expected=text(row["expected_minor"]), state=row["state"],
            counted=text(row["counted_minor"]), difference=text(row["difference_minor"]), to_bank=text(row["to_bank_minor"]),
            counted_by=row["counted_by"], counted_at=row["counted_at"], remark=row["remark"],
        )
        for row in rows.iter_rows(named=True)
    )  # fmt: skip


def count_report(
    context: Context, name: str, rules: Connection, *, changes: Sequence[str] = (), setup: tuple[SetupLine, ...] = ()
) -> CountReport:
    """Return all settlements with their counts."""
    frames = planned_frames(context, name, rules)
    lines = (
        ()
        if frames is None
        else count_lines(count_rows(context, name, rules, frames), context.settings.company.currency)
    )
    return CountReport(
        connection=name, counting=rules.till.counting, bank_deposits=rules.till.bank_deposits, lines=lines,
        changes=tuple(changes), setup=setup,
    )  # fmt: skip


def count_edits(
    context: Context, name: str, rules: Connection, words: Sequence[CountWord]
) -> tuple[dict[str, dict[str, Any] | None], list[str]]:
    """Return the counts as they are kept (None: taken away), and the same in words.

    Raises:
        UsageError: A settlement that is not there or is closed, an amount that is none; nothing is changed then.
    """
    frames = planned_frames(context, name, rules)
    rows = pl.DataFrame(schema=COUNT_ROWS) if frames is None else count_rows(context, name, rules, frames)
    kept: dict[str, dict[str, Any] | None] = {}
    said = []
    for word in words:
        row = _settlement(rows, word.name)
        _require_open(row)
        if word.undo:
            kept[row["key"]] = None
            said.append(f"{row['number']} {row['day']}: count taken away")
            continue
        value = _value(context, row, word)
        kept[row["key"]] = value
        said.append(_words(row, value, context.settings.company.currency))
    return kept, said


def _value(context: Context, row: dict[str, Any], word: CountWord) -> dict[str, Any]:
    currency = context.settings.company.currency
    counted = typed_minor(word.counted, currency)
    to_bank = typed_minor(word.to_bank, currency) if word.to_bank.strip() else 0
    if counted < 0 or to_bank < 0:
        raise UsageError(
            f"{row['number']}: what is counted or taken to the bank cannot be below zero. Nothing was changed."
        )
    if to_bank > counted:
        raise UsageError(
            f"{row['number']}: {plain(to_bank, currency)} to the bank is more than the {plain(counted, currency)} that was counted. "
            "Nothing was changed."
        )
    return {
        "counted_minor": counted,
        "to_bank_minor": to_bank,
        "counted_by": context.actor,
        "remark": word.remark.strip(),
    }


def _words(row: dict[str, Any], value: dict[str, Any], currency: str) -> str:
    counted = f"{row['number']} {row['day']}: counted {plain(value['counted_minor'], currency)}"
    to_bank = f", {plain(value['to_bank_minor'], currency)} to the bank" if value["to_bank_minor"] else ""
    if row["expected_minor"] is None:
        return f"{counted}{to_bank}; the till states no opening float, so nothing can be compared"
    difference = value["counted_minor"] - row["expected_minor"]
    tells = (
        "nothing short"
        if not difference
        else f"{plain(abs(difference), currency)} {'too much' if difference > 0 else 'short'}"
    )
    return f"{counted} of {plain(row['expected_minor'], currency)} expected, {tells}{to_bank}"


def _settlement(rows: pl.DataFrame, name: str) -> dict[str, Any]:
    """Return the one settlement of this number or order key.

    Raises:
        UsageError: There is none, or several.
    """
    found = rows.filter((pl.col("number") == name.strip()) | (pl.col("key") == name.strip())).to_dicts()
    if len(found) == 1:
        return found[0]
    if found:
        keys = ", ".join(row["key"] for row in found[:4])
        raise UsageError(
            f"Several settlements are called {name!r}; name one by its order key: {keys}. Nothing was changed."
        )
    waits = rows.filter(pl.col("state") == "waiting")["number"].head(6).to_list()
    hint = f" These wait: {', '.join(waits)}." if waits else ""
    raise UsageError(
        f"There is no settlement {name!r}; write REGISTER/Z, e.g. K1/214 (`recon till` lists them).{hint} Nothing was changed."
    )


def _require_open(row: dict[str, Any]) -> None:
    if row["state"] == "sent":
        raise UsageError(
            f"{row['number']} of {row['day']} was approved or posted with the count it had: its voucher stands. Correct the cash with a "
            "voucher of its own in the ledger. Nothing was changed."
        )


def doubts(context: Context, name: str, rules: Connection, words: Sequence[CountWord]) -> list[str]:
    """Return which counts differ so much that a person should look again, in words; refuses as `count_edits` does."""
    frames = planned_frames(context, name, rules)
    currency = context.settings.company.currency
    rows = pl.DataFrame(schema=COUNT_ROWS) if frames is None else count_rows(context, name, rules, frames)
    found = []
    for word in words:
        if word.undo:
            continue
        row = _settlement(rows, word.name)
        if row["expected_minor"] is None:
            continue
        difference = typed_minor(word.counted, currency) - row["expected_minor"]
        if is_large(difference, row["expected_minor"]):
            tells = "more" if difference > 0 else "less"
            found.append(
                f"{row['number']}: {plain(abs(difference), currency)} {tells} than the {plain(row['expected_minor'], currency)} that should be there"
            )
    return found


def is_large(difference_minor: int, expected_minor: int) -> bool:
    """Return whether a difference is asked about once more."""
    return abs(difference_minor) > LARGE_MINOR and abs(difference_minor) * LARGE_PART > abs(expected_minor)
