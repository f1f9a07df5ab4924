"""What remains on the clearing account of each payment channel, order by order: received and not yet paid out.

A channel's account takes in what buyers paid and gives out refunds, fees and payouts. What orders and payouts say alike is zero;
every order for which they differ is a row here, and the rows of a channel come to what its account should show. An order paid
through several channels is a row for each where the amounts are known and the ledger took them so: payouts, and refunds first,
belong to the channel the payouts are of. Pure.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.canonical import CanonicalFrames
from recon.frames.conform import empty, fill
from recon.frames.order_keys import of_marketplace
from recon.frames.payout_keys import is_payout_row, is_stated
from recon.normalize.paid_parts import paid_parts
from recon.normalize.payout_refunds import date_refunds
from recon.normalize.sequence import without_orders
from recon.normalize.settlements import is_settlement_row, settled_of, with_waiting

CLEARING: Final = pl.Schema({
    "payment_channel": pl.String(),     # as the order names it; several are joined
    "order_number": pl.String(),        # or the payout, where its transactions are not known
    "order_key": pl.String(),           # null: the order is in no file
    "paid_on": pl.Date(),
    "currency": pl.String(),
    "received_minor": pl.Int64(),       # what the buyer paid, as the order says
    "refunded_minor": pl.Int64(),       # of it given back, as the order and its transactions say
    "settled_minor": pl.Int64(),        # charges less refunds that payouts hold, before fees
    "waiting_minor": pl.Int64(),        # the same of transactions that are not paid out yet
    "open_minor": pl.Int64(),           # received - refunded - settled: what of it is still on the account
    "file": pl.String(),
    "row": pl.UInt32(),
})  # fmt: skip
"""One row per order with something left, by channel, oldest first."""
_MONEY_IN: Final = ("paid", "overpaid", "partly_refunded", "refunded")
_MOVES: Final = ("sale", "refund")


def clearing_balances(frames: CanonicalFrames, *, by_part: bool = False) -> pl.DataFrame:
    """Return CLEARING of a connection; without any payout there is nothing to compare with, and no rows come back.

    Args:
        frames: Combined, rows of payouts not yet put together.
        by_part: The ledger takes each payment of an order on the account of its own channel.
    """
    settled = settled_of(frames)
    if settled is None or not _of_provider(frames.orders):
        return empty(CLEARING)
    sales = without_orders(frames, ~is_settlement_row(frames.orders))
    sales = date_refunds(sales, *with_waiting(settled))
    moved = _moves(settled.rows, settled.legs, "settled_minor")
    waits = _moves(settled.payouts.waiting, settled.payouts.waiting_legs, "waiting_minor")
    both = pl.concat([moved, waits], how="diagonal").group_by("key", maintain_order=True).agg(
        pl.col("settled_minor", "waiting_minor").sum(), pl.col("number", "channel", "day", "money", "_file", "_row").first()
    )  # fmt: skip
    known = _received(sales.orders).with_columns(pl.col("order_key").alias("_at"))
    if by_part:
        known = _each_channel(known, paid_parts(sales.orders, sales.payments), both, sales.refunds)
    whole = known.join(both, left_on="_at", right_on="key", how="full", maintain_order="left_right")
    zero = ("received_minor", "refunded_minor", "settled_minor", "waiting_minor")
    named = whole.with_columns(
        *(pl.col(name).fill_null(0) for name in zero), pl.coalesce("payment_channel", "channel").alias("payment_channel"),
        pl.coalesce("order_number", "number").alias("order_number"), pl.coalesce("paid_on", "day").alias("paid_on"),
        pl.coalesce("currency", "money").alias("currency"), pl.coalesce("file", "_file").alias("file"),
        pl.coalesce("row", "_row").alias("row"),
    )  # fmt: skip
    left = (pl.col("received_minor") - pl.col("refunded_minor") - pl.col("settled_minor")).alias("open_minor")
    open_ones = named.with_columns(left).filter(pl.col("open_minor") != 0)
    return fill(open_ones.sort("payment_channel", "paid_on", "order_number", maintain_order=True), CLEARING)


def _of_provider(orders: pl.DataFrame) -> bool:
    """Return whether payouts are those of a payment provider; marketplaces settle other prices than the buyer paid."""
    return bool(orders.select((is_payout_row() & ~of_marketplace()).any()).item())


def _received(orders: pl.DataFrame) -> pl.DataFrame:
    """Return the sales for which money came in."""
    paid = orders.filter(pl.col("record_kind") == "sale", pl.col("payment_state").is_in(_MONEY_IN))
    return paid.select(
        "order_no", "order_key", "order_number", "payment_channel", pl.coalesce("paid_on", "ordered_on").alias("paid_on"), "currency",
        pl.col("total_minor").alias("received_minor"), "refunded_minor", "file", "row",
    )  # fmt: skip


def _each_channel(
    known: pl.DataFrame, parts: pl.DataFrame, settled: pl.DataFrame, refunds: pl.DataFrame
) -> pl.DataFrame:
    """Return the orders with a row per channel; ``_at`` (what payouts are joined by) stands with the one the payouts are of.

    Without a payout, and where it is of none of them, that is the largest part. What was given back is taken off the channels
    its source names, where it names one for all of it, else off that one first.
    """
    if parts.is_empty():
        return known
    own = parts.select("order_no", pl.col("payment_channel").alias("_part"), "amount_minor")
    each = known.join(own, on="order_no", how="inner", maintain_order="left_right")
    each = each.join(settled.select(pl.col("key").alias("_at"), "channel"), on="_at", how="left", maintain_order="left")
    paid_out = (pl.col("_part") == pl.col("channel")).fill_null(value=False)
    each = each.with_columns(paid_out.alias("_paid_out")).sort(
        "order_no", "_paid_out", "amount_minor", "_part", descending=[False, True, True, False], maintain_order=True
    )
    before = pl.col("amount_minor").cum_sum().over("order_no") - pl.col("amount_minor")
    named = refunds.group_by("order_no", pl.col("payment_channel").alias("_part")).agg(
        pl.col("amount_minor").sum().alias("_named")
    )
    each = each.join(named, on=["order_no", "_part"], how="left", maintain_order="left")
    back = pl.col("_named").fill_null(0)
    is_named = (back.sum() == pl.col("refunded_minor").first()) & (back <= pl.col("amount_minor")).all()
    first = pl.min_horizontal((pl.col("refunded_minor") - before).clip(lower_bound=0), "amount_minor")
    each = each.with_columns(
        pl.when(before == 0).then("_at").alias("_at"), pl.col("_part").alias("payment_channel"),
        pl.col("amount_minor").alias("received_minor"),
        pl.when(is_named.over("order_no")).then(back).otherwise(first).alias("refunded_minor"),
    )  # fmt: skip
    others = known.join(own, on="order_no", how="anti", maintain_order="left")
    return pl.concat([others, each.select(others.columns)])


def _moves(rows: pl.DataFrame, legs: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return key, number, channel, day, money, _file, _row and the sum of charges less refunds per order, or per payout stated whole."""
    facts = rows.select(
        "order_no", pl.when(is_stated()).then("cycle_key").otherwise(pl.coalesce("sale_key", "order_key")).alias("key"),
        pl.col("order_number").alias("number"), pl.col("payment_channel").alias("channel"), pl.col("ordered_on").alias("day"),
        pl.col("currency").alias("money"), pl.col("file").alias("_file"), pl.col("row").alias("_row"),
    )  # fmt: skip
    moves = legs.filter(pl.col("sku").is_in(_MOVES)).select("order_no", "amount_minor")
    both = moves.join(facts, on="order_no", how="inner", maintain_order="left")
    return both.group_by("key", maintain_order=True).agg(
        pl.col("amount_minor").sum().alias(name), pl.col("number", "channel", "day", "money", "_file", "_row").first()
    )
