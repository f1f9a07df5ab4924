"""Send one document: intent on the disk, one send, the answer on the disk. Nothing here ever repeats a send."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from recon.crash import CrashPoints
from recon.domain.document import Document
from recon.domain.outbox import MAX_SENDS
from recon.errors import AlreadyExists, OutcomeUnknown, TargetError, TargetRejected, TargetUnavailable
from recon.money import plain
from recon.store.outbox import OutboxRow
from recon.store.outbox_moves import Outcome
from recon.store.store import Store
from recon.targets.base import Confirmation, Target
from recon.upload.documents import DocumentOf
from recon.upload.lookup import Lookups, outcome_of

WITHOUT_OWN_ID = ("payment", "void", "expense_payment")
"""Kinds for which a ledger may give no id of its own."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one document."""

    row: OutboxRow
    was_sent: bool = False
    unavailable: TargetUnavailable | None = None
    """Set where nothing was accepted and the document waits in the queue again."""


class Sender:
    """Takes one queued document through one attempt."""

    def __init__(
        self,
        store: Store,
        target: Target,
        document_of: DocumentOf,
        lookups: Lookups,
        crash: CrashPoints,
    ) -> None:
        self._store = store
        self._target = target
        self._document_of = document_of
        self._lookups = lookups
        self._crash = crash

    def skip(self, row: OutboxRow) -> Sent:
        """Settle a document that is never sent, because what it depends on was refused or taken back."""
        words = (
            f"Not sent: {row.depends_on or row.applies_to_key}, which it depends on, is not in the ledger. Plan again."
        )
        return Sent(self._store.moves.finish(row, Outcome(state="skipped", code="dependency", words=words)))

    def send(self, row: OutboxRow) -> Sent:
        """Send one document, once, and write down what the answer proves."""
        moves = self._store.moves
        document = self._document_of(row)
        looks_first = row.look_first or row.kind in self._target.capabilities.look_first
        if looks_first or row.sends >= MAX_SENDS:
            settled = self._before_sending(row, document)
            if settled is not None:
                return settled
        try:
            objections = self._target.check(document)
            if objections:
                words = "; ".join(f"{objection.text} {objection.remedy}".strip() for objection in objections)
                return Sent(
                    moves.finish(row, Outcome(state="refused", code="checked-here", words=f"Not sent: {words}"))
                )
            digest = hashlib.sha256(self._target.payload(document)).hexdigest()
        except TargetRejected as error:
            return Sent(moves.finish(row, _outcome("refused", error)))
        except TargetUnavailable as error:  # a ledger may have to be asked for what a check compares with
            return Sent(row, unavailable=error)
        if row.payload_digest not in (None, digest):
            words = (
                "The body to be sent differs from the one sent before under the same number (a new version of recon, or "
                "changed ledger settings). Look in the ledger which one it holds, then decide."
            )
            return Sent(moves.finish(row, Outcome(state="needs_person", code="body-changed", words=words)))
        row = moves.start(row, digest)
        self._crash.reach("send.before")
        outcome, unavailable = self._attempt(row, document)
        self._crash.reach("send.after")
        return Sent(moves.finish(row, outcome), was_sent=True, unavailable=unavailable)

    def _before_sending(self, row: OutboxRow, document: Document) -> Sent | None:
        """Look first where the store asks for it; stop at the third send. None: go on and send."""
        moves = self._store.moves
        if row.sends >= MAX_SENDS:
            words = f"Sent {row.sends} times already. Check the ledger by hand, then say what you found."
            return Sent(moves.finish(row, Outcome(state="needs_person", code="sends-used-up", words=words)))
        if not self._target.capabilities.can_find(row.kind):
            words = "This store was restored or copied, and the ledger cannot be searched by our number. Check by hand."
            return Sent(moves.finish(row, Outcome(state="needs_person", code="not-searchable", words=words)))
        found = self._lookups.find(document)
        if isinstance(found, TargetError):
            failed = found if isinstance(found, TargetUnavailable) else TargetUnavailable(str(found))
            return Sent(row, unavailable=failed)
        return None if found.state == "absent" else Sent(moves.finish(row, outcome_of(row, found)))

    def _attempt(self, row: OutboxRow, document: Document) -> tuple[Outcome, TargetUnavailable | None]:
        """Send, and return what the answer proves."""
        try:
            confirmation = self._target.send(document)
        except TargetUnavailable as error:
            return replace(_outcome("queued", error), result="unavailable", arrived=False), error
        except TargetRejected as error:
            return self._refused(row, document, error), None
        except AlreadyExists as error:
            return self._exists(row, document, error), None
        except OutcomeUnknown as error:
            return self._unknown(row, error), None
        except Exception as error:  # noqa: BLE001 - bytes may have gone out: whatever it was, only a look-up can tell
            return self._unknown(row, OutcomeUnknown(f"{type(error).__name__} while sending", code="defect")), None
        return self._confirmed(row, confirmation), None

    def _confirmed(self, row: OutboxRow, confirmation: Confirmation) -> Outcome:
        """Believe a yes only if it is complete: an id, our own number, our total."""
        number = confirmation.ledger_number or row.number or ""
        if self._target.capabilities.is_file:
            words = (
                confirmation.words
                or "Written into an import file. Take it in, then `recon upload BATCH --confirm-taken LIST`."
            )
            return Outcome(
                state="needs_person", result="written", ledger_number=number or None, code="in-a-file", words=words
            )
        if not confirmation.ledger_id and row.kind not in WITHOUT_OWN_ID:
            return self._unknown(row, OutcomeUnknown("The ledger said yes but gave no id.", code="no-id"))
        numbered = row.kind not in WITHOUT_OWN_ID and self._target.capabilities.names_number(row.kind)
        if row.number and number != row.number and numbered:
            return self._unknown(
                row, OutcomeUnknown(f"The ledger answered for {number}, not {row.number}.", code="other-number")
            )
        if confirmation.total_minor not in (None, row.total_minor) and row.kind not in WITHOUT_OWN_ID:
            words = (
                f"The ledger took {number} with another total: {plain(confirmation.total_minor or 0)} instead of "
                f"{plain(row.total_minor)}. Correct it there, then say so."
            )
            return Outcome(state="conflict", result="posted", ledger_number=number, code="total-differs", words=words)
        return Outcome(
            state="posted",
            result="posted",
            ledger_id=confirmation.ledger_id,
            ledger_number=number,
            words=confirmation.words,
        )

    def _refused(self, row: OutboxRow, document: Document, error: TargetRejected) -> Outcome:
        """Believe a no, unless an earlier attempt got no clear answer: a ledger that shows late may hold that one."""
        final = replace(_outcome("refused", error), result="refused")
        if row.sends <= 1 or not self._target.capabilities.can_find(row.kind):
            return final
        found = self._lookups.find(document)
        if not isinstance(found, TargetError) and found.state != "absent":
            return replace(outcome_of(row, found), result="refused")
        words = (
            f"The ledger refuses it now ({final.words}), but an earlier attempt got no clear answer and may have been "
            "taken. Look for it in the ledger by hand, then say what you found."
        )
        return replace(final, state="needs_person", words=words)

    def _exists(self, row: OutboxRow, document: Document, error: AlreadyExists) -> Outcome:
        """Something stands under our number: look at it and compare; never overwrite."""
        found = self._lookups.find(document)
        if isinstance(found, TargetError) or found.state == "absent":
            return replace(self._unknown(row, error), result="exists")
        return replace(outcome_of(row, found), result="exists")

    def _unknown(self, row: OutboxRow, error: TargetError) -> Outcome:
        """Wait for a look-up; a ledger that cannot be searched leaves it to a person."""
        if not self._target.capabilities.can_find(row.kind):
            words = f"It is not known whether the ledger took {row.number or row.document_key}: {error}. Look there by hand."
            return Outcome(state="needs_person", result="unknown", code=error.code or "not-searchable", words=words)
        return replace(_outcome("unknown", error), result="unknown", next_lookup_at=self._lookups.next_at())


def _outcome(state: str, error: TargetError) -> Outcome:
    """Return an outcome that carries the ledger's own words."""
    return Outcome(state=state, code=error.code, words=error.words or str(error))
