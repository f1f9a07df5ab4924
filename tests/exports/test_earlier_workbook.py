"""Workbooks an earlier version wrote: checked by the sheets and columns they have, and what was not compared is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from bench.made_audit import dossier, made_frames
from exports.audit_workbook import write_audit_workbook
from exports.fast_sheet import Table
from exports.sheets.context import Prepared
from exports.tables import TABLES
from exports.verify_workbook import verify_workbook

Make = Callable[[Prepared], Table]


def without(make: Make, *headings: str) -> Make:
    """The table as it was before these columns came."""

    def earlier(prepared: Prepared) -> Table:
        table = make(prepared)
        columns = tuple(column for column in table.columns if column.heading not in headings)
        assert len(columns) == len(table.columns) - len(headings)
        return replace(table, columns=columns, frame=table.frame.select(column.name for column in columns))

    return earlier


def renamed(make: Make, heading: str, before: str) -> Make:
    """The table as it was when a column had another heading."""

    def earlier(prepared: Prepared) -> Table:
        table = make(prepared)
        assert heading in {column.heading for column in table.columns}
        return replace(
            table, columns=tuple(replace(c, heading=before) if c.heading == heading else c for c in table.columns)
        )

    return earlier


CHANGES: dict[str, Callable[[Make], Make | None]] = {
    "numbering_table": lambda _: None,
    "held_table": lambda make: without(make, "Record"),
    "documents_table": lambda make: renamed(without(make, "Tax withheld"), "VAT", "VAT amount"),
    "approvals_table": lambda make: renamed(make, "Approved at", "Moment"),
}


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook written when there was a sheet less, two columns less, and two had other headings."""
    changed = [CHANGES.get(make.__name__, lambda same: same)(make) for make in TABLES]
    with pytest.MonkeyPatch.context() as patch:
        for module in ("exports.audit_workbook.TABLES", "exports.verify_workbook.TABLES"):
            patch.setattr(module, tuple(make for make in changed if make is not None))
        return write_audit_workbook(dossier(), made_frames(12), tmp_path_factory.mktemp("old") / "old.xlsx").path


def test_an_earlier_workbook_stands_and_says_what_was_compared(earlier: Path) -> None:
    found = verify_workbook(earlier)
    assert found.problems == ()
    said, totals, newer = found.notes
    assert "written by an earlier version" in said
    assert "sheets 17, columns" in said
    assert "All documents but payments added up, THB" in totals, "its VAT stands under another heading"
    assert "sheet Numbering" in newer and "Held orders: Record" in newer and "Documents: Tax withheld" in newer


def test_a_workbook_of_today_has_no_notes(tmp_path: Path) -> None:
    written = write_audit_workbook(dossier(), made_frames(12), tmp_path / "now.xlsx")
    assert (verify_workbook(written.path).problems, verify_workbook(written.path).notes) == ((), ())


@pytest.mark.parametrize(
    ("sheet", "heading", "value"),
    [("Documents", "VAT amount", 12.34), ("Approvals", "Moment", "2026-01-01"), ("Held orders", "Held", 1)],
)
def test_a_changed_cell_of_an_earlier_workbook_is_named(
    earlier: Path, tmp_path: Path, sheet: str, heading: str, value: object
) -> None:
    book = openpyxl.load_workbook(earlier)
    at = [cell.value for cell in book[sheet][5]].index(heading) + 1
    book[sheet].cell(row=6, column=at).value = value
    book.save(tmp_path / "changed.xlsx")
    problems = verify_workbook(tmp_path / "changed.xlsx").problems
    assert f"Sheet {sheet}, column {heading}: cells were changed, added, removed or sorted" in problems


def test_a_sheet_taken_out_of_an_earlier_workbook_is_missing(earlier: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(earlier)
    del book["Postings"]
    book.save(tmp_path / "less.xlsx")
    assert "Sheet Postings: it is missing in less.xlsx" in verify_workbook(tmp_path / "less.xlsx").problems


def test_a_seal_that_was_touched_is_no_earlier_version(earlier: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(earlier)
    book["Seal"].cell(row=6, column=4).value = "0" * 64
    book.save(tmp_path / "seal.xlsx")
    found = verify_workbook(tmp_path / "seal.xlsx")
    assert found.notes == ()
    assert any("The seal on the summary does not fit" in text for text in found.problems)
