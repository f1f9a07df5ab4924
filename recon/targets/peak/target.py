"""PEAK as a target: puts together client, payloads, look-ups and master data (docs/peak.md)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

from recon.closing import Closing
from recon.domain.document import Document
from recon.errors import AlreadyExists, SettingsError, TargetRejected, TargetUnavailable
from recon.http import HttpClient
from recon.masking import Secret
from recon.money import plain
from recon.ports import Clock
from recon.targets.base import (
    OTHER_COMPANY,
    Capabilities,
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
from recon.targets.peak.answers import Expected, confirmed
from recon.targets.peak.books import Books
from recon.targets.peak.checks import CURRENCY, KINDS, objections
from recon.targets.peak.client import PeakClient
from recon.targets.peak.find import Finder
from recon.targets.peak.identity import UNSTATED, Environment, check_environment, company, missing
from recon.targets.peak.masters import CONTACT_CODE_MAX, PRODUCT_NAME_MAX, Masters
from recon.targets.peak.options import CREDENTIALS, PeakOptions
from recon.targets.peak.payloads import SHAPES, Request, contact_of, label, request_for, sends_number
from recon.targets.peak.products import PRODUCT, NewProducts, product_objections, product_request
from recon.targets.peak.purchases import KINDS as PURCHASES
from recon.targets.peak.purchases import NUMBERED_BY_PEAK, purchase_request
from recon.targets.peak.tokens import ClientTokens
from recon.targets.peak.wire import Fields


class PeakTarget(Closing, Target):
    """One company in PEAK.

    Args:
        base_url: Address up to and including ``/api/v1``.
        environment: What stands behind the address.
        credentials: ``connect_id``, ``connect_key`` and ``user_token``.
        clock: Signs requests and waits.
        options: Settings of the connection.
        catalog: Master data read before; gives ids to contacts, products and payment methods.
        token_cache: Where the Client-Token is kept; left out: in this process only.
        on_wait: Told in words when a log-in has to wait.

    Raises:
        SettingsError: The address is refused, contradicts the environment, or a credential is missing.
    """

    name: ClassVar[str] = "peak"

    def __init__(
        self,
        *,
        base_url: str,
        environment: Environment,
        credentials: Mapping[str, str],
        clock: Clock,
        options: PeakOptions | None = None,
        catalog: Catalog | None = None,
        token_cache: TokenCache | None = None,
        on_wait: Callable[[str], None] | None = None,
    ) -> None:
        lacking = [name for name in CREDENTIALS if not credentials.get(name)]
        if lacking:
            raise SettingsError(f"PEAK needs {', '.join(lacking)}; enter them with `recon connect`.")
        check_environment(base_url, environment)
        options = options or PeakOptions()
        secrets = {name: Secret(credentials[name]) for name in CREDENTIALS}
        self._http = HttpClient(
            base_url,
            timeout_seconds=options.timeout_seconds,
            proxy=options.proxy,
            ca_file=options.ca_file,
            secrets=tuple(secret.reveal() for secret in secrets.values()),
            monotonic=clock.monotonic,
        )
        self._tokens = tokens = ClientTokens(
            self._http,
            connect_id=secrets["connect_id"],
            connect_key=secrets["connect_key"],
            encoding=options.signature_encoding,
            cache=token_cache or MemoryTokenCache(),
            clock=clock,
            on_wait=on_wait,
        )
        self._client = PeakClient(
            self._http,
            tokens,
            connect_id=secrets["connect_id"],
            user_token=secrets["user_token"],
            clock=clock,
            options=options,
        )
        self._client.on_other_log_in = self._require_same
        self._company: Company | None = None
        self._user_token = secrets["user_token"]
        self._environment: Environment = environment
        self._options = options
        self._catalog = catalog
        self._books = Books(self._client, page_size=options.page_size, method_code=self._method_code)
        self._masters = Masters(self._client, self._books, page_size=options.page_size)
        self._products = NewProducts(self._client, self._books, page_size=options.page_size)
        self._finder = Finder(self._books, options, contact_code=self._contact_code, method_names=self._method_names)
        self.capabilities = capabilities(options)

    def __repr__(self) -> str:
        return f"PeakTarget({self._http.base_url!r}, {self._environment})"

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def verify(self) -> Company:
        """Return which company PEAK answers for and what is missing there."""
        return dataclasses.replace(self.identify(), missing=missing(self._masters, self._options))

    def identify(self) -> Company:
        """Return which company PEAK answers for; from now on no other one gets anything from us."""
        self._company = answered = self._answered()
        self._client.note_known()
        return answered

    def _answered(self) -> Company:
        base_url, environment = self._http.base_url, self._environment
        return company(self._client, base_url=base_url, environment=environment, user_token=self._user_token)

    def _require_same(self) -> None:
        """Ask again after a new log-in, in the middle of a run (F35)."""
        answered, before = self._answered(), self._company
        assert before is not None, "asked after `identify` only"
        if (answered.name, answered.tax_id) != (before.name, before.tax_id):
            raise TargetUnavailable(
                f"After a new log-in PEAK answers for {answered.name or 'nobody by name'} (tax id {answered.tax_id or 'none'}),"
                f" before it for {before.name or 'nobody by name'} (tax id {before.tax_id or 'none'}). Nothing more was sent."
                " Check the connection's keys and address, then run `recon connect`.",
                code=OTHER_COMPANY, stops_batch=True,
            )  # fmt: skip
        self._client.note_known()

    def catalog(self) -> Catalog:
        """Return PEAK's master data and use its ids from now on."""
        self._catalog = self._masters.catalog()
        return self._catalog

    def check(self, document: Document) -> list[Objection]:
        """Return what PEAK would object to, without asking it."""
        if document.kind == PRODUCT:
            return product_objections(document)
        return objections(document, self._options, self._catalog)

    def payload(self, document: Document) -> bytes:
        """Return the body of the document's one write."""
        return self._request(document).body

    def send(self, document: Document) -> Confirmation:
        """Send once; corrections first read the document they apply to, a harmless look that may stop them."""
        if document.kind == PRODUCT:
            return self._products.send(document)
        request = self._request(document)
        self._guard_correction(document)
        what = label(document)
        top = self._client.write(request.path, request.body, what=what, kind=document.kind)
        expected = Expected(
            what=what,
            kind=document.kind,
            wrapper=request.wrapper,
            listed=request.listed,
            number=request.number,
            evidence=self._evidence(top),
        )
        confirmation = confirmed(top, expected)
        return self._with_figures(document, confirmation)

    def find(self, document: Document) -> Found:
        """Look the document up under its number, on its invoice (payment), on what it voids, or by its mark (product)."""
        if document.kind == PRODUCT:
            return self._products.find(document)
        return self._finder.find(document)

    def read_back(self, documents: Sequence[tuple[Document, str]]) -> Iterator[tuple[Document, LedgerDocument | None]]:
        """Yield what PEAK holds; for payments and voids the document they apply to."""
        listed: dict[str, dict[str, Fields]] = {}
        for document, ledger_id in documents:
            if document.kind == PRODUCT:
                yield document, self._products.read_back(document, ledger_id)
                continue
            kind, number, wanted = _address(document, ledger_id, by_number=sends_number(document, self._options))
            if number:
                exact, _ = self._books.rows_with_number(kind, number)
            else:
                if kind not in listed:
                    listed[kind] = {row.text("id"): row for row in self._books.all_rows(kind)}
                exact = [listed[kind][wanted]] if wanted in listed[kind] else []
            yield document, self._chosen(kind, exact, wanted)

    def list_documents(self, kinds: Iterable[str], since: dt.date, until: dt.date) -> Iterator[LedgerDocument]:
        """Yield all documents of these kinds in the period; PEAK documents no date filter, so ours decides."""
        for kind in dict.fromkeys(kinds):
            if kind not in SHAPES:
                continue
            for row in self._books.all_rows(kind):
                document = self._books.document(kind, row)
                # A document without a readable date is shown rather than lost.
                if document.issued_on is None or since <= document.issued_on <= until:
                    yield document

    def session(self) -> Session:
        """Return how far the clocks are apart, as PEAK answered last, and until when the token is kept."""
        return Session(clock_ahead_seconds=self._client.clock_ahead_seconds, token_until=self._tokens.kept_until())

    def ensure_masters(self, request: MasterRequest) -> Catalog:
        """Create missing contacts; what exists now is known to this target from here on."""
        made = self._masters.ensure(request)
        known = self._catalog or Catalog()
        old_contacts = tuple(one for one in known.contacts if one.code not in {new.code for new in made.contacts})
        self._catalog = dataclasses.replace(known, contacts=(*old_contacts, *made.contacts))
        return made

    def _request(self, document: Document) -> Request:
        if document.kind == PRODUCT:
            return product_request(document)
        if document.kind in PURCHASES:
            return purchase_request(document, self._options, self._catalog)
        return request_for(document, self._options, self._catalog)

    def _guard_correction(self, document: Document) -> None:
        """Look at the document a correction applies to: PEAK credits all of it and voids by number alone."""
        if document.kind not in {"credit_note", "void"}:
            return
        what = label(document)
        if document.kind == "credit_note" and not document.applies_to_ledger_id:
            raise TargetRejected(
                f"{what}: PEAK's id of {document.applies_to_number} is not known. Run `recon verify` on its batch, then plan"
                " again; nothing was sent.",
                code="no-id",
            )
        row = self._finder.original_row(document)
        if row is None:
            raise TargetUnavailable(
                f"{what}: PEAK does not show {document.applies_to_kind} {document.applies_to_number} (yet); nothing was"
                " sent. Look for it in PEAK if this stays so.",
                code="no-original",
                retry_after_seconds=float(self._options.lookup_grace_seconds),
            )
        original = self._books.document(document.applies_to_kind or "", row)
        if document.kind == "void":
            if original.is_void:
                raise AlreadyExists(f"{what}: {original.number} is void already; nothing was sent.", code="void")
            return
        if original.is_void:
            raise TargetRejected(f"{what}: {original.number} is void in PEAK; there is nothing to credit.", code="void")
        if original.total_minor is not None and original.total_minor != document.total_minor:
            raise TargetRejected(
                f"{what}: PEAK would credit all of {original.number}, {plain(original.total_minor)}, not"
                f" {plain(document.total_minor)}; nothing was sent. Write this credit note in PEAK by hand.",
                code="partial-credit",
            )

    def _with_figures(self, document: Document, confirmation: Confirmation) -> Confirmation:
        """Read a new document back for PEAK's id and totals; where that fails, the confirmation stands as it is."""
        if document.kind not in SHAPES or not self._options.read_after_write:
            return confirmation
        try:
            exact, _ = self._books.rows_with_number(document.kind, confirmation.ledger_number)
        except TargetUnavailable:
            return confirmation
        held = self._chosen(document.kind, exact, confirmation.ledger_id)
        if held is None or held.is_void:
            return confirmation
        return dataclasses.replace(
            confirmation,
            ledger_id=confirmation.ledger_id or held.ledger_id,
            total_minor=held.total_minor if held.total_minor is not None else confirmation.total_minor,
            vat_minor=held.vat_minor if held.vat_minor is not None else confirmation.vat_minor,
        )

    def _chosen(self, kind: str, rows: Sequence[Fields], ledger_id: str) -> LedgerDocument | None:
        """Return the row with this id; without an id the only live one, else the only one."""
        held = [self._books.document(kind, row) for row in rows]
        if ledger_id:
            return next((one for one in held if one.ledger_id == ledger_id), None)
        live = [one for one in held if not one.is_void] or held
        return live[0] if len(live) == 1 else None

    def _contact_code(self, document: Document) -> str:
        return contact_of(document, self._catalog).code

    def _method_names(self, code: str) -> frozenset[str]:
        ids = {m.ledger_id for m in (self._catalog.methods if self._catalog else ()) if m.code == code}
        return frozenset({code, *ids} - {""})

    def _method_code(self, stated: str) -> str:
        known = self._catalog.methods if self._catalog else ()
        return next((m.code for m in known if stated and m.ledger_id == stated), stated)

    def _evidence(self, top: Fields) -> str:
        return self._client.evidence(json.dumps(top.raw, ensure_ascii=False, default=str).encode())


