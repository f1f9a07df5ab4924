"""The virtual table as a person uses it: keys, mouse, marks, order, and what survives a filter, a sort and new rows."""

from __future__ import annotations

from typing import Any

import polars as pl
from textual.events import MouseScrollDown
from textual.pilot import Pilot

from tests.screens.grid import grid, lines_of, play
from tests.screens.table_app import COLUMNS, TableApp, baht, documents, number, settled
from tui.widgets.columns import Column
from tui.widgets.table import VirtualTable


def numbers(*rows: int) -> list[str]:
    return [number(row) for row in rows]


def first_rows(app: TableApp, count: int) -> list[str]:
    return [line[3:16] for line in lines_of(app)[1 : count + 1]]


# keys


def test_keys_move_the_cursor_and_say_so() -> None:
    app = TableApp(documents(40))
    places = [
        ("down", 1),
        ("down", 2),
        ("up", 1),
        ("pagedown", 9),
        ("pageup", 1),
        ("end", 39),
        ("down", 39),
        ("home", 0),
    ]

    async def script(pilot: Pilot[Any]) -> None:
        for key, place in places:
            await pilot.press(key)
            await pilot.pause()
            assert (key, app.table.cursor_position) == (key, place)
            assert app.table.cursor_key == number(place) == app.last(VirtualTable.CursorMoved).key
            assert any(line.startswith(f">  {number(place)}") for line in lines_of(app)), "the cursor is in sight"
        assert len(app.all_of(VirtualTable.CursorMoved)) == 1 + 7, "one for the first rows, none where nothing moved"

    play(app, script, size=(80, 10))


def test_the_last_row_is_reached_exactly() -> None:
    app = TableApp(documents(40))

    async def script(pilot: Pilot[Any]) -> None:
        await pilot.press("end")
        await pilot.pause()
        assert lines_of(app)[-1].startswith(f">  {number(39)}")
        assert lines_of(app)[1].startswith(f"   {number(31)}")
        assert app.table.scroll_offset.y == app.table.max_scroll_y == 31

    play(app, script, size=(80, 10))


def test_enter_opens_the_row() -> None:
    app = TableApp(documents(5))

    async def script(pilot: Pilot[Any]) -> None:
        await pilot.press("down", "enter")
        await pilot.pause()
        assert app.last(VirtualTable.Opened).key == number(1)
        assert app.table.cursor_values()["customer"] == app.frame["customer"][1]

    play(app, script)


def test_space_marks_and_goes_down_and_takes_a_mark_away() -> None:
    app = TableApp(documents(5))

    async def script(pilot: Pilot[Any]) -> None:
        await pilot.press("space", "space")
        await pilot.pause()
        assert [line[:3] for line in lines_of(app)[1:5]] == [" * ", " * ", ">  ", "   "]
        assert (app.last(VirtualTable.MarksChanged).count, app.table.cursor_position) == (2, 2)
        await pilot.press("up", "space")
        assert app.table.marked_keys().to_list() == app.table.touched_keys() == numbers(0)
        app.table.clear_marks()
        assert app.table.touched_keys() == numbers(2)
        await pilot.press("end", "space")
        await pilot.pause()
        assert lines_of(app)[5].startswith(">* ")

    play(app, script)


def test_shift_and_arrows_mark_a_range_that_shrinks_again() -> None:
    app = TableApp(documents(9))

    async def script(pilot: Pilot[Any]) -> None:
        app.table.set_marks(numbers(4))
        app.table.move_to(2)
        await pilot.press("shift+down", "shift+down", "shift+down")
        assert app.table.marked_keys().to_list() == numbers(2, 3, 4, 5)
        await pilot.press("shift+up", "shift+up", "shift+up", "shift+up")
        assert app.table.marked_keys().to_list() == numbers(1, 2, 4)
        await pilot.press("down", "shift+down")
        assert app.table.marked_keys().to_list() == numbers(1, 2, 3, 4)

    play(app, script)


def test_mark_all_shown_and_mark_like_leave_the_rest_alone() -> None:
    app = TableApp(documents(12))

    async def script(pilot: Pilot[Any]) -> None:
        shown = pl.Series([1, 2, 3, 4, 5])
        app.table.set_rows(app.frame, shown)
        app.table.mark_like("status")
        assert app.table.marked_keys().to_list() == numbers(1, 2, 5)
        app.table.clear_marks()
        app.table.mark_like("status", "customer")
        assert app.table.marked_keys().to_list() == numbers(1, 5)
        app.table.mark_all_shown()
        assert app.table.marked_count == 5
        assert app.table.marked_sum("gross") == app.frame["gross"].gather(shown).sum()

    play(app, script)


