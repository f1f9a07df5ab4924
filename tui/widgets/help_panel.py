"""F1: every key of the place the person is at, made from the bindings that are in force there; a click on a line does it."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from tui.cells import fit, wrapped
from tui.i18n import _
from tui.keys import KEYS, key_text
from tui.keys_here import binding_here
from tui.widgets.key_line import KeyLine

WIDE: Final = 70
"""From so many cells on keys and sentences stand beside each other."""
WAYS: Final = 16
"""Cells the keys of an action take then."""
MARGIN: Final = 4


class HelpPanel(VerticalScroll):
    """A panel over the place, at its right side where there is room; not modal, so that the keys can be tried while it stands."""

    can_focus = False

    def compose(self) -> ComposeResult:
        """Hold one text."""
        yield Static(id="help-words", markup=False)

    def on_resize(self) -> None:
        """Write the keys in the form that fits."""
        self.query_one("#help-words", Static).update(self._words())

    def _words(self) -> Content:
        place = self.screen
        names = [name for name in KEYS if binding_here(place, KEYS[name].name) is not None]
        parts: list[str | Content | tuple[str, str | Style]] = [(_("Keys of this place"), "bold"), "\n\n"]
        parts += [self._line(name, wide=self.size.width >= WIDE) for name in names]
        of_tills = getattr(place, "HELP_OF_TILLS", "") if getattr(self.app, "books_tills", False) else ""
        hint = of_tills or getattr(place, "HELP", "")
        if hint:
            parts = [(_(hint), ""), "\n\n", *parts]
        return Content.assemble(*parts)

    def _line(self, name: str, *, wide: bool) -> Content:
        """Return an action: its keys and its sentence beside each other where there is room, else under each other."""
        action = KEYS[name]
        ways = "  ".join(key_text(key) for key in action.keys)
        click = Style.from_meta({"@click": KeyLine.click_of(name)})
        key, gap, room = (fit(ways, WAYS), "", self.size.width - WAYS - MARGIN) if wide else (ways, "\n", 0)
        said = _(action.help)
        if wide:
            said = ("\n" + " " * (WAYS + 2)).join(wrapped(said, room))
        return Content.assemble((key, click + Style(bold=True)), gap, (f"  {said}", click), "\n")
