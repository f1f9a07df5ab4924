"""A clock for tests: it only moves when told."""

from __future__ import annotations

import datetime as dt


class FakeClock:
    """Stands still unless somebody sleeps or the test moves it; every look at it takes a microsecond."""

    def __init__(self, at: dt.datetime = dt.datetime(2026, 11, 2, 2, 0, tzinfo=dt.UTC)) -> None:
        self.at = at
        self.seconds = 0.0

    def now(self) -> dt.datetime:
        """Return the moment of the story."""
        self.at += dt.timedelta(microseconds=1)
        return self.at

    def monotonic(self) -> float:
        """Return seconds since the test began."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Let the time pass without waiting."""
        self.forward(seconds)

    def forward(self, seconds: float) -> None:
        """Put the clock forward."""
        self.at += dt.timedelta(seconds=seconds)
        self.seconds += seconds
