"""Checks of this machine, this terminal and this workspace, each with what to do; the same as `recon doctor`."""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult, SuspendNotSupported
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import ContentSwitcher, Static

from recon.service import ReconService
from recon.summaries.checks import ConnectionChecks
from tui.cells import fit, width_of, wrapped
from tui.checks import NAMES, Check, machine_checks, workspace_checks
from tui.connection_checks import timer_is_in
from tui.i18n import N_, _, count, ngettext
from tui.keys import bindings
from tui.screens.base import StepScreen
from tui.screens.connection_side import GOES_TO, ConnectionSide
from tui.screens.settings import SettingsScreen
from tui.thai_probe import SAMPLES, Widths, measured_widths
from tui.widgets.table_messages import Opened

COLOURS: Final = {"truecolor": 16_777_216, "256": 256, "standard": 16}
SIGNS: Final = {"ok": ("✓", "$recon-done"), "warning": ("?", "$recon-check"), "fault": ("!", "$recon-bad")}


class DoctorScreen(StepScreen):
    """What stands well, and what falls short: this machine and workspace, and what the connections need."""

    STEP: ClassVar[str] = "home"
    FOOTER: ClassVar[tuple[str, ...]] = ("next_pane", "refresh", "verify", "open", "back", "command_palette", "leave")
    HELP: ClassVar[str] = N_(
        "The terminal, this machine and this workspace. Measuring asks the terminal how wide it draws Thai words; the screen goes "
        "blank for a moment. F6 shows what the connections need before their orders can be posted; Enter goes where it is mended."
    )
    BINDINGS = bindings("verify", "next_pane", "open")
    AUTO_FOCUS = "#doctor"
    CSS = """
    #sides { height: 1fr; }
    #doctor { height: 1fr; padding: 0 1; }
    #doctor Static { height: auto; }
    #tally { height: 1; text-style: bold; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._widths: Widths | None = None
        self._inside: list[Check] = []
        self._is_looking = True

    def body(self) -> ComposeResult:
        """A tally, the checks, the words to look at; behind them the connections."""
        with ContentSwitcher(initial="doctor", id="sides"):
            with VerticalScroll(id="doctor"):
                yield Static(id="tally", markup=False)
                yield Static(id="checks", markup=False)
                yield Static(id="sample", markup=False)
            yield ConnectionSide(id="connection")

    @property
    def _is_connection(self) -> bool:
        """Whether the side of the connections is shown."""
        return bool(self.query("#sides")) and self.query_one("#sides", ContentSwitcher).current == "connection"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action is there now: only lines of the connections lead anywhere."""
        if action == "open" and not self._is_connection:
            return False
        return super().check_action(action, parameters)

    def key_words(self) -> dict[str, str]:
        """Say what the keys do here."""
        if self._is_connection:
            return {
                "refresh": _("Look again"), "verify": _("Ask both sides"), "next_pane": _("This machine"), "open": _("Go there"),
            }  # fmt: skip
        return {"refresh": _("Look again"), "verify": _("Measure Thai"), "next_pane": _("Connection")}

    def load(self) -> None:
        """Look at everything; the workspace in a worker."""
        self._draw()
        session = self.recon.session
        self._start(lambda: workspace_checks(session.workspace.root, session.ask), self._came, group="doctor")
        if self._is_connection:
            self._check_connections(offline=True)

    def _check_connections(self, *, offline: bool) -> None:
        """Make the check-lists of all connections; both sides are asked only where a person wants it."""
        side = self.query_one(ConnectionSide)
        side.say_busy()
        root = self.recon.session.workspace.root

        def look(service: ReconService) -> list[ConnectionChecks]:
            return [
                service.upkeep.check_list(
                    name, offline=offline, timer_installed=timer_is_in(root, service.settings, name)
                )
                for name in service.settings.connections
            ]

        self.ask(look, side.show, group="connection")

    def action_next_pane(self) -> None:
        """Show the other side: this machine, or the connections."""
        sides = self.query_one("#sides", ContentSwitcher)
        sides.current = "doctor" if self._is_connection else "connection"
        if self._is_connection:
            self.query_one(ConnectionSide).rows.focus()
            self._check_connections(offline=True)
        else:
            self.query_one("#doctor").focus()
        self.show_keys()

    @on(Opened)
    def _opened(self, event: Opened) -> None:
        event.stop()
        self.action_open()

    def action_open(self) -> None:
        """Go where the line under the cursor is mended; a setting is looked up there."""
        found = self.query_one(ConnectionSide).line
        if found is None:
            return
        connection, line = found
        if not line.place:
            self.notify(_("This is mended outside of recon, or by the command that stands below."))
            return
        self.recon.go(GOES_TO[line.place])
        if line.place == "settings" and line.setting:
            key = line.setting if line.setting.startswith("company.") else f"connections.{connection}.{line.setting}"
            settings = self.recon.get_screen("settings")
            assert isinstance(settings, SettingsScreen)
            settings.point_at(key)

    def _came(self, checks: list[Check]) -> None:
        self._inside, self._is_looking = checks, False
        self._draw()

    def show_error(self, error: BaseException) -> None:
        """Show what went wrong; nothing is looked at any more."""
        self._is_looking = False
        self._draw()
        super().show_error(error)

    def on_resize(self) -> None:
        """Lines are made for the width there is, and the width is one of the things looked at."""
        if self.query("#tally"):
            self._draw()

    def _machine(self) -> list[Check]:
        system = self.app.console.color_system or ""
        now = self.recon.session.clock.now()
        return machine_checks(now, self._widths, colours=COLOURS.get(system), size=(self.size.width, self.size.height))

    def _draw(self) -> None:
        checks = [*self._machine(), *self._inside]
        bad = sum(check.state != "ok" for check in checks)
        said = _("All is well.")
        if bad:
            said = ngettext("{n} thing to look at", "{n} things to look at", bad).format(n=count(bad))
        if self._is_looking:
            said = _("Checking ...")
        self.query_one("#tally", Static).update(Content(said))
        self.query_one("#checks", Static).update(checks_text(checks, self.size.width - 4))
        self.query_one("#sample", Static).update(self._sample())

    def _sample(self) -> Content:
        """Return the sample words in a frame: its right side is straight where the terminal counts as recon does."""
        lines = [("\n" + _("Right sides must stand in one column:"), "$recon-dim")]
        room = max(width_of(text) for text, _cells in SAMPLES) + 2
        for number, (text, cells) in enumerate(SAMPLES):
            found = "" if self._widths is None else f"  {self._widths[number]} / {cells}"
            lines.append((f"\n  | {fit(text, room)}|{found}", ""))
        return Content.assemble(*lines)

    def action_verify(self) -> None:
        """Ask ledger and shop who they are; on the machine's side, ask the terminal for the widths of Thai words."""
        if self._is_connection:
            self._check_connections(offline=False)
            return
        with suppress(SuspendNotSupported), self.app.suspend():
            self._widths = measured_widths()
        self.load()


def checks_text(checks: list[Check], width: int) -> Content:
    """Return checks as lines: sign, name, words under each other; what falls short first."""
    order = {"fault": 0, "warning": 1, "ok": 2}
    parts: list[str | tuple[str, str]] = []
    room = max((width_of(_(NAMES.get(check.name, check.name))) for check in checks), default=0)
    for check in sorted(checks, key=lambda each: order[each.state]):
        sign, style = SIGNS[check.state]
        name = fit(_(NAMES.get(check.name, check.name)), room)
        parts += ["\n"] if parts else []
        words = ("\n" + " " * (room + 4)).join(wrapped(check.text, width - room - 4))
        parts += [(f"{sign} ", style), (name, "bold"), f"  {words}"]
    return Content.assemble(*parts)
