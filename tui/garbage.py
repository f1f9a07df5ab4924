"""When Python looks for garbage: not while the program starts, and never again among what the start of the screens brought.

While modules are imported Python would search all that came so far again and again, a fifth of the time of a start. What was
imported stays until the end; searched later, it would make the screens pause.
"""

from __future__ import annotations

import gc
from typing import Final

STARTED_SECONDS: Final = 2.0
"""After so long everything that the first screen needs is imported."""


def wait_with_garbage() -> None:
    """Look for no garbage until further notice."""
    gc.disable()


def collect_garbage() -> None:
    """Look for garbage from now on."""
    gc.enable()


def collect_garbage_soon() -> None:
    """Do so when the screens have started, but not among what is there then."""
    from threading import Timer

    timer = Timer(STARTED_SECONDS, _started)
    timer.daemon = True
    timer.start()


def _started() -> None:
    gc.freeze()
    collect_garbage()
