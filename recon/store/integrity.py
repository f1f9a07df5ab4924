"""Compare the tables with the event log: a store edited by hand says different things in two places.

The chain of hashes guards the log; this guards the tables by the log: every document's state, every approval, every
mapping.
"""

from __future__ import annotations

import json
from typing import Any, Final

from recon.store.adoptions import EVENT as ADOPTION
from recon.store.adoptions import adopted_digest
from recon.store.batches import Approval, approval_seal
from recon.store.database import Database
from recon.store.mappings import changes_digest
from recon.store.reviews import decisions_digest, earlier_decisions_digest

MOST: Final = 20
"""Differences named at most; one is enough to stop."""


def compare_tables(database: Database) -> tuple[str, ...]:
    """Return what the tables say differently from the event log, in words; empty: they agree."""
    found = [
        *_documents(database),
        *_adoptions(database),
        *_approvals(database),
        *_batches(database),
        *_mappings(database),
        *_reviews(database),
    ]
    return tuple(found[:MOST])


def compare_batch(database: Database, batch_id: str) -> tuple[str, ...]:
    """Return the differences of one batch's documents and approval."""
    return tuple(
        [*_documents(database, batch_id), *_adoptions(database, batch_id), *_approvals(database, batch_id)][:MOST]
    )


_LAST_EVENTS: Final = """
    WITH last AS (
        SELECT json_extract(facts, '$.row') AS row_id, MAX(seq) AS seq FROM events
        WHERE kind IN ('queued', 'sending', 'posted', 'refused', 'unknown', 'conflict', 'duplicate', 'needs_person',
                       'by_hand', 'skipped', 'cancelled')
        GROUP BY 1
    )
    SELECT o.id, o.document_key, o.state, o.number, o.ledger_id, o.ledger_number, o.code, e.facts
    FROM outbox o LEFT JOIN last ON last.row_id = o.id LEFT JOIN events e ON e.seq = last.seq
    WHERE (? IS NULL OR o.batch_id = ?) AND (o.state <> 'queued' OR o.attempts > 0 OR e.seq IS NOT NULL)
"""


def _documents(database: Database, batch_id: str | None = None) -> list[str]:
    """Compare each document that moved with the last event about it; one that others wrote may stand in its batch's only."""
    together, found = _adopted_rows(database), []
    for rows in database.tuples(_LAST_EVENTS, (batch_id, batch_id)):
        for row_id, key, state, number, ledger_id, ledger_number, code, facts in rows:
            if state == "cancelled" and code == "cancelled":
                continue
            if facts is None and state == "posted" and any(first <= row_id <= last for first, last in together):
                continue
            if facts is None:
                found.append(f"{key} is {state}, but nothing ever happened to it")
                continue
            said = json.loads(facts)
            wanted = (said["state"], said["number"], said.get("ledger_id"), said.get("ledger_number"))
            if wanted != (state, number, ledger_id, ledger_number):
                found.append(f"{key} is {state} ({ledger_number or 'no number'}), the event log says {wanted[0]}")
    return found


def _adopted_rows(database: Database) -> list[tuple[int, int]]:
    """Return from which to which row documents were noted as posted in one go."""
    said = [json.loads(row["facts"]) for row in database.query("SELECT facts FROM events WHERE kind = ?", (ADOPTION,))]
    return [(one["first_row"], one["last_row"]) for one in said]


def _adoptions(database: Database, batch_id: str | None = None) -> list[str]:
    """Compare what stands of adopted documents with what was said when they were adopted."""
    rows = database.query(
        "SELECT subject, facts FROM events WHERE kind = ? AND (? IS NULL OR subject = ?)",
        (ADOPTION, batch_id, batch_id),
    )
    said = {row["subject"]: json.loads(row["facts"]) for row in rows}
    return [
        f"the documents of {batch} are not those that were adopted"
        for batch, one in said.items()
        if adopted_digest(database, one["first_row"], one["last_row"]) != one["digest"]
    ]


