"""Where a settlement's money is: what came in by each means of payment, what the count of the cash found, what went to the bank.

The count moves money between accounts and adds none: a difference stands once on the account of cash differences and once,
the other way round, on the cash; what was taken to the bank likewise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.match.channels import resolve_channels
from recon.match.keys import fold
from recon.match.till_accounts import codes_by_key
from recon.match.till_cash import CASH_DIFFERENCE, TO_BANK, is_by_count, is_cash, known_counts, needed_channels
from recon.plan.inputs import PlanInputs
from recon.plan.tills.lines import account_needs

CASH: Final = "cash"
"""Channel of a place whose till names no cash of its own, behind ``PLACE/``."""

MONEY: Final = pl.Schema({
    "order_no": pl.UInt32(),
    "payment_channel": pl.String(),
    "payment_method": pl.String(),      # null: not mapped
    "account_code": pl.String(),        # null: not mapped
    "amount_minor": pl.Int64(),         # signed, never 0
    "moved": pl.String(),               # what a count moved it for: till_cash.ADDED_CHANNELS; "" where the till took it in
    "is_gone": pl.Boolean(),            # the ledger has no such account
    "needs_department": pl.Boolean(),
    "needs_project": pl.Boolean(),
})  # fmt: skip
"""Parts of the settlements' debit side, sorted by order_no."""


@dataclass(frozen=True, slots=True)
class Money:
    """The debit side of all settlements, and what is known of their cash."""

    parts: pl.DataFrame
    """MONEY."""
    cash: pl.DataFrame
    """Per record: cash_channel, expected_minor (null: the float is not known), counted_minor, to_bank_minor (null: not counted)."""


def till_money(inputs: PlanInputs) -> Money:
    """Return the debit side of every settlement; counts are booked as the connection says."""
    reports = (inputs.orders["record_kind"] == "settlement").gather(inputs.payments["order_no"])
    paid = inputs.payments.filter(reports, pl.col("amount_minor").fill_null(0) != 0, ~is_by_count())
    cash = _cash(inputs)
    frames = [paid.select("order_no", "payment_channel", "amount_minor", pl.lit("").alias("moved"))]
    if inputs.connection.till.counting != "off":
        frames += _counted(inputs, cash)
    parts = pl.concat(frames).filter(pl.col("amount_minor") != 0).sort("order_no", maintain_order=True)
    channels = inputs.connection.channels
    resolved = resolve_channels(
        parts["payment_channel"],
        inputs.channel_links,
        cash_method=channels.cash_method if channels.unmapped == "cash" else "",
    )
    # Cash is what nobody mapped at most: a difference booked on it would be gone, and so would what went to the bank.
    added = pl.col("payment_channel").str.contains(f"/({CASH_DIFFERENCE}|{TO_BANK})$") & pl.col("by_default")
    resolved = resolved.select(
        "payment_channel",
        *(pl.when(~added).then(name).alias(name) for name in ("payment_method", "account_code")),
    )
    known = account_needs(inputs)
    is_read = pl.lit(value=inputs.ledger_accounts.height > 0)
    found = parts.join(resolved, on="payment_channel", how="left", maintain_order="left").join(
        known, on="account_code", how="left", maintain_order="left"
    )
    gone = is_read & pl.col("account_code").is_not_null() & pl.col("is_known").is_null()
    return Money(
        found.with_columns(
            gone.alias("is_gone"), pl.col("needs_department", "needs_project").fill_null(value=False)
        ).select(pl.col(name).cast(dtype) for name, dtype in MONEY.items()),
        cash,
    )  # fmt: skip


def _cash(inputs: PlanInputs) -> pl.DataFrame:
    """Return what every record should have in its drawer, what was counted, and which channel its cash is."""
    orders = inputs.orders.select("order_no", "order_key", "sales_channel", "opening_float_minor")
    coins = inputs.payments.filter(is_cash().fill_null(value=False)).join(
        orders.select("order_no", "sales_channel"), on="order_no", how="left", maintain_order="left"
    )
    own = coins.group_by("order_no", maintain_order=True).agg(
        pl.col("payment_channel").first().alias("_own"), pl.col("amount_minor").sum().alias("cash_minor")
    )
    of_place = coins.group_by("sales_channel", maintain_order=True).agg(
        pl.col("payment_channel").first().alias("_place")
    )
    both = orders.join(own, on="order_no", how="left", maintain_order="left")
    both = both.join(of_place, on="sales_channel", how="left", maintain_order="left")
    counts = known_counts(inputs.counts, inputs.orders, inputs.payments)
    both = both.join(counts, on="order_key", how="left", maintain_order="left")
    named = pl.coalesce("_own", "_place", pl.format("{}/{}", "sales_channel", pl.lit(CASH)))
    cash = pl.col("cash_minor").fill_null(0)
    return both.select(
        "order_no", "sales_channel", named.alias("cash_channel"), cash,
        (pl.col("opening_float_minor") + cash).alias("expected_minor"), "counted_minor",
        pl.when(pl.col("counted_minor").is_not_null()).then(pl.col("to_bank_minor").fill_null(0)).alias("to_bank_minor"),
        ((cash != 0) | (pl.col("opening_float_minor").fill_null(0) != 0)).alias("has_cash"),
    )  # fmt: skip


def _counted(inputs: PlanInputs, cash: pl.DataFrame) -> list[pl.DataFrame]:
    """Return what counts move: the difference, and the cash taken to the bank, each with its other side on the cash."""
    reports = inputs.orders["record_kind"] == "settlement"
    known = cash.filter(reports & cash["counted_minor"].is_not_null())
    over = pl.col("counted_minor") - pl.col("expected_minor")
    amounts = {CASH_DIFFERENCE: -over.fill_null(0), TO_BANK: pl.col("to_bank_minor")}
    wanted = needed_channels(counts=True, deposits=inputs.connection.till.bank_deposits == "settlement")
    sides = [
        (name, channel, signed)
        for name in wanted
        for channel, signed in (
            (pl.format("{}/{}", "sales_channel", pl.lit(name)), amounts[name]), (pl.col("cash_channel"), -amounts[name]),
        )
    ]  # fmt: skip
    return [
        known.select(
            "order_no", channel.alias("payment_channel"), signed.alias("amount_minor"), pl.lit(name).alias("moved")
        )
        for name, channel, signed in sides
    ]


def department_of(inputs: PlanInputs) -> pl.Series:
    """Return per record the ledger's department of its place; null: none is set."""
    return _of_place(inputs, inputs.connection.till.departments).alias("department")


def project_of(inputs: PlanInputs) -> pl.Series:
    """Return per record the ledger's project of its place; null: none is set."""
    return _of_place(inputs, inputs.connection.till.projects).alias("project")


def _of_place(inputs: PlanInputs, said: dict[str, str]) -> pl.Series:
    codes = codes_by_key(said)
    places = inputs.orders["sales_channel"].unique().to_list()
    known = {place: codes.get(fold(place)) for place in places if place is not None}
    found = [known.get(place) for place in places]
    return inputs.orders["sales_channel"].replace_strict(
        pl.Series(places, dtype=pl.String), pl.Series(found, dtype=pl.String), return_dtype=pl.String
    )
