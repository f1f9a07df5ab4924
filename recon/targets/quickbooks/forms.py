"""A document of recon as a form of QuickBooks Desktop: which request, and what stands in it.

Forms of Desktop have no header discount, shipping or tax amount: each is a line with an item. A line whose product is
linked goes by quantity and rate (their product is its amount exactly); any other line goes as an amount on
``options.text_item``, with its account named on the line. Where the company uses sales tax, every line is marked as not
taxable, because the shop's tax is a line of its own (reference section 14); except where the plan has shown that a tax item
comes to exactly that tax: then the form names the item, taxed lines are marked so, and no line of tax is sent (`tax_items`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from recon.domain.document import Document, DocumentLine
from recon.errors import TargetRejected
from recon.frames.text import fold
from recon.targets.quickbooks.bought import bill, has_goods, item_receipt, journal_entry, new_item
from recon.targets.quickbooks.options import TEXT_MAX, QuickBooksOptions
from recon.targets.quickbooks.qbxml.chars import shortened
from recon.targets.quickbooks.qbxml.write import Request, request
from recon.targets.quickbooks.tax_items import TaxUse, is_worked_out, tax_item_of

PRODUCT: Final = "product"
PAID_APART: Final = "Paid by "
"""How the line of a payment begins that did not come in on the form's deposit account."""
_PIECE: Final = 1000
_LABELS: Final = {
    "receipt": "sales receipt", "credit_note": "credit memo", "expense": "bill", PRODUCT: "item",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How documents of one kind are called in QuickBooks."""

    name: str
    """`SalesReceipt`: of `SalesReceiptAdd`, `SalesReceiptQuery`, `SalesReceiptRet`, `SalesReceiptLineAdd`."""
    party: str = "CustomerRef"
    """Empty: the form names nobody in its head."""
    is_voidable: bool = True
    account: str = ""
    """Element that names the account the money went to or left; empty: the form has none."""


REFUNDS: Final[Mapping[str, Form]] = {
    "card": Form(name="ARRefundCreditCard", account="RefundFromAccountRef"),
    "check": Form(name="Check", party="PayeeEntityRef", account="AccountRef"),
}
"""How money that went back can be recorded, by the setting; both pay out the credit memo they name."""
REFUND_ACCOUNTS: Final = {
    "card": frozenset({"Bank", "OtherCurrentAsset", "OtherAsset", "FixedAsset"}),
    "check": frozenset({"Bank"}),
}
"""Types of accounts the money can leave: a bank account or an asset account (Intuit's guide), of checks a bank account."""
FORMS: Final[Mapping[str, Form]] = {
    "receipt": Form(name="SalesReceipt", account="DepositToAccountRef"),
    "invoice": Form(name="Invoice"),
    "payment": Form(name="ReceivePayment", is_voidable=False, account="DepositToAccountRef"),
    "credit_note": Form(name="CreditMemo"),
    "expense": Form(name="Bill", party="VendorRef"),
    "refund": REFUNDS["card"],
}
SOLD: Final = frozenset({"receipt", "invoice", "credit_note"})
"""Documents whose lines go by items."""
JOURNAL: Final = Form(name="JournalEntry", party="")
"""An expense that was paid at once, as a payout's fees are: it never stood in accounts payable."""
ITEM_RECEIPT: Final = Form(name="ItemReceipt", party="VendorRef")
"""Goods that came before their bill; QuickBooks makes the bill of it."""
KINDS: Final = frozenset({*FORMS, "void", PRODUCT})
"""Documents that can be sent to QuickBooks Desktop."""


def forms_of(document: Document) -> tuple[Form, ...]:
    """Return every form a document may stand on; none: it has none of its own, as voids and items.

    Goods that were not paid came as a bill or as a receipt of items, and a refund is what the setting of its day said.
    """
    if document.kind == "refund":
        return tuple(REFUNDS.values())
    if document.kind == "expense" and document.payment_method:
        return (JOURNAL,)
    if document.kind == "expense" and has_goods(document):
        return FORMS["expense"], ITEM_RECEIPT
    form = FORMS.get(document.kind)
    return (form,) if form else ()


def ref_number(document: Document) -> str:
    """Return the number it stands under; a refund has that of the credit memo it pays out."""
    return (document.applies_to_number if document.kind == "refund" else document.number) or ""


def label(document: Document) -> str:
    """Return how a document is named in messages: kind, number and order."""
    kind = _LABELS.get(document.kind, document.kind)
    if document.kind == PRODUCT:
        return f"item {document.sku}"
    return f"{kind} {document.number or document.applies_to_number or mark(document)} (order {document.order_number})"


def mark(document: Document) -> str:
    """Return our sign on a document: short, the same on every try, and nobody else's."""
    return f"rc{hashlib.sha256(document.document_key.encode()).hexdigest()[:16]}"


MARK: Final = re.compile(r"rc[0-9a-f]{16}\b")
"""What such a sign looks like, at the beginning of a memo."""


def memo(document: Document) -> str:
    """Return the memo: our sign first, the order as people and as the shop know it, then the plan's remark."""
    parts = (mark(document), f"order {document.order_number}", document.order_key, document.remark)
    return shortened(" | ".join(part for part in parts if part), TEXT_MAX)


def form_request(document: Document, options: QuickBooksOptions, taxes: TaxUse) -> Request:
    """Return the one request that posts this document; its id is our sign.

    Raises:
        TargetRejected: QuickBooks has no way to post it, or would refuse it; all problems are in the text.
    """
    name, values = _request_of(document, options, taxes)
    return request(name, values, request_id=mark(document))


def _request_of(document: Document, options: QuickBooksOptions, taxes: TaxUse) -> tuple[str, Mapping[str, object]]:
    if document.kind == PRODUCT:
        return new_item(document, options, non_taxable(options, taxes))
    if document.kind == "void":
        return _void(document)
    if document.kind not in FORMS:
        raise TargetRejected(f"{label(document)}: QuickBooks takes no such document from us; enter it by hand.")
    if JOURNAL in forms_of(document):
        return f"{JOURNAL.name}Add", _journal_entry(document)
    if document.kind == "refund":
        return refund_request(document, options)
    if options.received == "item-receipt" and ITEM_RECEIPT in forms_of(document):
        return f"{ITEM_RECEIPT.name}Add", item_receipt(document, options, memo(document))
    values = {
        "receipt": _receipt, "invoice": _invoice, "payment": _payment, "credit_note": _credit_memo, "expense": _bill,
    }[document.kind](document, options, taxes)  # fmt: skip
    return f"{FORMS[document.kind].name}Add", values


def _head(document: Document, options: QuickBooksOptions, taxes: TaxUse) -> dict[str, object]:
    """Return what all sales forms have in common."""
    values: dict[str, object] = {
        "CustomerRef": document.contact_code,
        "ClassRef": options.classes.get(fold(document.sales_channel)),
        "TxnDate": document.issued_on,
        "RefNumber": document.number,
        "Memo": memo(document),
    }
    if taxes.is_on:
        own = tax_item_of(document)
        values["ItemSalesTaxRef"] = own or options.tax_item or taxes.tax_item or None
        if own:  # else a customer who pays no tax would have none worked out
            values["CustomerSalesTaxCodeRef"] = taxable(options, taxes)
    return values


def _receipt(document: Document, options: QuickBooksOptions, taxes: TaxUse) -> Mapping[str, object]:
    return {
        **_head(document, options, taxes),
        "PaymentMethodRef": options.payment_methods.get(fold(_main_channel(document))),
        "DepositToAccountRef": document.payment_method,
        "SalesReceiptLineAdd": [*_lines(document, options, taxes), *_paid_apart(document, options, taxes)],
    }


def _invoice(document: Document, options: QuickBooksOptions, taxes: TaxUse) -> Mapping[str, object]:
    return {
        **_head(document, options, taxes),
        "ARAccountRef": options.receivable,
        "DueDate": max(document.due_on, document.issued_on),
        "InvoiceLineAdd": _lines(document, options, taxes),
    }


def _credit_memo(document: Document, options: QuickBooksOptions, taxes: TaxUse) -> Mapping[str, object]:
    return {
        **_head(document, options, taxes),
        "ARAccountRef": options.receivable,
        "CreditMemoLineAdd": _lines(document, options, taxes),
    }


def _payment(document: Document, options: QuickBooksOptions, _taxes: TaxUse) -> Mapping[str, object]:
    """Return a payment on its invoice."""
    return {
        "CustomerRef": document.contact_code,
        "ARAccountRef": options.receivable,
        "TxnDate": document.paid_on or document.issued_on,
        "RefNumber": document.number,
        "TotalAmount": document.total_minor,
        "PaymentMethodRef": options.payment_methods.get(fold(document.payment_channel)),
        "Memo": memo(document),
        "DepositToAccountRef": document.payment_method,
        "AppliedToTxnAdd": [{"TxnID": _applies_to(document), "PaymentAmount": document.total_minor}],
    }


def _bill(document: Document, options: QuickBooksOptions, _taxes: TaxUse) -> Mapping[str, object]:
    return bill(document, options, memo(document))


def _journal_entry(document: Document) -> Mapping[str, object]:
    """Return an expense with its payment.

    Raises:
        TargetRejected: Tax was withheld, or goods came into stock; a journal entry has no line for either.
    """
    if document.wht_minor:
        raise TargetRejected(
            f"{label(document)}: tax is withheld, which a journal entry here has no line for; enter it by hand."
        )
    if has_goods(document):
        raise TargetRejected(
            f"{label(document)}: it is paid, and a journal entry takes no goods into stock; enter it in QuickBooks as a check with its"
            " items, then say so with `recon match --decide`."
        )
    return journal_entry(document, memo(document))


def _void(document: Document) -> tuple[str, Mapping[str, object]]:
    form = FORMS.get(document.applies_to_kind or "")
    if form is None or not form.is_voidable:
        what = document.applies_to_kind or "document of unknown kind"
        raise TargetRejected(f"{label(document)}: QuickBooks cannot void a {what}; take it back there by hand.")
    return "TxnVoid", {"TxnVoidType": form.name, "TxnID": _applies_to(document)}


def _main_channel(document: Document) -> str:
    """Return the payment channel whose account the form names."""
    return document.payments[0].payment_channel if document.payments else document.payment_channel


def _paid_apart(document: Document, options: QuickBooksOptions, taxes: TaxUse) -> list[Mapping[str, object]]:
    """Return a line below zero for each payment but the main one, on the account it came in on."""
    return [
        {
            "ItemRef": options.text_item,
            "Desc": shortened(f"{PAID_APART}{part.payment_channel}", TEXT_MAX - len(mark(document)) - 3) + f" | {mark(document)}",
            "SalesTaxCodeRef": non_taxable(options, taxes),
            "OverrideItemAccountRef": part.payment_method,
            "Amount": -part.amount_minor,
        }
        for part in document.payments[1:]
    ]  # fmt: skip


def refund_request(document: Document, options: QuickBooksOptions) -> tuple[str, Mapping[str, object]]:
    """Return what pays a credit memo out, as the setting says.

    Raises:
        TargetRejected: A person records refunds, or the account of the credit memo is not known.
    """
    form = REFUNDS.get(options.refunds)
    if form is None:
        raise TargetRejected(f'{label(document)}: quickbooks.refunds = "by-hand"; record it on the credit memo there.')
    head = {"TxnDate": document.issued_on, "RefNumber": ref_number(document), "Memo": memo(document)}
    if options.refunds == "card":
        return f"{form.name}Add", {
            **head,
            "CustomerRef": document.contact_code,
            "RefundFromAccountRef": document.payment_method,
            "ARAccountRef": options.receivable,
            "PaymentMethodRef": options.payment_methods.get(fold(document.payment_channel)),
            "RefundAppliedToTxnAdd": [{"TxnID": _applies_to(document), "RefundAmount": document.total_minor}],
        }
    if not options.receivable:
        raise TargetRejected(
            f"{label(document)}: a check names the account of the credit memo, and accounts.receivable is empty. Set it to"
            " QuickBooks' accounts receivable; nothing was sent."
        )
    line = {
        "AccountRef": options.receivable, "Amount": document.total_minor, "Memo": memo(document),
        "CustomerRef": document.contact_code,
    }  # fmt: skip
    return f"{form.name}Add", {
        **head,
        "AccountRef": document.payment_method,
        "PayeeEntityRef": document.contact_code,
        "ApplyCheckToTxnAdd": [{"TxnID": _applies_to(document), "Amount": document.total_minor}],
        "ExpenseLineAdd": [line],
    }


def _applies_to(document: Document) -> str:
    if not document.applies_to_ledger_id:
        raise TargetRejected(
            f"{label(document)}: QuickBooks' id of {document.applies_to_number or 'its document'} is not known. Run "
            "`recon verify` on its batch, then plan again; nothing was sent.",
            code="no-id",
        )
    return document.applies_to_ledger_id


def _lines(document: Document, options: QuickBooksOptions, taxes: TaxUse) -> list[Mapping[str, object]]:
    sent = (line for line in document.lines if not is_worked_out(line.kind, line.tax_code))
    return [line_values(line, options, taxes) for line in sent]


def line_values(line: DocumentLine, options: QuickBooksOptions, taxes: TaxUse) -> Mapping[str, object]:
    """Return one line of a sales form."""
    values: dict[str, object] = {
        "ItemRef": line.product_code or options.text_item,
        "Desc": shortened(line.description, TEXT_MAX),
        "SalesTaxCodeRef": taxable(options, taxes) if line.tax_code else non_taxable(options, taxes),
        "OverrideItemAccountRef": line.account_code,
    }
    if goes_by_rate(line):
        return {**values, "Quantity": line.quantity_milli, "Rate": Decimal(line.unit_price_minor).scaleb(-2)}
    return {**values, "Amount": line.amount_minor}


def goes_by_rate(line: DocumentLine) -> bool:
    """Return whether a line goes by quantity and rate: goods with an item of their own, at a price that is not negative."""
    return bool(line.product_code) and line.kind == PRODUCT and line.unit_price_minor >= 0


def is_off(line: DocumentLine) -> bool:
    """Return whether a line goes by quantity and rate and does not come to its amount that way."""
    return goes_by_rate(line) and line.quantity_milli * line.unit_price_minor != line.amount_minor * _PIECE


def non_taxable(options: QuickBooksOptions, taxes: TaxUse) -> str | None:
    """Return the sales tax code of lines that are not taxed; None where the company does not use sales tax."""
    return (options.non_taxable_code or taxes.non_taxable_code or None) if taxes.is_on else None


def taxable(options: QuickBooksOptions, taxes: TaxUse) -> str | None:
    """Return the sales tax code of lines that a tax item taxes; None where the company does not use sales tax."""
    return (options.taxable_code or taxes.taxable_code or None) if taxes.is_on else None
