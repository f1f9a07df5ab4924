"""What a terminal would show, as plain text: the cells of the screen, line by line.

`grid` reads the compositor, so that a picture in a test is what a person sees, without colours. Lines end in a border that stands
in one column of cells; in an editor it may look shifted beside Thai or wide letters, in a terminal it does not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from rich.cells import cell_len
from rich.style import Style
from textual.app import App
from textual.pilot import Pilot


def lines_of(app: App[Any]) -> list[str]:
    """Return the lines of the screen that is on top, each as wide as the terminal."""
    return [strip.text for strip in app.screen._compositor.render_strips()]


def grid(app: App[Any]) -> str:
    """Return the screen as text in a frame, checked to be straight."""
    width = app.size.width
    lines = lines_of(app)
    crooked = [line for line in lines if cell_len(line) != width]
    assert not crooked, f"lines that are not {width} cells wide: {crooked!r}"
    edge = "+" + "-" * width + "+"
    return "\n".join([edge, *(f"|{line}|" for line in lines), edge]) + "\n"


def style_at(app: App[Any], x: int, y: int) -> Style:
    """Return the style of one cell of the screen."""
    left = 0
    for segment in app.screen._compositor.render_strips()[y]:
        left += cell_len(segment.text)
        if x < left:
            return segment.style or Style.null()
    return Style.null()


def control_bytes(app: App[Any]) -> set[str]:
    """Return the raw control, C1 and direction characters on the screen; there must be none."""
    text = "".join(lines_of(app))
    unsafe = {*range(0x20), *range(0x7F, 0xA0), 0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
    return {character for character in text if ord(character) in unsafe}


def play(app: App[Any], script: Callable[[Pilot[Any]], Awaitable[None]], *, size: tuple[int, int] = (80, 24)) -> None:
    """Run the app without a terminal and play a script of keys and clicks on it."""

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await script(pilot)

    asyncio.run(run())
