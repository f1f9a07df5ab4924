"""One request from the door to the answer: settle what is due, meet a fault, check, work, commit."""

from __future__ import annotations

import datetime as dt
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qsl

from recon.ports import Clock
from recon.sandbox.peak.access import Denied, Door
from recon.sandbox.peak.company import Company
from recon.sandbox.peak.desk import Desk, Request
from recon.sandbox.peak.faults import Fault, FaultBook
from recon.sandbox.peak.ledger import Books
from recon.sandbox.peak.reshape import refusing, reshaped
from recon.sandbox.peak.routes import ROUTES, drop_job, run_job
from recon.sandbox.peak.rules import Rules
from recon.sandbox.peak.wire import Answer, Refused, Unreadable, refusal

DELIVERIES: Final = frozenset(
    {"hang", "close", "reset", "cut", "drop", "status", "html", "empty", "wrong-type", "bad-gzip", "huge", "redirect"}
)
"""Faults in the way an answer is delivered; all of them say whether the work was done first."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it arrived, without its headers."""

    method: str
    path: str
    query: str
    body: bytes


@dataclass(slots=True)
class Outcome:
    """What the connection has to deliver, and how."""

    answer: Answer
    fault: Fault | None = None


class Engine:
    """Everything behind the socket."""

    def __init__(
        self, books: Books, companies: tuple[Company, ...], clock: Clock, faults: FaultBook, rules: Rules
    ) -> None:
        self.books = books
        self.companies = companies
        self.faults = faults
        self.rules = rules
        self.base_url = ""
        self.seen: deque[Seen] = deque(maxlen=5000)
        self._door = Door(books, companies)
        self._clock = clock
        self._offset_ms = 0
        self._settling = threading.Lock()

    def moment(self) -> dt.datetime:
        """Return the server's time."""
        return self._clock.now() + dt.timedelta(milliseconds=self._offset_ms)

    def _now(self) -> int:
        return int(self.moment().timestamp() * 1000)

    def tick(self, seconds: int) -> None:
        """Put the server's clock forward and do what has fallen due."""
        self._offset_ms += seconds * 1000
        self.settle()

    def settle(self) -> None:
        """Carry out queued and delayed work that is due."""
        now = self._now()
        with self._settling:
            for job in self.books.due_jobs(now):
                company = next(company for company in self.companies if company.key == job.company)
                desk = self._desk(company, now)
                try:
                    with self.books.change():
                        run_job(desk, job)
                except Unreadable as unreadable:
                    with self.books.change():
                        drop_job(desk, job, str(unreadable))

    def serve(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes, wait: Callable[[], None]
    ) -> Outcome:
        """Answer one request; ``wait`` blocks until the client has given up."""
        self.settle()
        now = self._now()
        self.seen.append(Seen(method, path, query, body))
        fault = self.faults.pick(method, path, query, body)
        if fault is not None and (answer := refusing(fault)) is not None:
            return Outcome(answer)
        if fault is not None and fault.kind == "expired":
            with self.books.change():
                self.books.expire_tokens()
        try:
            return self._behind_the_door(method, path, query, headers, body, wait, fault, now)
        except Denied as denied:
            return Outcome(denied.answer, _delivery(fault))

    def _behind_the_door(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes, wait: Callable[[], None],
        fault: Fault | None, now: int,
    ) -> Outcome:  # fmt: skip
        self._door.check_signature(headers, self.rules, now)
        if (method, path) == ("POST", "/clienttoken"):
            if fault is not None and fault.kind in DELIVERIES and not fault.commit:
                return self._delivered(Answer(), fault, wait)
            return self._delivered(self._door.give_token(body, self.rules, now), fault, wait)
        company = self._door.company(headers, self.rules, now)
        if fault is not None and fault.kind == "wrong-company":
            company = next((other for other in self.companies if other.key != company.key), company)
        request = Request(method, path, {key.lower(): value for key, value in parse_qsl(query)}, body)
        with self._door.counted(company.user_token, method, self.rules, now):
            if fault is not None and fault.kind == "late":
                return self._late(company, request, fault, wait, now)
            if fault is not None and fault.kind in DELIVERIES and not fault.commit:
                return self._delivered(Answer(), fault, wait)
            answer = self._work(company, request, now, fault)
            if fault is not None and fault.kind == "twice":
                answer = self._work(company, request, now, fault)
            return self._delivered(answer, fault, wait)

    def _delivered(self, answer: Answer, fault: Fault | None, wait: Callable[[], None]) -> Outcome:
        """Shape the answer; a hang is sat out here, while the request still counts as running."""
        if fault is None:
            return Outcome(answer)
        if fault.kind == "hang":
            wait()
        return Outcome(reshaped(answer, fault), _delivery(fault))

    def _late(self, company: Company, request: Request, fault: Fault, wait: Callable[[], None], now: int) -> Outcome:
        if request.method == "POST" and (request.method, request.path) in ROUTES:
            with self.books.change():
                self.books.add_job(company.key, request.path, request.body, due_at=now + fault.seconds * 1000)
        if fault.then.isdigit():
            return Outcome(Answer(), replace(fault, kind="status", status=int(fault.then)))
        return self._delivered(Answer(), replace(fault, kind=fault.then), wait)

    def _work(self, company: Company, request: Request, now: int, fault: Fault | None) -> Answer:
        endpoint = ROUTES.get((request.method, request.path))
        if endpoint is None or (request.path == "/user" and not self.rules.user_endpoint):
            return _not_found(request.path)
        if request.path == "/invoices/void" and not self.rules.invoice_void:
            return _not_found(request.path)
        desk = self._desk(company, now)
        if fault is not None and fault.kind == "lag":
            desk.delay = fault.seconds * 1000
        try:
            if request.method == "GET":
                return endpoint(desk, request)
            with self.books.change():
                return endpoint(desk, request)
        except Unreadable as unreadable:
            return Answer({"message": str(unreadable)}, status=400)
        except Refused as refused:
            return refusal("PeakError", refused)

    def _desk(self, company: Company, now: int) -> Desk:
        moment = self.moment()
        return Desk(
            self.books, self.rules, company, now, moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), moment.strftime("%Y%m%d"),
            base_url=self.base_url,
        )  # fmt: skip


def _delivery(fault: Fault | None) -> Fault | None:
    return fault if fault is not None and fault.kind in DELIVERIES else None


def _not_found(path: str) -> Answer:
    body: dict[str, Any] = {"message": f"No HTTP resource was found that matches the request URI '{path}'."}
    return Answer(body, status=404)
