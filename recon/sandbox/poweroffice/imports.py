"""The Import list of the sandbox, by the older API: uploaded unposted, posted by a person or on request."""

from __future__ import annotations

import re
from typing import Any, Final

from recon.sandbox.ledgers.answers import Answer
from recon.sandbox.poweroffice.books import Paper
from recon.sandbox.poweroffice.desk import Desk, Request
from recon.sandbox.poweroffice.posting import Side, checked, debit_minor, imbalance, post
from recon.sandbox.poweroffice.wire import Fields, Problem, kept_day, money

TYPES: Final = {0: "None", 1: "OutgoingVoucher", 3: "Payroll", 4: "Cash", 5: "YearEnd", 99: "VoucherJournal"}
_VOUCHER_TYPES: Final = {"Cash": "CashJournal", "OutgoingVoucher": "OutgoingInvoice"}
_FILTER: Final = re.compile(r"externalImportReference eq '((?:[^']|'')*)'", re.IGNORECASE)
_TEXTS: Final = (
    "reference", "purchaseOrderNo", "contractNo", "customMatchingReference", "invoiceNo", "cid", "saftSourceId", "saftBatchId",
    "vatReturnSpecification", "locationCode", "dim1Code", "dim2Code", "dim3Code",
)  # fmt: skip


def new(desk: Desk, request: Request) -> Answer:
    """Take an import into the list."""
    asked = desk.fields(request.body)
    body = _head(desk, asked)
    if asked.get("file") is not None:
        raise Problem("The sandbox takes importLines, no file.")
    lines = []
    for line in asked.objects("importLines", required=True):
        lines.append(_line(line))
        line.done()
    asked.done()
    body["importLines"] = lines
    sides = sides_of(desk, body)
    if not sides:
        raise Problem("importLines must hold at least one line.")
    if words := imbalance(sides):
        raise Problem(words)
    if body["externalImportReference"] and desk.books.referenced(desk.key, "import", body["externalImportReference"]):
        raise Problem(f"externalImportReference '{body['externalImportReference']}' is already in use.")
    paper = desk.keep("import", body, debit_minor(sides), reference=body["externalImportReference"] or "")
    return Answer({"data": paper.id, "success": True})


def _head(desk: Desk, asked: Fields) -> dict[str, Any]:
    day = asked.day("date", required=True)
    assert day is not None
    kind: Any = asked.get("type")
    names: dict[int | str, str] = {name: name for name in TYPES.values()}
    numbers: dict[int | str, str] = dict(TYPES.items())
    taken = {"both": numbers | names, "number": numbers, "name": names}[desk.rules.import_types]
    if isinstance(kind, bool) or not isinstance(kind, int | str) or kind not in taken:
        raise asked.refuse("type", f"'{kind}' does not exist.")
    return {
        "description": asked.text("description", 200) or None, "date": day.isoformat(), "type": taken[kind],
        "externalImportReference": asked.text("externalImportReference", 50) or None,
    }  # fmt: skip


def _line(line: Fields) -> dict[str, Any]:
    days = {name: line.day(name) for name in ("documentDate", "postingDate", "dueDate", "deliveryDate")}
    body: dict[str, Any] = {name: day.isoformat() if day else None for name, day in days.items()}
    body |= {
        name: line.whole(name)
        for name in ("documentNumber", "accountNumber", "customerCode", "supplierCode", "employeeCode")
    }
    body |= {name: line.minor(name) for name in ("amount", "currencyAmount")}
    body |= {
        name: line.text(name, 50) or None
        for name in ("vatCode", "departmentCode", "projectCode", "productCode", "currencyCode")
    }
    body |= {name: line.text(name, 200) or None for name in _TEXTS}
    body["description"] = line.text("description", 200) or None
    for name in ("quantity", "discount"):
        number = line.number(name, 6)
        body[name] = None if number is None else f"{number:f}"
    if len(body["saftBatchId"] or "") > 35 or len(body["saftSourceId"] or "") > 35:
        raise line.refuse("saftBatchId and saftSourceId", "must not be longer than 35 characters.")
    return body


def sides_of(desk: Desk, body: dict[str, Any]) -> list[Side]:
    """Check the lines of an import against the ledger as it stands; returns their amounts."""
    out = []
    for place, line in enumerate(body["importLines"]):
        out.append(_side(desk, Fields({}, f"importLines[{place}]"), line, body))
    if body["type"] == "OutgoingVoucher":
        heads: dict[str, int] = {}
        for side in out:
            heads[side.group] = heads.get(side.group, 0) + (side.customer is not None)
        if wrong := [group for group, count in heads.items() if count != 1]:
            raise Problem(f"Document {wrong[0]} must have exactly one line with customerCode.")
    return out


def _side(desk: Desk, where: Fields, line: dict[str, Any], body: dict[str, Any]) -> Side:
    customer = None
    if line["customerCode"] is not None:
        customer = desk.books.master_coded(desk.key, "customer", str(line["customerCode"]))
        if customer is None:
            raise where.refuse("customerCode", f"{line['customerCode']} does not exist.")
    number = desk.company.receivable if customer else line["accountNumber"]
    account = desk.books.master_coded(desk.key, "account", str(number))
    if account is None:
        raise where.refuse("accountNumber", f"{number} does not exist.")
    if number == desk.company.receivable and customer is None and desk.rules.lines_on_receivables == "refused":
        raise where.refuse("accountNumber", f"{number} is kept by customer: name customerCode.")
    if not line["amount"]:
        raise where.refuse("amount", "is required and must not be zero.")
    if line["currencyCode"] not in (None, "NOK") or line["currencyAmount"] not in (None, line["amount"]):
        raise where.refuse("currencyCode", "is not active on the client; only NOK is.")
    if line["documentNumber"] is None or not line["documentDate"]:
        raise where.refuse("documentNumber and documentDate", "are required.")
    day = kept_day(line["postingDate"] or line["documentDate"])
    return checked(desk, where, Side(
        account=account, vat=_vat(desk, where, line, account), amount_minor=line["amount"], posting_date=day,
        description=line["description"] or body["description"] or "", customer=customer, group=str(line["documentNumber"]),
        department=_coded(desk, where, "department", "departmentCode", line),
        project=_coded(desk, where, "project", "projectCode", line),
        product=_coded(desk, where, "product", "productCode", line),
    ))  # fmt: skip


