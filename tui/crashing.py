"""Where a crash test wants this process to end: the variable RECON_CRASH_AT, unset in normal use (docs/decisions.md)."""

from __future__ import annotations

import os
from typing import Final

from recon.crash import CrashPoints, crash_points_from

VARIABLE: Final = "RECON_CRASH_AT"


def crash_points() -> CrashPoints:
    """Return the points of ``RECON_CRASH_AT=name:n``: the process ends with SIGKILL at the n-th visit of ``name``."""
    return crash_points_from(os.environ.get(VARIABLE, ""))
