"""Text in terminal cells: clean it, cut it, pad it, line it up in columns.

A terminal counts cells, Python counts code points: a Thai mark takes no cell, a wide letter takes two. Whatever stands in a column
of a screen goes through here, so that all right borders stay in one line. Nothing is cut between a letter and its marks,
before SARA AM or after a leading vowel, and what was cut says so by two dots.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from rich.cells import cell_len, split_graphemes

from recon.text import show

CUT: Final = ".."
"""Stands at the end of text that was cut. Plain dots: the one-character ellipsis takes two cells in some terminals."""
GAP: Final = " "
"""Between two columns."""
_JOINERS: Final = re.compile("[\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_LONE_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_SARA_AM: Final = "\u0e33\u0eb3"
_LEADING_VOWELS: Final = "\u0e40\u0e41\u0e42\u0e43\u0e44"
_LONGEST: Final = 12
"""Code points looked at for each cell of room: more than any real word needs, so that a text of a megabyte costs nothing."""


def shown(value: object) -> str:
    """Return outside text as it may stand on a screen: one line, cleaned, of the same width in every terminal.

    Joined emoji are taken apart, because terminals disagree about the width of the joined picture.
    """
    text = _JOINERS.sub("", show("" if value is None else value))
    return _LONE_SURROGATES.sub("\ufffd", text)


def width_of(text: str) -> int:
    """Return how many terminal cells the text takes."""
    return cell_len(text)


def cut(text: str, width: int) -> str:
    """Return the text in at most so many cells, with two dots at its end if something is missing.

    Args:
        text: Cleaned text of one line.
        width: Room in terminal cells; with less than two the dots are cut as well.
    """
    if width <= 0:
        return ""
    longest = _LONGEST * (width + 1)
    if len(text) <= longest and cell_len(text) <= width:
        return text
    if width <= len(CUT):
        return CUT[:width]
    room, end = width - len(CUT), 0
    for start, stop in _letters(text[:longest]):
        size = cell_len(text[start:stop])
        if size > room or stop == longest:  # there the text was clipped, perhaps within a letter
            break
        room, end = room - size, stop
    return text[:end] + CUT


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Return the text in exactly so many cells: cut where it is too long, padded with spaces where it is short."""
    kept = cut(text, width)
    space = " " * max(0, width - cell_len(kept))
    return space + kept if right else kept + space


def wrapped(text: str, width: int) -> list[str]:
    """Return a text as lines of whole words; a word wider than a line is broken between letters, never before a mark."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if cell_len(longer) <= width:
            lines[-1] = longer
            continue
        pieces = _broken(word, max(width, 2))
        lines[-1:] = [lines[-1], *pieces] if lines[-1] else pieces
    return lines


def _broken(word: str, width: int) -> list[str]:
    pieces, room = [""], width
    for start, stop in _letters(word):
        size = cell_len(word[start:stop])
        if size > room and pieces[-1]:
            pieces, room = [*pieces, ""], width
        pieces[-1] += word[start:stop]
        room -= size
    return pieces


def centre(text: str, width: int) -> str:
    """Return the text in the middle of exactly so many cells."""
    kept = cut(text, width)
    return fit(" " * ((width - cell_len(kept)) // 2) + kept, width)


def split_line(left: str, right: str, width: int) -> str:
    """Return one line with a text at each end; if they do not fit, the left one is cut, because figures stand at the right."""
    room = width - cell_len(right)
    if room <= 1:
        return fit(right, width)
    return fit(left, room - 1) + GAP + right


def columns(texts: Sequence[str], widths: Sequence[int], *, right: Sequence[int] = (), gap: str = GAP) -> str:
    """Return one line of columns.

    Args:
        texts: One text for each column.
        widths: Cells of each column.
        right: Numbers of the columns that are aligned at the right.
        gap: What stands between two columns.
    """
    fields = zip(texts, widths, strict=True)
    return gap.join(fit(text, width, right=number in right) for number, (text, width) in enumerate(fields))


def widths_of(lines: Sequence[Sequence[str]], *, most: int | None = None) -> list[int]:
    """Return the width each column needs so that nothing in these lines is cut, or at most ``most`` cells."""
    if not lines:
        return []
    needed = [max(cell_len(text) for text in column) for column in zip(*lines, strict=True)]
    return needed if most is None else [min(width, most) for width in needed]


def _letters(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of what must stay together: a letter, its marks, a leading vowel before and SARA AM behind it."""
    spans, _width = split_graphemes(text)
    start = end = None
    for first, last, _cells in spans:
        if start is not None and end is not None:
            if text[first] in _SARA_AM or (text[start:end] in _LEADING_VOWELS and _is_consonant(text[first])):
                end = last
                continue
            yield start, end
        start, end = first, last
    if start is not None and end is not None:
        yield start, end


def _is_consonant(character: str) -> bool:
    return "\u0e01" <= character <= "\u0e2e"
