"""Marketplace orders in a plan: from which state on they count as paid into the marketplace's account.

Their exports say how far an order is and never that money arrived, so the orders keep ``unknown`` as their payment state.
The connection's setting decides what a plan makes of that; it is said once per plan, with the number of orders and their sum.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import polars as pl

from recon.config import Connection
from recon.domain.providers import source_facts
from recon.frames.findings import one_finding
from recon.frames.schemas import PaymentState
from recon.money import plain
from recon.plan.inputs import PlanInputs

_REACHED: Final = {
    "completed": ("completed",),
    "delivered": ("delivered", "completed"),
    "shipped": ("shipped", "delivered", "completed"),
    "settled": (),
}
"""Order states that count as paid, by setting."""


def counted_inputs(inputs: PlanInputs) -> PlanInputs:
    """Return the inputs with payment states as the connection counts them; all others come back as they are."""
    if not source_facts(inputs.connection.source).is_marketplace:
        return inputs
    counted = counted_orders(inputs.orders, inputs.connection)
    now_paid = (inputs.orders["payment_state"] == "unknown") & (counted["payment_state"] == "paid")
    return replace(inputs, orders=counted, findings=_told(inputs, counted.filter(now_paid)))


def counted_orders(orders: pl.DataFrame, connection: Connection) -> pl.DataFrame:
    """Return ORDERS with payment states as the connection counts them; all others come back as they are."""
    if not source_facts(connection.source).is_marketplace:
        return orders
    open_ones = (orders["payment_state"] == "unknown") & (orders["record_kind"] == "sale")
    paid = open_ones & orders["order_state"].cast(pl.String).is_in(_REACHED[connection.marketplace.counts_as_paid])
    unpaid = open_ones & ~paid if _waits(connection) else paid & ~paid
    state = pl.when(pl.lit(paid)).then(pl.lit("paid")).when(pl.lit(unpaid)).then(pl.lit("unpaid"))
    return orders.with_columns(pl.coalesce(state.cast(PaymentState), "payment_state").alias("payment_state"))


def _waits(connection: Connection) -> bool:
    """Return whether orders that do not count as paid are unpaid ones; else nobody knows, and they are held."""
    return connection.marketplace.counts_as_paid != "settled" or connection.invoices != "off"


def _told(inputs: PlanInputs, counted: pl.DataFrame) -> pl.DataFrame:
    """Return the findings with a note on the orders that count as paid."""
    if not counted.height:
        return inputs.findings
    own = counted.filter(pl.col("currency") == inputs.currency)
    total = int(own.select(pl.col("total_minor").cast(pl.Int128).sum()).item() or 0)
    said = one_finding(
        "counted-as-paid",
        value=str(counted.height),
        detail=f"Orders: {counted.height:,}, buyers' totals {plain(total, inputs.currency)}; "
        f"marketplace.counts_as_paid = {inputs.connection.marketplace.counts_as_paid!r}.",
    )
    return pl.concat([inputs.findings, said])
