"""What a target is: a ledger that documents are sent to, and what it can do, as data.

Sending has three outcomes, not two: a `Confirmation`, an error that says nothing happened or that it is final, or
`OutcomeUnknown`, which only `find` may end.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final, Literal

from recon.domain.document import Document
from recon.domain.taxes import LedgerTax
from recon.targets.attaching import Attaching
from recon.targets.line_changes import LineChange

OTHER_COMPANY: Final = "other-company"
"""Code of an error that nothing was sent because another company answers than the one that was asked before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What one ledger can do; core code asks this record, never the name."""

    kinds: frozenset[str]
    """Document kinds it takes from us."""
    own_number: bool
    """Takes our number and refuses a second document under it."""
    number_max_length: int
    partial_credit_note: bool
    """Takes a credit note over less than the whole document."""
    refund_payment: bool
    """Is told with a credit note from which account the money went back; without it a person records the refund there."""
    searchable_by_number: bool
    """A document can be found by our number; without it an unknown outcome needs a person."""
    writes_in_parallel: int = 1
    reads_in_parallel: int = 1
    text_max_length: int = 1000
    contact_code_max_length: int = 16
    currencies: frozenset[str] = frozenset({"THB"})
    is_file: bool = False
    """Writes import files; a person carries them over and confirms."""
    lookup_grace_seconds: int = 120
    product_name_max_length: int = 100
    contact_name_max_length: int = 100
    needs_contact: frozenset[str] = frozenset()
    """Kinds it refuses where no contact is named."""
    unstated: tuple[tuple[str, str], ...] = ()
    """What a person would like to know of the company there and the ledger does not say: package or rights, and a sentence."""

    numbers_itself: frozenset[str] = frozenset()
    """Kinds that it numbers whatever we send; ours is found again by the reference it carries, in its list."""
    expense_tax_invoice: bool = False
    """Is told with an expense that the supplier's tax invoice is at hand; without it a person enters the invoice there."""
    expense_paid_at_once: bool = False
    """Takes an expense that is paid as one document with its payment, out of the account it names."""
    expense_items: bool = False
    """Takes its own products on expenses and books them on the products' own accounts (`LedgerProduct.purchase_account`)."""
    split_payments: bool = False
    """Takes a receipt that is paid into several accounts; without it the whole sum goes to one."""
    stock_account: str = ""
    """Account of the stock of products it creates for us, where a person wants them kept in stock; empty: they are not."""
    refund_accounts: frozenset[str] = frozenset()
    """Kinds of accounts (`LedgerMethod.kind`) it can pay money back out of; empty: of any kind, or it does not say."""
    look_first: frozenset[str] = frozenset()
    """Kinds of which it takes a second one without a word: each is looked up before it is sent, however new it is."""
    attaches: frozenset[str] = frozenset()
    """Kinds on which the sheet of what they were made from is put as documentation."""
    takes_tax_invoice: bool = False
    """Takes number and day of the supplier's tax invoice with an expense, where a person entered them."""

    def can_find(self, kind: str) -> bool:
        """Return whether a look-up can tell that a document of this kind is, or is not, there; products carry a mark."""
        return kind == "product" or kind in self.numbers_itself or self.searchable_by_number

    def refuses_twice(self, kind: str) -> bool:
        """Return whether a second document of this kind is refused; nothing tells products and references apart."""
        return self.own_number and not self.found_in_list(kind)

    def found_in_list(self, kind: str) -> bool:
        """Return whether a look-up reads a list of its own kind, so that only its own kind shows how late that list is."""
        return kind == "product" or kind in self.numbers_itself

    def names_number(self, kind: str) -> bool:
        """Return whether the ledger's yes to a document of this kind must name our own number."""
        return self.own_number and kind not in self.numbers_itself


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRoom:
    """How many entries a list of the ledger has and can have."""

    list: Literal["names", "customers", "vendors", "items", "accounts"]
    """`names`: customers, vendors and everybody else together."""
    count: int
    """Entries that are not in use any more included."""
    most: int
    is_stated: bool = True
    """The ledger says itself how many; without that it is what its maker publishes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Who answered on the other side."""

    company_id: str
    """Stable identity of the company in the ledger, bound to approvals; a digest of the token's company."""
    name: str
    tax_id: str
    environment: Literal["live", "test", "sandbox"]
    missing: tuple[str, ...] = ()
    """What is still missing there before we can work, each with where to set it."""
    rooms: tuple[ListRoom, ...] = ()
    """How full its lists are, where it can be told."""
    lacking: tuple[str, ...] = ()
    """What else is missing there, each with where to set it; everything goes on without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What can be told of the way to a ledger after it was asked; None: it cannot be told."""

    clock_ahead_seconds: int | None = None
    """How far this computer's clock is ahead of the ledger's; below zero: behind."""
    token_until: dt.datetime | None = None
    """Until when the log-in is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerProduct:
    """A product or service of the ledger."""

    code: str
    name: str
    ledger_id: str = ""
    kind: Literal["product", "service"] = "product"
    purchase_account: str = ""
    """Account a purchase of it is booked on: stock, or an expense; empty: it has none, or the ledger does not say."""
    keeps_stock: bool = False
    """The ledger keeps its stock, and books the cost of what is sold of it by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerMethod:
    """A bank, cash or clearing channel of the ledger."""

    code: str
    name: str
    ledger_id: str = ""
    kind: str = ""
    account_code: str = ""
    """Account behind it; empty where the ledger does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerAccount:
    """An account of the chart."""

    code: str
    name: str
    kind: str = ""
    """Its type as the ledger calls it; empty where it does not say."""
    root: Literal["", "Assets", "Liabilities", "Equity", "Income", "Expenses"] = ""
    """Which of the five kinds of accounts it is; empty where the ledger does not say."""
    tax_code: str = ""
    """VAT code it is posted with; empty where the ledger names none."""
    is_tax_locked: bool = False
    """The ledger takes no other VAT code on it."""
    needs_department: bool = False
    needs_project: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerContact:
    """A customer or supplier of the ledger."""

    code: str
    name: str
    ledger_id: str = ""
    tax_id: str = ""
    branch: str = ""
    address: str = ""
    """In one line, as the shop or the ledger states it."""
    is_supplier: bool = False
    """It is a supplier, in a ledger that keeps suppliers apart from customers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Master data read from the ledger; kept in the store and refreshed on demand."""

    products: tuple[LedgerProduct, ...] = ()
    methods: tuple[LedgerMethod, ...] = ()
    accounts: tuple[LedgerAccount, ...] = ()
    contacts: tuple[LedgerContact, ...] = ()
    classes: tuple[LedgerAccount, ...] = ()
    """Classes (departments, tracking categories) of a ledger that tells of them."""
    projects: tuple[LedgerAccount, ...] = ()
    """Its projects, where they are needed."""
    taxes: tuple[LedgerTax, ...] = ()
    """Items by which it works sales tax out itself, and groups of them; VAT codes where lines carry them."""
    closed_until: dt.date | None = None
    """Nothing is entered on or before this day: its books are locked, or begin after it; None: nothing is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """The ledger's complete, parsed yes."""

    ledger_id: str
    """The ledger's own id; its identity from now on. Empty only where the ledger gives none (payments, voids)."""
    ledger_number: str
    """The number it stands under there."""
    total_minor: int | None = None
    """Total as the ledger states it; None where the answer does not say."""
    vat_minor: int | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """One line of a document as the ledger holds it."""

    description: str
    quantity: str
    amount_minor: int | None
    product_code: str = ""
    account_code: str = ""
    tax_code: str | None = None
    """VAT code of the line; empty: none; None: the ledger does not say."""
    department: str | None = None
    """Code of its department; empty: none; None: the ledger does not say."""
    project: str | None = None
    """The same of its project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerDocument:
    """A document as the ledger holds it, for comparing and sweeping; None where the ledger does not say."""

    kind: str
    ledger_id: str
    number: str
    issued_on: dt.date | None
    total_minor: int | None
    vat_minor: int | None
    contact_code: str | None
    is_void: bool
    remain_minor: int | None = None
    """Still to be paid."""
    reference: str = ""
    remark: str = ""
    lines: tuple[LedgerLine, ...] | None = None
    """Of a settlement every line of the voucher, gross: debits above zero, credits below."""
    changes: tuple[LineChange, ...] | None = None
    """Of an unposted settlement, what was changed on it there, line by line; None: not worked out, its sums are compared."""
    payment_methods: tuple[str, ...] | None = None
    """Codes of the channels its payments came in on; None where the ledger names none."""
    paid_apart_minor: tuple[int, ...] | None = None
    """What came in through other channels than the one it names, in their order; None where the ledger does not say."""
    place: Literal["", "draft", "import", "posted"] = ""
    """Which of the ledger's lists it stands in, where a voucher can lie unposted in one of several; empty: there is one list."""
    made_by: str = ""
    """Who or what put it there, in the ledger's own words; empty where it does not say."""
    raw: str = ""
    """The answer as it came, secrets masked, at most 64 KiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Result of a look-up under our own number, compared exactly on our side."""

    state: Literal["absent", "equal", "different", "twice", "voided"]
    """`voided`: the ledger holds it, but void."""
    documents: tuple[LedgerDocument, ...] = ()
    differences: tuple[str, ...] = ()
    """Field by field, both values, in plain words."""
    not_compared: tuple[str, ...] = ()
    """What we sent and the ledger does not state, in plain words."""
    confirmation: Confirmation | None = None
    """Set when state is `equal`."""
    is_certain: bool = False
    """Of `absent`: the ledger itself says that it took nothing, so no second look a grace time later is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """Why a ledger would not take a document as it stands."""

    field: str
    text: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterRequest:
    """Buyers' contacts that must exist before documents go out; products are created by lines of the plan."""

    contacts: tuple[LedgerContact, ...] = ()
    extra: dict[str, str] = field(default_factory=dict)


