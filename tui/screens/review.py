"""Review: every document that would be made and every order that is held; looked at, approved or rejected here, sent nowhere.

The list is `tui.screens.review_list`; here is what a person does with it. What is decided goes to the service and comes
back with the next reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from textual import on
from textual.app import ComposeResult

from recon.money import plain
from recon.review.records import DecisionReport
from tui.cells import shown
from tui.composed import tr_composed
from tui.i18n import N_, _, count, ngettext
from tui.keys import bindings
from tui.screens.review_list import ReviewList
from tui.widgets.dialogs import ConfirmDialog, TextDialog
from tui.widgets.table_messages import MarksChanged
from tui.widgets.totals_bar import BarButton, TotalsBar

OF_ROWS: Final = frozenset({"approve", "reject", "draft", "mark", "mark_all", "mark_like", "copy"})
"""Actions on documents, which are not there while groups are shown."""


class ReviewScreen(ReviewList):
    """The heart: marks, decisions, undo."""

    FOOTER: ClassVar[tuple[str, ...]] = ("mark", "approve", "reject", "filter", "go_upload", "undo")
    HELP: ClassVar[str] = N_(
        "Every document that would be made, and every order that is held with its reason. Approve what is right; nothing is "
        "sent from here. Filter by words, or st:check  amt>1000  kind:receipt  pay:COD  cause:does-not-foot  date:2026-10  -word."
    )
    BINDINGS = bindings(
        "filter", "mark", "mark_all", "mark_like", "approve", "reject", "draft", "undo", "redo", "group", "sort",
        "next_pane", "open", "copy", "plan",
    )  # fmt: skip

    def body(self) -> ComposeResult:
        """List and pane, and below them what is marked."""
        yield from super().body()
        yield TotalsBar(self._buttons(), id="marked")

    def _buttons(self) -> Sequence[BarButton]:
        if self.recon.session.read_only:
            return (BarButton("screen.clear_marks", lambda n: _("Clear") if n else ""),)
        return (
            BarButton("screen.approve", lambda n: _("Approve {n}").format(n=count(n)) if n else _("Approve")),
            BarButton("screen.reject", lambda n: _("Reject {n}").format(n=count(n)) if n else _("Reject")),
            BarButton("screen.clear_marks", lambda n: _("Clear") if n else ""),
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action is there now: groups are looked at, not decided upon."""
        if self._grouped_by and action in OF_ROWS:
            return False
        return super().check_action(action, parameters)

    def grouping_changed(self) -> None:
        """Take the buttons away while groups are shown."""
        super().grouping_changed()
        self.query_one("#marked", TotalsBar).set_buttons(() if self._grouped_by else self._buttons())
        self.refresh_bindings()

    # --- marks

    def action_mark_all(self) -> None:
        """Mark all that is shown; once more takes all marks away."""
        if self.rows.marked_count - self.rows.marked_hidden == self.rows.row_count:
            self.rows.clear_marks()
        else:
            self.rows.mark_all_shown()

    def action_clear_marks(self) -> None:
        """Take all marks away."""
        self.rows.clear_marks()

    @on(MarksChanged)
    def _marks_changed(self, event: MarksChanged) -> None:
        self._show_marked(event.count, event.hidden)

    def _show_marked(self, marked: int, hidden: int) -> None:
        bar = self.query_one("#marked", TotalsBar)
        total = ""
        if marked and self.table is not None and not self._grouped_by:
            total = f"{self._minor(self.rows.marked_sum('total_minor'))} {self.table.currency}"
        bar.show_marked(marked, total, hidden)

    def action_mark_like(self) -> None:
        """Ask what is like this row, show it, and mark it."""
        if self.table is None or self._grouped_by or not self.rows.row_count:
            return
        row = self.rows.cursor_values()
        if row["kind"] == "order" or row["status"] != "ready":
            self.rows.mark_like("status", "cause", "sales_channel", "kind")
            return
        like = self.table.like(int(row["row_id"]))
        lines = [
            ngettext("{n} document, {sum}", "{n} documents, {sum}", like.count).format(
                n=count(like.count), sum=self._minor(like.total_minor)
            ),
            "",
            _("The largest:"),
            *(self._like_line(each) for each in like.largest.iter_rows(named=True)),
            "",
            _("The oddest:"),
            *(f"{self._like_line(each)}  {_(each['why'])}" for each in like.oddest.iter_rows(named=True)),
        ]
        if like.left_out:
            lines += [
                "",
                _("{n} more are like it but have findings or are decided: left out.").format(n=count(like.left_out)),
            ]
        title = _("Mark everything like {number}").format(number=shown(row["number"] or row["order_number"]))
        keys = self.table.keys(like.order)
        self.app.push_screen(
            ConfirmDialog(title, "\n".join(lines), yes=_("Mark {n}").format(n=count(like.count))),
            lambda yes: self.rows.set_marks([*self.rows.marked_keys().to_list(), *keys]) if yes else None,
        )

    def _like_line(self, row: dict[str, Any]) -> str:
        return f"  {shown(row['number'] or row['order_number'])}  {shown(row['customer'] or '')}  {self._minor(row['total_minor'])}"

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
        words = _("Its order is held with this reason until somebody takes the decision back. Nothing is sent.")
        dialog = TextDialog(title, words, yes=_("Reject"))
        self.app.push_screen(dialog, lambda reason: self._decide("rejected", reason, keys) if reason else None)

    def _touched(self) -> list[str]:
        return [] if self._grouped_by or self.table is None else [str(key) for key in self.rows.touched_keys()]

    def _decide(self, decision: str, reason: str = "", keys: list[str] | None = None) -> None:
        chosen = self._touched() if keys is None else keys
        if not chosen:
            return
        self.act(lambda service: service.decide(None, chosen, decision, reason=reason), self._decided)

    def _decided(self, report: DecisionReport) -> None:
        self.rows.clear_marks()
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

    def key_words(self) -> dict[str, str]:
        """Name what Undo would undo."""
        return {"undo": _("Undo: {name}").format(name=shown(self._undo_name))} if self._undo_name else {}

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
