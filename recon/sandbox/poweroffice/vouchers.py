"""Vouchers of the sandbox PowerOffice Go that are posted at once: cash, manual and bank journals, invoices, reversal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from recon.sandbox.ledgers.answers import Answer
from recon.sandbox.poweroffice.books import Paper
from recon.sandbox.poweroffice.desk import Desk, Request, known_query
from recon.sandbox.poweroffice.posting import Side, account_of, checked, debit_minor, dimension, only_nok, post, vat_of
from recon.sandbox.poweroffice.wire import Fields, Problem, kept_day, money

_NO_DIMENSIONS = ("LocationId", "Dim1Id", "Dim2Id", "Dim3Id")
_INVOICE_TEXTS = (
    ("CustomerReference", 200), ("CustomMatchingReference", 200), ("PurchaseOrderReference", 200), ("ContractNo", 200),
    ("SaftSourceId", 35), ("Cid", 25),
)  # fmt: skip


def _head(desk: Desk, asked: Fields) -> dict[str, Any]:
    day = asked.day("VoucherDate", required=True)
    assert day is not None
    desk.open_day(day, "VoucherDate")
    asked.text("CurrencyCode", 3, required=True)
    only_nok(asked)
    return {
        "VoucherDate": day.isoformat(), "CurrencyCode": "NOK", "Description": asked.text("Description") or None,
        "ExternalImportReference": desk.take_reference("voucher", asked.text("ExternalImportReference", 200)) or None,
        "ImportedVoucherNo": asked.whole("ImportedVoucherNo"),
    }  # fmt: skip


def journal(desk: Desk, request: Request, kind: str) -> Answer:
    """Post a cash, manual or bank journal at once."""
    asked = desk.fields(request.body)
    body = _head(desk, asked)
    body |= {name: asked.text(name, 35) or None for name in ("SaftSourceId", "SaftBatchId")}
    sides, kept = [], []
    for line in asked.objects("VoucherLines", required=True):
        side = _side(desk, line, day_name="PostingDate", customer=True)
        line.text("CustomMatchingReference", 200)
        line.text("ExternalLineReference", 200)
        if kind == "BankJournal":
            line.text("Cid", 25)
            line.text("InvoiceNo", 50)
        line.done()
        sides.append(side)
        kept.append(_kept(side))
    asked.done()
    if not sides:
        raise Problem("VoucherLines must hold at least one line.")
    return _posted(desk, kind, {**body, "VoucherLines": kept}, sides)


def _side(desk: Desk, line: Fields, *, day_name: str, customer: bool, day: Any = None, head: Any = None) -> Side:  # noqa: ANN401 - a date, a head
    head = head or {}
    account_id = line.whole("AccountId", required=True)
    assert account_id is not None
    account, buyer = account_of(desk, line, "AccountId", account_id)
    if buyer is not None and not customer:
        raise line.refuse("AccountId", f"{account_id} is a customer's account.")
    vat = vat_of(desk, line, "VatId", line.whole("VatId", required=True), account)
    amount = line.minor("CurrencyAmount", required=True)
    assert amount is not None
    if amount == 0:
        raise line.refuse("CurrencyAmount", "must not be zero.")
    if day is None:
        day = line.day(day_name, required=True)
    quantity = line.number("Quantity", 6)
    product_id = line.whole("ProductId")
    product = None if product_id is None else desk.books.master(desk.key, "product", product_id)
    if product_id is not None and product is None:
        raise line.refuse("ProductId", f"{product_id} does not exist.")
    for name in _NO_DIMENSIONS:
        if line.whole(name) not in (None, -1):
            raise line.refuse(name, "does not exist.")
    return checked(desk, line, Side(
        account=account, vat=vat, amount_minor=amount, posting_date=day, description=line.text("Description"),
        department=dimension(desk, "department", line, "DepartmentId", head.get("DepartmentId")),
        project=dimension(desk, "project", line, "ProjectId", head.get("ProjectId")), product=product, customer=buyer,
        quantity="" if quantity is None else f"{quantity:f}",
    ))  # fmt: skip


def _kept(side: Side) -> dict[str, Any]:
    return {
        "AccountId": side.account["Id"], "VatId": side.vat["Id"], "CurrencyAmount": side.amount_minor,
        "PostingDate": side.posting_date.isoformat(), "Description": side.description or None,
        "DepartmentId": side.department["Id"] if side.department else None,
        "ProjectId": side.project["Id"] if side.project else None, "ProductId": side.product["Id"] if side.product else None,
    }  # fmt: skip


def _posted(desk: Desk, kind: str, body: dict[str, Any], sides: Sequence[Side]) -> Answer:
    paper = desk.keep(
        "voucher",
        {"_kind": kind, **body},
        debit_minor(sides),
        reference=body["ExternalImportReference"] or "",
        state="posted",
    )
    head = {"VoucherType": kind, "VoucherDate": body["VoucherDate"], "VoucherDescription": body["Description"]}
    head |= {name: body[name] for name in ("ExternalImportReference", "ImportedVoucherNo") if body[name] is not None}
    head |= {"_source": body.get("SaftSourceId"), "_batch": body.get("SaftBatchId")}
    paper.body["VoucherNo"] = post(desk, paper.id, head, sides)
    desk.books.change_paper(paper, "posted", desk.stamp)
    return Answer(full(paper), status=201)


def full(paper: Paper) -> dict[str, Any]:
    """Return a posted voucher as GET by its id shows it."""
    out = {key: value for key, value in paper.body.items() if not key.startswith("_")}
    for name in ("VoucherLines", "OutgoingInvoiceLines", "OutgoingCreditNoteLines"):
        if name in out:
            out[name] = [{**line, "CurrencyAmount": money(line["CurrencyAmount"])} for line in out[name]]
    if "CurrencyAmount" in out:
        out["CurrencyAmount"] = money(out["CurrencyAmount"])
    return {"Id": paper.id, **out, "IsReversed": paper.state == "reversed", "CreatedDateTimeOffset": paper.created_at}


def invoice(desk: Desk, request: Request, kind: str) -> Answer:
    """Post an invoice or credit note that was issued elsewhere, at once."""
    if not desk.rules.issued_vouchers:
        raise Problem("The resource was not found.", 404)
    asked = desk.fields(request.body)
    sign = 1 if kind == "OutgoingInvoice" else -1
    body = _head(desk, asked)
    day = asked.day("VoucherDate")
    assert day is not None
    body |= _invoice_head(desk, asked, kind)
    total = asked.minor("CurrencyAmount", required=True)
    assert total is not None
    customer = _customer(desk, asked)
    lines = "OutgoingInvoiceLines" if sign > 0 else "OutgoingCreditNoteLines"
    sides, kept = [], []
    for line in asked.objects(lines, required=True):
        side = _side(desk, line, day_name="", customer=False, day=day, head=body)
        line.done()
        kept.append(_kept(side))
        sides.append(replace(side, amount_minor=-sign * side.amount_minor))
    asked.done()
    if total <= 0 or total != -sign * sum(side.amount_minor for side in sides):
        raise Problem(f"CurrencyAmount {money(total)} is not the sum of the lines.")
    control = desk.books.master_coded(desk.key, "account", str(desk.company.receivable))
    assert control is not None
    none = desk.books.master(desk.key, "vat", control["VatCodeId"])
    assert none is not None
    sides.insert(0, Side(
        account=control, vat=none, amount_minor=sign * total, posting_date=day, description=body["Description"] or "",
        customer=customer,
    ))  # fmt: skip
    kept_body = {**body, "CurrencyAmount": total, "CustomerAccountId": customer["SubledgerAccountId"], lines: kept}
    return _posted(desk, kind, kept_body, sides)


def _invoice_head(desk: Desk, asked: Fields, kind: str) -> dict[str, Any]:
    number = asked.text("InvoiceNo", 50, required=True)
    for paper in desk.books.papers(desk.key, "voucher"):
        if paper.state == "posted" and paper.body["_kind"] == kind and paper.body.get("InvoiceNo") == number:
            raise asked.refuse("InvoiceNo", f"'{number}' is already in use.")
    due, delivered = asked.day("DueDate"), asked.day("DeliveryDate")
    for name in _NO_DIMENSIONS:
        if asked.whole(name) not in (None, -1):
            raise asked.refuse(name, "does not exist.")
    body = {
        "InvoiceNo": number, "DueDate": due.isoformat() if due else None,
        "DeliveryDate": delivered.isoformat() if delivered else None, "ImportedOrderNo": asked.whole("ImportedOrderNo"),
        "DepartmentId": asked.whole("DepartmentId"), "ProjectId": asked.whole("ProjectId"),
    }  # fmt: skip
    return body | {name: asked.text(name, longest) or None for name, longest in _INVOICE_TEXTS}


def _customer(desk: Desk, asked: Fields) -> dict[str, Any]:
    account_id = asked.whole("CustomerAccountId", required=True)
    assert account_id is not None
    sub = desk.books.master(desk.key, "subledger", account_id)
    customer = desk.books.master(desk.key, "customer", sub["CustomerId"]) if sub else None
    if customer is None:
        raise asked.refuse("CustomerAccountId", f"{account_id} is no customer's account.")
    return customer


def one(desk: Desk, request: Request, kind: str) -> Answer:
    """Show a voucher of this integration that was posted at once."""
    known_query(request)
    paper = desk.own("voucher", request.ids[0])
    if paper.body["_kind"] != kind:
        raise Problem(f"No voucher with id {request.ids[0]} was found.", 404)
    return Answer(full(paper))


def reverse(desk: Desk, request: Request) -> Answer:
    """Take a voucher back by another one, and give its references free."""
    paper = desk.own("voucher", request.ids[0])
    if paper.state != "posted":
        raise Problem("The voucher is already reversed.")
    number = desk.books.next_number(f"voucher {desk.key}")
    reversal_id = desk.books.new_id(desk.key, "reversal")
    for entry in desk.books.entries_of(desk.key, paper.id):
        desk.open_day(kept_day(entry.posting_date), "PostingDate")
        desk.books.change_entry(entry.id, {**entry.body, "IsReversed": True})
        body = {
            **entry.body, "VoucherId": reversal_id, "VoucherNo": number, "VoucherType": "ReversalVoucher", "IsReversed": False,
            "ReversedVoucherId": paper.id, "ReversedVoucherNo": entry.body["VoucherNo"], "CreatedDateTimeOffset": desk.stamp,
            "_vat_minor": -entry.body.get("_vat_minor", 0),
        }  # fmt: skip
        body.pop("ExternalImportReference", None)
        desk.books.add_entry(desk.key, reversal_id, entry.posting_date, entry.account, -entry.amount_minor, body)
    paper.state = "reversed"
    desk.books.change_paper(paper, "reversed", desk.stamp)
    return Answer(status=200, raw=b"")
