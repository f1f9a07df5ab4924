"""One import file: written whole and the same every time, read back as text.

The rows decide every byte: no clock, no chance. Text cells are of type text whatever they begin with, so nothing in
them is ever a formula.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from exports.import_files.peak_cells import Row
from exports.import_files.peak_columns import NUMBER_COLUMNS, Template
from exports.package import write_package
from exports.shell import saved
from exports.workbook import write_safely
from recon.crash import NO_CRASH, CrashPoints
from recon.errors import ExportError, MalformedFile
from recon.frames.tables import read_table

_ESCAPE_LOOKALIKE: Final = re.compile(r"_(x[0-9A-Fa-f]{4}_)")
_WIDTH: Final = 18
_WIDE: Final = {"คำอธิบาย": 40, "หมายเหตุ": 40, "คำอธิบายการบันทึกบัญชี": 50}
_EPOCH: Final = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - a mark in the file, not a moment


def write_book(
    path: Path, template: Template, rows: Sequence[Row], *, sheet: str = "", crash: CrashPoints = NO_CRASH
) -> Path:
    """Write the rows under the template's headings, atomically, and prove it by reading them back.

    Raises:
        ExportError: Not written, or open in another program; the old file, if any, is untouched.
    """
    shell = _shell(template, rows, sheet or template.sheet)

    def write(target: Path) -> None:
        write_package(target, shell, parts={}, values={}, moment=_EPOCH, on_rows=lambda _sheet, _count: None)

    def check(target: Path) -> list[str]:
        found = read_book(target, template)
        if len(found) != len(rows):
            return [f"{len(found)} rows instead of {len(rows)}"]
        return [f"row {n}: {a} instead of {b}" for n, (a, b) in enumerate(zip(found, rows, strict=True), 2) if a != b]

    placed = write_safely(path, write, check, crash=crash, step="import-file")
    if placed != path:  # two versions of one import file would invite importing both
        placed.unlink()
        raise ExportError(
            f"{path.name} is open in another program and was not changed. Close it and run the same command again."
        )
    return placed


def _shell(template: Template, rows: Sequence[Row], title: str) -> bytes:
    book = Workbook()
    sheet: Any = book.active
    sheet.title = title
    sheet.freeze_panes = "A2"
    for column, heading in enumerate(template.columns, 1):
        cell = sheet.cell(1, column, heading)
        cell.font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = _WIDE.get(heading, _WIDTH)
    numeric = [heading in NUMBER_COLUMNS for heading in template.columns]
    for row_no, row in enumerate(rows, 2):
        for column, (value, is_number) in enumerate(zip(row, numeric, strict=True), 1):
            if value:
                _put(sheet.cell(row_no, column), value, is_number=is_number)
    return saved(book)


def _put(cell: Any, value: str, *, is_number: bool) -> None:  # noqa: ANN401 - openpyxl is untyped
    """Fill one cell: an exact number, or text that stays text."""
    if is_number:
        cell.value = Decimal(value)
        return
    cell.value = _ESCAPE_LOOKALIKE.sub(r"_x005F_\1", value)
    cell.data_type = "s"
    cell.number_format = "@"


def read_book(path: Path, template: Template) -> list[Row]:
    """Return the rows of an import file as text, in the template's order of columns, found by their headings.

    Raises:
        MalformedFile: It is no such file any more.
    """
    table = read_table(path, required=template.columns)
    by_heading = {heading: table.column(heading) for heading in template.columns}
    columns = [table.frame.get_column(by_heading[heading]).to_list() for heading in template.columns]
    rows = [tuple("" if value is None else value for value in row) for row in zip(*columns, strict=True)]
    return [_plain_numbers(row, template, path) for row in rows]


def _plain_numbers(row: Row, template: Template, path: Path) -> Row:
    """Write numbers as we do, whatever a spreadsheet made of them (107.00 -> 107)."""
    cells = []
    for heading, value in zip(template.columns, row, strict=True):
        if value and heading in NUMBER_COLUMNS:
            try:
                value = _plain(Decimal(value))
            except ArithmeticError:
                raise MalformedFile(
                    f"{path.name}, column {heading}: {value!r} is not a number.",
                    file=path.name,
                    column=heading,
                    value=value,
                ) from None
        cells.append(value)
    return tuple(cells)


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
