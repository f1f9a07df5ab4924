"""Documents that stand in the ledger because somebody else wrote them: noted as posted all at once, with one entry in the log.

An approval of a hundred thousand documents is one entry with a digest over all of them; so is their adoption. The tables
are held against it like against the entries of single documents (`recon.store.integrity`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from recon.ports import Clock
from recon.store.batches import Batch
from recon.store.database import Database
from recon.store.event_log import EventLog
from recon.store.moments import stamp
from recon.store.outbox_moves import WORDS_LIMIT

ADOPTED: Final = "posted-elsewhere"
"""Code of a document that somebody else wrote."""
EVENT: Final = "adopted"
_SIGN: Final = "\x1f"

Noted = tuple[int, str, str | None, str]
"""Position in the plan, the ledger's id, its number (None: it has none of its own), and what is to be remembered."""


def note_adopted(
    database: Database, events: EventLog, clock: Clock, batch: Batch, noted: Iterable[Noted], *, who: str, reason: str
) -> None:
    """Turn the queued documents of a batch into posted ones, all of them; the caller holds the transaction."""
    assert batch.first_row is not None
    assert batch.last_row is not None
    first, at = batch.first_row, stamp(clock.now())
    database.write_many(
        "UPDATE outbox SET state = 'posted', ledger_id = ?, ledger_number = ?, code = ?, words = ?, updated_at = ? "
        "WHERE id = ? AND state = 'queued'",
        ((ledger_id, number, ADOPTED, words[:WORDS_LIMIT], at, first + place) for place, ledger_id, number, words in noted),
    )  # fmt: skip
    left = database.one(
        "SELECT COUNT(*) AS n FROM outbox WHERE id BETWEEN ? AND ? AND state <> 'posted'", (first, batch.last_row)
    )
    assert left is not None
    assert left["n"] == 0, "every document of the batch has an entry"
    facts = {
        "connection": batch.connection, "count": batch.document_count, "total_minor": batch.total_minor, "first_row": first,
        "last_row": batch.last_row, "digest": adopted_digest(database, first, batch.last_row), "reason": reason,
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
