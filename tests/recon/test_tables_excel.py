"""Workbooks as text tables: numbers, dates, sheets, hidden rows, odd files (reliability F56-F60, F67-F69)."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from recon.errors import MalformedFile
from recon.frames import containers
from recon.frames.tables import TextTable, read_head, read_table
from tests import hostile
from tests.hostile import HEADINGS, ROWS, SHEET, workbook

MOMENT = dt.datetime.fromisoformat("2026-06-05T10:21:00")


def column(table: TextTable, heading: str) -> list[str | None]:
    return table.frame.get_column(table.column(heading)).to_list()


def test_a_workbook_gives_the_same_table_as_the_csv(tmp_path: Path) -> None:
    table = read_table(workbook(tmp_path / "orders.xlsx"))
    assert table.frame.rows() == [(2, *ROWS[0]), (3, *ROWS[1])]
    assert (table.sheet, table.encoding) == ("orders", "")


def test_f60_numbers_become_exact_text_without_noise(tmp_path: Path) -> None:
    stored = [
        "100",
        "2.9789999999999996",
        "1E+05",
        "0.1",
        "12345678901.23",
        "99999999999.99",
        "-5.5",
        "0.0000001",
        "1e-3",
    ]
    cells = "".join(
        f'<row r="{row}"><c r="A{row}"><v>{number}</v></c><c r="B{row}" t="inlineStr"><is><t>0012</t></is></c></row>'
        for row, number in enumerate(stored, start=2)
    )
    path = hostile.changed(
        workbook(tmp_path / "n.xlsx", [["x", "sku"]]),
        lambda n, d: d.replace(b"</sheetData>", cells.encode() + b"</sheetData>") if n == SHEET else d,
    )
    table = read_table(path)
    assert column(table, "x") == [
        "100",
        "2.979",
        "100000",
        "0.1",
        "12345678901.23",
        "99999999999.99",
        "-5.5",
        "0.0000001",
        "0.001",
    ]
    assert column(table, "sku") == ["0012"] * len(stored)


def test_f60_every_satang_amount_survives_the_workbook(tmp_path: Path) -> None:
    amounts = [Decimal(n * 7919 + 1) / 100 for n in range(4_000)] + [Decimal(10**13 - n) / 100 for n in range(1, 500)]
    table = read_table(workbook(tmp_path / "m.xlsx", [["x"], *([amount] for amount in amounts)]))
    assert [Decimal(text or "") for text in column(table, "x")] == amounts


def test_f60_a_numeric_id_of_more_than_15_digits_shows_its_damage(tmp_path: Path) -> None:
    path = workbook(tmp_path / "i.xlsx", [["id"], [580123456789012345], ["580123456789012345"], [123456789012345]])
    assert column(read_table(path), "id") == ["5.80123456789012E+17", "580123456789012345", "123456789012345"]


def test_f60_number_formats_of_zeros_give_leading_zeros_back(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.append(["sku", "qty"])
    for value in (12345, 7, 123456789):
        page.append([value, value])
        page.cell(page.max_row, 1).number_format = "00000000"
    page.append(["A-1", 1])
    book.save(tmp_path / "z.xlsx")
    table = read_table(tmp_path / "z.xlsx")
    assert column(table, "sku") == ["00012345", "00000007", "123456789", "A-1"]
    assert column(table, "qty") == ["12345", "7", "123456789", "1"]


def test_f60_late_text_in_a_column_of_numbers_loses_nothing(tmp_path: Path) -> None:
    path = workbook(tmp_path / "late.xlsx", [["sku"], *([n] for n in range(1_500)), ["A-1"], ["B-2"]])
    table = read_table(path)
    assert table.frame.height == 1_502
    assert column(table, "sku")[-3:] == ["1499", "A-1", "B-2"]


def test_f56_dates_as_cells_text_and_serials_and_the_1904_base(tmp_path: Path) -> None:
    path = workbook(tmp_path / "d.xlsx", [["d"], [dt.date(2026, 6, 5)], [MOMENT], ["05/06/2569"], [46178]])
    assert column(read_table(path), "d") == ["2026-06-05 00:00:00", "2026-06-05 10:21:00", "05/06/2569", "46178"]
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(["d"])
    book.active.append([MOMENT])
    book.save(tmp_path / "mac.xlsx")
    assert column(read_table(tmp_path / "mac.xlsx"), "d") == ["2026-06-05 10:21:00"]


def test_f57_header_below_titles_and_rows_beside_the_edge(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page["C4"], page["D4"] = "id", "total"
    page["C5"], page["D5"] = "SO-1", 1
    page["C9"], page["D9"] = "SO-2", 2
    page["C2"] = "Report"
    book.save(tmp_path / "off.xlsx")
    table = read_table(tmp_path / "off.xlsx", required=["id", "total"])
    assert table.head.header_row == 4
    assert table.frame.rows() == [(5, "SO-1", "1"), (9, "SO-2", "2")]


def test_f57_headings_merged_over_two_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    for row in (["เลขที่", "ลูกค้า", None, "ยอด"], [None, "ชื่อ", "ที่อยู่", None], ["SO-1", "ก", "ข", 5]):
        page.append(row)
    for area in ("A1:A2", "B1:C1", "D1:D2"):
        page.merge_cells(area)
    book.save(tmp_path / "merged.xlsx")
    table = read_table(tmp_path / "merged.xlsx", required=["เลขที่", "ชื่อ", "ยอด"])
    assert [h.text for h in table.headings] == ["เลขที่", "ชื่อ", "ที่อยู่", "ยอด"]
    assert table.frame.rows() == [(3, "SO-1", "ก", "ข", "5")]


def test_f57_hidden_rows_are_read_and_said_so(tmp_path: Path) -> None:
    path = workbook(tmp_path / "h.xlsx")
    book = openpyxl.load_workbook(path)
    book.active.row_dimensions[3].hidden = True
    book.save(path)
    table = read_table(path)
    assert table.frame.height == 2
    assert table.findings.select("code", "value").rows() == [("hidden-rows", "1")]


def test_f57_the_sheet_with_the_headings_is_taken_and_two_of_them_ask(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "notes"
    book.active.append(["read me"])
    for name in ("may", "june"):
        page = book.create_sheet(name)
        page.append(["id", "total"])
        page.append([name, 1])
    hidden = book.create_sheet("old")
    hidden.append(["id", "total"])
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "s.xlsx")
    with pytest.raises(MalformedFile, match="'may', 'june' all hold such a table"):
        read_table(tmp_path / "s.xlsx", required=["id", "total"])
    table = read_table(tmp_path / "s.xlsx", required=["id", "total"], sheets=["Ju*"])
    assert column(table, "id") == ["june"]
    assert "Other sheets were not read: notes, may." in table.notes


def test_error_values_stay_visible_and_uncalculated_formulas_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "e.xlsx", [["id", "total"], ["SO-1", "#REF!"], ["SO-2", 5]])
    assert column(read_table(path), "total") == ["#REF!", "5"]
    path = workbook(tmp_path / "f.xlsx", [["id", "total"], ["SO-1", "=1+1"]])
    with pytest.raises(MalformedFile, match="formulas without a value in B2"):
        read_table(path)
    path = hostile.changed(path, lambda n, d: re.sub(rb"<v ?/>|<v></v>", b"<v>2</v>", d) if n == SHEET else d)
    assert column(read_table(path), "total") == ["2"]


def test_wrong_dimension_loses_no_row(tmp_path: Path) -> None:
    assert read_table(hostile.wrong_dimension(tmp_path / "w.xlsx")).frame.height == 2


def test_shared_and_inline_strings_and_rich_text_give_the_same_headings(tmp_path: Path) -> None:
    rich = "<si><r><t>to</t></r><r><t>tal</t></r><rPh><t>x</t></rPh></si>"
    plain = workbook(tmp_path / "r.xlsx", [["id", "total"], ["SO-1", 5]])
    path = hostile.with_shared_strings(plain, {"total": rich})
    assert [h.text for h in read_head(path).headings] == ["id", "total"]
    assert column(read_table(path, required=["total"]), "total") == ["5"]


ATTACKS = {
    "F67 zip bomb": (hostile.zip_bomb, "would unpack"),
    "F67 many cells share a long text": (hostile.repetition_bomb, "share a few very long texts"),
    "two sheets of one name": (hostile.twin_sheets, "two sheets of one name"),
    "F67 lying sizes": (hostile.lying_sizes, "damaged or cut off"),
    "F67 part outside the folders": (lambda p: hostile.with_part(p, "payload.exe"), "does not belong in a workbook"),
    "F67 too many parts": (
        lambda p: hostile.changed(workbook(p), lambda _, d: d, {f"xl/media/{n}": b"" for n in range(2_001)}),
        "parts; a workbook has at most",
    ),
    "F70 traversal": (lambda p: hostile.with_part(p, "xl/../../evil.xml"), "does not belong in a workbook"),
    "F70 absolute name": (lambda p: hostile.with_part(p, "/etc/cron.d/x"), "does not belong in a workbook"),
    "F70 backslash name": (lambda p: hostile.with_part(p, "xl/..\\..\\evil.xml"), "does not belong in a workbook"),
    "F68 billion laughs": (
        lambda p: hostile.xml_attack(p, hostile.SHARED, hostile.BILLION_LAUGHS, b"&d;"),
        "document type",
    ),
    "F68 quadratic": (lambda p: hostile.xml_attack(p, hostile.SHARED, hostile.QUADRATIC, b"&d;" * 50), "document type"),
    "F68 external file": (
        lambda p: hostile.xml_attack(p, hostile.SHARED, hostile.EXTERNAL_FILE, b"&d;"),
        "document type",
    ),
    "F68 external http": (lambda p: hostile.xml_attack(p, SHEET, hostile.EXTERNAL_HTTP, b"&d;"), "document type"),
    "F68 outside dtd": (lambda p: hostile.xml_attack(p, "xl/workbook.xml", hostile.DTD_ONLY, b""), "document type"),
    "F68 in the relations": (
        lambda p: hostile.xml_attack(p, "xl/_rels/workbook.xml.rels", hostile.DTD_ONLY, b""),
        "document type",
    ),
    "F68 in utf-16": (
        lambda p: hostile.changed(
            hostile.with_shared_strings(workbook(p)),
            lambda n, d: d.decode().encode("utf-16") if n == hostile.SHARED else d,
        ),
        "not written in UTF-8",
    ),
    "far column": (lambda p: hostile.far_cell(p, "XFD5", 5), "columns behind ZZ"),
    "far corner": (lambda p: hostile.far_cell(p, "ZZ1048576", 1_048_576), "mostly empty"),
    "F69 macros": (lambda p: hostile.with_part(p, "xl/vbaProject.bin"), "holds macros"),
    "F69 open document": (lambda p: hostile.with_part(p, "mimetype"), "OpenDocument"),
    "F69 binary workbook": (lambda p: hostile.with_part(p, "xl/workbook.bin"), "xlsb"),
    "F69 encrypted": (
        lambda p: hostile.ole(p, "EncryptionInfo", "EncryptedPackage"),
        "protected by a password or a sensitivity label",
    ),
    "F69 old macros": (lambda p: hostile.ole(p, "Workbook", "_VBA_PROJECT_CUR"), "holds macros"),
    "F69 old word document": (lambda p: hostile.ole(p, "WordDocument"), "not an Excel workbook"),
    "F69 broken old workbook": (lambda p: hostile.ole(p, "Workbook"), "cannot be read"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_f67_f68_f69_f70_hostile_workbooks_are_refused_with_a_plain_word(tmp_path: Path, attack: str) -> None:
    make, why = ATTACKS[attack]
    path = make(tmp_path / "orders.xlsx")
    with pytest.raises(MalformedFile, match=why) as caught:
        read_table(path)
    assert str(caught.value).startswith("orders.xlsx")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<html><table><tr><td>1</td></tr></table>", "web page"),
        (b"\xef\xbb\xbf\n <!DOCTYPE html><meta charset=utf-8>", "web page"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook>', "XML form of 2003"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"\xff\xd8\xff\xe0", "a picture"),
        (b"PK\x03\x04 and nothing more", "damaged or cut off"),
    ],
    ids=["html", "html bom", "xml 2003", "pdf", "gzip", "png", "jpeg", "no zip"],
)
def test_f69_other_formats_under_the_name_of_a_workbook(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "orders.xls"
    path.write_bytes(content)
    with pytest.raises(MalformedFile, match=why):
        read_table(path)


def test_f69_content_decides_not_the_name(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx").rename(tmp_path / "a.xls")
    (tmp_path / "b.xlsx").write_bytes(hostile.csv_bytes())
    assert read_table(tmp_path / "a.xls").frame.rows() == read_table(tmp_path / "b.xlsx").frame.rows()
    assert [h.text for h in read_head(tmp_path / "b.xlsx").headings] == HEADINGS


def test_f51_a_workbook_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "o.xlsx").read_bytes()
    path = tmp_path / "cut.xlsx"
    for cut in range(4, len(whole) - 1, 97):
        path.write_bytes(whole[:cut])
        containers._kind_of.cache_clear()
        with pytest.raises(MalformedFile, match=r"damaged or cut off"):
            read_table(path)


def test_reading_all_columns_agrees_with_another_reader(tmp_path: Path) -> None:
    rows = [["id", "n", "t"], *([f"SO-{n}", n * 3, f"text {n}"] for n in range(300))]
    path = workbook(tmp_path / "x.xlsx", rows)
    ours = read_table(path).frame.drop("row")
    assert ours.equals(pl.DataFrame(rows[1:], schema=rows[0], orient="row").cast(pl.String))


def test_odd_headings_dates_numbers_and_escaped_line_ends(tmp_path: Path) -> None:
    path = workbook(tmp_path / "odd.xlsx", [["id", dt.date(2026, 6, 5), 7, "a_x000D_\nb"], ["SO-1", "1", "2", "3"]])
    table = read_table(path, required=["id"])
    assert [h.text for h in table.headings] == ["id", "46178", "7", "a\r\nb"]
    assert table.frame.rows() == [(2, "SO-1", "1", "2", "3")]
    assert table.column("a b")


def test_column_numbers() -> None:
    assert [containers.column_number(letters) for letters in ("A", "Z", "AA", "ZZ")] == [1, 26, 27, 702]
