"""The journal of message sets: what was handed out, before it was; what came back; what nobody knows yet (fault F40).

One SQLite file beside the store, `webconnector.db`, with a writer of its own: whoever has the port. It also keeps what must
stay the same for ever: the path and id of this connection, the digest of the password, and the company file it belongs to.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from recon.crash import NO_CRASH, CrashPoints
from recon.errors import StoreDamaged, StoreError, StoreTooNew
from recon.files import OWNER_FILE_MODE, make_folder
from recon.ports import Clock
from recon.targets.quickbooks.desk import Recovered

FILE: Final = "webconnector.db"
APPLICATION_ID: Final = 0x52435742
"""Marks the file as ours ("RCWB")."""
KEPT_DAYS: Final = 120
"""How long settled sets and their answers are kept."""
VISITS_KEPT: Final = 500

State = Literal["handed", "answered", "recovered", "not-processed"]

_FORMS: Final = (
    (
        "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
        "CREATE TABLE sets (number INTEGER PRIMARY KEY, set_id TEXT NOT NULL UNIQUE, digest TEXT NOT NULL, "
        "state TEXT NOT NULL CHECK (state IN ('handed', 'answered', 'recovered', 'not-processed')), "
        "handed_at TEXT NOT NULL, settled_at TEXT NOT NULL DEFAULT '', answer TEXT, is_cleared INTEGER NOT NULL DEFAULT 0) STRICT",
        "CREATE UNIQUE INDEX one_unresolved ON sets (state) WHERE state = 'handed'",
        "CREATE INDEX uncleared ON sets (number) WHERE is_cleared = 0",
        "CREATE TABLE about (key TEXT NOT NULL, number INTEGER NOT NULL REFERENCES sets ON DELETE CASCADE, "
        "PRIMARY KEY (key, number)) STRICT",
        "CREATE INDEX about_set ON about (number)",
        "CREATE TABLE visits (number INTEGER PRIMARY KEY, at TEXT NOT NULL, words TEXT NOT NULL) STRICT",
    ),
    (
        "CREATE TABLE stated (set_id TEXT PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, reason TEXT NOT NULL, "
        "stands INTEGER NOT NULL, seen_number TEXT NOT NULL) STRICT",
    ),
)
"""Statements of each form of the file; a later form is added behind."""
VERSION: Final = len(_FORMS)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSet:
    """A message set that was handed out."""

    set_id: str
    state: State
    handed_at: str
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A person's word on a set QuickBooks can never be asked about again."""

    who: str
    reason: str
    stands: bool
    number: str
    """Under which they saw it; empty: none was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A line of what happened at the endpoint."""

    at: str
    words: str


