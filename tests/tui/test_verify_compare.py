"""What `recon verify` finds when the ledger holds something else than was sent: field by field, missing ones, strangers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from recon.domain.document import Document
from recon.targets.base import LedgerDocument, LedgerLine
from recon.verify import Verified, compare, verify
from tests.recon.peak_tools import following, sale


def as_held(document: Document, **changes: object) -> LedgerDocument:
    """The document as a ledger that took it faithfully gives it back."""
    held = LedgerDocument(
        kind=document.kind, ledger_id="id-1", number=document.number or "", issued_on=document.issued_on,
        total_minor=document.total_minor, vat_minor=document.vat_minor, contact_code=document.contact_code, is_void=False,
        lines=tuple(LedgerLine(description=x.description, quantity="1", amount_minor=x.amount_minor) for x in document.lines),
    )  # fmt: skip
    return replace(held, **changes)  # type: ignore[arg-type]


class Ledger:
    """Gives back what it is told."""

    def __init__(self, held: Sequence[LedgerDocument | None], swept: Sequence[LedgerDocument] = ()) -> None:
        self.held, self.swept = held, swept
        self.all: list[Document] = []
        self.looks = 0
        """Documents that were read one by one."""

    def read_back(self, posted: Sequence[tuple[Document, str]]) -> Iterator[tuple[Document, LedgerDocument | None]]:
        for document, _ in posted:
            self.looks += 1
            yield document, self.held[self.all.index(document)]

    def list_documents(self, kinds: Sequence[str], since: dt.date, until: dt.date) -> Iterator[LedgerDocument]:
        yield from self.swept


def verified(ledger: Ledger, posted: Sequence[Document], **more: object) -> Verified:
    ledger.all = list(posted)
    assert len(ledger.held) == len(posted)
    given = {"known_numbers": frozenset(d.number for d in posted if d.number), "prefixes": ("IV-", "RT-", "CN-")}
    return verify(  # type: ignore[arg-type]
        ledger,
        [(document, f"id-{n}") for n, document in enumerate(posted, start=1)],
        since=dt.date(2026, 7, 1),
        until=dt.date(2026, 7, 31),
        **{**given, **more},
    )


def test_a_faithful_ledger_differs_in_nothing() -> None:
    document = sale()
    found = verified(Ledger([as_held(document)]), [document])
    assert (found.compared, found.equal, found.differences, found.missing, found.strangers) == (1, 1, (), (), ())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "RT-other"}, "number"),
        ({"issued_on": dt.date(2026, 1, 30)}, "date"),
        ({"total_minor": 1}, "total"),
        ({"vat_minor": 1}, "VAT"),
        ({"contact_code": "C99999"}, "contact"),
        ({"lines": ()}, "number of lines"),
        ({"is_void": True}, "state"),
    ],
)
def test_every_field_is_compared_and_both_values_are_named(changes: dict[str, object], field: str) -> None:
    document = sale()
    (difference,) = compare(document, as_held(document, **changes), is_voided=False)
    assert difference.field == field
    assert difference.text == f"{field}: sent {difference.sent}, the ledger holds {difference.held}"
    assert difference.sent != difference.held


def test_a_line_of_another_amount_is_named_by_its_place() -> None:
    document = sale()
    held = as_held(document)
    assert held.lines
    wrong = (*held.lines[:-1], replace(held.lines[-1], amount_minor=1))
    (difference,) = compare(document, replace(held, lines=wrong), is_voided=False)
    assert difference.field == f"amount of line {len(wrong)}"


def test_what_the_ledger_does_not_say_is_no_difference() -> None:
    document = sale()
    silent = as_held(document, issued_on=None, total_minor=None, vat_minor=None, contact_code=None, lines=None)
    assert compare(document, silent, is_voided=False) == []


def test_a_document_voided_on_purpose_has_to_be_void() -> None:
    document = sale()
    assert compare(document, as_held(document, is_void=True), is_voided=True) == []
    (difference,) = compare(document, as_held(document), is_voided=True)
    assert (difference.field, difference.sent, difference.held) == ("state", "void", "live")


def test_a_void_is_there_when_its_document_is_void() -> None:
    document = sale()
    void = following(document, "void", "id-1")
    assert compare(void, as_held(document, is_void=True), is_voided=False) == []
    assert [d.field for d in compare(void, as_held(document), is_voided=False)] == ["state"]


def test_missing_ones_and_strangers_are_listed() -> None:
    document = sale()
    stranger = as_held(document, number="RT-9999")
    others = [stranger, as_held(document), as_held(document, number="INV-by-somebody"), as_held(document, number="")]
    found = verified(Ledger([None], others), [document])
    assert found.missing == (document,)
    assert found.strangers == (stranger,)
    assert verified(Ledger([as_held(document)], others), [document], prefixes=()).strangers == ()


def three(**changes: object) -> tuple[list[Document], list[LedgerDocument]]:
    """Three receipts and how a ledger holds them, the second one changed."""
    posted = [
        replace(sale(number=f"RT-{n}"), document_key=f"shop:{n}/receipt/1", issued_on=dt.date(2026, 7, n))
        for n in (1, 2, 3)
    ]
    held = [as_held(document, ledger_id=f"id-{n}") for n, document in enumerate(posted, start=1)]
    held[1] = replace(held[1], **changes)  # type: ignore[arg-type]
    return posted, held


def test_what_the_sweep_shows_equal_is_not_read_one_by_one() -> None:
    posted, held = three()
    ledger = Ledger(held, held)
    found = verified(ledger, posted)
    assert (found.compared, found.equal, found.differences, found.missing) == (3, 3, (), ())
    assert ledger.looks == 1, "one receipt, to see how much a look at one states"


def test_a_list_that_states_less_settles_nothing() -> None:
    posted, held = three(total_minor=999)
    ledger = Ledger(held, [replace(one, total_minor=None, lines=None) for one in held])
    found = verified(ledger, posted)
    assert [d.field for d in found.differences] == ["total"]
    assert (found.equal, ledger.looks) == (2, 3)


def test_a_difference_in_the_list_is_believed_of_the_document_itself_only() -> None:
    posted, held = three()
    late = [replace(one, vat_minor=1) for one in held]
    ledger = Ledger(held, late)
    assert (verified(ledger, posted).equal, ledger.looks) == (3, 3)
    posted, held = three(vat_minor=1)
    ledger = Ledger(held, held)
    found = verified(ledger, posted)
    assert [(d.number, d.field) for d in found.differences] == [("RT-2", "VAT")]
    assert (found.equal, ledger.looks) == (2, 2)


def test_another_document_under_our_number_settles_nothing() -> None:
    posted, held = three()
    ledger = Ledger(held, [replace(one, ledger_id=f"other-{one.ledger_id}") for one in held])
    assert (verified(ledger, posted).equal, ledger.looks) == (3, 3)


def test_a_void_and_a_payment_are_seen_on_their_invoice() -> None:
    invoice = sale(kind="invoice", number="IV-1")
    payment = replace(following(invoice, "payment", ledger_id="id-1"), document_key="shop:1001/payment/1")
    void = replace(following(invoice, "void", ledger_id="id-1"), document_key="shop:1001/void/1")
    others = [replace(one, document_key=f"{one.document_key}b") for one in (payment, void)]
    held = as_held(invoice, is_void=True)
    ledger = Ledger([held] * 5, [held])
    found = verified(ledger, [invoice, payment, void, *others], voided=frozenset({invoice.document_key}))
    assert (found.equal, found.differences, ledger.looks) == (5, (), 3)
