"""Which path does what. Paths are compared without case and without a slash at the end."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from recon.sandbox.ledgers.answers import Answer
from recon.sandbox.peak import corrections, documents, journals, masters, payments, views
from recon.sandbox.peak.desk import (
    CREDIT_NOTE,
    EXPENSE,
    INVOICE,
    JOURNAL,
    KINDS,
    PURCHASE_ORDER,
    RECEIPT,
    Desk,
    DocumentKind,
    Endpoint,
    Request,
    wrapped,
)  # fmt: skip
from recon.sandbox.peak.ledger import Job, StoredDocument
from recon.sandbox.peak.wire import Fields, Refused, envelope, read_json, refusal

Maker = Callable[[Desk, Any], StoredDocument]


def _make(desk: Desk, kind: DocumentKind, values: list[Any], maker: Maker) -> list[dict[str, Any]]:
    """Create the documents of a request one by one; each has its own result."""
    items: list[dict[str, Any]] = []
    for value in values:
        sent = Fields(value, kind.listed).get("code")
        try:
            document = maker(desk, value)
        except Refused as refused:
            items.append({"code": sent, "resCode": refused.code, "resDesc": refused.text})
            continue
        item = {"id": document.id, "code": document.code, "resCode": "200", "resDesc": "Success"}
        if not desk.rules.answer_has_id:
            del item["id"]
        item["documentLink"] = f"{desk.base_url}/documents/{document.id}"
        items.append(item)
    return items


def _values(kind: DocumentKind, request: Request, most: int) -> list[Any]:
    values = wrapped(read_json(request.body), kind.wrapper).listed(kind.listed)
    if not 1 <= len(values) <= most:
        raise Refused(f"Send 1 to {most} {kind.listed}")
    for value in values:
        Fields(value, kind.listed)
    return values


def _post(desk: Desk, request: Request, *, kind: DocumentKind, maker: Maker) -> Answer:
    try:
        values = _values(kind, request, desk.rules.documents_per_post)
    except Refused as refused:
        return refusal(kind.wrapper, refused)
    return envelope(kind.wrapper, kind.listed, _make(desk, kind, values, maker))


def _enqueue(desk: Desk, request: Request, *, kind: DocumentKind) -> Answer:
    """Take a job: only its shape is looked at now, the documents are checked when it is carried out."""
    try:
        _values(kind, request, desk.rules.documents_per_queue)
    except Refused as refused:
        return refusal(kind.wrapper, refused)
    queue_id = desk.books.new_id(desk.key, "queue")
    due_at = desk.now + desk.rules.queue_seconds * 1000
    desk.books.add_job(desk.key, request.path, request.body, due_at=due_at, queue_id=queue_id)
    return Answer({"queueId": queue_id})


def _poll(desk: Desk, request: Request, *, kind: DocumentKind) -> Answer:
    """Answer GET /queue: empty until the job is done; an unknown id looks the same."""
    queue_id = request.query.get("queueid", "")
    if not queue_id:
        return refusal(kind.wrapper, Refused("Missing queueId"))
    job = desk.books.queued(desk.key, request.path, queue_id)
    items = job.answer if job is not None and job.done else []
    shown = [{key: value for key, value in item.items() if key != "id"} for item in items]
    return envelope(kind.wrapper, kind.listed, shown)


def run_job(desk: Desk, job: Job) -> None:
    """Carry out work whose time has come, in the transaction of the caller.

    Raises:
        Unreadable: The body cannot be read after all; the caller undoes everything and calls `drop_job`.
    """
    request = Request("POST", job.path, {}, job.body)
    if not job.queue_id:
        ROUTES[request.method, request.path](desk, request)
        desk.books.finish_job(job, [])
        return
    kind = _queue_kind(job)
    values = wrapped(read_json(job.body), kind.wrapper).listed(kind.listed)
    desk.books.finish_job(job, _make(desk, kind, values, _makers(kind)["/queue"]))


def drop_job(desk: Desk, job: Job, words: str) -> None:
    """Finish a job whose body could not be read: every document of it is refused."""
    items: list[dict[str, Any]] = []
    if job.queue_id:
        kind = _queue_kind(job)
        values = wrapped(read_json(job.body), kind.wrapper).listed(kind.listed)
        items = [{"code": Fields(value).get("code"), "resCode": "400", "resDesc": words} for value in values]
    desk.books.finish_job(job, items)


def _queue_kind(job: Job) -> DocumentKind:
    return next(kind for kind in KINDS if job.path == f"{kind.path}/queue")


def _unknown_body(_desk: Desk, request: Request) -> Answer:
    """The path exists in PEAK, but nobody has shown its body; the sandbox invents none."""
    words = f"The body of {request.path} is not known to this sandbox"
    return Answer({"resCode": "400", "resDesc": words})


def _makers(kind: DocumentKind) -> dict[str, Maker]:
    """Return how each path below a kind's own creates its documents."""
    if kind is JOURNAL:
        return {"": journals.create, "/queue": journals.create}
    flat: Maker = lambda desk, value: documents.create(desk, kind, value, nested=False)  # noqa: E731
    nested: Maker = lambda desk, value: documents.create(desk, kind, value, nested=True)  # noqa: E731
    if kind is PURCHASE_ORDER:
        return {"": flat}
    if kind is EXPENSE:
        return {"": flat, "/allinone": nested}
    return {"": flat, "/allinone": nested, "/queue": nested}


