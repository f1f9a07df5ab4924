"""Posted by others: entries of the ledger that seem to be planned orders, and a person's word on them.

A list of the Match step, because the question is one of matching: is this entry that order? Nothing of it is ever sent. What is
adopted is approved in the person's name and noted as posted at once; so what it does stands in the dialog before it.
Where somebody else posts everything the list is a comparison, and there is nothing to decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar, Final

import polars as pl

from recon.service.adoptable import Word
from recon.service.adopting import AdoptReport
from recon.service.others_list import OthersTable, grouped, members
from recon.summaries.plans import PlanReport
from tui.cells import shown
from tui.i18n import N_, _, count, day, moment, ngettext
from tui.keys import bindings
from tui.screens import others_words as words
from tui.screens.match_list import MatchList
from tui.widgets.columns import Column
from tui.widgets.dialogs import TextDialog
from tui.widgets.match_pane import MatchTabs, Part
from tui.widgets.totals_bar import BarButton, TotalsBar

DECIDES: Final = frozenset({"approve", "reject"})
"""Actions that say what an entry is."""


class OthersScreen(MatchList):
    """What somebody else posted."""

    FOOTER: ClassVar[tuple[str, ...]] = ("approve", "reject", "mark", "mark_like", "group", "undo")
    HELP: ClassVar[str] = N_(
        "Entries of the ledger that seem to be orders of this plan. Approve takes them as posted by somebody else, in your name; "
        "they are never sent. Reject says that they are other sales. Like this marks all that are equally sure. "
        "Filter by words, or st:certain  st:differs  amt>1000  -word. Plan reads the ledger anew."
    )
    HELP_OF_TILLS: ClassVar[str] = N_(
        "Vouchers of the ledger that seem to be settlements of this plan. Approve takes them as posted by somebody else, in your "
        "name; they are never sent. Reject says that they are something else. Like this marks all that are equally sure. "
        "Filter by words, or st:certain  st:differs  amt>1000  -word. Plan reads the ledger anew."
    )
    BINDINGS = bindings(
        "open", "approve", "reject", "plan", "filter", "mark", "mark_all", "mark_like", "group", "undo", "sort", "next_pane",
        "copy",
    )  # fmt: skip

    DEFAULT_CSS = """
    OthersScreen.-groups #filter { display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.tab = "others"
        self.table: OthersTable | None = None
        self._in_groups = False

    # --- reading

    def load(self) -> None:
        """Read what the ledger showed last, against the plan of now."""
        if self.table is None:
            self.rows.say_busy(lambda: _("Comparing the plan with the ledger ..."))
        self.ask(lambda service: service.others.table(None), self._came)

    def _came(self, table: OthersTable) -> None:
        is_new = self.table is None or self.table.writers != table.writers
        self.table = table
        self._undo_name = f"not ours {table.undo_count}" if table.undo_count else ""
        waiting = 0 if table.writers == "others" else table.frame.height
        self.query_one("#tabs", MatchTabs).show(self.tab, {self.tab: waiting})
        self._turn(again=is_new)

    def _turn(self, *, again: bool) -> None:
        """Show single documents or groups."""
        assert self.table is not None
        self.frame = grouped(self.table.frame) if self._in_groups else self.table.frame
        if again:
            self.rows.set_view(self.columns(), "key", self.frame, self.work_rows())
            self.rows.clear_marks()
            self.rows.move_to(0)
            self.query_one("#marked", TotalsBar).set_buttons(self.buttons_here())
        self.show_rows()

    def action_plan(self) -> None:
        """Plan anew, which reads the ledger."""

        def done(_report: PlanReport) -> None:
            self.table = None
            self.load()

        self.rows.say_busy(lambda: _("Reading the ledger ..."))
        self.act(lambda service: service.plan(None, rows=0), done)

    # --- what the list shows

    def columns(self) -> Sequence[Column]:
        """Return the columns of documents or of groups."""
        currency = self.table.currency if self.table else ""
        if self._in_groups:
            return words.group_columns(self.minor, currency)
        return words.row_columns(self.minor, currency, compared=self._compares, tills=self.recon.books_tills)

    @property
    def _compares(self) -> bool:
        """Whether somebody else posts everything: there is nothing to decide then."""
        return self.table is not None and self.table.writers == "others"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action is there now: without anything to decide, nothing decides."""
        if action in DECIDES and (self.table is None or self._compares or not self.table.frame.height):
            return False
        if action == "filter" and self._in_groups:
            return False
        return super().check_action(action, parameters)

    def buttons(self) -> Sequence[BarButton]:
        """Return the buttons of the bar."""
        clear = BarButton("screen.clear_marks", lambda n: _("Clear") if n else "")
        if self._compares or self.table is None or not self.table.frame.height:
            return (clear,)
        return (
            BarButton("screen.approve", lambda n: _("Adopt {n}").format(n=count(n)) if n else _("Adopt")),
            BarButton("screen.reject", lambda n: _("Not ours {n}").format(n=count(n)) if n else _("Not ours")),
            clear,
        )

    def work_rows(self) -> pl.Series:
        """Return all rows; a comparison begins with what is not equal."""
        assert self.frame is not None
        rows = pl.int_range(self.frame.height, dtype=pl.UInt32, eager=True)
        if not self._compares:
            return rows
        is_equal = self.frame["state"] == "equal"
        return pl.concat([rows.filter(~is_equal), rows.filter(is_equal)])

    def filtered(self, text: str) -> tuple[pl.Series, tuple[str, ...]]:
        """Return the rows that pass."""
        assert self.table is not None
        if self._in_groups:
            return self.work_rows(), ()
        found, problems = self.table.filter(text)
        order = self.work_rows()
        return order.filter(order.is_in(found.implode())), problems

    def tally(self) -> list[tuple[str, str]]:
        """Return how many there are of each, and when the ledger was read."""
        table = self.table
        if table is None or not table.read_at:
            return []
        counts = dict(table.frame.group_by("state").len().iter_rows())
        pieces = [
            (f"{sign} {count(counts[state])} {_(word)}", f"$recon-{tone}")
            for state, (sign, word, tone) in words.STATE_WORDS.items()
            if state in counts
        ]
        zone = self.recon.overview.timezone if self.recon.overview else "UTC"
        read = _("read {at}").format(at=moment(table.read_at, zone, era=True))
        span = f"{day(table.since)} - {day(table.until, era=True)}"
        return [*pieces, (read, "$recon-dim"), (span, "$recon-dim")]

    def explain(self, row: dict[str, Any], width: int) -> list[Part]:
        """Return both sides of a document, or what a group is."""
        if self._in_groups:
            return words.group_parts(row, minor=self.minor)
        return words.pane_parts(row, width, minor=self.minor)

    def footer(self) -> tuple[str, ...]:
        """Return the actions of the last line."""
        return ("filter", "group", "sort", "plan", "next_pane") if self._compares else self.FOOTER

    def empty_words(self) -> tuple[str, str]:
        """Return what is said where no row is."""
        table = self.table
        if self.line.is_active:
            return _("Nothing fits the filter."), _("Esc clears the filter.")
        if table is not None and table.writers == "recon":
            return (
                _("Only recon posts here, so the ledger is not searched."),
                _("Does the tills' own integration post too? Set writers in Settings.")
                if self.recon.books_tills
                else _("Does the shop post too? Set writers in Settings."),
            )
        if table is not None and not table.read_at:
            return _("The ledger was not read yet."), _("M plans, and reads the ledger first.")
        if self.recon.books_tills:
            return _("Nothing in the ledger looks like a settlement of this plan."), _("F3 goes on to Review.")
        return _("Nothing in the ledger looks like an order of this plan."), _("F3 goes on to Review.")

    def filter_hint(self) -> str:
        """Return what stands in the empty filter."""
        return _("filter: words, st:differs, amt>1000 ...")

    # --- groups

    def action_group(self) -> None:
        """Show groups of equal surety, or single documents again."""
        if self.table is not None:
            self._in_groups = not self._in_groups
            self.set_class(self._in_groups, "-groups")
            self.line.set_text("")
            self._turn(again=True)

    def touched(self) -> list[dict[str, Any]]:
        """Return the documents an action acts on: of the marked rows or groups, else of the one under the cursor."""
        if not self._in_groups:
            return super().touched()
        assert self.table is not None
        return members(self.table.frame, [row["key"] for row in super().touched()]).to_dicts()

    # --- a person's word

    def open_words(self) -> dict[str, str]:
        """Say what the keys would do, and to how many."""
        if self.table is None or self._compares:
            return {}
        n = self.rows.marked_count
        marked = {"approve": _("Adopt {n}"), "reject": _("Not ours {n}")}
        plain = {"approve": _("Adopt"), "reject": _("Not ours")}
        return {name: text.format(n=count(n)) for name, text in marked.items()} if n else plain

    def run_open(self) -> None:
        """Enter adopts, after a look."""
        if self.check_action("approve", ()) is not False:
            self.action_approve()

    def action_approve(self) -> None:
        """Work out what adopting would do, then ask."""
        rows = self.touched()
        if not rows:
            return
        keys, accepts = self._orders(rows), any(row["surety"] == "differs" for row in rows)
        word = Word(actor=self.recon.session.actor, reason="-", names=keys)
        self.ask(
            lambda service: service.others.adopt(None, word, accept_differences=accepts, dry_run=True),
            partial(self._ask_adopt, rows, keys, accepts),
            group="adopt",
        )

    @staticmethod
    def _orders(rows: list[dict[str, Any]]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row["order_key"] for row in rows))

    def _ask_adopt(
        self,
        rows: list[dict[str, Any]],
        keys: tuple[str, ...],
        accepts: bool,  # noqa: FBT001 - bound before the answer comes
        would: AdoptReport,
    ) -> None:
        title = (
            ngettext("Adopt {n} settlement?", "Adopt {n} settlements?", would.orders)
            if self.recon.books_tills
            else ngettext("Adopt {n} order?", "Adopt {n} orders?", would.orders)
        ).format(n=count(would.orders))
        dialog = TextDialog(title, self._adopt_words(rows, would), yes=_("Adopt {n}").format(n=count(would.orders)))
        self.app.push_screen(dialog, lambda reason: self._adopt(keys, accepts, reason) if reason else None)

    def _adopt_words(self, rows: list[dict[str, Any]], would: AdoptReport) -> str:
        """Say what happens: how many, how much, whose books, under which name, and what does not happen."""
        assert self.table is not None
        documents = ngettext(
            "{n} document of {sum} {currency} in the books of {company}",
            "{n} documents of {sum} {currency} in the books of {company}",
            would.documents,
        )
        total, currency, company = self.recon.amount(would.total), self.table.currency, shown(self.table.company)
        lines = [
            documents.format(n=count(would.documents), sum=total, currency=currency, company=company),
            _("Taken as posted by somebody else, approved by {name}. Nothing is sent.").format(
                name=shown(self.recon.session.actor)
            ),
            _("It cannot be undone here; credit notes correct it."),
        ]
        differing = [row["difference_minor"] or 0 for row in rows if row["surety"] == "differs"]
        if differing:
            other = ngettext(
                "{n} has another amount in the ledger, {sum} in all; it stands as it is there.",
                "{n} have another amount in the ledger, {sum} in all; they stand as they are there.",
                len(differing),
            )
            lines.append(other.format(n=count(len(differing)), sum=self.minor(sum(differing))))
        weak = sum(row["surety"] in {"likely", "possible"} for row in rows)
        if weak:
            lines.append(ngettext("{n} is not certain.", "{n} are not certain.", weak).format(n=count(weak)))
        return "\n".join([*lines, "", _("What was found? It stays in the event log:")])

    def _adopt(self, keys: tuple[str, ...], accepts: bool, reason: str) -> None:  # noqa: FBT001 - as the dialog says it
        word = Word(actor=self.recon.session.actor, reason=reason, names=keys)

        def done(report: AdoptReport) -> None:
            self.rows.clear_marks()
            said = _("{n} adopted as batch {batch}.").format(n=count(report.orders), batch=shown(report.batch or ""))
            self.say([said])
            self.load()

        self.act(lambda service: service.others.adopt(None, word, accept_differences=accepts), done)

    def action_reject(self) -> None:
        """Ask why these entries are other sales."""
        rows = self.touched()
        if not rows:
            return
        keys = self._orders(rows)
        title = (
            ngettext("{n} entry is no settlement of these?", "{n} entries are no settlements of these?", len(keys))
            if self.recon.books_tills
            else ngettext("{n} order is another sale?", "{n} orders are other sales?", len(keys))
        ).format(n=count(len(keys)))
        text = _("recon will plan documents of its own for them. It can be undone. What was found?")
        dialog = TextDialog(title, text, yes=_("Not ours {n}").format(n=count(len(keys))))
        self.app.push_screen(dialog, lambda reason: self._disown(keys, reason) if reason else None)

    def _disown(self, keys: tuple[str, ...], reason: str) -> None:
        word = Word(actor=self.recon.session.actor, reason=reason, names=keys)
        self.act(lambda service: service.others.another_sale(None, word), lambda _report: self.done()(()))

    def action_undo(self) -> None:
        """Take the last word that entries are other sales back."""
        if self._undo_name:
            self.act(lambda service: service.others.undo(None), lambda _report: self.load())

    def action_copy(self) -> None:
        """Copy the row as text."""
        row = self.rows.cursor_values()
        if row and not self._in_groups:
            names = ("order_number", "their_number", "reference", "state")
            self.app.copy_to_clipboard("\t".join(shown(row[name]) for name in names))
