"""Sheets of completeness: every day and sales channel, source against ledger. Sales and purchases stand on sheets of their own."""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.columns import Column
from exports.fast_sheet import Table
from exports.sheets.context import NO_NAME, TITLES, Prepared
from exports.words import N_, Words
from recon.proof.completeness import BLOCKS, KEY

_COLUMNS: Final = (
    Column("day", "Day", "date", 12),
    Column("channel", "Sales channel", width=18),
    Column("currency", "Currency", width=9),
    Column("order_count", "Orders", "count", 9, total=True),
    Column("truth_minor", "Source", "money", 16, total=True),
    Column("ledger_count", "Orders in ledger", "count", 10, total=True),
    Column("ledger_minor", "In the ledger", "money", 16, total=True),
    Column("waiting_minor", "Approved, not sent", "money", 15, total=True),
    Column("planned_minor", "Planned", "money", 15, total=True),
    Column("held_minor", "Held", "money", 15, total=True),
    Column("ignored_minor", "Not posted", "money", 15, total=True),
    Column("difference_minor", "Unexplained", "money", 14, total=True),
    Column("words", "In words", width=70),
    Column("waiting_count", "Orders not sent", "count", 10, total=True),
    Column("planned_count", "Orders planned", "count", 10, total=True),
    Column("held_count", "Orders held", "count", 10, total=True),
    Column("ignored_count", "Orders not posted", "count", 10, total=True),
    Column("redated_count", "Dated on another day", "count", 12, total=True),
    Column("read_count", "Read back", "count", 10, total=True),
    Column("unlike_count", "Listed otherwise", "count", 10, total=True),
    Column("unlike_minor", "Ledger's list less ours", "money", 15, total=True),
)
_PRINTED: Final = 13
_ABOUT: Final = N_(
    "Each order counts once, on its own day, whatever day its documents bear. "
    "Source = in the ledger + approved, not sent + planned + held + not posted + unexplained. Days without an order are shown."
)


def sales_table(prepared: Prepared) -> Table:
    """Every day and channel of sales."""
    return _table(prepared, "completeness", "Completeness", BLOCKS[0])


def purchases_table(prepared: Prepared) -> Table:
    """The same of purchases; only where there are any."""
    return _table(prepared, "completeness_bought", "Completeness purchases", BLOCKS[1])


def _table(prepared: Prepared, key: str, title: str, block: str) -> Table:
    rows = prepared.frames.completeness.filter(pl.col("block") == block)
    frame = rows.join(
        _causes(prepared), on=list(KEY), how="left", nulls_equal=True, maintain_order="left"
    ).with_columns(
        pl.col("sales_channel").replace({"": prepared.words.say(NO_NAME)}).alias("channel"),
        pl.col("currency").fill_null(prepared.dossier.currency),
        _words(prepared.words).alias("words"),
    )
    return prepared.table(key, title, _ABOUT, _COLUMNS, frame, currency_column="currency", printed=_PRINTED)


def _causes(prepared: Prepared) -> pl.DataFrame:
    """Return why orders of a day and channel are held or not posted, in words, the most frequent first."""
    say, rows = prepared.words.say, prepared.frames.completeness_causes
    reasons = rows["reason"].drop_nulls().unique().to_list()
    titles = {code: say(TITLES.get(code, code)) for code in reasons}
    title = pl.col("reason").replace_strict(titles, default=pl.col("reason"), return_dtype=pl.String)
    went = (
        pl.col("went_to")
        .cast(pl.String)
        .replace({"ignored": say(N_("not posted")), **{word: say(word) for word in ("documents", "posted", "held")}})
    )
    named = rows.with_columns(pl.format("{} {}: {}", went, "order_count", title).alias("_why"))
    return named.group_by(KEY, maintain_order=True).agg(pl.col("_why").str.join("; "))


def _words(words: Words) -> pl.Expr:
    """Say what a row means; a row that is whole says so."""
    unlike = pl.format(words.say(N_("the ledger lists {} otherwise")), "unlike_count")
    parts = [
        pl.when(pl.col("order_count") == 0).then(pl.lit(words.say(N_("no orders")))),
        pl.when(pl.col("difference_minor") != 0).then(pl.lit(words.say(N_("unexplained: plan again")))),
        pl.when(pl.col("unlike_count") > 0).then(unlike),
        pl.col("_why"),
    ]
    said = pl.concat_str(parts, separator="; ", ignore_nulls=True)
    return pl.when(said == "").then(pl.lit(words.say(N_("complete")))).otherwise(said)
