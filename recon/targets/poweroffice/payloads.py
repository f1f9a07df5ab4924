"""Bodies of everything that is sent to PowerOffice Go, exactly as they go out; every document is one write.

API v2 wants ids, API v1 numbers and codes; a number that Go does not have never gets here (`checks`).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from recon.domain.document import Document
from recon.errors import TargetRejected
from recon.money import plain
from recon.targets.poweroffice.entries import Entry, Side, entries_of, sides_of
from recon.targets.poweroffice.lists import Lists
from recon.targets.poweroffice.options import CURRENCY, PowerOfficeOptions
from recon.targets.wire import Out, encode

SETTLEMENT: Final = "settlement"
DRAFTS: Final = "/JournalEntryVouchers/ManualJournals"
CASH_VOUCHERS: Final = "/Vouchers/CashJournals"
IMPORTS: Final = "/Import/"
IMPORT_CASH: Final = 4
"""`type` of an import of cash vouchers (API v1)."""
SUBJECTS: Final = {SETTLEMENT: "settlement", "credit_note": "credit note"}
NUMBER_LIMIT: Final = 10**15
"""Z numbers of more digits are text, not numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One write."""

    path: str
    body: bytes
    api: Literal["v1", "v2"] = "v2"


def label(document: Document) -> str:
    """Return a document as messages call it."""
    return f"{SUBJECTS.get(document.kind, document.kind)} {document.number or document.document_key}"


def reference_of(document: Document, options: PowerOfficeOptions) -> str:
    """Return the reference a document is known by there: organisation number and our number; other kinds name themselves too."""
    kind = "" if document.kind == SETTLEMENT else f"{document.kind}/"
    return f"{options.tax_id}/{kind}{document.number or document.document_key}"


def token_of(document: Document, options: PowerOfficeOptions) -> str:
    """Return what stands at the end of a draft's description, by which it is found again."""
    return f"[{reference_of(document, options)}]"


def described(document: Document, options: PowerOfficeOptions) -> str:
    """Return the description of a draft."""
    return f"{document.remark.strip()} {token_of(document, options)}".strip()


def z_number(document: Document) -> int | None:
    """Return the Z number a settlement stands for; None: it holds several."""
    last = (document.number or "").rpartition("/")[2]
    return int(last) if last.isascii() and last.isdecimal() and int(last) < NUMBER_LIMIT else None


def settlement_request(document: Document, lists: Lists, options: PowerOfficeOptions) -> Request:
    """Return the one write of a settlement, by the connection's route.

    Raises:
        TargetRejected: It names something Go does not have.
    """
    if options.route == "import":
        return Request(path=IMPORTS, body=encode(_import(document, lists, options)), api="v1")
    ids = _Ids(document, lists)
    if options.route == "posted":
        return Request(path=CASH_VOUCHERS, body=encode(_cash_voucher(document, lists, options, ids)))
    return Request(path=DRAFTS, body=encode(_draft(document, lists, options, ids)))


class _Ids:
    """Go's ids of what one document names."""

    def __init__(self, document: Document, lists: Lists) -> None:
        self._document = document
        self._lists = lists

    def account(self, number: str) -> Out:
        known = self._lists.accounts.get(number)
        return self._known(known.account_id if known else "", "account", number)

    def vat(self, code: str) -> Out:
        known = self._lists.vat(code, self._document.issued_on)
        return self._known(known.tax_id if known else "", "VAT code", code)

    def department(self, code: str) -> Out:
        return self._known(self._lists.departments.get(code, ("", ""))[0], "department", code)

    def project(self, code: str) -> Out:
        return self._known(self._lists.projects.get(code, ("", ""))[0], "project", code)

    def _known(self, found: str, noun: str, name: str) -> Out:
        if not found:
            raise TargetRejected(
                f"{label(self._document)}: PowerOffice Go has no {noun} {name or '(none)'}; nothing was sent. Run `recon connect` to read"
                " its lists, then choose one of its own.",
                code="not-there",
            )
        return as_id(found)


