"""What is certain of a till's accounts, payments and VAT codes: shown, and taken all at once after a yes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from recon.service import MatchEdits
from tui.cells import shown
from tui.i18n import _, count, ngettext
from tui.screens.base import StepScreen
from tui.screens.till_words import proposal_words
from tui.widgets.dialogs import ConfirmDialog

SHOWN = 10
Done = Callable[[tuple[str, ...]], None]


def offer_certain(screen: StepScreen, done: Done) -> None:
    """Ask what is certain and take it where the person wants that; ``done`` hears of it."""
    screen.ask(lambda service: service.tills.certain(None), partial(_show, screen, done), group="certain")


def _show(screen: StepScreen, done: Done, words: tuple[str, ...]) -> None:
    if not words:
        screen.notify(_("Nothing proposed is certain. Enter takes the proposal of a row."), markup=False)
        return
    lines = [shown(proposal_words(word)) for word in words[:SHOWN]]
    if len(words) > SHOWN:
        lines.append(_("and {n} more").format(n=count(len(words) - SHOWN)))
    rule = _(
        "Certain is: as in every other place; the only account of its rate, or of its kind and name; the standard VAT code the till states."
    )
    title = ngettext("Take {n} certain proposal", "Take {n} certain proposals", len(words)).format(n=count(len(words)))
    text = "\n".join([*lines, "", rule, _("Nothing is sent; it can be undone.")])

    def answered(yes: bool | None) -> None:  # noqa: FBT001 - as the dialog answers
        if yes:
            screen.act(lambda service: service.set_mappings(None, MatchEdits(take_accounts=True)), done)

    screen.app.push_screen(ConfirmDialog(title, text, yes=_("Take")), answered)
