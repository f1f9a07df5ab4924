"""What the steps of tills hand on: one row per record in every frame and series."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from recon.config.connection import Connection
from recon.plan.columns import mask_of
from recon.plan.inputs import PlanInputs
from recon.plan.state import order_states
from recon.plan.tills.invoices import buyers_of, paid_on_account
from recon.plan.tills.ledger import till_facts
from recon.plan.tills.lifecycle import TillNow, till_rules
from recon.plan.tills.lines import coded_lines
from recon.plan.tills.money import Money, department_of, project_of, till_money
from recon.plan.tills.moved import moved_within
from recon.plan.verdict import Verdicts, exclude, hold_by_state, leave_to_others

SETTLEMENT = "settlement"


@dataclass(slots=True)
class Tills:
    """The records of tills, and what is known about each."""

    inputs: PlanInputs
    nothing: pl.Series
    """0 per record."""
    states: pl.DataFrame
    facts: pl.DataFrame
    """TILL_FACTS."""
    now: pl.Series
    """TILL_NOW."""
    lines: pl.DataFrame
    """CODED."""
    money: Money
    amounts: pl.DataFrame
    """Per record: doc_total_minor, left_out_minor (0), net_minor and vat_minor as the ledger will have them, stated_vat_minor."""
    paid: pl.DataFrame
    """PAID, of sales on account."""
    buyers: pl.DataFrame
    """BUYERS."""
    department: pl.Series
    project: pl.Series
    moved: pl.DataFrame
    """MOVED."""
    verdicts: Verdicts

    @property
    def orders(self) -> pl.DataFrame:
        """ORDERS."""
        return self.inputs.orders

    @property
    def connection(self) -> Connection:
        """The connection's settings."""
        return self.inputs.connection

    @property
    def reports(self) -> pl.Series:
        """Whether a record is a Z report; else it is a sale on account."""
        return self.orders["record_kind"] == SETTLEMENT


def open_tills(inputs: PlanInputs) -> Tills:
    """Work out what every record is now, what the ledger has, and what settings and states say against it."""
    orders, connection = inputs.orders, inputs.connection
    nothing = pl.repeat(0, orders.height, dtype=pl.Int64, eager=True)
    lines, money = coded_lines(inputs), till_money(inputs)
    paid = paid_on_account(inputs, lines)
    paid_counts = _counts(paid["order_no"], orders.height)
    facts = till_facts(orders, inputs.posted, paid_counts)
    now = _now(inputs, lines, money, paid_counts)
    department, project = department_of(inputs), project_of(inputs)
    moved = moved_within(inputs, facts, lines, money, pl.DataFrame([department, project]))
    states = order_states(orders, nothing).with_columns((now == "empty").alias("cancelled"))
    work = Tills(
        inputs=inputs, nothing=nothing, states=states, facts=facts, now=now, lines=lines, money=money,
        amounts=_amounts(orders, lines, inputs.lines), paid=paid, buyers=buyers_of(inputs), department=department,
        project=project, moved=moved, verdicts=Verdicts.open(orders),
    )  # fmt: skip
    everywhere = pl.repeat(value=True, n=orders.height, dtype=pl.Boolean, eager=True)
    exclude(work.verdicts, facts["ledger"], orders["ordered_on"], everywhere, connection)
    _leave_invoices(work)
    leave_to_others(work.verdicts, facts["ledger"], inputs.elsewhere)
    no_refunds = states.with_columns(
        pl.lit(None, dtype=pl.Int64).alias("refund_minor")
    )  # a day of returns is below zero
    hold_by_state(work.verdicts, no_refunds, facts, inputs.findings)
    return work


def rules_of(work: Tills) -> pl.Series:
    """Join every record with the lifecycle: the number of its rule."""
    facts, amounts = work.facts, work.amounts
    changed = (facts["live_total_minor"] != amounts["doc_total_minor"]) | (
        facts["live_vat_minor"] != amounts["vat_minor"]
    )
    changed = changed.fill_null(value=False) | mask_of(work.moved["order_no"], work.orders.height)
    frame = pl.DataFrame([work.now, facts["ledger"], changed.alias("changed")])
    return frame.join(till_rules(), on=["now", "ledger", "changed"], how="left", maintain_order="left")["rule_no"]


def _leave_invoices(work: Tills) -> None:
    """Leave sales on account to whom `till.invoices` says."""
    if work.connection.till.invoices != "others":
        return
    verdicts = work.verdicts
    theirs = verdicts.settle(~work.reports & (work.facts["ledger"] == "nothing"), "till-invoice-by-others", hold=False)
    verdicts.say(theirs, "till-invoice-by-others")


def _now(inputs: PlanInputs, lines: pl.DataFrame, money: Money, paid: pl.Series) -> pl.Series:
    """Return TILL_NOW per record; one with an amount that is not known is not empty, whatever the known ones come to."""
    orders = inputs.orders
    unstated = [frame.filter(pl.col("amount_minor").is_null())["order_no"] for frame in (inputs.lines, inputs.payments)]
    has_lines = mask_of(lines["order_no"], orders.height)
    has_money = mask_of(money.parts["order_no"], orders.height)
    frame = orders.select(
        (pl.col("record_kind") == SETTLEMENT).alias("report"), "total_minor", has_lines.alias("lines"),
        has_money.alias("money"), paid.alias("paid"), mask_of(pl.concat(unstated), orders.height).alias("unstated"),
    )  # fmt: skip
    total = pl.col("total_minor")
    nothing = pl.when("report").then((total == 0) & ~pl.col("lines") & ~pl.col("money")).otherwise(total == 0)
    bare = nothing & ~pl.col("unstated")
    now = (
        pl.when(bare).then(pl.lit("empty"))
        .when("report").then(pl.lit("reported"))
        .when(total < 0).then(pl.lit("credited"))
        .when(pl.col("paid") > 0).then(pl.lit("sold_and_paid"))
        .otherwise(pl.lit("sold"))
    )  # fmt: skip
    return frame.select(now.cast(TillNow).alias("now")).to_series()


def _amounts(orders: pl.DataFrame, lines: pl.DataFrame, stated: pl.DataFrame) -> pl.DataFrame:
    """Return what each record comes to, and its VAT as the ledger will have it and as the till states it."""
    sums = lines.group_by("order_no").agg(pl.col("net_minor", "vat_minor", "amount_minor").sum())
    by_line = stated.filter(pl.col("tax_minor").is_not_null()).group_by("order_no")
    told = by_line.agg(pl.col("tax_minor").sum().alias("_told"))
    both = orders.select("order_no", "total_minor", "tax_minor").join(
        sums, on="order_no", how="left", maintain_order="left"
    )
    both = both.join(told, on="order_no", how="left", maintain_order="left")
    zero = pl.lit(0, dtype=pl.Int64)
    return both.select(
        pl.col("total_minor").alias("doc_total_minor"), zero.alias("left_out_minor"),
        pl.col("net_minor", "vat_minor", "amount_minor").fill_null(0),
        pl.coalesce("_told", "tax_minor", "vat_minor", zero).alias("stated_vat_minor"),
    )  # fmt: skip


def _counts(order_no: pl.Series, count: int) -> pl.Series:
    """Return how often each record occurs."""
    found = order_no.value_counts(name="n")
    none = pl.repeat(0, count, dtype=pl.UInt32, eager=True)
    return none.scatter(found[order_no.name], found["n"]).alias("paid")
