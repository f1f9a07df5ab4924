"""What PEAK would object to, found before anything is sent: an ordered list of small checks, all run on every document."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from recon.domain.document import PAYMENT_KINDS, Document, DocumentLine
from recon.targets.base import Catalog, Objection
from recon.targets.peak.masters import CONTACT_CODE_MAX, CONTACT_NAME_MAX
from recon.targets.peak.options import PeakOptions
from recon.targets.peak.payloads import CREDITED_TYPE, VOIDABLE, remark_of
from recon.targets.peak.purchases import KINDS as PURCHASES
from recon.targets.peak.purchases import purchase_objections

YEARS: Final = range(1990, 2200)
"""Gregorian years of a document; 2400 to 2600 would be Buddhist."""
CURRENCY: Final = "THB"
KINDS: Final = frozenset({"invoice", "receipt", "payment", "void", "credit_note"}) | PURCHASES
_LINED: Final = ("invoice", "receipt", "expense")
_WITHOUT_NUMBER: Final = ("payment", "void", "expense", "expense_payment", "supplier_credit")


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check may look at."""

    document: Document
    options: PeakOptions
    catalog: Catalog | None


def objections(document: Document, options: PeakOptions, catalog: Catalog | None) -> list[Objection]:
    """Return every objection to a document."""
    checked = Checked(document, options, catalog)
    return [objection for check in CHECKS for objection in check(checked)]


def _kind(checked: Checked) -> Iterator[Objection]:
    document = checked.document
    kind, applies = document.kind, document.applies_to_kind or ""
    if kind not in KINDS:
        yield Objection(field="kind", text=f"PEAK's API takes no {kind} from us.", remedy="Enter it by hand.")
    if kind in {"payment", "void"} and not document.applies_to_number:
        yield Objection(field="applies_to_number", text=f"The {kind} names no document it belongs to.")
    if kind == "void" and applies not in VOIDABLE:
        yield Objection(
            field="applies_to_kind",
            text=f"PEAK's API cannot void a {applies or 'nameless kind'}.",
            remedy="Void it in PEAK by hand.",
        )
    if kind == "credit_note" and applies not in CREDITED_TYPE:
        yield Objection(
            field="applies_to_kind",
            text="A credit note credits an invoice or a receipt; this one names neither.",
            remedy="Write it in PEAK by hand.",
        )


def _currency_and_amount(checked: Checked) -> Iterator[Objection]:
    document = checked.document
    if document.currency != CURRENCY:
        yield Objection(
            field="currency",
            text=f"The document is in {document.currency}; PEAK's API takes {CURRENCY} only.",
            remedy="Post it by hand with the rate of the day.",
        )
    if document.kind != "void" and document.total_minor <= 0:
        yield Objection(
            field="total", text="The total is zero or less; PEAK takes no such document.", remedy="Nothing to post."
        )
    if document.kind in PAYMENT_KINDS and document.paid_minor <= 0:
        yield Objection(field="paid", text="The payment is zero or less.", remedy="Nothing to post.")


def _number(checked: Checked) -> Iterator[Objection]:
    document, longest = checked.document, checked.options.number_max_length
    if document.kind in _WITHOUT_NUMBER or checked.options.numbering == "ledger":
        return
    number = document.number or ""
    if not number:
        yield Objection(
            field="number",
            text="The document has no number of ours, and this connection numbers by the source.",
            remedy='Set numbering to "ledger", or check the order\'s number.',
        )
    elif number != number.strip():
        yield Objection(
            field="number",
            text=f"The number {number!r} begins or ends with a space.",
            remedy="Correct the order's number.",
        )
    elif len(number) > longest:
        yield Objection(
            field="number",
            text=f"The number {number} has {len(number)} characters; at most {longest} are sent.",
            remedy="Shorten number_prefix, or raise ledger.number_max_length if PEAK takes more.",
        )


def _dates(checked: Checked) -> Iterator[Objection]:
    document = checked.document
    dates: tuple[tuple[str, dt.date | None], ...] = (
        ("issued_on", document.issued_on),
        ("due_on", document.due_on),
        ("paid_on", document.paid_on),
    )
    for field, date in dates:
        if date is not None and date.year not in YEARS:
            yield Objection(
                field=field,
                text=f"The year {date.year} is no Gregorian year of our time (Buddhist era?).",
                remedy="Declare the era of the date column in the profile.",
            )


