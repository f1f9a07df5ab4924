"""What became of the documentation of posted documents: entries of the event log alone say it, the last one of a document counts.

The intent is written before the file leaves; what followed is written after the answer. Neither touches the document's own row.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final, Literal

from recon.store.database import Database
from recon.store.event_log import EventLog
from recon.store.outbox import OutboxRow

AttachState = Literal["trying", "attached", "unclear", "refused", "put-off"]
"""`trying`: the file may be on its way (also: recon was stopped there); `unclear`: no clear answer; `refused`: the ledger does
not take it, or must not; `put-off`: nothing was taken, it is tried again."""
_KINDS: Final[dict[str, AttachState]] = {
    "attaching": "trying", "attached": "attached", "attach-unclear": "unclear", "not-attached": "refused",
    "attach-put-off": "put-off",
}  # fmt: skip
_EVENTS: Final = {state: kind for kind, state in _KINDS.items()}
_MARKS: Final = ", ".join(f"'{kind}'" for kind in _KINDS)
WORDS_LIMIT: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """Where the documentation of one document stands."""

    row_id: int
    state: AttachState
    at: str
    name: str = ""
    digest: str = ""
    """SHA-256 of the file."""
    count: int = 0
    """Files the document had before."""
    words: str = ""


class Attachments:
    """Reads and writes them."""

    def __init__(self, database: Database, events: EventLog) -> None:
        self._database = database
        self._events = events

    def all(self) -> dict[int, Attachment]:
        """Return the last word on each document, by its row of the outbox."""
        rows = self._database.query(f"SELECT at, kind, facts FROM events WHERE kind IN ({_MARKS}) ORDER BY seq")
        found: dict[int, Attachment] = {}
        for row in rows:
            facts = json.loads(row["facts"])
            found[facts["row"]] = Attachment(
                row_id=facts["row"], state=_KINDS[row["kind"]], at=row["at"], name=facts["name"],
                digest=facts["sha256"], count=facts["count"], words=facts["words"],
            )  # fmt: skip
        return found

    def note(
        self, row: OutboxRow, state: AttachState, *, name: str, digest: str, count: int = 0, words: str = ""
    ) -> None:
        """Write down what is about to be tried, or what became of it; on the disk when this returns."""
        facts = {
            "row": row.id, "number": row.number, "ledger_id": row.ledger_id, "name": name, "sha256": digest,
            "count": count, "words": words[:WORDS_LIMIT],
        }  # fmt: skip
        intent = state == "trying"
        with self._database.transaction("attach-intent") if intent else self._database.transaction("attach-result"):
            self._events.append(_EVENTS[state], row.document_key, facts)
