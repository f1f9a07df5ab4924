"""Journal drafts of the sandbox: made by the integration, looked at, posted and changed by a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from recon.sandbox.ledgers.answers import Answer
from recon.sandbox.poweroffice.books import OURS, Paper
from recon.sandbox.poweroffice.desk import Desk, Request, flag, known_query, moment, paged
from recon.sandbox.poweroffice.posting import (
    Place,
    Side,
    account_of,
    checked,
    debit_minor,
    dimension,
    imbalance,
    only_nok,
    post,
    vat_of,
)
from recon.sandbox.poweroffice.wire import Fields, Problem, money

_HEAD_DIMENSIONS = ("LocationId", "Dim1Id", "Dim2Id", "Dim3Id")


def new(desk: Desk, request: Request) -> Answer:
    """Make a draft of a manual journal."""
    asked = desk.fields(request.body)
    body, sides = read(desk, asked)
    if desk.rules.unbalanced_drafts == "refused" and (words := imbalance(sides)):
        raise Problem(words)
    paper = desk.keep("draft", body, debit_minor(sides))
    return Answer(full(paper), status=201)


def read(desk: Desk, asked: Fields) -> tuple[dict[str, Any], list[Side]]:
    """Check a draft's request; returns what is kept of it and its amounts by account."""
    day = asked.day("VoucherDate", required=True)
    assert day is not None
    desk.open_day(day, "VoucherDate")
    asked.text("CurrencyCode", 3, required=True)
    only_nok(asked)
    body: dict[str, Any] = {
        "VoucherDate": day.isoformat(), "CurrencyCode": "NOK", "Description": asked.text("Description") or None,
        "DepartmentId": asked.whole("DepartmentId"), "ProjectId": asked.whole("ProjectId"),
    }  # fmt: skip
    asked.text("Comment", 1000)
    for name in _HEAD_DIMENSIONS:
        _no_dimension(asked, name)
    sides: list[Side] = []
    body["ManualVoucherLines"] = lines = []
    for line in asked.objects("ManualVoucherLines"):
        kept, both = _line(desk, line, body, day)
        line.done()
        lines.append({"Id": desk.books.next_number("id line", 500_001), **kept})
        sides += both
    asked.done()
    return body, sides


def _no_dimension(fields: Fields, name: str) -> None:
    if fields.whole(name) not in (None, -1):
        raise fields.refuse(name, "does not exist.")


def _line(desk: Desk, line: Fields, head: dict[str, Any], day: dt.date) -> tuple[dict[str, Any], list[Side]]:
    only_nok(line)
    amount = line.minor("CurrencyAmount", required=True)
    assert amount is not None
    if amount == 0 or (amount < 0 and not desk.rules.negative_draft_amounts):
        raise line.refuse("CurrencyAmount", "must be above zero.")
    place = Place(
        line=line,
        posting_date=line.day("PostingDate") or day,
        department_id=head["DepartmentId"],
        project_id=head["ProjectId"],
    )
    kept = {
        "CurrencyAmount": amount, "CurrencyCode": "NOK", "PostingDate": place.posting_date.isoformat(),
        "Description": line.text("Description") or None, "DepartmentId": line.whole("DepartmentId"),
        "ProjectId": line.whole("ProjectId"), "ProductId": line.whole("ProductId"),
        "DebitAccountId": line.whole("DebitAccountId"), "DebitVatId": line.whole("DebitVatId"),
        "CreditAccountId": line.whole("CreditAccountId"), "CreditVatId": line.whole("CreditVatId"),
    }  # fmt: skip
    line.number("Quantity", 6)
    for name in _HEAD_DIMENSIONS:
        _no_dimension(line, name)
    given = [side for side in ("Debit", "Credit") if kept[f"{side}AccountId"] is not None]
    if not given or (len(given) < 2 and desk.rules.one_sided_drafts == "refused"):
        raise line.refuse("DebitAccountId and CreditAccountId", "are both required." if given else "are both missing.")
    return kept, [_side(desk, place, kept, side, amount if side == "Debit" else -amount) for side in given]


def _side(desk: Desk, place: Place, kept: dict[str, Any], which: str, amount: int) -> Side:
    line = place.line
    account, customer = account_of(desk, line, f"{which}AccountId", kept[f"{which}AccountId"])
    product = None if kept["ProductId"] is None else desk.books.master(desk.key, "product", kept["ProductId"])
    if kept["ProductId"] is not None and product is None:
        raise line.refuse("ProductId", f"{kept['ProductId']} does not exist.")
    return checked(desk, line, Side(
        account=account, vat=vat_of(desk, line, f"{which}VatId", kept[f"{which}VatId"], account), amount_minor=amount,
        posting_date=place.posting_date, description=kept["Description"] or "", customer=customer, product=product,
        department=dimension(desk, "department", line, "DepartmentId", place.department_id),
        project=dimension(desk, "project", line, "ProjectId", place.project_id),
    ))  # fmt: skip


