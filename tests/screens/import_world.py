"""A shop's folder with an inbox, and the import screen on it: what a person puts in, and what stands on the screen."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from textual.pilot import Pilot

from recon.config.first.answers import FirstAnswers
from recon.config.first.text import first_settings
from recon.workspace import find_workspace, make_workspace
from tests.clock import FakeClock
from tests.screens.grid import lines_of
from tests.screens.looking import SIZES, quiet, says
from tests.shell import Shell
from tui.app import ReconApp
from tui.preferences import Preferences
from tui.screens.importing import ImportScreen
from tui.session import Session
from tui.wiring import service_for

FIXTURES = Path(__file__).parents[2] / "fixtures"
LINES = FIXTURES / "sources" / "profile" / "back-office-lines.csv"
"""Four orders of a back office whose columns nobody knows; Buddhist years, cp874."""
CUT = FIXTURES / "errors" / "cut-in-a-row.csv"
HOSTILE = ("[b] [@click=app.quit]x.csv", "\u202e\x1b]0;t\x07.csv", f"{'น้ำ' * 20}.csv", "株式会社 東京.csv")
WORST_CELLS = (
    "[/x] 100[b]", "[@click=app.quit]x[/]", "red \x1b[31m", "title \x1b]0;t\x07", "bidi \u202egnirts\u2066", "株式会社東京営業部",
    "\u0e48\u0e48\u0e33 น้ำ", "ก" + "\u0e48" * 30, "x" * 300, "{n} %s ${x} `rm`", "'=HYPERLINK(1)",
)  # fmt: skip
"""Headings and cells as an enemy, or a careless shop, would write them."""
COMPANY = "บริษัท สยามช็อป จำกัด"
Script = Callable[[ReconApp, Pilot[Any]], Awaitable[None]]


@dataclass(frozen=True)
class ImportWorld:
    """One workspace of a Shopify shop, never sent from."""

    root: Path

    @property
    def inbox(self) -> Path:
        """Where a person drags files."""
        return self.root / "inbox"

    def put(self, source: Path, name: str = "") -> Path:
        """Lay a file into the inbox, changed on a fixed day."""
        return settled(Path(shutil.copyfile(source, self.inbox / (name or source.name))))

    def shell(self) -> Shell:
        """Return a shell in this workspace."""
        return Shell(self.root, FakeClock())

    def take_in(self, *paths: Path) -> None:
        """Take files in as Nok did it."""
        with service_for(find_workspace(self.root), clock=FakeClock(), actor="nok", write=True) as service:
            report = service.import_files(list(paths))
        assert all(file.status == "taken" for file in report.files)

    def app(self, *, read_only: bool = False, hide: bool = False, speak: str = "en") -> ReconApp:
        """Return the screens, opened at Import."""
        session = Session(self.root, clock=FakeClock(), actor="nok", read_only=read_only)
        return ReconApp(session, start="import", preferences=Preferences(language=speak, hide_numbers=hide), keep=False)


def settled(path: Path) -> Path:
    """Give a file a day of change that is always the same."""
    at = dt.datetime(2026, 10, 31, 5, 0, tzinfo=dt.UTC).timestamp()
    os.utime(path, (at, at))
    return path


def import_world(root: Path, **answers: Any) -> ImportWorld:
    """Make the workspace."""
    given = {"company": COMPANY, "source": "shopify", "target": "sandbox", "environment": "sandbox"} | answers
    make_workspace(root, first_settings(FirstAnswers(start_date=dt.date(2026, 10, 1), **given)))
    return ImportWorld(root)


async def sizes(app: ReconApp, pilot: Pilot[Any]) -> AsyncIterator[str]:
    """Change the size of the terminal, and give its name each time; a change of size leaves nothing crooked."""
    for width, height in SIZES:
        await pilot.resize_terminal(width, height)
        await quiet(pilot)
        yield f"{width}x{height}"


async def click_words(app: ReconApp, pilot: Pilot[Any], words: str, *, times: int = 1) -> None:
    """Click where words stand on the screen."""
    for y, line in enumerate(lines_of(app)):
        if words in line:
            x = cell_len(line[: line.index(words)]) + 1
            await pilot.click(offset=(x, y), times=times)
            await quiet(pilot)
            return
    raise AssertionError(f"{words!r} does not stand on the screen\n" + "\n".join(lines_of(app)))


async def seen(app: ReconApp, pilot: Pilot[Any], words: str) -> bool:
    """Wait until words stand on the screen, on a machine that has much else to do too."""
    for _ in range(100):
        if says(app, words):
            return True
        await pilot.pause(0.05)
    return False


def screen_of(app: ReconApp) -> ImportScreen:
    """Return the import screen."""
    assert isinstance(app.screen, ImportScreen)
    return app.screen
