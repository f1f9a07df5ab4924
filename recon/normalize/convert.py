"""Text columns to amounts, quantities and days; every cell that cannot be read exactly becomes a refusal of its order.

A cell that is blank is *not stated*, never zero; only an order's id, day and total and a line's quantity and price
must be there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from recon.frames.amounts import PLAIN, QUANTITY_DECIMALS, NumberForm, minor_units, unreadable
from recon.frames.dates import DateForm, days, moments
from recon.frames.text import blank_to_null
from recon.money import EXPONENTS, exponent
from recon.sources.base import Conventions, Forms, Reading, ReadOptions

ORDER_AMOUNTS: Final = (
    "subtotal", "discount", "discount_extra", "shipping", "shipping_discount", "cod_fee", "duties", "rounding",
    "platform_discount", "tax", "total", "paid", "refunded", "outstanding",
)  # fmt: skip
ORDER_DAYS: Final = ("ordered_on", "paid_on", "shipped_on", "completed_on", "cancelled_on", "refund_on")
LINE_AMOUNTS: Final = ("unit_price", "line_discount", "line_amount")
TAX_LISTED: Final = "tax_listed"

REFUSALS: Final = pl.Schema({
    "code": pl.String(),
    "order_no": pl.UInt32(),
    "row": pl.UInt32(),
    "column": pl.String(),      # as the file heads it
    "value": pl.String(),       # as it came
    "detail": pl.String(),
})  # fmt: skip


@dataclass(slots=True)
class Converted:
    """A reading with typed columns under the same names, and what was refused."""

    orders: pl.DataFrame
    lines: pl.DataFrame
    payments: pl.DataFrame | None = None
    refunds: pl.DataFrame | None = None
    refusals: list[pl.DataFrame] = field(default_factory=list)
    """REFUSALS; any of them keeps its order out."""


def number_form(forms: Forms) -> NumberForm:
    """Return the part of a source's forms that says how numbers are written."""
    return NumberForm(
        decimal_mark=forms.decimal_mark,
        thousands_mark=forms.thousands_mark,
        strip_currency=forms.strip_currency,
        parentheses_negative=forms.parentheses_negative,
        trailing_minus=forms.trailing_minus,
        dash_is_zero=forms.dash_is_zero,
        other_digits=forms.other_digits,
        binary_noise=forms.binary_noise,
    )


def date_form(forms: Forms) -> DateForm:
    """Return the part of a source's forms that says how days are written."""
    return DateForm(
        formats=forms.date_formats, era=forms.era, timezone=forms.timezone, excel_serials=forms.excel_serials
    )


def convert(reading: Reading, options: ReadOptions) -> Converted:
    """Return the reading with amounts as minor units, quantities as thousandths and dates as local days."""
    orders = _with_currency(reading.orders, options.currency)
    result = Converted(orders, reading.lines)
    exponents = _exponents(orders["currency"])
    _convert_order_amounts(result, reading, exponents)
    _convert_days(result, reading)
    _convert_lines(result, reading, exponents)
    result.payments = _convert_listed(result, reading, reading.payments, exponents, day="paid_on", needs_amount=False)
    result.refunds = _convert_listed(result, reading, reading.refunds, exponents, day="refunded_on", needs_amount=True)
    return result


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


def _with_currency(orders: pl.DataFrame, books: str) -> pl.DataFrame:
    """Give every order a currency code: its own in capitals, or that of the books where the source names none."""
    if "currency" not in orders.columns:
        return orders.with_columns(pl.lit(books).alias("currency"))
    distinct = orders["currency"].unique()
    if distinct.to_list() == [books]:
        return orders
    bare = {value: (value or "").strip().upper() or books for value in distinct if value is not None}
    named = orders["currency"].replace(bare).fill_null(books).alias("currency")
    return orders.with_columns(named)


def _exponents(currency: pl.Series) -> int | pl.Series:
    distinct = {code: exponent(code) for code in currency.unique()}
    if len(set(distinct.values())) <= 1:
        return next(iter(distinct.values()), 2)
    return currency.replace_strict(EXPONENTS, default=2, return_dtype=pl.Int64)


def _convert_order_amounts(result: Converted, reading: Reading, exponents: int | pl.Series) -> None:
    text = result.orders
    listed = [c for c in text.columns if c.startswith(TAX_LISTED)]
    columns = [c for c in ORDER_AMOUNTS if c in text.columns] + listed
    values = read_minor(text, columns, exponents, number_form(reading.forms))
    for column in columns:
        mask = unreadable(text[column], values[column])
        if column == "total" and values[column].null_count():
            mask = values[column].is_null()
        if mask is not None:
            result.refusals.append(_refusals("amount-unreadable", text, mask, column, reading))
    if listed:
        listed_sum = values.select(pl.sum_horizontal(listed).alias(TAX_LISTED))
        values = values.drop(listed).hstack(listed_sum)
        result.orders = result.orders.drop(listed)
    result.orders = result.orders.with_columns(values)


