"""Numbered forms of the store; each migration is one transaction, taken after a verified backup.

Killed at any moment, the old form is still there or the new one is complete.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recon.errors import StoreDamaged, StoreError, StoreTooNew
from recon.files import atomic_file, make_folder
from recon.store import schema_001, schema_002, schema_003
from recon.store.database import APPLICATION_ID, Database
from recon.store.moments import stamp

BACKUPS_KEPT: Final = 30


@dataclass(frozen=True, slots=True)
class Migration:
    """One step from a version to the next."""

    version: int
    name: str
    statements: tuple[str, ...]


MIGRATIONS: Final = (
    Migration(1, "first form", schema_001.STATEMENTS),
    Migration(2, "decisions about documents", schema_002.STATEMENTS),
    Migration(3, "what summaries hold", schema_003.STATEMENTS),
)
VERSION: Final = MIGRATIONS[-1].version
"""The form this program writes."""


def require_known(path: Path, application_id: int, version: int, *, newest: int = VERSION) -> None:
    """Refuse files of others and of later programs, without touching them.

    Raises:
        StoreTooNew: Written by a later recon.
        StoreDamaged: No store of ours.
    """
    if application_id != APPLICATION_ID:
        raise StoreDamaged(f"{path} is not a store of recon (its mark is {application_id:#x}). Nothing was changed.")
    if version > newest:
        raise StoreTooNew(
            f"{path} was written by a later recon (form {version}; this one knows up to {newest}). Nothing was "
            "changed. Install the later version again: `pip install --upgrade recon-ledger`."
        )


def migrate(
    database: Database, now: dt.datetime, *, migrations: Sequence[Migration] = MIGRATIONS, from_version: int
) -> tuple[int, ...]:
    """Bring the store to the newest form; returns the versions that were applied."""
    applied = []
    for step in migrations:
        if step.version <= from_version:
            continue
        with database.transaction(f"migrate-{step.version}"):
            if step.version == 1:
                database.write(f"PRAGMA application_id = {APPLICATION_ID}")
                database.write(
                    "CREATE TABLE migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL, "
                    "applied_at TEXT NOT NULL) STRICT"
                )
            for statement in step.statements:
                database.write(statement)
            digest = hashlib.sha256("\n".join(step.statements).encode()).hexdigest()
            database.write("INSERT INTO migrations VALUES (?, ?, ?, ?)", (step.version, step.name, digest, stamp(now)))
            database.write(f"PRAGMA user_version = {step.version}")
        applied.append(step.version)
    return tuple(applied)


def backup(database: Database, now: dt.datetime, *, why: str) -> Path:
    """Put a verified copy of the whole store into ``backups``; the newest thirty are kept.

    Raises:
        StoreError: The copy could not be written or does not read back.
    """
    folder = make_folder(database.path.parent / "backups")
    for leftover in folder.glob(".store-*"):  # of a run that was killed; only the one writer makes copies
        leftover.unlink(missing_ok=True)
    path = folder / f"store-{now.strftime('%Y%m%dT%H%M%S%f')}-{why}.db"
    with atomic_file(path, check=_require_readable, crash=database.crash, step="backup") as place:
        database.outside("VACUUM INTO ?", (str(place.temporary),))
    for old in sorted(folder.glob("store-*.db"))[:-BACKUPS_KEPT]:
        old.unlink(missing_ok=True)
    return path


def _require_readable(path: Path) -> None:
    """Let SQLite check a copy before it counts as one."""
    copy = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        found = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        found = str(error)
    finally:
        copy.close()
    if found != "ok":
        raise StoreError(f"The backup {path.name} does not read back ({found}); nothing was done.")
