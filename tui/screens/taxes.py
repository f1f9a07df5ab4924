"""Sales taxes: which tax item of the ledger works each of them out; a list of the Match step where the ledger works tax out.

What is chosen is a mapping like any other and can be undone. The likeliest item, of the same rate and the more alike name, is
where the choice opens.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

import polars as pl

from recon.match.catalog_search import code_list
from recon.match.work_filter import matching_rows
from recon.service import MatchEdits, ReconService
from recon.service.tax_table import TaxTable
from tui.cells import shown, split_line, width_of
from tui.composed import tr_composed
from tui.i18n import N_, _, count, ngettext
from tui.keys import bindings
from tui.screens.match_words import channel_words, tax_columns, tax_state_words, tax_tone
from tui.screens.table_list import TableList
from tui.widgets.columns import Column
from tui.widgets.match_pane import Part
from tui.widgets.pick_dialog import PickDialog
from tui.widgets.totals_bar import BarButton


class TaxesScreen(TableList[TaxTable]):
    """Which tax item a sales tax has."""

    FOOTER: ClassVar[tuple[str, ...]] = ("open", "mark", "filter", "undo", "sort", "next_pane")
    HELP: ClassVar[str] = N_(
        "Every sales tax the orders name and the ledger's tax item that works it out. Enter chooses the item for this tax, or for all "
        "that is marked; d takes it away. Several taxes on one order need a group of exactly their items. "
        "Filter by words, or st:open  st:mapped  amt>1000  -word."
    )
    COPIED: ClassVar[tuple[str, ...]] = ("tax", "target", "state")
    BINDINGS = bindings(
        "open", "draft", "filter", "mark", "mark_all", "undo", "redo", "sort", "next_pane", "copy",
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.tab = "taxes"

    # --- reading

    def read(self, service: ReconService) -> TaxTable:
        """Return the taxes of the orders and the ledger's items."""
        return service.taxes(None)

    # --- what the list shows

    def columns(self) -> Sequence[Column]:
        """Return the columns."""
        return tax_columns(self.minor, self.currency)

    def buttons(self) -> Sequence[BarButton]:
        """Return the buttons of the bar."""
        return (
            BarButton("screen.open", lambda n: _("Choose {n}").format(n=count(n)) if n else _("Choose the item")),
            BarButton("screen.draft", lambda n: _("Take away {n}").format(n=count(n)) if n else _("Take away")),
            BarButton("screen.clear_marks", lambda n: _("Clear") if n else ""),
        )

    def filtered(self, text: str) -> tuple[pl.Series, tuple[str, ...]]:
        """Return the rows that pass."""
        assert self.frame is not None
        states = {"open": ("unmapped",), "unmapped": ("unmapped",), "as-line": ("as-line",), "mapped": ("mapped",)}
        return matching_rows(self.frame, text, states=states, amount="amount_minor", currency=self.currency)

    def tally(self) -> list[tuple[str, str]]:
        """Return how many taxes have an item, and how many wait."""
        if self.frame is None or not self.frame.height:
            return []
        states = dict(self.frame.group_by("state").len().iter_rows())
        waits = states.get("unmapped", 0)
        words = ngettext("{n} tax waits for its item", "{n} taxes wait for their items", waits).format(n=count(waits))
        done = ngettext("{n} tax has an item", "{n} taxes have an item", states.get("mapped", 0))
        pieces = [(f"! {words}", "$recon-bad")] if waits else []
        return [*pieces, (f"+ {done.format(n=count(states.get('mapped', 0)))}", "$recon-ready")]

    def explain(self, row: dict[str, Any], width: int) -> list[Part]:
        """Return what is known of a tax."""
        status = tax_state_words(row["state"])
        orders = ngettext("{n} order", "{n} orders", row["orders"]).format(n=count(row["orders"]))
        return self.explained(row, width, status, tax_tone(row["state"]), orders, _SENTENCES[row["state"]]())

    def explained(
        self, row: dict[str, Any], width: int, status: str, tone: str, orders: str, sentence: str
    ) -> list[Part]:
        """Return name, state, how much bears it, what it goes by, and what it might be."""
        name = split_line(shown(channel_words(row["tax"])), "", width - width_of(status) - 1).rstrip() + " "
        parts: list[Part] = [
            (name, "bold"), (status, f"bold $recon-{tone}"), "\n",
            split_line(orders, self.minor(row["amount_minor"]), width), "\n",
        ]  # fmt: skip
        if row["target"]:
            parts += [f"> {shown(row['target'])}", "\n"]
        parts += [sentence, "\n"]
        if row["suggestion"]:
            parts += [(_("Might be"), "$recon-accent"), f"  {shown(row['suggestion'])}", "\n"]
        if row["reason"]:
            parts += [(shown(tr_composed(row["reason"])), "$recon-dim"), "\n"]
        return parts

    def empty_words(self) -> tuple[str, str]:
        """Return what is said where no row is."""
        if self.line.is_active:
            return _("Nothing fits the filter."), _("Esc clears the filter.")
        return _("No order names a sales tax."), _("F3 goes on to Review.")

    # --- Enter, take away

    def open_words(self) -> dict[str, str]:
        """Say what Enter would do."""
        return {"open": _("Choose the item")}

    def run_open(self) -> None:
        """Choose the item for what is marked, else for this row."""
        rows = self.touched()
        if not rows or self.table is None or self.recon.session.read_only:
            return
        if not self.table.items:
            self.notify(_("The ledger's lists were never read. Run: recon connect"), markup=False)
            return
        names = ", ".join(shown(channel_words(row["tax"])) for row in rows[:3])
        codes = code_list(self.table.items)
        dialog = PickDialog(
            self.question(len(rows)), names, codes, yes=_("Choose"), at=rows[0]["suggestion"] or rows[0]["code"]
        )
        self.app.push_screen(dialog, partial(self._chosen, [row["tax"] for row in rows]))

    def question(self, n: int) -> str:
        """Return what the choice asks."""
        return ngettext("Which item works {n} tax out?", "Which item works {n} taxes out?", n).format(n=count(n))

    def _chosen(self, names: list[str], code: str | None) -> None:
        if code is not None:
            self._set(names, code)

    def action_draft(self) -> None:
        """Take the item of what is marked, else of this row, away."""
        names = [row["tax"] for row in self.touched()]
        if names and not self.recon.session.read_only:
            self._set(names, None)

    def _set(self, names: list[str], code: str | None) -> None:
        edits = MatchEdits(tax_items=tuple((name, code) for name in names))
        self.act(lambda service: service.set_mappings(None, edits), self.done())


_SENTENCES = {
    "unmapped": lambda: _("Its orders are held until somebody names the item that works it out."),
    "as-line": lambda: _("It has no item: the tax of its orders is a line of its own."),
    "mapped": lambda: _(
        "Orders whose tax the item comes to the cent are sent with it; the others are held or keep a line."
    ),
}
