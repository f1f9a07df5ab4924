"""What is marked, what it adds up to, and what the actions will touch: one line that is never covered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from tui.cells import cut, shown, width_of
from tui.i18n import _, count, ngettext
from tui.widgets.columns import Words, said

HIDDEN_SUM: Final = "#####"
_FRAME: Final = 6
"""Cells of a button beside its words: two of space, two brackets with a space inside."""


@dataclass(frozen=True, slots=True)
class BarButton:
    """A button that says how many rows it will touch."""

    action: str
    """Textual's action, such as ``screen.approve``."""
    words: Callable[[int], str]
    """Number of marked rows to the words; with 0 it acts on the row under the cursor. No words: not shown."""


class TotalsBar(Widget):
    """Marked rows at the left, buttons at the right; buttons that do not fit are left out whole, the last first."""

    DEFAULT_CSS = """
    TotalsBar {
        height: 1;
        & > .totals-bar--button { text-style: bold; background: $panel; }
        & > .totals-bar--hidden { color: $warning; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"totals-bar--button", "totals-bar--hidden"}
    ALLOW_SELECT = False

    hide_numbers: reactive[bool] = reactive(default=False)

    def __init__(
        self,
        buttons: Sequence[BarButton] = (),
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._buttons = tuple(buttons)
        self._marked = (0, "", 0)
        self._otherwise: Words = ""

    def show_marked(self, marked: int, total: str = "", hidden: int = 0) -> None:
        """Say what is marked.

        Args:
            marked: Number of marked rows.
            total: Their sum as text, with its currency.
            hidden: How many of them are not in view.
        """
        self._marked = (marked, total, hidden)
        self.refresh()

    def say_otherwise(self, words: Words) -> None:
        """Set what stands at the left while nothing is marked."""
        self._otherwise = words
        self.refresh()

    def set_buttons(self, buttons: Sequence[BarButton]) -> None:
        """Show other buttons."""
        self._buttons = tuple(buttons)
        self.refresh()

    def render(self) -> Content:
        """Return the line."""
        width = self.size.width
        left = self._left()
        used = sum(width_of(text) for text, _component in left)
        buttons, room = [], width - used - 2
        for button in self._buttons:
            words = shown(button.words(self._marked[0]))
            if not words:
                continue
            if width_of(words) + _FRAME > room:
                break
            buttons.append((words, button.action))
            room -= width_of(words) + _FRAME
        parts: list[tuple[str, Style | str]] = [(cut(text, width), self._style(name)) for text, name in left]
        parts.append((" " * max(0, room), ""))
        for words, action in buttons:
            click = Style.from_meta({"@click": action})
            parts += [("  ", ""), (f"[ {words} ]", self.get_visual_style("totals-bar--button") + click)]
        return Content.assemble(*parts)

    def _left(self) -> list[tuple[str, str]]:
        """Return texts with the component they are drawn as."""
        marked, total, hidden = self._marked
        if not marked:
            return [(f" {shown(said(self._otherwise))}", "")]
        texts = [(" " + ngettext("{n} marked", "{n} marked", marked).format(n=count(marked)), "")]
        if total:
            texts.append(("  " + (HIDDEN_SUM if self.hide_numbers else shown(total)), ""))
        if hidden:
            texts.append(("  " + _("({n} not in view)").format(n=count(hidden)), "totals-bar--hidden"))
        return texts

    def _style(self, component: str) -> Style | str:
        return self.get_visual_style(component) if component else ""
