"""New things on screen: one line on Home and on the lists of Match, and one key that shows and answers them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot
from textual.widgets import Static

from recon.config.edits import with_settings
from tests.clock import FakeClock
from tests.screens.grid import lines_of
from tests.screens.looking import play, press, quiet
from tests.screens.match_world import match_app, match_world
from tests.screens.test_match_screen import GridFile
from tests.shell import Shell
from tests.tui.seen_world import FIRST, later_file
from tui.app import ReconApp
from tui.widgets.dialogs import ConfirmDialog


@pytest.fixture
def grids(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(GridFile)


@pytest.fixture
def shop(tmp_path: Path, clock: FakeClock) -> Shell:
    """Planned once; then a file with a payment channel that would count as cash, and a status."""
    shell = match_world(tmp_path / "books", clock, sold=FIRST)
    shell("match", "--link-all", "--text", "--channel", "Bank Deposit", "--method", "BSV001").expect(0)
    file = shell.root / "recon.toml"
    cash = {
        ("connections", "shop", "channels", "cash_method"): "CSH001",
        ("connections", "shop", "channels", "unmapped"): "cash",
    }
    file.write_text(with_settings(file.read_text("utf-8"), cash), encoding="utf-8")
    shell("plan").expect(4)
    shell("import", later_file(shell, channel="PromptPay", source="TikTok [b]Shop")).expect(0)
    shell("plan").expect(4)
    return shell


def line(app: ReconApp) -> str:
    found = app.screen.query_one("#new", Static)
    return str(found.content) if found.display else ""


def test_home_names_what_waits_and_leads_to_match(shop: Shell, grids: SnapshotAssertion) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await pilot.pause()
        text = "\n".join(lines_of(app))
        assert "2 new things" in text
        assert text == grids

    play(match_app(shop.root, shop.clock, place="home"), script)  # type: ignore[arg-type]


@pytest.mark.parametrize("place", ["match", "channels"])
def test_the_lists_say_what_is_new_and_one_key_answers_it(shop: Shell, place: str, grids: SnapshotAssertion) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await pilot.pause()
        assert line(app).startswith("! 2 new things: payment channel PromptPay")
        await press(pilot, "q")
        assert isinstance(app.screen, ConfirmDialog)
        assert "\n".join(lines_of(app)) == grids
        await pilot.click("#yes")
        await quiet(pilot)
        assert line(app) == ""

    play(match_app(shop.root, shop.clock, place=place), script)  # type: ignore[arg-type]
    assert shop.json("match")["things"] == []
    assert {
        (row["answered"], row["who"]) for row in shop.json("match", "--things")["seen"] if row["value"] == "PromptPay"
    } == {("word", "nok")}


def test_escape_answers_nothing(shop: Shell) -> None:
    async def script(app: ReconApp, pilot: Pilot[Any]) -> None:
        await pilot.pause()
        await pilot.press("q", "escape")
        assert line(app).startswith("! 2 new things")

    play(match_app(shop.root, shop.clock), script)  # type: ignore[arg-type]
    assert len(shop.json("match")["things"]) == 2
