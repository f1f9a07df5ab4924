"""Decisions of persons about single documents: groups that are undone and done again as a whole, also after a restart.

What stands for a document is the newest group about it that is not undone. Nothing is ever overwritten: undoing is a
note beside the group and an entry in the event log. What was approved with a batch since cannot be undone here.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from recon.errors import ApprovalError, UsageError
from recon.ports import Clock
from recon.store.database import Database
from recon.store.event_log import EventLog
from recon.store.moments import stamp

ACTIONS: Final = {"approved": "approve", "rejected": "reject", "draft": "back to draft"}
"""What a person did, by what it made of the documents."""

Change = tuple[str, str, str]
"""Key of the document, key of its order, digest of its content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDecision:
    """What one action of a person says about documents of one draft."""

    connection: str
    batch_id: str
    plan_digest: str
    decision: str
    total_minor: int
    reason: str
    who: str
    os_user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionGroup(NewDecision):
    """One action as the store keeps it."""

    group_no: int
    document_count: int
    at: str
    state: str
    """done, undone, or dropped: undone, and something else was done since."""

    @property
    def name(self) -> str:
        """What it is called where it can be undone, e.g. ``approve 12``."""
        return f"{ACTIONS[self.decision]} {self.document_count:,}"


class Reviews:
    """The journal of decisions."""

    def __init__(self, database: Database, clock: Clock, events: EventLog) -> None:
        self._database = database
        self._clock = clock
        self._events = events

    def add(self, new: NewDecision, changes: Sequence[Change]) -> DecisionGroup:
        """Write one action down; what was undone before it can be done again no longer.

        Returns the group. All of it is written, or nothing.
        """
        assert changes
        rows = sorted(changes)
        with self._database.transaction("review"):
            self._database.write(
                "UPDATE review_groups SET state = 'dropped' WHERE connection = ? AND state = 'undone'",
                (new.connection,),
            )
            number = self._database.insert(
                "INSERT INTO review_groups (connection, batch_id, plan_digest, decision, document_count, total_minor, reason, "
                "who, os_user, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    new.connection, new.batch_id, new.plan_digest, new.decision, len(rows), new.total_minor, new.reason,
                    new.who, new.os_user, stamp(self._clock.now()),
                ),
            )  # fmt: skip
            self._database.write_many(
                "INSERT INTO review_changes VALUES (?, ?, ?, ?)", ((number, *row) for row in rows)
            )
            facts = {
                "group": number,
                "batch": new.batch_id,
                "decision": new.decision,
                "count": len(rows),
                "total_minor": new.total_minor,
                "reason": new.reason,
                "os_user": new.os_user,
                "digest": decisions_digest(rows),
            }
            self._events.append("review", new.connection, facts, who=new.who)
        return self._group(number)

    def next_undo(self, connection: str) -> DecisionGroup | None:
        """Return what would be undone next."""
        row = self._database.one(
            "SELECT MAX(group_no) AS number FROM review_groups WHERE connection = ? AND state = 'done'", (connection,)
        )
        return None if row is None or row["number"] is None else self._group(row["number"])

    def next_redo(self, connection: str) -> DecisionGroup | None:
        """Return what would be done again next."""
        row = self._database.one(
            "SELECT MIN(group_no) AS number FROM review_groups WHERE connection = ? AND state = 'undone'", (connection,)
        )
        return None if row is None or row["number"] is None else self._group(row["number"])

    def why_not_undo(self, group: DecisionGroup) -> str:
        """Return why a group cannot be undone any more; empty: it can."""
        found = self._database.one(_SEALED, (group.group_no,))
        if found is None or not found["documents"]:
            return ""
        count = "all" if found["documents"] == group.document_count else f"{found['documents']:,}"
        return (
            f"{count} of its documents were approved with batch {found['batch_id']} since. What is sent cannot be undone; "
            "corrections are credit notes."
        )

    def undo(self, connection: str, *, who: str) -> DecisionGroup:
        """Take back the newest action that stands.

        Raises:
            UsageError: There is none.
            ApprovalError: Documents of it were approved with a batch since.
        """
        group = self.next_undo(connection)
        if group is None:
            raise UsageError(f"There is nothing to undo for connection {connection}.")
        why = self.why_not_undo(group)
        if why:
            raise ApprovalError(f"`{group.name}` by {group.who} cannot be undone: {why} Nothing was undone.")
        with self._database.transaction("review-undo"):
            self._note(group, "undone", "review-undo", who)
        return self._group(group.group_no)

    def redo(self, connection: str, *, who: str) -> DecisionGroup:
        """Do again what was undone last.

        Raises:
            UsageError: There is none.
        """
        group = self.next_redo(connection)
        if group is None:
            raise UsageError(f"There is nothing to do again for connection {connection}.")
        with self._database.transaction("review-redo"):
            self._note(group, "done", "review-redo", who)
        return self._group(group.group_no)

    def _note(self, group: DecisionGroup, state: str, event: str, who: str) -> None:
        self._database.write("UPDATE review_groups SET state = ? WHERE group_no = ?", (state, group.group_no))
        self._events.append(event, group.connection, {"group": group.group_no, "name": group.name}, who=who)

    def standing(self, connection: str) -> list[tuple[str, str, str, int]]:
        """Return document key, order key, digest and group of what stands, oldest first, at most one per document.

        Approvals of documents that went out with a batch since and came back (refused, cancelled) stand no longer.
        """
        newest: dict[str, tuple[str, str, str, int]] = {}
        for rows in self._database.tuples(_STANDING, (connection,), size=50_000):
            newest.update({row[0]: row for row in rows})
        return list(newest.values())

    def groups(self, connection: str) -> tuple[DecisionGroup, ...]:
        """Return every action, also what was undone, in the order it was done."""
        rows = self._database.query("SELECT * FROM review_groups WHERE connection = ? ORDER BY group_no", (connection,))
        return tuple(_group(row) for row in rows)

    def unsettled(self, connection: str) -> dict[int, DecisionGroup]:
        """Return the actions that may still say something about a document, by number."""
        rows = self._database.query(
            "SELECT * FROM review_groups WHERE connection = ? AND state = 'done' AND settled = 0", (connection,)
        )
        return {row["group_no"]: _group(row) for row in rows}

    def settle(self, connection: str) -> None:
        """Note which actions have nothing left to say, so that nobody reads them again; safe to leave out."""
        with self._database.transaction("review-settled"):
            self._database.write(_SETTLE, (connection,))

    def _group(self, number: int) -> DecisionGroup:
        row = self._database.one("SELECT * FROM review_groups WHERE group_no = ?", (number,))
        assert row is not None
        return _group(row)


