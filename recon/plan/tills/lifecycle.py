"""The lifecycle of a till's records, as data: what a record is now, what the ledger has, what follows.

A posted voucher is never changed: what differs from it is held, a person corrects it in the ledger and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from recon.plan.buying.lifecycle import purchases_page
from recon.plan.lifecycle import Rule, lifecycle_page
from recon.plan.rule_tables import combinations_of, page_rows, rules_of, steps_of

TILL_NOW: Final = ("reported", "empty", "sold", "sold_and_paid", "credited")
TILL_LEDGER: Final = ("nothing", "settlement", "invoice", "invoice_paid", "credit")
TillNow = pl.Enum(TILL_NOW)
TillLedger = pl.Enum(TILL_LEDGER)

NOW_MEANS: Final[dict[str, str]] = {
    "reported": "a Z report",
    "empty": "a Z report, or a sale on account, over nothing",
    "sold": "a sale on account, unpaid",
    "sold_and_paid": "a sale on account for which money came in",
    "credited": "a credit of a sale on account",
}
LEDGER_MEANS: Final[dict[str, str]] = {
    "nothing": "nothing",
    "settlement": "the settlement",
    "invoice": "the invoice",
    "invoice_paid": "the invoice and all its payments",
    "credit": "the credit note",
}
ACTION_MEANS: Final[dict[str, str]] = {
    "settlement": "settlement",
    "invoice": "invoice",
    "payment": "payment per sum that came in and is not there yet",
    "credit_note": "credit note",
}

_ON_ACCOUNT: Final = ("sold", "sold_and_paid")

TILLS: Final[tuple[Rule, ...]] = (
    Rule("settlement", ("reported",), ("nothing",), ("settlement",)),
    Rule("settlement-stands", ("reported",), ("settlement",), changed=False),
    Rule("settlement-changed", ("reported",), ("settlement",), changed=True, finding="settlement-changed"),
    Rule("till-empty", ("empty",), ("nothing",), finding="nothing-to-post"),
    Rule("till-emptied", ("empty",), ("settlement", "invoice", "invoice_paid", "credit"), finding="settlement-changed"),
    Rule("till-invoice", ("sold",), ("nothing",), ("invoice",)),
    Rule("till-invoice-and-payment", ("sold_and_paid",), ("nothing",), ("invoice", "payment")),
    Rule("till-invoice-stands", ("sold",), ("invoice", "invoice_paid"), changed=False),
    Rule("till-payment", ("sold_and_paid",), ("invoice",), ("payment",), changed=False),
    Rule("till-invoice-paid", ("sold_and_paid",), ("invoice_paid",), changed=False),
    Rule("till-invoice-changed", _ON_ACCOUNT, ("invoice", "invoice_paid"), changed=True, finding="settlement-changed"),
    Rule("till-invoice-became-credit", ("credited",), ("invoice", "invoice_paid"), finding="settlement-changed"),
    Rule("till-credit-note", ("credited",), ("nothing",), ("credit_note",)),
    Rule("till-credit-note-stands", ("credited",), ("credit",), changed=False),
    Rule("till-credit-note-changed", ("credited",), ("credit",), changed=True, finding="settlement-changed"),
    Rule("till-credit-became-invoice", _ON_ACCOUNT, ("credit",), finding="settlement-changed"),
)
"""Exactly one row for every combination that a record can be in (a test counts)."""

TILL_RULE_NAMES: Final = tuple(rule.name for rule in TILLS)


def till_combinations() -> Iterator[tuple[str, str, bool, int]]:
    """Return (now, ledger, changed, number of the rule) for every combination the table covers."""
    return combinations_of(TILLS)


def till_rules() -> pl.DataFrame:
    """Return the table as a frame: one row per combination."""
    return rules_of(TILLS, TillNow, TillLedger)


def till_steps() -> pl.DataFrame:
    """Return the documents each rule asks for: rule_no, step (1..) and kind."""
    return steps_of(TILLS)


def acting_rules() -> pl.Series:
    """Return for each rule whether it asks for documents."""
    return pl.Series([bool(rule.actions) for rule in TILLS])


def lifecycles_page() -> str:
    """Return docs/lifecycle.md: the table of sales, that of purchases, that of tills."""
    head = "| The record is | The ledger has | Amount, VAT or accounts changed | Then | Rule |\n| --- | --- | --- | --- | --- |\n"
    rows = page_rows(TILLS, NOW_MEANS, LEDGER_MEANS, ACTION_MEANS)
    return lifecycle_page() + purchases_page() + _INTRODUCTION + head + rows + _CLOSING


_INTRODUCTION: Final = """
# Lifecycle of a till's records

Z reports and sales on account follow a table of their own (`recon/plan/tills/lifecycle.py`) where `taxes` is `codes`.

"""
_CLOSING: Final = """
* VAT is what the ledger works out of each line's gross by its code; what the till added up receipt by receipt stands beside it.
* A settlement whose report, mapping, count, department or project lacks something is held with all its reasons; others go on.
* With `till.voucher` = day the reports of one department, project and day go out as one voucher; each report is known as posted afterwards,
  and one that comes later becomes a further voucher of that day.
* A sale on account follows `till.invoices`. Money on it that went through the drawer stands in the Z report of its day on the account
  mapped for it; the payment takes it from there to the customer, so that it is booked once.
* A settlement has changed also where its total stands but the till now has money under another means of payment, sales in a group of
  another account, another count of the cash, or the register at a place of another department. Compared is with what was approved and
  posted, account by account; what a person maps or sets otherwise since is no change. Vouchers whose contents are not kept are compared by total.
* Nothing posted is taken back by itself: what differs is held, with both figures.
"""
