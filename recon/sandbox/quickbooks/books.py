"""What the company file keeps: entries of lists and transactions, in one SQLite file, each as the answer it gives."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recon.sandbox.quickbooks.answers import Body

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS entries (
    list_id TEXT PRIMARY KEY, kind TEXT NOT NULL, full_name TEXT NOT NULL COLLATE NOCASE, body TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS entries_by_name ON entries (full_name, kind);
CREATE TABLE IF NOT EXISTS transactions (
    txn_id TEXT PRIMARY KEY, number INTEGER NOT NULL, kind TEXT NOT NULL, ref TEXT NOT NULL, day TEXT NOT NULL,
    party TEXT NOT NULL, total INTEGER NOT NULL, balance INTEGER NOT NULL, is_void INTEGER NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS transactions_by_ref ON transactions (kind, ref);
CREATE INDEX IF NOT EXISTS transactions_by_day ON transactions (kind, day);
CREATE TABLE IF NOT EXISTS effects (txn_id TEXT NOT NULL, account TEXT NOT NULL, minor INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS effects_by_transaction ON effects (txn_id);
CREATE TABLE IF NOT EXISTS stock (txn_id TEXT NOT NULL, item TEXT NOT NULL, milli INTEGER NOT NULL, minor INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS stock_by_item ON stock (item);
CREATE TABLE IF NOT EXISTS sets (set_id TEXT PRIMARY KEY, answer TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS about (key TEXT PRIMARY KEY, set_id TEXT NOT NULL) STRICT;
"""
NAMES: Final = ("Customer", "Vendor")
"""Kinds of entries that share their names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of a list."""

    list_id: str
    kind: str
    """Customer, Account, ItemNonInventory ..."""
    full_name: str
    body: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A transaction."""

    txn_id: str
    number: int
    kind: str
    """SalesReceipt, Invoice ..."""
    ref: str
    day: str
    party: str
    total_minor: int
    balance_minor: int
    is_void: bool
    body: Body
    """Header and lines, as they stand in an answer."""


class Books:
    """Lists and transactions of one company file."""

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def begin(self) -> None:
        """Begin to change something; nothing counts before `commit`."""
        self._connection.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Make the changes count."""
        self._connection.execute("COMMIT")

    def roll_back(self) -> None:
        """Take the changes back."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    # --- facts

    def fact(self, name: str) -> str:
        """Return a fact of the file; empty where there is none."""
        row = self._connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def set_fact(self, name: str, value: str) -> None:
        """Set a fact of the file."""
        self._connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def next_number(self) -> int:
        """Return a number never used before in this file."""
        number = int(self.fact("last number") or "0") + 1
        self.set_fact("last number", str(number))
        return number

    # --- lists

    def add_entry(self, entry: Entry) -> None:
        """Add an entry to its list."""
        self._connection.execute(
            "INSERT INTO entries VALUES (?, ?, ?, ?)",
            (entry.list_id, entry.kind, entry.full_name, json.dumps(entry.body)),
        )

    def change_entry(self, entry: Entry, name: str, value: str) -> None:
        """Change one value of an entry."""
        body = [(key, value if key == name else held) for key, held in entry.body]
        self._connection.execute("UPDATE entries SET body = ? WHERE list_id = ?", (json.dumps(body), entry.list_id))

    def entry(self, kinds: Sequence[str], *, full_name: str = "", list_id: str = "") -> Entry | None:
        """Return the entry of one of these kinds by its id, else by its name (capitals do not matter)."""
        column, value = ("list_id", list_id) if list_id else ("full_name", full_name)
        places = ", ".join("?" for _ in kinds)
        row = self._connection.execute(
            f"SELECT list_id, kind, full_name, body FROM entries WHERE {column} = ? AND kind IN ({places})",  # noqa: S608 - names of ours
            (value, *kinds),
        ).fetchone()
        return _entry(row) if row else None

    def entries(self, kinds: Sequence[str]) -> list[Entry]:
        """Return all entries of these kinds, by name."""
        places = ", ".join("?" for _ in kinds)
        rows = self._connection.execute(
            f"SELECT list_id, kind, full_name, body FROM entries WHERE kind IN ({places}) ORDER BY kind, full_name",  # noqa: S608 - names of ours
            tuple(kinds),
        )
        return [_entry(row) for row in rows]

    def count(self, kinds: Sequence[str]) -> int:
        """Return how many entries of these kinds there are."""
        places = ", ".join("?" for _ in kinds)
        sql = f"SELECT count(*) FROM entries WHERE kind IN ({places})"  # noqa: S608 - names of ours
        return int(self._connection.execute(sql, tuple(kinds)).fetchone()[0])

    # --- transactions

    def put(self, kept: Kept) -> None:
        """Keep a transaction, new or changed."""
        self._connection.execute(
            "INSERT OR REPLACE INTO transactions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (kept.txn_id, kept.number, kept.kind, kept.ref, kept.day, kept.party, kept.total_minor, kept.balance_minor,
             int(kept.is_void), json.dumps(kept.body)),
        )  # fmt: skip

    def transaction(self, txn_id: str, kind: str = "") -> Kept | None:
        """Return a transaction by its id."""
        row = self._connection.execute("SELECT * FROM transactions WHERE txn_id = ?", (txn_id,)).fetchone()
        found = _kept(row) if row else None
        return found if found is None or not kind or found.kind == kind else None

    def by_ref(self, kind: str, ref: str) -> list[Kept]:
        """Return the transactions of a kind with this number."""
        rows = self._connection.execute(
            "SELECT * FROM transactions WHERE kind = ? AND ref = ? ORDER BY number", (kind, ref)
        )
        return [_kept(row) for row in rows]

    def of_days(self, kind: str, first: str, last: str) -> list[Kept]:
        """Return the transactions of a kind dated between two days, in the order they were made."""
        rows = self._connection.execute(
            "SELECT * FROM transactions WHERE kind = ? AND day BETWEEN ? AND ? ORDER BY number",
            (kind, first or "0", last or "9"),
        )
        return [_kept(row) for row in rows]

    def set_effect(self, txn_id: str, effect: Sequence[tuple[str, int]]) -> None:
        """Say what a transaction does to the accounts; debits positive. Whatever it did before counts no longer."""
        assert sum(minor for _, minor in effect) == 0, effect
        self._connection.execute("DELETE FROM effects WHERE txn_id = ?", (txn_id,))
        self._connection.executemany(
            "INSERT INTO effects VALUES (?, ?, ?)", [(txn_id, account, minor) for account, minor in effect]
        )

    def balances(self, kind: str = "") -> dict[str, int]:
        """Return the sum of every account that is not zero, of all transactions or of one kind; debits positive."""
        rows = self._connection.execute(
            "SELECT account, sum(minor) FROM effects JOIN transactions USING (txn_id) WHERE kind = ? OR ? = '' "
            "GROUP BY account HAVING sum(minor) <> 0 ORDER BY account",
            (kind, kind),
        )
        return {str(account): int(minor) for account, minor in rows}

    def set_stock(self, txn_id: str, moved: Sequence[tuple[str, int, int]]) -> None:
        """Say what a transaction does to stock: item, thousandths of a piece, value. Whatever it did before counts no longer."""
        self._connection.execute("DELETE FROM stock WHERE txn_id = ?", (txn_id,))
        self._connection.executemany("INSERT INTO stock VALUES (?, ?, ?, ?)", [(txn_id, *one) for one in moved])

    def on_hand(self, item: str) -> tuple[int, int]:
        """Return thousandths of a piece in stock and what they are worth."""
        row = self._connection.execute(
            "SELECT coalesce(sum(milli), 0), coalesce(sum(minor), 0) FROM stock WHERE item = ?", (item,)
        ).fetchone()
        return int(row[0]), int(row[1])

    def all_transactions(self) -> Iterator[Kept]:
        """Yield everything that is posted, in the order it was made."""
        for row in self._connection.execute("SELECT * FROM transactions ORDER BY number").fetchall():
            yield _kept(row)

    # --- message sets

    def answered(self, set_id: str) -> str | None:
        """Return the answer kept under a set id; None: no such set was processed."""
        row = self._connection.execute("SELECT answer FROM sets WHERE set_id = ?", (set_id,)).fetchone()
        return str(row[0]) if row else None

    def keep_answer(self, set_id: str, answer: str) -> None:
        """Keep the answer of a set."""
        self._connection.execute("INSERT INTO sets VALUES (?, ?)", (set_id, answer))

    def note_about(self, set_id: str, keys: Sequence[str]) -> None:
        """Note which documents a set is about, for the desk that has no journal of its own."""
        self._connection.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", [(key, set_id) for key in keys])

    def set_about(self, key: str) -> str:
        """Return the last set about a document; empty where there was none."""
        row = self._connection.execute("SELECT set_id FROM about WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else ""

    def forget_answer(self, set_id: str) -> None:
        """Forget the answer of a set."""
        self._connection.execute("DELETE FROM sets WHERE set_id = ?", (set_id,))

    def forget_answers(self) -> None:
        """Forget the answers of all sets."""
        self._connection.execute("DELETE FROM sets")


def _entry(row: tuple[str, str, str, str]) -> Entry:
    return Entry(list_id=row[0], kind=row[1], full_name=row[2], body=json.loads(row[3]))


def _kept(row: tuple[str, int, str, str, str, str, int, int, int, str]) -> Kept:
    return Kept(
        txn_id=row[0], number=row[1], kind=row[2], ref=row[3], day=row[4], party=row[5], total_minor=row[6],
        balance_minor=row[7], is_void=bool(row[8]), body=json.loads(row[9]),
    )  # fmt: skip