def _contact(checked: Checked) -> Iterator[Objection]:
    document = checked.document
    if document.kind not in {*_LINED, "supplier_credit"}:
        return
    if not 0 < len(document.contact_code) <= CONTACT_CODE_MAX:
        yield Objection(
            field="contact_code",
            text=f"The contact code {document.contact_code!r} must have 1 to {CONTACT_CODE_MAX} characters.",
            remedy="Set a shorter code under [contacts].",
        )
    if len(document.contact_name) > CONTACT_NAME_MAX:
        yield Objection(
            field="contact_name",
            text=f"The contact's name has {len(document.contact_name)} characters; PEAK takes {CONTACT_NAME_MAX}.",
            remedy="Shorten it in the order.",
        )


def _payment(checked: Checked) -> Iterator[Objection]:
    document, catalog = checked.document, checked.catalog
    if document.kind == "receipt" and document.paid_minor != document.total_minor:
        yield Objection(
            field="paid", text="A receipt's payments must come to its total.", remedy="Check the order's payments."
        )
    if document.kind not in {"receipt", *PAYMENT_KINDS}:
        return
    method = document.payment_method or ""
    if not method:
        yield Objection(
            field="payment_method",
            text="No payment method of PEAK receives the money.",
            remedy="Map the payment channel with `recon match`.",
        )
    elif catalog and catalog.methods and method not in {known.code for known in catalog.methods}:
        yield Objection(
            field="payment_method",
            text=f"PEAK has no payment method {method}.",
            remedy="Map the payment channel to one of PEAK's methods with `recon match`.",
        )


def _lines(checked: Checked) -> Iterator[Objection]:
    document = checked.document
    if document.kind not in _LINED:
        return
    if not 0 < len(document.lines) <= checked.options.lines_max:
        yield Objection(
            field="lines",
            text=f"The document has {len(document.lines)} lines; 1 to {checked.options.lines_max} are sent.",
            remedy="Enter the document by hand, or split the order in the shop.",
        )
    catalog = checked.catalog
    products = {known.code for known in catalog.products} if catalog and catalog.products else None
    accounts = {known.code for known in catalog.accounts} if catalog and catalog.accounts else None
    for line in document.lines:
        yield from _line(line, products, accounts)


def _line(line: DocumentLine, products: set[str] | None, accounts: set[str] | None) -> Iterator[Objection]:
    where = f"line {line.line_no}"
    if not line.product_code and not line.account_code:
        yield Objection(
            field=where,
            text=f"{where} names neither a product nor an account.",
            remedy="Link the SKU with `recon match`, or set accounts.sales.",
        )
    if line.product_code and products is not None and line.product_code not in products:
        yield Objection(
            field=where,
            text=f"PEAK has no product {line.product_code}.",
            remedy="Link the SKU to one of PEAK's products with `recon match`.",
        )
    if line.account_code and accounts is not None and line.account_code not in accounts:
        yield Objection(
            field=where,
            text=f"PEAK has no account {line.account_code}.",
            remedy="Choose the account from PEAK's chart (accounts in recon.toml).",
        )
    if line.quantity_milli <= 0 or line.unit_price_minor < 0:
        yield Objection(
            field=where,
            text=f"{where} has a quantity of zero or less, or a price below zero.",
            remedy="Correct the order in the source.",
        )
    if line.quantity_milli * line.unit_price_minor != line.amount_minor * 1000:
        yield Objection(
            field=where,
            text=f"{where}: quantity x price is not its amount.",
            remedy="This is a mistake of recon's; please report it.",
        )


def _texts(checked: Checked) -> Iterator[Objection]:
    document, longest = checked.document, checked.options.text_max_length
    texts = [("remark", remark_of(document, checked.options))]
    texts += [(f"line {line.line_no}", line.description) for line in document.lines]
    for field, text in texts:
        if len(text) > longest:
            yield Objection(
                field=field,
                text=f"The text has {len(text)} characters; at most {longest} are sent.",
                remedy="Shorten it in the source.",
            )


def _purchase(checked: Checked) -> Iterator[Objection]:
    if checked.document.kind in PURCHASES:
        yield from purchase_objections(checked.document, checked.options, checked.catalog)


CHECKS: Final[tuple[Callable[[Checked], Iterator[Objection]], ...]] = (
    _kind, _currency_and_amount, _number, _dates, _contact, _payment, _lines, _texts, _purchase,
)  # fmt: skip
"""Every check, in the order its objections are shown."""
