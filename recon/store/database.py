"""The one SQLite connection of a workspace: how it is opened, how it writes, and what its refusals mean.

Everything that changes goes through `Database.transaction`: one door, with a crash point on both sides of the commit.
The file runs in WAL mode with ``synchronous=FULL``: what was committed survives a power cut, because the outbox must
not forget a send.
"""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from recon.crash import NO_CRASH, CrashPoints
from recon.errors import StoreBusy, StoreDamaged, StoreError
from recon.store.steps import not_done

APPLICATION_ID: Final = 0x5245434E
"""Marks the file as ours ("RECN")."""
BUSY_TIMEOUT_MS: Final = 2_000
CACHE_KIB: Final = 65_536
"""Page cache; large approvals keep their indexes in memory with it."""

_HEADER: Final = b"SQLite format 3\x00"
_HEADER_LENGTH: Final = 100

Parameters = Sequence[Any]


class Database:
    """An open store file; writing is for one thread at a time, and for one process (see `lock`)."""

    def __init__(self, path: Path, *, writable: bool, crash: CrashPoints = NO_CRASH) -> None:
        self.path = path
        self.writable = writable
        self.crash = crash
        self.after_commit: Callable[[], None] = _nothing
        """Called after each commit; the store keeps its anchor up to date with it."""
        self.rollbacks = 0
        """Transactions taken back so far; whoever remembers what was written compares it."""
        self._guard = threading.RLock()
        self._inside = False
        self._broken = ""
        self._sqlite = self._connect()

    def close(self) -> None:
        """Close the file; the write-ahead log is folded in."""
        with self._guard:
            self._sqlite.close()

    def query(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        """Return all rows of a question."""
        with self._guard, self._explained("read"):
            return self._sqlite.execute(sql, parameters).fetchall()

    def one(self, sql: str, parameters: Parameters = ()) -> sqlite3.Row | None:
        """Return the first row of a question, or None."""
        with self._guard, self._explained("read"):
            row: sqlite3.Row | None = self._sqlite.execute(sql, parameters).fetchone()
            return row

    def tuples(self, sql: str, parameters: Parameters = (), *, size: int = 10_000) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows of a long question in pieces, as plain tuples."""
        with self._guard, self._explained("read"):
            cursor = self._sqlite.cursor()
            cursor.row_factory = None
            cursor.execute(sql, parameters)
            while rows := cursor.fetchmany(size):
                yield rows

    @contextmanager
    def transaction(self, step: str) -> Iterator[None]:
        """Make what is written inside durable together, or not at all. Inside another transaction it joins that one.

        ``step`` names the crash points: ``step.before`` and ``step.after``.
        """
        with self._guard:
            if self._inside:
                yield
                return
            self._refuse_if_closed_for_writing(step)
            with self._explained(step):
                self._sqlite.execute("BEGIN IMMEDIATE")
                self._inside = True
                try:
                    yield
                    self.crash.reach(f"{step}.before")
                    self._sqlite.execute("COMMIT")
                except BaseException:
                    self.rollbacks += 1
                    with suppress(sqlite3.Error):
                        self._sqlite.execute("ROLLBACK")
                    raise
                finally:
                    self._inside = False
            self.after_commit()
            self.crash.reach(f"{step}.after")

    def write(self, sql: str, parameters: Parameters = ()) -> int:
        """Change something inside a transaction; returns how many rows it touched."""
        assert self._inside, "writing happens inside a transaction"
        return self._sqlite.execute(sql, parameters).rowcount

    def insert(self, sql: str, parameters: Parameters = ()) -> int:
        """Add one row inside a transaction; returns its number."""
        assert self._inside, "writing happens inside a transaction"
        return self._sqlite.execute(sql, parameters).lastrowid or 0

    def write_many(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Add or change many rows inside a transaction."""
        assert self._inside, "writing happens inside a transaction"
        self._sqlite.executemany(sql, rows)

    def pragma(self, name: str) -> int:
        """Return the value of a pragma that is a number."""
        row = self.one(f"PRAGMA {name}")
        return 0 if row is None else int(row[0])

    def outside(self, sql: str, parameters: Parameters = ()) -> None:
        """Carry out what SQLite allows outside a transaction only (a copy of the whole file)."""
        with self._guard, self._explained("copy"):
            self._sqlite.execute(sql, parameters)

    def watch(self, seen: Callable[[str], object] | None) -> None:
        """Show every statement to a test."""
        self._sqlite.set_trace_callback(seen)

    def require_sound(self, *, thorough: bool = False) -> None:
        """Let SQLite check the whole file.

        Raises:
            StoreDamaged: It found something; the text names it.
        """
        rows = [str(row[0]) for row in self.query(f"PRAGMA {'integrity_check' if thorough else 'quick_check'}(5)")]
        if rows != ["ok"]:
            raise StoreDamaged(damage_text(self.path, "; ".join(rows)))

    def _connect(self) -> sqlite3.Connection:
        """Open the file with every setting it needs; SQLite's own defaults for these are the unsafe ones."""
        mode = "rw" if self.writable else "ro"
        with self._explained("open"):
            sqlite = sqlite3.connect(
                f"{self.path.resolve().as_uri()}?mode={mode}",
                uri=True,
                isolation_level=None,
                check_same_thread=False,
                timeout=BUSY_TIMEOUT_MS / 1000,
            )
            try:
                sqlite.row_factory = sqlite3.Row
                for setting in _SETTINGS:
                    sqlite.execute(f"PRAGMA {setting}")
                if self.writable:
                    sqlite.execute("PRAGMA journal_mode = WAL")
                    sqlite.execute("PRAGMA synchronous = FULL")
            except BaseException:
                sqlite.close()
                raise
            return sqlite

    def _refuse_if_closed_for_writing(self, step: str) -> None:
        if not self.writable:
            raise StoreError(f"The workspace is open for reading only; {not_done(step)}.")
        if self._broken:
            raise StoreError(
                f"The disk refused an earlier write ({self._broken}), so nothing more is written: {not_done(step)}. "
                "Close recon, check the drive, and start again; the state is checked at the start."
            )

    @contextmanager
    def _explained(self, step: str) -> Iterator[None]:
        """Turn SQLite's errors into ours; an error of the disk closes the store for writing."""
        try:
            yield
        except sqlite3.IntegrityError:
            raise
        except sqlite3.DatabaseError as error:
            name = getattr(error, "sqlite_errorname", "") or ""
            if name.startswith("SQLITE_IOERR"):
                self._broken = name
            raise _meaning(self.path, step, name, error) from error


_SETTINGS: Final = (
    "foreign_keys = ON",
    "trusted_schema = OFF",
    "cell_size_check = ON",
    f"busy_timeout = {BUSY_TIMEOUT_MS}",
    f"cache_size = -{CACHE_KIB}",
    "temp_store = MEMORY",
)


def header_numbers(path: Path) -> tuple[int, int]:
    """Return application id and version from the file's first bytes, without letting SQLite touch it.

    Raises:
        StoreDamaged: This is no SQLite file.
    """
    try:
        with path.open("rb") as stream:
            header = stream.read(_HEADER_LENGTH)
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror or error}. Nothing was done.") from error
    if len(header) < _HEADER_LENGTH or not header.startswith(_HEADER):
        found = "it is empty" if not header else "it does not begin like a store"
        raise StoreDamaged(damage_text(path, found))
    return int.from_bytes(header[68:72], "big"), int.from_bytes(header[60:64], "big")


