"""Against the books: a file that the ledger exported, held against what was posted and what is planned. Changes nothing.

Reached from Audit where the connection books tills. The comparison itself is the service's (`recon verify CONNECTION --books`);
here a person chooses the file, sees voucher by voucher and account by account what came of it, and by whom it was entered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.style import Style
from textual.widgets import Input, Static

from recon.money import plain
from recon.service import ReconService
from recon.service.books_check import BooksAsked, PeriodNeeded
from recon.summaries.books import BooksReport
from tui.cells import shown
from tui.composed import tr_composed
from tui.i18n import N_, _, count
from tui.keys import KEYS, bindings, key_text
from tui.paths import given_path
from tui.screens import books_words as words
from tui.screens.base import StepScreen
from tui.widgets.file_chooser import FileChooser
from tui.widgets.pull_dialog import Days, PullDialog
from tui.widgets.table import VirtualTable
from tui.widgets.table_messages import CursorMoved, Opened

KINDS: Final = frozenset({".xml", ".csv", ".txt", ".xlsx"})
"""Endings of files that hold books."""


class ToBooks(StepScreen):
    """A place from which one key leads to the comparison with the books."""

    BINDINGS = bindings("books")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only where tills are booked."""
        if action == "books" and not self.recon.books_tills:
            return False
        return super().check_action(action, parameters)

    def action_books(self) -> None:
        """Go to the comparison with the books."""
        self.recon.go("books")


class PeriodDialog(PullDialog):
    """Asks which days a trial balance covers, which it does not say itself."""

    AUTO_FOCUS = "#since"

    def compose(self) -> ComposeResult:
        """Two days, Cancel and the yes."""
        with Vertical():
            yield Static(
                Content(_("Which days does {name} cover?").format(name=shown(self._connection))), classes="title"
            )
            yield Static(Content(_("A trial balance does not say it itself.")), classes="words")
            yield Static(Content(_("First day (year-month-day):")), classes="label")
            yield Input(self._since, id="since", placeholder="2026-01-01")
            yield Static(Content(_("Last day:")), classes="label")
            yield Input(id="until", placeholder="2026-01-31")
            yield from self.last_line(_("Compare"))

    def answer(self) -> None:
        """Answer with both days."""
        empty = next((one for one in ("since", "until") if not self.query_one(f"#{one}", Input).value.strip()), "")
        if empty:
            self.refuse(_("Both days are needed."))
            self.query_one(f"#{empty}", Input).focus()
            return
        super().answer()


