"""Review: every document that would be made and every order that is held; looked at, approved or rejected here, sent nowhere.

The list is `tui.screens.review_list`; here is what a person does with it. What is decided goes to the service and comes
back with the next reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Final

import polars as pl
from textual import on
from textual.app import ComposeResult

from recon.money import plain
from recon.review.records import DecisionReport
from recon.review.table import ReviewTable
from tui.cells import shown
from tui.composed import tr_composed
from tui.i18n import N_, _, count, ngettext
from tui.keys import bindings
from tui.keys import shown as shown_key
from tui.screens.review_list import ReviewList
from tui.screens.review_words import like_words
from tui.undo_words import undo_words
from tui.widgets.dialogs import ConfirmDialog, TextDialog
from tui.widgets.key_line import KeyLine
from tui.widgets.table_messages import MarksChanged
from tui.widgets.totals_bar import BarButton, TotalsBar

OF_ROWS: Final = frozenset({"mark_like", "copy"})
"""Actions on one document, which are not there while groups are shown."""
DECISIONS: Final = frozenset({"approve", "reject", "draft"})
"""What is said about the marked documents; of groups none is meant before it has a mark."""


NOTHING_KEYS: Final = ("previous_step", "plan", "refresh", "next_step", "command_palette")
"""Keys of the last line where there is no document at all."""


class ReviewScreen(ReviewList):
    """The heart: marks, decisions, undo."""

    FOOTER: ClassVar[tuple[str, ...]] = ("mark", "approve", "reject", "filter", "go_upload", "undo", "group")
    HELP: ClassVar[str] = N_(
        "Every document that would be made, and every order that is held with its reason. Approve what is right; nothing is "
        "sent from here. Filter by words, or st:check  amt>1000  kind:receipt  pay:COD  cause:does-not-foot  date:2026-10  -word."
    )
    HELP_OF_TILLS: ClassVar[str] = N_(
        "Every voucher that would be made, and every settlement that is held with its reason. Approve what is right; nothing is "
        "sent from here. Filter by words, or st:check  amt>1000  kind:settlement  cause:count-missing  date:2026-10  -word."
    )
    BINDINGS = bindings(
        "filter", "mark", "mark_all", "mark_like", "approve", "reject", "draft", "undo", "redo", "group", "sort",
        "next_pane", "open", "copy", "plan",
    )  # fmt: skip

    def body(self) -> ComposeResult:
        """List and pane, and below them what is marked."""
        yield from super().body()
        yield TotalsBar(self._buttons(), id="marked")

    def load(self) -> None:
        """Read the review table; before there is one, nothing can be decided."""
        self._show_nothing()
        super().load()

    def _came(self, answer: tuple[ReviewTable, str, str]) -> None:
        super()._came(answer)
        self._show_nothing()

    def _show_nothing(self) -> None:
        """Where there is no document at all, leave out what is about documents."""
        self.set_class(self._is_empty, "-nothing")
        self.query_one("#marked", TotalsBar).set_buttons(self._buttons())
        self.show_keys()

    @property
    def _is_empty(self) -> bool:
        return self.table is None or not self.table.height

    def _buttons(self) -> Sequence[BarButton]:
        if self._is_empty:
            return ()
        if self.recon.session.read_only:
            return (BarButton("screen.clear_marks", lambda n: _("Clear") if n else ""),)
        row = () if self._grouped_by else (_("Approve"), _("Reject"))
        alone = dict(zip(("approve", "reject"), row, strict=False))
        return (
            BarButton(
                "screen.approve", lambda n: _("Approve {n}").format(n=count(n)) if n else alone.get("approve", "")
            ),
            BarButton("screen.reject", lambda n: _("Reject {n}").format(n=count(n)) if n else alone.get("reject", "")),
            BarButton("screen.clear_marks", lambda n: _("Clear") if n else ""),
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action is there now: of groups, what is marked is decided, and nothing else."""
        if self._groups is not None and (action in OF_ROWS or (action in DECISIONS and not self._groups.marked.len())):
            return False
        return super().check_action(action, parameters)

    def grouping_changed(self) -> None:
        """Show the buttons that work, and say what a mark on a group is."""
        super().grouping_changed()
        self.query_one("#marked", TotalsBar).set_buttons(self._buttons())
        self.refresh_bindings()

    # --- marks

    def action_mark_all(self) -> None:
        """Mark all that is shown; once more takes all marks away."""
        self.filter_now()
        if self.rows.marked_count - self.rows.marked_hidden == self.rows.row_count:
            self.action_clear_marks()
        else:
            self.rows.mark_all_shown()

    def action_clear_marks(self) -> None:
        """Take all marks away, also those of documents whose group is not marked."""
        if self._groups is not None:
            self._groups.drop(self._groups.marked)
        self.rows.clear_marks()

    @on(MarksChanged)
    def _marks_changed(self, event: MarksChanged) -> None:
        if self._groups is None:
            self._show_marked(event.count, event.hidden)
            return
        self._groups.follow(self.rows.marked_keys())
        self._show_marked(self._groups.marked.len(), self._groups.hidden())
        self.show_keys()
        self.refresh_bindings()

    def _show_marked(self, marked: int, hidden: int) -> None:
        total = ""
        if marked and self.table is not None:
            found = self.table.rows_of(self.marked())
            total = f"{self._minor(self.table.sum_of(found))} {self.table.currency}"
        self.query_one("#marked", TotalsBar).show_marked(marked, total, hidden)

    def action_mark_like(self) -> None:
        """Ask what is like this row, show it, and mark it."""
        self.filter_now()
        if self.table is None or self._grouped_by or not self.rows.row_count:
            return
        row = self.rows.cursor_values()
        if row["kind"] == "order" or row["status"] != "ready":
            self.rows.mark_like("status", "cause", "sales_channel", "kind")
            return
        like = self.table.like(int(row["row_id"]))
        title = _("Mark everything like {number}").format(number=shown(row["number"] or row["order_number"]))
        keys = self.table.keys(like.order)
        self.app.push_screen(
            ConfirmDialog(title, partial(like_words, like, self._minor), yes=_("Mark {n}").format(n=count(like.count))),
            lambda yes: self.rows.set_marks([*self.rows.marked_keys().to_list(), *keys]) if yes else None,
        )

    # --- decisions

    def action_approve(self) -> None:
        """Approve what is marked, else this row."""
        self._decide("approved")

    def action_draft(self) -> None:
        """Take the decision on what is marked, else on this row, back."""
        self._decide("draft")

    def action_reject(self) -> None:
        """Ask for the reason and reject what is marked, else this row."""
        keys = self._touched()
        if not keys:
            return
        title = ngettext("Reject {n} document", "Reject {n} documents", len(keys)).format(n=count(len(keys)))
        words = (
            _("It is held with this reason until somebody takes the decision back. Nothing is sent.")
            if self.recon.books_tills
            else _("Its order is held with this reason until somebody takes the decision back. Nothing is sent.")
        )
        dialog = TextDialog(title, words, yes=_("Reject"))
        self.app.push_screen(dialog, lambda reason: self._decide("rejected", reason, keys) if reason else None)

    def _touched(self) -> list[str]:
        """Return what a decision is about: the marked documents, else the row under the cursor, but no group."""
        self.filter_now()
        if self.table is None:
            return []
        return self._groups.marked.to_list() if self._groups is not None else self.rows.touched_keys()

    def _decide(self, decision: str, reason: str = "", keys: list[str] | None = None) -> None:
        chosen = self._touched() if keys is None else keys
        if not chosen:
            return

        def decided(report: DecisionReport) -> None:
            self._decided(report, pl.Series(chosen, dtype=pl.String))

        self.act(lambda service: service.decide(None, chosen, decision, reason=reason), decided)

    def _decided(self, report: DecisionReport, chosen: pl.Series) -> None:
        """Take the marks of what was decided away; what somebody marked meanwhile stays marked."""
        if self._groups is not None:
            self._groups.drop(chosen)
        else:
            marked = self.rows.marked_keys()
            self.rows.set_marks(marked.filter(~marked.is_in(chosen.implode())))
        if report.skipped:
            self._tell_skipped(report)
        self.load()

    def _tell_skipped(self, report: DecisionReport) -> None:
        lines = [f"{count(line.count)}: {shown(tr_composed(line.reason))}" for line in report.skipped[:4]]
        self.notify("\n".join(lines), title=_("Left as they are"), markup=False, timeout=8)

    def action_undo(self) -> None:
        """Undo the last decision."""
        self.act(lambda service: service.undo(None), lambda _report: self.load())

    def action_redo(self) -> None:
        """Do again what was undone."""
        self.act(lambda service: service.redo(None), lambda _report: self.load())

    def show_keys(self) -> None:
        """Write the last line anew; Undo stands there when there is something to undo, and its name where nothing is marked."""
        super().show_keys()
        if self._is_empty:
            names = [name for name in NOTHING_KEYS if self.check_action(name, ()) is not False]
            self.query_one(KeyLine).use(names, {})
            return
        line, words = self.query_one(KeyLine), self.key_words()
        if not words:
            line.use([name for name in line.names if name != "undo"], line.words)
        said = _("A mark on a group marks all its documents.") if self._grouped_by else ""
        last = f"{shown_key('undo')}  {words['undo']}" if words else ""
        self.query_one("#marked", TotalsBar).say_otherwise(said or last)

    def key_words(self) -> dict[str, str]:
        """Name what Undo would undo."""
        return {"undo": _("Undo: {name}").format(name=undo_words(self._undo_name))} if self._undo_name else {}

    # --- others

    def action_plan(self) -> None:
        """Work out the documents anew."""
        self.rows.say_busy(lambda: _("Working out the documents ..."))
        self.act(lambda service: service.plan(None), lambda _report: self._planned())

    def _planned(self) -> None:
        self.table = None
        self._order = None
        self.load()

    def action_copy(self) -> None:
        """Copy the row as text."""
        row = self.rows.cursor_values()
        if row:
            names = ("number", "order_number", "issued_on", "customer", "total_minor", "status")
            parts = [
                plain(row[name]) if name == "total_minor" else str(row[name] or "") for name in names if name in row
            ]
            self.app.copy_to_clipboard("\t".join(shown(part) for part in parts))

    def numbers_changed(self) -> None:
        """Hide or show amounts."""
        self.rows.hide_numbers = self.query_one("#marked", TotalsBar).hide_numbers = self.recon.numbers_hidden
        self.show_frame()
        self._filter()
        self.rows.relabel()
        self._show_row()
