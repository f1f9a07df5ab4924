"""What was paid through each payment channel of one order, where its source says so.

A sale names several channels joined with `` + ``. Its payments are known one by one when the source states an amount for every
payment, all of them through channels the order names, none below zero, and together they come to its total. Pure.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.conform import empty, fill
from recon.frames.text import is_any_of
from recon.normalize.states import CHANNEL_JOINER

PAID_PARTS: Final = pl.Schema({
    "order_no": pl.UInt32(),
    "payment_channel": pl.String(),     # one of those the order joins
    "amount_minor": pl.Int64(),         # > 0; all of an order come to its total
})  # fmt: skip
"""One row per order and channel, in the order the source lists them; only orders whose payments are known one by one."""
STATED_PARTS: Final = pl.Schema({
    "order_no": pl.UInt32(),
    "total_minor": pl.Int64(),
    "stated_minor": pl.Int64(),         # sum of the payments the source lists; null: one of them has no amount
    "is_known": pl.Boolean(),           # the payments are known one by one
})  # fmt: skip
"""One row per order of several channels whose payments a source of amounts lists."""


def paid_parts(orders: pl.DataFrame, payments: pl.DataFrame) -> pl.DataFrame:
    """Return PAID_PARTS of ORDERS and their PAYMENTS."""
    rows = _listed(orders, payments)
    if rows.is_empty():
        return empty(PAID_PARTS)
    known = _stated(rows).filter("is_known")
    return fill(
        rows.join(known, on="order_no", how="semi", maintain_order="left").filter(pl.col("amount_minor") > 0),
        PAID_PARTS,
    )


def stated_parts(orders: pl.DataFrame, payments: pl.DataFrame) -> pl.DataFrame:
    """Return STATED_PARTS of ORDERS and their PAYMENTS."""
    rows = _listed(orders, payments)
    return _stated(rows) if rows.height else empty(STATED_PARTS)


def _listed(orders: pl.DataFrame, payments: pl.DataFrame) -> pl.DataFrame:
    """Return what sales of several channels were paid, summed per order and channel; null: an amount is not stated."""
    if payments["amount_minor"].null_count() == payments.height:
        return payments.head(0)
    several = [name for name in orders["payment_channel"].unique().drop_nulls() if CHANNEL_JOINER in name]
    mixed = orders.filter(is_any_of(orders["payment_channel"], several) & (orders["record_kind"] == "sale"))
    about = mixed.select("order_no", pl.col("payment_channel").str.split(CHANNEL_JOINER).alias("_named"), "total_minor")
    rows = payments.sort("order_no", "payment_no").join(about, on="order_no", how="inner", maintain_order="left")
    amount = pl.when(pl.col("amount_minor").is_not_null().all()).then(pl.col("amount_minor").sum())
    return rows.group_by("order_no", "payment_channel", maintain_order=True).agg(
        amount.alias("amount_minor"), pl.col("_named", "total_minor").first()
    )


def _stated(rows: pl.DataFrame) -> pl.DataFrame:
    amount, total = pl.col("amount_minor"), pl.col("total_minor")
    named = pl.col("_named").list.contains(pl.col("payment_channel")).fill_null(value=False)
    whole = amount.is_not_null().all() & (amount >= 0).all() & named.all() & (amount.sum() == total.first())
    stated = rows.group_by("order_no", maintain_order=True).agg(
        total.first(),
        pl.when(amount.is_not_null().all()).then(amount.sum()).alias("stated_minor"),
        whole.alias("is_known"),
    )
    return fill(stated, STATED_PARTS)