def damage_text(path: Path, found: str) -> str:
    """Say what is wrong with the file and which backup can take its place."""
    backups = sorted((path.parent / "backups").glob("store-*.db"), reverse=True)
    if backups:
        advice = (
            f"The last verified backup is {backups[0]}. Keep the damaged file, copy the backup over it, and run "
            "`recon doctor`: documents sent since then are looked up before anything is sent again."
        )
    else:
        advice = "There is no backup beside it. Restore the folder from your own backup, then run `recon doctor`."
    return f"{path} is damaged ({found}). Nothing was changed and nothing is made anew over it. {advice}"


def _meaning(path: Path, step: str, name: str, error: sqlite3.DatabaseError) -> StoreError:
    """Put an error of SQLite into words: what was not done, and what to do."""
    if name == "SQLITE_FULL" or (name == "SQLITE_IOERR_WRITE" and _is_full(path)):
        return StoreError(
            f"The drive that holds {path.parent} is full: {not_done(step)}. Everything before that is safe. "
            "Free some space and do the same again."
        )
    if name in {"SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_BUSY_SNAPSHOT"}:
        return StoreBusy(f"Another program is writing to {path}; {not_done(step)}. Try again when it has finished.")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or "malformed" in str(error):
        return StoreDamaged(damage_text(path, str(error)))
    if name.startswith("SQLITE_IOERR"):
        return StoreError(
            f"The drive that holds {path.parent} refused ({name}); {not_done(step)}. Everything before that is "
            "safe. Close recon, check the drive, and start again."
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return StoreError(f"{path} cannot be opened for this ({error}): {not_done(step)}. Check the folder's rights.")
    return StoreError(f"The store refused ({error}); {not_done(step)}.")


def _is_full(path: Path) -> bool:
    """Return whether the drive has less than a few pages left."""
    return shutil.disk_usage(path.parent).free < 1 << 20


def _nothing() -> None:
    """Do nothing after a commit."""
