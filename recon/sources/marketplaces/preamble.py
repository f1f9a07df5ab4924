"""What stands above the headings of a settlement or on a sheet beside them: its period and its total, found by their words.

Where each stands was seen in one reader's tests only, so both places that occur are looked at (beside the word, below it), and
what is not found is said and not assumed.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.frames.dates import DateForm, days
from recon.frames.delimited import TextHead
from recon.frames.headings import Heading, without_currency
from recon.frames.sheet_parts import first_rows, sheet_parts
from recon.frames.tables import TableHead
from recon.sources.marketplaces.settlement_profile import SettlementProfile

_PERIOD: Final = re.compile(r"([0-9]{4}/[0-9]{1,2}/[0-9]{1,2}) ?[-~–] ?([0-9]{4}/[0-9]{1,2}/[0-9]{1,2})")
_SEARCHED_ROWS: Final = 40
_AMOUNT: Final = re.compile(r"^\(?-?(?:฿|THB)? ?[0-9][0-9,]*(?:\.[0-9]+)?\)?$")


@dataclass(frozen=True, slots=True)
class Preamble:
    """Period and total of a settlement, as far as it states them."""

    first: dt.date | None = None
    last: dt.date | None = None
    total_text: str | None = None


def read_preamble(head: TableHead, profile: SettlementProfile, net: Heading | None, form: DateForm) -> Preamble:
    """Return what the rows above the headings, or the sheet with the period, say."""
    if profile.period_sheets:
        return Preamble(*_period_beside(head, profile.period_sheets, form))
    if not profile.total_words or head.header_row < 2:
        return Preamble()
    rows = _rows_above(head)
    found = [_beside(rows, words, form) for words in profile.period_words] or [None, None]
    return Preamble(found[0], found[-1], _total(rows, profile.total_words, net))


def _period_beside(head: TableHead, names: Sequence[str], form: DateForm) -> tuple[dt.date | None, dt.date | None]:
    """Return the period that a sheet of the workbook states in one cell."""
    if isinstance(head.origin, TextHead) or head.origin.kind != "xlsx":
        return None, None
    for part in sheet_parts(head.origin.path):
        cells = first_rows(head.origin.path, part, _SEARCHED_ROWS) if part.name in names else []
        for found in (_PERIOD.fullmatch((cell or "").strip()) for row in cells for cell in row):
            read = days(pl.Series([found[1], found[2]]), form).to_list() if found else [None]
            if all(isinstance(day, dt.date) for day in read):
                return read[0], read[1]
    return None, None


def _rows_above(head: TableHead) -> list[list[str]]:
    """Return the rows above the headings; a workbook of the old kind is not looked at."""
    count = head.header_row - 1
    if isinstance(head.origin, TextHead):
        rows = list(csv.reader(io.StringIO(head.origin.content.head), delimiter=head.delimiter))[:count]
        return [[cell.strip() for cell in row] for row in rows]
    if head.origin.kind != "xlsx":
        return []
    return [[(cell or "").strip() for cell in row] for row in first_rows(head.origin.path, head.origin.sheet, count)]


def _places(rows: Sequence[Sequence[str]], words: Sequence[str]) -> list[tuple[int, int]]:
    keys = {without_currency(word) for word in words}
    return [(r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if without_currency(cell) in keys]


def _cell(rows: Sequence[Sequence[str]], row: int, column: int) -> str:
    return rows[row][column] if row < len(rows) and column < len(rows[row]) else ""


def _beside(rows: Sequence[Sequence[str]], words: Sequence[str], form: DateForm) -> dt.date | None:
    """Return the day to the right of a word, or below it."""
    for row, column in _places(rows, words):
        texts = [_cell(rows, row, column + 1), _cell(rows, row + 1, column)]
        for day in (
            days(pl.Series(texts[:1], dtype=pl.String), form).to_list()
            + days(pl.Series(texts[1:], dtype=pl.String), form).to_list()
        ):
            if isinstance(day, dt.date):
                return day
    return None


def _total(rows: Sequence[Sequence[str]], words: Sequence[str], net: Heading | None) -> str | None:
    """Return the total beside or below its word: in the column of the net where there is one, else the only amount there."""
    for row, column in _places(rows, words):
        for line in (row, row + 1):
            own = _cell(rows, line, net.position) if net else ""
            if _AMOUNT.match(own):
                return own
            amounts = [cell for cell in (rows[line][column:] if line < len(rows) else []) if _AMOUNT.match(cell)]
            if len(amounts) == 1:
                return amounts[0]
    return None
