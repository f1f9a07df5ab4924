"""The books of a sandbox ledger: one SQLite database behind one lock, in memory or in a file."""

from __future__ import annotations

import json
import sqlite3
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Tables(ABC):
    """All tables of a sandbox. Given a path, every commit is on disk before the answer goes out (WAL, synchronous=FULL).

    Args:
        path: The file; None: in memory.
        schema: What creates the tables where they are missing.
        durable: False leaves out the fsync of commits (for tests of speed only).
    """

    def __init__(self, path: Path | None, schema: str, *, durable: bool) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # SQLite would make it readable by others
        self._lock = threading.RLock()
        self._db = sqlite3.connect(str(path) if path else ":memory:", check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        if path:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute(f"PRAGMA synchronous={'FULL' if durable else 'OFF'}")
        self._db.executescript(schema)

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._db.close()

    @contextmanager
    def change(self) -> Iterator[None]:
        """Everything inside is committed together, durable when this returns, or not at all."""
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @abstractmethod
    def expire_tokens(self) -> None:
        """Let every token die now."""

    def rows(self, sql: str, *values: str | int) -> list[sqlite3.Row]:
        """Ask the database."""
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def _write(self, sql: str, *values: str | int | bytes) -> None:
        assert self._db.in_transaction
        self._db.execute(sql, values)


def dump(value: dict[str, Any] | list[dict[str, Any]]) -> str:
    """Return a body as the books keep it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
