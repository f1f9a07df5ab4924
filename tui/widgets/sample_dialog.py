"""Throwing the sample away: what goes and what stays, a yes, and then the end, because there is nothing to look at any more."""

from __future__ import annotations

from pathlib import Path

from textual.app import App

from recon.errors import ReconError
from tui.cells import shown
from tui.i18n import _
from tui.sample import throw_away
from tui.widgets.dialogs import ConfirmDialog
from tui.widgets.panels import error_words


def ask_to_throw_away(app: App[int], root: Path) -> None:
    """Ask, and delete the sample workspace after a yes."""
    words = _(
        "{folder}\n\nThe invented shop, its batches, workbooks and the sandbox ledger are deleted. Files you put there yourself stay. "
        "No real books are touched."
    ).format(folder=shown(root))

    def answered(yes: bool | None) -> None:  # noqa: FBT001 - the dialog's answer
        if yes:
            app.run_worker(
                lambda: _delete(app, root), thread=True, group="throw-away", exclusive=True, exit_on_error=False
            )

    app.push_screen(ConfirmDialog(_("Throw the sample away?"), words, yes=_("Delete it")), answered)


def _delete(app: App[int], root: Path) -> None:
    """Delete it in a worker; say what is in the way, or leave."""
    try:
        left = throw_away(root)
    except ReconError as error:
        app.call_from_thread(app.notify, error_words(error), severity="error", markup=False, timeout=10)
        return
    said = _("The sample in {folder} is deleted.").format(folder=shown(root))
    if left:
        said += " " + _("Left there: {names}").format(names=", ".join(shown(name) for name in left))
    app.call_from_thread(app.exit, 0, message=said)
