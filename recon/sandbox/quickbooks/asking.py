"""Answers queries of the sandbox's company file: by id, by number, by filter, in pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from recon.sandbox.quickbooks.answers import Said, element
from recon.sandbox.quickbooks.books import Books, Entry, Kept
from recon.sandbox.quickbooks.posting import ITEM_KINDS
from recon.sandbox.quickbooks.strict import Asked

LISTS: Final = {
    "Customer": ("Customer",), "Vendor": ("Vendor",), "Item": ITEM_KINDS, "Account": ("Account",), "Class": ("Class",),
    "PaymentMethod": ("PaymentMethod",), "SalesTaxCode": ("SalesTaxCode",), "Employee": ("Employee",),
    "OtherName": ("OtherName",),
}  # fmt: skip
TRANSACTIONS: Final = (
    "SalesReceipt", "Invoice", "CreditMemo", "ReceivePayment", "Bill", "ItemReceipt", "JournalEntry",
    "ARRefundCreditCard", "Check",
)  # fmt: skip
_NOTHING: Final = "A query request did not find a matching object in QuickBooks"


@dataclass(slots=True)
class Iterators:
    """Queries that are read in pieces; they end with the session."""

    waiting: dict[str, list[str]] = field(default_factory=dict)
    count: int = 0


def query(books: Books, asked: Asked, iterators: Iterators) -> Said:
    """Return the answer to a query."""
    if asked.iterator in {"Continue", "Stop"}:
        return _next_piece(asked, iterators)
    what = asked.name.removesuffix("Query")
    found, missing = _list_rows(books, asked, LISTS[what]) if what in LISTS else _transaction_rows(books, asked, what)
    most = asked.values.whole("MaxReturned")
    if asked.iterator == "Start":
        iterators.count += 1
        iterator_id = f"{{{iterators.count:08x}-0000-4000-8000-000000000000}}"
        iterators.waiting[iterator_id] = found
        return _piece(asked, iterators, iterator_id, most or len(found))
    return _answer(asked, found[:most] if most else found, missing)


def _answer(asked: Asked, rows: Sequence[str], missing: int) -> Said:
    count = {"retCount": str(len(rows))}
    if not rows:
        return Said(name=asked.name, request_id=asked.request_id, code=1, message=_NOTHING, attributes=count)
    if missing:
        words = "Some of the objects asked for were not found in QuickBooks."
        return Said(
            name=asked.name,
            request_id=asked.request_id,
            code=500,
            severity="Warn",
            message=words,
            rows=tuple(rows),
            attributes=count,
        )
    return Said(name=asked.name, request_id=asked.request_id, rows=tuple(rows), attributes=count)


def _next_piece(asked: Asked, iterators: Iterators) -> Said:
    if asked.iterator_id not in iterators.waiting:
        words = "The iterator is not valid in this session."
        return Said(name=asked.name, request_id=asked.request_id, code=3120, severity="Error", message=words)
    return _piece(asked, iterators, asked.iterator_id, asked.values.whole("MaxReturned") or 0)


def _piece(asked: Asked, iterators: Iterators, iterator_id: str, most: int) -> Said:
    rows = iterators.waiting[iterator_id]
    piece, rest = rows[:most], rows[most:]
    iterators.waiting[iterator_id] = rest
    if not rest:
        del iterators.waiting[iterator_id]
    said = {"retCount": str(len(piece)), "iteratorRemainingCount": str(len(rest)), "iteratorID": iterator_id}
    if not piece:
        return Said(name=asked.name, request_id=asked.request_id, code=1, message=_NOTHING, attributes=said)
    return Said(name=asked.name, request_id=asked.request_id, rows=tuple(piece), attributes=said)


def _returned(asked: Asked) -> list[str]:
    return [row.own_text for row in asked.values.all("IncludeRetElement")]


def _list_rows(books: Books, asked: Asked, kinds: Sequence[str]) -> tuple[list[str], int]:
    values, only = asked.values, _returned(asked)
    ids, names = values.all("ListID"), values.all("FullName")
    if ids or names:
        wanted = (
            [books.entry(kinds, list_id=row.own_text) for row in ids]
            if ids
            else [books.entry(kinds, full_name=row.own_text) for row in names]
        )
        held = [entry for entry in wanted if entry is not None]
        return [element(f"{entry.kind}Ret", entry.body, only) for entry in held], len(wanted) - len(held)
    wanted_state = values.text("ActiveStatus") or "ActiveOnly"
    held = [
        entry
        for entry in books.entries(kinds)
        if wanted_state == "All" or _is_inactive(entry) == (wanted_state == "InactiveOnly")
    ]
    return [element(f"{entry.kind}Ret", entry.body, only) for entry in held], 0


def _is_inactive(entry: Entry) -> bool:
    return any(name == "IsActive" and value == "false" for name, value in entry.body)


def _transaction_rows(books: Books, asked: Asked, kind: str) -> tuple[list[str], int]:
    values, only = asked.values, _returned(asked)
    with_lines = values.flag("IncludeLineItems") or False
    ids, numbers = values.all("TxnID"), values.all("RefNumber") or values.all("RefNumberCaseSensitive")
    missing = 0
    if ids:
        wanted = [books.transaction(row.own_text, kind) for row in ids]
        held = [kept for kept in wanted if kept is not None]
        missing = len(wanted) - len(held)
    elif numbers:
        held = [kept for row in numbers for kept in books.by_ref(kind, row.own_text)]
    else:
        days = values.one("TxnDateRangeFilter")
        held = books.of_days(kind, days.text("FromTxnDate") if days else "", days.text("ToTxnDate") if days else "")
    return [text_of(kept, with_lines=with_lines, only=only) for kept in held], missing


def text_of(kept: Kept, *, with_lines: bool, only: Sequence[str] = ()) -> str:
    """Return a transaction as it stands in an answer."""
    body = kept.body if with_lines else [pair for pair in kept.body if not pair[0].endswith("LineRet")]
    return element(f"{kept.kind}Ret", body, only)
