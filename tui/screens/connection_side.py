"""The check-list of the connections as a list with what each line says below: the second side of the doctor screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

import polars as pl
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from recon.summaries.checks import STATES, CheckLine, ConnectionChecks
from tui.cells import shown
from tui.composed import tr_composed
from tui.connection_checks import STATES as STATE_WORDS
from tui.connection_checks import check_name
from tui.i18n import _, count
from tui.record_words import is_of_tills
from tui.widgets.columns import Column
from tui.widgets.table import VirtualTable
from tui.widgets.table_messages import CursorMoved

SIGNS: Final = {"ok": "✓", "warning": "?", "missing": "!", "unknown": "-"}
_TONES: Final = {"ok": "done", "warning": "check", "missing": "bad", "unknown": "dim"}
_STYLES: Final = {"ok": "$recon-done", "warning": "$recon-check", "missing": "$recon-bad", "unknown": "$recon-dim"}
GOES_TO: Final = {
    "settings": "settings",
    "products": "match",
    "channels": "channels",
    "importing": "import",
    "review": "review",
    "upload": "upload",
    "audit": "audit",
}
"""Where a line is mended, to the place of the screens."""
_SCHEMA: Final = {"key": pl.UInt32, "state": pl.String, "connection": pl.String, "name": pl.String, "text": pl.String}


def check_columns() -> Sequence[Column]:
    """Return the columns of the list."""
    return (
        Column(
            "state", lambda: "", width=1, render=SIGNS.__getitem__, tone=_TONES.__getitem__, priority=0, sortable=False
        ),
        Column("connection", lambda: _("Connection"), drop_below=70, priority=2, sortable=False),
        Column("name", lambda: _("What"), priority=0, sortable=False),
        Column("text", lambda: _("Found"), grow=True, least=20, priority=0, sortable=False),
    )


class ConnectionSide(Vertical):
    """What each connection needs, what falls short first, and the whole of the line under the cursor."""

    DEFAULT_CSS: ClassVar[str] = """
    ConnectionSide #checks-head { height: 1; padding: 0 1; text-style: bold; }
    ConnectionSide #check-rows { height: 1fr; }
    ConnectionSide #check-about { height: 6; border-top: solid $recon-line; padding: 0 1; }
    ConnectionSide #check-about Static { height: auto; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._lines: list[tuple[str, CheckLine]] = []
        self._of_tills: set[str] = set()

    def compose(self) -> ComposeResult:
        """A tally, the list, the line under the cursor."""
        yield Static(id="checks-head", markup=False)
        yield VirtualTable(check_columns(), key="key", markable=False, id="check-rows")
        with VerticalScroll(id="check-about", can_focus=False):
            yield Static(id="check-text")

    @property
    def rows(self) -> VirtualTable:
        """The list."""
        return self.query_one("#check-rows", VirtualTable)

    def say_busy(self) -> None:
        """Say that the questions are under way."""
        self.query_one("#checks-head", Static).update(Content(_("Checking ...")))
        if not self._lines:
            self.rows.say_busy(lambda: _("Checking ..."))

    def show(self, lists: Sequence[ConnectionChecks]) -> None:
        """Show check-lists, the gravest lines first."""
        lines = [(each.connection, line) for each in lists for line in each.lines]
        self._of_tills = {each.connection for each in lists if is_of_tills(each.source)}
        self._lines = sorted(lines, key=lambda pair: STATES.index(pair[1].state))
        self.rows.say_when_empty(
            lambda: _("There is no connection yet. Write one into recon.toml, as docs/settings.md shows.")
        )
        rows = [
            (
                number,
                line.state,
                shown(name),
                _(check_name(line.check, tills=name in self._of_tills)),
                shown(tr_composed(line.text)),
            )
            for number, (name, line) in enumerate(self._lines)
        ]
        self.rows.set_rows(pl.DataFrame(rows, schema=_SCHEMA, orient="row"))
        self.query_one("#checks-head", Static).update(Content(_tally(lists)))
        self._show_line()

    def relabel(self) -> None:
        """Draw the headings anew in the language of now."""
        self.rows.relabel()

    @property
    def line(self) -> tuple[str, CheckLine] | None:
        """Connection and line under the cursor."""
        key = self.rows.cursor_key
        return self._lines[key] if key is not None and key < len(self._lines) else None

    @on(CursorMoved)
    def _cursor_moved(self) -> None:
        self._show_line()

    def _show_line(self) -> None:
        found = self.line
        said = Content("") if found is None else line_words(*found, tills=found[0] in self._of_tills)
        self.query_one("#check-text", Static).update(said)


def line_words(connection: str, line: CheckLine, *, tills: bool = False) -> Content:
    """Return everything about a line: what it is, what was found, where to set it."""
    parts: list[str | tuple[str, str]] = [
        (f"{SIGNS[line.state]} ", _STYLES[line.state]),
        (_(check_name(line.check, tills=tills)), "bold"),
        (f"  {_(STATE_WORDS[line.state])}  {shown(connection)}", "$recon-dim"),
        "\n",
        shown(tr_composed(line.text)),
    ]
    if line.remedy and line.state != "ok":
        parts += ["\n", (f"{_('set it')}: ", "$recon-dim"), shown(tr_composed(line.remedy))]
    return Content.assemble(*parts)


def _tally(lists: Sequence[ConnectionChecks]) -> str:
    counted = {state: sum(each.counts[state] for each in lists) for state in STATES}
    said = ", ".join(f"{count(number)} {_(STATE_WORDS[state])}" for state, number in counted.items() if number)
    asked = _("ledger and shop were asked just now") if any(each.asked for each in lists) else _("nobody was asked now")
    return f"{said}; {asked}" if said else ""
