"""What the steps of the plan hand on: one row per order in every frame and series."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from recon.config.connection import Connection
from recon.errors import FrameError
from recon.plan.dates import sale_dates
from recon.plan.inputs import PlanInputs
from recon.plan.items import spread_vouchers, voucher_treatment
from recon.plan.ledger import ledger_facts
from recon.plan.payments import SplitOrders, main_channels, split_orders
from recon.plan.state import channels_of, kept_money, order_now, order_states, refunds_stated
from recon.plan.verdict import Verdicts, exclude, hold_by_state, leave_to_others, mask_of_keys, wait_for_refund


@dataclass(slots=True)
class Work:
    """The orders of a plan and what is known about each."""

    inputs: PlanInputs
    voucher: pl.Series
    """The platform's discount that is booked; 0: none."""
    spreads: pl.Series
    """Whether that goes into the item prices."""
    undecided: pl.Series
    """Whether nobody has said how the platform's discount is booked."""
    states: pl.DataFrame
    facts: pl.DataFrame
    """LEDGER_FACTS."""
    now: pl.Series
    """ORDER_NOW."""
    dates: pl.DataFrame
    channels: pl.DataFrame
    split: SplitOrders
    """Of the orders whose payments are known one by one."""
    repost: pl.Series
    """Whether a person decided to credit and post again."""
    verdicts: Verdicts
    received: pl.Series
    """What came in for cancelled orders without a document and, as far as the source says, did not go back."""

    @property
    def orders(self) -> pl.DataFrame:
        """ORDERS."""
        return self.inputs.orders

    @property
    def connection(self) -> Connection:
        """The connection's settings."""
        return self.inputs.connection


def open_work(inputs: PlanInputs) -> Work:
    """Work out what every order is now, what the ledger has, and what settings and states say against it."""
    _assert_positions(inputs)
    orders, connection = inputs.orders, inputs.connection
    voucher, undecided = voucher_treatment(orders, connection)
    states = order_states(orders, voucher)
    facts = ledger_facts(orders, inputs.posted, inputs.decisions)
    now = order_now(states, facts["ledger"], connection)
    dates = sale_dates(orders, connection)
    split = split_orders(inputs)
    channels = main_channels(channels_of(orders, inputs.channel_links, connection), split)
    again = inputs.decisions.filter(pl.col("decision") == "repost")["order_key"]
    verdicts = Verdicts.open(orders)
    work = Work(
        inputs=inputs,
        voucher=voucher,
        spreads=spread_vouchers(orders, connection),
        undecided=undecided,
        states=states,
        facts=facts,
        now=now,
        dates=dates,
        channels=channels,
        split=split,
        repost=mask_of_keys(orders, again),
        verdicts=verdicts,
        received=pl.repeat(0, orders.height, dtype=pl.Int64, eager=True),
    )
    sale_on = pl.select(
        pl.when(pl.lit(now) == "invoice_due").then(pl.lit(dates["invoice_on"])).otherwise(pl.lit(dates["receipt_on"]))
    ).to_series()
    exclude(verdicts, facts["ledger"], sale_on, channels["chosen"], connection)
    leave_to_others(verdicts, facts["ledger"], inputs.elsewhere)
    _wait_for_refund(work)
    hold_by_state(verdicts, states, facts, work.inputs.findings)
    return work


def _wait_for_refund(work: Work) -> None:
    """Hold cancelled orders whose money, as far as the source says, never went back, unless a person said that it did.

    Where nothing is posted, that money came in without a document: it is what should stand in the ledger until a person
    says otherwise.
    """
    inputs, orders = work.inputs, work.orders
    kept = kept_money(orders)
    went_back = mask_of_keys(orders, inputs.decisions.filter(pl.col("decision") == "credit")["order_key"])
    closed = work.facts["ledger"] == "closed"
    waits = (kept > 0) & refunds_stated(orders, inputs.findings, work.connection) & ~went_back & ~closed
    waits = waits & work.verdicts.free()
    if not waits.any():
        return
    keys = orders.filter(waits)["order_key"].implode()
    said = (pl.col("code") == "cancelled-but-paid") & pl.col("order_key").is_in(keys)
    work.inputs = replace(inputs, findings=inputs.findings.filter(~said.fill_null(value=False)))
    work.received = pl.select(
        pl.when(pl.lit(waits & (work.facts["ledger"] == "nothing"))).then(pl.lit(kept)).otherwise(0)
    ).to_series()
    work.states = work.states.with_columns(
        (pl.col("truth_minor") + pl.lit(work.received) * pl.col("sign")).alias("truth_minor")
    )
    wait_for_refund(work.verdicts, waits, kept, work.facts)


def _assert_positions(inputs: PlanInputs) -> None:
    """Refuse orders that are not numbered by position and rows that do not stand with their order."""
    orders = inputs.orders
    if orders.height and not (orders["order_no"] == pl.int_range(orders.height, dtype=pl.UInt32, eager=True)).all():
        raise FrameError("orders: order_no is not the position")
    for name, frame in (
        ("order lines", inputs.lines), ("refunds", inputs.refunds), ("refund lines", inputs.refund_lines),
    ):  # fmt: skip
        number = frame["order_no"]
        if frame.height and (not number.is_sorted() or number.item(-1) >= orders.height):
            raise FrameError(f"{name}: not sorted by order_no, or of an order that is not there")
