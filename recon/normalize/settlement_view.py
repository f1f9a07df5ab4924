"""What the settlement files say, cycle by cycle: sales, discounts, refunds, each group of fees, tax kept back, and what was transferred.

Every amount is as the marketplace writes it (fees below zero), so that the parts of a cycle add up to what it transferred.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.canonical import CanonicalFrames
from recon.frames.conform import empty, fill
from recon.frames.order_keys import of_marketplace
from recon.frames.payout_keys import OTHER
from recon.normalize.payouts import stated_payouts
from recon.normalize.settlements import Settled, held_cycles, settled_of

PARTS: Final = {
    "sale": "sale_minor", "discount": "discount_minor", "shipping": "shipping_minor", "refund": "refund_minor",
    "fee:commission": "commission_minor", "fee:payment": "payment_fee_minor", "fee:service": "service_fee_minor",
    "fee:shipping": "shipping_fee_minor", "fee:marketing": "marketing_minor", "fee:affiliate": "affiliate_minor",
    "fee:other": "other_fee_minor", "tax": "tax_kept_minor", "compensation": "compensation_minor", "unknown": "unknown_minor",
    OTHER: "adjustment_minor",
}  # fmt: skip
"""Groups of legs, and the column of each; one that ends in a colon stands for all that begin with it."""

SETTLEMENTS: Final = pl.Schema({
    "cycle": pl.String(),               # number of the cycle, or the marketplace and the day of the payout
    "paid_on": pl.Date(),               # its last day
    "supplier": pl.String(),
    "of_provider": pl.Boolean(),        # a payment provider's payout; false: a marketplace's settlement
    "currency": pl.String(),
    "orders": pl.Int64(),               # orders it names
    "unknown_orders": pl.Int64(),       # of them in no file
    **dict.fromkeys(PARTS.values(), pl.Int64()),
    "transferred_minor": pl.Int64(),    # as the file says; where it says none: its rows added up
    "stated_minor": pl.Int64(),         # what the payouts export says it came to; null: not known
    "difference_minor": pl.Int64(),     # transferred less all parts; beyond rounding the file is held
    "held": pl.String(),                # codes of the findings that hold its fees; empty: none
    "file": pl.String(),                # of its first row
    "row": pl.UInt32(),
})  # fmt: skip
"""One row per cycle, oldest first."""


def settlement_cycles(frames: CanonicalFrames) -> pl.DataFrame:
    """Return SETTLEMENTS of all files of a connection; ``frames``: combined, settlement rows not yet put together."""
    settled = settled_of(frames)
    if settled is None:
        return empty(SETTLEMENTS)
    cycles = _cycles(settled, frames.orders)
    stated = stated_payouts(settled.payouts).select("cycle_key", "stated_minor")
    for part in (_parts(settled), _holds(settled, frames.findings), stated):
        cycles = cycles.join(part, on="cycle_key", how="left", maintain_order="left")
    amounts = [pl.col(name).fill_null(0) for name in PARTS.values()]
    cycles = cycles.with_columns(*amounts, pl.col("held").fill_null(""))
    apart = pl.col("transferred_minor") - pl.sum_horizontal(*PARTS.values())
    named = cycles.with_columns(
        apart.alias("difference_minor"), pl.col("cycle_key").str.extract("([^:]*)$").alias("cycle")
    )
    return fill(named.sort("paid_on", "cycle", maintain_order=True), SETTLEMENTS)


def _cycles(settled: Settled, orders: pl.DataFrame) -> pl.DataFrame:
    """Return one row per cycle with its day, its transfers, and how many orders it names."""
    known = orders.filter(pl.col("record_kind") == "sale").select(
        pl.col("order_key").alias("sale_key"), pl.lit(value=True).alias("known")
    )
    rows = settled.rows.join(known, on="sale_key", how="left", maintain_order="left")
    named = pl.col("sale_key").is_not_null()
    of_provider = ~of_marketplace("cycle_key")
    return rows.group_by("cycle_key", maintain_order=True).agg(
        of_provider.first().alias("of_provider"),
        pl.col("paid_on").max(), pl.col("customer_name").first().alias("supplier"), pl.col("currency").first(),
        pl.col("sale_key").drop_nulls().n_unique().alias("orders"),
        pl.col("sale_key").filter(named & pl.col("known").is_null()).n_unique().alias("unknown_orders"),
        pl.col("total_minor").sum().alias("transferred_minor"), pl.col("file").first(), pl.col("row").first(),
    )  # fmt: skip


def _parts(settled: Settled) -> pl.DataFrame:
    """Return the sum of every group per cycle."""
    sku = pl.col("sku")
    sums = [
        pl.col("amount_minor")
        .filter(sku.str.starts_with(group) if group.endswith(":") else sku == group)
        .sum()
        .alias(column)
        for group, column in PARTS.items()
    ]
    return settled.legs.group_by("cycle_key").agg(sums)


def _holds(settled: Settled, findings: pl.DataFrame) -> pl.DataFrame:
    held = held_cycles(settled, findings)
    return held.group_by(pl.col("order_key").alias("cycle_key")).agg(
        pl.col("code").unique(maintain_order=True).str.join(", ").alias("held")
    )
