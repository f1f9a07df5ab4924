"""Refunds get the day and the amount that a payment provider's transactions state, where the orders only know a sum without a day.

What was given back through other ways stays undated. Refunds that an order dates itself are left as they are. Pure.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import polars as pl

from recon.frames.amounts import plain_text
from recon.frames.canonical import CanonicalFrames
from recon.frames.conform import fill
from recon.frames.findings import findings_from, gather
from recon.frames.order_keys import of_marketplace
from recon.frames.schemas import REFUNDS, PaymentState

_MONEY_IN: Final = ("paid", "overpaid", "partly_refunded")


def date_refunds(frames: CanonicalFrames, rows: pl.DataFrame, legs: pl.DataFrame) -> CanonicalFrames:
    """Return the frames with the refunds that transactions date; without any, the same frames.

    Args:
        frames: The orders, settlement rows no longer among them.
        rows: Rows of transactions, those that are not paid out yet too.
        legs: Their legs, with sale_key.
    """
    back = _refund_rows(rows, legs)
    if back.is_empty():
        return frames
    judged = _judged(frames, back)
    dated = judged.filter("dates")
    orders = _orders(frames.orders, dated)
    known = pl.col("order_key").is_in(dated["order_key"].implode()) & (pl.col("code") == "refund-undated")
    left = dated.filter(pl.col("rest") > 0)
    of_rest = findings_from(
        left, "refund-undated", value=plain_text("rest"), amount_minor=pl.col("rest"),
        detail=pl.format("Of {} given back, transactions date {}.", plain_text("refunded_minor"), plain_text("back")),
    )  # fmt: skip
    said = pl.format("Order {}: its export says {} was given back, the transactions {}.", "order_number",
                     plain_text("refunded_minor"), plain_text("back"))  # fmt: skip
    differs = findings_from(
        judged.filter("differs"), "payout-refund-differs", value=pl.col("order_number"),
        amount_minor=pl.col("back") - pl.col("refunded_minor"), detail=said,
    )  # fmt: skip
    findings = gather([frames.findings.filter(~known.fill_null(value=False)), of_rest, differs])
    return replace(frames, orders=orders, refunds=_refunds(frames.refunds, dated, back), findings=findings)


def _refund_rows(rows: pl.DataFrame, legs: pl.DataFrame) -> pl.DataFrame:
    """Return sale_key, refunded_on, amount_minor (> 0: money went back) and row of every refund transaction."""
    of_platform = ~of_marketplace()
    found = legs.filter(pl.col("sku") == "refund", pl.col("sale_key").is_not_null())
    days = rows.filter(of_platform).select("order_no", pl.col("ordered_on").alias("refunded_on"), "file")
    both = found.join(days, on="order_no", how="inner", maintain_order="left")
    return both.select("sale_key", "refunded_on", (-pl.col("amount_minor")).alias("amount_minor"), "file", "row")


def _judged(frames: CanonicalFrames, back: pl.DataFrame) -> pl.DataFrame:
    """Return the sales transactions refund: ``back`` in all, ``rest`` beyond it, whether they date it, whether they differ.

    A sale that dates its own refunds, one whose transactions take a refund back, and more than the order's total are not touched.
    """
    sums = back.group_by(pl.col("sale_key").alias("order_key"), maintain_order=True).agg(
        pl.col("amount_minor").sum().alias("back"), (pl.col("amount_minor") <= 0).any().alias("odd"),
        pl.col("file").last(), pl.col("row").last(),
    )  # fmt: skip
    own = frames.refunds.group_by("order_no").agg(pl.col("refunded_on").is_null().any().alias("undated"))
    sales = frames.orders.filter(pl.col("record_kind") == "sale").drop("file", "row")
    met = sales.join(sums, on="order_key", how="inner", maintain_order="left")
    met = met.join(own, on="order_no", how="left", maintain_order="left")
    fits = ~pl.col("odd") & (pl.col("back") <= pl.col("total_minor"))
    open_ones = pl.col("undated").fill_null(value=True)
    return met.with_columns(
        (fits & open_ones).alias("dates"), (pl.col("refunded_minor") - pl.col("back")).clip(lower_bound=0).alias("rest"),
        ((pl.col("back") > pl.col("refunded_minor")) | (open_ones & ~fits) | (~open_ones & (pl.col("back") != pl.col("refunded_minor"))))
        .alias("differs"),
    )  # fmt: skip


def _orders(orders: pl.DataFrame, dated: pl.DataFrame) -> pl.DataFrame:
    """Return the orders with the larger of both sums given back, and the payment state that goes with it."""
    sums = dated.select("order_no", pl.col("back").alias("_back"))
    joined = orders.join(sums, on="order_no", how="left", maintain_order="left")
    more = (pl.col("_back") > pl.col("refunded_minor")).fill_null(value=False)
    whole = (
        pl.when(pl.col("_back") >= pl.col("total_minor")).then(pl.lit("refunded")).otherwise(pl.lit("partly_refunded"))
    )
    state = (
        pl.when(more & pl.col("payment_state").is_in(_MONEY_IN))
        .then(whole.cast(PaymentState))
        .otherwise("payment_state")
    )
    return joined.with_columns(
        state.alias("payment_state"),
        pl.max_horizontal("refunded_minor", pl.col("_back").fill_null(0)).alias("refunded_minor"),
    ).drop("_back")


def _refunds(refunds: pl.DataFrame, dated: pl.DataFrame, back: pl.DataFrame) -> pl.DataFrame:
    """Return REFUNDS: every transaction with its day, then what is left without one."""
    numbers = dated.select("order_no", pl.col("order_key").alias("sale_key"))
    one = pl.lit(1, dtype=pl.UInt32).alias("refund_no")
    text = pl.lit(None, dtype=pl.String).alias("reason")
    made = back.join(numbers, on="sale_key", how="inner", maintain_order="left").select(
        "order_no", one, "refunded_on", "amount_minor", text, "row"
    )
    rest = dated.filter(pl.col("rest") > 0).select(
        "order_no",
        one,
        pl.lit(None, dtype=pl.Date).alias("refunded_on"),
        pl.col("rest").alias("amount_minor"),
        text,
        "row",
    )
    kept = refunds.join(dated.select("order_no"), on="order_no", how="anti", maintain_order="left")
    both = pl.concat([kept, fill(made, REFUNDS), fill(rest, REFUNDS)])
    both = both.sort("order_no", "refunded_on", nulls_last=True, maintain_order=True)
    number = (pl.int_range(pl.len(), dtype=pl.UInt32) + 1).over("order_no")
    return both.with_columns(number.cast(pl.UInt32).alias("refund_no"))
