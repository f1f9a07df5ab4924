"""What a plan is made from and what it is: frozen records of frames."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from recon.config.connection import Connection
from recon.domain.taxes import LedgerTax
from recon.frames.canonical import REFUND_LINE_NEEDS
from recon.frames.conform import conform, fill
from recon.frames.schemas import (
    CHANNEL_LINKS,
    DECISIONS,
    DOCUMENT_KINDS,
    DOCUMENT_LINES,
    DOCUMENTS,
    ELSEWHERE,
    FINDINGS,
    FIRST_SEEN,
    LEDGER_ACCOUNTS,
    LEDGER_PRODUCTS,
    LEFT_OUT,
    ORDER_LINES,
    ORDERS,
    PARTS,
    PAYMENTS,
    POSTED,
    POSTINGS,
    PRODUCT_LINKS,
    PRODUCT_WISHES,
    REFUND_LINES,
    REFUNDS,
    TAX_LINKS,
    TILL_COUNTS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLimits:
    """What the ledger can take, from its capabilities and the connection's settings."""

    partial_credit_note: bool = False
    """Takes a credit note over less than the whole document."""
    refund_payment: bool = True
    """Is told with a credit note from which account the money went back."""
    refund_document: bool = False
    """Takes the money that went back as a document of its own behind the credit note, which then stands on receivables."""
    refund_methods: frozenset[str] | None = None
    """Payment methods it can pay money back out of that way; None: any."""
    number_max_length: int = 30
    kinds: frozenset[str] = frozenset(DOCUMENT_KINDS)
    """Document kinds it takes from us."""
    numbers_itself: frozenset[str] = frozenset()
    """Kinds that it numbers itself, whatever `numbering` says; ours stands in the remark."""
    expense_tax_invoice: bool = True
    """Is told with an expense that the supplier's tax invoice is at hand."""
    expense_paid_at_once: bool = False
    """Takes an expense that is paid as one document with its payment; it knows no payments on expenses apart."""
    expense_items: bool = False
    """Takes its own products on purchases, and books them on the products' own accounts."""
    creates_stock: bool = False
    """Products that are created are kept in stock there."""
    split_payments: bool = False
    """Takes a receipt that is paid into several accounts."""
    contact_code_max_length: int = 16
    contact_name_max_length: int = 100
    """Longest name of a contact that is created."""
    needs_contact: frozenset[str] = frozenset()
    """Kinds it takes only with a contact named."""
    text_max_length: int = 1000
    product_name_max_length: int = 100

    def refund_by_hand(self) -> pl.Expr:
        """Return of credit notes, or of their payments one by one, whether a person records in the ledger that the money went back."""
        cannot = pl.lit(value=not self.refund_payment)
        if self.refund_document and self.refund_methods is not None:
            cannot = cannot | ~pl.col("payment_method").is_in(sorted(self.refund_methods)).fill_null(value=False)
        return cannot


def _by_document(schema: pl.Schema) -> pl.Schema:
    """Return a schema of lines or postings that names its document by key: they come from several plans."""
    own = {name: dtype for name, dtype in schema.items() if name != "doc_no"}
    return pl.Schema({"document_key": pl.String(), **own})


POSTED_LINES: Final = _by_document(DOCUMENT_LINES)
POSTED_POSTINGS: Final = _by_document(POSTINGS)


@dataclass(frozen=True, slots=True)
class PostedContents:
    """What some posted documents consist of, from the plans they were approved in."""

    documents: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=DOCUMENTS))
    lines: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=POSTED_LINES))
    postings: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=POSTED_POSTINGS))


PostedReader = Callable[[Sequence[str]], PostedContents]
"""Gives the contents of posted documents by their keys; those that are not known are left out."""


