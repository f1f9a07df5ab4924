"""Accounts proposed from the ledger's chart: each setting gets the account an accountant would choose, or none."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from recon.config import Connection
from recon.service.account_proposals import full_name, proposal_values, proposed_accounts
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
    found = {full_name(setting): code for setting, code, _ in proposed_accounts(american(), CHART)}
    assert found == {
        "charges.default.shipping.account": "Shipping Collected", "charges.default.discount.account": "Sales Discounts",
        "charges.default.tax.account": "Sales Tax Payable", "accounts.receivable": "Accounts Receivable",
        "accounts.payable": "Accounts Payable", "accounts.sales": "Merchandise Sales",
    }  # fmt: skip


def test_what_is_chosen_is_never_proposed_again_and_its_account_is_not_given_away() -> None:
    chosen = american(
        accounts={"sales": "Shipping Collected"}, charges={"default": {"tax": {"treatment": "leave-out"}}}
    )
    found = {setting: code for setting, code, _ in proposed_accounts(chosen, CHART)}
    assert "sales" not in found
    assert "charges.default.tax" not in found
    assert "Shipping Collected" not in found.values()


def test_a_charge_whose_account_is_written_is_booked() -> None:
    values = proposal_values("shop", [("charges.default.tax", "Sales Tax Payable", ""), ("sales", "Sales", "")])
    assert values == {
        ("connections", "shop", "charges", "default", "tax", "account"): "Sales Tax Payable",
        ("connections", "shop", "charges", "default", "tax", "treatment"): "book",
        ("connections", "shop", "accounts", "sales"): "Sales",
    }


@pytest.mark.parametrize("chart", [(), (LedgerAccount(code="Umsatz", name="", kind="Income", root="Income"),)])
def test_nothing_is_proposed_that_does_not_fit(chart: tuple[LedgerAccount, ...]) -> None:
    assert proposed_accounts(american(), chart) == []
