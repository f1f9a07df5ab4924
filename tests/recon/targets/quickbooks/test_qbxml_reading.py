"""Answers of QuickBooks are read strictly: what is not in the form it must have is malformed, never a guess."""

from __future__ import annotations

import contextlib
import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.errors import OutcomeUnknown
from recon.targets.quickbooks.qbxml import read as reading
from recon.targets.quickbooks.qbxml.problems import MalformedAnswer
from recon.targets.quickbooks.qbxml.read import read
from recon.targets.quickbooks.qbxml.rows import Row
from tests import hostile

ADDED = """<?xml version="1.0" ?>
<QBXML>
<QBXMLMsgsRs newMessageSetID="set-1" messageSetStatusCode="0">
<SalesReceiptAddRs requestID="1" statusCode="0" statusSeverity="Info" statusMessage="Status OK">
<SalesReceiptRet>
<TxnID>5D-1733800000</TxnID>
<TimeCreated>2026-01-31T10:00:00-08:00</TimeCreated>
<EditSequence>1733800000</EditSequence>
<TxnNumber>21</TxnNumber>
<CustomerRef>
<ListID>80000001-1</ListID>
<FullName>Shopify Customer</FullName>
</CustomerRef>
<TxnDate>2026-01-31</TxnDate>
<RefNumber>#1001</RefNumber>
<IsPending>false</IsPending>
<TotalAmount>1234.50</TotalAmount>
<Memo>Caf&#233; &amp; more</Memo>
<SalesReceiptLineRet><TxnLineID>5F</TxnLineID><Quantity>1.5</Quantity><Rate>3.33333</Rate><Amount>5</Amount></SalesReceiptLineRet>
<SalesReceiptLineRet><TxnLineID>60</TxnLineID><Quantity>2</Quantity><Amount>-1.00</Amount></SalesReceiptLineRet>
</SalesReceiptRet>
</SalesReceiptAddRs>
</QBXMLMsgsRs>
</QBXML>
"""


def said(inside: str, attributes: str = "") -> str:
    return f'<?xml version="1.0" ?><QBXML><QBXMLMsgsRs{attributes}>{inside}</QBXMLMsgsRs></QBXML>'


def row(**values: str) -> Row:
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in values.items())
    return read(said(f'<XRs requestID="1" statusCode="0"><XRet>{inner}</XRet></XRs>')).answers[0].rows[0]


def test_the_answer_to_an_add():
    answers = read(ADDED)
    assert (answers.set_status, answers.set_id) == (0, "set-1")
    answer = answers.by_id("1")
    assert (answer.request, answer.status_code, answer.severity) == ("SalesReceiptAdd", 0, "Info")
    assert answer.message == "Status OK"
    (receipt,) = answer.rows
    assert receipt.name == "SalesReceiptRet"
    assert receipt.text("CustomerRef/FullName") == "Shopify Customer"
    assert receipt.text("Memo") == "Café & more"
    assert receipt.text("Nothing/There") == ""
    assert receipt.minor("TotalAmount") == 123450
    assert receipt.minor("Nothing") is None
    assert receipt.day("TxnDate") == dt.date(2026, 1, 31)
    assert receipt.moment("TimeCreated") == dt.datetime(2026, 1, 31, 18, tzinfo=dt.UTC)
    assert receipt.flag("IsPending") is False
    assert receipt.whole("TxnNumber") == 21
    lines = receipt.all("SalesReceiptLineRet")
    assert [line.milli("Quantity") for line in lines] == [1500, 2000]
    assert [line.minor("Amount") for line in lines] == [500, -100]
    assert lines[0].number("Rate") == Decimal("3.33333")
    assert lines[1].number("Rate") is None
    assert [found.name for found in receipt.walk()][:3] == ["SalesReceiptRet", "TxnID", "TimeCreated"]