def capabilities(options: PeakOptions) -> Capabilities:
    """Return what PEAK can do under these settings."""
    own = options.numbering == "source"
    return Capabilities(
        kinds=KINDS | {PRODUCT},
        own_number=own,
        number_max_length=options.number_max_length,
        partial_credit_note=False,
        refund_payment=False,  # the fields of creditNotePayment are not known (peak.md 6.7)
        searchable_by_number=own,
        numbers_itself=NUMBERED_BY_PEAK,
        expense_tax_invoice=False,  # no field for it is known on expenses (peak.md 6.8)
        # PEAK allows 5 and 10; one by one until more is proven (peak.md 3.2).
        writes_in_parallel=1,
        reads_in_parallel=2,
        text_max_length=options.text_max_length,
        contact_code_max_length=CONTACT_CODE_MAX,
        currencies=frozenset({CURRENCY}),
        lookup_grace_seconds=options.lookup_grace_seconds,
        product_name_max_length=PRODUCT_NAME_MAX,
        unstated=UNSTATED,
    )


def _address(document: Document, ledger_id: str, *, by_number: bool) -> tuple[str, str, str]:
    """Return kind, number and id under which a posted document is read back."""
    if document.kind in {"payment", "void", "expense_payment"}:
        return (
            document.applies_to_kind or "invoice",
            document.applies_to_number or "",
            document.applies_to_ledger_id or "",
        )
    return document.kind, (document.number or "") if by_number else "", ledger_id
