"""Checks of this machine, this terminal and this workspace, each with what to do; the same as `recon doctor`."""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar, Final

from textual.app import ComposeResult, SuspendNotSupported
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.cells import fit, width_of, wrapped
from tui.checks import NAMES, Check, machine_checks, workspace_checks
from tui.i18n import N_, _, count, ngettext
from tui.keys import bindings
from tui.screens.base import StepScreen
from tui.thai_probe import SAMPLES, Widths, measured_widths

COLOURS: Final = {"truecolor": 16_777_216, "256": 256, "standard": 16}
SIGNS: Final = {"ok": ("✓", "$recon-done"), "warning": ("?", "$recon-check"), "fault": ("!", "$recon-bad")}


class DoctorScreen(StepScreen):
    """What stands well, and what falls short."""

    STEP: ClassVar[str] = "home"
    FOOTER: ClassVar[tuple[str, ...]] = ("refresh", "verify", "back", "command_palette", "leave")
    HELP: ClassVar[str] = N_(
        "The terminal, this machine and this workspace. Measuring asks the terminal how wide it draws Thai words; the screen goes "
        "blank for a moment."
    )
    BINDINGS = bindings("verify")
    AUTO_FOCUS = "#doctor"
    CSS = """
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
        """A tally, the checks, the words to look at."""
        with VerticalScroll(id="doctor"):
            yield Static(id="tally", markup=False)
            yield Static(id="checks", markup=False)
            yield Static(id="sample", markup=False)

    def key_words(self) -> dict[str, str]:
        """Say what the keys do here."""
        return {"refresh": _("Look again"), "verify": _("Measure Thai")}

    def load(self) -> None:
        """Look at everything; the workspace in a worker."""
        self._draw()
        session = self.recon.session
        self._start(lambda: workspace_checks(session.workspace.root, session.ask), self._came, group="doctor")

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
        """Let the screen stand aside and ask the terminal for the widths of Thai words."""
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
