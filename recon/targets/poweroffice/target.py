"""PowerOffice Go as a target: puts together client, lists, payloads, look-ups and customers (docs/poweroffice.md)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, Final
from urllib.parse import urlsplit

from recon.closing import Closing
from recon.domain.document import Document
from recon.errors import OutcomeUnknown, SettingsError, TargetRejected, TargetUnavailable
from recon.http import HttpClient
from recon.masking import Secret
from recon.ports import Clock
from recon.targets.attaching import Attaching
from recon.targets.base import (
    OTHER_COMPANY,
    Catalog,
    Company,
    Confirmation,
    Found,
    LedgerDocument,
    MasterRequest,
    Objection,
    Session,
    Target,
)
from recon.targets.log_in import MemoryTokenCache, TokenCache
from recon.targets.poweroffice.capable import capabilities
from recon.targets.poweroffice.changes import changed_lines
from recon.targets.poweroffice.checks import objections, order_objections
from recon.targets.poweroffice.client import GoClient
from recon.targets.poweroffice.company import (
    Environment,
    check_environment,
    company_of,
    lacking,
    missing_lists,
    missing_privileges,
    organisation_number,
    read_information,
)
from recon.targets.poweroffice.customers import Customers
from recon.targets.poweroffice.documentation import Documentation
from recon.targets.poweroffice.entries import Side, sent_sides
from recon.targets.poweroffice.find import Finder, Places
from recon.targets.poweroffice.held import Held, draft, is_till_like, ledger_document, listed
from recon.targets.poweroffice.issued import KINDS as ISSUED
from recon.targets.poweroffice.issued import Issued
from recon.targets.poweroffice.lists import Lists, catalog_of, read_lists
from recon.targets.poweroffice.options import (
    CREDENTIALS,
    PowerOfficeOptions,
    token_url,
    v1_token_url,
)
from recon.targets.poweroffice.orders import KINDS as ORDERED
from recon.targets.poweroffice.orders import Orders
from recon.targets.poweroffice.pace import Pace
from recon.targets.poweroffice.payloads import SETTLEMENT, Request, label, settlement_request
from recon.targets.poweroffice.refusals import refused_v1
from recon.targets.poweroffice.tokens import AccessTokens
from recon.targets.wire import Fields

_FIRST: Final = dt.date(2000, 1, 1)
_LAST: Final = dt.date(2199, 12, 31)
"""Bounds of a period that is asked for."""


class PowerOfficeTarget(Closing, Target):
    """One company in PowerOffice Go.

    Args:
        base_url: Address of API v2, ending in ``/v2``; the tokens come from beside it.
        environment: What stands behind the address.
        credentials: ``application_key``, ``client_key`` and ``subscription_key``.
        clock: Says how old a token is, and waits.
        options: Settings of the connection.
        v1_url: Address of API v1; needed where settlements go to the Import list.
        v1_tokens: Where API v1 gives its tokens; left out: as its address says.
        token_cache: Where tokens are kept; left out: in this process only.

    Raises:
        SettingsError: The address is refused, contradicts the environment, or a key is missing.
    """

    name: ClassVar[str] = "poweroffice"

    def __init__(
        self,
        *,
        base_url: str,
        environment: Environment,
        credentials: Mapping[str, str],
        clock: Clock,
        options: PowerOfficeOptions | None = None,
        v1_url: str = "",
        v1_tokens: str = "",
        token_cache: TokenCache | None = None,
    ) -> None:
        lacking = [name for name in CREDENTIALS if not credentials.get(name)]
        if lacking:
            raise SettingsError(f"PowerOffice Go needs {', '.join(lacking)}; enter them with `recon connect`.")
        check_environment(base_url, environment)
        self._options = options = options or PowerOfficeOptions()
        self._environment: Environment = environment
        self._clock = clock
        self._opened: list[HttpClient] = []
        self._secrets = {name: Secret(credentials[name]) for name in CREDENTIALS}
        self._cache = token_cache or MemoryTokenCache()
        self._pace = Pace(clock, options.requests_per_second)
        self._v2, self._tokens = self._client(base_url, token_url(base_url), is_v1=False)
        v1 = None
        if options.route == "import" or (options.reads_imports != "no" and v1_url):
            if not v1_url:
                raise SettingsError(
                    'poweroffice.route = "import" goes through API v1: with an address of your own for ledger.base_url, set '
                    "poweroffice.import_url too. Nothing was sent."
                )
            check_environment(v1_url, environment)
            v1, _ = self._client(v1_url, v1_tokens or v1_token_url(v1_url), is_v1=True)
        self._v1 = v1
        self._places = Places(self._v2, self._v1, options)
        self._customers = Customers(self._v2, options)
        self._orders = Orders(self._v2, self._customers, self._places, options)
        self._issued = Issued(self._customers, options)
        self._finder = Finder(self._places, options, self._sides, today=lambda: clock.now().date())
        self._v2.on_other_log_in = self._require_same
        self._company: Company | None = None
        self._lists: Lists | None = None
        self._fresh: Lists | None = None
        """Read by `verify` and not yet given away."""
        self.capabilities = capabilities(options)

    def _client(self, base_url: str, tokens_url: str, *, is_v1: bool) -> tuple[GoClient, AccessTokens]:
        """Return a client of one generation of the API, with the tokens it needs."""
        parts = urlsplit(tokens_url)
        http, tokens_http = self._http(base_url), self._http(f"{parts.scheme}://{parts.netloc}")
        tokens = AccessTokens(
            tokens_http, parts.path,
            credentials=self._secrets, with_subscription=not is_v1, cache=self._cache, clock=self._clock,
            pace=self._pace, add_secret=http.add_secret,
        )  # fmt: skip
        subscription = None if is_v1 else self._secrets["subscription_key"]
        return GoClient(http, tokens, subscription=subscription, pace=self._pace), tokens

    def _http(self, base_url: str) -> HttpClient:
        options = self._options
        client = HttpClient(
            base_url,
            timeout_seconds=options.timeout_seconds,
            proxy=options.proxy,
            ca_file=options.ca_file,
            secrets=tuple(secret.reveal() for secret in self._secrets.values()),
            monotonic=self._clock.monotonic,
        )
        self._opened.append(client)
        return client

    def __repr__(self) -> str:
        return f"PowerOfficeTarget({self._opened[0].base_url!r}, {self._environment})"

    def close(self) -> None:
        """Close all connections."""
        for client in self._opened:
            client.close()

    def verify(self) -> Company:
        """Return which company answers and what is missing there: privileges first, then lists."""
        information = read_information(self._v2)
        missing = missing_privileges(information, self._options)
        if not missing:
            self._lists = self._fresh = read_lists(self._v2, self._options)
            missing = missing_lists(self._lists, self._options)
        company = company_of(information, self._environment, organisation_number(self._v2), missing)
        return replace(company, lacking=lacking(information, self._options))

    def identify(self) -> Company:
        """Return which company answers; from now on no other one gets anything from us."""
        information = read_information(self._v2)
        self._v2.note_known()
        self._company = company_of(information, self._environment, organisation_number(self._v2))
        return self._company

    def _require_same(self) -> None:
        """Ask again after a new log-in, in the middle of a run (F35)."""
        before = self._company
        assert before is not None, "asked after `identify` only"
        now = company_of(read_information(self._v2), self._environment, before.tax_id)
        if now.company_id != before.company_id:
            raise TargetUnavailable(
                f"After a new log-in PowerOffice Go answers for {now.name or 'nobody by name'}, before it for {before.name or 'nobody by name'}."
                " Nothing more was sent. Check the connection's keys and address, then run `recon connect`.",
                code=OTHER_COMPANY, stops_batch=True,
            )  # fmt: skip
        self._v2.note_known()

    def catalog(self) -> Catalog:
        """Return accounts, VAT codes, departments, projects and what else the settings need; those `verify` has just read are not read again."""
        lists = self._lists = self._fresh or self._readable_lists()
        self._fresh = None
        return catalog_of(lists, self._v2, self._options, self._clock.now().date())

    def _readable_lists(self) -> Lists:
        """Return Go's lists; where a privilege for one is missing, the error names every one that is."""
        try:
            return read_lists(self._v2, self._options)
        except TargetUnavailable as error:
            lacks = missing_privileges(read_information(self._v2), self._options) if error.code == "403" else ()
            if not lacks:
                raise
            told = " ".join(f"{text[:1].upper()}{text[1:]}" for text in lacks)
            raise TargetUnavailable(
                f"PowerOffice Go does not let us read its lists. {told}",
                code=error.code,
                words=error.words,
                stops_batch=True,
            ) from error

    def session(self) -> Session:
        """Return until when the token is kept; Go's clock does not matter, nothing is signed."""
        return Session(token_until=self._tokens.kept_until())

    def check(self, document: Document) -> list[Objection]:
        """Return what Go would object to, by its lists as they are now."""
        lists, options = self._known(), self._options
        if document.kind == SETTLEMENT:
            return objections(document, options, lists)
        if options.invoices == "issued":
            return [*self._issued.check(document), *objections(document, options, lists)]
        if self._is_order(document):
            return [*order_objections(document, options, lists), *self._orders.check(document, lists)]
        text = f"{label(document)}: PowerOffice Go takes no {document.kind} from us under these settings."
        return [Objection(field="kind", text=text, remedy="Enter it there by hand, or change till.invoices.")]

    def payload(self, document: Document) -> bytes:
        """Return the body of the document's one write."""
        return self._request(document).body

    def send(self, document: Document) -> Confirmation:
        """Send once."""
        request = self._request(document)
        if request.api == "v1":
            return self._sent_v1(document, request)
        top = self._v2.write(request.path, request.body, what=label(document))
        return self._orders.confirmed(document, top) if self._is_order(document) else self._confirmed(document, top)

    def find(self, document: Document) -> Found:
        """Look the document up in the places where it may stand."""
        if self._is_order(document):
            return self._orders.find(document)
        return self._finder.find(document, self._known())

    def read_back(self, documents: Sequence[tuple[Document, str]]) -> Iterator[tuple[Document, LedgerDocument | None]]:
        """Yield what Go holds: as a draft, in the Import list or posted; None: it was deleted there."""
        lists, is_import = self._known(), self._options.route == "import"
        journals = {} if is_import else {key: one.issued_on for one, key in documents if not self._is_order(one)}
        held_by_id = dict(self._places.by_id(journals, lists))
        for document, ledger_id in documents:
            if self._is_order(document):
                yield document, self._orders.read_back(document, ledger_id)
                continue
            held = self._places.import_entry(ledger_id) if is_import else held_by_id[ledger_id]
            if held is None and not is_import:  # what another integration left in the Import list and a person adopted
                held = self._places.import_entry(ledger_id)
            if held is None:
                yield document, None
                continue
            ours = self._sides(document, lists)
            shown = ledger_document(held, document, ours)
            changes = changed_lines(held, ours) if document.kind == SETTLEMENT else None
            yield document, replace(shown, changes=changes)

    def list_documents(self, kinds: Iterable[str], since: dt.date, until: dt.date) -> Iterator[LedgerDocument]:
        """Yield what stands in the period in every place, whoever put it there: drafts and imports, then what is posted."""
        wanted, first = set(kinds), max(since, _FIRST)
        if self._options.invoices == "order" and wanted & ORDERED:
            yield from (one for one in self._orders.listed(since, until) if one.kind in wanted)
        if wanted & {SETTLEMENT, *ISSUED}:
            shown = (listed(held, self._options) for held in self._vouchers(first, since, until))
            yield from (one for one in shown if one.kind in wanted)

    def _vouchers(self, first: dt.date, since: dt.date, until: dt.date) -> Iterator[Held]:
        """Yield vouchers of a period from every place, each once."""
        entries: set[str] = set()
        for held in self._places.drafts(first - dt.timedelta(days=1), self._known()):
            if held.place == "draft" and _within(held.day, since, until):
                yield held
        for held in self._imports():
            if _within(held.day, since, until):
                entries.add(held.ledger_id)
                yield held
        for held in self._places.posted(first, min(until, _LAST)):
            if held.import_id not in entries and is_till_like(held):
                yield held

    def _imports(self) -> Iterator[Held]:
        """Yield the entries of the Import list, where it is read.

        Raises:
            TargetUnavailable: It could not be read, and has to be.
        """
        try:
            yield from self._places.imports()
        except TargetUnavailable as error:
            if self._options.route == "import" or self._options.reads_imports == "must":
                raise TargetUnavailable(
                    f"The Import list, in which another integration leaves its settlements, could not be read: {error} Where the "
                    "company has no API v1, set poweroffice.read_imports = false; then only what is posted is compared.",
                    code=error.code,
                ) from error

    def attaching(self) -> Attaching | None:
        """Return how sheets are put on vouchers, where the settings want it."""
        return Documentation(self._v2, self._options) if self.capabilities.attaches else None

    def ensure_masters(self, request: MasterRequest) -> Catalog:
        """Create missing customers, each looked up first."""
        return self._customers.ensure(request)

    def _is_order(self, document: Document) -> bool:
        return self._options.invoices == "order" and document.kind in ORDERED

    def _sides(self, document: Document, lists: Lists) -> list[Side]:
        """Return what is sent of a voucher, as it is compared."""
        if document.kind == SETTLEMENT:
            return sent_sides(document, lists, self._options)
        return self._issued.sides(document, lists)

    def _known(self) -> Lists:
        """Return Go's lists, read once."""
        if self._lists is None:
            self._lists = read_lists(self._v2, self._options)
        return self._lists

    def _request(self, document: Document) -> Request:
        lists = self._known()
        if document.kind == SETTLEMENT:
            return settlement_request(document, lists, self._options)
        if self._options.invoices == "issued":
            return self._issued.request(document, lists)
        if self._is_order(document):
            return self._orders.request(document, lists)
        raise TargetRejected(f"{label(document)}: PowerOffice Go takes no {document.kind} from us here.", code="kind")

    def _confirmed(self, document: Document, top: Fields) -> Confirmation:
        """Believe a yes that names an id; the total is the one the answer shows, where it shows the lines."""
        ledger_id = top.text("Id", "VoucherId")
        if not ledger_id:
            raise OutcomeUnknown(
                f"{label(document)}: PowerOffice Go says yes but names no id. It is looked up before anything else.",
                code="no-id", words=self._v2.evidence(str(top.raw).encode()),
            )  # fmt: skip
        lists = self._known()
        held = draft(top, lists, self._v2.evidence)
        if held.sides:
            self._places.note_made(top)
        shown = ledger_document(held, document, self._sides(document, lists))
        return Confirmation(
            ledger_id=ledger_id, ledger_number=document.number or "", total_minor=shown.total_minor, words=""
        )

    def _sent_v1(self, document: Document, request: Request) -> Confirmation:
        assert self._v1 is not None
        what = label(document)
        top = self._v1.write(request.path, request.body, what=what)
        words = self._v1.words(top)
        if top.flag("success") is False:
            raise refused_v1(what, words)
        ledger_id = top.text("data")
        if top.flag("success") is not True or not ledger_id:
            raise OutcomeUnknown(
                f"{what}: PowerOffice Go's answer is no clear yes or no. It is looked up before anything else.",
                code="no-id", words=self._v1.evidence(str(top.raw).encode()),
            )  # fmt: skip
        return Confirmation(ledger_id=ledger_id, ledger_number=document.number or "", words=words)


def _within(day: dt.date | None, since: dt.date, until: dt.date) -> bool:
    """Return whether a day lies in a period; a voucher without a readable day is shown rather than lost."""
    return day is None or since <= day <= until
