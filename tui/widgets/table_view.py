"""Rows of a frame on the screen: drawn line by line, with a cursor and a header that stays.

Only the rows on the screen are read and drawn. The scroll bar is one cell wide and shows the exact place; there is never a
horizontal one, because columns make room instead. The cursor row has ``>`` and marked rows have ``*`` in front, so that both
are seen without colour. Outside text is cleaned and drawn as plain segments, never read as markup. `tui.widgets.table` adds marking,
sorting and the mouse.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

import polars as pl
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.cells import centre, shown, width_of
from tui.widgets.columns import Column, Placed, Words, natural_width, place, said
from tui.widgets.rows import Rows
from tui.widgets.table_lines import ASCENDING, DESCENDING, SIGN_CELLS, SORTING, Look, header_line, row_segments
from tui.widgets.table_messages import CursorMoved

_LINES_KEPT: Final = 1024
_TONES: Final = frozenset({"ready", "check", "bad", "done", "dim"})


class TableView(ScrollView, can_focus=True):
    """Rows of a frame with a cursor; the frame is never copied, neither to sort nor to filter."""

    DEFAULT_CSS = """
    TableView {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size: 0 1;
        & > .virtual-table--header { text-style: bold; background: $panel; }
        & > .virtual-table--cursor { background: $primary 30%; text-style: bold; }
        & > .virtual-table--cursor-away { background: $panel; }
        & > .virtual-table--marked { text-style: bold; }
        & > .virtual-table--ready { color: $primary; }
        & > .virtual-table--check { color: $warning; }
        & > .virtual-table--bad { color: $error; }
        & > .virtual-table--done { color: $success; }
        & > .virtual-table--dim { color: $secondary; }
        & > .virtual-table--empty { color: $foreground; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "virtual-table--header",
        "virtual-table--cursor",
        "virtual-table--cursor-away",
        "virtual-table--marked",
        "virtual-table--ready",
        "virtual-table--check",
        "virtual-table--bad",
        "virtual-table--done",
        "virtual-table--dim",
        "virtual-table--empty",
    }
    ALLOW_SELECT = False
    hide_numbers: reactive[bool] = reactive(default=False)
    """Draw ``#`` instead of every amount."""

    def __init__(
        self,
        columns: Sequence[Column] = (),
        *,
        key: str = "key",
        id: str | None = None,  # noqa: A002 - Textual's own name for it
        classes: str | None = None,
    ) -> None:
        self._drawn: dict[tuple[int, bool, int], Strip] = {}
        super().__init__(id=id, classes=classes)
        self.sorted_by: tuple[str, bool] | None = None
        """Column in whose order the rows stand, and whether it is descending; the header shows it."""
        self.is_sorting = False
        """Whether that order is on its way; the header shows ``~`` until it is there."""
        self.cursor_position = 0
        self._columns = tuple(columns)
        self._rows = Rows(key)
        self._natural: dict[Column, int] = {}
        self._placed: list[Placed] = []
        self._cursor_row: int | None = None
        self._empty: tuple[Words, Words] = ("", "")
        self._busy: Words | None = None

    # -- what the screen says -----------------------------------------------------------------------------------------

    def set_rows(self, frame: pl.DataFrame, order: pl.Series | None = None) -> None:
        """Show rows of a frame: all of them, or those whose numbers ``order`` holds. The cursor stays on its key."""
        key, is_new = self.cursor_key, frame is not self._rows.frame
        self._rows.take(frame, order)
        if is_new:
            self._natural.clear()
            self._cursor_row = self._rows.row_of(key)
        self._busy = None
        self._after_rows_changed()
        if (
            is_new and key is not None and self.cursor_key == key
        ):  # the same row, read anew: what it says may be another
            self.post_message(CursorMoved(self, key, self.cursor_position))

    def say_when_empty(self, sentence: Words, hint: Words = "") -> None:
        """Set what stands in a table without rows: one sentence, and one key that helps."""
        self._empty = (sentence, hint)
        self.refresh()

    def say_busy(self, sentence: Words | None) -> None:
        """Show a sentence instead of the rows while they are on their way; none, or new rows, end it."""
        self._busy = sentence
        self.refresh()

    def relabel(self) -> None:
        """Draw everything anew, after the language, the theme or the meaning of a value changed."""
        self._natural.clear()
        self._place_columns()

    # -- what the screen asks -----------------------------------------------------------------------------------------

    @property
    def row_count(self) -> int:
        """How many rows are shown."""
        return self._rows.count

    @property
    def cursor_key(self) -> Any:  # noqa: ANN401
        """Key of the row under the cursor; none in an empty table."""
        return self._rows.key_at(self.cursor_position)

    def cursor_values(self) -> dict[str, Any]:
        """Return all values of the row under the cursor."""
        if not self.row_count:
            return {}
        return self._rows.frame.row(self._rows.row_at(self.cursor_position), named=True)

    # -- cursor -------------------------------------------------------------------------------------------------------

    def move_to(self, position: int) -> None:
        """Put the cursor on a shown row; beyond either end it stays at the end."""
        if not self.row_count:
            return
        before, self.cursor_position = self.cursor_position, max(0, min(position, self.row_count - 1))
        self._cursor_row = self._rows.row_at(self.cursor_position)
        self._scroll_to_cursor()
        if before != self.cursor_position:
            self.refresh_line(before + 1)
            self.refresh_line(self.cursor_position + 1)
            self.post_message(CursorMoved(self, self.cursor_key, self.cursor_position))

    def move_to_key(self, key: object) -> bool:
        """Put the cursor on the row with this key; answers whether it is shown."""
        position = self._rows.position_of(self._rows.row_of(key))
        if position is None:
            return False
        self.move_to(position)
        return True

    def action_cursor(self, rows: int) -> None:
        """Move the cursor by so many rows."""
        self.move_to(self.cursor_position + rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by a screenful."""
        self.action_cursor(pages * max(1, self._body_height - 1))

    def action_first(self) -> None:
        """Go to the first row."""
        self.action_cursor(-self.row_count)

    def action_last(self) -> None:
        """Go to the last row."""
        self.action_cursor(self.row_count)

    def _after_rows_changed(self) -> None:
        """Bring cursor and sizes in line with the rows shown now."""
        position = self._rows.position_of(self._cursor_row)
        stayed = position is not None
        self.cursor_position = max(0, min(self.cursor_position if position is None else position, self.row_count - 1))
        self._cursor_row = self._rows.row_at(self.cursor_position) if self.row_count else None
        self._place_columns()
        self.virtual_size = Size(1, self.row_count + 1)
        self._scroll_to_cursor()
        if not stayed or not self.row_count:
            self.post_message(CursorMoved(self, self.cursor_key, self.cursor_position))

    # -- drawing ------------------------------------------------------------------------------------------------------

    @property
    def _body_height(self) -> int:
        return max(0, self.size.height - 1)

    def _place_columns(self) -> None:
        """Share the width out among the columns, and draw everything anew."""
        self._drawn.clear()
        frame = self._rows.frame
        for column in self._columns:
            if column not in self._natural:
                self._natural[column] = natural_width(column, frame)
        room = self.scrollable_content_region.width - SIGN_CELLS - 1
        self._placed = place(
            self._columns,
            self._natural,
            start=SIGN_CELLS,
            room=room,
            terminal=self.app.size.width if self.is_attached else 0,
        )
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one line: the header, a row, or what is said when there are none."""
        width = self.size.width
        if self._busy is not None or not self.row_count:
            return self._said_line(y, width)
        if y == 0:
            return self._strip(header_line(self._placed, self._sort_sign(), width), "virtual-table--header")
        position = y - 1 + self.scroll_offset.y
        if position >= self.row_count:
            return Strip.blank(width, self.rich_style)
        return self._known_line(position, width)

    def _known_line(self, position: int, width: int) -> Strip:
        """Return a line as it was drawn before, if nothing about it changed: a list that scrolls draws one line anew."""
        if position == self.cursor_position:
            return self._row_line(position, width)
        known = (position, self._rows.is_marked(position), width)
        if known not in self._drawn:
            if len(self._drawn) >= _LINES_KEPT:
                self._drawn.clear()
            self._drawn[known] = self._row_line(position, width)
        return self._drawn[known]

    def notify_style_update(self) -> None:
        """Forget drawn lines when colours change."""
        self._drawn.clear()
        super().notify_style_update()

    def watch_hide_numbers(self) -> None:
        """Forget drawn lines when amounts are hidden or shown."""
        self._drawn.clear()

    def _sort_sign(self) -> tuple[str, str]:
        if self.sorted_by is None:
            return "", ""
        column, descending = self.sorted_by
        return column, SORTING if self.is_sorting else DESCENDING if descending else ASCENDING

    def _row_line(self, position: int, width: int) -> Strip:
        is_cursor, is_marked = position == self.cursor_position, self._rows.is_marked(position)
        style = self.rich_style
        if is_marked:
            style += self.get_component_rich_style("virtual-table--marked", partial=True)
        if is_cursor:
            name = "virtual-table--cursor" if self.has_focus else "virtual-table--cursor-away"
            style += self.get_component_rich_style(name)
        look = Look(style, self._tone, is_cursor, is_marked, self.hide_numbers)
        values = self._rows.values(position, [at.column.name for at in self._placed])
        segments, too_narrow = row_segments(self._placed, values, look, width)
        if too_narrow:
            self._widen(too_narrow, position)
        return Strip(segments, width).simplify()

    def _said_line(self, y: int, width: int) -> Strip:
        """Draw a line of a table without rows: one sentence in its middle, and the key that helps below it."""
        sentences = (self._busy, "") if self._busy is not None else self._empty
        number = y - max(0, self.size.height // 2 - 1)
        text = shown(said(sentences[number])) if number in (0, 1) else ""
        return self._strip(centre(text, width), "virtual-table--empty")

    def _strip(self, text: str, component: str) -> Strip:
        return Strip([Segment(text, self.rich_style + self.get_component_rich_style(component))], self.size.width)

    def _tone(self, name: str) -> Style:
        if name not in _TONES:
            return Style.null()
        return Style(color=self.get_component_rich_style(f"virtual-table--{name}", partial=True).color)

    def _widen(self, columns: set[Column], position: int) -> None:
        """Give columns the room a figure on the screen needs; only the ends of the order were measured before."""
        for column in columns:
            width = width_of(column.plain(self._rows.values(position, [column.name])[0]))
            if width > self._natural[column]:
                self._natural[column] = width
                self.call_later(self._place_columns)

    def _scroll_to_cursor(self) -> None:
        top, height = self.scroll_offset.y, self._body_height
        if not height:
            return
        if self.cursor_position < top:
            self.scroll_to(y=self.cursor_position, animate=False, force=True)
        elif self.cursor_position >= top + height:
            self.scroll_to(y=self.cursor_position - height + 1, animate=False, force=True)

    def on_resize(self, _event: events.Resize) -> None:
        """Share the new width out."""
        self._place_columns()
        self.call_later(self._scroll_to_cursor)

    def on_focus(self, _event: events.Focus) -> None:
        """Show the cursor as the place where keys go."""
        self.refresh_line(self.cursor_position + 1)

    def on_blur(self, _event: events.Blur) -> None:
        """Show the cursor as a place only."""
        self.refresh_line(self.cursor_position + 1)
