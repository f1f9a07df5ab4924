"""Which day a document carries: the rule of the connection, a refund's own day, never before the document it points to."""

from __future__ import annotations

import datetime as dt

import polars as pl

from recon.config.connection import Connection


def sale_dates(orders: pl.DataFrame, connection: Connection) -> pl.DataFrame:
    """Return per order the day of a receipt, of an invoice, of money coming in, and of the last change."""
    ordered = pl.col("ordered_on")
    receipt = {
        "paid": pl.coalesce("paid_on", ordered),
        "ordered": ordered,
        "completed": pl.coalesce("completed_on", ordered),
    }[connection.document_date]
    delivered = pl.coalesce("completed_on", "shipped_on", ordered)
    invoice = delivered if connection.invoices == "completed-unpaid" else ordered
    return orders.select(
        receipt.alias("receipt_on"),
        invoice.alias("invoice_on"),
        pl.coalesce("paid_on", ordered).alias("money_on"),
        pl.col("updated_at").dt.date().alias("updated_on"),
    )


def draft_dates(
    drafts: pl.DataFrame, facts: pl.DataFrame, refunds: pl.DataFrame, first_seen: pl.DataFrame, today: dt.date
) -> pl.DataFrame:
    """Return issued_on and whether the day of a refund is not stated, per draft.

    ``facts``: per draft the columns of `sale_dates`, plus order_key, cancelled_on, live_issued_on and reposted. A refund or
    cancellation that nothing dates takes the day recon first saw it; a change takes the provider's day of change. A
    document that points to another is never dated before it.
    """
    frame = pl.concat(
        [drafts.select("order_no", "action", "after_sale", "refunded_on", "refund_to_minor"), facts], how="horizontal"
    )
    reversal = pl.col("action").is_in(["void", "credit_rest", "credit_part"])
    simple = pl.when(pl.col("action") == "invoice").then("invoice_on").otherwise("receipt_on")
    if not frame.select(((pl.col("action") != "receipt") & (pl.col("action") != "invoice")).any()).item():
        return frame.select(simple.alias("issued_on"), pl.lit(value=False).alias("undated"))
    frame = _with_refund_days(frame, refunds, first_seen)
    changed_on = pl.coalesce("updated_on", pl.lit(today))
    cancelled_on = pl.coalesce("cancelled_on", "cancel_seen_on", "updated_on", pl.lit(today))
    refund_on = pl.coalesce("refunded_on", "last_refund_on", "refund_seen_on", pl.lit(today))
    cause = (
        pl.when(pl.col("is_cancelled")).then(cancelled_on)
        .when(pl.col("action") == "credit_part").then(pl.coalesce("refunded_on", "refund_seen_on", pl.lit(today)))
        .when((pl.col("action") == "credit_rest") & (pl.col("refund_to_minor") > 0) & ~pl.col("reposted")).then(refund_on)
        .otherwise(changed_on)
    )  # fmt: skip
    after_live = pl.max_horizontal(cause, "live_issued_on")
    sale = (
        pl.when(pl.col("reposted") & (pl.col("action") == "receipt"))
        .then(pl.max_horizontal(simple, changed_on, "live_issued_on"))
        .otherwise(simple)
    )
    issued = (
        pl.when(pl.col("action") == "payment").then(pl.max_horizontal("money_on", "live_issued_on"))
        .when(~reversal).then(sale)
        .when(pl.col("after_sale")).then(pl.max_horizontal(cause, "receipt_on"))
        .otherwise(after_live)
    )  # fmt: skip
    dated = (
        pl.when(pl.col("action") == "credit_part")
        .then(pl.col("refunded_on").is_not_null())
        .otherwise(pl.coalesce("refunded_on", "last_refund_on").is_not_null())
    )
    of_refund = (
        pl.col("action").is_in(["credit_rest", "credit_part"])
        & ~pl.col("is_cancelled")
        & (pl.col("refund_to_minor") > 0)
    )
    return frame.select(issued.alias("issued_on"), (of_refund & ~pl.col("reposted") & ~dated).alias("undated"))


def _with_refund_days(frame: pl.DataFrame, refunds: pl.DataFrame, first_seen: pl.DataFrame) -> pl.DataFrame:
    """Add last_refund_on, refund_seen_on and cancel_seen_on."""
    last = refunds.group_by("order_no").agg(pl.col("refunded_on").max().alias("last_refund_on"))
    frame = frame.join(last, on="order_no", how="left", maintain_order="left").with_row_index("_at")
    seen = frame.select("_at", "order_key", "refund_to_minor").join(first_seen, on="order_key", how="inner")
    enough = pl.col("refund_minor") >= pl.col("refund_to_minor").fill_null(0)
    days = seen.group_by("_at").agg(
        pl.col("seen_on").filter(enough & (pl.col("refund_minor") > 0)).min().alias("refund_seen_on"),
        pl.col("seen_on").filter(enough).min().alias("cancel_seen_on"),
    )
    return frame.join(days, on="_at", how="left", maintain_order="left").drop("_at")
