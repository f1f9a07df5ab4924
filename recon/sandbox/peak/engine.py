"""One request from the door to the answer: settle what is due, meet a fault, check, work, commit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from recon.ports import Clock
from recon.sandbox.ledgers.answers import Answer
from recon.sandbox.ledgers.engine import LedgerEngine, Outcome, Seen, is_done
from recon.sandbox.ledgers.faults import FaultBook, LedgerFault
from recon.sandbox.peak.access import Door
from recon.sandbox.peak.company import Company
from recon.sandbox.peak.desk import Desk, Request
from recon.sandbox.peak.faults import refusing
from recon.sandbox.peak.ledger import Books
from recon.sandbox.peak.routes import ROUTES, drop_job, run_job
from recon.sandbox.peak.rules import Rules
from recon.sandbox.peak.wire import Refused, Unreadable, refusal


class Engine(LedgerEngine[Books, Company, Rules]):
    """Everything behind the socket."""

    def __init__(
        self, books: Books, companies: tuple[Company, ...], clock: Clock, faults: FaultBook, rules: Rules
    ) -> None:
        super().__init__(books, companies, clock, faults, rules)
        self._door = Door(books, companies)

    def settle(self) -> None:
        """Carry out queued and delayed work that is due."""
        now = self._now()
        with self._settling:
            for job in self.books.due_jobs(now):
                desk = self._desk(self.company(job.company), now)
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
        return self._met(
            Seen(method, path, query, body),
            lambda fault: self._behind_the_door(method, path, query, headers, body, wait, fault, self._now()),
        )

    def _refusing(self, fault: LedgerFault, path: str) -> Answer | None:  # noqa: ARG002 - PEAK refuses alike everywhere
        return refusing(fault)

    def _behind_the_door(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes, wait: Callable[[], None],
        fault: LedgerFault | None, now: int,
    ) -> Outcome:  # fmt: skip
        self._door.check_signature(headers, self.rules, now)
        if (method, path) == ("POST", "/clienttoken"):
            if not is_done(fault):
                return self._delivered(Answer(), fault, wait)
            return self._delivered(self._door.give_token(body, self.rules, now), fault, wait)
        company = self._answering(self._door.company(headers, self.rules, now), fault)
        request = Request(method, path, {key.lower(): value for key, value in parse_qsl(query)}, body)
        with self._door.counted(company.user_token, method, self.rules, now):
            if fault is not None and fault.kind == "late":
                return self._late(company, request, fault, wait, now)
            if not is_done(fault):
                return self._delivered(Answer(), fault, wait)
            answer = self._work(company, request, now, fault)
            if fault is not None and fault.kind == "twice":
                answer = self._work(company, request, now, fault)
            return self._delivered(answer, fault, wait)

    def _late(
        self, company: Company, request: Request, fault: LedgerFault, wait: Callable[[], None], now: int
    ) -> Outcome:
        if request.method == "POST" and (request.method, request.path) in ROUTES:
            with self.books.change():
                self.books.add_job(company.key, request.path, request.body, due_at=now + fault.seconds * 1000)
        return self._instead(fault, wait)

    def _work(self, company: Company, request: Request, now: int, fault: LedgerFault | None) -> Answer:
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


def _not_found(path: str) -> Answer:
    body: dict[str, Any] = {"message": f"No HTTP resource was found that matches the request URI '{path}'."}
    return Answer(body, status=404)
