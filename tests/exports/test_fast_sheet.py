"""Rows rendered as text: exact numbers, real dates, totals that carry their value, any number of sheets."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from exports.columns import Column, cell_number, decimal_text, money_digits
from exports.fast_sheet import Table, draw_shell, make_table, scaled_text, split
from exports.package import with_values, write_package
from exports.seal import column_digests, differences, open_workbook, read_digests, read_table
from recon.money import AMOUNT_LIMIT_MINOR, plain

MONEY = (Column("name", "Name"), Column("currency", "Currency"), Column("a_minor", "Amount", "money", total=True))


def write(path: Path, table: Table, rows_per_sheet: int = 1_000_000) -> None:
    parts = split(table, rows_per_sheet)
    book = Workbook()
    book.remove(book.active)
    entries, values = {}, {}
    for number, part in enumerate(parts, 1):
        entry = f"xl/worksheets/sheet{number}.xml"
        entries[entry] = part
        values[entry] = draw_shell(book.create_sheet(part.title), part, subtitle="s", footer="A & B")
    saved = BytesIO()
    book.save(saved)
    write_package(
        path,
        saved.getvalue(),
        parts=entries,
        values=values,
        moment=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        on_rows=lambda *_: None,
    )


def money_table(amounts: list[int], currencies: list[str] | None = None) -> Table:
    frame = pl.DataFrame(
        {"name": [f"n{i}" for i in range(len(amounts))], "a_minor": amounts},
        schema={"name": pl.String, "a_minor": pl.Int64},
    )
    frame = frame.with_columns(pl.Series("currency", currencies or ["THB"] * len(amounts), dtype=pl.String))
    return make_table("t", "Money", "About", MONEY, frame, currency="THB", currency_column="currency")


@given(st.integers(-AMOUNT_LIMIT_MINOR + 1, AMOUNT_LIMIT_MINOR - 1), st.sampled_from(["THB", "JPY", "KWD"]))
def test_amounts_become_text_exactly(minor: int, currency: str) -> None:
    digits = money_digits(pl.DataFrame({"currency": [currency]}), "currency", 2)
    text = pl.DataFrame({"m": [minor]}).select(decimal_text(pl.col("m"), digits)).item()
    assert text == plain(minor, currency) == scaled_text(minor, {"THB": 2, "JPY": 0, "KWD": 3}[currency])


def test_the_largest_amounts_read_back_exactly(tmp_path: Path) -> None:
    amounts = [999_999_999_999_999, -999_999_999_999_999, 1, -1, 0, 99_999_999_999_999]
    table = money_table(amounts)
    write(tmp_path / "m.xlsx", table)
    assert differences(table, column_digests(table), read_table(open_workbook(tmp_path / "m.xlsx"), table)) == []


def test_currencies_with_other_decimals_keep_them(tmp_path: Path) -> None:
    table = money_table([123_456, 123_456, 123_456], ["THB", "JPY", "KWD"])
    write(tmp_path / "m.xlsx", table)
    cells = openpyxl.load_workbook(tmp_path / "m.xlsx", data_only=True)["Money"]
    assert [cells.cell(row, 3).value for row in (6, 7, 8)] == [1234.56, 123456, 123.456]
    assert cells["C3"].value == 1234.56, "the total is of the books' currency alone"
    assert differences(table, column_digests(table), read_table(open_workbook(tmp_path / "m.xlsx"), table)) == []


def test_every_second_of_a_day_reads_back(tmp_path: Path) -> None:
    start = dt.datetime.fromisoformat("2026-06-01T00:00:00")
    frame = pl.DataFrame({"n": range(86_400)}).with_columns((pl.lit(start) + pl.duration(seconds="n")).alias("at"))
    table = make_table(
        "t", "Times", "", (Column("n", "No", "count"), Column("at", "At", "moment")), frame, currency="THB"
    )
    write(tmp_path / "t.xlsx", table)
    assert differences(table, column_digests(table), read_table(open_workbook(tmp_path / "t.xlsx"), table)) == []


def test_days_excel_cannot_count_go_in_as_text(tmp_path: Path) -> None:
    frame = pl.DataFrame({"n": [1, 2, 3], "day": [dt.date(1899, 12, 31), dt.date(2026, 2, 28), None]})
    table = make_table(
        "t", "Days", "", (Column("n", "No", "count"), Column("day", "Day", "date")), frame, currency="THB"
    )
    write(tmp_path / "d.xlsx", table)
    cells = openpyxl.load_workbook(tmp_path / "d.xlsx")["Days"]
    assert [cells.cell(row, 2).value for row in (6, 7, 8)] == ["1899-12-31", "2026-02-28", None]
    assert differences(table, column_digests(table), read_table(open_workbook(tmp_path / "d.xlsx"), table)) == []


def test_dates_are_real_dates(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"n": [1], "day": [dt.date(2026, 2, 28)], "at": [dt.datetime.fromisoformat("2026-02-28T23:59:59")]}
    )
    table = make_table(
        "t",
        "Days",
        "",
        (Column("n", "No", "count"), Column("day", "Day", "date"), Column("at", "At", "moment")),
        frame,
        currency="THB",
    )
    write(tmp_path / "d.xlsx", table)
    cells = openpyxl.load_workbook(tmp_path / "d.xlsx")["Days"]
    assert cells["B6"].value == dt.datetime.fromisoformat("2026-02-28T00:00:00")
    assert cells["C6"].value == dt.datetime.fromisoformat("2026-02-28T23:59:59")
    assert cells["B6"].number_format == "yyyy-mm-dd"


def test_rows_beyond_one_sheet_go_on_in_the_next(tmp_path: Path) -> None:
    table = money_table(list(range(100, 125)))
    write(tmp_path / "m.xlsx", table, rows_per_sheet=10)
    book = openpyxl.load_workbook(tmp_path / "m.xlsx", data_only=True)
    assert book.sheetnames == ["Money", "Money 2", "Money 3"]
    assert [book[name].max_row for name in book.sheetnames] == [15, 15, 10]
    assert [book[name]["C3"].value for name in book.sheetnames] == [10.45, 11.45, 6.1]
    assert book["Money 3"]["A3"].value == "Total THB of this sheet"
    assert book["Money 2"].auto_filter.ref == "A5:C15"
    assert differences(table, column_digests(table), read_table(open_workbook(tmp_path / "m.xlsx"), table)) == []


def test_a_table_without_rows_is_a_sheet_with_headings(tmp_path: Path) -> None:
    table = money_table([])
    write(tmp_path / "m.xlsx", table)
    cells = openpyxl.load_workbook(tmp_path / "m.xlsx", data_only=True)["Money"]
    assert [cell.value for cell in cells[5]] == ["Name", "Currency", "Amount"]
    assert cells["C3"].value == 0
    read = read_table(open_workbook(tmp_path / "m.xlsx"), table)
    assert read.rows == 0
    assert read_digests(table, read).equals(column_digests(table))


def test_same_content_same_bytes(tmp_path: Path) -> None:
    for name in ("one.xlsx", "two.xlsx"):
        write(tmp_path / name, money_table([1, 2, 3]))
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_sheet_is_ready_to_read_and_print(tmp_path: Path) -> None:
    write(tmp_path / "m.xlsx", money_table([150_000, -5]))
    sheet = openpyxl.load_workbook(tmp_path / "m.xlsx")["Money"]
    assert sheet.freeze_panes == "A6"
    assert sheet["C6"].number_format == '#,##0.00;[Red]-#,##0.00;"-"'
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (
        "landscape",
        1,
        0,
    )
    assert sheet.print_title_rows == "$5:$5"
    assert "A && B" in sheet.oddFooter.left.text, "an ampersand in a footer would be read as a code"
    assert ZipFile(tmp_path / "m.xlsx").read("docProps/core.xml").count(b"2026-01-01T00:00:00Z") == 2


def test_a_formula_without_a_value_is_our_mistake() -> None:
    with pytest.raises(KeyError):
        with_values('<c r="A1"><f>SUM(B1)</f><v /></c>', {})


def test_quantities_keep_thousandths() -> None:
    column = Column("q", "Quantity", "quantity")
    texts = pl.DataFrame({"q": [1500, -1, 0]}).select(cell_number(column, 2)).to_series()
    assert texts.to_list() == ["1.500", "-0.001", "0.000"]
