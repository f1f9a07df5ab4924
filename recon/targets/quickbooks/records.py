"""What QuickBooks Desktop holds, as recon's records: transactions, items, accounts, names.

A voided transaction keeps its id and number, its amounts are zero and its memo begins with ``VOID:`` (docs/unverified.md).
The amounts of invoices and bills are sums of what the form states; where a field is not there, it is not known. On a sales
receipt of ours that was paid through several channels, the payments beside the main one are lines below zero (`forms`); they are
read as what they are, so that its total here is that of the sale.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from recon.domain.document import Document
from recon.targets.base import Confirmation, LedgerDocument, LedgerLine
from recon.targets.compare import quantity_text
from recon.targets.quickbooks.forms import FORMS, ITEM_RECEIPT, JOURNAL, MARK, PAID_APART, PRODUCT, REFUNDS
from recon.targets.quickbooks.qbxml.rows import Row

_FORMS_OF: Final = (
    *FORMS.items(), *(("refund", form) for form in REFUNDS.values()), ("expense", JOURNAL), ("expense", ITEM_RECEIPT),
)  # fmt: skip
KIND_OF_ROW: Final = {f"{form.name}Ret": kind for kind, form in _FORMS_OF}
_FORM_OF_ROW: Final = {f"{form.name}Ret": form for _, form in _FORMS_OF}
_DEBIT, _CREDIT = "JournalDebitLine", "JournalCreditLine"
VOID_MEMO: Final = "VOID:"
_RAW_MAX: Final = 64 << 10


def transaction(row: Row) -> LedgerDocument:
    """Return a transaction as a document.

    Raises:
        MalformedAnswer: An amount or a date is not in the form QuickBooks writes.
    """
    kind = KIND_OF_ROW[row.name]
    form = _FORM_OF_ROW[row.name]
    total = total_of(row)
    memo = memo_of(row)
    moved = row.text(f"{form.account}/FullName") if form.account else ""
    return LedgerDocument(
        kind=kind,
        ledger_id=row.text("TxnID"),
        number=row.text("RefNumber"),
        issued_on=row.day("TxnDate"),
        total_minor=total,
        vat_minor=None
        if row.minor("SalesTaxTotal") is None
        else 0,  # sales tax is a line here, as on every document of ours
        contact_code=row.text(f"{form.party}/FullName" if form.party else f"{_DEBIT}/EntityRef/FullName") or None,
        is_void=total == 0 and memo.startswith(VOID_MEMO),
        remain_minor=row.minor("BalanceRemaining"),
        remark=memo,
        lines=_lines(row, kind),
        payment_methods=(moved,) if moved else None,
        paid_apart_minor=_amounts_apart(row, kind),
        raw=_text_of(row)[:_RAW_MAX],
    )


def memo_of(row: Row) -> str:
    """Return the memo; of a journal entry, which has none of its own, that of its first credit line."""
    return row.text("Memo") or row.text(f"{_CREDIT}/Memo")


def is_signed(row: Row) -> bool:
    """Return whether a transaction carries the sign of any document of recon."""
    return MARK.match(memo_of(row).removeprefix(VOID_MEMO).strip()) is not None


def total_of(row: Row) -> int | None:
    """Return the total of a transaction; None where the answer does not say."""
    if row.name == f"{JOURNAL.name}Ret":
        debits = [line.minor("Amount") for line in row.all(_DEBIT)]
        return sum(one or 0 for one in debits) if debits else None
    if row.name == f"{FORMS['expense'].name}Ret":
        return row.minor("AmountDue")
    if row.name == f"{REFUNDS['check'].name}Ret":
        return row.minor("Amount")
    stated = row.minor("TotalAmount")
    if stated is not None:
        return stated - sum(line.minor("Amount") or 0 for line in _paid_apart(row))
    subtotal = row.minor("Subtotal")
    return None if subtotal is None else subtotal + (row.minor("SalesTaxTotal") or 0)


def _lines(row: Row, kind: str) -> tuple[LedgerLine, ...] | None:
    """Return the lines; None where the answer holds none (a query without them)."""
    if kind == "expense":
        listed = [*row.all("ExpenseLineRet"), *row.all(_DEBIT)]
        lines = tuple(
            LedgerLine(
                description=line.text("Memo"), quantity="", amount_minor=line.minor("Amount"),
                account_code=line.text("AccountRef/FullName"),
            )
            for line in listed
        )  # fmt: skip
        return (*lines, *map(_line, row.all("ItemLineRet"))) or None
    if kind == "refund":
        return None  # it moves money; what is on a check's lines is said by its account and amount
    apart = _paid_apart(row)
    sold = tuple(_line(line) for line in row.all(f"{FORMS[kind].name}LineRet") if line not in apart)
    return (*sold, *_tax_line(row)) if sold else None


def _amounts_apart(row: Row, kind: str) -> tuple[int, ...] | None:
    """Return what a sales receipt says was paid through other channels; None where the answer holds no lines."""
    if kind != "receipt" or not row.all(f"{FORMS[kind].name}LineRet"):
        return None
    return tuple(-(line.minor("Amount") or 0) for line in _paid_apart(row))


def _paid_apart(row: Row) -> list[Row]:
    """Return the lines of a sales receipt of ours that are payments through other channels than the one it names."""
    form = FORMS["receipt"].name
    sign = MARK.search(memo_of(row)) if row.name == f"{form}Ret" else None
    if sign is None:
        return []
    lines = row.all(f"{form}LineRet")
    return [line for line in lines if line.text("Desc").startswith(PAID_APART) and line.text("Desc").endswith(sign[0])]


def arranged(document: Document, held: LedgerDocument) -> LedgerDocument:
    """Return what is held with its lines in our order: QuickBooks lists those on accounts before those of items."""
    if document.kind != "expense" or held.lines is None or len(held.lines) != len(document.lines):
        return held
    by_item = iter([line for line in held.lines if line.product_code])
    by_account = iter([line for line in held.lines if not line.product_code])
    lines = [next(by_item if ours.product_code else by_account, None) for ours in document.lines]
    found = tuple(line for line in lines if line is not None)
    return replace(held, lines=found) if len(found) == len(lines) else held


def _tax_line(row: Row) -> tuple[LedgerLine, ...]:
    """Return the tax QuickBooks worked out by a tax item as the line it is on our documents.

    None where it came to nothing: a form without an item of its own names the company's, whatever its rate, and taxes no line.
    """
    total = row.minor("SalesTaxTotal")
    if not total:
        return ()
    item_name = row.text("ItemSalesTaxRef/FullName")
    return (LedgerLine(description=item_name, quantity="", amount_minor=total, product_code=item_name),)


def _line(line: Row) -> LedgerLine:
    milli = line.milli("Quantity")
    return LedgerLine(
        description=line.text("Desc"),
        quantity=quantity_text(milli) if milli is not None else "",
        amount_minor=line.minor("Amount"),
        product_code=line.text("ItemRef/FullName"),
    )


def confirmation(row: Row, words: str = "") -> Confirmation:
    """Return the yes to a document: the id QuickBooks gave it, and what it says of number and total."""
    kind = KIND_OF_ROW.get(row.name, "")
    return Confirmation(
        ledger_id=row.text("TxnID") or row.text("ListID"),
        ledger_number=row.text("RefNumber") or row.text("FullName"),
        total_minor=total_of(row) if kind else None,
        vat_minor=row.minor("SalesTaxTotal") if kind else None,
        words=words,
    )


def item(row: Row) -> LedgerDocument:
    """Return an item as the document that asked for it."""
    line = LedgerLine(description=described(row), quantity="", amount_minor=None, product_code=row.text("FullName"))
    return LedgerDocument(
        kind=PRODUCT, ledger_id=row.text("ListID"), number=row.text("FullName"), issued_on=None, total_minor=None,
        vat_minor=None, contact_code=None, is_void=False, lines=(line,),
    )  # fmt: skip


def described(row: Row) -> str:
    """Return an item's description; which element holds it depends on its kind."""
    return row.text("SalesOrPurchase/Desc") or row.text("SalesAndPurchase/SalesDesc") or row.text("SalesDesc")


def _text_of(row: Row) -> str:
    """Return a row as text, for the audit; it holds no secrets."""
    if not row.children:
        return f"{row.name}: {row.own_text}\n"
    return "".join(f"{row.name}/{line}\n" for child in row.children for line in _text_of(child).splitlines())
