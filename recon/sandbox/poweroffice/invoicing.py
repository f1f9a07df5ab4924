"""What a person makes of a sales order in the sandbox: its invoice, posted under the order's own id."""

from __future__ import annotations

import datetime as dt
from typing import Any

from recon.sandbox.poweroffice.books import Paper
from recon.sandbox.poweroffice.desk import Desk
from recon.sandbox.poweroffice.posting import Side, checked, post
from recon.sandbox.poweroffice.wire import Fields, kept_day


def send_order(desk: Desk, paper: Paper) -> int:
    """Make the invoice of an order and post it, as a person does; the order's id becomes the voucher's.

    Returns:
        The number of the voucher.
    """
    customer = desk.books.master(desk.key, "customer", paper.body["CustomerId"])
    control = desk.books.master_coded(desk.key, "account", str(desk.company.receivable))
    assert customer is not None
    assert control is not None
    day = kept_day(paper.body["SalesOrderDate"] or desk.stamp[:10])
    desk.open_day(day, "SalesOrderDate")
    sides = [_sold(desk, paper.body, line, day) for line in paper.body["SalesOrderLines"] if line["_total"]]
    none = desk.books.master(desk.key, "vat", control["VatCodeId"])
    assert none is not None
    sides.insert(0, Side(
        account=control, vat=none, amount_minor=paper.total_minor, posting_date=day, customer=customer,
        description=f"Ordre {paper.body['SalesOrderNo']}",
    ))  # fmt: skip
    kind = "OutgoingInvoice" if paper.total_minor >= 0 else "OutgoingCreditNote"
    head = {
        "VoucherType": kind, "VoucherDate": day.isoformat(), "VoucherDescription": f"Ordre {paper.body['SalesOrderNo']}",
        "ExternalImportReference": paper.reference or None, "_source": paper.maker,
    }  # fmt: skip
    number = post(desk, paper.id, {key: value for key, value in head.items() if value is not None}, sides)
    paper.state = "posted"
    desk.books.change_paper(paper, "posted", desk.stamp)
    return number


def _sold(desk: Desk, head: dict[str, Any], line: dict[str, Any], day: dt.date) -> Side:
    account = desk.books.master(desk.key, "account", line["_account"])
    vat = desk.books.master(desk.key, "vat", line["VatId"])
    assert account is not None
    assert vat is not None
    found = {}
    for kind, name in (("department", "DepartmentId"), ("project", "ProjectId")):
        wanted = line[name] or head[name]
        found[kind] = desk.books.master(desk.key, kind, wanted) if wanted else None
    place = Fields({}, f"SalesOrderLines[{line['SortOrder']}]")
    return checked(desk, place, Side(
        account=account, vat=vat, amount_minor=-line["_total"], posting_date=day, description=line["Description"] or "",
        department=found["department"], project=found["project"], quantity=line["Quantity"],
    ))  # fmt: skip
