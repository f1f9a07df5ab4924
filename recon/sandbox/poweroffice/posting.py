"""Posting in the sandbox PowerOffice Go: gross amounts with a VAT code become amounts on accounts, VAT worked out here.

It shares nothing with the arithmetic of recon's core on purpose: a mistake there must not be answered with the same one.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from recon.sandbox.poweroffice.desk import Desk
from recon.sandbox.poweroffice.wire import Fields, Problem

NONE: Final = -1
"""As the id of a dimension: explicitly none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One gross amount on one account; above zero is debit."""

    account: dict[str, Any]
    vat: dict[str, Any]
    amount_minor: int
    posting_date: dt.date
    description: str = ""
    department: dict[str, Any] | None = None
    project: dict[str, Any] | None = None
    product: dict[str, Any] | None = None
    quantity: str = ""
    customer: dict[str, Any] | None = None
    group: str = ""
    """What must balance by itself, e.g. the document number of an import."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a line stands: its fields, and what its head says for lines that say nothing."""

    line: Fields
    posting_date: dt.date
    department_id: int | None = None
    project_id: int | None = None


def dimension(desk: Desk, kind: str, line: Fields, name: str, head: int | None) -> dict[str, Any] | None:
    """Return the department or project of a line by its id; -1 is none, nothing is the head's."""
    own = line.whole(name)
    wanted = head if own is None else own
    if wanted is None or wanted == NONE:
        return None
    found = desk.books.master(desk.key, kind, wanted)
    if found is None or not found["IsActive"]:
        raise line.refuse(name, f"{wanted} does not exist.")
    return found


def account_of(desk: Desk, line: Fields, name: str, account_id: int) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return the account behind an id, and the customer where it is a customer's own account."""
    found = desk.books.master(desk.key, "account", account_id)
    if found is None:
        sub = desk.books.master(desk.key, "subledger", account_id)
        if sub is None:
            raise line.refuse(name, f"{account_id} does not exist.")
        control = desk.books.master_coded(desk.key, "account", str(desk.company.receivable))
        assert control is not None
        return control, desk.books.master(desk.key, "customer", sub["CustomerId"])
    if found["AccountNo"] == desk.company.receivable and desk.rules.lines_on_receivables == "refused":
        raise line.refuse(
            name, f"{account_id} is account {found['AccountNo']}: use the customer's account, it is kept by customer."
        )
    return found, None


def vat_of(desk: Desk, line: Fields, name: str, vat_id: int | None, account: dict[str, Any]) -> dict[str, Any]:
    """Return the VAT code of a line: its own, or the account's; an account may be locked to one."""
    wanted = account["VatCodeId"] if vat_id is None else vat_id
    found = desk.books.master(desk.key, "vat", wanted)
    if found is None or not found["IsActive"]:
        raise line.refuse(name, f"{wanted} does not exist.")
    if account["IsVatCodeLocked"] and found["Code"] != account["VatCode"]:
        raise line.refuse(
            name,
            f"is VAT code {found['Code']}, but account {account['AccountNo']} is locked to VAT code {account['VatCode']}.",
        )
    return found


def checked(desk: Desk, line: Fields, side: Side) -> Side:
    """Refuse what an account does not take."""
    account = side.account
    words = f"account {account['AccountNo']}"
    if not account["IsActive"]:
        raise line.refuse("Account", f"{account['AccountNo']} is not active.")
    if account["IsDepartmentRequired"] and side.department is None:
        raise line.refuse("DepartmentId", f"is required on {words}.")
    if account["IsProjectRequired"] and side.project is None:
        raise line.refuse("ProjectId", f"is required on {words}.")
    desk.open_day(side.posting_date, "PostingDate")
    return side


def only_nok(line: Fields) -> None:
    """Refuse another currency than the company's."""
    if line.text("CurrencyCode", 3) not in ("", "NOK"):
        raise line.refuse("CurrencyCode", "is not active on the client; only NOK is.")


def imbalance(sides: Iterable[Side]) -> str:
    """Return what does not balance, in words; empty when everything does."""
    sums: defaultdict[tuple[str, dt.date], int] = defaultdict(int)
    for side in sides:
        sums[side.group, side.posting_date] += side.amount_minor
    off = [
        f"{(group and f'document {group} of ')}{day}: {Decimal(rest).scaleb(-2)}"
        for (group, day), rest in sums.items()
        if rest
    ]
    return f"The voucher does not balance: {'; '.join(off)}." if off else ""


def vat_minor(gross_minor: int, rate: Decimal) -> int:
    """Return the VAT inside a gross amount, halves away from zero."""
    return int((Decimal(gross_minor) * rate / (1 + rate)).quantize(Decimal(1), ROUND_HALF_UP))


def debit_minor(sides: Sequence[Side]) -> int:
    """Return the sum of the debit side."""
    return sum(side.amount_minor for side in sides if side.amount_minor > 0)


def post(desk: Desk, voucher_id: str, head: dict[str, Any], sides: Sequence[Side]) -> int:
    """Write a voucher's amounts into the ledger; returns its number.

    Args:
        desk: Books and moment.
        voucher_id: Id of the voucher.
        head: What all its amounts carry: VoucherType, VoucherDate, references.
        sides: Its gross amounts.

    Raises:
        Problem: It does not balance.
    """
    words = imbalance(sides)
    if words:
        raise Problem(words)
    number = desk.books.next_number(f"voucher {desk.key}")
    common = {
        "VoucherId": voucher_id,
        "VoucherNo": number,
        **head,
        "CreatedDateTimeOffset": desk.stamp,
        "IsReversed": False,
        "_source": head.get("_source") or desk.maker,
    }
    for side in sides:
        vat = vat_minor(side.amount_minor, Decimal(side.vat["Rate"]))
        body = {**common, **_dimensions(side), **_vat_words(side, vat), "Description": side.description}
        _entry(desk, voucher_id, side, side.account, side.amount_minor - vat, body)
        if vat:
            account = desk.books.master_coded(desk.key, "account", str(side.vat["_account"]))
            assert account is not None
            _entry(
                desk, voucher_id, side, account, vat, {**common, **_dimensions(side), "Description": side.description}
            )
    return number


def _entry(desk: Desk, voucher_id: str, side: Side, account: dict[str, Any], minor: int, body: dict[str, Any]) -> None:
    body = {"AccountId": account["Id"], "AccountNo": account["AccountNo"], "CurrencyCode": "NOK", **body}
    if side.customer is not None and account is side.account:
        body["CustomerAccountNo"] = side.customer["Number"]
        body["ContactId"] = side.customer["Id"]
    desk.books.add_entry(desk.key, voucher_id, side.posting_date.isoformat(), account["AccountNo"], minor, body)


def _vat_words(side: Side, vat: int) -> dict[str, Any]:
    return {"VatId": side.vat["Id"], "VatCode": side.vat["Code"], "_rate": side.vat["Rate"], "_vat_minor": vat}


def _dimensions(side: Side) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for name, found in (("Department", side.department), ("Project", side.project), ("Product", side.product)):
        if found is not None:
            body[f"{name}Id"], body[f"{name}Code"] = found["Id"], found["Code"]
    return body
