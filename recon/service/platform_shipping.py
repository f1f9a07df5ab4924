"""Shipping of sales channels that bill it themselves (Lazada), where the settings still book it like any other: said, with its sum.

Nothing is changed by itself: one word of a person, either way, and it is not said again.
"""

from __future__ import annotations

import polars as pl

from recon.config.connection import Connection
from recon.domain.providers import SOURCES, source_facts
from recon.frames.amounts import plain_text
from recon.frames.findings import findings_from, no_findings
from recon.frames.text import fold


def platform_shipping(rules: Connection, orders: pl.DataFrame) -> pl.DataFrame:
    """Return one warning per sales channel whose platform bills shipping itself and for which nobody has said anything."""
    if source_facts(rules.source).is_marketplace or not orders.height:
        return no_findings()
    names = [fold(facts.label) for facts in SOURCES.values() if facts.bills_shipping]
    open_channels = [
        channel
        for channel in orders["sales_channel"].unique().drop_nulls().to_list()
        if any(name in fold(channel) for name in names)
        and channel not in rules.charges
        and rules.charges_for(channel).shipping.treatment == "book"
    ]
    if not open_channels:
        return no_findings()
    charged = (pl.col("shipping_minor") - pl.col("shipping_discount_minor")).alias("charged")
    live = orders.filter(
        pl.col("record_kind") == "sale", pl.col("order_state") != "cancelled", pl.col("ordered_on") >= rules.start_date
    )
    found = live.filter(pl.col("sales_channel").is_in(open_channels)).select("sales_channel", charged)
    sums = (
        found.filter(pl.col("charged") > 0).group_by("sales_channel").agg(pl.len().alias("n"), pl.col("charged").sum())
    )
    said = pl.format("Orders of {} with shipping: {}, {} in all.", "sales_channel", "n", plain_text("charged"))
    return findings_from(
        sums.sort("sales_channel"), "shipping-billed-by-platform",
        column="sales_channel", value=pl.col("sales_channel"), amount_minor=pl.col("charged"), detail=said,
    )  # fmt: skip
