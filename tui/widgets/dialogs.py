"""Questions that must be answered before something happens: a reason, a yes, one of several. Cancel is always the default.

What is shown is given as text and drawn as text; a dialog answers with a value, or with None when the person went back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.cells import shown
from tui.i18n import _
from tui.widgets.filter_line import FilterInput, clean

Answer = TypeVar("Answer")
Check = Callable[[str], str]
"""What was typed to what is wrong with it; empty: nothing."""


MadeToWidth = Callable[[int], Content]
"""Cells of a line to what is said in them."""
MOST_CELLS: Final = 63
FEWEST_CELLS: Final = 30
FRAME_CELLS: Final = 7
"""Cells of a dialog beside its words: border, padding, scroll bar."""


class DialogWords(VerticalScroll):
    """What a dialog says: as high as its words where there is room, else scrolled, so that the buttons stay in sight."""

    DEFAULT_CSS = """
    DialogWords { height: auto; max-height: 60vh; margin: 1 0; scrollbar-size-vertical: 1; }
    DialogWords > Static { height: auto; width: 1fr; }
    """
    can_focus = False

    def __init__(self, words: str | Content | MadeToWidth) -> None:
        super().__init__(classes="words")
        self._words = words

    def compose(self) -> ComposeResult:
        """Hold one text."""
        yield Static(self._made())

    def _made(self) -> Content:
        if callable(self._words):
            return self._words(min(MOST_CELLS, max(FEWEST_CELLS, self.app.size.width * 96 // 100 - FRAME_CELLS)))
        return self._words if isinstance(self._words, Content) else Content(self._words)

    def on_resize(self) -> None:
        """Columns are made for the width there is."""
        if callable(self._words):
            self.query_one(Static).update(self._made())


class Dialog(ModalScreen["Answer | None"], Generic[Answer]):
    """A box in the middle; Esc goes back, and the keys that turn pages scroll its words.

    It never reaches the first row, where company and LIVE, TEST or DEMO stand.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False),
        Binding("pageup,up", "scroll_words(-1)", show=False),
        Binding("pagedown,down", "scroll_words(1)", show=False),
    ]
    DEFAULT_CSS = """
    Dialog { align: center middle; background: $recon-ground 60%; }
    Dialog > Vertical { width: 70; max-width: 96%; height: auto; max-height: 90%; padding: 1 2; background: $recon-panel; border: solid $recon-accent; }
    Dialog.-low > Vertical { padding: 0 2; }
    Dialog.-low DialogWords { max-height: 40vh; margin: 0; }
    Dialog.-low Horizontal { margin-top: 0; }
    Dialog .title { text-style: bold; color: $recon-accent; height: auto; }
    Dialog .words { height: auto; margin: 1 0; }
    Dialog .problem { height: auto; color: $recon-bad; }
    Dialog Input { background: $recon-cursor; }
    Dialog Horizontal { height: auto; align-horizontal: right; margin-top: 1; }
    Dialog Horizontal Button { margin-left: 2; }
    Dialog OptionList { height: auto; max-height: 14; border: none; background: $recon-panel; }
    """

    def action_cancel(self) -> None:
        """Go back; nothing happens."""
        self.dismiss(None)

    def action_scroll_words(self, pages: int) -> None:
        """Show more of the words, half of what is in sight at a time."""
        for words in self.query(DialogWords):
            words.scroll_relative(y=pages * max(1, words.size.height // 2), animate=False)


def buttons(yes: str) -> ComposeResult:
    """Cancel and the yes, the last line of a dialog."""
    with Horizontal(id="buttons"):
        yield Button(Content(_("Cancel")), id="cancel")
        yield Button(Content(yes), id="yes")


class FormDialog(Dialog[Answer]):
    """Lines to fill in, what is wrong with them, Cancel and the yes."""

    ENTER_GOES_ON: ClassVar[bool] = False
    """Enter in a line goes to the next one, and only in the last is the yes."""

    def last_line(self, yes: str) -> ComposeResult:
        """What is wrong, Cancel and the yes."""
        yield Static("", classes="problem", markup=False)
        yield from buttons(yes)

    def answer(self) -> None:
        """Answer with what was typed, or say what is wrong with it."""
        raise TypeError(f"{type(self).__name__} answers nothing")

    def refuse(self, words: str) -> None:
        """Say what is wrong; the dialog stays."""
        self.query_one(".problem", Static).update(Content(words))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in a line is the yes, or goes on to the next line."""
        event.stop()
        lines = list(self.query(Input))
        place = lines.index(event.input) + 1
        if self.ENTER_GOES_ON and place < len(lines):
            lines[place].focus()
        else:
            self.answer()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer, or go back."""
        event.stop()
        if event.button.id == "yes":
            self.answer()
        else:
            self.dismiss(None)


class TextDialog(FormDialog[str]):
    """Asks for a line of text, for example a reason."""

    AUTO_FOCUS = "Input"
    DEFAULT_CSS = "TextDialog.-low DialogWords { max-height: 35vh; }"

    def __init__(
        self, title: str, words: str, *, yes: str, value: str = "", check: Check | None = None, password: bool = False
    ) -> None:
        super().__init__()
        self._title, self._words, self._yes, self._value = title, words, yes, value
        self._check = check or _not_empty
        self._password = password

    def compose(self) -> ComposeResult:
        """Title, words, a line to type into, Cancel and the yes."""
        with Vertical():
            yield Static(Content(self._title), classes="title")
            yield DialogWords(self._words)
            yield FilterInput(clean(self._value), password=self._password)
            yield from self.last_line(self._yes)

    def answer(self) -> None:
        """Answer with the line, or say what is wrong with it."""
        text = self.query_one(Input).value.strip()
        problem = self._check(text)
        if problem:
            self.refuse(problem)
            return
        self.dismiss(text)


class ConfirmDialog(Dialog[bool]):
    """Asks for a yes; Cancel has the focus."""

    AUTO_FOCUS = "#cancel"

    def __init__(self, title: str, words: str | Content | MadeToWidth, *, yes: str) -> None:
        super().__init__()
        self._title, self._words, self._yes = title, words, yes

    def compose(self) -> ComposeResult:
        """Title, words, Cancel and the yes."""
        with Vertical():
            yield Static(Content(self._title), classes="title")
            yield DialogWords(self._words)
            yield from buttons(self._yes)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer."""
        event.stop()
        self.dismiss(True if event.button.id == "yes" else None)


class ChoiceDialog(Dialog[str]):
    """Asks for one of several; outside names are cleaned."""

    AUTO_FOCUS = "OptionList"

    def __init__(self, title: str, choices: Sequence[tuple[str, str]], *, words: str = "") -> None:
        """Show ``choices`` as (value, words)."""
        super().__init__()
        self._title, self._choices, self._words = title, tuple(choices), words

    def compose(self) -> ComposeResult:
        """Title, words and the list."""
        with Vertical():
            yield Static(Content(self._title), classes="title")
            if self._words:
                yield DialogWords(self._words)
            yield OptionList(*(Option(Content(shown(words))) for _value, words in self._choices))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer with what was chosen."""
        event.stop()
        self.dismiss(self._choices[event.option_index][0])


def _not_empty(text: str) -> str:
    return "" if text else _("Something must be written here.")