class BooksScreen(StepScreen):
    """What the books say of our documents."""

    STEP: ClassVar[str] = "audit"
    FOOTER: ClassVar[tuple[str, ...]] = ("books", "open", "next_pane", "sort", "refresh")
    HELP: ClassVar[str] = N_(
        "Export SAF-T Financial or a trial balance from the ledger and choose the file: every document of ours is looked for in it, with its accounts, "
        "VAT codes, department and project, and by whom it was entered. Nothing is asked of the ledger and nothing is changed."
    )
    BINDINGS = bindings("books", "open", "next_pane", "sort")
    AUTO_FOCUS = "#rows"
    CSS = """
    #result { height: auto; max-height: 7; padding: 0 1; }
    #books-faces { height: 1; padding: 0 1; link-style: none; link-color: $recon-text; link-style-hover: underline; link-background-hover: $recon-cursor; link-color-hover: $recon-text; }
    BooksScreen.-empty #books-faces { display: none; }
    BooksScreen #rows { height: 1fr; }
    #facts { height: auto; max-height: 50%; border-top: solid $recon-line; padding: 0 1; display: none; }
    BooksScreen.-opened #facts { display: block; }
    BooksScreen.-opened #result { max-height: 2; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.face = "vouchers"
        self.report: BooksReport | None = None
        self._asked: BooksAsked | None = None
        self._going_on: Callable[[], str] | None = None

    def body(self) -> ComposeResult:
        """How it ended, the two lists, the list, and what stands behind a row."""
        yield Static(id="result")
        yield Static(id="books-faces")
        yield VirtualTable((), key="key", markable=False, id="rows")
        with VerticalScroll(id="facts", can_focus=False):
            yield Static(id="facts-text")

    @property
    def rows(self) -> VirtualTable:
        """The list."""
        return self.query_one("#rows", VirtualTable)

    # --- choosing and comparing

    def action_books(self) -> None:
        """Choose the file."""
        start = self._asked.path.parent if self._asked else self.recon.session.workspace.root / "inbox"
        title = _("Choose the books that the ledger exported")
        self.app.push_screen(FileChooser(start, title=title, kinds=KINDS), self._chosen)

    def _chosen(self, path: Path | None) -> None:
        if path is not None:
            self.compare(BooksAsked(path=path))

    def on_paste(self, event: events.Paste) -> None:
        """A file dragged onto the terminal arrives as its path."""
        path = given_path(event.text)
        if path is not None and path.is_absolute():
            event.stop()
            self.compare(BooksAsked(path=path))

    def compare(self, asked: BooksAsked) -> None:
        """Compare beside the screen; a newer question replaces it."""
        self._asked, self.report = asked, None
        name = shown(asked.path.name)
        self._going_on = lambda: _("Comparing {name} ...").format(name=name)
        self.hide_error()
        self._draw()
        connection = self.recon.connection

        def tell(text: str) -> None:
            self.app.call_from_thread(self._tell, text)

        def question(service: ReconService) -> BooksReport | PeriodNeeded:
            try:
                return service.verify_books(connection, asked, on_progress=tell)
            except PeriodNeeded as needed:
                return needed

        self.ask(question, self._came, group="books")

    def _tell(self, text: str) -> None:
        if self._going_on is not None:
            self.query_one("#result", Static).update(Content(f"> {tr_composed(shown(text))}"))

    def _came(self, answer: BooksReport | PeriodNeeded) -> None:
        self._going_on = None
        if isinstance(answer, BooksReport):
            self.report, self.face = answer, "vouchers" if answer.vouchers or answer.strange else "accounts"
        else:
            assert self._asked is not None
            self.app.push_screen(PeriodDialog(self._asked.path.name, ""), self._period)
        self._draw()

    def _period(self, days: Days | None) -> None:
        if days is not None and self._asked is not None:
            self.compare(replace(self._asked, since=days[0], until=days[1]))

    def load(self) -> None:
        """Draw what there is; Refresh compares the same file anew."""
        self._draw()

    def action_refresh(self) -> None:
        """Compare the same file anew."""
        if self._asked is not None:
            self.compare(self._asked)
        else:
            super().action_refresh()

    def show_error(self, error: BaseException) -> None:
        """Show what went wrong; nothing is under way any more."""
        self._going_on = None
        self._draw()
        super().show_error(error)

    # --- what is shown

    def _draw(self) -> None:
        """Show the list that is on top."""
        report, rows = self.report, self.rows
        self.set_class(report is None, "-empty")
        self.remove_class("-opened")
        head = self.query_one("#result", Static)
        head.display = report is not None or self._going_on is not None
        self.show_keys()
        if report is None:
            head.update(Content(f"> {self._going_on()}" if self._going_on else ""))
            self._draw_nothing()
            return
        currency = self._currency()
        head.update(words.result_words(report))
        self.query_one("#books-faces", Static).update(self._faces(report))
        if self.face == "vouchers":
            rows.say_when_empty(lambda: _("The file holds no vouchers of ours, and we have none of that time."))
            rows.set_view(words.voucher_columns(self._minor), "key", words.voucher_frame(report, currency))
        else:
            rows.say_when_empty(lambda: _("No account is moved by documents of ours."))
            has_vouchers = all(one.found is not None for one in report.accounts)
            columns = words.account_columns(self._minor, has_vouchers=has_vouchers)
            rows.set_view(columns, "key", words.account_frame(report, currency))

    def _draw_nothing(self) -> None:
        rows = self.rows
        if self._going_on is not None:
            rows.say_busy(self._going_on)
            return
        rows.say_when_empty(
            lambda: _("No books compared yet: export SAF-T Financial from the ledger."),
            lambda: f"{key_text(KEYS['books'].key)}  {_('Choose file')}",
        )
        rows.set_view(words.voucher_columns(self._minor), "key", words.NOTHING)

    def _faces(self, report: BooksReport) -> Content:
        sizes = {"vouchers": len(report.vouchers) + len(report.strange), "accounts": len(report.accounts)}
        parts: list[tuple[str, Style | str]] = []
        for name, said in words.FACES.items():
            click = Style.from_meta({"@click": f"screen.face('{name}')"})
            text = f"{_(said)} {count(sizes[name])}"
            here = name == self.face
            parts += [(f"[{text}]" if here else f" {text} ", click + Style(bold=True) if here else click)]
        return Content.assemble(*parts)

    def _currency(self) -> str:
        return self.recon.session.settings.company.currency

    def _minor(self, minor: int) -> str:
        return self.recon.amount(plain(minor))

    def key_words(self) -> dict[str, str]:
        """Say what the keys do here."""
        return {"books": _("Choose file"), "next_pane": _("Accounts") if self.face == "vouchers" else _("Vouchers")}

    # --- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Lists are opened, sorted and turned over only where something was compared."""
        if action in {"open", "next_pane", "sort"} and self.report is None:
            return False
        return super().check_action(action, parameters)

    def action_face(self, face: str) -> None:
        """Show another list; from a click."""
        self.face = face
        self._draw()
        self.rows.focus()

    def action_next_pane(self) -> None:
        """Show the other list."""
        if self.report is not None:
            self.action_face("accounts" if self.face == "vouchers" else "vouchers")

    def action_sort(self) -> None:
        """Sort by the next column."""
        self.rows.action_sort()

    @on(Opened)
    def _opened(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Open or close the row under the cursor."""
        if self.rows.cursor_key is not None and not self.has_class("-opened"):
            self.add_class("-opened")
            self._show_facts()
        else:
            self.remove_class("-opened")

    @on(CursorMoved)
    def _cursor_moved(self) -> None:
        if self.has_class("-opened"):
            self._show_facts()

    def _show_facts(self) -> None:
        key = self.rows.cursor_key
        if self.report is None or key is None:
            return
        if self.face == "vouchers":
            said = words.voucher_facts(self.report, int(str(key)), self.recon.amount)
        else:
            said = words.account_facts(self.rows.cursor_values(), self._minor)
        self.query_one("#facts-text", Static).update(said)

    def action_back(self) -> None:
        """Close what is open; then back to the audit."""
        if self.has_class("-opened"):
            self.remove_class("-opened")
        elif self.query_one("#error").has_class("-shown"):
            self.hide_error()
        else:
            self.recon.go("audit")
