"""The books of the sandbox: one SQLite database, in memory or in a file, and the truth about what was committed.

Given a path, every commit is on disk before the answer goes out (WAL, synchronous=FULL). The event table is only ever
appended to: it is the truth log that tests ask.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from recon.sandbox.ledgers.tables import Tables, dump

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS masters(
  company TEXT NOT NULL, kind TEXT NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL, code TEXT NOT NULL,
  name TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY(company, kind, id)) STRICT;
CREATE INDEX IF NOT EXISTS masters_by_code ON masters(company, kind, code);
CREATE INDEX IF NOT EXISTS masters_by_name ON masters(company, kind, name);
CREATE TABLE IF NOT EXISTS documents(
  seq INTEGER PRIMARY KEY, company TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL UNIQUE, code TEXT NOT NULL,
  code_key TEXT NOT NULL, issued_on TEXT NOT NULL, due_on TEXT NOT NULL, status TEXT NOT NULL,
  contact_id TEXT NOT NULL, contact_code TEXT NOT NULL, applies_to_id TEXT NOT NULL,
  net_minor INTEGER NOT NULL, vat_minor INTEGER NOT NULL, total_minor INTEGER NOT NULL, remain_minor INTEGER NOT NULL,
  visible_at INTEGER NOT NULL, committed_at TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS documents_by_code ON documents(company, code_key);
CREATE INDEX IF NOT EXISTS documents_by_kind ON documents(company, kind, seq);
CREATE INDEX IF NOT EXISTS documents_by_target ON documents(applies_to_id);
CREATE TABLE IF NOT EXISTS events(
  seq INTEGER PRIMARY KEY, at TEXT NOT NULL, company TEXT NOT NULL, action TEXT NOT NULL, kind TEXT NOT NULL,
  code TEXT NOT NULL, document_id TEXT NOT NULL, total_minor INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS jobs(
  seq INTEGER PRIMARY KEY, company TEXT NOT NULL, queue_id TEXT NOT NULL, due_at INTEGER NOT NULL, path TEXT NOT NULL,
  body BLOB NOT NULL, done INTEGER NOT NULL, answer TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS jobs_open ON jobs(done, due_at);
CREATE TABLE IF NOT EXISTS tokens(token TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS counters(company TEXT NOT NULL, name TEXT NOT NULL, value INTEGER NOT NULL,
  PRIMARY KEY(company, name)) STRICT;
"""

_IDS: Final = uuid.UUID("5a4d0b0c-5a4d-5a4d-8a4d-5a4d0b0c5a4d")
"""Namespace of the ids the sandbox gives; the same steps give the same ids."""

LIVE: Final = frozenset({"draft", "waiting", "paid"})
DOCUMENT_KINDS: Final = ("invoice", "receipt", "credit_note", "expense", "purchase_order", "journal")


@dataclass(slots=True)
class StoredDocument:
    """A document in the books."""

    company: str
    kind: str
    id: str
    code: str
    issued_on: str
    """yyyyMMdd."""
    due_on: str
    status: str
    """draft, waiting, paid or void."""
    contact_id: str
    contact_code: str
    net_minor: int
    vat_minor: int
    total_minor: int
    remain_minor: int
    applies_to_id: str = ""
    visible_at: int = 0
    """Milliseconds of the server's clock from which GET shows it."""
    committed_at: str = ""
    body: dict[str, Any] = field(default_factory=dict)
    """Everything else, as GET shows it; amounts as text."""
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthDocument:
    """One committed document, for test oracles."""

    company: str
    kind: str
    id: str
    code: str
    issued_on: str
    due_on: str
    status: str
    contact_code: str
    net_minor: int
    vat_minor: int
    total_minor: int
    remain_minor: int
    is_tax_invoice: bool
    applies_to_id: str
    reference: str
    remark: str
    lines: tuple[dict[str, Any], ...]
    payments: tuple[dict[str, Any], ...]
    committed_at: str

    @property
    def is_void(self) -> bool:
        """Whether it was voided since."""
        return self.status == "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthEvent:
    """One committed change: created, paid, payment-voided, voided."""

    at: str
    company: str
    action: str
    kind: str
    code: str
    document_id: str
    total_minor: int


@dataclass(slots=True)
class Job:
    """Work that is carried out later: a queued request, or one a fault delayed."""

    seq: int
    company: str
    queue_id: str
    path: str
    body: bytes
    done: bool
    answer: list[dict[str, Any]]


