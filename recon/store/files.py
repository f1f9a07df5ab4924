"""The register of kept files and of what was read from them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from recon.frames.schemas import FILE_ID_LENGTH
from recon.ports import Clock
from recon.store.database import Database
from recon.store.event_log import EventLog
from recon.store.moments import stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file as it was taken in."""

    digest: str
    name: str
    """The name it came under; text from outside."""
    size: int
    source: str
    connection: str
    kept_at: str
    taken_in_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIntake:
    """What one reading of one file gave."""

    connection: str
    digest: str
    read_key: str
    """Names everything the reading depended on beside the file: options and the source's version."""
    frames: str
    """Folder of the frames, below .recon."""
    known_count: int
    new_count: int
    changed_count: int
    gone_count: int
    order_count: int
    total_minor: int
    finding_count: int
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake(NewIntake):
    """A reading in the register."""

    intake_id: int
    at: str
    superseded_by: int | None
    name: str
    """Name of the file."""


class FileRegister:
    """Which files were kept, and which readings count now."""

    def __init__(self, database: Database, clock: Clock, events: EventLog) -> None:
        self._database = database
        self._clock = clock
        self._events = events

    def find(self, digest: str) -> KeptFile | None:
        """Return a kept file by its whole digest or by its first digits."""
        row = self._database.one(
            "SELECT * FROM files WHERE digest >= ? AND digest < ? ORDER BY digest", (digest, digest + "g")
        )
        return None if row is None else KeptFile(**dict(row))

    def all(self, connection: str | None = None) -> tuple[KeptFile, ...]:
        """Return kept files in the order they came."""
        rows = self._database.query(
            "SELECT * FROM files WHERE ? IS NULL OR connection = ? ORDER BY kept_at, rowid", (connection, connection)
        )
        return tuple(KeptFile(**dict(row)) for row in rows)

    def names(self) -> dict[str, str]:
        """Return the names of all kept files by the short digest that frames name them with."""
        return {file.digest[:FILE_ID_LENGTH]: file.name for file in self.all()}

    def keep(self, *, digest: str, name: str, size: int, source: str, connection: str, who: str = "") -> KeptFile:
        """Enter a file; one that is known already stays as it was first entered."""
        known = self.find(digest)
        if known is not None:
            return known
        who = who or self._events.actor
        kept = KeptFile(
            digest=digest,
            name=name,
            size=size,
            source=source,
            connection=connection,
            kept_at=stamp(self._clock.now()),
            taken_in_by=who,
        )
        with self._database.transaction("keep-file"):
            self._database.write(
                "INSERT INTO files (digest, name, size, source, connection, kept_at, taken_in_by) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (digest, name, size, source, connection, kept.kept_at, who),
            )
            facts = {"name": name, "size": size, "source": source, "connection": connection}
            self._events.append("file-kept", digest, facts, who=who)
        return kept

    def add_intake(self, new: NewIntake, *, supersedes: tuple[int, ...] = (), who: str = "") -> Intake:
        """Enter a reading; an equal one that still counts is returned instead. ``supersedes`` count no longer."""
        known = self.intake(new.connection, new.digest, new.read_key)
        if known is not None and known.intake_id not in supersedes:
            return known
        with self._database.transaction("intake"):
            for old in supersedes:
                self._database.write("UPDATE intakes SET superseded_by = intake_id WHERE intake_id = ?", (old,))
            intake_id = self._database.insert(
                "INSERT INTO intakes (connection, digest, read_key, frames, known_count, new_count, changed_count, "
                "gone_count, order_count, total_minor, finding_count, facts, at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    new.connection, new.digest, new.read_key, new.frames, new.known_count, new.new_count,
                    new.changed_count, new.gone_count, new.order_count, new.total_minor, new.finding_count,
                    json.dumps(dict(new.facts), ensure_ascii=False, sort_keys=True), stamp(self._clock.now()),
                ),
            )  # fmt: skip
            for old in supersedes:
                self._database.write("UPDATE intakes SET superseded_by = ? WHERE intake_id = ?", (intake_id, old))
            facts = {
                "intake": intake_id,
                "connection": new.connection,
                "orders": new.order_count,
                "total_minor": new.total_minor,
                "new": new.new_count,
                "changed": new.changed_count,
                "known": new.known_count,
                "gone": new.gone_count,
                "findings": new.finding_count,
                "supersedes": list(supersedes),
            }
            self._events.append("intake", new.digest, facts, who=who)
        entered = self.intake(new.connection, new.digest, new.read_key)
        assert entered is not None
        return entered

    def intake(self, connection: str, digest: str, read_key: str) -> Intake | None:
        """Return the reading of this file under these options that counts, if there is one."""
        row = self._database.one(
            f"{_INTAKES} WHERE i.connection = ? AND i.digest = ? AND i.read_key = ? AND i.superseded_by IS NULL",
            (connection, digest, read_key),
        )
        return None if row is None else _intake(row)

    def intakes(self, connection: str | None = None, *, superseded: bool = False) -> tuple[Intake, ...]:
        """Return readings in the order they were made; those that count no longer only if asked."""
        rows = self._database.query(
            f"{_INTAKES} WHERE (? IS NULL OR i.connection = ?) AND (? OR i.superseded_by IS NULL) ORDER BY i.intake_id",
            (connection, connection, superseded),
        )
        return tuple(_intake(row) for row in rows)


_INTAKES = "SELECT i.*, f.name FROM intakes i JOIN files f ON f.digest = i.digest"


def _intake(row: sqlite3.Row) -> Intake:
    values = dict(row)
    values["facts"] = json.loads(values["facts"])
    return Intake(**values)