_WENT_OUT: Final = """(
    EXISTS (SELECT 1 FROM outbox o WHERE o.live = 1 AND o.document_key = c.document_key)
    OR EXISTS (SELECT 1 FROM outbox o WHERE o.live = 0 AND o.document_key = c.document_key AND o.updated_at > g.at))"""
"""Whether a document of a group was approved with a batch after the group was written."""
_SEALED: Final = f"""
    SELECT COUNT(*) AS documents, (SELECT MAX(o.batch_id) FROM outbox o, review_changes c
            WHERE c.group_no = g.group_no AND o.live = 1 AND o.document_key = c.document_key) AS batch_id
    FROM review_groups g JOIN review_changes c ON c.group_no = g.group_no
    WHERE g.group_no = ? AND g.decision = 'approved' AND {_WENT_OUT}
"""
_STANDING: Final = """
    SELECT c.document_key, c.order_key, c.digest, c.group_no
    FROM review_groups g JOIN review_changes c ON c.group_no = g.group_no
    WHERE g.connection = ? AND g.state = 'done' AND g.settled = 0
    AND NOT (g.decision = 'approved' AND EXISTS (
        SELECT 1 FROM outbox o WHERE o.live = 0 AND o.document_key = c.document_key AND o.updated_at > g.at))
    ORDER BY c.group_no
"""
_SETTLE: Final = f"""
    UPDATE review_groups AS g SET settled = 1
    WHERE connection = ? AND state = 'done' AND settled = 0 AND decision = 'approved'
    AND NOT EXISTS (SELECT 1 FROM review_changes c WHERE c.group_no = g.group_no AND NOT {_WENT_OUT})
"""


def decisions_digest(changes: Iterable[Change]) -> str:
    """Return a digest over sorted changes, as it stands in the event log."""
    whole = hashlib.sha256()
    for change in changes:
        whole.update("".join([f"{len(part)}:{part}" for part in change]).encode("utf-8", "surrogatepass"))
    return whole.hexdigest()


def earlier_decisions_digest(changes: Iterable[Change]) -> str:
    """Return the digest as it was formed before 22 November 2026: decisions of then are as whole as those of now."""
    whole = hashlib.sha256()
    for change in changes:
        whole.update(json.dumps(list(change), ensure_ascii=False).encode("utf-8", "surrogatepass"))
    return whole.hexdigest()


def _group(row: sqlite3.Row) -> DecisionGroup:
    values = dict(row)
    del values["settled"]
    return DecisionGroup(**values)
