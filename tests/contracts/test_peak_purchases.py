"""Expenses, their payments and suppliers' credits against the sandbox PEAK, over real sockets."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

import pytest

from recon.domain.document import Document, Posting
from recon.errors import AlreadyExists, OutcomeUnknown, TargetRejected, TargetUnavailable
from recon.sandbox.peak import Fault, SandboxPeak
from recon.targets.base import Catalog, LedgerContact, LedgerMethod, MasterRequest
from recon.targets.peak import PeakOptions
from recon.targets.peak.payloads import own_reference
from recon.targets.peak.purchases import purchase_request
from recon.verify import compare
from tests.contracts.test_peak_target import LOST_OR_NOT
from tests.recon.peak_tools import FakeClock, line, sale, target

FEES = (
    line(10700, no=1, product_code=None, account_code="510111", description="Commission", wht_minor=300),
    line(5000, no=2, product_code=None, account_code="530101", description="Shipping", vat_code="none", wht_minor=50),
)


def expense(number: str = "1", **changes: object) -> Document:
    """Commission 107.00 with VAT inside, shipping 50.00 without; 3.50 is withheld when it is paid."""
    given: dict[str, object] = {
        "document_key": f"zort:shop:purchase:{number}/expense/1", "order_key": f"zort:shop:purchase:{number}",
        "order_number": f"PO-{number}", "contact_code": "V00001", "contact_name": "บริษัท ตัวอย่างแพลตฟอร์ม จำกัด",
        "remark": f"Purchase PO-{number} · EX-PO-{number}", "is_tax_invoice": False, "wht_minor": 350, "lines": FEES,
        "sales_channel": "Lazada",
    }  # fmt: skip
    return sale("expense", None, **(given | changes))


def payment(bill: Document, ledger_id: str, number: str, **changes: object) -> Document:
    """The payment of an expense, less the tax withheld."""
    given: dict[str, object] = {
        "document_key": f"{bill.order_key}/expense_payment/1", "kind": "expense_payment", "lines": (),
        "applies_to_key": bill.document_key, "applies_to_kind": "expense", "applies_to_ledger_id": ledger_id,
        "applies_to_number": number, "payment_method": "EWL002", "paid_on": dt.date(2026, 2, 3),
        "issued_on": dt.date(2026, 2, 3), "paid_minor": bill.total_minor - bill.wht_minor,
    }  # fmt: skip
    return dataclasses.replace(bill, **(given | changes))


def credit(**changes: object) -> Document:
    """A supplier's credit of 107.00."""
    bill = sale(
        "supplier_credit", None, contact_code="V00001", document_key="zort:shop:purchase_return:7/supplier_credit/1"
    )
    postings = (
        Posting(account_code="510111", credit_minor=10000), Posting(account_code="115401", credit_minor=700),
        Posting(account_code="212101", debit_minor=10700),
    )  # fmt: skip
    return dataclasses.replace(
        bill, **({"postings": postings, "order_number": "DN-7", "remark": "Return DN-7"} | changes)
    )


def opened(peak: SandboxPeak, clock: FakeClock, **options: object):
    """A target that has read PEAK's lists, as an upload has."""
    made = target(peak.url, clock, credentials=peak.credentials, **options)
    made.catalog()
    return made


@pytest.fixture
def ledger(peak, clock):
    with opened(peak, clock, journal_book="5") as made:
        yield made


def test_an_expense_is_posted_once_under_peaks_number_and_found_by_our_reference(ledger, peak):
    bill = expense()
    assert ledger.check(bill) == []
    assert ledger.find(bill).state == "absent"
    posted = ledger.send(bill)
    assert posted.ledger_number.startswith("EXP-")
    assert (posted.total_minor, posted.vat_minor) == (15700, 700)
    (truth,) = peak.truth()
    assert (truth.kind, truth.reference, truth.contact_code, truth.remain_minor) == (
        "expense", own_reference(bill), "V00001", 15700,
    )  # fmt: skip
    assert [each.get("withHoldingTaxAmount") for each in truth.lines] == ["3.00", "0.50"]
    found = ledger.find(bill)
    assert (found.state, found.confirmation.ledger_id) == ("equal", posted.ledger_id)


