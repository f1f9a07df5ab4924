"""PEAK import files: what stands in which cell, what is kept out, and that a file is never half or twice."""

from __future__ import annotations

import datetime as dt
import os
import zipfile
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exports.import_files.peak_book import read_book
from exports.import_files.peak_columns import (
    CREDIT_NOTE,
    INVOICE,
    INVOICE_COLUMNS,
    JOURNAL_COLUMNS,
    RECEIPT,
    RECEIPT_COLUMNS,
    ExcelOptions,
)
from exports.import_files.peak_excel import PeakExcel, read_confirmation, write_batch
from recon.domain.document import Document, DocumentLine, Posting
from recon.errors import AlreadyExists, ExportError, MalformedFile, TargetRejected, TargetUnavailable
from recon.targets.base import LedgerContact, MasterRequest


def line(line_no=1, **changes):
    fields = {
        "line_no": line_no, "kind": "product", "product_code": None, "account_code": "410101", "sku": "TS-1",
        "description": "เสื้อยืด สีดำ M", "quantity_milli": 2000, "unit_price_minor": 5350, "amount_minor": 10700,
        "discount_minor": 0, "vat_code": "vat7", "net_minor": 10000, "vat_minor": 700, "row": 2,
    }  # fmt: skip
    return DocumentLine(**{**fields, **changes})


def post(account, debit=0, credit=0):
    return Posting(account_code=account, debit_minor=debit, credit_minor=credit)


def receipt(**changes):
    fields = {
        "document_key": "zort:shop:1/receipt/1", "order_key": "zort:shop:1", "order_number": "SO-0001", "kind": "receipt",
        "revision": 1, "number": "RT-0001", "applies_to_key": None, "applies_to_number": None,
        "issued_on": dt.date(2026, 1, 31), "due_on": dt.date(2026, 1, 31), "contact_code": "ONLINE", "contact_name": "ลูกค้า",
        "contact_tax_id": None, "contact_branch": None, "contact_address": None, "sales_channel": "Shopee",
        "payment_channel": "Shopee", "payment_method": "EWL001", "paid_on": dt.date(2026, 1, 31), "paid_minor": 10700,
        "currency": "THB", "vat_mode": "included", "is_tax_invoice": True, "gross_minor": 10700, "discount_minor": 0,
        "net_minor": 10000, "vat_minor": 700, "vat_by_line_minor": 700, "total_minor": 10700, "remark": "Shopee SO-0001",
        "reason": "paid", "depends_on": None, "lines": (line(),),
        "postings": (post("113105", 10700), post("410101", 0, 10000), post("215301", 0, 700)),
        "file": "0" * 12, "row": 2,
    }  # fmt: skip
    return Document(**{**fields, **changes})


def invoice(**changes):
    return receipt(
        **{"kind": "invoice", "number": "IV-0001", "payment_method": None, "paid_on": None, "paid_minor": 0, **changes}
    )


def credit_note(**changes):
    postings = (post("410101", 5000), post("215301", 350), post("113101", 0, 5350))
    return receipt(**{
        "kind": "credit_note", "number": "CN-0001", "applies_to_number": "RT-0001", "lines": (line(),), "postings": postings,
        "net_minor": 5000, "vat_minor": 350, "total_minor": 5350, "remark": "คืนสินค้า", **changes,
    })  # fmt: skip


def numbered(count, **changes):
    return [receipt(number=f"RT-{n:04d}", order_number=f"SO-{n:04d}", **changes) for n in range(count)]


def sheet_of(path):
    return openpyxl.load_workbook(path).active


def texts(path):
    return [[cell.value for cell in row] for row in sheet_of(path).iter_rows()]


def test_receipt_file_is_what_the_template_asks_for(tmp_path):
    two = receipt(lines=(line(), line(2, description="ค่าขนส่ง", product_code="S00001", account_code=None, quantity_milli=1000,
                                      unit_price_minor=4000, amount_minor=4000, vat_code="none", net_minor=4000, vat_minor=0)),
                  total_minor=14700, net_minor=14000, paid_minor=14700)  # fmt: skip
    (path,) = write_batch([two, receipt(number="RT-0002")], tmp_path, "B-7")
    assert path.name == "PEAK_ImportReceipt_B-7.xlsx"
    sheet = sheet_of(path)
    assert sheet.title == "Import_Receipt"
    assert tuple(cell.value for cell in sheet[1]) == RECEIPT_COLUMNS
    assert len(RECEIPT_COLUMNS) == 20
    first = [cell.value for cell in sheet[2]]
    assert first == [
        1, "20260131", "RT-0001", "SO-0001", "ONLINE", None, None, "1", "2", None, "410101", "เสื้อยืด สีดำ M", 2, Decimal("53.5"), 0,
        "7%", None, "EWL001", "Shopee SO-0001", None,
    ]  # fmt: skip
    second = [cell.value for cell in sheet[3]]
    assert (second[0], second[9], second[10], second[13], second[15]) == (1, "S00001", None, 40, "NO")
    assert sheet["A4"].value == 2
    assert [sheet.cell(2, column).data_type for column in (1, 2, 8, 13, 14, 16)] == ["n", "s", "s", "n", "n", "s"]


