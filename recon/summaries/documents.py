"""What the service answers about the documents of a plan: rows of a list, and one document whole."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from recon.summaries.held import PaymentView, SummedOrder


@dataclass(frozen=True, slots=True)
class DocumentLineView:
    """One line of a document."""

    line_no: int
    kind: str
    product_code: str | None
    account_code: str | None
    sku: str | None
    description: str
    quantity: str
    unit_price: str
    amount: str
    discount: str
    list_price: str | None
    """Price of a piece before discount, so that quantity x list_price - discount is the amount; None: not a whole satang."""
    vat_code: str
    net: str
    vat: str
    withheld: str
    row: int | None
    tax_code: str | None = None


@dataclass(frozen=True, slots=True)
class PostingView:
    """One posting."""

    account: str
    debit: str
    credit: str


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document in a list."""

    document_key: str
    number: str | None
    kind: str
    state: str
    """planned, queued, sending, posted, refused, unknown, conflict, needs_person ..."""
    issued_on: str
    order_number: str
    order_key: str
    contact: str
    sales_channel: str
    payment_channel: str
    currency: str
    net: str
    vat: str
    total: str
    ledger_number: str | None
    ledger_id: str | None
    reason: str
    file: str
    row: int


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document whole."""

    header: DocumentRow
    batch: str
    revision: int
    due_on: str
    is_tax_invoice: bool
    vat_mode: str
    gross: str
    discount: str
    vat_by_line: str
    vat_difference: str
    payment_method: str | None
    paid_on: str | None
    paid: str
    withheld: str
    """Tax withheld from the supplier, inside the total."""
    applies_to: str | None
    depends_on: str | None
    contact_name: str
    contact_tax_id: str | None
    remark: str
    lines: tuple[DocumentLineView, ...]
    postings: tuple[PostingView, ...]
    findings: tuple[dict[str, Any], ...]
    attempts: tuple[dict[str, Any], ...]
    source_name: str
    """The file's name as it came."""
    words: str = ""
    """The ledger's or a person's last words about it; empty: none."""
    settle: str = ""
    """The command with which a person settles it; empty: it does not wait for one."""
    orders: tuple[SummedOrder, ...] = ()
    """What each order put into it, where it is a summary."""
    payments: tuple[PaymentView, ...] = ()
    """What came in through each channel, or went back; empty: all of it through one."""
    staff: str | None = None
    """Who sold the order; None: not stated, or a summary of several orders."""
    department: str | None = None
    project: str | None = None
    """The ledger's codes of department and project; None: none."""
    attachment: str = ""
    """Whether the sheet of its Z reports is on it (attached), and if not why; empty: it is to have none."""

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.show/1."""
        return asdict(self)
