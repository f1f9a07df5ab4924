"""One request from the door to the answer: settle what is due, meet a fault, check, work, commit."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qsl

from recon.ports import Clock
from recon.sandbox.ledgers.answers import Answer
from recon.sandbox.ledgers.engine import LedgerEngine, Outcome, Seen, is_done
from recon.sandbox.ledgers.faults import FaultBook, LedgerFault, reshaped
from recon.sandbox.poweroffice import routes
from recon.sandbox.poweroffice.access import Door, limited
from recon.sandbox.poweroffice.books import Books
from recon.sandbox.poweroffice.company import Company
from recon.sandbox.poweroffice.desk import Desk, Request
from recon.sandbox.poweroffice.rules import Rules
from recon.sandbox.poweroffice.wire import Problem

TOKEN_PATH: Final = "/oauth/token"  # noqa: S105 - a path


class Engine(LedgerEngine[Books, Company, Rules]):
    """Everything behind the socket."""

    def __init__(
        self, books: Books, companies: tuple[Company, ...], clock: Clock, faults: FaultBook, rules: Rules
    ) -> None:
        super().__init__(books, companies, clock, faults, rules)
        self._door = Door(books, companies)

    def desk(self, company: Company, maker: str = "") -> Desk:
        """Return what an endpoint, or a person over there, works with now."""
        moment = self.moment()
        desk = Desk(self.books, self.rules, company, int(moment.timestamp() * 1000), moment.isoformat())
        if maker:
            desk.maker = maker
        return desk

    def settle(self) -> None:
        """Carry out delayed requests that are due."""
        now = self._now()
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
        return self._met(
            Seen(method, path, query, body),
            lambda fault: self._behind_the_door(api, method, path, query, headers, body, wait, fault),
        )

    def _refusing(self, fault: LedgerFault, path: str) -> Answer | None:
        return _refusing(fault, path)

    def _behind_the_door(
        self, api: str, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes, wait: Callable[[], None],
        fault: LedgerFault | None,
    ) -> Outcome:  # fmt: skip
        now = self._now()
        self._door.count(api, headers, self.rules, now)
        done = is_done(fault)
        if path.lower() == TOKEN_PATH and method == "POST":
            return self._delivered(
                self._door.give_token(api, headers, body, self.rules, now) if done else Answer(), fault, wait
            )
        company = self._answering(self._door.company(api, headers, now), fault)
        pairs = tuple((key.lower(), value) for key, value in parse_qsl(query, keep_blank_values=True))
        request = Request(method, path, (), dict(pairs), body, headers.get("Content-Type") or "")
        if fault is not None and fault.kind == "late":
            return self._late(api, company, request, fault, wait, now)
        if not done:
            return self._delivered(Answer(), fault, wait)
        answer = self._work(api, company, request, fault)
        if fault is not None and fault.kind == "twice":
            answer = self._work(api, company, request, fault)
        return self._delivered(answer, fault, wait)

    def _delivered(self, answer: Answer, fault: LedgerFault | None, wait: Callable[[], None]) -> Outcome:
        if fault is not None and fault.kind == "no-content":
            return Outcome(Answer(status=204, raw=b""))
        return super()._delivered(answer, fault, wait)

    def _reshaped(self, answer: Answer, fault: LedgerFault) -> Answer:
        """Return the answer in the shape a fault asks for; a list stands alone here, without a wrapper."""
        if not isinstance(answer.body, list):
            return reshaped(answer, fault)
        wrapped = reshaped(replace(answer, body={"": {"": answer.body}}), fault)
        return replace(wrapped, body=wrapped.body[""][""])

    def _late(
        self, api: str, company: Company, request: Request, fault: LedgerFault, wait: Callable[[], None], now: int
    ) -> Outcome:
        if request.method == "POST":
            call = json.dumps([api, request.method, request.path, list(request.query.items())])
            with self.books.change():
                self.books.add_job(company.key, now + fault.seconds * 1000, call, request.body)
        return self._instead(fault, wait)

    def _work(self, api: str, company: Company, request: Request, fault: LedgerFault | None) -> Answer:
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


def _refusing(fault: LedgerFault, path: str) -> Answer | None:
    """Return the answer of a fault that does nothing but refuse; None for every other fault."""
    if fault.kind == "rate":
        return limited(fault.retry_after)
    if fault.kind == "revoked":
        return Answer(status=403, raw=b"")
    if fault.kind == "refuse":
        return Problem(fault.text or "Refused.", fault.status or 400).answer(path)
    return None