def test_numbers_are_exact_in_the_file(tmp_path):
    (path,) = write_batch([receipt(lines=(line(unit_price_minor=123456789012345, quantity_milli=333),))], tmp_path, "B")
    with zipfile.ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<v>1234567890123.45</v>" in sheet
    assert "<v>0.333</v>" in sheet


@pytest.mark.parametrize(
    ("vat_mode", "vat_code", "price_type", "rate"),
    [("included", "vat7", "2", "7%"), ("excluded", "vat7", "1", "7%"), ("none", "none", "3", "NO")],
)
def test_price_types_and_rates(tmp_path, vat_mode, vat_code, price_type, rate):
    (path,) = write_batch(
        [receipt(vat_mode=vat_mode, is_tax_invoice=False, lines=(line(vat_code=vat_code),))], tmp_path, "B"
    )
    row = texts(path)[1]
    assert (row[7], row[8], row[15]) == ("2", price_type, rate)


def test_buyer_with_a_tax_id_is_named_by_it_and_not_by_code(tmp_path):
    (path,) = write_batch([receipt(contact_tax_id="0105500000003", contact_branch=None)], tmp_path, "B")
    assert texts(path)[1][4:7] == [None, "0105500000003", "00000"]
    (path,) = write_batch([receipt(contact_tax_id="0105500000003", contact_branch="00012")], tmp_path, "B")
    assert texts(path)[1][6] == "00012"
    assert sheet_of(path)["G2"].data_type == "s"


def test_invoice_has_19_columns_and_no_payment_channel(tmp_path):
    (path,) = write_batch([invoice()], tmp_path, "B")
    assert path.name == "PEAK_ImportInvoice_B.xlsx"
    rows = texts(path)
    assert tuple(rows[0]) == INVOICE_COLUMNS
    assert len(INVOICE_COLUMNS) == 19
    assert rows[1][2] == "IV-0001"
    assert rows[1][17] == "Shopee SO-0001"


def test_credit_note_becomes_a_balanced_journal(tmp_path):
    (path,) = write_batch([credit_note()], tmp_path, "B")
    rows = texts(path)
    assert path.name == "PEAK_ImportJournal_B.xlsx"
    assert sheet_of(path).title == "Import Multiple Journal"
    assert tuple(rows[0]) == JOURNAL_COLUMNS
    assert len(JOURNAL_COLUMNS) == 12
    assert rows[1][:6] == [1, "รายวันทั่วไป", "20260131", "CN-0001", "ONLINE", "ใบลดหนี้ CN-0001 อ้างอิง RT-0001 คืนสินค้า"]
    assert [(row[0], row[6], row[9], row[10]) for row in rows[1:]] == [
        (1, "410101", 50, None), (1, "215301", Decimal("3.5"), None), (1, "113101", None, Decimal("53.5")),
    ]  # fmt: skip
    assert rows[2][1:6] == [None] * 5


def test_one_file_per_kind_and_the_same_bytes_every_time(tmp_path):
    documents = [credit_note(), invoice(), receipt()]
    first = {path.name: path.read_bytes() for path in write_batch(documents, tmp_path / "a", "B")}
    second = {path.name: path.read_bytes() for path in write_batch(documents, tmp_path / "b", "B")}
    assert list(first) == ["PEAK_ImportReceipt_B.xlsx", "PEAK_ImportInvoice_B.xlsx", "PEAK_ImportJournal_B.xlsx"]
    assert first == second
    assert write_batch(documents, tmp_path / "a", "B")
    assert {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()} == first


