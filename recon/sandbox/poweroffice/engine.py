"""One request from the door to the answer: settle what is due, meet a fault, check, work, commit."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qsl

from recon.ports import Clock
from recon.sandbox.peak.engine import Outcome, Seen
from recon.sandbox.peak.faults import Fault, FaultBook
from recon.sandbox.peak.reshape import reshaped
from recon.sandbox.peak.wire import Answer
from recon.sandbox.poweroffice import routes
from recon.sandbox.poweroffice.access import Denied, Door, limited
from recon.sandbox.poweroffice.books import Books
from recon.sandbox.poweroffice.company import Company
from recon.sandbox.poweroffice.desk import Desk, Request
from recon.sandbox.poweroffice.faults import DELIVERIES
from recon.sandbox.poweroffice.rules import Rules
from recon.sandbox.poweroffice.wire import Problem

TOKEN_PATH: Final = "/oauth/token"  # noqa: S105 - a path


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
        self._offset = dt.timedelta()
        self._settling = threading.Lock()

    def moment(self) -> dt.datetime:
        """Return the server's time."""
        return self._clock.now() + self._offset

    def tick(self, seconds: int) -> None:
        """Put the server's clock forward and do what has fallen due."""
        self._offset += dt.timedelta(seconds=seconds)
        self.settle()

    def company(self, key: str) -> Company:
        """Return a company by its key."""
        return next(company for company in self.companies if company.key == key)

    def desk(self, company: Company, maker: str = "") -> Desk:
        """Return what an endpoint, or a person over there, works with now."""
        moment = self.moment()
        desk = Desk(self.books, self.rules, company, int(moment.timestamp() * 1000), moment.isoformat())
        if maker:
            desk.maker = maker
        return desk

    def settle(self) -> None:
        """Carry out delayed requests that are due."""
        now = int(self.moment().timestamp() * 1000)
        with self._settling:
            with self.books.change():
                jobs = self.books.take_jobs(now)
            for key, call, body in jobs:
                api, method, path, query = json.loads(call)
                self._work(api, self.company(key), Request(method, path, (), dict(query), body), None)

    def serve(
        self, api: str, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes, wait: Callable[[], None]
    ) -> Outcome:  # fmt: skip
        """Answer one request; ``wait`` blocks until the client has given up."""
        self.settle()
        self.seen.append(Seen(method, path, query, body))
        fault = self.faults.pick(method, path, query, body)
        if fault is not None and (refusal := _refusing(fault, path)) is not None:
            return Outcome(refusal)
        if fault is not None and fault.kind == "expired":
            with self.books.change():
                self.books.expire_tokens()
        try:
            return self._behind_the_door(api, method, path, query, headers, body, wait, fault)
        except Denied as denied:
            return Outcome(denied.answer, _delivery(fault))

    def _behind_the_door(
        self, api: str, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes, wait: Callable[[], None],
        fault: Fault | None,
    ) -> Outcome:  # fmt: skip
        now = int(self.moment().timestamp() * 1000)
        self._door.count(api, headers, self.rules, now)
        done = not (fault is not None and fault.kind in DELIVERIES and not fault.commit)
        if path.lower() == TOKEN_PATH and method == "POST":
            return self._delivered(
                self._door.give_token(api, headers, body, self.rules, now) if done else Answer(), fault, wait
            )
        company = self._door.company(api, headers, now)
        if fault is not None and fault.kind == "wrong-company":
            company = next((other for other in self.companies if other.key != company.key), company)
        pairs = tuple((key.lower(), value) for key, value in parse_qsl(query, keep_blank_values=True))
        request = Request(method, path, (), dict(pairs), body)
        if fault is not None and fault.kind == "late":
            return self._late(api, company, request, fault, wait, now)
        if not done:
            return self._delivered(Answer(), fault, wait)
        answer = self._work(api, company, request, fault)
        if fault is not None and fault.kind == "twice":
            answer = self._work(api, company, request, fault)
        return self._delivered(answer, fault, wait)

    def _delivered(self, answer: Answer, fault: Fault | None, wait: Callable[[], None]) -> Outcome:
        """Shape the answer; a hang is sat out here."""
        if fault is None:
            return Outcome(answer)
        if fault.kind == "hang":
            wait()
        if fault.kind == "no-content":
            return Outcome(Answer(status=204, raw=b""))
        return Outcome(_reshaped(answer, fault), _delivery(fault))

    def _late(
        self, api: str, company: Company, request: Request, fault: Fault, wait: Callable[[], None], now: int
    ) -> Outcome:
        if request.method == "POST":
            call = json.dumps([api, request.method, request.path, list(request.query.items())])
            with self.books.change():
                self.books.add_job(company.key, now + fault.seconds * 1000, call, request.body)
        if fault.then.isdigit():
            return Outcome(Answer(), replace(fault, kind="status", status=int(fault.then)))
        return self._delivered(Answer(), replace(fault, kind=fault.then), wait)

    def _work(self, api: str, company: Company, request: Request, fault: Fault | None) -> Answer:
        desk = self.desk(company)
        if fault is not None and fault.kind == "lag":
            desk.delay = fault.seconds * 1000
        try:
            found = routes.find(api, request.method, request.path)
            if found is None or (api == "v1" and not self.rules.v1):
                raise Problem("The resource was not found.", 404)
            route, ids = found
            if route.privileges and not set(route.privileges) & set(desk.privileges()):
                return Answer(status=403, raw=b"")
            asked = replace(request, ids=ids)
            if request.method == "GET":
                return route.endpoint(desk, asked)
            with self.books.change():
                return route.endpoint(desk, asked)
        except Problem as problem:
            return problem.answer(request.path) if api == "v2" else problem.v1_answer()


def _refusing(fault: Fault, path: str) -> Answer | None:
    """Return the answer of a fault that does nothing but refuse; None for every other fault."""
    if fault.kind == "rate":
        return limited(fault.retry_after)
    if fault.kind == "revoked":
        return Answer(status=403, raw=b"")
    if fault.kind == "refuse":
        return Problem(fault.text or "Refused.", fault.status or 400).answer(path)
    return None


def _reshaped(answer: Answer, fault: Fault) -> Answer:
    """Return the answer in the shape a fault asks for; a list stands alone here, without a wrapper."""
    if not isinstance(answer.body, list):
        return reshaped(answer, fault)
    wrapped = reshaped(replace(answer, body={"": {"": answer.body}}), fault)
    return replace(wrapped, body=wrapped.body[""][""])


def _delivery(fault: Fault | None) -> Fault | None:
    return fault if fault is not None and fault.kind in DELIVERIES else None
