"""Invoices that PowerOffice Go shall issue: sales orders as drafts, which a person reviews and sends.

Order lines carry no VAT code: Go takes account and VAT from the product. So what the order comes to is read back and compared
before success is reported. Nothing here ever sends an invoice.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from recon.domain.document import Document, DocumentLine
from recon.errors import OutcomeUnknown, TargetRejected, TargetUnavailable
from recon.targets.base import Confirmation, Found, LedgerDocument, LedgerLine, LedgerProduct, Objection
from recon.targets.compare import differences, quantity_text
from recon.targets.poweroffice.client import GoClient
from recon.targets.poweroffice.customers import Customers
from recon.targets.poweroffice.find import POSTED_LATER, Places
from recon.targets.poweroffice.held import Held
from recon.targets.poweroffice.lists import Lists, read_products
from recon.targets.poweroffice.options import CURRENCY, PowerOfficeOptions
from recon.targets.poweroffice.payloads import Request, as_id, label, reference_of
from recon.targets.wire import Fields, Out, encode, read_minor, read_quantity

ORDERS: Final = "/SalesOrders"
COMPLETE: Final = "/SalesOrders/Complete"
PRICE_DIGITS: Final = Decimal("0.000001")
CREDIT: Final = "credit_note"
KINDS: Final = frozenset({"invoice", CREDIT})
PRICES_UNKNOWN: Final = (
    "PowerOffice Go's documentation does not say whether unit prices of orders are without or with VAT."
)
PRICES_REMEDY: Final = (
    'Send one order in the demo company with poweroffice.order_prices = "without-vat", look at its total there, then set'
    ' "without-vat" or "with-vat".'
)


class Orders:
    """Sales orders of one company."""

    def __init__(self, client: GoClient, customers: Customers, places: Places, options: PowerOfficeOptions) -> None:
        self._client = client
        self._customers = customers
        self._places = places
        self._options = options
        self._products: dict[str, LedgerProduct] | None = None

    def check(self, document: Document, lists: Lists) -> Iterator[Objection]:
        """Yield what Go would object to."""
        what = label(document)
        if self._options.order_prices == "unknown":
            yield Objection(field="price", text=f"{what}: {PRICES_UNKNOWN}", remedy=PRICES_REMEDY)
        if document.department and document.department not in lists.departments:
            yield Objection(
                field="department", text=f"{what}: PowerOffice Go has no department {document.department} that is active.",
                remedy="Correct till.departments, or create it in Go and run `recon connect`.",
            )  # fmt: skip
        if document.project and document.project not in lists.projects:
            yield Objection(
                field="project", text=f"{what}: PowerOffice Go has no project {document.project} that is active.",
                remedy="Correct till.projects, or create it in Go and run `recon connect`.",
            )  # fmt: skip
        problem = self._customers.problem(document, what)
        if problem is not None:
            yield problem
        for line in document.lines:
            yield from self._check_line(line, what)
        if not document.lines:
            yield Objection(field="lines", text=f"{what} has no lines.", remedy="Enter it there by hand.")

    def _check_line(self, line: DocumentLine, what: str) -> Iterator[Objection]:
        if not line.product_code or line.product_code not in self._known_products():
            named = f"no product {line.product_code}" if line.product_code else "no product for it"
            yield Objection(
                field=f"line {line.line_no}", text=f"{what}: line {line.line_no} ({line.description}): PowerOffice Go has {named}.",
                remedy="Link the article to one of Go's products with `recon match`; run `recon connect` first if it is new there.",
            )  # fmt: skip
        if line.quantity_milli <= 0:
            yield Objection(
                field=f"line {line.line_no}", text=f"{what}: line {line.line_no} has a quantity of zero or less.",
                remedy="Enter it there by hand.",
            )  # fmt: skip

    def request(self, document: Document, lists: Lists) -> Request:
        """Return the one write of an order.

        Raises:
            TargetRejected: It names something Go does not have, or its prices cannot be stated.
        """
        if self._options.order_prices == "unknown":
            raise TargetRejected(
                f"{label(document)}: {PRICES_UNKNOWN} Nothing was sent. {PRICES_REMEDY}", code="order-prices"
            )
        buyer = self._customers.of(document)
        if buyer is None:
            raise TargetRejected(
                f"{label(document)}: PowerOffice Go has no customer {document.contact_code}; nothing was sent.",
                code="not-there",
            )
        body: dict[str, Out] = {
            "CustomerId": as_id(buyer.customer_id),
            "SalesOrderDate": document.issued_on.isoformat(),
            "SalesOrderStatus": "Draft",
            "CurrencyCode": CURRENCY,
            "ExternalImportReference": reference_of(document, self._options),
        }
        number = document.number or ""
        if number.isascii() and number.isdecimal() and len(number) < 16:
            body["ImportedOrderNo"] = int(number)
        if document.department and document.department in lists.departments:
            body["DepartmentId"] = as_id(lists.departments[document.department][0])
        if document.project and document.project in lists.projects:
            body["ProjectId"] = as_id(lists.projects[document.project][0])
        sign = -1 if document.kind == CREDIT else 1
        body["SalesOrderLines"] = [self._line(line, place, sign, document) for place, line in enumerate(document.lines)]
        return Request(path=COMPLETE, body=encode(body))

    def _line(self, line: DocumentLine, place: int, sign: int, document: Document) -> Out:
        known = self._known_products().get(line.product_code or "")
        if known is None:
            raise TargetRejected(
                f"{label(document)}: PowerOffice Go has no product {line.product_code or '(none)'}; nothing was sent.",
                code="not-there",
            )
        return {
            "LineType": "Normal",
            "ProductId": as_id(known.ledger_id),
            "Description": line.description,
            "Quantity": sign * Decimal(quantity_text(line.quantity_milli)),
            "ProductUnitPrice": self._price(line),
            "SortOrder": place,
        }

    def _price(self, line: DocumentLine) -> Decimal:
        """Return a unit price after discount, as Go wants it: net or gross; more digits only where the quantity needs them."""
        minor = line.net_minor if self._options.order_prices == "without-vat" else line.net_minor + line.vat_minor
        each = (Decimal(minor) * 10 / line.quantity_milli).quantize(PRICE_DIGITS, ROUND_HALF_UP)
        cents = each.quantize(Decimal("0.01"))
        return cents if cents == each else each

    def confirmed(self, document: Document, top: Fields) -> Confirmation:
        """Return Go's yes with the totals of the order as it stands there; the answer's own where it cannot be read now."""
        ledger_id = top.text("Id")
        if not ledger_id:
            raise OutcomeUnknown(
                f"{label(document)}: PowerOffice Go says yes but names no id. It is looked up before anything else.",
                code="no-id", words=self._client.evidence(str(top.raw).encode()),
            )  # fmt: skip
        try:
            row = self._client.one_if_there(f"{ORDERS}/{ledger_id}/Complete") or top
        except TargetUnavailable:
            row = top
        held = self._held(row, document)
        return Confirmation(
            ledger_id=ledger_id, ledger_number=document.number or "", total_minor=held.total_minor,
            vat_minor=held.vat_minor, words=_order_words(row),
        )  # fmt: skip

    def find(self, document: Document) -> Found:
        """Look an order up by our reference; one that was sent meanwhile is found by its posted invoice."""
        reference = reference_of(document, self._options)
        rows = [row for row in self._rows() if row.text("ExternalImportReference") == reference]
        held = [self._held(self._whole(row), document) for row in rows]
        if not held:
            day = document.issued_on
            sent = [one for one in self._places.posted(day, day + POSTED_LATER) if one.reference == reference]
            return self._found_posted(document, [one for one in sent if not one.is_reversed], sent)
        if len(held) > 1:
            return Found(state="twice", documents=tuple(held))
        buyer = self._customers.of(document)
        code = buyer.contact.code if buyer is not None else document.contact_code
        found = differences(document, held[0], ledger="PowerOffice Go", contact_code=code, number=document.number or "")
        if found:
            return Found(state="different", documents=(held[0],), differences=found)
        return Found(state="equal", documents=(held[0],), confirmation=self._confirmation(document, held[0].ledger_id))

    def _found_posted(self, document: Document, live: list[Held], sent: list[Held]) -> Found:
        documents = tuple(self._invoice(document, one) for one in sent)
        if not sent:
            return Found(state="absent")
        if not live:
            return Found(state="voided", documents=documents)
        if len(live) > 1:
            return Found(state="twice", documents=documents)
        total = documents[0].total_minor
        if total is not None and total != document.total_minor:
            return Found(state="different", documents=documents, differences=("total: not as sent; compare by hand",))
        return Found(
            state="equal", documents=documents, confirmation=self._confirmation(document, live[0].ledger_id),
            not_compared=("its lines: it was sent as an invoice there meanwhile",),
        )  # fmt: skip

    def read_back(self, document: Document, ledger_id: str) -> LedgerDocument | None:
        """Return an order as it stands, or the invoice it was sent as; None: it was deleted there."""
        row = self._client.one_if_there(f"{ORDERS}/{ledger_id}/Complete")
        if row is not None:
            return self._held(row, document)
        day, reference = document.issued_on, reference_of(document, self._options)
        for one in self._places.posted(day, day + POSTED_LATER):
            if reference == one.reference or ledger_id == one.ledger_id:
                return self._invoice(document, one)
        return None

    def listed(self, since: dt.date, until: dt.date) -> Iterator[LedgerDocument]:
        """Yield order drafts of a period, whoever made them; what they come to, without their lines."""
        for row in self._rows():
            day = row.date("SalesOrderDate")
            if day is None or since <= day <= until:
                yield self._held(row, None)

    def _rows(self) -> Iterator[Fields]:
        return self._client.rows(ORDERS, size=self._options.page_size)

    def _whole(self, row: Fields) -> Fields:
        return self._client.one_if_there(f"{ORDERS}/{row.text('Id')}/Complete") or row

    def _known_products(self) -> dict[str, LedgerProduct]:
        if self._products is None:
            self._products = {one.code: one for one in read_products(self._client, self._options)}
        return self._products

    def _confirmation(self, document: Document, ledger_id: str) -> Confirmation:
        return Confirmation(
            ledger_id=ledger_id, ledger_number=document.number or "", total_minor=document.total_minor,
            words=f"{label(document)} found in PowerOffice Go",
        )  # fmt: skip

    def _held(self, row: Fields, document: Document | None) -> LedgerDocument:
        total, net = read_minor(row.get("TotalAmount"), CURRENCY), read_minor(row.get("NetAmount"), CURRENCY)
        vat = read_minor(row.get("VatAmount"), CURRENCY)
        vat = total - net if vat is None and total is not None and net is not None else vat
        is_credit = document.kind == CREDIT if document is not None else (total or 0) < 0
        sign = -1 if is_credit else 1
        starts = f"{self._options.tax_id}/{CREDIT if is_credit else 'invoice'}/"
        stated = row.text("ExternalImportReference")
        buyer = self._customers.by_id().get(row.text("CustomerId") or row.text("CustomerNo"))
        rows = row.rows("SalesOrderLines")
        return LedgerDocument(
            kind=CREDIT if is_credit else "invoice",
            ledger_id=row.text("Id"),
            number=stated.removeprefix(starts) if stated.startswith(starts) else "",
            issued_on=row.date("SalesOrderDate"),
            total_minor=None if total is None else sign * total,
            vat_minor=None if vat is None else sign * vat,
            contact_code=buyer.contact.code if buyer is not None else None,
            is_void=False,
            reference=stated,
            lines=None if rows is None else tuple(_line(one, sign) for one in rows),
            place="draft",
            raw=self._client.evidence(json.dumps(row.raw, ensure_ascii=False, default=str).encode()),
        )

    def _invoice(self, document: Document, held: Held) -> LedgerDocument:
        """Return a sent order by its posted invoice; its total is what stands on the customer, if that can be told."""
        return LedgerDocument(
            kind=document.kind, ledger_id=held.ledger_id, number=document.number or "", issued_on=None, total_minor=None,
            vat_minor=None, contact_code=None, is_void=held.is_reversed, reference=held.reference,
            remark=held.description, place="posted", made_by=held.made_by, raw=held.raw,
        )  # fmt: skip


def _line(row: Fields, sign: int) -> LedgerLine:
    quantity = read_quantity(row.get("Quantity"))
    shown = quantity.removeprefix("-") if sign < 0 and quantity.startswith("-") else quantity
    return LedgerLine(
        description=row.text("Description"), quantity=shown, amount_minor=None, product_code=row.text("ProductCode")
    )


def _order_words(row: Fields) -> str:
    number = row.text("SalesOrderNo")
    return f"sales order {number} in PowerOffice Go, a draft" if number else ""