def _routes() -> dict[tuple[str, str], Endpoint]:
    table: dict[tuple[str, str], Endpoint] = {}
    for kind in KINDS:
        table["GET", kind.path] = partial(views.by_code, kind=kind)
        if kind not in (CREDIT_NOTE, JOURNAL):
            table["GET", f"{kind.path}/list"] = partial(views.page, kind=kind)
    for kind in (INVOICE, RECEIPT, EXPENSE, PURCHASE_ORDER, JOURNAL):
        for below, maker in _makers(kind).items():
            if below == "/queue":
                table["POST", f"{kind.path}/queue"] = partial(_enqueue, kind=kind)
                table["GET", f"{kind.path}/queue"] = partial(_poll, kind=kind)
            else:
                table["POST", kind.path + below] = partial(_post, kind=kind, maker=maker)
    table["POST", CREDIT_NOTE.path] = corrections.credit_notes
    for kind in (RECEIPT, INVOICE, EXPENSE, JOURNAL):
        table["POST", f"{kind.path}/void"] = partial(corrections.void, kind=kind)
    for kind in (INVOICE, EXPENSE):
        table["POST", f"{kind.path}/paidpayment"] = partial(payments.pay, kind=kind, nested=False)
        table["POST", f"{kind.path}/paidpaymentallinone"] = partial(payments.pay, kind=kind, nested=True)
    table["POST", "/invoices/voidpayment"] = partial(payments.take_back, kind=INVOICE)
    for path in UNKNOWN_BODIES:
        table["POST", path] = _unknown_body
    return {**table, **_master_routes()}


def _master_routes() -> dict[tuple[str, str], Endpoint]:
    table: dict[tuple[str, str], Endpoint] = {}
    for kind, path, wrapper, listed in (
        ("contact", "/contacts", "PeakContacts", "contacts"),
        ("product", "/products", "PeakProducts", "products"),
        ("service", "/services", "PeakServices", "services"),
        ("method", "/paymentmethods", "PeakPaymentMethods", "paymentMethods"),
    ):
        table["GET", path] = partial(masters.get, kind=kind, wrapper=wrapper, listed=listed)
        table["POST", path] = partial(masters.save, kind=kind, wrapper=wrapper, listed=listed)
    table["GET", "/contacts/list"] = table["GET", "/contacts"]
    table["POST", "/contacts/edit"] = masters.edit_contact
    table["PUT", "/contacts"] = masters.put_contact
    table["POST", "/products/edit"] = masters.edit_product
    table["GET", "/dailyjournals/accountcode"] = masters.accounts
    table["GET", "/user"] = masters.user
    return table


UNKNOWN_BODIES: Final = (
    "/invoices/edit", "/invoices/approve", "/receipts/createbyinvoice", "/receipts/edit", "/expenses/insertfile",
    "/expenses/createbypurchaseorder", "/paymentmethods/transfer",
)  # fmt: skip
"""Paths PEAK has and whose bodies no reference shows."""

ROUTES: Final = _routes()
"""Every endpoint of the sandbox."""
