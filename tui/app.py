"""The application: one workspace, its screens, the language, the theme, and what every screen can reach.

Screens are named by place and made when somebody first goes there; they stay, so that marks and filters survive going
to and fro. Nothing here decides anything about orders or documents.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import ClassVar, Final, cast

from textual.app import App, SystemCommand
from textual.command import CommandPalette
from textual.css.query import NoMatches
from textual.screen import Screen

from recon.domain.providers import ledger_facts, source_facts
from recon.service.overview import Overview
from recon.text import show_lines
from tui import i18n
from tui.handing import hand_over
from tui.i18n import LANGUAGES, N_, _, count, language, ngettext
from tui.keys import KEYS, bindings, shown
from tui.keys_here import binding_here, run_here
from tui.preferences import Preferences, load_preferences, save_preferences
from tui.sample import is_sample
from tui.screens.place import Place
from tui.session import Session
from tui.terminal_gone import leave_without_terminal
from tui.themes import THEME_WORDS, THEMES
from tui.widgets.sample_dialog import ask_to_throw_away
from tui.widgets.step_bar import STEPS, WORDS

PLACES: Final = {
    "home": "tui.screens.home:HomeScreen",
    "import": "tui.screens.importing:ImportScreen",
    "match": "tui.screens.products:ProductsScreen",
    "channels": "tui.screens.channels:ChannelsScreen",
    "taxes": "tui.screens.taxes:TaxesScreen",
    "returns": "tui.screens.returns:ReturnsScreen",
    "others": "tui.screens.others:OthersScreen",
    "review": "tui.screens.review:ReviewScreen",
    "upload": "tui.screens.upload:UploadScreen",
    "audit": "tui.screens.audit:AuditScreen",
    "settings": "tui.screens.settings:SettingsScreen",
    "doctor": "tui.screens.doctor:DoctorScreen",
}
"""Places to the modules that hold them; loaded when somebody first goes there."""
TILL_PLACES: Final = {
    "match": "tui.screens.till_accounts:TillAccountsScreen",
    "products": "tui.screens.products:ProductsScreen",
    "taxes": "tui.screens.till_taxes:TillTaxesScreen",
    "setup": "tui.screens.till_setup:TillSetupScreen",
    "counts": "tui.screens.till_counts:TillCountsScreen",
    "books": "tui.screens.books:BooksScreen",
}
"""Places that are others, or only there, where the connection books tills."""
TILL_WORDS: Final = {
    "products": N_("Products"), "taxes": N_("VAT codes"), "setup": N_("What is missing"), "counts": N_("Cash counts"),
    "books": N_("Against the books"),
}  # fmt: skip
MORE_PLACES: Final = {
    "channels": N_("Payment channels"),
    "taxes": N_("Sales taxes"),
    "returns": N_("Returns"),
    "others": N_("Posted by others"),
    "settings": N_("Settings"),
    "doctor": N_("Checks of this machine"),
}


class ReconApp(App[int]):
    """Everything a person does with one workspace."""

    TITLE = "recon"
    CSS_PATH = "recon.tcss"
    ENABLE_COMMAND_PALETTE = True
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [  # type: ignore[misc]
        (0, "-tiny"),
        (60, "-narrow"),
        (80, "-medium"),
        (110, "-wide"),
    ]
    VERTICAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [(0, "-low"), (30, "-tall")]  # type: ignore[misc]
    BINDINGS = bindings(
        "toggle_help", "previous_step", "next_step", "toggle_numbers", "go_upload", "command_palette", "leave"
    )

    def __init__(
        self, session: Session, *, start: str = "home", preferences: Preferences | None = None, keep: bool = True
    ) -> None:
        self.session = session
        self.preferences = load_preferences() if preferences is None else preferences
        self.overview: Overview | None = None
        self.numbers_hidden = self.preferences.hide_numbers
        self.returns_wait = False
        """Whether returns wait for a person to say their sales, as the Match step counted last."""
        self._start_place = start
        self._keep = keep
        self.place = start
        """Where the person is."""
        self._places: dict[str, Screen[None]] = {}
        self._settings = session.settings
        i18n.use(i18n.default_language(self.preferences.language))
        super().__init__()
        for theme in THEMES.values():
            self.register_theme(theme)
        self.theme = self.preferences.theme if self.preferences.theme in THEMES else "recon-dark"

    @property
    def company(self) -> str:
        """Name of the company, as the settings say."""
        return self._settings.company.name

    @property
    def environment(self) -> str:
        """The gravest environment of all connections: live, test or sandbox."""
        if self.overview is not None:
            return self.overview.environment
        found = {connection.environment for connection in self._settings.connections.values()}
        return next((name for name in ("live", "test") if name in found), "sandbox")

    @property
    def connection(self) -> str:
        """The connection the screens are about."""
        return next(iter(self._settings.connections), "")

    @property
    def documents_in(self) -> str:
        """Language in which the connection's ledger writes its documents."""
        connection = self._settings.connections.get(self.connection)
        return ledger_facts(connection.target).documents_in if connection is not None else "th"

    @property
    def others_write(self) -> bool:
        """Whether somebody else posts into the ledger of the connection."""
        connection = self._settings.connections.get(self.connection)
        return connection is not None and connection.writers != "recon"

    @property
    def taxes_by_items(self) -> bool:
        """Whether the ledger of the connection works sales tax out by its tax items."""
        connection = self._settings.connections.get(self.connection)
        return connection is not None and connection.taxes == "items"

    @property
    def books_tills(self) -> bool:
        """Whether the connection books what tills took."""
        connection = self._settings.connections.get(self.connection)
        return connection is not None and source_facts(connection.source).is_till

    @property
    def tills_order(self) -> bool:
        """Whether the ledger is to invoice what a till sold on account, so that its articles are products there."""
        connection = self._settings.connections.get(self.connection)
        return self.books_tills and connection is not None and connection.till.invoices == "order"

    def _screens_here(self) -> dict[str, str]:
        """Return the places there are."""
        return PLACES | TILL_PLACES if self.books_tills else PLACES

    def settings_changed(self) -> None:
        """Read recon.toml again after somebody wrote it, and show what follows from it."""
        self._settings = self.session.settings
        self.load_overview()

    # --- places

    def on_mount(self) -> None:
        """Open the first place and read the overview."""
        self.go(self._start_place)
        self.load_overview()
        leave_without_terminal(self, self.action_leave)

    def go(self, place: str) -> None:
        """Show a place, as it was left."""
        here = self._screens_here()
        place = place if place in here else "match"  # a list of tills where there are none
        if place not in self._places:
            module, _colon, name = here[place].partition(":")
            self._places[place] = getattr(importlib.import_module(module), name)()
            self.install_screen(self._places[place], name=place)  # else it would be taken apart when it is left
        screen, self.place = self._places[place], place
        if self.screen is screen:
            return
        self.clear_notifications()  # what was said about the place that is left would cover the next one
        comes_back = screen.is_running
        if isinstance(self.screen, Place):
            self.switch_screen(screen)
        else:
            self.push_screen(screen)
        if comes_back and isinstance(screen, Place):
            screen.came_back()

    def action_go(self, place: str) -> None:
        """Show a place; from a click."""
        self.go(place)

    def action_next_step(self) -> None:
        """Go one step on."""
        self._move(1)

    def action_previous_step(self) -> None:
        """Go one step back."""
        self._move(-1)

    def action_back_step(self) -> None:
        """Esc with nothing open: one step back, at home nothing."""
        self._move(-1)

    def _move(self, by: int) -> None:
        here = getattr(self.screen, "STEP", "home")
        self.go(STEPS[min(max(STEPS.index(here) + by, 0), len(STEPS) - 1)])

    def action_go_upload(self) -> None:
        """Show the second door."""
        self.go("upload")

    # --- what all screens show

    def load_overview(self) -> None:
        """Read the state of everything in a worker and show it wherever the person is."""

        def run() -> None:
            try:
                view = self.session.ask(lambda service: service.overview())
            except Exception as error:  # noqa: BLE001 - whatever goes wrong becomes words on the screen
                hand_over(self, self._overview_failed, error)
                return
            hand_over(self, self._overview_came, view)

        self.run_worker(run, thread=True, group="overview", exclusive=True, exit_on_error=False)

    def _overview_came(self, view: Overview) -> None:
        self.overview = view
        if isinstance(self.screen, Place) and self.screen.is_mounted:  # else it shows the overview when it is
            self.screen.show_frame()
            self.screen.overview_came(view)

    def _overview_failed(self, error: BaseException) -> None:
        if isinstance(self.screen, Place):
            self.screen.overview_failed(error)

    def step_counts(self) -> dict[str, str]:
        """Return a few words for each step."""
        view = self.overview
        if view is None:
            return {}
        planned, held = view.states.get("planned"), view.states.get("held")
        going = [view.states[name].count for name in ("open", "unsure") if name in view.states]
        review = (planned.count if planned else 0) + (held.count if held else 0)
        return {
            "import": count(view.files),
            "match": ngettext("{n} open", "{n} open", view.matching_open).format(n=count(view.matching_open))
            if view.matching_open
            else "",
            "review": count(review) if review else "",
            "upload": ngettext("{n} open", "{n} open", sum(going)).format(n=count(sum(going))) if sum(going) else "",
        }

    def action_toggle_numbers(self) -> None:
        """Hide or show all amounts."""
        self.numbers_hidden = not self.numbers_hidden
        if isinstance(self.screen, Place):
            self.screen.numbers_changed()

    def amount(self, text: str) -> str:
        """Return an amount as it is written here, or dots while numbers are hidden."""
        return "***" if self.numbers_hidden else i18n.amount(text)

    # --- help, palette, language, theme

    def action_toggle_help(self) -> None:
        """Show or hide the keys of this place."""
        from tui.widgets.help_panel import HelpPanel

        try:
            self.screen.query_one(HelpPanel).remove()
        except NoMatches:
            body = self.screen.query("#body")
            (body.first() if body else self.screen).mount(HelpPanel())

    def action_command_palette(self) -> None:
        """Show every command."""
        if not CommandPalette.is_open(cast("App[object]", self)):
            self.push_screen(CommandPalette(id="--command-palette", placeholder=_("Search for commands")))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Yield every action that works here, every place, language and theme."""
        for name, action in KEYS.items():
            if name in {"command_palette", "back", "mark_up", "mark_down"} or binding_here(screen, action.name) is None:
                continue
            title = f"{_(action.words)}  {shown(name, thai=language() == 'th')}"
            yield SystemCommand(title, _(action.help), partial(run_here, screen, name))
        tills = self.books_tills
        for place in self._screens_here():
            if (place == "taxes" and not (self.taxes_by_items or tills)) or (
                place == "products" and not self.tills_order
            ):
                continue
            words = _((TILL_WORDS.get(place) if tills else None) or WORDS.get(place) or MORE_PLACES[place])
            yield SystemCommand(_("Go to: {place}").format(place=words), "", partial(self.go, place))
        for code, name in LANGUAGES.items():
            yield SystemCommand(_("Language: {name}").format(name=name), "", partial(self.use_language, code))
        for theme, words in THEME_WORDS.items():
            yield SystemCommand(_("Theme: {name}").format(name=_(words)), "", partial(self.use_theme, theme))
        if is_sample(self.session.workspace.root) and not self.session.read_only:
            help_ = _("Delete this sample workspace, and nothing else")
            yield SystemCommand(
                _("Throw the sample away"), help_, partial(ask_to_throw_away, self, self.session.workspace.root)
            )

    async def action_here(self, name: str) -> None:
        """Do what the key of an action does; from a click."""
        await run_here(self.screen, name)

    def use_language(self, language: str) -> None:
        """Speak another language from now on, on every screen."""
        i18n.use(language)
        self.prefer(replace(self.preferences, language=language))
        for screen in self._places.values():
            if screen in self.screen_stack and isinstance(screen, Place):
                screen.language_changed()  # the others follow when somebody comes back to them

    def use_theme(self, theme: str) -> None:
        """Show other colours from now on."""
        self.theme = theme
        self.prefer(replace(self.preferences, theme=theme))

    def prefer(self, preferences: Preferences) -> None:
        """Keep what the person likes from now on, for the next start too."""
        self.preferences = preferences
        if self._keep:
            save_preferences(preferences)

    # --- leaving, and defects

    def action_leave(self) -> None:
        """Leave; an upload that runs in its own process goes on."""
        self.exit(0)

    async def action_quit(self) -> None:
        """Leave."""
        self.exit(0)

    def action_help_quit(self) -> None:
        """Ctrl+C: say how to leave."""
        self.notify(_("Ctrl+Q leaves recon."), markup=False)

    def defect_title(self) -> str:
        """Headline of a defect of ours."""
        return _("Unexpected error")

    def note_defect(self, error: BaseException) -> None:
        """Keep where a defect happened for the log, without any value."""
        self.log.error(type(error).__name__)

    def _fatal_error(self) -> None:
        """End without printing local variables: they hold orders and customers."""
        error = self._exception
        assert error is not None
        from tui.failures import defect_words

        self.panic(show_lines(defect_words(error)))