def test_a_table_that_is_not_markable_marks_nothing() -> None:
    app = TableApp(documents(5), markable=False)

    async def script(pilot: Pilot[Any]) -> None:
        await pilot.press("space", "shift+down")
        app.table.mark_all_shown()
        await pilot.click(VirtualTable, offset=(1, 2))
        assert app.table.marked_count == 0
        assert app.all_of(VirtualTable.MarksChanged) == []

    play(app, script)


# what survives


def test_cursor_and_marks_survive_filter_and_sort() -> None:
    app = TableApp(documents(40))

    async def script(pilot: Pilot[Any]) -> None:
        app.table.set_marks(numbers(3, 7, 30))
        app.table.move_to_key(number(30))
        app.table.set_rows(app.frame, pl.Series([1, 3, 30, 31]))
        await pilot.pause()
        assert (app.table.cursor_key, app.table.cursor_position) == (number(30), 2)
        assert (app.table.marked_count, app.table.marked_hidden) == (3, 1)
        assert app.last(VirtualTable.MarksChanged).hidden == 1
        app.table.sort_by("gross", descending=True)
        await settled(pilot)
        assert (app.table.cursor_key, app.table.row_count) == (number(30), 4)
        app.table.set_rows(app.frame)
        await pilot.pause()
        assert app.table.cursor_key == number(30)
        assert (app.table.marked_count, app.table.marked_hidden) == (3, 0)
        assert lines_of(app)[1 + app.table.cursor_position - app.table.scroll_offset.y].startswith(">* ")

    play(app, script, size=(80, 12))


def test_a_row_filtered_away_gives_the_cursor_to_its_place() -> None:
    app = TableApp(documents(40))

    async def script(pilot: Pilot[Any]) -> None:
        app.table.move_to(39)
        app.table.set_rows(app.frame, pl.Series([5, 6, 7]))
        await pilot.pause()
        assert app.table.cursor_key == number(7) == app.last(VirtualTable.CursorMoved).key
        assert first_rows(app, 3) == numbers(5, 6, 7)
        app.table.set_rows(app.frame, pl.Series([], dtype=pl.UInt32))
        await pilot.pause()
        assert app.last(VirtualTable.CursorMoved).key is None
        app.table.set_rows(app.frame)
        await pilot.pause()
        assert app.last(VirtualTable.CursorMoved).key == number(0)

    play(app, script, size=(80, 10))


def test_a_new_frame_keeps_cursor_marks_and_order_by_key() -> None:
    app = TableApp(documents(40))

    async def script(pilot: Pilot[Any]) -> None:
        app.table.set_marks(numbers(3, 20, 39))
        app.table.move_to_key(number(20))
        app.table.sort_by("gross", descending=True)
        await settled(pilot)
        newer = documents(30).reverse()
        app.table.set_rows(newer)
        await settled(pilot)
        assert app.table.cursor_key == number(20)
        assert sorted(app.table.marked_keys()) == numbers(3, 20)
        await pilot.press("home")
        await pilot.pause()
        assert first_rows(app, 1) == newer.sort("gross", descending=True)["document"].head(1).to_list()

    play(app, script)


def test_groups_are_another_view_of_the_same_table() -> None:
    app = TableApp(documents(40))
    groups = documents(40).group_by("status", maintain_order=True).agg(pl.len().alias("count"), pl.col("gross").sum())
    columns = (
        Column("status", "Status", grow=True),
        Column("count", "Count", align="right"),
        Column("gross", "Gross THB", amount=True, render=baht),
    )

    async def script(pilot: Pilot[Any]) -> None:
        app.table.set_marks(numbers(3))
        app.table.set_view(columns, "status", groups)
        await pilot.press("down", "enter")
        await pilot.pause()
        assert app.last(VirtualTable.Opened).key == "ready"
        assert app.table.marked_count == 0
        assert lines_of(app)[2].split() == [">", "ready", "20", baht(groups["gross"][1])]
        app.table.set_view(COLUMNS, "document", app.frame)
        await pilot.pause()
        assert app.table.marked_keys().to_list() == numbers(3)

    play(app, script)


# order


