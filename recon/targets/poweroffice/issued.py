"""Invoices a till has issued itself, and money on them: vouchers in the Import list (API v1), under the till's own numbers.

No second invoice reaches the customer. API v2's body for such vouchers is not documented, so without the Import list none
are sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from recon.domain.document import Document
from recon.errors import TargetRejected
from recon.targets.base import Objection
from recon.targets.poweroffice.customers import Customer, Customers
from recon.targets.poweroffice.entries import Side, paid_sides, sold_sides
from recon.targets.poweroffice.held import ISSUED_KINDS
from recon.targets.poweroffice.lists import Lists
from recon.targets.poweroffice.options import CURRENCY, PowerOfficeOptions
from recon.targets.poweroffice.payloads import IMPORT_CASH, IMPORTS, Request, as_id, label, money, reference_of
from recon.targets.wire import Out, encode

IMPORT_OUTGOING: Final = 1
"""`type` of an import of outgoing vouchers (API v1)."""
INVOICE: Final = "invoice"
PAYMENT: Final = "payment"
KINDS: Final = ISSUED_KINDS
NOT_DOCUMENTED: Final = (
    "How API v2 takes an invoice that was issued elsewhere is not documented; API v1's Import list does."
)
CREDIT_NOTES: Final = "How the Import list takes a credit note is not documented."


class Issued:
    """Vouchers of issued invoices and payments on them."""

    def __init__(self, customers: Customers, options: PowerOfficeOptions) -> None:
        self._customers = customers
        self._options = options

    def check(self, document: Document) -> Iterator[Objection]:
        """Yield what stands against it besides accounts, VAT codes and days."""
        what = label(document)
        if self._options.route != "import":
            yield Objection(
                field="kind",
                text=f"{what}: {NOT_DOCUMENTED}",
                remedy='Set poweroffice.route = "import", or enter it there by hand.',
            )
            return
        if document.kind not in KINDS:
            yield Objection(field="kind", text=f"{what}: {CREDIT_NOTES}", remedy="Enter it there by hand.")
            return
        problem = self._customers.problem(document, what)
        if problem is not None:
            yield problem
        buyer = self._customers.of(document)
        if buyer is not None and self._customers.is_ambiguous(buyer.number):
            yield Objection(
                field="customer", text=f"{what}: customer {buyer.number} in PowerOffice Go is also another customer's external number, and"
                " imports go by that first.",
                remedy="Change the external number of the other customer there.",
            )  # fmt: skip

    def sides(self, document: Document, lists: Lists) -> list[Side]:
        """Return what is posted: the customer against sales, or money against the customer."""
        buyer = self._buyer(document)
        if document.kind == PAYMENT:
            paid = paid_sides(document, lists)
            total = sum(side.minor for side in paid)
            return [*paid, self._on_customer(buyer, -total, document)]
        sold = sold_sides(document)
        return [self._on_customer(buyer, -sum(side.minor for side in sold), document), *sold]

    def request(self, document: Document, lists: Lists) -> Request:
        """Return the one write.

        Raises:
            TargetRejected: Go has no such customer, or the kind cannot be sent this way.
        """
        if self._options.route != "import" or document.kind not in KINDS:
            words = NOT_DOCUMENTED if self._options.route != "import" else CREDIT_NOTES
            raise TargetRejected(f"{label(document)}: {words} Nothing was sent.", code="not-documented")
        customer = self._buyer(document).number
        is_payment = document.kind == PAYMENT
        lines = [self._line(side, document, customer) for side in self.sides(document, lists)]
        return Request(
            path=IMPORTS,
            api="v1",
            body=encode({
                "description": document.remark.strip() or label(document),
                "date": document.issued_on.isoformat(),
                "type": IMPORT_CASH if is_payment else IMPORT_OUTGOING,
                "externalImportReference": reference_of(document, self._options),
                "importLines": [*lines],
            }),
        )  # fmt: skip

    def _line(self, side: Side, document: Document, customer: str) -> Out:
        number = document.applies_to_number if document.kind == PAYMENT else document.number
        day = document.issued_on.isoformat()
        line: dict[str, Out] = {"documentNumber": _document_number(document), "documentDate": day, "postingDate": day}
        is_head = side.account == customer and not side.vat
        line["customerCode" if is_head else "accountNumber"] = as_id(side.account)
        line |= {"amount": money(side.minor), "currencyCode": CURRENCY, "currencyAmount": money(side.minor)}
        if side.vat:
            line["vatCode"] = side.vat
        if side.department and not is_head:
            line["departmentCode"] = side.department
        if side.project and not is_head:
            line["projectCode"] = side.project
        if is_head and number:
            line["invoiceNo"] = number
            line["customMatchingReference"] = f"{self._options.tax_id}/{number}"
        if is_head and document.kind == INVOICE:
            line["dueDate"] = document.due_on.isoformat()
        if side.text:
            line["description"] = side.text
        return line

    def _on_customer(self, buyer: Customer, minor: int, document: Document) -> Side:
        return Side(account=buyer.number, vat="", minor=minor, text=document.contact_name, department="")

    def _buyer(self, document: Document) -> Customer:
        found = self._customers.of(document)
        if found is None:
            raise TargetRejected(
                f"{label(document)}: PowerOffice Go has no customer {document.contact_code}; nothing was sent.",
                code="not-there",
            )
        return found


def _document_number(document: Document) -> int:
    """Return the number lines of one voucher share: the invoice's own where it is one, else its day."""
    number = document.number or ""
    is_number = number.isascii() and number.isdecimal() and len(number) < 16
    return int(number) if is_number else int(document.issued_on.strftime("%Y%m%d"))
