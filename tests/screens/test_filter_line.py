"""The filter line: each key filters, a burst once; Esc clears, then leaves; problems and results are said; pastes are cleaned."""

from __future__ import annotations

from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.events import Key, Paste
from textual.pilot import Pilot

from tests.screens.grid import control_bytes, grid, lines_of, play
from tests.screens.looking import quiet
from tui.i18n import speaking
from tui.widgets.filter_line import FilterLine, clean


class FilterApp(App[None]):
    """A filter line and what it said."""

    AUTO_FOCUS = ""

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.options = options
        self.said: list[str] = []

    def compose(self) -> ComposeResult:
        yield FilterLine(**self.options)

    @property
    def line(self) -> FilterLine:
        return self.query_one(FilterLine)

    def on_filter_line_changed(self, message: FilterLine.Changed) -> None:
        self.said.append(message.text)

    def on_filter_line_left(self, message: FilterLine.Left) -> None:
        self.said.append("left")
        assert message.control is self.line


def test_a_burst_of_keys_filters_once() -> None:
    app = FilterApp()

    async def script(pilot: Pilot[Any]) -> None:
        app.line.begin()
        await pilot.pause()
        for character in "st:check":
            app.line.input.post_message(Key(character, character))
        await quiet(pilot)
        assert app.said == ["st:check"]
        app.line.input.post_message(Key("x", "x"))
        await quiet(pilot)
        assert app.said == ["st:check", "st:checkx"]

    play(app, script)


def test_thai_is_typed_with_its_marks() -> None:
    app = FilterApp()

    async def script(pilot: Pilot[Any]) -> None:
        app.line.begin()
        await pilot.pause()
        for character in "น้ำ":
            app.line.input.post_message(Key(character, character))
        await quiet(pilot)
        assert app.said == ["น้ำ"]
        assert "น้ำ" in lines_of(app)[0]
        grid(app)

    play(app, script)


def test_escape_clears_first_and_leaves_then() -> None:
    app = FilterApp()

    async def script(pilot: Pilot[Any]) -> None:
        app.line.begin()
        await pilot.press("a", "b")
        await quiet(pilot)
        assert app.line.has_class("-active")
        await pilot.press("escape")
        await quiet(pilot)
        assert (app.said[-1], app.line.text, app.line.is_active) == ("", "", False)
        assert not app.line.has_class("-active")
        await pilot.press("escape")
        await quiet(pilot)
        assert app.said[-2:] == ["", "left"]

    play(app, script)


@pytest.mark.parametrize("key", ["enter", "down"])
def test_enter_and_down_go_back_to_the_list_and_keep_the_text(key: str) -> None:
    app = FilterApp()

    async def script(pilot: Pilot[Any]) -> None:
        app.line.begin()
        await pilot.pause()
        app.line.input.post_message(Key("z", "z"))
        await pilot.press(key)
        await quiet(pilot)
        assert app.said == ["z", "left"], "the last key filters before the line is left"
        assert app.line.is_active
        assert "/ z" in lines_of(app)[0]

    play(app, script)


def test_result_and_problem_stand_beside_and_below() -> None:
    app = FilterApp(hint="Filter by words")

    async def script(pilot: Pilot[Any]) -> None:
        assert lines_of(app)[0].startswith(" / Filter by words")
        app.line.set_text("amt>x")
        app.line.show_result(33, 1240, "123,402.00")
        app.line.show_problem('"amt>x": x is no amount. [/x]\x1b')
        await pilot.pause()
        assert lines_of(app)[0].rstrip().endswith("33 of 1,240  123,402.00")
        assert lines_of(app)[1].strip() == '"amt>x": x is no amount. [/x]␛'
        app.line.show_problem("")
        await pilot.pause()
        assert lines_of(app)[1].strip() == ""
        with speaking("th"):
            app.line.relabel()

    play(app, script)


def test_f73_what_is_pasted_holds_nothing_that_steers_a_terminal() -> None:
    app = FilterApp()

    async def script(pilot: Pilot[Any]) -> None:
        app.line.begin()
        await pilot.pause()
        app.line.input.post_message(Paste("a\x1b[31m\u202e\x9bb[/x]\u200b\nsecond line"))
        await quiet(pilot)
        assert app.said == ["a[31mb[/x]"]
        app.line.set_text("x\x07y")
        await quiet(pilot)
        assert app.said[-1] == "xy"
        assert control_bytes(app) == set()

    play(app, script)


def test_clean_text_is_left_alone() -> None:
    assert clean("น้ำ amt>1000 -word") == "น้ำ amt>1000 -word"
    assert clean("a\ud800b") == "ab"
