"""A document as PEAK wants it: path, wrapper and body in the nested dialect (peak.md 5, 6). Empty fields are left out.

Amounts leave as exact JSON numbers made from minor units; flags as 0 and 1; dates as Gregorian ``yyyyMMdd``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from recon.domain.document import PURCHASE_KINDS, Document, DocumentLine
from recon.errors import TargetRejected
from recon.targets.base import Catalog, LedgerContact
from recon.targets.peak.options import PeakOptions
from recon.targets.peak.wire import Out, amount, day, encode, quantity

TAX_STATUS: Final = {"excluded": 0, "included": 1, "none": 1}
"""Price basis. A third value for "no VAT" is not known; with vatType 1 on every line both bases come to the same."""
VAT_TYPE: Final = {"none": 1, "vat0": 2, "vat7": 3}
CREDITED_TYPE: Final = {"invoice": 102, "receipt": 103}


@dataclass(frozen=True, slots=True)
class Shape:
    """Where documents of a kind live in PEAK."""

    wrapper: str
    listed: str
    get_path: str
    list_path: str


SHAPES: Final[dict[str, Shape]] = {
    "invoice": Shape("PeakInvoices", "invoices", "/invoices", "/invoices/list"),
    "receipt": Shape("PeakReceipts", "receipts", "/receipts", "/receipts/list"),
    # No list path is documented for credit notes; the plain path without a filter gives all of them.
    "credit_note": Shape("PeakCreditNotes", "creditNotes", "/creditnotes", "/creditnotes"),
    "expense": Shape("PeakExpenses", "expenses", "/expenses", "/expenses/list"),
    # A supplier's credit is a journal entry; no list path is documented for these either.
    "supplier_credit": Shape("PeakDailyJournals", "dailyJournals", "/dailyjournals", "/dailyjournals"),
}
PAYMENT_WRAPPER: Final = "PeakPaidPayments"
VOIDABLE: Final = frozenset({"invoice", "receipt"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One write to PEAK and what its answer will be wrapped in."""

    path: str
    body: bytes
    wrapper: str
    listed: str
    number: str | None
    """Number the answer must repeat; None where the ledger numbers."""


_KIND_WORDS: Final = {
    "credit_note": "credit note", "expense_payment": "expense payment", "supplier_credit": "supplier credit",
}  # fmt: skip


def label(document: Document) -> str:
    """Return how a document is named in messages: kind, number and order."""
    number = document.number or document.applies_to_number or "numbered by PEAK"
    kind = _KIND_WORDS.get(document.kind, document.kind)
    return f"{kind} {number} (order {document.order_number})"


def own_reference(document: Document) -> str:
    """Return our key for documents that PEAK numbers: short (one reader of PEAK cuts at 32), the same on every try."""
    return f"rc-{hashlib.sha256(document.document_key.encode()).hexdigest()[:24]}"


def sends_number(document: Document, options: PeakOptions) -> bool:
    """Return whether the document goes out under our own number."""
    return options.numbering == "source" and bool(document.number) and document.kind not in PURCHASE_KINDS


def request_for(document: Document, options: PeakOptions, catalog: Catalog | None) -> Request:
    """Return the one write that posts this document.

    Raises:
        TargetRejected: PEAK's API has no way to post it, or it lacks what it applies to.
    """
    if document.kind in {"invoice", "receipt"}:
        shape = SHAPES[document.kind]
        body: Out = {shape.wrapper: {shape.listed: [_sale(document, options, catalog)]}}
        number = document.number if sends_number(document, options) else None
        return Request(
            path=f"{shape.get_path}/allinone",
            body=encode(body),
            wrapper=shape.wrapper,
            listed=shape.listed,
            number=number,
        )
    if document.kind == "credit_note":
        return _credit_note(document, options)
    if document.kind == "payment":
        return _payment(document, catalog)
    if document.kind == "void":
        return _void(document)
    raise TargetRejected(f"{label(document)}: PEAK's API takes no such document from us; enter it by hand.")


def contact_of(document: Document, catalog: Catalog | None) -> LedgerContact:
    """Return the contact the document goes to: by code, else the only one with the buyer's tax id and branch.

    Raises:
        TargetRejected: Two contacts of PEAK have this tax id and branch.
    """
    known = catalog.contacts if catalog else ()
    by_code = [contact for contact in known if contact.code == document.contact_code]
    if by_code or not document.contact_tax_id:
        return by_code[0] if by_code else LedgerContact(code=document.contact_code, name=document.contact_name)
    same = contacts_with(known, document.contact_tax_id, document.contact_branch or "")
    if len(same) > 1:
        codes = ", ".join(contact.code for contact in same)
        raise TargetRejected(
            f"{label(document)}: PEAK holds {len(same)} contacts with tax id {document.contact_tax_id} and this branch"
            f" ({codes}). Merge them in PEAK, or name the right code under [contacts].",
            code="contact-twice",
        )
    return same[0] if same else LedgerContact(code=document.contact_code, name=document.contact_name)


def contacts_with(known: tuple[LedgerContact, ...], tax_id: str, branch: str) -> list[LedgerContact]:
    """Return the contacts with this tax id and branch; no branch is the head office (00000)."""
    wanted = (tax_id, branch or "00000")
    return [contact for contact in known if contact.code and (contact.tax_id, contact.branch or "00000") == wanted]


def remark_of(document: Document, options: PeakOptions) -> str:
    """Return the remark: the plan's text, and the order number and our key where they are missing."""
    parts = [document.remark] if document.remark else []
    if document.order_number not in document.remark:
        parts.append(f"Order {document.order_number}")
    if not sends_number(document, options):
        parts.append(own_reference(document))
    return " | ".join(parts)


