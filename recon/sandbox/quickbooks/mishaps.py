"""What can go wrong between QuickBooks, the Web Connector and us, as small orders to the sandbox's Web Connector (F40-F43).

A mishap says what happens, and to which message set or visit: so many go well first, then so many meet it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

ON_A_SET: Final[Mapping[str, str]] = MappingProxyType(
    {
        "lose-answer": "QuickBooks carries it out; the session is closed without bringing the answer",
        "vanish": "QuickBooks carries it out; the Web Connector is never heard of again in this visit",
        "untouched": "fetched, then the Web Connector dies before QuickBooks sees it",
        "unremembered": "QuickBooks carries it out and dies before keeping the answer for error recovery",
        "twice": "the answer is brought twice",
        "late": "the answer is brought in the next visit, with the ticket of this one",
        "other-ticket": "the answer is brought with a ticket nobody issued, and the visit breaks off",
        "fetch-again": "another set is fetched before the answer to this one is brought",
        "answer-unasked": "the answer to the set before is brought once more, just before this one is fetched on",
        "hresult": "an hresult and an empty answer; `processed` says whether QuickBooks carried it out",
        "torn": "half of the answer is brought",
        "break": "the answer is brought, then the session ends: iterators are gone",
        "switch-file": "answered; from then on the other company file is open, in the same visit",
    }
)
ON_A_VISIT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "other-file": "the other company file is open in this visit",
        "cannot-open": "QuickBooks cannot be reached: connectionError with `hresult` and `words`",
        "silent": "signs in and is never heard of again in this visit",
    }
)
_CHANGES: Final = re.compile(r"<QBXMLMsgsRq[^>]*\bnewMessageSetID=")
_RECOVERS: Final = re.compile(r"<QBXMLMsgsRq[^>]*\boldMessageSetID=[^>]*>\s*</QBXMLMsgsRq>")
"""Asks for an answer, or has it forgotten: a set without requests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishap:
    """One thing that goes wrong, and when."""

    kind: str
    skip: int = 0
    """So many message sets (or visits) go well first."""
    times: int = 1
    """Then so many meet it."""
    of: str = "changes"
    """Which sets count: changes (those that change data), reads, recoveries, all."""
    hresult: str = "0x80040402"
    words: str = "There was an unexpected error."
    processed: bool = False

    def __post_init__(self) -> None:
        assert self.kind in ON_A_SET or self.kind in ON_A_VISIT, self.kind


class Script:
    """The mishaps of a run; counts what was met."""

    def __init__(self, mishaps: Iterable[Mishap] = ()) -> None:
        self._mishaps = list(mishaps)
        self._met = [0] * len(self._mishaps)

    def add(self, mishap: Mishap) -> None:
        """Let something more go wrong."""
        self._mishaps.append(mishap)
        self._met.append(0)

    def for_set(self, text: str) -> Mishap | None:
        """Return what this message set meets, and count it."""
        kinds = {"all", kind_of(text)}
        return self._next(lambda mishap: mishap.kind in ON_A_SET and mishap.of in kinds)

    def for_visit(self) -> Mishap | None:
        """Return what this visit meets, and count it."""
        return self._next(lambda mishap: mishap.kind in ON_A_VISIT)

    def all_met(self) -> bool:
        """Return whether everything that was to go wrong did."""
        return all(met >= one.skip + one.times for one, met in zip(self._mishaps, self._met, strict=True))

    def _next(self, fits: Callable[[Mishap], bool]) -> Mishap | None:
        hit = None
        for index, mishap in enumerate(self._mishaps):
            if not fits(mishap):
                continue
            self._met[index] += 1
            if hit is None and mishap.skip < self._met[index] <= mishap.skip + mishap.times:
                hit = mishap
        return hit


def kind_of(text: str) -> str:
    """Return what a message set is for: changes, recoveries or reads."""
    if _RECOVERS.search(text):
        return "recoveries"
    return "changes" if _CHANGES.search(text) else "reads"