def test_more_than_a_thousand_rows_go_into_several_files_between_documents(tmp_path):
    documents = [replace(document, lines=tuple(line(n) for n in range(1, 4))) for document in numbered(400)]
    paths = write_batch(documents, tmp_path, "B")
    assert [path.name for path in paths] == ["PEAK_ImportReceipt_B.xlsx", "PEAK_ImportReceipt_B.2.xlsx"]
    rows = [read_book(path, RECEIPT) for path in paths]
    assert [len(part) for part in rows] == [999, 201]
    assert [part[0][0] for part in rows] == ["1", "1"]
    assert rows[1][0][2] == "RT-0333"
    write_batch(documents[:10], tmp_path, "B")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["PEAK_ImportReceipt_B.xlsx"]


OBJECTIONS = [
    (receipt(kind="void"), "cannot void", "by hand"),
    (receipt(kind="payment"), "ใบเสร็จรับเงินจากใบแจ้งหนี้", "by hand"),
    (receipt(currency="USD"), "baht only", "by hand"),
    (receipt(contact_code=""), "1 to 16 characters", "contacts.default"),
    (receipt(contact_code="C" * 17), "1 to 16 characters", "contacts.default"),
    (receipt(contact_tax_id="12"), "not 13 digits", "tax id"),
    (receipt(contact_tax_id="๐๑๐๕๕๐๐๐๐๐๐๐๓"), "not 13 digits", "tax id"),
    (receipt(contact_tax_id="0105500000003", contact_branch="1"), "not 5 digits", "branch"),
    (receipt(payment_method=None), "names the channel", "Map"),
    (receipt(paid_minor=1), "no column for the amount", "by hand"),
    (receipt(number="R" * 31), "more than 30", "number_prefix"),
    (receipt(number="RT\x1b1"), "would change", "Correct"),
    (receipt(number=None, order_number="x" * 33), "longer than 32", "numbering"),
    (receipt(lines=()), "1 to 1000 lines", "by hand"),
    (receipt(lines=(line(account_code=None),)), "neither a product nor an account", "accounts.sales"),
    (receipt(lines=(line(unit_price_minor=-1),)), "below zero", "by hand"),
    (receipt(lines=(line(vat_code="vat0"),)), "zero rate", "by hand"),
    (receipt(vat_mode="none"), "without VAT has a line", "VAT settings"),
    (credit_note(postings=(post("EWL001", 1), post("410101", 0, 1))), "'EWL001'", "[accounts]"),
    (credit_note(postings=()), "1 to 1000 postings", "by hand"),
    (credit_note(contact_code="", contact_tax_id="0105500000003"), "names a contact", "contacts.default"),
]


@pytest.mark.parametrize(("document", "words", "remedy"), OBJECTIONS, ids=[words for _, words, _ in OBJECTIONS])
def test_what_an_import_file_cannot_hold_is_said_and_kept_out(tmp_path, document, words, remedy):
    target = PeakExcel(tmp_path, "B")
    found = target.check(document)
    assert any(words in objection.text for objection in found), found
    assert any(remedy in objection.remedy for objection in found), found
    with pytest.raises(TargetRejected, match=r"."):
        target.send(document)
    with pytest.raises(TargetRejected, match="Nothing was written"):
        write_batch([receipt(number="RT-9"), document], tmp_path, "B")
    assert list(tmp_path.iterdir()) == []


def test_all_objections_of_a_batch_are_named_at_once(tmp_path):
    with pytest.raises(TargetRejected, match="2 objections") as raised:
        write_batch(
            [receipt(number="RT-1", payment_method=None), receipt(number="RT-2", currency="USD")], tmp_path, "B"
        )
    assert "RT-1" in str(raised.value)
    assert "RT-2" in str(raised.value)


def test_zero_rate_and_other_words_are_settings(tmp_path):
    options = ExcelOptions(vat_0="0%", tax_invoice_yes="Y", invoice_sheet="Sheet1")
    (path,) = write_batch([invoice(lines=(line(vat_code="vat0"),))], tmp_path, "B", options)
    row = texts(path)[1]
    assert (row[7], row[15], sheet_of(path).title) == ("Y", "0%", "Sheet1")


def test_sending_one_by_one_gives_the_bytes_of_the_whole_batch(tmp_path):
    documents = [*numbered(3), invoice(), credit_note()]
    target = PeakExcel(tmp_path / "one", "B")
    confirmations = [target.send(document) for document in documents]
    whole = write_batch(documents, tmp_path / "all", "B")
    assert {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()} == {
        path.name: path.read_bytes() for path in whole
    }
    assert confirmations[1].ledger_number == "RT-0001"
    assert confirmations[1].ledger_id == "PEAK_ImportReceipt_B.xlsx#RT-0001"


