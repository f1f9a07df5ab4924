"""Expenses in PEAK's import files: the template's columns, payment and tax withheld beside them, what is kept out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from exports.import_files.peak_columns import EXPENSE, EXPENSE_COLUMNS, INVOICE_COLUMNS_OF_SUPPLIER, ExcelOptions
from exports.import_files.peak_excel import PeakExcel, write_batch
from recon.domain.document import Document, Posting
from recon.errors import AlreadyExists, TargetRejected
from tests.recon.peak_tools import line, sale

RATES = ExcelOptions(withholding={"fee:commission": 300, "fee:shipping": 100})
FEES = (
    line(10700, no=1, sku="fee:commission", product_code=None, account_code="510111", description="Commission", wht_minor=300),
    line(5000, no=2, sku="fee:shipping", product_code=None, account_code="530101", description="Shipping", vat_code="none", wht_minor=50),
)  # fmt: skip


def expense(number: str = "EX-1", **changes: Any) -> Document:
    given = {
        "document_key": f"zort:shop:purchase:{number}/expense/1", "order_number": "PO-1", "contact_code": "V00001",
        "remark": "Purchase PO-1", "is_tax_invoice": False, "wht_minor": 350, "lines": FEES,
    }  # fmt: skip
    return sale("expense", number, **(given | changes))


def payment(bill: Document, **changes: Any) -> Document:
    given = {
        "document_key": f"{bill.document_key}-paid", "kind": "expense_payment", "number": None, "lines": (),
        "applies_to_key": bill.document_key, "applies_to_number": bill.number, "applies_to_kind": "expense",
        "depends_on": bill.document_key, "payment_method": "EWL002", "paid_minor": bill.total_minor - bill.wht_minor,
    }  # fmt: skip
    return replace(bill, **(given | changes))


def texts(path: Path) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(path).active.iter_rows()]


def test_an_expense_file_is_what_the_template_asks_for(tmp_path: Path) -> None:
    bill = expense(contact_tax_id="0105500000020", contact_branch="00000")
    (path,) = write_batch([bill, payment(bill)], tmp_path, "B0001", RATES)
    assert path.name == "PEAK_ImportExpense_B0001.xlsx"
    head, first, second = texts(path)
    assert tuple(head) == EXPENSE_COLUMNS
    assert len(head) == 21
    assert head[0] == "ลำดับที่* "
    assert [str(cell) if cell is not None else "" for cell in first] == [
        "1", "20260131", "EX-1", "", "0105500000020", "00000", "", "", "", "2", "510111", "Commission", "1", "107", "7%",
        "3%", "EWL002", "153.5", "53", "Purchase PO-1", "",
    ]  # fmt: skip
    assert [str(cell) if cell is not None else "" for cell in second][10:19] == [
        "530101", "Shipping", "1", "50", "NO", "1%", "", "", "",
    ]  # fmt: skip


def test_an_unpaid_expense_from_a_supplier_by_its_code(tmp_path: Path) -> None:
    (path,) = write_batch([expense()], tmp_path, "B0001", RATES)
    cells = dict(zip(EXPENSE_COLUMNS, texts(path)[1], strict=True))
    assert (cells["ผู้รับเงิน/คู่ค้า"], cells["ชำระโดย"], cells["จำนวนเงินที่ชำระ"]) == ("V00001", None, None)
    assert cells["ภ.ง.ด. (ถ้ามี)"] is None, "the form of a supplier whose kind nobody knows is left to a person"


def test_the_suppliers_tax_invoice_stands_in_its_columns(tmp_path: Path) -> None:
    days = {"supplier_invoice_on": dt.date(2026, 1, 28), "input_vat_on": dt.date(2026, 3, 1)}
    bill = expense(is_tax_invoice=True, supplier_invoice="=IV-1", **days)
    (path,) = write_batch([bill], tmp_path, "B0001", RATES)
    for row in texts(path)[1:]:
        cells = dict(zip(EXPENSE_COLUMNS, row, strict=True))
        assert [cells[column] for column in INVOICE_COLUMNS_OF_SUPPLIER] == ["=IV-1", "20260128", "20260301"]
    found = PeakExcel(tmp_path, "B0001", options=RATES).find(expense(is_tax_invoice=True))
    assert found.state == "equal", "a number that is entered later makes no difference of the file"


def test_one_by_one_gives_the_bytes_of_the_whole_batch(tmp_path: Path) -> None:
    bill, other = expense(), expense("EX-2")
    (whole,) = write_batch([bill, payment(bill), other], tmp_path / "a", "B", RATES)
    target = PeakExcel(tmp_path / "b", "B", options=RATES)
    for document in (bill, other, payment(bill)):
        assert target.check(document) == []
        assert target.find(document).state == "absent"
        target.send(document)
        assert target.find(document).state == "equal"
    assert whole.read_bytes() == (tmp_path / "b" / whole.name).read_bytes()
    assert target.find(bill).state == "equal", "the payment in its rows is no difference"
    for document in (bill, payment(bill)):
        with pytest.raises(AlreadyExists):
            target.send(document)
    assert target.find(payment(bill, paid_minor=100)).differences == (
        "จำนวนเงินที่ชำระ: '153.5' in the file, '1' in the document",
    )
    assert [held.number for held in target.list_documents({"expense"}, dt.date(2026, 1, 1), dt.date(2026, 2, 1))] == [
        "EX-1",
        "EX-2",
    ]


def test_what_cannot_stand_in_the_file_is_kept_out(tmp_path: Path) -> None:
    target = PeakExcel(tmp_path, "B", options=RATES)
    bill = expense()
    (later,) = target.check(payment(bill, depends_on=None))
    assert "stands in PEAK already" in later.text
    (rates,) = PeakExcel(tmp_path, "B", options=ExcelOptions(withholding={"fee:commission": 500})).check(bill)
    assert "no longer those" in rates.text
    with pytest.raises(TargetRejected, match="does not stand"):
        target.send(payment(bill))


def test_a_suppliers_credit_is_a_journal_in_a_file_of_its_own(tmp_path: Path) -> None:
    postings = (Posting(account_code="510111", credit_minor=10000), Posting(account_code="115401", credit_minor=700),
                Posting(account_code="212101", debit_minor=10700))  # fmt: skip
    note = sale("supplier_credit", "SC-7", contact_code="V00001", remark="Return DN-7", postings=postings)
    (path,) = write_batch([note], tmp_path, "B0001")
    assert path.name == "PEAK_ImportJournal_Purchases_B0001.xlsx"
    first = texts(path)[1]
    assert first[1] == "รายวันซื้อ"
    assert "SC-7" in first[5]
    assert EXPENSE.kind not in {"supplier_credit"}
