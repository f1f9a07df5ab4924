"""A strict ledger in one process: it keeps the truth, can be told to fail, and shows documents late if asked to.

With a path its books lie in a file that survives a killed process; every line is one thing that happened.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field

from store_world import COMPANY, DAY

from recon.domain.document import Document, DocumentLine, Posting
from recon.errors import AlreadyExists, OutcomeUnknown, TargetRejected, TargetUnavailable
from recon.targets.base import Capabilities, Company, Confirmation, Found, LedgerDocument, Target

KINDS = frozenset({"invoice", "receipt", "payment", "void", "credit_note"})


@dataclass
class Held:
    """One document in the ledger's books."""

    name: str
    """Our number, or our key where it has none."""
    kind: str
    total_minor: int
    ledger_id: str
    visible_at: float
    is_void: bool = False
    applies_to_ledger_id: str | None = None


@dataclass
class Books:
    """The truth."""

    held: list = field(default_factory=list)

    def live(self, name):
        return [one for one in self.held if one.name == name and not one.is_void]


class FakeLedger(Target):
    """The documented three answers, and every way to miss one of them."""

    name = "fake"

    def __init__(self, clock, path=None, *, company=COMPANY, crash=None, **capabilities):
        given = {
            "kinds": KINDS, "own_number": True, "number_max_length": 30, "partial_credit_note": True,
            "refund_payment": True,
            "searchable_by_number": True, "lookup_grace_seconds": 120,
        }  # fmt: skip
        self.capabilities = Capabilities(**{**given, **capabilities})
        self.clock = clock
        self.books = Books()
        self.company = company
        self.crash = crash
        self.unique = True
        """Refuses a second document under the same number."""
        self.index_delay = 0
        """Seconds until a look-up shows what was taken."""
        self.plans = {}
        """name -> list of answers, one per send; the default is "ok"."""
        self.script = []
        """The next answers, whatever is sent."""
        self.always = None
        """One answer for every send."""
        self.late = []
        """(moment, document): taken by the ledger long after the client gave up."""
        self.find_fails = 0
        self.sends = []
        self.finds = []
        self.verified = 0
        self._path = path
        if path is not None and path.exists():
            for line in path.read_text().splitlines():
                self.books.held.append(Held(**json.loads(line)))

    # what a Target does ------------------------------------------------------------------------------------------

    def verify(self):
        self.verified += 1
        return Company(company_id=self.company, name=f"Company {self.company}", tax_id="", environment="sandbox")

    def payload(self, document):
        return json.dumps(
            [document.number, document.kind, document.total_minor, document.applies_to_ledger_id]
        ).encode()

    def send(self, document):
        name = name_of(document)
        self.sends.append(name)
        if document.kind in ("payment", "void", "credit_note"):
            assert document.applies_to_ledger_id, f"{name} was sent without the id of what it applies to"
        plan = self.plans.get(name, [])
        script = plan or self.script
        answer = self.always or (script.pop(0) if script else "ok")
        return self.answer(answer, document, name)

    def answer(self, answer, document, name):
        if answer == "unavailable":
            raise TargetUnavailable("connection refused")
        if isinstance(answer, tuple):
            kind, value = answer
            if kind == "retry":
                raise TargetUnavailable("429", code="429", retry_after_seconds=value)
            if kind == "total":
                held = self.take(document)
                return Confirmation(ledger_id=held.ledger_id, ledger_number=name, total_minor=value)
        if answer == "stop":
            raise TargetUnavailable("403 no rights", code="403", stops_batch=True)
        if answer == "refuse":
            raise TargetRejected("period is closed", code="402", words="งวดบัญชีปิดแล้ว")
        if answer == "lost":
            raise OutcomeUnknown("read timed out")
        if answer == "late":
            self.late.append((self.clock.monotonic() + 90, document))
            raise OutcomeUnknown("read timed out")
        if self.unique and self.books.live(name):
            raise AlreadyExists(f"{name} exists already", code="315")
        held = self.take(document)
        if self.crash is not None:
            self.crash.reach("ledger.taken")
        if answer == "hang":
            raise OutcomeUnknown("read timed out")
        if answer == "defect":
            raise KeyError("resDesc")
        if answer == "no-id":
            return Confirmation(ledger_id="", ledger_number=name)
        if answer == "other-number":
            return Confirmation(ledger_id=held.ledger_id, ledger_number=name + "-A")
        if answer == "killed":
            raise Killed
        assert answer == "ok", answer
        own_id = held.ledger_id if document.kind not in ("payment", "void") else ""
        return Confirmation(ledger_id=own_id, ledger_number=document.number or "", total_minor=document.total_minor)

    def find(self, document):
        self.settle_late()
        name = name_of(document)
        self.finds.append(name)
        if self.find_fails:
            self.find_fails -= 1
            raise TargetUnavailable("503 while looking")
        now = self.clock.monotonic()
        held = [one for one in self.books.held if one.name == name and one.visible_at <= now]
        live = [one for one in held if not one.is_void]
        shown = tuple(shown_document(one) for one in live or held)
        if len(live) > 1:
            return Found(state="twice", documents=shown)
        if not live:
            return Found(state="voided" if held else "absent", documents=shown)
        if live[0].total_minor != document.total_minor:
            words = f"total: {live[0].total_minor} there, {document.total_minor} here"
            return Found(state="different", documents=shown, differences=(words,))
        confirmation = Confirmation(ledger_id=live[0].ledger_id, ledger_number=name)
        return Found(state="equal", documents=shown, confirmation=confirmation)

    def catalog(self):
        raise AssertionError

    def check(self, document):
        return []

    def read_back(self, documents):
        raise AssertionError

    def list_documents(self, kinds, since, until):
        raise AssertionError

    def ensure_masters(self, request):
        raise AssertionError

    # the books ---------------------------------------------------------------------------------------------------

    def take(self, document, *, visible_at=None):
        held = Held(
            name=name_of(document),
            kind=document.kind,
            total_minor=document.total_minor,
            ledger_id=f"L{len(self.books.held) + 1}",
            visible_at=self.clock.monotonic() + self.index_delay if visible_at is None else visible_at,
            applies_to_ledger_id=document.applies_to_ledger_id,
        )
        self.books.held.append(held)
        if document.kind == "void":
            for one in self.books.held:
                if one.ledger_id == document.applies_to_ledger_id:
                    one.is_void = True
        if self._path is not None:
            line = json.dumps({**held.__dict__, "visible_at": 0}) + "\n"
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            os.write(descriptor, line.encode())
            os.close(descriptor)
        return held

    def settle_late(self):
        now = self.clock.monotonic()
        for at, document in [one for one in self.late if one[0] <= now]:
            self.late.remove((at, document))
            if not (self.unique and self.books.live(name_of(document))):
                self.take(document)


