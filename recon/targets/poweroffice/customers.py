"""Customers of PowerOffice Go: found by our reference, their number or their organisation number, created once where missing.

They follow the rules of documents (F37): look up first, create once, and never on a guess. A customer that we create carries
our reference, which Go takes once only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from recon.domain.document import Document
from recon.errors import AlreadyExists, OutcomeUnknown, TargetRejected
from recon.targets.base import Catalog, LedgerContact, MasterRequest, Objection
from recon.targets.poweroffice.client import GoClient
from recon.targets.poweroffice.options import CONTACT_CODE_MAX, PowerOfficeOptions
from recon.targets.wire import Fields, Out, encode

CUSTOMERS: Final = "/Customers"
NAME_MAX: Final = 100
_ADDRESS: Final = re.compile(
    r"(?P<street>.*?),?\s*\b(?P<zip>[0-9]{4})\s+(?P<city>[^\d,]+)(?:,\s*(?:NO|Norge|Norway))?", re.ASCII | re.IGNORECASE
)
"""A Norwegian address in one line; Go wants zip code and city apart."""

TWICE_REMEDY: Final = "Merge them there, or name one under [contacts]."


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One customer with Go's id and number."""

    customer_id: str
    number: str
    external_number: str
    contact: LedgerContact


class Customers:
    """The company's customers, read once and completed."""

    def __init__(self, client: GoClient, options: PowerOfficeOptions) -> None:
        self._client = client
        self._options = options
        self._known: list[Customer] | None = None

    def of(self, document: Document) -> Customer | None:
        """Return the customer a document is for; None: Go has none, or more than one could be meant."""
        found = self._find(document.contact_code, document.contact_tax_id or "")
        return found[0] if len(found) == 1 else None

    def problem(self, document: Document, what: str) -> Objection | None:
        """Return why a document has no customer; None: it has one."""
        found = self._find(document.contact_code, document.contact_tax_id or "")
        if len(found) > 1:
            return Objection(field="customer", text=f"{what}: {_twice(found)}", remedy=TWICE_REMEDY)
        if found:
            return None
        text = f"{what}: PowerOffice Go has no customer {document.contact_code} ({document.contact_name})."
        return Objection(field="customer", text=text, remedy="Create it there, or correct the code under [contacts].")

    def by_id(self) -> Mapping[str, Customer]:
        """Return customers by Go's id and by Go's number."""
        all_known = self._all()
        return {**{one.number: one for one in all_known}, **{one.customer_id: one for one in all_known}}

    def is_ambiguous(self, number: str) -> bool:
        """Return whether another customer's external number is this number: imports look there first."""
        return any(one.external_number == number and one.number != number for one in self._all())

    def ensure(self, request: MasterRequest) -> Catalog:
        """Create missing customers; each is looked up first.

        Raises:
            TargetUnavailable, TargetRejected, OutcomeUnknown: As for a document.
        """
        return Catalog(contacts=tuple(self._ensured(wanted) for wanted in request.contacts if not wanted.is_supplier))

    def _ensured(self, wanted: LedgerContact) -> LedgerContact:
        if not 0 < len(wanted.code) <= CONTACT_CODE_MAX or not 0 < len(wanted.name.strip()) <= NAME_MAX:
            raise TargetRejected(
                f"customer {wanted.code or '(no code)'}: a code of 1 to {CONTACT_CODE_MAX} characters and a name of 1 to {NAME_MAX} are needed;"
                " nothing was sent.",
                code="contact",
            )  # fmt: skip
        self._known = None  # somebody may have entered it meanwhile
        found = self._find(wanted.code, wanted.tax_id)
        if len(found) > 1:
            raise TargetRejected(
                f"customer {wanted.code}: {_twice(found)} {TWICE_REMEDY} Nothing was sent.", code="contact-twice"
            )
        return found[0].contact if found else self._created(wanted)

    def _created(self, wanted: LedgerContact) -> LedgerContact:
        what = f"customer {wanted.code}"
        try:
            row = self._client.write(CUSTOMERS, encode(self._body(wanted)), what=what)
        except (OutcomeUnknown, AlreadyExists):
            # Go takes our reference once only: if it is there now, it is the customer asked for.
            self._known = None
            found = self._find(wanted.code, "")
            if not found:
                raise
            return found[0].contact
        made = customer(row, self._options)
        self._known = None
        if not made.customer_id:
            raise OutcomeUnknown(f"{what}: PowerOffice Go says yes but names no id.", code="no-id")
        return made.contact

    def _body(self, wanted: LedgerContact) -> Out:
        body: dict[str, Out] = {"IsPerson": False, "Name": wanted.name.strip()}
        if wanted.tax_id:
            body["OrganizationNumber"] = wanted.tax_id
        body["ExternalImportReference"] = reference(wanted.code, self._options)
        address = mail_address(wanted.address)
        if address:
            body["MailAddress"] = address
        return body

    def _find(self, code: str, tax_id: str) -> list[Customer]:
        """Return the customer of this code, else those of this organisation number."""
        for one in self._all():
            if code and code in {one.contact.code, one.number}:
                return [one]
        digits = _digits(tax_id)
        return [one for one in self._all() if digits and _digits(one.contact.tax_id) == digits]

    def _all(self) -> list[Customer]:
        if self._known is None:
            self._known = list(read_customers(self._client, self._options))
        return self._known


def read_customers(client: GoClient, options: PowerOfficeOptions) -> Iterator[Customer]:
    """Yield customers; those we made are called by the code we gave them, all others by Go's number."""
    rows: Iterable[Fields] = client.rows(CUSTOMERS, size=options.page_size)
    return (customer(row, options) for row in rows if row.text("Id"))


def customer(row: Fields, options: PowerOfficeOptions) -> Customer:
    """Return one customer."""
    starts, stated, number = reference("", options), row.text("ExternalImportReference"), row.text("Number")
    own = stated.removeprefix(starts) if stated.startswith(starts) else ""
    name = row.text("Name") or " ".join(filter(None, (row.text("FirstName"), row.text("LastName"))))
    contact = LedgerContact(
        code=own or number, name=name, ledger_id=row.text("Id"), tax_id=row.text("OrganizationNumber")
    )
    return Customer(
        customer_id=row.text("Id"), number=number, external_number=row.text("ExternalNumber"), contact=contact
    )


def reference(code: str, options: PowerOfficeOptions) -> str:
    """Return the reference under which a customer of ours is created, once."""
    return f"{options.tax_id}/customer/{code}"


def mail_address(line: str) -> dict[str, Out]:
    """Return an address in its parts; empty where zip code and city cannot be told for certain."""
    found = _ADDRESS.fullmatch(line.strip())
    if found is None:
        return {}
    street = found["street"].strip(" ,")
    parts: dict[str, Out] = {"AddressLine1": street} if street else {}
    return {**parts, "ZipCode": found["zip"], "City": found["city"].strip(), "CountryCode": "NO"}


def _twice(found: Iterable[Customer]) -> str:
    numbers = ", ".join(one.number for one in found)
    return f"PowerOffice Go has customers {numbers} with the same organisation number."


def _digits(tax_id: str) -> str:
    return "".join(mark for mark in tax_id if mark in "0123456789")