class Books(Tables):
    """All tables of a sandbox behind one lock."""

    def __init__(self, path: Path | None, *, durable: bool = True) -> None:
        super().__init__(path, _SCHEMA, durable=durable)

    # numbers and ids

    def next_number(self, company: str, name: str) -> int:
        """Return the next number of a series; a number is never given twice."""
        self._write(
            "INSERT INTO counters VALUES(?, ?, 1) ON CONFLICT(company, name) DO UPDATE SET value = value + 1",
            company,
            name,
        )
        return int(self.rows("SELECT value FROM counters WHERE company = ? AND name = ?", company, name)[0][0])

    def new_id(self, company: str, kind: str) -> str:
        """Return a new id."""
        return str(uuid.uuid5(_IDS, f"{company}/{kind}/{self.next_number(company, f'id {kind}')}"))

    # master data

    def add_master(self, company: str, kind: str, code: str, name: str, body: dict[str, Any]) -> dict[str, Any]:
        """Keep a contact, product, service or payment method; returns it with its id."""
        kept = {"id": self.new_id(company, kind), "code": code, "name": name, **body}
        seq = self.next_number(company, f"seq {kind}")
        self._write(
            "INSERT INTO masters VALUES(?, ?, ?, ?, ?, ?, ?)", company, kind, seq, kept["id"], code, name, dump(kept)
        )
        return kept

    def change_master(self, company: str, kind: str, body: dict[str, Any]) -> None:
        """Replace what is kept under the id in ``body``."""
        self._write(
            "UPDATE masters SET code = ?, name = ?, body = ? WHERE company = ? AND kind = ? AND id = ?",
            body["code"], body["name"], dump(body), company, kind, body["id"],
        )  # fmt: skip

    def masters(self, company: str, kind: str, **equal: str) -> list[dict[str, Any]]:
        """Return master data, oldest first; ``equal`` may name id, code or name."""
        assert set(equal) <= {"id", "code", "name"}
        where = "".join(f" AND {column} = ?" for column in equal)
        sql = f"SELECT body FROM masters WHERE company = ? AND kind = ?{where} ORDER BY seq"  # noqa: S608 - own names
        return [json.loads(row[0]) for row in self.rows(sql, company, kind, *equal.values())]

    # documents

    def add_document(self, document: StoredDocument, code_key: str) -> None:
        """Keep a new document and write it into the truth log."""
        self._write(
            "INSERT INTO documents(company, kind, id, code, code_key, issued_on, due_on, status, contact_id, contact_code,"
            " applies_to_id, net_minor, vat_minor, total_minor, remain_minor, visible_at, committed_at, body)"
            " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            document.company, document.kind, document.id, document.code, code_key, document.issued_on, document.due_on,
            document.status, document.contact_id, document.contact_code, document.applies_to_id, document.net_minor,
            document.vat_minor, document.total_minor, document.remain_minor, document.visible_at, document.committed_at,
            dump(document.body),
        )  # fmt: skip
        self.note(document, "created", document.committed_at)

    def change_document(self, document: StoredDocument, action: str, at: str) -> None:
        """Keep a document's new status, remaining amount and payments."""
        self._write(
            "UPDATE documents SET status = ?, remain_minor = ?, body = ? WHERE id = ?",
            document.status, document.remain_minor, dump(document.body), document.id,
        )  # fmt: skip
        self.note(document, action, at)

    def note(self, document: StoredDocument, action: str, at: str) -> None:
        """Append to the truth log."""
        self._write(
            "INSERT INTO events(at, company, action, kind, code, document_id, total_minor) VALUES(?, ?, ?, ?, ?, ?, ?)",
            at, document.company, action, document.kind, document.code, document.id, document.total_minor,
        )  # fmt: skip

    def documents(self, company: str, kind: str | None = None) -> list[StoredDocument]:
        """Return documents, oldest first."""
        if kind is None:
            rows = self.rows("SELECT * FROM documents WHERE company = ? ORDER BY seq", company)
        else:
            rows = self.rows("SELECT * FROM documents WHERE company = ? AND kind = ? ORDER BY seq", company, kind)
        return [_document(row) for row in rows]

    def page(
        self, company: str, kind: str, *, visible_at: int, status: str, limit: int, offset: int
    ) -> list[StoredDocument]:
        """Return a page of what GET shows by now, newest first; an empty status is any."""
        rows = self.rows(
            "SELECT * FROM documents WHERE company = ? AND kind = ? AND visible_at <= ? AND (? = '' OR status = ?)"
            " ORDER BY seq DESC LIMIT ? OFFSET ?",
            company, kind, visible_at, status, status, limit, offset,
        )  # fmt: skip
        return [_document(row) for row in rows]

    def by_code(self, company: str, code_key: str) -> list[StoredDocument]:
        """Return every document that ever had this number."""
        rows = self.rows("SELECT * FROM documents WHERE company = ? AND code_key = ? ORDER BY seq", company, code_key)
        return [_document(row) for row in rows]

    def by_id(self, company: str, document_id: str) -> StoredDocument | None:
        """Return one document."""
        rows = self.rows("SELECT * FROM documents WHERE company = ? AND id = ?", company, document_id)
        return _document(rows[0]) if rows else None

    def applying_to(self, document_id: str) -> list[StoredDocument]:
        """Return the credit notes of a document."""
        rows = self.rows("SELECT * FROM documents WHERE applies_to_id = ? ORDER BY seq", document_id)
        return [_document(row) for row in rows]

    def all_documents(self) -> list[StoredDocument]:
        """Return the documents of all companies, oldest first."""
        return [_document(row) for row in self.rows("SELECT * FROM documents ORDER BY seq")]

    def events(self) -> list[TruthEvent]:
        """Return the truth log, oldest first."""
        rows = self.rows("SELECT at, company, action, kind, code, document_id, total_minor FROM events ORDER BY seq")
        return [TruthEvent(**dict(row)) for row in rows]

    # work for later

    def add_job(self, company: str, path: str, body: bytes, *, due_at: int, queue_id: str = "") -> None:
        """Keep work that falls due later."""
        self._write(
            "INSERT INTO jobs(company, queue_id, due_at, path, body, done, answer) VALUES(?, ?, ?, ?, ?, 0, '[]')",
            company, queue_id, due_at, path, body,
        )  # fmt: skip

    def due_jobs(self, now: int) -> list[Job]:
        """Return work that is due, oldest first."""
        return [
            _job(row)
            for row in self.rows("SELECT * FROM jobs WHERE done = 0 AND due_at <= ? ORDER BY due_at, seq", now)
        ]

    def finish_job(self, job: Job, answer: list[dict[str, Any]]) -> None:
        """Mark work as done."""
        self._write("UPDATE jobs SET done = 1, answer = ? WHERE seq = ?", dump(answer), job.seq)

    def queued(self, company: str, path: str, queue_id: str) -> Job | None:
        """Return a queued request by its id."""
        rows = self.rows("SELECT * FROM jobs WHERE company = ? AND path = ? AND queue_id = ?", company, path, queue_id)
        return _job(rows[0]) if rows else None

    # client tokens

    def add_token(self, token: str, expires_at: int) -> None:
        """Keep a client token."""
        self._write("INSERT INTO tokens VALUES(?, ?)", token, expires_at)

    def token_expires_at(self, token: str) -> int | None:
        """Return when a token dies; None for one we never gave."""
        rows = self.rows("SELECT expires_at FROM tokens WHERE token = ?", token)
        return int(rows[0][0]) if rows else None

    def expire_tokens(self) -> None:
        """Let every token die now."""
        self._write("UPDATE tokens SET expires_at = 0")


