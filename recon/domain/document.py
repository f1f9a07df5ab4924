"""A document as a person sees it and as a ledger is sent it: header, lines, postings, provenance."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal

PURCHASE_KINDS: Final = ("expense", "expense_payment", "supplier_credit")
"""Kinds of documents about what we buy; never summed with those about what we sell."""
PAYMENT_KINDS: Final = ("payment", "expense_payment", "refund")
"""Kinds that move money only: what they say of net and VAT stands on the document they pay."""

NUMBERLESS: Final = frozenset({"void", "expense_payment", "refund"})
"""Kinds that stand under the number of the document they belong to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """One line of a document; quantity x unit price is its amount exactly."""

    line_no: int
    kind: str
    product_code: str | None
    account_code: str | None
    sku: str | None
    description: str
    quantity_milli: int
    """Thousandths of a piece."""
    unit_price_minor: int
    amount_minor: int
    """In the document's price basis."""
    discount_minor: int
    vat_code: str
    net_minor: int
    vat_minor: int
    row: int | None
    """Row in the order's file; None for charges of the order."""
    wht_minor: int = 0
    """Tax we withhold from the supplier."""
    tax_code: str | None = None
    """Tax item of the ledger that taxes this line; of a line of tax: the one that works it out, so that it is not sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One line of a journal entry: an account, and either a debit or a credit."""

    account_code: str
    debit_minor: int = 0
    credit_minor: int = 0

    def __post_init__(self) -> None:
        assert self.debit_minor >= 0
        assert self.credit_minor >= 0
        assert (self.debit_minor == 0) != (self.credit_minor == 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPart:
    """One of several payments of a document: what came in through one channel of the ledger."""

    payment_channel: str
    payment_method: str
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One planned or posted document; columns as in frames.schemas.DOCUMENTS."""

    document_key: str
    order_key: str
    order_number: str
    kind: str
    """One of DOCUMENT_KINDS; product is no document, but a product the ledger is to create."""
    revision: int
    number: str | None
    applies_to_key: str | None
    applies_to_number: str | None
    applies_to_kind: str | None = None
    """Kind of the document paid, voided or credited."""
    applies_to_ledger_id: str | None = None
    """The ledger's own id of that document, once posted."""
    issued_on: dt.date
    due_on: dt.date
    contact_code: str
    contact_name: str
    contact_tax_id: str | None
    contact_branch: str | None
    contact_address: str | None
    sales_channel: str
    payment_channel: str
    payment_method: str | None
    paid_on: dt.date | None
    paid_minor: int
    currency: str
    vat_mode: str
    is_tax_invoice: bool
    gross_minor: int
    discount_minor: int
    net_minor: int
    vat_minor: int
    vat_by_line_minor: int
    total_minor: int
    remark: str
    reason: str
    depends_on: str | None
    lines: tuple[DocumentLine, ...]
    postings: tuple[Posting, ...]
    file: str
    """First 12 digits of the source file's SHA-256."""
    row: int
    """Row of the order in that file."""
    wht_minor: int = 0
    """Tax we withhold from the supplier; inside the total."""
    supplier_invoice: str = ""
    """Number of the supplier's tax invoice that a person entered; empty: none, or the ledger takes none."""
    supplier_invoice_on: dt.date | None = None
    input_vat_on: dt.date | None = None
    """Day on which its VAT is claimed."""
    department: str | None = None
    """Ledger's code of the department; None: none."""
    project: str | None = None
    """Ledger's code of the project; None: none."""
    payments: tuple[PaymentPart, ...] = ()
    """What came in through each channel, the main one (`payment_method`) first; empty: all of it through that one."""

    @property
    def sku(self) -> str:
        """SKU of the product to create."""
        assert self.kind == "product", self.kind
        return self.order_number

    @property
    def product_name(self) -> str:
        """Name of the product to create."""
        assert self.kind == "product", self.kind
        return self.contact_name

    @property
    def keeps_stock(self) -> bool:
        """Whether the ledger is to keep the stock of the product to create."""
        assert self.kind == "product", self.kind
        return self.reason == "create-stock"

    @property
    def product_kind(self) -> Literal["product", "service"]:
        """Whether goods or a service are to be created."""
        assert self.kind == "product", self.kind
        return "service" if self.reason == "create-service" else "product"

    def __post_init__(self) -> None:
        assert sum(p.debit_minor for p in self.postings) == sum(p.credit_minor for p in self.postings)
        assert self.net_minor + self.vat_minor == self.total_minor
        assert not self.payments or sum(part.amount_minor for part in self.payments) == self.paid_minor
