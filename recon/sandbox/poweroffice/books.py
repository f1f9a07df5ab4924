"""The books of the sandbox PowerOffice Go: one SQLite database, in memory or in a file.

Given a path, every commit is on disk before the answer goes out. The event table is only ever appended to: it is the
truth log that tests ask. The same steps give the same ids.
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
  company TEXT NOT NULL, kind TEXT NOT NULL, id INTEGER NOT NULL, code TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY(company, kind, id)) STRICT;
CREATE INDEX IF NOT EXISTS masters_by_code ON masters(company, kind, code);
CREATE TABLE IF NOT EXISTS settings(
  company TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY(company, name)) STRICT;
CREATE TABLE IF NOT EXISTS papers(
  seq INTEGER PRIMARY KEY, company TEXT NOT NULL, family TEXT NOT NULL, id TEXT NOT NULL UNIQUE, reference TEXT NOT NULL,
  state TEXT NOT NULL, maker TEXT NOT NULL, total_minor INTEGER NOT NULL, visible_at INTEGER NOT NULL,
  created_at TEXT NOT NULL, changed_at TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS papers_by_family ON papers(company, family, seq);
CREATE INDEX IF NOT EXISTS papers_by_reference ON papers(company, family, reference);
CREATE TABLE IF NOT EXISTS entries(
  id INTEGER PRIMARY KEY, company TEXT NOT NULL, voucher_id TEXT NOT NULL, posting_date TEXT NOT NULL,
  account INTEGER NOT NULL, amount_minor INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS entries_by_day ON entries(company, posting_date, id);
CREATE INDEX IF NOT EXISTS entries_by_voucher ON entries(company, voucher_id);
CREATE TABLE IF NOT EXISTS events(
  seq INTEGER PRIMARY KEY, at TEXT NOT NULL, company TEXT NOT NULL, action TEXT NOT NULL, family TEXT NOT NULL,
  id TEXT NOT NULL, reference TEXT NOT NULL, total_minor INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS jobs(
  seq INTEGER PRIMARY KEY, company TEXT NOT NULL, due_at INTEGER NOT NULL, call TEXT NOT NULL, body BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS tokens(
  token TEXT PRIMARY KEY, api TEXT NOT NULL, company TEXT NOT NULL, expires_at INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS counters(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
"""

_IDS: Final = uuid.UUID("90a0ff1c-5a4d-5a4d-8a4d-90a0ff1ce000")
"""Namespace of the ids the sandbox gives."""

OURS: Final = "integration"
"""Who made a paper: the integration that asks."""


@dataclass(slots=True)
class Paper:
    """A draft, a posted voucher, a sales order or an import."""

    company: str
    family: str
    """`draft`, `voucher`, `order` or `import`."""
    id: str
    reference: str
    """External import reference; empty where there is none."""
    state: str
    """`open`, `posted`, `reversed` or `deleted`."""
    maker: str
    """`integration`, or who else made it over there."""
    total_minor: int
    """Sum of the debit side, or of the order."""
    visible_at: int = 0
    """Milliseconds of the server's clock from which lists and look-ups show it."""
    created_at: str = ""
    changed_at: str = ""
    body: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One committed change: created, changed, deleted, posted, reversed."""

    at: str
    company: str
    action: str
    family: str
    id: str
    reference: str
    total_minor: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One posted amount on one account."""

    id: int
    voucher_id: str
    posting_date: str
    account: int
    amount_minor: int
    body: dict[str, Any]


