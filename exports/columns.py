"""Columns of a workbook table: what kind of value, how wide, how it is printed and how it reads back.

Values travel as text from integer minor units to the XML, so no binary fraction of ours ever stands between the
frame and the cell. Each kind also has one *plain form* (what the cell says, independent of who saved the file last);
the seal of a workbook is made of plain forms, computed once from the frame and once from the cells.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import polars as pl

from exports.safe_text import safe_column
from recon.money import exponent

Kind = Literal["text", "money", "quantity", "count", "date", "moment"]
Tone = Literal["good", "warn", "bad", "quiet"]

NUMERIC: Final = frozenset({"money", "quantity", "count"})
QUANTITY_DIGITS: Final = 3
_EXCEL_DAY_ZERO: Final = dt.date(1899, 12, 30)
_FIRST_SAFE_DAY: Final = dt.date(1900, 3, 1)
_SECONDS_A_DAY: Final = 86_400
_DAY_FRACTION_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    """Column of the frame."""
    heading: str
    kind: Kind = "text"
    width: int = 14
    """In characters."""
    total: bool = False
    """Summed above the heading (money, quantity and count only)."""
    edit: bool = False
    """Meant to be filled in: coloured, and typed values stay text."""
    tones: Mapping[str, Tone] = field(default_factory=dict)
    """Values of ours that are set off by colour; the word itself says it too."""
    ours: Literal["", "words", "sentences", "channels", "sums"] = ""
    """Whether its texts are words or composed sentences of ours, payment channels of which some are ours, or names with sums,
    which a workbook says in its own language."""

    def spoken(self, say: Callable[[str], str]) -> Column:
        """Return the column with its heading and its coloured words in another language."""
        return replace(self, heading=say(self.heading), tones={say(word): tone for word, tone in self.tones.items()})


def number_format(kind: Kind, digits: int, *, dash_for_zero: bool = False, day: str = "yyyy-mm-dd") -> str:
    """Return the Excel number format of a kind; thousands and decimals show as the reader's Excel writes them."""
    if kind == "money":
        decimals = f".{'0' * digits}" if digits else ""
        return f"#,##0{decimals};[Red]-#,##0{decimals}" + (';"-"' if dash_for_zero else "")
    return {"count": "#,##0", "date": day, "moment": f"{day} hh:mm:ss"}.get(kind, "General")


def tidy(frame: pl.DataFrame, columns: tuple[Column, ...]) -> pl.DataFrame:
    """Return the frame with exactly these columns, texts made safe, and dates Excel cannot hold as text."""
    done = []
    for column in columns:
        series = frame[column.name]
        if column.kind == "text" or _too_early(series, column.kind):
            series = safe_column(series)
        done.append(series.alias(column.name))
    return pl.DataFrame(done)


def _too_early(series: pl.Series, kind: Kind) -> bool:
    """Excel counts days from 1900 and takes that year for a leap year; earlier days go in as text."""
    first = series.min() if kind == "date" else None
    return isinstance(first, dt.date) and first < _FIRST_SAFE_DAY


def money_digits(frame: pl.DataFrame, currency_column: str | None, base: int) -> pl.Expr | int:
    """Return how many decimals amounts have: one number, or one per row where currencies differ in it."""
    if currency_column is None or currency_column not in frame.columns:
        return base
    per_currency = {str(code): exponent(str(code)) for code in frame[currency_column].unique() if code is not None}
    found = set(per_currency.values())
    if len(found) <= 1:
        return found.pop() if found else base
    return pl.col(currency_column).replace_strict(per_currency, default=base, return_dtype=pl.Int64)


def decimal_text(value: pl.Expr, digits: pl.Expr | int) -> pl.Expr:
    """Return scaled integers as plain decimal text, exactly: 123450 with two digits is ``1234.50``."""
    if isinstance(digits, int):
        return _fixed(value, digits)
    text = _fixed(value, 2)
    for other in (0, 3):
        text = pl.when(digits == other).then(_fixed(value, other)).otherwise(text)
    return text


def _fixed(value: pl.Expr, digits: int) -> pl.Expr:
    if digits == 0:
        return value.cast(pl.String)
    size = value.abs()
    sign = pl.when(value < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    whole = (size // 10**digits).cast(pl.String)
    fraction = (size % 10**digits).cast(pl.String).str.zfill(digits)
    return pl.concat_str(sign, whole, pl.lit("."), fraction)


def cell_number(column: Column, digits: pl.Expr | int) -> pl.Expr:
    """Return the number a cell of this column holds, as text."""
    value = pl.col(column.name)
    if column.kind == "money":
        return decimal_text(value, digits)
    if column.kind == "quantity":
        return decimal_text(value, QUANTITY_DIGITS)
    if column.kind == "date":
        return (value - pl.lit(_EXCEL_DAY_ZERO)).dt.total_days().cast(pl.String)
    if column.kind == "moment":
        return _moment_number(value)
    return value.cast(pl.String)


def _moment_number(value: pl.Expr) -> pl.Expr:
    """Days since Excel's day zero with a fraction, rounded half up to 1e-12 of a day; whole seconds only."""
    seconds = (value - pl.lit(_EXCEL_DAY_ZERO).cast(pl.Datetime("us"))).dt.total_seconds()
    part = (seconds % _SECONDS_A_DAY) * 10**_DAY_FRACTION_DIGITS
    fraction = (part + _SECONDS_A_DAY // 2) // _SECONDS_A_DAY
    days = (seconds // _SECONDS_A_DAY).cast(pl.String)
    return pl.concat_str(days, pl.lit("."), fraction.cast(pl.String).str.zfill(_DAY_FRACTION_DIGITS))


def plain_form(column: Column, dtype: pl.DataType, digits: pl.Expr | int) -> pl.Expr:
    """Return what the cells of a column say, from the frame."""
    value = pl.col(column.name)
    if column.kind in NUMERIC:
        return cell_number(column, digits).cast(pl.Decimal(38, QUANTITY_DIGITS)).cast(pl.String)
    if dtype == pl.String:
        return value
    if column.kind == "moment":
        return value.dt.strftime("%Y-%m-%d %H:%M:%S")
    return value.cast(pl.String)


def plain_form_read(column: Column, dtype: pl.DataType, most_digits: int) -> pl.Expr:
    """Return what the cells of a column say, from a workbook read back."""
    value = pl.col(column.name)
    if column.kind in NUMERIC:
        places = {"quantity": QUANTITY_DIGITS, "count": 0}.get(column.kind, most_digits)
        exact = value.cast(pl.Decimal(38, 9), strict=False).round(places, mode="half_away_from_zero")
        return exact.cast(pl.Decimal(38, QUANTITY_DIGITS)).cast(pl.String)
    if dtype == pl.String:
        return value.str.slice(0, 10) if column.kind == "date" else value
    if column.kind == "moment":
        return value.dt.round("1s").dt.strftime("%Y-%m-%d %H:%M:%S")
    return value.cast(pl.String)
