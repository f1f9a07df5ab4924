"""Pages of plain tables as PDF, by the standard fonts every reader has; the same text gives the same bytes.

Nothing of the moment goes in: no day of making, no random id. Letters outside Western Europe, which these fonts lack,
become question marks, and the last line says so; a sheet is never refused for a name.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import pydyf

WIDTH: Final = 595
HEIGHT: Final = 842
"""Of A4, in points."""
MARGIN: Final = 50
SIZE: Final = 9
STEP: Final = 12
"""From one line to the next."""
LETTER_MILLIPOINTS: Final = SIZE * 600
"""Width of every letter of Courier at this size."""
COLUMNS: Final = (WIDTH - 2 * MARGIN) * 1000 // LETTER_MILLIPOINTS
"""Letters on a line."""
_FOOT: Final = 3 * STEP
_PLAIN: Final = "F1"
_BOLD: Final = "F2"
_TITLE: Final = "F3"
_FONTS: Final = {_PLAIN: "Courier", _BOLD: "Courier-Bold", _TITLE: "Helvetica-Bold"}
_TITLE_SIZE: Final = 14
_ENCODING: Final = "cp1252"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page."""

    text: str = ""
    font: str = _PLAIN
    size: int = SIZE
    rule: bool = False
    """A line is drawn under it."""


@dataclass(slots=True)
class Sheet:
    """Lines in the order they are written; pages are cut from them."""

    title: str
    lines: list[Line] = field(default_factory=list)

    def head(self, text: str) -> None:
        """Write the title of a page."""
        self.lines += [Line(one, _TITLE, _TITLE_SIZE) for one in textwrap.wrap(text, COLUMNS * 2 // 3)]
        self.lines.append(Line())

    def caption(self, text: str) -> None:
        """Write the heading of a part."""
        self.lines += [Line(), Line(text[:COLUMNS], _BOLD, rule=True)]

    def fact(self, label: str, value: str) -> None:
        """Write a label and what stands behind it, on more lines where it is long; nothing where there is no value."""
        if not value:
            return
        wide = COLUMNS // 4
        parts = textwrap.wrap(value, COLUMNS - wide) or [""]
        self.lines += [Line(f"{label[: wide - 1]:<{wide}}{parts[0]}"), *(Line(" " * wide + part) for part in parts[1:])]

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[str]], total: Sequence[str] = ()) -> None:
        """Write rows: the first column as wide as there is room, the others as wide as what stands in them, to the right."""
        every = [headings, *rows, *([total] if total else [])]
        widths = [max(len(row[at]) for row in every) + 2 for at in range(1, len(headings))]
        first = max(COLUMNS - sum(widths), COLUMNS // 4)
        self._row(headings, first, widths, _BOLD)
        for row in rows:
            self._row(row, first, widths, _PLAIN)
        if total:
            self._row(total, first, widths, _BOLD)

    def _row(self, row: Sequence[str], first: int, widths: Sequence[int], font: str) -> None:
        parts = textwrap.wrap(row[0], first) or [""]
        rest = "".join(f"{text:>{wide}}" for text, wide in zip(row[1:], widths, strict=True))
        self.lines += [Line(f"{parts[0]:<{first}}{rest}", font), *(Line(part, font) for part in parts[1:])]

    def note(self, text: str) -> None:
        """Write a sentence on as many lines as it needs."""
        self.lines += [Line(one) for one in textwrap.wrap(text, COLUMNS)]

    def new_page(self) -> None:
        """Begin another page."""
        self.lines.append(Line(font=""))

    def lacks_letters(self) -> bool:
        """Return whether something here has letters that the fonts lack."""
        return any(_bytes(line.text) != _bytes(line.text, "ignore") for line in self.lines)


def pdf_of(sheet: Sheet) -> bytes:
    """Return the pages as one PDF."""
    pdf = pydyf.PDF()
    pdf.info["Title"] = pydyf.String(sheet.title)
    fonts = pydyf.Dictionary()
    for name, base in _FONTS.items():
        font = pydyf.Dictionary(
            {"Type": "/Font", "Subtype": "/Type1", "BaseFont": f"/{base}", "Encoding": "/WinAnsiEncoding"}
        )
        pdf.add_object(font)
        fonts[name] = font.reference
    pages = _pages(sheet.lines)
    for number, lines in enumerate(pages, 1):
        stream = _drawn(lines, f"{number} / {len(pages)}")
        pdf.add_object(stream)
        pdf.add_page(
            pydyf.Dictionary(
                {
                    "Type": "/Page", "Parent": pdf.pages.reference, "Contents": stream.reference,
                    "MediaBox": pydyf.Array([0, 0, WIDTH, HEIGHT]), "Resources": pydyf.Dictionary({"Font": fonts}),
                }
            )
        )  # fmt: skip
    written = io.BytesIO()
    pdf.write(written, version="1.4")
    return written.getvalue()


def _pages(lines: Sequence[Line]) -> list[list[Line]]:
    """Cut lines into pages; a part's caption never stands last on one."""
    pages: list[list[Line]] = [[]]
    room = HEIGHT - 2 * MARGIN - _FOOT
    used = 0
    for at, line in enumerate(lines):
        needed = _height(line) + (2 * STEP if line.rule and at + 1 < len(lines) else 0)
        if not line.font or used + needed > room:
            if pages[-1]:
                pages.append([])
            used = 0
        if line.font and (line.text or pages[-1]):
            pages[-1].append(line)
            used += _height(line)
    return pages


def _height(line: Line) -> int:
    return STEP + line.size - SIZE


def _drawn(lines: Sequence[Line], foot: str) -> pydyf.Stream:
    """Return what is drawn on a page."""
    stream = pydyf.Stream()
    stream.set_line_width(0.5)
    at = HEIGHT - MARGIN
    for line in lines:
        at -= _height(line)
        _put(stream, line, MARGIN, at)
        if line.rule:
            stream.move_to(MARGIN, at - 2)
            stream.line_to(WIDTH - MARGIN, at - 2)
            stream.stroke()
    _put(stream, Line(foot), WIDTH - MARGIN - len(foot) * LETTER_MILLIPOINTS // 1000, MARGIN)
    return stream


def _put(stream: pydyf.Stream, line: Line, x: int, y: int) -> None:
    if not line.text:
        return
    stream.begin_text()
    stream.set_font_size(line.font, line.size)
    stream.set_text_matrix(1, 0, 0, 1, x, y)
    stream.show_text_string(_bytes(line.text))
    stream.end_text()


def _bytes(text: str, lacking: str = "replace") -> bytes:
    """Return text as the fonts know it: one byte a letter, nothing that would end the line."""
    return "".join(letter if letter.isprintable() else " " for letter in text).encode(_ENCODING, lacking)