class Journal:
    """The open file; safe from several threads."""

    def __init__(
        self, folder: Path, clock: Clock, *, crash: CrashPoints = NO_CRASH, writable: bool = True,
        seen: Callable[[str], None] | None = None,
    ) -> None:  # fmt: skip
        self.path = folder / FILE
        self._clock = clock
        self._crash = crash
        self._writable = writable
        self._seen = seen
        """Told each line of what happens, besides its being kept."""
        self._cleared: list[str] = []
        """Sets QuickBooks was told to forget; written down with what comes next, for telling it twice does no harm."""
        self._answered: tuple[str, State, str | None] | None = None
        """What became of the set that was out, not on the disk yet: until then a crash leaves it unresolved, and it is asked for."""
        self._out: KeptSet | None = None
        self._is_known = False
        """Whether the set that is out was read from the file: this process alone changes it from then on."""
        self._guard = threading.RLock()
        with self._explained("opened"):
            if writable:
                make_folder(folder)
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, OWNER_FILE_MODE))
            mode = "rw" if writable else "ro"
            self._sqlite = sqlite3.connect(
                f"{self.path.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare(writable=writable)
            except BaseException:
                self._sqlite.close()
                raise

    def _prepare(self, *, writable: bool) -> None:
        self._sqlite.row_factory = sqlite3.Row
        for setting in ("foreign_keys = ON", "trusted_schema = OFF", "cell_size_check = ON"):
            self._sqlite.execute(f"PRAGMA {setting}")
        found = int(self._sqlite.execute("PRAGMA user_version").fetchone()[0])
        mark = int(self._sqlite.execute("PRAGMA application_id").fetchone()[0])
        if found > VERSION:
            raise StoreTooNew(
                f"{self.path} was written by a later recon (form {found}; this one knows up to {VERSION}). Nothing was handed"
                " out. Install the later version again."
            )
        if found and mark != APPLICATION_ID:
            raise StoreDamaged(f"{self.path} is no journal of recon (its mark is {mark:#x}). Nothing was changed.")
        if writable:
            self._sqlite.execute("PRAGMA journal_mode = WAL")
            self._sqlite.execute("PRAGMA synchronous = FULL")
            self._migrate(found)

    def _migrate(self, found: int) -> None:
        for version, statements in enumerate(_FORMS[found:], start=found + 1):
            with self._transaction(f"webconnector-form-{version}"):
                self._sqlite.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                for statement in statements:
                    self._sqlite.execute(statement)
                self._sqlite.execute(f"PRAGMA user_version = {version}")

    def close(self) -> None:
        """Close the file."""
        with self._guard:
            self._sqlite.close()

    # --- message sets

    def hand(self, set_id: str, about: Sequence[str], text: str) -> None:
        """Write down that a set is about to be handed out; it is on the disk when this returns.

        Raises:
            StoreError: It could not be written down, or another set is unresolved; nothing may be handed out.
        """
        digest, at = hashlib.sha256(text.encode()).hexdigest(), self._now()
        with self._transaction("set-handed"):
            number = self._sqlite.execute(
                "INSERT INTO sets (set_id, digest, state, handed_at) VALUES (?, ?, 'handed', ?)", (set_id, digest, at)
            ).lastrowid
            self._sqlite.executemany("INSERT OR IGNORE INTO about VALUES (?, ?)", [(key, number) for key in about])
        self._out = KeptSet(set_id=set_id, state="handed", handed_at=at, about=tuple(about))

    def settle(self, set_id: str, state: State, answer: str | None) -> None:
        """Write down what became of the set that was handed out."""
        self.settle_soon(set_id, state, answer)
        self.write_settled()

    def settle_soon(self, set_id: str, state: State, answer: str | None) -> None:
        """Take note of what became of the set that was handed out; on the disk with the next one, before that goes out."""
        with self._guard:
            self._answered = (set_id, state, answer)
            self._out, self._is_known = None, True

    def write_settled(self) -> None:
        """Write down what became of the last set, and which answers QuickBooks was told to forget, where that still waits.

        Raises:
            StoreError: It could not be written down.
        """
        with self._guard:
            if self._answered is not None or self._cleared:
                with self._transaction(f"set-{self._answered[1]}" if self._answered else "sets-cleared"):
                    pass

    def settle_stated(self, set_id: str, word: Stated) -> None:
        """Write down what a person saw of the set that was handed out; no answer is kept, and none is asked for any more."""
        with self._guard:
            self.settle_soon(set_id, "recovered" if word.stands else "not-processed", None)
            self.clear(set_id)  # where QuickBooks kept an answer, it is out of reach
            with self._transaction("set-stated"):
                self._sqlite.execute(
                    "INSERT INTO stated VALUES (?, ?, ?, ?, ?, ?)",
                    (set_id, self._now(), word.who, word.reason, int(word.stands), word.number),
                )

    def stated(self, set_id: str) -> Stated | None:
        """Return a person's word on a set; None: nobody's."""
        rows = self._rows("SELECT who, reason, stands, seen_number FROM stated WHERE set_id = ?", (set_id,))
        if not rows:
            return None
        row = rows[0]
        return Stated(who=row["who"], reason=row["reason"], stands=bool(row["stands"]), number=row["seen_number"])

    def clear(self, set_id: str) -> None:
        """Take note that QuickBooks was told to forget its answer on a set; it is written down with what comes next."""
        with self._guard:
            self._cleared.append(set_id)

    def unresolved(self) -> KeptSet | None:
        """Return the set nobody knows the outcome of; None: all are settled."""
        with self._guard:
            if not self._is_known:
                self._out, self._is_known = self._read_unresolved(), self._writable
            return self._out

    def _read_unresolved(self) -> KeptSet | None:
        rows = self._rows("SELECT * FROM sets WHERE state = 'handed'")
        if not rows:
            return None
        row = rows[0]
        about = tuple(str(one["key"]) for one in self._rows("SELECT key FROM about WHERE number = ?", (row["number"],)))
        return KeptSet(set_id=row["set_id"], state=row["state"], handed_at=row["handed_at"], about=about)

    def to_clear(self) -> str:
        """Return the oldest settled set whose answer QuickBooks still keeps; empty: none."""
        with self._guard:
            told = set(self._cleared)
            rows = self._rows(
                "SELECT set_id FROM sets WHERE is_cleared = 0 AND state <> 'handed' ORDER BY number LIMIT ?",
                (len(told) + 1,),
            )
            found = next((str(row["set_id"]) for row in rows if row["set_id"] not in told), "")
            return found or (self._answered[0] if self._answered and self._answered[0] not in told else "")

    def last_about(self, key: str) -> Recovered | None:
        """Return what is known of the last set about a key; None: there was none, or its outcome is not known yet."""
        if self._writable:
            self.write_settled()
        rows = self._rows(
            "SELECT set_id, state, answer FROM sets JOIN about USING (number) WHERE key = ? ORDER BY number DESC LIMIT 1",
            (key,),
        )
        if not rows or rows[0]["state"] == "handed":
            return None
        return Recovered(set_id=rows[0]["set_id"], answer=rows[0]["answer"])

    def trim(self) -> None:
        """Forget sets that were settled long ago; never one whose outcome is not known."""
        before = _stamp(self._clock.now() - dt.timedelta(days=KEPT_DAYS))
        if not self._rows("SELECT 1 FROM sets WHERE state <> 'handed' AND settled_at < ? LIMIT 1", (before,)):
            return
        with self._transaction("sets-trimmed"):
            self._sqlite.execute("DELETE FROM sets WHERE state <> 'handed' AND settled_at < ?", (before,))

    # --- facts and visits

    def fact(self, name: str) -> str:
        """Return a fact; empty where it was never written down."""
        rows = self._rows("SELECT value FROM facts WHERE name = ?", (name,))
        return str(rows[0]["value"]) if rows else ""

    def keep_facts(self, **facts: str) -> None:
        """Write facts down, in place of older ones."""
        with self._transaction("webconnector-facts"):
            self._sqlite.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", list(facts.items()))

    def note(self, words: str) -> None:
        """Write a line about what happened at the endpoint."""
        if self._seen is not None:
            self._seen(words)
        with self._transaction("webconnector-visit"):
            number = self._sqlite.execute(
                "INSERT INTO visits (at, words) VALUES (?, ?)", (self._now(), words)
            ).lastrowid
            self._sqlite.execute("DELETE FROM visits WHERE number <= ?", ((number or 0) - VISITS_KEPT,))

    def visits(self, most: int) -> list[Visit]:
        """Return the last lines, the newest last."""
        rows = self._rows("SELECT at, words FROM visits ORDER BY number DESC LIMIT ?", (most,))
        return [Visit(at=row["at"], words=row["words"]) for row in reversed(rows)]

    # --- SQLite

    def _rows(self, sql: str, parameters: Sequence[object] = ()) -> list[sqlite3.Row]:
        with self._guard, self._explained("read"):
            return self._sqlite.execute(sql, tuple(parameters)).fetchall()

    @contextmanager
    def _transaction(self, step: str) -> Iterator[None]:
        """Make what is written inside durable together, or not at all, with a crash point on both sides."""
        with self._guard:
            with self._explained("written"):
                self._sqlite.execute("BEGIN IMMEDIATE")
                cleared, answered = list(self._cleared), self._answered
                try:
                    self._catch_up(cleared, answered)
                    yield
                    self._crash.reach(f"{step}.before")
                    self._sqlite.execute("COMMIT")
                except BaseException:
                    with suppress(sqlite3.Error):
                        self._sqlite.execute("ROLLBACK")
                    raise
                self._cleared = [one for one in self._cleared if one not in cleared]
                self._answered = None
            self._crash.reach(f"{step}.after")

    def _catch_up(self, cleared: Sequence[str], answered: tuple[str, State, str | None] | None) -> None:
        """Write what waited for a transaction."""
        if answered is not None:
            set_id, state, answer = answered
            changed = self._sqlite.execute(
                "UPDATE sets SET state = ?, answer = ?, settled_at = ? WHERE set_id = ? AND state = 'handed'",
                (state, answer, self._now(), set_id),
            ).rowcount
            assert changed == 1, "only the set that was handed out is settled"
        for one in cleared:
            self._sqlite.execute("UPDATE sets SET is_cleared = 1 WHERE set_id = ?", (one,))

    @contextmanager
    def _explained(self, done: str) -> Iterator[None]:
        try:
            yield
        except sqlite3.IntegrityError as error:
            raise StoreError(
                f"{self.path}: a message set for QuickBooks is still unresolved, or its id was used before ({error}). Nothing was"
                " handed out."
            ) from error
        except (sqlite3.Error, OSError) as error:
            raise StoreError(
                f"{self.path} could not be {done} ({error}). Nothing was handed to QuickBooks because of it. Check the drive and"
                " the folder's rights, then do the same again."
            ) from error

    def _now(self) -> str:
        return _stamp(self._clock.now())


def _stamp(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC).isoformat(timespec='microseconds')[:26]}Z"
