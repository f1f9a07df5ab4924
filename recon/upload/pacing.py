"""How fast, how long to wait, and when to stop trying: waits the ledger asks for, back-off, and the breaker.

A wait counts for all documents, not for the one that met it: the limit is the ledger's, per key.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from recon.ports import Clock

SHORTEST_WAIT_SECONDS: Final = 1
LONGEST_WAIT_SECONDS: Final = 15 * 60
"""A ledger that asks for more is a matter for a person."""
FIRST_BACK_OFF_SECONDS: Final = 2
LONGEST_BACK_OFF_SECONDS: Final = 60
UNAVAILABLE_IN_A_ROW: Final = 6
"""After that the run pauses."""
UNKNOWN_IN_A_ROW: Final = 3
"""After that the run pauses and nothing else is sent."""
CALM_AFTER: Final = 10
"""Answers in a row after which the spacing is halved."""
_SLICE_SECONDS: Final = 0.5
"""How long a wait may keep a stop waiting."""


class Pacer:
    """Waits between sends, and the two counters that pause a run."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._not_before = clock.monotonic()
        self._spacing = 0.0
        self._calm = 0
        self.unavailable_in_a_row = 0
        self.unknown_in_a_row = 0

    @property
    def wait_left(self) -> float:
        """Return for how many seconds nothing is sent."""
        return max(0.0, self._not_before - self._clock.monotonic())

    def answered(self) -> None:
        """Note a complete answer, yes or no: the ledger is well, and spacing wears off."""
        self.unavailable_in_a_row = self.unknown_in_a_row = 0
        self._calm += 1
        if self._calm >= CALM_AFTER:
            self._calm = 0
            self._spacing = self._spacing / 2 if self._spacing > SHORTEST_WAIT_SECONDS else 0.0
        self._not_before = self._clock.monotonic() + self._spacing

    def unclear(self) -> None:
        """Note an answer that proves nothing."""
        self.unknown_in_a_row += 1
        self._calm = 0

    def unavailable(self, retry_after_seconds: float | None) -> float:
        """Note that nothing was accepted; return for how many seconds nothing is sent now."""
        self.unavailable_in_a_row += 1
        self._calm = 0
        self._spacing = min(LONGEST_BACK_OFF_SECONDS, max(SHORTEST_WAIT_SECONDS, self._spacing * 2))
        wait = bounded_wait(retry_after_seconds, self.unavailable_in_a_row)
        self._not_before = self._clock.monotonic() + wait
        return wait


def bounded_wait(retry_after_seconds: float | None, failures: int) -> float:
    """Return how long to wait: as told, between one second and a quarter of an hour; doubling where nothing is told."""
    if retry_after_seconds is None:
        told: float = min(LONGEST_BACK_OFF_SECONDS, FIRST_BACK_OFF_SECONDS * 2 ** max(0, failures - 1))
    else:
        told = retry_after_seconds
    return min(float(LONGEST_WAIT_SECONDS), max(float(SHORTEST_WAIT_SECONDS), told))


def too_long(retry_after_seconds: float | None) -> bool:
    """Return whether a ledger asks for a wait that only a person should decide about."""
    return retry_after_seconds is not None and not retry_after_seconds <= LONGEST_WAIT_SECONDS


def wait_for(clock: Clock, seconds: float, stop: threading.Event, tell: Callable[[int], None]) -> bool:
    """Wait in short slices; return False as soon as somebody asks to stop."""
    until = clock.monotonic() + seconds
    while not stop.is_set():
        left = until - clock.monotonic()
        if left <= 0:
            return True
        tell(int(left) + 1)
        clock.sleep(min(_SLICE_SECONDS, left))
    return False
