"""The Web Connector's side of the endpoint: one message set at a time, written down before it goes out.

The order of what is handed out never changes: first what became of a set whose answer was lost, then the program's own, then
what tidies up behind settled sets. A set that changes data says in passing which answer QuickBooks may forget
(`oldMessageSetID`, as Intuit's own sample does); only where the program wants nothing, a set of its own says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from recon.errors import StoreError
from recon.targets.base import OTHER_COMPANY
from recon.targets.quickbooks.desk import folded
from recon.targets.quickbooks.endpoint.session import (
    NO_OP,
    Asked,
    Out,
    Session,
    What,
    clearing,
    company_name,
    company_of,
    is_kept,
    misfit,
    unlike,
)
from recon.targets.quickbooks.endpoint.waiting import LOOK_SECONDS, Waiting, nothing_out
from recon.targets.quickbooks.qbxml.problems import MalformedAnswer
from recon.targets.quickbooks.qbxml.read import Answers, read
from recon.targets.quickbooks.qbxml.status import Verdict, hresult, set_words
from recon.targets.quickbooks.qbxml.write import message_set, request
from recon.text import show

_WORDS_MAX: Final = 300


class Dispatch(Waiting):
    """What is out, and what comes back."""

    # --- the Web Connector's side

    def begin(self) -> tuple[str, str]:
        """Begin a visit; returns its ticket and a word: empty, ``none`` (nothing to do) or ``busy``.

        A Web Connector that comes again has lost its visit before: the new one takes its place. Only while QuickBooks may be
        carrying out a change it was handed, the new visit waits, because asking what became of it would come too early.
        """
        with self._changed:
            self._expire()
            former = self._session
            if former is not None and not former.stopped:
                if former.out is not None and former.out.what is What.ASKED and former.out.set_id:
                    self.note("busy: another visit is not over yet")
                    return "", "busy"
                self.note("the Web Connector came again; its visit before is over")
                self._lose(former, "The Web Connector came again without bringing the answer.", "no-answer")
                self._session = None
            if not self._has_work():
                return "", "none"
            self._session, self._trouble = Session(seen=self._clock.monotonic()), ""
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
                    session.is_calm = False
                    return out.text
                if self._clock.monotonic() >= deadline or session.stopped:
                    break
                if not self._changed.wait(LOOK_SECONDS):
                    self._rest(session)
                session.seen = self._clock.monotonic()
            self._rest(session)
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
                said = read(response)
                if trouble := set_words(said.set_status):
                    self.note(trouble)
                strange = unlike(session.out, said)
                if strange:
                    self.note(f"ignored: {strange}")
                    return session.percent()
                return self._answered(session, session.out, response, said)
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
        name = company_name(facts)
        wrong = misfit(company, name, wanted=self._company_file, bound=bound, bound_name=bound_name)
        if wrong:
            self._stop(session, wrong, OTHER_COMPANY)
            return False
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
        if not self._queue and not self._has_work():
            self._rest(session)
        if session.stopped:
            return None
        if self._queue:
            session.out = self._hand(session, self._queue[0])
        elif session.is_calm and (to_clear := self.journal.to_clear()):
            session.out = Out(What.CLEAR, message_set((), old_set_id=to_clear), to_clear)
        elif not self._has_work():
            session.out = Out(What.FAREWELL, message_set([request("HostQuery", {}, request_id="1")]))
        return session.out

    def _rest(self, session: Session) -> None:
        """The program wants nothing now: write down what waited for the next set."""
        session.is_calm = True
        try:
            self.journal.write_settled()
        except StoreError as error:
            if not session.stopped:
                self._stop(session, str(error), "")

    def _drop_unwanted(self) -> None:
        for asked in [one for one in self._queue if not one.is_wanted()]:
            self._finish(asked, error=nothing_out("Whoever asked is gone. Nothing was handed out."))

    def _hand(self, session: Session, asked: Asked) -> Out | None:
        out = Out(What.ASKED, asked.text, asked.set_id, asked)
        if asked.set_id:
            try:
                out.clears = self.journal.to_clear()
                out.text = clearing(asked.text, asked.set_id, out.clears)
                self.journal.hand(asked.set_id, asked.about, out.text)
            except StoreError as error:
                self._finish(asked, error=nothing_out(str(error)))
                self._stop(session, str(error), "")
                return None
        asked.is_out = True
        return out

    def _answered(self, session: Session, out: Out, response: str, said: Answers) -> int:
        """Take an answer and pass it on; it is written down before the next set goes out, and asked for again if we die before."""
        if out.what is What.RECOVER:
            kept = response if is_kept(out, said) else None
            self.journal.settle(out.set_id, "not-processed" if kept is None else "recovered", kept)
            self.note(f"set {out.set_id}: {'QuickBooks keeps no answer' if kept is None else 'answer recovered'}")
        elif out.what is What.CLEAR:
            self.journal.clear(out.set_id)
        elif out.asked is not None:
            if out.clears:
                self.journal.clear(out.clears)
            if out.set_id:
                self.journal.settle_soon(out.set_id, "answered", response)
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
        self._trouble = words if self._stands else ""
        self.note(f"stopped: {show(words, limit=_WORDS_MAX)}")
        for asked in list(self._queue):
            self._finish(asked, error=nothing_out(words, code))
        self._changed.notify_all()


def _trouble(code: str, message: str) -> str:
    """Return what an hresult of the Web Connector means, with its own words."""
    meant = hresult(code, message)
    own = " ".join(part for part in (show(code.strip(), limit=20), show(message.strip(), limit=_WORDS_MAX)) if part)
    if not own:
        return "The Web Connector brought no answer from QuickBooks. Look whether QuickBooks shows a question, then press Update Selected."
    hint = "" if meant.verdict is Verdict.STOP else " Close open dialogs in QuickBooks first."
    return f"{meant.words}{hint} (Web Connector: {own})"
