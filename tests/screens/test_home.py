"""Home by its keys and by the mouse: whatever waits leads to where it is settled, and nothing that is read moves the screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from recon.config.edits import with_setting
from recon.errors import StoreBusy
from recon.service.overview import EventLine, Wait
from recon.service.run_state import RunState
from tests.screens.gallery import play, press, still
from tests.screens.grid import control_bytes, grid, lines_of
from tests.screens.looking import text_of, until
from tests.screens.worlds import World, Worlds
from tui.app import PLACES, ReconApp
from tui.keys import KEYS
from tui.run_words import run_words
from tui.screens.home import GOES_TO, HomeScreen, Waits

HOSTILE = "[/x] [@click=app.quit]x[/] \x1b]0;t\x07 \u202egnirts น้ำ"


@pytest.fixture
def world(worlds: Worlds) -> World:
    return worlds("empty")


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Where a person would be led; the places themselves have tests of their own."""
    asked: list[str] = []

    def go(self: ReconApp, place: str) -> None:
        if place == "home" or self.place == "home":
            real(self, place) if place == "home" else asked.append(place)

    real = ReconApp.go
    monkeypatch.setattr(ReconApp, "go", go)
    yield asked
    assert set(asked) <= set(PLACES)


def home_of(app: ReconApp) -> HomeScreen:
    assert isinstance(app.screen, HomeScreen)
    return app.screen


def waits_of(app: ReconApp) -> Waits:
    return app.screen.query_one(Waits)


def show(app: ReconApp, *waits: Wait, **changes: Any) -> None:
    """Let these things wait, as if the newest overview said so."""
    assert app.overview is not None
    connections = tuple(replace(line, company="Siam") for line in app.overview.connections)
    app._overview_came(replace(app.overview, waits=waits, **{"files": 3, "connections": connections, **changes}))


# --- what waits, and where it leads


@pytest.mark.parametrize("kind", [kind for kind in GOES_TO if kind not in {"inbox", "connect"}])
def test_enter_leads_to_where_it_is_settled(world: World, places: list[str], kind: str) -> None:
    async def script(pilot: Pilot[Any]) -> None:
        show(
            app,
            Wait("notice", "", words="An older backup was put back."),
            Wait(kind, "B0007", 1234, "5000.00", "Look."),
        )
        await still(app, pilot)
        await press(app, pilot, "down")
        assert "1,234" in lines_of(app)[4] or "Look." in lines_of(app)[4]
        await press(app, pilot, "enter")

    app = world.app("home")
    play(app, script)
    assert places == [GOES_TO[kind]]


def test_what_waits_in_the_inbox_and_a_ledger_that_was_never_asked_stand_behind_the_rest(
    world: World, places: list[str]
) -> None:
    async def script(pilot: Pilot[Any]) -> None:
        show(app, Wait("draft", "B0001", 2), inbox=3, connections=app.overview.connections if app.overview else ())
        await still(app, pilot)
        assert waits_of(app).option_count == 3
        await press(app, pilot, "end")
        assert "never asked who it is" in text_of(app)
        await press(app, pilot, "enter")
        await press(app, pilot, "up")
        await press(app, pilot, "enter")

    app = world.app("home")
    play(app, script)
    assert places == ["settings", "import"]


def test_nothing_waits(world: World, places: list[str]) -> None:
    async def script(pilot: Pilot[Any]) -> None:
        show(app)
        await still(app, pilot)
        assert "Nothing waits for you." in text_of(app)
        await press(app, pilot, "enter")

    app = world.app("home")
    play(app, script)
    assert places == ["review"]


def test_an_empty_workspace_leads_to_import_by_one_key(world: World) -> None:
    async def script(pilot: Pilot[Any]) -> None:
        assert "No orders yet." in text_of(app)
        await press(app, pilot, "enter")
        assert app.place == "import"
        await press(app, pilot, "f2")
        assert app.place == "home"

    app = world.app("home")
    play(app, script)


def test_by_mouse(world: World, places: list[str]) -> None:
    async def script(pilot: Pilot[Any]) -> None:
        show(app, Wait("draft", "B0001", 2), Wait("unsure", "B0001", 1))
        await still(app, pilot)
        await pilot.click(offset=(5, 4))
        await still(app, pilot)
        await pilot.click(offset=(lines_of(app)[-1].index("Enter Open") + 2, 23))
        await still(app, pilot)

    app = world.app("home")
    play(app, script)
    assert places == ["upload", "upload"]


