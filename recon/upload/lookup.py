"""Look-ups: the only way out of *unknown*.

"Not there" is believed only if the same search shows a document posted before (the canary), and only twice, a grace
time apart: a ledger may show late what it took early, and take late what we sent early.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Literal

from recon.domain.document import Document
from recon.domain.outbox import MAX_SENDS
from recon.errors import ReconError, TargetError
from recon.store.moments import moment, stamp
from recon.store.outbox import OutboxRow
from recon.store.outbox_moves import Outcome
from recon.store.store import Store
from recon.targets.base import Found, Target
from recon.upload.documents import DocumentOf

PRODUCT: Final = "product"
"""Kind of a line that creates a product; another product is what shows how late the ledger's list is."""
ABSENCES_NEEDED: Final = 2
MAX_LOOKUPS: Final = 10
"""Look-ups that settle nothing after which a person is asked."""

NOT_SEARCHABLE: Final = "not-searchable"
"""Code of a ledger's answer that can prove a document is there, but not that it is not."""

FAILED_RETRY_SECONDS: Final = 15
"""When a look-up that got no answer is tried again."""

LONGEST_MARGIN_SECONDS: Final = 15 * 60
"""A canary that is older than this beside our document proves too little."""


@dataclass(frozen=True, slots=True)
class Canary:
    """A document that was confirmed before, and whether the ledger shows it now."""

    state: Literal["seen", "hidden", "none", "failed"]
    sent_at: str | None = None
    """When it was sent; None: found by a look-up itself, so nobody knows since when it is there."""


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What a look-up showed: where the document goes, or that it rests further."""

    row: OutboxRow
    """As it stands now."""
    result: Literal["settled", "resting", "requeued", "failed"]
    """failed: the look-up itself got no answer."""
    words: str = ""


class Lookups:
    """Looks documents up and writes down what was found."""

    def __init__(self, store: Store, target: Target, document_of: DocumentOf, *, grace_seconds: int) -> None:
        self._store = store
        self._target = target
        self._document_of = document_of
        self.grace_seconds = grace_seconds

    def longest_rest_seconds(self, kind: str) -> int:
        """Longest time between two look-ups of a document of this kind; a clock that jumped cannot stretch it."""
        return self.grace_seconds + (0 if self._target.capabilities.refuses_twice(kind) else LONGEST_MARGIN_SECONDS)

    def next_at(self) -> dt.datetime:
        """Return when a look-up may be believed: a grace time from now."""
        return self._store.clock.now() + dt.timedelta(seconds=self.grace_seconds)

    def look_up(self, rows: Sequence[OutboxRow]) -> list[LookedUp]:
        """Look several documents up, as many at a time as the ledger allows, and settle each."""
        documents = [self._document_of(row) for row in rows]
        workers = min(len(rows), max(1, self._target.capabilities.reads_in_parallel))
        if workers == 1:
            found = [self.find(document) for document in documents]
        else:
            with ThreadPoolExecutor(workers) as pool:
                found = list(pool.map(self.find, documents))
        canary: dict[str, Canary] = {}
        return [self._settle(row, answer, canary) for row, answer in zip(rows, found, strict=True)]

    def find(self, document: Document) -> Found | TargetError:
        """Look one document up; an error of the ledger is an answer too."""
        try:
            return self._target.find(document)
        except TargetError as error:
            return error

    def _settle(self, row: OutboxRow, found: Found | TargetError, canary: dict[str, Canary]) -> LookedUp:
        """Write down what one look-up showed."""
        if isinstance(found, TargetError):
            if found.code == NOT_SEARCHABLE:
                return LookedUp(
                    self._store.moves.finish(row, Outcome(state="needs_person", code=found.code, words=str(found))),
                    "settled",
                )
            return self._failed(row, f"The look-up got no answer: {found}")
        if found.state != "absent":
            return LookedUp(self._store.moves.finish(row, outcome_of(row, found)), "settled")
        if found.is_certain:
            return self._absent(row, "The ledger says that it never took it: it will be sent again.")
        place = f"{row.batch_id}/{self._kind_of_canary(row)}"
        if place not in canary:
            canary[place] = self.canary(row)
        seen = canary[place]
        if seen.state == "failed":
            return self._failed(row, "Not there, but the ledger did not answer when asked for a document it confirmed.")
        margin = self._margin_seconds(row, seen)
        if margin is not None and row.absences + 1 >= ABSENCES_NEEDED:
            return self._absent(row, "Looked up twice, a grace time apart, and not there: it will be sent again.")
        return self._rest(row, margin)

    def _margin_seconds(self, row: OutboxRow, seen: Canary) -> int | None:
        """Return how much longer than a grace time the next look-up waits; None: this absence proves nothing.

        A canary sent at t0 that is seen now bounds how long the ledger hides what it took: now - t0. Our document was
        sent at t1 and taken a grace time later at the latest. If it is absent a grace time after the canary was seen
        first, plus t1 - t0 where the canary is the older one, it was never taken. A ledger that refuses a second
        document under our number needs no such margin.
        """
        if seen.state == "hidden":
            return None
        if self._target.capabilities.refuses_twice(row.kind):
            return 0
        if seen.sent_at is None:
            return None
        margin = max(0, int((moment(self._sent_at(row)) - moment(seen.sent_at)).total_seconds()) + 1)
        return margin if margin <= LONGEST_MARGIN_SECONDS else None

    def _sent_at(self, row: OutboxRow) -> str:
        """Return when the last attempt began."""
        attempts = self._store.outbox.attempts(row.id)
        return attempts[-1].started_at if attempts else row.updated_at or stamp(self._store.clock.now())

    def _rest(self, row: OutboxRow, margin: int | None) -> LookedUp:
        """Let a document rest for another grace time; after many look-ups a person decides."""
        moves = self._store.moves
        if row.lookups + 1 >= MAX_LOOKUPS:
            words = (
                f"{MAX_LOOKUPS} look-ups settled nothing: the ledger does not show documents it confirmed before, or there "
                "is none to compare with. Look for it in the ledger by hand, then say what you found."
            )
            return LookedUp(
                moves.finish(row, Outcome(state="needs_person", code="lookups-unclear", words=words)), "settled"
            )
        trusted = margin is not None
        words = "Not there yet." if trusted else "Not there, but the ledger may not show its newest documents yet."
        next_at = self.next_at() + dt.timedelta(seconds=margin or 0)
        row = moves.note_lookup(row, trusted_absence=trusted, next_lookup_at=next_at, words=words)
        return LookedUp(row, "resting", words)

    def _failed(self, row: OutboxRow, words: str) -> LookedUp:
        """Let a document rest whose look-up itself failed; that proves nothing and counts for nothing."""
        retry_at = self._store.clock.now() + dt.timedelta(seconds=min(FAILED_RETRY_SECONDS, self.grace_seconds))
        row = self._store.moves.note_lookup(
            row, trusted_absence=False, next_lookup_at=retry_at, words=words, counts=False
        )
        return LookedUp(row, "failed", words)

    def _absent(self, row: OutboxRow, words: str) -> LookedUp:
        """Put a document back that is certainly not there; after three sends a person decides."""
        moves = self._store.moves
        if row.sends >= MAX_SENDS:
            used_up = (
                f"Sent {row.sends} times without an answer, and the ledger does not show it. Check the ledger by hand."
            )
            return LookedUp(
                moves.finish(row, Outcome(state="needs_person", code="sends-used-up", words=used_up)), "settled"
            )
        return LookedUp(moves.finish(row, Outcome(state="queued", code="absent", words=words)), "requeued")

    def _kind_of_canary(self, row: OutboxRow) -> str | None:
        """Return the kind the canary has to be of; None: any document with a number of its own shows the same."""
        return row.kind if self._target.capabilities.found_in_list(row.kind) else None

    def canary(self, row: OutboxRow) -> Canary:
        """Ask for a document that the ledger confirmed before, of this batch if there is one."""
        outbox, kind = self._store.outbox, self._kind_of_canary(row)
        other = outbox.last_posted(row.company_no, batch_id=row.batch_id, kind=kind)
        other = other or outbox.last_posted(row.company_no, kind=kind)
        if other is None:
            return Canary("none")
        try:
            document = self._document_of(other)
        except (ReconError, OSError, LookupError):
            return Canary("hidden" if other.batch_id == row.batch_id else "none")
        found = self.find(document)
        if isinstance(found, TargetError):
            return Canary("failed")
        if found.state == "absent":
            return Canary("hidden")
        return Canary("seen", None if other.code == "adopted" else self._sent_at(other))


def _taken_over(found: Found) -> str:
    """Return what is said of a document that was found and taken for ours."""
    if not found.not_compared:
        return "Found in the ledger by its number, equal in every field, and taken over."
    return (
        "Found in the ledger by its number, equal in every field the ledger states, and taken over."
        f" Not compared, because the ledger does not state it: {', '.join(found.not_compared)}."
    )


def outcome_of(row: OutboxRow, found: Found) -> Outcome:
    """Return where a document goes that the ledger showed under our number."""
    if found.state == "equal":
        confirmation = found.confirmation
        ledger_id = confirmation.ledger_id if confirmation else ""
        ledger_number = confirmation.ledger_number if confirmation else ""
        if found.documents:
            ledger_id = ledger_id or found.documents[0].ledger_id
            ledger_number = ledger_number or found.documents[0].number
        return Outcome(
            state="posted",
            ledger_id=ledger_id,
            ledger_number=ledger_number or row.number or "",
            code="adopted",
            words="Found in the ledger by its mark and taken over; nothing was created a second time."
            if row.kind == PRODUCT
            else _taken_over(found),
            adopted=True,
        )
    held = ", ".join(document.number or document.ledger_id for document in found.documents)
    if found.state == "different":
        words = f"The ledger holds something else under {row.number or held}: {'; '.join(found.differences)}"
        return Outcome(state="conflict", code="number-used", words=words)
    if found.state == "twice":
        words = (
            f"The ledger holds {row.number or row.document_key} {len(found.documents)} times ({held}). Void one there."
        )
        return Outcome(state="duplicate", code="twice-in-ledger", words=words)
    words = f"The ledger holds {row.number or held}, but void. Decide whether it was voided on purpose."
    return Outcome(state="needs_person", code="voided-in-ledger", words=words)
