"""Marketplace orders in a plan: when they count as paid into the marketplace's account.

Their exports say how far an order is and never that money arrived, so the orders keep ``unknown`` as their payment state.
A settlement that names an order proves that it was paid; else the connection's setting decides what a plan makes of it. It is
said once per plan, with the number of orders and their sum.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Final

import polars as pl

from recon.config.connection import Connection
from recon.domain.providers import source_facts
from recon.frames.amounts import plain_text
from recon.frames.findings import findings_from, gather, one_finding
from recon.frames.order_keys import shop_of
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
_ENDED: Final = ("delivered", "completed")
_TAKEN_BACK: Final = ("cancelled", "returned")


def counted_inputs(inputs: PlanInputs) -> PlanInputs:
    """Return the inputs with payment states as the connection counts them; all others come back as they are."""
    if not source_facts(inputs.connection.source).is_marketplace:
        return inputs
    proof = settled_orders(inputs.orders, inputs.payments)
    counted = counted_orders(inputs.orders, inputs.connection, proof)
    now_paid = (inputs.orders["payment_state"] == "unknown") & (counted["payment_state"] == "paid")
    findings = [
        _undecided(inputs),
        _cancelled(counted, proof, inputs),
        _told(inputs, counted.filter(now_paid), proof),
        _unsettled(counted, proof, inputs.connection, inputs.today),
    ]
    return replace(inputs, orders=counted, findings=gather(findings))


def settled_orders(orders: pl.DataFrame, payments: pl.DataFrame) -> pl.DataFrame:
    """Return every order a settlement names, by the records of settlements among the orders.

    order_key, settled_on, what the payouts come to (payout_minor), their cycles, file and row.
    """
    records = orders.filter(pl.col("record_kind") == "purchase").select(
        "order_no",
        shop_of().alias("shop"),
        pl.col("order_number").alias("cycle"),
        "file",
        "row",
    )
    named = payments.drop("row").filter(pl.col("reference").is_not_null()).join(records, on="order_no", how="inner")
    key = pl.concat_str("shop", "reference").alias("order_key")
    proof = named.group_by(key, maintain_order=True).agg(
        pl.col("paid_on").min().alias("settled_on"), pl.col("amount_minor").sum().alias("payout_minor"),
        pl.col("cycle").unique(maintain_order=True).str.join(", ").alias("cycles"), pl.col("file", "row").first(),
    )  # fmt: skip
    return proof.sort("order_key")


def counted_orders(orders: pl.DataFrame, connection: Connection, proof: pl.DataFrame) -> pl.DataFrame:
    """Return ORDERS with payment states as the connection counts them; all others come back as they are.

    Args:
        orders: ORDERS.
        connection: Its settings.
        proof: `settled_orders`.
    """
    if not source_facts(connection.source).is_marketplace:
        return orders
    counting = connection.marketplace.counts_as_paid
    open_ones = (orders["payment_state"] == "unknown") & (orders["record_kind"] == "sale")
    taken_back = orders["order_state"].is_in(_TAKEN_BACK)  # paid once, but no more
    settled = orders["order_key"].is_in(proof["order_key"].implode()) & ~taken_back
    paid = open_ones & (orders["order_state"].cast(pl.String).is_in(_REACHED[counting]) | settled)
    unpaid = open_ones & ~paid if _waits(connection) else paid & ~paid
    state = pl.when(pl.lit(paid)).then(pl.lit("paid")).when(pl.lit(unpaid)).then(pl.lit("unpaid"))
    counted = orders.with_columns(pl.coalesce(state.cast(PaymentState), "payment_state").alias("payment_state"))
    # Only where nothing but a settlement proves payment may its day be the order's: else a settlement that comes later
    # would move the day of a document that is posted.
    return _with_days(counted, proof) if counting == "settled" and proof.height else counted


def _with_days(orders: pl.DataFrame, proof: pl.DataFrame) -> pl.DataFrame:
    """Return the orders with the day of their settlement where the export states no day of payment."""
    dated = orders.join(proof.select("order_key", "settled_on"), on="order_key", how="left", maintain_order="left")
    return dated.with_columns(pl.coalesce("paid_on", "settled_on").alias("paid_on")).drop("settled_on")


def _undecided(inputs: PlanInputs) -> pl.DataFrame:
    """Return the findings less the refunds of settlements that a person confirmed."""
    confirmed = _credited(inputs).implode()
    done = (pl.col("code") == "settled-refund") & pl.col("order_key").is_in(confirmed)
    return inputs.findings.filter(~done.fill_null(value=False))


def _credited(inputs: PlanInputs) -> pl.Series:
    return inputs.decisions.filter(pl.col("decision") == "credit")["order_key"]


def _cancelled(orders: pl.DataFrame, proof: pl.DataFrame, inputs: PlanInputs) -> pl.DataFrame:
    """Return cancelled orders that settlements paid and did not take back; what is posted for them is held.

    Where nothing is posted there is nothing to hold: the money is told all the same.
    """
    told = orders.filter(pl.col("record_kind") == "sale", pl.col("order_state") == "cancelled").drop("file", "row")
    told = told.join(proof.filter(pl.col("payout_minor") > 0), on="order_key", how="inner", maintain_order="left")
    told = told.filter(~pl.col("order_key").is_in(_credited(inputs).implode()))
    posted = pl.col("order_key").is_in(inputs.posted["order_key"].implode())
    detail = pl.format(
        "Order {}: {} paid {} in all, and no settlement took that back.",
        "order_number",
        "cycles",
        plain_text("payout_minor"),
    )
    return gather([
        findings_from(told.filter(mask), code, value=pl.col("cycles"), amount_minor=pl.col("payout_minor"), detail=detail)
        for mask, code in ((posted, "settled-cancelled"), (~posted, "cancelled-but-paid"))
    ])  # fmt: skip


def _waits(connection: Connection) -> bool:
    """Return whether orders that do not count as paid are unpaid ones; else nobody knows, and they are held."""
    return connection.marketplace.counts_as_paid != "settled" or connection.invoices != "off"


def _told(inputs: PlanInputs, counted: pl.DataFrame, proof: pl.DataFrame) -> pl.DataFrame:
    """Return the note on the orders that count as paid, and how many of them a settlement proves."""
    if not counted.height:
        return inputs.findings.clear()
    own = counted.filter(pl.col("currency") == inputs.currency)
    total = int(own.select(pl.col("total_minor").cast(pl.Int128).sum()).item() or 0)
    proved = counted.join(proof, on="order_key", how="semi").height
    by_settlement = f" Proved by settlements: {proved:,}." if proof.height else ""
    return one_finding(
        "counted-as-paid",
        value=str(counted.height),
        detail=f"Orders: {counted.height:,}, buyers' totals {plain(total, inputs.currency)}; "
        f"marketplace.counts_as_paid = {inputs.connection.marketplace.counts_as_paid!r}.{by_settlement}",
    )


def _unsettled(orders: pl.DataFrame, proof: pl.DataFrame, connection: Connection, today: dt.date) -> pl.DataFrame:
    """Return completed orders that no settlement names although the set days have passed; nothing before the first settlement."""
    after = connection.marketplace.unsettled_after_days
    if not after or not proof.height:
        return findings_from(orders.clear(), "order-not-settled")
    ended = pl.coalesce("completed_on", "shipped_on", "paid_on", "ordered_on")
    late = orders.filter(
        pl.col("record_kind") == "sale",
        pl.col("order_state").is_in(_ENDED),
        pl.col("refunded_minor") < pl.col("total_minor"),
        ended <= pl.lit(today - dt.timedelta(days=after)),
        pl.col("ordered_on") >= pl.lit(connection.start_date),
    ).join(proof, on="order_key", how="anti", maintain_order="left")
    return findings_from(
        late,
        "order-not-settled",
        value=pl.col("order_number"),
        amount_minor=pl.col("total_minor"),
        detail=pl.format("Completed on {}.", ended.dt.to_string("%Y-%m-%d")),
    )
