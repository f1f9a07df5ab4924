"""What the steps of buying hand on: one row per purchase or purchase return in every frame and series."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from recon.config.connection import Connection
from recon.domain.providers import SETTLING
from recon.plan.buying.ledger import bought_facts
from recon.plan.buying.state import buying_now, settled_returns
from recon.plan.buying.suppliers import suppliers_of
from recon.plan.inputs import PlanInputs
from recon.plan.state import channels_of, order_states
from recon.plan.verdict import Verdicts, exclude, hold_by_state, leave_to_others


@dataclass(slots=True)
class Buying:
    """The records that are bought, and what is known about each."""

    inputs: PlanInputs
    connection: Connection
    """The connection's settings, as they hold for purchases."""
    nothing: pl.Series
    """0 per record: a platform's discount is the seller's business."""
    states: pl.DataFrame
    facts: pl.DataFrame
    """BOUGHT_FACTS."""
    now: pl.Series
    channels: pl.DataFrame
    suppliers: pl.DataFrame
    """SUPPLIERS."""
    verdicts: Verdicts

    @property
    def orders(self) -> pl.DataFrame:
        """ORDERS."""
        return self.inputs.orders


def open_buying(inputs: PlanInputs) -> Buying:
    """Work out what every record is now, what the ledger has, and what settings and states say against it."""
    inputs = replace(inputs, orders=settled_returns(inputs.orders))
    orders = inputs.orders
    rules = inputs.connection.purchases
    # What an order's VAT is where it states none is another question for purchases; `prices` speaks of the shop's own.
    connection = inputs.connection.model_copy(
        update={
            "neutral_orders": rules.neutral_orders,
            "prices": "as-source",
            "record_kinds": _kinds(inputs.connection),
        }
    )
    nothing = pl.repeat(0, orders.height, dtype=pl.Int64, eager=True)
    states = order_states(orders, nothing)
    facts = _paid_at_once(bought_facts(orders, inputs.posted, inputs.decisions), inputs)
    channels = channels_of(orders, inputs.channel_links, connection)
    verdicts = Verdicts.open(orders)
    work = Buying(
        inputs=inputs,
        connection=connection,
        nothing=nothing,
        states=states,
        facts=facts,
        now=buying_now(states, facts["ledger"], connection),
        channels=channels,
        suppliers=suppliers_of(orders, connection, inputs.limits, inputs.ledger_contacts),
        verdicts=verdicts,
    )
    exclude(verdicts, facts["ledger"], orders["ordered_on"], channels["chosen"], connection)
    leave_to_others(verdicts, facts["ledger"], inputs.elsewhere)
    verdicts.settle(facts["entered_by_hand"], "by-hand", hold=True)
    unsigned = facts.with_columns(pl.col("posted_minor") * pl.lit(states["sign"]))
    hold_by_state(verdicts, states, unsigned, inputs.findings)
    return work


def _paid_at_once(facts: pl.DataFrame, inputs: PlanInputs) -> pl.DataFrame:
    """Return the facts with expenses that carry their own payment as paid ones, where the ledger takes such."""
    alone = pl.col("ledger") == "expense"
    if not inputs.limits.expense_paid_at_once or facts.filter(alone).is_empty():
        return facts
    keys = facts.filter(alone)["live_key"].unique().sort().to_list()
    paid = inputs.read_posted(keys).documents.filter(pl.col("payment_method").is_not_null())["document_key"]
    carries = alone & pl.col("live_key").is_in(paid.implode())
    ledger = pl.when(carries).then(pl.lit("expense_paid", dtype=facts.schema["ledger"])).otherwise("ledger")
    return facts.with_columns(ledger.alias("ledger"))


def _kinds(connection: Connection) -> tuple[str, ...]:
    """Return the kinds that are switched on; what a settlement gives back belongs to its fees and goes with them."""
    kinds: tuple[str, ...] = tuple(connection.record_kinds)
    with_credits = connection.source in SETTLING and "purchase" in kinds
    return (*kinds, "purchase_return") if with_credits else kinds
