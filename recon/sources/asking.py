"""Asking a shop system over the network with patience: one request at a time, no faster than set, again when told so.

Shared by the clients of all providers; what an answer means is each provider's own matter (its ``verdict``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from recon.errors import SourceUnavailable
from recon.http import Answer, HttpFailure
from recon.ports import Clock

ATTEMPTS: Final = 5
"""Requests for one answer, the first included."""
FIRST_WAIT_SECONDS: Final = 2
"""Doubled after each failure: 2, 4, 8, 16."""
LONGEST_WAIT_SECONDS: Final = 15 * 60
"""Told to wait longer, we ask the person instead."""
_PASSING: Final = (408, 425, 429)
_Outcome = TypeVar("_Outcome")


@dataclass(frozen=True, slots=True)
class Again:
    """A passing failure: ask again."""

    reason: str
    wait_seconds: float | None = None
    """How long the other side told us to wait; None: it did not say."""


@dataclass(frozen=True, slots=True)
class LogInAgain:
    """The token counts no longer."""


class TokenShelf(Protocol):
    """Keeps tokens between runs. Holds secrets."""

    def get(self, name: str) -> str | None:
        """Return what was put under this name, or None."""
        ...

    def put(self, name: str, value: str) -> None:
        """Keep a value under a name."""
        ...

    def drop(self, name: str) -> None:
        """Forget what was put under this name."""
        ...


def is_passing(status: int) -> bool:
    """Return whether a status says that the same request may be answered later."""
    return status in _PASSING or status >= 500


def ask_later(answer: Answer, path: str, who: str) -> Again:
    """Return that a provider's passing failure should be asked again, and when; ``path``: what was asked.

    Raises:
        SourceUnavailable: It asks to wait longer than we do by ourselves.
    """
    told = answer.retry_after_seconds()
    if told is not None and told > LONGEST_WAIT_SECONDS:
        raise SourceUnavailable(
            f"{path}: {who} asks to wait {dt.timedelta(seconds=round(told))} (status {answer.status}). That is longer than"
            f" {LONGEST_WAIT_SECONDS // 60} minutes, so we do not wait by ourselves. Pull again after that."
        )
    return Again(f"{path}: {who} answered with status {answer.status}.", told)


class Patience:
    """Lets one request out at a time, and again after a passing failure.

    Args:
        clock: For waiting.
        spacing_seconds: Least time between the end of one request and the next.
    """

    def __init__(self, clock: Clock, *, spacing_seconds: float = 0.0) -> None:
        self._clock, self._spacing_seconds = clock, spacing_seconds
        self._not_before = clock.monotonic()

    def ask(
        self,
        once: Callable[[], _Outcome | Again],
        given_up: Callable[[int, Sequence[str]], Exception],
        attempts: int = ATTEMPTS,
    ) -> _Outcome:
        """Return what came of a request.

        Args:
            once: Carries it out, once; an exchange without a whole answer is a passing failure.
            given_up: Makes the error of the last failure: how often it was tried, and why each time.
            attempts: Requests at most.
        """
        reasons = []
        for attempt in range(1, attempts + 1):
            pause = self._not_before - self._clock.monotonic()
            if pause > 0:
                self._clock.sleep(pause)
            try:
                outcome = once()
            except HttpFailure as failure:
                outcome = Again(str(failure))
            finally:
                self.hold_back(self._spacing_seconds)
            if not isinstance(outcome, Again):
                return outcome
            reasons.append(outcome.reason)
            wait = outcome.wait_seconds
            self.hold_back(FIRST_WAIT_SECONDS * 2 ** (attempt - 1) if wait is None else wait)
        raise given_up(attempts, reasons)

    def hold_back(self, seconds: float) -> None:
        """Let nothing out for so long, whatever asks; never shortens a wait that was told before."""
        self._not_before = max(self._not_before, self._clock.monotonic() + seconds)
