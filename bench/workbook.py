"""The audit workbook against XlsxWriter and openpyxl: the same tables, formats, totals and widths, in the same run.

    python -m bench.workbook 100000            # ours and XlsxWriter
    python -m bench.workbook 100000 openpyxl   # and openpyxl, which takes minutes

Ours is timed whole: preparing, writing, bringing to the disk, and reading every cell back to compare. The others only
write. Every writer runs in a process of its own; seconds are without starting Python and making the frames.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from exports.audit_frames import AuditFrames
    from exports.fast_sheet import Table


def peak_mib() -> int:
    """Return the largest resident size of this process so far (its own, not its parent's)."""
    status = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) // 1024


def ours(frames: AuditFrames, path: Path) -> None:
    """Write, seal, read back, put in place."""
    from bench.made_audit import dossier
    from exports.audit_workbook import write_audit_workbook

    assert write_audit_workbook(dossier(), frames, path).agrees


def tables_of(frames: AuditFrames) -> list[Table]:
    """Return the tables both yardsticks write."""
    from bench.made_audit import dossier
    from exports.sheets.context import prepare
    from exports.tables import TABLES

    prepared = prepare(dossier(), frames)
    return [make(prepared) for make in TABLES]


def plain_rows(table: Table) -> Any:
    """Rows as a plain program would hold them: amounts as binary fractions, which is what a yardstick may do."""
    import polars as pl

    scale = {"money": 10**table.digits, "quantity": 1000}
    return table.frame.select(
        pl.col(c.name) / scale[c.kind] if c.kind in scale else pl.col(c.name) for c in table.columns
    ).iter_rows()


def xlsxwriter(frames: AuditFrames, path: Path) -> None:
    """Typed calls, one per cell: XlsxWriter's fastest way with formats."""
    import xlsxwriter as writer

    from exports.columns import number_format

    with writer.Workbook(str(path), {"strings_to_urls": False, "strings_to_formulas": False}) as book:
        heading = book.add_format({"bold": True, "font_color": "white", "bg_color": "#1F6F78", "text_wrap": True})
        for table in tables_of(frames):
            sheet = book.add_worksheet(table.title)
            sheet.freeze_panes(5, 2)
            sheet.autofilter(4, 0, 4 + table.frame.height, len(table.columns) - 1)
            writes = []
            for number, column in enumerate(table.columns):
                shape = book.add_format(
                    {"num_format": number_format(column.kind, table.digits), "bottom": 4, "font_name": "Tahoma"}
                )
                sheet.set_column(number, number, column.width)
                sheet.write(4, number, column.heading, heading)
                if column.total:
                    letter = table.letter(column.name)
                    sheet.write_formula(2, number, f"=SUM({letter}6:{letter}{5 + table.frame.height})", shape)
                put = {"text": sheet.write_string, "date": sheet.write_datetime, "moment": sheet.write_datetime}.get(
                    column.kind, sheet.write_number
                )
                writes.append((number, put, shape))
            for place, row in enumerate(plain_rows(table), 5):
                for (number, put, shape), value in zip(writes, row, strict=True):
                    if value is not None:
                        put(place, number, value, shape)


def openpyxl(frames: AuditFrames, path: Path) -> None:
    """openpyxl's write-only mode with a format per cell."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    from exports.columns import number_format

    book = Workbook(write_only=True)
    for table in tables_of(frames):
        sheet = book.create_sheet(table.title)
        formats = [number_format(column.kind, table.digits) for column in table.columns]
        sheet.append([column.heading for column in table.columns])
        for row in plain_rows(table):
            cells = []
            for value, form in zip(row, formats, strict=True):
                cell = WriteOnlyCell(sheet, value)
                if isinstance(value, str):
                    cell.data_type = "s"
                cell.number_format = form
                cells.append(cell)
            sheet.append(cells)
    book.save(path)


WRITERS: dict[str, Callable[[Any, Path], None]] = {"ours": ours, "xlsxwriter": xlsxwriter, "openpyxl": openpyxl}


def one(name: str, orders: int) -> dict[str, object]:
    """Run one writer in this process."""
    from bench.made_audit import made_frames

    frames = made_frames(orders)
    cells = sum(table.frame.height * len(table.columns) for table in tables_of(frames))
    before = peak_mib()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "audit.xlsx"
        start = time.perf_counter()
        WRITERS[name](frames, path)
        seconds = time.perf_counter() - start
        size = path.stat().st_size
    return {
        "writer": name, "documents": frames.documents.height, "cells": cells, "seconds": round(seconds, 2),
        "peak_mib": peak_mib(), "before_mib": before, "mb": round(size / 1e6, 1),
    }  # fmt: skip


def compare(orders: int, names: tuple[str, ...] = ("ours", "xlsxwriter")) -> list[dict[str, Any]]:
    """Run each writer in a fresh process and return their figures with the ratio to XlsxWriter."""
    figures = []
    for name in names:
        done = subprocess.run(
            [sys.executable, "-m", "bench.workbook", "--one", name, str(orders)],
            check=True,
            capture_output=True,
            text=True,
        )
        figures.append(json.loads(done.stdout))
    base = next((figure["seconds"] for figure in figures if figure["writer"] == "xlsxwriter"), None)
    for figure in figures:
        figure["ratio"] = round(figure["seconds"] / base, 3) if base else None
    return figures


def main(arguments: list[str]) -> None:
    """Print the figures."""
    if arguments[:1] == ["--one"]:
        print(json.dumps(one(arguments[1], int(arguments[2]))))
        return
    orders = int(arguments[0]) if arguments else 100_000
    print(f"{'writer':<12}{'documents':>10}{'cells':>12}{'seconds':>9}{'x xlsxwriter':>14}{'peak MiB':>10}{'MB':>8}")
    for figure in compare(orders, ("ours", "xlsxwriter", *arguments[1:])):
        print(
            f"{figure['writer']:<12}{figure['documents']:>10,}{figure['cells']:>12,}{figure['seconds']:>9}"
            f"{figure['ratio']:>14}{figure['peak_mib']:>10,}{figure['mb']:>8}"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
