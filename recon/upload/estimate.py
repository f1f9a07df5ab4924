"""How long an upload still takes: from the steps between the newest documents, without the few that were waits.

A wait the ledger asks for says nothing about the documents after it: counted in, the time left grows while nothing happens.
Nothing is said until enough documents have gone through.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

STEPS_KEPT: Final = 30
"""Newest steps an estimate is taken from."""
STEPS_NEEDED: Final = 5
"""Fewer say nothing about the rest."""
_WAITS_IN: Final = 5
"""One step in so many, the longest, is left out."""
_SILENCE: Final = 5
"""So many steps, and at least so many seconds, without an end: the ledger is waited for, and how long nobody knows."""


def step_seconds(steps: Sequence[float]) -> float | None:
    """Return the seconds from one document to the next; None: too few went through to say."""
    newest = list(steps)[-STEPS_KEPT:]
    if len(newest) < STEPS_NEEDED:
        return None
    kept = sorted(newest)[: len(newest) - math.ceil(len(newest) / _WAITS_IN)]
    return sum(kept) / len(kept)


def seconds_left(documents: int, step: float, waiting_seconds: int = 0) -> int:
    """Return how long so many documents take, after the wait in hand; never less than they take."""
    return math.ceil(documents * step) + waiting_seconds


def is_silent(step: float, since_last: float) -> bool:
    """Return whether it is too long since the last end for an estimate."""
    return since_last > max(_SILENCE, _SILENCE * step)
