"""Columns of a table: what they are, how wide they get, and which ones make room when the terminal is narrow.

The width of a screen is shared out here: columns of fixed or natural width first, what is left to the growing ones; where
it does not suffice, growing columns shrink to their least width, then columns drop by priority. Amounts are never cut.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import polars as pl
from rich.text import Text

from tui.cells import shown, width_of

Words = str | Callable[[], str]
"""A text, or a function that says it in the language of now."""
GAP_CELLS: Final = 1
_SAMPLE: Final = 64
_WIDEST: Final = 32
"""A text column of natural width takes at most so many cells; longer texts are for the growing column and the pane."""


def said(words: Words) -> str:
    """Return the text in the language of now."""
    return words() if callable(words) else words


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table over a frame."""

    name: str
    """Column of the frame."""
    title: Words = ""
    width: int | None = None
    """Cells; none for as wide as its widest value."""
    grow: bool = False
    """Takes the room that is left, and gives it back first."""
    align: Literal["left", "right"] = "left"
    render: Callable[[Any], Text | str] | None = None
    """Value to what is shown; without it the value as text. Cleaned and cut afterwards, never read as markup."""
    tone: Callable[[Any], str] | None = None
    """Value to one of the tones of the table (`ready`, `check`, `bad`, `done`, `dim`), or an empty text."""
    amount: bool = False
    """A figure: aligned right, never cut, and hidden while numbers are hidden."""
    drop_below: int = 0
    """Not shown on terminals narrower than this."""
    priority: int = 1
    """Columns of the highest number make room first; 0 stays as long as anything does."""
    least: int = 8
    """Cells a growing column keeps before other columns drop."""
    sortable: bool = True

    @property
    def is_right(self) -> bool:
        """Whether its values stand at the right."""
        return self.amount or self.align == "right"

    def text(self, value: object) -> Text | str:
        """Return what is shown for a value, not yet cleaned."""
        if value is None:
            return ""
        return str(value) if self.render is None else self.render(value)

    def plain(self, value: object) -> str:
        """Return the cleaned plain text shown for a value."""
        text = self.text(value)
        return shown(text.plain if isinstance(text, Text) else text)


@dataclass(frozen=True, slots=True)
class Placed:
    """A column at its place."""

    column: Column
    x: int
    width: int


def natural_width(column: Column, frame: pl.DataFrame) -> int:
    """Return the cells the column needs for its title and its values; large frames are judged by their extremes."""
    least = width_of(said(column.title))
    if column.width is not None:
        return max(column.width, 1)
    if column.name not in frame.columns or column.grow:
        return max(least, 1)
    widest = max((width_of(column.plain(value)) for value in _extremes(frame[column.name])), default=0)
    return max(least, widest if column.amount else min(widest, _WIDEST), 1)


def _extremes(values: pl.Series) -> list[Any]:
    """Return values among which the widest one is: the ends of the order, the longest, the first."""
    found = values.head(_SAMPLE).to_list()
    if isinstance(values.dtype, pl.Enum):
        return [*found, *values.dtype.categories.to_list()]
    if values.dtype == pl.String:
        lengths = values.str.len_chars()
        longest = lengths.arg_max()
        return found if longest is None else [*found, values[longest]]
    if values.dtype.is_numeric() or values.dtype.is_temporal():
        found += [values.min(), values.max()]
    return found


def place(
    columns: Sequence[Column], natural: dict[Column, int], *, start: int, room: int, terminal: int
) -> list[Placed]:
    """Return the columns that fit, with their place and width.

    Args:
        columns: All columns in their order.
        natural: Cells each column needs.
        start: First free cell of the line.
        room: Cells of the line from there.
        terminal: Width of the terminal, for `drop_below`.
    """
    kept = [column for column in columns if terminal >= column.drop_below]
    while len(kept) > 1 and _needed(kept, natural) > room and any(column.priority for column in kept):
        last = max(range(len(kept)), key=lambda number: (kept[number].priority, number))
        del kept[last]
    widths = _shared_out(kept, natural, room)
    placed, x = [], start
    for column in kept:
        placed.append(Placed(column, x + GAP_CELLS, widths[column]))
        x += GAP_CELLS + widths[column]
    return placed


def _floor(column: Column, natural: dict[Column, int]) -> int:
    return column.least if column.grow else natural[column]


def _needed(columns: Sequence[Column], natural: dict[Column, int]) -> int:
    return sum(_floor(column, natural) + GAP_CELLS for column in columns)


def _shared_out(columns: Sequence[Column], natural: dict[Column, int], room: int) -> dict[Column, int]:
    """Return the width of each column that stays: spare room to the growing ones, missing room from the widest text."""
    widths = {column: _floor(column, natural) for column in columns}
    spare = room - sum(widths.values()) - GAP_CELLS * len(columns)
    growing = [column for column in columns if column.grow]
    if spare > 0 and growing:
        share, rest = divmod(spare, len(growing))
        for number, column in enumerate(growing):
            widths[column] += share + (1 if number < rest else 0)
    texts = [column for column in columns if not column.amount]
    while spare < 0 and texts and max(widths[column] for column in texts) > 1:
        widest = max(texts, key=lambda column: widths[column])
        widths[widest] -= 1
        spare += 1
    amounts = [column for column in columns if column.amount]
    if spare < 0 and amounts:
        widths[amounts[-1]] = max(1, widths[amounts[-1]] + spare)
    return widths
