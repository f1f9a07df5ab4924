"""F1: every key of the place the person is at, made from the bindings that are in force there; a click on a line does it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from tui.i18n import _
from tui.keys import KEYS, key_text
from tui.screens.base import binding_here
from tui.widgets.key_line import KeyLine


class HelpPanel(VerticalScroll):
    """A panel at the right side; not modal, so that the keys can be tried while it stands there."""

    can_focus = False

    def compose(self) -> ComposeResult:
        """Hold one text."""
        yield Static(self._words(), markup=False)

    def _words(self) -> Content:
        place = self.screen
        names = [name for name in KEYS if binding_here(place, KEYS[name].name) is not None]
        parts: list[str | tuple[str, str | Style]] = [(_("Keys of this place"), "bold"), "\n\n"]
        for name in names:
            action = KEYS[name]
            ways = "  ".join(key_text(key) for key in action.keys)
            click = Style.from_meta({"@click": KeyLine.click_of(name)})
            parts += [(ways, click + Style(bold=True)), "\n", (f"  {_(action.help)}", click), "\n"]
        hint = getattr(place, "HELP", "")
        if hint:
            parts = [(_(hint), ""), "\n\n", *parts]
        return Content.assemble(*parts)