def truth_of(document: StoredDocument) -> TruthDocument:
    """Return a document as an oracle sees it."""
    body = document.body
    return TruthDocument(
        company=document.company, kind=document.kind, id=document.id, code=document.code, issued_on=document.issued_on,
        due_on=document.due_on, status=document.status, contact_code=document.contact_code,
        net_minor=document.net_minor, vat_minor=document.vat_minor, total_minor=document.total_minor,
        remain_minor=document.remain_minor, is_tax_invoice=bool(body.get("istaxInvoice", 0)),
        applies_to_id=document.applies_to_id, reference=body.get("reference", ""), remark=body.get("remark", ""),
        lines=tuple(body.get("products", [])), payments=tuple(body.get("paidPayments", [])),
        committed_at=document.committed_at,
    )  # fmt: skip


def _document(row: sqlite3.Row) -> StoredDocument:
    values = dict(row)
    values.pop("code_key")
    values["body"] = json.loads(values["body"])
    return StoredDocument(**values)


def _job(row: sqlite3.Row) -> Job:
    return Job(
        seq=row["seq"], company=row["company"], queue_id=row["queue_id"], path=row["path"], body=bytes(row["body"]),
        done=bool(row["done"]), answer=json.loads(row["answer"]),
    )  # fmt: skip