def test_missing_days_of_tills_are_told_and_lead_to_the_proof(world: World, places: list[str]) -> None:
    async def script(pilot: Pilot[Any]) -> None:
        show(app, Wait("till-days", "shop", 2))
        await still(app, pilot)
        assert lines_of(app)[3].startswith(" ? 2 settlements missing, days not closed")
        await press(app, pilot, "enter")

    app = world.app("home")
    play(app, script)
    assert places == ["audit"]


def test_words_that_take_two_lines_stand_under_each_other(world: World) -> None:
    async def script(pilot: Pilot[Any]) -> None:
        show(app, Wait("matching", "", 16))
        await still(app, pilot)
        assert lines_of(app)[3].startswith(" ? 16 orders wait for a product")
        assert lines_of(app)[4].startswith("   ") and lines_of(app)[4].strip().endswith("linked")
        grid(app)
        await press(app, pilot, "~130x36")
        grid(app)

    app = world.app("home")
    play(app, script, size=(60, 20))


# --- keys of the place


def test_steps_upload_and_palette_by_key(world: World, places: list[str]) -> None:
    async def script(pilot: Pilot[Any]) -> None:
        for key in ("f3", "f9"):
            await press(app, pilot, key)
        await press(app, pilot, "escape")
        await press(app, pilot, "f2")
        assert app.place == "home", "there is nothing before Home"
        await press(app, pilot, "ctrl+p")
        await press(app, pilot, "=Go to: Settings")
        await press(app, pilot, "enter")

    app = world.app("home")
    play(app, script)
    assert places == ["import", "upload", "settings"]


def test_every_key_of_the_footer_is_there_and_f1_names_it(world: World) -> None:
    async def script(pilot: Pilot[Any]) -> None:
        await press(app, pilot, "~130x36")
        footer = lines_of(app)[-1]
        for name in home_of(app).FOOTER:
            assert KEYS[name].words in footer
        await press(app, pilot, "f1")
        assert "Keys of this place" in text_of(app)
        assert "Open what the cursor is on" in text_of(app)
        await press(app, pilot, "ฦ")
        assert "Keys of this place" not in text_of(app)

    app = world.app("home")
    play(app, script)


def test_numbers_are_hidden_and_shown(worlds: Worlds) -> None:
    async def script(pilot: Pilot[Any]) -> None:
        assert "89,802.15" in text_of(app) and "F8 Hide numbers" in text_of(app)
        await press(app, pilot, "f8")
        assert "F8 Show numbers" in text_of(app)
        assert "[NUMBERS HIDDEN]" in text_of(app)
        assert not [amount for amount in ("89,802.15", "8,910.15", "102,757.96") if amount in text_of(app)]
        assert "#" not in text_of(app), "no bar tells what a figure does not"
        await press(app, pilot, "f8")
        assert "89,802.15" in text_of(app)

    app = worlds("demo").app("home")
    play(app, script, size=(130, 36))


def test_keys_beyond_the_last_line_scroll_what_is_read(worlds: Worlds) -> None:
    async def script(pilot: Pilot[Any]) -> None:
        assert lines_of(app)[2].startswith(" Needs you"), "the screen opens at its top"
        assert "Last steps" not in text_of(app)
        for _ in range(24):
            await pilot.press("down")
        await still(app, pilot)
        assert "Last steps" in text_of(app)
        await press(app, pilot, "pageup")
        await press(app, pilot, "pageup")
        assert lines_of(app)[2].startswith(" Needs you")
        assert waits_of(app).highlighted == 2
        await press(app, pilot, "pagedown")
        assert not lines_of(app)[2].startswith(" Needs you")
        for _ in range(24):
            await pilot.press("up")
        await still(app, pilot)
        assert lines_of(app)[2].startswith(" Needs you")
        assert waits_of(app).highlighted == 0

    app = worlds("demo").app("home")
    play(app, script)


