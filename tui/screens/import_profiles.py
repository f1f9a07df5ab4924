"""Column profiles on the Import screen: a new one for an unknown file, and those that are there, opened again and changed."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from recon.errors import UsageError
from recon.service.profile_saving import ProfileList, ProfileUse
from tui.cells import shown
from tui.i18n import _, count, ngettext
from tui.screens.import_ways import ImportWays
from tui.screens.profile_editor import ProfileEditor
from tui.widgets.dialogs import ChoiceDialog
from tui.widgets.file_chooser import FileChooser

CHANGE: Final = "\x00change "


class ImportProfiles(ImportWays):
    """How a person comes to the columns of a file."""

    def columns_of(self, path: Path) -> None:
        """Read the file with a profile that is there, change one for it, or make one."""
        profiles = self.history.profiles if self.history else ()
        if not profiles:
            self.edit_columns(path)
            return
        choices = [("", _("Tell what its columns mean (a new profile)"))]
        choices += [(name, _("Read with column profile {name}").format(name=name)) for name in profiles]
        choices += [(CHANGE + name, _("Change column profile {name} for it").format(name=name)) for name in profiles]

        def chosen(name: str | None) -> None:
            if name is None:
                return
            if name.startswith(CHANGE):
                self.edit_columns(path, base=name.removeprefix(CHANGE))
            elif name:
                self.look_at(path, profile=name)
            else:
                self.edit_columns(path)

        self.app.push_screen(ChoiceDialog(_("How is this file read?"), choices), chosen)

    def edit_columns(self, path: Path, *, base: str = "", title: str = "") -> None:
        """Open the columns of a file, as nobody knows them yet or as a profile that is there reads them."""
        if not title:
            self.looked_at = path
        self.query_one(ProfileEditor).open(path, self._connection or None, base=base, title=title or path.name)
        self.show_face("editor")

    # --- profiles that are there

    def action_profiles(self) -> None:
        """Choose one of the profiles that are there."""
        self.ask(lambda service: service.profile_list(), self._profiles_came, group="profiles")

    def _profiles_came(self, found: ProfileList) -> None:
        if not found.profiles:
            words = _("There is no column profile yet. Choose a file nobody knows: its columns are asked then.")
            self.show_error(UsageError(f"{words} {_('Nothing was done.')}"))
            return
        by_name = {one.name: one for one in found.profiles}
        choices = [(one.name, _use_words(one)) for one in found.profiles]
        dialog = ChoiceDialog(_("Which columns shall be changed?"), choices)
        self.app.push_screen(dialog, lambda name: self._open_profile(by_name[name]) if name else None)

    def _open_profile(self, use: ProfileUse) -> None:
        """Show it on the newest file that was taken in with it; where there is none, on one that is chosen."""
        self._connection = use.connections[0] if use.connections else self._connection
        if use.example:
            self.edit_columns(Path(use.example), base=use.name, title=use.example_name)
            return
        start = self.recon.session.workspace.root / "inbox"
        self.app.push_screen(FileChooser(start), partial(self._example_chosen, use.name))

    def _example_chosen(self, base: str, path: Path | None) -> None:
        if path is not None:
            self.edit_columns(path, base=base)

    def on_profile_editor_saved(self, event: ProfileEditor.Saved) -> None:
        """The profile is there: take the file in with it; one that was taken in before is read anew by itself."""
        self.unknown = self.preview = None
        if self.recon.session.workspace.intake not in event.path.parents:
            self.look_at(event.path, profile=event.name)
            return
        self.load()
        self.show_face("files")
        words = _("Column profile {name} is saved. Plan anew to see what differs.")
        self.notify(words.format(name=event.name), markup=False)


def _use_words(use: ProfileUse) -> str:
    """Return a profile's name, what was read with it, and why it reads nothing."""
    files = ngettext("{n} file", "{n} files", use.files).format(n=count(use.files))
    orders = ngettext("{n} order", "{n} orders", use.orders).format(n=count(use.orders))
    words = f"{use.name}   {files}, {orders}"
    return f"! {words}   {shown(use.problem)}" if use.problem else words