def test_a_supplier_goes_out_by_its_id_alone(ledger):
    (body,) = json.loads(ledger.payload(expense()))["PeakExpenses"]["expenses"]
    assert list(body["contact"]) == ["id"]
    assert "code" not in body


def test_a_contact_peak_does_not_have_is_objected_to_and_never_made(ledger, peak):
    wrong = expense(contact_code="C99999")
    assert [objection.field for objection in ledger.check(wrong)] == ["contact_code"]
    with pytest.raises(TargetRejected, match="C99999"):
        ledger.send(wrong)
    assert peak.truth() == []


def test_a_new_supplier_with_a_tax_id_is_created_first(ledger, peak):
    made = ledger.ensure_masters(
        MasterRequest(contacts=(LedgerContact(code="T0105500000003", name="New", tax_id="0105500000003"),))
    )
    bill = expense(contact_code="T0105500000003", contact_tax_id="0105500000003", contact_branch="00000")
    assert ledger.check(bill) == []
    ledger.send(bill)
    assert peak.truth()[0].contact_code == made.contacts[0].code


@pytest.mark.parametrize(("kind", "more", "commit"), [one for one in LOST_OR_NOT if one[1].get("field") != "code"])
def test_f18_to_f27_a_lost_answer_to_an_expense_leaves_the_outcome_open(peak, clock, kind, more, commit):
    with opened(peak, clock, timeout_seconds=0.5) as ledger:
        ledger.send(expense("0"))
        bill = expense()
        peak.inject(Fault(kind=kind, method="POST", path="/expenses*", commit=commit, **more))
        with pytest.raises(OutcomeUnknown):
            ledger.send(bill)
        assert ledger.find(bill).state == ("equal" if commit else "absent")
    assert len(peak.truth()) == 1 + int(commit)


def test_f30_a_list_that_states_no_references_proves_nothing(ledger, peak):
    ledger.send(expense("0"))
    peak.inject(Fault(kind="drop-field", field="reference", method="GET", path="/expenses/list"))
    with pytest.raises(TargetUnavailable, match="does not prove"):
        ledger.find(expense())


def test_f30_two_live_expenses_with_our_reference_are_for_a_person(ledger, peak):
    bill = expense()
    ledger.send(bill)
    ledger.send(bill)  # PEAK refuses no second expense: that is why one is never sent on a guess
    assert ledger.find(bill).state == "twice"
    assert not ledger.capabilities.refuses_twice("expense")
    assert ledger.capabilities.can_find("expense")


def test_f30_a_late_list_shows_absent_until_it_has_caught_up(ledger, peak, clock):
    peak.change_rules(index_delay_seconds=30)
    bill = expense()
    ledger.send(bill)
    assert ledger.find(bill).state == "absent"
    peak.tick(31)
    assert ledger.find(bill).state == "equal"


def test_the_payment_is_the_rest_after_withholding_and_is_found_on_its_expense(ledger, peak):
    bill = expense()
    posted = ledger.send(bill)
    paid = payment(bill, posted.ledger_id, posted.ledger_number)
    assert ledger.check(paid) == []
    assert ledger.find(paid).state == "absent"
    ledger.send(paid)
    found = ledger.find(paid)
    assert (found.state, found.documents[0].remain_minor) == ("equal", 0)
    with pytest.raises(AlreadyExists):
        ledger.send(paid)
    (truth,) = peak.truth()
    assert (truth.remain_minor, truth.payments[0]["amount"]) == (0, "153.50")
    ((_, held),) = ledger.read_back([(paid, "")])
    assert compare(paid, held, is_voided=False) == []


