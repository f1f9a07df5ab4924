"""QuickBooks Desktop (US) as a ledger: documents go out as forms, one message set at a time, over the desk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, Final

from recon.domain.document import Document
from recon.domain.taxes import LedgerTax
from recon.errors import TargetRejected, TargetUnavailable
from recon.money import plain
from recon.targets.base import (
    OTHER_COMPANY,
    Capabilities,
    Catalog,
    Company,
    Confirmation,
    Found,
    LedgerDocument,
    ListRoom,
    MasterRequest,
    Objection,
    Target,
)
from recon.targets.quickbooks.company import Setup, company_of, missing, read_setup, rooms
from recon.targets.quickbooks.desk import Desk
from recon.targets.quickbooks.exchange import Exchange
from recon.targets.quickbooks.find import Finder
from recon.targets.quickbooks.forms import (
    FORMS,
    ITEM_RECEIPT,
    JOURNAL,
    KINDS,
    PRODUCT,
    REFUND_ACCOUNTS,
    REFUNDS,
    SOLD,
    form_request,
    is_off,
    label,
    ref_number,
)
from recon.targets.quickbooks.masters import Lists, Masters
from recon.targets.quickbooks.options import (
    CURRENCY,
    FULL_NAME_MAX,
    ITEM_NAME_MAX,
    NAME_MAX,
    REF_NUMBER_MAX,
    TEXT_MAX,
    QuickBooksOptions,
)
from recon.targets.quickbooks.qbxml.problems import QbxmlRefused
from recon.targets.quickbooks.qbxml.write import Request
from recon.targets.quickbooks.records import confirmation, is_signed, transaction
from recon.targets.quickbooks.tax_items import TaxUse, objections

UNSTATED: Final = (
    (
        "package",
        "Not known. QuickBooks Pro and Premier are no longer sold in the US and their support ends; an expired file is view-only.",
    ),
)
NEED_CUSTOMER: Final = frozenset({"invoice", "payment", "credit_note"})
"""Forms that stand on accounts receivable: QuickBooks takes none of them without a customer; a sales receipt it does."""


_CHECK: Final = REFUNDS["check"].name
_LISTED: Final = {
    "expense": [FORMS["expense"].name, JOURNAL.name, ITEM_RECEIPT.name],
    "refund": [form.name for form in REFUNDS.values()],
}
"""Kinds that stand on several forms. Of checks only those with our sign are refunds; a company writes them for everything."""


class QuickBooksTarget(Target):
    """One company file of QuickBooks Desktop."""

    name: ClassVar[str] = "quickbooks"

    def __init__(self, desk: Desk, options: QuickBooksOptions) -> None:
        self._exchange = Exchange(desk)
        self._options = options
        self._masters = Masters(self._exchange, page_size=options.page_size)
        self._finder = Finder(self._exchange)
        self._lists: Lists | None = None
        """Read by `verify` and not yet given away."""
        self._setup: Setup | None = None
        self._company: Company | None = None
        self._tax_items: dict[str, LedgerTax | None] = {}
        self._made: tuple[Document, TaxUse, Request] | None = None
        self.capabilities = capabilities(options)

    def verify(self) -> Company:
        """Return which company file answers and what is missing there."""
        setup = self._read_setup()
        lists = self._lists = self._masters.lists()
        lacks = missing(setup, self._options, lists.items, lists.accounts)
        return self._answered(setup, lacks, rooms(setup, self._masters.counts(lists)))

    def identify(self) -> Company:
        """Return which company file answers; from now on no other one gets anything from us."""
        return self._answered(self._read_setup(), ())

    def _read_setup(self) -> Setup:
        self._setup = read_setup(self._exchange)
        return self._setup

    def _answered(self, setup: Setup, lacks: Iterable[str], full: tuple[ListRoom, ...] = ()) -> Company:
        self._company = company_of(setup, self._exchange.desk.company_file(), self._options, lacks, full)
        return self._company

    def catalog(self) -> Catalog:
        """Return the lists of the company file: those `verify` has just read, so that connecting reads each list once."""
        lists, self._lists = self._lists or self._masters.lists(), None
        return lists.catalog()

    def check(self, document: Document) -> list[Objection]:
        """Return what QuickBooks would object to, without asking it."""
        found = [] if document.kind == PRODUCT else self._objections(document)
        found += objections(document, label(document), self._taxes(), self._options, self._tax_item)
        try:
            self._request(document)
        except QbxmlRefused as error:
            found += [
                Objection(field=problem.path, text=f"{label(document)}: {problem}.") for problem in error.problems
            ]
        except TargetRejected as error:
            found.append(Objection(field="kind", text=str(error)))
        return found

    def _objections(self, document: Document) -> list[Objection]:
        found = []
        if document.currency != CURRENCY:
            found.append(
                Objection(
                    field="currency", text=f"{label(document)} is in {document.currency}; the books are in {CURRENCY}.",
                    remedy="Enter it by hand with the rate of the day.",
                )
            )  # fmt: skip
        if document.kind in FORMS and not ref_number(document):
            found.append(
                Objection(field="number", text=f"{label(document)} has no number.", remedy='Set numbering = "source".')
            )
        bare = [line.line_no for line in document.lines if not line.product_code]
        if document.kind in SOLD and bare and not self._options.text_item:
            found.append(
                Objection(
                    field="lines", text=f"{label(document)}: lines {', '.join(map(str, bare))} name no item of QuickBooks.",
                    remedy="Name an item for them as quickbooks.text_item, or link their products.",
                )
            )  # fmt: skip
        if document.payments and document.kind == "receipt" and not self._options.text_item:
            parts = ", ".join(f"{part.payment_channel} {plain(part.amount_minor)}" for part in document.payments)
            found.append(
                Objection(
                    field="payments", text=f"{label(document)} was paid through several channels ({parts}); the lines of all but one need an item.",
                    remedy="Name one as quickbooks.text_item.",
                )
            )  # fmt: skip
        odd = [line for line in document.lines if document.kind in SOLD and is_off(line)]
        found += [
            Objection(
                field="lines", text=f"{label(document)}: line {line.line_no} is not its quantity times its price."
            )
            for line in odd
        ]
        return found

    def _taxes(self) -> TaxUse:
        """Return how the company file uses sales tax, asking it once where nobody has yet."""
        return (self._setup or self._read_setup()).taxes

    def _tax_item(self, code: str) -> LedgerTax | None:
        """Return a tax item as it is in the company file now, asking for it once."""
        if code not in self._tax_items:
            self._tax_items[code] = self._masters.tax_item(code)
        return self._tax_items[code]

    def payload(self, document: Document) -> bytes:
        """Return the request of the document's one write; the id of its message set is new each time and not in it."""
        return self._request(document).text.encode("ascii")

    def _request(self, document: Document) -> Request:
        """Return the document's request, made once: it is checked, digested and sent one right after the other."""
        taxes = self._taxes()
        if self._made is None or self._made[0] is not document or self._made[1] != taxes:
            self._made = (document, taxes, form_request(document, self._options, taxes))
        return self._made[2]

    def send(self, document: Document) -> Confirmation:
        """Send once, as a message set of its own."""
        asked = self._request(document)
        self._require_same_file()
        return confirmation(self._exchange.post(asked, document.document_key, label(document)))

    def _require_same_file(self) -> None:
        """Stop where another company file is open than the one that answered before (F35, F42)."""
        if self._company is None or self._setup is None:
            return
        now = company_of(self._setup, self._exchange.desk.company_file(), self._options)
        if now.company_id != self._company.company_id:
            raise TargetUnavailable(
                f"Another company file is open in QuickBooks than the one of {self._company.name}. Nothing more was sent. Open the"
                " right file, then run it again.",
                code=OTHER_COMPANY, stops_batch=True,
            )  # fmt: skip

    def find(self, document: Document) -> Found:
        """Look the document up by what became of its message set, then by its number and our sign."""
        return self._finder.find(document)

    def read_back(self, documents: Sequence[tuple[Document, str]]) -> Iterator[tuple[Document, LedgerDocument | None]]:
        """Yield what QuickBooks holds; for voids the document they apply to."""
        return self._finder.read_back(documents)

    def list_documents(self, kinds: Iterable[str], since: dt.date, until: dt.date) -> Iterator[LedgerDocument]:
        """Yield all documents of these kinds dated in the period, whoever wrote them."""
        for kind in dict.fromkeys(kinds):
            names = _LISTED.get(kind, [FORMS[kind].name] if kind in FORMS else [])
            period = {"TxnDateRangeFilter": {"FromTxnDate": since, "ToTxnDate": until}}
            values: dict[str, object] = {**period, "IncludeLineItems": True}
            for name in names:
                rows = self._exchange.pages(f"{name}Query", values, size=self._options.page_size)
                yield from (transaction(row) for row in rows if name != _CHECK or is_signed(row))

    def ensure_masters(self, request: MasterRequest) -> Catalog:
        """Create missing customers and vendors."""
        return self._masters.ensure(request)


def capabilities(options: QuickBooksOptions) -> Capabilities:
    """Return what QuickBooks Desktop can do under these settings."""
    pays = options.refunds in REFUNDS
    return Capabilities(
        kinds=KINDS if pays else KINDS - {"refund"},
        own_number=False,  # RefNumber is not unique there: a second document under it is taken
        number_max_length=REF_NUMBER_MAX,
        partial_credit_note=True,
        refund_payment=pays,
        refund_accounts=REFUND_ACCOUNTS.get(options.refunds, frozenset()),
        expense_paid_at_once=True,
        expense_items=True,
        split_payments=True,
        stock_account=options.asset_account if options.keeps_stock else "",
        searchable_by_number=True,
        text_max_length=TEXT_MAX,
        contact_code_max_length=FULL_NAME_MAX,
        currencies=frozenset({CURRENCY}),
        lookup_grace_seconds=options.lookup_grace_seconds,
        product_name_max_length=ITEM_NAME_MAX,
        contact_name_max_length=NAME_MAX,
        needs_contact=NEED_CUSTOMER,
        unstated=UNSTATED,
    )
