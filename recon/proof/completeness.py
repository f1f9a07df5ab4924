"""Completeness: count and sum per day and channel, source against ledger, and where every part of the difference is.

One day counts for an order and for everything that comes of it: the order's own, whatever day its documents bear. Sales
and purchases stand in blocks of their own and are never added up. Pure: frames in, frames out.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

from recon.domain.providers import BOUGHT
from recon.plan.columns import BOOKS_EFFECT

BLOCKS: Final = ("sales", "purchases")

_FIGURES: Final = ("truth", "ledger", "waiting", "planned", "held", "ignored", "difference")

COMPLETENESS: Final = pl.Schema({
    "block": pl.String(),               # sales or purchases
    "day": pl.Date(),                   # the order's
    "sales_channel": pl.String(),       # "" where the source names none; null: a day without orders
    "currency": pl.String(),
    "order_count": pl.Int64(),          # of the source; the five counts that follow add up to it
    "ledger_count": pl.Int64(),
    "waiting_count": pl.Int64(),
    "planned_count": pl.Int64(),
    "held_count": pl.Int64(),
    "ignored_count": pl.Int64(),
    "truth_minor": pl.Int64(),          # what should stand in the ledger in the end; the five sums that follow make it up
    "ledger_minor": pl.Int64(),         # stands there: confirmed by the ledger or by a person
    "waiting_minor": pl.Int64(),        # approved, and not sent or of unknown outcome
    "planned_minor": pl.Int64(),        # documents of the draft
    "held_minor": pl.Int64(),
    "ignored_minor": pl.Int64(),        # not due, or left out on purpose
    "difference_minor": pl.Int64(),     # what nothing explains; 0
    "redated_count": pl.Int64(),        # orders of which a document bears another day
    "read_count": pl.Int64(),           # orders of which the ledger's own list was read (`recon verify BATCH`)
    "unlike_count": pl.Int64(),         # of these, those it lists with another sum
    "unlike_minor": pl.Int64(),         # what its list makes more or less
})  # fmt: skip

CAUSES: Final = pl.Schema({
    "block": pl.String(),
    "day": pl.Date(),
    "sales_channel": pl.String(),
    "currency": pl.String(),
    "went_to": pl.String(),             # held or ignored
    "reason": pl.String(),              # finding code
    "order_count": pl.Int64(),
    "amount_minor": pl.Int64(),
})  # fmt: skip

_FIRST_DAYS: Final = dt.timedelta(days=31)
"""So long after the start date the first order may be for the days before it to count as days without orders."""
_ALL: Final = pl.col("order_no").is_not_null()
_UNLIKE: Final = pl.col("said_minor") - pl.col("ledger_minor")
PART_LEFT_OUT: Final = "part-left-out"
"""Finding code of orders of which a part stays off the documents on purpose."""
KEY: Final = ("block", "day", "sales_channel", "currency")


def where_orders_went(
    orders: pl.DataFrame,
    results: pl.DataFrame,
    documents: pl.DataFrame,
    sent: pl.DataFrame,
    *,
    by_hand: pl.Series | None = None,
    said: pl.DataFrame | None = None,
    holds: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return one row per order: its block, day and channel, its class, and where its money is.

    Args:
        orders: ORDERS of a plan.
        results: ORDER_RESULTS of the same plan.
        documents: DOCUMENTS of the same plan.
        sent: POSTED: documents that were approved and are not dead, the plan's own among them once they are.
        by_hand: Keys of orders that a person entered in the ledger in whole or in part, without a document of ours.
        said: order_key and said_minor: what the ledger listed itself; None: it was not read.
        holds: order_key and code of findings that hold; the cause of an order of which only a part is held.
    """
    dated = orders.select("order_no", pl.col("ordered_on").alias("_day"), "order_key")
    hand = by_hand if by_hand is not None else pl.Series(dtype=pl.String)
    own = sent.join(documents.select("document_key"), on="document_key", how="anti") if hand.len() else sent.clear()
    parts = (
        _sums(sent, dated, {"ledger": ~pl.col("pending"), "waiting": pl.col("pending")}),
        _sums(documents.join(sent.select("document_key"), on="document_key", how="anti"), dated, {"planned": _ALL}),
        _sums(own.filter(pl.col("order_key").is_in(hand.implode())), dated, {"before": _ALL}),
    )
    frame = orders.select(
        "order_no", "order_key", "ordered_on", pl.col("sales_channel").fill_null(""), "currency",
        pl.when(pl.col("record_kind").is_in(BOUGHT)).then(pl.lit(BLOCKS[1]))
        .otherwise(pl.lit(BLOCKS[0])).alias("block"),
    )  # fmt: skip
    went = results.select(
        "order_no", "disposition", "reason", "truth_minor", "held_minor", "ignored_minor",
        pl.col("posted_minor").alias("_posted"),
    )  # fmt: skip
    frame = frame.join(went, on="order_no", how="left", maintain_order="left")
    for part in parts:
        frame = frame.join(part, on="order_no", how="left", maintain_order="left")
    frame = frame.with_columns(pl.selectors.ends_with("_minor", "_documents", "_redated").fill_null(0))
    frame = _with_hand_written(frame, hand)
    frame = _with_causes(_with_said(frame, said, hand), holds)
    rest = sum((pl.col(f"{name}_minor") for name in _FIGURES[1:-1]), pl.lit(0))
    return frame.with_columns(
        (pl.col("truth_minor") - rest).alias("difference_minor"),
        (pl.col("ledger_redated") + pl.col("waiting_redated") + pl.col("planned_redated") > 0).alias("redated"),
        _class().alias("class"),
    ).rename({"ordered_on": "day"})


