"""The lifecycle of a purchase and of a purchase return, as data: what it is now, what the ledger has, what follows.

Nothing posted is taken back by itself: no ledger we know tells how an expense is voided through its API, so changes and
cancellations after posting are held for a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from recon.plan.lifecycle import Rule
from recon.plan.rule_tables import combinations_of, page_rows, rules_of, steps_of

PURCHASE_NOW: Final = ("awaited", "due", "paid", "refunded", "cancelled")
RETURN_NOW: Final = ("return_open", "returned", "return_cancelled")
PURCHASE_LEDGER: Final = ("nothing", "expense", "expense_paid", "closed")
RETURN_LEDGER: Final = ("nothing", "credit")
BuyingNow = pl.Enum((*PURCHASE_NOW, *RETURN_NOW))
BuyingLedger = pl.Enum(list(dict.fromkeys((*PURCHASE_LEDGER, *RETURN_LEDGER))))

NOW_MEANS: Final[dict[str, str]] = {
    "awaited": "a purchase that is not due yet",
    "due": "a purchase, due and unpaid",
    "paid": "a purchase, due and paid",
    "refunded": "a purchase for which money came back",
    "cancelled": "a purchase, cancelled, or its total is zero",
    "return_open": "a purchase return on its way",
    "returned": "a purchase return, done",
    "return_cancelled": "a purchase return, cancelled, or its total is zero",
}
LEDGER_MEANS: Final[dict[str, str]] = {
    "nothing": "nothing",
    "expense": "the expense",
    "expense_paid": "the expense and its payment",
    "closed": "an expense that a person took back by hand",
    "credit": "the supplier's credit",
}
ACTION_MEANS: Final[dict[str, str]] = {
    "expense": "expense",
    "expense_payment": "payment on the expense, less the tax withheld",
    "supplier_credit": "supplier's credit (held, unless `purchases.supplier_credit` says journal)",
}

_OPEN: Final = ("awaited", "due")
_LIVE: Final = ("awaited", "due", "paid")
_POSTED: Final = ("expense", "expense_paid")
_RETURN: Final = ("return_open", "returned")

BUYING: Final[tuple[Rule, ...]] = (
    Rule("purchase-awaited", ("awaited",), ("nothing",), finding="not-due"),
    Rule("expense", ("due",), ("nothing",), ("expense",)),
    Rule("expense-and-payment", ("paid",), ("nothing",), ("expense", "expense_payment")),
    Rule("expense-stands", _OPEN, ("expense",), changed=False),
    Rule("expense-payment", ("paid",), ("expense",), ("expense_payment",), changed=False),
    Rule("expense-paid", ("paid",), ("expense_paid",), changed=False),
    Rule("expense-became-unpaid", _OPEN, ("expense_paid",), changed=False, finding="expense-became-unpaid"),
    Rule("expense-changed", _LIVE, _POSTED, changed=True, finding="purchase-changed"),
    Rule("expense-taken-back", _LIVE, ("closed",), finding="purchase-changed"),
    Rule("purchase-refunded", ("refunded",), PURCHASE_LEDGER, finding="purchase-refunded"),
    Rule("purchase-cancelled", ("cancelled",), ("nothing",), finding="nothing-to-post"),
    Rule("purchase-cancelled-both-stand", ("cancelled",), ("closed",)),
    Rule("expense-cancelled", ("cancelled",), _POSTED, finding="purchase-cancelled"),
    Rule("return-awaited", ("return_open",), ("nothing",), finding="not-due"),
    Rule("supplier-credit", ("returned",), ("nothing",), ("supplier_credit",)),
    Rule("supplier-credit-stands", _RETURN, ("credit",), changed=False),
    Rule("supplier-credit-changed", _RETURN, ("credit",), changed=True, finding="purchase-changed"),
    Rule("return-cancelled", ("return_cancelled",), ("nothing",), finding="nothing-to-post"),
    Rule("supplier-credit-cancelled", ("return_cancelled",), ("credit",), finding="purchase-cancelled"),
)
"""Exactly one row for every combination of record, ledger and changed (a test counts)."""

BUYING_RULE_NAMES: Final = tuple(rule.name for rule in BUYING)


def buying_combinations() -> Iterator[tuple[str, str, bool, int]]:
    """Return (now, ledger, changed, number of the rule) for every combination the table covers."""
    return combinations_of(BUYING)


def buying_rules() -> pl.DataFrame:
    """Return the table as a frame: one row per combination."""
    return rules_of(BUYING, BuyingNow, BuyingLedger)


def buying_steps() -> pl.DataFrame:
    """Return the documents each rule asks for: rule_no, step (1..) and kind."""
    return steps_of(BUYING)


def asks_for(*kinds: str) -> pl.Series:
    """Return for each rule whether it asks for one of these documents."""
    return pl.Series([any(action in kinds for action in rule.actions) for rule in BUYING])


def purchases_page() -> str:
    """Return the part of docs/lifecycle.md about purchases."""
    head = "| The record is | The ledger has | Amount changed | Then | Rule |\n| --- | --- | --- | --- | --- |\n"
    rows = page_rows(BUYING, NOW_MEANS, LEDGER_MEANS, ACTION_MEANS)
    return _INTRODUCTION + head + rows + _CLOSING


_INTRODUCTION: Final = """
# Lifecycle of a purchase

Purchases and purchase returns follow a table of their own (`recon/plan/buying/lifecycle.py`), once their kind is switched
on under `record_kinds`; what the documents consist of stands in docs/purchases.md.

"""
_CLOSING: Final = """
* A purchase is *due* when its goods are received, or as `purchases.expenses` says; a paid one follows `receipts`, as sales do.
* *Amount changed* compares the posted expense, less what a person took back by hand, with the amount the record has today.
* A payment takes VAT and withheld tax from the expense as it was approved; later settings do not move them.
* Nothing posted is taken back by itself: what has to be corrected or voided is held, with what to do by hand.
"""