class Killed(BaseException):
    """The process is gone: nothing after this line runs."""


def name_of(document):
    return document.number or document.document_key


def shown_document(held):
    return LedgerDocument(
        kind=held.kind, ledger_id=held.ledger_id, number=held.name, issued_on=DAY, total_minor=held.total_minor,
        vat_minor=None, contact_code=None, is_void=held.is_void,
    )  # fmt: skip


def documents_by_key(*frames):
    """Give whole documents for outbox rows of these plans."""
    found = {}
    for frame in frames:
        for row in frame.iter_rows(named=True):
            found[row["document_key"]] = whole(row)
    return lambda row: found[row.document_key]


def whole(row):
    """A Document from a row of DOCUMENTS, with one line and two postings."""
    fields = {name: row[name] for name in Document.__dataclass_fields__ if name in row and name != "payments"}
    line = DocumentLine(
        line_no=1, kind="product", product_code="P1", account_code=None, sku="A", description="เสื้อ",
        quantity_milli=1000, unit_price_minor=row["total_minor"], amount_minor=row["total_minor"], discount_minor=0,
        vat_code="vat7", net_minor=row["net_minor"], vat_minor=row["vat_minor"], row=2,
    )  # fmt: skip
    postings = (
        Posting(account_code="111201", debit_minor=row["total_minor"]),
        Posting(account_code="411101", credit_minor=row["total_minor"]),
    )
    return Document(**fields, lines=(line,), postings=postings, file="0" * 12, row=2)
