"""Accounts proposed from the ledger's chart: each setting gets the account an accountant would choose, or none."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from recon.config.connection import Connection
from recon.match.suggest import suggest_by_words
from recon.service.account_proposals import AccountProposal, proposal_values, proposed_accounts
from recon.targets.base import LedgerAccount


def american(**settings: Any) -> Connection:
    base = {"source": "shopify", "target": "sandbox-quickbooks", "shop": "cedar", "start_date": dt.date(2026, 1, 1)}
    return Connection.model_validate({**base, **settings})


CHART = (
    LedgerAccount(code="Checking", name="", kind="Bank", root="Assets"),
    LedgerAccount(code="Accounts Receivable", name="", kind="AccountsReceivable", root="Assets"),
    LedgerAccount(code="Accounts Payable", name="", kind="AccountsPayable", root="Liabilities"),
    LedgerAccount(code="Sales Tax Payable", name="", kind="OtherCurrentLiability", root="Liabilities"),
    LedgerAccount(code="Sales Discounts", name="", kind="Income", root="Income"),
    LedgerAccount(code="Merchandise Sales", name="", kind="Income", root="Income"),
    LedgerAccount(code="Freight & Shipping", name="", kind="Expense", root="Expenses"),
    LedgerAccount(code="Shipping Collected", name="", kind="Income", root="Income"),
)


def test_every_setting_gets_the_account_of_its_name_and_kind() -> None:
    found = {one.full_name: one.code for one in proposed_accounts(american(), CHART)}
    assert found == {
        "charges.default.shipping.account": "Shipping Collected", "charges.default.discount.account": "Sales Discounts",
        "charges.default.tax.account": "Sales Tax Payable", "accounts.receivable": "Accounts Receivable",
        "accounts.payable": "Accounts Payable", "accounts.sales": "Merchandise Sales",
    }  # fmt: skip


def test_what_is_chosen_is_never_proposed_again_and_its_account_is_not_given_away() -> None:
    chosen = american(
        accounts={"sales": "Shipping Collected"}, charges={"default": {"tax": {"treatment": "leave-out"}}}
    )
    found = {one.setting: one.code for one in proposed_accounts(chosen, CHART)}
    assert "sales" not in found
    assert "charges.default.tax" not in found
    assert "Shipping Collected" not in found.values()


def test_a_charge_whose_account_is_written_is_booked() -> None:
    values = proposal_values(
        "shop",
        [
            AccountProposal("charges.default.tax", "Sales Tax Payable", "", ""),
            AccountProposal("sales", "Sales", "", ""),
        ],
    )
    assert values == {
        ("connections", "shop", "charges", "default", "tax", "account"): "Sales Tax Payable",
        ("connections", "shop", "charges", "default", "tax", "treatment"): "book",
        ("connections", "shop", "accounts", "sales"): "Sales",
    }


@pytest.mark.parametrize("chart", [(), (LedgerAccount(code="Umsatz", name="", kind="Income", root="Income"),)])
def test_nothing_is_proposed_that_does_not_fit(chart: tuple[LedgerAccount, ...]) -> None:
    assert proposed_accounts(american(), chart) == []


STOCKED = (
    *CHART,
    LedgerAccount(code="Merchant Account Fees", name="", kind="Expense", root="Expenses"),
    LedgerAccount(code="Cost of Goods Sold", name="", kind="CostOfGoodsSold", root="Expenses"),
    LedgerAccount(code="Inventory Asset", name="", kind="OtherCurrentAsset", root="Assets"),
)


def test_fees_costs_and_stock_are_proposed_with_reasons() -> None:
    bought = american(record_kinds=["sale", "purchase"])
    found = {one.full_name: one for one in proposed_accounts(bought, STOCKED)}
    assert {name: found[name].code for name in found if not name.startswith(("charges.", "accounts."))} == {
        'purchases.by_sku."fee:payment".account': "Merchant Account Fees", "purchases.account": "Cost of Goods Sold",
        "quickbooks.cogs_account": "Cost of Goods Sold", "quickbooks.asset_account": "Inventory Asset",
    }  # fmt: skip
    assert found["quickbooks.asset_account"].reason == "Its name says inventory, and its type is OtherCurrentAsset."
    assert found["accounts.receivable"].reason == "The chart's first account of type AccountsReceivable."
    written = proposal_values("shop", list(found.values()))
    assert written["connections", "shop", "purchases", "by_sku", "fee:payment", "account"] == "Merchant Account Fees"


def test_fees_are_not_proposed_where_nothing_is_bought() -> None:
    assert not [one for one in proposed_accounts(american(), STOCKED) if one.setting.startswith("purchases.")]


METHODS = pl.DataFrame(
    {
        "payment_method": ["Checking", "PayPal Clearing", "Undeposited Funds"],
        "method_name": [""] * 3,
        "account_code": [""] * 3,
    }
)


@pytest.mark.parametrize(
    ("channel", "account"),
    [
        ("PayPal Express Checkout", "PayPal Clearing"), ("Cash on Delivery (COD)", "Undeposited Funds"),
        ("check", "Undeposited Funds"), ("Shop Cash", None), ("Klarna", None), ("", None),
    ],
)  # fmt: skip
def test_a_gateway_gets_its_clearing_account_and_carried_money_undeposited_funds(
    channel: str, account: str | None
) -> None:
    found = suggest_by_words(pl.DataFrame({"payment_channel": [channel]}), METHODS)
    assert found["code"].to_list() == ([account] if account else [])
    assert all(found["reason"])
