"""The event log: everything that happened, append-only, each entry bound to the one before by its hash.

The chain shows every edited, removed or moved entry. It cannot show a tail that was cut off, nor a chain that was
written anew from the start: for these the head (number and hash of the last entry) is kept outside as well, in the
anchor files, in every audit workbook and on the screen.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from recon.ports import Clock
from recon.store.database import Database
from recon.store.moments import stamp

FIRST_HASH: Final = "0" * 64
"""What stands before the first entry."""


@dataclass(frozen=True, slots=True)
class Head:
    """Number and hash of an entry; printed wherever the log should be recognised later."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the log."""

    seq: int
    at: str
    kind: str
    who: str
    subject: str
    facts: dict[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """Result of checking the log from its first entry."""

    ok: bool
    count: int
    head: Head
    bad_seq: int | None
    words: str
    """What was found, for a person."""


class EventLog:
    """Entries are written in the transaction of what they tell about."""

    def __init__(self, database: Database, clock: Clock, actor: str) -> None:
        self._database = database
        self._clock = clock
        self.actor = actor
        """Written as `who` where nobody else is named: the user of this computer."""
        self._head: Head | None = None
        """The last entry, as long as nothing was rolled back since; only the one writer keeps it."""
        self._rollbacks = 0

    def append(self, kind: str, subject: str, facts: Mapping[str, Any], *, who: str = "") -> Head:
        """Write one entry; the caller holds the transaction."""
        before = self.head()
        at, who, text = stamp(self._clock.now()), who or self.actor, canonical(facts)
        seq = before.seq + 1
        digest = entry_hash(before.hash, seq, at, kind, who, subject, text)
        self._database.write(
            "INSERT INTO events (seq, at, kind, who, subject, facts, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (seq, at, kind, who, subject, text, digest),
        )
        self._head, self._rollbacks = Head(seq, digest), self._database.rollbacks
        return self._head

    def head(self) -> Head:
        """Return the last entry's number and hash."""
        if self._head is not None and self._rollbacks == self._database.rollbacks:
            return self._head
        row = self._database.one("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1")
        return Head(0, FIRST_HASH) if row is None else Head(row["seq"], row["hash"])

    def holds(self, head: Head) -> bool:
        """Return whether this very entry stands in the log."""
        if head.seq == 0:
            return head.hash == FIRST_HASH
        row = self._database.one("SELECT hash FROM events WHERE seq = ?", (head.seq,))
        return row is not None and row["hash"] == head.hash

    def entries(self, *, after: int = 0, subject: str | None = None, limit: int = 1_000) -> tuple[Event, ...]:
        """Return entries in order, all or those about one subject."""
        rows = self._database.query(
            "SELECT * FROM events WHERE seq > ? AND (? IS NULL OR subject = ?) ORDER BY seq LIMIT ?",
            (after, subject, subject, limit),
        )
        return tuple(_event(row) for row in rows)

    def newest(self, *, limit: int, before: int | None = None, kinds: tuple[str, ...] = ()) -> tuple[Event, ...]:
        """Return the last entries, newest first, of all kinds or of some; ``before``: only entries above that number."""
        marks = ", ".join("?" for _kind in kinds)
        only = f"AND kind IN ({marks})" if kinds else ""
        rows = self._database.query(
            f"SELECT * FROM events WHERE (? IS NULL OR seq < ?) {only} ORDER BY seq DESC LIMIT ?",
            (before, before, *kinds, limit),
        )
        return tuple(_event(row) for row in rows)

    def verify(self, *, anchors: tuple[Head, ...] = ()) -> ChainReport:
        """Check every entry against the one before it, and heads kept elsewhere against the log."""
        before, count = Head(0, FIRST_HASH), 0
        for rows in self._database.tuples("SELECT seq, at, kind, who, subject, facts, hash FROM events ORDER BY seq"):
            for seq, at, kind, who, subject, facts, found in rows:
                if seq != before.seq + 1:
                    return _broken(count, before, before.seq + 1, f"entry {before.seq + 1} is missing")
                if entry_hash(before.hash, seq, at, kind, who, subject, facts) != found:
                    return _broken(count, before, seq, f"entry {seq} ({kind}, {subject}) is not what was written")
                before = Head(seq, found)
                count += 1
        for anchor in anchors:
            if anchor.seq > before.seq:
                words = f"entries {before.seq + 1} to {anchor.seq} were cut off; a head kept elsewhere knows them"
                return _broken(count, before, before.seq + 1, words)
            if not self.holds(anchor):
                return _broken(
                    count, before, anchor.seq, f"entry {anchor.seq} is not the one a head kept elsewhere names"
                )
        return ChainReport(ok=True, count=count, head=before, bad_seq=None, words=f"{count} entries, unbroken")


def canonical(facts: Mapping[str, Any]) -> str:
    """Return facts as the one text they can have: sorted keys, no spaces, no floats."""
    assert not any(isinstance(value, float) for value in facts.values())
    return json.dumps(dict(facts), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def entry_hash(before: str, seq: int, at: str, kind: str, who: str, subject: str, facts: str) -> str:
    """Return the hash that binds an entry to the one before it."""
    text = json.dumps([before, seq, at, kind, who, subject, facts], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _broken(count: int, head: Head, seq: int, words: str) -> ChainReport:
    return ChainReport(ok=False, count=count, head=head, bad_seq=seq, words=words)


def _event(row: sqlite3.Row) -> Event:
    return Event(row["seq"], row["at"], row["kind"], row["who"], row["subject"], json.loads(row["facts"]), row["hash"])
