"""Payment channels without an account that a setting books as cash: said with each plan, channel by channel, with count and sum."""

from __future__ import annotations

import polars as pl

from recon.config.connection import Connection
from recon.frames.amounts import plain_text
from recon.frames.findings import findings_from, no_findings
from recon.match.channels import resolve_channels
from recon.plan.payments import by_payment


def cash_channels(rules: Connection, channel_links: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """Return one warning per payment channel whose money the documents of a plan book as cash because nobody mapped it."""
    if rules.channels.unmapped != "cash":
        return no_findings()
    moving = by_payment(documents).filter(
        pl.col("kind").is_in(["receipt", "payment"]), pl.col("payment_method") == rules.channels.cash_method
    )
    if moving.is_empty():
        return no_findings()
    chosen = resolve_channels(moving["payment_channel"], channel_links).filter(pl.col("payment_method").is_not_null())
    open_ones = moving.filter(~pl.col("payment_channel").is_in(chosen["payment_channel"].implode()))
    sums = open_ones.group_by("payment_channel", maintain_order=True).agg(
        pl.col("order_key").n_unique().alias("n"), pl.col("total_minor").sum()
    )
    channel = pl.when(pl.col("payment_channel") == "").then(pl.lit("(none named)")).otherwise("payment_channel")
    account = pl.lit(rules.channels.cash_method)
    said = (
        pl.when(pl.col("n") == 1)
        .then(pl.format("{}: 1 order, {} in all, booked on {}.", channel, plain_text("total_minor"), account))
        .otherwise(pl.format("{}: {} orders, {} in all, booked on {}.", channel, "n", plain_text("total_minor"), account))
    )  # fmt: skip
    return findings_from(
        sums.sort("payment_channel"), "channel-as-cash",
        column="payment_channel", value=pl.col("payment_channel"), amount_minor=pl.col("total_minor"), detail=said,
    )  # fmt: skip
