"""Accounts: what a till books, group by group and place by place, with its account, its VAT code and where the code comes from.

The first list of the Match step where tills are booked. Nothing is taken without a person: Enter takes the proposal of a row, k what
is certain of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

import polars as pl

from recon.match.catalog_search import code_list
from recon.service import MatchEdits, ReconService
from recon.service.product_table import MappingEntry
from recon.service.till_table import TillTable
from tui.cells import shown, split_line, width_of
from tui.composed import tr_composed
from tui.i18n import N_, _, count, ngettext
from tui.keys import bindings
from tui.screens.certain_accounts import offer_certain
from tui.screens.product_pane import history_parts
from tui.screens.row_detail import AsksDetail
from tui.screens.table_list import TableList
from tui.screens.till_words import ACCOUNT_STATES, FROM_WORDS, account_columns, group_words, place_words, state_of
from tui.widgets.columns import Column
from tui.widgets.match_pane import Part
from tui.widgets.pick_dialog import PickDialog
from tui.widgets.totals_bar import BarButton

SHOWN = 10


class TillAccountsScreen(AsksDetail, TableList[TillTable]):
    """What a till books, and the ledger's accounts."""

    FOOTER: ClassVar[tuple[str, ...]] = ("open", "mark", "find", "otherwise", "link_all", "filter", "undo", "next_pane")
    HELP: ClassVar[str] = N_(
        "Every group, tip and rounding of each place with the account it is booked on and its VAT code. Enter takes the proposal, or looks "
        "for an account by number and name; o chooses the VAT code where the account brings none; k takes everything that is certain. "
        "Filter by words, or st:open  st:wrong  st:linked  -word."
    )
    COPIED: ClassVar[tuple[str, ...]] = ("place", "part", "name", "rate", "target", "tax_code")
    BINDINGS = bindings(
        "open", "link_all", "find", "otherwise", "draft", "filter", "mark", "mark_all", "mark_like", "undo", "redo", "sort",
        "next_pane", "copy",
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.tab = "accounts"

    # --- reading

    def read(self, service: ReconService) -> TillTable:
        """Return what the tills book and the ledger's chart."""
        return service.tills.accounts(None)

    def rows_of(self, table: TillTable) -> pl.DataFrame:
        """Return the rows with the groups in the words of the screen."""
        words = [group_words(row) for row in table.frame.iter_rows(named=True)]
        return table.frame.with_columns(pl.Series("group", words, dtype=pl.String))

    def came(self, table: TillTable) -> None:
        """Show what was read, and ask anew who linked the row under the cursor."""
        self.forget_detail()
        super().came(table)
        self.ask_again()

    # --- what the list shows

    def columns(self) -> Sequence[Column]:
        """Return the columns."""
        return account_columns(self.minor, self.currency)

    def buttons(self) -> Sequence[BarButton]:
        """Return the buttons of the bar."""
        return (
            BarButton("screen.open", lambda n: self._enter_words() if n else ""),
            BarButton("screen.find", lambda n: _("Account {n}").format(n=count(n)) if n else _("Find account")),
            BarButton("screen.link_all", lambda n: "" if n else _("Take what is certain")),
            BarButton("screen.draft", lambda n: _("Take away {n}").format(n=count(n)) if n else _("Take away")),
            BarButton("screen.clear_marks", lambda n: _("Clear") if n else ""),
        )

    def filtered(self, text: str) -> tuple[pl.Series, tuple[str, ...]]:
        """Return the rows that pass."""
        assert self.table is not None
        return self.table.filter(text)

    def tally(self) -> list[tuple[str, str]]:
        """Return how many stand in each state."""
        pieces = self.in_each_state(ACCOUNT_STATES)
        if self.frame is None or not pieces:
            return []
        sure = self.frame.filter(pl.col("rule") != "").height
        words = ngettext("{n} proposal is certain", "{n} proposals are certain", sure).format(n=count(sure))
        return [*pieces, (words, "$recon-dim")] if sure else pieces

    def explain(self, row: dict[str, Any], width: int) -> list[Part]:
        """Return what a row is booked on, with which VAT code, what it might be, and who said so."""
        status = state_of(ACCOUNT_STATES)(row["state"])
        name = split_line(
            f"{place_words(shown(row['place']))}  {row['group']}  {row['rate']}", "", width - width_of(status) - 1
        )
        parts: list[Part] = [
            (f"{name.rstrip()} ", "bold"),
            (status, f"bold $recon-{ACCOUNT_STATES[row['state']][2]}"),
            "\n",
        ]
        orders = ngettext("In {n} settlement", "In {n} settlements", row["orders"]).format(n=count(row["orders"]))
        parts += [split_line(orders, self.minor(row["amount_minor"]), width), "\n"]
        if row["account"]:
            parts += [f"> {shown(row['target'])}", "\n"]
            if row["tax_code"]:
                words = _("VAT code {code}: {origin}").format(
                    code=shown(row["tax_code"]), origin=_(FROM_WORDS[str(row["tax_from"])])
                )
                parts += [words, "\n"]
        if row["suggestion"]:
            chosen = (
                "  " + _("with VAT code {code}").format(code=shown(row["suggestion_tax"]))
                if row["suggestion_tax"]
                else ""
            )
            parts += [(_("Might be"), "$recon-accent"), f"  {shown(row['target'])}{chosen}", "\n"]
        if row["reason"]:
            parts += [
                (shown(tr_composed(row["reason"])), "$recon-bad" if row["state"] == "wrong" else "$recon-dim"),
                "\n",
            ]
        if row["rule"]:
            parts += [(_("Certain: k takes it with all others that are."), "$recon-dim"), "\n"]
        return parts + self._history(row)

    def _history(self, row: dict[str, Any]) -> list[Part]:
        detail = self.detail_of(row)
        return history_parts(detail.history[:SHOWN], self.moment_words, _entry_words) if detail else []

    def empty_words(self) -> tuple[str, str]:
        """Return what is said where no row is."""
        if self.line.is_active:
            return _("Nothing fits the filter."), _("Esc clears the filter.")
        return _("No settlements yet, so nothing to book."), _("F2 goes back to Import.")

    # --- Enter, find, VAT code

    def open_words(self) -> dict[str, str]:
        """Say what the keys would do here."""
        return {
            "open": self._enter_words(), "find": _("Find account"), "otherwise": _("VAT code"),
            "link_all": _("Take what is certain"),
        }  # fmt: skip

    def _enter_words(self) -> str:
        rows = self.touched()
        n = sum(row["state"] == "suggested" for row in rows)
        if len(rows) > 1:
            return _("Accept {n}").format(n=count(n)) if n else _("Find account")
        if rows and rows[0]["state"] == "wrong":
            return _("VAT code")
        return _("Accept") if n else _("Find account")

    def run_open(self) -> None:
        """Take the proposal of this row or of the marked ones, choose what is wrong, else look for an account."""
        rows = self.touched()
        chosen = [row for row in rows if row["state"] == "suggested"]
        if chosen:
            self._set(tuple((row["sku"], row["suggestion"], row["suggestion_tax"]) for row in chosen))
        elif len(rows) == 1 and rows[0]["state"] == "wrong":
            self.action_otherwise()
        elif rows:
            self.action_find()

    def action_find(self) -> None:
        """Look for an account in the ledger's chart, by number and name."""
        rows = self.touched()
        if not rows or self.table is None or self.recon.session.read_only:
            return
        if not self.table.accounts.height:
            self.notify(_("The ledger's lists were never read. Run: recon connect"), markup=False)
            return
        title = ngettext("Account of {n} line", "Account of {n} lines", len(rows)).format(n=count(len(rows)))
        first = rows[0]
        words = f"{place_words(shown(first['place']))}  {first['group']}  {first['rate']}".rstrip()
        if len(rows) > 1:
            words += "  " + _("and {n} more").format(n=count(len(rows) - 1))
        dialog = PickDialog(
            title, words, self.table.accounts, yes=_("Book on it"), at=first["suggestion"] or first["account"]
        )
        self.app.push_screen(dialog, partial(self._picked, rows))

    def _picked(self, rows: list[dict[str, Any]], account: str | None) -> None:
        if account is not None:
            self._set(tuple((row["sku"], account, None) for row in rows))

    def action_otherwise(self) -> None:
        """Choose the VAT code of what has an account."""
        rows = [row for row in self.touched() if row["account"]]
        if self.table is None or self.recon.session.read_only:
            return
        if not rows:
            self.notify(_("Choose the account first: the VAT code goes with it."), markup=False)
            return
        codes = [
            (code, f"{percent}  {name}")
            for code, name, percent in self.table.codes
            if percent == (rows[0]["rate"] or "0 %")
        ]
        listed = code_list(codes)
        words = f"{shown(rows[0]['target'])}  {rows[0]['rate']}"
        dialog = PickDialog(_("VAT code of the ledger"), words, listed, yes=_("Choose"), at=rows[0]["tax_code"])
        self.app.push_screen(dialog, partial(self._code_picked, rows))

    def _code_picked(self, rows: list[dict[str, Any]], code: str | None) -> None:
        if code is not None:
            self._set(tuple((row["sku"], row["account"], code) for row in rows))

    def _set(self, accounts: tuple[tuple[str, str, str | None], ...]) -> None:
        edits = MatchEdits(accounts=accounts)
        self.act(lambda service: service.set_mappings(None, edits), self.done())

    # --- all that is certain, take away

    def action_link_all(self) -> None:
        """Show what is certain, and take it after a yes."""
        offer_certain(self, self.done())

    def action_draft(self) -> None:
        """Take the accounts of what is marked, else of this row, away."""
        keys = tuple(row["sku"] for row in self.touched() if row["account"])
        if keys:
            self.act(lambda service: service.set_mappings(None, MatchEdits(unlink=keys)), self.done())
        else:
            self.say_nothing_to_take()


def _entry_words(entry: MappingEntry) -> str:
    return _("account taken away") if entry.to is None else _("booked on {account}").format(account=shown(entry.to))
