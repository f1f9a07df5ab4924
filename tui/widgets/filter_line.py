"""The filter of a list: one line to type into, what it found, and what could not be understood.

Each key posts the text, a burst of keys once. The text stays in sight as long as it filters. Esc clears the text first and leaves
then; Enter and Down go back to the list and keep it. What is pasted is cleaned: no control or direction character gets in.
"""

from __future__ import annotations

from typing import ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from recon.text import SHOWN_AS
from tui.cells import shown
from tui.composed import tr_composed
from tui.i18n import _, count
from tui.widgets.columns import Words, said

BURST_SECONDS: Final = 0.02
"""Keys that follow each other faster than this make one filter."""
_UNSAFE: Final = dict.fromkeys(SHOWN_AS)


class FilterInput(Input):
    """An input that lets in what may stand on a screen only."""

    def replace(self, text: str, start: int, end: int) -> None:
        """Put text in the place of other text, cleaned; typing and pasting come through here."""
        super().replace(clean(text), start, end)

    @property
    def _value(self) -> Text:
        """What is hidden stands as stars: Textual's own dot takes two cells in some terminals."""
        shown = super()._value
        return Text("*" * len(self.value), no_wrap=True, overflow="ignore", end="") if self.password else shown


def clean(text: str) -> str:
    """Return typed or pasted text without control, direction and invisible characters."""
    return text.translate(_UNSAFE).encode("utf-8", "ignore").decode()


class FilterLine(Vertical):
    """``/``, the text, the result; below it the problem, if there is one."""

    DEFAULT_CSS = """
    FilterLine {
        height: auto;
        & > Horizontal { height: 1; }
        & .filter-line--sign { width: 3; height: 1; }
        & FilterInput, & FilterInput:focus { width: 1fr; height: 1; border: none; padding: 0; }
        & .filter-line--result { width: auto; height: 1; padding: 0 1; }
        & .filter-line--problem { height: auto; max-height: 3; padding: 0 1 0 3; color: $warning; display: none; }
        &.-problem .filter-line--problem { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear_or_leave", show=False),
        Binding("down", "leave", show=False),
    ]

    class Changed(Message):
        """The text is another one."""

        def __init__(self, line: FilterLine, text: str) -> None:
            self.line = line
            self.text = text
            super().__init__()

        @property
        def control(self) -> FilterLine:
            """The line, for `@on(..., "#id")`."""
            return self.line

    class Left(Message):
        """The person goes back to the list."""

        def __init__(self, line: FilterLine) -> None:
            self.line = line
            super().__init__()

        @property
        def control(self) -> FilterLine:
            """The line, for `@on(..., "#id")`."""
            return self.line

    def __init__(
        self,
        hint: Words = "",
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._hint = hint
        self._posted = ""
        self._timer: Timer | None = None
        self._result: tuple[int, int, str] | None = None

    def compose(self) -> ComposeResult:
        """One line of sign, text and result, and a line for the problem."""
        with Horizontal():
            yield Static(" / ", classes="filter-line--sign", markup=False)
            yield FilterInput(placeholder=said(self._hint), select_on_focus=False, compact=True)
            yield Static("", classes="filter-line--result", markup=False)
        yield Static("", classes="filter-line--problem", markup=False)

    @property
    def input(self) -> FilterInput:
        """The place where keys go."""
        return self.query_one(FilterInput)

    @property
    def text(self) -> str:
        """What filters now, or will in a moment."""
        return self.input.value

    @property
    def is_active(self) -> bool:
        """Whether a text filters the list."""
        return bool(self.text.strip())

    def begin(self) -> None:
        """Let the person type; the cursor stands at the end."""
        self.input.focus()
        self.input.cursor_position = len(self.input.value)

    def set_text(self, text: str) -> None:
        """Put a text in, as if it had been typed."""
        self.input.value = clean(text)
        self.input.cursor_position = len(self.input.value)

    def show_result(self, found: int, of: int, note: str = "") -> None:
        """Say how many rows the text found; ``note`` is for a sum."""
        self._result = (found, of, note)
        parts = [_("{found} of {total}").format(found=count(found), total=count(of)), shown(note)]
        self.query_one(".filter-line--result", Static).update(Content("  ".join(part for part in parts if part)))

    def show_problem(self, sentence: str) -> None:
        """Say what could not be understood; an empty sentence takes it away."""
        self.query_one(".filter-line--problem", Static).update(Content(shown(tr_composed(sentence))))
        self.set_class(bool(sentence), "-problem")

    def relabel(self) -> None:
        """Say everything again, in the language of now."""
        self.input.placeholder = said(self._hint)
        if self._result is not None:
            self.show_result(*self._result)

    def action_clear_or_leave(self) -> None:
        """Clear the text; leave if there is none."""
        if self.text:
            self.input.value = ""
        else:
            self.action_leave()

    def action_leave(self) -> None:
        """Go back to the list; the text goes on filtering."""
        self._post()
        self.post_message(self.Left(self))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Wait for the end of a burst of keys."""
        event.stop()
        self.set_class(self.is_active, "-active")
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(BURST_SECONDS, self._post)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes back to the list."""
        event.stop()
        self.action_leave()

    def _post(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self.text != self._posted:
            self._posted = self.text
            self.post_message(self.Changed(self, self.text))
