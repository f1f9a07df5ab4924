"""New things on the lists of the Match step: one line that says what waits for a word, and the question behind its key."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from recon.summaries.things import ThingLine
from tui.cells import fit, shown
from tui.composed import tr_composed
from tui.i18n import _, count, ngettext
from tui.keys import shown as key_shown
from tui.screens.base import StepScreen
from tui.widgets.dialogs import ConfirmDialog

LISTED = 6
"""Things named in the question before the rest is only counted."""


class AsksAboutNewThings(StepScreen):
    """A screen with a line ``#new`` above its list."""

    _things: Sequence[ThingLine] = ()

    def ask_new(self) -> None:
        """Ask what is new."""
        self.ask(lambda service: service.new_things(None), self._new_came, group="new")

    def _new_came(self, things: Sequence[ThingLine]) -> None:
        self._things = things
        self.show_new()

    def show_new(self) -> None:
        """Draw the line, or take it away where nothing waits."""
        for line in self.query("#new").results(Static):
            if self._things:
                line.update(self._new_line())
            if line.display != bool(self._things):  # a line that stays away costs no new layout
                line.display = bool(self._things)

    def _new_line(self) -> Content:
        """Return the count, the first thing, and the key that answers."""
        things = self._things
        words = ngettext("{n} new thing", "{n} new things", len(things)).format(n=count(len(things)))
        first = _("{kind} {value}").format(kind=_kind(things[0].kind), value=shown(things[0].value))
        key = _("{key}: look and answer").format(key=key_shown("new_things"))
        sign, style = ("!", "$recon-bad") if any(thing.holds for thing in things) else ("?", "$recon-check")
        room = max(self.size.width - 4, 20)
        return Content.assemble((f"{sign} ", style), (fit(f"{words}: {first}   {key}", room), ""))

    def action_new_things(self) -> None:
        """Show what is new, and take a person's word that it is all right."""
        if not self._things:
            self.notify(_("Nothing is new: every channel, status, tax and SKU was seen before."), markup=False)
            return
        things = tuple(self._things)
        words = [f"{'!' if thing.holds else '?'} {shown(tr_composed(thing.words))}" for thing in things[:LISTED]]
        if len(things) > LISTED:
            more = len(things) - LISTED
            words.append(ngettext("and {n} more", "and {n} more", more).format(n=count(more)))
        words += ["", _("Saying so is noted with your name, is asked once, and can be undone.")]
        title = ngettext("{n} new thing", "{n} new things", len(things)).format(n=count(len(things)))
        dialog = ConfirmDialog(title, "\n".join(words), yes=_("All right"))
        self.app.push_screen(dialog, lambda yes: self._say_seen(things) if yes else None)

    def _say_seen(self, things: Sequence[ThingLine]) -> None:
        said = tuple((thing.kind, "*" if thing.kind == "sku" else thing.value) for thing in things)
        self.act(lambda service: service.say_seen(None, said), lambda _words: self.load())


def _kind(kind: str) -> str:
    names = {
        "sales-channel": _("sales channel"), "payment-channel": _("payment channel"), "status": _("status"), "tax": _("tax"),
        "currency": _("currency"), "column": _("column"), "sku": _("SKU"),
    }  # fmt: skip
    return names.get(kind, kind)
