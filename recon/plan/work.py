"""What the steps of the plan hand on: one row per order in every frame and series."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from recon.config import Connection
from recon.errors import FrameError
from recon.plan.dates import sale_dates
from recon.plan.inputs import PlanInputs
from recon.plan.items import spread_vouchers, voucher_treatment
from recon.plan.ledger import ledger_facts
from recon.plan.marketplace import counted_inputs
from recon.plan.state import channels_of, order_now, order_states
from recon.plan.verdict import Verdicts, exclude, hold_by_state, leave_to_others, mask_of_keys


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
    repost: pl.Series
    """Whether a person decided to credit and post again."""
    verdicts: Verdicts

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
    inputs = counted_inputs(inputs)
    orders, connection = inputs.orders, inputs.connection
    voucher, undecided = voucher_treatment(orders, connection)
    states = order_states(orders, voucher)
    facts = ledger_facts(orders, inputs.posted, inputs.decisions)
    now = order_now(states, facts["ledger"], connection)
    dates = sale_dates(orders, connection)
    channels = channels_of(orders, inputs.channel_links, connection)
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
        repost=mask_of_keys(orders, again),
        verdicts=verdicts,
    )
    sale_on = pl.select(
        pl.when(pl.lit(now) == "invoice_due").then(pl.lit(dates["invoice_on"])).otherwise(pl.lit(dates["receipt_on"]))
    ).to_series()
    exclude(verdicts, facts["ledger"], sale_on, channels["chosen"], connection)
    leave_to_others(verdicts, facts["ledger"], inputs.elsewhere)
    hold_by_state(verdicts, states, facts, inputs.findings)
    return work


def _assert_positions(inputs: PlanInputs) -> None:
    """Refuse orders that are not numbered by position and rows that do not stand with their order."""
    orders = inputs.orders
    if orders.height and not (orders["order_no"] == pl.int_range(orders.height, dtype=pl.UInt32, eager=True)).all():
        raise FrameError("orders: order_no is not the position")
    for name, frame in (("order lines", inputs.lines), ("refunds", inputs.refunds)):
        number = frame["order_no"]
        if frame.height and (not number.is_sorted() or number.item(-1) >= orders.height):
            raise FrameError(f"{name}: not sorted by order_no, or of an order that is not there")