def _approvals(database: Database, batch_id: str | None = None) -> list[str]:
    """Compare approvals with their seals and their events, and the documents behind them with the approved digest."""
    from recon.store.posted import stored_digest

    found = []
    events = {
        json.loads(row["facts"])["seal"]: json.loads(row["facts"])
        for row in database.query("SELECT facts FROM events WHERE kind = 'approved'")
    }
    for row in database.query("SELECT * FROM approvals WHERE ? IS NULL OR batch_id = ?", (batch_id, batch_id)):
        approval = Approval(**dict(row))
        said = events.get(approval.seal)
        if approval_seal(approval) != approval.seal or said is None:
            found.append(f"the approval of {approval.batch_id} by {approval.approver} was changed afterwards")
        elif stored_digest(database, said["first_row"], said["last_row"]) != approval.documents_digest:
            found.append(f"the documents of {approval.batch_id} are not those that {approval.approver} approved")
    return found


def _batches(database: Database) -> list[str]:
    """Compare batches with what was planned."""
    events = {
        row["subject"]: json.loads(row["facts"])
        for row in database.query("SELECT subject, facts FROM events WHERE kind = 'planned'")
    }
    found = []
    for row in database.query("SELECT * FROM batches"):
        said = events.get(row["batch_id"], {})
        wanted = (said.get("plan_digest"), said.get("company_id"), said.get("count"), said.get("total_minor"))
        if wanted != (row["plan_digest"], row["company_id"], row["document_count"], row["total_minor"]):
            found.append(f"batch {row['batch_id']} is not what was planned")
    return found


def _mappings(database: Database) -> list[str]:
    """Compare the history of mappings with its events, and the current view with the history."""
    found = []
    for row in database.query("SELECT subject, facts FROM events WHERE kind = 'mappings'"):
        said = json.loads(row["facts"])
        changes = database.query(
            "SELECT key, value FROM mapping_changes WHERE change_id BETWEEN ? AND ? ORDER BY change_id",
            (said["first"], said["first"] + said["count"] - 1),
        )
        if changes_digest((change["key"], change["value"]) for change in changes) != said["digest"]:
            found.append(f"the history of mappings {row['subject']} was changed afterwards")
    differing = database.query(
        "WITH latest AS (SELECT connection, kind, key, value, MAX(change_id) AS change_id FROM mapping_changes "
        "GROUP BY connection, kind, key) "
        "SELECT l.connection, l.kind, l.key FROM latest l LEFT JOIN mappings m USING (connection, kind, key) "
        "WHERE l.value IS NOT m.value UNION "
        "SELECT m.connection, m.kind, m.key FROM mappings m LEFT JOIN latest l USING (connection, kind, key) "
        "WHERE l.key IS NULL"
    )
    found += [f"the mapping {row['connection']}/{row['kind']}/{row['key']} is not what was set" for row in differing]
    return found


_LAST_SAID: Final = {"done": "done", "undone": "undone", "dropped": "undone"}
_DONE_BY: Final = {"review": "done", "review-undo": "undone", "review-redo": "done"}


def _reviews(database: Database) -> list[str]:
    """Compare decisions about documents with what the event log says was decided, undone and done again."""
    found, states = [], {}
    events = database.query(
        "SELECT kind, facts FROM events WHERE kind IN ('review', 'review-undo', 'review-redo') ORDER BY seq"
    )
    for event in events:
        said = json.loads(event["facts"])
        states[said["group"]] = _DONE_BY[event["kind"]]
        if event["kind"] == "review" and not _same_decision(database, said):
            found.append(f"the decision `{said['decision']}` about {said['count']} documents was changed afterwards")
    rows = database.query("SELECT group_no, state FROM review_groups")
    odd = [row for row in rows if states.get(row["group_no"]) != _LAST_SAID[row["state"]]]
    return found + [f"decision {row['group_no']} is {row['state']}, the event log says otherwise" for row in odd]


def _same_decision(database: Database, said: dict[str, Any]) -> bool:
    row = database.one("SELECT decision, total_minor, reason FROM review_groups WHERE group_no = ?", (said["group"],))
    if row is None or tuple(row) != (said["decision"], said["total_minor"], said["reason"]):
        return False
    changes = database.tuples(
        "SELECT document_key, order_key, digest FROM review_changes WHERE group_no = ? ORDER BY document_key",
        (said["group"],),
    )
    rows = [(key, order, digest) for part in changes for key, order, digest in part]
    return str(said["digest"]) in {decisions_digest(rows), earlier_decisions_digest(rows)}
