"""Counts of a run, kept up as it goes, so that no line of progress costs a question to the store."""

from __future__ import annotations

from collections import deque

from recon.domain.outbox import SETTLED, WITH_PERSON
from recon.ports import Clock
from recon.store.outbox import OutboxRow
from recon.store.store import Store
from recon.upload.estimate import STEPS_KEPT, seconds_left, step_seconds
from recon.upload.report import Ending, OnProgress, Progress, UploadReport


class RunCount:
    """Where the batch stands, and what this run added."""

    def __init__(self, clock: Clock, on_progress: OnProgress | None) -> None:
        self._clock = clock
        self._on_progress = on_progress
        self._started = self._last = clock.monotonic()
        self._steps: deque[float] = deque(maxlen=STEPS_KEPT)
        """Seconds from one settled document to the next."""
        self.of = self.settled = self.posted = self.posted_minor = self.refused = 0
        self.unknown = self.with_person = 0
        self.sent = self.run_posted = self.run_adopted = self.run_refused = self.run_settled = 0

    @property
    def done(self) -> int:
        """Documents that are settled or wait for a person."""
        return self.settled + self.with_person

    def begin(self, store: Store, batch_id: str) -> None:
        """Take the batch's counts from the store once."""
        self._started = self._last = self._clock.monotonic()
        for state, tally in store.outbox.counts(batch_id).items():
            self.of += tally.count
            self.settled += tally.count if state in SETTLED else 0
            self.with_person += tally.count if state in WITH_PERSON else 0
            self.refused += tally.count if state == "refused" else 0
            self.unknown += tally.count if state == "unknown" else 0
            if state == "posted":
                self.posted, self.posted_minor = tally.count, tally.total_minor

    def settle(self, row: OutboxRow) -> None:
        """Count a document that needs nothing more, or a person."""
        self.run_settled += 1
        now = self._clock.monotonic()
        self._steps.append(now - self._last)
        self._last = now
        if row.state in WITH_PERSON:
            self.with_person += 1
            return
        self.settled += 1
        if row.state == "posted":
            self.posted += 1
            self.posted_minor += row.total_minor
            self.run_posted += 1
            self.run_adopted += row.code == "adopted"
        elif row.state == "refused":
            self.refused += 1
            self.run_refused += 1

    def tell(self, doing: str, row: OutboxRow | None = None, waiting_seconds: int = 0) -> None:
        """Say where the run stands."""
        if self._on_progress is None:
            return
        elapsed = self._clock.monotonic() - self._started
        step = step_seconds(self._steps)
        left = None if not step else seconds_left(self.of - self.done, step, waiting_seconds)
        self._on_progress(
            Progress(
                done=self.done,
                of=self.of,
                posted=self.posted,
                posted_minor=self.posted_minor,
                refused=self.refused,
                unknown=self.unknown,
                with_person=self.with_person,
                per_minute=int(60 * self.run_settled / elapsed) if elapsed > 0 else 0,
                seconds_left=left,
                doing=doing,
                waiting_seconds=waiting_seconds,
                number=(row.number or row.document_key) if row is not None else "",
            )
        )

    def report(self, store: Store, batch_id: str, ending: Ending, words: str) -> UploadReport:
        """Return how the run ended."""
        return UploadReport(
            batch_id=batch_id,
            ending=ending,
            words=words,
            counts=store.outbox.counts(batch_id),
            sent=self.sent,
            posted=self.run_posted,
            adopted=self.run_adopted,
            refused=self.run_refused,
            unknown=self.unknown,
            seconds=int(self._clock.monotonic() - self._started),
        )
