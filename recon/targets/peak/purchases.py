"""Expenses, their payments and suppliers' credits as PEAK wants them (peak.md 6.8, 6.10).

PEAK numbers expenses and journal entries itself: whether it takes our number for them nobody has shown, so our key goes out
as the reference and is what a look-up compares. A supplier's credit has no document in PEAK's API; one team books it as a
journal entry, and so do we where a person named the journal's book.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from recon.domain.document import Document
from recon.errors import TargetRejected
from recon.targets.base import Catalog, Objection
from recon.targets.peak.options import PeakOptions
from recon.targets.peak.payloads import (
    PAYMENT_WRAPPER,
    SHAPES,
    TAX_STATUS,
    Request,
    contact_of,
    label,
    own_reference,
    payment_fields,
    product_line,
    remark_of,
)
from recon.targets.peak.wire import Out, amount, day, encode

KINDS: Final = frozenset({"expense", "expense_payment", "supplier_credit"})
NUMBERED_BY_PEAK: Final = frozenset({"expense", "supplier_credit"})


def purchase_request(document: Document, options: PeakOptions, catalog: Catalog | None) -> Request:
    """Return the one write that posts this document.

    Raises:
        TargetRejected: It lacks what PEAK needs to know.
    """
    if document.kind == "expense":
        return _listed(document, "/expenses/allinone", _expense(document, options, catalog))
    if document.kind == "supplier_credit":
        return _listed(document, SHAPES["supplier_credit"].get_path, _journal(document, options, catalog))
    return _payment(document, catalog)


def _listed(document: Document, path: str, fields: dict[str, Out]) -> Request:
    shape = SHAPES[document.kind]
    body: Out = {shape.wrapper: {shape.listed: [fields]}}
    return Request(path=path, body=encode(body), wrapper=shape.wrapper, listed=shape.listed, number=None)


def _expense(document: Document, options: PeakOptions, catalog: Catalog | None) -> dict[str, Out]:
    lines: list[Out] = []
    for line in document.lines:
        withheld: dict[str, Out] = {"withHoldingTaxAmount": amount(line.wht_minor)} if line.wht_minor else {}
        lines.append({**product_line(line, document.vat_mode, catalog), **withheld})
    return {
        "issuedDate": day(document.issued_on),
        "dueDate": day(max(document.due_on, document.issued_on)),
        "contact": {"id": _contact_id(document, catalog)},  # by id alone: a name beside it made a second supplier
        "taxStatus": TAX_STATUS[document.vat_mode],
        "reference": own_reference(document),
        "remark": remark_of(document, options),
        "products": lines,
    }


def _payment(document: Document, catalog: Catalog | None) -> Request:
    applies = document.applies_to_number
    if not (document.applies_to_ledger_id or applies):
        raise TargetRejected(f"{label(document)}: the expense it pays is not known in PEAK; pay it there by hand.")
    named: dict[str, Out] = (
        {"transactionId": document.applies_to_ledger_id}
        if document.applies_to_ledger_id
        else {"transactionCode": applies or ""}
    )
    paid = payment_fields(document, catalog)
    if document.wht_minor:
        paid["withHoldingTaxAmount"] = format(amount(document.wht_minor), "f")  # PEAK takes this one as text
    body: Out = {PAYMENT_WRAPPER: {**named, "paidPayments": paid}}
    return Request(
        path="/expenses/paidpaymentallinone", body=encode(body), wrapper=PAYMENT_WRAPPER, listed="", number=applies
    )


def _journal(document: Document, options: PeakOptions, catalog: Catalog | None) -> dict[str, Out]:
    """Everything of a journal entry is text."""
    entries: list[Out] = []
    for posting in document.postings:
        side, minor = ("debit", posting.debit_minor) if posting.debit_minor else ("credit", posting.credit_minor)
        entries.append({"accountCode": posting.account_code, side: format(amount(minor), "f")})
    return {
        "issuedDate": day(document.issued_on),
        "journalTypeId": options.journal_book,
        "contactId": _contact_id(document, catalog),
        "reference": own_reference(document),
        "description": remark_of(document, options),
        "journalEntries": entries,
    }


def _contact_id(document: Document, catalog: Catalog | None) -> str:
    found = contact_of(document, catalog).ledger_id
    if not found:
        raise TargetRejected(
            f"{label(document)}: PEAK's contact {document.contact_code} is not known here. Read PEAK's lists again with"
            " `recon connect`, or correct the code under purchases.suppliers; nothing was sent.",
            code="no-contact",
        )
    return found


def purchase_objections(document: Document, options: PeakOptions, catalog: Catalog | None) -> Iterator[Objection]:
    """Yield what PEAK would object to in documents of purchases, beside what holds for all."""
    if document.kind == "expense_payment":
        if not (document.applies_to_number or document.applies_to_key):
            yield Objection(field="applies_to_number", text="The payment names no expense it belongs to.")
        return
    if catalog and catalog.contacts and not contact_of(document, catalog).ledger_id and not document.contact_tax_id:
        yield Objection(
            field="contact_code",
            text=f"PEAK has no contact {document.contact_code}.",
            remedy="Correct the code under purchases.suppliers, or create the contact in PEAK; then `recon connect`.",
        )
    if document.kind == "supplier_credit":
        yield from _journal_objections(document, options, catalog)


def _journal_objections(document: Document, options: PeakOptions, catalog: Catalog | None) -> Iterator[Objection]:
    if not options.journal_book:
        yield Objection(
            field="journal_book",
            text="No journal book is named for suppliers' credits.",
            remedy="Set purchases.journal_book to PEAK's number of the book.",
        )
    known = {account.code for account in catalog.accounts} if catalog and catalog.accounts else None
    for posting in document.postings:
        if known is not None and posting.account_code not in known:
            yield Objection(
                field="postings",
                text=f"PEAK has no account {posting.account_code}.",
                remedy="Choose the account from PEAK's chart (accounts and purchases in recon.toml).",
            )
