"""Puts the sheets of posted documents on them: a durable step of its own, which never changes what became of a document.

The intent is noted first. What has no clear answer is looked up before anything is put there again; where the ledger
replaces what we put, it is put again. A refusal of one document keeps none of the others from having theirs.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from recon.crash import NO_CRASH, CrashPoints
from recon.domain.document import Document
from recon.errors import OutcomeUnknown, TargetError, TargetUnavailable
from recon.store.attachments import Attachment, Attachments
from recon.store.moments import moment
from recon.store.outbox import OutboxRow
from recon.store.store import Store
from recon.targets.attaching import AttachedFile, Attaching, Room
from recon.upload.pacing import UNKNOWN_IN_A_ROW, bounded_wait, too_long, wait_for

FileOf = Callable[[OutboxRow], AttachedFile]
"""Makes the file of a row; the same row always makes the same bytes."""
TRIES: Final = 3
"""How often one file is tried in a run, where the ledger asks to wait."""
_HOLDS: Final = (
    "The voucher was posted before its Z report was attached, and holds other documentation, which is not replaced."
)
_GONE: Final = "The voucher is not there any more, so nothing was attached."


@dataclass(slots=True)
class AttachReport:
    """What one run did."""

    attached: int = 0
    words: str = ""
    """Why it stopped before the end; empty: it did not."""
    failed: dict[int, str] = field(default_factory=dict)
    """Row of the outbox to why its file is not there."""


class Attacher:
    """One run over documents that stand in the ledger."""

    def __init__(
        self,
        store: Store,
        attaching: Attaching,
        *,
        document_of: Callable[[OutboxRow], Document],
        file_of: FileOf,
        grace_seconds: int,
        tell: Callable[[str], None] = lambda _: None,
        crash: CrashPoints = NO_CRASH,
        stop: threading.Event | None = None,
    ) -> None:
        self._notes = Attachments(store.database, store.events)
        self._attaching = attaching
        self._document_of = document_of
        self._file_of = file_of
        self._grace = grace_seconds
        self._clock = store.clock
        self._tell = tell
        self._crash = crash
        self._stop = stop or threading.Event()

    def run(self, rows: Sequence[OutboxRow]) -> AttachReport:
        """Attach what is missing on these documents; it never raises for what the ledger says."""
        report, unclear, known = AttachReport(), 0, self._notes.all()
        for at, row in enumerate(rows, 1):
            before = known.get(row.id)
            if before is not None and before.state == "attached":
                continue
            if self._stop.is_set():
                report.words = "Stopped as asked; the rest is attached by the next upload."
                break
            self._tell(f"attaching {at:,} of {len(rows):,}: {row.number or row.document_key}")
            try:
                words = self._one(row, before)
            except TargetUnavailable as error:
                report.failed[row.id] = report.words = str(error)
                break
            except OutcomeUnknown as error:
                report.failed[row.id], unclear = str(error), unclear + 1
                if unclear >= UNKNOWN_IN_A_ROW:
                    report.words = f"{unclear} files in a row got no clear answer. Run it again later: it looks first."
                    break
                continue
            unclear = 0
            if words:
                report.failed[row.id] = words
            else:
                report.attached += 1
        return report

    def _one(self, row: OutboxRow, before: Attachment | None) -> str:
        """Attach one file, as often as the ledger asks to wait; return why it is not there, empty: it is."""
        for tried in range(1, TRIES + 1):
            try:
                return self._try(row, before)
            except TargetUnavailable as error:
                if error.stops_batch or tried == TRIES or too_long(error.retry_after_seconds):
                    raise
                wait = bounded_wait(error.retry_after_seconds, tried)
                if not wait_for(self._clock, wait, self._stop, lambda _: None):
                    raise
        raise AssertionError("the last try returns or raises")

    def _try(self, row: OutboxRow, before: Attachment | None) -> str:
        document, file = self._document_of(row), self._file_of(row)
        digest = hashlib.sha256(file.content).hexdigest()
        room = self._room(row, document, before)
        count = room.count
        if before is not None and _has_arrived(before, room):
            self._notes.note(row, "attached", name=before.name, digest=before.digest, count=count)
            return ""
        if room.state in {"holds", "gone"}:
            words = room.words or (_HOLDS if room.state == "holds" else _GONE)
            if before is None or before.words != words:
                self._notes.note(row, "refused", name=file.name, digest=digest, count=count, words=words)
            return words
        self._notes.note(row, "trying", name=file.name, digest=digest, count=count)
        self._crash.reach("attach.before")
        try:
            self._attaching.put(document, row.ledger_id or "", file, room)
        except OutcomeUnknown as error:
            self._notes.note(row, "unclear", name=file.name, digest=digest, count=count, words=str(error))
            raise
        except TargetUnavailable as error:
            self._notes.note(row, "put-off", name=file.name, digest=digest, count=count, words=str(error))
            raise
        except TargetError as error:
            self._notes.note(row, "refused", name=file.name, digest=digest, count=count, words=str(error))
            return str(error)
        self._crash.reach("attach.after")
        self._notes.note(row, "attached", name=file.name, digest=digest, count=count)
        return ""

    def _room(self, row: OutboxRow, document: Document, before: Attachment | None) -> Room:
        """Look what is there; what was tried last rests first, so that a list that lags has caught up."""
        room = self._attaching.room(document, row.ledger_id or "")
        if before is None or before.state not in {"trying", "unclear"} or room.state != "adds":
            return room
        if _has_arrived(before, room):
            return room
        rested = (self._clock.now() - moment(before.at)).total_seconds()
        if rested < self._grace:
            if not wait_for(self._clock, min(self._grace, self._grace - rested), self._stop, lambda _: None):
                raise TargetUnavailable("Stopped as asked; the rest is attached by the next upload.", stops_batch=True)
            return self._attaching.room(document, row.ledger_id or "")
        return room


def _has_arrived(before: Attachment, room: Room) -> bool:
    """Return whether a file of which nothing is known is there: a page more than before, or documentation where there was none."""
    return before.state in {"trying", "unclear"} and room.state in {"adds", "holds"} and room.count > before.count
