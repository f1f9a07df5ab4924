"""Posted amounts of the sandbox PowerOffice Go: as v2 lists them, as a trial balance, as a SAF-T Financial would say them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from recon.sandbox.ledgers.answers import Answer
from recon.sandbox.poweroffice.books import Books, Entry
from recon.sandbox.poweroffice.desk import Desk, Request, known_query, listed, moment, paged, ranges
from recon.sandbox.poweroffice.wire import Problem, day_of, money


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """One account of the trial balance; above zero is debit."""

    account: int
    name: str
    balance_minor: int


def transactions(desk: Desk, request: Request) -> Answer:
    """List posted amounts of a period; both of its days are required."""
    known_query(
        request, "fromDate", "toDate", "accountNos", "voucherNos", "departmentCodes", "projectCodes", "vatCodes", "voucherTypes",
        "createdDateTimeOffsetGreaterThan", "lastChangedDateTimeOffsetGreaterThan",
    )  # fmt: skip
    first, last = _day(request, "fromDate"), _day(request, "toDate")
    accounts, vouchers = ranges(request, "accountNos"), ranges(request, "voucherNos")
    kept = {
        key: values
        for name, key in (("departmentCodes", "DepartmentCode"), ("projectCodes", "ProjectCode"), ("vatCodes", "VatCode"), ("voucherTypes", "VoucherType"))
        if (values := listed(request, name))
    }  # fmt: skip
    since = [moment(request, f"{name}DateTimeOffsetGreaterThan") for name in ("created", "lastChanged")]
    items = []
    for entry in desk.books.entries(desk.key, first, last):
        made = dt.datetime.fromisoformat(entry.body["CreatedDateTimeOffset"])
        if (
            accounts(entry.account)
            and vouchers(entry.body["VoucherNo"])
            and all(str(entry.body.get(key, -1)) in values for key, values in kept.items())
            and all(after is None or made > after for after in since)
        ):
            items.append(shown(entry))
    return paged(desk, request, items)


def _day(request: Request, name: str) -> str:
    text = request.query.get(name.lower(), "")[:10]
    if day_of(text) is None:
        raise Problem(f"The {name} field is required, a date yyyy-mm-dd.")
    return text


def shown(entry: Entry) -> dict[str, Any]:
    """Return a posted amount as v2 shows it."""
    body = {key: value for key, value in entry.body.items() if not key.startswith("_")}
    body["VatAmount"] = money(entry.body.get("_vat_minor", 0))
    if "_rate" in entry.body:
        body["VatRate"] = Decimal(entry.body["_rate"])
    body["LastChangedDateTimeOffset"] = entry.body["CreatedDateTimeOffset"]
    return {
        "Id": entry.id, "PostingDate": entry.posting_date, "Amount": money(entry.amount_minor),
        "CurrencyAmount": money(entry.amount_minor), **body,
    }  # fmt: skip


def trial_balance(books: Books, company: str, last: str = "9999-99-99") -> list[Balance]:
    """Return every account that was posted on, by number, as it stands at the end of a day."""
    sums: defaultdict[int, int] = defaultdict(int)
    for entry in books.entries(company, last=last):
        sums[entry.account] += entry.amount_minor
    names = {one["AccountNo"]: one["Name"] for one in books.masters(company, "account")}
    return [Balance(account=number, name=names[number], balance_minor=sums[number]) for number in sorted(sums)]
