"""Cells of the orders: amounts to minor units, days to the shop's days; id, day and total must be there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from recon.frames.amounts import NumberForm, by_common_value, plain_check, plain_value, unreadable
from recon.frames.dates import DateForm, days, is_shop_day, moments, shop_day, shop_day_check, written_offset
from recon.normalize.convert import Refusals, read_minor, refuse, unreadable_day
from recon.sources.base import Reading

ORDER_AMOUNTS: Final = (
    "subtotal", "discount", "discount_extra", "shipping", "shipping_discount", "cod_fee", "duties", "rounding",
    "platform_discount", "tax", "total", "paid", "refunded", "outstanding",
    "opening_float",
)  # fmt: skip
ORDER_DAYS: Final = ("ordered_on", "paid_on", "shipped_on", "completed_on", "cancelled_on", "refund_on")
TAX_LISTED: Final = "tax_listed"


def read_orders(text: pl.DataFrame, reading: Reading, exponents: int | pl.Series) -> tuple[pl.DataFrame, Refusals]:
    """Return the orders with typed columns under the same names, and what had to be refused.

    What is plain goes through one pass that uses all cores; only odd columns are read cell by cell.
    """
    numbers, dates = reading.forms.numbers, reading.forms.days
    listed = [c for c in text.columns if c.startswith(TAX_LISTED)]
    amounts = [c for c in ORDER_AMOUNTS if c in text.columns] + listed
    twins = _twins(text, reading)
    day_columns = [c for c in ORDER_DAYS if c in text.columns and c not in twins]
    offset = written_offset(text["ordered_on"], dates)
    plain = _plain_pass(text, amounts, exponents, numbers, day_columns, offset)
    slow = read_minor(text, [c for c in amounts if c not in plain], exponents, numbers)
    values = {c: plain[c] if c in plain else slow[c] for c in amounts}
    values |= {c: _day(text[c], plain.get(c), offset, dates) for c in day_columns}
    refusals = _order_refusals(text, values, amounts, day_columns, reading)
    values |= {column: values[same].alias(column) for column, same in twins.items()}
    if "updated_at" in text.columns:
        values["updated_at"] = moments(text["updated_at"], dates)
    if listed:
        each = pl.DataFrame([values.pop(c) for c in listed])
        values[TAX_LISTED] = each.select(pl.sum_horizontal(pl.all())).to_series().alias(TAX_LISTED)
    return text.drop(listed).with_columns(values.values()), refusals


def _day(text: pl.Series, cut: pl.Series | None, offset: str, form: DateForm) -> pl.Series:
    """Return a column's days: those cut out in the plain pass where they are the shop's days, else read by form."""
    if cut is not None and cut.null_count() == text.null_count() and is_shop_day(cut, offset, form):
        return cut
    return days(text, form)


def _order_refusals(
    text: pl.DataFrame,
    values: dict[str, pl.Series],
    amounts: Sequence[str],
    day_columns: Sequence[str],
    reading: Reading,
) -> Refusals:
    refusals = []
    for column in amounts:
        missing = column == "total" and values[column].null_count() > 0
        mask = values[column].is_null() if missing else unreadable(text[column], values[column])
        if mask is not None:
            refusals.append(refuse("amount-unreadable", text, mask, column, reading))
    for column in day_columns:
        missing = column == "ordered_on" and values[column].null_count() > 0
        mask = values[column].is_null() if missing else unreadable_day(text[column], values[column])
        if mask is not None:
            refusals.append(refuse("date-unreadable", text, mask, column, reading))
    return refusals


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
        repeats = [c for c in amounts if _repeats_tax(text, c) and c not in done]
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


def _repeats_tax(text: pl.DataFrame, column: str) -> bool:
    return column.startswith(TAX_LISTED) and "tax" in text.columns and text[column].equals(text["tax"])


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
