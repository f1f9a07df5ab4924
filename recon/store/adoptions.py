"""Documents that stand in the ledger because somebody else wrote them: noted as posted all at once, with one entry in the log.

An approval of a hundred thousand documents is one entry with a digest over all of them; so is their adoption. The tables
are held against it like against the entries of single documents (`recon.store.integrity`).
"""

from __future__ import annotations

import hashlib
from typing import Final

from recon.store.batches import Batch
from recon.store.database import Database
from recon.store.event_log import EventLog

ADOPTED: Final = "posted-elsewhere"
"""Code of a document that somebody else wrote."""
EVENT: Final = "adopted-entries"
_SIGN: Final = "\x1f"


def note_adopted(database: Database, events: EventLog, batch: Batch, *, who: str, reason: str) -> None:
    """Write down that the documents of a batch, all entered as posted, are somebody else's; the caller holds the transaction."""
    first, last = batch.first_row, batch.last_row
    assert first is not None
    assert last is not None
    facts = {
        "connection": batch.connection, "count": batch.document_count, "total_minor": batch.total_minor, "first_row": first,
        "last_row": last, "digest": adopted_digest(database, first, last), "reason": reason,
    }  # fmt: skip
    events.append(EVENT, batch.batch_id, facts, who=who)


def adopted_digest(database: Database, first: int, last: int) -> str:
    """Return a digest over what is said of the adopted documents between two rows."""
    line = f"id||'{_SIGN}'||state||'{_SIGN}'||" + f"||'{_SIGN}'||".join(
        f"ifnull({name}, '')" for name in ("number", "ledger_id", "ledger_number", "code")
    )
    whole = hashlib.sha256()
    for rows in database.tuples(f"SELECT {line} FROM outbox WHERE id BETWEEN ? AND ? ORDER BY id", (first, last)):
        whole.update("".join(f"{row[0]}\n" for row in rows).encode())
    return whole.hexdigest()
