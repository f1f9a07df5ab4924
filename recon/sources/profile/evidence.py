"""What the cells of a column prove: date form and era, number form, how values repeat on the rows of an order.

Every answer carries its evidence. Where two readings are possible, both are given and nothing is decided: 05/06 may be
June or May until some day is above 12.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import Final

import polars as pl

from recon.frames.dates import BUDDHIST_FROM, DateForm, moments

_SEARCHED: Final = 2_000
"""Distinct cells looked at while searching for a date form; the form found is then tried on all."""
_DAYS: Final = (
    "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%d.%m.%Y", "%d %b %Y", "%Y%m%d",
    "%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%m-%d-%y", "%d %b %y", "%y-%m-%d",
)  # fmt: skip
_CLOCKS: Final = ("", " %H:%M", " %H:%M:%S", "T%H:%M:%S", " %H:%M:%S %z", "T%H:%M:%S%z", ", %H:%M", " %H:%M:%S.%f")
_SERIAL: Final = r"^[2-7][0-9]{4}(?:\.[0-9]+)?$"
_CURRENCIES: Final = ("THB", "฿", "บาท", "Baht")


@dataclass(frozen=True, slots=True)
class DateEvidence:
    """How the date columns of a file are written, as far as the cells prove it."""

    formats: tuple[str, ...] = ()
    """Forms that read every cell; more than one: the cells do not decide."""
    era: str = ""
    """CE, BE, auto; empty: not decided (two-digit years)."""
    reason: str = ""
    serials: bool = False
    """Cells are Excel day numbers."""

    @property
    def is_decided(self) -> bool:
        """Whether exactly one form and an era are left."""
        return (len(self.formats) == 1 and bool(self.era)) or self.serials


@dataclass(slots=True)
class NumberEvidence:
    """How the amount columns of a file are written."""

    decimal: str = "."
    thousands: str = ""
    strip_currency: tuple[str, ...] = ()
    parentheses_negative: bool = False
    trailing_minus: bool = False
    dash_is_zero: bool = False
    other_digits: bool = False
    reasons: list[str] = field(default_factory=list)


def date_evidence(text: pl.Series) -> DateEvidence:
    """Return how a column of dates is written."""
    cells = text.str.strip_chars().unique().drop_nulls()
    cells = cells.filter(cells.str.len_bytes() > 0)
    if cells.is_empty():
        return DateEvidence(reason="the column is empty in this file")
    if cells.str.contains(_SERIAL).all():
        return DateEvidence(era="CE", serials=True, reason=f"numbers such as {cells[0]} are Excel day numbers")
    sample = cells.head(_SEARCHED)
    fitting = [form for form in map("".join, product(_DAYS, _CLOCKS)) if _reads(sample, form) and _reads(cells, form)]
    if not fitting:
        return DateEvidence(reason=f"no known form reads every cell, e.g. {cells[0]!r}")
    if len(fitting) > 1:
        return DateEvidence(
            tuple(fitting),
            _era(cells, fitting[0])[0],
            f"no day above 12 in this file, e.g. {cells[0]!r}: both forms read every cell",
        )
    era, why = _era(cells, fitting[0])
    return DateEvidence((fitting[0],), era, f"every cell reads so, e.g. {_telling(cells, fitting[0])!r}; {why}")


def number_evidence(columns: list[pl.Series]) -> NumberEvidence:
    """Return how the amount columns are written, taken together."""
    found = NumberEvidence()
    cells = (
        pl.concat([column.str.strip_chars() for column in columns]).unique().drop_nulls()
        if columns
        else pl.Series(dtype=pl.String)
    )
    cells = cells.filter(cells.str.len_bytes() > 0).sort()
    if cells.is_empty():
        return found
    found.strip_currency = tuple(word for word in _CURRENCIES if cells.str.contains(word, literal=True).any())
    for name, pattern, what in (
        ("parentheses_negative", r"^\([0-9.,]+\)$", "is negative in parentheses"),
        ("trailing_minus", r"^[0-9.,]+-$", "has its minus at the end"),
        ("dash_is_zero", r"^[-–—]$", "alone stands for zero"),
        ("other_digits", "[๐-๙０-９−]", "has Thai or full-width digits"),
    ):
        hits = cells.filter(cells.str.contains(pattern))
        if len(hits):
            setattr(found, name, True)
            found.reasons.append(f"{hits[0]!r} {what}")
    _marks(cells, found)
    return found


def repeats(frame: pl.DataFrame, order_column: str, column: str) -> str:
    """Return how a column stands on the rows of orders that have several: equal, first, varies; "" if none has."""
    rows = frame.select(pl.col(order_column).alias("id"), pl.col(column).alias("value")).drop_nulls("id")
    rows = rows.with_columns(pl.len().over("id").alias("rows"), pl.int_range(pl.len()).over("id").alias("place"))
    several = rows.filter(pl.col("rows") > 1)
    if not several.height or several.get_column("value").null_count() == several.height:
        return ""
    later = several.filter(pl.col("place") > 0).get_column("value")
    if later.null_count() == len(later):
        return "first"
    distinct = several.group_by("id").agg(pl.col("value").drop_nulls().n_unique().alias("n"))
    return "equal" if (distinct.get_column("n") <= 1).all() else "varies"


def _reads(cells: pl.Series, form: str) -> bool:
    """Return whether a form reads every cell (two-digit years as Gregorian, for the test only)."""
    era = "auto" if "%Y" in form else "CE"
    return moments(cells, DateForm((form,), era)).null_count() == 0  # type: ignore[arg-type]


def _era(cells: pl.Series, form: str) -> tuple[str, str]:
    """Return the era of four-digit years and why; two-digit years are never guessed."""
    if "%Y" not in form:
        return "", "its year has two digits: 69 may be 2569 (Buddhist) or 2069"
    years = cells.str.extract(r"(?:^|[^0-9])([12][0-9]{3})(?:[^0-9]|$)").drop_nulls().cast(pl.Int64)
    if years.is_empty():
        years = cells.str.head(4).cast(pl.Int64, strict=False).drop_nulls()
    buddhist = int((years >= BUDDHIST_FROM).sum())
    if buddhist == 0:
        return "CE", f"years such as {years.max()!s} are Gregorian"
    if buddhist == len(years):
        return "BE", f"years such as {years.max()!s} are Buddhist"
    return "auto", f"years such as {years.min()!s} and {years.max()!s}: both eras occur"


def _telling(cells: pl.Series, form: str) -> str:
    """Return a cell that shows which number is the day: one above 12 where there is one."""
    days = moments(cells, DateForm((form,), "auto" if "%Y" in form else "CE")).dt.day()
    above = cells.filter(days > 12)
    return str(above[0] if len(above) else cells[0])


def _marks(cells: pl.Series, found: NumberEvidence) -> None:
    """Find decimal and thousands marks; a comma before three digits is a thousands mark unless others say otherwise."""
    bare = cells.str.replace_all(r"[^0-9.,]", "")
    grouped = bare.filter(bare.str.contains(r"^[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$"))
    decimal_comma = bare.filter(bare.str.contains(r"^([0-9]+|[0-9]{1,3}(\.[0-9]{3})+),[0-9]{1,2}$"))
    decimal_point = bare.filter(bare.str.contains(r"\.[0-9]{1,2}$"))
    if len(decimal_comma) and not len(decimal_point):
        found.decimal = ","
        found.reasons.append(f"{decimal_comma[0]!r} has a decimal comma")
        if bare.str.contains(r"^[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?$").any():
            found.thousands = "."
    elif len(grouped):
        found.thousands = ","
        sure = "" if len(decimal_point) else " (no cell shows a decimal point: check that it is not a decimal comma)"
        found.reasons.append(f"{grouped[0]!r} has a thousands comma{sure}")
