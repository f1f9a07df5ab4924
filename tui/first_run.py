"""The first-run guide: five questions, each with a default, or a look around with sample data at any moment.

Enter goes on, Esc skips a question, F2 goes back. Nothing is made before the last step; whoever answers nothing looks
around in an invented month.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import App
from textual.css.query import NoMatches
from textual.worker import get_current_worker

from recon.ports import Clock, SystemClock
from recon.text import show_lines
from recon.workspace import Workspace
from tui import i18n
from tui.demo import DemoClock, DemoStep, make_sample
from tui.first_answers import Answers
from tui.first_books import LISTS, AmericanPage, ListsWanted
from tui.first_guide import GuideScreen
from tui.first_pages import DoorPage, LanguageChosen, TestCall
from tui.first_workspace import ask_who, connect, make, set_up_connector
from tui.handing import hand_over
from tui.i18n import _
from tui.keys import bindings
from tui.keys_here import run_here
from tui.preferences import Preferences, load_preferences, save_preferences
from tui.sample import free_folder, is_sample, throw_away
from tui.terminal_gone import leave_without_terminal
from tui.thai_probe import Widths, measured_widths
from tui.themes import THEMES
from tui.widgets.file_chooser import FileChooser
from tui.widgets.panels import error_words


class _LeftError(Exception):
    """The person left while the sample was being made."""


class FirstRunApp(App[Path]):
    """The guide; its result is the workspace to open."""

    TITLE = "recon"
    CSS_PATH = "recon.tcss"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [  # type: ignore[misc]
        (0, "-tiny"),
        (60, "-narrow"),
        (80, "-medium"),
        (110, "-wide"),
    ]
    VERTICAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [(0, "-low"), (30, "-tall")]  # type: ignore[misc]
    BINDINGS = bindings("toggle_help", "previous_step", "next_step", "leave")

    def __init__(
        self,
        here: Path,
        *,
        clock: Clock | None = None,
        sample_clock: Clock | None = None,
        preferences: Preferences | None = None,
        keep: bool = True,
        widths: Widths | None = None,
        answers: Answers | None = None,
    ) -> None:
        self.here, self._clock, self._sample_clock = here, clock or SystemClock(), sample_clock
        self.preferences = load_preferences() if preferences is None else preferences
        self._keep, self._widths = keep, widths
        i18n.use(i18n.default_language(self.preferences.language))
        self.answers = answers or first_answers(here, self._clock, self.preferences)
        self._made: Workspace | None = None
        self._is_stopped = False
        super().__init__()
        for theme in THEMES.values():
            self.register_theme(theme)
        self.theme = self.preferences.theme if self.preferences.theme in THEMES else "recon-dark"

    def on_mount(self) -> None:
        """Show the first page."""
        self.push_screen(GuideScreen(self.answers, self._widths, self._clock))
        leave_without_terminal(self, self.action_leave)

    async def action_here(self, name: str) -> None:
        """Do what the key of an action does; from a click."""
        await run_here(self.screen, name)

    @property
    def pages(self) -> GuideScreen:
        """The screen with the pages."""
        assert isinstance(self.screen, GuideScreen)
        return self.screen

    def action_next_step(self) -> None:
        """Go on."""
        self.pages.action_open()

    def action_previous_step(self) -> None:
        """Go back."""
        self.pages.go_back()

    def action_leave(self) -> None:
        """Leave; what was made of a sample so far is thrown away."""
        self._stop_making()
        self.exit(None)

    def action_toggle_help(self) -> None:
        """Show or hide the keys."""
        from tui.widgets.help_panel import HelpPanel

        try:
            self.screen.query_one(HelpPanel).remove()
        except NoMatches:
            self.screen.query_one("#body").mount(HelpPanel())

    @on(LanguageChosen)
    def _language_chosen(self, event: LanguageChosen) -> None:
        i18n.use(event.language)
        screen = GuideScreen(self.answers, self._widths, self._clock)
        self.switch_screen(screen)

    def _remember(self) -> None:
        """Keep language and name for the next start."""
        wishes = replace(self.preferences, language=self.answers.language, name=self.answers.person.strip())
        if self._keep and wishes != self.preferences:
            save_preferences(wishes)

    # --- who answers

    @on(ListsWanted)
    def _lists_wanted(self) -> None:
        """Let the person choose the export of the ledger's lists."""
        page = self.pages.page()

        def chosen(path: Path | None) -> None:
            if path is not None and isinstance(page, AmericanPage):
                page.use_lists(path)

        chooser = FileChooser(self.here.absolute(), title=_("Choose the lists QuickBooks exported"), kinds=LISTS)
        self.push_screen(chooser, chosen)

    @on(TestCall)
    def _test_call(self, event: TestCall) -> None:
        page = self.pages.page()
        assert isinstance(page, DoorPage)
        is_ledger = event.side == "ledger"

        def run() -> None:
            try:
                found = ask_who(self.answers, self._clock, ledger=is_ledger, shop=not is_ledger)
            except Exception as error:  # noqa: BLE001 - whatever goes wrong becomes words on the page
                self._tell(page.say, "! " + show_lines(error_words(error)), "$recon-bad")
                return
            self._tell(page.show_answer, found)

        self.run_worker(run, thread=True, group="call", exclusive=True, exit_on_error=False)

    def _tell(self, what: Callable[..., object], *facts: object) -> None:
        hand_over(self, what, *facts)

    # --- the end: a workspace

    @on(GuideScreen.Finished)
    def _finish(self) -> None:
        """Make the workspace, open its doors, and leave the guide."""
        self._remember()

        def run() -> None:
            try:
                self._made = make(self.answers, self._clock, self._made)
                set_up_connector(self._made, self.answers, self._clock)
                connect(self._made, self.answers, self._clock)
            except Exception as error:  # noqa: BLE001 - whatever goes wrong becomes words on the page
                self._tell(self._not_finished, error)
                return
            self._tell(self.exit, self._made.root)

        self.pages.say("")
        self.run_worker(run, thread=True, group="finish", exclusive=True, exit_on_error=False)

    def _not_finished(self, error: Exception) -> None:
        words = error_words(error)
        if self._made is not None:
            words += "\n" + _("The workspace is made. F2 goes back to the keys; Ctrl+Q leaves, and `recon` opens it.")
        self.pages.say("! " + words)

    # --- the sample

    @on(GuideScreen.SampleWanted)
    def _make_sample(self) -> None:
        """Make a sample workspace beside nothing that exists, and open it."""
        if self.pages.is_making:
            return
        self._remember()
        self._is_stopped = False
        self.pages.show_making(is_making=True)
        folder = free_folder(self.here)

        def tell(step: DemoStep) -> None:
            if self._is_stopped or get_current_worker().is_cancelled:
                raise _LeftError
            self.call_from_thread(self.pages.show_step, step)

        def run() -> None:
            try:
                made = make_sample(folder, self._sample_clock or DemoClock(), tell)
            except _LeftError:
                _tidy(folder)
            except Exception as error:  # noqa: BLE001 - whatever goes wrong becomes words on the page
                _tidy(folder)
                self._tell(self._no_sample, error)
            else:
                self._tell(self.exit, made.root)

        self.run_worker(run, thread=True, group="sample", exclusive=True, exit_on_error=False)

    @on(GuideScreen.Stopped)
    def _stop_making(self) -> None:
        """Stop at the next step and show the pages again."""
        if self.pages.is_making:
            self._is_stopped = True
            self.pages.show_making(is_making=False)

    def _no_sample(self, error: Exception) -> None:
        self.pages.show_making(is_making=False)
        self.pages.say("! " + error_words(error))


def _tidy(folder: Path) -> None:
    if is_sample(folder):
        throw_away(folder)


def first_answers(here: Path, clock: Clock, preferences: Preferences) -> Answers:
    """Return the answers that stand there before anybody typed."""
    import keyring
    from keyring.backends.fail import Keyring as NoKeyring

    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = ""
    today = clock.now().date()
    return Answers(
        folder=str(here / "books"),
        start_date=today.replace(day=1).isoformat(),
        person=preferences.name or user,
        language=i18n.language(),
        keep="file" if isinstance(keyring.get_keyring(), NoKeyring) else "keyring",
    )


def first_run(folder: Path) -> Path | None:
    """Guide a person to a workspace; return the one to open, or None if the person left."""
    return FirstRunApp(folder, widths=measured_widths()).run()
