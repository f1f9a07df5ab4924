"""What PowerOffice Go would object to, found before anything is sent: every objection at once, each with its remedy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from recon.domain.document import Document, DocumentLine
from recon.domain.taxes import RATE_UNIT, percent_text
from recon.money import divide_half_up, plain
from recon.targets.base import Objection
from recon.targets.poweroffice.entries import paid_sides, sides_of
from recon.targets.poweroffice.lists import Lists
from recon.targets.poweroffice.options import CURRENCY, REFERENCE_MAX, SAFT_ID_MAX, PowerOfficeOptions
from recon.targets.poweroffice.payloads import SETTLEMENT, label, reference_of, z_number

YEARS: Final = range(1990, 2200)
TEXT_MAX: Final = 200
"""Longest description sent; Go's documentation states none, so it is bounded here."""
_CONNECT: Final = "Run `recon connect` to read Go's lists again, then choose one of them with `recon match`."


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check may look at."""

    document: Document
    options: PowerOfficeOptions
    lists: Lists


def objections(document: Document, options: PowerOfficeOptions, lists: Lists) -> list[Objection]:
    """Return every objection to a settlement or another voucher."""
    checked = Checked(document, options, lists)
    return [objection for check in CHECKS for objection in check(checked)]


def order_objections(document: Document, options: PowerOfficeOptions, lists: Lists) -> list[Objection]:
    """Return every objection to the head of an order, which is no voucher yet."""
    checked = Checked(document, options, lists)
    return [*_head(checked), *_texts(checked)]


def _head(checked: Checked) -> Iterator[Objection]:
    document, what = checked.document, label(checked.document)
    if document.currency != CURRENCY:
        yield Objection(
            field="currency", text=f"{what} is in {document.currency}; the books of PowerOffice Go are in {CURRENCY}.",
            remedy="Enter it there by hand.",
        )  # fmt: skip
    if not checked.options.tax_id:
        yield Objection(
            field="reference", text=f"{what}: the organisation number is missing, by which our vouchers are found again.",
            remedy="Set company.tax_id in recon.toml.",
        )  # fmt: skip
    if not document.number:
        yield Objection(
            field="number", text=f"{what} has no number of ours, by which it is found again.",
            remedy='Set numbering = "source".',
        )  # fmt: skip
    reference = reference_of(document, checked.options)
    if len(reference) > REFERENCE_MAX:
        yield Objection(
            field="number",
            text=f"{what}: its reference {reference} has {len(reference)} characters; Go takes {REFERENCE_MAX}.",
            remedy="Shorten the register's name or the number in the till.",
        )
    z = z_number(document)
    if document.kind == SETTLEMENT and z is not None and len(f"Z{z}") > SAFT_ID_MAX:
        yield Objection(field="number", text=f"{what}: the Z number is longer than Go takes.")


def _day(checked: Checked) -> Iterator[Objection]:
    document, closed = checked.document, checked.lists.closed_until
    if document.issued_on.year not in YEARS:
        yield Objection(
            field="issued_on", text=f"{label(document)}: the year {document.issued_on.year} is none of our time."
        )
    if closed is not None and document.issued_on <= closed:
        yield Objection(
            field="issued_on",
            text=f"{label(document)} is of {_day_text(document.issued_on)}, but PowerOffice Go takes nothing on or before {_day_text(closed)}"
            " (lock date or start of the books).",
            remedy="Move the lock date in Go, or enter it by hand on a later day.",
        )  # fmt: skip


def _sums(checked: Checked) -> Iterator[Objection]:
    document, what = checked.document, label(checked.document)
    if document.kind != SETTLEMENT:
        return  # the other side of an invoice is its customer
    sides = sides_of(document, checked.lists)
    if not sides:
        yield Objection(
            field="lines", text=f"{what} has no line with an amount.", remedy="Nothing to post: set it aside."
        )
    off = sum(side.minor for side in sides)
    if off:
        yield Objection(
            field="lines", text=f"{what}: debits and credits differ by {plain(abs(off), CURRENCY)}; Go takes only what is balanced.",
            remedy="This is a mistake of recon's; please report it.",
        )  # fmt: skip


def _accounts(checked: Checked) -> Iterator[Objection]:
    document, lists, what = checked.document, checked.lists, label(checked.document)
    seen: set[str] = set()
    for side in sides_of(document, lists):
        if side.account in seen:
            continue
        seen.add(side.account)
        known = lists.accounts.get(side.account)
        if known is None:
            named = f"no account {side.account}" if side.account else f"no account for {side.text or 'a line'}"
            yield Objection(
                field="account", text=f"{what}: PowerOffice Go has {named} that is active.", remedy=_CONNECT
            )
            continue
        if known.facts.needs_department and not document.department:
            yield Objection(
                field="department", text=f"{what}: account {side.account} is posted only with a department in Go, and there is none.",
                remedy=f"Map {document.sales_channel or 'the place'} to a department under till.departments.",
            )  # fmt: skip
        if known.facts.needs_project and not document.project:
            yield Objection(
                field="project", text=f"{what}: account {side.account} is posted only with a project in Go, and there is none.",
                remedy=f"Map {document.sales_channel or 'the place'} to a project under till.projects, or map to another account.",
            )  # fmt: skip


def _department(checked: Checked) -> Iterator[Objection]:
    code = checked.document.department
    if code and code not in checked.lists.departments:
        yield Objection(
            field="department", text=f"{label(checked.document)}: PowerOffice Go has no department {code} that is active.",
            remedy="Correct till.departments, or create it in Go and run `recon connect`.",
        )  # fmt: skip


def _project(checked: Checked) -> Iterator[Objection]:
    code = checked.document.project
    if code and code not in checked.lists.projects:
        yield Objection(
            field="project", text=f"{label(checked.document)}: PowerOffice Go has no project {code} that is active.",
            remedy="Correct till.projects, or create it in Go and run `recon connect`.",
        )  # fmt: skip


def _vat(checked: Checked) -> Iterator[Objection]:
    document, lists = checked.document, checked.lists
    for line in document.lines:
        if line.amount_minor:
            yield from _vat_of_line(line, checked)
    for side in paid_sides(document, lists):
        known = lists.accounts.get(side.account)
        code = lists.vat(side.vat, document.issued_on)
        if known is not None and known.facts.is_tax_locked and code is not None and code.rate:
            yield Objection(
                field="VAT code", text=f"{label(document)}: account {side.account} takes only VAT code {side.vat} ({percent_text(code.rate)}) in Go;"
                " money cannot be paid into it.",
                remedy="Map the payment to an account of money.",
            )  # fmt: skip


def _vat_of_line(line: DocumentLine, checked: Checked) -> Iterator[Objection]:
    document, lists = checked.document, checked.lists
    where = f"{label(document)}, line {line.line_no} ({line.description})"
    if not line.tax_code:
        yield Objection(
            field="VAT code", text=f"{where} has no VAT code of Go.", remedy="Map its VAT with `recon match`."
        )
        return
    code = lists.vat(line.tax_code, document.issued_on)
    if code is None:
        text = (
            f"{where}: PowerOffice Go has no VAT code {line.tax_code} that is valid on {_day_text(document.issued_on)}."
        )
        yield Objection(field="VAT code", text=text, remedy=_CONNECT)
        return
    known = lists.accounts.get(line.account_code or "")
    if known is not None and known.facts.is_tax_locked and known.facts.tax_code != line.tax_code:
        yield Objection(
            field="VAT code", text=f"{where}: account {line.account_code} takes only VAT code {known.facts.tax_code or '(none)'} in Go, not {line.tax_code}.",
            remedy="Map the article group to another account, or unlock the VAT code on the account in Go.",
        )  # fmt: skip
    if code.rate is None:
        yield Objection(
            field="VAT code",
            text=f"{where}: PowerOffice Go states no rate for VAT code {line.tax_code}.",
            remedy="Enter it by hand.",
        )
        return
    worked_out = divide_half_up(line.amount_minor * code.rate, RATE_UNIT + code.rate)
    if worked_out != line.vat_minor:
        yield Objection(
            field="VAT code", text=f"{where}: VAT code {line.tax_code} is {percent_text(code.rate)} in Go now, which makes {plain(worked_out, CURRENCY)}"
            f" of VAT, not {plain(line.vat_minor, CURRENCY)} as approved.",
            remedy="Run `recon connect` to read the rates again, then plan again.",
        )  # fmt: skip


def _texts(checked: Checked) -> Iterator[Objection]:
    document = checked.document
    texts = [("remark", document.remark), *((f"line {line.line_no}", line.description) for line in document.lines)]
    for field, text in texts:
        if len(text) > TEXT_MAX:
            yield Objection(
                field=field, text=f"{label(document)}: a text has {len(text)} characters; at most {TEXT_MAX} are sent.",
                remedy="Shorten it in the till.",
            )  # fmt: skip


def _day_text(day: dt.date) -> str:
    return day.isoformat()


CHECKS: Final[tuple[Callable[[Checked], Iterator[Objection]], ...]] = (
    _head, _day, _sums, _accounts, _department, _project, _vat, _texts,
)  # fmt: skip
"""Every check, in the order its objections are shown."""
