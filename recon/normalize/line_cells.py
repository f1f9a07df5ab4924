"""Cells of the lines, and of payments and refunds a source lists one by one; quantity and price must be there."""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.amounts import QUANTITY_DECIMALS, minor_units, unreadable
from recon.frames.dates import days
from recon.frames.text import blank_to_null
from recon.normalize.convert import Refusals, read_minor, refuse, unreadable_day
from recon.sources.base import Conventions, Reading

LINE_AMOUNTS: Final = ("unit_price", "line_discount", "line_amount", "tax")
REFUND_AMOUNTS: Final = ("discount", "amount", "tax")


def read_lines(reading: Reading, exponents: int | pl.Series) -> tuple[pl.DataFrame, Refusals]:
    """Return the lines with typed columns under the same names, and what had to be refused."""
    lines, form = reading.lines, reading.forms.numbers
    columns = [c for c in LINE_AMOUNTS if c in lines.columns]
    per_line = exponents if isinstance(exponents, int) else exponents.gather(lines["order_no"])
    values = read_minor(lines, columns, per_line, form)
    quantity = minor_units(lines, ["quantity"], QUANTITY_DECIMALS, form).to_series()
    refusals = []
    for column in columns:
        missing = column == _needed(reading.conventions) and values[column].null_count() > 0
        mask = values[column].is_null() if missing else unreadable(lines[column], values[column])
        if mask is not None:
            refusals.append(refuse("amount-unreadable", lines, mask, column, reading))
    if quantity.null_count():
        refusals.append(refuse("quantity-unreadable", lines, quantity.is_null(), "quantity", reading))
    texts = [blank_to_null(lines["sku"])] if "sku" in lines.columns else []
    return lines.with_columns(*values, quantity.alias("quantity"), *texts), refusals


def read_listed(
    rows: pl.DataFrame | None, reading: Reading, exponents: int | pl.Series, *, day: str, needs_amount: bool
) -> tuple[pl.DataFrame | None, Refusals]:
    """Return payments or refunds with ``amount_minor`` and days, and what had to be refused; None if none are listed."""
    if rows is None:
        return None, []
    per_row = exponents if isinstance(exponents, int) else exponents.gather(rows["order_no"])
    columns = [name for name in ("amount", "tax") if name in rows.columns]
    values = read_minor(rows, columns, per_row, reading.forms.numbers)
    refusals = []
    for column in columns:
        missing = column == "amount" and needs_amount and values[column].null_count() > 0
        mask = values[column].is_null() if missing else unreadable(rows[column], values[column])
        if mask is not None:
            refusals.append(refuse("amount-unreadable", rows, mask, column, reading))
    typed = [values[column].alias(f"{column}_minor") for column in columns]
    if day in rows.columns:
        on = days(rows[day], reading.forms.days)
        wrong = unreadable_day(rows[day], on)
        if wrong is not None:
            refusals.append(refuse("date-unreadable", rows, wrong, day, reading))
        typed.append(on.alias(day))
    return rows.with_columns(typed), refusals


def read_refund_lines(
    rows: pl.DataFrame | None, reading: Reading, exponents: int | pl.Series
) -> tuple[pl.DataFrame | None, Refusals]:
    """Return what refunds consist of with typed columns, and what had to be refused; None if no refund says it."""
    if rows is None:
        return None, []
    form = reading.forms.numbers
    per_row = exponents if isinstance(exponents, int) else exponents.gather(rows["order_no"])
    amounts = read_minor(rows, REFUND_AMOUNTS, per_row, form)
    quantity = minor_units(rows, ["quantity"], QUANTITY_DECIMALS, form).to_series()
    refusals = [
        refuse("amount-unreadable", rows, amounts[column].is_null(), column, reading)
        for column in REFUND_AMOUNTS
        if amounts[column].null_count()
    ]
    if quantity.null_count():
        refusals.append(refuse("quantity-unreadable", rows, quantity.is_null(), "quantity", reading))
    typed = [amounts[column].alias(f"{column}_minor") for column in REFUND_AMOUNTS]
    return rows.with_columns(*typed, quantity.alias("quantity_milli")), refusals


def _needed(conventions: Conventions) -> str:
    """Return which amount every line must state; empty: none by itself."""
    return {"computed": "unit_price", "stated": "line_amount"}.get(conventions.line_amount, "")
