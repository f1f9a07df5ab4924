"""How GET answers show documents: one by number, or a page of a list.

`id`, `code`, `issuedDate`, `dueDate`, `contactId`, `contactCode`, `products`, `remainAmount` are known for invoices;
`netAmount`, `status`, `statusId`, `isVoid`, `paidPayments` are known for expenses and assumed for the others.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from recon.sandbox.ledgers.answers import Answer
from recon.sandbox.peak import amounts
from recon.sandbox.peak.desk import Desk, DocumentKind, Request
from recon.sandbox.peak.ledger import StoredDocument
from recon.sandbox.peak.wire import envelope

STATUS: Final = {"draft": ("Draft", 1), "waiting": ("Approve", 3), "paid": ("Paid", 4), "void": ("Void", 5)}
"""`Approve`/3 is known from expenses; the other words and numbers are ours."""
_NUMBERS: Final = ("amount", "quantity", "price", "discount", "withHoldingTaxAmount")
PAGE_SIZE: Final = 20


def by_code(desk: Desk, request: Request, *, kind: DocumentKind) -> Answer:
    """Answer GET ?code=; any other filter is ignored without a word and everything comes back."""
    code = request.query.get("code", "")
    document_id = request.query.get("id", "") if kind.name != "invoice" else ""
    return envelope(kind.wrapper, kind.listed, [show(desk, d) for d in _chosen(desk, kind, code, document_id)])


def _chosen(desk: Desk, kind: DocumentKind, code: str, document_id: str) -> list[StoredDocument]:
    if code and desk.rules.lookup == "exact":
        return [d for d in desk.books.by_code(desk.key, desk.code_key(code)) if _shown(desk, kind, d)]
    found = [d for d in desk.books.documents(desk.key, kind.name) if _shown(desk, kind, d)]
    if code:
        return [d for d in found if desk.code_key(d.code).startswith(desk.code_key(code))]
    return [d for d in found if d.id == document_id] if document_id else found


def _shown(desk: Desk, kind: DocumentKind, document: StoredDocument) -> bool:
    return document.kind == kind.name and document.visible_at <= desk.now


def page(desk: Desk, request: Request, *, kind: DocumentKind) -> Answer:
    """Answer GET /list: `limit`, `page` and `status`; other filters are ignored without a word."""
    asked = _number(request.query.get("status"), 0)
    status = next((name for name, (_, number) in STATUS.items() if number == asked), "") if asked else ""
    if asked and not status:
        return envelope(kind.wrapper, kind.listed, [])
    limit, offset = page_bounds(request, desk.rules.page_limit_max)
    found = desk.books.page(desk.key, kind.name, visible_at=desk.now, status=status, limit=limit, offset=offset)
    return envelope(kind.wrapper, kind.listed, [show(desk, document) for document in found])


def page_bounds(request: Request, longest: int) -> tuple[int, int]:
    """Return limit and offset of a page; there is no count of the whole, as none is documented."""
    limit = min(max(_number(request.query.get("limit"), PAGE_SIZE), 1), longest)
    return limit, (max(_number(request.query.get("page"), 1), 1) - 1) * limit


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else default


def show(desk: Desk, document: StoredDocument) -> dict[str, Any]:
    """Return a document as a GET answer holds it."""
    body = dict(document.body)
    words, status_id = STATUS[document.status]
    withheld = Decimal(body.pop("whtAmount", "0"))
    paid = amounts.major(document.total_minor - document.remain_minor)
    shown: dict[str, Any] = {
        "id": document.id, "code": document.code, "issuedDate": document.issued_on, "dueDate": document.due_on,
        "contactId": document.contact_id, "contactCode": document.contact_code, "status": words, "statusId": status_id,
        "isVoid": int(document.status == "void"),
    }  # fmt: skip
    if document.kind != "journal":
        shown["netAmount"] = _headline(desk, amounts.major(document.total_minor))
        if desk.rules.answer_states_vat:
            shown["vatAmount"] = _written(desk, amounts.major(document.vat_minor))
        shown["whtAmount"] = _written(desk, withheld)
        shown["paymentAmount"] = _written(desk, paid)
        shown["remainAmount"] = _written(desk, amounts.major(document.remain_minor))
    if document.kind == "expense":
        shown["remainWhtAmount"] = _written(desk, Decimal(0))
    for key in ("products", "paidPayments"):
        if key in body:
            body[key] = [_shown_row(desk, row) for row in body[key]]
    if "discountTotal" in body:
        body["discountTotal"] = _written(desk, Decimal(body["discountTotal"]))
    return {**shown, **body, "documentLink": f"{desk.base_url}/documents/{document.id}"}


def _shown_row(desk: Desk, row: dict[str, Any]) -> dict[str, Any]:
    return {key: _written(desk, Decimal(value)) if key in _NUMBERS else value for key, value in row.items()}


def _headline(desk: Desk, value: Decimal) -> Decimal | str:
    return f"{value:.2f}" if desk.rules.amounts_as == "mixed" else _written(desk, value)


def _written(desk: Desk, value: Decimal) -> Decimal | str:
    if desk.rules.amounts_as == "text":
        return f"{value:.2f}"
    if desk.rules.amounts_as == "text-with-commas":
        return f"{value:,.2f}"
    return value