def _sums(documents: pl.DataFrame, dated: pl.DataFrame, wanted: dict[str, pl.Expr]) -> pl.DataFrame:
    """Return per order what its documents of each wanted kind add, how many they are, and how many bear another day."""
    mine = documents.with_columns(BOOKS_EFFECT.alias("_effect")).join(dated, on="order_key", how="inner")
    moved = pl.col("issued_on") != pl.col("_day")
    sums: list[pl.Expr] = []
    for name, of_kind in wanted.items():
        sums += [
            pl.col("_effect").filter(of_kind).sum().alias(f"{name}_minor"),
            of_kind.sum().cast(pl.Int64).alias(f"{name}_documents"),
            moved.filter(of_kind).sum().cast(pl.Int64).alias(f"{name}_redated"),
        ]
    return mine.group_by("order_no").agg(sums)


def _with_hand_written(frame: pl.DataFrame, by_hand: pl.Series) -> pl.DataFrame:
    """Count what a person entered in the ledger without a document of ours; the plan knows the sum."""
    if not by_hand.len():
        return frame.with_columns(pl.lit(value=False).alias("_by_hand"))
    theirs = pl.col("order_key").is_in(by_hand.implode())
    extra = pl.when(theirs).then(pl.col("_posted") - pl.col("before_minor")).otherwise(0)
    return frame.with_columns(
        pl.col("ledger_minor") + extra, (theirs & (pl.col("reason") == "by-hand")).alias("_by_hand")
    )


def _with_said(frame: pl.DataFrame, said: pl.DataFrame | None, by_hand: pl.Series) -> pl.DataFrame:
    """Add what the ledger listed; documents a person wrote there are none of ours, so of their orders nothing is said."""
    if said is None:
        return frame.with_columns(pl.lit(None, dtype=pl.Int64).alias("said_minor"))
    mine = said.filter(~pl.col("order_key").is_in(by_hand.implode())).select("order_key", "said_minor")
    return frame.join(mine, on="order_key", how="left", maintain_order="left")


def _with_causes(frame: pl.DataFrame, holds: pl.DataFrame | None) -> pl.DataFrame:
    """Give orders of which only a part is held the cause of that part; their reason is the rule of what goes out."""
    if holds is None:
        return frame
    part = (pl.col("held_minor") != 0) & (pl.col("disposition").cast(pl.String) != "held")
    first = holds.select("order_key", pl.col("code").alias("_code")).unique(
        "order_key", keep="first", maintain_order=True
    )
    joined = frame.join(first, on="order_key", how="left", maintain_order="left")
    reason = pl.when(part).then(pl.coalesce("_code", "reason")).otherwise("reason")
    return joined.with_columns(reason.alias("reason")).drop("_code")


