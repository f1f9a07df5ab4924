"""The program's side of the endpoint: it asks, waits for the Web Connector to come and for QuickBooks to answer.

The program's threads wait here; the Web Connector's calls come in on others (`dispatch`). Everything they share is behind one
lock, and every change wakes all who wait.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from recon.errors import StoreError, TargetError, TargetUnavailable
from recon.ports import Clock, Patience, for_ever
from recon.targets.quickbooks.desk import CompanyFile, Recovered
from recon.targets.quickbooks.endpoint.journal import Journal
from recon.targets.quickbooks.endpoint.session import Asked, Session, lost

PRESS: Final = (
    "Waiting for the QuickBooks Web Connector. Open QuickBooks with the company file, open the Web Connector, tick recon and press"
    " Update Selected; it also comes by itself where Auto-Run is ticked."
)
STOPPED: Final = "Stopped as asked, while the Web Connector was waited for. Nothing was handed out."
LOOK_SECONDS: Final = 0.2
"""How often a wait looks at the clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How long who waits for whom, in seconds."""

    wait: float
    """The program, for the Web Connector to come."""
    answer: float = 600.0
    """Everybody, for QuickBooks to answer what it was handed; long questions take minutes."""
    idle: float = 120.0
    """A visit in which the Web Connector says nothing, with nothing out."""
    hold: float = 10.0
    """The Web Connector, for the program to think, before it is told to ask again in a few seconds."""
    leave: float = 8.0
    """The program's end, for a visit to end in good order."""
    hurry: float = 0.3
    """The same, where a person wants the end now."""


