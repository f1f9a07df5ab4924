"""The VAT workbook: its figures are formulas over its own lists, and LibreOffice comes to the same values."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from exports import vat_workbook
from exports.vat_workbook import write_vat_workbook
from recon.errors import ExportError
from recon.proof.vat_month import Month, VatLists, total
from recon.service.vat_apart import APART, summed
from recon.service.vat_ledger import READ_BACK
from recon.service.vat_report import VatReport
from recon.summaries.vat import VatCheck, VatFigures
from tests.exports.test_libreoffice import saved_by_libreoffice, without_values
from tests.recon.test_vat_month import doc, lists

AT = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)


READ_BACK_ROWS = pl.DataFrame(
    [
        ("sales", dt.date(2026, 6, 10), "A", "receipt", 17_700, 17_800, 100, 700, None, None, "web", "B0001", "2026-07-01T00:00:00Z", "a"),
        ("purchases", dt.date(2026, 6, 10), "FEE", "expense", 10_700, 10_700, 0, 700, 700, 0, "web", "B0001", "2026-07-01T00:00:00Z", "fee"),
    ],
    schema=READ_BACK, orient="row",
)  # fmt: skip


def made(found: VatLists | None = None) -> VatReport:
    """The report of a month with every kind of row."""
    mixed = [("vat7", 10_000, 700), ("none", 5_000, 0), ("vat0", 2_000, 0)]
    found = found or lists(
        doc("a", total_minor=17_700, lines=mixed), doc("=1+1"), doc("credit", "credit_note", applies_to_key="old"),
        doc("old", on=dt.date(2026, 5, 3)), doc("wait", "invoice"), doc("fee", "expense"), doc("rent", "expense"),
        doc("later", "expense", is_tax_invoice=False), suppliers={"fee": "TIV-1"},
    )  # fmt: skip
    sales = found.sales
    taxable, zero, exempt = (total(sales, f"{name}_minor") for name in ("taxable", "zero", "exempt"))
    rows = pl.DataFrame(
        [("held", "sku-missing", dt.date(2026, 6, 2), "#1", "order", 12_900, None, "web"), ("held", "sku-missing", dt.date(2026, 6, 3), "#9", "order", None, 5_350, "web"),
         ("planned", "B0002", None, "=2", "receipt", 5, None, "web")],
        schema=APART, orient="row",
    )  # fmt: skip
    net = taxable + zero + exempt
    checks = (
        VatCheck(
            name="sum",
            listed_minor=net + total(sales, "vat_minor"),
            other_minor=total(sales, "total_minor"),
            proves="x",
        ),
        VatCheck(
            name="output", listed_minor=total(sales, "vat_minor"), other_minor=total(sales, "vat_minor"), proves="x"
        ),
        VatCheck(name="input", listed_minor=1_400, other_minor=1_400, proves="x"),
        VatCheck(name="store", listed_minor=5, other_minor=6, proves="differs"),
    )
    return VatReport(
        month=Month.of("2026-06"), company="=บริษัท & ลูก", tax_id="0105500000003", currency="THB", language="en", environment="sandbox",
        connections=("web",), registered=True, lists=found,
        figures=VatFigures(
            sales_minor=net, taxable_minor=taxable, zero_minor=zero, exempt_minor=exempt, output_vat_minor=total(sales, "vat_minor"),
            purchases_minor=10_000, input_vat_minor=700, waiting_vat_minor=1_400,
        ),
        checks=checks, read_back=READ_BACK_ROWS, apart_rows=rows, apart=summed(rows), notes=("recon files nothing.",),
    )  # fmt: skip


@pytest.mark.parametrize("rows_per_sheet", [1_000_000, 2])
def test_every_figure_is_a_formula_over_the_lists(tmp_path: Path, rows_per_sheet: int) -> None:
    path = write_vat_workbook(made(), tmp_path / "vat.xlsx", written_at=AT, rows_per_sheet=rows_per_sheet)
    formulas, carried = openpyxl.load_workbook(path)["VAT"], openpyxl.load_workbook(path, data_only=True)["VAT"]
    live = {formulas[f"A{row}"].value: row for row in range(1, 60) if str(formulas[f"B{row}"].value).startswith("=")}
    figures = {label: round(carried[f"B{row}"].value * 100) for label, row in live.items()}
    assert figures["Output VAT · ภาษีขาย"] == 700
    assert figures["Sales total, without VAT · ยอดขาย"] == 17_000
    assert figures["Input VAT that can be claimed · ภาษีซื้อ"] == 700
    counted = {label: carried[f"C{row}"].value for label, row in live.items()}
    assert counted["Purchases with claimable VAT, without VAT · ยอดซื้อ"] == 1, "three purchases, one of them claimable"
    assert figures["Input VAT that cannot be claimed yet"] == 1_400
    assert figures["Output less input VAT: payable, or (negative) creditable · ต้องชำระ / ชำระเกิน"] == 0
    assert "SUM('Sales tax report'!" in formulas[f"B{live['Output VAT · ภาษีขาย']}"].value


def test_a_check_that_differs_shows_its_difference(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(write_vat_workbook(made(), tmp_path / "vat.xlsx", written_at=AT), data_only=True)[
        "VAT"
    ]
    (row,) = [row for row in sheet.iter_rows(values_only=True) if row[0] == "store"]
    assert round(row[3] * 100) == -1


def test_what_is_left_out_of_sales_and_of_purchases_is_never_one_sum(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_vat_workbook(made(), tmp_path / "vat.xlsx", written_at=AT), data_only=True)
    (held,) = [row for row in book["VAT"].iter_rows(values_only=True) if str(row[0]).startswith("held")]
    assert (held[1], round(held[2] * 100), held[3], round(held[4] * 100)) == (1, 12_900, 1, 5_350)
    rows = list(book["Not in these figures"].iter_rows(values_only=True))
    (heads,) = [row for row in rows if "Adds to sales" in row]
    places = [heads.index("Adds to sales"), heads.index("Adds to purchases")]
    sums = [
        [round(row[place] * 100) for place in places]
        for row in rows
        if isinstance(row[places[0]], int | float) and isinstance(row[places[1]], int | float)
    ]
    assert sums == [[12_905, 5_350]] * 2, "both totals; no row has both"


def test_only_what_the_ledger_has_otherwise_is_listed(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_vat_workbook(made(), tmp_path / "vat.xlsx", written_at=AT), data_only=True)
    listed = [row for row in book["Ledger differs"].iter_rows(values_only=True) if row[2] in {"A", "FEE"}]
    assert [(row[2], round(row[5] * 100), round(row[6] * 100), row[8]) for row in listed] == [("A", 17_800, 100, None)]


def test_an_empty_month_is_a_whole_workbook(tmp_path: Path) -> None:
    empty = replace(
        made(lists(doc("other", on=dt.date(2026, 5, 1)))), apart=(), apart_rows=pl.DataFrame(schema=APART),
        figures=VatFigures(sales_minor=0, taxable_minor=0, zero_minor=0, exempt_minor=0, output_vat_minor=0, purchases_minor=0, input_vat_minor=0, waiting_vat_minor=0),
    )  # fmt: skip
    book = openpyxl.load_workbook(write_vat_workbook(empty, tmp_path / "vat.xlsx", written_at=AT), data_only=True)
    assert book["Sales tax report"].max_row <= 6
    assert "nothing" in {cell.value for cell in book["VAT"]["A"]}


def test_what_reads_back_otherwise_is_not_put_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        vat_workbook, "differences", lambda *_: ["Sheet Sales tax report, column VAT: cells were changed"]
    )
    with pytest.raises(ExportError, match="cells were changed"):
        write_vat_workbook(made(), tmp_path / "vat.xlsx", written_at=AT)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed here")
def test_libreoffice_comes_to_the_same_values(tmp_path: Path) -> None:
    path = write_vat_workbook(made(), tmp_path / "vat.xlsx", written_at=AT)
    again = saved_by_libreoffice(without_values(path, tmp_path / "bare.xlsx"), tmp_path / "out")
    formulas, carried = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    calculated, count = openpyxl.load_workbook(again, data_only=True), 0
    for sheet in formulas:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
            count += 1
            meant, found = (book[sheet.title][cell.coordinate].value for book in (carried, calculated))
            assert round(found * 1000) == round(meant * 1000), (sheet.title, cell.coordinate, cell.value, meant, found)
    assert count > 30
