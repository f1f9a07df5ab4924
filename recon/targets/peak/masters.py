"""PEAK's master data: payment methods, chart of accounts, products, services, contacts; and creating missing contacts.

Contacts follow the rules of documents (F37): look up first, create once, read back, never on a guess. Products are
created by lines of the plan (`recon.targets.peak.products`).
"""

from __future__ import annotations

from typing import Final

from recon.errors import OutcomeUnknown, TargetRejected, TargetUnavailable
from recon.targets.base import (
    Catalog,
    LedgerAccount,
    LedgerContact,
    LedgerMethod,
    LedgerProduct,
    MasterRequest,
)
from recon.targets.peak.answers import Expected, confirmed
from recon.targets.peak.books import Books
from recon.targets.peak.client import PeakClient
from recon.targets.peak.payloads import contacts_with
from recon.targets.peak.wire import Fields, Out, encode

CONTACT_CODE_MAX: Final = 16
CONTACT_NAME_MAX: Final = 256
PRODUCT_NAME_MAX: Final = 100
"""A longer product name is refused with 400."""
JURISTIC, INDIVIDUAL = 3, 5
METHOD_TYPES: Final = {"1": "cash", "2": "bank"}
"""Other type numbers are shown as they are; the full list is not known."""
_CONTACTS: Final = ("/contacts", "PeakContacts", "contacts")


class Masters:
    """Reads and completes master data."""

    def __init__(self, client: PeakClient, books: Books, *, page_size: int) -> None:
        self._client = client
        self._books = books
        self._limit = {"limit": str(page_size)}

    def catalog(self) -> Catalog:
        """Return all master data of the company.

        Raises:
            TargetUnavailable: PEAK could not be read.
        """
        return Catalog(
            products=self.products(),
            methods=self.methods(),
            accounts=self.accounts(),
            contacts=self._contacts(),
        )

    def methods(self) -> tuple[LedgerMethod, ...]:
        """Return all payment methods (ช่องทางการเงิน)."""
        rows = self._books.pages("/paymentmethods", "PeakPaymentMethods", "paymentMethods", self._limit)
        return tuple(
            LedgerMethod(
                code=row.text("code"),
                name=row.text("name"),
                ledger_id=row.text("id"),
                kind=METHOD_TYPES.get(row.text("type"), row.text("type")),
                account_code=row.text("accountCode"),
            )
            for row in rows
            if row.text("code")
        )

    def products(self) -> tuple[LedgerProduct, ...]:
        """Return all products and services."""
        return (*self._products("product"), *self._products("service"))

    def accounts(self) -> tuple[LedgerAccount, ...]:
        """Return the chart of accounts; PEAK issues the codes, they are never typed."""
        rows = self._books.pages("/dailyjournals/accountcode", "PeakAccountCode", "accountCode", {})
        return tuple(
            LedgerAccount(code=row.text("code"), name=row.text("name", "nameEn")) for row in rows if row.text("code")
        )

    def ensure(self, request: MasterRequest) -> Catalog:
        """Create what is missing and return what now exists, in the order it was asked for.

        Raises:
            TargetRejected: Something cannot be created; all such things are named before anything is sent.
            TargetUnavailable, AlreadyExists, OutcomeUnknown: As for a document.
        """
        problems = _problems(request)
        if problems:
            raise TargetRejected("Nothing was created in PEAK:\n" + "\n".join(problems), code="masters")
        known = self._contacts() if any(contact.tax_id for contact in request.contacts) else ()
        contacts = tuple(self._ensured_contact(contact, known) for contact in request.contacts)
        return Catalog(contacts=contacts)

    def _products(self, kind: str) -> tuple[LedgerProduct, ...]:
        return tuple(_product(kind, row) for row in self._product_rows(kind) if row.text("code"))

    def _product_rows(self, kind: str) -> list[Fields]:
        wrapper, listed = product_names(kind)
        return list(self._books.pages(f"/{listed}", wrapper, listed, self._limit))

    def _contacts(self) -> tuple[LedgerContact, ...]:
        """Return all contacts. The list's path is known, its answer is not; without it contacts go by code alone."""
        try:
            rows = list(self._books.pages("/contacts/list", "PeakContacts", "contacts", self._limit))
        except TargetUnavailable as error:
            if error.code in {"400", "404", "405", "shape"}:
                return ()
            raise
        return tuple(_contact(row) for row in rows)

    def _ensured_contact(self, wanted: LedgerContact, known: tuple[LedgerContact, ...]) -> LedgerContact:
        held = self._contact_by_code(wanted.code)
        if held is not None:
            return held
        same = contacts_with(known, wanted.tax_id, wanted.branch) if wanted.tax_id else []
        if len(same) > 1:
            codes = ", ".join(contact.code for contact in same)
            raise TargetRejected(
                f"Contact {wanted.code}: PEAK holds {len(same)} contacts with tax id {wanted.tax_id} and this branch"
                f" ({codes}). Merge them in PEAK, or name the right code under [contacts].",
                code="contact-twice",
            )
        if same:
            return same[0]
        return self._created_contact(wanted)

    def _created_contact(self, wanted: LedgerContact) -> LedgerContact:
        path, wrapper, listed = _CONTACTS
        what = f"contact {wanted.code}"
        body: Out = {wrapper: {listed: [_contact_body(wanted)]}}
        try:
            top = self._client.write(path, encode(body), what=what, kind="contact")
            confirmed(top, _expected(what, wrapper, listed, wanted.code))
        except OutcomeUnknown:
            # The code is the contact's key: if it is there now, it is the one asked for.
            held = self._contact_by_code(wanted.code)
            if held is None:
                raise
            return held
        held = self._contact_by_code(wanted.code)
        return held if held is not None else wanted

    def _contact_by_code(self, code: str) -> LedgerContact | None:
        path, wrapper, listed = _CONTACTS
        rows = list(self._books.pages(path, wrapper, listed, {"code": code}, first_is_whole=code))
        same = [row for row in rows if row.text("code") == code]
        if len(same) > 1:
            raise TargetRejected(
                f"PEAK holds {len(same)} contacts with code {code}. Merge them in PEAK.", code="contact-twice"
            )
        return _contact(same[0]) if same else None


