"""Hands what a worker thread found over to the thread of the screens, unless it was asked anew meanwhile.

Whether somebody asked anew is looked at on the thread of the screens, where asking happens: looked at in the worker alone, an
answer could set out just before the question was replaced, and arrive after the newer answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.worker import get_current_worker


def hand_over(app: App[Any], take: Callable[..., object], *facts: object) -> None:
    """Call ``take`` with the facts on the thread of the screens; from a worker's own thread only."""
    worker = get_current_worker()

    def arrive() -> None:
        if not worker.is_cancelled:
            take(*facts)

    if not worker.is_cancelled:
        app.call_from_thread(arrive)
