"""How our workbooks look: one calm palette, one font that has Thai, and the few styles every sheet uses."""

from __future__ import annotations

from typing import Any, Final

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.worksheet import Worksheet

from exports.safe_text import safe_text
from exports.words import N_

INK: Final = "22313F"
TEAL: Final = "1F6F78"
TEAL_SOFT: Final = "E4F0F0"
SAND: Final = "F8F4EA"
FILL_IN: Final = "FFF7D6"
LINE: Final = "D5DEDE"
MUTED: Final = "66757F"
GOOD: Final = "1E6B45"
WARN: Final = "9A5B00"
BAD: Final = "A3261C"
WHITE: Final = "FFFFFF"

TONE_COLOURS: Final = {"good": GOOD, "warn": WARN, "bad": BAD, "quiet": MUTED}
TAB_COLOURS: Final = {"proof": TEAL, "work": "C58B2B", "log": "7A8793", "chart": "A9C4C4"}

PAGE: Final = N_("Page &P of &N")
"""Of every footer; ``&P`` and ``&N`` are the page and how many there are."""
FONT_NAME: Final = "Tahoma"
"""Has Thai letters on Windows and macOS; others take their own Thai font for it."""

_HAIR: Final = Side(style="hair", color=LINE)
_THIN: Final = Side(style="thin", color=LINE)

UNDERLINED: Final = Border(bottom=_HAIR)
BOXED: Final = Border(top=_THIN, bottom=_THIN, left=_THIN, right=_THIN)


def font(*, size: int = 10, bold: bool = False, colour: str = INK, italic: bool = False) -> Font:
    """Return our font in one size and colour."""
    return Font(name=FONT_NAME, size=size, bold=bold, color=colour, italic=italic)


def fill(colour: str) -> PatternFill:
    """Return a plain fill."""
    return PatternFill("solid", start_color=colour, end_color=colour)


def aligned(horizontal: str = "left", *, wrap: bool = False, vertical: str = "center", indent: int = 0) -> Alignment:
    """Return an alignment."""
    return Alignment(horizontal=horizontal, vertical=vertical, wrap_text=wrap, indent=indent)


def put_text(sheet: Worksheet, ref: str, text: str) -> Any:  # noqa: ANN401 - openpyxl has no types
    """Write outside text as text, whatever it looks like, and keep it text when a person edits the cell."""
    cell = sheet[ref]
    cell.value = safe_text(text)
    cell.data_type = "s"
    cell.quotePrefix = True
    return cell


def plain_header(text: str) -> str:
    """Return text for a page header or footer, where ``&`` begins a code."""
    return safe_text(text).replace("\n", " ").replace("&", "&&")[:120]


def print_setup(sheet: Worksheet, *, left: str, heading_row: int | None, page: str = PAGE) -> None:
    """Landscape A4, as wide as the page, heading repeated, page numbers in the footer."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    for side, inches in (("left", 0.4), ("right", 0.4), ("top", 0.5), ("bottom", 0.75), ("footer", 0.35)):
        setattr(sheet.page_margins, side, inches)
    if heading_row is not None:
        sheet.print_title_rows = f"{heading_row}:{heading_row}"
    sheet.oddFooter.left.text = plain_header(left)
    sheet.oddFooter.center.text = "&A"
    sheet.oddFooter.right.text = page
    for part in (sheet.oddFooter.left, sheet.oddFooter.center, sheet.oddFooter.right):
        part.size = 8