def test_f29_a_document_that_stands_there_is_not_added_twice(tmp_path):
    target = PeakExcel(tmp_path, "B")
    target.send(receipt())
    before = (tmp_path / "PEAK_ImportReceipt_B.xlsx").read_bytes()
    with pytest.raises(AlreadyExists):
        target.send(receipt(remark="something else"))
    assert (tmp_path / "PEAK_ImportReceipt_B.xlsx").read_bytes() == before
    assert target.find(receipt()).state == "equal"
    found = target.find(receipt(remark="something else"))
    assert (found.state, found.differences) == (
        "different", ("row 1, หมายเหตุ: 'Shopee SO-0001' in the file, 'something else' in the document",),
    )  # fmt: skip


def test_find_without_a_number_goes_by_the_order(tmp_path):
    target = PeakExcel(tmp_path, "B")
    assert target.find(receipt(number=None)).state == "absent"
    target.send(receipt(number=None))
    assert target.find(receipt(number=None)).state == "equal"
    assert target.find(receipt(kind="void")).state == "absent"


def test_find_sees_what_a_person_changed_or_doubled(tmp_path):
    target = PeakExcel(tmp_path, "B")
    target.send(receipt())
    path = tmp_path / "PEAK_ImportReceipt_B.xlsx"
    book = openpyxl.load_workbook(path)
    book.active["N2"] = 54
    book.save(path)
    assert target.find(receipt()).differences == ("row 1, ราคาต่อหน่วย: '54' in the file, '53.5' in the document",)
    book.active["N2"] = Decimal("53.50")
    for column, value in enumerate([cell.value for cell in book.active[2]], 1):
        book.active.cell(3, column, value)
    book.active["A3"] = 2
    book.save(path)
    assert target.find(receipt()).state == "twice"


def test_a_file_that_is_no_import_file_any_more_stops_the_batch(tmp_path):
    target = PeakExcel(tmp_path, "B")
    target.send(receipt())
    (tmp_path / "PEAK_ImportReceipt_B.xlsx").write_bytes(b"not a workbook")
    with pytest.raises(TargetUnavailable, match="cannot be read") as raised:
        target.find(receipt())
    assert raised.value.stops_batch
    with pytest.raises(TargetUnavailable):
        target.send(receipt(number="RT-2"))


def test_f06_crash_while_writing_leaves_the_old_file(tmp_path, monkeypatch):
    write_batch(numbered(2), tmp_path, "B")
    before = (tmp_path / "PEAK_ImportReceipt_B.xlsx").read_bytes()

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExportError, match="No space left"):
        write_batch(numbered(3), tmp_path, "B")
    assert [path.name for path in tmp_path.iterdir()] == ["PEAK_ImportReceipt_B.xlsx"]
    assert (tmp_path / "PEAK_ImportReceipt_B.xlsx").read_bytes() == before


def test_f07_a_file_open_in_excel_is_not_doubled_under_another_name(tmp_path, monkeypatch):
    target = PeakExcel(tmp_path, "B")
    target.send(receipt())
    before = (tmp_path / "PEAK_ImportReceipt_B.xlsx").read_bytes()
    replace_file = os.replace

    def locked(source, goal):
        if str(goal).endswith("PEAK_ImportReceipt_B.xlsx"):
            raise PermissionError(13, "in use")
        replace_file(source, goal)

    monkeypatch.setattr(os, "replace", locked)
    with pytest.raises(TargetUnavailable, match="open in another program"):
        target.send(receipt(number="RT-2"))
    assert [path.name for path in tmp_path.iterdir()] == ["PEAK_ImportReceipt_B.xlsx"]
    assert (tmp_path / "PEAK_ImportReceipt_B.xlsx").read_bytes() == before


HOSTILE = [
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", " =1", "https://example.com", "_x0041_", "\x1b[31m", "a\x00b",
    "line one\nline two", "0012345", "1E5", "12345678901234567890", "ก\u0e4d\u0e32", "<b>&amp;</b>", '"quoted"', "\ufeffx", "\u202eabc", "TRUE",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_f71_f72_text_from_outside_stays_text_and_breaks_nothing(tmp_path, text):
    document = receipt(remark=text, lines=(line(description=f"x{text}"), line(2, description=text or "x")))
    (path,) = write_batch([document], tmp_path, "B")
    with zipfile.ZipFile(path) as book:
        xml = book.read("xl/worksheets/sheet1.xml").decode()
        assert not any("hyperlink" in name.lower() for name in book.namelist())
    assert "<f" not in xml
    assert "hyperlink" not in xml
    assert sheet_of(path)["S2"].data_type == "s"
    assert PeakExcel(tmp_path, "B").find(document).state == "equal"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=40).filter(lambda text: text.strip()))
