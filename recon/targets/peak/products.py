"""Creating a product or service in PEAK as the outbox does it: look first, send once, and find it again by its mark.

PEAK issues the code and echoes the description; the description carries our mark (``sku:TS-BLK-M``), which is what tells
the product we asked for from all others (peak.md 6.2). PEAK refuses no second product, so only looking prevents one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Final

from recon.domain.document import Document
from recon.errors import AlreadyExists, OutcomeUnknown
from recon.targets.base import Confirmation, Found, LedgerDocument, LedgerLine, Objection
from recon.targets.peak.answers import Expected, confirmed
from recon.targets.peak.books import Books
from recon.targets.peak.client import PeakClient, code_of
from recon.targets.peak.masters import PRODUCT_NAME_MAX, product_names
from recon.targets.peak.payloads import Request
from recon.targets.peak.wire import Fields, Out, encode

PRODUCT: Final = "product"


def product_objections(document: Document) -> list[Objection]:
    """Return what PEAK would object to in a product line."""
    length = len(document.product_name)
    if 0 < length <= PRODUCT_NAME_MAX:
        return []
    text = f"The name of SKU {document.sku} has {length} characters; PEAK takes 1 to {PRODUCT_NAME_MAX}."
    return [
        Objection(field="name", text=text, remedy="Mark it again with a shorter name: `recon match --create SKU=NAME`.")
    ]


def product_label(document: Document) -> str:
    """Return how a product line is named in messages."""
    return f"{document.product_kind} {document.product_name} (SKU {document.sku})"


def product_request(document: Document) -> Request:
    """Return the one write that creates the product."""
    wrapper, listed = product_names(document.product_kind)
    body: Out = {wrapper: {listed: [{"name": document.product_name, "description": document.remark}]}}
    return Request(path=f"/{listed}", body=encode(body), wrapper=wrapper, listed=listed, number=None)


class NewProducts:
    """Creates products and services, each once."""

    def __init__(self, client: PeakClient, books: Books, *, page_size: int) -> None:
        self._client = client
        self._books = books
        self._limit = {"limit": str(page_size)}
        self._lists: dict[str, _Listed] = {}
        """Products and services as this run read them, with those it made; read anew after anything unclear."""

    def send(self, document: Document) -> Confirmation:
        """Create it, unless PEAK holds it already.

        Raises:
            AlreadyExists: It is there by its code or mark; nothing was sent.
            TargetUnavailable, TargetRejected, OutcomeUnknown: As for a document.
        """
        what, request = product_label(document), product_request(document)
        if self._list(document.product_kind).of(document):
            raise AlreadyExists(f"{what}: PEAK holds it already; nothing was sent.", code="product-there")
        try:
            top = self._client.write(request.path, request.body, what=what, kind=document.product_kind)
            item, confirmation = _made(top, request, document)
        except OutcomeUnknown:
            self._lists.clear()
            raise
        self._lists[document.product_kind].add(item)
        return confirmation

    def find(self, document: Document) -> Found:
        """Return what PEAK holds of it now, by its code, else by its mark.

        Raises:
            TargetUnavailable: PEAK's list could not be read.
        """
        self._lists.clear()
        same = self._list(document.product_kind).of(document)
        held = tuple(_held(document.product_kind, row) for row in same)
        if not held:
            return Found(state="absent")
        if len(held) > 1:
            return Found(state="twice", documents=held)
        ours, theirs = _plain(document.product_name), _plain(same[0].text("name"))
        if ours != theirs:
            return Found(state="different", documents=held, differences=(f"name: ours {ours}, PEAK {theirs}",))
        found = Confirmation(
            ledger_id=held[0].ledger_id, ledger_number=held[0].number, words="found in PEAK by its mark"
        )
        return Found(state="equal", documents=held, confirmation=found)

    def read_back(self, document: Document, ledger_id: str) -> LedgerDocument | None:
        """Return the product as PEAK holds it, also where it stands as the other kind; None: it is not there.

        ``ledger_id``: PEAK's id, or the code where nobody knows the id; empty: looked for by its mark.
        """
        for kind in (document.product_kind, "service" if document.product_kind == PRODUCT else PRODUCT):
            listed = self._list(kind)
            rows = listed.by_id.get(ledger_id, []) if ledger_id else listed.by_mark.get(document.remark, [])
            if rows:
                return _held(kind, rows[0])
        return None

    def _list(self, kind: str) -> _Listed:
        if kind not in self._lists:
            wrapper, listed = product_names(kind)
            self._lists[kind] = _Listed(self._books.pages(f"/{listed}", wrapper, listed, self._limit))
        return self._lists[kind]


class _Listed:
    """A list of PEAK's products, found by code, by mark, and by id or code."""

    def __init__(self, rows: Iterable[Fields]) -> None:
        self.by_code: dict[str, list[Fields]] = {}
        self.by_mark: dict[str, list[Fields]] = {}
        self.by_id: dict[str, list[Fields]] = {}
        for row in rows:
            self.add(row)

    def add(self, row: Fields) -> None:
        """Take a row in."""
        code, mark = row.text("code"), row.text("description")
        self.by_code.setdefault(code, []).append(row)
        self.by_mark.setdefault(mark, []).append(row)
        for key in dict.fromkeys((row.text("id"), code)):
            if key:
                self.by_id.setdefault(key, []).append(row)

    def of(self, document: Document) -> list[Fields]:
        """Return the rows that are the product wanted: by exactly the SKU's code, else by our mark."""
        return self.by_code.get(document.sku) or self.by_mark.get(document.remark) or []


def _made(top: Fields, request: Request, document: Document) -> tuple[Fields, Confirmation]:
    """Return PEAK's yes: the one item that echoes our mark with the code PEAK gave it.

    The answer seen from PEAK holds code and description but no result code (peak.md 6.2), so the echo is what counts.

    Raises:
        TargetRejected, TargetUnavailable: PEAK's complete no.
        OutcomeUnknown: Neither yes nor no can be read from the answer.
    """
    what = product_label(document)
    inner = top.inner(request.wrapper)
    items = inner.rows(request.listed) or []
    item = items[0] if len(items) == 1 and not inner.has_strangers(request.listed) else Fields(None)
    code, echo = item.text("code"), item.text("description")
    if not code_of(top) and not item.text("resCode") and code and echo == document.remark:
        return item, Confirmation(ledger_id=item.text("id") or code, ledger_number=code, words=item.text("resDesc"))
    expected = Expected(
        what=what, kind=request.listed, wrapper=request.wrapper, listed=request.listed, number=None, evidence=""
    )
    found = confirmed(top, expected)
    if not code or echo not in {"", document.remark}:
        raise OutcomeUnknown(f"{what}: PEAK's answer names {'another product' if code else 'no code'}.", code="no-code")
    return item, dataclasses.replace(found, ledger_id=found.ledger_id or code, ledger_number=code)


def _held(kind: str, row: Fields) -> LedgerDocument:
    code = row.text("code")
    named = LedgerLine(description=row.text("name"), quantity="", amount_minor=None, product_code=code)
    return LedgerDocument(
        kind=kind, ledger_id=row.text("id") or code, number=code, issued_on=None, total_minor=None, vat_minor=None,
        contact_code=None, is_void=False, reference=row.text("description"), lines=(named,),
    )  # fmt: skip


def _plain(name: str) -> str:
    return " ".join(name.split())
