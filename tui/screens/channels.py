"""Payment channels and charges: where money lands in the ledger, and what happens to shipping, fees, vouchers and rounding.

The second and third list of the Match step, on one screen. Payment channels are mappings and can be undone; charges are
settings in recon.toml, written with its comments kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

import polars as pl

from recon.match.catalog_search import CatalogList, code_list
from recon.match.keys import fold_column
from recon.match.work_filter import matching_rows
from recon.service import MatchEdits
from recon.service.account_proposals import AccountProposal
from recon.service.channel_table import ChannelTable
from recon.service.charge_rules import ChargeTable
from tui.cells import shown
from tui.composed import tr_composed
from tui.i18n import N_, _, count, ngettext
from tui.keys import bindings
from tui.screens.certain_accounts import offer_certain
from tui.screens.channel_pane import channel_parts, charge_parts
from tui.screens.charge_choices import charge_choices
from tui.screens.match_list import MatchList
from tui.screens.match_words import (
    STATE_WORDS,
    channel_columns,
    channel_words,
    charge_columns,
    charge_words,
    sales_channel_words,
)
from tui.screens.proposed_accounts import offer_accounts
from tui.widgets.columns import Column
from tui.widgets.match_pane import MatchTabs, Part
from tui.widgets.pick_dialog import Choice, ExplainedDialog, PickDialog
from tui.widgets.totals_bar import BarButton, TotalsBar

PAYMENT, CHARGES = "payment", "charges"
HOLD = "hold"


class ChannelsScreen(MatchList):
    """Where money lands, and what happens to charges."""

    FOOTER: ClassVar[tuple[str, ...]] = ("open", "mark", "link_all", "filter", "otherwise", "undo")
    HELP: ClassVar[str] = N_(
        "Every payment channel of the orders and the bank, cash or clearing channel of the ledger it lands in; F6 shows what "
        "happens to shipping, fees, vouchers and rounding. Enter chooses for this row, or for all that is marked. "
        "Filter by words, or st:open  st:mapped  amt>1000  -word."
    )
    HELP_OF_TILLS: ClassVar[str] = N_(
        "Every means of payment of each place and the account of the ledger it lands on, cash differences and cash for the bank "
        "too. Enter chooses for this row, or for all that is marked. Filter by words, or st:open  st:mapped  amt>1000  -word."
    )
    BINDINGS = bindings(
        "open", "link_all", "otherwise", "draft", "filter", "mark", "mark_all", "mark_like", "undo", "redo", "sort",
        "next_pane", "copy",
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.tab = PAYMENT
        self.channels: ChannelTable | None = None
        self.charges: ChargeTable | None = None

    # --- reading

    def load(self) -> None:
        """Read channels and charges."""
        if self.channels is None:
            self.rows.say_busy(lambda: _("Reading the orders ..."))
        self.ask(lambda service: (service.channels(None), service.charges(None)), self._came)

    def _came(self, answer: tuple[ChannelTable, ChargeTable]) -> None:
        is_new = self.channels is None
        self.channels, self.charges = answer
        self._undo_name, self._redo_name = self.channels.undo_name, self.channels.redo_name
        self._turn(again=is_new)
        self.count_open()

    def turn_to(self, tab: str) -> None:
        """Show payment channels, or charges."""
        if tab != self.tab:
            self.tab = tab
            self.line.set_text("")
            if self.channels is not None:
                self._turn(again=True)

    def _turn(self, *, again: bool) -> None:
        assert self.channels is not None
        assert self.charges is not None
        self.frame = self.channels.frame if self.tab == PAYMENT else self._charge_frame(self.charges)
        if again:
            self.rows.markable = True
            self.rows.set_view(self.columns(), "key", self.frame, self.work_rows())
            self.rows.clear_marks()
            self.rows.move_to(0)
        self.query_one("#tabs", MatchTabs).show(self.tab, {})
        self.query_one("#marked", TotalsBar).set_buttons(self.buttons_here())
        self.show_rows()

    @staticmethod
    def _charge_frame(table: ChargeTable) -> pl.DataFrame:
        """Return the rules with what the list shows and filters by."""
        frame = table.frame
        target = pl.concat_str(["code", "code_name"], separator="  ").str.strip_chars()
        words = [
            f"{sales_channel_words(row[0])} {charge_words(row[1])}"
            for row in frame.select("sales_channel", "kind").iter_rows()
        ]
        text = pl.Series("words", words, dtype=pl.String)
        return frame.with_columns(
            target.alias("target"), text,
            pl.when("is_open").then(pl.lit("open")).otherwise(pl.col("treatment")).alias("state"),
            fold_column(frame.select(pl.concat_str([text, target], separator=" ")).to_series()).alias("search"),
            pl.when((pl.col("treatment") == "hold") & ~pl.col("is_open")).then(pl.lit("would-hold"))
            .otherwise("treatment").alias("what"),
        )  # fmt: skip

    # --- what the list shows

    def columns(self) -> Sequence[Column]:
        """Return the columns of the list in sight."""
        currency = self.channels.currency if self.channels else ""
        if self.tab == CHARGES:
            return charge_columns(self.minor, currency)
        return channel_columns(self.minor, currency, tills=self.recon.books_tills)

    def buttons(self) -> Sequence[BarButton]:
        """Return the buttons of the bar."""
        change = BarButton("screen.open", lambda n: _("Change {n}").format(n=count(n)) if n else _("Change"))
        clear = BarButton("screen.clear_marks", lambda n: _("Clear") if n else "")
        if self.tab == CHARGES:
            return change, BarButton("screen.link_all", lambda n: "" if n else _("Proposed accounts")), clear
        return (
            change,
            BarButton("screen.link_all", lambda n: "" if n else self._all_words()),
            BarButton("screen.draft", lambda n: _("Take away {n}").format(n=count(n)) if n else _("Take away")),
            clear,
        )

    def work_rows(self) -> pl.Series:
        """Return all rows, what waits for a person first."""
        if self.tab == PAYMENT:
            assert self.channels is not None
            return self.channels.work_order()
        assert self.frame is not None
        return pl.int_range(self.frame.height, dtype=pl.UInt32, eager=True)

    def filtered(self, text: str) -> tuple[pl.Series, tuple[str, ...]]:
        """Return the rows that pass, what waits for a person first."""
        assert self.channels is not None
        assert self.frame is not None
        if self.tab == PAYMENT:
            found, problems = self.channels.filter(text)
        else:
            states = {name: (name,) for name in ("open", "book", "leave-out", "hold", "spread", "other-income")}
            found, problems = matching_rows(
                self.frame, text, states=states, amount="amount_minor", currency=self.channels.currency
            )
        order = self.work_rows()
        return order.filter(order.is_in(found.implode())), problems

    def tally(self) -> list[tuple[str, str]]:
        """Return how many channels there are of each kind, and what happens to those nobody mapped."""
        table = self.channels
        if table is None or not table.has_orders:
            return []
        if self.tab == CHARGES:
            return [(_("Settings of recon.toml; without own rules: as all others."), "")]
        states = dict(table.frame.group_by("state").len().iter_rows())
        pieces = [
            (f"{sign} {count(states[state])} {_(word)}", f"$recon-{tone}")
            for state, (sign, word, tone) in STATE_WORDS.items()
            if states.get(state)
        ]
        return [*pieces[:2], (self._otherwise_words(table), "$recon-dim"), *pieces[2:]]

    def _otherwise_words(self, table: ChannelTable) -> str:
        if table.unmapped == "cash":
            return _("else booked on {method}").format(method=shown(table.cash_method))
        return _("else their settlements are held") if self.recon.books_tills else _("else their orders are held")

    def explain(self, row: dict[str, Any], width: int) -> list[Part]:
        """Return what the pane says about a channel or a charge."""
        if self.tab == PAYMENT:
            return channel_parts(row, width, minor=self.minor, tills=self.recon.books_tills)
        return charge_parts(row, width, minor=self.minor)

    def footer(self) -> tuple[str, ...]:
        """Return the actions of the last line; charges are settings, so other keys work there."""
        return self.FOOTER if self.tab == PAYMENT else ("open", "mark", "mark_like", "filter", "next_pane")

    def empty_words(self) -> tuple[str, str]:
        """Return what is said where no row is."""
        if self.line.is_active:
            return _("Nothing fits the filter."), _("Esc clears the filter.")
        if self.channels is not None and self.channels.has_orders:
            return _("No order brought money in yet, so no channel needs an account."), ""
        if self.recon.books_tills:
            return _("No settlements yet, so no means of payment to map."), _("F2 goes back to Import.")
        return _("No orders yet, so no payment channels to map."), _("F2 goes back to Import.")

    # --- Enter

    def open_words(self) -> dict[str, str]:
        """Say what Enter would do."""
        n = self.rows.marked_count
        all_words = self._all_words() if self.tab == PAYMENT else _("Proposed accounts")
        return {"open": _("Change {n}").format(n=count(n)) if n else _("Change"), "link_all": all_words}

    def run_open(self) -> None:
        """Choose for what is marked, else for this row."""
        rows = self.touched()
        if not rows:
            return
        if self.tab == PAYMENT:
            self._choose_method([row["channel"] for row in rows], hint=rows[0]["suggestion"] or rows[0]["method"])
        else:
            self._choose_charge(rows)

    def _all_words(self) -> str:
        return _("Take what is certain") if self.recon.books_tills else _("All open to one")

    def action_link_all(self) -> None:
        """Map every channel that has no account yet to one; of charges show the accounts the ledger's chart offers."""
        if self.tab == CHARGES:
            offer_accounts(self, None, self._accounts_taken)
            return
        if self.recon.books_tills:
            offer_certain(self, self.done())
            return
        if self.channels is None:
            return
        waiting = self.channels.frame.filter(pl.col("state").is_in(["unmapped", "cash"]))["channel"].to_list()
        if waiting:
            self._choose_method(waiting, hint=None)
        else:
            self.notify(_("Every payment channel has its account."), markup=False)

    def _accounts_taken(self, taken: tuple[AccountProposal, ...]) -> None:
        names = ", ".join(each.full_name for each in taken)
        self.notify(_("Saved in recon.toml: {keys}").format(keys=names), markup=False)
        self.recon.settings_changed()
        self.load()

    def _choose_method(self, channels: list[str], *, hint: str | None) -> None:
        assert self.channels is not None
        methods = self.channels.methods
        if not methods:
            self.notify(_("The ledger's lists were never read. Run: recon connect"), markup=False)
            return
        title = ngettext("Where does {n} payment channel land?", "Where do {n} payment channels land?", len(channels))
        names = ", ".join(shown(channel_words(channel)) for channel in channels[:3])
        if len(channels) > 3:
            names += "  " + _("and {n} more").format(n=count(len(channels) - 3))
        dialog = PickDialog(
            title.format(n=count(len(channels))), names, code_list([(code, name) for code, name, _account in methods]),
            yes=_("Map"), at=hint,
        )  # fmt: skip
        self.app.push_screen(dialog, partial(self._method_chosen, channels))

    def _method_chosen(self, channels: list[str], method: str | None) -> None:
        if method is not None:
            edits = MatchEdits(channels=tuple((channel, method, None) for channel in channels))
            self.act(lambda service: service.set_mappings(None, edits), self.done())

    def action_draft(self) -> None:
        """Take the account of what is marked, else of this row, away."""
        channels = [row["channel"] for row in self.touched()] if self.tab == PAYMENT else []
        if channels:
            edits = MatchEdits(unmap=tuple(channels))
            self.act(lambda service: service.set_mappings(None, edits), self.done())

    # --- channels nobody mapped

    def action_otherwise(self) -> None:
        """Choose what happens to channels nobody mapped."""
        table = self.channels
        if table is None:
            return
        is_cash = table.unmapped == "cash"
        hold = _("Hold their settlements") if self.recon.books_tills else _("Hold their orders")
        choices = [
            Choice(HOLD, hold, _("Nothing is posted until somebody maps the channel."), not is_cash),
            Choice(
                "cash",
                _("Book on one channel: {method}").format(method=shown(table.cash_method)) if is_cash else _("Book on one channel"),
                _("Visibly, on the bank or cash channel you choose; mapping them later changes only what comes after."),
                is_cash,
            ),
        ]  # fmt: skip
        dialog = ExplainedDialog(_("Payment channels nobody mapped"), "", choices)
        self.app.push_screen(dialog, self._otherwise_chosen)

    def _otherwise_chosen(self, value: str | None) -> None:
        assert self.channels is not None
        if value == HOLD:
            self._set_otherwise(HOLD)
        elif value == "cash":
            codes = code_list([(code, name) for code, name, _account in self.channels.methods])
            dialog = PickDialog(
                _("Payment channels nobody mapped"), _("The channel they are booked on:"), codes, yes=_("Set"),
                at=self.channels.cash_method,
            )  # fmt: skip
            self.app.push_screen(dialog, lambda code: self._set_otherwise(code) if code else None)

    def _set_otherwise(self, value: str) -> None:
        self.act(lambda service: service.set_mappings(None, MatchEdits(unmapped=value)), self.done())

    # --- charges

    def _choose_charge(self, rows: list[dict[str, Any]]) -> None:
        """Ask what happens to charges of one kind; different kinds have different choices."""
        kinds = {row["kind"] for row in rows}
        if len(kinds) > 1:
            self.notify(_("Mark charges of one kind: different ones have different choices."), markup=False)
            return
        row = rows[0]
        if row["kind"] == "discount" and row["treatment"] == "spread":
            self.notify(_("Discounts of the shop are always taken off the goods; nobody sets that."), markup=False)
            return
        where = ", ".join(sales_channel_words(each["sales_channel"]) for each in rows[:3])
        dialog = ExplainedDialog(f"{charge_words(row['kind'])}: {where}", "", charge_choices(row))
        self.app.push_screen(dialog, partial(self._charge_chosen, rows))

    def _charge_chosen(self, rows: list[dict[str, Any]], value: str | None) -> None:
        assert self.charges is not None
        if value == "account":
            self._pick_for(rows, "account", code_list(list(self.charges.accounts)), _("An account of the ledger:"))
        elif value == "product":
            self.ask(lambda service: service.catalog(None), partial(self._products_came, rows), group="catalog")
        elif value is not None:
            self._set_charges(rows, value)

    def _products_came(self, rows: list[dict[str, Any]], products: CatalogList) -> None:
        self._pick_for(rows, "product", products, _("A product or service of the ledger:"))

    def _pick_for(self, rows: list[dict[str, Any]], what: str, codes: CatalogList, words: str) -> None:
        dialog = PickDialog(charge_words(rows[0]["kind"]), words, codes, yes=_("Set"), at=rows[0]["code"] or None)

        def picked(code: str | None) -> None:
            if code:
                self._set_charges(rows, f"{what}:{code}")

        self.app.push_screen(dialog, picked)

    def _set_charges(self, rows: list[dict[str, Any]], what: str) -> None:
        edits = MatchEdits(charges=tuple((row["sales_channel"], row["kind"], what) for row in rows))

        def after(words: tuple[str, ...]) -> None:
            self.rows.clear_marks()
            self.say([tr_composed(word) for word in words])
            self.load()

        self.act(lambda service: service.set_mappings(None, edits), after)

    def action_mark_like(self) -> None:
        """Mark everything that stands like this row, or every charge of this kind."""
        if self.rows.row_count:
            self.rows.mark_like("state" if self.tab == PAYMENT else "kind")

    def action_copy(self) -> None:
        """Copy the row as text."""
        row = self.rows.cursor_values()
        names = (
            ("channel", "target", "state") if self.tab == PAYMENT else ("sales_channel", "kind", "treatment", "target")
        )
        if row:
            self.app.copy_to_clipboard("\t".join(shown(row[name]) for name in names))
