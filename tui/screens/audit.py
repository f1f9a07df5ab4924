"""Audit: everything that happened, the chain that proves it, the workbooks, and the ledger read back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final

import polars as pl
from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from recon.money import plain
from recon.service import ReconService
from recon.service.overview import EventLine
from recon.service.upkeep import ProofFile
from recon.summaries.plans import BatchView
from recon.summaries.proof import CompletenessReport
from recon.summaries.sent import VerifySummary
from recon.summaries.till_days import TillDays
from tui.cells import shown
from tui.composed import tr_composed
from tui.i18n import N_, _, count, ngettext
from tui.keys import bindings
from tui.screens import audit_words as words
from tui.screens.audit_days import day_columns, day_facts, day_frame, no_days
from tui.screens.audit_gaps import gap_columns, gap_facts, gap_frame
from tui.screens.audit_writing import AuditWriting
from tui.widgets.columns import Column
from tui.widgets.completeness_lines import CompletenessLines
from tui.widgets.filter_line import FilterLine
from tui.widgets.table import VirtualTable
from tui.widgets.table_messages import CursorMoved, Opened

WIDE: Final = 110
"""From so many cells on there is room for seconds."""
PAGE: Final = 2_000
"""Entries read at once; older ones come when the cursor reaches the end."""
_DIGITS: Final = 16
_Read = tuple[tuple[EventLine, ...], tuple[ProofFile, ...], tuple[BatchView, ...], str]


class AuditScreen(AuditWriting):
    """The last step: look back, prove, compare."""

    STEP: ClassVar[str] = "audit"
    FOOTER: ClassVar[tuple[str, ...]] = ("open", "export", "verify", "books", "next_pane", "filter", "refresh")
    HELP: ClassVar[str] = N_(
        "Everything that happened, entry by entry; each is bound to the one before. Enter opens an entry, or checks a workbook. "
        "The comparison reads the ledger and changes nothing."
    )
    BINDINGS = bindings("filter", "open", "next_pane", "export", "verify", "sort")
    AUTO_FOCUS = "#rows"
    CSS = """
    #chain, #audit-faces, #audit-note { height: auto; padding: 0 1; }
    #audit-faces { height: 1; link-style: none; link-color: $recon-text; link-style-hover: underline; link-background-hover: $recon-cursor; link-color-hover: $recon-text; }
    #audit-note { max-height: 4; }
    AuditScreen.-tiny #complete { display: none; }
    AuditScreen #rows { height: 1fr; }
    #facts { height: auto; max-height: 50%; border-top: solid $recon-line; padding: 0 1; display: none; }
    AuditScreen.-opened #facts { display: block; }
    AuditScreen.-tiny #filter, AuditScreen.-narrow #filter { display: none; }
    AuditScreen.-filtering #filter { display: block; }
    AuditScreen.-beside #filter { display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.face = "log"
        self._lines: tuple[EventLine, ...] = ()
        self._files: tuple[ProofFile, ...] = ()
        self._report: VerifySummary | None = None
        self._gaps = gap_frame(())
        self._chain: Content | None = None
        self._days = day_frame(None, str)
        self._timezone = "UTC"
        self._view: tuple[str, bool] | None = None
        """Face and width the list was last made for."""

    def body(self) -> ComposeResult:
        """Chain, faces, filter, list, what went on, and the open entry."""
        self._view = None  # a new table knows no columns yet
        yield Static(id="chain")
        yield CompletenessLines(id="complete")
        yield Static(id="audit-faces")
        yield FilterLine(lambda: _("filter: words of the entry, -word"), id="filter")
        yield VirtualTable((), key="seq", markable=False, id="rows")
        yield Static(id="audit-note")
        with VerticalScroll(id="facts", can_focus=False):
            yield Static(id="facts-text")

    @property
    def rows(self) -> VirtualTable:
        """The list."""
        return self.query_one("#rows", VirtualTable)

    # --- reading

    def load(self) -> None:
        """Read the newest entries and the files; check the chain beside it."""
        if not self._lines:
            self.rows.say_busy(lambda: _("Reading the event log ..."))
            self.query_one("#audit-faces", Static).update(self._faces())
        if self._chain is None:
            self.query_one("#chain", Static).update(_("Checking ..."))

        def read(service: ReconService) -> _Read:
            now = service.overview()
            return service.events(limit=PAGE), service.upkeep.proofs(), now.batches, now.timezone

        self.ask(read, self._came)
        self.ask(words.chain_state, self._chain_came, group="chain")
        self.ask(lambda service: service.completeness(), self._complete_came, group="complete")
        if self.recon.books_tills:
            self.ask(lambda service: service.tills.days(None), self._days_came, group="days")

    def _came(self, answer: _Read) -> None:
        self.let_go("older")  # it goes on where the log ended before: what lies between would seem not to be there
        self._lines, self._files, self._batches, self._timezone = answer
        self._draw()

    def _complete_came(self, reports: tuple[CompletenessReport, ...]) -> None:
        self.query_one(CompletenessLines).came(reports, tills=self.recon.books_tills)
        self._gaps = gap_frame(reports)
        if self.face == "gaps":
            self._draw()

    def _days_came(self, days: TillDays) -> None:
        self._days = day_frame(days, self.recon.amount)
        if self.face == "days":
            self._draw()

    def _chain_came(self, answer: tuple[str, int, str]) -> None:
        head, number, damage = answer
        if damage:
            self._chain = Content.assemble(("! ", "$recon-bad"), (tr_composed(shown(damage)), "bold"))
        else:
            said = ngettext(
                "chain unbroken, {n} entry, head {head}", "chain unbroken, {n} entries, head {head}", number
            )
            said = said.format(n=count(number), head=head[:_DIGITS])
            self._chain = Content.assemble(("✓ ", "$recon-done"), said)
        self.query_one("#chain", Static).update(self._chain)

    def _draw(self) -> None:
        """Show the face that is on top."""
        self.query_one("#audit-faces", Static).update(self._faces())
        self.set_class(self.face != "log", "-beside")
        self.query_one("#audit-note", Static).update(self._note or Content(""))
        self.query_one("#audit-note").display = self._note is not None
        rows = self.rows
        if self.face == "log":
            rows.say_when_empty(self._empty_words, lambda: _("Esc clears the filter.") if self._is_filtering() else "")
            columns = words.event_columns(self._lines, self._minor, self._timezone, is_wide=self._is_wide())
            self._show_rows(columns, "seq", words.event_frame(self._lines))
            self._filter()
        elif self.face == "files":
            rows.say_when_empty(lambda: _("No workbook yet."), lambda: _("e writes the one of the newest batch."))
            self._show_rows(words.file_columns(), "path", words.file_frame(self._files))
        elif self.face == "days":
            rows.say_when_empty(no_days)
            self._show_rows(day_columns(), "key", self._days)
        elif self.face == "gaps":
            rows.say_when_empty(
                lambda: _("Nobody explained a missing order number yet."), lambda: "recon match --gap NUMBER=REASON"
            )
            self._show_rows(gap_columns(), "key", self._gaps)
        else:
            rows.say_when_empty(lambda: _("The ledger holds exactly what was sent."))
            if self._report is None:
                rows.say_when_empty(
                    lambda: _("Nothing compared yet."), lambda: _("v reads a batch back from the ledger.")
                )
            self._show_rows(words.found_columns(), "row", words.found_frame(self._report or _NOTHING))

    def _show_rows(self, columns: Sequence[Column], key: str, frame: pl.DataFrame) -> None:
        """Show rows; what was read anew leaves cursor and order as they are."""
        view, before = (self.face, self._is_wide()), self._view
        if view == before:
            self.rows.set_rows(frame)
            return
        here = self.rows.cursor_key if before is not None and before[0] == self.face else None
        self.rows.set_view(columns, key, frame)
        self._view = view
        if here is not None:
            self.rows.move_to_key(here)

    def _is_wide(self) -> bool:
        return self.size.width >= WIDE

    def on_resize(self) -> None:
        """There is room for seconds, or there is none any more."""
        if self._view is not None and self._view[1] != self._is_wide():
            self._draw()

    def _minor(self, minor: int) -> str:
        return self.recon.amount(plain(minor))

    def _empty_words(self) -> str:
        return (
            _("Nothing fits the filter.") if self._is_filtering() else _("Nothing has happened in this workspace yet.")
        )

    def _face_names(self) -> dict[str, str]:
        """Return the faces there are with their words; the days of tills name the known gaps of their numbers too."""
        left_out = "gaps" if self.recon.books_tills else "days"
        return {name: said for name, said in words.FACES.items() if name != left_out}

    def point_at(self, face: str) -> None:
        """Show a face as soon as there is something to draw on."""
        self.face = face
        if self.is_mounted:
            self.action_face(face)

    def _faces(self) -> Content:
        parts: list[tuple[str, Style | str]] = []
        for name, said in self._face_names().items():
            click = Style.from_meta({"@click": f"screen.face('{name}')"})
            here = name == self.face
            parts += [(f"[{_(said)}]" if here else f" {_(said)} ", click + Style(bold=True) if here else click)]
        return Content.assemble(*parts)

    # --- filter

    def _is_filtering(self) -> bool:
        return self.query_one("#filter", FilterLine).is_active

    @on(FilterLine.Changed)
    def _filter_changed(self, event: FilterLine.Changed) -> None:
        event.stop()
        self._filter()

    def _filter(self) -> None:
        if self.face != "log":
            return
        line, frame = self.query_one("#filter", FilterLine), self.rows._rows.frame  # noqa: SLF001 - the rows it shows
        order = words.passing(frame, line.text)
        self.rows.set_rows(frame, order if line.is_active else None)
        line.show_result(len(order), frame.height, _("the newest") if self._has_older() else "")
        self.set_class(line.is_active, "-filtering")

    def action_filter(self) -> None:
        """Type into the filter of the log."""
        if self.face != "log":
            self.action_face("log")
        self.add_class("-filtering")
        self.query_one("#filter", FilterLine).begin()

    @on(FilterLine.Left)
    def _filter_left(self) -> None:
        self.rows.focus()

    def action_sort(self) -> None:
        """Sort by the next column."""
        self.rows.action_sort()

    # --- moving

    def _has_older(self) -> bool:
        return bool(self._lines) and self._lines[-1].seq > 1

    @on(CursorMoved)
    def _cursor_moved(self, event: CursorMoved) -> None:
        if self.has_class("-opened"):
            self._show_facts()
        if (
            self.face == "log"
            and self._has_older()
            and not self._is_filtering()
            and event.position >= len(self._lines) - 1
        ):
            before = self._lines[-1].seq
            self.ask(lambda service: service.events(limit=PAGE, before=before), self._older_came, group="older")

    def _older_came(self, lines: tuple[EventLine, ...]) -> None:
        self._lines += lines
        if self.face == "log":
            frame = words.event_frame(self._lines)
            self.rows.set_rows(frame)
            self._filter()

    def action_face(self, face: str) -> None:
        """Show another list; from a click."""
        self.face = face
        self.remove_class("-opened")
        self._draw()
        self.rows.focus()

    def action_next_pane(self) -> None:
        """Show the next list."""
        names = list(self._face_names())
        self.action_face(names[(names.index(self.face) + 1) % len(names)])

    @on(Opened)
    def _opened(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Open or close the entry under the cursor; check the workbook under it."""
        if self.rows.cursor_key is not None and not self.has_class("-opened"):
            self.add_class("-opened")
            self._show_facts()
        else:
            self.remove_class("-opened")

    def action_back(self) -> None:
        """Close what is open, clear the filter, go back to the log; then one step back."""
        if self.has_class("-opened"):
            self.remove_class("-opened")
        elif self.face == "log" and self._is_filtering():
            self.query_one("#filter", FilterLine).set_text("")
        elif self.face != "log":
            self.action_face("log")
        else:
            super().action_back()

    def _show_facts(self) -> None:
        key, said = self.rows.cursor_key, Content("")
        if self.face == "log":
            found = next((line for line in self._lines if line.seq == key), None)
            said = words.event_facts(found, self._timezone, self.recon.amount) if found else said
        elif self.face == "days":
            said = day_facts(self.rows.cursor_values())
        elif self.face == "gaps":
            said = gap_facts(self.rows.cursor_values())
        elif self.face == "compared":
            said = words.found_facts(self.rows.cursor_values())
        else:
            said = self._file_facts(str(key))
        self.query_one("#facts-text", Static).update(said)

    def _file_facts(self, key: str) -> Content:
        file = next((each for each in self._files if str(each.path) == key), None)
        if file is None or file.kind != "workbook":
            return Content(shown(key))
        path = file.path
        self.ask(lambda service: (path, words.workbook_problems(service, path)), self._checked, group="workbook")
        return Content(f"{shown(key)}\n" + _("Checking ..."))

    def _checked(self, answer: tuple[Path, tuple[list[str], list[str]]]) -> None:
        path, (problems, notes) = answer
        if self.rows.cursor_key == str(path):
            said = words.checked_words(path.name, problems, notes)
            self.query_one("#facts-text", Static).update(Content(f"{shown(path)}\n") + said)

    # --- writing and comparing

    def _compared(self, report: VerifySummary) -> None:
        self._report = report
        self._note = words.compared_words(report)
        self.action_face("compared")

    def show_error(self, error: BaseException) -> None:
        """Show what went wrong; nothing is under way any more."""
        self._say(None)
        super().show_error(error)


_NOTHING: Final = VerifySummary("", "", 0, 0)