class Waiting:
    """What is waiting, and who is there."""

    def __init__(
        self, journal: Journal, clock: Clock, times: Times, *, company_file: str = "", stands: bool = True,
        on_wait: Callable[[str], None] | None = None, patience: Patience = for_ever,
    ) -> None:  # fmt: skip
        self.journal = journal
        self.times = times
        self._clock = clock
        self._company_file = company_file
        self._on_wait = on_wait
        self._patience = patience
        self._in_a_hurry = False
        self._changed = threading.Condition()
        self._queue: list[Asked] = []
        self._session: Session | None = None
        self._workers = 1 if stands else 0
        """How many programs may still want something."""
        self._is_closing = False
        self._trouble = ""
        """Why the last visit was stopped, for the program that stands here: it asks no more before the next one begins."""
        self._stands = stands

    # --- the program's side

    def ask(
        self, text: str, *, set_id: str, about: Sequence[str], wait: float | None = None,
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> str:  # fmt: skip
        """Hand one message set over and return its answer; see `Desk.ask`."""
        asked = Asked(text=text, set_id=set_id, about=tuple(about), is_wanted=is_wanted)
        with self._changed:
            self._queue.append(asked)
            self._changed.notify_all()
            try:
                self._wait(lambda: asked.is_done, wait, asked)
            finally:
                if asked in self._queue:
                    self._queue.remove(asked)
        if asked.error is not None:
            raise asked.error
        assert asked.answer is not None
        return asked.answer

    def company_file(self, wait: float | None = None) -> CompanyFile:
        """Return the company file of the visit; see `Desk.company_file`."""
        with self._changed:
            self._wait(lambda: self._company() is not None, wait)
            found = self._company()
            assert found is not None
            return found

    def recovered(self, key: str, wait: float | None = None) -> Recovered | None:
        """Return what became of the last set about a key; see `Desk.recovered`."""
        with self._changed:
            unresolved = self.journal.unresolved()
            if unresolved is not None and key in unresolved.about:
                self._wait(lambda: self.journal.unresolved() is None, wait)
            return self.journal.last_about(key)

    def has_visit(self) -> bool:
        """Return whether the Web Connector is here."""
        with self._changed:
            return self._company() is not None

    def join(self) -> None:
        """One more program may want something: visits last until it leaves."""
        with self._changed:
            self._workers += 1

    def leave(self) -> None:
        """A program wants nothing more."""
        with self._changed:
            self._workers -= 1
            self._changed.notify_all()

    def drop(self, set_id: str) -> bool:
        """Take a question back; False: it was handed out, or there is none."""
        with self._changed:
            for asked in [one for one in self._queue if one.set_id == set_id and not one.is_out]:
                self._finish(asked, error=nothing_out(STOPPED, "stopped"))
                return True
            return False

    def hurry(self) -> None:
        """A person wants the end now: what was handed out is asked for at the next visit."""
        self._in_a_hurry = True

    def close(self) -> None:
        """End the visit in good order, as far as the Web Connector asks in time."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
            is_urgent = self._in_a_hurry or self._patience() is not None
            deadline = self._clock.monotonic() + (self.times.hurry if is_urgent else self.times.leave)
            while self._session is not None and not self._session.stopped and self._clock.monotonic() < deadline:
                self._changed.wait(LOOK_SECONDS)
            if self._session is not None:
                self._lose(self._session, "recon ended before QuickBooks' answer came.", "no-answer")
            with suppress(StoreError):  # told again at the next visit
                self.journal.write_settled()

    def _company(self) -> CompanyFile | None:
        session = self._session
        return session.company if session is not None and not session.stopped else None

    def _wait(self, is_over: Callable[[], bool], wait: float | None, asked: Asked | None = None) -> None:
        """Wait for the Web Connector; once a set is out, for QuickBooks.

        Raises:
            TargetUnavailable: Nobody came, or the visit was stopped; nothing of this was handed out.
        """
        seconds = self.times.wait if wait is None else wait
        deadline = self._clock.monotonic() + seconds
        has_said = False
        try:
            while not is_over():
                self._expire()
                if is_over():
                    return
                has_said = self._wait_a_moment(asked, deadline, seconds, has_said=has_said)
        finally:
            if has_said and self._on_wait is not None:
                self._on_wait("")

    def _wait_a_moment(self, asked: Asked | None, deadline: float, seconds: float, *, has_said: bool) -> bool:
        """Look whether it is worth while to wait on, and do so for a moment; returns whether it was said that we wait."""
        is_out = asked is not None and asked.is_out
        self._end_if_wished(asked, is_out=is_out)
        if asked is not None and not is_out and not asked.is_wanted():
            raise nothing_out("Whoever asked is gone. Nothing was handed out.")
        if not is_out and self._is_closing:
            raise nothing_out("The endpoint for the Web Connector is being closed. Nothing was handed out.")
        trouble = self._trouble if self._session is None else self._session.stopped
        if trouble and not is_out:
            raise nothing_out(trouble)
        if not is_out and self._clock.monotonic() >= deadline:
            raise nothing_out(self._nobody_came(seconds))
        if self._session is None and not is_out and not has_said:
            has_said = True
            if self._on_wait is not None:
                self._on_wait(PRESS)
        self._changed.wait(LOOK_SECONDS)
        return has_said

    def _end_if_wished(self, asked: Asked | None, *, is_out: bool) -> None:
        """End the wait where a person wants that; what is out has a little time left, then nobody knows."""
        left = self._patience()
        if left is None:
            return
        if not is_out or asked is None:
            raise nothing_out(STOPPED, "stopped")
        now = self._clock.monotonic()
        asked.ends = min(asked.ends, now + left)
        if now >= asked.ends and self._session is not None:
            self._lose(self._session, "Stopped as asked, before QuickBooks answered.", "stopped")

    def _nobody_came(self, seconds: float) -> str:
        minutes = f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"
        return (
            f"The Web Connector did not come for this within {minutes}. Nothing was handed out. Open QuickBooks with the company file"
            " and the Web Connector, tick recon, then run this again and update there. First time: `recon qbwc file`."
        )

    # --- within the lock

    def _expire(self) -> None:
        """End a visit in which nothing was said for too long."""
        session = self._session
        if session is None:
            return
        limit = self.times.idle if session.out is None else self.times.answer
        if self._clock.monotonic() - session.seen < limit:
            return
        if session.out is not None:
            self._lose(session, "QuickBooks did not answer in time.", "no-answer")
        self.note("the visit ended: nothing was heard any more")
        self._session = None
        self._changed.notify_all()

    def _lose(self, session: Session, words: str, code: str) -> None:
        """What was out has no answer and will have none."""
        out, session.out = session.out, None
        if out is not None and out.asked is not None:
            self._finish(out.asked, error=lost(words, code))
            self.note("an answer was lost" + (f": set {out.set_id} is unresolved" if out.set_id else ""))

    def note(self, words: str) -> None:
        """Keep a line for whoever asks later; what is under way never depends on it."""
        with suppress(StoreError):
            self.journal.note(words)

    def _finish(self, asked: Asked, *, answer: str | None = None, error: TargetError | None = None) -> None:
        if not asked.is_done:
            asked.answer, asked.error = answer, error
        if asked in self._queue:
            self._queue.remove(asked)
        self._changed.notify_all()


def nothing_out(words: str, code: str = "") -> TargetUnavailable:
    """Return the error for what was never handed out; no other document fares better."""
    return TargetUnavailable(words, code=code, stops_batch=True)
