"""Saving what was answered about columns: under which name, and what becomes of files that were read with that profile."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from textual.containers import Container
from textual.message import Message

from tui.i18n import _, count, ngettext
from tui.widgets.dialogs import ConfirmDialog, TextDialog
from tui.widgets.intake_words import counts

if TYPE_CHECKING:
    from recon.service.draft_records import ProfileDraft
    from recon.service.profile_saving import ProfileEffect
    from recon.sources.profile.edit import ProfileEdit
    from tui.screens.base import StepScreen

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class ProfileSaving(Container):
    """What is known of a profile in the making, and the way to its file; the editor draws it."""

    class Saved(Message, namespace="profile_editor"):
        """The profile is there; the file can be taken in with it."""

        def __init__(self, path: Path, name: str) -> None:
            self.path, self.name = path, name
            super().__init__()

    draft: ProfileDraft | None
    edits: tuple[ProfileEdit, ...]
    path: Path | None
    connection: str | None
    base: str
    """The profile that is changed; empty: a new one is made."""

    @property
    def place(self) -> StepScreen:
        """The screen around it."""
        return cast("StepScreen", self.screen)

    def show_pane(self, pane: str) -> None:
        """Show one side of the pane."""
        raise TypeError(f"{type(self).__name__} has no pane {pane}")

    def save(self) -> None:
        """Ask for a name, save, and hand the file on."""
        if self.draft is None:
            return
        if not self.draft.loads:
            self.show_pane("problems")
            self.app.notify(_("The columns are not complete yet: see the findings. Nothing was saved."), markup=False)
            return
        words = _("Files of this kind are read with it from now on. Small letters, digits and dashes.")
        if self.base:
            words = _(
                "Under its own name it is changed for every file read with it; under another it is a new profile."
            )
        dialog = TextDialog(
            _("Save the columns as"),
            words,
            yes=_("Save"),
            value=self.base or self._first_name(),
            check=_name_problem,
        )
        self.app.push_screen(dialog, self._named)

    def _first_name(self) -> str:
        stem = self.path.stem.lower() if self.path else ""
        return re.sub(r"[^a-z0-9]+", "-", re.sub(r"[0-9]{4,}", "", stem)).strip("-")[:30].strip("-") or "my-orders"

    def _named(self, name: str | None) -> None:
        path, edits, connection = self.path, self.edits, self.connection
        if name is None or path is None:
            return
        if name != self.base:
            self._save(name)
            return
        self.place.ask(
            lambda service: service.profile_work(path, edits, connection=connection).effect(name),
            partial(self._effect_came, name),
            group="draft",
        )

    def _effect_came(self, name: str, effect: ProfileEffect) -> None:
        """Say what becomes of the files that were taken in with it, before it is saved."""
        if not effect.files or effect.refused:  # what it could not read any more is said when it is not saved
            self._save(name)
            return
        title = _("Change column profile {name}?").format(name=name)
        dialog = ConfirmDialog(title, effect_words(effect), yes=_("Save"))
        self.app.push_screen(dialog, lambda yes: self._save(name) if yes else None)

    def _save(self, name: str) -> None:
        path, edits, connection, base = self.path, self.edits, self.connection, self.base
        assert path is not None

        def saved(_where: str) -> None:
            self.post_message(self.Saved(path, name))

        self.place.act(
            lambda service: service.profile_work(path, edits, connection=connection, base=base).save(name), saved
        )


def effect_words(effect: ProfileEffect) -> str:
    """Return what becomes of the orders of files that were taken in with a profile."""
    said = ngettext(
        "{n} file was taken in with it. Read anew, its orders are:",
        "{n} files were taken in with it. Read anew, their orders are:",
        effect.files,
    ).format(n=count(effect.files))
    what = counts(effect.known, effect.new, effect.changed, effect.gone, 0)
    return f"{said}\n{what}\n{_('What is posted stays as it is; the next plan shows what differs.')}"


def _name_problem(name: str) -> str:
    return "" if _NAME.fullmatch(name) else _("Small letters, digits and dashes only, please.")