def test_a_query_in_pieces():
    answer = read(
        said(
            '<CustomerQueryRs requestID="7" statusCode="0" statusSeverity="Info" statusMessage="Status OK" retCount="2" '
            'iteratorRemainingCount="11" iteratorID="{0f3e}"><CustomerRet><Name>A</Name></CustomerRet>'
            "<CustomerRet><Name>B</Name></CustomerRet></CustomerQueryRs>"
        )
    ).by_id("7")
    assert [found.text("Name") for found in answer.rows] == ["A", "B"]
    assert (answer.ret_count, answer.iterator_remaining, answer.iterator_id) == (2, 11, "{0f3e}")


def test_a_query_that_finds_nothing():
    answers = read(said('<CustomerQueryRs requestID="1" statusCode="1" statusSeverity="Info" statusMessage="none" />'))
    assert (answers.answers[0].status_code, answers.answers[0].rows) == (1, ())
    assert answers.set_status is None


def test_an_item_query_answers_in_many_kinds():
    inside = "<ItemServiceRet><Name>A</Name></ItemServiceRet><ItemDiscountRet><Name>B</Name></ItemDiscountRet>"
    answer = read(said(f'<ItemQueryRs requestID="1" statusCode="0">{inside}</ItemQueryRs>')).answers[0]
    assert [(found.name, found.text("Name")) for found in answer.rows] == [
        ("ItemServiceRet", "A"),
        ("ItemDiscountRet", "B"),
    ]


def test_the_answer_to_a_void_is_the_row_itself():
    inside = "<TxnVoidType>SalesReceipt</TxnVoidType><TxnID>5D-1</TxnID>"
    (found,) = read(said(f'<TxnVoidRs requestID="1" statusCode="0">{inside}</TxnVoidRs>')).answers[0].rows
    assert (found.text("TxnVoidType"), found.text("TxnID")) == ("SalesReceipt", "5D-1")


def test_a_failed_add_may_say_what_was_made():
    inside = "<ErrorRecovery><TxnID>5D-1</TxnID><EditSequence>17</EditSequence></ErrorRecovery>"
    answer = read(said(f'<InvoiceAddRs requestID="1" statusCode="3180">{inside}</InvoiceAddRs>')).answers[0]
    assert answer.rows == ()
    assert answer.error_recovery is not None
    assert answer.error_recovery.text("TxnID") == "5D-1"


def test_a_recovered_set_that_was_never_processed_is_empty():
    answers = read(said("", ' newMessageSetID="s" messageSetStatusCode="600"'))
    assert (answers.answers, answers.set_status) == ((), 600)


def test_an_answer_that_is_missing_or_doubled_is_not_guessed():
    one = '<HostQueryRs requestID="1" statusCode="0" />'
    with pytest.raises(MalformedAnswer, match="0 answers to request 2"):
        read(said(one)).by_id("2")
    with pytest.raises(MalformedAnswer, match="2 answers to request 1"):
        read(said(one + one)).by_id("1")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not XML"),
        ("plain words", "is not XML"),
        ("<QBXML>", "is not XML"),
        (ADDED[:-12], "is not XML"),
        ("<html><body>Error</body></html>", "begins with html"),
        ("<QBXML/>", "holds 0 message sets"),
        (f"<QBXML>{'<QBXMLMsgsRs/>' * 2}</QBXML>", "holds 2 message sets"),
        (said("<InvoiceRet/>"), "InvoiceRet without a status code"),
        (said("<InvoiceAddRs/>"), "InvoiceAddRs without a status code"),
        (said('<InvoiceAddRs statusCode="ok"/>'), "statusCode, where a number belongs"),
        (said('<InvoiceAddRs statusCode=""/>'), "statusCode, where a number belongs"),
        (said('<XQueryRs statusCode="0" retCount="1.5"/>'), "retCount, where a number belongs"),
        (said("", ' messageSetStatusCode="?"'), "messageSetStatusCode, where a number belongs"),
        (said('<XRs statusCode="0">\x01</XRs>'), "is not XML"),
        (said('<XRs statusCode="0">\ud800</XRs>'), "is not XML"),
        ("<a>" * 33, "larger or deeper"),
    ],
)
def test_malformed_answers(text, words):
    with pytest.raises(MalformedAnswer, match=words):
        read(text)