def nothing_known(keys: Sequence[str]) -> PostedContents:
    """Know the contents of no posted document."""
    del keys
    return PostedContents()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanInputs:
    """Everything a plan depends on; nothing else may change it."""

    orders: pl.DataFrame
    """ORDERS; order_no is the row's position."""
    lines: pl.DataFrame
    """ORDER_LINES, sorted by order_no and line_no."""
    payments: pl.DataFrame
    refunds: pl.DataFrame
    """REFUNDS, in the order they happened."""
    refund_lines: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REFUND_LINES))
    """REFUND_LINES, sorted by order_no."""
    findings: pl.DataFrame
    """FINDINGS of the steps before; a hold holds its order."""
    product_links: pl.DataFrame
    channel_links: pl.DataFrame
    posted: pl.DataFrame
    connection: Connection
    connection_name: str
    today: dt.date
    """Used for a refund or cancellation that nothing dates."""
    decisions: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=DECISIONS))
    first_seen: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=FIRST_SEEN))
    left_out: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=LEFT_OUT))
    """Orders that persons keep out of this plan."""
    elsewhere: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ELSEWHERE))
    """Orders another connection books; what this one has posted of them is followed to its end."""
    wishes: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PRODUCT_WISHES))
    """PRODUCT_WISHES: products the ledger is to create."""
    ledger_products: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=LEDGER_PRODUCTS))
    """LEDGER_PRODUCTS, where the ledger takes its own products on purchases; empty elsewhere."""
    tax_links: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=TAX_LINKS))
    """TAX_LINKS: the source's names of taxes and the ledger's items that work them out."""
    ledger_taxes: tuple[LedgerTax, ...] = ()
    """The ledger's tax items as last read."""
    currency: str = "THB"
    limits: PlanLimits = field(default_factory=PlanLimits)
    ledger_contacts: frozenset[str] = frozenset()
    """Codes of the ledger's contacts as they were read last; empty: not known."""
    names_full: str = ""
    """Why the ledger gets no new names, with count and limit; empty: it does."""
    items_full: str = ""
    """The same of new products."""
    owed_accounts: frozenset[str] = frozenset()
    """Codes of accounts the ledger calls liabilities, as read last: money on them is no money in hand."""
    tax_invoices: frozenset[str] = frozenset()
    """Order keys of purchases whose supplier's tax invoice a person entered, where the ledger takes it with the expense."""
    counts: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=TILL_COUNTS))
    """TILL_COUNTS: cash that persons counted."""
    ledger_accounts: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=LEDGER_ACCOUNTS))
    """LEDGER_ACCOUNTS, where lines carry accounts and VAT codes of the ledger; empty elsewhere."""
    ledger_departments: tuple[str, ...] = ()
    """Codes of the ledger's departments as last read."""
    ledger_projects: tuple[str, ...] = ()
    """The same of its projects."""
    closed_until: dt.date | None = None
    """Nothing is entered there on or before this day; None: nothing is said."""
    read_posted: PostedReader = nothing_known
    """Asked for the few posted documents that this plan takes back whole; what an approved plan says never changes."""

    def checked(self) -> PlanInputs:
        """Return self with optional columns filled in.

        Raises:
            FrameError: A frame breaks its schema or the order of its rows; a defect of the step before.
        """
        conform(self.orders, ORDERS, name="orders", key=("order_key",), required=_ORDER_NEEDS)
        conform(self.lines, ORDER_LINES, name="order lines", required=_LINE_NEEDS)
        conform(self.payments, PAYMENTS, name="payments")
        conform(self.refunds, REFUNDS, name="refunds", required=("order_no", "amount_minor"))
        conform(self.refund_lines, REFUND_LINES, name="refund lines", required=REFUND_LINE_NEEDS)
        conform(self.findings, FINDINGS, name="findings")
        conform(
            self.posted, POSTED, name="posted", key=("document_key",), required=("kind", "total_minor", "vat_minor")
        )
        conform(self.product_links, PRODUCT_LINKS, name="product links", key=("sku_key",))
        conform(self.channel_links, CHANNEL_LINKS, name="channel links", key=("payment_channel",))
        conform(self.tax_links, TAX_LINKS, name="tax links", key=("tax_key",))
        conform(
            self.wishes,
            PRODUCT_WISHES,
            name="products to create",
            key=("sku_key",),
            required=("sku", "name", "kind", "wished_on"),
        )
        conform(self.elsewhere, ELSEWHERE, name="orders booked elsewhere", key=("order_key",))
        conform(self.ledger_products, LEDGER_PRODUCTS, name="products of the ledger", key=("product_code",))
        conform(self.counts, TILL_COUNTS, name="cash counts", key=("order_key",), required=("counted_minor",))
        conform(self.ledger_accounts, LEDGER_ACCOUNTS, name="accounts of the ledger", key=("account_code",))
        conform(self.left_out, LEFT_OUT, name="orders left out", key=("order_key",), required=("code",))
        frames = {"decisions": fill(self.decisions, DECISIONS), "first_seen": fill(self.first_seen, FIRST_SEEN)}
        values = {name: frames.get(name, getattr(self, name)) for name in self.__dataclass_fields__}
        # Polars 2.1 panics in concat_str over columns whose chunks differ; frames in one piece never meet it.
        whole = {name: value.rechunk() for name, value in values.items() if isinstance(value, pl.DataFrame)}
        return PlanInputs(**{**values, **whole})


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlTotals:
    """Where the money of all orders went: the source's side from the orders, our side from the documents.

    Amounts in minor units of the company's currency; orders in other currencies are counted apart (they are held).
    """

    order_count: int
    source_gross_minor: int
    """Totals as the source states them, cancelled and refunded orders included; returns count negative."""
    cancelled_minor: int
    refunded_minor: int
    voucher_minor: int
    """Discounts paid by the platform that the connection books as revenue on top of the order's total."""
    truth_minor: int
    """What should stand in the ledger in the end: gross - cancelled - refunded + vouchers."""
    posted_minor: int
    documents_minor: int
    """This plan: invoices and receipts less voids and credit notes, summed over the documents."""
    held_minor: int
    ignored_minor: int
    difference_minor: int
    """truth - posted - documents - held - ignored; always 0."""
    orders_off: int
    """Orders for which the same equation does not hold; always 0."""
    lines_off: int
    """Documents whose lines do not sum to net, VAT or total; always 0."""
    debit_minor: int
    credit_minor: int
    postings_off: int
    """Documents whose debits and credits differ; always 0."""
    document_count: int
    foreign_order_count: int
    foreign: dict[str, int] = field(default_factory=dict)
    """Totals of orders in other currencies, by currency."""

    @property
    def ties(self) -> bool:
        """Whether everything adds up to the minor unit."""
        off = (self.difference_minor, self.orders_off, self.lines_off, self.postings_off)
        return not any(off) and self.debit_minor == self.credit_minor


