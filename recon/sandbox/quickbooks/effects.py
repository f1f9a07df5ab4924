"""What a transaction does to the accounts of the company file, worked out from the request as QuickBooks does.

It knows nothing of recon's own postings, so that the two can be compared: a line goes to the account named on it, else to its
item's income account; the other side is the deposit account of a sales receipt and of a payment, and accounts receivable of
invoices and credit memos. An inventory part that is sold takes its cost out of the stock as well, at the average of what is
there; one that is bought goes to its stock account.
"""

from __future__ import annotations

from typing import Final

from recon.sandbox.quickbooks.books import Books, Entry
from recon.targets.quickbooks.qbxml.rows import Row

RECEIVABLE: Final = "Accounts Receivable"
PAYABLE: Final = "Accounts Payable"
UNDEPOSITED: Final = "Undeposited Funds"
_SIGNS: Final = {"SalesReceipt": 1, "Invoice": 1, "CreditMemo": -1}
BOUGHT: Final = ("Bill", "ItemReceipt")
Effect = list[tuple[str, int]]
"""Account and minor units; debits positive."""


def effect(
    books: Books, kind: str, values: Row, amounts: list[int], total_minor: int, moved: list[tuple[str, int, int]]
) -> Effect:
    """Return the postings of a transaction; ``amounts``: of its lines, in order, ``moved``: its `stock_moves`."""
    if kind in _SIGNS:
        sign = _SIGNS[kind]
        lines = zip(values.all(f"{kind}LineAdd"), amounts, strict=True)
        credits_ = [(_account_of(books, line), -sign * amount) for line, amount in lines]
        rest = total_minor - sum(amounts)
        tax = [("Sales Tax Payable", -sign * rest)] if rest else []
        cost = [
            posting
            for item, _, minor in moved
            for posting in (
                (_ref(_entry(books, item), "COGSAccountRef"), -minor),
                (_ref(_entry(books, item), "AssetAccountRef"), minor),
            )
            if minor
        ]
        return [(_other_side(values, kind), sign * total_minor), *credits_, *tax, *cost]
    if kind == "ReceivePayment":
        into = values.text("DepositToAccountRef/FullName") or UNDEPOSITED
        return [(into, total_minor), (values.text("ARAccountRef/FullName") or RECEIVABLE, -total_minor)]
    if kind == "ARRefundCreditCard":
        out_of = values.text("RefundFromAccountRef/FullName") or UNDEPOSITED
        return [(values.text("ARAccountRef/FullName") or RECEIVABLE, total_minor), (out_of, -total_minor)]
    if kind == "Check":
        paid = [(line.text("AccountRef/FullName"), line.minor("Amount") or 0) for line in values.all("ExpenseLineAdd")]
        return [*paid, (values.text("AccountRef/FullName"), -total_minor)]
    if kind in BOUGHT:
        lines = zip([*values.all("ExpenseLineAdd"), *values.all("ItemLineAdd")], amounts, strict=True)
        spent = [(line.text("AccountRef/FullName") or _bought_on(books, line), amount) for line, amount in lines]
        return [*spent, (values.text("APAccountRef/FullName") or PAYABLE, -total_minor)]
    sides = {"JournalDebitLine": 1, "JournalCreditLine": -1}
    return [
        (line.text("AccountRef/FullName"), sides[line.name] * (line.minor("Amount") or 0))
        for line in values.children
        if line.name in sides
    ]


def stock_moves(books: Books, kind: str, values: Row, amounts: list[int]) -> list[tuple[str, int, int]]:
    """Return what comes into stock and goes out of it: item, thousandths of a piece, and their value; out is below zero.

    What is sold where nothing is in stock goes out at no value; QuickBooks' own way with it is not known here.
    """
    lines = (
        [*values.all("ExpenseLineAdd"), *values.all("ItemLineAdd")] if kind in BOUGHT else values.all(f"{kind}LineAdd")
    )
    moved = []
    for line, amount in zip(lines, amounts, strict=True):
        item = books.entry(("ItemInventory",), full_name=line.text("ItemRef/FullName"))
        milli = line.milli("Quantity") or 0
        if item is None or not milli:
            continue
        if kind in BOUGHT:
            moved.append((item.full_name, milli, amount))
            continue
        there, worth = books.on_hand(item.full_name)
        cost = (2 * worth * milli + there) // (2 * there) if there > 0 and worth > 0 else 0
        moved.append((item.full_name, -_SIGNS[kind] * milli, -_SIGNS[kind] * cost))
    return moved


def _bought_on(books: Books, line: Row) -> str:
    item = books.entry(_ITEMS, full_name=line.text("ItemRef/FullName"), list_id=line.text("ItemRef/ListID"))
    if item is None:
        return ""
    return _ref(item, "AssetAccountRef") or _ref(item, "ExpenseAccountRef") or _income_account(item)


def _entry(books: Books, item: str) -> Entry:
    found = books.entry(("ItemInventory",), full_name=item)
    assert found is not None, item
    return found


def _ref(item: Entry, name: str) -> str:
    """Return an account an item names, wherever in it."""
    places = [item.body, *(value for _, value in item.body if isinstance(value, list))]
    found = (value for place in places for key, value in place if key == name and isinstance(value, list))
    return next((str(text) for value in found for key, text in value if key == "FullName"), "")


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
    if item.kind == "ItemInventory":
        return _ref(item, "IncomeAccountRef")
    for name, value in item.body:
        if name in {"SalesOrPurchase", "SalesAndPurchase"} and isinstance(value, list):
            for inner, reference in value:
                if inner in {"AccountRef", "IncomeAccountRef"} and isinstance(reference, list):
                    return next((str(text) for key, text in reference if key == "FullName"), "")
    return ""
