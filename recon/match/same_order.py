"""The same order in two sources of one company: a marketplace's own file, and a shop system that fetched it from there.

A marketplace's order number is long and never used twice, so one equal number is enough to say it is the same order; a
shop's own running number (#1001) says nothing and is never compared. Whether the amounts agree is told beside it.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.domain.providers import MARKETPLACES
from recon.frames.text import fold_column

SHORTEST: Final = 8
"""A shorter number is nobody's marketplace order number."""

SAME: Final = pl.Schema({
    "order_key": pl.String(),           # ours
    "other_key": pl.String(),           # the same order in the other source
    "number": pl.String(),              # the marketplace's number, folded
    "other_number": pl.String(),        # what the other source calls it
    "total_minor": pl.Int64(),
    "other_total_minor": pl.Int64(),
    "agrees": pl.Boolean(),             # amount and cancellation; a platform's discount may be in a source's total or not
})  # fmt: skip


def same_orders(ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """Return SAME for the sales of two sources, by marketplace order number; one row per order of ours.

    Args:
        ours: ORDERS of one connection.
        theirs: ORDERS of another.
    """
    own, other = _numbers(ours), _numbers(theirs)
    pairs = own.join(other, on="number", how="inner", suffix="_other", maintain_order="left")
    # A number counts only where one of the two is the marketplace itself, and never between two marketplaces.
    by_market = pl.col("platform").is_in(MARKETPLACES)
    other_by_market = pl.col("platform_other").is_in(MARKETPLACES)
    fits = (by_market != other_by_market) | (by_market & (pl.col("platform") == pl.col("platform_other")))
    pairs = pairs.filter(fits).unique("order_key", keep="first", maintain_order=True)
    same_amount = pl.any_horizontal(
        pl.col(one) == pl.col(two) for one in _AMOUNTS for two in (f"{name}_other" for name in _AMOUNTS)
    )
    return pairs.select(
        "order_key", pl.col("order_key_other").alias("other_key"), "number",
        pl.col("order_number_other").alias("other_number"), "total_minor",
        pl.col("total_minor_other").alias("other_total_minor"),
        (same_amount & (pl.col("cancelled") == pl.col("cancelled_other"))).alias("agrees"),
    ).cast(SAME)  # fmt: skip


_AMOUNTS: Final = ("total_minor", "with_platform")


def _numbers(orders: pl.DataFrame) -> pl.DataFrame:
    """Return one row per number of each sale: its id at a marketplace, all its numbers elsewhere."""
    sales = orders.filter(pl.col("record_kind") == "sale").select(
        "order_key", "order_number", "total_minor",
        (pl.col("total_minor") + pl.col("platform_discount_minor")).alias("with_platform"),
        (pl.col("order_state") == "cancelled").alias("cancelled"),
        pl.col("order_key").str.extract("^([^:]*)").alias("platform"),
        pl.col("order_key").str.extract("^[^:]*:[^:]*:(.*)$").alias("id"), "other_numbers",
    )  # fmt: skip
    at_market = pl.col("platform").is_in(MARKETPLACES)
    parts = [
        sales.with_columns(pl.col("id").alias("number")),
        sales.filter(~at_market).with_columns(pl.col("order_number").alias("number")),
        sales.filter(~at_market & pl.col("other_numbers").is_not_null())
        .with_columns(pl.col("other_numbers").str.split(" ").alias("number"))
        .explode("number"),
    ]
    found = pl.concat(parts).drop("id", "other_numbers")
    found = found.filter(pl.col("number").str.len_chars() >= SHORTEST)
    return found.with_columns(fold_column(found["number"]).alias("number"))
