"""Headings of tables: one normal form for comparing them, duplicates by position, the header row.

A heading is compared whole after `norm`, never by a part of it: *Order ID* is contained in *Related order ID*. Two
columns under one heading are told apart by their place: the second is ``("จังหวัด", 2)``.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Final

HEADER_SEARCH_ROWS: Final = 60
"""A header is looked for in this many rows; the deepest we know of stands in row 25."""
ROW: Final = "row"
"""Column of a text table that counts rows as a spreadsheet does (header in the first row = 1)."""

_NTH_MARK: Final = "\x1f"
_SPLIT_SARA_AM: Final = re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32")
_DROPPED: Final = dict.fromkeys((0xFEFF, 0x200B, 0x00AD))
_TO_SPACE: Final = dict.fromkeys((0x00A0, 0x09, 0x0D, 0x0A), " ")
_CURRENCY_TAIL: Final = re.compile(r" ?\((?:฿|thb|baht|บาท)\)$")
_FOLDED: Final = str.maketrans({**_DROPPED, **_TO_SPACE, 0x5C: "/"})
_AMOUNT_LIKE: Final = re.compile(r"[-+(]?[฿$]?[0-9][0-9.,:/ -]*\)?", re.ASCII)


@lru_cache(maxsize=8192)
def norm(heading: str) -> str:
    """Return the form in which headings are compared: NFC, split sara am joined, spaces and slashes alike, casefold.

    The norm of a norm is itself: the steps are repeated until nothing changes (a mark of no width may stand between
    the two halves of a split sara am).
    """
    text = heading
    while (folded := _norm_once(text)) != text:
        text = folded
    return text


def _norm_once(text: str) -> str:
    joined = _SPLIT_SARA_AM.sub("\\1\u0e33", unicodedata.normalize("NFC", text)).translate(_FOLDED)
    return " ".join(filter(None, joined.split(" "))).casefold()


def without_currency(heading: str) -> str:
    """Return `norm` less one trailing currency such as `` (฿)``; used in a second pass only."""
    return _CURRENCY_TAIL.sub("", norm(heading))


@dataclass(frozen=True, slots=True)
class Heading:
    """One column of a table: its heading as it came and which of its name it is."""

    text: str
    nth: int
    """1 for the first column under this heading."""
    position: int
    """0-based place among all columns."""

    @property
    def column(self) -> str:
        """Name of the frame column that holds it."""
        if self.nth == 1 and self.text != ROW:
            return self.text
        return f"{self.text}{_NTH_MARK}{self.nth}"

    @property
    def shown(self) -> str:
        """The heading for a person: with its place where the name occurs more than once."""
        return self.text if self.nth == 1 else f"{self.text} (column {self.nth} of this name)"


def number_headings(texts: Iterable[str | None]) -> tuple[Heading, ...]:
    """Return headings with the second and later of one name numbered; nothing is renamed silently."""
    seen: dict[str, int] = {}
    headings = []
    for position, raw in enumerate(texts):
        text = (raw or "").strip(" \t\r\n\u00a0\u200b\ufeff")
        key = norm(text)
        seen[key] = seen.get(key, 0) + 1
        headings.append(Heading(text, seen[key], position))
    return tuple(headings)


def find_heading(headings: Sequence[Heading], wanted: str, nth: int = 1) -> Heading | None:
    """Return the nth column under a heading, compared by `norm`; with a trailing currency cut off as a second try."""
    key = norm(wanted)
    for heading in headings:
        if heading.nth == nth and norm(heading.text) == key:
            return heading
    loose = [h for h in headings if without_currency(h.text) == key and norm(h.text) != key]
    return loose[nth - 1] if len(loose) >= nth else None


def has_headings(cells: Sequence[str | None], required: Sequence[str]) -> bool:
    """Return whether all required headings occur in one row of cells."""
    if len(cells) < len(required):
        return False
    found = {norm(cell) for cell in cells if cell}
    loose = {_CURRENCY_TAIL.sub("", cell) for cell in found}
    return all(norm(heading) in found or norm(heading) in loose for heading in required)


def find_header(rows: Sequence[Sequence[str | None]], required: Sequence[str] = ()) -> int | None:
    """Return the index of the header among the first rows: the first that holds all ``required`` headings.

    Without required headings it is the first row that looks like one: at least as wide as six tenths of the widest
    row, and words rather than amounts or dates.
    """
    searched = rows[:HEADER_SEARCH_ROWS]
    if required:
        exact = (index for index, cells in enumerate(searched) if has_headings(cells, required))
        merged = (index for index in range(1, len(searched)) if has_headings(_from_above(rows, index), required))
        return next(chain(exact, merged), None)  # no row is merged with the one above where a row has them all itself
    widest = max((_filled(cells) for cells in searched), default=0)
    if widest == 0:
        return None
    for index, cells in enumerate(searched):
        words = [cell for cell in cells if cell and not _AMOUNT_LIKE.fullmatch(cell.strip())]
        if _filled(cells) * 10 >= widest * 6 and len(words) * 10 >= _filled(cells) * 8:
            return index
    return next(index for index, cells in enumerate(searched) if _filled(cells))


def header_cells(rows: Sequence[Sequence[str | None]], index: int, required: Sequence[str] = ()) -> list[str | None]:
    """Return the headings of a header row; cells merged downwards are filled from the row above where that is needed."""
    if index == 0 or not required or has_headings(rows[index], required):
        return list(rows[index])
    return _from_above(rows, index)


def _from_above(rows: Sequence[Sequence[str | None]], index: int) -> list[str | None]:
    """Return a row with its empty cells filled from the row above (headings merged over two rows)."""
    below, above = rows[index], rows[index - 1]
    width = max(len(below), len(above))
    lower = [*below, *[None] * (width - len(below))]
    upper = [*above, *[None] * (width - len(above))]
    return [low if low and low.strip() else up for low, up in zip(lower, upper, strict=True)]


def close_headings(wanted: str, headings: Sequence[Heading], count: int = 2) -> list[str]:
    """Return headings spelt much like the wanted one, for a message."""
    by_norm = {norm(h.text): h.text for h in headings}
    return [by_norm[key] for key in difflib.get_close_matches(norm(wanted), list(by_norm), count)]


def list_headings(headings: Sequence[Heading], limit: int = 12) -> str:
    """Return the first headings of a table for a message."""
    shown = ", ".join(h.shown for h in headings[:limit] if h.text)
    more = len(headings) - limit
    return shown + (f" and {more} more" if more > 0 else "")


def _filled(cells: Sequence[str | None]) -> int:
    return sum(1 for cell in cells if cell and cell.strip())
