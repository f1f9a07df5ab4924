"""Returns without their sale, by their keys: what each may belong to, the word of a person, another sale by its number, undo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot

from recon.sandbox.zort import ZortShop
from tests.cases.zort_books import JULY, back, books, codes, fill, planned, sale
from tests.clock import FakeClock
from tests.screens.looking import pictured_at_each_size, play, press, quiet, says
from tests.screens.match_world import HOSTILE, match_app
from tests.shell import Shell
from tui.screens.products import ProductsScreen
from tui.screens.returns import ReturnsScreen
from tui.widgets.dialogs import TextDialog
from tui.widgets.pick_dialog import ExplainedDialog

BUYER = {"customername": "สมชาย ใจดี"}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(JULY)


@pytest.fixture
def shell(tmp_path: Path, clock: FakeClock) -> Shell:
    """Two returns that say nothing of their sale: of one two sales come into question, of the other none."""
    one, two, other = sale("SO-1", **BUYER), sale("SO-2", 30, **BUYER), sale("SO-3", 26)
    lost = back("CN-1", one, description="ลูกค้าเปลี่ยนใจ")
    strange = back("CN-2", other, description=HOSTILE[0], customername=HOSTILE[2], day="2026-06-02")
    strange["list"] = [each | {"sku": "NOBODY"} for each in strange["list"]]
    with ZortShop(now=clock.now) as shop:
        fill(shop, [one, two, other], [lost, strange])
        made = books(tmp_path, clock, shop, record_kinds=["sale", "sale_return"])
        made("pull")
    planned(made)
    return made


def here(pilot: Pilot[Any]) -> ReturnsScreen:
    assert isinstance(pilot.app.screen, ReturnsScreen)
    return pilot.app.screen


def states(pilot: Pilot[Any]) -> dict[str, str]:
    frame = here(pilot).frame
    assert frame is not None
    return dict(frame.select("number", "state").iter_rows())


async def to_row(pilot: Pilot[Any], number: str) -> None:
    frame = here(pilot).frame
    assert frame is not None
    here(pilot).rows.move_to(frame["number"].to_list().index(number))
    await quiet(pilot)


def test_the_list_is_a_tab_of_the_match_step_where_returns_wait(shell: Shell, clock: FakeClock) -> None:
    async def script(app: App[Any], pilot: Pilot[Any]) -> None:
        assert isinstance(app.screen, ProductsScreen)
        assert says(app, "Returns 2")
        await press(pilot, "f6", "f6", "f6")
        assert states(pilot) == {"CN-1": "suggested", "CN-2": "unlinked"}
        await press(pilot, "f6")
        assert isinstance(app.screen, ProductsScreen)

    play(match_app(shell.root, clock), script)


def test_the_sale_is_chosen_among_what_is_proposed_and_taken_back(shell: Shell, clock: FakeClock) -> None:
    async def script(app: App[Any], pilot: Pilot[Any]) -> None:
        await to_row(pilot, "CN-1")
        assert says(app, "same customer, same SKUs, same amount")
        await press(pilot, "enter")
        assert isinstance(app.screen, ExplainedDialog)
        await press(pilot, "enter")
        assert states(pilot) == {"CN-2": "unlinked"}
        await press(pilot, "u")
        assert states(pilot) == {"CN-1": "suggested", "CN-2": "unlinked"}
        await press(pilot, "y")
        assert states(pilot) == {"CN-2": "unlinked"}

    play(match_app(shell.root, clock, place="returns"), script)
    assert ("credit_note", "SO-1") in {(kind, number) for kind, number, _total in planned(shell)}
    assert "a person said so" in codes(shell)["return-linked"]


def test_another_sale_is_taken_by_its_number_and_a_wrong_one_changes_nothing(shell: Shell, clock: FakeClock) -> None:
    async def script(app: App[Any], pilot: Pilot[Any]) -> None:
        await to_row(pilot, "CN-2")
        assert says(app, "No sale fits")
        await press(pilot, "enter")
        assert isinstance(app.screen, TextDialog)
        await press(pilot, "=SO-9", "enter")
        assert says(app, "There are no sales called 'SO-9'")
        assert len(states(pilot)) == 2
        await press(pilot, "escape")
        await to_row(pilot, "CN-1")
        await press(pilot, "enter", "end", "enter")
        assert isinstance(app.screen, TextDialog)
        await press(pilot, "=SO-2", "enter")
        assert states(pilot) == {"CN-2": "unlinked"}

    play(match_app(shell.root, clock, place="returns"), script)


def test_going_back_and_reading_only_say_nothing(shell: Shell, clock: FakeClock) -> None:
    async def back_out(app: App[Any], pilot: Pilot[Any]) -> None:
        await press(pilot, "enter", "escape")
        assert len(states(pilot)) == 2

    async def reading(app: App[Any], pilot: Pilot[Any]) -> None:
        await press(pilot, "enter")
        assert len(states(pilot)) == 2

    play(match_app(shell.root, clock, place="returns"), back_out)
    play(match_app(shell.root, clock, place="returns", read_only=True), reading)


def test_the_filter_finds_by_number_and_state(shell: Shell, clock: FakeClock) -> None:
    async def script(_app: App[Any], pilot: Pilot[Any]) -> None:
        for text, rows in (("st:suggested", 1), ("cn-2", 1), ("so-1", 1), ("st:open", 2), ("zzz", 0)):
            here(pilot).line.set_text(text)
            await quiet(pilot)
            assert here(pilot).rows.row_count == rows, text

    play(match_app(shell.root, clock, place="returns"), script)


@pytest.mark.parametrize(
    "keys", [(), ("down",), ("enter",), ("down", "enter")], ids=["first", "second", "ask", "ask-second"]
)
def test_pictures_of_returns(shell: Shell, clock: FakeClock, grids: Any, keys: tuple[str, ...]) -> None:
    play(match_app(shell.root, clock, place="returns"), pictured_at_each_size(grids, *keys))
