"""Loads httpx without its own command line, which would bring rich, click and pygments: half of the time it takes."""

from __future__ import annotations

import sys
from typing import Final

_PROGRAM: Final = "httpx._main"


def load_httpx() -> None:
    """Import httpx; where somebody has imported it before, nothing happens."""
    if "httpx" in sys.modules or _PROGRAM in sys.modules:
        return
    sys.modules[_PROGRAM] = None  # type: ignore[assignment]  # httpx goes on without it, as where rich is not installed
    try:
        import httpx  # noqa: F401
    finally:
        del sys.modules[_PROGRAM]
