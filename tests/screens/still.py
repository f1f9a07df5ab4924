"""Whether screens are still, read off the event loop and the queues of the widgets instead of asked with messages.

The library's pilot sends every widget a message and waits for all of them to come back; done often enough to be sure, that
was most of what a test of the screens had to do.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Any

from textual.app import App
from textual.message_pump import MessagePump
from textual.pilot import Pilot, WaitForScreenTimeout

TURNS = 3
"""So many turns of the event loop must find nothing to do."""
SOON = 200
"""After so many turns somebody waits for a thread or for time: then the processor is left to others."""
NAP_SECONDS = 0.001


async def still(app: App[Any], *, seconds: float = 30.0) -> bool:
    """Wait until no widget of the screen has a message left to handle or is handling one, and nothing else is about to run.

    Returns:
        False where the app broke meanwhile: its exception comes out at the end of the test.
    """
    loop, end = asyncio.get_running_loop(), monotonic() + seconds
    same = turn = 0
    while same < TURNS:
        await asyncio.sleep(0 if turn < SOON else NAP_SECONDS)
        if app._exception_event.is_set():
            return False
        turn += 1
        same = 0 if loop._ready or _busy(app) else same + 1
        if monotonic() > end:
            raise WaitForScreenTimeout("widgets do not come to the end of their messages")
    return True


async def wait_for_screen(pilot: Pilot[Any], timeout: float = 30.0) -> bool:
    """Stand in for the pilot's own way to wait."""
    return await still(pilot.app, seconds=timeout)


def _busy(app: App[Any]) -> bool:
    if not app._screen_stack:
        return False
    if app._resize_event is not None:  # held back for a moment, in case the terminal goes on changing
        return True
    shown = [node for screen in app.screen_stack for node in screen.walk_children(with_self=True)]
    return any(_works(node) for node in (app, *shown))


def _works(node: MessagePump) -> bool:
    """Return whether a pump that runs is anywhere else than at the end of its queue, waiting for the next message."""
    if node._closed or node._closing or node._task is None:
        return False
    queue = node._message_queue
    waits = bool(queue.ready_event._waiters) and not queue.values
    return not waits or node._pending_message is not None or bool(node._next_callbacks)