def test_a_malformed_answer_leaves_the_outcome_open():
    assert issubclass(MalformedAnswer, OutcomeUnknown)


@pytest.mark.parametrize(
    "text",
    [
        "1,234.50",
        "1.5",
        "1.234",
        "$5.00",
        "5.00 USD",
        "1e3",
        "(5.00)",
        "--1",
        "5.",
        ".50",
        "12345678901234",
        "٣.٠٠",
        "5 00",
    ],
)
def test_amounts_in_another_form_are_malformed(text):
    with pytest.raises(MalformedAnswer, match="two decimals"):
        row(TotalAmount=text).minor("TotalAmount")


@pytest.mark.parametrize(
    ("method", "text"),
    [
        ("number", "1,5"),
        ("number", "0.123456"),
        ("number", "NaN"),
        ("milli", "0.0001"),
        ("milli", "x"),
        ("whole", "1.0"),
        ("day", "31.01.2026"),
        ("day", "20260131"),
        ("day", "2026-02-30"),
        ("day", "2026-01-31T00:00:00"),
        ("day", "2026-W01-1"),
        ("moment", "yesterday"),
        ("moment", "2026-01-31"),
        ("moment", "2026-01-31T25:00:00"),
        ("moment", "2026-W01-1T00:00:00"),
        ("flag", "yes"),
    ],
)
def test_other_values_in_another_form_are_malformed(method, text):
    with pytest.raises(MalformedAnswer, match="XRet/Value"):
        getattr(row(Value=text), method)("Value")


def test_values_that_are_empty_are_none():
    empty = row(Value="")
    for method in ("minor", "number", "milli", "whole", "day", "moment", "flag"):
        assert getattr(empty, method)("Value") is None


def test_a_message_from_outside_is_shown_clean():
    with pytest.raises(MalformedAnswer) as no:
        row(TotalAmount="\u202e5" + "x" * 500).minor("TotalAmount")
    assert "\u202e" not in str(no.value)
    assert len(str(no.value)) < 400


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_an_amount_comes_back_as_it_was_sent(minor):
    sign = "-" if minor < 0 else ""
    assert row(A=f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}").minor("A") == minor


@given(st.text())
def test_any_text_is_read_or_malformed_and_nothing_else(text):
    for whole in (text, said(text)):
        with contextlib.suppress(MalformedAnswer):
            read(whole)


@pytest.mark.parametrize(
    "doctype",
    [hostile.BILLION_LAUGHS, hostile.QUADRATIC, hostile.EXTERNAL_FILE, hostile.EXTERNAL_HTTP, hostile.DTD_ONLY],
)
@pytest.mark.parametrize("use", ["", "&d;"])
def test_f45_document_types_and_entities_are_refused_unread(doctype, use):
    with pytest.raises(MalformedAnswer, match="refused unread"):
        read(doctype.decode() + said(f'<HostQueryRs statusCode="0">{use}</HostQueryRs>'))


def test_f45_an_answer_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(reading, "LARGEST", 1000)
    with pytest.raises(MalformedAnswer, match="recon reads at most 1,000"):
        read(said(" " * 1000))


def test_f45_an_answer_of_endless_elements_is_refused(monkeypatch):
    monkeypatch.setattr(reading, "MOST", 100)
    with pytest.raises(MalformedAnswer, match="larger or deeper"):
        read(said('<HostQueryRs statusCode="0" />' * 200))


def test_an_answer_may_begin_with_a_byte_order_mark():
    assert read("\ufeff \n" + ADDED).by_id("1").status_code == 0
