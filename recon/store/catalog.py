"""What a ledger told us about itself: its company and its master data, as last read. No secrets, no tokens."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from recon.ports import Clock
from recon.store.database import Database
from recon.store.event_log import EventLog
from recon.store.moments import stamp

ALWAYS_READ: Final = ("products", "methods", "accounts", "contacts")
"""Parts every ledger has; the others only some."""
PARTS: Final = (*ALWAYS_READ, "classes", "rooms", "taxes", "limits", "projects")


@dataclass(frozen=True, slots=True)
class CatalogPart:
    """One kind of master data and when it was read."""

    rows: tuple[dict[str, Any], ...]
    fetched_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """Who was on the other side of a connection when it was last verified."""

    connection: str
    company_id: str
    name: str
    tax_id: str
    environment: str
    missing: tuple[str, ...]
    verified_at: str


class CatalogCache:
    """Master data per connection, and the last verification of each connection."""

    def __init__(self, database: Database, clock: Clock, events: EventLog) -> None:
        self._database = database
        self._clock = clock
        self._events = events

    def put(self, connection: str, parts: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        """Replace parts of the catalog (`PARTS`) by what was just read."""
        at = stamp(self._clock.now())
        with self._database.transaction("catalog"):
            for part, rows in parts.items():
                assert part in PARTS, part
                content = json.dumps([dict(row) for row in rows], ensure_ascii=False, separators=(",", ":"))
                self._database.write(
                    "INSERT INTO catalog VALUES (?, ?, ?, ?) ON CONFLICT (connection, part) "
                    "DO UPDATE SET content = excluded.content, fetched_at = excluded.fetched_at",
                    (connection, part, content, at),
                )
            self._events.append("catalog", connection, {part: len(rows) for part, rows in parts.items()})

    def add(self, connection: str, part: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add what we made there ourselves to a part; when it was last read stays as it is."""
        assert part in PARTS, part
        known = self.get(connection, part)
        at = known.fetched_at if known is not None else stamp(self._clock.now())
        whole = [*(known.rows if known is not None else ()), *(dict(row) for row in rows)]
        with self._database.transaction("catalog"):
            self._database.write(
                "INSERT INTO catalog VALUES (?, ?, ?, ?) ON CONFLICT (connection, part) "
                "DO UPDATE SET content = excluded.content",
                (connection, part, json.dumps(whole, ensure_ascii=False, separators=(",", ":")), at),
            )
            self._events.append("catalog", connection, {part: len(whole)})

    def get(self, connection: str, part: str) -> CatalogPart | None:
        """Return a part as last read; None: never read."""
        row = self._database.one("SELECT * FROM catalog WHERE connection = ? AND part = ?", (connection, part))
        return None if row is None else CatalogPart(tuple(json.loads(row["content"])), row["fetched_at"])

    def verified(self, connection: str) -> Verified | None:
        """Return the last verification of a connection; None: never verified."""
        row = self._database.one("SELECT * FROM connections WHERE connection = ?", (connection,))
        if row is None:
            return None
        return Verified(**{**dict(row), "missing": tuple(json.loads(row["missing"]))})

    def note_verified(
        self,
        connection: str,
        *,
        company_id: str,
        name: str,
        tax_id: str,
        environment: str,
        missing: Sequence[str] = (),
        who: str = "",
    ) -> Verified:
        """Note who answered for a connection just now."""
        at = stamp(self._clock.now())
        with self._database.transaction("verified"):
            self._database.write(
                "INSERT INTO connections VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (connection) DO UPDATE SET "
                "company_id = excluded.company_id, name = excluded.name, tax_id = excluded.tax_id, "
                "environment = excluded.environment, missing = excluded.missing, verified_at = excluded.verified_at",
                (connection, company_id, name, tax_id, environment, json.dumps(list(missing), ensure_ascii=False), at),
            )
            facts = {"company_id": company_id, "name": name, "environment": environment, "missing": len(missing)}
            self._events.append("verified", connection, facts, who=who)
        found = self.verified(connection)
        assert found is not None
        return found
