"""Every request rendered and compared as text, any values in table order, and everything QuickBooks would refuse."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.targets.quickbooks.qbxml.chars import shortened, windows_text
from recon.targets.quickbooks.qbxml.fields import Choice, Part, fields_of
from recon.targets.quickbooks.qbxml.problems import QbxmlRefused
from recon.targets.quickbooks.qbxml.read import parsed
from recon.targets.quickbooks.qbxml.tables import TABLES
from recon.targets.quickbooks.qbxml.write import WIPES_ALL, Request, message_set, request
from tests.recon.targets.quickbooks.qbxml_samples import (
    EXPECTED,
    any_values,
    as_read,
    least,
    main,
    must_read,
    rendered,
    variants,
)
from tests.trying import examples

NAMES = sorted(TABLES)
REQUIRED = [
    "CustomerAdd",
    "VendorAdd",
    "ItemNonInventoryAdd",
    "ItemServiceAdd",
    "ItemOtherChargeAdd",
    "ItemInventoryAdd",
    "ItemDiscountAdd",
    "ItemPaymentAdd",
    "ItemSalesTaxAdd",
    "SalesTaxCodeAdd",
    "PaymentMethodAdd",
    "AccountAdd",
    "ClassAdd",
    "SalesReceiptAdd",
    "InvoiceAdd",
    "CreditMemoAdd",
    "ReceivePaymentAdd",
    "JournalEntryAdd",
    "DepositAdd",
    "BillAdd",
    "ItemReceiptAdd",
    "PurchaseOrderAdd",
    "CheckAdd",
    "ARRefundCreditCardAdd",
    "TxnVoid",
    "TxnDel",
    "CustomerQuery",
    "VendorQuery",
    "EmployeeQuery",
    "OtherNameQuery",
    "ItemQuery",
    "AccountQuery",
    "ClassQuery",
    "PaymentMethodQuery",
    "SalesTaxCodeQuery",
    "SalesReceiptQuery",
    "InvoiceQuery",
    "CreditMemoQuery",
    "ReceivePaymentQuery",
    "JournalEntryQuery",
    "BillQuery",
    "ItemReceiptQuery",
    "PurchaseOrderQuery",
    "CheckQuery",
    "ARRefundCreditCardQuery",
    "TransactionQuery",
    "TxnDeletedQuery",
    "HostQuery",
    "CompanyQuery",
    "PreferencesQuery",
]
SALE = {"SalesReceiptLineAdd": [{"ItemRef": "Shirt", "Amount": 1000}]}


def refused(name: str, values: Any, **more: Any) -> list[str]:
    with pytest.raises(QbxmlRefused) as no:
        request(name, values, **{"request_id": "1", **more})
    return [str(problem) for problem in no.value.problems]


def refused_set(requests: list[Request], **more: Any) -> list[str]:
    with pytest.raises(QbxmlRefused) as no:
        message_set(requests, **more)
    return [str(problem) for problem in no.value.problems]


def sale(request_id: str = "1", **values: Any) -> Request:
    return request("SalesReceiptAdd", {**SALE, **values}, request_id=request_id)


def test_every_request_that_is_needed_has_a_table():
    assert sorted(REQUIRED) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_request_reads_as_kept(name):
    assert rendered(TABLES[name]) == (EXPECTED / f"{name}.txt").read_text(encoding="ascii")


def test_no_expected_text_is_left_over():
    assert sorted(file.stem for file in EXPECTED.glob("*.txt")) == NAMES


def test_writing_the_expected_texts_replaces_nothing_unasked(monkeypatch, capsys):
    monkeypatch.delenv("FORCE", raising=False)
    before = {file: file.stat().st_mtime_ns for file in EXPECTED.iterdir()}
    assert main() == 0
    assert "FORCE=1" in capsys.readouterr().err
    assert before == {file: file.stat().st_mtime_ns for file in EXPECTED.iterdir()}


def levels(parts: tuple[Part, ...]) -> Iterator[tuple[Part, ...]]:
    yield parts
    for field in fields_of(parts):
        yield from levels(field.children) if field.children else ()


@pytest.mark.parametrize("name", NAMES)
def test_a_name_stands_once_in_a_level(name):
    for parts in levels(TABLES[name].parts):
        names = [field.name for field in fields_of(parts)]
        assert len(names) == len(set(names))


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@examples(5)
def test_any_values_come_out_in_table_order_in_ascii_and_read_back(name, data):
    table = TABLES[name]
    values = data.draw(any_values(table.parts))
    text = request(name, values, request_id="r-1").text
    assert text.isascii()
    top = parsed(text)
    assert top.attributes == {"requestID": "r-1"}
    said = as_read(top) or []
    if table.is_wrapped and said:
        ((tag, said),) = said
        assert tag == name
    assert (said or []) == must_read(table.parts, values)


@pytest.mark.parametrize("name", NAMES)
def test_the_samples_hold_every_element_of_the_table(name):
    def tags(parts: tuple[Part, ...]) -> set[str]:
        return {one.name for level in levels(parts) for one in fields_of(level)}

    text = "".join(request(name, values, request_id="1").text for _, values in variants(TABLES[name]))
    assert tags(TABLES[name].parts) <= set(re.findall(r"<(\w+)", text))


@pytest.mark.parametrize("name", NAMES)
def test_every_required_element_is_missed(name):
    values = least(TABLES[name].parts)
    for field in values:
        rest = {key: value for key, value in values.items() if key != field}
        assert any(field in problem for problem in refused(name, rest))


def test_all_problems_are_named_at_once_with_their_place_and_value():
    problems = refused(
        "SalesReceiptAdd",
        {
            "Foo": 1,
            "CustomerRf": "x",
            "ShippingLineAdd": {"Amount": 100},
            "RefNumber": "123456789012",
            "TxnDate": "2026-01-31",
            "IsPending": 1,
            "SalesReceiptLineAdd": [
                {"Amount": "12.5", "Rate": Decimal(1), "RatePercent": Decimal(2)},
                {"Quantity": "1.5", "ItemRef": {"Name": "x"}},
                {},
            ],
        },
        request_id="",
    )
    assert problems == [
        "SalesReceiptAdd/Foo: '1': there is no such element here",
        "SalesReceiptAdd/CustomerRf: 'x': there is no such element here; did you mean CustomerRef?",
        "SalesReceiptAdd/ShippingLineAdd: \"{'Amount': 100}\": recon does not write it: the schema has it, "
        "QuickBooks Desktop (US) refuses it",
        "SalesReceiptAdd/TxnDate: '2026-01-31': a date is needed here, without a time",
        "SalesReceiptAdd/RefNumber: '123456789012': 12 characters, QuickBooks takes at most 11; shorten it",
        "SalesReceiptAdd/IsPending: '1': true or false is needed here",
        "SalesReceiptAdd/SalesReceiptLineAdd[1]: Rate and RatePercent exclude each other; give one of them",
        "SalesReceiptAdd/SalesReceiptLineAdd[1]/Amount: '12.5': an amount is needed here, as a whole number of minor "
        "units (cents)",
        "SalesReceiptAdd/SalesReceiptLineAdd[2]/ItemRef/Name: 'x': there is no such element here; did you mean FullName?",
        "SalesReceiptAdd/SalesReceiptLineAdd[2]/Quantity: '1.5': a quantity is needed here, as a whole number of "
        "thousandths or an exact decimal number",
        "SalesReceiptAdd/SalesReceiptLineAdd[3]: '{}': nothing stands here; leave it out",
        "SalesReceiptAdd/requestID: a request id has 1 to 50 plain characters without spaces",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("SalesReceiptAdd", {}, "SalesReceiptLineAdd: QuickBooks needs it and it is missing"),
        ("SalesReceiptAdd", {**SALE, "Memo": ["a", "b"]}, "once only"),
        ("SalesReceiptAdd", {**SALE, "Memo": b"a"}, "a text is needed"),
        ("SalesReceiptAdd", {**SALE, "BillAddress": "Main Street"}, "elements of its own"),
        ("SalesReceiptAdd", {**SALE, "CustomerRef": {}}, None),
        ("SalesReceiptAdd", {**SALE, "CustomerRef": 7}, "elements of its own"),
        ("SalesReceiptAdd", {**SALE, "CustomerRef": "x" * 210}, "210 characters"),
        ("SalesReceiptAdd", {**SALE, "CustomerRef": {"ListID": "x" * 37}}, "an id of QuickBooks"),
        ("SalesReceiptAdd", {**SALE, "CustomerRef": "สมชาย"}, "cannot hold 'สมชาย' in a name"),
        ("SalesReceiptAdd", {**SALE, "ExternalGUID": "abc"}, "a GUID is needed"),
        ("SalesReceiptAdd", {**SALE, "TxnDate": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}, "without a time"),
        ("SalesReceiptAdd", {**SALE, "ExchangeRate": 1}, "an exact decimal number"),
        ("SalesReceiptAdd", {**SALE, "ExchangeRate": Decimal("0.123456")}, "at most 5 decimals"),
        ("SalesReceiptAdd", {**SALE, "ExchangeRate": Decimal("12345678901")}, "at most 10 digits"),
        ("SalesReceiptAdd", {**SALE, "ExchangeRate": Decimal("1E+9999999")}, "at most 10 digits"),
        ("SalesReceiptAdd", {**SALE, "ExchangeRate": Decimal("1E-9999999")}, "at most 5 decimals"),
        ("SalesReceiptAdd", {**SALE, "ExchangeRate": Decimal("NaN")}, "not a number"),
        ("SalesReceiptAdd", {"SalesReceiptLineAdd": {"Amount": True}}, "minor units"),
        ("SalesReceiptAdd", {"SalesReceiptLineAdd": {"Amount": 10**15}}, "13 digits"),
        ("SalesReceiptAdd", {"SalesReceiptLineAdd": {"Quantity": 10**16}}, "10 digits"),
        ("SalesReceiptAdd", {**SALE, "CreditCardTxnInfo": {"a": 1}}, "Undeposited Funds"),
        ("JournalEntryAdd", {"TxnDate": dt.date(2026, 1, 1)}, "QuickBooks needs JournalDebitLine or JournalCreditLine"),
        ("JournalEntryAdd", {"Memo": "x"}, "no such element"),
        ("DepositAdd", {"DepositToAccountRef": "Bank", "DepositLineAdd": [{"Memo": "x"}]}, "AccountRef: QuickBooks needs it"),
        (
            "DepositAdd",
            {"DepositToAccountRef": "Bank", "DepositLineAdd": [{"PaymentTxnID": "1", "AccountRef": "x"}]},
            "PaymentTxnID and AccountRef exclude each other",
        ),
        ("ReceivePaymentAdd", {"CustomerRef": "x", "IsAutoApply": True, "AppliedToTxnAdd": {"TxnID": "1"}}, "exclude each other"),
        ("TxnVoid", {"TxnVoidType": "ReceivePayment", "TxnID": "1"}, "QuickBooks takes one of: ARRefundCreditCard, Bill"),
        ("CustomerQuery", {"FullName": ["x"], "MaxReturned": 5}, "FullName and MaxReturned exclude each other"),
        ("CustomerQuery", {"FromModifiedDate": dt.date(2026, 1, 1)}, "a date with its time"),
        ("CustomerQuery", {"MaxReturned": "5"}, "a whole number"),
        ("CustomerQuery", {"FullName": ["x", ""]}, "FullName[2]: nothing stands here"),
        (
            "CustomerQuery",
            {"FromModifiedDate": dt.datetime(1890, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=7, seconds=4)))},
            "whole minutes",
        ),
        ("CustomerAdd", {"Name": "Shopify:Anna"}, "a colon separates levels"),
        ("CustomerAdd", {"Name": "Anna 😀"}, "cannot hold '😀' in a name"),
        ("SalesOrderAdd", {}, "recon does not write this request"),
        ("CustomerAdd", [], "elements of its own"),
    ],
)  # fmt: skip
def test_what_quickbooks_would_refuse(name, values, words):
    if words is None:
        assert request(name, values, request_id="1")
    else:
        assert any(words in problem for problem in refused(name, values))


def test_nothing_given_is_left_out():
    bare = request("SalesReceiptAdd", {**SALE}, request_id="1").text
    empty = {"Memo": "", "RefNumber": None, "BillAddress": {"Addr1": "", "City": None}, "CustomerRef": "\x07"}
    assert request("SalesReceiptAdd", {**SALE, **empty}, request_id="1").text == bare


@pytest.mark.parametrize(
    ("minor", "said"),
    [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (100, "1.00"), (150, "1.50"), (-123456, "-1234.56"), (10**15 - 1, "9" * 13 + ".99")],
)  # fmt: skip
def test_amounts_have_two_decimals_always(minor, said):
    assert (
        f"<Amount>{said}</Amount>"
        in request("SalesReceiptAdd", {"SalesReceiptLineAdd": {"Amount": minor}}, request_id="1").text
    )


@pytest.mark.parametrize(
    ("quantity", "said"),
    [(1000, "1"), (1500, "1.5"), (1, "0.001"), (-2500, "-2.5"), (0, "0"), (Decimal("0.00001"), "0.00001"), (Decimal("-0.0"), "0")],
)  # fmt: skip
def test_quantities_are_thousandths_or_exact(quantity, said):
    assert (
        f"<Quantity>{said}</Quantity>"
        in request("SalesReceiptAdd", {"SalesReceiptLineAdd": {"Quantity": quantity}}, request_id="1").text
    )


def test_moments_have_no_z():
    moment = dt.datetime(2026, 1, 31, 8, 0, 59, 999999, tzinfo=dt.UTC)
    text = request("CustomerQuery", {"FromModifiedDate": moment}, request_id="1").text
    assert "<FromModifiedDate>2026-01-31T08:00:59+00:00</FromModifiedDate>" in text


def test_texts_are_held_in_windows_1252_and_written_in_ascii():
    text = sale(Memo="Café “x”\r\n\tไทย 😀 <&> e\u0301 \x00\x85end\ud800").text
    assert "<Memo>Caf&#233; &#8220;x&#8221; ??? ? &lt;&amp;&gt; &#233;  end?</Memo>" in text


@given(st.text())
def test_a_text_that_is_held_stays_as_it_is(text):
    held = windows_text(text)
    assert windows_text(held) == held
    held.encode("cp1252")


@given(st.text(), st.integers(1, 40))
def test_a_shortened_text_fits(text, length):
    short = shortened(text, length)
    assert len(short) <= length
    assert short == windows_text(text) or len(windows_text(text)) > length


def test_a_shortened_text_shows_that_it_was_cut():
    assert shortened("A very long memo", 10) == "A very..."
    assert shortened("A memo", 10) == "A memo"
    assert shortened("abcdef", 2) == "ab"


def test_an_add_can_ask_for_a_short_answer():
    text = request("ClassAdd", {"Name": "Shop"}, request_id="1", returns=["ListID", "EditSequence"]).text
    assert text.endswith(
        " </ClassAdd>\n <IncludeRetElement>ListID</IncludeRetElement>\n"
        " <IncludeRetElement>EditSequence</IncludeRetElement>\n</ClassAddRq>"
    )
    assert refused("ClassAdd", {"Name": "Shop"}, returns=["x" * 51])
    assert "only an Add takes it this way" in refused("TxnVoid", least(TABLES["TxnVoid"].parts), returns=["TxnID"])[0]


def test_iterators():
    start = request("CustomerQuery", {"MaxReturned": 50}, request_id="1", iterator="Start").text
    assert start.startswith('<CustomerQueryRq requestID="1" iterator="Start">')
    more = request("CustomerQuery", {"MaxReturned": 50}, request_id="2", iterator="Continue", iterator_id=GUID).text
    assert more.startswith(f'<CustomerQueryRq requestID="2" iterator="Continue" iteratorID="{GUID}">')
    stop = request("CustomerQuery", {}, request_id="3", iterator="Stop", iterator_id=GUID).text
    assert stop == f'<CustomerQueryRq requestID="3" iterator="Stop" iteratorID="{GUID}" />'


GUID = "{0f3e2d1c-1111-2222-3333-444455556666}"


@pytest.mark.parametrize(
    ("name", "values", "more", "words"),
    [
        ("AccountQuery", {"MaxReturned": 5}, {"iterator": "Start"}, "read whole"),
        ("SalesReceiptAdd", SALE, {"iterator": "Start"}, "read whole"),
        ("CustomerQuery", {"MaxReturned": 5}, {"iterator": "Next"}, "one of: Start"),
        ("CustomerQuery", {}, {"iterator": "Start"}, "needs MaxReturned"),
        ("CustomerQuery", {"MaxReturned": 5}, {"iterator": "Continue"}, "the id of the iterator is missing"),
        ("CustomerQuery", {"MaxReturned": 5}, {"iterator": "Start", "iterator_id": GUID}, "no id yet"),
        ("CustomerQuery", {"MaxReturned": 5}, {"iterator_id": GUID}, "one of: Start"),
    ],
)
def test_wrong_iterators(name, values, more, words):
    assert any(words in problem for problem in refused(name, values, **more))


def test_a_message_set_that_changes_data():
    assert message_set([sale("a"), sale("b")], set_id="0123456789abcdef", on_error="stopOnError").startswith(
        '<?xml version="1.0" encoding="utf-8"?>\n<?qbxml version="13.0"?>\n<QBXML>\n'
        '<QBXMLMsgsRq onError="stopOnError" newMessageSetID="0123456789abcdef">\n<SalesReceiptAddRq requestID="a">'
    )


def test_a_recovery_is_an_empty_set_with_both_ids_and_clearing_has_the_old_one_alone():
    assert (
        '<QBXMLMsgsRq onError="continueOnError" newMessageSetID="s1" oldMessageSetID="s1">\n</QBXMLMsgsRq>'
        in message_set((), set_id="s1", old_set_id="s1")
    )
    assert '<QBXMLMsgsRq onError="continueOnError" oldMessageSetID="s1">\n</QBXMLMsgsRq>' in message_set(
        (), old_set_id="s1"
    )


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"on_error": "rollbackOnError", "set_id": "a"}, "continueOnError, stopOnError"),
        ({"set_id": "x" * 24}, "at most 23 plain characters"),
        ({"set_id": "a b"}, "at most 23 plain characters"),
        ({"set_id": "a", "old_set_id": WIPES_ALL}, "throw away every answer"),
        ({"set_id": "a", "version": "13"}, "qbXML 4.0 and newer"),
        ({"set_id": "a", "version": "3.0"}, "qbXML 4.0 and newer"),
        ({}, "needs a set id"),
    ],
)
def test_wrong_sets(more, words):
    assert any(words in problem for problem in refused_set([sale()], **more))


def test_a_set_asks_for_something_and_names_its_requests_apart():
    assert "asks for nothing" in refused_set([])[0]
    assert "asks for nothing" in refused_set([], set_id="a")[0]
    assert "2 requests of the set have this id" in refused_set([sale("a"), sale("a")], set_id="x")[0]


def test_a_set_that_only_reads_needs_no_id():
    assert "newMessageSetID" not in message_set([request("HostQuery", {}, request_id="1")])


def test_elements_newer_than_the_version_are_named():
    one = sale("77", Other="x", ExternalGUID="0")
    old = refused_set([one], set_id="a", version="5.0")
    assert old == [
        "SalesReceiptAdd[77]/Other: needs qbXML 6.0, this QuickBooks speaks 5.0; leave it out",
        "SalesReceiptAdd[77]/ExternalGUID: needs qbXML 9.0, this QuickBooks speaks 5.0; leave it out",
    ]
    assert '<?qbxml version="9.0"?>' in message_set([one], set_id="a", version="9.0")
    refund = request("ARRefundCreditCardAdd", least(TABLES["ARRefundCreditCardAdd"].parts), request_id="1")
    assert "needs qbXML 5.0" in refused_set([refund], set_id="a", version="4.0")[0]


def test_choices_of_the_tables_have_branches():
    for table in TABLES.values():
        for parts in levels(table.parts):
            assert all(len(part.branches) > 1 for part in parts if isinstance(part, Choice))
