"""What reading cells has in common: forms, currencies, and refusals.

A cell that is blank is *not stated*, never zero. A cell that says something which cannot be read exactly refuses its
whole order: half an order is no order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from recon.frames.amounts import NumberForm, minor_units
from recon.money import EXPONENTS, exponent
from recon.sources.base import Reading

REFUSALS: Final = pl.Schema({
    "code": pl.String(),
    "order_no": pl.UInt32(),
    "row": pl.UInt32(),
    "column": pl.String(),      # as the file heads it
    "value": pl.String(),       # as it came
    "detail": pl.String(),
})  # fmt: skip


Refusals = list[pl.DataFrame]
"""Frames of REFUSALS; any row keeps its order out."""


def read_minor(
    frame: pl.DataFrame, columns: Sequence[str], exponents: int | pl.Series, form: NumberForm
) -> pl.DataFrame:
    """Read amounts in the currency of each row: one pass where all rows agree, one per number of decimals otherwise."""
    if isinstance(exponents, int):
        return minor_units(frame, columns, exponents, form)
    passes = [
        minor_units(frame, columns, one, form).select(
            pl.when(exponents == one).then(pl.col(c)).alias(c) for c in columns
        )
        for one in sorted(exponents.unique().to_list())
    ]
    return pl.DataFrame([pl.select(pl.coalesce(*(part[c] for part in passes))).to_series().alias(c) for c in columns])


def with_currency(orders: pl.DataFrame, books: str) -> pl.DataFrame:
    """Give every order a currency code: its own in capitals, or that of the books where the source names none."""
    if "currency" not in orders.columns:
        return orders.with_columns(pl.lit(books).alias("currency"))
    distinct = orders["currency"].unique()
    if distinct.to_list() == [books]:
        return orders
    bare = {value: (value or "").strip().upper() or books for value in distinct if value is not None}
    named = orders["currency"].replace(bare).fill_null(books).alias("currency")
    return orders.with_columns(named)


def exponents_of(currency: pl.Series) -> int | pl.Series:
    """Return the decimals of the orders' currencies: one number where all agree, else one per order."""
    distinct = {code: exponent(code) for code in currency.unique()}
    if len(set(distinct.values())) <= 1:
        return next(iter(distinct.values()), 2)
    return currency.replace_strict(EXPONENTS, default=2, return_dtype=pl.Int64)


def unreadable_day(text: pl.Series, value: pl.Series) -> pl.Series | None:
    """Return the mask of cells that say something which is no day; None when there is none."""
    if text.null_count() == value.null_count():
        return None
    stated = text.str.strip_chars().str.len_bytes() > 0
    no_date = text.str.contains(r"^\s*(?:-0001-11-30|0000-00-00)")
    mask = value.is_null() & stated.fill_null(value=False) & ~no_date.fill_null(value=False)
    return mask if mask.any() else None


def refuse(code: str, frame: pl.DataFrame, mask: pl.Series, column: str, reading: Reading) -> pl.DataFrame:
    """Return one refusal per marked row of orders, lines or payments, with the cell as it came."""
    heading = reading.headings.get(column, column)
    value = pl.col(column)
    return frame.filter(mask).select(
        pl.lit(code).alias("code"), "order_no", "row", pl.lit(heading).alias("column"), value.alias("value"),
        pl.when(value.is_null()).then(pl.lit("The cell is empty.")).alias("detail"),
    ).cast(REFUSALS)  # fmt: skip