def _problems(request: MasterRequest) -> list[str]:
    problems = []
    for contact in request.contacts:
        if not 0 < len(contact.code) <= CONTACT_CODE_MAX:
            problems.append(
                f"contact code {contact.code!r}: PEAK takes 1 to {CONTACT_CODE_MAX} characters; set a shorter one."
            )
        if not 0 < len(contact.name.strip()) <= CONTACT_NAME_MAX:
            problems.append(f"contact {contact.code}: PEAK wants a name of 1 to {CONTACT_NAME_MAX} characters.")
    return problems


def _contact_body(contact: LedgerContact) -> Out:
    """Juristic persons' tax ids begin with 0; everybody else is an individual without a name prefix."""
    is_juristic = contact.tax_id.startswith("0")
    fields: dict[str, Out] = {
        "code": contact.code,
        "name": contact.name,
        "type": JURISTIC if is_juristic else INDIVIDUAL,
    }
    if not is_juristic:
        fields["prefixNameType"] = 0
    if contact.tax_id:
        fields["taxNumber"] = contact.tax_id
        if is_juristic or contact.branch:
            fields["branchCode"] = contact.branch or "00000"
    if contact.address:
        fields["address"] = contact.address  # whole: which part is district or province would be a guess
    return fields


def _expected(what: str, wrapper: str, listed: str, code: str | None) -> Expected:
    return Expected(what=what, kind=listed, wrapper=wrapper, listed=listed, number=code, evidence="")


def _contact(row: Fields) -> LedgerContact:
    return LedgerContact(
        code=row.text("code"),
        name=row.text("name"),
        ledger_id=row.text("id"),
        tax_id=row.text("taxNumber"),
        branch=row.text("branchCode"),
        address=row.text("address"),
    )


def _product(kind: str, row: Fields) -> LedgerProduct:
    return LedgerProduct(
        code=row.text("code"),
        name=row.text("name"),
        ledger_id=row.text("id"),
        kind="service" if kind == "service" else "product",
    )


def product_names(kind: str) -> tuple[str, str]:
    """Return wrapper and list name of products or services; the services' wrapper is taken from the pattern."""
    return ("PeakServices", "services") if kind == "service" else ("PeakProducts", "products")
