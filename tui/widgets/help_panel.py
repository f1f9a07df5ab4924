"""F1: every key of the place the person is at, made from the bindings that are in force there."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.i18n import _
from tui.keys import KEYS, key_text
from tui.screens.base import binding_here


class HelpPanel(VerticalScroll):
    """A panel at the right side; not modal, so that the keys can be tried while it stands there."""

    can_focus = False

    def compose(self) -> ComposeResult:
        """Hold one text."""
        yield Static(self._words(), markup=False)

    def _words(self) -> Content:
        place = self.screen
        names = [name for name in KEYS if binding_here(place, KEYS[name].name) is not None]
        parts: list[str | tuple[str, str]] = [(_("Keys of this place"), "bold"), "\n\n"]
        for name in names:
            action = KEYS[name]
            ways = "  ".join(key_text(key) for key in action.keys)
            parts += [(f"{ways}", "bold $recon-accent"), "\n", (f"  {_(action.help)}", ""), "\n"]
        hint = getattr(place, "HELP", "")
        if hint:
            parts = [(_(hint), ""), "\n\n", *parts]
        return Content.assemble(*parts)
