"""Named places where a test may stop the program dead; in normal use they do nothing.

Every durable step (a commit, a file put in its place) and every send has one point before it and one behind it.
A crash test hands in `KillAt`, which ends the process with SIGKILL at the n-th visit of a point, then starts the
program again and counts the documents in the ledger.
"""

from __future__ import annotations

import os
import signal
from typing import Final


class CrashPoints:
    """The points as normal use sees them: nothing happens."""

    def reach(self, point: str) -> None:
        """Pass a point."""


class KillAt(CrashPoints):
    """End this process with SIGKILL at the n-th visit of one point, or send it another signal there."""

    def __init__(self, point: str, visit: int = 1, number: int | None = None) -> None:
        assert visit >= 1
        self._point = point
        self._left = visit
        self._signal = signal.SIGKILL if number is None else number  # Windows has none: looked up in a test only

    def reach(self, point: str) -> None:
        """Count visits; SIGKILL does not come back from the chosen one."""
        if point != self._point:
            return
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), self._signal)


NO_CRASH: Final = CrashPoints()
"""What everybody uses who was given nothing else."""


def crash_points_from(text: str) -> CrashPoints:
    """Return the points for ``name:n:signal``; empty text is normal use.

    ``n`` is the visit (first if left out), ``signal`` a name such as ``SIGTERM`` (SIGKILL if left out).
    """
    name, _, rest = text.partition(":")
    visit, _, word = rest.partition(":")
    return KillAt(name, int(visit or "1"), signal.Signals[word] if word else None) if name else NO_CRASH
