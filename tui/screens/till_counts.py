"""Cash counts: every settlement with the cash it should have left, what a person counted, and what went to the bank."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

import polars as pl

from recon.match.work_filter import matching_rows
from recon.service import CountWord, MatchEdits, ReconService
from recon.service.till_counts import CountTable, is_large
from recon.service.typed_amount import typed_minor
from tui.cells import shown, split_line, width_of
from tui.i18n import N_, _, count, day, moment, pgettext
from tui.keys import bindings
from tui.screens.table_list import TableList
from tui.screens.till_words import COUNT_STATES, count_columns, state_of
from tui.widgets.columns import Column
from tui.widgets.count_dialog import CountDialog
from tui.widgets.dialogs import ConfirmDialog
from tui.widgets.match_pane import Part
from tui.widgets.totals_bar import BarButton


class TillCountsScreen(TableList[CountTable]):
    """Settlements and their cash."""

    FOOTER: ClassVar[tuple[str, ...]] = ("open", "draft", "filter", "undo", "sort", "next_pane")
    HELP: ClassVar[str] = N_(
        "Every settlement with the cash that should lie in the drawer: opening float and cash of the day. Enter says what was counted and what "
        "went to the bank; d takes a count away. A settlement that was approved or sent is closed. Filter by words, or st:open  st:counted."
    )
    COPIED: ClassVar[tuple[str, ...]] = ("number", "day", "place", "state", "counted_by", "remark")
    BINDINGS = bindings("open", "draft", "filter", "mark", "mark_all", "undo", "redo", "sort", "next_pane", "copy")

    def __init__(self) -> None:
        super().__init__()
        self.tab = "counts"

    # --- reading

    def read(self, service: ReconService) -> CountTable:
        """Return the settlements and what was counted."""
        return service.tills.count_table(None)

    # --- what the list shows

    def columns(self) -> Sequence[Column]:
        """Return the columns."""
        return count_columns(self.minor, self.currency)

    def buttons(self) -> Sequence[BarButton]:
        """Return the buttons of the bar."""
        return (
            BarButton("screen.open", lambda n: "" if n else pgettext("verb", "Count")),
            BarButton("screen.draft", lambda n: _("Take away {n}").format(n=count(n)) if n else _("Take away")),
            BarButton("screen.clear_marks", lambda n: _("Clear") if n else ""),
        )

    def filtered(self, text: str) -> tuple[pl.Series, tuple[str, ...]]:
        """Return the rows that pass."""
        assert self.frame is not None
        states = {"open": ("waiting",), "waiting": ("waiting",), "counted": ("counted",), "sent": ("sent",)}
        return matching_rows(self.frame, text, states=states, amount="amount_minor", currency=self.currency)

    def tally(self) -> list[tuple[str, str]]:
        """Return how many were counted, and what is short in all."""
        if self.frame is None or not self.frame.height or self.table is None:
            return []
        pieces = self.in_each_state(COUNT_STATES)
        off = int(self.frame["difference_minor"].sum() or 0)
        if off:
            pieces.append((_("differences {sum}").format(sum=self.minor(off)), ""))
        if self.table.counting == "off":
            pieces.append((_("counts are not asked for (till.counting)"), "$recon-dim"))
        return pieces

    def explain(self, row: dict[str, Any], width: int) -> list[Part]:
        """Return how the expected cash comes about, what was counted, by whom, and what follows."""
        status = state_of(COUNT_STATES)(row["state"])
        name = (
            split_line(f"{shown(row['number'])}  {day(str(row['day']))}", "", width - width_of(status) - 1).rstrip()
            + " "
        )
        parts: list[Part] = [(name, "bold"), (status, f"bold $recon-{COUNT_STATES[row['state']][2]}"), "\n"]
        for words, minor in (
            (_("Opening float"), row["opening_float_minor"]), (_("Cash taken"), row["cash_minor"]),
            (_("Should be there"), row["expected_minor"]), (_("Counted"), row["counted_minor"]),
            (_("Difference"), row["difference_minor"]), (_("To the bank"), row["to_bank_minor"]),
        ):  # fmt: skip
            if minor is not None:
                parts += [split_line(words, self.minor(minor), width), "\n"]
        if row["counted_by"]:
            zone = self.recon.overview.timezone if self.recon.overview else "UTC"
            parts += [(f"{moment(row['counted_at'], zone, era=True)}  {shown(row['counted_by'])}", "$recon-dim"), "\n"]
        if row["remark"]:
            parts += [shown(row["remark"]), "\n"]
        return [*parts, _SENTENCES[row["state"]](), "\n"]

    def empty_words(self) -> tuple[str, str]:
        """Return what is said where no row is."""
        if self.line.is_active:
            return _("Nothing fits the filter."), _("Esc clears the filter.")
        return _("No settlements yet, so nothing to count."), _("F2 goes back to Import.")

    # --- Enter, take away

    def open_words(self) -> dict[str, str]:
        """Say what the keys would do."""
        return {"open": pgettext("verb", "Count"), "draft": _("Take away")}

    def run_open(self) -> None:
        """Ask what was counted after the settlement under the cursor."""
        row = self.rows.cursor_values()
        if not row or self.table is None or self.recon.session.read_only:
            return
        if row["state"] == "sent":
            words = _(
                "It was approved or sent with the count it had: its voucher stands. Correct the cash in the ledger."
            )
            self.notify(words, markup=False)
            return
        self._ask_count(row)

    def _ask_count(self, row: dict[str, Any], typed: CountWord | None = None) -> None:
        """Ask what was counted; ``typed``: what was typed already, and is looked at once more."""
        assert self.table is not None
        deposits = self.table.bank_deposits == "settlement"
        dialog = CountDialog(row, self.table.currency, self.minor, deposits=deposits, typed=typed)
        self.app.push_screen(dialog, partial(self._was_counted, row))

    def _was_counted(self, row: dict[str, Any], word: CountWord | None) -> None:
        """Keep a count; ask once more where it differs a lot."""
        if word is None or self.table is None:
            return
        difference = (
            0
            if row["expected_minor"] is None
            else typed_minor(word.counted, self.table.currency) - row["expected_minor"]
        )
        if not is_large(difference, row["expected_minor"] or 0):
            self._keep(word)
            return
        less = (
            _("{amount} less than the {expected} that should be there.")
            if difference < 0
            else _("{amount} more than the {expected} that should be there.")
        )
        words = less.format(amount=self.minor(abs(difference)), expected=self.minor(row["expected_minor"]))
        dialog = ConfirmDialog(
            _("Is that right?"), words + " " + _("Count again before it is kept."), yes=_("It is right")
        )
        self.app.push_screen(dialog, lambda yes: self._keep(word) if yes else self._ask_count(row, word))

    def _keep(self, word: CountWord) -> None:
        self.act(lambda service: service.set_mappings(None, MatchEdits(counts=(word,))), self.done())

    def action_draft(self) -> None:
        """Take the counts of what is marked, else of this row, away."""
        words = tuple(
            CountWord(name=row["key"], counted="", undo=True) for row in self.touched() if row["state"] == "counted"
        )
        if self.recon.session.read_only:
            return
        if words:
            self.act(lambda service: service.set_mappings(None, MatchEdits(counts=words)), self.done())
        else:
            self.say_nothing_to_take()


_SENTENCES = {
    "waiting": lambda: _("It is held until somebody says what was counted."),
    "counted": lambda: _("The voucher books the difference and what went to the bank."),
    "sent": lambda: _("It was approved or sent with this count: its voucher stands. Correct the cash in the ledger."),
    "not-needed": lambda: _("No cash came in and none lay there, or counts are not asked for."),
}