def _class() -> pl.Expr:
    """Return where an order counts: what needs a person first, then what is still to come, then what stands."""
    disposition = pl.col("disposition").cast(pl.String)
    return (
        pl.when((disposition == "held") | (pl.col("held_minor") != 0)).then(pl.lit("held"))
        .when(pl.col("planned_documents") > 0).then(pl.lit("planned"))
        .when(pl.col("waiting_documents") > 0).then(pl.lit("waiting"))
        .when((pl.col("ledger_documents") > 0) | pl.col("_by_hand")).then(pl.lit("ledger"))
        .otherwise(pl.lit("ignored"))
    )  # fmt: skip


def completeness(went: pl.DataFrame, *, since: dt.date | None = None) -> pl.DataFrame:
    """Return COMPLETENESS, in order; days without any order of a block have a row too.

    Args:
        went: One row per order, from `where_orders_went`.
        since: The start date. Days before it are never shown as empty, days from it on are.
    """
    classes = ("ledger", "waiting", "planned", "held", "ignored")
    rows = went.group_by(KEY).agg(
        pl.len().cast(pl.Int64).alias("order_count"),
        *((pl.col("class") == name).sum().cast(pl.Int64).alias(f"{name}_count") for name in classes),
        *(pl.col(f"{name}_minor").sum() for name in _FIGURES),
        pl.col("redated").sum().cast(pl.Int64).alias("redated_count"),
        pl.col("said_minor").count().cast(pl.Int64).alias("read_count"),
        (_UNLIKE != 0).sum().cast(pl.Int64).alias("unlike_count"),
        _UNLIKE.sum().alias("unlike_minor"),
    )
    rows = rows.select(COMPLETENESS.names()).cast(COMPLETENESS)
    return pl.concat([rows, *(_empty_days(rows, block, since) for block in BLOCKS)]).sort(
        pl.col("block") != BLOCKS[0], *KEY[1:], nulls_last=True
    )


def _empty_days(rows: pl.DataFrame, block: str, since: dt.date | None) -> pl.DataFrame:
    """Return the days between the first and the last order of a block on which there is none."""
    days = rows.filter(pl.col("block") == block)["day"].drop_nulls().unique()
    first, last = days.min(), days.max()
    if not isinstance(first, dt.date) or not isinstance(last, dt.date):
        return rows.clear()
    if since is not None:
        is_near = dt.timedelta() <= first - since <= _FIRST_DAYS
        first = since if is_near else max(first, since)
    if first > last:
        return rows.clear()
    every = pl.date_range(first, last, eager=True).alias("day")
    empty = pl.DataFrame([every.filter(~every.is_in(days.implode()))])
    zero = [pl.lit(0, dtype=pl.Int64).alias(name) for name in COMPLETENESS.names()[4:]]
    nothing = pl.lit(None, dtype=pl.String)
    return empty.select(
        pl.lit(block).alias("block"), "day", nothing.alias("sales_channel"), nothing.alias("currency"), *zero,
    )  # fmt: skip


def causes_of(went: pl.DataFrame) -> pl.DataFrame:
    """Return CAUSES: why orders or parts of them are held or not posted, by day and channel, the most frequent first."""
    kept = went.filter(pl.col("class").is_in(["held", "ignored"])).select(
        *KEY, pl.col("class").alias("went_to"), pl.col("reason").cast(pl.String),
        pl.when(pl.col("class") == "held").then("held_minor").otherwise("ignored_minor").alias("amount_minor"),
    )  # fmt: skip
    parts = went.filter(pl.col("class") != "ignored", pl.col("ignored_minor") != 0).select(
        *KEY, pl.lit("ignored").alias("went_to"), pl.lit(PART_LEFT_OUT).alias("reason"),
        pl.col("ignored_minor").alias("amount_minor"),
    )  # fmt: skip
    return (
        pl.concat([kept, parts])
        .group_by(*KEY, "went_to", "reason")
        .agg(pl.len().cast(pl.Int64).alias("order_count"), pl.col("amount_minor").sum())
        .select(CAUSES.names())
        .cast(CAUSES)
        .sort(*KEY, "went_to", "order_count", "reason", descending=[False] * 5 + [True, False])
    )


def is_whole() -> pl.Expr:
    """Return whether everything of a row stands in the ledger, and the ledger's list agrees as far as it was read."""
    same = (pl.col("ledger_minor") == pl.col("truth_minor")) & (pl.col("order_count") == pl.col("ledger_count"))
    return same & (pl.col("difference_minor") == 0) & (pl.col("unlike_count") == 0)
