"""Keeps our requests below what PowerOffice Go allows in a second."""

from __future__ import annotations

import threading

from recon.ports import Clock


class Pace:
    """Lets through so many requests a second, evenly; what others do with the same key it cannot see."""

    def __init__(self, clock: Clock, per_second: int) -> None:
        self._clock = clock
        self._apart = 1 / per_second
        self._next = clock.monotonic()
        self._taking = threading.Lock()

    def wait(self) -> None:
        """Wait for this request's turn."""
        with self._taking:
            left = self._next - self._clock.monotonic()
            if left > 0:
                self._clock.sleep(left)
            self._next = max(self._next, self._clock.monotonic()) + self._apart

    def hold(self, seconds: float) -> None:
        """Let nothing through for so long: Go asked for it, and its limit is one for all."""
        with self._taking:
            self._clock.sleep(seconds)
            self._next = self._clock.monotonic()
