"""Batches: sets of documents planned, approved and uploaded together; and the approvals that stand behind them."""

from __future__ import annotations

import difflib
import hashlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from recon.errors import UsageError
from recon.ports import Clock
from recon.store.database import Database
from recon.store.event_log import EventLog
from recon.store.moments import stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBatch:
    """A plan that is ready to be looked at."""

    connection: str
    company_id: str
    """The company the plan was made for, as the ledger named it."""
    plan_digest: str
    inputs_digest: str
    """Digest of everything the plan was made from: orders, mappings, settings, posted documents."""
    document_count: int
    total_minor: int
    """Sum of all documents' totals: a control figure, not a turnover."""
    held_count: int = 0
    held_minor: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Whatever the service wants to find again: counts and sums by kind, folder of the frames."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch(NewBatch):
    """A batch in the store."""

    batch_no: int
    batch_id: str
    state: str
    """draft, approved, uploading, done, superseded or void."""
    created_at: str
    created_by: str
    created_os_user: str
    first_row: int | None
    last_row: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A person's yes to exactly these documents for exactly this company."""

    approval_id: int
    batch_id: str
    plan_digest: str
    documents_digest: str
    inputs_digest: str
    company_id: str
    approver: str
    os_user: str
    at: str
    valid_until: str
    document_count: int
    total_minor: int
    seal: str
    ended_at: str | None = None
    ended_because: str | None = None


