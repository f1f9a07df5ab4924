"""What an endpoint works with while it answers one request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from recon.sandbox.ledgers.answers import Answer
from recon.sandbox.peak.company import Company
from recon.sandbox.peak.ledger import LIVE, Books, StoredDocument
from recon.sandbox.peak.rules import Rules
from recon.sandbox.peak.wire import Fields, Refused


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """One kind of document and how PEAK names it."""

    name: str
    wrapper: str
    """PeakInvoices."""
    listed: str
    """invoices."""
    path: str
    """/invoices."""
    prefix: str
    """What PEAK's own numbers begin with."""
    needs_payment: bool = False
    needs_tax_status: bool = True
    is_purchase: bool = False


INVOICE: Final = DocumentKind("invoice", "PeakInvoices", "invoices", "/invoices", "IV")
RECEIPT: Final = DocumentKind("receipt", "PeakReceipts", "receipts", "/receipts", "RT", needs_payment=True)
EXPENSE: Final = DocumentKind(
    "expense", "PeakExpenses", "expenses", "/expenses", "EXP", needs_tax_status=False, is_purchase=True
)
PURCHASE_ORDER: Final = DocumentKind(
    "purchase_order",
    "PeakPurchaseOrders",
    "purchaseOrders",
    "/purchaseorders",
    "PO",
    needs_tax_status=False,
    is_purchase=True,
)
CREDIT_NOTE: Final = DocumentKind("credit_note", "PeakCreditNotes", "creditNotes", "/creditnotes", "CN")
JOURNAL: Final = DocumentKind("journal", "PeakDailyJournals", "dailyJournals", "/dailyjournals", "JV")
KINDS: Final = (INVOICE, RECEIPT, EXPENSE, PURCHASE_ORDER, CREDIT_NOTE, JOURNAL)


@dataclass(slots=True)
class Desk:
    """Books, rules, company and the moment of one request."""

    books: Books
    rules: Rules
    company: Company
    now: int
    """Milliseconds since 1970 by the server's clock."""
    now_text: str
    """The same in ISO UTC."""
    today: str
    """yyyyMMdd in UTC."""
    delay: int = 0
    """Milliseconds until a document of this request appears in GET answers."""
    base_url: str = ""

    @property
    def key(self) -> str:
        """The company's key in the books."""
        return self.company.key

    def code_key(self, code: str) -> str:
        """Return the form in which two numbers are compared."""
        return code if self.rules.code_case_sensitive else code.casefold()

    def live(self, code: str, kind: str | None = None) -> StoredDocument | None:
        """Return the live document under a number, if any."""
        for document in self.books.by_code(self.key, self.code_key(code)):
            if document.status in LIVE and (kind is None or document.kind == kind):
                return document
        return None

    def take_number(self, code: str, kind: DocumentKind) -> str:
        """Return the document's number: the client's, unless a live document has it, or PEAK's own."""
        if code:
            scope = None if self.rules.code_unique_across_kinds else kind.name
            if self.live(code, scope) is not None:
                raise Refused("Transaction number is duplicated", "315")
            return code
        while True:
            number = self.books.next_number(self.key, f"number {kind.name} {self.today[:6]}")
            own = f"{kind.prefix}-{self.today[:6]}{number:05d}"
            if self.live(own) is None:
                return own

    def keep(self, document: StoredDocument) -> StoredDocument:
        """Commit a new document (with the transaction of the request)."""
        document.visible_at = self.now + max(self.delay, self.rules.index_delay_seconds * 1000)
        document.committed_at = self.now_text
        document.id = self.books.new_id(self.key, document.kind)
        self.books.add_document(document, self.code_key(document.code))
        return document

    def contact(self, *, contact_id: str = "", code: str = "") -> dict[str, Any]:
        """Return a contact by id and code; both must point to the same one."""
        equal = {name: value for name, value in (("id", contact_id), ("code", code)) if value}
        found = self.books.masters(self.key, "contact", **equal) if equal else []
        if len(found) != 1:
            raise Refused("Missing Contact Data")
        return found[0]

    def method(self, place: int, *, method_id: str = "", code: str = "") -> dict[str, Any]:
        """Return a payment method by id and code; ``place`` is the payment's position from 1."""
        equal = {name: value for name, value in (("id", method_id), ("code", code)) if value}
        found = self.books.masters(self.key, "method", **equal) if equal else []
        if len(found) != 1:
            raise Refused(f"Missing Payment Method Data At Payment [{place}]")
        return found[0]


@dataclass(frozen=True, slots=True)
class Request:
    """A request after the door: signature, tokens and limits are checked."""

    method: str
    path: str
    """Below the base address, lower case, no slash at the end."""
    query: dict[str, str]
    """Keys lower case; the last of repeated ones."""
    body: bytes = b""


Endpoint = Callable[[Desk, Request], Answer]


def wrapped(body: Fields, wrapper: str) -> Fields:
    """Return what stands inside the request's wrapper."""
    inner = body.inner(wrapper)
    if inner is None:
        raise Refused(f"Missing {wrapper}")
    return inner


def text_amount(value: Decimal) -> str:
    """Write an amount for the books."""
    return f"{value:f}"