@dataclass(frozen=True, slots=True)
class Parts:
    """Documents of single orders that go out in summaries; doc_no joins them with their own lines and postings."""

    documents: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PARTS))
    lines: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=DOCUMENT_LINES))
    postings: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=POSTINGS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The difference between what should stand in the ledger and what does."""

    documents: pl.DataFrame
    lines: pl.DataFrame
    postings: pl.DataFrame
    results: pl.DataFrame
    """ORDER_RESULTS."""
    findings: pl.DataFrame
    """FINDINGS of the steps before and the plan's own."""
    controls: ControlTotals
    """Of the sales; purchases are never summed with them."""
    provenance: pl.DataFrame
    """order_key, file and row of the orders that have documents."""
    by_kind: pl.DataFrame
    """kind, document_count, total_minor, vat_minor."""
    by_cause: pl.DataFrame
    """See `recon.plan.findings.findings_by_cause`."""
    bought: ControlTotals | None = None
    """Of purchases and purchase returns, with the same proof; None: there are no such records."""
    parts: Parts = field(default_factory=Parts)
    """What the summaries among the documents hold, order by order; empty: there are none."""


PROVENANCE: Final = pl.Schema({"order_key": pl.String(), "file": pl.String(), "row": pl.UInt32()})

_ORDER_NEEDS: Final = (
    "order_no", "order_number", "record_kind", "ordered_on", "order_state", "payment_state", "sales_channel",
    "payment_channel", "currency", "vat_mode", "goods_minor", "discount_minor", "shipping_minor",
    "shipping_discount_minor", "cod_fee_minor", "duties_minor", "rounding_minor", "platform_discount_minor",
    "total_minor", "refunded_minor", "file", "row",
)  # fmt: skip
_LINE_NEEDS: Final = ("order_no", "kind", "quantity_milli", "amount_minor", "discount_minor")
