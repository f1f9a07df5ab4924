"""The supplier's tax invoice as a person entered it: its number, its day, and the month its VAT is claimed in.

Pure. The Director-General's notification on VAT no. 4 (Revenue Code, section 82/3) lets input VAT that was not claimed in the
month of the tax invoice be claimed later, within six months counted from the month after it. Every invoice is claimed once,
so it has one month here: its own, unless the person names another one of the seven.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

import polars as pl

MONTHS_AFTER: Final = 6
"""Months after the month of a tax invoice in which its VAT may still be claimed."""
NUMBER_MAX: Final = 60
"""Longest number taken; longer text is a slip of the hand."""
DAYS_BEFORE: Final = 366
"""How long before the day of its record an invoice may be: more is taken for a slip of the year."""
SUPPLIED: Final = pl.Schema({
    "order_key": pl.String(),
    "tax_invoice": pl.String(),         # its number
    "tax_invoice_on": pl.Date(),
    "claimed_on": pl.Date(),            # first day of the month its VAT is claimed in
    "entered_by": pl.String(),
    "entered_on": pl.Date(),
})  # fmt: skip
"""Tax invoices of suppliers as persons entered them, one per record."""
_ENTRY: Final = re.compile(r"(?P<number>.+?)\s+(?P<on>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:\s+(?P<month>[0-9]{4}-[0-9]{2}))?")
_YEARS_OF_ERA: Final = 543


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What was written about one record, as text; without a number: what was entered is taken back."""

    record: str
    number: str = ""
    on: str = ""
    month: str = ""
    """Month to claim it in, like 2026-08; empty: that of the tax invoice."""
    place: str = ""
    """Where it was read, e.g. ``row 4``; empty: typed."""

    @property
    def takes_back(self) -> bool:
        """Return whether what was entered is taken back."""
        return not (self.number or self.on or self.month)


@dataclass(frozen=True, slots=True)
class TaxInvoice:
    """A supplier's tax invoice."""

    number: str
    on: dt.date
    month: dt.date
    """First day of the month its VAT is claimed in."""

    @property
    def words(self) -> str:
        """Say number, day and month."""
        return f"tax invoice {self.number} of {self.on}, claimed in {self.month:%Y-%m}"


def entry_of(record: str, text: str) -> Entry | None:
    """Return what stands after RECORD=, like ``IV-9 2026-06-12`` or ``IV-9 2026-06-12 2026-08``; None: it is neither."""
    if not text.strip():
        return Entry(record=record)
    found = _ENTRY.fullmatch(text.strip())
    return None if found is None else Entry(
        record=record, number=found["number"], on=found["on"], month=found["month"] or ""
    )  # fmt: skip


def cleaned(number: str) -> str:
    """Return a number without characters nobody sees and with single blanks."""
    seen = "".join(
        " " if mark.isspace() else mark for mark in number if mark.isspace() or unicodedata.category(mark)[0] != "C"
    )
    return " ".join(seen.split())


def judged(entry: Entry, *, recorded_on: dt.date | None, today: dt.date) -> tuple[TaxInvoice | None, list[str]]:
    """Return the tax invoice of an entry, or everything that speaks against it.

    Args:
        entry: Number, day and month as written.
        recorded_on: Day of the record; None: it has none.
        today: The company's day.
    """
    number = cleaned(entry.number)
    problems = [_number_problem(number)]
    on = _day(entry.on)
    if on is None:
        problems.append(
            f"the day of the tax invoice is {entry.on!r}: write it like 2026-06-12"
            if entry.on
            else "the day of the tax invoice is missing"
        )
        return None, [problem for problem in problems if problem]
    problems.append(_day_problem(on, recorded_on, today))
    month = _day(f"{entry.month}-01") if entry.month else on.replace(day=1)
    if month is None:
        problems.append(f"{entry.month!r} is no month: write it like 2026-08")
    elif not on.replace(day=1) <= month <= last_month(on):
        problems.append(f"its VAT cannot be claimed in {month:%Y-%m}, only from {on:%Y-%m} to {last_month(on):%Y-%m}")
    said = [problem for problem in problems if problem]
    return (None, said) if said or month is None else (TaxInvoice(number, on, month), [])


def last_month(on: dt.date) -> dt.date:
    """Return the first day of the last month in which a tax invoice of a day may be claimed."""
    months = on.year * 12 + on.month - 1 + MONTHS_AFTER
    return dt.date(months // 12, months % 12 + 1, 1)


def _number_problem(number: str) -> str:
    if not any(mark.isalnum() for mark in number):
        return "the number of the tax invoice is missing"
    return f"the number has {len(number)} characters; {NUMBER_MAX} are taken" if len(number) > NUMBER_MAX else ""


def _day_problem(on: dt.date, recorded_on: dt.date | None, today: dt.date) -> str:
    if on > today:
        far = on.year - _YEARS_OF_ERA
        hint = f"; years are written Gregorian here: {far}-{on:%m-%d}" if far > today.year - 10 else ""
        return f"{on} is in the future: today is {today}{hint}"
    if recorded_on is not None and (recorded_on - on).days > DAYS_BEFORE:
        return f"{on} is more than a year before the record of {recorded_on}"
    return ""


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if len(text) == len("2026-06-12") else None
    except ValueError:
        return None
