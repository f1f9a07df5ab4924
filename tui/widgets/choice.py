"""One of several, as ``(o) English  ( ) ไทย``: plain signs that every terminal shows alike, also without colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tui.cells import fit, shown

Option = tuple[str, str]
"""Value and words."""


class Choice(Widget, can_focus=True):
    """A list of options, one of them chosen; the chosen line is where the cursor is."""

    DEFAULT_CSS = """
    Choice { height: auto; width: 1fr; color: $recon-text; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,left", "move(-1)", show=False),
        Binding("down,right,space", "move(1)", show=False),
    ]

    class Changed(Message):
        """Another option is chosen."""

        def __init__(self, choice: Choice, value: str) -> None:
            self.choice = choice
            self.value = value
            super().__init__()

        @property
        def control(self) -> Choice:
            """The list, for `@on(..., "#id")`."""
            return self.choice

    def __init__(
        self,
        options: Sequence[Option],
        value: str,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._options = tuple(options)
        self.value = value

    def relabel(self, options: Sequence[Option]) -> None:
        """Show other words, for example in another language."""
        self._options = tuple(options)
        self.refresh(layout=True)

    def choose(self, value: str) -> None:
        """Choose this one."""
        if value != self.value and value in self._values:
            self.value = value
            self.refresh()
            self.post_message(self.Changed(self, value))

    @property
    def _values(self) -> list[str]:
        return [value for value, _words in self._options]

    def action_move(self, by: int) -> None:
        """Choose the next one; after the last the first."""
        values = self._values
        place = values.index(self.value) if self.value in values else 0
        self.choose(values[(place + by) % len(values)])

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked."""
        place = event.get_content_offset(self)
        if place is not None and place.y < len(self._options):
            event.stop()
            self.choose(self._options[place.y][0])

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """One line for each."""
        del container, viewport, width
        return len(self._options)

    def on_focus(self) -> None:
        """The chosen line is told apart."""
        self.refresh()

    def on_blur(self) -> None:
        """It is like the others again."""
        self.refresh()

    def render(self) -> Content:
        """Return the lines."""
        parts: list[str | tuple[str, str]] = []
        for value, words in self._options:
            is_chosen = value == self.value
            line = fit(f"{'(o)' if is_chosen else '( )'} {shown(words)}", self.size.width)
            style = "bold $recon-text on $recon-cursor" if is_chosen and self.has_focus else "bold" if is_chosen else ""
            parts += ["\n", (line, style)] if parts else [(line, style)]
        return Content.assemble(*parts)