def full(paper: Paper) -> dict[str, Any]:
    """Return a draft as GET by its id shows it."""
    lines = [{**line, "CurrencyAmount": money(line["CurrencyAmount"])} for line in paper.body["ManualVoucherLines"]]
    pages = [{"Id": place + 1, "PageNo": place + 1} for place in range(paper.body.get("_pages", 0))]
    own = {key: value for key, value in paper.body.items() if not key.startswith("_")}
    return {"Id": paper.id, **own, "ManualVoucherLines": lines, "Pages": pages}


def listed(desk: Desk, request: Request) -> Answer:
    """List vouchers that are or were drafts, without their content."""
    since = {
        name: moment(request, name)
        for name in ("createdDateTimeOffsetGreaterThan", "lastChangedDateTimeOffsetGreaterThan")
    }
    known_query(request, *since, "isPosted", "inApprovalWorkflow")
    posted, approval = flag(request, "isPosted"), flag(request, "inApprovalWorkflow")
    items = [_light(paper) for paper in desk.books.papers(desk.key, "draft") if paper.visible_at <= desk.now]
    tests: list[Callable[[dict[str, Any]], bool]] = [
        lambda item: posted in (None, item["IsPosted"]),
        lambda item: approval in (None, item["InApprovalWorkflow"]),
    ]
    for name, after in since.items():
        if after is not None:
            key = name[0].upper() + name[1:].removesuffix("GreaterThan")
            tests.append(lambda item, key=key, after=after: dt.datetime.fromisoformat(item[key]) > after)  # type: ignore[misc]
    return paged(desk, request, [item for item in items if all(test(item) for test in tests)])


def _light(paper: Paper) -> dict[str, Any]:
    return {
        "Id": paper.id, "VoucherType": "ManualJournal", "IsPosted": paper.state != "open",
        "InApprovalWorkflow": bool(paper.body.get("_approval")), "IsCreatedByCurrentIntegration": paper.maker == OURS,
        "OriginatedFromEhf": False, "CreatedDateTimeOffset": paper.created_at, "LastChangedDateTimeOffset": paper.changed_at,
    }  # fmt: skip


def one(desk: Desk, request: Request) -> Answer:
    """Show a draft of this integration with its lines."""
    known_query(request)
    paper = desk.own("draft", request.ids[0])
    if paper.state == "posted" and not desk.rules.posted_drafts_shown:
        raise Problem(f"No draft with id {paper.id} was found.", 404)
    return Answer(full(paper))


def delete(desk: Desk, request: Request) -> Answer:
    """Delete a draft of this integration."""
    paper = desk.own("draft", request.ids[0])
    if paper.state != "open":
        raise Problem("The voucher is already posted.", 409)
    if paper.body.get("_approval"):
        raise Problem("The voucher is in an approval workflow.", 409)
    paper.state = "deleted"
    desk.books.change_paper(paper, "deleted", desk.stamp)
    return Answer(status=200, raw=b"")


def submit(desk: Desk, request: Request) -> Answer:
    """Hand a draft to the approval flow."""
    paper = desk.own("draft", request.ids[0])
    if paper.state != "open" or paper.body.get("_approval"):
        raise Problem("The voucher cannot be submitted for approval.", 409)
    paper.body["_approval"] = True
    desk.books.change_paper(paper, "submitted", desk.stamp)
    return Answer(status=200, raw=b"")


def sides_of(desk: Desk, paper: Paper) -> list[Side]:
    """Read a kept draft's amounts again, as the ledger and its rules stand now."""
    asked = {key: value for key, value in paper.body.items() if not key.startswith("_") and value is not None}
    asked["ManualVoucherLines"] = [
        {
            key: money(value) if key == "CurrencyAmount" else value
            for key, value in line.items()
            if key != "Id" and value is not None
        }
        for line in paper.body["ManualVoucherLines"]
    ]
    return read(desk, Fields(asked))[1]


def post_draft(desk: Desk, paper: Paper) -> int:
    """Post a draft, as a person does; returns the number of the voucher."""
    if paper.state != "open":
        raise Problem("The voucher is already posted.", 409)
    sides = sides_of(desk, paper)
    head = {
        "VoucherType": "ManualJournal",
        "VoucherDate": paper.body["VoucherDate"],
        "VoucherDescription": paper.body["Description"],
        "_source": paper.maker,
    }
    number = post(desk, paper.id, head, sides)
    paper.state = "posted"
    paper.body["_voucher_no"] = number
    desk.books.change_paper(paper, "posted", desk.stamp)
    return number
