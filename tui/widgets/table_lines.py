"""The lines of a table: its header with the sort sign, and a row as styled segments of exact cells.

Plain functions, so that what a row looks like is tested without a screen. Each cell is cleaned, cut and padded here; a figure
is never cut: where it cannot stand whole it is drawn as ``#``, as in a spreadsheet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from rich.segment import Segment
from rich.style import Style
from rich.text import Text

from tui.cells import CUT, cut, fit, shown, width_of
from tui.widgets.columns import GAP_CELLS, Column, Placed, said

ASCENDING: Final = "▴"
DESCENDING: Final = "▾"
SORTING: Final = "~"
CURSOR: Final = ">"
MARK: Final = "*"
SIGN_CELLS: Final = 2
"""Cursor sign and mark sign in front of every row; the gap of the first column follows."""
HIDDEN: Final = "#"
_GAP: Final = " " * GAP_CELLS


@dataclass(frozen=True, slots=True)
class Look:
    """How one row is drawn."""

    style: Style
    tone: Callable[[str], Style]
    is_cursor: bool
    is_marked: bool
    hides_numbers: bool


def header_line(placed: Sequence[Placed], sort_sign: tuple[str, str], width: int) -> str:
    """Return the header in so many cells; the sort sign stands beside its title, in the gap where the title is long."""
    line = " " * SIGN_CELLS
    for column in placed:
        line = fit(line, column.x - GAP_CELLS) if width_of(line) < column.x - GAP_CELLS else line
        title = cut(shown(said(column.column.title)), column.width)
        sign = sort_sign[1] if sort_sign[0] == column.column.name else ""
        if column.column.is_right:
            line += fit(sign + title, column.x + column.width - width_of(line), right=True)
        else:
            line = fit(line, column.x) + title + sign
    return fit(line, width)


def row_segments(
    placed: Sequence[Placed], values: Sequence[Any], look: Look, width: int
) -> tuple[list[Segment], set[Column]]:
    """Return the segments of a row, and the columns whose figures need more room than they have."""
    signs = (CURSOR if look.is_cursor else " ") + (MARK if look.is_marked else " ")
    segments, x = [Segment(signs, look.style)], SIGN_CELLS
    too_narrow: set[Column] = set()
    for at, value in zip(placed, values, strict=True):
        cell, is_whole = _cell(at.column, value, at.width, look)
        if not is_whole:
            too_narrow.add(at.column)
        segments += [Segment(_GAP, look.style), *cell]
        x = at.x + at.width
    segments.append(Segment(" " * max(0, width - x), look.style))
    return segments, too_narrow


def _cell(column: Column, value: object, width: int, look: Look) -> tuple[list[Segment], bool]:
    """Return the segments of one cell, in exactly so many cells, and whether a figure in it stands whole."""
    style = look.style
    if column.tone is not None and value is not None:
        style += look.tone(column.tone(value))
    text = column.text(value)
    pieces = _pieces(text, style)
    plain = "".join(piece.text for piece in pieces)
    if column.amount:
        is_whole = width_of(plain) <= width
        if plain and (look.hides_numbers or not is_whole):
            hidden = HIDDEN * (min(width, 5) if look.hides_numbers else width)
            return [Segment(fit(hidden, width, right=True), style)], is_whole or look.hides_numbers
    return _fitted(pieces, plain, width, style, right=column.is_right), True


def _pieces(text: Text | str, style: Style) -> list[Segment]:
    """Return cleaned text with its styles; styles given by name are those of Rich."""
    if isinstance(text, str):
        return [Segment(shown(text), style)]
    if not text.spans:
        return [Segment(shown(text.plain), style + _style(text.style))]
    edges = sorted({0, len(text.plain), *(edge for span in text.spans for edge in (span.start, span.end))})
    pieces = []
    for start, stop in pairwise(edges):
        look = style + _style(text.style)
        for span in text.spans:
            if span.start <= start < span.end:
                look += _style(span.style)
        pieces.append(Segment(shown(text.plain[start:stop]), look))
    return pieces


def _style(style: Style | str) -> Style:
    return Style.parse(style) if isinstance(style, str) else style


def _fitted(pieces: Sequence[Segment], plain: str, width: int, style: Style, *, right: bool) -> list[Segment]:
    """Return the pieces cut and padded together, as `tui.cells.fit` does with one text."""
    kept = cut(plain, width)
    space = Segment(" " * max(0, width - width_of(kept)), style)
    if kept == plain:
        line = list(pieces)
    else:
        line, left = [], len(kept) - len(CUT)
        for piece in pieces:
            line.append(Segment(piece.text[: max(0, left)], piece.style))
            left -= len(piece.text)
        line.append(Segment(kept[max(0, len(kept) - len(CUT)) :], style))
    return [space, *line] if right else [*line, space]
