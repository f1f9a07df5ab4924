"""Which pictures of which place are kept, and how one is taken. A new screen adds a line to `MORE`.

Every place has the pictures of `COMMON`; a shot names its world, the keys pressed before it, and how the screens are opened.
Words to be typed stand as ``"=words"``: they are pasted, as the test pilot drops Thai marks. ``"~60x20"`` changes the size.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from textual.app import App
from textual.events import Paste
from textual.pilot import Pilot
from textual.worker import WorkerCancelled

from tests.screens.grid import control_bytes, lines_of
from tests.screens.looking import NAP_SECONDS, PATIENCE, settled, works
from tests.screens.worlds import WaitingSession, Worlds
from tui import i18n
from tui.app import PLACES, ReconApp

SIZES: Final = ((80, 24), (60, 20), (130, 36))
"""In this order one app is pictured, so that a picture also proves what a change of size leaves."""


@dataclass(frozen=True)
class Shot:
    """One state of one place."""

    name: str
    world: str = "demo"
    keys: tuple[str, ...] = ()
    read_only: bool = False
    hide: bool = False
    toasts: bool = False


READY: Final = ("f4", "=st:ready", "enter")
"""Keys that bring the cursor to a document."""
COMMON: Final = (
    Shot("demo"),
    Shot("empty", world="empty"),
    Shot("worst", world="worst"),
    Shot("reading", world="waiting"),
    Shot("read-only", read_only=True),
    Shot("numbers-hidden", hide=True),
    Shot("help", keys=("f1",)),
)
"""Pictures every place has."""
MORE: Final[dict[str, tuple[Shot, ...]]] = {
    "home": (
        Shot("many", world="many"),
        Shot("read-on", keys=("end", "pagedown")),
        Shot("palette", keys=("ctrl+p",)),
    ),
    "import": (
        Shot("opened", keys=("enter",)),
        Shot("pull-dialog", keys=("p",)),
        Shot("worst-look", world="worst", keys=("enter",)),
        Shot("worst-findings", world="worst", keys=("enter", "f6")),
        Shot("worst-opened", world="worst", keys=("end", "enter")),
    ),
    "review": (
        Shot("many", world="many"),
        Shot("many-filtered", world="many", keys=("f4", "=amt>5000 st:ready")),
        Shot("filter-typing", keys=("f4", "=เป๋า")),
        Shot("filter-problem", keys=("f4", "=st:nonsense amt>x")),
        Shot("filter-nothing-fits", keys=("f4", "=zzzz", "enter")),
        Shot("marked", keys=("space", "space", "shift+down")),
        Shot("marks-hidden", keys=("asterisk", "f4", "=st:blocked", "enter")),
        Shot("opened", keys=(*READY, "enter")),
        Shot("why", keys=(*READY, "tab")),
        Shot("source", keys=(*READY, "tab", "tab")),
        Shot("changes", keys=(*READY, "tab", "tab", "tab")),
        Shot("postings", keys=(*READY, "f6", "f6", "f6", "f6")),
        Shot("opened-postings", keys=(*READY, "f6", "f6", "f6", "f6", "enter")),
        Shot("reject-dialog", keys=("space", "space", "delete")),
        Shot("reject-dialog-empty", keys=("delete", "enter")),
        Shot("like-dialog", keys=(*READY, "f7")),
        Shot("group-dialog", keys=("ctrl+g",)),
        Shot("groups", keys=("ctrl+g", "enter")),
        Shot("groups-of-customers", keys=("ctrl+g", "down", "down", "down", "down", "down", "enter")),
        Shot("decided", keys=(*READY, "space", "space", "insert", "down", "delete", "=paid twice", "enter")),
        Shot("undone", keys=(*READY, "space", "space", "insert", "ctrl+u")),
        Shot("left-as-they-are", keys=("f4", "=st:blocked", "enter", "asterisk", "insert"), toasts=True),
        Shot("sorted", keys=("ctrl+o", "ctrl+o")),
        Shot("worst-opened", world="worst", keys=("down", "down", "enter")),
        Shot("worst-why", world="worst", keys=("end", "f6", "enter")),
        Shot("worst-source", world="worst", keys=("end", "f6", "f6", "enter")),
        Shot("worst-groups", world="worst", keys=("ctrl+g", "down", "down", "down", "down", "down", "enter")),
        Shot("read-only-refused", keys=("insert",), read_only=True),
        Shot("palette", keys=("ctrl+p",)),
    ),
    "others": (
        Shot("shared", world="others"),
        Shot("marked-like", world="others", keys=("f7",)),
        Shot("differs", world="others", keys=("f4", "=st:differs", "enter")),
        Shot("groups", world="others", keys=("ctrl+g",)),
        Shot("adopt-dialog", world="others", keys=("space", "space", "insert")),
        Shot("adopt-refused", world="others", keys=("f4", "=st:several", "enter", "insert")),
        Shot("not-ours-dialog", world="others", keys=("delete",)),
        Shot("shared-read-only", world="others", read_only=True),
        Shot("numbers-hidden-shared", world="others", hide=True),
        Shot("compared", world="compared"),
        Shot("compared-groups", world="compared", keys=("ctrl+g",)),
        Shot("worst-compared", world="others-worst"),
    ),
}
"""Further pictures of a place."""
SHOTS: Final = {place: (*COMMON, *MORE.get(place, ())) for place in PLACES}


@contextmanager
def waiting(shot: Shot) -> Iterator[None]:
    """Hold answers back where the picture is of the time before them."""
    gate = WaitingSession.gate
    gate.clear() if shot.world == "waiting" else gate.set()
    try:
        yield
    finally:
        gate.set()


def take(
    worlds: Worlds,
    place: str,
    shot: Shot,
    look: Callable[[ReconApp, tuple[int, int]], None],
    *,
    sizes: tuple[tuple[int, int], ...] = SIZES,
    speak: str = "en",
    theme: str = "",
) -> None:
    """Open a place, press the keys, and let ``look`` see it at each size."""
    app = worlds(shot.world).app(place, read_only=shot.read_only, hide=shot.hide, theme=theme, speak=speak)

    async def run() -> None:
        async with app.run_test(size=sizes[0], notifications=shot.toasts) as pilot:
            try:
                await still(app, pilot)
                for key in shot.keys:
                    await press(app, pilot, key)
                for size in sizes:
                    await pilot.resize_terminal(*size)
                    await still(app, pilot)
                    assert control_bytes(app) == set()
                    look(app, size)
            finally:
                WaitingSession.gate.set()  # whoever waits must be let go before the screens can end

    try:
        with waiting(shot):
            asyncio.run(run())
    finally:
        i18n.use("en")


def play(app: ReconApp, script: Callable[[Pilot[Any]], Awaitable[None]], *, size: tuple[int, int] = (80, 24)) -> None:
    """Run the screens and play a script on them once they have come to rest."""

    async def run() -> None:
        async with app.run_test(size=size, notifications=True) as pilot:
            await still(app, pilot)
            await script(pilot)

    try:
        asyncio.run(run())
    finally:
        i18n.use("en")


async def press(app: App[Any], pilot: Pilot[Any], key: str) -> None:
    """Press a key, paste words, or change the size; then wait until nothing moves."""
    if key.startswith("=") and len(key) > 1:
        (app.focused or app.screen).post_message(Paste(key[1:]))
    elif key.startswith("~"):
        width, height = key[1:].split("x")
        await pilot.resize_terminal(int(width), int(height))
    else:
        await pilot.press(key)
    await still(app, pilot)


async def still(app: App[Any], pilot: Pilot[Any]) -> None:
    """Wait until every question is answered and drawn: nothing works and the screen stays as it is."""
    before: list[str] = []
    same = 0
    for _ in range(PATIENCE):
        if WaitingSession.gate.is_set():
            with suppress(WorkerCancelled):  # a newer question took its place
                await app.workers.wait_for_complete()
        await settled(pilot)
        now = lines_of(app)
        is_busy = _works(app)
        same = same + 1 if now == before and not is_busy else 0
        before = now
        if same == 2:
            return
        if is_busy:
            await asyncio.sleep(NAP_SECONDS)
    raise AssertionError("the screen does not come to rest\n" + "\n".join(lines_of(app)))


def _works(app: App[Any]) -> bool:
    if not WaitingSession.gate.is_set():
        return False
    return getattr(app, "overview", True) is None or works(app)