def test_a_click_on_the_header_sorts_and_a_second_one_turns_it_round() -> None:
    app = TableApp(documents(8))

    async def script(pilot: Pilot[Any]) -> None:
        at = lines_of(app)[0].index("Gross")
        await pilot.click(VirtualTable, offset=(at + 3, 0))
        await settled(pilot)
        said = app.last(VirtualTable.SortRequested)
        assert (said.column, said.descending, app.table.sorted_by) == ("gross", False, ("gross", False))
        assert "▴Gross THB" in lines_of(app)[0]
        assert first_rows(app, 1) == numbers(0)
        await pilot.click(VirtualTable, offset=(at + 3, 0))
        await settled(pilot)
        assert app.table.sorted_by == ("gross", True)
        assert "▾Gross THB" in lines_of(app)[0]
        assert first_rows(app, 1) == numbers(7)
        grid(app)

    play(app, script)


def test_customers_sort_as_in_a_dictionary() -> None:
    app = TableApp(documents(4).with_columns(customer=pl.Series(["ขา", "เก่า", "Ås", "Zeta"])))

    async def script(pilot: Pilot[Any]) -> None:
        app.table.sort_by("customer")
        await settled(pilot)
        assert first_rows(app, 4) == numbers(3, 2, 1, 0)
        app.table.unsort()
        await pilot.pause()
        assert first_rows(app, 4) == numbers(0, 1, 2, 3)

    play(app, script)


def test_the_header_shows_that_an_order_is_on_its_way() -> None:
    app = TableApp(documents(4))

    async def script(pilot: Pilot[Any]) -> None:
        app.table.sorted_by, app.table.is_sorting = ("document", False), True
        app.table.refresh()
        await pilot.pause()
        assert "Document~" in lines_of(app)[0]

    play(app, script)


def test_the_sort_key_goes_through_the_columns() -> None:
    app = TableApp(documents(4))

    async def script(pilot: Pilot[Any]) -> None:
        seen = []
        for _press in range(9):
            app.table.action_sort()
            await settled(pilot)
            seen.append(app.table.sorted_by)
        names = ("document", "customer", "gross", "status")
        assert seen == [(name, turned) for name in names for turned in (False, True)] + [None]

    play(app, script)


def test_a_screen_may_sort_by_itself() -> None:
    app = TableApp(documents(4), sorts_itself=False)

    async def script(pilot: Pilot[Any]) -> None:
        await pilot.click(VirtualTable, offset=(5, 0))
        await settled(pilot)
        assert app.last(VirtualTable.SortRequested).column == "document"
        assert app.table.sorted_by is None
        app.table.set_rows(app.frame, pl.Series([2, 0]))
        app.table.show_sorted("document", descending=True)
        await pilot.pause()
        assert "Document▾" in lines_of(app)[0]
        assert first_rows(app, 2) == numbers(2, 0)

    play(app, script)


# mouse


def test_mouse_cursor_mark_range_open_and_wheel() -> None:
    app = TableApp(documents(40))

    async def script(pilot: Pilot[Any]) -> None:
        await pilot.click(VirtualTable, offset=(20, 4))
        assert (app.table.cursor_position, app.table.marked_count) == (3, 0)
        await pilot.click(VirtualTable, offset=(1, 2))
        assert (app.table.cursor_position, app.table.marked_keys().to_list()) == (1, numbers(1))
        await pilot.click(VirtualTable, offset=(20, 6))
        await pilot.click(VirtualTable, offset=(20, 8), shift=True)
        assert app.table.marked_keys().to_list() == numbers(1, 5, 6, 7)
        await pilot.click(VirtualTable, offset=(20, 3), times=2)
        await pilot.pause()
        assert app.last(VirtualTable.Opened).key == number(2)
        app.table.post_message(wheel(app.table))
        await pilot.pause()
        top = app.table.scroll_offset.y
        assert top > 0
        await pilot.click(VirtualTable, offset=(20, 1))
        assert app.table.cursor_position == top

    play(app, script, size=(80, 10))


def wheel(table: VirtualTable) -> MouseScrollDown:
    return MouseScrollDown(table, 5, 5, 0, 1, 0, shift=False, meta=False, ctrl=False)


def test_a_click_below_the_last_row_does_nothing() -> None:
    app = TableApp(documents(2))

    async def script(pilot: Pilot[Any]) -> None:
        await pilot.click(VirtualTable, offset=(20, 10))
        assert (app.table.cursor_position, app.table.marked_count) == (0, 0)

    play(app, script)
