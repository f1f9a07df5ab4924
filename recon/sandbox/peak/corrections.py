"""Voids and credit notes: nothing is ever deleted or edited.

A void frees the number. A credit note copies every line of its document; one over a part is refused with the words
that were met when it was tried.
"""

from __future__ import annotations

from typing import Any, Final

from recon.sandbox.ledgers.answers import Answer, Json
from recon.sandbox.peak import checks
from recon.sandbox.peak.desk import CREDIT_NOTE, Desk, DocumentKind, Request, wrapped
from recon.sandbox.peak.ledger import StoredDocument
from recon.sandbox.peak.wire import Fields, Refused, Unreadable, envelope, read_json, refusal

TRANSACTION_TYPES: Final = {102: "invoice", 103: "receipt"}


def void(desk: Desk, request: Request, *, kind: DocumentKind) -> Answer:
    """Answer POST /receipts/void and its siblings: `{"PeakReceipts": {"code": ...}}`."""
    try:
        code = checks.text(wrapped(read_json(request.body), kind.wrapper), "code", 256, required=True)
        document = desk.live(code, kind.name)
        if document is None:
            raise Refused(f"{kind.name.replace('_', ' ').capitalize()} not found", "384")
        if kind.name != "receipt" and document.body.get("paidPayments"):
            raise Refused("Transaction has been paid")
        if _credits(desk, document):
            raise Refused("Transaction has a credit note")
    except Refused as refused:
        return refusal(kind.wrapper, refused)
    document.status = "void"
    document.remain_minor = 0
    desk.books.change_document(document, "voided", desk.now_text)
    return Answer(
        {kind.wrapper: {"code": document.code, "resCode": "200", "resDesc": f"{kind.wrapper} have Completed"}}
    )


def _credits(desk: Desk, document: StoredDocument) -> list[StoredDocument]:
    return [note for note in desk.books.applying_to(document.id) if note.status != "void"]


def credit_notes(desk: Desk, request: Request) -> Answer:
    """Answer POST /creditnotes."""
    try:
        values = wrapped(read_json(request.body), CREDIT_NOTE.wrapper).listed(CREDIT_NOTE.listed)
        if not 1 <= len(values) <= desk.rules.documents_per_post:
            raise Refused(f"Send 1 to {desk.rules.documents_per_post} creditNotes")
    except Refused as refused:
        return refusal(CREDIT_NOTE.wrapper, refused)
    return envelope(CREDIT_NOTE.wrapper, CREDIT_NOTE.listed, [_credit_note(desk, value) for value in values])


def _credit_note(desk: Desk, value: Json) -> dict[str, Any]:
    fields = Fields(value, CREDIT_NOTE.listed)
    own = fields.inner("transactions")
    code = own.get("code", "") if own is not None else ""
    try:
        note = _create(desk, fields, own)
    except Refused as refused:
        return {desk.rules.credit_note_number_key: code, "resCode": refused.code, "resDesc": refused.text}
    return {desk.rules.credit_note_number_key: note.code, "resCode": "200", "resDesc": "Success"}


def _create(desk: Desk, fields: Fields, own: Fields | None) -> StoredDocument:
    if own is None:
        raise Refused("Missing transactions")
    kind = TRANSACTION_TYPES[checks.integer(fields, "transactionType", set(TRANSACTION_TYPES))]
    reason_type = checks.integer(fields, "reasonType", desk.rules.reason_types)
    reason = checks.text(fields, "reasonDescription", desk.rules.text_max_length, required=True)
    if fields.get("goodsReturn") not in ("0", "1"):
        raise Refused("Invalid goodsReturn")
    _refund_block(fields)
    if own.get("products") is not None:
        raise Refused("Invalid Product")
    original = desk.books.by_id(desk.key, checks.text(fields, "transactionId", 64, required=True))
    if original is None or original.kind != kind or original.status in ("void", "draft"):
        raise Refused("Invalid Transaction")
    if _credits(desk, original):
        raise Refused("Transaction has been fully credited")
    issued = checks.date(own, "issuedDate", desk.rules, integer_taken=True)
    checks.open_period(issued, desk.rules)
    day = checks.date_text(issued)
    if day < original.issued_on:
        raise Refused("issuedDate must be on or after the original document")
    number = desk.take_number(checks.number_text(own, desk.rules), CREDIT_NOTE)
    remark = checks.text(own, "remark", desk.rules.text_max_length)
    note = StoredDocument(
        company=desk.key, kind=CREDIT_NOTE.name, id="", code=number, issued_on=day, due_on=day, status="paid",
        contact_id=original.contact_id, contact_code=original.contact_code, net_minor=original.net_minor,
        vat_minor=original.vat_minor, total_minor=original.total_minor, remain_minor=0, applies_to_id=original.id,
        body={
            "remark": remark, "transactionType": fields["transactionType"], "transactionId": original.id,
            "transactionCode": original.code, "reasonType": reason_type, "reasonDescription": reason,
            "goodsReturn": fields["goodsReturn"], "taxStatus": original.body["taxStatus"],
            "istaxInvoice": original.body["istaxInvoice"], "discountTotal": original.body["discountTotal"],
            "products": original.body["products"],
        },
    )  # fmt: skip
    kept = desk.keep(note)
    _settle(desk, original)
    return kept


def _refund_block(fields: Fields) -> None:
    """`returnPayments` is an object, not an array; the rest of the block is unknown and not looked at."""
    block = fields.inner("creditNotePayment")
    if block is not None and isinstance(block.get("returnPayments"), list):
        raise Unreadable(
            "Cannot deserialize the current JSON array because the type requires a JSON object. Path 'returnPayments'."
        )


def _settle(desk: Desk, original: StoredDocument) -> None:
    """A full credit leaves nothing of an unpaid document to be paid."""
    if original.status == "waiting":
        original.remain_minor = 0
        original.status = "paid"
        desk.books.change_document(original, "credited", desk.now_text)
    else:
        desk.books.note(original, "credited", desk.now_text)
