"""Sales tax that QuickBooks works out by its own items: what is sent, what speaks against it, and what is read back."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_quickbooks_target import receipt

from recon.domain.document import Document, DocumentLine
from recon.domain.taxes import LedgerTax
from recon.sandbox.quickbooks import chart
from recon.sandbox.quickbooks.company import SandboxCompany
from recon.sandbox.quickbooks.desk import SandboxDesk
from recon.targets.quickbooks.options import QuickBooksOptions
from recon.targets.quickbooks.target import QuickBooksTarget
from tests.clock import FakeClock

OPTIONS = QuickBooksOptions(
    environment="sandbox", text_item=chart.TEXT_ITEM, receivable="Accounts Receivable", income_account="Sales",
    works_out_tax=True, tax_accounts={"charges.default.tax": "Sales Tax Payable"},
)  # fmt: skip
CA, LA = "CA Sales Tax", "CA, Los Angeles"


@pytest.fixture
def company(tmp_path: Path) -> Iterator[SandboxCompany]:
    """A company file that works sales tax out itself."""
    made = SandboxCompany(tmp_path / "cedar.sqlite", clock=FakeClock(), durable=False)
    made.use_sales_tax()
    yield made
    made.close()


def ledger(company: SandboxCompany, options: QuickBooksOptions = OPTIONS) -> QuickBooksTarget:
    return QuickBooksTarget(SandboxDesk(company), options)


def taxed(tax: int, code: str = CA, *, on: int = 10_000, free: int = 500, **changes: Any) -> Document:
    """A receipt over goods with tax and goods without, and the tax that an item works out."""
    made = receipt()

    def line(number: int, kind: str, amount: int, tax_code: str | None) -> DocumentLine:
        return dataclasses.replace(
            made.lines[0], line_no=number, kind=kind, product_code=None, account_code="Sales" if kind != "tax" else "Sales Tax Payable",
            description=kind, quantity_milli=1000, unit_price_minor=amount, amount_minor=amount, net_minor=amount, discount_minor=0,
            tax_code=tax_code,
        )  # fmt: skip

    lines = (line(1, "product", on, code), line(2, "product", free, None), line(3, "tax", tax, code))
    total = on + free + tax
    return dataclasses.replace(made, lines=lines, total_minor=total, net_minor=total, paid_minor=total, **changes)


def test_a_form_names_the_item_and_which_lines_are_taxed_and_has_no_line_of_tax(company: SandboxCompany) -> None:
    books = ledger(company)
    document = taxed(725)
    assert books.check(document) == []
    assert books.send(document).total_minor == 11_225
    body = dict(company.truth()[0].body)
    assert body["ItemSalesTaxRef"][1] == ["FullName", CA]
    assert body["CustomerSalesTaxCodeRef"][1] == ["FullName", "Tax"]
    assert (body["Subtotal"], body["SalesTaxTotal"], body["TotalAmount"]) == ("105.00", "7.25", "112.25")
    lines = [dict(value) for name, value in company.truth()[0].body if name == "SalesReceiptLineRet"]
    assert [(one["Amount"], one["SalesTaxCodeRef"][1][1]) for one in lines] == [("100.00", "Tax"), ("5.00", "Non")]
    assert company.books.balances() == {
        "Shopify Payments Clearing": 11_225,
        "Sales": -10_500,
        "Sales Tax Payable": -725,
    }


def test_what_quickbooks_worked_out_is_read_back_as_our_line_of_tax(company: SandboxCompany) -> None:
    books, document = ledger(company), taxed(725)
    sent = books.send(document)
    found = books.find(document)
    assert (found.state, found.differences) == ("equal", ())
    ((_, held),) = list(books.read_back([(document, sent.ledger_id)]))
    assert held is not None
    assert held.lines is not None
    assert [(one.amount_minor, one.product_code) for one in held.lines] == [
        (10_000, "Shop Line"),
        (500, "Shop Line"),
        (725, CA),
    ]
    assert held.vat_minor == 0


def test_a_group_is_rounded_item_by_item_there_and_only_sent_where_that_is_certain(company: SandboxCompany) -> None:
    books = ledger(company)
    certain = taxed(950, LA)
    assert books.check(certain) == []
    assert books.send(certain).total_minor == 11_450
    (objection,) = books.check(taxed(196, LA, on=2_060, number="1002"))
    assert "comes to 1.96 or 1.95 on 20.60" in objection.text


def test_a_rate_that_changed_since_the_plan_is_objected_to_before_anything_is_sent(company: SandboxCompany) -> None:
    (objection,) = ledger(company).check(taxed(726))
    assert objection.text == (
        "sales receipt RT-1001 (order #1001): the shop's tax is 7.26; CA Sales Tax (7.25 % in QuickBooks now) comes to 7.25 on 100.00."
    )
    assert "recon connect --refresh" in objection.remedy


def test_an_item_that_is_gone_or_a_company_without_sales_tax_is_objected_to(
    company: SandboxCompany, tmp_path: Path
) -> None:
    (gone,) = ledger(company).check(taxed(725, "NV Sales Tax"))
    assert "no sales tax item NV Sales Tax in use" in gone.text
    bare = SandboxCompany(tmp_path / "bare.sqlite", clock=FakeClock(), durable=False)
    (off,) = ledger(bare).check(taxed(725))
    assert "sales tax is switched off" in off.text
    assert any("switched off" in one for one in ledger(bare).verify().missing)
    bare.close()


def test_a_customer_who_pays_no_tax_there_is_taxed_as_the_shop_did(company: SandboxCompany) -> None:
    chart.add(company.books, "Customer", "Reseller", [("SalesTaxCodeRef", [("FullName", "Non")])])
    assert ledger(company).send(taxed(725, contact_code="Reseller")).total_minor == 11_225


def test_items_are_listed_with_their_rates_and_the_account_must_be_quickbooks_own(company: SandboxCompany) -> None:
    books = ledger(company)
    assert books.verify().missing == ()
    by_code = {tax.code: tax for tax in books.catalog().taxes}
    assert by_code[CA] == LedgerTax(code=CA, name=CA, rates=(725_000,))
    assert (by_code[LA].percent, by_code[LA].members) == ("9.5 %", (CA, "LA County Tax"))
    elsewhere = dataclasses.replace(OPTIONS, tax_accounts={"charges.default.tax": "Tips Payable"})
    (lack,) = ledger(company, elsewhere).verify().missing
    assert lack.startswith(
        "charges.default.tax = Tips Payable: QuickBooks books the tax it works out on Sales Tax Payable."
    )


def test_a_document_whose_tax_is_a_line_is_sent_as_ever(company: SandboxCompany) -> None:
    plain = taxed(725)
    as_line = dataclasses.replace(plain, lines=tuple(dataclasses.replace(one, tax_code=None) for one in plain.lines))
    assert ledger(company).send(as_line).total_minor == 11_225
    body = dict(company.truth()[0].body)
    assert body["ItemSalesTaxRef"][1] == ["FullName", chart.ZERO_TAX]
    assert "CustomerSalesTaxCodeRef" not in body
    assert ledger(company).find(as_line).state == "equal"


def test_a_document_without_a_tax_item_is_the_same_there_although_the_company_s_own_has_a_rate(
    company: SandboxCompany,
) -> None:
    company.use_sales_tax(CA)
    books, plain = ledger(company), taxed(725)
    untaxed = dataclasses.replace(
        plain, lines=plain.lines[1:2], **dict.fromkeys(("total_minor", "net_minor", "paid_minor"), 500)
    )
    assert books.check(untaxed) == []
    books.send(untaxed)
    body = dict(company.truth()[0].body)
    assert (body["ItemSalesTaxRef"][1], body["SalesTaxPercentage"]) == (["FullName", CA], "7.25")
    found = books.find(untaxed)
    assert (found.state, found.differences) == ("equal", ())
