"""Cells of PEAK's import templates: text that stays text, plain numbers, price types and VAT rates."""

from __future__ import annotations

from typing import Final

from exports.import_files.peak_columns import ExcelOptions
from exports.safe_text import safe_text
from recon.domain.document import DocumentLine
from recon.targets.base import Objection

Row = tuple[str, ...]

PRICE_TYPES: Final = {"excluded": "1", "included": "2", "none": "3"}
"""ประเภทราคา: 1 without VAT, 2 with VAT, 3 no VAT."""


def cell_text(value: str | None) -> str:
    """Return outside text for a cell: one line, no control characters, no surrounding space."""
    return " ".join(safe_text((value or "").replace("\r", " ").replace("\n", " ").replace("\t", " ")).split())


def number_text(value: int, digits: int) -> str:
    """Return a whole number of small units as plain text without needless zeros: 10700, 2 digits -> 107."""
    whole, part = divmod(abs(value), 10**digits)
    fraction = f"{part:0{digits}d}".rstrip("0")
    return f"{'-' if value < 0 else ''}{whole}{'.' if fraction else ''}{fraction}"


def vat_cell(line: DocumentLine, options: ExcelOptions) -> str:
    """Return what อัตราภาษี holds for a line."""
    return {"vat7": options.vat_7, "vat0": options.vat_0, "none": options.vat_none}[line.vat_code]


def no(field: str, text: str, remedy: str) -> Objection:
    """Return an objection: what it is about, what is the matter, what to do."""
    return Objection(field=field, text=text, remedy=remedy)