def as_id(text: str) -> Out:
    """Return an id as Go writes it: numbers as numbers, GUIDs as text."""
    return int(text) if text.isascii() and text.lstrip("-").isdecimal() else text


def money(minor: int) -> Decimal:
    """Return minor units of kroner as a number with two decimals."""
    return Decimal(plain(minor, CURRENCY))


def _draft(document: Document, lists: Lists, options: PowerOfficeOptions, ids: _Ids) -> Out:
    """Return an unposted manual journal (API v2); department and project stand on its head, lines inherit them."""
    body: dict[str, Out] = {"VoucherDate": document.issued_on.isoformat(), "CurrencyCode": CURRENCY}
    if document.department:
        body["DepartmentId"] = ids.department(document.department)
    if document.project:
        body["ProjectId"] = ids.project(document.project)
    body["Description"] = described(document, options)
    body["ManualVoucherLines"] = [_draft_line(entry, ids) for entry in entries_of(document, lists, options)]
    return body


def _draft_line(entry: Entry, ids: _Ids) -> Out:
    line: dict[str, Out] = {}
    for name, side in (("Debit", entry.debit), ("Credit", entry.credit)):
        if side is not None:
            line[f"{name}AccountId"] = ids.account(side.account)
            line[f"{name}VatId"] = ids.vat(side.vat)
    line["CurrencyAmount"] = money(entry.minor)
    if entry.text:
        line["Description"] = entry.text
    return line


def _cash_voucher(document: Document, lists: Lists, options: PowerOfficeOptions, ids: _Ids) -> Out:
    """Return a cash voucher that is posted at once (API v2); its head has no department and project, so every line does."""
    body: dict[str, Out] = {
        "VoucherDate": document.issued_on.isoformat(),
        "CurrencyCode": CURRENCY,
        "Description": described(document, options),
        "ExternalImportReference": reference_of(document, options),
    }
    z = z_number(document)
    if z is not None:
        body["ImportedVoucherNo"] = z
        body["SaftBatchId"] = f"Z{z}"
    body["VoucherLines"] = [_cash_line(side, document, ids) for side in sides_of(document, lists)]
    return body


def _cash_line(side: Side, document: Document, ids: _Ids) -> Out:
    line: dict[str, Out] = {
        "AccountId": ids.account(side.account),
        "VatId": ids.vat(side.vat),
        "PostingDate": document.issued_on.isoformat(),
        "CurrencyAmount": money(side.minor),
    }
    if side.department:
        line["DepartmentId"] = ids.department(side.department)
    if side.project:
        line["ProjectId"] = ids.project(side.project)
    if side.text:
        line["Description"] = side.text
    return line


def _import(document: Document, lists: Lists, options: PowerOfficeOptions) -> Out:
    """Return an entry of the Import list (API v1): numbers and codes, debits above zero."""
    z = z_number(document)
    number = z if z is not None else int(document.issued_on.strftime("%Y%m%d"))
    batch = f"Z{z}" if z is not None else ""
    return {
        "description": document.remark.strip(),
        "date": document.issued_on.isoformat(),
        "type": IMPORT_CASH,
        "externalImportReference": reference_of(document, options),
        "importLines": [_import_line(side, document, number, batch) for side in sides_of(document, lists)],
    }


def _import_line(side: Side, document: Document, number: int, batch: str) -> Out:
    day = document.issued_on.isoformat()
    line: dict[str, Out] = {
        "documentNumber": number,
        "documentDate": day,
        "postingDate": day,
        "accountNumber": as_id(side.account),
        "amount": money(side.minor),
        "currencyCode": CURRENCY,
        "currencyAmount": money(side.minor),
        "vatCode": side.vat,
    }
    if side.department:
        line["departmentCode"] = side.department
    if side.project:
        line["projectCode"] = side.project
    if batch:
        line["saftBatchId"] = batch
    if side.text:
        line["description"] = side.text
    return line
