"""What stands around the lists of the Match step: the tabs above them and the pane that explains one row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Static

from tui.cells import width_of
from tui.i18n import N_, _, count

TABS: Final = {
    "accounts": N_("Accounts"),
    "products": N_("Products"),
    "payment": N_("Payment channels"),
    "charges": N_("Charges"),
    "taxes": N_("Sales taxes"),
    "vat": N_("VAT codes"),
    "counts": N_("Cash counts"),
    "setup": N_("Missing"),
    "returns": N_("Returns"),
    "others": N_("Posted by others"),
}
"""The lists of the Match step; F6 goes from one to the next. The last three are there only where there is something for them."""

Part = str | tuple[str, str]


class MatchTabs(Widget):
    """One line: the lists, the one in sight in brackets, each with what is open in it."""

    DEFAULT_CSS = """
    MatchTabs { height: 1; padding: 0 1; background: $recon-panel; color: $recon-text; }
    """
    ALLOW_SELECT = False

    def __init__(self, tab: str, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._tab = tab
        self._open: dict[str, int] = {}
        self._names: tuple[str, ...] = tuple(TABS)

    def use(self, names: Sequence[str]) -> None:
        """Show these lists only."""
        self._names = tuple(names)
        self.refresh()

    def show(self, tab: str, counts: dict[str, int]) -> None:
        """Show which list is in sight and how much is open in those that are known."""
        self._tab, self._open = tab, self._open | counts
        self.refresh()

    def render(self) -> Content:
        """Return the line; counts go first where it is too narrow, then the lists before the one in sight."""
        words = self._words(with_counts=True)
        if not self._fits(words):
            words = self._words(with_counts=False)
        while len(words) > 1 and words[0][0] != self._tab and not self._fits(words):
            words.pop(0)  # the list in sight is always named
        parts: list[tuple[str, Style | str]] = []
        for name, text in words:
            click = Style.from_meta({"@click": f"screen.tab('{name}')"})
            parts.append((text, click + Style(bold=True) if name == self._tab else click))
        return Content.assemble(*parts)

    def _fits(self, words: list[tuple[str, str]]) -> bool:
        """Return whether all of it can be read; the blanks behind the last list need no room."""
        return width_of("".join(text for _name, text in words).rstrip()) <= self.size.width

    def _words(self, *, with_counts: bool) -> list[tuple[str, str]]:
        found = []
        for name in self._names:
            words = TABS[name]
            number = self._open.get(name, 0)
            text = f"{_(words)} {count(number)}" if number and with_counts else _(words)
            found.append((name, f"[{text}] " if name == self._tab else f" {text}  "))
        return found


class MatchPane(Widget):
    """Explains the row under the cursor; the screen hands in what to show."""

    DEFAULT_CSS = """
    MatchPane { layout: vertical; background: $recon-panel; }
    MatchPane > VerticalScroll { height: 1fr; }
    MatchPane > VerticalScroll > Static { padding: 0 1; height: auto; }
    """
    can_focus = False

    def compose(self) -> ComposeResult:
        """The text."""
        with VerticalScroll(can_focus=False):
            yield Static(id="pane-text", markup=False)

    def show(self, parts: Sequence[Part]) -> None:
        """Show this."""
        self.query_one("#pane-text", Static).update(Content.assemble(*parts))

    @property
    def room(self) -> int:
        """Cells of a line."""
        return max(self.size.width - 3, 10)