class Books(Tables):
    """All tables of a sandbox behind one lock."""

    def __init__(self, path: Path | None, *, durable: bool = True) -> None:
        super().__init__(path, _SCHEMA, durable=durable)

    # numbers, ids, settings

    def next_number(self, name: str, first: int = 1) -> int:
        """Return the next number of a series; a number is never given twice."""
        self._write("INSERT INTO counters VALUES(?, ?) ON CONFLICT(name) DO UPDATE SET value = value + 1", name, first)
        return int(self.rows("SELECT value FROM counters WHERE name = ?", name)[0][0])

    def new_id(self, company: str, family: str) -> str:
        """Return a new GUID."""
        return str(uuid.uuid5(_IDS, f"{company}/{family}/{self.next_number(f'id {company} {family}')}"))

    def setting(self, company: str, name: str) -> Any:  # noqa: ANN401 - a JSON value
        """Return a setting of a company; None where it has none."""
        rows = self.rows("SELECT value FROM settings WHERE company = ? AND name = ?", company, name)
        return json.loads(rows[0][0]) if rows else None

    def set_setting(self, company: str, name: str, value: object) -> None:
        """Keep a setting."""
        self._write("INSERT OR REPLACE INTO settings VALUES(?, ?, ?)", company, name, json.dumps(value))

    # master data

    def add_master(self, company: str, kind: str, code: str, body: dict[str, Any]) -> dict[str, Any]:
        """Keep an account, VAT code, department, project, customer or product; returns it with its id."""
        kept = {"Id": self.next_number("id master", 1001), **body}
        self._write("INSERT INTO masters VALUES(?, ?, ?, ?, ?)", company, kind, kept["Id"], code, dump(kept))
        return kept

    def change_master(self, company: str, kind: str, body: dict[str, Any]) -> None:
        """Replace what is kept under the id in ``body``."""
        self._write(
            "UPDATE masters SET body = ? WHERE company = ? AND kind = ? AND id = ?",
            dump(body),
            company,
            kind,
            body["Id"],
        )

    def masters(self, company: str, kind: str) -> list[dict[str, Any]]:
        """Return master data of a kind, oldest first."""
        rows = self.rows("SELECT body FROM masters WHERE company = ? AND kind = ? ORDER BY id", company, kind)
        return [json.loads(row[0]) for row in rows]

    def master(self, company: str, kind: str, master_id: int) -> dict[str, Any] | None:
        """Return one by its id."""
        rows = self.rows("SELECT body FROM masters WHERE company = ? AND kind = ? AND id = ?", company, kind, master_id)
        return json.loads(rows[0][0]) if rows else None

    def master_coded(self, company: str, kind: str, code: str) -> dict[str, Any] | None:
        """Return one by its number or code."""
        rows = self.rows("SELECT body FROM masters WHERE company = ? AND kind = ? AND code = ?", company, kind, code)
        return json.loads(rows[0][0]) if rows else None

    # drafts, vouchers, orders, imports

    def add_paper(self, paper: Paper) -> None:
        """Keep a new one and write it into the truth log."""
        self._write(
            "INSERT INTO papers(company, family, id, reference, state, maker, total_minor, visible_at, created_at, changed_at,"
            " body) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            paper.company, paper.family, paper.id, paper.reference, paper.state, paper.maker, paper.total_minor,
            paper.visible_at, paper.created_at, paper.changed_at, dump(paper.body),
        )  # fmt: skip
        self.note(paper, "created", paper.created_at)

    def change_paper(self, paper: Paper, action: str, at: str) -> None:
        """Keep its new state and content."""
        paper.changed_at = at
        self._write(
            "UPDATE papers SET state = ?, reference = ?, total_minor = ?, changed_at = ?, body = ? WHERE id = ?",
            paper.state, paper.reference, paper.total_minor, at, dump(paper.body), paper.id,
        )  # fmt: skip
        self.note(paper, action, at)

    def note(self, paper: Paper, action: str, at: str) -> None:
        """Append to the truth log."""
        self._write(
            "INSERT INTO events(at, company, action, family, id, reference, total_minor) VALUES(?, ?, ?, ?, ?, ?, ?)",
            at, paper.company, action, paper.family, paper.id, paper.reference, paper.total_minor,
        )  # fmt: skip

    def papers(self, company: str, family: str) -> list[Paper]:
        """Return those of a family that were not deleted, oldest first."""
        rows = self.rows(
            "SELECT * FROM papers WHERE company = ? AND family = ? AND state != 'deleted' ORDER BY seq", company, family
        )
        return [_paper(row) for row in rows]

    def paper(self, company: str, family: str, paper_id: str) -> Paper | None:
        """Return one that was not deleted, by its id in any case."""
        rows = self.rows(
            "SELECT * FROM papers WHERE company = ? AND family = ? AND id = ? AND state != 'deleted'",
            company, family, paper_id.lower(),
        )  # fmt: skip
        return _paper(rows[0]) if rows else None

    def referenced(self, company: str, family: str, reference: str) -> Paper | None:
        """Return what holds an external import reference; one that was deleted or reversed gave it free."""
        rows = self.rows(
            "SELECT * FROM papers WHERE company = ? AND family = ? AND reference = ? AND state NOT IN ('deleted', 'reversed')",
            company, family, reference,
        )  # fmt: skip
        return _paper(rows[0]) if rows else None

    def events(self) -> list[Event]:
        """Return the truth log, oldest first."""
        rows = self.rows("SELECT at, company, action, family, id, reference, total_minor FROM events ORDER BY seq")
        return [Event(**dict(row)) for row in rows]

    # the ledger

    def add_entry(
        self, company: str, voucher_id: str, posting_date: str, account: int, amount_minor: int, body: dict[str, Any]
    ) -> None:
        """Post one amount."""
        self._write(
            "INSERT INTO entries(company, voucher_id, posting_date, account, amount_minor, body) VALUES(?, ?, ?, ?, ?, ?)",
            company, voucher_id, posting_date, account, amount_minor, dump(body),
        )  # fmt: skip

    def entries(self, company: str, first: str = "0000", last: str = "9999-99-99") -> list[Entry]:
        """Return posted amounts of a period, in the order of their posting."""
        rows = self.rows(
            "SELECT * FROM entries WHERE company = ? AND posting_date BETWEEN ? AND ? ORDER BY id", company, first, last
        )
        return [_entry(row) for row in rows]

    def entries_of(self, company: str, voucher_id: str) -> list[Entry]:
        """Return the posted amounts of a voucher."""
        rows = self.rows("SELECT * FROM entries WHERE company = ? AND voucher_id = ? ORDER BY id", company, voucher_id)
        return [_entry(row) for row in rows]

    def change_entry(self, entry_id: int, body: dict[str, Any]) -> None:
        """Mark a posted amount; its account and amount stay as they are."""
        self._write("UPDATE entries SET body = ? WHERE id = ?", dump(body), entry_id)

    # work for later

    def add_job(self, company: str, due_at: int, call: str, body: bytes) -> None:
        """Keep a request that is carried out later."""
        self._write("INSERT INTO jobs(company, due_at, call, body) VALUES(?, ?, ?, ?)", company, due_at, call, body)

    def take_jobs(self, now: int) -> list[tuple[str, str, bytes]]:
        """Return requests that are due, oldest first, and forget them."""
        rows = self.rows("SELECT company, call, body FROM jobs WHERE due_at <= ? ORDER BY due_at, seq", now)
        self._write("DELETE FROM jobs WHERE due_at <= ?", now)
        return [(row["company"], row["call"], bytes(row["body"])) for row in rows]

    # tokens

    def add_token(self, token: str, api: str, company: str, expires_at: int) -> None:
        """Keep a token of v1 or v2."""
        self._write("INSERT INTO tokens VALUES(?, ?, ?, ?)", token, api, company, expires_at)

    def token_company(self, token: str, api: str, now: int) -> str | None:
        """Return whose token it is; None for one we never gave, of the other API, or too old."""
        rows = self.rows("SELECT company FROM tokens WHERE token = ? AND api = ? AND expires_at > ?", token, api, now)
        return str(rows[0][0]) if rows else None

    def expire_tokens(self) -> None:
        """Let every token die now."""
        self._write("DELETE FROM tokens")


def _paper(row: sqlite3.Row) -> Paper:
    values = dict(row)
    del values["seq"]
    values["body"] = json.loads(values["body"])
    return Paper(**values)


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(
        row["id"], row["voucher_id"], row["posting_date"], row["account"], row["amount_minor"], json.loads(row["body"])
    )
