"""A sale paid through several channels in QuickBooks: one deposit account, the other payments as lines below zero."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from peak_tools import following
from test_quickbooks_target import OPTIONS, forget, receipt, target
from test_quickbooks_tax_items import OPTIONS as TAX_OPTIONS
from test_quickbooks_tax_items import taxed

from recon.domain.document import Document, PaymentPart
from recon.sandbox.quickbooks.company import SandboxCompany
from recon.verify import compare
from tests.clock import FakeClock

PARTS = (("Shopify Payments", "Shopify Payments Clearing", 3000), ("Gift Card", "Gift Cards Outstanding", 2013), ("Cash", "Cash Drawer", 500))  # fmt: skip
"""A sale of 55.13."""


@pytest.fixture
def company(tmp_path: Path) -> Iterator[SandboxCompany]:
    made = SandboxCompany(tmp_path / "cedar.sqlite", clock=FakeClock(), durable=False)
    yield made
    made.close()


def paid(*parts: tuple[str, str, int]) -> Document:
    payments = tuple(PaymentPart(payment_channel=c, payment_method=m, amount_minor=a) for c, m, a in parts or PARTS)
    return receipt(payments=payments, payment_channel=" + ".join(part.payment_channel for part in payments))


def test_every_payment_stands_on_the_account_of_its_channel(company: SandboxCompany) -> None:
    options = dataclasses.replace(OPTIONS, payment_methods={"shopifypayments": "Visa"})
    yes = target(company, options).send(paid())
    assert yes.total_minor == 5513, "of the sale; the form's own total is the main part"
    (kept,) = company.truth()
    assert (kept.total_minor, dict(kept.body)["DepositToAccountRef"][1][1]) == (3000, "Shopify Payments Clearing")
    assert dict(kept.body)["PaymentMethodRef"][1][1] == "Visa"
    assert company.books.balances() == {
        "Cash Drawer": 500, "Gift Cards Outstanding": 2013, "Sales": -5000, "Sales Discounts": 500,
        "Sales Tax Payable": -413, "Shipping Income": -600, "Shopify Payments Clearing": 3000,
    }  # fmt: skip


def test_it_is_found_again_read_back_and_listed_as_the_sale_it_is(company: SandboxCompany) -> None:
    ledger, document = target(company), paid()
    yes = ledger.send(document)
    assert ledger.find(document).state == "equal"
    forget(company)
    assert ledger.find(document).state == "equal"
    ((_, held),) = ledger.read_back([(document, yes.ledger_id)])
    assert held is not None
    assert (held.total_minor, held.paid_apart_minor, len(held.lines or ())) == (5513, (2013, 500), len(document.lines))
    assert compare(document, held, is_voided=False) == []
    (listed,) = ledger.list_documents(["receipt"], document.issued_on, document.issued_on)
    assert listed.total_minor == 5513


def test_other_payments_than_ours_are_told_with_both_amounts(company: SandboxCompany) -> None:
    ledger = target(company)
    ledger.send(paid())
    forget(company)
    other = paid(PARTS[0], ("Gift Card", "Gift Cards Outstanding", 2513))
    assert ledger.find(other).differences == (
        "paid through other channels: ours 25.13, QuickBooks 20.13 and 5.00",
    )  # fmt: skip
    assert ledger.find(receipt()).state == "different"
    (held,) = ledger.find(paid()).documents
    assert [(d.field, d.sent, d.held) for d in compare(receipt(), held, is_voided=False)] == [
        ("paid through other channels", "none", "20.13 and 5.00"),
    ]  # fmt: skip


def test_a_line_somebody_typed_is_no_payment_of_ours(company: SandboxCompany) -> None:
    ledger = target(company)
    ledger.send(paid())
    (kept,) = company.truth()
    typed = [
        (name, [(key, "Paid by hand" if key == "Desc" else inner) for key, inner in value] if name.endswith("LineRet") and dict(value)["Amount"] == "-5.00" else value)
        for name, value in kept.body
    ]  # fmt: skip
    company.books.put(dataclasses.replace(kept, body=typed))
    forget(company)
    assert "total: ours 55.13, QuickBooks 50.13" in ledger.find(paid()).differences


def test_a_void_takes_every_payment_back(company: SandboxCompany) -> None:
    ledger = target(company)
    yes = ledger.send(paid())
    ledger.send(following(receipt(), "void", yes.ledger_id))
    forget(company)
    assert ledger.find(paid()).state == "voided"


def test_without_an_item_for_such_lines_nothing_is_sent_and_it_is_said(company: SandboxCompany) -> None:
    bare = dataclasses.replace(OPTIONS, text_item="")
    found = [one for one in target(company, bare).check(paid()) if one.field == "payments"]
    (said,) = found
    assert "Gift Card 20.13" in said.text
    assert "quickbooks.text_item" in said.remedy
    assert [one for one in target(company).check(paid()) if one.field == "payments"] == []


def test_beside_a_tax_that_quickbooks_works_out_the_payments_are_the_same(company: SandboxCompany) -> None:
    company.use_sales_tax()
    parts = (("Shopify Payments", "Shopify Payments Clearing", 9225), ("Gift Card", "Gift Cards Outstanding", 2000))
    payments = tuple(PaymentPart(payment_channel=c, payment_method=m, amount_minor=a) for c, m, a in parts)
    document = taxed(725, payments=payments)
    books = target(company, TAX_OPTIONS)
    assert books.check(document) == []
    assert books.send(document).total_minor == 11_225
    assert company.truth()[0].total_minor == 9225
    assert company.books.balances() == {
        "Gift Cards Outstanding": 2000, "Sales": -10_500, "Sales Tax Payable": -725, "Shopify Payments Clearing": 9225,
    }  # fmt: skip
    company.books.note_about("", [document.document_key])
    assert books.find(document).state == "equal"