def _sale(document: Document, options: PeakOptions, catalog: Catalog | None) -> Out:
    fields: dict[str, Out] = {}
    if sends_number(document, options):
        fields["code"] = document.number or ""
    else:
        fields["reference"] = own_reference(document)
    fields |= {
        "issuedDate": day(document.issued_on),
        "dueDate": day(max(document.due_on, document.issued_on)),
        "contact": _reference(contact_of(document, catalog)),
        "istaxInvoice": int(document.is_tax_invoice),
        "taxStatus": TAX_STATUS[document.vat_mode],
        "remark": remark_of(document, options),
    }
    tags = [tag for tag in dict.fromkeys((document.sales_channel, document.order_number)) if tag]
    if tags:
        fields["tags"] = list(tags)
    fields["products"] = [product_line(line, document.vat_mode, catalog) for line in document.lines]
    if document.kind == "receipt" and document.paid_minor and document.payment_method:
        fields["paidPayments"] = payment_fields(document, catalog)
    return fields


def product_line(line: DocumentLine, vat_mode: str, catalog: Catalog | None) -> dict[str, Out]:
    """Return one line of a document as PEAK takes it."""
    fields: dict[str, Out] = {}
    if line.product_code:
        ids = [
            p.ledger_id for p in (catalog.products if catalog else ()) if p.code == line.product_code and p.ledger_id
        ]
        if ids:
            fields["productId"] = ids[0]
        fields["productCode"] = line.product_code
    if line.account_code:
        fields["accountCode"] = line.account_code
    if line.description:
        fields["description"] = line.description
    return {
        **fields,
        "quantity": quantity(line.quantity_milli),
        "price": amount(line.unit_price_minor),
        "vatType": VAT_TYPE["none"] if vat_mode == "none" else VAT_TYPE[line.vat_code],
    }


def payment_fields(document: Document, catalog: Catalog | None) -> dict[str, Out]:
    """Return the payment of a document: its day, channel and amount."""
    code = document.payment_method or ""
    ids = [m.ledger_id for m in (catalog.methods if catalog else ()) if m.code == code and m.ledger_id]
    method: Out = {"id": ids[0], "code": code} if ids else {"code": code}
    payment: Out = {"paymentMethod": method, "amount": amount(document.paid_minor)}
    return {"paymentDate": day(document.paid_on or document.issued_on), "payments": [payment]}


def _payment(document: Document, catalog: Catalog | None) -> Request:
    """The body is documented for expenses; that invoices take the same one is not verified (peak.md 6.6)."""
    # One of the two, never both; the id is sure, a number may be used again after a void.
    applies: dict[str, Out] = (
        {"transactionId": document.applies_to_ledger_id}
        if document.applies_to_ledger_id
        else {"transactionCode": _applies_to_number(document)}
    )
    body: Out = {PAYMENT_WRAPPER: {**applies, "paidPayments": payment_fields(document, catalog)}}
    return Request(
        path="/invoices/paidpaymentallinone",
        body=encode(body),
        wrapper=PAYMENT_WRAPPER,
        listed="",
        number=document.applies_to_number,
    )


def _void(document: Document) -> Request:
    kind = document.applies_to_kind or ""
    if kind not in VOIDABLE:
        raise TargetRejected(
            f"{label(document)}: PEAK's API cannot void a {kind or 'document of unknown kind'}; void it by hand."
        )
    shape = SHAPES[kind]
    number = _applies_to_number(document)
    body: Out = {shape.wrapper: {"code": number}}
    return Request(path=f"{shape.get_path}/void", body=encode(body), wrapper=shape.wrapper, listed="", number=number)


def _credit_note(document: Document, options: PeakOptions) -> Request:
    """A credit note names no lines: PEAK copies all lines of the original, so it is always a full credit."""
    kind = document.applies_to_kind or ""
    if kind not in CREDITED_TYPE:
        raise TargetRejected(
            f"{label(document)}: a credit note needs the invoice or receipt it credits; write it by hand."
        )
    inner: dict[str, Out] = {}
    if sends_number(document, options):
        inner["code"] = document.number or ""
    issued = document.issued_on
    inner["issuedDate"] = issued.year * 10_000 + issued.month * 100 + issued.day
    inner["remark"] = remark_of(document, options)
    fields: dict[str, Out] = {"transactionType": CREDITED_TYPE[kind]}
    if document.applies_to_ledger_id:
        fields["transactionId"] = document.applies_to_ledger_id
    fields |= {
        "reasonType": options.reason_type,
        "reasonDescription": remark_of(document, options),
        "goodsReturn": "1" if options.goods_return else "0",
        "transactions": inner,
    }
    shape = SHAPES["credit_note"]
    body: Out = {shape.wrapper: {shape.listed: [fields]}}
    number = document.number if sends_number(document, options) else None
    return Request(path=shape.get_path, body=encode(body), wrapper=shape.wrapper, listed=shape.listed, number=number)


def _applies_to_number(document: Document) -> str:
    if not document.applies_to_number:
        raise TargetRejected(
            f"{label(document)}: the number of the document it belongs to is not known; do it by hand."
        )
    return document.applies_to_number


def _reference(contact: LedgerContact) -> Out:
    # No name: a name beside the reference made a second contact (seen on expenses).
    return {"id": contact.ledger_id, "code": contact.code} if contact.ledger_id else {"code": contact.code}