class Batches:
    """Batches in the order they were planned."""

    def __init__(self, database: Database, clock: Clock, events: EventLog) -> None:
        self._database = database
        self._clock = clock
        self._events = events

    def create(self, new: NewBatch, *, who: str, os_user: str, supersede_drafts: bool = True) -> Batch:
        """Enter a plan as a draft; older drafts of the connection are superseded, an equal draft is returned again."""
        with self._database.transaction("batch"):
            drafts = [b for b in self.all(connection=new.connection) if b.state == "draft"]
            for draft in drafts:
                if (draft.plan_digest, draft.inputs_digest, draft.company_id) == (
                    new.plan_digest, new.inputs_digest, new.company_id,
                ):  # fmt: skip
                    return draft
            row = self._database.one("SELECT COALESCE(MAX(batch_no), 0) + 1 AS next FROM batches")
            assert row is not None
            number, batch_id = row["next"], f"B{row['next']:04d}"
            self._database.write(
                "INSERT INTO batches (batch_no, batch_id, connection, company_id, plan_digest, inputs_digest, state, "
                "document_count, total_minor, held_count, held_minor, facts, created_at, created_by, created_os_user) "
                "VALUES (?, ?, ?, ?, ?, ?, 'draft', ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    number, batch_id, new.connection, new.company_id, new.plan_digest, new.inputs_digest,
                    new.document_count, new.total_minor, new.held_count, new.held_minor,
                    json.dumps(dict(new.facts), ensure_ascii=False, sort_keys=True), stamp(self._clock.now()), who, os_user,
                ),
            )  # fmt: skip
            facts = {
                "connection": new.connection,
                "company_id": new.company_id,
                "plan_digest": new.plan_digest,
                "count": new.document_count,
                "total_minor": new.total_minor,
            }
            self._events.append("planned", batch_id, facts, who=who)
            if supersede_drafts:
                for draft in drafts:
                    self.set_state(draft.batch_id, "superseded", because=f"planned anew as {batch_id}", who=who)
        return self.get(batch_id)

    def get(self, batch_id: str) -> Batch:
        """Return a batch.

        Raises:
            UsageError: There is none of that name; the text names the closest.
        """
        row = self._database.one("SELECT * FROM batches WHERE batch_id = ? COLLATE NOCASE", (batch_id,))
        if row is None:
            known = [r["batch_id"] for r in self._database.query("SELECT batch_id FROM batches ORDER BY batch_no DESC")]
            close = difflib.get_close_matches(batch_id.upper(), known, 1, 0.5)
            hint = f" Did you mean {close[0]}?" if close else ""
            listed = ", ".join(known[:8]) or "none yet; make one with `recon plan`"
            raise UsageError(f"There is no batch {batch_id!r}.{hint} Batches, newest first: {listed}.")
        return _batch(row)

    def all(self, connection: str | None = None) -> tuple[Batch, ...]:
        """Return batches in the order they were planned."""
        rows = self._database.query(
            "SELECT * FROM batches WHERE ? IS NULL OR connection = ? ORDER BY batch_no", (connection, connection)
        )
        return tuple(_batch(row) for row in rows)

    def standing(self, connection: str | None = None) -> tuple[Batch, ...]:
        """Return those that were neither superseded nor voided, in the order they were planned."""
        return tuple(batch for batch in self.all(connection) if batch.state not in {"superseded", "void"})

    def set_state(self, batch_id: str, state: str, *, because: str = "", who: str = "") -> None:
        """Move a batch to another state; no event if it is there already."""
        if self.get(batch_id).state == state:
            return
        with self._database.transaction("batch-state"):
            self._database.write("UPDATE batches SET state = ? WHERE batch_id = ?", (state, batch_id))
            self._events.append("batch-state", batch_id, {"state": state, "because": because}, who=who)

    def approval(self, batch_id: str) -> Approval | None:
        """Return the approval that stands, if there is one."""
        row = self._database.one("SELECT * FROM approvals WHERE batch_id = ? AND ended_at IS NULL", (batch_id,))
        return None if row is None else Approval(**dict(row))

    def approvals(self, batch_id: str | None = None) -> tuple[Approval, ...]:
        """Return all approvals, also those that ended, in order."""
        rows = self._database.query(
            "SELECT * FROM approvals WHERE ? IS NULL OR batch_id = ? ORDER BY approval_id", (batch_id, batch_id)
        )
        return tuple(Approval(**dict(row)) for row in rows)

    def add_approval(self, approval: Approval, *, first_row: int, last_row: int) -> Approval:
        """Write an approval and what it covers; the caller holds the transaction and has checked everything."""
        approval_id = self._database.insert(
            "INSERT INTO approvals (batch_id, plan_digest, documents_digest, inputs_digest, company_id, approver, "
            "os_user, at, valid_until, document_count, total_minor, seal) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                approval.batch_id, approval.plan_digest, approval.documents_digest, approval.inputs_digest,
                approval.company_id, approval.approver, approval.os_user, approval.at, approval.valid_until,
                approval.document_count, approval.total_minor, approval.seal,
            ),
        )  # fmt: skip
        self._database.write(
            "UPDATE batches SET state = 'approved', first_row = ?, last_row = ? WHERE batch_id = ?",
            (first_row, last_row, approval.batch_id),
        )
        facts = {
            "company_id": approval.company_id,
            "plan_digest": approval.plan_digest,
            "documents_digest": approval.documents_digest,
            "count": approval.document_count,
            "total_minor": approval.total_minor,
            "os_user": approval.os_user,
            "valid_until": approval.valid_until,
            "seal": approval.seal,
            "first_row": first_row,
            "last_row": last_row,
        }
        self._events.append("approved", approval.batch_id, facts, who=approval.approver)
        row = self._database.one("SELECT * FROM approvals WHERE approval_id = ?", (approval_id,))
        assert row is not None
        return Approval(**dict(row))

    def end_approval(self, batch_id: str, *, because: str, who: str) -> None:
        """Note that an approval counts no longer; the caller holds the transaction."""
        self._database.write(
            "UPDATE approvals SET ended_at = ?, ended_because = ? WHERE batch_id = ? AND ended_at IS NULL",
            (stamp(self._clock.now()), because, batch_id),
        )
        self._events.append("approval-ended", batch_id, {"because": because}, who=who)


def approval_seal(approval: Approval) -> str:
    """Return the hash over everything an approval says; any edited field breaks it."""
    said = [
        approval.batch_id, approval.plan_digest, approval.documents_digest, approval.inputs_digest, approval.company_id,
        approval.approver, approval.os_user, approval.at, approval.valid_until, approval.document_count,
        approval.total_minor,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def _batch(row: sqlite3.Row) -> Batch:
    values = dict(row)
    values["facts"] = json.loads(values["facts"])
    return Batch(**values)