def test_f72_any_text_is_written_and_found_again(tmp_path, text):
    document = receipt(remark=text, lines=(line(description=text),))
    (path,) = write_batch([document], tmp_path, "B")
    assert PeakExcel(tmp_path, "B").find(document).state == "equal"
    assert path.exists()


def test_long_digit_strings_keep_every_digit(tmp_path):
    document = receipt(order_number="58012345678901234567", number="0012345678901234567")
    (path,) = write_batch([document], tmp_path, "B")
    row = texts(path)[1]
    assert (row[2], row[3]) == ("0012345678901234567", "58012345678901234567")
    assert PeakExcel(tmp_path, "B").find(document).state == "equal"


def test_numbers_taken_in_are_read_from_a_list_exported_from_peak(tmp_path):
    listed = tmp_path / "list.csv"
    listed.write_text(
        "\ufeffวันที่,เลขที่เอกสาร,ยอดรวม\n31/01/2569,RT-0001,107.00\n31/01/2569, RT-0002 ,107.00\n,,\n", encoding="utf-8"
    )
    assert read_confirmation(listed) == {"RT-0001", "RT-0002"}
    book = openpyxl.Workbook()
    book.active.append(["รายงานเอกสาร"])
    book.active.append(["ลำดับ", "เลขที่เอกสาร", "อ้างอิง"])
    book.active.append([1, "RT-0003", "CN-0001"])
    book.save(tmp_path / "list.xlsx")
    assert read_confirmation(tmp_path / "list.xlsx") == {"RT-0003"}
    assert read_confirmation(tmp_path / "list.xlsx", ("เลขที่เอกสาร", "อ้างอิง")) == {"RT-0003", "CN-0001"}
    for name, text in {
        "plain.txt": "\ufeffRT-0001\n\n RT-0002 \n",
        "headed.csv": "เลขที่เอกสาร\nRT-0001\nRT-0002\n",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert read_confirmation(tmp_path / name) == {"RT-0001", "RT-0002"}
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(MalformedFile, match="เลขที่เอกสาร"):
        read_confirmation(tmp_path / "other.csv")


def test_target_tells_who_it_is_and_what_it_holds(tmp_path):
    target = PeakExcel(tmp_path, "B", company_name="บริษัท ตัวอย่าง จำกัด", tax_id="0105500000003")
    company = target.verify()
    assert (company.name, company.tax_id, company.environment) == ("บริษัท ตัวอย่าง จำกัด", "0105500000003", "live")
    assert (
        company.company_id
        == PeakExcel(tmp_path, "C", company_name="บริษัท ตัวอย่าง จำกัด", tax_id="0105500000003").verify().company_id
    )
    assert target.capabilities.is_file
    assert target.capabilities.kinds == {
        "invoice", "receipt", "credit_note", "expense", "expense_payment", "supplier_credit",
    }  # fmt: skip
    for document in (receipt(), invoice(), credit_note()):
        target.send(document)
    found = list(target.list_documents({"receipt", "credit_note"}, dt.date(2026, 1, 1), dt.date(2026, 1, 31)))
    assert [(one.kind, one.number, one.contact_code) for one in found] == [
        ("receipt", "RT-0001", "ONLINE"),
        ("credit_note", "CN-0001", "ONLINE"),
    ]
    assert list(target.list_documents({"receipt"}, dt.date(2026, 2, 1), dt.date(2026, 2, 28))) == []
    back = list(target.read_back([(receipt(), ""), (receipt(number="RT-9"), "")]))
    assert [one is not None for _, one in back] == [True, False]
    assert target.payload(receipt()) == target.payload(receipt())


def test_f37_master_data_is_never_made_by_a_file(tmp_path):
    target = PeakExcel(tmp_path, "B")
    by_tax_id = LedgerContact(code="T1", name="บริษัท ก", tax_id="0105500000003")
    assert target.ensure_masters(MasterRequest(contacts=(by_tax_id,))) == target.catalog()
    with pytest.raises(TargetRejected, match="contact C9"):
        target.ensure_masters(MasterRequest(contacts=(LedgerContact(code="C9", name="ใหม่"),)))
    assert "product" not in target.capabilities.kinds


def test_templates_are_told_apart():
    assert {RECEIPT.kind, INVOICE.kind, CREDIT_NOTE.kind} == {"receipt", "invoice", "credit_note"}
