"""Text that is made for the width it has: made anew whenever that width changes, so that nothing is cut for another one."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.content import Content
from textual.widgets import Static

Make = Callable[[int], Content]
"""Width in cells to what stands there."""


class Fitted(Static):
    """A text of its own height."""

    DEFAULT_CSS = "Fitted { height: auto; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__("", id=id, classes=classes, markup=False)
        self._make: Make = _nothing
        self._made_for = 0

    def say(self, make: Make) -> None:
        """Show what this makes of the width there is, now and after every change of it."""
        self._make = make
        self._again()

    def on_resize(self, event: events.Resize) -> None:
        """Make it anew where the width is another one.

        Once it is drawn: while a layout is under way, Textual 8.2 keeps the height of the text that was there before.
        """
        if event.size.width != self._made_for:
            self.call_after_refresh(self._again)

    def _again(self) -> None:
        self._made_for = self.size.width
        if self._made_for:
            self.update(self._make(self._made_for))


def _nothing(_width: int) -> Content:
    return Content("")
