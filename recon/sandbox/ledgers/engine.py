"""One request of a sandbox ledger from the door to the answer: settle what is due, meet a fault, let the ledger work."""

from __future__ import annotations

import datetime as dt
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from recon.ports import Clock
from recon.sandbox.ledgers.answers import Answer, Denied
from recon.sandbox.ledgers.faults import DELIVERIES, FaultBook, LedgerFault, reshaped
from recon.sandbox.ledgers.tables import Tables


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
    fault: LedgerFault | None = None


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


_Books = TypeVar("_Books", bound=Tables)
_Company = TypeVar("_Company", bound=_Keyed)
_Rules = TypeVar("_Rules")


class LedgerEngine(ABC, Generic[_Books, _Company, _Rules]):
    """Everything behind the socket that any ledger needs: its clock, its faults, and how an answer fails."""

    def __init__(
        self, books: _Books, companies: tuple[_Company, ...], clock: Clock, faults: FaultBook, rules: _Rules
    ) -> None:
        self.books = books
        self.companies = companies
        self.faults = faults
        self.rules = rules
        self.base_url = ""
        self.seen: deque[Seen] = deque(maxlen=5000)
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

    def company(self, key: str) -> _Company:
        """Return a company by its key."""
        return next(company for company in self.companies if company.key == key)

    @abstractmethod
    def settle(self) -> None:
        """Carry out delayed work that is due."""

    @abstractmethod
    def _refusing(self, fault: LedgerFault, path: str) -> Answer | None:
        """Return the answer of a fault that does nothing but refuse; None for every other fault."""

    def _now(self) -> int:
        """Return the server's time in milliseconds since 1970."""
        return int(self.moment().timestamp() * 1000)

    def _met(self, seen: Seen, behind_the_door: Callable[[LedgerFault | None], Outcome]) -> Outcome:
        """Return what comes of a request, with the fault it meets."""
        self.settle()
        self.seen.append(seen)
        fault = self.faults.pick(seen.method, seen.path, seen.query, seen.body)
        if fault is not None and (refusal := self._refusing(fault, seen.path)) is not None:
            return Outcome(refusal)
        if fault is not None and fault.kind == "expired":
            with self.books.change():
                self.books.expire_tokens()
        try:
            return behind_the_door(fault)
        except Denied as denied:
            return Outcome(denied.answer, _delivery(fault))

    def _answering(self, company: _Company, fault: LedgerFault | None) -> _Company:
        """Return which company answers a request for this one."""
        if fault is None or fault.kind != "wrong-company":
            return company
        return next((other for other in self.companies if other.key != company.key), company)

    def _delivered(self, answer: Answer, fault: LedgerFault | None, wait: Callable[[], None]) -> Outcome:
        """Shape the answer; a hang is sat out here, while the request still counts as running."""
        if fault is None:
            return Outcome(answer)
        if fault.kind == "hang":
            wait()
        return Outcome(self._reshaped(answer, fault), _delivery(fault))

    def _reshaped(self, answer: Answer, fault: LedgerFault) -> Answer:
        return reshaped(answer, fault)

    def _instead(self, fault: LedgerFault, wait: Callable[[], None]) -> Outcome:
        """Return what the client meets while the work is done later."""
        if fault.then.isdigit():
            return Outcome(Answer(), replace(fault, kind="status", status=int(fault.then)))
        return self._delivered(Answer(), replace(fault, kind=fault.then), wait)


def is_done(fault: LedgerFault | None) -> bool:
    """Return whether the work is done although the answer may fail."""
    return not (fault is not None and fault.kind in DELIVERIES and not fault.commit)


def _delivery(fault: LedgerFault | None) -> LedgerFault | None:
    return fault if fault is not None and fault.kind in DELIVERIES else None
