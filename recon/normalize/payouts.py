"""Payouts of a payment provider among the settlements: rows that still wait, what a payout states as a whole, and the order meant.

A payout's transactions are its rows; the payouts export states each payout in one row. Where both are known, the rows count and
the stated row proves them to the cent; where only the second is known, it stands for the payout. Pure: no file, no clock.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from recon.frames.amounts import plain_text
from recon.frames.findings import findings_from
from recon.frames.order_keys import of_marketplace, shop_of
from recon.frames.payout_keys import is_stated, is_waiting


@dataclass(frozen=True, slots=True)
class Payouts:
    """What is known of payouts beside the rows that count."""

    waiting: pl.DataFrame
    """Rows that are in no payout yet."""
    waiting_legs: pl.DataFrame
    stated: pl.DataFrame
    """Rows that state a whole payout that went to the bank."""


def with_sale_keys(rows: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Add the key of the sale each row names; null: it names none.

    Orders of a marketplace are keyed by their number. Others are looked for among the sales by the number a person sees; one that
    two sales carry names neither.
    """
    by_number = pl.concat_str(shop_of(), pl.col("order_number"))
    sales = orders.filter(pl.col("record_kind") == "sale").select(
        by_number.alias("_number"), pl.col("order_key").alias("_sale_key")
    )
    sales = sales.filter(pl.col("_number").is_not_null()).unique("_number", keep="none")
    named = rows.with_columns(by_number.alias("_number")).join(sales, on="_number", how="left", maintain_order="left")
    key = pl.when(of_marketplace()).then("_number").otherwise(pl.coalesce("_sale_key", "_number"))
    return named.with_columns(pl.when(~is_stated()).then(key).alias("sale_key")).drop("_number", "_sale_key")


def apart(rows: pl.DataFrame, legs: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, Payouts]:
    """Return the rows and legs that count, and what stands beside them.

    Args:
        rows: Rows of settlements, with cycle_key and sale_key.
        legs: Their legs, with order_no.
    """
    waits, states = is_waiting(), is_stated()
    whole = rows.filter(states, pl.col("order_state") == "completed")
    detailed = rows.filter(~waits, ~states)
    same = [shop_of("cycle_key").alias("_shop"), pl.col("other_numbers").alias("_once")]
    waiting = rows.filter(waits).with_columns(same)
    waiting = waiting.join(detailed.select(same), on=["_shop", "_once"], how="anti", maintain_order="left")
    waiting = waiting.drop("_shop", "_once")
    alone = whole.join(detailed.select("cycle_key").unique(), on="cycle_key", how="anti", maintain_order="left")
    counts = pl.concat([detailed, alone]).sort("order_no", maintain_order=True)
    own, still = (
        legs.join(part.select("order_no"), on="order_no", how="semi", maintain_order="left")
        for part in (counts, waiting)
    )
    return counts, own, Payouts(waiting, still, whole)


def stated_payouts(payouts: Payouts) -> pl.DataFrame:
    """Return cycle_key, stated_minor, file and row: what the payouts export says every payout came to."""
    return payouts.stated.group_by("cycle_key", maintain_order=True).agg(
        pl.col("total_minor").sum().alias("stated_minor"), pl.col("file").first(), pl.col("row").first()
    )


def payouts_differ(rows: pl.DataFrame, payouts: Payouts) -> pl.DataFrame:
    """Return a hold per payout whose transactions do not come to what the payouts export states; nothing is plugged."""
    sums = (
        rows.filter(~is_stated())
        .group_by("cycle_key", maintain_order=True)
        .agg(pl.col("total_minor").sum().alias("net"), pl.len().alias("count"))
    )
    both = stated_payouts(payouts).join(sums, on="cycle_key", how="inner", maintain_order="left")
    both = both.filter(pl.col("net") != pl.col("stated_minor"))
    apart_by = pl.col("stated_minor") - pl.col("net")
    detail = pl.format(
        "Transactions known: {}, net {}; the payouts export says {}: {} apart.", "count", plain_text("net"),
        plain_text("stated_minor"), plain_text(apart_by),
    )  # fmt: skip
    return findings_from(
        both, "payout-differs", order_key=pl.col("cycle_key"), value=pl.col("cycle_key").str.extract("([^:]*)$"),
        amount_minor=apart_by, detail=detail,
    )  # fmt: skip


def charges_differ(rows: pl.DataFrame, legs: pl.DataFrame, payouts: Payouts, orders: pl.DataFrame) -> pl.DataFrame:
    """Return orders paid through the provider alone whose charges are not their total."""
    every = pl.concat([rows, payouts.waiting]).select("order_no", "payment_channel", "file", "row", "order_key")
    of_platform = every.filter(~of_marketplace()).drop("order_key")
    both = pl.concat([legs, payouts.waiting_legs]).filter(pl.col("sku") == "sale", pl.col("sale_key").is_not_null())
    both = both.drop("row").join(of_platform, on="order_no", how="inner", maintain_order="left")
    sums = both.group_by("sale_key", "payment_channel", maintain_order=True).agg(
        pl.col("amount_minor").sum().alias("charged"), pl.col("file").first(), pl.col("row").first()
    )
    sales = orders.filter(pl.col("record_kind") == "sale").select(
        pl.col("order_key").alias("sale_key"), "order_number", "payment_channel", "total_minor", "currency"
    )
    met = sums.join(sales, on=["sale_key", "payment_channel"], how="inner", maintain_order="left")
    apart_by = pl.col("charged") - pl.col("total_minor")
    detail = pl.format(
        "Order {}: total {}, charged {}.", "order_number", plain_text("total_minor"), plain_text("charged")
    )
    return findings_from(
        met.filter(apart_by != 0), "payout-charge-differs", order_key=pl.col("sale_key"), value=pl.col("order_number"),
        amount_minor=apart_by, detail=detail,
    )  # fmt: skip
