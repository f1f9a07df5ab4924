"""Questions about a batch on its way, asked again and again while it is sent: what came last, how fast, what is refused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from recon.store.database import Database
from recon.store.outbox import OutboxRow, outbox_row

_OF_BATCH: Final = "FROM batches b JOIN outbox o ON o.id BETWEEN b.first_row AND b.last_row WHERE b.batch_id = ?"


@dataclass(frozen=True, slots=True)
class AttemptTimes:
    """When attempts of a batch began and ended."""

    first_began: str | None
    """When the first document of the batch was sent."""
    last_ended: tuple[str, ...]
    """The newest ends, newest first."""


def latest(database: Database, batch_id: str, limit: int) -> tuple[OutboxRow, ...]:
    """Return the documents of a batch that changed last, newest first; those nobody touched are not among them."""
    rows = database.query(
        f"SELECT o.* {_OF_BATCH} AND o.state <> 'queued' AND o.updated_at IS NOT NULL "
        "ORDER BY o.updated_at DESC, o.id DESC LIMIT ?",
        (batch_id, limit),
    )
    return tuple(outbox_row(row) for row in rows)


def attempt_times(database: Database, batch_id: str, limit: int) -> AttemptTimes:
    """Return when the batch's first attempt began and when the newest ones ended."""
    first = database.one(
        f"SELECT MIN(a.started_at) AS at FROM (SELECT o.id {_OF_BATCH} AND o.attempts > 0 ORDER BY o.id LIMIT 1) r "
        "JOIN attempts a ON a.row_id = r.id",
        (batch_id,),
    )
    ended = database.query(
        "SELECT a.finished_at FROM batches b JOIN attempts a ON a.row_id BETWEEN b.first_row AND b.last_row "
        "WHERE b.batch_id = ? AND a.finished_at IS NOT NULL ORDER BY a.row_id DESC, a.attempt DESC LIMIT ?",
        (batch_id, limit),
    )
    newest = sorted((str(row["finished_at"]) for row in ended), reverse=True)
    return AttemptTimes(None if first is None else first["at"], tuple(newest))


def last_sent_at(database: Database, row_ids: list[int]) -> dict[int, str]:
    """Return when the last attempt of each document began."""
    if not row_ids:
        return {}
    marks = ", ".join("?" * len(row_ids))
    rows = database.query(
        f"SELECT row_id, MAX(started_at) AS at FROM attempts WHERE row_id IN ({marks}) GROUP BY row_id", tuple(row_ids)
    )
    return {row["row_id"]: row["at"] for row in rows}


def refused_tallies(
    database: Database, batch_id: str, but: tuple[str, ...] = ()
) -> tuple[tuple[str, str, str, int, int], ...]:
    """Return (state, code, words, documents, sum) of what was refused or skipped, by code and words; ``but``: less these keys."""
    rows = database.query(
        "SELECT o.state, COALESCE(o.code, '') AS code, COALESCE(o.words, '') AS words, COUNT(*) AS n, "
        f"SUM(o.total_minor) AS total_minor, MIN(o.id) AS first_id {_OF_BATCH} AND o.state IN ('refused', 'skipped') "
        "AND o.document_key NOT IN (SELECT value FROM json_each(?)) GROUP BY o.state, o.code, o.words ORDER BY n DESC, first_id",
        (batch_id, json.dumps(but)),
    )
    return tuple((r["state"], r["code"], r["words"], r["n"], r["total_minor"]) for r in rows)


def refused_rows(database: Database, batch_id: str, code: str, words: str, limit: int) -> tuple[OutboxRow, ...]:
    """Return documents that were refused with these words, in order of sending."""
    rows = database.query(
        f"SELECT o.* {_OF_BATCH} AND o.state IN ('refused', 'skipped') AND COALESCE(o.code, '') = ? "
        "AND COALESCE(o.words, '') = ? ORDER BY o.id LIMIT ?",
        (batch_id, code, words, limit),
    )
    return tuple(outbox_row(row) for row in rows)
