"""Money paid back in the sandbox's company file: card refunds and checks that pay out a customer's credit memos.

What is refused is what Intuit's guide rules out: another customer or receivables account than the credit memo's, more than is
left of it, an account the money cannot leave. The status codes of these refusals are not verified; the words say which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from recon.sandbox.quickbooks.answers import Body, Refused, money
from recon.sandbox.quickbooks.books import Books, Kept
from recon.sandbox.quickbooks.effects import RECEIVABLE, UNDEPOSITED
from recon.targets.quickbooks.qbxml.rows import Row

ASSETS: Final = ("Bank", "OtherCurrentAsset", "OtherAsset", "FixedAsset")
Posted = tuple[int, int, Body, Body]
"""Total, what is left open, sums and lines of a transaction."""


def card_refund(books: Books, values: Row) -> Posted:
    """Pay credit memos out of a bank or asset account, Undeposited Funds where none is named."""
    _leaves(books, values.text("RefundFromAccountRef/FullName") or UNDEPOSITED, ASSETS)
    owed = values.text("ARAccountRef/FullName") or RECEIVABLE
    parts = [(row.text("TxnID"), row.minor("RefundAmount") or 0) for row in values.all("RefundAppliedToTxnAdd")]
    lines = _paid_out(books, parts, values.text("CustomerRef/FullName"), owed, "RefundAppliedToTxnRet", "RefundAmount")
    total = sum(amount for _, amount in parts)
    return total, 0, [("TotalAmount", money(total))], lines


def check(books: Books, values: Row) -> Posted:
    """Write a check; what it applies to must be the receivables line it holds, of the same customer."""
    _leaves(books, values.text("AccountRef/FullName"), ("Bank",))
    spent = values.all("ExpenseLineAdd")
    total = sum(row.minor("Amount") or 0 for row in spent)
    parts = [(row.text("TxnID"), row.minor("Amount") or 0) for row in values.all("ApplyCheckToTxnAdd")]
    owed = [row for row in spent if _type_of(books, row.text("AccountRef/FullName")) == "AccountsReceivable"]
    if parts and (len(owed) != 1 or (owed[0].minor("Amount") or 0) != sum(amount for _, amount in parts)):
        raise Refused(3180, "The amounts a check applies must be the amount of its line on accounts receivable.")
    payee = values.text("PayeeEntityRef/FullName")
    if any(row.text("CustomerRef/FullName") != payee for row in owed):
        raise Refused(3180, "A line on accounts receivable must name the customer the check is written to.")
    linked = _paid_out(books, parts, payee, owed[0].text("AccountRef/FullName") if owed else "", "LinkedTxn", "Amount")
    lines: Body = [
        ("ExpenseLineRet", [
            ("TxnLineID", f"L{number}"), ("AccountRef", [("FullName", row.text("AccountRef/FullName"))]),
            ("Amount", money(row.minor("Amount") or 0)), ("Memo", row.text("Memo")),
        ])
        for number, row in enumerate(spent, 1)
    ]  # fmt: skip
    return total, 0, [("Amount", money(total)), *linked], lines


def _paid_out(
    books: Books, parts: Sequence[tuple[str, int]], customer: str, receivable: str, name: str, amount_name: str
) -> Body:
    """Take the amounts off the credit memos they pay out and return how the answer names them."""
    said: Body = []
    for txn_id, amount in parts:
        memo = books.transaction(txn_id, "CreditMemo")
        if memo is None:
            raise Refused(3120, f'Object "{txn_id}" specified in the request cannot be found.')
        named = dict(memo.body).get("ARAccountRef")
        own = str(dict(named)["FullName"]) if isinstance(named, list) else RECEIVABLE
        if memo.party.casefold() != customer.casefold() or own.casefold() != receivable.casefold():
            raise Refused(3180, "The customer and the receivables account must be those of the credit memo.")
        if amount > memo.balance_minor:
            raise Refused(3210, f"The refund {money(amount)} is more than the credit left {money(memo.balance_minor)}.")
        books.put(_with_less_left(memo, amount))
        said.append((name, [("TxnID", txn_id), ("TxnType", "CreditMemo"), (amount_name, money(amount))]))
    return said


def _with_less_left(memo: Kept, amount: int) -> Kept:
    left = memo.balance_minor - amount
    body: Body = [(name, money(left) if name == "CreditRemaining" else value) for name, value in memo.body]
    return replace(memo, balance_minor=left, body=body)


def _leaves(books: Books, account: str, types: Sequence[str]) -> None:
    """Refuse an account of a type that money cannot be paid back out of."""
    if _type_of(books, account) not in types:
        raise Refused(3180, f"The account {account} is of the wrong type; money can leave: {', '.join(types)}.")


def _type_of(books: Books, account: str) -> str:
    entry = books.entry(("Account",), full_name=account)
    return next((str(value) for key, value in entry.body if key == "AccountType"), "") if entry else ""
