"""Outside text in cells: nothing runs, nothing breaks the file, nothing vanishes unseen."""

from __future__ import annotations

import datetime as dt
import re
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from exports.columns import Column
from exports.fast_sheet import draw_shell, make_table, split
from exports.package import write_package
from exports.safe_text import CELL_LIMIT, safe_column, safe_text, xml_column, xml_text
from exports.seal import open_workbook, read_table

RUNNING = [
    "=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", " =1+1", "\u00a0=1+1", "x\n=1+1",
    "https://example.invalid/?a=1&b=2", "007", "1e5", "2026-06-01", "TRUE", "'quoted", "_x0041_", "<b>&amp;</b>", "]]>",
]  # fmt: skip


def write_one(path: Path, texts: list[str | None]) -> pl.DataFrame:
    """Write a workbook with one column of texts and return the texts as a cell may hold them."""
    table = make_table("t", "Texts", "About", (Column("n", "No", "count"), Column("text", "Text")), pl.DataFrame(
        {"n": range(len(texts)), "text": pl.Series(texts, dtype=pl.String)}), currency="THB")  # fmt: skip
    (part,) = split(table)
    book = Workbook()
    sheet = book.active
    sheet.title = part.title
    values = draw_shell(sheet, part, subtitle="s", footer="f")
    saved = BytesIO()
    book.save(saved)
    entry = "xl/worksheets/sheet1.xml"
    write_package(
        path,
        saved.getvalue(),
        parts={entry: part},
        values={entry: values},
        moment=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        on_rows=lambda *_: None,
    )
    return table.frame


def test_f71_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "texts.xlsx"
    meant = write_one(path, list(RUNNING))
    assert b"<f>" not in ZipFile(path).read("xl/worksheets/sheet1.xml")
    assert b"<hyperlink" not in ZipFile(path).read("xl/worksheets/sheet1.xml")
    sheet = openpyxl.load_workbook(path)["Texts"]
    for row, text in enumerate(meant["text"], 6):
        cell = sheet.cell(row, 2)
        assert cell.data_type in ("s", "inlineStr")
        assert cell.quotePrefix, "the cell must stay text when a person edits it"
        assert cell.value.replace("_x005F_", "_") == text


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.none(), st.sampled_from(RUNNING), st.text(max_size=40)), max_size=12))
def test_f72_any_text_reads_back_as_shown(tmp_path: Path, texts: list[str | None]) -> None:
    path = tmp_path / "any.xlsx"
    path.unlink(missing_ok=True)
    meant = write_one(path, texts)
    table = make_table("t", "Texts", "", (Column("n", "No", "count"), Column("text", "Text")), meant, currency="THB")
    read = read_table(open_workbook(path), table)
    assert read.plain["text"].to_list() == meant["text"].to_list()


@given(st.text())
def test_f72_one_text_and_a_column_are_cleaned_alike(text: str) -> None:
    shown = safe_text(text)
    assert safe_column(pl.Series("t", [text])).to_list() == [shown or None]
    assert xml_column(pl.Series("t", [shown])).to_list() == [xml_text(shown)]
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ufffe\uffff]", shown)


def test_f72_control_characters_become_visible() -> None:
    assert safe_text("a\x00b\tc\rd\r\ne\x7f") == "a␀b␉c␍d\ne␡"


@pytest.mark.parametrize("text", ["ก" * 40_000, "😀" * 20_000, "x" * CELL_LIMIT + "y"])
def test_text_beyond_the_limit_of_a_cell_is_cut_visibly(text: str) -> None:
    shown = safe_text(text)
    assert len(shown.encode("utf-16-le")) // 2 <= CELL_LIMIT
    assert shown.endswith("…")
    assert safe_column(pl.Series("t", [text])).to_list() == [shown]


def test_text_at_the_limit_stays_whole() -> None:
    assert safe_text("ก" * CELL_LIMIT) == "ก" * CELL_LIMIT
    assert safe_column(pl.Series("t", ["ก" * CELL_LIMIT])).to_list() == ["ก" * CELL_LIMIT]
