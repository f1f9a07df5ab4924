"""What is missing: everything settlements wait for, place by place, with where to set it and what is proposed.

Enter goes to the list where it is set; a department or project is chosen here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

import polars as pl

from recon.match.catalog_search import code_list
from recon.match.work_filter import matching_rows
from recon.service import MatchEdits, ReconService
from recon.service.till_missing import SetupTable
from tui.cells import shown, split_line
from tui.composed import tr_composed
from tui.i18n import N_, _, count, ngettext
from tui.keys import bindings
from tui.screens.table_list import TableList
from tui.screens.till_words import WHAT_WORDS, proposal_words, setup_columns, thing_words, what_words
from tui.widgets.columns import Column
from tui.widgets.match_pane import Part
from tui.widgets.pick_dialog import PickDialog
from tui.widgets.totals_bar import BarButton

LISTS = {"products": "accounts", "payment": "payment", "taxes": "vat", "counts": "counts", "articles": "products"}
"""Where a thing is set: the list of the Match step."""


class TillSetupScreen(TableList[SetupTable]):
    """What settlements wait for."""

    FOOTER: ClassVar[tuple[str, ...]] = ("open", "filter", "undo", "sort", "next_pane")
    HELP: ClassVar[str] = N_(
        "Everything that is still missing before settlements can go out, place by place, and how many wait for it. Enter goes to the list where "
        "it is set; a department or project is chosen here. Nothing else is held back by it. Filter by words."
    )
    MARKABLE: ClassVar[bool] = False
    COPIED: ClassVar[tuple[str, ...]] = ("place", "thing", "why", "where")
    BINDINGS = bindings("open", "filter", "undo", "redo", "sort", "next_pane", "copy")

    def __init__(self) -> None:
        super().__init__()
        self.tab = "setup"

    def read(self, service: ReconService) -> SetupTable:
        """Return what is missing."""
        return service.tills.setup_table(None)

    def columns(self) -> Sequence[Column]:
        """Return the columns."""
        return setup_columns(self.minor, self.currency)

    def buttons(self) -> Sequence[BarButton]:
        """Return the buttons of the bar."""
        return (BarButton("screen.open", lambda _n: _("Set it")),)

    def filtered(self, text: str) -> tuple[pl.Series, tuple[str, ...]]:
        """Return the rows that pass."""
        assert self.frame is not None
        states = {name: (name,) for name in WHAT_WORDS}
        return matching_rows(self.frame, text, states=states, amount="amount_minor", currency=self.currency)

    def tally(self) -> list[tuple[str, str]]:
        """Return how much is missing."""
        if self.frame is None or self.table is None or not self.table.has_orders:
            return []
        n = self.frame.height
        if not n:
            return [("+ " + _("Nothing is missing."), "$recon-ready")]
        words = ngettext("{n} thing is missing", "{n} things are missing", n).format(n=count(n))
        proposed = self.frame.filter(pl.col("proposal") != "").height
        hints = ngettext("{n} is proposed", "{n} are proposed", proposed).format(n=count(proposed))
        return [(f"! {words}", "$recon-bad"), *([(hints, "$recon-dim")] if proposed else [])]

    def explain(self, row: dict[str, Any], width: int) -> list[Part]:
        """Return why it is needed, what is proposed, and the command that sets it."""
        parts: list[Part] = [
            (split_line(f"{shown(row['place'])}  {shown(thing_words(row['thing']))}", what_words(row["what"]), width), "bold"), "\n",
            shown(tr_composed(row["why"])), "\n",
        ]  # fmt: skip
        if row["settlements"]:
            of_sales = ngettext("{n} sale on account waits", "{n} sales on account wait", row["settlements"])
            of_days = ngettext("{n} settlement waits", "{n} settlements wait", row["settlements"])
            waits = (of_sales if row["what"] == "product" else of_days).format(n=count(row["settlements"]))
            parts += [split_line(waits, self.minor(row["amount_minor"]), width), "\n"]
        if row["proposal"]:
            parts += [(_("Proposed"), "$recon-accent"), f"  {shown(proposal_words(row['proposal']))}", "\n"]
        return [*parts, (shown(tr_composed(row["where"])), "$recon-dim"), "\n"]

    def empty_words(self) -> tuple[str, str]:
        """Return what is said where no row is."""
        if self.line.is_active:
            return _("Nothing fits the filter."), _("Esc clears the filter.")
        if self.table is not None and self.table.has_orders:
            return _("Nothing is missing: settlements can be planned."), _("F3 goes on to Review.")
        return _("No settlements yet, so nothing to set up."), _("F2 goes back to Import.")

    def open_words(self) -> dict[str, str]:
        """Say what Enter would do."""
        return {"open": _("Set it")}

    def run_open(self) -> None:
        """Go to the list where the thing under the cursor is set, or choose the department or project here."""
        row = self.rows.cursor_values()
        if not row or self.table is None:
            return
        if row["screen"] in LISTS:
            self.action_tab(LISTS[row["screen"]])
        elif row["what"] == "department" and self.table.departments:
            self._choose(row, self.table.departments, _("The ledger's department of this place:"))
        elif row["what"] == "project" and self.table.projects:
            self._choose(row, self.table.projects, _("The ledger's project of this place:"))
        else:
            self.notify(shown(tr_composed(row["where"])), markup=False)

    def _choose(self, row: dict[str, Any], listed: tuple[tuple[str, str], ...], words: str) -> None:
        if self.recon.session.read_only:
            return
        codes = code_list(listed)
        at = row["proposal"].partition("  ")[0] or None
        dialog = PickDialog(shown(row["place"]), words, codes, yes=_("Choose"), at=at)
        self.app.push_screen(dialog, partial(self._chosen, row["what"], row["place"]))

    def _chosen(self, what: str, place: str, code: str | None) -> None:
        if code is not None:
            said = ((place, code),)
            edits = MatchEdits(projects=said) if what == "project" else MatchEdits(departments=said)
            self.act(lambda service: service.set_mappings(None, edits), self._written)

    def _written(self, _words: tuple[str, ...]) -> None:
        self.recon.settings_changed()
        self.load()
