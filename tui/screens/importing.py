"""Import: what was taken in, what waits in the inbox, and the way in for a file or for the shop's own answers.

A file is looked at before it is taken in: how it is written, what it adds up to, what each order would be. Nothing is
kept before a person says so, and nothing is lost when one file of several is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from recon.money import plain
from recon.service.intakes import IntakeDetail, IntakeHistory
from tui.i18n import N_, _, count
from tui.keys import KEYS, bindings
from tui.screens.import_faces import (
    FACES,
    FOOTERS,
    WORKS,
    WRITING_FACES,
    about_words,
    bar_button,
    bar_words,
    choose_words,
    file_columns,
    files_footer,
    not_taken_in,
    nothing_yet,
    order_columns,
    take_words,
)
from tui.screens.import_profiles import ImportProfiles
from tui.screens.profile_editor import ProfileEditor
from tui.widgets.columns import Column
from tui.widgets.fitted import Fitted
from tui.widgets.intake_words import detail_content, form_lines, history_frame, preview_sums, result_content
from tui.widgets.key_line import KeyLine
from tui.widgets.meter import Meter
from tui.widgets.table import VirtualTable
from tui.widgets.table_messages import CursorMoved, Opened
from tui.widgets.totals_bar import TotalsBar

PANE_DELAY: Final = 0.05
"""Seconds the cursor rests on a file before the pane asks for it."""


class ImportScreen(ImportProfiles):
    """Files and answers come in here."""

    STEP: ClassVar[str] = "import"
    FOOTER: ClassVar[tuple[str, ...]] = FOOTERS["files"]
    HELP: ClassVar[str] = N_(
        "Orders come in here: choose a file, take in the inbox folder, or fetch from the shop's system. A file is looked at "
        "first; Enter takes it in. A file dragged onto this window is looked at too."
    )
    HELP_OF_TILLS: ClassVar[str] = N_(
        "Z reports come in here: choose a file of the tills, or take in the inbox folder. A file is looked at first; Enter "
        "takes it in. A file dragged onto this window is looked at too."
    )
    BINDINGS = bindings(
        "open", "choose", "take_inbox", "pull", "profiles", "plan", "sort", "next_pane", "undo", "save",
    )  # fmt: skip
    AUTO_FOCUS = "#files"
    CSS = """
    ImportScreen .face { display: none; height: 1fr; }
    ImportScreen.-face-files #face-files, ImportScreen.-face-preview #face-preview, ImportScreen.-face-work #face-work,
    ImportScreen.-face-result #face-result, ImportScreen.-face-editor #face-editor { display: block; }
    #about { height: 1; padding: 0 1; color: $recon-dim; }
    #face-files { layout: vertical; }
    #pane { height: 9; padding: 0 1; border-top: solid $recon-line; }
    ImportScreen.-tall #pane { height: 14; }
    ImportScreen.-wide #face-files { layout: horizontal; }
    ImportScreen.-wide #pane { height: 1fr; width: 52; border-top: none; border-left: solid $recon-line; }
    ImportScreen.-tiny #pane, ImportScreen.-narrow #pane { display: none; }
    ImportScreen.-empty #pane { display: none; }
    ImportScreen.-opened #pane { display: block; height: 1fr; width: 1fr; border: none; }
    ImportScreen.-opened #files { display: none; }
    #facts, #sums { padding: 0 1; }
    #sums { border-top: solid $recon-line; }
    #found-pane { display: none; padding: 0 1; height: 1fr; }
    ImportScreen.-found #found-pane { display: block; }
    ImportScreen.-found #orders { display: none; }
    #face-result { padding: 0 1; }
    #face-work { align: center middle; }
    #face-work Static { width: 1fr; height: auto; padding: 0 2; text-align: center; }
    #face-work Meter { width: 1fr; margin: 1 2; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._details: dict[str, IntakeDetail] = {}
        self._waiting: Timer | None = None
        self._last_editor: ProfileEditor | None = None
        self._work: tuple[Callable[[], str], int, int] = (str, 0, 0)

    # --- the parts

    def body(self) -> ComposeResult:
        """Yield one face for each thing that happens here; only one is shown."""
        yield Static(id="about", markup=False)
        with Container(id="face-files", classes="face"):
            yield VirtualTable(self._file_columns(), key="key", markable=False, id="files")
            with VerticalScroll(id="pane"):
                yield Fitted(id="detail")
        with Vertical(id="face-preview", classes="face"):
            yield Fitted(id="facts")
            yield VirtualTable(
                order_columns(self._minor, tills=self.recon.books_tills), key="key", markable=False, id="orders"
            )
            with VerticalScroll(id="found-pane"):
                yield Fitted(id="found")
            yield Fitted(id="sums")
        with Vertical(id="face-work", classes="face"):
            yield Static(id="work", markup=False)
            yield Meter(id="meter")
        with VerticalScroll(id="face-result", classes="face"):
            yield Fitted(id="result")
        self._last_editor = ProfileEditor(like=self._last_editor, id="face-editor", classes="face")
        yield self._last_editor
        yield TotalsBar((), id="bar")

    def _file_columns(self) -> Sequence[Column]:
        known = self.history
        currency, zone = (known.currency, known.timezone) if known else ("", "UTC")
        return file_columns(self._minor, currency, zone, tills=self.recon.books_tills)

    def _minor(self, value: int) -> str:
        return self.recon.amount(plain(value))

    @property
    def files(self) -> VirtualTable:
        """The list of files."""
        return self.query_one("#files", VirtualTable)

    @property
    def orders(self) -> VirtualTable:
        """The orders of the file that is looked at."""
        return self.query_one("#orders", VirtualTable)

    @property
    def editor(self) -> ProfileEditor:
        """The columns of an unknown file."""
        return self.query_one(ProfileEditor)

    # --- which face

    def show_face(self, face: str) -> None:
        """Show one of the faces and give its list the keys."""
        self.face = face
        for name in FACES:
            self.set_class(name == face, f"-face-{name}")
        self.remove_class("-opened", "-found")
        self._draw()
        if face == "files":
            self.files.focus()
        elif face == "preview" and self.preview is not None:
            self.orders.set_view(order_columns(self._minor, tills=self.recon.books_tills), "key", self.preview.rows)
            self.set_focus(self.orders if self.preview.rows.height else None)
        elif face == "result":
            self.query_one("#face-result").focus()
        elif face == "editor":
            self.editor.take_keys()
        else:
            self.set_focus(None)
        self.show_keys()

    def show_keys(self) -> None:
        """Write the keys and the buttons of this face."""
        names = [name for name in self._footer() if self._is_there(name)]
        self.query_one(KeyLine).use(names, self.key_words())
        buttons = [bar_button(name, words) for name, words in self._buttons() if words and self._is_there(name)]
        self.query_one(TotalsBar).set_buttons(buttons)

    def _is_there(self, name: str) -> bool:
        return self.check_action(KEYS[name].name, ()) is not False

    def _footer(self) -> tuple[str, ...]:
        if self.face == "files":
            return files_footer(self.history)
        if self.face == "result" and self.unknown is not None:
            return ("open", "choose", "back")
        return ("choose", "back") if self.face == "result" and not self.took_in else FOOTERS[self.face]

    def key_words(self) -> dict[str, str]:
        """Say what the keys do here and now."""
        if self.face == "preview":
            return {"open": take_words(self.preview), "next_pane": _("Findings"), "back": _("Cancel")}
        if self.face == "work":
            return {"back": _("Stop after this one")}
        if self.face == "editor":
            return {"open": _("Change"), "save": self._save_words(), "undo": _("Undo")}
        if self.face == "result" and self.unknown is not None:
            return {"open": _("Tell what its columns mean")}
        return {"next_step": _("Match")}

    def _buttons(self) -> Sequence[tuple[str, str]]:
        if self.face == "files":
            pulls = any(one.can_pull for one in self.history.connections) if self.history else False
            waiting = len(self.history.inbox) if self.history else 0
            inbox = _("Take in inbox ({n})").format(n=count(waiting)) if waiting else ""
            known = _("Columns") if self.history and self.history.profiles else ""
            pull = _("Pull") if pulls else ""
            return (("choose", _("Choose file")), ("take_inbox", inbox), ("pull", pull), ("profiles", known))
        if self.face == "preview":
            return (("back", _("Cancel")), ("open", take_words(self.preview)))
        if self.face == "work":
            return (("back", _("Stop after this one")),)
        if self.face == "editor":
            return (("back", _("Cancel")), ("save", self._save_words()))
        if self.unknown is not None:
            return (("back", _("Files")), ("open", _("Tell what its columns mean")))
        if not self.took_in:
            return (("back", _("Files")), ("choose", _("Choose file")))
        return (("back", _("Files")), ("plan", _("Plan")), ("next_step", _("Match")))

    def _save_words(self) -> str:
        return _("Save") if self.editor.base else _("Save and take in")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works on this face."""
        if action in WORKS and self.face not in WORKS[action]:
            return False
        if action == "pull" and self.recon.books_tills:
            return False  # tills are files
        if action == "open" and self.face in WRITING_FACES and self.recon.session.read_only:
            return False
        return super().check_action(action, parameters)

    # --- what is asked and drawn

    def on_mount(self) -> None:
        """Show the list, then ask."""
        self._say_when_empty()
        self.show_face(self.face)

    def _say_when_empty(self) -> None:
        self.files.say_when_empty(lambda: nothing_yet(tills=self.recon.books_tills), choose_words)
        self.orders.say_when_empty(lambda: _("Nothing of this file would be new."))

    def load(self) -> None:
        """Ask what was taken in and what waits."""
        if self.history is None:
            self.files.say_busy(lambda: _("Reading the register ..."))
        self.ask(lambda service: service.intakes(), self._history_came)

    def _history_came(self, history: IntakeHistory) -> None:
        self.history = history
        self.let_go("detail")  # what is on its way tells of the files as they were known before
        self._details.clear()
        self.files.hide_numbers = self.orders.hide_numbers = self.recon.numbers_hidden
        self.files.set_view(self._file_columns(), "key", history_frame(history))
        self.set_class(not (history.files or history.inbox), "-empty")
        self._draw()
        self.show_keys()
        self._ask_detail()

    def _draw(self) -> None:
        """Write everything that is not a list anew."""
        name = self.editor.title if self.face == "editor" else self.looked_at.name if self.looked_at else ""
        self.query_one("#about", Static).update(Content(about_words(self.face, name, self.editor.base, self.history)))
        self.query_one(TotalsBar).say_otherwise(lambda: bar_words(self.face, self.history, len(self.reports)))
        amount, preview = self.recon.amount, self.preview
        if preview is not None:
            self.query_one("#facts", Fitted).say(partial(form_lines, preview))
            self.query_one("#sums", Fitted).say(partial(preview_sums, preview, amount))
            found = partial(result_content, [preview.report], amount, preview.currency, ahead=True)
            self.query_one("#found", Fitted).say(found)
        currency = self.history.currency if self.history else ""
        self.query_one("#result", Fitted).say(partial(result_content, self.reports, amount, currency))
        words, done, total = self._work
        self.query_one("#work", Static).update(Content(words()))
        self.query_one(Meter).show(done, total)
        self.query_one(Meter).display = bool(total)

    def say_work(self, words: Callable[[], str], done: int = 0, total: int = 0) -> None:
        """Say what is going on, and how far it is."""
        self._work = (words, done, total)
        if self.face == "work":
            self._draw()

    @on(CursorMoved, "#files")
    def _file_touched(self) -> None:
        """Ask for a file's findings when the cursor rests on it."""
        if self._waiting is not None:
            self._waiting.stop()
        self._waiting = self.set_timer(PANE_DELAY, self._ask_detail)

    def _ask_detail(self) -> None:
        key = str(self.files.cursor_key or "")
        if not key or key.startswith("inbox:"):
            self.query_one("#detail", Fitted).say(lambda _width: Content(not_taken_in() if key else ""))
        elif key in self._details:
            self._show_detail(self._details[key])
        else:
            self.ask(lambda service: service.intake(key), partial(self._detail_came, key), group="detail")

    def _detail_came(self, key: str, detail: IntakeDetail) -> None:
        self._details[key] = detail
        if key == self.files.cursor_key:
            self._show_detail(detail)

    def _show_detail(self, detail: IntakeDetail) -> None:
        assert self.history is not None
        known = self.history
        self.query_one("#detail", Fitted).say(
            partial(detail_content, detail, self.recon.amount, known.currency, known.timezone)
        )

    def numbers_changed(self) -> None:
        """Hide or show amounts."""
        self.files.hide_numbers = self.orders.hide_numbers = self.recon.numbers_hidden
        self.show_frame()
        self._draw()
        self._ask_detail()
        self.editor.numbers_changed()

    def _again(self) -> None:
        """Put what was looked at back after everything was made anew in another language."""
        self._say_when_empty()
        self.show_face(self.face)
        super()._again()

    # --- keys

    def action_open(self) -> None:
        """Look at the file under the cursor; take in what was looked at; or the one thing that is left to do."""
        if self.face == "editor":
            self.editor.change()
        elif self.face == "files":
            self._open_file(str(self.files.cursor_key or ""))
        elif self.face == "preview":
            self.take_in([self.looked_at] if self.looked_at else [], profile=self.used_profile())
        elif self.face == "result":
            self.after_result()

    @on(Opened, "#files")
    def _file_opened(self, event: Opened) -> None:
        self._open_file(str(event.key or ""))

    @on(Opened, "#orders")
    def _orders_opened(self) -> None:
        self.action_open()

    def _open_file(self, key: str) -> None:
        if key.startswith("inbox:"):
            self.look_at(Path(key.removeprefix("inbox:")))
        elif key:
            self._toggle_pane()
        else:
            self.action_choose()

    def action_next_pane(self) -> None:
        """Show findings instead of orders, or the other way round."""
        if self.face == "editor":
            self.editor.next_pane()
        elif self.face == "preview":
            self.toggle_class("-found")
            (self.query_one("#found-pane") if self.has_class("-found") else self.orders).focus()
        else:
            self._toggle_pane()

    def _toggle_pane(self) -> None:
        """Show the file under the cursor alone, or the list again."""
        self.toggle_class("-opened")
        (self.query_one("#pane") if self.has_class("-opened") else self.files).focus()

    def action_sort(self) -> None:
        """Sort the list by its next column."""
        (self.files if self.face == "files" else self.orders).action_sort()

    def action_save(self) -> None:
        """Save the columns as a profile and take the file in."""
        self.editor.save()

    def action_undo(self) -> None:
        """Take the last answer about the columns back."""
        self.editor.undo()

    def action_back(self) -> None:
        """One thing back: the error, what is opened, this face; work stops after the file in hand."""
        if self.face == "work":
            self._stop.set()
            self.say_work(lambda: _("Stopping after this one ..."))
        elif self.face == "files" and not self.has_class("-opened"):
            super().action_back()
        elif self.has_class("-opened") or self.has_class("-found"):
            self.remove_class("-opened", "-found")
            (self.files if self.face == "files" else self.orders).focus()
        else:
            self.hide_error()
            self.show_face("files")
