"""The list of the review screen: a window of the review table, its filter and order, its groups, and the pane beside it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Final

import polars as pl
from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.timer import Timer
from textual.widgets import Static

from recon.errors import NoPlan
from recon.frames.dictionary_order import sorted_rows
from recon.money import plain
from recon.review.table import ReviewTable
from recon.service import ReconService
from recon.service.detail import Detail
from tui.cells import shown
from tui.i18n import _
from tui.keys import shown as key_shown
from tui.screens.base import StepScreen
from tui.screens.review_groups import GroupMarks
from tui.screens.review_words import document_columns, filter_words, group_choices, group_columns, group_filter, tally
from tui.widgets.columns import Column
from tui.widgets.dialogs import ChoiceDialog
from tui.widgets.document_pane import DocumentPane
from tui.widgets.filter_line import FilterLine
from tui.widgets.table import VirtualTable
from tui.widgets.table_messages import CursorMoved, Opened, SortRequested

PANE_DELAY: Final = 0.05
"""Seconds the cursor rests on a row before the pane asks for it."""


class ReviewList(StepScreen):
    """The list with its filter, its groups and its pane; nothing is decided here."""

    STEP: ClassVar[str] = "review"
    AUTO_FOCUS = "#rows"
    CSS = """
    #tally { height: 1; padding: 0 1; }
    #split { height: 1fr; layout: vertical; }
    #rows { height: 1fr; width: 1fr; }
    #pane { height: 6; width: 1fr; border-top: solid $recon-line; }
    ReviewScreen.-wide #split { layout: horizontal; }
    ReviewScreen.-wide #pane { height: 1fr; width: 46; border-top: none; border-left: solid $recon-line; }
    ReviewScreen.-tall #pane { height: 14; }
    ReviewScreen.-wide.-tall #pane { height: 1fr; }
    ReviewScreen.-tiny #pane, ReviewScreen.-narrow #pane { display: none; }
    ReviewScreen.-grouped #pane { display: none; }
    ReviewScreen.-opened #rows { display: none; }
    ReviewScreen.-opened #pane { display: block; height: 1fr; width: 1fr; border: none; }
    ReviewScreen.-tiny #filter, ReviewScreen.-narrow #filter { display: none; }
    ReviewScreen.-filtering #filter { display: block; }
    ReviewScreen.-nothing #pane, ReviewScreen.-nothing #filter { display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.table: ReviewTable | None = None
        self._order: pl.Series | None = None
        self._all: pl.Series | None = None
        self._grouped_by = ""
        self._groups: GroupMarks | None = None
        """Marks while groups are shown."""
        self._row_sort: tuple[str, bool] | None = None
        """Order of the documents while groups are shown."""
        self._undo_name = ""
        self._redo_name = ""
        self._details: dict[str, Detail] = {}
        self._waiting: Timer | None = None
        self._kept: tuple[str, list[str], tuple[str, bool] | None] | None = None
        self._filtered_as = ""

    # --- the parts

    def body(self) -> ComposeResult:
        """Tally, filter, list and pane, what is marked."""
        yield Static(id="tally", markup=False)
        yield FilterLine(lambda: _("filter: words, st:check, amt>1000 ..."), id="filter")
        with Container(id="split"):
            yield VirtualTable(self._columns(), key="key", sorts_itself=False, id="rows")
            yield DocumentPane(self.recon.amount, hidden=lambda: self.recon.numbers_hidden, id="pane")

    def _columns(self) -> Sequence[Column]:
        return document_columns(self._minor, self.table.currency if self.table else "", tills=self.recon.books_tills)

    def _minor(self, minor: int) -> str:
        return self.recon.amount(plain(minor))

    @property
    def rows(self) -> VirtualTable:
        """The list."""
        return self.query_one("#rows", VirtualTable)

    @property
    def pane(self) -> DocumentPane:
        """The pane."""
        return self.query_one("#pane", DocumentPane)

    # --- reading

    def load(self) -> None:
        """Read the review table."""
        self.rows.say_when_empty(self._empty_words, self._empty_hint)
        if self.table is None:
            self.rows.say_busy(lambda: _("Reading the documents ..."))
        elif self._order is None:  # drawn anew, in another language: what is known is shown at once
            self._came((self.table, self._undo_name, self._redo_name))
        self.ask(self._read, self._came)

    @staticmethod
    def _read(service: ReconService) -> tuple[ReviewTable, str, str]:
        """Return the table, and what can be undone and done again; what was sent since can not."""
        undo = "" if service.undo_refused(None) else service.undo_name(None)
        return service.review(None), undo, service.redo_name(None)

    def _came(self, answer: tuple[ReviewTable, str, str]) -> None:
        self.table, self._undo_name, self._redo_name = answer
        self._all = self.table.work_order()
        self._details.clear()
        self._columns_again()
        self._bring_back()
        self._filter()
        self.show_keys()

    def language_changed(self) -> None:
        """Draw everything anew; what is typed and what is marked stays."""
        by = self.rows.sorted_by
        self._kept = (self.query_one("#filter", FilterLine).text, [str(key) for key in self.marked()], by)
        self._order = None
        super().language_changed()

    def _bring_back(self) -> None:
        if self._kept is not None:
            text, marks, by = self._kept
            self._kept = None
            if by is not None:
                self.rows.show_sorted(by[0], descending=by[1])
            self.query_one("#filter", FilterLine).set_text(text)
            if self._grouped_by:
                self._groups = GroupMarks(self._members(), pl.Series(marks, dtype=pl.String))
            else:
                self.rows.set_marks(marks)

    def marked(self) -> pl.Series:
        """Return the keys of all marked documents, whether rows or groups are shown."""
        return self._groups.marked if self._groups is not None else self.rows.marked_keys()

    def _columns_again(self) -> None:
        if self.table is not None and self._order is None and not self._grouped_by:
            self.rows.set_view(self._columns(), "key", self.table.frame, self._all)

    def show_error(self, error: BaseException) -> None:
        """Show what went wrong; that nothing is planned yet is nothing wrong."""
        self.rows.say_busy(None)
        if not isinstance(error, NoPlan):
            super().show_error(error)

    def _empty_words(self) -> str:
        if self.query_one("#filter", FilterLine).is_active:
            return _("Nothing fits the filter.")
        if self.table is None:
            return _("Nothing to review yet: no documents are worked out.")
        if self.table.height == 0:
            return _("Nothing to review: the ledger holds everything it should.")
        return _("Everything is posted. The filter st:posted shows it.")

    def _empty_hint(self) -> str:
        if self.query_one("#filter", FilterLine).is_active:
            return _("Esc clears the filter.")
        view = self.recon.overview
        if self.table is None and view is not None and view.files:
            return _("{key} works out the documents.").format(key=key_shown("plan"))
        return _("{key} goes back one step.").format(key=key_shown("previous_step"))

    @on(FilterLine.Changed)
    def _filter_changed(self, event: FilterLine.Changed) -> None:
        event.stop()
        self._filter()

    def _filter(self) -> None:
        """Show what passes the filter, as rows or in groups, with count and sum."""
        table, line = self.table, self.query_one("#filter", FilterLine)
        if table is None or self._all is None:
            return
        found = table.filter(line.text, self._sorted(), spoken=filter_words())
        self._filtered_as = line.text
        self._order = self._without_posted(found.order) if not line.is_active else found.order
        if self._grouped_by:
            self._show_groups()
        else:
            self.rows.set_rows(table.frame, self._order)
        sum_ = self.recon.amount(plain(found.total_minor)) if line.is_active else ""
        line.show_result(self._order.len(), table.height, sum_)
        line.show_problem(found.problems[0] if found.problems else "")
        self.set_class(line.is_active, "-filtering")
        self._show_tally()

    def filter_now(self) -> None:
        """Apply what is typed already: who types fast means the rows that pass, not those still on the screen."""
        if self.query_one("#filter", FilterLine).text != self._filtered_as:
            self._filter()

    def _sorted(self) -> pl.Series:
        assert self.table is not None
        assert self._all is not None
        by = self._row_sort if self._grouped_by else self.rows.sorted_by
        return self.table.sort(self._all, by[0], descending=by[1]) if by else self._all

    def _without_posted(self, order: pl.Series) -> pl.Series:
        """Leave out what is done: the list opens on work, and a filter brings the rest."""
        assert self.table is not None
        done = (self.table.frame["status"] == "posted")[order]
        return order.filter(~done)

    @on(FilterLine.Left)
    def _filter_left(self) -> None:
        self.rows.focus()

    @on(SortRequested)
    def _sort_requested(self, event: SortRequested) -> None:
        self.rows.show_sorted(event.column, descending=event.descending)
        self._filter()

    def _show_tally(self) -> None:
        if self.table is None:
            return
        rows = [
            (status, number, minor) for status, number, minor, _foreign in self.table.totals().iter_rows() if number
        ]
        self.query_one("#tally", Static).update(tally(rows, self._minor, shown(self.table.batch), self.size.width - 2))

    def on_resize(self) -> None:
        """The tally is made for the width there is."""
        self._show_tally()

    # --- cursor and pane

    @on(CursorMoved)
    def _cursor_moved(self, event: CursorMoved) -> None:
        if self._grouped_by:
            return
        if self._waiting is not None:
            self._waiting.stop()
        key = event.key
        if key is None or key in self._details:
            self._show_row()
            return
        self._waiting = self.set_timer(PANE_DELAY, partial(self._ask_detail, key))

    def _ask_detail(self, key: str) -> None:
        self._show_row()
        if not self._pane_in_sight():
            return
        whole = self.pane.face in {"source", "changes"}
        self.ask(lambda service: service.detail(None, key, whole=whole), self._detail_came, group="detail")

    def _pane_in_sight(self) -> bool:
        return bool(self.pane.display)

    def _detail_came(self, detail: Detail) -> None:
        self._details = {detail.key: detail}
        self._show_row()

    def _show_row(self) -> None:
        row = self.rows.cursor_values() if not self._grouped_by else {}
        zone = self.recon.overview.timezone if self.recon.overview else "UTC"
        documents_in = self.recon.documents_in
        self.pane.show(row, self._details.get(str(row.get("key", ""))), timezone=zone, documents_in=documents_in)

    @on(DocumentPane.FaceChanged)
    def _face_changed(self, event: DocumentPane.FaceChanged) -> None:
        key = self.rows.cursor_key
        known = self._details.get(str(key))
        if key is not None and event.face in {"source", "changes"} and (known is None or known.source is None):
            self._ask_detail(str(key))

    def action_face(self, face: str) -> None:
        """Turn the pane to a face; from a click."""
        self.pane.face = face

    def action_next_pane(self) -> None:
        """Turn the pane to its next face."""
        self.pane.next_face()

    @on(Opened)
    def _opened(self, event: Opened) -> None:
        if self._grouped_by:
            self._open_group(str(event.key))
        else:
            self.action_open()

    def action_open(self) -> None:
        """Show the pane over the whole width, or go back to the list."""
        self._open_pane(opened=not self.has_class("-opened"))
        if self.has_class("-opened") and self.rows.cursor_key is not None:
            self._ask_detail(str(self.rows.cursor_key))

    def _open_pane(self, *, opened: bool) -> None:
        """Give the pane the whole width and the keys that scroll it, or give the list both back."""
        self.set_class(opened, "-opened")
        self.pane.take_keys() if opened else self.rows.focus()

    def action_back(self) -> None:
        """Close what is open, leave groups, clear the filter; then go one step back."""
        line = self.query_one("#filter", FilterLine)
        if self.has_class("-opened"):
            self._open_pane(opened=False)
        elif self._grouped_by:
            self._leave_groups()
        elif line.is_active:
            line.set_text("")
        else:
            super().action_back()

    # --- filter and order

    def action_filter(self) -> None:
        """Type into the filter."""
        self.add_class("-filtering")
        self.query_one("#filter", FilterLine).begin()

    def action_sort(self) -> None:
        """Sort by the next column."""
        self.rows.action_sort()

    # --- groups

    def action_group(self) -> None:
        """Group the rows by a column; the same key again leaves."""
        self.filter_now()
        if self._grouped_by:
            self._leave_groups()
            return
        choices = group_choices(tills=self.recon.books_tills)
        self.app.push_screen(ChoiceDialog(_("Group by"), choices), self._group_chosen)

    def _group_chosen(self, column: str | None) -> None:
        if column is None or self.table is None:
            return
        marked, self._row_sort = self.rows.marked_keys(), self.rows.sorted_by
        self._grouped_by = column
        self._groups = GroupMarks(self._members(), marked)
        self.rows.set_view((), "value", pl.DataFrame({"value": pl.Series(dtype=pl.String)}))
        self._show_groups()
        self.grouping_changed()

    def _members(self) -> pl.DataFrame:
        assert self.table is not None
        return self.table.group_keys(self._grouped_by, self._order)

    def _show_groups(self) -> None:
        """Show the groups of what passes the filter; cursor, order and marks stay."""
        assert self.table is not None
        at, by = self.rows.cursor_key, self.rows.sorted_by
        grouped = self.table.groups(self._grouped_by, self._order).cast({"total_minor": pl.Int64})
        order = sorted_rows(grouped[by[0]], descending=by[1]) if by and by[0] in grouped.columns else None
        self._groups = GroupMarks(self._members(), self.marked())
        self.rows.set_view(
            group_columns(self._minor, self._grouped_by, tills=self.recon.books_tills), "value", grouped, order
        )
        if by is not None and order is not None:
            self.rows.show_sorted(by[0], descending=by[1])
        self.rows.set_marks(self._groups.whole())
        self.rows.move_to_key(at)

    def _leave_groups(self) -> None:
        """Show the rows again, with the marks that were made on groups."""
        marked, self._grouped_by, self._groups = self.marked(), "", None
        if self.table is not None:
            self.rows.set_view(self._columns(), "key", self.table.frame, self._order)
            if self._row_sort is not None:
                self.rows.show_sorted(self._row_sort[0], descending=self._row_sort[1])
            self.rows.set_marks(marked)
        self.grouping_changed()

    def grouping_changed(self) -> None:
        """Groups are shown, or rows again: other keys work, and there is no one document for the pane to show."""
        self.set_class(bool(self._grouped_by), "-grouped")
        self.show_keys()

    def _open_group(self, value: str) -> None:
        """Show the rows of one group, by a filter the person can read, beside what is filtered already."""
        line = self.query_one("#filter", FilterLine)
        words = [line.text.strip(), group_filter(self._grouped_by, value)]
        self._leave_groups()
        line.set_text(" ".join(word for word in words if word))
        self.filter_now()
        self.rows.focus()
