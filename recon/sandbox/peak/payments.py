"""Payments on invoices and expenses, and taking them back.

The body is documented for expenses; for invoices the same shape is assumed. There is no key against repeating one: a
second payment is only refused when nothing remains to be paid (347).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from recon.sandbox.ledgers.answers import Answer
from recon.sandbox.peak import amounts, checks
from recon.sandbox.peak.desk import Desk, DocumentKind, Request, text_amount, wrapped
from recon.sandbox.peak.documents import ZERO, read_payments
from recon.sandbox.peak.ledger import StoredDocument
from recon.sandbox.peak.wire import Fields, Refused, read_json, refusal

WRAPPER: Final = "PeakPaidPayments"


def pay(desk: Desk, request: Request, *, kind: DocumentKind, nested: bool) -> Answer:
    """Answer POST /invoices/paidpayment and its siblings."""
    try:
        fields = wrapped(read_json(request.body), WRAPPER)
        document = _addressed(desk, kind, fields)
        if document is None or document.status != "waiting":
            raise Refused("Transaction must be Waiting Payment Status.", "347")
        payments = read_payments(desk, fields, nested=nested)
        if not payments:
            raise Refused("Missing Payment Data")
        paid = sum((payment.amount for payment in payments), ZERO)
        withheld = _withheld(fields)
        remain = amounts.major(document.remain_minor)
        if paid + withheld > remain:
            raise Refused("Payment amount exceeds the remaining amount")
    except Refused as refused:
        return refusal(WRAPPER, refused)
    document.remain_minor = amounts.minor(remain - paid - withheld)
    document.status = "paid" if document.remain_minor == 0 else "waiting"
    document.body["paidPayments"] = [*document.body.get("paidPayments", []), *(payment.shown() for payment in payments)]
    if withheld:
        document.body["whtPaid"] = text_amount(Decimal(document.body.get("whtPaid", "0")) + withheld)
    desk.books.change_document(document, "paid", desk.now_text)
    inner = {
        "transactionCode": document.code, "paidPayments": {"paymentTotal": paid},
        "remainPaymentAmount": amounts.major(document.remain_minor), "remainWhtAmount": ZERO,
        "resCode": "200", "resDesc": f"{WRAPPER} have Completed",
    }  # fmt: skip
    return Answer({WRAPPER: inner})


def _addressed(desk: Desk, kind: DocumentKind, fields: Fields) -> StoredDocument | None:
    """Return the document meant: by transactionId or transactionCode, not both."""
    document_id, code = checks.text(fields, "transactionId", 64), checks.text(fields, "transactionCode", 256)
    if bool(document_id) == bool(code):
        raise Refused("Send transactionId or transactionCode")
    if code:
        return desk.live(code, kind.name)
    document = desk.books.by_id(desk.key, document_id)
    return document if document is not None and document.kind == kind.name else None


def _withheld(fields: Fields) -> Decimal:
    """Return the withheld tax of a payment; PEAK takes it as text."""
    block = fields.inner("paidPayments")
    value = None if block is None else block.get("withHoldingTaxAmount")
    withheld = ZERO if value is None else checks.amount_text(value, "withHoldingTaxAmount")
    if withheld < 0:
        raise Refused("Invalid withHoldingTaxAmount")
    return withheld


def take_back(desk: Desk, request: Request, *, kind: DocumentKind) -> Answer:
    """Answer POST /invoices/voidpayment: all payments are undone. The body is assumed to be the one of a void."""
    try:
        code = checks.text(wrapped(read_json(request.body), kind.wrapper), "code", 256, required=True)
        document = desk.live(code, kind.name)
        if document is None or not document.body.get("paidPayments"):
            raise Refused("No payment to void", "384")
        if desk.books.applying_to(document.id):
            raise Refused("Transaction has a credit note")
    except Refused as refused:
        return refusal(kind.wrapper, refused)
    document.body["paidPayments"] = []
    document.body.pop("whtPaid", None)
    document.remain_minor = document.total_minor
    document.status = "waiting"
    desk.books.change_document(document, "payment-voided", desk.now_text)
    return Answer(
        {kind.wrapper: {"code": document.code, "resCode": "200", "resDesc": f"{kind.wrapper} have Completed"}}
    )
