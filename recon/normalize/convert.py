"""Text columns to amounts, quantities and days; every cell that cannot be read exactly becomes a refusal of its order.

A cell that is blank is *not stated*, never zero; only an order's id, day and total and a line's quantity and price
must be there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from recon.frames.amounts import (
    QUANTITY_DECIMALS,
    NumberForm,
    by_common_value,
    minor_units,
    plain_check,
    plain_value,
    unreadable,
)
from recon.frames.dates import DateForm, days, is_shop_day, moments, shop_day, shop_day_check, written_offset
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
    _convert_orders(result, reading, exponents)
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


def _convert_orders(result: Converted, reading: Reading, exponents: int | pl.Series) -> None:
    """Read amounts and days of the orders; what is plain goes through one pass that uses all cores."""
    text, form = result.orders, date_form(reading.forms)
    listed = [c for c in text.columns if c.startswith(TAX_LISTED)]
    amounts = [c for c in ORDER_AMOUNTS if c in text.columns] + listed
    twins = _twins(text, reading)
    day_columns = [c for c in ORDER_DAYS if c in text.columns and c not in twins]
    offset = written_offset(text["ordered_on"], form)
    plain = _plain_pass(text, amounts, exponents, number_form(reading.forms), day_columns, offset)
    slow = [c for c in amounts if c not in plain]
    values = {c: plain[c] for c in amounts if c in plain} | {
        s.name: s for s in read_minor(text, slow, exponents, number_form(reading.forms))
    }
    for column in amounts:
        mask = unreadable(text[column], values[column])
        if column == "total" and values[column].null_count():
            mask = values[column].is_null()
        if mask is not None:
            result.refusals.append(_refusals("amount-unreadable", text, mask, column, reading))
    for column in day_columns:
        cut = plain.get(column)
        good = cut is not None and cut.null_count() == text[column].null_count() and is_shop_day(cut, offset, form)
        values[column] = cut if cut is not None and good else days(text[column], form).alias(column)
        mask = _unreadable_day(text[column], values[column])
        if column == "ordered_on" and values[column].null_count():
            mask = values[column].is_null()
        if mask is not None:
            result.refusals.append(_refusals("date-unreadable", text, mask, column, reading))
    for column, same in twins.items():
        values[column] = values[same].alias(column)
    if "updated_at" in text.columns:
        values["updated_at"] = moments(text["updated_at"], form).alias("updated_at")
    if listed:
        values[TAX_LISTED] = (
            pl.DataFrame([values.pop(c) for c in listed])
            .select(pl.sum_horizontal(pl.all()))
            .to_series()
            .alias(TAX_LISTED)
        )
    result.orders = text.drop(listed).with_columns(values.values())


def _plain_pass(
    text: pl.DataFrame,
    amounts: Sequence[str],
    exponents: int | pl.Series,
    form: NumberForm,
    day_columns: Sequence[str],
    offset: str,
) -> dict[str, pl.Series]:
    """Read every column that is plain throughout, all in one select; columns that are not are left to the slow way."""
    checks: dict[str, pl.Expr] = {}
    values: dict[str, pl.Expr] = {}
    done: dict[str, pl.Series] = {}
    if isinstance(exponents, int) and form.is_plain:
        found = {c: by_common_value(text[c], exponents) for c in amounts}
        done = {c: value for c, value in found.items() if value is not None}
        # An order with one tax lists it in the same words as the sum of its taxes.
        repeats = [c for c in amounts if c.startswith(TAX_LISTED) and c not in done and text[c].equals(text["tax"])]
        rest = [c for c in amounts if c not in done and c not in repeats]
        checks |= {c: plain_check(c, exponents) for c in rest}
        values |= {c: plain_value(c, exponents) for c in rest}
    else:
        repeats = []
    if offset:
        checks |= {c: shop_day_check(c, offset) for c in day_columns}
        values |= {c: shop_day(c) for c in day_columns}
    if not checks or not text.height:
        return done
    both = text.select(
        *(check.alias(f"ok {c}") for c, check in checks.items()), *(value.alias(c) for c, value in values.items())
    )
    done |= {c: both[c] for c in checks if both[f"ok {c}"][0]}
    return done | {c: done["tax"].alias(c) for c in repeats if "tax" in done}


def _twins(text: pl.DataFrame, reading: Reading) -> dict[str, str]:
    """Return day columns that repeat another one under the same heading of the file; they are read once."""
    first: dict[str, str] = {}
    twins: dict[str, str] = {}
    for column in ORDER_DAYS:
        heading = reading.headings.get(column)
        if column in text.columns and heading is not None:
            if heading in first:
                twins[column] = first[heading]
            first.setdefault(heading, column)
    return twins


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
    values = _line_amounts(lines, columns, per_line, number_form(reading.forms))
    quantity = _quantities(lines, number_form(reading.forms))
    for column in columns:
        mask = unreadable(lines[column], values[column])
        if column == _needed(reading.conventions) and values[column].null_count():
            mask = values[column].is_null()
        if mask is not None:
            result.refusals.append(_refusals("amount-unreadable", lines, mask, column, reading))
    if quantity.null_count():
        result.refusals.append(_refusals("quantity-unreadable", lines, quantity.is_null(), "quantity", reading))
    texts = [blank_to_null(lines["sku"])] if "sku" in lines.columns else []
    result.lines = lines.with_columns(*values.values(), quantity.alias("quantity"), *texts)


def _line_amounts(
    lines: pl.DataFrame, columns: Sequence[str], exponents: int | pl.Series, form: NumberForm
) -> dict[str, pl.Series]:
    done: dict[str, pl.Series] = {}
    if isinstance(exponents, int) and form.is_plain:
        found = {c: by_common_value(lines[c], exponents) for c in columns}
        done = {c: value for c, value in found.items() if value is not None}
    rest = read_minor(lines, [c for c in columns if c not in done], exponents, form)
    return {c: done[c] if c in done else rest[c] for c in columns}


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
    """Return quantities as thousandths."""
    text = lines["quantity"]
    common = by_common_value(text, QUANTITY_DECIMALS) if form.is_plain else None
    if common is not None:
        return common
    return minor_units(lines, ["quantity"], QUANTITY_DECIMALS, form).to_series()


def _refusals(code: str, frame: pl.DataFrame, mask: pl.Series, column: str, reading: Reading) -> pl.DataFrame:
    """Return one refusal per marked row, with the cell as it came."""
    heading = reading.headings.get(column, column)
    value = pl.col(column)
    return frame.filter(mask).select(
        pl.lit(code).alias("code"), "order_no", "row", pl.lit(heading).alias("column"), value.alias("value"),
        pl.when(value.is_null()).then(pl.lit("The cell is empty.")).alias("detail"),
    ).cast(REFUSALS)  # fmt: skip
