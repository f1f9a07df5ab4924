"""Accounts the ledger's chart offers for settings that name none, taken all at once or one by one with a key."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from recon.service.account_proposals import AccountProposal
from tui.cells import shown
from tui.composed import tr_composed
from tui.i18n import _, count
from tui.screens.base import StepScreen
from tui.widgets.pick_dialog import Choice, ExplainedDialog

ALL = "*"
Taken = Callable[[tuple[AccountProposal, ...]], None]


def offer_accounts(screen: StepScreen, connection: str | None, taken: Taken) -> None:
    """Show what is proposed and write down what the person takes; ``taken`` hears of it."""
    screen.ask(lambda service: service.upkeep.account_proposals(connection), partial(_show, screen, connection, taken))


def _show(screen: StepScreen, connection: str | None, taken: Taken, proposals: tuple[AccountProposal, ...]) -> None:
    if not proposals:
        screen.notify(
            _("Nothing is proposed: every account is chosen, or none of the ledger's chart fits."), markup=False
        )
        return
    choices = [
        Choice(ALL, _("Take all {n}").format(n=count(len(proposals)))),
        *(
            Choice(each.setting, f"{each.full_name} = {each.code}", tr_composed(shown(each.reason)))
            for each in proposals
        ),
    ]
    words = _(
        "Proposed from the ledger's chart by name and type. Enter writes it into recon.toml; Esc leaves everything as it is."
    )

    def answered(value: str | None) -> None:
        if value is not None:
            settings = None if value == ALL else (value,)
            screen.act(lambda service: service.upkeep.take_accounts(connection, settings), taken, group="settings")

    screen.app.push_screen(ExplainedDialog(_("Proposed accounts"), words, choices), answered)
