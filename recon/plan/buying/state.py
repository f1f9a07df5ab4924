"""What a purchase is now, and the figures of the books that its states lead to."""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.config.connection import Connection
from recon.domain.providers import BOUGHT
from recon.plan.buying.lifecycle import BuyingNow

_RETURN: Final = "purchase_return"


def is_bought(orders: pl.DataFrame) -> pl.Series:
    """Return per record whether it is a purchase or a purchase return."""
    return orders["record_kind"].is_in(BOUGHT)


def settled_returns(orders: pl.DataFrame) -> pl.DataFrame:
    """Return the records with purchase returns as amounts of their own: that the supplier refunded one makes it no less."""
    kind = pl.col("record_kind") == _RETURN
    refunded = kind & pl.col("payment_state").is_in(["refunded", "partly_refunded"])
    return orders.with_columns(
        pl.when(refunded)
        .then(pl.lit("paid", dtype=orders.schema["payment_state"]))
        .otherwise("payment_state")
        .alias("payment_state"),
        pl.when(kind).then(0).otherwise("refunded_minor").alias("refunded_minor"),
    )


def buying_now(states: pl.DataFrame, ledger: pl.Series, connection: Connection) -> pl.Series:
    """Return BuyingNow per record; ``states``: `recon.plan.state.order_states`.

    A paid purchase follows `receipts`, as sales do; an unpaid one waits for its goods unless `purchases.expenses` says
    otherwise. Once the expense stands, its payment is not waited with.
    """
    unpaid, completed = pl.col("unpaid"), pl.col("completed")
    wanted = {"received": completed, "ordered": pl.lit(value=True), "paid": pl.lit(value=False)}
    pays = pl.lit(value=True) if connection.receipts == "paid" else completed | (pl.col("ledger") != "nothing")
    bought = (
        pl.when("cancelled").then(pl.lit("cancelled"))
        .when(pl.col("refund_minor") > 0).then(pl.lit("refunded"))
        .when(unpaid & wanted[connection.purchases.expenses]).then(pl.lit("due"))
        .when(unpaid | ~pays).then(pl.lit("awaited"))
        .otherwise(pl.lit("paid"))
    )  # fmt: skip
    back = (
        pl.when("cancelled").then(pl.lit("return_cancelled"))
        .when(completed | ~unpaid).then(pl.lit("returned"))
        .otherwise(pl.lit("return_open"))
    )  # fmt: skip
    now = pl.when(pl.col("record_kind") == _RETURN).then(back).otherwise(bought)
    return states.with_columns(ledger.alias("ledger")).select(now.cast(BuyingNow).alias("now")).to_series()
