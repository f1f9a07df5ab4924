"""A table of a million rows: marks that survive sort and filter, sorting, the mouse.

The rows themselves are drawn by `tui.widgets.table_view`. Letters, stars and the like are bound by the screens, from the one table
of keys; here are only the keys that move, mark and open.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, TypeAlias

import polars as pl
from textual import events, work
from textual.binding import Binding, BindingType

from recon.frames.dictionary_order import sorted_rows
from tui.handing import hand_over
from tui.widgets import table_messages
from tui.widgets.columns import Column
from tui.widgets.rows import Rows, with_marks
from tui.widgets.table_lines import SIGN_CELLS
from tui.widgets.table_view import TableView


class VirtualTable(TableView):
    """Rows of a frame with a cursor, marks and an order."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "cursor(-1)", show=False),
        Binding("down", "cursor(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home,ctrl+home", "first", show=False),
        Binding("end,ctrl+end", "last", show=False),
        Binding("space", "mark", show=False),
        Binding("shift+up", "mark_up", show=False),
        Binding("shift+down", "mark_down", show=False),
        Binding("enter", "open", show=False),
    ]

    CursorMoved: TypeAlias = table_messages.CursorMoved
    MarksChanged: TypeAlias = table_messages.MarksChanged
    Opened: TypeAlias = table_messages.Opened
    SortRequested: TypeAlias = table_messages.SortRequested

    def __init__(
        self,
        columns: Sequence[Column] = (),
        *,
        key: str = "key",
        sorts_itself: bool = True,
        markable: bool = True,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(columns, key=key, id=id, classes=classes)
        self.sorts_itself = sorts_itself
        self.markable = markable
        self._range: tuple[int, pl.Series] | None = None
        self._marks_by_key: dict[str, pl.Series] = {}

    def set_rows(self, frame: pl.DataFrame, order: pl.Series | None = None) -> None:
        """Show rows of a frame: all of them, or those whose numbers ``order`` holds. The cursor stays on its key.

        A sort in force is kept. With a new frame marks are carried over by key; keys it does not have lose their mark.
        """
        is_new, counts = frame is not self._rows.frame, self._rows.marked_counts()
        super().set_rows(frame, order)
        if is_new and self.sorted_by and self.sorts_itself:
            self.sort_by(*self.sorted_by)
        self._tell_if_counts_changed(counts)

    def set_view(
        self, columns: Sequence[Column], key: str, frame: pl.DataFrame, order: pl.Series | None = None
    ) -> None:
        """Show another kind of rows, such as groups. Marks are kept for each key column and come back with it."""
        self._marks_by_key[self._rows.key] = self._rows.marked_keys()
        self._columns, self.sorted_by, self.is_sorting = tuple(columns), None, False
        self._rows = Rows(key)
        self._cursor_row, self.cursor_position = None, 0
        self.set_rows(frame, order)
        if key in self._marks_by_key:
            self.set_marks(self._marks_by_key[key])

    def _after_rows_changed(self) -> None:
        self._range = None
        super()._after_rows_changed()

    def _tell_if_counts_changed(self, before: tuple[int, int]) -> None:
        counts = self._rows.marked_counts()
        if counts != before:
            self.post_message(self.MarksChanged(self, *counts))

    # -- cursor -------------------------------------------------------------------------------------------------------

    def action_cursor(self, rows: int) -> None:
        """Move the cursor by so many rows; a range ends here."""
        self._range = None
        super().action_cursor(rows)

    def action_open(self) -> None:
        """Open the row under the cursor."""
        if self.row_count:
            self.post_message(self.Opened(self, self.cursor_key))

    # -- marks --------------------------------------------------------------------------------------------------------

    @property
    def marked_count(self) -> int:
        """How many rows are marked, in view or not."""
        return self._rows.marked_counts()[0]

    @property
    def marked_hidden(self) -> int:
        """How many marked rows are not in view."""
        return self._rows.marked_counts()[1]

    def marked_keys(self) -> pl.Series:
        """Return the keys of all marked rows."""
        return self._rows.marked_keys()

    def marked_sum(self, column: str) -> int:
        """Return the sum of a whole-number column over all marked rows."""
        return int(self._rows.frame[column].filter(self._rows.marks).sum())

    def touched_keys(self) -> list[Any]:
        """Return what an action acts on: the marked rows, else the row under the cursor."""
        marked = self._rows.marked_keys()
        if len(marked):
            return marked.to_list()
        return [] if self.cursor_key is None else [self.cursor_key]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action is there: a list without marks has no keys for them."""
        if action in {"mark", "mark_up", "mark_down"} and not self.markable:
            return False
        return super().check_action(action, parameters)

    def action_mark(self) -> None:
        """Mark the row under the cursor, or take its mark away, and go down."""
        self._range = None
        self._toggle(self.cursor_position)
        self.move_to(self.cursor_position + 1)

    def action_mark_up(self) -> None:
        """Extend the range upwards."""
        self._mark_range_to(self.cursor_position - 1)

    def action_mark_down(self) -> None:
        """Extend the range downwards."""
        self._mark_range_to(self.cursor_position + 1)

    def mark_all_shown(self) -> None:
        """Mark every row that is shown."""
        self._change_marks(with_marks(self._rows.marks, self._rows.shown_rows(0, self.row_count), on=True))

    def mark_like(self, *columns: str) -> None:
        """Mark every shown row that has the same values in these columns as the row under the cursor."""
        if not self.row_count or not columns:
            return
        frame, row = self._rows.frame, self._rows.row_at(self.cursor_position)
        alike = pl.all_horizontal([pl.col(name).eq_missing(pl.lit(frame[name][row])) for name in columns])
        shown_rows = self._rows.shown_rows(0, self.row_count)
        flags = frame.select(alike.alias("alike"))["alike"].gather(shown_rows)
        self._change_marks(with_marks(self._rows.marks, shown_rows.filter(flags), on=True))

    def set_marks(self, keys: pl.Series | Sequence[object]) -> None:
        """Mark exactly the rows with these keys."""
        before = self._rows.marks
        self._rows.keep_only(keys)
        after, self._rows.marks = self._rows.marks, before
        self._change_marks(after)

    def clear_marks(self) -> None:
        """Take all marks away, also from rows that are not in view."""
        self.set_marks([])

    def _toggle(self, position: int) -> None:
        if self.markable and position < self.row_count:
            on = not self._rows.is_marked(position)
            self._change_marks(with_marks(self._rows.marks, [self._rows.row_at(position)], on=on))

    def _mark_range_to(self, position: int) -> None:
        """Mark from where the range began to here; what was marked before the range stays marked when it shrinks."""
        if not self.markable or not self.row_count:
            return
        anchor, before = self._range or (self.cursor_position, self._rows.marks)
        position = max(0, min(position, self.row_count - 1))
        self._range = (anchor, before)
        rows = self._rows.shown_rows(min(anchor, position), max(anchor, position) + 1)
        self._change_marks(with_marks(before, rows, on=True))
        self.move_to(position)

    def _change_marks(self, marks: pl.Series) -> None:
        if not self.markable:
            return
        self._rows.marks = marks
        self.refresh()
        self.post_message(self.MarksChanged(self, *self._rows.marked_counts()))

    # -- order --------------------------------------------------------------------------------------------------------

    def sort_by(self, column: str, descending: bool = False) -> None:  # noqa: FBT001, FBT002 - pairs with `sorted_by`
        """Show the rows in the order of a column; a large frame is sorted beside the screen."""
        self.sorted_by, self.is_sorting = (column, descending), True
        self.refresh()
        self._sort(self._rows.frame, column, descending=descending)

    def show_sorted(self, column: str | None, *, descending: bool = False) -> None:
        """Show the sort sign only: for a table whose screen hands in the rows in order."""
        self.sorted_by = None if column is None else (column, descending)
        self.refresh()

    def unsort(self) -> None:
        """Show the rows as they were given."""
        self.sorted_by, self.is_sorting = None, False
        self._take_order(None)

    def action_sort(self) -> None:
        """Sort by the next column: each first ascending, then descending; after the last as given."""
        names = [placed.column.name for placed in self._placed if placed.column.sortable]
        steps = [(name, descending) for name in names for descending in (False, True)]
        number = steps.index(self.sorted_by) + 1 if self.sorted_by in steps else 0
        if number >= len(steps):
            self.unsort()
            return
        self._request_sort(*steps[number])

    def _request_sort(self, column: str, descending: bool) -> None:  # noqa: FBT001
        self.post_message(self.SortRequested(self, column, descending=descending))
        if self.sorts_itself:
            self.sort_by(column, descending)

    @work(thread=True, exclusive=True, group="virtual-table-sort")
    def _sort(self, frame: pl.DataFrame, column: str, *, descending: bool) -> None:
        rows = sorted_rows(frame[column], descending=descending)
        hand_over(self.app, self._take_sorted, frame, (column, descending), rows)

    def _take_sorted(self, frame: pl.DataFrame, sorted_by: tuple[str, bool], rows: pl.Series) -> None:
        if frame is self._rows.frame and self.sorted_by == sorted_by:
            self.is_sorting = False
            self._take_order(rows)

    def _take_order(self, rows: pl.Series | None) -> None:
        self._rows.rank(rows)
        self._after_rows_changed()

    # -- mouse --------------------------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """Header: sort. Mark column: mark. Shift: range. Double click: open. Else: cursor."""
        offset = event.get_content_offset(self)
        if offset is None or not self.row_count:
            return
        event.stop()
        if offset.y == 0:
            self._header_clicked(offset.x)
            return
        position = offset.y - 1 + self.scroll_offset.y
        if position >= self.row_count:
            return
        if event.shift:
            self._mark_range_to(position)
            return
        self._range = None
        self.move_to(position)
        if offset.x <= SIGN_CELLS:
            self._toggle(position)
        elif event.chain == 2:
            self.action_open()

    def _header_clicked(self, x: int) -> None:
        for at in self._placed:
            if at.x <= x <= at.x + at.width and at.column.sortable:
                again = self.sorted_by is not None and self.sorted_by == (at.column.name, False)
                self._request_sort(at.column.name, again)
                return
