"""Goods that QuickBooks keeps the stock of: bought as items, sold at their average cost, and what is refused without inventory."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from peak_tools import line, new_product, sale
from test_quickbooks_target import OPTIONS, forget, target

from recon.domain.document import Document, DocumentLine
from recon.errors import TargetRejected, TargetUnavailable
from recon.sandbox.quickbooks import chart
from recon.sandbox.quickbooks.company import SandboxCompany
from recon.targets.base import LedgerContact, LedgerProduct, MasterRequest
from recon.targets.quickbooks.options import QuickBooksOptions
from tests.clock import FakeClock

STOCKED = dataclasses.replace(
    OPTIONS,
    payable="Accounts Payable",
    keeps_stock=True,
    cogs_account="Cost of Goods Sold",
    asset_account="Inventory Asset",
)
RECEIVED = dataclasses.replace(STOCKED, received="item-receipt")
DAY = dt.date(2026, 10, 12)


@pytest.fixture
def company(tmp_path: Path) -> Iterator[SandboxCompany]:
    made = SandboxCompany(tmp_path / "cedar.sqlite", clock=FakeClock(), durable=False)
    yield made
    made.close()


def bag(company: SandboxCompany, options: QuickBooksOptions = STOCKED) -> None:
    """Create the inventory part BAG-01, as a person asked for it."""
    wanted = dataclasses.replace(new_product("BAG-01", "Canvas bag", currency="USD"), reason="create-stock")
    target(company, options).send(wanted)


def bought(number: str = "EX-7", *lines: DocumentLine, **changes: object) -> Document:
    """Ten bags at 12.50 and their freight, from a vendor."""
    given = lines or (
        line(1250, 10_000, no=1, vat_mode="none", product_code="BAG-01", sku="BAG-01", description="Canvas bag"),
        line(900, no=2, vat_mode="none", kind="shipping", product_code=None, account_code="Merchant Fees", sku=None, description="Freight"),
    )  # fmt: skip
    fields = {
        "contact_code": chart.VENDOR, "contact_name": chart.VENDOR, "contact_tax_id": None, "currency": "USD",
        "issued_on": DAY, "due_on": DAY, "vat_mode": "none", "remark": "", "payment_channel": "", **changes,
    }  # fmt: skip
    return sale("expense", number, lines=given, **fields)


def test_a_bill_takes_goods_into_stock_and_freight_on_its_account(company: SandboxCompany) -> None:
    bag(company)
    ledger = target(company, STOCKED)
    document = bought()
    yes = ledger.send(document)
    assert yes.total_minor == 13_400
    assert company.books.on_hand("BAG-01") == (10_000, 12_500)
    assert company.books.balances("Bill") == {
        "Accounts Payable": -13_400, "Inventory Asset": 12_500, "Merchant Fees": 900,
    }  # fmt: skip
    ((_, held),) = ledger.read_back([(document, yes.ledger_id)])
    assert held is not None and held.lines is not None
    assert [(one.product_code, one.quantity, one.amount_minor) for one in held.lines] == [
        ("BAG-01", "10", 12_500), ("", "", 900),
    ]  # fmt: skip
    forget(company)
    assert ledger.find(document).state == "equal"


@pytest.mark.parametrize("now", [STOCKED, RECEIVED])
def test_a_receipt_of_items_is_found_whatever_the_setting_says_later(
    company: SandboxCompany, now: QuickBooksOptions
) -> None:
    bag(company)
    document = bought()
    yes = target(company, RECEIVED).send(document)
    (kept,) = company.truth()
    assert (kept.kind, kept.ref, kept.total_minor) == ("ItemReceipt", "EX-7", 13_400)
    assert "DueDate" not in dict(kept.body)
    assert company.books.balances() == {"Accounts Payable": -13_400, "Inventory Asset": 12_500, "Merchant Fees": 900}
    forget(company)
    later = target(company, now)
    assert later.find(document).state == "equal"
    ((_, held),) = later.read_back([(document, yes.ledger_id)])
    assert held is not None and (held.kind, held.total_minor) == ("expense", 13_400)
    assert [one.number for one in later.list_documents(["expense"], DAY, DAY)] == ["EX-7"]


def test_a_receipt_that_a_person_made_the_bill_of_is_still_found(company: SandboxCompany) -> None:
    bag(company)
    ledger = target(company, RECEIVED)
    document = bought()
    yes = ledger.send(document)
    (kept,) = company.truth()
    billed = [("AmountDue", value) if name == "TotalAmount" else (name, value) for name, value in kept.body]
    company.books.put(dataclasses.replace(kept, kind="Bill", body=billed))
    ((_, held),) = ledger.read_back([(document, yes.ledger_id)])
    assert held is not None and (held.number, held.total_minor) == ("EX-7", 13_400)


def test_a_purchase_without_goods_is_a_bill_whatever_goods_become(company: SandboxCompany) -> None:
    only = line(900, vat_mode="none", product_code=None, account_code="Merchant Fees", sku=None)
    target(company, RECEIVED).send(bought("EX-8", only))
    assert [kept.kind for kept in company.truth()] == ["Bill"]


def test_the_cost_of_what_is_sold_is_booked_by_quickbooks_and_no_difference(company: SandboxCompany) -> None:
    bag(company)
    ledger = target(company, STOCKED)
    ledger.send(bought())
    sold = sale(
        "receipt", "RT-9", vat_mode="none", contact_code=chart.CUSTOMER, payment_method="Shopify Payments Clearing", currency="USD",
        issued_on=DAY, lines=(line(3000, 3000, vat_mode="none", product_code="BAG-01", sku="BAG-01"),),
    )  # fmt: skip
    yes = ledger.send(sold)
    assert yes.total_minor == 9000
    assert company.books.on_hand("BAG-01") == (7000, 8750)
    assert company.books.balances("SalesReceipt") == {
        "Cost of Goods Sold": 3750, "Inventory Asset": -3750, "Sales": -9000, "Shopify Payments Clearing": 9000,
    }  # fmt: skip
    forget(company)
    assert ledger.find(sold).state == "equal"


def test_goods_that_were_paid_go_through_no_journal_entry(company: SandboxCompany) -> None:
    bag(company)
    paid = bought(payment_method="Checking", paid_on=DAY)
    assert "takes no goods into stock" in target(company, STOCKED).check(paid)[0].text
    with pytest.raises(TargetRejected, match="takes no goods into stock"):
        target(company, STOCKED).send(paid)
    assert company.truth() == []


def test_an_inventory_part_begins_with_nothing_and_names_its_accounts(company: SandboxCompany) -> None:
    bag(company)
    (entry,) = company.books.entries(("ItemInventory",))
    stated = dict(entry.body)
    assert [stated[name][0][1] for name in ("IncomeAccountRef", "COGSAccountRef", "AssetAccountRef")] == [
        "Sales", "Cost of Goods Sold", "Inventory Asset",
    ]  # fmt: skip
    assert not {"QuantityOnHand", "TotalValue", "InventoryDate"} & set(stated)
    products = {product.code: product for product in target(company).catalog().products}
    assert products["BAG-01"] == LedgerProduct(
        code="BAG-01", name="Canvas bag", ledger_id=entry.list_id, purchase_account="Inventory Asset", keeps_stock=True
    )
    assert (products["MUG-01"].purchase_account, products["MUG-01"].keeps_stock) == ("", False)  # its account is income


def test_without_inventory_it_is_said_at_connect_and_refused_by_quickbooks(company: SandboxCompany) -> None:
    company.use_inventory(is_on=False)
    (said,) = [text for text in target(company, RECEIVED).verify().missing if "inventory" in text]
    assert 'quickbooks.new_items = "inventory" and quickbooks.received = "item-receipt"' in said
    assert "Items & Inventory" in said
    assert not [text for text in target(company).verify().missing if "inventory" in text]
    with pytest.raises(TargetUnavailable, match="switched off in this company file") as stop:
        bag(company)
    assert stop.value.stops_batch
    company.use_inventory(is_on=True)
    assert not [text for text in target(company, RECEIVED).verify().missing if "inventory" in text]


def test_vendors_are_made_where_they_are_missing_and_never_beside_a_customer(company: SandboxCompany) -> None:
    ledger = target(company)
    asked = (
        LedgerContact(code="Cotton Mill", name="Cotton Mill", is_supplier=True),
        LedgerContact(code=chart.VENDOR, name="x", is_supplier=True),
    )
    made = ledger.ensure_masters(MasterRequest(contacts=asked)).contacts
    assert [(contact.code, contact.is_supplier) for contact in made] == [("Cotton Mill", True), (chart.VENDOR, True)]
    assert [entry.full_name for entry in company.books.entries(("Vendor",))] == ["Cotton Mill", chart.VENDOR]
    twin = MasterRequest(contacts=(LedgerContact(code=chart.CUSTOMER, name="x", is_supplier=True),))
    with pytest.raises(TargetRejected, match="has a customer of this name"):
        ledger.ensure_masters(twin)
