"""The last line: at most seven keys that work here and now, Help first; a click does what the key does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from tui.i18n import _, language
from tui.keys import KEYS, shown

MOST_KEYS: Final = 7


class KeyLine(Widget):
    """Keys as ``F1 Help  Space Mark``; what does not fit is left out whole, the last first."""

    names: reactive[tuple[str, ...]] = reactive(())
    """Actions by the names of the key table, the most important first."""
    words: reactive[dict[str, str]] = reactive(dict)
    """Other words for an action here and now, for example ``Undo: approve 12``; already translated."""

    def render(self) -> Content:
        """Return the line."""
        parts: list[tuple[str, Style | str]] = []
        used = 1
        for name in ("toggle_help", *[n for n in self.names if n != "toggle_help"])[:MOST_KEYS]:
            key = shown(name, thai=language() == "th")
            room = self.size.width - used - cell_len(key) - 3
            word = next(
                (word for word in (self.words.get(name), _(KEYS[name].words)) if word and cell_len(word) <= room), ""
            )
            if not word:
                continue
            used += cell_len(key) + cell_len(word) + 3
            click = Style.from_meta({"@click": self.click_of(name)})
            parts += [(f" {key} ", click + Style(bold=True)), (f"{word} ", click)]
        return Content.assemble(*parts)

    @staticmethod
    def click_of(name: str) -> str:
        """Return what a click on the name of an action does: what its key does where the person is."""
        return f"app.here('{name}')"

    def use(self, names: Sequence[str], words: dict[str, str] | None = None) -> None:
        """Show these actions."""
        self.names = tuple(names)
        self.words = words or {}
