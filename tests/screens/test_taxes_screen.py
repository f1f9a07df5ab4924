"""Sales taxes and their items, by their keys: chosen where they are proposed, several at once, taken away, undone."""

from __future__ import annotations

from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot

from tests.clock import FakeClock
from tests.screens.looking import pictured_at_each_size, play, press, quiet, says
from tests.screens.match_world import match_app
from tests.shell import Shell
from tests.tui.tax_world import CA, LA, NV, TX, begun
from tui.screens.products import ProductsScreen
from tui.screens.taxes import TaxesScreen
from tui.widgets.pick_dialog import PickDialog


@pytest.fixture
def shell(shell_at) -> Shell:
    return shell_at(begun)


def items(pilot: Pilot[Any]) -> dict[str, str | None]:
    assert isinstance(pilot.app.screen, TaxesScreen)
    frame = pilot.app.screen.frame
    assert frame is not None
    return dict(frame.select("tax", "code").iter_rows())


def test_the_list_is_a_tab_of_the_match_step_where_the_ledger_works_tax_out(shell: Shell, clock: FakeClock) -> None:
    async def script(app: App[Any], pilot: Pilot[Any]) -> None:
        assert isinstance(app.screen, ProductsScreen)
        assert says(app, "Sales taxes 4")
        await press(pilot, "f6", "f6", "f6")
        assert items(pilot) == {CA: None, LA: None, NV: None, TX: None}
        assert says(app, "4 taxes wait for their items")
        assert says(app, "same rate, 7.25 %")

    play(match_app(shell.root, clock), script, size=(130, 36))


def test_enter_takes_the_proposed_item_and_undo_takes_it_back(shell: Shell, clock: FakeClock) -> None:
    async def script(app: App[Any], pilot: Pilot[Any]) -> None:
        await press(pilot, "enter")
        assert isinstance(app.screen, PickDialog)
        await press(pilot, "enter")
        assert items(pilot)[CA] == "CA Sales Tax"
        assert says(app, "3 taxes wait for their items")
        await press(pilot, "u")
        assert items(pilot)[CA] is None
        await press(pilot, "y")
        assert items(pilot)[CA] == "CA Sales Tax"
        screen = app.screen
        assert isinstance(screen, TaxesScreen)
        screen.rows.move_to(list(items(pilot)).index(CA))
        await quiet(pilot)
        await press(pilot, "d")
        assert items(pilot)[CA] is None

    play(match_app(shell.root, clock, place="taxes"), script, size=(130, 36))


def test_without_tax_items_there_is_no_such_tab(shell: Shell, clock: FakeClock) -> None:
    shell.edit('taxes = "items"', 'taxes = "line"')

    async def script(app: App[Any], pilot: Pilot[Any]) -> None:
        assert not says(app, "Sales taxes")
        await press(pilot, "f6")

    play(match_app(shell.root, clock), script)


def test_picture(shell: Shell, clock: FakeClock, grids: Any) -> None:
    shell("match", "--tax-item", f"{TX}=TX Sales Tax").expect(4)
    play(match_app(shell.root, clock, place="taxes"), pictured_at_each_size(grids))
