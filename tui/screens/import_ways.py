"""The ways orders come in from the Import screen: a chosen or dragged file, the inbox folder, the shop's own answers.

Each runs beside the screen and can be stopped after the file or answer in hand; what was taken in until then stays.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from textual import events

from recon.errors import IntakeError, MalformedFile, ReconError, StoreBusy, UnknownFormat, UsageError
from recon.service import ReconService
from recon.service.file_preview import FilePreview
from recon.service.intakes import IntakeConnection, IntakeHistory
from recon.summaries.intake import FileReport, IntakeReport
from recon.summaries.plans import PlanReport
from tui.cells import shown
from tui.i18n import _, count, ngettext
from tui.paths import given_path
from tui.screens.base import StepScreen
from tui.widgets.dialogs import ChoiceDialog
from tui.widgets.file_chooser import FileChooser
from tui.widgets.intake_words import source_words
from tui.widgets.panels import error_words
from tui.widgets.pull_dialog import Days, PullDialog


class Stopped(ReconError):
    """A person stopped a pull between two answers."""

    title = "Stopped"


class ImportWays(StepScreen):
    """What happens behind the keys; the faces are drawn by `tui.screens.importing`."""

    def __init__(self) -> None:
        super().__init__()
        self.face = "files"
        self.history: IntakeHistory | None = None
        self.preview: FilePreview | None = None
        self.reports: tuple[FileReport, ...] = ()
        self.unknown: Path | None = None
        """A file whose columns nobody knows; a profile can be made for it."""
        self.looked_at: Path | None = None
        self._connection = ""
        self._stop = threading.Event()

    # --- what the faces give

    def show_face(self, face: str) -> None:
        """Show one of the faces."""
        raise TypeError(f"{type(self).__name__} has no face {face}")

    def say_work(self, words: Callable[[], str], done: int = 0, total: int = 0) -> None:
        """Say what is going on, and how far it is."""
        raise TypeError(f"{type(self).__name__} cannot say {words()} {done} {total}")

    def columns_of(self, path: Path) -> None:
        """Let a person say what the columns of an unknown file mean."""
        raise TypeError(f"{type(self).__name__} cannot ask about the columns of {path}")

    # --- ways in

    def action_choose(self) -> None:
        """Choose a file."""
        start = self.looked_at.parent if self.looked_at else self.recon.session.workspace.root / "inbox"
        self.app.push_screen(FileChooser(start), self._chosen)

    def _chosen(self, path: Path | None) -> None:
        if path is not None:
            self.look_at(path)

    def on_paste(self, event: events.Paste) -> None:
        """A file dragged onto the terminal arrives as its path."""
        path = given_path(event.text)
        if self.face in {"files", "result"} and path is not None and path.is_absolute():
            event.stop()
            self.look_at(path)

    def with_connection(self, then: Callable[[str], None], *, pulls: bool = False) -> None:
        """Ask whose orders are meant where there are several connections."""
        if self.history is None:  # somebody was faster than the list: without it nobody would be asked
            self._when_known(partial(self.with_connection, then, pulls=pulls))
            return
        able = [one for one in self.history.connections if one.can_pull or not pulls]
        if len(able) <= 1:
            then(able[0].name if able else "")
            return
        choices = [(one.name, f"{one.name}: {source_words(one.source, one.profile)}") for one in able]
        dialog = ChoiceDialog(_("Whose orders are these?"), choices)
        self.app.push_screen(dialog, lambda name: then(name) if name else None)

    def _when_known(self, then: Callable[[], None]) -> None:
        """Go on once the connections are known."""

        def came(history: IntakeHistory) -> None:
            self.history = history
            then()

        self.ask(lambda service: service.intakes(), came, group="connections")

    def look_at(self, path: Path, profile: str | None = None) -> None:
        """Read a file without keeping anything and show what it would bring."""
        self.with_connection(partial(self._look, path, profile))

    def _look(self, path: Path, profile: str | None, connection: str) -> None:
        self._connection, self.looked_at, self.preview, self.unknown = connection, path, None, None
        self._begin(lambda: _("Reading {name} ...").format(name=shown(path.name)))

        def question(service: ReconService) -> FilePreview | ReconError:
            try:
                return service.preview_file(path, connection=connection or None, profile=profile)
            except (IntakeError, UsageError) as error:
                return error

        self.ask(question, partial(self._looked, path), group="look")

    def _looked(self, path: Path, answer: FilePreview | ReconError) -> None:
        if self._stop.is_set():
            self.show_face("files")
        elif isinstance(answer, ReconError):
            self._refused(path, answer)
        else:
            self.preview = answer
            self.show_face("preview")

    def _refused(self, path: Path, error: ReconError) -> None:
        self.reports = (FileReport(name=path.name, status="refused", message=error_words(error)),)
        by_profile = isinstance(error, MalformedFile) and self._source() == "profile"
        self.unknown = path if isinstance(error, UnknownFormat) or by_profile else None
        self.show_face("result")

    def _source(self) -> str:
        known = self.history.connections if self.history else ()
        return next((one.source for one in known if one.name == self._connection), "")

    def _begin(self, words: Callable[[], str], total: int = 0) -> None:
        self._stop = threading.Event()
        self.hide_error()
        self.say_work(words, 0, total)
        self.show_face("work")

    def show_error(self, error: BaseException) -> None:
        """Show what went wrong on the face the person came from, and what was taken in before it did."""
        if self.face == "work":
            self.show_face("files")
            self.load()
            self.recon.load_overview()
        if isinstance(error, Stopped):
            self.notify(str(error), markup=False)
        else:
            super().show_error(error)

    # --- taking in

    def take_in(self, paths: Sequence[Path], *, profile: str | None = None, connection: str | None = None) -> None:
        """Take in files one after the other; a refused one does not stop the others."""
        if not paths or (self.preview is not None and self.preview.report.status == "known" and len(paths) == 1):
            self.show_face("files")
            return
        name, total = self._connection if connection is None else connection, len(paths)
        self._begin(lambda: _("Taking in {name} ...").format(name=shown(paths[0].name)), total)
        stop, session = self._stop, self.recon.session

        def run() -> tuple[FileReport, ...]:
            reports: list[FileReport] = []
            for number, path in enumerate(paths):
                if stop.is_set():
                    break
                self.app.call_from_thread(self._taking, path.name, number, total)
                action = partial(_import_one, path=path, connection=name or None, profile=profile)
                try:
                    reports += session.act(action).files
                except StoreBusy:
                    raise
                except ReconError as error:
                    reports.append(FileReport(name=path.name, status="refused", message=str(error)))
            return tuple(reports)

        self._start(run, self._taken, group="act", exclusive=False)

    def _taking(self, name: str, done: int, total: int) -> None:
        if self.is_attached and not self._stop.is_set():
            self.say_work(lambda: _("Taking in {name} ...").format(name=shown(name)), done, total)

    def _taken(self, reports: tuple[FileReport, ...]) -> None:
        self.reports, self.unknown, self.preview = reports, None, None
        self.recon.load_overview()
        self.load()
        self.show_face("result" if reports else "files")

    def action_take_inbox(self) -> None:
        """Take in every new file of the inbox folder."""
        waiting = [Path(file.path) for file in self.history.inbox] if self.history else []
        if not waiting:
            self.notify(_("There is no new file in the inbox folder."), markup=False)
            return
        self.preview = None
        self.with_connection(lambda name: self.take_in(waiting, connection=name))

    # --- fetching

    def action_pull(self) -> None:
        """Fetch orders from the shop's system."""
        if self.history is None:
            self._when_known(self.action_pull)
            return
        if not any(one.can_pull for one in self.history.connections):
            self.show_error(
                UsageError(
                    _("No connection here fetches from a shop's system. Choose a file instead. Nothing was done.")
                )
            )
            return
        self.with_connection(self._ask_days, pulls=True)

    def _ask_days(self, name: str) -> None:
        since = next((one.since for one in self._connections() if one.name == name), "")
        self.app.push_screen(PullDialog(name, since), partial(self._pull, name))

    def _connections(self) -> tuple[IntakeConnection, ...]:
        return self.history.connections if self.history else ()

    def _pull(self, name: str, days: Days | None) -> None:
        if days is None:
            return
        since, until = days
        self._begin(lambda: _("Asking {name} for orders ...").format(name=shown(name)))
        stop, fetched = self._stop, 0

        def progress(_words: str) -> None:
            nonlocal fetched
            if stop.is_set():
                raise Stopped(_("Stopped. What was taken in before stays; the next fetch begins at the same day."))
            fetched += 1
            self.app.call_from_thread(self._fetching, fetched)

        def run() -> tuple[FileReport, ...]:
            return self.recon.session.act(
                lambda service: service.pull(name, since=since, until=until, on_progress=progress)
            ).files

        self._start(run, self._taken, group="act", exclusive=False)

    def _fetching(self, answers: int) -> None:
        def words() -> str:
            said = ngettext("{n} answer fetched and kept", "{n} answers fetched and kept", answers)
            return said.format(n=count(answers))

        if self.is_attached and not self._stop.is_set():
            self.say_work(words)

    # --- afterwards

    @property
    def took_in(self) -> bool:
        """Whether anything of the last files was taken in."""
        return any(report.status == "taken" for report in self.reports)

    def used_profile(self) -> str | None:
        """Return the column profile a file was looked at with."""
        form = self.preview.form if self.preview else None
        return form.profile or None if form else None

    def after_result(self) -> None:
        """Do the one thing that comes next."""
        if self.unknown is not None:
            self.columns_of(self.unknown)
        else:
            self.recon.action_next_step()

    def action_plan(self) -> None:
        """Work out the documents, then go to Review."""
        self._begin(lambda: _("Working out the documents ..."))
        self.act(lambda service: service.plan(self._connection or None), self._planned)

    def _planned(self, _report: PlanReport) -> None:
        self.show_face("files")
        self.recon.go("review")


def _import_one(service: ReconService, path: Path, connection: str | None, profile: str | None) -> IntakeReport:
    return service.import_files([path], connection=connection, profile=profile)
