"""Plays Intuit's Web Connector: signs in, fetches message sets, lets the sandbox's company file answer, brings the answers.

The order of calls is that of real logs: serverVersion, clientVersion, authenticate, then connectionError or pairs of
sendRequestXML and receiveResponseXML, getLastError where the service says so, closeConnection. What goes wrong is told by a
`Script`; everything else is done as the original does it, and nothing is forgiven.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from recon.sandbox.quickbooks.mishaps import Mishap, Script
from recon.sandbox.quickbooks.qwc import Application
from recon.sandbox.quickbooks.soap import NoAnswer, Service, WrongAnswer
from recon.sandbox.quickbooks.strict import UNPARSABLE, Unparsable

CLIENT_VERSION: Final = "2.3.0.207"
COUNTRY, MAJOR, MINOR = "US", "13", "0"
PAUSE_SECONDS: Final = 5.0
"""How long the Web Connector pauses where the service says NoOp."""
DONE: Final = 100
OnStep = Callable[[str, str], None]
"""Told each call and what came back."""
_FACTS: Final = (
    '<?xml version="1.0" encoding="utf-8"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="continueOnError">'
    '<HostQueryRq requestID="0"></HostQueryRq><CompanyQueryRq requestID="1"></CompanyQueryRq>'
    '<PreferencesQueryRq requestID="2"></PreferencesQueryRq></QBXMLMsgsRq></QBXML>'
)


class OpenCompany(Protocol):
    """A company file QuickBooks can have open."""

    @property
    def windows_path(self) -> str:
        """Where it lies, as QuickBooks names it."""

    def process(self, text: str) -> str:
        """Return the answer to a message set."""

    def end_session(self) -> None:
        """Forget what holds inside one session only."""

    def forget_answers(self) -> None:
        """Keep no answer for error recovery."""


@dataclass(slots=True)
class Visit:
    """How one visit went."""

    number: int
    ended: str = ""
    """done, nothing, busy, wrong-password, unreachable, stopped, error, broke-off."""
    words: str = ""
    sets: int = 0
    """Message sets QuickBooks was given."""
    wait_seconds: int = 0
    """How long the service asks to wait until the next visit; 0: it does not ask."""


class _Over(Exception):
    """The visit ends here."""

    def __init__(self, ended: str, words: str = "") -> None:
        super().__init__(words)
        self.ended = ended


@dataclass(slots=True)
class _Session:
    """What holds from signing in to closing."""

    ticket: str
    company: OpenCompany
    facts: str
    last_answer: str = ""
    is_first: bool = True


@dataclass(kw_only=True)
class WebConnector:
    """One application in a Web Connector."""

    application: Application
    password: str = field(repr=False)
    company: OpenCompany
    other: OpenCompany | None = None
    """Another company file, for mishaps."""
    script: Script = field(default_factory=Script)
    pause_seconds: float = PAUSE_SECONDS
    stop: threading.Event = field(default_factory=threading.Event)
    on_step: OnStep | None = None
    company_seconds: float = 0.0
    """Spent in QuickBooks' own work."""
    service_seconds: float = 0.0
    """Spent waiting for the service."""

    def __post_init__(self) -> None:
        self.service = Service(self.application.url, certificate=self.application.certificate)
        self._visits = 0
        self._late: list[tuple[str, str]] = []
        self._every_seconds = self.application.every_seconds

    def update_now(self) -> Visit:
        """Go there once, as the button "Update Selected" does."""
        self._visits += 1
        visit = Visit(self._visits)
        try:
            self._visit(visit)
        except _Over as over:
            visit.ended, visit.words = over.ended, str(over)
        except NoAnswer as error:
            visit.ended, visit.words = "unreachable", str(error)
        except WrongAnswer as error:
            visit.ended, visit.words = "error", str(error)
        finally:
            self.service.close()
        return visit

    def poll(self, tell: Callable[[Visit], None], *, every_seconds: float | None = None) -> None:
        """Go there again and again, as the scheduler does, until ``stop`` is set; ``tell`` hears of each visit."""
        while not self.stop.is_set():
            visit = self.update_now()
            tell(visit)
            own = self._every_seconds if every_seconds is None else every_seconds
            if not own and not visit.wait_seconds:
                return
            self.stop.wait(max(own, float(visit.wait_seconds)))

    def _visit(self, visit: Visit) -> None:
        self._call("serverVersion")
        (said,) = self._call("clientVersion", ("strVersion", CLIENT_VERSION))
        if said.startswith("E:"):
            raise _Over("error", said[2:])
        session = self._signed_in(visit)
        mishap = self.script.for_visit()
        if mishap is not None:
            self._begin_badly(session, mishap)
        for ticket, answer in self._late:
            self._bring(ticket, answer)
        self._late = []
        self._exchange(session, visit)

    def _signed_in(self, visit: Visit) -> _Session:
        """Sign in, and open the company file the service names."""
        said = self._call("authenticate", ("strUserName", self.application.user), ("strPassword", self.password))
        ticket, status, *rest = [*said, ""][: max(2, len(said))]
        visit.wait_seconds = _whole(rest[0]) if rest else 0
        self._every_seconds = max(self._every_seconds, _whole(rest[1]) if len(rest) > 1 else 0)
        if status == "nvu":
            raise _Over("wrong-password", "The service does not know this user or password.")
        if status in {"none", "busy"}:
            raise _Over({"none": "nothing"}.get(status, status))
        session = _Session(ticket, self.company, "")
        if status:
            session.company = self._opened(session, status)
        session.facts = session.company.process(_FACTS)
        return session

    def _opened(self, session: _Session, path: str) -> OpenCompany:
        """Return the company file at a path; where there is none, tell the service, and try what it names instead."""
        for _ in range(3):
            for company in (self.company, self.other):
                if company is not None and company.windows_path.casefold() == path.casefold():
                    return company
            words = f"Could not open the company file {path}."
            (path,) = self._call("connectionError", *_trouble(session.ticket, "0x80040408", words))
            if path.lower() == "done":
                break
        raise self._closed(session, "error")

    def _begin_badly(self, session: _Session, mishap: Mishap) -> None:
        if mishap.kind == "silent":
            raise _Over("broke-off", "signed in and went away")
        if mishap.kind == "cannot-open":
            self._call("connectionError", *_trouble(session.ticket, mishap.hresult, mishap.words))
            raise self._closed(session, "error")
        assert self.other is not None
        session.company = self.other
        session.facts = self.other.process(_FACTS)

    def _exchange(self, session: _Session, visit: Visit) -> None:
        """Fetch and bring until the service says that it is enough."""
        try:
            while not self.stop.is_set():
                text = self._fetched(session)
                if not text:
                    (why,) = self._call("getLastError", ("ticket", session.ticket))
                    if why.lower() != "noop":
                        raise self._closed(session, "done" if not why else "stopped", why)
                    self.stop.wait(self.pause_seconds)
                    continue
                visit.sets += 1
                if self._answer(session, text) >= DONE:
                    raise self._closed(session, "done")
            raise self._closed(session, "stopped")
        finally:
            session.company.end_session()

    def _fetched(self, session: _Session) -> str:
        facts = session.facts if session.is_first else ""
        session.is_first = False
        (text,) = self._call(
            "sendRequestXML", ("ticket", session.ticket), ("strHCPResponse", facts),
            ("strCompanyFileName", session.company.windows_path), ("qbXMLCountry", COUNTRY), ("qbXMLMajorVers", MAJOR),
            ("qbXMLMinorVers", MINOR),
        )  # fmt: skip
        return text

    def _answer(self, session: _Session, text: str) -> int:
        """Let QuickBooks work and bring its answer; returns how far the service says we are."""
        mishap = self.script.for_set(text)
        if mishap is not None:
            return self._badly(session, text, mishap)
        return self._brought(session, *self._worked(session.company, text))

    def _worked(self, company: OpenCompany, text: str) -> tuple[str, str, str]:
        """Return QuickBooks' answer, or an hresult with its words."""
        start = time.perf_counter()
        try:
            return company.process(text), "", ""
        except Unparsable:
            return "", UNPARSABLE, "QuickBooks found an error when parsing the provided XML text stream."
        finally:
            self.company_seconds += time.perf_counter() - start

    def _brought(self, session: _Session, answer: str, hresult: str = "", words: str = "") -> int:
        session.last_answer = answer
        percent = self._bring(session.ticket, answer, hresult, words)
        if percent < 0:
            (why,) = self._call("getLastError", ("ticket", session.ticket))
            raise self._closed(session, "stopped", why)
        return percent

    def _bring(self, ticket: str, answer: str, hresult: str = "", words: str = "") -> int:
        (percent,) = self._call(
            "receiveResponseXML", ("ticket", ticket), ("response", answer), ("hresult", hresult), ("message", words)
        )
        try:
            return int(percent)
        except ValueError:
            raise WrongAnswer(f"receiveResponseXML: {percent!r} is no whole number") from None

    def _closed(self, session: _Session, ended: str, words: str = "") -> _Over:
        """Close the session; returns what is to be raised."""
        (said,) = self._call("closeConnection", ("ticket", session.ticket))
        return _Over(ended, words or said)

    def _call(self, operation: str, *values: tuple[str, str]) -> list[str]:
        start = time.perf_counter()
        try:
            said = self.service.call(operation, values)
        finally:
            self.service_seconds += time.perf_counter() - start
        if self.on_step is not None:
            self.on_step(operation, " | ".join(said))
        return said

    # --- what goes wrong

    def _badly(self, session: _Session, text: str, mishap: Mishap) -> int:
        kind = mishap.kind
        if kind == "untouched":
            raise _Over("broke-off", "died before QuickBooks saw the message")
        if kind == "hresult":
            if mishap.processed:
                self._worked(session.company, text)
            return self._brought(session, "", mishap.hresult, mishap.words)
        before = session.last_answer
        answer, hresult, words = self._worked(session.company, text)
        if kind == "switch-file":
            assert self.other is not None
            session.company = self.other
        if kind == "unremembered":
            session.company.forget_answers()
        if kind in {"vanish", "unremembered"}:
            raise _Over("broke-off", "died after QuickBooks answered")
        if kind == "lose-answer":
            raise self._closed(session, "broke-off")
        if kind == "late":
            self._late.append((session.ticket, answer))
            raise _Over("broke-off", "the answer comes with the next visit")
        if kind == "other-ticket":
            self._bring(f"{{{secrets.token_hex(16)}}}", answer, hresult, words)
            raise _Over("broke-off", "the answer went to another ticket")
        return self._in_the_wrong_way(session, kind, before, answer, hresult, words)

    def _in_the_wrong_way(
        self, session: _Session, kind: str, before: str, answer: str, hresult: str, words: str
    ) -> int:
        """Bring an answer that is whole, but not as it should be."""
        if kind == "fetch-again":
            second = self._fetched(session)
            if second:
                self._worked(session.company, second)
        if kind == "answer-unasked":
            self._bring(session.ticket, before)
        if kind == "torn":
            return self._brought(session, answer[: len(answer) // 2])
        percent = self._brought(session, answer, hresult, words)
        if kind == "twice":
            self._bring(session.ticket, answer, hresult, words)
        if kind == "break":
            raise self._closed(session, "broke-off")
        return percent


def _trouble(ticket: str, hresult: str, words: str) -> tuple[tuple[str, str], ...]:
    return ("ticket", ticket), ("hresult", hresult), ("message", words)


def _whole(text: str) -> int:
    return int(text) if text.strip().isdecimal() else 0
