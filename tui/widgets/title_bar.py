"""The first line of every screen: LIVE, TEST or DEMO, then the company, then the ledger and what else must be known.

The environment comes first and the company is cut last of all, so that neither ever falls off the edge.
"""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.cells import cut, shown
from tui.i18n import _

ENVIRONMENT: Final = {
    "live": ("### LIVE ###", "bold $recon-on-bad on $recon-bad"),
    "test": ("TEST", "bold $recon-on-check on $recon-check"),
    "sandbox": ("/// DEMO ///", "bold $recon-on-accent on $recon-accent"),
}
"""Environment to its word and style; LIVE and DEMO differ from TEST without colour too."""


class TitleBar(Widget):
    """Environment, company, ledger, person; read-only and hidden numbers when they apply."""

    environment: reactive[str] = reactive("sandbox")
    company: reactive[str] = reactive("")
    ledger: reactive[str] = reactive("")
    person: reactive[str] = reactive("")
    read_only: reactive[bool] = reactive(default=False)
    hidden: reactive[bool] = reactive(default=False)

    def render(self) -> Content:
        """Return the line, exactly as wide as the screen."""
        width = self.size.width
        word, style = ENVIRONMENT.get(self.environment, ENVIRONMENT["live"])
        mark = f" {word} "
        flags = [
            text for text, applies in ((_("READ-ONLY"), self.read_only), (_("NUMBERS HIDDEN"), self.hidden)) if applies
        ]
        flag_text = "".join(f" [{flag}]" for flag in flags)
        room = width - cell_len(mark) - cell_len(flag_text) - 2
        company = cut(shown(self.company), max(room, 1))
        rest = room - cell_len(company)
        tail = self._tail(rest - 2)
        gap = " " * max(0, rest - cell_len(tail))
        return Content.assemble(
            (mark, style),
            " ",
            (company, "bold"),
            (flag_text, "bold $recon-check"),
            (gap, ""),
            (tail, "$recon-dim"),
            " ",
        )

    def _tail(self, room: int) -> str:
        ledger, person = shown(self.ledger), shown(self.person)
        for text in (f"{ledger}   {person}", ledger):
            if text.strip() and cell_len(text) <= room:
                return text
        return ""
