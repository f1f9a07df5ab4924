"""The cash of a till's settlement: what must lie in the drawer by the books, and the channels a count brings with it."""

from __future__ import annotations

from typing import Final

import polars as pl

CASH_CODE: Final = "12001"
"""Cash in the code list of payments."""
CASH_WORDS: Final = ("cash", "kontant", "kontanter")
"""What a till calls cash where it states no code of the list."""
CASH_DIFFERENCE: Final = "cash difference"
TO_BANK: Final = "to bank"
BY_COUNT: Final = ("counted", TO_BANK)
"""References of payments that a count in the source's own file makes: of a cash difference, and of what went to the bank. Each
stands twice, on its own channel and the other way round on the cash, so that they add nothing."""
ADDED_CHANNELS: Final = (CASH_DIFFERENCE, TO_BANK)
"""Channels a settlement has beside those of the till, each behind its place: where a count books what is short, and the bank."""

EXPECTED_CASH: Final = pl.Schema({
    "order_key": pl.String(),
    "opening_float_minor": pl.Int64(),  # null: the till does not state it
    "cash_minor": pl.Int64(),           # cash payments of the settlement, less what was paid out of the drawer
    "expected_minor": pl.Int64(),       # what a count should find; null: the opening float is not known
    "cash_channel": pl.String(),        # payment channel the cash stands on; null: the settlement has none
})  # fmt: skip
"""One row per settlement."""


def is_cash(channel: str = "payment_channel", reference: str = "reference") -> pl.Expr:
    """Return whether a payment of a settlement is cash: by its code of the list, by its name only where it states none."""
    words = pl.col(channel).str.to_lowercase().str.replace(r"^.*/", "").str.split(" ")
    named = words.list.eval(pl.element().is_in(CASH_WORDS)).list.any()
    return pl.when(pl.col(reference).is_not_null()).then(pl.col(reference) == CASH_CODE).otherwise(named)


def expected_cash(orders: pl.DataFrame, payments: pl.DataFrame) -> pl.DataFrame:
    """Return EXPECTED_CASH of the settlements among the orders, in their order."""
    heads = orders.filter(pl.col("record_kind") == "settlement").select("order_no", "order_key", "opening_float_minor")
    cash = (
        payments.filter(is_cash().fill_null(value=False))
        .group_by("order_no", maintain_order=True)
        .agg(pl.col("amount_minor").sum().alias("cash_minor"), pl.col("payment_channel").first().alias("cash_channel"))
    )
    both = heads.join(cash, on="order_no", how="left", maintain_order="left").with_columns(
        pl.col("cash_minor").fill_null(0)
    )
    expected = (pl.col("opening_float_minor") + pl.col("cash_minor")).alias("expected_minor")
    return both.with_columns(expected).select(EXPECTED_CASH.names())


def is_by_count(reference: str = "reference") -> pl.Expr:
    """Return whether a payment is part of a count that the source's file holds, not of what the till took."""
    return pl.col(reference).is_in(BY_COUNT).fill_null(value=False)


def known_counts(typed: pl.DataFrame, orders: pl.DataFrame, payments: pl.DataFrame) -> pl.DataFrame:
    """Return TILL_COUNTS: what persons typed in, and of the other settlements what their files say was counted."""
    parts = payments.filter(is_by_count())
    if parts.is_empty():
        return typed
    channel, amount = pl.col("payment_channel"), pl.col("amount_minor")
    of_file = parts.group_by("order_no", maintain_order=True).agg(
        amount.filter(channel.str.ends_with(f"/{CASH_DIFFERENCE}")).sum().alias("_missing"),
        amount.filter(channel.str.ends_with(f"/{TO_BANK}")).sum().alias("to_bank_minor"),
    )
    counted = of_file.join(
        orders.select("order_no", "order_key"), on="order_no", how="left", maintain_order="left"
    ).join(expected_cash(orders, payments), on="order_key", how="left", maintain_order="left")
    rows = counted.join(typed, on="order_key", how="anti").select(
        "order_key", (pl.col("expected_minor") - pl.col("_missing")).alias("counted_minor"), "to_bank_minor",
        pl.lit("").alias("counted_by"), pl.lit("").alias("remark"),
    )  # fmt: skip
    return pl.concat([typed, rows.select(typed.columns)])


def added_channel(place: str, what: str) -> str:
    """Return the name of a channel that a count adds at a place."""
    return f"{place}/{what}"


def needed_channels(*, counts: bool, deposits: bool) -> tuple[str, ...]:
    """Return which of the added channels a connection's settings make use of.

    Args:
        counts: Counts are asked for or taken (till.counting is not off).
        deposits: What is taken to the bank is booked with the settlement (till.bank_deposits).
    """
    return tuple(what for what, is_on in ((CASH_DIFFERENCE, counts), (TO_BANK, counts and deposits)) if is_on)
