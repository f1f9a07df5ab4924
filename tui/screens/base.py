"""What every screen along the steps has in common: the frame around it, questions to the service, and errors.

A screen asks the service from a worker thread and gets the answer back on its own thread; while it waits it stays alive,
and an error becomes a panel, never a traceback.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual.app import ComposeResult
from textual.containers import Container

from recon.errors import ReconError
from recon.service import ReconService
from tui import i18n
from tui.handing import hand_over
from tui.keys import KEYS, WRITES, bindings
from tui.screens.place import Place
from tui.widgets.key_line import KeyLine
from tui.widgets.panels import ErrorPanel, error_words
from tui.widgets.step_bar import StepBar
from tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from tui.app import ReconApp

Answer = TypeVar("Answer")


class StepScreen(Place):
    """One place along the steps; subclasses give `body`, `load` and their keys."""

    FOOTER: ClassVar[tuple[str, ...]] = ("refresh", "next_step", "command_palette")
    """Actions in the last line, the most important first; Help is always the first."""
    HELP: ClassVar[str] = ""
    """One or two sentences for F1: what this place is for."""
    HELP_OF_TILLS: ClassVar[str] = ""
    """The same where the connection books tills; empty: no other words."""
    BINDINGS = bindings("refresh", "back")
    AUTO_FOCUS = ""
    _drawn_as: tuple[str, bool] = ("", False)
    """Language, and whether numbers are hidden, as this place was last drawn."""

    def compose(self) -> ComposeResult:
        """Put the body between title, steps and keys."""
        yield TitleBar()
        yield StepBar()
        with Container(id="body"):
            yield from self.body()
        yield ErrorPanel(id="error")
        yield KeyLine()

    def body(self) -> ComposeResult:
        """Yield what this place shows."""
        raise TypeError(f"{type(self).__name__} has no body")

    def load(self) -> None:
        """Ask for what this place shows; called when the screen comes up and by Refresh."""

    @property
    def recon(self) -> ReconApp:
        """The application."""
        return cast("ReconApp", self.app)

    def on_mount(self) -> None:
        """Show what is known already, then ask."""
        self.show_frame()
        self.load()

    def on_screen_resume(self) -> None:
        """Somebody came back here: what stands around may have changed."""
        self.show_frame()

    def came_back(self) -> None:
        """Somebody came back here after being elsewhere: read anew, and draw what was changed meanwhile."""
        spoken, hidden = self._drawn_as
        if spoken != i18n.language():
            self.language_changed()
        elif hidden != self.recon.numbers_hidden:
            self.numbers_changed()
            self.load()
        else:
            self.load()

    def show_frame(self) -> None:
        """Write title, steps and keys anew."""
        if not self.is_mounted:
            return
        app = self.recon
        self._drawn_as = (i18n.language(), app.numbers_hidden)
        title, steps = self.query_one(TitleBar), self.query_one(StepBar)
        view = app.overview
        title.environment, title.company, title.ledger = app.environment, app.company, view.target if view else ""
        title.person, title.read_only, title.hidden = app.session.actor, app.session.read_only, app.numbers_hidden
        steps.step, steps.counts = self.STEP, app.step_counts()
        self.show_keys()
        title.refresh()
        steps.refresh()

    def show_keys(self) -> None:
        """Write the last line anew, without the keys that do not work here and now."""
        names = [name for name in self.FOOTER if self.check_action(KEYS[name].name, ()) is not False]
        self.query_one(KeyLine).use(names, self.key_words())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action is there now: while the screens may only read, nothing that writes is."""
        if action in WRITES and self.recon.session.read_only:
            return False
        return super().check_action(action, parameters)

    def key_words(self) -> dict[str, str]:
        """Return other words for keys here and now, for example ``Undo: approve 12``."""
        return {}

    def action_refresh(self) -> None:
        """Read anew."""
        self.hide_error()
        self.load()
        self.recon.load_overview()

    def action_back(self) -> None:
        """Close what is open; else go back one step."""
        if self.query_one(ErrorPanel).has_class("-shown"):
            self.hide_error()
        else:
            self.recon.action_back_step()

    # --- questions to the service

    def ask(
        self, question: Callable[[ReconService], Answer], then: Callable[[Answer], None], *, group: str = "ask"
    ) -> None:
        """Answer a question in a worker and hand the answer to ``then``; a newer question of the group replaces it."""
        self._start(partial(self.recon.session.ask, question), then, group=group)

    def let_go(self, group: str) -> None:
        """Want no answer any more to what a group has asked: it was about what is read anew now."""
        self.workers.cancel_group(self, group)

    def act(
        self, action: Callable[[ReconService], Answer], then: Callable[[Answer], None], *, group: str = "act"
    ) -> None:
        """Carry out something that writes, in a worker; the overview is read anew afterwards."""

        def done(answer: Answer) -> None:
            self.recon.load_overview()
            then(answer)

        self.hide_error()  # a question in the background takes no error away, a new deed does
        self._start(partial(self.recon.session.act, action), done, group=group, exclusive=False)

    def _start(
        self, work: Callable[[], Answer], then: Callable[[Answer], None], *, group: str, exclusive: bool = True
    ) -> None:
        def run() -> None:
            try:
                answer = work()
            except BaseException as error:  # noqa: BLE001 - whatever goes wrong becomes words; Polars raises past Exception
                hand_over(self.app, self._failed, error)
                return
            hand_over(self.app, self._answered, then, answer)

        self.run_worker(run, thread=True, group=group, exclusive=exclusive, exit_on_error=False)

    def _answered(self, then: Callable[[Answer], None], answer: Answer) -> None:
        if self.is_attached:
            then(answer)

    def _failed(self, error: BaseException) -> None:
        if self.is_attached:
            self.show_error(error)

    def show_error(self, error: BaseException) -> None:
        """Show what went wrong, what was not done and what to do."""
        panel = self.query_one(ErrorPanel)
        if isinstance(error, ReconError):
            panel.say_error(error)
        else:
            panel.say(self.recon.defect_title(), error_words(error))
            self.recon.note_defect(error)
        panel.add_class("-shown")

    def hide_error(self) -> None:
        """Take the error away."""
        self.query_one(ErrorPanel).remove_class("-shown")

    def language_changed(self) -> None:
        """Draw everything anew in another language; screens with texts of their own add to it."""
        self.refresh(recompose=True)
        self.call_after_refresh(self._again)

    def _again(self) -> None:
        self.show_frame()
        self.load()

    def numbers_changed(self) -> None:
        """Amounts are hidden or shown from now on."""
        self.show_frame()
        self.load()
