"""Money paid back in QuickBooks: the credit memo is paid out once, out of an account QuickBooks takes, and found again."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from peak_tools import following
from test_quickbooks_target import DAY, OPTIONS, receipt, target

from recon.domain.document import Document
from recon.errors import TargetRejected
from recon.sandbox.quickbooks.company import SandboxCompany
from recon.targets.quickbooks.options import QuickBooksOptions
from recon.targets.quickbooks.target import QuickBooksTarget, capabilities
from tests.clock import FakeClock

CARD = dataclasses.replace(OPTIONS, refunds="card")
CHECK = dataclasses.replace(OPTIONS, refunds="check")
MONEY = {"card": "Shopify Payments Clearing", "check": "Checking"}


@pytest.fixture
def company(tmp_path: Path) -> Iterator[SandboxCompany]:
    made = SandboxCompany(tmp_path / "cedar.sqlite", clock=FakeClock(), durable=False)
    yield made
    made.close()


def credited(ledger: QuickBooksTarget, number: str = "1001", account: str = "Checking") -> Document:
    """Post a sale and its credit memo; return the refund that pays it out."""
    sold = receipt(f"RT-{number}")
    note = following(sold, "credit_note", ledger.send(sold).ledger_id, f"CN-{number}")
    yes = ledger.send(note)
    refund = following(note, "refund", yes.ledger_id, None, payment_channel="Shopify Payments")
    assert refund.applies_to_kind == "credit_note"
    assert refund.applies_to_number == f"CN-{number}"
    return dataclasses.replace(refund, lines=(), payment_method=account, paid_minor=refund.total_minor)


@pytest.mark.parametrize(("options", "form"), [(CARD, "ARRefundCreditCard"), (CHECK, "Check")])
def test_a_refund_pays_the_credit_memo_out_and_is_found_again(
    company: SandboxCompany,
    options: QuickBooksOptions,
    form: str,
) -> None:
    ledger = target(company, options)
    refund = credited(ledger, account=MONEY[options.refunds])
    assert ledger.check(refund) == []
    assert (ledger.find(refund).state, ledger.find(refund).is_certain) == ("absent", True)
    yes = ledger.send(refund)
    assert (yes.ledger_number, yes.total_minor) == ("CN-1001", 5513)
    _, note, paid = company.truth()
    assert (paid.kind, paid.ref, paid.total_minor, note.balance_minor) == (form, "CN-1001", 5513, 0)
    assert company.books.balances(form) == {"Accounts Receivable": 5513, MONEY[options.refunds]: -5513}
    assert "Accounts Receivable" not in company.books.balances()
    found = ledger.find(refund)
    assert (found.state, found.confirmation and found.confirmation.ledger_id) == ("equal", yes.ledger_id)
    ((_, held),) = ledger.read_back([(refund, yes.ledger_id)])
    assert held is not None
    assert (held.kind, held.total_minor, held.payment_methods) == ("refund", 5513, (MONEY[options.refunds],))
    listed = list(ledger.list_documents(["refund"], dt.date(2026, 1, 1), DAY))
    assert [(one.ledger_id, one.contact_code) for one in listed] == [(yes.ledger_id, "Shopify Customer")]


def test_a_check_somebody_wrote_under_the_same_number_is_nobodys_refund(company: SandboxCompany) -> None:
    ledger = target(company, CHECK)
    refund = credited(ledger)
    yes = ledger.send(refund)
    theirs = next(kept for kept in company.truth() if kept.txn_id == yes.ledger_id)
    body = [(name, "Rent" if name == "Memo" else value) for name, value in theirs.body]
    rent = dataclasses.replace(theirs, txn_id="AA-1", number=999, body=[("TxnID", "AA-1"), *body[1:]])
    company.books.put(rent)
    assert ledger.find(refund).state == "equal"
    assert [one.ledger_id for one in ledger.list_documents(["refund"], dt.date(2026, 1, 1), DAY)] == [yes.ledger_id]


@pytest.mark.parametrize("options", [CARD, CHECK])
def test_the_parts_of_one_refund_share_a_number_and_are_told_apart(
    company: SandboxCompany, options: QuickBooksOptions
) -> None:
    ledger = target(company, options)
    whole = credited(ledger, account=MONEY[options.refunds])
    first, second = (
        dataclasses.replace(whole, document_key=f"{whole.order_key}/refund/{key}", **dict.fromkeys(("total_minor", "net_minor", "paid_minor"), amount))
        for key, amount in (("1", 3_500), ("100001", 2_013))
    )  # fmt: skip
    ledger.send(first)
    assert (ledger.find(second).state, ledger.find(second).is_certain) == ("absent", True)
    ledger.send(second)
    assert [ledger.find(one).state for one in (first, second)] == ["equal", "equal"]
    theirs = company.truth()[-1]
    body = [(name, "Rent" if name == "Memo" else value) for name, value in theirs.body[1:]]
    company.books.put(dataclasses.replace(theirs, txn_id="AA-1", number=999, body=[("TxnID", "AA-1"), *body]))
    third = dataclasses.replace(second, document_key=f"{whole.order_key}/refund/200001")
    found = ledger.find(third)
    assert (found.state, [one.ledger_id for one in found.documents]) == ("different", ["AA-1"])


def test_a_refund_goes_out_once_whatever_the_setting_says_later(company: SandboxCompany) -> None:
    refund = credited(target(company, CARD))
    yes = target(company, CARD).send(refund)
    changed = target(company, CHECK)
    assert changed.find(refund).state == "equal"
    ((_, held),) = changed.read_back([(refund, yes.ledger_id)])
    assert held is not None


@pytest.mark.parametrize(
    ("options", "account", "words"),
    [
        (CARD, "Gift Cards Outstanding", "Gift Cards Outstanding is of the wrong type"),
        (CHECK, "Shopify Payments Clearing", "Shopify Payments Clearing is of the wrong type"),
        (CARD, "No such account", "No such account"),
    ],
)
def test_an_account_money_cannot_leave_is_refused_in_its_words(
    company: SandboxCompany,
    options: QuickBooksOptions,
    account: str,
    words: str,
) -> None:
    ledger = target(company, options)
    refund = credited(ledger, account=account)
    with pytest.raises(TargetRejected, match=words):
        ledger.send(refund)
    assert len(company.truth()) == 2


def test_more_than_the_credit_memo_holds_is_refused(company: SandboxCompany) -> None:
    ledger = target(company, CARD)
    refund = credited(ledger)
    ledger.send(refund)
    again = dataclasses.replace(refund, document_key=f"{refund.document_key}x")
    with pytest.raises(TargetRejected, match=r"more than the credit left 0\.00"):
        ledger.send(again)


def test_what_cannot_be_a_refund_is_said_before_it_is_sent(company: SandboxCompany) -> None:
    refund = credited(target(company, CARD))
    (by_hand,) = target(company, OPTIONS).check(refund)
    assert by_hand.text.endswith('quickbooks.refunds = "by-hand"; record it on the credit memo there.')
    nameless = dataclasses.replace(CHECK, receivable="")
    (no_account,) = target(company, nameless).check(refund)
    assert "accounts.receivable is empty" in no_account.text
    (no_id,) = target(company, CARD).check(dataclasses.replace(refund, applies_to_ledger_id=None))
    assert "QuickBooks' id of CN-1001 is not known" in no_id.text
    long = dataclasses.replace(refund, applies_to_number="CN-100000001")
    assert any("RefNumber" in objection.text for objection in target(company, CARD).check(long))


def test_who_records_refunds_is_what_the_ledger_can_do() -> None:
    assert not capabilities(OPTIONS).refund_payment
    assert "refund" not in capabilities(OPTIONS).kinds
    for options in (CARD, CHECK):
        able = capabilities(options)
        assert able.refund_payment
        assert "refund" in able.kinds
        assert "Bank" in able.refund_accounts
        assert not able.refund_accounts & {"OtherCurrentLiability", "CreditCard", "Income"}
