"""Products: every SKU of the orders, what it is linked to or might be, and what it holds back until somebody links it.

The first list of the Match step. What a person sets here goes to the service and comes back with the next reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

import polars as pl

from recon.match.catalog_search import CatalogList
from recon.service import MatchEdits
from recon.service.product_table import ProductTable
from tui.cells import cut, fit, shown, width_of
from tui.composed import tr_composed
from tui.i18n import N_, _, count, ngettext
from tui.keys import bindings
from tui.screens.match_words import STATE_WORDS, product_columns
from tui.screens.product_creating import many_dialog, name_dialog, shop_name
from tui.screens.product_pane import product_parts
from tui.screens.row_detail import AsksDetail
from tui.widgets.columns import Column
from tui.widgets.dialogs import ConfirmDialog
from tui.widgets.match_pane import Part
from tui.widgets.pick_dialog import PickDialog
from tui.widgets.totals_bar import BarButton

ODDEST = 4
"""Suggestions shown before many are accepted: those that are least alike."""


class ProductsScreen(AsksDetail):
    """SKUs and the ledger's products."""

    FOOTER: ClassVar[tuple[str, ...]] = ("open", "mark", "link_all", "filter", "create", "undo", "as_text")
    HELP: ClassVar[str] = N_(
        "Every SKU of the orders and the product of the ledger it is. Enter takes the suggestion, or looks for a product "
        "where there is none. Nothing is linked by itself. Filter by words, or st:open  st:suggested  st:linked  amt>1000  -word."
    )
    HELP_OF_TILLS: ClassVar[str] = N_(
        "Every article of sales on account and the product of the ledger it is: the ledger is to issue their invoices. Enter takes "
        "the suggestion, or looks for a product where there is none. Filter by words, or st:open  st:suggested  st:linked  amt>1000  -word."
    )
    BINDINGS = bindings(
        "open", "link_all", "find", "create", "as_text", "draft", "filter", "mark", "mark_all", "mark_like", "undo", "redo", "sort",
        "next_pane", "copy",
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.table: ProductTable | None = None
        self._catalog: CatalogList | None = None

    # --- reading

    def load(self) -> None:
        """Read the list: what is linked at once, suggestions as soon as they are worked out."""
        found = self.table.found if self.table is not None else None
        if self.table is None:
            self.rows.say_busy(lambda: _("Reading the orders ..."))
        self.let_go(
            "suggest"
        )  # worked out before what is read now: an old one would open again what was linked meanwhile
        self.ask(lambda service: service.products(None, suggestions=False, found=found), self._came)

    def action_refresh(self) -> None:
        """Read everything anew, suggestions too."""
        self.table = self._catalog = None
        super().action_refresh()

    def _came(self, table: ProductTable) -> None:
        is_new = self.table is None
        self.table, self.frame = table, table.frame
        self.forget_detail()
        self._undo_name, self._redo_name = table.undo_name, table.redo_name
        if is_new:
            self.rows.set_view(self.columns(), "key", table.frame, self.work_rows())
            self.rows.move_to(0)
        waiting = self.frame["state"].is_in(["unlinked", "suggested"]).sum()
        at_top = self.rows.cursor_position == 0
        self.show_rows()
        if at_top:  # nobody chose a row yet: suggestions may have put another one on top
            self.rows.move_to(0)
        self.count_open()
        self.ask_again()
        if table.found is None and waiting and table.catalog_count:
            self.ask(lambda service: service.products(None), self._came, group="suggest")

    # --- what the list shows

    def columns(self) -> Sequence[Column]:
        """Return the columns of SKUs."""
        return product_columns(self.minor, self.table.currency if self.table else "", tills=self.recon.books_tills)

    def buttons(self) -> Sequence[BarButton]:
        """Return the buttons of the bar."""
        return (
            BarButton("screen.accept_marked", lambda n: self._accept_label() if n else ""),
            BarButton("screen.link_all", lambda n: "" if n else _("Link all exact")),
            BarButton("screen.as_text", lambda n: _("As text {n}").format(n=count(n)) if n else _("As text")),
            BarButton("screen.create", lambda n: _("Create {n}").format(n=count(n)) if n else _("Create")),
            BarButton("screen.draft", lambda n: _("Take away {n}").format(n=count(n)) if n else _("Take away")),
            BarButton("screen.clear_marks", lambda n: _("Clear") if n else ""),
        )

    def work_rows(self) -> pl.Series:
        """Return what is open; all of it where nothing is."""
        assert self.table is not None
        order = self.table.work_order()
        is_open = self.table.frame["state"].is_in(["unlinked", "suggested"]).gather(order)
        return order.filter(is_open) if is_open.any() else order

    def filtered(self, text: str) -> tuple[pl.Series, tuple[str, ...]]:
        """Return the rows that pass, what waits for a person first."""
        assert self.table is not None
        found, problems = self.table.filter(text)
        order = self.table.work_order()
        return order.filter(order.is_in(found.implode())), problems

    def tally(self) -> list[tuple[str, str]]:
        """Return the number of SKUs in each state, and what waits for them."""
        table = self.table
        if table is None or not table.frame.height:
            return []
        counts = table.tally()
        pieces = {
            state: (f"{sign} {count(counts[state][0])} {_(word)}", f"$recon-{tone}")
            for state, (sign, word, tone) in STATE_WORDS.items()
            if state in counts
        }
        first = [pieces.pop(state) for state in ("unlinked", "suggested") if state in pieces]
        if table.blocked_orders:
            held = (
                ngettext("{n} sale on account waits: {sum}", "{n} sales on account wait: {sum}", table.blocked_orders)
                if self.recon.books_tills
                else ngettext("{n} order waits: {sum}", "{n} orders wait: {sum}", table.blocked_orders)
            )
            first.append((held.format(n=count(table.blocked_orders), sum=self.minor(table.blocked_minor)), ""))
        return [*first, *pieces.values()]

    def explain(self, row: dict[str, Any], width: int) -> list[Part]:
        """Return why the SKU stands as it does, what it might be, who linked it, and where it is sold."""
        return product_parts(
            row,
            self.detail_of(row),
            width,
            amount=self.recon.amount,
            at=self.moment_words,
            tills=self.recon.books_tills,
        )

    def empty_words(self) -> tuple[str, str]:
        """Return what is said where no row is."""
        if self.line.is_active:
            return _("Nothing fits the filter."), _("Esc clears the filter.")
        if self.recon.books_tills:
            return _("No sale on account names an article yet."), _("F2 goes back to Import.")
        return _("No orders yet, so no products to link."), _("F2 goes back to Import.")

    # --- Enter

    def open_words(self) -> dict[str, str]:
        """Say what Enter would do: accept, or look for a product."""
        if self.frame is None or not self.frame.height:
            return {}
        if self.rows.marked_count:
            return {"open": self._accept_label() or _("Accept")}
        row = self.rows.cursor_values()
        return {"open": _("Accept") if row and row["state"] == "suggested" else _("Find product")}

    def _accept_label(self) -> str:
        """Name how many of the marked SKUs have a suggestion; empty: none."""
        n = sum(row["state"] == "suggested" for row in self.touched())
        return _("Accept {n}").format(n=count(n)) if n else ""

    def run_open(self) -> None:
        """Take the suggestion of this row, or of all marked ones after a look; where there is none, look for a product."""
        row = self.rows.cursor_values()
        if self.rows.marked_count:
            self.action_accept_marked()
        elif not row:
            return
        elif row["state"] == "suggested":
            self._set(MatchEdits(accepted=((row["key"], row["suggestion"]),)))
        elif row["key"] == "":
            self.action_as_text()
        else:
            self.action_find()

    def action_accept_marked(self) -> None:
        """Show what is marked and accept its suggestions after a yes."""
        marked = self.touched()
        chosen = [row for row in marked if row["state"] == "suggested"]
        if not chosen:
            self.notify(_("None of the marked SKUs has a suggestion."), markup=False)
            return
        title = ngettext("Accept {n} suggestion", "Accept {n} suggestions", len(chosen)).format(n=count(len(chosen)))
        dialog = ConfirmDialog(title, self._accept_words(chosen, len(marked) - len(chosen)), yes=_("Accept"))
        edits = MatchEdits(accepted=tuple((row["key"], row["suggestion"]) for row in chosen))
        self.app.push_screen(dialog, lambda yes: self._set(edits) if yes else None)

    def _accept_words(self, chosen: list[dict[str, Any]], left: int) -> str:
        room = min(self.size.width, 70) - 10
        lines = [_("The least alike of them:")]
        for row in sorted(chosen, key=lambda each: each["score"])[:ODDEST]:
            to = f" > {cut(shown(row['suggestion']), 12)} {cut(shown(row['suggestion_name'] or ''), room // 3)}"
            sku = f"{fit(count(row['score']), 3, right=True)}  {cut(shown(row['sku']), 14)} {shown(row['name'])}"
            lines.append(cut(sku, max(room - width_of(to), 8)) + to)
        same = len(chosen) - len({row["suggestion"] for row in chosen})
        if same:
            lines += [
                "",
                ngettext(
                    "{n} of them goes to a product another one goes to as well.",
                    "{n} of them go to a product another one goes to as well.",
                    same,
                ).format(n=count(same)),
            ]
        if left:
            lines += [
                "",
                ngettext(
                    "{n} marked SKU has no suggestion and stays as it is.",
                    "{n} marked SKUs have no suggestion and stay as they are.",
                    left,
                ).format(n=count(left)),
            ]
        return "\n".join([*lines, "", _("Nothing is sent; it can be undone.")])

    # --- other edits

    def _set(self, edits: MatchEdits) -> None:
        self.act(lambda service: service.set_mappings(None, edits), self.done())

    def action_link_all(self) -> None:
        """Link every SKU that is exactly a product's code."""

        def after(words: tuple[str, ...]) -> None:
            self.say([tr_composed(word) for word in words])
            self.load()

        self.act(lambda service: service.set_mappings(None, MatchEdits(link_all=True)), after)

    def action_as_text(self) -> None:
        """Send the lines of what is marked, else of this row, as text."""
        keys = [row["key"] for row in self.touched() if row["state"] != "text"]
        if not keys:
            return
        edits = MatchEdits(products=tuple((key, None) for key in keys))
        if "" not in keys:
            self._set(edits)
            return
        words = _(
            "Lines without a SKU go as text on the sales account, all of them, from now on. "
            "This is a setting (products.without_sku); Take away sets it back to hold."
        )
        self.app.push_screen(
            ConfirmDialog(_("Lines without a SKU"), words, yes=_("As text")),
            lambda yes: self._set(edits) if yes else None,
        )

    def action_draft(self) -> None:
        """Take the links of what is marked, else of this row, away; what is to be created is not created."""
        rows = self.touched()
        keys = tuple(row["key"] for row in rows if row["state"] in {"linked", "text"})
        coming = tuple(row["key"] for row in rows if row["state"] == "to-create")
        if keys or coming:
            self._set(MatchEdits(unlink=keys, uncreate=coming))

    # --- create in the ledger

    def action_create(self) -> None:
        """Have the ledger create the product of this row under a name to be looked at, or of all marked ones after a yes."""
        table, rows = self.table, self.touched()
        if table is None or not rows:
            return
        if not table.name_limit:
            words = _("This ledger takes import files and creates no products for recon. Create them there by hand.")
            self.notify(words, markup=False)
            return
        free = [row for row in rows if row["key"] and row["state"] in {"unlinked", "suggested", "to-create"}]
        missing = [row for row in free if not row["same_code"]]
        if not missing:
            there = _("The ledger has a product of exactly this code; link it instead.")
            self.notify(there if free else _("Only SKUs without a link can be created in the ledger."), markup=False)
        elif len(rows) == 1:
            self.app.push_screen(name_dialog(missing[0], table.name_limit), partial(self._create_one, missing[0]))
        else:
            self._create_many(rows, missing, table.name_limit)

    def _create_one(self, row: dict[str, Any], name: str | None) -> None:
        if name is not None:
            kind = row["new_kind"] or "product"
            self._set(MatchEdits(create=((row["sku"], name, kind),)))

    def _create_many(self, rows: list[dict[str, Any]], missing: list[dict[str, Any]], longest: int) -> None:
        good = [row for row in missing if len(shop_name(row)) <= longest]
        edits = MatchEdits(create=tuple((row["sku"], shop_name(row), row["new_kind"] or "product") for row in good))
        dialog = many_dialog(rows, missing, good, room=min(self.size.width, 70) - 10)
        self.app.push_screen(dialog, lambda yes: self._set(edits) if yes and good else None)

    def action_find(self) -> None:
        """Look for a product in the ledger's list."""
        if not self.touched():
            return
        if self._catalog is None:
            self.ask(lambda service: service.catalog(None), self._catalog_came, group="catalog")
        else:
            self._find_in(self._catalog)

    def _catalog_came(self, catalog: CatalogList) -> None:
        self._catalog = catalog
        self._find_in(catalog)

    def _find_in(self, catalog: CatalogList) -> None:
        rows = [row for row in self.touched() if row["key"] != ""]
        if not rows:
            self.notify(_("Lines without a SKU cannot be linked to one product; they can go as text."), markup=False)
            return
        title = ngettext("Link {n} SKU to a product", "Link {n} SKUs to one product", len(rows)).format(
            n=count(len(rows))
        )
        first = rows[0]
        words = f"{shown(first['sku'])}  {shown(first['name'])}"
        if len(rows) > 1:
            words += "  " + _("and {n} more").format(n=count(len(rows) - 1))
        dialog = PickDialog(title, words, catalog, yes=_("Link"), at=first["suggestion"] or first["code"])

        def picked(code: str | None) -> None:
            if code is not None:
                self._set(MatchEdits(products=tuple((row["key"], code) for row in rows)))

        self.app.push_screen(dialog, picked)

    def action_copy(self) -> None:
        """Copy the row as text."""
        row = self.rows.cursor_values()
        if row:
            self.app.copy_to_clipboard("\t".join(shown(row[name]) for name in ("sku", "name", "target", "state")))
