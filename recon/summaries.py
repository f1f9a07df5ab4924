"""What the service answers: frozen records a command prints and a screen shows. Amounts are plain text, exact.

``as_facts`` gives the JSON shape documented in docs/json.md; ``lines`` what a person reads.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from recon.summaries_channels import ChannelLine
from recon.summaries_contacts import ContactLine
from recon.summaries_held import PaymentView, SummedOrder
from recon.summaries_proof import KnownGap
from recon.summaries_taxes import TaxLine
from recon.summaries_till import SetupLine, TillLine


@dataclass(frozen=True, slots=True)
class CauseLine:
    """Findings of one cause."""

    code: str
    severity: str
    title: str
    count: int
    orders: int
    amount: str
    remedy: str
    example: str = ""
    """First one, with its place and figures."""
    other_currencies: dict[str, str] = field(default_factory=dict)
    """Sums of orders in other currencies than the books'; they are not in ``amount``."""
    orders_total: str = ""
    """Held causes of sales only: what the buyers of these orders pay; ``amount`` is what the books still wait for, which is less, or below
    zero, where a part stands there already. Empty: the same."""
    purchases: str = ""
    """Sum over records of purchases, which ``amount`` leaves out: what is bought is never added to what is sold. Empty: none."""


@dataclass(frozen=True, slots=True)
class KindLine:
    """Documents of one kind."""

    kind: str
    count: int
    total: str
    vat: str


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file or one kept answer."""

    name: str
    status: str
    """taken, known (nothing new) or refused."""
    message: str = ""
    source: str = ""
    digest: str = ""
    rows: int = 0
    orders: int = 0
    total: str = "0.00"
    stated_total: str = "0.00"
    """Sum over the file's own text, counted apart from the orders."""
    other_currencies: dict[str, str] = field(default_factory=dict)
    """Totals of orders in other currencies than the books'; they are in no other sum."""
    purchases: int = 0
    """Of the orders, those that are purchases or a marketplace's payouts."""
    refused: int = 0
    """Orders of the file that could not be read."""
    known: int = 0
    new: int = 0
    changed: int = 0
    gone: int = 0
    causes: tuple[CauseLine, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IntakeReport:
    """Result of `recon import` and `recon pull`."""

    connection: str
    files: tuple[FileReport, ...]
    dry_run: bool = False

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.import/1 and recon.pull/1."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ControlTotals:
    """Where the source's money went; the difference is always zero or a defect is found."""

    orders: int
    source: str
    """What should stand in the ledger in the end: totals less refunds, cancelled orders as zero."""
    posted: str
    """Stands there already."""
    documents: str
    """This plan: sales less credits and voids."""
    held: str
    ignored: str
    difference: str
    source_gross: str
    """Totals as the source states them, cancelled and refunded orders included."""
    debits: str
    credits: str


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

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.show/1."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class PlanReport:
    """Result of `recon plan`."""

    connection: str
    batch: str | None
    """None: nothing to post."""
    digest: str
    documents: int
    total: str
    by_kind: tuple[KindLine, ...]
    held: tuple[CauseLine, ...]
    ignored: tuple[CauseLine, ...]
    other: tuple[CauseLine, ...]
    """Warnings and notes on what goes on."""
    controls: ControlTotals
    period: tuple[str, str] | None
    bought: ControlTotals | None = None
    """Of purchases and purchase returns, apart from the sales; None: there are none."""
    is_new: bool = True
    """False: the same plan stood there already."""
    dry_run: bool = False
    rows: tuple[DocumentRow, ...] = ()
    contacts: tuple[ContactLine, ...] = ()
    """Contacts its documents name that the ledger does not have under their code."""

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.plan/1."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class BatchView:
    """One batch in a list."""

    batch: str
    connection: str
    state: str
    created_at: str
    created_by: str
    digest: str
    documents: int
    total: str
    approved_by: str | None = None
    approved_at: str | None = None
    posted: int = 0
    refused: int = 0
    unknown: int = 0
    open: int = 0
    products: int = 0
    """Of the documents, products the ledger is to create."""
    for_books: str = ""
    """What the documents add to the books: sales less what takes them back. ``total`` adds all of them up, for counting."""
    purchases: int = 0
    """Of the documents, those of purchases."""
    purchases_total: str = "0.00"
    """What these add to the books: expenses less suppliers' credits; payments move money only."""
    company: str = ""
    """Whose books, as the ledger named itself; empty: it was not asked yet."""
    by_hand: tuple[str, ...] = ()
    """A sentence per document that was refused and that a person entered in the ledger since; ``posted`` counts it."""


@dataclass(frozen=True, slots=True)
class UploadSummary:
    """Result of `recon upload`."""

    batch: str
    company: str
    environment: str
    state: str
    counts: dict[str, int]
    sums: dict[str, str]
    posted_now: int
    """Posted in this run, those included that stood in the ledger already."""
    ending: str
    """done, waiting (for a person), stopped, paused (the ledger does not answer as it should), limit; empty: not run."""
    refused: tuple[dict[str, Any], ...] = ()
    unknown: tuple[dict[str, Any], ...] = ()
    files: tuple[str, ...] = ()
    words: str = ""
    """Why the run ended where it did."""
    next_step: str = ""
    found_there: int = 0
    """Of those posted in this run: found in the ledger, equal, and taken over; nothing was sent for them."""
    products_created: int = 0
    """Products and services of this batch that the ledger has now."""
    orders_to_plan: int = 0
    """Orders that waited for them only, and can be planned now."""
    dry_run: bool = False
    warnings: tuple[str, ...] = ()
    """What should be known: before it is sent (dry run), before an import file is taken in, and what a list of numbers lacks or has twice."""

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.upload/1."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class VerifySummary:
    """Result of `recon verify BATCH`."""

    batch: str
    company: str
    compared: int
    equal: int
    differences: tuple[dict[str, Any], ...] = ()
    missing: tuple[dict[str, Any], ...] = ()
    strangers: tuple[dict[str, Any], ...] = ()
    chain_head: str = ""
    numbering: tuple[dict[str, str], ...] = ()
    """Gaps and doubles in the number series the ledger shows."""
    known_gaps: tuple[KnownGap, ...] = ()
    """Missing order numbers of which a person knows why; nothing is wrong there."""
    not_compared: tuple[str, ...] = ()
    """What the ledger was not told, so that it cannot be compared."""
    places: dict[str, int] = field(default_factory=dict)
    """Of vouchers that can lie in several lists there: how many are draft, import (unposted) and posted."""

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.verify/1."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ProductLine:
    """One SKU with what it is linked to and what it blocks."""

    sku: str
    name: str
    orders: int
    lines: int
    amount: str
    state: str
    """linked, text, to-create, suggested or unlinked."""
    product_code: str | None = None
    product_name: str | None = None
    suggestion: str | None = None
    suggestion_name: str | None = None
    reason: str = ""
    new_name: str | None = None
    """Name under which the ledger is to create it; None: it is not."""


@dataclass(frozen=True, slots=True)
class MatchReport:
    """Result of `recon match`."""

    connection: str
    products: tuple[ProductLine, ...]
    channels: tuple[ChannelLine, ...]
    changes: tuple[str, ...] = ()
    """What this call set, in words."""
    causes: tuple[CauseLine, ...] = ()
    methods: tuple[tuple[str, str], ...] = field(default=())
    taxes: tuple[TaxLine, ...] = ()
    """Names of taxes, where the ledger works them out by its tax items."""
    sales_account: str = ""
    """Account of lines that go as text; empty: none is chosen."""
    open_returns: int = 0
    """Returns whose sale is not known."""
    groups: tuple[TillLine, ...] = ()
    """What a till books, with accounts and VAT codes; empty: lines go by products."""
    setup: tuple[SetupLine, ...] = ()
    """What is missing before a till's settlements can go out."""
    dry_run: bool = False

    @property
    def open_count(self) -> int:
        """How many SKUs, channels, taxes and returns still wait for a person."""
        skus = sum(p.state in {"unlinked", "suggested"} for p in self.products)
        states = [*(c.state for c in self.channels), *(t.state for t in self.taxes)]
        groups = sum(line.state != "linked" for line in self.groups)
        return skus + groups + states.count("unmapped") + self.open_returns

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.match/1."""
        facts = asdict(self)
        facts["methods"] = [{"code": code, "name": name} for code, name in self.methods]
        return facts | {"open": self.open_count}
