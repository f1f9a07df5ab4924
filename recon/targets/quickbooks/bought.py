"""What is bought, as forms of QuickBooks Desktop: a bill, a receipt of goods whose bill is still to come, a journal entry.

A line whose product is linked goes by the item, so that QuickBooks counts its stock and books it on the item's own account;
every other line goes on the account it names. Of quantity, cost and amount two are sent: which of the three wins where they
disagree is not certain.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from recon.domain.document import Document, DocumentLine
from recon.targets.quickbooks.options import TEXT_MAX, QuickBooksOptions
from recon.targets.quickbooks.qbxml.chars import shortened

_PIECE: Final = 1000


def has_goods(document: Document) -> bool:
    """Return whether a line of an expense is an item of QuickBooks."""
    return any(line.product_code for line in document.lines)


def bill(document: Document, options: QuickBooksOptions, sign: str) -> Mapping[str, object]:
    """Return a bill; ``sign``: its memo."""
    return {
        "VendorRef": document.contact_code,
        "APAccountRef": options.payable,
        "TxnDate": document.issued_on,
        "DueDate": max(document.due_on, document.issued_on),
        "RefNumber": document.number,
        "Memo": sign,
        **_lines(document),
    }


def item_receipt(document: Document, options: QuickBooksOptions, sign: str) -> Mapping[str, object]:
    """Return a receipt of goods. It stands in accounts payable; the bill is made of it in QuickBooks once it comes."""
    values = bill(document, options, sign)
    return {name: value for name, value in values.items() if name != "DueDate"}


def _lines(document: Document) -> dict[str, object]:
    return {
        "ExpenseLineAdd": [_expense_line(line) for line in document.lines if not line.product_code],
        "ItemLineAdd": [_item_line(line) for line in document.lines if line.product_code],
    }


def _expense_line(line: DocumentLine) -> Mapping[str, object]:
    return {
        "AccountRef": line.account_code,
        "Amount": line.amount_minor,
        "Memo": shortened(line.description, TEXT_MAX),
    }


def _item_line(line: DocumentLine) -> Mapping[str, object]:
    return {
        "ItemRef": line.product_code,
        "Desc": shortened(line.description, TEXT_MAX),
        "Quantity": line.quantity_milli,
        **_price(line),
    }


def _price(line: DocumentLine) -> Mapping[str, object]:
    """Return the cost of one piece; the amount of the line where a discount is in it and no cost comes to it."""
    if line.quantity_milli * line.unit_price_minor == line.amount_minor * _PIECE:
        return {"Cost": Decimal(line.unit_price_minor).scaleb(-2)}
    return {"Amount": line.amount_minor}


def journal_entry(document: Document, sign: str) -> Mapping[str, object]:
    """Return costs against the account they were paid out of. It has no memo of its own: ``sign`` stands on every line."""
    debits: list[Mapping[str, Any]] = [
        {
            "AccountRef": line.account_code, "Amount": line.amount_minor,
            "Memo": shortened(f"{line.description} | {sign}", TEXT_MAX), "EntityRef": document.contact_code,
        }
        for line in document.lines
    ]  # fmt: skip
    return {
        "TxnDate": document.issued_on,
        "RefNumber": document.number,
        "JournalDebitLine": debits,
        "JournalCreditLine": [{"AccountRef": document.payment_method, "Amount": document.total_minor, "Memo": sign}],
    }


def new_item(document: Document, options: QuickBooksOptions, tax_code: str | None) -> tuple[str, Mapping[str, object]]:
    """Return an item to create: goods without stock, a service, or an inventory part where a person asked for stock.

    No quantity on hand is ever sent: it would book a value nobody approved. Stock comes in with receipts and bills.
    """
    text = shortened(document.product_name, TEXT_MAX)
    if document.keeps_stock:
        return "ItemInventoryAdd", {
            "Name": document.sku,
            "SalesTaxCodeRef": tax_code,
            "SalesDesc": text,
            "IncomeAccountRef": options.income_account,
            "PurchaseDesc": text,
            "COGSAccountRef": options.cogs_account,
            "AssetAccountRef": options.asset_account,
        }
    name = "ItemServiceAdd" if document.product_kind == "service" else "ItemNonInventoryAdd"
    return name, {
        "Name": document.sku,
        "SalesTaxCodeRef": tax_code,
        "SalesOrPurchase": {"Desc": text, "AccountRef": options.income_account},
    }
