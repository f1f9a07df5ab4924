"""The columns of an unknown file: what each means, how dates and amounts are written, what the words for states mean.

Every answer is tried on the file at once, beside the screen and without keeping anything; the service makes the profile
from its proposal and the answers, the editor only asks and shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl
from textual import on
from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from recon.money import plain
from recon.text import show_lines
from tui.cells import shown
from tui.composed import tr_composed
from tui.core_texts import ORDER_STATES, PAYMENT_STATES, SEVERITIES, word
from tui.i18n import _, count, day, day_heading, ngettext
from tui.screens.profile_saving import ProfileSaving
from tui.widgets.columns import Column
from tui.widgets.dialogs import ChoiceDialog, TextDialog
from tui.widgets.draft_words import ROWS, column_reason, name_of, path_of, problem_words, rows_of, value_words
from tui.widgets.table import VirtualTable
from tui.widgets.table_messages import Opened

if TYPE_CHECKING:
    from recon.service.draft_records import DraftProblem, ProfileDraft
    from recon.sources.profile.edit import ProfileEdit

PANES: Final = ("orders", "problems", "text")
LEAVE_OUT: Final = "\x00out"
WHOLE_FILE: Final = "\x00file "
OTHER: Final = "\x00other"
_TONES: Final = {"?": "check", "!": "bad", "-": "dim"}
_PROBLEMS: Final = pl.Schema({
    "key": pl.UInt32(), "severity": pl.String(), "row": pl.UInt32(), "column": pl.String(), "value": pl.String(),
    "text": pl.String(),
})  # fmt: skip


class ProfileEditor(ProfileSaving):
    """A list of everything that can be answered, and beside it the file as it is read with the answers."""

    DEFAULT_CSS = """
    ProfileEditor { layout: vertical; }
    ProfileEditor #draft-head { height: 1; padding: 0 1; }
    ProfileEditor #draft-rows { height: 1fr; width: 1fr; }
    ProfileEditor #draft-pane { height: 8; width: 1fr; border-top: solid $recon-line; }
    ProfileEditor #draft-tabs { height: 1; padding: 0 1; }
    ProfileEditor #draft-orders, ProfileEditor #draft-problems, ProfileEditor #draft-text { display: none; height: 1fr; }
    ProfileEditor.-pane-orders #draft-orders, ProfileEditor.-pane-problems #draft-problems,
    ProfileEditor.-pane-text #draft-text { display: block; }
    ProfileEditor #draft-text Static { height: auto; padding: 0 1; }
    .-tall ProfileEditor #draft-pane { height: 14; }
    """

    def __init__(
        self,
        *,
        like: ProfileEditor | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        """Begin empty, or where another one stands: the screen is made anew when the language changes."""
        super().__init__(id=id, classes=classes)
        self.draft: ProfileDraft | None = like.draft if like else None
        self.edits: tuple[ProfileEdit, ...] = like.edits if like else ()
        self.path: Path | None = like.path if like else None
        self.connection: str | None = like.connection if like else None
        self.base: str = like.base if like else ""
        """The profile that is changed; empty: a new one is made."""
        self.title: str = like.title if like else ""
        """Name of the file as people know it."""
        self.pane: str = like.pane if like else "orders"

    @property
    def rows(self) -> VirtualTable:
        """Questions, settings, columns and words."""
        return self.query_one("#draft-rows", VirtualTable)

    def compose(self) -> ComposeResult:
        """List and pane."""
        yield Static(id="draft-head", markup=False)
        yield VirtualTable(self._row_columns(), key="key", markable=False, id="draft-rows")
        with Container(id="draft-pane"):
            yield Static(id="draft-tabs", markup=False)
            yield VirtualTable(self._order_columns(), key="row", markable=False, id="draft-orders")
            yield VirtualTable(self._problem_columns(), key="key", markable=False, id="draft-problems")
            with VerticalScroll(id="draft-text", can_focus=False):
                yield Static(id="draft-toml", markup=False)

    @staticmethod
    def _row_columns() -> Sequence[Column]:
        return (
            Column("sign", "", width=1, tone=lambda sign: _TONES.get(sign, ""), priority=0, sortable=False),
            Column("what", lambda: _("What"), priority=0, sortable=False),
            Column("value", lambda: _("In this file"), priority=0, sortable=False),
            Column("note", lambda: _("Values, or why"), grow=True, priority=1, drop_below=70, sortable=False),
        )

    def _order_columns(self) -> Sequence[Column]:
        return (
            Column("row", lambda: _("Row"), align="right", render=count, priority=4),
            Column("order_number", lambda: _("Order"), priority=0, least=10),
            Column("ordered_on", lambda: day_heading(_("Date")), render=day, priority=1),
            Column("customer_name", lambda: _("Buyer"), grow=True, priority=3, least=6),
            Column("order_state", lambda: _("State"), render=partial(word, ORDER_STATES), priority=4, drop_below=70),
            Column("payment_state", lambda: _("Payment"), render=partial(word, PAYMENT_STATES), priority=4, drop_below=70),
            Column("payment_channel", lambda: _("Paid by"), priority=5, drop_below=110),
            Column("total_minor", lambda: _("Total"), amount=True, render=self._minor, priority=0),
        )  # fmt: skip

    @staticmethod
    def _problem_columns() -> Sequence[Column]:
        return (
            Column("severity", lambda: _("How grave"), render=partial(word, SEVERITIES), priority=0,
                   tone=lambda severity: "bad" if severity in {"refused", "hold"} else "dim"),
            Column("row", lambda: _("Row"), align="right", render=count, priority=0),
            Column("column", lambda: _("Column"), priority=1),
            Column("value", lambda: _("Value"), width=14, priority=1),
            Column("text", lambda: _("What is the matter"), grow=True, priority=0, least=20),
        )  # fmt: skip

    def _minor(self, value: int) -> str:
        return self.place.recon.amount(plain(value))

    def on_mount(self) -> None:
        """Show what is known already."""
        self._show()

    # --- the file, and the answers so far

    def open(self, path: Path, connection: str | None, *, base: str = "", title: str = "") -> None:
        """Begin with a file, and with a profile that is there or none."""
        self.path, self.connection, self.draft, self.edits = path, connection, None, ()
        self.base, self.title = base, title or path.name
        self.rows.set_rows(pl.DataFrame(schema=ROWS))
        self.rows.say_busy(lambda: _("Reading {name} ...").format(name=shown(self.title)))
        self._try()

    def take_keys(self) -> None:
        """Give the list the keys."""
        self.rows.focus()
        self.show_pane(self.pane)

    def _try(self) -> None:
        """Read the file with all answers, beside the screen; a newer answer replaces the question."""
        path, edits, connection, base = self.path, self.edits, self.connection, self.base
        assert path is not None
        self.place.ask(
            lambda service: service.profile_work(path, edits, connection=connection, base=base).draft(),
            self._came,
            group="draft",
        )

    def _came(self, draft: ProfileDraft) -> None:
        self.draft = draft
        self._show()

    def _show(self) -> None:
        draft = self.draft
        if draft is None:
            return
        self.rows.set_rows(rows_of(draft))
        orders = self.query_one("#draft-orders", VirtualTable)
        orders.hide_numbers = self.place.recon.numbers_hidden
        orders.say_when_empty(lambda: _("No order can be read yet: answer what is open."))
        if draft.rows.height:
            orders.set_rows(draft.rows)
        else:
            orders.set_rows(pl.DataFrame(schema={"row": pl.UInt32}))
        problems = self.query_one("#draft-problems", VirtualTable)
        problems.say_when_empty(lambda: _("Nothing is the matter."))
        problems.set_rows(problem_rows(draft.problems))
        self.query_one("#draft-toml", Static).update(Content(show_lines(draft.toml)))
        self.show_pane("problems" if not draft.loads and self.pane == "orders" else self.pane)
        self.query_one("#draft-head", Static).update(self._head())

    def _head(self) -> Content:
        draft = self.draft
        assert draft is not None
        parts: list[str | tuple[str, str]] = []
        if draft.orders is None:
            parts.append((_("not complete yet"), "$recon-check"))
        else:
            n = ngettext("{n} order", "{n} orders", draft.orders).format(n=count(draft.orders))
            parts.append((f"{n}  {self.place.recon.amount(draft.total)}", "bold"))
        asked, found = len(draft.questions), len(draft.problems)
        if asked:
            words = ngettext("{n} question", "{n} questions", asked).format(n=count(asked))
            parts.append((f"   ? {words}", "$recon-check"))
        if found:
            words = ngettext("{n} finding", "{n} findings", found).format(n=count(found))
            parts.append((f"   {words}", "$recon-dim"))
        return Content.assemble(*parts)

    def numbers_changed(self) -> None:
        """Amounts are hidden or shown."""
        self._show()

    # --- the pane

    def next_pane(self) -> None:
        """Show the next side of the pane."""
        self.show_pane(PANES[(PANES.index(self.pane) + 1) % len(PANES)])

    def show_pane(self, pane: str) -> None:
        """Show orders, findings or the text of the profile."""
        self.pane = pane
        for name in PANES:
            self.set_class(name == pane, f"-pane-{name}")
        words = {"orders": _("Orders"), "problems": _("Findings"), "text": _("Text")}
        parts: list[str | tuple[str, str]] = []
        for name in PANES:
            parts += [(f"[{words[name]}]" if name == pane else f" {words[name]} ", "bold" if name == pane else ""), " "]
        self.query_one("#draft-tabs", Static).update(Content.assemble(*parts))

    # --- answers

    @on(Opened, "#draft-rows")
    def _row_opened(self, event: Opened) -> None:
        event.stop()
        self.change()

    def change(self) -> None:
        """Ask for another value of what the cursor is on."""
        key = str(self.rows.cursor_key or "")
        if not key or self.draft is None:
            return
        path = path_of(key)
        if key.startswith("q:"):
            self._answer_question(path)
        elif path[0] == "columns":
            self._choose_column(path)
        else:
            self._choose_value(path)

    def _answer_question(self, path: tuple[str, ...]) -> None:
        """Go to what answers a question; one that only tells something is put away."""
        assert self.draft is not None
        if path[0] in {"status_map", "payment_map"}:
            open_word = next((one for one in self.draft.words if one.table == path[0] and not one.meaning), None)
            if open_word is not None:
                self._choose_value((open_word.table, "exact", open_word.word))
        elif path[0] == "columns":
            self._choose_column(path)
        elif path[0] == "headings":
            question = next((one.text for one in self.draft.questions if one.about == path), "")
            self.app.notify(shown(tr_composed(question)), markup=False)
        else:
            self._choose_value(path)

    def _choose_column(self, path: tuple[str, ...]) -> None:
        from recon.service.draft_choices import accepted, constant_for

        assert self.draft is not None
        used = {(one.heading, one.nth): one for one in self.draft.headings}
        choices = []
        for value in accepted(self.draft, path):
            heading, _sign, nth = value.partition("\n")
            known = used[heading, int(nth or 1)]
            samples = " | ".join(shown(sample) for sample in known.samples[:2])
            taken = ", ".join(name_of(("columns", name)) for name in known.used_by)
            choices.append(
                (value, f"{value_words(path, value)}   {samples}   {'= ' + taken if taken else ''}".rstrip())
            )
        for value in constant_for(path[-1]):
            said = value_words(("constants", path[-1]), value)
            choices.append((WHOLE_FILE + value, _("{value} (whole file)").format(value=said)))
        choices.append((LEAVE_OUT, _("no column")))
        dialog = ChoiceDialog(name_of(path), choices, words=column_reason(self.draft, path[-1]))
        self.app.push_screen(dialog, partial(self._column_chosen, path))

    def _column_chosen(self, path: tuple[str, ...], value: str | None) -> None:
        if value is None:
            return
        if value.startswith(WHOLE_FILE):
            self.answer(("constants", path[-1]), value.removeprefix(WHOLE_FILE))
        else:
            self.answer(path, None if value == LEAVE_OUT else value)

    def _choose_value(self, path: tuple[str, ...]) -> None:
        from recon.service.draft_choices import accepted

        assert self.draft is not None
        era = str(self.draft.settings.get("read.era", "CE"))
        choices = [(value, value_words(path, value, era)) for value in accepted(self.draft, path)]
        if path[0] in {"status_map", "payment_map"}:
            choices.append((LEAVE_OUT, _("held until you say")))
        if path == ("read", "date_formats"):
            choices.append((OTHER, _("written otherwise ...")))
        self.app.push_screen(ChoiceDialog(name_of(path), choices), partial(self._value_chosen, path))

    def _value_chosen(self, path: tuple[str, ...], value: str | None) -> None:
        if value is None:
            return
        if value == OTHER:
            words = _("Write %d for the day, %m for the month, %Y for the year, for example %d/%m/%Y.")
            self.app.push_screen(
                TextDialog(name_of(path), words, yes=_("Use"), value="%d/%m/%Y"), partial(self._value_chosen, path)
            )
            return
        self.answer(path, None if value == LEAVE_OUT else value)

    def answer(self, path: tuple[str, ...], value: str | None) -> None:
        """Add an answer and try it."""
        from recon.service.draft_choices import LISTS
        from recon.sources.profile.edit import ProfileEdit

        is_list = ".".join(path) in LISTS and value is not None
        self.edits = (*self.edits, ProfileEdit(path, (value,) if is_list and value is not None else value))
        self._try()

    def undo(self) -> None:
        """Take the last answer back."""
        if self.edits:
            self.edits = self.edits[:-1]
            self._try()


def problem_rows(problems: Sequence[DraftProblem]) -> pl.DataFrame:
    """Return the findings as rows of the list."""
    rows = [
        (number, one.severity, one.row, one.column, one.value, problem_words(one))
        for number, one in enumerate(problems)
    ]
    return pl.DataFrame(rows, schema=_PROBLEMS, orient="row")