def test_a_newer_overview_leaves_the_cursor_where_it_is(world: World) -> None:
    async def script(pilot: Pilot[Any]) -> None:
        show(app, *(Wait("draft", f"B000{n}", n) for n in range(1, 5)))
        await still(app, pilot)
        await press(app, pilot, "down")
        await press(app, pilot, "down")
        show(app, *(Wait("draft", f"B000{n}", n) for n in range(1, 6)))
        await still(app, pilot)
        assert waits_of(app).highlighted == 2
        show(app, Wait("draft", "B0001", 1))
        await still(app, pilot)
        assert waits_of(app).highlighted == 0

    app = world.app("home")
    play(app, script)


def test_another_language_leaves_the_keys_where_they_were(world: World, places: list[str]) -> None:
    async def script(pilot: Pilot[Any]) -> None:
        app.use_language("nb")
        await still(app, pilot)
        assert "Trenger deg" in text_of(app)
        show(app, Wait("draft", "B0001", 1))
        await still(app, pilot)
        await press(app, pilot, "enter")

    app = world.app("home")
    play(app, script)
    assert places == ["review"]


# --- what goes wrong, and what an enemy writes


def test_an_overview_that_cannot_be_read_is_said_and_read_again_by_refresh(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from recon.service import ReconService

    real = ReconService.overview

    def busy(_service: ReconService) -> Any:
        raise StoreBusy("Another process is writing. Nothing was read; press F5.")

    monkeypatch.setattr(ReconService, "overview", busy)

    async def script(pilot: Pilot[Any]) -> None:
        assert "Another process is writing" in text_of(app)
        monkeypatch.setattr(ReconService, "overview", real)
        await press(app, pilot, "f5")
        assert "No orders yet." in text_of(app)
        assert "Another process is writing" not in text_of(app)

    app = world.app("home")
    monkeypatch.setattr("tests.screens.gallery._works", lambda app: any(not w.is_finished for w in app.workers))
    play(app, script)


def test_hostile_names_and_notices_are_shown_as_text(world: World) -> None:
    event = EventLine(1, "2026-11-02T02:00:00Z", HOSTILE, "intake", HOSTILE, 3, "1.00", {"file": HOSTILE}, "5e")

    async def script(pilot: Pilot[Any]) -> None:
        view = app.overview
        assert view is not None
        line = replace(view.connections[0], name=HOSTILE, source=HOSTILE, target=HOSTILE, company=None)
        waits = (Wait("draft", HOSTILE, 1), Wait("notice", "", words=HOSTILE * 4))
        for size in ("~60x20", "~80x24", "~130x36"):
            await press(app, pilot, size)
            show(app, *waits, connections=(line,), events=(event,) * 3)
            await still(app, pilot)
            assert control_bytes(app) == set()
            grid(app)
            assert "[/x]" in text_of(app)

    app = world.app("home")
    play(app, script)


def test_home_shows_the_last_run_its_result_and_the_next_one(worlds: Worlds) -> None:
    world = worlds("empty")
    text = (world.root / "recon.toml").read_text("utf-8")
    text = with_setting(text, ("connections", "shop", "schedule", "when"), value="daily")
    (world.root / "recon.toml").write_text(text, "utf-8")

    async def overdue(pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: "runs every day" in text_of(pilot.app))
        words = text_of(pilot.app)
        assert "runs every day, overdue; 2026-11-03 05:00 at the latest" in words
        assert "last run" not in words

    play(world.app("home"), overdue)
    shell = world.shell()
    shell("connect").expect(0)
    shell("run").expect(0)

    async def ran(pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: "runs every day" in text_of(pilot.app))
        words = text_of(pilot.app)
        assert "runs every day, next 2026-11-03 05:00" in words
        assert "last run 2026-11-02 09:00: + 0 documents, nothing waits" in words

    play(world.app("home"), ran)


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        ({"last_ended": "waits", "last_count": 3}, "? 3 documents, something waits for you"),
        ({"last_ended": "failed", "last_words": "no \x1b[31m answer"}, "! failed. no ␛[31m answer"),
        ({"last_ended": "done", "last_count": 1, "not_told": "mail ended with 1"}, "Nobody could be told of it: mail ended with 1"),
    ],
)  # fmt: skip
def test_words_about_a_run(english: None, ended: dict[str, Any], words: str) -> None:
    facts = {"last_words": "", "last_count": 0, "not_told": "", **ended}
    runs = RunState(when="manual", due="", is_overdue=False, last_at="2026-11-02T02:00:00Z", **facts)
    assert words in "\n".join(run_words(runs, "Asia/Bangkok"))
