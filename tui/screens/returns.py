"""Returns without their sale: which sale each may belong to, why, and a person's word on it.

A list of the Match step, because the question is one of matching: a return is taken off the sale it belongs to, and until that is
known it waits. What is chosen is a mapping like any other and can be undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar, Final

import polars as pl

from recon.match.keys import fold_column
from recon.match.work_filter import matching_rows
from recon.service import MatchEdits, ReconService
from recon.service.channel_table import ChannelTable
from recon.service.return_table import OpenReturn, SaleCandidate
from tui.cells import cut, shown, split_line
from tui.composed import tr_composed
from tui.i18n import N_, _, count, day, day_heading, ngettext, tr
from tui.keys import bindings
from tui.screens.match_list import MatchList
from tui.screens.match_words import STATE_WORDS, state_words
from tui.widgets.columns import Column
from tui.widgets.dialogs import TextDialog
from tui.widgets.intake_words import minor as minor_of
from tui.widgets.match_pane import MatchTabs, Part
from tui.widgets.pick_dialog import Choice, ExplainedDialog
from tui.widgets.totals_bar import BarButton

REASONS: Final = {
    "same customer": N_("same customer"),
    "same SKUs": N_("same SKUs"),
    "same amount": N_("same amount"),
}
"""What speaks for a sale, by what the service calls it."""
ANOTHER: Final = ""
"""Choice of a sale that was not proposed."""
_ROWS: Final = pl.Schema({
    "key": pl.String(), "number": pl.String(), "day": pl.String(), "customer": pl.String(), "amount_minor": pl.Int64(),
    "likeliest": pl.String(), "state": pl.String(), "search": pl.String(),
})  # fmt: skip


class ReturnsScreen(MatchList):
    """Which sale a return belongs to."""

    FOOTER: ClassVar[tuple[str, ...]] = ("open", "filter", "undo", "sort", "next_pane", "plan")
    HELP: ClassVar[str] = N_(
        "Returns whose sale is not known: they wait until a person says it. Enter shows the sales each may belong to, the likeliest "
        "first, and takes the number of any other. Filter by words, or st:open  amt>1000  -word."
    )
    BINDINGS = bindings("open", "filter", "undo", "redo", "sort", "next_pane", "plan", "copy")

    def __init__(self) -> None:
        super().__init__()
        self.tab = "returns"
        self._waiting_returns: dict[str, OpenReturn] = {}
        self._currency = ""

    # --- reading

    def load(self) -> None:
        """Read the returns that wait, and what could be undone."""
        if self.frame is None:
            self.rows.say_busy(lambda: _("Reading the orders ..."))

        def read(service: ReconService) -> tuple[tuple[OpenReturn, ...], ChannelTable]:
            return service.open_returns(None), service.channels(None)

        self.ask(read, self._came)

    def _came(self, answer: tuple[tuple[OpenReturn, ...], ChannelTable]) -> None:
        waiting, table = answer
        is_new = self.frame is None
        self._waiting_returns = {each.order_key: each for each in waiting}
        self._currency, self._undo_name, self._redo_name = table.currency, table.undo_name, table.redo_name
        self.frame = _frame(waiting)
        if is_new:
            self.rows.markable = False
            self.rows.set_view(self.columns(), "key", self.frame, self.work_rows())
        self.query_one("#tabs", MatchTabs).show(self.tab, {self.tab: len(waiting)})
        self.show_rows()
        self.count_open()

    # --- what the list shows

    def columns(self) -> Sequence[Column]:
        """Return the columns."""
        return (
            Column("number", lambda: _("Return"), priority=0, least=10),
            Column("day", lambda: day_heading(_("Date")), render=_day, priority=3, drop_below=70),
            Column("customer", lambda: _("Buyer"), grow=True, priority=2, least=8, drop_below=76),
            Column("likeliest", lambda: _("May belong to"), grow=True, priority=1, least=10),
            Column("amount_minor", self._amount_heading, amount=True, render=self.minor, priority=0),
            Column("state", lambda: _("State"), render=state_words, tone=lambda state: STATE_WORDS[state][2], priority=0),
        )  # fmt: skip

    def _amount_heading(self) -> str:
        return _("Amount {currency}").format(currency=shown(self._currency))

    def buttons(self) -> Sequence[BarButton]:
        """Return the buttons of the bar."""
        if self.frame is None or not self.frame.height:
            return ()
        return (BarButton("screen.open", lambda _marked: _("Choose the sale")),)

    def work_rows(self) -> pl.Series:
        """Return all rows, as the service lists them."""
        assert self.frame is not None
        return pl.int_range(self.frame.height, dtype=pl.UInt32, eager=True)

    def filtered(self, text: str) -> tuple[pl.Series, tuple[str, ...]]:
        """Return the rows that pass."""
        assert self.frame is not None
        states = {"open": ("unlinked", "suggested"), "unlinked": ("unlinked",), "suggested": ("suggested",)}
        return matching_rows(self.frame, text, states=states, amount="amount_minor", currency=self._currency)

    def tally(self) -> list[tuple[str, str]]:
        """Return how many wait, and how much they are."""
        if self.frame is None or not self.frame.height:
            return []
        words = ngettext(
            "{n} return waits for its sale: {sum}", "{n} returns wait for their sales: {sum}", self.frame.height
        )
        total = self.minor(sum(self.frame["amount_minor"].to_list()))
        return [("! " + words.format(n=count(self.frame.height), sum=total), "$recon-bad")]

    def explain(self, row: dict[str, Any], width: int) -> list[Part]:
        """Return what is known of a return, and the sales it may belong to."""
        found = self._waiting_returns[row["key"]]
        status = state_words(row["state"])
        parts: list[Part] = [
            (cut(shown(row["number"]), width), "bold"), "  ", (status, f"bold $recon-{STATE_WORDS[row['state']][2]}"), "\n",
            split_line(shown(row["customer"]), self.minor(row["amount_minor"]), width), "\n",
        ]  # fmt: skip
        why: list[Part] = [(shown(tr_composed(found.why)), "$recon-dim"), "\n"]
        if not found.candidates:
            return [*parts, *why, _("No sale fits: Enter takes the number of one."), "\n"]
        parts += [(_("May belong to"), "$recon-accent"), "\n"]
        for each in found.candidates:
            sale, total = f"{shown(each.order_number)}  {_day(each.ordered_on)}", self.recon.amount(each.total)
            parts += [split_line(sale, total, width), "\n", (cut(f"  {reason_words(each)}", width), "$recon-dim"), "\n"]
        return [*parts, *why]

    def empty_words(self) -> tuple[str, str]:
        """Return what is said where no row is."""
        if self.line.is_active:
            return _("Nothing fits the filter."), _("Esc clears the filter.")
        return _("No return waits for its sale."), _("F3 goes on to Review.")

    def open_words(self) -> dict[str, str]:
        """Say what Enter would do."""
        return {"open": _("Choose the sale")}

    # --- a person's word

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action is there now: who may only read says nothing."""
        if action == "open" and self.recon.session.read_only:
            return False
        return super().check_action(action, parameters)

    def run_open(self) -> None:
        """Choose the sale of the return under the cursor."""
        row = self.rows.cursor_values()
        if not row or self.check_action("open", ()) is False:
            return
        found = self._waiting_returns[row["key"]]
        title = _("Which sale does return {number} belong to?").format(number=shown(found.order_number))
        if not found.candidates:
            self._ask_number(found.order_key, title)
            return
        choices = [Choice(each.order_key, self._candidate_words(each), reason_words(each)) for each in found.candidates]
        choices.append(Choice(ANOTHER, _("Another sale ..."), _("By its number or its order key.")))
        words = f"{_day(found.ordered_on)}   {self.recon.amount(found.total)}   {shown(found.customer)}"
        self.app.push_screen(ExplainedDialog(title, words, choices), partial(self._chosen, found.order_key, title))

    def _candidate_words(self, sale: SaleCandidate) -> str:
        return f"{shown(sale.order_number)}   {_day(sale.ordered_on)}   {self.recon.amount(sale.total)}"

    def _chosen(self, key: str, title: str, sale: str | None) -> None:
        if sale == ANOTHER:
            self._ask_number(key, title)
        elif sale is not None:
            self._link(key, sale)

    def _ask_number(self, key: str, title: str) -> None:
        words = _("The sale's number as the shop writes it, or its order key. It can be undone.")
        dialog = TextDialog(title, words, yes=_("Link"))
        self.app.push_screen(dialog, lambda sale: self._link(key, sale) if sale else None)

    def _link(self, key: str, sale: str) -> None:
        edits = MatchEdits(returns=((key, sale),))
        self.act(lambda service: service.set_mappings(None, edits), self.done())

    def action_plan(self) -> None:
        """Plan anew, with the returns taken off their sales."""
        self.rows.say_busy(lambda: _("Working out the documents ..."))
        self.act(lambda service: service.plan(None, rows=0), lambda _report: self.load())

    def action_copy(self) -> None:
        """Copy the row as text."""
        row = self.rows.cursor_values()
        if row:
            self.app.copy_to_clipboard(
                "\t".join(shown(row[name]) for name in ("number", "day", "customer", "likeliest"))
            )


def reason_words(sale: SaleCandidate) -> str:
    """Return what speaks for a sale."""
    return ", ".join(tr(REASONS[reason]) if reason in REASONS else shown(reason) for reason in sale.reasons)


def _day(text: str) -> str:
    return day(text) if text else ""


def _frame(waiting: Sequence[OpenReturn]) -> pl.DataFrame:
    """Return the rows of the list, in the order of the service."""
    rows = [
        (
            each.order_key, each.order_number, each.ordered_on, each.customer, minor_of(each.total),
            ", ".join(one.order_number for one in each.candidates[:2]) or None,
            "suggested" if each.candidates else "unlinked",
            " ".join((each.order_number, each.customer, *(one.order_number for one in each.candidates))),
        )
        for each in waiting
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema=_ROWS, orient="row")
    return frame.with_columns(fold_column(frame["search"]).alias("search"))
