"""Sales orders of the sandbox PowerOffice Go: what an invoice is made of later; VAT comes from the product's account."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from recon.sandbox.ledgers.answers import Answer
from recon.sandbox.poweroffice.books import OURS, Paper
from recon.sandbox.poweroffice.desk import Desk, Request, flag, known_query, moment, paged
from recon.sandbox.poweroffice.wire import Fields, Problem, money

_TEXTS: Final = (
    ("CustomerReference", 200), ("PurchaseOrderReference", 200), ("ContractNo", 200), ("CustomMatchingReference", 200),
)  # fmt: skip
_LINE_TYPES: Final = frozenset({"", "Normal", "Text", "Summary", "InvoiceFee", "TotalHours"})
_ONLY_NONE: Final = ("LocationId", "Dim1Id", "Dim2Id", "Dim3Id")


def new(desk: Desk, request: Request) -> Answer:
    """Make an order with its lines."""
    asked = desk.fields(request.body)
    customer = _customer(desk, asked)
    reference = desk.take_reference("order", asked.text("ExternalImportReference", 200))
    status = asked.text("SalesOrderStatus", 20) or "Draft"
    if status not in ("Draft", "Confirmed"):
        raise asked.refuse("SalesOrderStatus", "must be Draft or Confirmed.")
    if asked.text("CurrencyCode", 3) not in ("", "NOK"):
        raise asked.refuse("CurrencyCode", "is not active on the client; only NOK is.")
    days = {name: asked.day(name) for name in ("SalesOrderDate", "DeliveryDate")}
    body: dict[str, Any] = {
        "SalesOrderNo": desk.books.next_number(f"order {desk.key}"), "CustomerId": customer["Id"], "CustomerNo": customer["Number"],
        "SalesOrderStatus": status, "ExternalImportReference": reference or None, "CurrencyCode": "NOK",
        **{name: day.isoformat() if day else None for name, day in days.items()},
        "ImportedOrderNo": asked.whole("ImportedOrderNo"), "RelatedInvoiceNo": asked.whole("RelatedInvoiceNo"),
        "PaymentTerm": asked.whole("PaymentTerm"), **_dimensions(desk, asked),
        **{name: asked.text(name, longest) or None for name, longest in _TEXTS},
    }  # fmt: skip
    lines: list[dict[str, Any]] = []
    body["SalesOrderLines"] = lines
    for line in asked.objects("SalesOrderLines", required=True):
        lines.append(_line(desk, line, customer, len(lines)))
        line.done()
    asked.done()
    if not lines:
        raise Problem("SalesOrderLines must hold at least one line.")
    used = [line["ExternalImportReference"] for line in lines if line["ExternalImportReference"]]
    if len(set(used)) < len(used):
        raise Problem("ExternalImportReference must be unique within the order.")
    total = sum(line["_total"] for line in lines)
    paper = desk.keep("order", body, total, reference=reference)
    return Answer(full(paper), status=201)


def _customer(desk: Desk, asked: Fields) -> dict[str, Any]:
    wanted, number = asked.whole("CustomerId"), asked.whole("CustomerNo")
    if wanted is not None:
        found = desk.books.master(desk.key, "customer", wanted)
    elif number is not None:
        found = desk.books.master_coded(desk.key, "customer", str(number))
    else:
        raise asked.refuse("CustomerId", "or CustomerNo is required.")
    if found is None:
        raise asked.refuse("CustomerId", f"{wanted or number} does not exist.")
    return found


def _dimensions(desk: Desk, fields: Fields) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for kind, name in (("department", "Department"), ("project", "Project")):
        wanted, code = fields.whole(f"{name}Id"), fields.text(f"{name}Code", 50)
        found = None
        if wanted not in (None, -1):
            found = desk.books.master(desk.key, kind, wanted or 0)
        elif wanted is None and code not in ("", "-1"):
            found = desk.books.master_coded(desk.key, kind, code)
        if found is None and (wanted not in (None, -1) or (wanted is None and code not in ("", "-1"))):
            raise fields.refuse(f"{name}Id", f"{wanted or code} does not exist.")
        out[f"{name}Id"], out[f"{name}Code"] = (found["Id"], found["Code"]) if found else (None, None)
    for name in _ONLY_NONE:
        if fields.whole(name) not in (None, -1):
            raise fields.refuse(name, "does not exist.")
    return out


def _line(desk: Desk, line: Fields, customer: dict[str, Any], place: int) -> dict[str, Any]:
    kind = line.text("LineType", 20)
    if kind not in _LINE_TYPES:
        raise line.refuse("LineType", f"'{kind}' does not exist.")
    product = _product(desk, line)
    quantity, price = line.number("Quantity", 6), line.number("ProductUnitPrice", 6)
    allowance = line.number("Allowance", 6) or Decimal(0)
    standard = line.flag("UseStandardSalesAccount")
    body: dict[str, Any] = {
        "LineType": kind or "Normal", "Description": line.text("Description") or (product["Name"] if product else None),
        "SortOrder": place if (order := line.whole("SortOrder")) is None else order,
        "ExternalImportReference": line.text("ExternalImportReference", 200) or None, **_dimensions(desk, line),
        "UseStandardSalesAccount": standard, "_net": 0, "_vat": 0, "_total": 0,
    }  # fmt: skip
    if not -1000 <= allowance <= 100:
        raise line.refuse("Allowance", "must be between -1000 and 100.")
    if product is None:
        if kind in ("", "Normal") and (quantity is not None or price is not None):
            raise line.refuse("ProductId", "or ProductCode is required on a line with a quantity or a price.")
        return body
    if quantity is None:
        raise line.refuse("Quantity", "is required with a product.")
    price = Decimal(product["UnitPrice"]) if price is None else price
    wanted = (
        "StandardSalesAccountId"
        if (not customer["IsVatFree"] if standard is None else standard)
        else "OptionalSalesAccountId"
    )
    account = desk.books.master(desk.key, "account", product[wanted])
    assert account is not None
    vat = desk.books.master(desk.key, "vat", account["VatCodeId"])
    assert vat is not None
    amounts = _amounts(
        quantity * price * (100 - allowance) / 100, Decimal(vat["Rate"]), with_vat=desk.rules.order_prices == "with-vat"
    )
    return body | {
        "ProductId": product["Id"], "ProductCode": product["Code"], "Quantity": f"{quantity:f}", "ProductUnitPrice": f"{price:f}",
        "Allowance": f"{allowance:f}", "VatId": vat["Id"], "VatCode": vat["Code"], "VatRate": vat["Rate"],
        "_account": account["Id"], **amounts,
    }  # fmt: skip


def _amounts(amount: Decimal, rate: Decimal, *, with_vat: bool) -> dict[str, int]:
    """Return net, VAT and total of a line in øre, halves away from zero."""
    ore = _round(amount * 100)
    net = _round(Decimal(ore) / (1 + rate)) if with_vat else ore
    vat = ore - net if with_vat else _round(Decimal(net) * rate)
    return {"_net": net, "_vat": vat, "_total": net + vat}


def _round(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def _product(desk: Desk, line: Fields) -> dict[str, Any] | None:
    wanted, code = line.whole("ProductId"), line.text("ProductCode", 50)
    if wanted is None and not code:
        return None
    found = (
        desk.books.master(desk.key, "product", wanted)
        if wanted is not None
        else desk.books.master_coded(desk.key, "product", code)
    )
    if found is None or not found["IsActive"]:
        raise line.refuse("ProductId", f"{wanted or code} does not exist.")
    return found


def full(paper: Paper) -> dict[str, Any]:
    """Return an order as GET of the complete one shows it."""
    lines = [_line_shown(line) for line in paper.body["SalesOrderLines"]]
    return {**light(paper), "SalesOrderLines": lines}


def _line_shown(line: dict[str, Any]) -> dict[str, Any]:
    out = {key: value for key, value in line.items() if not key.startswith("_")}
    for name in ("Quantity", "ProductUnitPrice", "Allowance", "VatRate"):
        if name in out:
            out[name] = Decimal(out[name])
    return out | {
        "NetAmount": money(line["_net"]),
        "VatAmount": money(line["_vat"]),
        "TotalAmount": money(line["_total"]),
    }


def light(paper: Paper) -> dict[str, Any]:
    """Return an order as the list shows it: without its lines."""
    lines = paper.body["SalesOrderLines"]
    sums = {name: sum(line[f"_{name}"] for line in lines) for name in ("net", "vat", "total")}
    head = {key: value for key, value in paper.body.items() if key != "SalesOrderLines" and not key.startswith("_")}
    return {
        "Id": paper.id, **head, "LineCount": len(lines), "NetAmount": money(sums["net"]), "VatAmount": money(sums["vat"]),
        "TotalAmount": money(sums["total"]), "IsCreatedByCurrentIntegration": paper.maker == OURS,
        "CreatedDateTimeOffset": paper.created_at, "LastChangedDateTimeOffset": paper.changed_at,
    }  # fmt: skip


def listed_orders(desk: Desk, request: Request) -> Answer:
    """List the orders that were not sent yet."""
    known_query(
        request, "externalImportReference", "customerNos", "isCreatedByCurrentIntegration",
        "createdDateTimeOffsetGreaterThan", "lastChangedDateTimeOffsetGreaterThan",
    )  # fmt: skip
    reference, mine = request.query.get("externalimportreference", ""), flag(request, "isCreatedByCurrentIntegration")
    made, changed = (
        moment(request, "createdDateTimeOffsetGreaterThan"),
        moment(request, "lastChangedDateTimeOffsetGreaterThan"),
    )
    items = [
        light(paper)
        for paper in desk.books.papers(desk.key, "order")
        if paper.visible_at <= desk.now
        and paper.state == "open"
        and (not reference or paper.reference == reference)
        and (made is None or dt.datetime.fromisoformat(paper.created_at) > made)
        and (changed is None or dt.datetime.fromisoformat(paper.changed_at) > changed)
    ]
    return paged(desk, request, [item for item in items if mine in (None, item["IsCreatedByCurrentIntegration"])])


def one(desk: Desk, request: Request) -> Answer:
    """Show an order with its lines and what it comes to."""
    known_query(request, "showInherited")
    return Answer(full(_open(desk, request.ids[0])))


def _open(desk: Desk, order_id: str) -> Paper:
    """Return an order; one that was sent is an invoice, and no order any more."""
    paper = desk.own("order", order_id)
    if paper.state != "open":
        raise Problem(f"No order with id {order_id} was found.", 404)
    return paper


def delete(desk: Desk, request: Request) -> Answer:
    """Delete an order that was not sent."""
    paper = _open(desk, request.ids[0])
    paper.state = "deleted"
    desk.books.change_paper(paper, "deleted", desk.stamp)
    return Answer(status=200, raw=b"")


def send(_desk: Desk, _request: Request) -> Answer:
    """Refuse to send an invoice: that needs a privilege of its own, which nobody gives this integration."""
    raise Problem("The integration does not have the required privileges to send invoices.", title="Missing privilege")
