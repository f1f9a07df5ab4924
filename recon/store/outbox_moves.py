"""Every way a document can take through the outbox; each is one transaction with its entry in the event log.

Sending takes two: the intent (attempt, digest of the body) before the first byte leaves, the result after the answer
was read. Between the two a crash leaves ``sending``, which the next start turns into ``unknown``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from recon.domain.outbox import DEAD, WITH_PERSON
from recon.errors import UsageError
from recon.ports import Clock
from recon.store.database import Database
from recon.store.event_log import EventLog
from recon.store.moments import stamp
from recon.store.outbox import Outbox, OutboxRow

WORDS_LIMIT: Final = 4_000
"""Longest text of a ledger we keep with a document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an attempt or a look-up showed, and where the document goes."""

    state: str
    result: str = ""
    """How the attempt ended: posted, refused, unavailable, exists or unknown; empty: this was no attempt."""
    ledger_id: str | None = None
    ledger_number: str | None = None
    code: str = ""
    words: str = ""
    next_lookup_at: dt.datetime | None = None
    adopted: bool = False
    """Found by a look-up instead of answered."""
    arrived: bool = True
    """False: certainly nothing was accepted; this attempt does not count as a send."""


class OutboxMoves:
    """Changes of the outbox."""

    def __init__(self, database: Database, clock: Clock, events: EventLog, outbox: Outbox) -> None:
        self._database = database
        self._clock = clock
        self._events = events
        self._outbox = outbox

    def company_no(self, company_id: str) -> int:
        """Return the store's number for a company, giving it one if it is new; the caller holds the transaction."""
        known = self._outbox.company_no(company_id)
        if known is not None:
            return known
        return self._database.insert("INSERT INTO companies (company_id) VALUES (?)", (company_id,))

    def start(self, row: OutboxRow, payload_digest: str) -> OutboxRow:
        """Write down that we are about to send exactly this body; on the disk when this returns."""
        at, attempt = stamp(self._clock.now()), row.attempts + 1
        with self._database.transaction("send-intent"):
            self._database.write(
                "UPDATE outbox SET state = 'sending', attempts = ?, sends = sends + 1, absences = 0, lookups = 0, "
                "look_first = 0, payload_digest = ?, next_lookup_at = NULL, updated_at = ? WHERE id = ?",
                (attempt, payload_digest, at, row.id),
            )
            self._database.write(
                "INSERT INTO attempts (row_id, attempt, started_at, request_digest) VALUES (?, ?, ?, ?)",
                (row.id, attempt, at, payload_digest),
            )
            facts = {
                "row": row.id,
                "attempt": attempt,
                "number": row.number,
                "payload": payload_digest,
                "state": "sending",
            }
            self._events.append("sending", row.document_key, facts)
        return replace(
            row,
            state="sending",
            attempts=attempt,
            sends=row.sends + 1,
            absences=0,
            lookups=0,
            look_first=False,
            payload_digest=payload_digest,
            next_lookup_at=None,
            updated_at=at,
        )

    def finish(self, row: OutboxRow, outcome: Outcome) -> OutboxRow:
        """Write down what became of a document that was sent or looked up; on the disk when this returns."""
        at = stamp(self._clock.now())
        code, words = outcome.code[:200] or None, outcome.words[:WORDS_LIMIT] or None
        with self._database.transaction("send-result" if outcome.result else "lookup-result"):
            if outcome.result:
                self._database.write(
                    "UPDATE attempts SET finished_at = ?, result = ?, code = ?, words = ? WHERE row_id = ? AND attempt = ?",
                    (at, outcome.result, code, words, row.id, row.attempts),
                )
            after = self._set_state(row, outcome, at, code, words)
            self._events.append(outcome.state, row.document_key, _facts(row, outcome, code))
        return after

    def note_lookup(
        self, row: OutboxRow, *, trusted_absence: bool, next_lookup_at: dt.datetime, words: str, counts: bool = True
    ) -> OutboxRow:
        """Write down a look-up that settled nothing, and when the next one is due."""
        with self._database.transaction("lookup-result"):
            self._database.write(
                "UPDATE outbox SET lookups = lookups + ?, absences = absences + ?, next_lookup_at = ?, words = ?, "
                "updated_at = ? WHERE id = ?",
                (
                    int(counts),
                    int(trusted_absence),
                    stamp(next_lookup_at),
                    words[:WORDS_LIMIT],
                    stamp(self._clock.now()),
                    row.id,
                ),
            )
            facts = {"row": row.id, "number": row.number, "absent": trusted_absence, "words": words[:200]}
            self._events.append("looked-up", row.document_key, facts)
        return self._outbox.row(row.id)

    def recover(self, next_lookup_at: dt.datetime) -> tuple[OutboxRow, ...]:
        """Turn every row left in ``sending`` by a crash into ``unknown``; returns them."""
        left = self._outbox.unsettled("sending")
        if not left:
            return ()
        outcome = Outcome(
            state="unknown",
            code="stopped-while-sending",
            words="recon was stopped while it was sending this; it is looked up before anything else.",
            next_lookup_at=next_lookup_at,
        )
        with self._database.transaction("recover"):
            for row in left:
                self._set_state(row, outcome, stamp(self._clock.now()), outcome.code, outcome.words)
                self._events.append("unknown", row.document_key, _facts(row, outcome, outcome.code))
        return tuple(self._outbox.row(row.id) for row in left)

    def settle(
        self,
        row: OutboxRow,
        to: str,
        *,
        who: str,
        reason: str,
        ledger_id: str = "",
        ledger_number: str = "",
        words: str = "",
        facts: Mapping[str, str] | None = None,
    ) -> OutboxRow:
        """Carry out a person's word on a document that waits for one.

        ``posted``: the ledger holds it as ours under ``ledger_number``; ``by_hand``: entered there by hand;
        ``queued``: certainly not there, send again (it is looked up first); ``cancelled``: not there, and not wanted.
        ``words`` stand with the document instead of the bare reason; ``facts`` go into the event beside the reason.

        Raises:
            UsageError: The document does not wait for a person, or the ledger's number is missing.
        """
        if row.state not in WITH_PERSON:
            raise UsageError(f"{row.number or row.document_key} is {row.state}: it does not wait for anybody's word.")
        if to in {"posted", "by_hand"} and not ledger_number:
            raise UsageError("Name the number the ledger gave it (--number), so that it can be found again.")
        outcome = Outcome(
            state=to,
            code=f"person-{to}",
            words=(words or reason)[:WORDS_LIMIT],
            ledger_id=(ledger_id or ledger_number) if to == "posted" else None,
            ledger_number=ledger_number or None,
        )
        with self._database.transaction("settle"):
            at = stamp(self._clock.now())
            self._set_state(row, outcome, at, outcome.code, outcome.words)
            if to == "queued":
                self._database.write("UPDATE outbox SET look_first = 1 WHERE id = ?", (row.id,))
            said = {**_facts(row, outcome, outcome.code), "reason": reason, **(facts or {})}
            self._events.append(to, row.document_key, said, who=who)
        return self._outbox.row(row.id)

    def cancel_queued(self, batch_id: str, *, who: str, because: str) -> int:
        """Take back what was not sent yet; returns how many. The caller holds the transaction."""
        count = self._database.write(
            "UPDATE outbox SET state = 'cancelled', live = 0, code = 'cancelled', words = ?, updated_at = ? "
            "WHERE state = 'queued' AND id BETWEEN (SELECT first_row FROM batches WHERE batch_id = ?) "
            "AND (SELECT last_row FROM batches WHERE batch_id = ?)",
            (because, stamp(self._clock.now()), batch_id, batch_id),
        )
        self._events.append("cancelled-batch", batch_id, {"count": count, "because": because}, who=who)
        return count

    def _set_state(self, row: OutboxRow, outcome: Outcome, at: str, code: str | None, words: str | None) -> OutboxRow:
        """Write the new state into the table; returns the row as it is now."""
        after = replace(
            row,
            state=outcome.state,
            sends=row.sends if outcome.arrived else max(0, row.sends - 1),
            ledger_id=outcome.ledger_id,
            ledger_number=outcome.ledger_number,
            code=code,
            words=words,
            next_lookup_at=None if outcome.next_lookup_at is None else stamp(outcome.next_lookup_at),
            updated_at=at,
        )
        # `live` is named only where it changes: naming it would rewrite two indexes at every step
        dead = "live = 0, " if after.state in DEAD else ""
        self._database.write(
            f"UPDATE outbox SET state = ?, {dead}sends = ?, ledger_id = ?, ledger_number = ?, code = ?, words = ?, "
            "next_lookup_at = ?, updated_at = ? WHERE id = ?",
            (after.state, after.sends, after.ledger_id, after.ledger_number, after.code,
             after.words, after.next_lookup_at, at, row.id),
        )  # fmt: skip
        return after


def _facts(row: OutboxRow, outcome: Outcome, code: str | None) -> dict[str, str | int | bool | None]:
    """Return what the event log keeps about a change of state; enough to compare the table with it."""
    return {
        "row": row.id,
        "state": outcome.state,
        "attempt": row.attempts,
        "number": row.number,
        "result": outcome.result,
        "ledger_id": outcome.ledger_id,
        "ledger_number": outcome.ledger_number,
        "adopted": outcome.adopted,
        "code": code,
    }
