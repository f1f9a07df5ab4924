"""The exact bodies that go to PEAK, beside this text in fixtures/ledger_api/peak/requests, and what is objected to before."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.errors import TargetRejected
from recon.targets.base import Catalog, LedgerAccount, LedgerContact, LedgerMethod, LedgerProduct
from recon.targets.peak.checks import objections
from recon.targets.peak.options import PeakOptions
from recon.targets.peak.payloads import own_reference, request_for
from recon.targets.peak.wire import amount, encode, quantity, read_date, read_minor, read_quantity
from tests.recon.peak_tools import following, line, sale

REQUESTS = Path(__file__).parents[2] / "fixtures" / "ledger_api" / "peak" / "requests"
CATALOG = Catalog(
    products=(LedgerProduct(code="P00001", name="เสื้อยืด สีดำ M", ledger_id="id-p1"),),
    methods=(LedgerMethod(code="EWL001", name="Shopee Wallet", ledger_id="id-m1"),),
    accounts=(LedgerAccount(code="410101", name="รายได้"), LedgerAccount(code="410301", name="ค่าขนส่ง")),
    contacts=(
        LedgerContact(code="ONLINE", name="ลูกค้าออนไลน์", ledger_id="id-c1"),
        LedgerContact(code="C00001", name="บริษัท ผู้ซื้อ จำกัด", ledger_id="id-c2", tax_id="0105500000011", branch="00000"),
    ),
)
SHIPPING = line(
    5000,
    no=2,
    kind="shipping",
    product_code=None,
    account_code="410301",
    sku=None,
    description="ค่าขนส่ง",
    vat_code="none",
)
DOCUMENTS = {
    "receipt": (sale(), None),
    "receipt-with-ids": (sale(), CATALOG),
    "receipt-two-lines": (sale(lines=[line(3333, 3000), SHIPPING]), None),
    "receipt-half-a-piece": (sale(lines=[line(1998, 500)]), None),
    "receipt-without-vat": (sale(vat_mode="none"), None),
    "receipt-buyer-by-tax-id": (sale(contact_code="B-1", contact_tax_id="0105500000011", contact_branch=""), CATALOG),
    "receipt-hostile-text": (sale(remark='"\\\n\u2028ก', lines=[line(description='=1+1"},{"code":"X')]), None),
    "receipt-numbered-by-peak": (sale(number=None, remark=""), None),
    "invoice": (sale("invoice", "IV-1", due_on=dt.date(2026, 3, 2)), None),
    "invoice-without-vat-inside": (sale("invoice", "IV-1", vat_mode="excluded", lines=[line(990, vat_mode="excluded")]), None),
    "payment": (following(sale("invoice", "IV-1"), "payment", "0a0a"), None),
    "payment-by-number": (following(sale("invoice", "IV-1"), "payment", None), CATALOG),
    "void-of-an-invoice": (following(sale("invoice", "IV-1"), "void", "0a0a"), None),
    "void-of-a-receipt": (following(sale(), "void", "0a0a"), None),
    "credit-note-of-an-invoice": (following(sale("invoice", "IV-1"), "credit_note", "0a0a", "CN-1"), None),
    "credit-note-of-a-receipt": (following(sale(), "credit_note", "0a0a", "CN-1"), None),
}  # fmt: skip


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_body_is_exactly_the_kept_one(name):
    document, catalog = DOCUMENTS[name]
    options = PeakOptions(numbering="ledger" if document.number is None and document.kind == "receipt" else "source")
    request = request_for(document, options, catalog)
    text = f"POST {request.path}\n{request.body.decode()}\n"
    kept = REQUESTS / f"{name}.txt"
    if os.environ.get("RECON_WRITE_EXPECTED"):
        kept.write_text(text, encoding="utf-8")
    assert text == kept.read_text(encoding="utf-8")
    assert request_for(document, options, catalog).body == request.body
    read = json.loads(request.body, parse_float=Decimal)
    assert '""' not in request.body.decode(), "empty fields are left out"
    assert "true" not in request.body.decode()
    assert len(read) == 1


def test_no_kind_we_cannot_send():
    for document in (
        sale(kind="purchase_order"),
        dataclasses.replace(following(sale(), "void", "0a0a"), applies_to_kind="credit_note"),
        dataclasses.replace(following(sale(), "credit_note", "0a0a", "CN-1"), applies_to_kind=None),
        dataclasses.replace(following(sale(), "void", "0a0a"), applies_to_number=None),
    ):
        with pytest.raises(TargetRejected, match="by hand"):
            request_for(document, PeakOptions(), None)


def test_two_contacts_with_the_buyers_tax_id_need_a_person():
    twins = tuple(dataclasses.replace(CATALOG.contacts[1], code=code) for code in ("C1", "C2"))
    document = sale(contact_code="B-1", contact_tax_id="0105500000011")
    with pytest.raises(TargetRejected, match="C1, C2"):
        request_for(document, PeakOptions(), dataclasses.replace(CATALOG, contacts=twins))


def test_our_key_is_short_and_the_same_every_time():
    reference = own_reference(sale())
    assert reference == own_reference(sale())
    assert reference != own_reference(sale(document_key="other"))
    assert len(reference) <= 32


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_amounts_are_written_and_read_exactly(minor):
    text = encode({"a": amount(minor)}).decode()
    assert read_minor(json.loads(text, parse_float=Decimal)["a"]) == minor
    assert read_minor(f"{amount(minor):,}") == minor
    assert "e" not in text.lower().replace('{"a"', "")


@given(st.integers(-(10**9), 10**9))
def test_quantities_are_written_and_read_exactly(milli):
    written = quantity(milli)
    assert written * 1000 == milli
    assert read_quantity(written) == str(written)
    assert read_quantity(f"{written:.4f}") == str(written) or milli % 1000 == 0


@pytest.mark.parametrize(
    "value",
    [True, None, "", "abc", "1,23", "12,34.50", "1.234", "๑๒", "1_000", [], {}, "NaN", Decimal("1e400"), 10**30],
)
def test_f31_what_is_no_amount_is_none(value):
    assert read_minor(value) is None


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("20260131", dt.date(2026, 1, 31)),
        (20260131, dt.date(2026, 1, 31)),
        ("2026-01-31T00:00:00", dt.date(2026, 1, 31)),
        ("31/01/2026", None),
        ("20260231", None),
        (None, None),
        (True, None),
    ],
)
def test_f31_dates(value, day):
    assert read_date(value) == day


def fields_objected_to(document, catalog=CATALOG, **options) -> list[str]:
    return [objection.field for objection in objections(document, PeakOptions(**options), catalog)]


@pytest.mark.parametrize(
    ("document", "fields"),
    [
        (sale(), []),
        (sale(contact_code="SEVENTEEN-LETTERS"), ["contact_code"]),
        (sale(contact_code=""), ["contact_code"]),
        (sale(contact_name="ก" * 257), ["contact_name"]),
        (sale(number="X" * 31), ["number"]),
        (sale(number=None), ["number"]),
        (sale(number=" RT-1"), ["number"]),
        (sale(issued_on=dt.date(2569, 1, 31)), ["issued_on"]),
        (sale(payment_method="EWL999"), ["payment_method"]),
        (sale(payment_method=None), ["payment_method"]),
        (sale(paid_minor=1), ["paid"]),
        (sale(currency="USD"), ["currency"]),
        (sale(lines=[line(product_code="P9")]), ["line 1"]),
        (sale(lines=[line(product_code=None, account_code="999999")]), ["line 1"]),
        (sale(lines=[line(product_code=None)]), ["line 1"]),
        (sale(lines=[line(), line(5000, -1000, no=2)]), ["line 2"]),
        (sale(lines=[line(no=n) for n in range(1, 202)]), ["lines"]),
        (sale(remark="x" * 1001), ["remark"]),
        (sale(lines=[line(description="x" * 1001)]), ["line 1"]),
        (sale(lines=[line(unit_price_minor=10600)]), ["line 1"]),
        (dataclasses.replace(following(sale(), "credit_note", "0a", "CN-1"), applies_to_kind="payment"), ["applies_to_kind"]),
        (dataclasses.replace(following(sale(), "void", "0a"), applies_to_kind="credit_note"), ["applies_to_kind"]),
        (dataclasses.replace(following(sale("invoice"), "payment", "0a"), applies_to_number=None), ["applies_to_number"]),
        (sale(kind="purchase_order", paid_minor=0), ["kind"]),
    ],
)  # fmt: skip
def test_objections_before_anything_is_sent(document, fields):
    assert fields_objected_to(document) == fields


def test_all_objections_at_once_and_each_says_what_to_do():
    document = sale(contact_code="", currency="USD", payment_method="EWL999", lines=[line(product_code="P9")])
    found = objections(document, PeakOptions(), CATALOG)
    assert len(found) == 4
    assert all(objection.text and objection.remedy for objection in found)


def test_without_a_catalog_codes_are_not_objected_to():
    assert fields_objected_to(sale(payment_method="EWL999", lines=[line(product_code="P9")]), catalog=None) == []
