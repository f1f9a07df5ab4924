"""The mapping workbook: out, edited by a person, and back with only what was changed and every problem at once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from exports.mapping_workbook import CHANNEL_ROWS, PRODUCT_ROWS, ChannelEdit, ProductEdit, read_mappings, write_mappings
from recon.errors import ExportError
from recon.targets.base import LedgerMethod, LedgerProduct

PRODUCTS = pl.DataFrame(
    [
        ("0001", "เสื้อยืดคอกลม", 3, 100_000, "P001", "linked", None, "exact SKU"),
        ("0100", "Mug", 1, 50_000, None, "not linked", "0012", "same name"),
        ("=1+1", "@SUM", 1, 100, None, "not linked", None, None),
        (None, "ค่าส่ง", 1, 5_000, "TEXT", "text", None, None),
    ],
    schema=PRODUCT_ROWS,
    orient="row",
)
CHANNELS = pl.DataFrame(
    [("PromptPay", 3, 100_000, "BNK001", "mapped", None, None), ("", 1, 500, None, "not mapped", "CSH001", "cash")],
    schema=CHANNEL_ROWS,
    orient="row",
)
LEDGER_PRODUCTS = [
    LedgerProduct(code="P001", name="Shirt"),
    LedgerProduct(code="0012", name="=Mug"),
    LedgerProduct(code="100", name="Hundred"),
]
METHODS = [LedgerMethod(code="BNK001", name="KBank"), LedgerMethod(code="CSH001", name="เงินสด")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path / "mappings.xlsx")


def write(path: Path, **changed: Any) -> Path:
    given = {"products": PRODUCTS, "channels": CHANNELS, "ledger_products": LEDGER_PRODUCTS, "methods": METHODS}
    return write_mappings(
        path,
        **{**given, **changed},
        title="บริษัท ตัวอย่าง",
        currency="THB",
        written_at=dt.datetime(2026, 7, 1, tzinfo=dt.UTC),
    )


def edit(path: Path, cells: dict[tuple[str, str], object]) -> Path:
    book = openpyxl.load_workbook(path)
    for (sheet, cell), value in cells.items():
        book[sheet][cell].value = value
    book.save(path)
    return path


def test_untouched_it_changes_nothing(path: Path) -> None:
    edits = read_mappings(path)
    assert (edits.products, edits.channels, edits.problems) == ((), (), ())


def test_only_changed_rows_come_back(path: Path) -> None:
    edit(
        path,
        {
            ("Products", "E6"): None,
            ("Products", "E7"): " 0012 ",
            ("Products", "E8"): "text",
            ("Channels", "D7"): "CSH001",
        },
    )
    edits = read_mappings(path, skus={"0001", "0100", "=1+1"})
    assert edits.problems == ()
    assert edits.products == (
        ProductEdit(sku="0001", product_code=None, as_text=False, before="P001", row=6),
        ProductEdit(sku="0100", product_code="0012", as_text=False, before=None, row=7),
        ProductEdit(sku="=1+1", product_code=None, as_text=True, before=None, row=8),
    )
    assert edits.channels == (ChannelEdit(payment_channel="", payment_method="CSH001", before=None, row=7),)


def test_lines_without_sku_can_be_linked_too(path: Path) -> None:
    edit(path, {("Products", "E9"): "P001"})
    assert read_mappings(path).products == (
        ProductEdit(sku=None, product_code="P001", as_text=False, before="TEXT", row=9),
    )


def test_a_code_typed_as_a_number_is_the_code(path: Path) -> None:
    edit(path, {("Products", "E7"): 100})
    assert read_mappings(path).products[0].product_code == "100"
    edit(path, {("Products", "E7"): 100.0})
    assert read_mappings(path).products[0].product_code == "100"


def test_all_problems_at_once_with_sheet_row_column_value_and_what_to_do(path: Path) -> None:
    edit(path, {
        ("Products", "E7"): 12, ("Products", "A8"): 123, ("Products", "E8"): "P001", ("Products", "A9"): "unheard-of",
        ("Products", "E9"): "P001", ("Channels", "D6"): "BANK",
    })  # fmt: skip
    problems = [str(problem) for problem in read_mappings(path, skus={"0001", "0100"}).problems]
    assert problems == [
        "sheet Products, row 8, column SKU: '123' was not taken over. The cell holds a number, so leading zeros may be lost. Put the text back as it was (type an apostrophe first), or write the file anew.",
        "sheet Products, row 7, column Product code: '12' was not taken over. The ledger has no such code; choose one from the sheet Ledger products. Did you mean 0012?",
        "sheet Channels, row 6, column Method code: 'BANK' was not taken over. The ledger has no such code; choose one from the sheet Ledger methods.",
        "sheet Products, row 8, column SKU: '123' was not taken over. No order line has this SKU. Do not change the column SKU; write the file anew and fill in the yellow column only.",
        "sheet Products, row 9, column SKU: 'unheard-of' was not taken over. No order line has this SKU. Do not change the column SKU; write the file anew and fill in the yellow column only.",
    ]


def test_one_sku_in_two_rows_with_two_codes_is_a_problem(path: Path) -> None:
    edit(path, {("Products", "A7"): "0001", ("Products", "E7"): "100"})
    assert [problem.row for problem in read_mappings(path).problems] == [6, 7]


def test_columns_and_sheets_taken_away_are_problems(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    book["Products"]["E5"].value = "Code"
    del book["Channels"]
    book.save(path)
    assert [(problem.sheet, problem.column) for problem in read_mappings(path).problems] == [
        ("Products", "Product code"),
        ("Channels", ""),
    ]


def test_yellow_cells_offer_the_ledger_s_codes_and_keep_text(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book["Products"]
    (rule,) = sheet.data_validations.dataValidation
    assert rule.formula1 == "'Ledger products'!$A$6:$A$9"
    assert str(rule.sqref) == "E6:E9"
    assert [cell.value for cell in book["Ledger products"]["A"][5:]] == ["TEXT", "P001", "0012", "100"]
    assert sheet["E7"].value is None
    assert sheet["E7"].number_format == "@", "a typed 0012 must stay 0012"
    assert sheet["A6"].value == "0001"
    assert sheet["A8"].data_type in ("s", "inlineStr")


def test_a_very_long_list_has_no_dropdown(tmp_path: Path) -> None:
    many = [LedgerProduct(code=f"P{number:05}", name="x") for number in range(5_001)]
    book = openpyxl.load_workbook(write(tmp_path / "m.xlsx", ledger_products=[*LEDGER_PRODUCTS, *many]))
    assert book["Products"].data_validations.dataValidation == []
    assert book["Ledger products"].max_row == 5 + 1 + 3 + 5_001


def test_nothing_to_map_is_a_workbook_all_the_same(tmp_path: Path) -> None:
    path = write(
        tmp_path / "m.xlsx", products=PRODUCTS.clear(), channels=CHANNELS.clear(), ledger_products=[], methods=[]
    )
    assert read_mappings(path).problems == ()


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.xlsx").write_text("sku,code")
    with pytest.raises(ExportError, match=r"m\.xlsx is no Excel workbook"):
        read_mappings(tmp_path / "m.xlsx")


def test_a_key_with_a_tab_comes_back_as_it_was(tmp_path: Path) -> None:
    odd = PRODUCTS.with_columns(pl.col("sku").replace({"0100": "A\t1"}))
    path = edit(write(tmp_path / "m.xlsx", products=odd), {("Products", "E7"): "P001"})
    edits = read_mappings(path, skus={"A\t1"}, channels={"PromptPay"})
    assert edits.problems == ()
    assert [change.sku for change in edits.products] == ["A\t1"]


def test_a_channel_nobody_knows_is_a_problem(path: Path) -> None:
    edit(path, {("Channels", "A6"): "Other", ("Channels", "D6"): "CSH001"})
    (problem,) = read_mappings(path, channels={"PromptPay"}).problems
    assert str(problem).startswith(
        "sheet Channels, row 6, column Payment channel: 'Other' was not taken over. No order has this channel."
    )


def test_rows_without_sku_that_differ_are_written_and_told_when_read(tmp_path: Path) -> None:
    twice = pl.concat([PRODUCTS, PRODUCTS.tail(1).with_columns(pl.lit("P001").alias("product_code"))])
    path = write(tmp_path / "m.xlsx", products=twice)
    assert [problem.row for problem in read_mappings(path).problems] == [9, 10]
