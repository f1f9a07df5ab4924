"""Review: every document that would be made and every order that is held; looked at, approved or rejected here, sent nowhere.

The list shows a window of the review table; filters, groups and sums are the table's own. What a person decides goes to
the service and comes back with the next reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar, Final

import polars as pl
from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from recon.money import plain
from recon.review.records import DecisionReport
from recon.review.table import ReviewTable
from recon.service.detail import Detail
from tui.cells import shown
from tui.composed import tr_composed
from tui.core_texts import DOCUMENT_KINDS, finding_title, word
from tui.i18n import N_, _, count, day, day_heading, ngettext
from tui.keys import bindings
from tui.screens.base import StepScreen
from tui.themes import SIGNS, STATUS_COLOURS
from tui.widgets.columns import Column
from tui.widgets.dialogs import ChoiceDialog, ConfirmDialog, TextDialog
from tui.widgets.document_pane import STATUS_WORDS, DocumentPane
from tui.widgets.filter_line import FilterLine
from tui.widgets.table import VirtualTable
from tui.widgets.table_messages import CursorMoved, MarksChanged, Opened, SortRequested
from tui.widgets.totals_bar import BarButton, TotalsBar

TONES: Final = {
    "ready": "ready",
    "approved": "ready",
    "check": "check",
    "open": "check",
    "unsure": "check",
    "blocked": "bad",
    "refused": "bad",
    "posted": "done",
    "rejected": "dim",
}
GROUPS: Final = {
    "status": N_("Status"),
    "kind": N_("Kind"),
    "sales_channel": N_("Sales channel"),
    "payment_channel": N_("Payment channel"),
    "cause": N_("Cause"),
    "customer": N_("Customer"),
    "day": N_("Day"),
    "month": N_("Month"),
}
PANE_DELAY: Final = 0.05
"""Seconds the cursor rests on a row before the pane asks for it."""


class ReviewScreen(StepScreen):
    """The heart: list, filter, pane, decisions."""

    STEP: ClassVar[str] = "review"
    FOOTER: ClassVar[tuple[str, ...]] = ("mark", "approve", "reject", "undo", "filter", "go_upload")
    HELP: ClassVar[str] = N_(
        "Every document that would be made, and every order that is held with its reason. Approve what is right; nothing is "
        "sent from here. Filter by words, or st:check  amt>1000  kind:receipt  pay:COD  cause:does-not-foot  date:2026-10  -word."
    )
    BINDINGS = bindings(
        "filter", "mark", "mark_all", "mark_like", "approve", "reject", "draft", "undo", "redo", "group", "sort",
        "next_pane", "open", "copy", "plan",
    )  # fmt: skip
    AUTO_FOCUS = "#rows"
    CSS = """
    #tally { height: 1; padding: 0 1; }
    #split { height: 1fr; layout: vertical; }
    #rows { height: 1fr; width: 1fr; }
    #pane { height: 8; width: 1fr; border-top: solid $recon-line; }
    ReviewScreen.-wide #split { layout: horizontal; }
    ReviewScreen.-wide #pane { height: 1fr; width: 46; border-top: none; border-left: solid $recon-line; }
    ReviewScreen.-tall #pane { height: 14; }
    ReviewScreen.-wide.-tall #pane { height: 1fr; }
    ReviewScreen.-tiny #pane, ReviewScreen.-narrow #pane { display: none; }
    ReviewScreen.-opened #rows { display: none; }
    ReviewScreen.-opened #pane { display: block; height: 1fr; width: 1fr; border: none; }
    ReviewScreen.-tiny #filter, ReviewScreen.-narrow #filter { display: none; }
    ReviewScreen.-filtering #filter { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.table: ReviewTable | None = None
        self._order: pl.Series | None = None
        self._all: pl.Series | None = None
        self._grouped_by = ""
        self._undo_name = ""
        self._redo_name = ""
        self._details: dict[str, Detail] = {}
        self._waiting: Timer | None = None

    # --- the parts

    def body(self) -> ComposeResult:
        """Tally, filter, list and pane, what is marked."""
        yield Static(id="tally", markup=False)
        yield FilterLine(lambda: _("filter: words, st:check, amt>1000 ..."), id="filter")
        with Container(id="split"):
            yield VirtualTable(self._columns(), key="key", sorts_itself=False, id="rows")
            yield DocumentPane(self.recon.amount, id="pane")
        yield TotalsBar(self._buttons(), id="marked")

    def _columns(self) -> Sequence[Column]:
        currency = self.table.currency if self.table else ""
        return (
            Column("number", lambda: _("Document"), priority=0, least=10),
            Column("kind", lambda: _("Kind"), render=kind_words, priority=3, drop_below=100),
            Column("issued_on", lambda: day_heading(_("Date")), render=day, priority=4, drop_below=100),
            Column("customer", lambda: _("Customer"), grow=True, priority=1, least=10, drop_below=70),
            Column("payment_channel", lambda: _("Paid by"), priority=6, drop_below=150),
            Column("cause", lambda: _("Cause"), render=cause_words, priority=5, drop_below=150),
            Column("total_minor", lambda: _("Gross {currency}").format(currency=currency), amount=True, render=self._minor, priority=0),
            Column("status", lambda: _("Status"), render=status_words, tone=lambda status: TONES.get(status, ""), priority=0),
        )  # fmt: skip

    def _buttons(self) -> Sequence[BarButton]:
        return (
            BarButton("screen.approve", lambda n: _("Approve {n}").format(n=count(n)) if n else _("Approve")),
            BarButton("screen.reject", lambda n: _("Reject {n}").format(n=count(n)) if n else _("Reject")),
            BarButton("screen.clear_marks", lambda n: _("Clear") if n else ""),
        )

    def _minor(self, minor: int) -> str:
        return self.recon.amount(plain(minor))

    @property
    def rows(self) -> VirtualTable:
        """The list."""
        return self.query_one("#rows", VirtualTable)

    @property
    def pane(self) -> DocumentPane:
        """The pane."""
        return self.query_one("#pane", DocumentPane)

    # --- reading

    def load(self) -> None:
        """Read the review table."""
        if self.table is None:
            self.rows.say_busy(lambda: _("Reading the documents ..."))
        self.ask(lambda service: (service.review(None), service.undo_name(None), service.redo_name(None)), self._came)

    def _came(self, answer: tuple[ReviewTable, str, str]) -> None:
        self.table, self._undo_name, self._redo_name = answer
        self._all = self.table.work_order()
        self._details.clear()
        self.rows.say_when_empty(self._empty_words, self._empty_hint)
        if self._grouped_by:
            self._leave_groups()
        self._columns_again()
        self._filter()
        self.show_keys()

    def _columns_again(self) -> None:
        if self.table is not None and self._order is None:
            self.rows.set_view(self._columns(), "key", self.table.frame, self._all)

    def _empty_words(self) -> str:
        if self.query_one("#filter", FilterLine).is_active:
            return _("Nothing fits the filter.")
        if self.table is not None and self.table.height == 0:
            return _("Nothing to review: the ledger holds everything it should.")
        return _("Everything is posted. The filter st:posted shows it.")

    def _empty_hint(self) -> str:
        return (
            _("Esc clears the filter.")
            if self.query_one("#filter", FilterLine).is_active
            else _("F2 goes back to Import.")
        )

    @on(FilterLine.Changed)
    def _filter_changed(self, event: FilterLine.Changed) -> None:
        event.stop()
        if self._grouped_by:
            self._leave_groups()
        self._filter()

    def _filter(self) -> None:
        """Show what passes the filter, with count and sum."""
        table, line = self.table, self.query_one("#filter", FilterLine)
        if table is None or self._all is None:
            return
        found = table.filter(line.text, self._sorted())
        self._order = self._without_posted(found.order) if not line.is_active else found.order
        self.rows.set_rows(table.frame, self._order)
        sum_ = self.recon.amount(plain(found.total_minor)) if line.is_active else ""
        line.show_result(self._order.len(), table.height, sum_)
        line.show_problem(found.problems[0] if found.problems else "")
        self.set_class(line.is_active, "-filtering")
        self._show_tally()

    def _sorted(self) -> pl.Series:
        assert self.table is not None
        assert self._all is not None
        by = self.rows.sorted_by
        return self.table.sort(self._all, by[0], descending=by[1]) if by else self._all

    def _without_posted(self, order: pl.Series) -> pl.Series:
        """Leave out what is done: the list opens on work, and a filter brings the rest."""
        assert self.table is not None
        done = (self.table.frame["status"] == "posted")[order]
        return order.filter(~done)

    @on(FilterLine.Left)
    def _filter_left(self) -> None:
        self.rows.focus()

    @on(SortRequested)
    def _sort_requested(self, event: SortRequested) -> None:
        self.rows.show_sorted(event.column, descending=event.descending)
        self._filter()

    def _show_tally(self) -> None:
        if self.table is None:
            return
        parts: list[str | tuple[str, str]] = []
        for status, number, minor, _foreign in self.table.totals().iter_rows():
            if not number:
                continue
            if parts:
                parts.append("   ")
            words = f"{SIGNS[status]} {count(number)} {_(STATUS_WORDS[status])}"
            parts += [(words, _status_style(status)), f" {self._minor(minor)}"]
        batch = f"   {shown(self.table.batch)}" if self.table.batch else ""
        self.query_one("#tally", Static).update(Content.assemble(*parts, (batch, "$recon-dim")))

    # --- cursor and pane

    @on(CursorMoved)
    def _cursor_moved(self, event: CursorMoved) -> None:
        if self._grouped_by:
            return
        if self._waiting is not None:
            self._waiting.stop()
        key = event.key
        if key is None or key in self._details:
            self._show_row()
            return
        self._waiting = self.set_timer(PANE_DELAY, partial(self._ask_detail, key))

    def _ask_detail(self, key: str) -> None:
        self._show_row()
        if not self._pane_in_sight():
            return
        whole = self.pane.face in {"source", "changes"}
        self.ask(lambda service: service.detail(None, key, whole=whole), self._detail_came, group="detail")

    def _pane_in_sight(self) -> bool:
        return bool(self.pane.display)

    def _detail_came(self, detail: Detail) -> None:
        self._details = {detail.key: detail}
        self._show_row()

    def _show_row(self) -> None:
        row = self.rows.cursor_values() if not self._grouped_by else {}
        zone = self.recon.overview.timezone if self.recon.overview else "UTC"
        self.pane.show(row, self._details.get(str(row.get("key", ""))), timezone=zone)

    @on(DocumentPane.FaceChanged)
    def _face_changed(self, event: DocumentPane.FaceChanged) -> None:
        key = self.rows.cursor_key
        known = self._details.get(str(key))
        if key is not None and event.face in {"source", "changes"} and (known is None or known.source is None):
            self._ask_detail(str(key))

    def action_face(self, face: str) -> None:
        """Turn the pane to a face; from a click."""
        self.pane.face = face

    def action_next_pane(self) -> None:
        """Turn the pane to its next face."""
        self.pane.next_face()

    @on(Opened)
    def _opened(self, event: Opened) -> None:
        if self._grouped_by:
            self._open_group(str(event.key))
        else:
            self.action_open()

    def action_open(self) -> None:
        """Show the pane over the whole width, or go back to the list."""
        self.toggle_class("-opened")
        if self.has_class("-opened") and self.rows.cursor_key is not None:
            self._ask_detail(str(self.rows.cursor_key))
        if not self.has_class("-opened"):
            self.rows.focus()

    def action_back(self) -> None:
        """Close what is open, leave groups, clear the filter; then go one step back."""
        line = self.query_one("#filter", FilterLine)
        if self.has_class("-opened"):
            self.remove_class("-opened")
            self.rows.focus()
        elif self._grouped_by:
            self._leave_groups()
            self._filter()
        elif line.is_active:
            line.set_text("")
        else:
            super().action_back()

    # --- filter, marks, order

    def action_filter(self) -> None:
        """Type into the filter."""
        self.add_class("-filtering")
        self.query_one("#filter", FilterLine).begin()

    def action_mark_all(self) -> None:
        """Mark all that is shown."""
        self.rows.mark_all_shown()

    def action_clear_marks(self) -> None:
        """Take all marks away."""
        self.rows.clear_marks()

    def action_sort(self) -> None:
        """Sort by the next column."""
        self.rows.action_sort()

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

    # --- groups

    def action_group(self) -> None:
        """Group the rows by a column; the same key again leaves."""
        if self._grouped_by:
            self._leave_groups()
            self._filter()
            return
        choices = [(name, _(words)) for name, words in GROUPS.items()]
        self.app.push_screen(ChoiceDialog(_("Group by"), choices), self._group_chosen)

    def _group_chosen(self, column: str | None) -> None:
        if column is None or self.table is None:
            return
        self._grouped_by = column
        grouped = self.table.groups(column, self._order)
        columns = (
            Column("value", lambda: _(GROUPS[column]), render=partial(group_words, column), grow=True, priority=0),
            Column("count", lambda: _("Documents"), align="right", render=count, priority=0),
            Column("total_minor", lambda: _("Gross"), amount=True, render=self._minor, priority=0),
            Column("check", lambda: _("check"), align="right", render=_some, priority=3, drop_below=80),
            Column("blocked", lambda: _("blocked"), align="right", render=_some, priority=3, drop_below=80),
            Column("ready", lambda: _("ready"), align="right", render=_some, priority=3, drop_below=80),
        )
        self.rows.set_view(columns, "value", grouped.cast({"total_minor": pl.Int64}))
        self.pane.show({}, None, timezone="UTC")

    def _leave_groups(self) -> None:
        self._grouped_by = ""
        if self.table is not None:
            self.rows.set_view(self._columns(), "key", self.table.frame, self._order)

    def _open_group(self, value: str) -> None:
        """Show the rows of one group, by a filter the person can read."""
        tokens = {"status": "st", "kind": "kind", "sales_channel": "ch", "payment_channel": "pay", "cause": "cause",
                  "day": "date", "month": "date"}  # fmt: skip
        token = tokens.get(self._grouped_by)
        text = f'{token}:"{value}"' if token and " " in value else f"{token}:{value}" if token else f'"{value}"'
        self._leave_groups()
        self.query_one("#filter", FilterLine).set_text(text)
        self.rows.focus()

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
        self._show_tally()
        self.rows.relabel()
        self._show_row()


def kind_words(kind: str) -> str:
    """Return a kind of document in words."""
    return _("held order") if kind == "order" else word(DOCUMENT_KINDS, kind)


def status_words(status: str) -> str:
    """Return sign and word of a status."""
    return f"{SIGNS[status]} {_(STATUS_WORDS[status])}"


def cause_words(cause: str) -> str:
    """Return a finding's title."""
    return finding_title(cause)


def group_words(column: str, value: str) -> str:
    """Return a group's value in words."""
    if not value:
        return _("(none)")
    makers = {"status": status_words, "kind": kind_words, "cause": cause_words, "day": day}
    return makers[column](value) if column in makers else value


def _some(n: int) -> str:
    return count(n) if n else ""


def _status_style(status: str) -> str:
    return f"bold ${STATUS_COLOURS[status]}"
