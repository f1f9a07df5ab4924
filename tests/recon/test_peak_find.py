"""Look-ups against answers of every shape: what is not proven to be absent, equal or void is never taken for it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recon.errors import TargetUnavailable
from recon.targets.peak.books import Books
from recon.targets.peak.find import Finder
from recon.targets.peak.options import PeakOptions
from recon.targets.peak.payloads import own_reference
from recon.targets.peak.wire import Fields
from tests.recon.peak_tools import following, sale

ROW = {
    "id": "0b1c",
    "code": "RT-1001",
    "issuedDate": "20260131",
    "contactCode": "ONLINE",
    "isVoid": 0,
    "netAmount": "107.00",
    "vatAmount": 7,
    "remainAmount": 0,
    "products": [{"productCode": "P00001", "quantity": 1, "price": "107.00", "description": "x"}],
}


class FakeClient:
    """Hands out pages; remembers what was asked."""

    def __init__(self, *pages: object, wrapper: str = "PeakReceipts", listed: str = "receipts") -> None:
        self.pages = [page if isinstance(page, dict) else {wrapper: {"resCode": "200", listed: page}} for page in pages]
        self.asked: list[dict] = []

    def read(self, path, params):
        self.asked.append({"path": path, **params})
        number = int(params.get("page", 1))
        return Fields(self.pages[min(number, len(self.pages)) - 1])

    def evidence(self, body: bytes) -> str:
        return body.decode()


def finder(client: FakeClient, **options: object) -> Finder:
    return Finder(
        Books(client, page_size=100),
        PeakOptions(**options),
        contact_code=lambda document: document.contact_code,
        method_names=lambda code: frozenset({code, "id-of-method"}),
    )


def found(document, *pages, kind: str = "receipt", **options):
    wrapper, listed = ("PeakInvoices", "invoices") if kind == "invoice" else ("PeakReceipts", "receipts")
    return finder(FakeClient(*pages, wrapper=wrapper, listed=listed), **options).find(document)


def test_the_recorded_row_is_equal():
    result = found(sale(), [ROW])
    assert (result.state, result.confirmation.total_minor, result.confirmation.vat_minor) == ("equal", 10700, 700)


def test_an_empty_list_is_absent():
    assert found(sale(), []).state == "absent"
    assert found(sale(), {"PeakReceipts": {"resCode": "200"}}).state == "absent"


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"PeakReceipts": {}},
        {"PeakReceipts": {"receipts": "none"}},
        {"PeakReceipts": {"resCode": "400", "receipts": []}},
        {"resCode": "384", "resDesc": "not found"},
        {"PeakReceipts": {"resCode": "200", "receipts": [{"id": "0b1c", "netAmount": 107}]}},
        {"PeakInvoices": {"resCode": "200", "invoices": []}},
    ],
)
def test_f31_an_answer_that_does_not_say_is_not_absent(answer):
    with pytest.raises(TargetUnavailable):
        found(sale(), answer)


def test_f30_an_ignored_filter_is_noticed_and_all_pages_are_read():
    others = [{**ROW, "id": str(n), "code": f"RT-{n}"} for n in range(5)]
    client = FakeClient(others[:2], others[2:4], [*others[4:], ROW], [])
    assert finder(client).find(sale()).state == "equal"
    assert [asked.get("page") for asked in client.asked] == [None, "2", "3", "4"]


def test_f30_a_list_that_ignores_pages_comes_to_an_end():
    client = FakeClient([{**ROW, "code": "RT-9"}])
    assert finder(client).find(sale()).state == "absent"
    assert len(client.asked) == 2


def test_f30_a_list_without_end_is_given_up(monkeypatch):
    monkeypatch.setattr("recon.targets.peak.books.PAGES_MAX", 5)
    client = FakeClient(*([{**ROW, "id": str(n), "code": f"RT-{n}"}] for n in range(9)))
    with pytest.raises(TargetUnavailable, match="does not come to an end"):
        finder(client).find(sale())


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"issuedDate": "20260130"}, "date: ours 2026-01-31, PEAK 2026-01-30"),
        ({"netAmount": "107.01"}, "total: ours 107.00, PEAK 107.01"),
        ({"vatAmount": "7.02"}, "VAT: ours 7.00, PEAK 7.02"),
        ({"contactCode": "OTHER"}, "contact: ours ONLINE, PEAK OTHER"),
        ({"products": []}, "lines: ours 1, PEAK 0"),
        ({"products": [{"quantity": 1, "price": 100}]}, "line 1 amount: ours 107.00, PEAK 100.00"),
        ({"products": [{"quantity": 2, "price": "53.50"}]}, "line 1 quantity: ours 1, PEAK 2"),
        ({"products": [{"productCode": "P9"}]}, "line 1 product: ours P00001, PEAK P9"),
    ],
)
def test_f29_every_difference_names_both_values(change, difference):
    result = found(sale(), [{**ROW, **change}])
    assert (result.state, result.differences) == ("different", (difference,))


def test_a_receipt_whose_money_came_in_elsewhere_is_not_equal():
    paid = {"paymentDate": "20260131", "amount": "107.00", "paymentMethodCode": "BSV001"}
    result = found(sale(), [{**ROW, "paidPayments": [paid]}])
    assert (result.state, result.differences) == ("different", ("payment channel: ours EWL001, PEAK BSV001",))
    ours = found(sale(), [{**ROW, "paidPayments": [{**paid, "paymentMethodCode": "EWL001"}]}])
    assert (ours.state, ours.not_compared) == ("equal", ())


@pytest.mark.parametrize("silent", [{}, {"paidPayments": []}, {"paidPayments": [{"amount": 107}]}])
def test_a_payment_channel_peak_does_not_state_is_said_to_be_not_compared(silent):
    result = found(sale(), [{**ROW, **silent}])
    assert (result.state, result.not_compared) == ("equal", ("payment channel EWL001",))


def test_vat_may_differ_by_a_satang_per_line_only():
    assert found(sale(), [{**ROW, "vatAmount": "7.01"}]).state == "equal"


def test_what_states_no_amount_is_not_equal():
    bare = {"id": "0b1c", "code": "RT-1001"}
    result = found(sale(), [bare])
    assert result.state == "different"
    assert "compare by hand" in result.differences[0]
    assert found(sale(), [{**bare, "remainAmount": 107, "paidPayments": []}]).state == "equal"
    assert found(sale(), [{**bare, "products": [{"quantity": "1.00", "price": "107.00"}]}]).state == "equal"


@pytest.mark.parametrize("void", [{"isVoid": 1}, {"isVoid": "1"}, {"isVoid": True}, {"isVoid": None, "status": "Void"}])
def test_f30_void_rows(void):
    assert found(sale(), [{**ROW, **void}]).state == "voided"
    assert found(sale(), [{**ROW, **void, "id": "old"}, ROW]).state == "equal"


def test_two_live_rows_need_a_person():
    result = found(sale(), [ROW, {**ROW, "id": "other"}])
    assert (result.state, len(result.documents)) == ("twice", 2)


INVOICE = {**ROW, "code": "IV-1", "remainAmount": 107}
PAYMENT = following(sale("invoice", "IV-1"), "payment", "0b1c")
PAID = {"paymentDate": "20260201", "amount": "107.00"}


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"paidPayments": []}, "absent"),
        ({"paidPayments": [PAID], "remainAmount": 0}, "equal"),
        ({"paidPayments": [{**PAID, "paymentMethodCode": "EWL001"}], "remainAmount": 0}, "equal"),
        ({"paidPayments": [{**PAID, "paymentMethod": {"id": "id-of-method"}}], "remainAmount": 0}, "equal"),
        ({"paidPayments": {"paymentDate": "20260201", "payments": [{"amount": 107}]}, "remainAmount": 0}, "equal"),
        ({"paidPayments": [PAID, PAID]}, "twice"),
        ({"paidPayments": [{**PAID, "paymentMethodCode": "CSH001"}]}, "different"),
        ({"paidPayments": [{**PAID, "paymentDate": "20260202"}]}, "different"),
        ({"paidPayments": [{**PAID, "amount": 7}], "remainAmount": 100}, "absent"),
        ({"paidPayments": [{**PAID, "amount": 100}, {**PAID, "amount": 7}], "remainAmount": 0}, "different"),
        ({}, "absent"),
        ({"remainAmount": 0}, "equal"),
        ({"remainAmount": 50}, "different"),
        ({"remainAmount": None}, "different"),
        ({"isVoid": 1}, "different"),
        ({"id": "another document"}, "different"),
    ],
)
def test_f36_a_payment_is_found_on_its_invoice(change, state):
    assert found(PAYMENT, [{**INVOICE, **change}], kind="invoice").state == state


def test_a_payment_whose_invoice_is_not_shown_needs_a_person():
    result = found(PAYMENT, [], kind="invoice")
    assert (result.state, "does not show it" in result.differences[0]) == ("different", True)


@pytest.mark.parametrize(
    ("rows", "ledger_id", "state"),
    [
        ([INVOICE], "0b1c", "absent"),
        ([{**INVOICE, "isVoid": 1}], "0b1c", "equal"),
        ([{**INVOICE, "isVoid": 1}, {**INVOICE, "id": "new"}], "0b1c", "equal"),
        ([{**INVOICE, "isVoid": 1}, {**INVOICE, "id": "new"}], None, "absent"),
        ([{**INVOICE, "id": "new"}], "0b1c", "different"),
        ([], "0b1c", "different"),
    ],
)
def test_a_void_is_found_on_the_document_it_voids(rows, ledger_id, state):
    void = following(sale("invoice", "IV-1"), "void", ledger_id)
    assert found(void, rows, kind="invoice").state == state


def test_ledger_numbers_are_found_by_reference_or_remark_only():
    document = sale(number=None)
    ours = {**ROW, "code": "RT-20260100001", "remark": f"x | {own_reference(document)}"}
    assert (
        found(document, [{**ROW, "code": "RT-1"}], [ours], numbering="ledger").confirmation.ledger_number
        == "RT-20260100001"
    )
    with pytest.raises(TargetUnavailable, match="does not prove"):
        found(document, [ROW], numbering="ledger")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 10**6)
    | st.text(max_size=4)
    | st.sampled_from(["RT-1001", "107.00", 1]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(list(ROW)), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(field=st.sampled_from(list(ROW)), drop=st.booleans(), value=JSON)
def test_f31_a_damaged_row_never_crashes_and_never_becomes_absent(field, drop, value):
    row = json.loads(json.dumps(ROW))
    if drop:
        del row[field]
    else:
        row[field] = value
    try:
        result = found(sale(), [row])
    except TargetUnavailable:
        assert field == "code"
        return
    if field == "code":
        assert result.state in {"absent", "different", "equal"}
        assert (result.state == "equal") == (str(row.get("code", "")).strip() == "RT-1001")
    elif field == "isVoid":
        assert result.state in {"equal", "voided"}
    else:
        assert result.state in {"equal", "different"}
