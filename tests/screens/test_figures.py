"""Totals bar, meter and day chart: figures first, straight at every width, honest at both ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widget import Widget

from tests.screens.grid import control_bytes, grid, lines_of, play
from tui.widgets.bars import DayBar, DayBars
from tui.widgets.meter import Meter, bar
from tui.widgets.totals_bar import BarButton, TotalsBar


class OneWidget(App[None]):
    """One widget alone."""

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget, self.pressed = widget, list[str]()

    def compose(self) -> ComposeResult:
        yield self.widget

    def action_touch(self, what: str) -> None:
        self.pressed.append(what)


BUTTONS = (
    BarButton("app.touch('approve')", lambda n: f"Approve {n} marked" if n else "Approve this row"),
    BarButton("app.touch('reject')", lambda n: f"Reject {n}" if n else "Reject this row"),
    BarButton("app.touch('clear')", lambda n: "Clear" if n else ""),
)


def seen(widget: Widget, tell: Callable[[], None], width: int, height: int = 4) -> list[str]:
    """Return the lines of a widget after it was told something."""
    found: list[str] = []
    app = OneWidget(widget)

    async def script(pilot: Pilot[Any]) -> None:
        tell()
        await pilot.pause()
        grid(app)
        assert control_bytes(app) == set()
        found.extend(line.rstrip() for line in lines_of(app))

    play(app, script, size=(width, height))
    return found


# totals bar


def test_marked_rows_their_sum_and_those_out_of_view() -> None:
    totals = TotalsBar(BUTTONS)
    line = seen(totals, lambda: totals.show_marked(12, "17,150.50 THB", 3), 110)[0]
    assert line.startswith(" 12 marked  17,150.50 THB  (3 not in view)")
    assert line.endswith("[ Approve 12 marked ]  [ Reject 12 ]  [ Clear ]")


def test_without_marks_the_buttons_say_that_they_touch_one_row() -> None:
    totals = TotalsBar(BUTTONS)

    def tell() -> None:
        totals.say_otherwise(lambda: "33 shown  123,402.00 THB")
        totals.show_marked(0)

    line = seen(totals, tell, 90)[0]
    assert line.startswith(" 33 shown  123,402.00 THB  ")
    assert line.endswith("[ Approve this row ]  [ Reject this row ]")


@pytest.mark.parametrize("width", range(10, 120, 6))
def test_no_button_is_cut_and_the_first_stays_longest(width: int) -> None:
    totals = TotalsBar(BUTTONS)
    line = seen(totals, lambda: totals.show_marked(2, "17,150.50", 1), width)[0]
    assert line.count("[") == line.count("]")
    assert ("Approve" in line) >= ("Reject" in line) >= ("Clear" in line)


def test_a_button_is_pressed_where_it_stands() -> None:
    totals = TotalsBar(BUTTONS)
    app = OneWidget(totals)

    async def script(pilot: Pilot[Any]) -> None:
        totals.show_marked(2, "17,150.50", 1)
        await pilot.pause()
        for word in ("Reject", "Approve", "Clear"):
            await pilot.click(TotalsBar, offset=(lines_of(app)[0].index(word) + 2, 0))
        await pilot.click(TotalsBar, offset=(2, 0))
        await pilot.pause()
        assert app.pressed == ["reject", "approve", "clear"]

    play(app, script, size=(100, 3))


def test_the_sum_is_hidden_with_all_numbers() -> None:
    totals = TotalsBar()
    totals.hide_numbers = True
    assert seen(totals, lambda: totals.show_marked(2, "17,150.50"), 60)[0] == " 2 marked  #####"


def test_f73_totals_take_no_markup_and_no_control() -> None:
    totals = TotalsBar([BarButton("app.bell", lambda n: "[/x]\x1b")])
    line = seen(totals, lambda: totals.show_marked(2, "1.00 [b]\x1b\u202e"), 80)[0]
    assert "1.00 [b]␛⯑" in line
    assert line.endswith("[ [/x]␛ ]")


# meter


def test_the_meter_says_its_figures() -> None:
    meter = Meter()
    line = seen(meter, lambda: meter.show(15, 24, sums=("78,210.00", "123,402.00"), note="0:21 left"), 90)[0]
    assert line == " [##################------------]  15 / 24   78,210.00 of 123,402.00   0:21 left"


@pytest.mark.parametrize("width", [8, 20, 40, 60, 80])
def test_the_figures_stay_when_the_bar_must_go(width: int) -> None:
    meter = Meter()
    line = seen(meter, lambda: meter.show(5, 24, sums=("1.00", "2.00"), note="0:21 left"), width)[0]
    assert "5 / 24" in line
    assert line.count("[") == line.count("]")


def test_a_meter_without_a_known_end_and_with_hidden_sums() -> None:
    meter = Meter()
    assert seen(meter, lambda: meter.show(15, 0), 40)[0] == f" [{'-' * 30}]  15"
    hidden = Meter()
    hidden.hide_numbers = True
    assert "78" not in seen(hidden, lambda: hidden.show(1, 2, sums=("78.00", "80.00")), 60)[0]


@given(st.integers(0, 500), st.integers(0, 500), st.integers(2, 60))
def test_a_bar_is_full_only_at_the_end(done: int, total: int, cells: int) -> None:
    drawn = bar(done, total, cells)
    assert len(drawn) == cells
    if total and done < total:
        assert drawn.endswith("-")
        assert drawn.startswith("#") == (done > 0)
    if total and done >= total:
        assert set(drawn) == {"#"}


# day chart

DAYS = (
    DayBar("20 ม.ค.", 12, 50_000, "500.00"),
    DayBar("21 ม.ค.", 1_123, 100_000, "1,000.00"),
    DayBar("22 ม.ค.", 1, -25_000, "-250.00"),
    DayBar("23 ม.ค.", 0, 0, "0.00"),
)


def test_the_chart_has_bars_in_proportion_and_figures_under_each_other() -> None:
    chart = DayBars()
    assert seen(chart, lambda: chart.show(DAYS), 50, 6)[:5] == [
        " Day                           Documents    Value",
        " 20 ม.ค. ##########                   12   500.00",
        " 21 ม.ค. #####################     1,123 1,000.00",
        " 22 ม.ค. -----                         1  -250.00",
        " 23 ม.ค.                               0     0.00",
    ]


def test_the_newest_days_stay_where_not_all_fit() -> None:
    chart = DayBars()
    chart.styles.height = 3
    lines = seen(chart, lambda: chart.show(DAYS), 50, 5)
    assert [line[:8].strip() for line in lines[:3]] == ["Day", "22 ม.ค.", "23 ม.ค."]


@pytest.mark.parametrize("width", [10, 20, 33, 60, 130])
def test_the_chart_is_straight_at_every_width(width: int) -> None:
    chart = DayBars()
    seen(chart, lambda: chart.show([*DAYS, DayBar("[/x]\x1b", 3, 10, "0.10")]), width, 8)


def test_a_chart_without_days_says_so_and_hides_values() -> None:
    chart = DayBars()
    assert seen(chart, lambda: chart.say_when_empty("Nothing posted yet."), 40)[0].strip() == "Nothing posted yet."
    hidden = DayBars()
    hidden.hide_numbers = True
    lines = seen(hidden, lambda: hidden.show(DAYS), 50, 6)
    assert all(line.endswith("#####") for line in lines[1:5])
