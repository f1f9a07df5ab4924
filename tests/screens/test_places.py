"""What holds at every place: F1 lists every key there is, and every action is reached by keyboard, by mouse and by palette."""

from __future__ import annotations

from typing import Any

import pytest
from textual._context import visible_screen_stack
from textual.command import CommandPalette
from textual.pilot import Pilot

from tests.screens.gallery import play, press, still
from tests.screens.grid import lines_of
from tests.screens.worlds import Worlds
from tui.app import PLACES, ReconApp
from tui.grammar import build_parser
from tui.keys import KEYS, key_text
from tui.keys_here import binding_here
from tui.screens.base import StepScreen
from tui.widgets.help_panel import HelpPanel
from tui.widgets.key_line import KeyLine

MOVING = {
    "cursor", "page", "first", "last", "scroll_up", "scroll_down", "scroll_left", "scroll_right", "scroll_home", "scroll_end",
    "page_up", "page_down", "page_left", "page_right", "cursor_up", "cursor_down", "focus_next", "focus_previous",
    "copy_text", "press", "help_quit", "quit", "suspend_process", "select",
}  # fmt: skip
"""Textual's own keys that move, scroll or press; no action of recon."""
NOT_IN_THE_PALETTE = {"command_palette", "back", "mark_up", "mark_down"}
"""The palette itself, and keys that mean something only where they are pressed."""
COUNTED = pytest.mark.parametrize("place", PLACES)


def bare(action: str) -> str:
    return action.removeprefix("app.").removeprefix("screen.").partition("(")[0]


def actions_here(app: ReconApp) -> dict[str, str]:
    """Return the actions of recon that work here, by their name in the key table."""
    return {name: KEYS[name].name for name in KEYS if binding_here(app.screen, KEYS[name].name) is not None}


@COUNTED
def test_f1_lists_every_key_that_works_here(worlds: Worlds, place: str) -> None:
    async def script(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        bound = {bare(a.binding.action): a.binding for a in app.screen.active_bindings.values() if a.enabled}
        await press(app, pilot, "f1")
        said = str(app.screen.query_one(HelpPanel).query_one("Static").render())
        in_one_line = " ".join(said.split())
        here = {bare(KEYS[name].name): name for name in actions_here(app)}
        assert set(bound) - set(here) - MOVING == set(), "a key that does something and is not in the key table"
        for name in here.values():
            ways = " ".join(key_text(key) for key in KEYS[name].keys)
            assert f" {ways} {KEYS[name].help}" in f" {in_one_line}"
        foreign = {name for name, action in KEYS.items() if name not in here.values() and action.help in in_one_line}
        assert foreign == set(), "a key that does nothing here"
        await press(app, pilot, "f1")
        assert not app.screen.query(HelpPanel)

    play(worlds("demo").app(place), script)


@COUNTED
@pytest.mark.parametrize("size", [(60, 20), (130, 36)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_u9_every_action_has_a_key_a_place_to_click_and_a_line_in_the_palette(
    worlds: Worlds, place: str, size: tuple[int, int]
) -> None:
    async def script(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        actions = actions_here(app)
        assert all(KEYS[name].keys for name in actions)
        titles = [command.title for command in app.get_system_commands(app.screen)]
        for name in set(actions) - NOT_IN_THE_PALETTE:
            assert any(title.startswith(KEYS[name].words) for title in titles), name
        line = app.screen.query_one(KeyLine).render()
        assert "toggle_help" in line.markup, "F1 can be clicked at every width"
        await press(app, pilot, "f1")
        clicks = app.screen.query_one(HelpPanel).query_one("Static").render().markup
        for name in actions:
            assert KeyLine.click_of(name) in clicks, name

    play(worlds("demo").app(place), script, size=size)


def test_a_click_on_a_line_of_the_help_does_what_its_key_does(worlds: Worlds) -> None:
    async def script(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        await press(app, pilot, "f1")
        panel = app.screen.query_one(HelpPanel)
        lines = [strip.text for strip in app.screen._compositor.render_strips()]
        down = next(row for row, text in enumerate(lines) if key_text("f8") in text[panel.region.x :])
        await pilot.click(offset=(panel.region.x + 2, down))
        await still(app, pilot)
        assert app.numbers_hidden

    play(worlds("demo").app("audit"), script, size=(130, 50))


@pytest.mark.parametrize("place", ["home", "review", "doctor"])
def test_the_palette_carries_out_what_it_offers(worlds: Worlds, place: str) -> None:
    async def script(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        for words in ("=Hide numbers", "=Go to: Settings"):
            await press(app, pilot, "ctrl+p")
            assert isinstance(app.screen, CommandPalette)
            await press(app, pilot, words)
            await press(app, pilot, "enter")
            assert not isinstance(app.screen, CommandPalette)
        assert app.numbers_hidden
        assert app.place == "settings"
        assert isinstance(app.screen, StepScreen)

    play(worlds("demo").app(place), script)


def test_the_command_begins_at_every_place() -> None:
    for place in PLACES:
        assert build_parser().parse_args(["tui", "--place", place]).place == place


@pytest.mark.parametrize("key", ["e", "ctrl+p"], ids=["dialog", "palette"])
@pytest.mark.parametrize("size", [(60, 20), (80, 24)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_dialog_leaves_company_and_environment_in_sight(worlds: Worlds, key: str, size: tuple[int, int]) -> None:
    async def script(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        await press(app, pilot, key)
        assert app.screen.is_modal
        visible_screen_stack.set(list(app._background_screens))  # what lies below is drawn with it
        assert f"/// DEMO ///  {app.company}" in lines_of(app)[0]

    play(worlds("demo").app("audit"), script, size=size)


@pytest.mark.parametrize("place", ["audit", "settings"])
def test_a_list_without_marks_offers_none(worlds: Worlds, place: str) -> None:
    async def script(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        assert {"mark", "mark_up", "mark_down", "mark_all"} & set(actions_here(app)) == set()

    play(worlds("demo").app(place), script)
