"""Mappings and decisions of persons, with their whole history: who changed what, when and why.

Kinds: ``product`` (SKU key to the ledger's product), ``channel`` (payment channel to the ledger's method),
``decision`` (order key: repost, credit, leave, by-hand), ``create`` (SKU key to the product the ledger is to create),
``elsewhere`` (order key to an entry of the ledger that is another sale's), ``return`` (order key of a return to that of the
sale it belongs to), ``seen`` (a new thing), ``gap`` (a missing order number, or a run of them, to why it is missing),
``tax-invoice`` (order key of a purchase to number and day of the supplier's tax invoice), ``tax`` (name of a sales tax to the
ledger's item), ``setting``. A value is JSON;
taking a mapping away is a change like any other. Changes are never edited; the current view is kept beside them.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from recon.ports import Clock
from recon.store.database import Database
from recon.store.event_log import EventLog
from recon.store.moments import stamp

KINDS: Final = (
    "product",
    "channel",
    "decision",
    "create",
    "elsewhere",
    "return",
    "seen",
    "gap",
    "tax-invoice",
    "tax",
    "count",
    "setting",
)

Value = dict[str, Any] | str | int | bool


@dataclass(frozen=True, slots=True)
class MappingChange:
    """One entry of the history; value None: taken away."""

    change_id: int
    connection: str
    kind: str
    key: str
    value: Value | None
    who: str
    at: str
    reason: str


@dataclass(frozen=True, slots=True)
class MappingGroup:
    """What was changed in one go."""

    first: int
    """Number of its first change; the group is known by it."""
    count: int
    kind: str
    who: str
    at: str
    reason: str


class Mappings:
    """Current mappings and their history, per connection."""

    def __init__(self, database: Database, clock: Clock, events: EventLog) -> None:
        self._database = database
        self._clock = clock
        self._events = events

    def current(self, connection: str, kind: str) -> dict[str, Value]:
        """Return key to value of everything mapped now, by key."""
        rows = self._database.query(
            "SELECT key, value FROM mappings WHERE connection = ? AND kind = ? ORDER BY key", (connection, kind)
        )
        return {row["key"]: json.loads(row["value"]) for row in rows}

    def dated(self, connection: str, kind: str) -> tuple[MappingChange, ...]:
        """Return everything mapped now with who mapped it when, by key."""
        rows = self._database.query(
            "SELECT c.* FROM mappings m JOIN mapping_changes c ON c.change_id = m.change_id "
            "WHERE m.connection = ? AND m.kind = ? ORDER BY m.key",
            (connection, kind),
        )
        return tuple(_change(row) for row in rows)

    def revision(self, connection: str | None = None) -> int:
        """Return the number of the last change; equal numbers mean equal mappings."""
        row = self._database.one(
            "SELECT MAX(change_id) AS last FROM mapping_changes WHERE ? IS NULL OR connection = ?",
            (connection, connection),
        )
        return (row["last"] if row is not None else 0) or 0

    def set(
        self, connection: str, kind: str, values: Mapping[str, Value | None], *, who: str = "", reason: str = ""
    ) -> int:
        """Map many keys at once (None takes a mapping away); what is so already is left alone.

        Returns how many changed. All of them are written, or none.
        """
        assert kind in KINDS, kind
        who, at = who or self._events.actor, stamp(self._clock.now())
        with self._database.transaction("mappings"):
            now = {
                row["key"]: row["value"]
                for row in self._database.query(
                    "SELECT key, value FROM mappings WHERE connection = ? AND kind = ?", (connection, kind)
                )
            }
            wanted = {key: None if value is None else _text(value) for key, value in values.items()}
            changed = {key: text for key, text in wanted.items() if now.get(key) != text}
            if not changed:
                return 0
            first = self.revision() + 1
            numbered = list(enumerate(changed.items(), start=first))
            self._database.write_many(
                "INSERT INTO mapping_changes VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                ((number, connection, kind, key, text, who, at, reason) for number, (key, text) in numbered),
            )
            self._database.write_many(
                "INSERT INTO mappings VALUES (?, ?, ?, ?, ?) ON CONFLICT (connection, kind, key) "
                "DO UPDATE SET value = excluded.value, change_id = excluded.change_id",
                ((connection, kind, key, text, number) for number, (key, text) in numbered if text is not None),
            )
            self._database.write_many(
                "DELETE FROM mappings WHERE connection = ? AND kind = ? AND key = ?",
                ((connection, kind, key) for key, text in changed.items() if text is None),
            )
            facts = {
                "connection": connection,
                "kind": kind,
                "first": first,
                "count": len(changed),
                "digest": changes_digest((key, text) for key, text in changed.items()),
                "reason": reason,
            }
            self._events.append("mappings", f"{connection}/{kind}", facts, who=who)
        return len(changed)

    def keys_changed(self, connection: str, kind: str, reason: str) -> frozenset[str]:
        """Return the keys that were ever changed for exactly this reason."""
        rows = self._database.query(
            "SELECT DISTINCT key FROM mapping_changes WHERE connection = ? AND kind = ? AND reason = ?",
            (connection, kind, reason),
        )
        return frozenset(row["key"] for row in rows)

    def groups(self, connection: str, kinds: tuple[str, ...]) -> tuple[MappingGroup, ...]:
        """Return what was changed in one go each, in the order it was done."""
        places = ", ".join("?" for _ in kinds)
        rows = self._database.query(
            "SELECT MIN(change_id) AS first, COUNT(*) AS count, kind, who, at, reason FROM mapping_changes "
            f"WHERE connection = ? AND kind IN ({places}) GROUP BY at, kind, who, reason ORDER BY first",
            (connection, *kinds),
        )
        return tuple(MappingGroup(**dict(row)) for row in rows)

    def before(self, connection: str, group: MappingGroup) -> dict[str, Value | None]:
        """Return what the keys of a group stood for just before it; None: nothing."""
        return self._values(connection, group, group.first)

    def after(self, connection: str, group: MappingGroup) -> dict[str, Value | None]:
        """Return what a group made of its keys."""
        return self._values(connection, group, group.first + group.count)

    def _values(self, connection: str, group: MappingGroup, bound: int) -> dict[str, Value | None]:
        """Return what the keys of a group stood for before the change of this number."""
        rows = self._database.query(
            "SELECT new.key AS key, (SELECT old.value FROM mapping_changes AS old WHERE old.connection = new.connection "
            "AND old.kind = new.kind AND old.key = new.key AND old.change_id < ? ORDER BY old.change_id DESC LIMIT 1) AS value "
            "FROM mapping_changes AS new WHERE new.connection = ? AND new.kind = ? AND new.change_id BETWEEN ? AND ?",
            (bound, connection, group.kind, group.first, group.first + group.count - 1),
        )
        return {row["key"]: None if row["value"] is None else json.loads(row["value"]) for row in rows}

    def history(self, connection: str, kind: str | None = None, key: str | None = None) -> tuple[MappingChange, ...]:
        """Return changes in the order they were made."""
        rows = self._database.query(
            "SELECT * FROM mapping_changes WHERE connection = ? AND (? IS NULL OR kind = ?) AND (? IS NULL OR key = ?) "
            "ORDER BY change_id",
            (connection, kind, kind, key, key),
        )
        return tuple(_change(row) for row in rows)


def changes_digest(changes: Iterable[tuple[str, str | None]]) -> str:
    """Return a digest over (key, JSON text or None) pairs, as it stands in the event log."""
    whole = hashlib.sha256()
    for key, text in changes:
        whole.update(json.dumps([key, text], ensure_ascii=False).encode("utf-8", "surrogatepass"))
    return whole.hexdigest()


def _change(row: sqlite3.Row) -> MappingChange:
    value = None if row["value"] is None else json.loads(row["value"])
    return MappingChange(
        row["change_id"], row["connection"], row["kind"], row["key"], value, row["who"], row["at"], row["reason"]
    )


def _text(value: Value) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
