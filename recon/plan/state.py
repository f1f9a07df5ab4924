"""What an order is now: from the source's states and the connection's rules, to one of ORDER_NOW."""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.config.connection import Connection
from recon.domain.providers import source_facts
from recon.match.channels import resolve_channels
from recon.plan.lifecycle import OrderNow

COMPLETED: Final = ("delivered", "completed", "returned")
"""Order states in which the goods have arrived (and may have come back since)."""
UNPAID: Final = ("unpaid", "claimed", "cod_due", "partial", "unknown")
RETURN_KINDS: Final = ("sale_return", "purchase_return")
BOOKED_VOUCHERS: Final = ("spread", "other-income")
"""Treatments of a platform's discount that add it to the document."""

STATE_HOLDS: Final = (
    ("payment_state", "partial", "partly-paid"),
    ("payment_state", "overpaid", "overpaid"),
    ("payment_state", "unknown", "payment-status-unknown"),
    ("order_state", "hold", "order-on-hold"),
    ("order_state", "failed_delivery", "order-on-hold"),
)
"""States that hold an order, whether or not an earlier step has said so."""


def kept_money(orders: pl.DataFrame) -> pl.Series:
    """Return per order what the buyer paid and, as far as the source says, did not get back although it is cancelled."""
    total, refunded = pl.col("total_minor"), pl.col("refunded_minor")
    paid = pl.col("payment_state").is_in(["paid", "overpaid", "partly_refunded"])
    kept = (pl.col("order_state") == "cancelled") & paid & (refunded < total)
    return orders.select(pl.when(kept).then(total - refunded).otherwise(0).alias("kept_minor")).to_series()


def refunds_stated(orders: pl.DataFrame, findings: pl.DataFrame, connection: Connection) -> pl.Series:
    """Return per order whether its cancellation waits for a stated refund (`cancelled_paid`).

    Whether a column profile has a refund column stands in the finding about the order: it names the column.
    """
    stated = source_facts(connection.source).states_refunds
    if connection.cancelled_paid != "auto" or stated != "by-column":
        waits = connection.cancelled_paid == "hold" or (connection.cancelled_paid == "auto" and stated == "always")
        return pl.repeat(value=waits, n=orders.height, dtype=pl.Boolean, eager=True)
    named = findings.filter(pl.col("code") == "cancelled-but-paid", pl.col("column").is_not_null())
    return orders.select(pl.col("order_key").is_in(named["order_key"].implode())).to_series()


def order_states(orders: pl.DataFrame, voucher: pl.Series) -> pl.DataFrame:
    """Return one row per order: cancelled, unpaid, completed, refund_minor, sign, truth_minor.

    Args:
        orders: ORDERS.
        voucher: Per order, the platform's discount that is booked on top of the total; 0: none.
    """
    state, payment = pl.col("order_state"), pl.col("payment_state")
    unpaid = payment.is_in(UNPAID)
    voided = (state == "cancelled") | (payment == "void") | ((state == "returned") & unpaid)
    total, refunded = pl.col("total_minor"), pl.col("refunded_minor")
    refund = pl.when(unpaid).then(0).when((payment == "refunded") & (refunded == 0)).then(total).otherwise(refunded)
    frame = orders.lazy().select(
        "order_no",
        pl.col("record_kind"),
        total,
        (voided | (total + pl.lit(voucher) == 0)).alias("cancelled"),
        unpaid.alias("unpaid"),
        state.is_in(COMPLETED).alias("completed"),
        refund.alias("refund_minor"),
        pl.when(pl.col("record_kind").is_in(RETURN_KINDS)).then(-1).otherwise(1).cast(pl.Int64).alias("sign"),
        pl.lit(voucher).alias("voucher_minor"),
    )
    left = pl.col("total_minor") + pl.col("voucher_minor") - pl.col("refund_minor")
    given_back = (pl.col("refund_minor") > 0) & (pl.col("refund_minor") >= pl.col("total_minor"))
    gone = pl.col("cancelled") | given_back
    return frame.with_columns(truth_minor=pl.when(gone).then(0).otherwise(left * pl.col("sign"))).collect()


def order_now(states: pl.DataFrame, ledger: pl.Series, connection: Connection) -> pl.Series:
    """Return ORDER_NOW per order.

    A paid order that is not due yet counts as *nothing*, unless its receipt or payment is in the ledger already, or
    money went back on an invoice that stands there: from then on refunds have to be followed. A total of zero counts as cancelled, unless a paid document would have to be
    taken back for it: that is a changed amount, for a person to decide.
    """
    due = pl.lit(value=True) if connection.receipts == "paid" else pl.col("completed")
    live = pl.col("ledger").is_in(["invoice_paid", "receipt"])
    refund, total = pl.col("refund_minor"), pl.col("total_minor")
    waits = ~due & ~live & ~((pl.col("ledger") == "invoice") & (refund > 0))
    wanted = {"off": pl.lit(value=False), "completed-unpaid": pl.col("completed")}.get(
        connection.invoices, pl.lit(value=True)
    )
    now = (
        pl.when(pl.col("cancelled") & ((total + pl.col("voucher_minor") != 0) | ~live)).then(pl.lit("cancelled"))
        .when(pl.col("unpaid") & wanted).then(pl.lit("invoice_due"))
        .when(pl.col("unpaid")).then(pl.lit("awaiting"))
        .when(waits).then(pl.lit("nothing"))
        .when((refund >= total) & (refund > 0)).then(pl.lit("refunded"))
        .when(refund > 0).then(pl.lit("partly_refunded"))
        .otherwise(pl.lit("paid"))
    )  # fmt: skip
    return states.with_columns(ledger.alias("ledger")).select(now.cast(OrderNow).alias("now")).to_series()


def channels_of(orders: pl.DataFrame, channel_links: pl.DataFrame, connection: Connection) -> pl.DataFrame:
    """Return payment_method, account_code and chosen per order."""
    cash = connection.channels.cash_method if connection.channels.unmapped == "cash" else ""
    resolved = resolve_channels(
        orders["payment_channel"], channel_links, chosen=connection.payment_channels, cash_method=cash
    )
    if resolved.height == 1:
        row = resolved.row(0, named=True)
        same = [pl.lit(row[name], dtype=dtype).alias(name) for name, dtype in resolved.schema.items()]
        return orders.select("order_no", *same).drop("order_no")
    return orders.select("payment_channel").join(resolved, on="payment_channel", how="left", maintain_order="left")