def _convert_days(result: Converted, reading: Reading) -> None:
    form = date_form(reading.forms)
    read: list[pl.Series] = []
    for column in ORDER_DAYS:
        if column not in result.orders.columns:
            continue
        text = result.orders[column]
        value = days(text, form)
        mask = _unreadable_day(text, value)
        if column == "ordered_on" and value.null_count():
            mask = value.is_null()
        if mask is not None:
            result.refusals.append(_refusals("date-unreadable", result.orders, mask, column, reading))
        read.append(value.alias(column))
    if "updated_at" in result.orders.columns:
        read.append(moments(result.orders["updated_at"], form).alias("updated_at"))
    result.orders = result.orders.with_columns(read)


def _unreadable_day(text: pl.Series, value: pl.Series) -> pl.Series | None:
    if text.null_count() == value.null_count():
        return None
    stated = text.str.strip_chars().str.len_bytes() > 0
    no_date = text.str.contains(r"^\s*(?:-0001-11-30|0000-00-00)")
    mask = value.is_null() & stated.fill_null(value=False) & ~no_date.fill_null(value=False)
    return mask if mask.any() else None


def _convert_lines(result: Converted, reading: Reading, exponents: int | pl.Series) -> None:
    lines = result.lines
    columns = [c for c in LINE_AMOUNTS if c in lines.columns]
    per_line = exponents if isinstance(exponents, int) else exponents.gather(lines["order_no"])
    values = read_minor(lines, columns, per_line, number_form(reading.forms))
    quantity = _quantities(lines, number_form(reading.forms))
    for column in columns:
        mask = unreadable(lines[column], values[column])
        if column == _needed(reading.conventions) and values[column].null_count():
            mask = values[column].is_null()
        if mask is not None:
            result.refusals.append(_refusals("amount-unreadable", lines, mask, column, reading))
    if quantity.null_count():
        result.refusals.append(_refusals("quantity-unreadable", lines, quantity.is_null(), "quantity", reading))
    texts = [blank_to_null(lines[c]).alias(c) for c in ("sku", "name") if c in lines.columns]
    result.lines = lines.with_columns(*values, quantity.alias("quantity"), *texts)


def _convert_listed(
    result: Converted,
    reading: Reading,
    rows: pl.DataFrame | None,
    exponents: int | pl.Series,
    *,
    day: str,
    needs_amount: bool,
) -> pl.DataFrame | None:
    """Return payments or refunds the source lists one by one with ``amount_minor`` and days; None if it lists none."""
    if rows is None:
        return None
    per_row = exponents if isinstance(exponents, int) else exponents.gather(rows["order_no"])
    amount = read_minor(rows, ["amount"], per_row, number_form(reading.forms)).to_series()
    mask = amount.is_null() if needs_amount and amount.null_count() else unreadable(rows["amount"], amount)
    if mask is not None:
        result.refusals.append(_refusals("amount-unreadable", rows, mask, "amount", reading))
    typed = [amount.alias("amount_minor")]
    if day in rows.columns:
        on = days(rows[day], date_form(reading.forms))
        wrong = _unreadable_day(rows[day], on)
        if wrong is not None:
            result.refusals.append(_refusals("date-unreadable", rows, wrong, day, reading))
        typed.append(on.alias(day))
    return rows.with_columns(typed)


def _needed(conventions: Conventions) -> str:
    """Return which amount every line must state."""
    return (
        "unit_price"
        if conventions.line_amount == "computed"
        else "line_amount"
        if conventions.line_amount == "stated"
        else ""
    )


def _quantities(lines: pl.DataFrame, form: NumberForm) -> pl.Series:
    """Return quantities as thousandths; a whole number, as almost all are, takes the shortest way."""
    text = lines["quantity"]
    if form == PLAIN and text.str.contains(r"^-?[0-9]{1,9}$").all():
        return text.cast(pl.Int64) * 10**QUANTITY_DECIMALS
    return minor_units(lines, ["quantity"], QUANTITY_DECIMALS, form).to_series()


def _refusals(code: str, frame: pl.DataFrame, mask: pl.Series, column: str, reading: Reading) -> pl.DataFrame:
    """Return one refusal per marked row, with the cell as it came."""
    heading = reading.headings.get(column, column)
    value = pl.col(column)
    return frame.filter(mask).select(
        pl.lit(code).alias("code"), "order_no", "row", pl.lit(heading).alias("column"), value.alias("value"),
        pl.when(value.is_null()).then(pl.lit("The cell is empty.")).alias("detail"),
    ).cast(REFUSALS)  # fmt: skip
