"""Between the program that asks and the Web Connector that comes: one message set at a time, written down before it goes out.

The program's threads wait here; the Web Connector's calls come in on others. The order of what is handed out never changes:
first what became of a set whose answer was lost, then the program's own, then what tidies up behind settled sets.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from recon.errors import StoreError, TargetError, TargetUnavailable
from recon.ports import Clock
from recon.targets.base import OTHER_COMPANY
from recon.targets.quickbooks.desk import CompanyFile, Recovered
from recon.targets.quickbooks.endpoint.journal import Journal
from recon.targets.quickbooks.endpoint.session import (
    NO_OP,
    Asked,
    Out,
    Session,
    What,
    company_name,
    company_of,
    folded,
    lost,
    misfit,
    stored_answer,
    unlike,
)
from recon.targets.quickbooks.qbxml.problems import MalformedAnswer
from recon.targets.quickbooks.qbxml.status import Verdict, hresult
from recon.targets.quickbooks.qbxml.write import message_set, request
from recon.text import show

PRESS: Final = (
    "Waiting for the QuickBooks Web Connector. Open QuickBooks with the company file, open the Web Connector, tick recon and press"
    " Update Selected; it also comes by itself where Auto-Run is ticked."
)
_LOOK_SECONDS: Final = 0.2
"""How often a wait looks at the clock."""
_WORDS_MAX: Final = 300


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


class Dispatch:
    """What is waiting, what is out, and who is there."""

    def __init__(
        self, journal: Journal, clock: Clock, times: Times, *, company_file: str = "", stands: bool = True,
        on_wait: Callable[[str], None] | None = None,
    ) -> None:  # fmt: skip
        self.journal = journal
        self.times = times
        self._clock = clock
        self._company_file = company_file
        self._on_wait = on_wait
        self._changed = threading.Condition()
        self._queue: list[Asked] = []
        self._session: Session | None = None
        self._workers = 1 if stands else 0
        """How many programs may still want something."""
        self._is_closing = False

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

    def close(self) -> None:
        """End the visit in good order, as far as the Web Connector asks in time."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
            deadline = self._clock.monotonic() + self.times.leave
            while self._session is not None and not self._session.stopped and self._clock.monotonic() < deadline:
                self._changed.wait(_LOOK_SECONDS)
            if self._session is not None:
                self._lose(self._session, "recon ended before QuickBooks' answer came.", "no-answer")

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
        while not is_over():
            self._expire()
            if is_over():
                return
            is_out = asked is not None and asked.is_out
            if asked is not None and not is_out and not asked.is_wanted():
                raise _nothing_out("Whoever asked is gone. Nothing was handed out.")
            if not is_out and self._is_closing:
                raise _nothing_out("The endpoint for the Web Connector is being closed. Nothing was handed out.")
            if self._session is not None and self._session.stopped and not is_out:
                raise _nothing_out(self._session.stopped)
            if not is_out and self._clock.monotonic() >= deadline:
                raise _nothing_out(self._nobody_came(seconds))
            if self._session is None and not is_out and not has_said:
                has_said = True
                if self._on_wait is not None:
                    self._on_wait(PRESS)
            self._changed.wait(_LOOK_SECONDS)

    def _nobody_came(self, seconds: float) -> str:
        minutes = f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"
        return (
            f"The Web Connector did not come for this within {minutes}. Nothing was handed out. Open QuickBooks with the company file"
            " and the Web Connector, tick recon, then run this again and update there. First time: recon qbwc file."
        )

    # --- the Web Connector's side

    def begin(self) -> tuple[str, str]:
        """Begin a visit; returns its ticket and a word: empty, ``none`` (nothing to do) or ``busy``."""
        with self._changed:
            self._expire()
            if self._session is not None and not self._session.stopped:
                self.note("busy: another visit is not over yet")
                return "", "busy"
            if not self._has_work():
                return "", "none"
            self._session = Session(seen=self._clock.monotonic())
            self.note("the Web Connector came")
            return self._session.ticket, self._company_file

    def next_text(self, ticket: str, said: Sequence[str], is_there: Callable[[], bool] = lambda: True) -> str:
        """Return the next message set; empty: ask getLastError.

        ``said``: first message of the visit, company file, country, major and minor version.
        """
        with self._changed:
            session = self._live(ticket)
            if session is None or session.stopped:
                return ""
            session.turn += 1
            turn = session.turn
            if session.company is None and not self._meet(session, said):
                return ""
            if not self._is_same(session, said[1]):
                return ""
            if session.out is not None:
                self._lose(session, "The Web Connector asked for more without bringing the answer.", "no-answer")
            deadline = self._clock.monotonic() + self.times.hold
            while self._session is session and session.turn == turn and not session.stopped and is_there():
                out = self._next(session)
                if out is not None:
                    return out.text
                if self._clock.monotonic() >= deadline:
                    break
                self._changed.wait(_LOOK_SECONDS)
                session.seen = self._clock.monotonic()
            return ""

    def take_answer(self, ticket: str, response: str, code: str, message: str) -> int:
        """Take what QuickBooks answered; returns how far the visit is, 100 at its end, -1: ask getLastError."""
        with self._changed:
            session = self._live(ticket)
            if session is None:
                self.note("ignored: an answer for a visit that is over")
                return -1
            if session.out is None:
                self.note("ignored: an answer nobody waits for")
                return -1 if session.stopped else session.percent()
            if code.strip() or not response.strip():
                return self._failed(session, code, message)
            try:
                strange = unlike(session.out, response)
                if strange:
                    self.note(f"ignored: {strange}")
                    return session.percent()
                return self._answered(session, session.out, response)
            except MalformedAnswer as error:
                self._stop(session, str(error), error.code)
            except StoreError as error:
                self._stop(session, str(error), "")
            return -1

    def unreachable(self, ticket: str, code: str, message: str) -> None:
        """Take note that the Web Connector does not get at QuickBooks."""
        with self._changed:
            session = self._live(ticket)
            if session is not None:
                self._stop(session, _trouble(code, message), code.strip())

    def last_error(self, ticket: str) -> str:
        """Return what the Web Connector shall show, or that it shall ask again."""
        with self._changed:
            session = self._live(ticket)
            if session is None:
                return "This visit is over. Press Update Selected to begin another one."
            return session.stopped or NO_OP

    def end(self, ticket: str) -> str:
        """End a visit; returns what the Web Connector shows."""
        with self._changed:
            session = self._live(ticket)
            if session is None:
                return "OK"
            if session.out is not None:
                self._lose(session, "The Web Connector closed the connection without bringing the answer.", "no-answer")
            self.note(f"the visit ended; {session.answered} answers")
            self._session = None
            self._changed.notify_all()
            return session.stopped or f"OK. recon: {session.answered} answers."

    # --- within the lock

    def _live(self, ticket: str) -> Session | None:
        self._expire()
        session = self._session
        if session is None or not session.has(ticket):
            return None
        session.seen = self._clock.monotonic()
        return session

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

    def _has_work(self) -> bool:
        if self._is_closing:
            return False
        return self._workers > 0 or bool(self._queue) or self.journal.unresolved() is not None

    def _meet(self, session: Session, said: Sequence[str]) -> bool:
        """Learn which company file this is; False: it gets nothing from us."""
        facts, path, country, *versions = said
        company = company_of(path, country, versions, facts)
        journal = self.journal
        bound, bound_name = journal.fact("company-file"), journal.fact("company-name")
        wrong = misfit(company, wanted=self._company_file, bound=bound, bound_name=bound_name)
        if wrong:
            self._stop(session, wrong, OTHER_COMPANY)
            return False
        name = company_name(facts)
        if (not bound and path.strip()) or (name and not bound_name):
            journal.keep_facts(**{"company-file": bound or path.strip(), "company-name": bound_name or name})
        session.company = company
        self._changed.notify_all()
        return True

    def _is_same(self, session: Session, path: str) -> bool:
        """Return whether the file of the visit is still open; a person may open another one meanwhile (F42)."""
        assert session.company is not None
        if not path.strip() or folded(path) == folded(session.company.path):
            return True
        words = (
            f"{show(path, limit=200)} is open in QuickBooks now, and {show(session.company.path, limit=200)} was before. Nothing more"
            " was handed out. Open the right file, then press Update Selected, and look whether the other file holds anything of recon."
        )
        self._stop(session, words, OTHER_COMPANY)
        return False

    def _next(self, session: Session) -> Out | None:
        """Hand the next set out, written down first; None: there is nothing."""
        unresolved = self.journal.unresolved()
        if unresolved is not None:
            set_id = unresolved.set_id
            text = message_set((), set_id=set_id, old_set_id=set_id)
            session.out = Out(What.RECOVER, text, set_id)
            return session.out
        self._drop_unwanted()
        to_clear = self.journal.to_clear()
        if self._queue:
            session.out = self._hand(session, self._queue[0])
        elif to_clear:
            session.out = Out(What.CLEAR, message_set((), old_set_id=to_clear), to_clear)
        elif not self._has_work():
            session.out = Out(What.FAREWELL, message_set([request("HostQuery", {}, request_id="1")]))
        return session.out

    def _drop_unwanted(self) -> None:
        for asked in [one for one in self._queue if not one.is_wanted()]:
            self._finish(asked, error=_nothing_out("Whoever asked is gone. Nothing was handed out."))

    def _hand(self, session: Session, asked: Asked) -> Out | None:
        if asked.set_id:
            try:
                self.journal.hand(asked.set_id, asked.about, asked.text)
            except StoreError as error:
                self._finish(asked, error=_nothing_out(str(error)))
                self._stop(session, str(error), "")
                return None
        asked.is_out = True
        return Out(What.ASKED, asked.text, asked.set_id, asked)

    def _answered(self, session: Session, out: Out, response: str) -> int:
        """Write an answer down, then pass it on."""
        if out.what is What.RECOVER:
            kept = stored_answer(out, response)
            self.journal.settle(out.set_id, "not-processed" if kept is None else "recovered", kept)
            self.note(f"set {out.set_id}: {'QuickBooks keeps no answer' if kept is None else 'answer recovered'}")
        elif out.what is What.CLEAR:
            self.journal.clear(out.set_id)
        elif out.asked is not None:
            if out.set_id:
                self.journal.settle(out.set_id, "answered", response)
            self._finish(out.asked, answer=response)
        session.out = None
        session.answered += 1
        self._changed.notify_all()
        is_over = not self._has_work() and not self._queue and not self.journal.to_clear()
        return 100 if is_over else session.percent()

    def _failed(self, session: Session, code: str, message: str) -> int:
        """QuickBooks gave no answer: what was out may have been done all the same."""
        out = session.out
        assert out is not None
        if out.what is What.CLEAR:
            self.journal.clear(out.set_id)  # tidying up is tried once
        self._stop(session, _trouble(code, message), code.strip())
        return -1

    def _stop(self, session: Session, words: str, code: str) -> None:
        """Hand nothing more out in this visit, and tell everybody who waits why."""
        if session.out is not None:
            self._lose(session, words, code)
        session.stopped = words
        self.note(f"stopped: {show(words, limit=_WORDS_MAX)}")
        for asked in list(self._queue):
            self._finish(asked, error=_nothing_out(words, code))
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


def _nothing_out(words: str, code: str = "") -> TargetUnavailable:
    return TargetUnavailable(words, code=code, stops_batch=True)


def _trouble(code: str, message: str) -> str:
    """Return what an hresult of the Web Connector means, with its own words."""
    meant = hresult(code, message)
    own = " ".join(part for part in (show(code.strip(), limit=20), show(message.strip(), limit=_WORDS_MAX)) if part)
    if not own:
        return "The Web Connector brought no answer from QuickBooks. Look whether QuickBooks shows a question, then press Update Selected."
    hint = "" if meant.verdict is Verdict.STOP else " Close open dialogs in QuickBooks first."
    return f"{meant.words}{hint} (Web Connector: {own})"
