"""The uploader: carries out an approved batch, document by document, in the order of their numbers.

It stops at once for the wrong company, a stale approval, a changed store or a document found twice; it pauses when
the ledger does not answer as it should; it goes on past refusals. What is unknown from before comes first.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from recon.approve import check_approval
from recon.crash import NO_CRASH, CrashPoints
from recon.domain.outbox import SETTLED
from recon.errors import StaleApproval, WrongCompany
from recon.store.batches import Approval, Batch
from recon.store.moments import moment
from recon.store.outbox import OutboxRow
from recon.store.store import Store
from recon.targets.base import OTHER_COMPANY, Target
from recon.upload.company import require_company
from recon.upload.counting import RunCount
from recon.upload.documents import DocumentOf, completed
from recon.upload.guards import back_up, free_bytes_of, require_sound
from recon.upload.lookup import LookedUp, Lookups
from recon.upload.pacing import UNAVAILABLE_IN_A_ROW, UNKNOWN_IN_A_ROW, Pacer, too_long, wait_for
from recon.upload.queue import Queue
from recon.upload.report import Ending, OnProgress, UploadReport
from recon.upload.sending import Sender, Sent

_TOGETHER_SECONDS: Final = 1


class Uploader:
    """One run over one batch; make a new one for the next."""

    def __init__(
        self,
        store: Store,
        target: Target,
        *,
        document_of: DocumentOf,
        on_progress: OnProgress | None = None,
        crash: CrashPoints = NO_CRASH,
        grace_seconds: int | None = None,
        free_bytes: Callable[[Path], int] | None = None,
    ) -> None:
        """Prepare a run.

        Args:
            store: Open for writing.
            target: The ledger.
            document_of: Gives the whole document of an outbox row, from the plan's frames.
            on_progress: Called after every document and every second of waiting.
            crash: Crash points, for tests.
            grace_seconds: How long an unclear send rests; None: as the ledger's capabilities say.
            free_bytes: Free space of a drive, for tests.
        """
        grace = target.capabilities.lookup_grace_seconds if grace_seconds is None else grace_seconds
        self._store = store
        self._target = target
        self._clock = store.clock
        self._free_bytes = free_bytes or free_bytes_of
        document_of = completed(store, document_of)
        self._lookups = Lookups(store, target, document_of, grace_seconds=grace)
        self._sender = Sender(store, target, document_of, self._lookups, crash)
        self._pacer = Pacer(self._clock)
        self._count = RunCount(self._clock, on_progress)
        self._queue = Queue(store, "")
        self._due: dict[int, float] = {}
        self._waits_first = False
        """A document is unknown from before; products and what the ledger numbers let the others go on, which may vouch for it."""
        self._failed_lookups = 0
        self._other_company = ""
        """Set when another company answered in the middle of the run."""
        self._stop = threading.Event()

    def run(
        self,
        batch_id: str,
        *,
        stop: threading.Event | None = None,
        limit: int | None = None,
        plan_digest: str | None = None,
        inputs_digest: str | None = None,
    ) -> UploadReport:
        """Carry out a batch as far as it goes; call it again to go on.

        ``stop`` ends the run after the document at hand. ``limit`` bounds the sends of this run. ``plan_digest`` and
        ``inputs_digest`` are what holds now (without what this batch itself posted); None: not compared.

        Raises:
            UsageError, NotApproved, StaleApproval: Nothing was sent; see `check_approval`.
            WrongCompany: Nothing was sent there, or nothing more: another company answers.
            StoreError: No room on the drive, a copied workspace, or a store that was edited by hand.
            TargetUnavailable: The ledger could not be asked who it is.
        """
        self._stop = stop or self._stop
        batch = self._store.batches.get(batch_id)
        if batch.state == "done":
            return self._count.report(self._store, batch.batch_id, "done", "Every document of this batch is settled.")
        self._store.require_own()
        stale: StaleApproval | None = None
        try:
            check_approval(self._store, batch_id=batch_id, plan_digest=plan_digest, inputs_digest=inputs_digest)
        except StaleApproval as error:
            stale = error
        approval = self._store.batches.approval(batch.batch_id)
        assert approval is not None, "a stale approval is still there"
        open_rows = self._store.outbox.unsettled("sending", "unknown", batch_id=batch.batch_id)
        if stale is not None and not open_rows:
            raise stale
        require_sound(self._store, batch, free_bytes=self._free_bytes)
        self._require_company(approval)
        self._begin(batch)
        ending, words = self._settle_unknown() if stale is not None else self._work(limit)
        report = self._end(batch, ending, words)
        if self._other_company:
            raise WrongCompany(self._other_company)
        if stale is not None:
            raise stale
        return report

    def _require_company(self, approval: Approval) -> None:
        """Ask the ledger who it is; another company than the approved one stops everything."""
        require_company(
            self._target.identify(),
            company_id=approval.company_id,
            known=self._store.catalog.verified(self._store.batches.get(approval.batch_id).connection),
            meant_for=f"Batch {approval.batch_id} was approved for",
        )

    def _begin(self, batch: Batch) -> None:
        """Back the store up, note the start, and turn what a crash left behind into unknowns."""
        back_up(self._store)
        self._store.batches.set_state(batch.batch_id, "uploading")
        self._store.moves.recover(self._lookups.next_at())
        self._count.begin(self._store, batch.batch_id)
        self._queue = Queue(self._store, batch.batch_id)
        now, mono = self._clock.now(), self._clock.monotonic()
        for row in self._store.outbox.unsettled("unknown", batch_id=batch.batch_id):
            self._due[row.id] = mono + self._rest_seconds(row, now)
            self._waits_first = self._waits_first or not self._target.capabilities.found_in_list(row.kind)

    def _rest_seconds(self, row: OutboxRow, now: dt.datetime) -> float:
        """Return how long an unknown of an earlier run still rests; a clock that jumped cannot shorten its grace."""
        if row.next_lookup_at is None:
            return float(self._lookups.grace_seconds)
        left = (moment(row.next_lookup_at) - now).total_seconds()
        return min(max(0.0, left), float(self._lookups.longest_rest_seconds(row.kind)))

    def _work(self, limit: int | None) -> tuple[Ending, str]:
        """Settle what is unknown, then send what is queued, until there is nothing more to do."""
        if self._due and self._waits_first:
            ending = self._settle_unknown()
            if ending[0] != "done":
                return ending
        while True:
            if self._stop.is_set():
                return "stopped", "Stopped as asked, after the document at hand. Run it again to go on."
            early = self._look_up_due()
            if early is not None:
                return early
            if limit is not None and self._count.sent >= limit:
                return "limit", f"{limit} documents were sent, as asked. Run it again to go on."
            row = self._queue.next_ready(self._give_up)
            if row is None:
                if not self._due:
                    return self._nothing_left()
                self._wait(self._seconds_to_look_up(), "waiting to look up")
                continue
            if self._pacer.wait_left > 0 and not self._wait(self._pacer.wait_left, "waiting as the ledger asked"):
                continue
            early = self._send(row)
            if early is not None:
                return early

    def _settle_unknown(self) -> tuple[Ending, str]:
        """Look up everything that is unknown, waiting out each grace time."""
        while self._due:
            if self._stop.is_set():
                return "stopped", "Stopped as asked. What is unknown is looked up first when you run it again."
            early = self._look_up_due()
            if early is not None:
                return early
            if self._due:
                self._wait(self._seconds_to_look_up(), "waiting to look up")
        return "done", ""

    def _send(self, row: OutboxRow) -> tuple[Ending, str] | None:
        """Send one document; return how the run ends if it does."""
        sent = self._sender.send(row)
        self._queue.sent(settled=sent.row.state not in {"queued", "unknown"})
        self._note(row, sent)
        error = sent.unavailable
        if error is not None:
            self._queue.back_to(sent.row)
            if error.stops_batch:
                self._other_company = str(error) if error.code == OTHER_COMPANY else ""
                return "stopped", f"The ledger takes nothing from us now: {error} Documents not sent stay queued."
            if too_long(error.retry_after_seconds):
                return "paused", (
                    f"The ledger asks to wait {error.retry_after_seconds} seconds, longer than recon waits by itself. "
                    "Run it again later."
                )
            self._pacer.unavailable(error.retry_after_seconds)
            if self._pacer.unavailable_in_a_row >= UNAVAILABLE_IN_A_ROW:
                return (
                    "paused",
                    f"The ledger could not be reached {UNAVAILABLE_IN_A_ROW} times in a row: {error} Run it again later.",
                )
        elif sent.row.state == "unknown" or (sent.row.state == "needs_person" and sent.row.code != "in-a-file"):
            self._pacer.unclear()
            if self._pacer.unknown_in_a_row >= UNKNOWN_IN_A_ROW:
                return "paused", (
                    f"{UNKNOWN_IN_A_ROW} documents in a row got no clear answer, so nothing else is sent. Run it again "
                    "later: it looks them up first and never sends twice."
                )
        elif sent.was_sent:
            self._pacer.answered()
        return _twice(sent.row)

    def _look_up_due(self) -> tuple[Ending, str] | None:
        """Look up what has rested long enough; return how the run ends if it does."""
        now = self._clock.monotonic()
        due = sorted(row_id for row_id, at in self._due.items() if at <= now)
        if not due:
            return None
        due = due[: max(1, self._target.capabilities.reads_in_parallel)]
        for looked_up in self._lookups.look_up([self._store.outbox.row(row_id) for row_id in due]):
            early = self._after_look_up(looked_up)
            if early is not None:
                return early
        return None

    def _after_look_up(self, looked_up: LookedUp) -> tuple[Ending, str] | None:
        row = looked_up.row
        if looked_up.result in {"resting", "failed"}:
            self._due[row.id] = self._clock.monotonic() + self._rest_seconds(row, self._clock.now())
            self._failed_lookups = self._failed_lookups + 1 if looked_up.result == "failed" else 0
            if self._failed_lookups >= UNAVAILABLE_IN_A_ROW:
                return "paused", f"{looked_up.words} Nothing is sent until it is known. Run it again later."
            return None
        self._failed_lookups = 0
        del self._due[row.id]
        self._count.unknown -= 1
        if looked_up.result == "requeued":
            self._queue.back_to(row)
        else:
            self._queue.settled()
            self._count.settle(row)
        self._count.tell("looking up", row)
        return _twice(row)

    def _give_up(self, row: OutboxRow) -> None:
        """Settle a document that can never be sent."""
        self._note(row, self._sender.skip(row))

    def _note(self, before: OutboxRow, sent: Sent) -> None:
        """Count what became of a document and tell about it."""
        row = sent.row
        self._count.sent += sent.was_sent
        if row.state == "unknown":
            self._due[row.id] = self._clock.monotonic() + self._lookups.grace_seconds
            self._count.unknown += 1
        elif row.state != "queued":
            self._count.settle(row)
        self._count.tell("sending", before)

    def _nothing_left(self) -> tuple[Ending, str]:
        if self._count.done >= self._count.of and not self._count.with_person:
            return "done", "Every document is settled."
        return "waiting", (
            f"{self._count.with_person} documents wait for a person's word, and "
            f"{self._count.of - self._count.done} for those before them. Everything else is settled. `recon settle` says "
            "that word; `recon status` names the exact command."
        )

    def _end(self, batch: Batch, ending: Ending, words: str) -> UploadReport:
        """Note how the run ended and return the report."""
        is_done = all(state in SETTLED for state in self._store.outbox.counts(batch.batch_id))
        if is_done:  # also where it was stopped, or met its limit, at the last document
            ending, words = "done", "Every document is settled."
        report = self._count.report(self._store, batch.batch_id, ending, words)
        facts = {"ending": ending, "sent": report.sent, "posted": report.posted, "adopted": report.adopted}
        with self._store.database.transaction("upload-ended"):
            if is_done:
                self._store.batches.set_state(batch.batch_id, "done")
            self._store.events.append("upload-ended", batch.batch_id, {**facts, "refused": report.refused})
        return report

    def _wait(self, seconds: float, doing: str) -> bool:
        return wait_for(self._clock, seconds, self._stop, lambda left: self._count.tell(doing, None, left))

    def _seconds_to_look_up(self) -> float:
        """Return how long to wait for the next look-up, and a little more, so that neighbours go together."""
        return max(0.0, min(self._due.values()) - self._clock.monotonic()) + _TOGETHER_SECONDS


def _twice(row: OutboxRow) -> tuple[Ending, str] | None:
    """A document that stands twice in the ledger stops the batch: something is wrong that we do not understand."""
    if row.state != "duplicate":
        return None
    return "stopped", f"{row.words} Nothing else was sent; settle this one first (`recon settle`)."
