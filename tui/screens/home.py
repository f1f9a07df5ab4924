"""Home: what is connected, what waits for whom, what was done last, and a chart of what was posted."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from recon.service.overview import Overview
from tui.i18n import N_, _
from tui.keys import bindings
from tui.screens.base import StepScreen


class HomeScreen(StepScreen):
    """The place recon opens on."""

    STEP: ClassVar[str] = "home"
    FOOTER: ClassVar[tuple[str, ...]] = ("next_step", "go_upload", "refresh", "command_palette", "leave")
    HELP: ClassVar[str] = N_("What stands where, what waits for whom, and what was done last.")
    BINDINGS = bindings("open")

    def body(self) -> ComposeResult:
        """Yield one text for each part."""
        with VerticalScroll(id="home"):
            yield Static(id="waits", markup=False)

    def overview_came(self, view: Overview) -> None:
        """Draw it."""
        waits = self.query_one("#waits", Static)
        if not view.waits:
            waits.update(Content(_("Nothing waits for you.")))
            return
        waits.update(Content("\n".join(f"{wait.kind} {wait.subject} {wait.count}" for wait in view.waits)))

    def action_open(self) -> None:
        """Go where the first thing waits."""
        self.recon.go("review")
