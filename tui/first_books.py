"""The page of the first-run guide about American books: sales tax, names of the ledger, the Web Connector, when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Static

from recon.domain.providers import ledger_facts
from tui.cells import shown
from tui.first_answers import BY_FILE, CONNECTOR
from tui.first_checks import password_problem, run_at_problem
from tui.first_pages import Page, field
from tui.i18n import N_, _
from tui.widgets.choice import Choice

LISTS: Final = frozenset({".iif"})
"""Endings of the lists the ledger exports."""
TAXES: Final = (
    ("line", N_("As the shop states it, a line of its own; the ledger's tax item is 0 %")),
    ("items", N_("Worked out by the ledger's tax items; each tax is mapped in Match")),
)
RUNS: Final = (("manual", N_("When I say so")), ("daily", N_("Every day at a time")))


class ListsWanted(Message):
    """The person wants to choose the lists the ledger exported."""


class AmericanPage(Page):
    """What only American books ask."""

    def compose(self) -> ComposeResult:
        """Tax, names, the Web Connector or the lists, and when it runs."""
        answers = self.answers
        facts = ledger_facts(answers.system)
        if facts.has_tax_items:
            yield Static(_("Sales tax"))
            yield Choice([(value, _(words)) for value, words in TAXES], answers.taxes, id="taxes")
        if not facts.is_sandbox:
            yield from field(_("Standing customer"), "customer", answers.customer)
            yield from field(_("Item for other lines"), "text_item", answers.text_item)
        if answers.system == CONNECTOR:
            hint = _("12 characters and more; can wait")
            yield from field(
                _("Web Connector password"), "connector_password", answers.connector_password, hint=hint, password=True
            )
            yield Static(
                _(
                    "The file recon.qwc is written into the folder outgoing: in QuickBooks, File > Update Web Services, Add an "
                    "Application. Type the same password there, then test the connection in Settings; k offers accounts there."
                ),
                classes="hint",
            )
        if answers.system == BY_FILE:
            yield from field(_("Exported lists"), "lists", answers.lists, hint=_("can wait"))
            with Horizontal(classes="try"):
                yield Button(Content(_("Choose a file")), name="lists", id="choose-lists")
            yield Static(
                _("In QuickBooks: File > Utilities > Export > Lists to IIF Files; all lists into one file."),
                classes="hint",
            )
        yield Static(_("Orders are fetched and planned"), classes="ask")
        yield Choice([(value, _(words)) for value, words in RUNS], answers.runs, id="runs")
        if answers.runs == "daily":
            yield from field(_("Time of day"), "run_at", answers.run_at)
            yield Static(
                _("`recon schedule install` puts the timer in. Nothing is sent without an approval."), classes="hint"
            )

    def problem(self) -> str:
        """Return the first thing that is wrong."""
        answers = self.answers
        if answers.system == CONNECTOR and (said := password_problem(answers.connector_password)):
            return said
        lists = answers.lists.strip()
        if answers.system == BY_FILE and lists and not Path(lists).expanduser().is_file():
            return _("There is no file or folder {path}.").format(path=shown(lists))
        return run_at_problem(answers.run_at) if answers.runs == "daily" else ""

    def use_lists(self, path: Path) -> None:
        """Take a file that was chosen."""
        self.answers.lists = str(path)
        self.call_next(self.compose_anew)

    @on(Choice.Changed, "#taxes,#runs")
    def _chosen(self, event: Choice.Changed) -> None:
        event.stop()
        setattr(self.answers, str(event.choice.id), event.value)
        if event.choice.id == "runs":
            self.call_next(self.compose_anew, "#runs")

    @on(Button.Pressed, "#choose-lists")
    def _choose(self, event: Button.Pressed) -> None:
        event.stop()
        self.post_message(ListsWanted())
