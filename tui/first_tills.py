"""The pages of the first-run guide about tills: who writes, places and cash; then credit sales, where vouchers land, when it runs."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from tui.first_pages import Page, field
from tui.first_till_answers import (
    COUNTS,
    INVOICES,
    ROUTES,
    RUNS,
    VOUCHERS,
    WRITERS,
    departments_problem,
)
from tui.i18n import _
from tui.widgets.choice import Choice


class _TillPage(Page):
    """A page whose choices are written into the answers by their names."""

    @on(Choice.Changed)
    def _chosen(self, event: Choice.Changed) -> None:
        event.stop()
        setattr(self.answers, str(event.choice.id), event.value)


class TillPage(_TillPage):
    """Who writes the settlements, whose departments they are, what one voucher holds, and counting."""

    def compose(self) -> ComposeResult:
        """Four questions."""
        answers = self.answers
        yield Static(_("Who writes the settlements into the ledger?"))
        yield Choice([(value, _(words)) for value, words in WRITERS], answers.writer, id="writers")
        yield Static(
            _(
                "Two writers book every day twice. Begin with comparing; switch the till's integration off before recon writes."
            ),
            classes="hint",
        )
        yield Static(_("One voucher holds"), classes="ask")
        yield Choice([(value, _(words)) for value, words in VOUCHERS], answers.voucher, id="voucher")
        yield Static(_("Cash that nobody has counted yet"), classes="ask")
        yield Choice([(value, _(words)) for value, words in COUNTS], answers.counting, id="counting")
        yield from field(
            _("Departments"), "departments", answers.departments, hint=_("Kafé Torget = 10; Bar = 20, can wait")
        )

    def problem(self) -> str:
        """Return the first thing that is wrong."""
        return departments_problem(self.answers.departments)


class TillBooksPage(_TillPage):
    """Invoices of tills, where vouchers land, and when it runs."""

    def compose(self) -> ComposeResult:
        """Three questions."""
        answers = self.answers
        yield Static(_("Credit sales at the till: who issues the invoice?"))
        yield Choice([(value, _(words)) for value, words in INVOICES], answers.till_invoices, id="till_invoices")
        yield Static(
            _("What the till has issued goes through the Import list only; with drafts a person enters it."),
            classes="hint",
        )
        yield Static(_("Settlements land"), classes="ask")
        yield Choice([(value, _(words)) for value, words in ROUTES], answers.route, id="route")
        yield Static(_("Files are taken in and planned"), classes="ask")
        yield Choice([(value, _(words)) for value, words in RUNS], answers.runs, id="runs")
        yield Static(
            _("`recon schedule install` puts the timer in. Nothing is sent without an approval."), classes="hint"
        )