def _vat(desk: Desk, where: Fields, line: dict[str, Any], account: dict[str, Any]) -> dict[str, Any]:
    found = desk.books.master_coded(desk.key, "vat", line["vatCode"] or account["VatCode"])
    if found is None or not found["IsActive"]:
        raise where.refuse("vatCode", f"'{line['vatCode']}' does not exist.")
    if account["IsVatCodeLocked"] and found["Code"] != account["VatCode"]:
        raise where.refuse(
            "vatCode", f"'{found['Code']}': account {account['AccountNo']} is locked to VAT code {account['VatCode']}."
        )
    return found


def _coded(desk: Desk, where: Fields, kind: str, name: str, line: dict[str, Any]) -> dict[str, Any] | None:
    if line[name] is None:
        return None
    found = desk.books.master_coded(desk.key, kind, line[name])
    if found is None or not found["IsActive"]:
        raise where.refuse(name, f"'{line[name]}' does not exist.")
    return found


def full(paper: Paper) -> dict[str, Any]:
    """Return an import as v1 shows it."""
    lines = [
        {"id": place + 1, **{name: money(value) if name in ("amount", "currencyAmount") and value is not None else value for name, value in line.items()}}
        for place, line in enumerate(paper.body["importLines"])
    ]  # fmt: skip
    own = {key: value for key, value in paper.body.items() if not key.startswith("_")}
    return {
        "id": paper.id,
        **own,
        "importLines": lines,
        "isPosted": paper.state == "posted",
        "lastChanged": paper.changed_at,
    }


def listed(desk: Desk, request: Request) -> Answer:
    """List the imports of the client, whoever made them."""
    strange = sorted(set(request.query) - {"$filter", "$top", "$skip", "$orderby"})
    if strange:
        raise Problem(f"The query parameter '{strange[0]}' is not supported.")
    found = [paper for paper in desk.books.papers(desk.key, "import") if paper.visible_at <= desk.now]
    if wanted := request.query.get("$filter", ""):
        match = _FILTER.fullmatch(wanted.strip())
        if match is None:
            raise Problem(f"The filter '{wanted}' is not supported.")
        found = [paper for paper in found if paper.reference == match[1].replace("''", "'")]
    skip, top = (int(request.query.get(name, default)) for name, default in (("$skip", "0"), ("$top", "500")))
    data = [full(paper) for paper in found[skip : skip + top]]
    if not desk.rules.import_list_references:
        data = [{key: value for key, value in one.items() if key != "externalImportReference"} for one in data]
    return Answer({"data": data, "count": len(found), "success": True})


def one(desk: Desk, request: Request) -> Answer:
    """Show an import."""
    return Answer({"data": full(_paper(desk, request.ids[0])), "success": True})


def _paper(desk: Desk, import_id: str) -> Paper:
    paper = desk.books.paper(desk.key, "import", import_id)
    if paper is None or paper.visible_at > desk.now:
        raise Problem(f"No import with id {import_id} was found.", 404)
    return paper


def delete(desk: Desk, request: Request) -> Answer:
    """Take an import out of the list."""
    paper = _paper(desk, request.ids[0])
    if paper.state == "posted":
        raise Problem("The import is already posted.")
    paper.state = "deleted"
    desk.books.change_paper(paper, "deleted", desk.stamp)
    return Answer({"success": True})


def post_asked(desk: Desk, request: Request) -> Answer:
    """Post an import that is in the list; only its id is looked at."""
    asked = Fields({key: value for key, value in desk.fields(request.body).raw().items() if key == "id"})
    paper = _paper(desk, asked.text("id", 36, required=True))
    post_import(desk, paper)
    return Answer({"data": paper.id, "success": True})


def post_import(desk: Desk, paper: Paper) -> None:
    """Post an import: each document number becomes a voucher."""
    if paper.state == "posted":
        raise Problem("The import is already posted.")
    sides = sides_of(desk, paper.body)
    groups: dict[str, list[Side]] = {}
    for side in sides:
        groups.setdefault(side.group, []).append(side)
    for group, own in groups.items():
        head = {
            "VoucherType": _VOUCHER_TYPES.get(paper.body["type"], "ManualJournal"), "VoucherDate": paper.body["date"],
            "VoucherDescription": paper.body["description"], "ImportedVoucherNo": int(group),
            "CreatedFromImportJournalId": paper.id, "ExternalImportReference": paper.reference or None,
            "_source": paper.maker, "_batch": paper.body["importLines"][0]["saftBatchId"],
        }  # fmt: skip
        voucher_id = desk.books.new_id(desk.key, "voucher of import")
        post(desk, voucher_id, {key: value for key, value in head.items() if value is not None}, own)
    paper.state = "posted"
    desk.books.change_paper(paper, "posted", desk.stamp)
