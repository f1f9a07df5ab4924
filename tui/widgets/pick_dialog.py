"""Two lists to choose from: one of many codes, with a filter that follows each key, and one of a few, each explained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from recon.match.catalog_search import CatalogList
from tui.cells import shown
from tui.i18n import _
from tui.widgets.columns import Column
from tui.widgets.dialogs import Dialog
from tui.widgets.filter_line import FilterLine
from tui.widgets.table import VirtualTable
from tui.widgets.table_messages import Opened


class PickDialog(Dialog[str]):
    """Asks for one code of a long list; answers with the code."""

    AUTO_FOCUS = "FilterInput"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False, priority=True),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("pagedown", "page(1)", show=False, priority=True),
        Binding("pageup", "page(-1)", show=False, priority=True),
        Binding("enter", "pick", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    PickDialog > Vertical { width: 96; height: 22; padding: 0 1; }
    PickDialog .words { margin: 0; }
    PickDialog VirtualTable { height: 1fr; background: $recon-panel; }
    PickDialog Horizontal.buttons { margin-top: 0; }
    """

    def __init__(self, title: str, words: str, codes: CatalogList, *, yes: str, at: str | None = None) -> None:
        """Begin on the row with the code ``at``, if there is one."""
        super().__init__()
        self._title, self._words, self._codes, self._yes, self._at = title, words, codes, yes, at

    def compose(self) -> ComposeResult:
        """Title, words, the line to type into, what fits, Cancel and the yes."""
        columns = (
            Column("product_code", lambda: _("Code"), priority=0, sortable=False),
            Column("product_name", lambda: _("Name"), grow=True, priority=0, least=16, sortable=False),
        )
        with Vertical():
            yield Static(Content(self._title), classes="title")
            yield Static(Content(self._words), classes="words")
            yield FilterLine(lambda: _("code or words of the name"))
            yield VirtualTable(columns, key="product_code", sorts_itself=False, markable=False)
            with Horizontal(classes="buttons"):
                yield Button(Content(_("Cancel")), id="cancel")
                yield Button(Content(self._yes), id="yes")

    @property
    def table(self) -> VirtualTable:
        """What fits."""
        return self.query_one(VirtualTable)

    def on_mount(self) -> None:
        """Begin with all of it, on what was suggested."""
        self.table.say_when_empty(lambda: _("Nothing fits."), lambda: _("Read the ledger's lists again: recon connect"))
        self._show("")
        if self._at is not None:
            self.table.move_to_key(self._at)

    @on(FilterLine.Changed)
    def _changed(self, event: FilterLine.Changed) -> None:
        event.stop()
        self._show(event.text)

    def _show(self, text: str) -> None:
        found = self._codes.search(text)
        self.table.set_rows(self._codes.frame, found)
        self.table.move_to(0)
        self.query_one(FilterLine).show_result(len(found), self._codes.height)

    def action_cancel(self) -> None:
        """Clear what is typed; where nothing is, go back."""
        line = self.query_one(FilterLine)
        if line.text:
            line.set_text("")
        else:
            self.dismiss(None)

    def action_move(self, rows: int) -> None:
        """Move the cursor; the line keeps what is typed."""
        self.table.action_cursor(rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by a screenful."""
        self.table.action_page(pages)

    def action_pick(self) -> None:
        """Enter: on Cancel go back, everywhere else take the row under the cursor."""
        if self.focused is not None and self.focused.id == "cancel":
            self.dismiss(None)
            return
        code = self.table.cursor_key
        if code is not None:
            self.dismiss(str(code))

    @on(Opened)
    def _opened(self, event: Opened) -> None:
        event.stop()
        self.dismiss(str(event.key))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer, or go back."""
        event.stop()
        if event.button.id == "cancel":
            self.dismiss(None)
        else:
            self.action_pick()


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few things to choose."""

    value: str
    words: str
    explanation: str = ""
    is_now: bool = False
    """It is so already."""


class ExplainedDialog(Dialog[str]):
    """Asks for one of a few, each with a sentence that says what it does; the one in force says so."""

    AUTO_FOCUS = "OptionList"
    DEFAULT_CSS = """
    ExplainedDialog > Vertical { width: 78; }
    ExplainedDialog .words { margin: 0 0 1 0; }
    ExplainedDialog OptionList { max-height: 1fr; }
    """

    def __init__(self, title: str, words: str, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._title, self._words, self._choices = title, words, tuple(choices)

    def compose(self) -> ComposeResult:
        """Title, words and the list."""
        with Vertical():
            yield Static(Content(shown(self._title)), classes="title")
            if self._words:
                yield Static(Content(self._words), classes="words")
            yield OptionList(*(Option(self._content(choice)) for choice in self._choices))

    def on_mount(self) -> None:
        """Begin on what is in force."""
        now = [place for place, choice in enumerate(self._choices) if choice.is_now]
        self.query_one(OptionList).highlighted = now[0] if now else 0

    @staticmethod
    def _content(choice: Choice) -> Content:
        parts: list[str | tuple[str, str]] = [(shown(choice.words), "bold")]
        if choice.is_now:
            parts.append(("  " + _("(so it is now)"), "$recon-accent"))
        if choice.explanation:
            parts += ["\n", (shown(choice.explanation), "$recon-dim")]
        return Content.assemble(*parts)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer with what was chosen."""
        event.stop()
        self.dismiss(self._choices[event.option_index].value)
