"""What the virtual table looks like: straight at every width, amounts whole, empty, busy, hostile, a million rows."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from rich.text import Text
from textual.pilot import Pilot

from tests.screens.grid import control_bytes, grid, lines_of, play, style_at
from tests.screens.table_app import HOSTILE, TableApp, baht, documents, number, settled
from tui.widgets.columns import Column
from tui.widgets.table import VirtualTable

EIGHTY = """\
+--------------------------------------------------------------------------------+
|   Document      Customer                                  Gross THB Status     |
|>  TIV-6801-0000 สมชาย ใจดี                                    -99.50 ? check    |
|   TIV-6801-0001 บริษัท น้ำใส จำกัด (มหาชน)                       -20.31 + ready    |
|   TIV-6801-0002 ร้านทำเองที่บ้าน                                  58.88 + ready    |
|   TIV-6801-0003 Bjørn Åse AS                                 138.07 ! blocked  |
|                                                                                |
+--------------------------------------------------------------------------------+
"""


def test_rows_stand_straight_with_thai_and_amounts_whole() -> None:
    app = TableApp(documents(4))

    async def script(pilot: Pilot[Any]) -> None:
        assert grid(app) == EIGHTY

    play(app, script, size=(80, 6))


def test_at_sixty_columns_text_drops() -> None:
    app = TableApp(documents(4))

    async def script(pilot: Pilot[Any]) -> None:
        assert lines_of(app)[:3] == [
            "   Document      Gross THB Status                           ",
            ">  TIV-6801-0000    -99.50 ? check                          ",
            "   TIV-6801-0001    -20.31 + ready                          ",
        ]

    play(app, script, size=(60, 6))


def test_at_130_columns_everything_is_there_and_the_text_grows() -> None:
    app = TableApp(documents(4))

    async def script(pilot: Pilot[Any]) -> None:
        assert lines_of(app)[0].split() == ["Document", "Date", "Customer", "Gross", "THB", "Status"]
        assert lines_of(app)[0].rstrip().endswith("Status")
        assert lines_of(app)[4].rstrip().endswith("! blocked")
        assert len(lines_of(app)[4].rstrip()) == 128

    play(app, script, size=(130, 6))


@pytest.mark.parametrize("width", range(14, 140, 9))
def test_no_width_makes_a_line_crooked_cuts_an_amount_or_needs_a_horizontal_bar(width: int) -> None:
    app = TableApp(documents(30))

    async def script(pilot: Pilot[Any]) -> None:
        grid(app)
        assert not app.table.show_horizontal_scrollbar
        for amount, row in zip(("-99.50", "-20.31", "58.88"), lines_of(app)[1:4], strict=True):
            assert f" {amount}" in row or "##" in row

    play(app, script, size=(width, 8))


def test_a_wider_figure_further_down_widens_its_column() -> None:
    """Widths come from the ends of the order; a figure that is written longer than these is still never cut."""
    columns = (
        Column("document", "No", grow=True),
        Column("gross", "Sum", amount=True, render=lambda n: f"about {n}" if n == 5 else str(n)),
    )
    frame = documents(300).with_columns(gross=pl.Series([1] * 200 + [5] + [9] * 99))
    app = TableApp(frame, columns=columns)

    async def script(pilot: Pilot[Any]) -> None:
        app.table.move_to(200)
        await pilot.pause()
        await pilot.pause()
        assert any("about 5 " in line for line in lines_of(app))
        grid(app)

    play(app, script, size=(40, 8))


def test_an_amount_without_room_is_hidden_whole() -> None:
    columns = (Column("gross", "Gross", amount=True, render=baht, priority=0),)
    app = TableApp(documents(1).with_columns(gross=pl.lit(123_456_789_012)), columns=columns)

    async def script(pilot: Pilot[Any]) -> None:
        assert lines_of(app)[1].split() == [">", "#######"]

    play(app, script, size=(12, 4))


def test_two_columns_may_show_the_same_value() -> None:
    columns = (Column("gross", "Minor", width=8), Column("gross", "Baht", amount=True, render=baht))
    app = TableApp(documents(2), columns=columns)

    async def script(pilot: Pilot[Any]) -> None:
        assert lines_of(app)[1].split() == [">", "-9950", "-99.50"]

    play(app, script, size=(40, 4))


def test_the_scroll_bar_is_one_cell_wide() -> None:
    app = TableApp(documents(400))

    async def script(pilot: Pilot[Any]) -> None:
        bar = app.table.vertical_scrollbar
        assert (bar.region.width, bar.region.height, bar.region.x) == (1, 10, 79)
        assert lines_of(app)[4][77:79] == "d ", "nothing stands under the bar"

    play(app, script, size=(80, 10))


def test_marks_are_seen_by_letters_and_by_weight_and_the_cursor_by_its_ground() -> None:
    app = TableApp(documents(5))

    async def script(pilot: Pilot[Any]) -> None:
        await pilot.press("space")
        await pilot.pause()
        marked, cursor, plain = (style_at(app, 5, y) for y in (1, 2, 3))
        assert [line[:3] for line in lines_of(app)[1:4]] == [" * ", ">  ", "   "]
        assert marked.bold
        assert not plain.bold
        assert cursor.bgcolor != plain.bgcolor == marked.bgcolor

    play(app, script)


def test_an_empty_table_says_one_sentence_and_one_key() -> None:
    app = TableApp(documents(0))

    async def script(pilot: Pilot[Any]) -> None:
        app.table.say_when_empty(lambda: "Nothing to review yet.", "F2 Import")
        await pilot.press("down", "space", "shift+down", "enter", "pagedown", "end")
        app.table.mark_like("status")
        app.table.mark_all_shown()
        await pilot.click(VirtualTable, offset=(20, 3))
        await pilot.pause()
        assert [line.strip() for line in lines_of(app) if line.strip()] == ["Nothing to review yet.", "F2 Import"]
        assert app.table.cursor_key is None
        assert app.table.touched_keys() == []
        assert app.table.cursor_values() == {}
        assert app.all_of(VirtualTable.Opened) == []

    play(app, script, size=(60, 10))


def test_a_table_without_a_frame_is_empty_too() -> None:
    app = TableApp(pl.DataFrame())

    async def script(pilot: Pilot[Any]) -> None:
        await pilot.press("down", "space", "enter")
        grid(app)
        assert app.table.row_count == 0

    play(app, script)


def test_a_table_whose_rows_are_on_their_way_says_so() -> None:
    app = TableApp(documents(3))

    async def script(pilot: Pilot[Any]) -> None:
        app.table.say_busy("Reading 240 documents..")
        await pilot.pause()
        assert [line.strip() for line in lines_of(app) if line.strip()] == ["Reading 240 documents.."]
        app.table.set_rows(documents(3))
        await pilot.pause()
        assert number(0) in lines_of(app)[1]

    play(app, script)


def test_numbers_are_hidden_for_sharing_a_screen() -> None:
    app = TableApp(documents(3))

    async def script(pilot: Pilot[Any]) -> None:
        app.table.hide_numbers = True
        await pilot.pause()
        assert all("#####" in line and "." not in line for line in lines_of(app)[1:4])
        grid(app)

    play(app, script)


def test_lines_drawn_before_take_the_colours_of_another_theme() -> None:
    app = TableApp(documents(3))

    async def script(pilot: Pilot[Any]) -> None:
        before = style_at(app, 5, 2).bgcolor
        app.theme = "textual-light"
        await pilot.pause()
        assert style_at(app, 5, 2).bgcolor != before

    play(app, script)


def test_titles_and_values_speak_the_language_of_now() -> None:
    words = ["Document"]
    columns = (
        Column("document", lambda: words[0], grow=True),
        Column("status", render=lambda status: status + words[0]),
    )
    app = TableApp(documents(2), columns=columns)

    async def script(pilot: Pilot[Any]) -> None:
        words[0] = "เอกสาร"
        app.table.relabel()
        await pilot.pause()
        assert "เอกสาร" in lines_of(app)[0]
        assert "checkเอกสาร" in lines_of(app)[1]

    play(app, script)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (130, 36), (20, 20)])
def test_f73_hostile_values_are_text_at_every_size(size: tuple[int, int]) -> None:
    """Outside text is shown as text; it neither crashes nor reaches the terminal raw."""
    values = [*HOSTILE, *HOSTILE]
    frame = documents(len(values)).with_columns(
        customer=pl.Series(values), document=pl.Series([f"{n}{value}"[:200] for n, value in enumerate(values)])
    )
    columns = (
        Column("document", "[/x]\x1b[31m", priority=0),
        Column("customer", lambda: "\u202eCustomer", grow=True),
        Column("customer", "As text", width=12, render=lambda value: Text.assemble((value, "bold"), "!")),
        Column("gross", "Gross", amount=True, render=baht, priority=0),
    )
    app = TableApp(frame, columns=columns)

    async def script(pilot: Pilot[Any]) -> None:
        app.table.say_when_empty("\x1b[2J[/x]")
        for key in ("down", "space", "shift+down", "end", "home", "enter"):
            await pilot.press(key)
            await pilot.pause()
            grid(app)
            assert control_bytes(app) == set()
        app.table.sort_by("customer")
        await settled(pilot)
        grid(app)
        app.table.set_rows(frame.clear())
        await pilot.pause()
        assert "[/x]" in grid(app)
        assert control_bytes(app) == set()

    play(app, script, size=size)


def test_styled_text_is_cut_as_one() -> None:
    def styled(_value: str) -> Text:
        return Text.assemble(("TIV", "bold"), "-", ("น้ำหนัก", "italic"))

    app = TableApp(documents(1), columns=(Column("document", "No", width=6, render=styled),))

    async def script(pilot: Pilot[Any]) -> None:
        assert lines_of(app)[1].rstrip() == ">  TIV-.."
        assert style_at(app, 3, 1).bold

    play(app, script, size=(40, 4))


def test_a_terminal_made_narrow_and_wide_again_keeps_the_cursor_in_sight() -> None:
    app = TableApp(documents(100))

    async def script(pilot: Pilot[Any]) -> None:
        app.table.move_to(60)
        for size in ((60, 6), (130, 30), (80, 4)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert any(line.startswith(f">  {number(60)}") for line in lines_of(app))
            grid(app)

    play(app, script)


def test_of_a_million_rows_only_those_in_sight_are_read() -> None:
    frame = pl.DataFrame({"document": pl.int_range(1_000_000, eager=True).cast(pl.String)})
    seen: list[str] = []

    def watched(value: str) -> str:
        seen.append(value)
        return value

    app = TableApp(frame, columns=(Column("document", "No", grow=True, render=watched),))

    async def script(pilot: Pilot[Any]) -> None:
        await pilot.press("end")
        await pilot.pause()
        assert lines_of(app)[-1].startswith(">  999999")
        assert len(seen) < 1_000

    play(app, script)
