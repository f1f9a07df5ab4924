"""Small helpers of pilot tests: wait until nothing works any more, look for words, put words in."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from textual.app import App
from textual.events import Paste
from textual.pilot import Pilot
from textual.worker import WorkerCancelled

from tests.screens.grid import control_bytes, grid, lines_of
from tests.screens.still import still
from tui import i18n

Script = Callable[[App[Any], Pilot[Any]], Awaitable[None]]
PATIENCE = 10_000
NAP_SECONDS = 0.005
SHORT_SECONDS = 1
"""Timers up to here are waited for; a toast stands longer."""
SIZES = ((80, 24), (60, 20), (130, 36))


def play(app: App[Any], script: Script, *, size: tuple[int, int] = (80, 24)) -> None:
    """Run the screens in English, wait until they stand, play a script, and look for raw control bytes at its end."""

    async def run() -> None:
        async with app.run_test(size=size, notifications=True) as pilot:
            await quiet(pilot)
            await script(app, pilot)
            assert control_bytes(app) == set()

    try:
        asyncio.run(run())
    finally:
        i18n.use("en")


async def quiet(pilot: Pilot[Any]) -> None:
    """Wait until every question is answered and drawn, and nothing is about to be asked."""
    same = 0
    for _ in range(PATIENCE):
        with contextlib.suppress(WorkerCancelled):
            await pilot.app.workers.wait_for_complete()
        await settled(pilot)
        same = 0 if works(pilot.app) else same + 1
        if same == 3:
            return
        await asyncio.sleep(NAP_SECONDS)
    raise AssertionError("the screen does not come to rest\n" + "\n".join(lines_of(pilot.app)))


async def settled(pilot: Pilot[Any]) -> None:
    """Let every widget handle its messages, and those that follow from them, however little of the machine we get."""
    await still(pilot.app)
    pilot.app.screen._on_timer_update()
    await still(pilot.app)


def works(app: App[Any]) -> bool:
    """Return whether a worker is busy, or something waits a moment before it asks, as a filter does while keys come."""
    if any(not worker.is_finished for worker in app.workers):
        return True
    nodes = [app, *(node for screen in app.screen_stack for node in screen.walk_children(with_self=True))]
    waiting = (timer for node in nodes for timer in list(node._timers) if timer._repeat == 0)
    return any(
        timer._interval <= SHORT_SECONDS and timer._task is not None and not timer._task.done() for timer in waiting
    )


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys one after the other, each answered before the next; ``"=words"`` is pasted."""
    for key in keys:
        if key.startswith("=") and len(key) > 1:
            (pilot.app.focused or pilot.app.screen).post_message(Paste(key[1:]))
            await pilot.pause(0.03)
        else:
            await pilot.press(key)
        await quiet(pilot)


async def until(pilot: Pilot[Any], seen: Callable[[], object], *, seconds: float = 30) -> None:
    """Wait until something is so."""
    for _ in range(int(seconds / 0.02)):
        if seen():
            return
        await pilot.pause(0.02)
    raise AssertionError("nothing happened\n" + "\n".join(lines_of(pilot.app)))


def says(app: App[Any], words: str) -> bool:
    """Return whether these words stand on the screen, whatever the line breaks."""
    return " ".join(words.split()) in text_of(app)


def text_of(app: App[Any]) -> str:
    """Return what stands on the screen, its blanks made one."""
    return " ".join(" ".join(lines_of(app)).split())


def picture(app: App[Any]) -> str:
    """Return the screen as a text grid without a raw control character."""
    assert control_bytes(app) == set()
    return grid(app)


def pictured_at_each_size(
    snapshot: Any, *keys: str, before: Script | None = None, still: Callable[[str], str] = str
) -> Script:
    """Return a script that presses keys and compares the screen at each size; one start serves all sizes."""

    async def script(app: App[Any], pilot: Pilot[Any]) -> None:
        if before is not None:
            await before(app, pilot)
        await press(pilot, *keys)
        for width, height in SIZES:
            await pilot.resize_terminal(width, height)
            await quiet(pilot)
            assert still(picture(app)) == snapshot(name=f"{width}x{height}")

    return script
