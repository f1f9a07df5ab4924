"""Days of tills as an answer: plain records, ready for JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterDays:
    """One till: from when to when its settlements are there."""

    register: str
    place: str
    first_day: str
    last_day: str
    last_number: str
    settlements: int
    without: int
    """Days between the first and the last without a settlement; where the numbers run on nothing was sold."""
    uncounted: int
    unsent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingZ:
    """Numbers of Z reports that were never taken in."""

    register: str
    number: str
    """The number, or the first and the last with ``..`` between them."""
    count: int
    after: str
    before: str
    known: str
    """What a person said; empty: nobody knows why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDay:
    """Sales without a Z report of their day."""

    code: str
    """till-not-closed (behind the last Z report) or day-not-closed (in the Z report of a later day)."""
    number: str
    """The settlement: the last one of the till, or the one that holds the earlier sales."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TermLine:
    """Settlements of one term of bookkeeping that are not in the ledger."""

    first_day: str
    last_day: str
    settlements: int
    amount: str
    oldest_day: str
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TillDays:
    """What the days of a connection's tills look like."""

    connection: str
    registers: tuple[RegisterDays, ...] = ()
    missing: tuple[MissingZ, ...] = ()
    open_days: tuple[OpenDay, ...] = ()
    terms: tuple[TermLine, ...] = ()

    @property
    def needing(self) -> int:
        """How many things need a person: missing Z reports nobody knows of, days not closed, terms that are over."""
        unknown = sum(not one.known for one in self.missing)
        return unknown + len(self.open_days) + sum(term.is_over for term in self.terms)

    def as_facts(self) -> dict[str, Any]:
        """Return the same for JSON."""
        return asdict(self)