class Target(ABC):
    """One ledger that documents are sent to."""

    name: ClassVar[str]
    capabilities: Capabilities

    @abstractmethod
    def verify(self) -> Company:
        """Return who is on the other side and what is missing there.

        Raises:
            TargetUnavailable: Not reached, or the credentials were refused; the text says which.
        """

    def identify(self) -> Company:
        """Return who is on the other side, without a look at what is missing there: asked before anything is sent.

        Raises:
            TargetUnavailable: As for `verify`.
        """
        return self.verify()

    @abstractmethod
    def catalog(self) -> Catalog:
        """Return products, payment methods, accounts and contacts. Reads only.

        Raises:
            TargetUnavailable: Not reached.
        """

    def session(self) -> Session:
        """Return what is known of the way to the ledger; asks nothing itself."""
        return Session()

    @abstractmethod
    def check(self, document: Document) -> list[Objection]:
        """Return what this ledger would object to, without sending anything."""

    @abstractmethod
    def payload(self, document: Document) -> bytes:
        """Return exactly the body that `send` would send (without headers); its digest is stored before sending."""

    @abstractmethod
    def send(self, document: Document) -> Confirmation:
        """Send once. The ledger refuses a second document under the same number.

        Raises:
            TargetUnavailable: Nothing was accepted; sending again is safe.
            TargetRejected: Final; a person has to decide.
            AlreadyExists: Something stands under our number; call `find`.
            OutcomeUnknown: It may have been accepted; call `find` before anything else.
        """

    @abstractmethod
    def find(self, document: Document) -> Found:
        """Look the document up under its own number and compare every field we sent.

        Raises:
            TargetUnavailable: The look-up itself failed; the outcome stays unknown.
        """

    def file_number(self, document: Document) -> str:
        """Return what a document is called in the import file and in the list the ledger then exports; empty: its key.

        Only of a ledger that takes files.
        """
        return document.number or ""

    def before_import(self, documents: Sequence[Document]) -> tuple[str, ...]:
        """Return what a person should know before taking in the file that holds these documents, a sentence each."""
        del documents
        return ()

    def attaching(self) -> Attaching | None:
        """Return how documentation is put on its documents; None: nothing is put there."""
        return None

    @abstractmethod
    def read_back(self, documents: Sequence[tuple[Document, str]]) -> Iterator[tuple[Document, LedgerDocument | None]]:
        """Yield what the ledger holds for each posted document (document, ledger id)."""

    @abstractmethod
    def list_documents(self, kinds: Iterable[str], since: dt.date, until: dt.date) -> Iterator[LedgerDocument]:
        """Yield documents of the period for the sweep, all pages; filters are checked on our side."""

    @abstractmethod
    def ensure_masters(self, request: MasterRequest) -> Catalog:
        """Create missing contacts after looking them up by their code; return what now exists.

        Raises:
            TargetUnavailable, TargetRejected, OutcomeUnknown: As for `send`.
        """
