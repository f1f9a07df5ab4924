"""The shell of a workbook as bytes, drawn in memory alone.

`Workbook.save` writes every sheet into the system's temporary folder first, which may be full, missing or on another disk
than the workbook, and leaves half a sheet there. A shell has a few rows a sheet, so it needs no folder: the only place a
workbook is ever written to is beside its target (`exports.workbook.write_safely`).
"""

from __future__ import annotations

from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter


def saved(book: Workbook) -> bytes:
    """Return a workbook as openpyxl would save it; no file is made on the way."""
    kept = BytesIO()
    with ZipFile(kept, "w", ZIP_DEFLATED) as archive:
        _InMemory(book, archive).save()
    return kept.getvalue()


class _InMemory(ExcelWriter):  # type: ignore[misc]  # openpyxl is untyped
    """Writes each sheet from memory; everything else openpyxl keeps there already."""

    def write_worksheet(self, ws: Any) -> None:  # noqa: ANN401 - openpyxl is untyped
        """Put one sheet into the archive."""
        ws._drawing = SpreadsheetDrawing()  # noqa: SLF001 - as the method this one stands for
        ws._drawing.charts = ws._charts  # noqa: SLF001
        ws._drawing.images = ws._images  # noqa: SLF001
        drawn = BytesIO()
        writer = WorksheetWriter(ws, drawn)
        writer.write()
        ws._rels = writer._rels  # noqa: SLF001
        self._archive.writestr(ws.path[1:], drawn.getvalue())
        self.manifest.append(ws)