@pytest.mark.parametrize("commit", [True, False])
def test_f36_a_lost_payment_of_an_expense_is_found_on_it(peak, clock, commit):
    with opened(peak, clock, timeout_seconds=0.5) as ledger:
        bill = expense()
        posted = ledger.send(bill)
        paid = payment(bill, posted.ledger_id, posted.ledger_number)
        peak.inject(Fault(kind="close", method="POST", path="/expenses/paid*", commit=commit))
        with pytest.raises(OutcomeUnknown):
            ledger.send(paid)
        assert ledger.find(paid).state == ("equal" if commit else "absent")


def test_a_part_that_somebody_else_paid_is_a_difference(ledger, peak):
    bill = expense()
    posted = ledger.send(bill)
    ledger.send(payment(bill, posted.ledger_id, posted.ledger_number, wht_minor=0, paid_minor=10000))
    found = ledger.find(payment(bill, posted.ledger_id, posted.ledger_number))
    assert found.state in {"absent", "different"}
    with pytest.raises(TargetRejected, match="exceeds"):
        ledger.send(payment(bill, posted.ledger_id, posted.ledger_number))


def test_read_back_and_sweep_of_expenses(ledger):
    bills = [expense(str(n), issued_on=dt.date(2026, 1, 29 + n), due_on=dt.date(2026, 2, 1)) for n in range(3)]
    posted = [(bill, ledger.send(bill).ledger_id) for bill in bills]
    back = list(ledger.read_back([*posted, (expense("9"), "nowhere")]))
    assert [held and held.total_minor for _, held in back] == [15700, 15700, 15700, None]
    assert [compare(bill, held, is_voided=False) for bill, held in back[:3] if held] == [[], [], []]
    swept = list(ledger.list_documents(["expense"], dt.date(2026, 1, 30), dt.date(2026, 1, 31)))
    assert len(swept) == 2


def test_a_suppliers_credit_goes_into_the_journal_book(ledger, peak):
    note = credit()
    assert ledger.check(note) == []
    posted = ledger.send(note)
    (truth,) = peak.truth()
    assert (truth.kind, truth.total_minor, truth.reference) == ("journal", 10700, own_reference(note))
    found = ledger.find(note)
    assert (found.state, found.differences, found.confirmation.ledger_id) == ("equal", (), posted.ledger_id)
    ((_, held),) = ledger.read_back([(note, posted.ledger_id)])
    assert compare(note, held, is_voided=False) == []


def test_without_a_book_or_with_words_for_accounts_nothing_is_sent(peak, clock):
    with opened(peak, clock) as ledger:
        named = tuple(dataclasses.replace(p, account_code="payable") if p.debit_minor else p for p in credit().postings)
        fields = [objection.field for objection in ledger.check(credit(postings=named))]
        assert fields == ["journal_book", "postings"]
    assert peak.truth() == []


REQUESTS = Path(__file__).parents[2] / "fixtures" / "ledger_api" / "peak" / "requests"
CATALOG = Catalog(
    contacts=(LedgerContact(code="V00001", name="x", ledger_id="c0c0"),),
    methods=(LedgerMethod(code="EWL002", name="x", ledger_id="e2e2"),),
)
KEPT = {
    "expense": expense(),
    "expense-payment": payment(expense(), "0a0a", "EXP-20260100001"),
    "expense-payment-by-number": payment(expense(), "", "EXP-20260100001", wht_minor=0, paid_minor=15700),
    "supplier-credit": credit(),
}


@pytest.mark.parametrize("name", KEPT)
def test_the_body_is_exactly_the_kept_one(name):
    request = purchase_request(KEPT[name], PeakOptions(journal_book="5"), CATALOG)
    text = f"POST {request.path}\n{request.body.decode()}\n"
    assert text == (REQUESTS / f"{name}.txt").read_text(encoding="utf-8")
    assert '""' not in text, "empty fields are left out"
