"""A list of the Match step that is one table of the service: read anew after each word, shown as the service orders it.

Taxes, what tills book, counts and what is missing are such lists; what they read and what they say of a row is theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Generic, Protocol, TypeVar

import polars as pl

from recon.service import ReconService
from tui.cells import shown
from tui.i18n import _, count
from tui.screens.match_list import MatchList
from tui.widgets.match_pane import MatchTabs


class ListTable(Protocol):
    """What every table of the Match step says beside its rows."""

    @property
    def frame(self) -> pl.DataFrame:
        """The rows."""

    @property
    def currency(self) -> str:
        """What amounts are in."""

    @property
    def undo_name(self) -> str:
        """What Undo would take back."""

    @property
    def redo_name(self) -> str:
        """What Redo would do again."""


Table = TypeVar("Table", bound=ListTable)


class TableList(MatchList, Generic[Table]):
    """One table, one list."""

    MARKABLE: ClassVar[bool] = True
    COPIED: ClassVar[tuple[str, ...]] = ()
    """Columns of a row that is copied as text."""

    def __init__(self) -> None:
        super().__init__()
        self.table: Table | None = None

    @property
    def currency(self) -> str:
        """What amounts are in; empty before anything was read."""
        return self.table.currency if self.table else ""

    # --- reading

    def read(self, service: ReconService) -> Table:
        """Return the table, as the service has it now."""
        del service
        raise TypeError(f"{type(self).__name__} reads nothing")

    def rows_of(self, table: Table) -> pl.DataFrame:
        """Return what the list shows of a table."""
        return table.frame

    def load(self) -> None:
        """Read the table."""
        if self.table is None:
            self.rows.say_busy(
                lambda: _("Reading the settlements ...") if self.recon.books_tills else _("Reading the orders ...")
            )
        self.ask(self.read, self.came)

    def came(self, table: Table) -> None:
        """Show what was read."""
        is_new = self.table is None
        self.table, self.frame = table, self.rows_of(table)
        self._undo_name, self._redo_name = table.undo_name, table.redo_name
        if is_new:
            self.rows.markable = self.MARKABLE
            self.rows.set_view(self.columns(), "key", self.frame, self.work_rows())
        self.query_one("#tabs", MatchTabs).show(self.tab, {})
        self.show_rows()
        self.count_open()

    # --- what the list shows

    def work_rows(self) -> pl.Series:
        """Return all rows, as the service lists them: what waits first."""
        assert self.frame is not None
        return pl.int_range(self.frame.height, dtype=pl.UInt32, eager=True)

    def in_each_state(self, states: Mapping[str, tuple[str, str, str]]) -> list[tuple[str, str]]:
        """Return how many rows stand in each state that any stands in; ``states``: sign, word and tone of each."""
        if self.frame is None or not self.frame.height:
            return []
        there = dict(self.frame.group_by("state").len().iter_rows())
        return [
            (f"{sign} {count(there[state])} {_(word)}", f"$recon-{tone}")
            for state, (sign, word, tone) in states.items()
            if there.get(state)
        ]

    def action_copy(self) -> None:
        """Copy the row as text."""
        row = self.rows.cursor_values()
        if row:
            self.app.copy_to_clipboard("\t".join(shown(str(row[name] or "")) for name in self.COPIED))
