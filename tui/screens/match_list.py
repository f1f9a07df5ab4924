"""A list of the Match step: tabs, tally, filter, table, the pane that explains a row, and what is marked.

Products, payment channels and charges look and behave alike; what they are about is theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ClassVar, Final

import polars as pl
from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from recon.money import plain
from tui.cells import shown, width_of
from tui.i18n import _
from tui.keys import KEYS, bindings
from tui.screens.new_things import AsksAboutNewThings
from tui.undo_words import undo_words
from tui.widgets.columns import Column
from tui.widgets.filter_line import FilterLine
from tui.widgets.key_line import KeyLine
from tui.widgets.match_pane import TABS, MatchPane, MatchTabs, Part
from tui.widgets.table import VirtualTable
from tui.widgets.table_messages import CursorMoved, MarksChanged, Opened, SortRequested
from tui.widgets.totals_bar import BarButton, TotalsBar

PANE_DELAY: Final = 0.05
"""Seconds the cursor rests on a row before the pane asks for more about it."""


class MatchList(AsksAboutNewThings):
    """What the lists have in common."""

    STEP: ClassVar[str] = "match"
    AUTO_FOCUS = "#rows"
    BINDINGS = bindings("new_things")
    DEFAULT_CSS = """
    #new { height: 1; padding: 0 1; display: none; }
    #tally { height: 1; padding: 0 1; }
    #split { height: 1fr; layout: vertical; }
    #rows { height: 1fr; width: 1fr; }
    #pane { height: 7; width: 1fr; border-top: solid $recon-line; }
    MatchList.-tall #pane { height: 13; }
    MatchList.-narrow #pane, MatchList.-tiny #pane { height: 5; }
    MatchList.-wide #split { layout: horizontal; }
    MatchList.-wide #pane { height: 1fr; width: 44; border-top: none; border-left: solid $recon-line; }
    MatchList.-tiny #filter, MatchList.-narrow #filter { display: none; }
    MatchList.-filtering #filter { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.tab = "products"
        self.frame: pl.DataFrame | None = None
        self._undo_name = self._redo_name = ""
        self._waiting: Timer | None = None

    # --- what each list gives

    def columns(self) -> Sequence[Column]:
        """Return the columns."""
        raise TypeError(f"{type(self).__name__} has no columns")

    def buttons(self) -> Sequence[BarButton]:
        """Return the buttons of the bar."""
        return ()

    def buttons_here(self) -> Sequence[BarButton]:
        """Return the buttons of the bar, without those that write while the screens may only read."""
        if not self.recon.session.read_only:
            return self.buttons()
        return [button for button in self.buttons() if button.action == "screen.clear_marks"]

    def work_rows(self) -> pl.Series:
        """Return the rows the list opens on, what waits for a person first."""
        raise TypeError(f"{type(self).__name__} has no rows")

    def filtered(self, text: str) -> tuple[pl.Series, tuple[str, ...]]:
        """Return the rows that pass, and what was not understood."""
        del text
        raise TypeError(f"{type(self).__name__} has no filter")

    def tally(self) -> list[tuple[str, str]]:
        """Return the pieces of the line above the list, text and style, the most important first."""
        return []

    def explain(self, row: dict[str, Any], width: int) -> list[Part]:
        """Return what the pane says about a row."""
        del row, width
        raise TypeError(f"{type(self).__name__} explains nothing")

    def ask_more(self, key: str) -> None:
        """Ask for what the pane needs beyond the row."""

    def empty_words(self) -> tuple[str, str]:
        """Return one sentence and one key for a list without rows."""
        return _("Nothing here."), ""

    def filter_hint(self) -> str:
        """Return what stands in the empty filter."""
        return _("filter: words, st:open, amt>1000 ...")

    # --- parts

    def body(self) -> ComposeResult:
        """Tabs, tally, filter, list and pane, and below them what is marked."""
        yield MatchTabs(self.tab, id="tabs")
        yield Static(id="new", markup=False)
        yield Static(id="tally", markup=False)
        yield FilterLine(self.filter_hint, id="filter")
        with Container(id="split"):
            yield VirtualTable(self.columns(), key="key", sorts_itself=False, id="rows")
            yield MatchPane(id="pane")
        yield TotalsBar(self.buttons_here(), id="marked")

    @property
    def rows(self) -> VirtualTable:
        """The list."""
        return self.query_one("#rows", VirtualTable)

    @property
    def pane(self) -> MatchPane:
        """The pane."""
        return self.query_one("#pane", MatchPane)

    @property
    def line(self) -> FilterLine:
        """The filter."""
        return self.query_one("#filter", FilterLine)

    def minor(self, minor: int) -> str:
        """Return an amount as it is written here."""
        return self.recon.amount(plain(minor))

    def count_open(self) -> None:
        """Ask how much is open in each list, for the tabs."""
        self.ask(lambda service: service.match_open(None), self._counted, group="tabs")
        self.ask_new()

    def tabs_here(self) -> tuple[str, ...]:
        """Return the lists there are: returns and what others posted only where there are some, or where they are in sight."""
        tills = self.recon.books_tills
        there = {
            **dict.fromkeys(("accounts", "vat", "counts", "setup"), tills),
            "products": not tills or self.recon.tills_order,
            "charges": not tills,
            "taxes": self.recon.taxes_by_items,
            "returns": self.recon.returns_wait,
            "others": self.recon.others_write,
        }
        return tuple(name for name in TABS if there.get(name, True) or self.tab == name)

    def _counted(self, counts: dict[str, int]) -> None:
        self.recon.returns_wait = bool(counts["returns"])
        self.query_one("#tabs", MatchTabs).use(self.tabs_here())
        self.query_one("#tabs", MatchTabs).show(self.tab, counts)

    # --- showing

    def show_rows(self) -> None:
        """Show what passes the filter, in the order asked for."""
        if self.frame is None:
            return
        self.rows.say_when_empty(lambda: self.empty_words()[0], lambda: self.empty_words()[1])
        problems: tuple[str, ...] = ()
        order = self.work_rows()
        if self.line.is_active:
            order, problems = self.filtered(self.line.text)
        by = self.rows.sorted_by
        if by is not None:
            order = self._sorted(order, *by)
        self.rows.set_rows(self.frame, order)
        self.line.show_result(len(order), self.frame.height)
        self.line.show_problem(shown(problems[0]) if problems else "")
        self.set_class(self.line.is_active, "-filtering")
        self.query_one("#tally", Static).update(self._tally_line())
        self.show_row()
        self.show_keys()

    def _sorted(self, order: pl.Series, column: str, descending: bool) -> pl.Series:  # noqa: FBT001 - as the table says it
        assert self.frame is not None
        values = self.frame.select(pl.col(column).gather(order).alias("value")).with_columns(order.alias("at"))
        return values.sort("value", descending=descending, nulls_last=True, maintain_order=True)["at"]

    def show_row(self) -> None:
        """Draw the pane for the row under the cursor."""
        row = self.rows.cursor_values()
        self.pane.show(self.explain(row, self.pane.room) if row else [])
        self.show_keys()

    def _tally_line(self) -> Content:
        """Return the line above the list; what is last in it goes first where it is too narrow."""
        pieces = self.tally()
        while len(pieces) > 1 and sum(width_of(text) + 3 for text, _style in pieces) - 3 > self.size.width - 2:
            pieces.pop()
        parts = [part for piece in pieces for part in (piece, ("   ", ""))]
        return Content.assemble(*parts[:-1])

    @on(CursorMoved)
    def _cursor_moved(self, event: CursorMoved) -> None:
        event.stop()
        if self._waiting is not None:
            self._waiting.stop()
        self.show_row()
        if event.key is not None:
            self._waiting = self.set_timer(PANE_DELAY, partial(self.ask_more, str(event.key)))

    def show_frame(self) -> None:
        """Write title, steps, tabs and keys anew."""
        super().show_frame()
        for tabs in self.query(MatchTabs):
            tabs.use(self.tabs_here())

    def on_resize(self) -> None:
        """Lines of the pane are made for the width there is."""
        self.show_new()
        if self.frame is not None:
            self.call_after_refresh(self.show_row)
            self.query_one("#tally", Static).update(self._tally_line())

    # --- filter, order, marks

    @on(FilterLine.Changed)
    def _filter_changed(self, event: FilterLine.Changed) -> None:
        event.stop()
        self.show_rows()

    @on(FilterLine.Left)
    def _filter_left(self) -> None:
        self.rows.focus()

    @on(SortRequested)
    def _sort_requested(self, event: SortRequested) -> None:
        self.rows.show_sorted(event.column, descending=event.descending)
        self.show_rows()

    @on(MarksChanged)
    def _marks_changed(self, event: MarksChanged) -> None:
        total = self.minor(self.rows.marked_sum("amount_minor")) if event.count else ""
        self.query_one("#marked", TotalsBar).show_marked(event.count, total, event.hidden)
        self.show_keys()

    def action_filter(self) -> None:
        """Type into the filter."""
        self.add_class("-filtering")
        self.line.begin()

    def action_sort(self) -> None:
        """Sort by the next column."""
        self.rows.action_sort()

    def action_mark_all(self) -> None:
        """Mark all that is shown."""
        self.rows.mark_all_shown()

    def action_mark_like(self) -> None:
        """Mark everything that stands like this row."""
        if self.rows.row_count:
            self.rows.mark_like("state")

    def action_clear_marks(self) -> None:
        """Take all marks away."""
        self.rows.clear_marks()

    def touched(self) -> list[dict[str, Any]]:
        """Return what an action acts on: the marked rows, else the row under the cursor."""
        if self.frame is None or not self.frame.height:
            return []
        keys = self.rows.touched_keys()
        return self.frame.filter(pl.col("key").is_in(keys)).to_dicts() if keys else []

    @on(Opened)
    def _opened(self, event: Opened) -> None:
        event.stop()
        self.run_open()

    def action_open(self) -> None:
        """Do what is next with the row under the cursor, or with what is marked."""
        self.run_open()

    def run_open(self) -> None:
        """Do what Enter does here."""

    # --- tabs, back, undo

    def action_next_pane(self) -> None:
        """Go on to the next list."""
        names = list(self.tabs_here())
        self.action_tab(names[(names.index(self.tab) + 1) % len(names)])

    def action_tab(self, tab: str) -> None:
        """Show a list of the Match step."""
        first = "products" if self.recon.books_tills else "match"
        places = {"accounts": "match", "products": first, "payment": "channels", "charges": "channels", "vat": "taxes"}
        self.recon.go(places.get(tab, tab))
        screen = self.app.screen
        if tab in {"payment", "charges"} and isinstance(screen, MatchList):
            screen.turn_to(tab)

    def turn_to(self, tab: str) -> None:
        """Show another list on the same screen."""

    def action_back(self) -> None:
        """Clear the marks, then the filter; then go one step back."""
        if self.rows.marked_count:
            self.rows.clear_marks()
        elif self.line.is_active:
            self.line.set_text("")
        else:
            super().action_back()

    def action_undo(self) -> None:
        """Take back what was linked or mapped last."""
        if self._undo_name:
            self.act(lambda service: service.undo_match(None), lambda _report: self.load())

    def action_redo(self) -> None:
        """Do again what was undone."""
        if self._redo_name:
            self.act(lambda service: service.redo_match(None), lambda _report: self.load())

    def footer(self) -> tuple[str, ...]:
        """Return the actions of the last line."""
        return self.FOOTER

    def show_keys(self) -> None:
        """Write the last line anew: only what works here and now."""
        names = self.footer()
        if self.frame is not None and not self.frame.height:
            names = ("undo", "previous_step", "refresh", "next_pane", "command_palette")
        useless = {name for name in names if self.check_action(KEYS[name].name, ()) is False}
        useless |= set() if self._undo_name else {"undo"}
        self.query_one(KeyLine).use(tuple(name for name in names if name not in useless), self.key_words())

    def key_words(self) -> dict[str, str]:
        """Name what Undo would undo, and what Enter would do."""
        words = {"undo": _("Undo: {name}").format(name=undo_words(self._undo_name))} if self._undo_name else {}
        return words | self.open_words()

    def open_words(self) -> dict[str, str]:
        """Return what Enter would do here and now."""
        return {}

    # --- others

    def say_nothing_to_take(self) -> None:
        """Say why the key that takes away did nothing."""
        self.notify(_("There is nothing to take away here: nobody has set it yet."), markup=False)

    def say(self, words: Sequence[str]) -> None:
        """Say what was set, for a moment."""
        if words:
            self.notify("\n".join(shown(one) for one in words[:4]), markup=False, timeout=5)

    def done(self, then: Callable[[], None] | None = None) -> Callable[[tuple[str, ...]], None]:
        """Return what happens after something was set: marks go, the list is read again."""

        def after(_words: tuple[str, ...]) -> None:
            self.rows.clear_marks()
            if then is not None:
                then()
            self.load()

        return after

    def numbers_changed(self) -> None:
        """Hide or show amounts."""
        self.rows.hide_numbers = self.query_one("#marked", TotalsBar).hide_numbers = self.recon.numbers_hidden
        self.show_frame()
        self.rows.relabel()
        self.show_rows()
