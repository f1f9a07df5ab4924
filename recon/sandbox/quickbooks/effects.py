"""What a transaction does to the accounts of the company file, worked out from the request as QuickBooks does.

It knows nothing of recon's own postings, so that the two can be compared: a line goes to the account named on it, else to its
item's income account; the other side is the deposit account of a sales receipt and of a payment, and accounts receivable of
invoices and credit memos.
"""

from __future__ import annotations

from typing import Final

from recon.sandbox.quickbooks.books import Books, Entry
from recon.targets.quickbooks.qbxml.rows import Row

RECEIVABLE: Final = "Accounts Receivable"
PAYABLE: Final = "Accounts Payable"
UNDEPOSITED: Final = "Undeposited Funds"
_SIGNS: Final = {"SalesReceipt": 1, "Invoice": 1, "CreditMemo": -1}
Effect = list[tuple[str, int]]
"""Account and minor units; debits positive."""


def effect(books: Books, kind: str, values: Row, amounts: list[int], total_minor: int) -> Effect:
    """Return the postings of a transaction; ``amounts``: of its lines, in order."""
    if kind in _SIGNS:
        sign = _SIGNS[kind]
        lines = zip(values.all(f"{kind}LineAdd"), amounts, strict=True)
        credits_ = [(_account_of(books, line), -sign * amount) for line, amount in lines]
        rest = total_minor - sum(amounts)
        tax = [("Sales Tax Payable", -sign * rest)] if rest else []
        return [(_other_side(values, kind), sign * total_minor), *credits_, *tax]
    if kind == "ReceivePayment":
        into = values.text("DepositToAccountRef/FullName") or UNDEPOSITED
        return [(into, total_minor), (values.text("ARAccountRef/FullName") or RECEIVABLE, -total_minor)]
    if kind == "Bill":
        lines = zip(values.all("ExpenseLineAdd"), amounts, strict=True)
        spent = [(line.text("AccountRef/FullName"), amount) for line, amount in lines]
        return [*spent, (values.text("APAccountRef/FullName") or PAYABLE, -total_minor)]
    sides = {"JournalDebitLine": 1, "JournalCreditLine": -1}
    return [
        (line.text("AccountRef/FullName"), sides[line.name] * (line.minor("Amount") or 0))
        for line in values.children
        if line.name in sides
    ]


def _other_side(values: Row, kind: str) -> str:
    if kind == "SalesReceipt":
        return values.text("DepositToAccountRef/FullName") or UNDEPOSITED
    return values.text("ARAccountRef/FullName") or RECEIVABLE


def _account_of(books: Books, line: Row) -> str:
    named = line.text("OverrideItemAccountRef/FullName")
    if named:
        return named
    item = books.entry(_ITEMS, full_name=line.text("ItemRef/FullName"), list_id=line.text("ItemRef/ListID"))
    return _income_account(item) if item else ""


_ITEMS: Final = ("ItemNonInventory", "ItemService", "ItemOtherCharge", "ItemInventory", "ItemDiscount")


def _income_account(item: Entry) -> str:
    """Return the account an item's sales go to."""
    for name, value in item.body:
        if name in {"SalesOrPurchase", "SalesAndPurchase"} and isinstance(value, list):
            for inner, reference in value:
                if inner in {"AccountRef", "IncomeAccountRef"} and isinstance(reference, list):
                    return next((str(text) for key, text in reference if key == "FullName"), "")
    return ""
