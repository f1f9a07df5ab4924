"""Choose a file: folders and readable files in a list, or a path that is typed, pasted or dragged onto the terminal.

Folders are read beside the screen, because a network drive may take its time. Hidden files and kinds nobody reads are
left out, and said to be; names from outside are cleaned before they are shown.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from recon.intake import READABLE
from tui.cells import fit, shown, split_line
from tui.handing import hand_over
from tui.i18n import _, count, day, ngettext
from tui.paths import given_path
from tui.widgets.dialogs import Dialog

MOST_ENTRIES: Final = 2000
_KIB: Final = 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list."""

    path: Path
    is_folder: bool
    size: int = 0
    changed: str = ""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as it was read."""

    path: Path
    entries: tuple[Entry, ...] = ()
    others: int = 0
    """Files of kinds nobody reads, and what is beyond the longest list."""
    problem: str = ""
    file: Path | None = None
    """It is a file: chosen."""


class FileChooser(Dialog[Path]):
    """Answers with a path, or with None."""

    AUTO_FOCUS = "#entries"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "again", show=False),
        Binding("tab", "app.focus_next", show=False),
        Binding("backspace", "up", show=False),
    ]
    DEFAULT_CSS = """
    FileChooser > Vertical { width: 96; height: 96%; padding: 0 1; }
    FileChooser #where { height: 1; color: $recon-dim; }
    FileChooser #entries { height: 1fr; max-height: 100%; margin-top: 1; }
    FileChooser #others { height: auto; color: $recon-dim; }
    FileChooser Horizontal { margin-top: 0; }
    """

    def __init__(self, start: Path, *, title: str = "", kinds: frozenset[str] = READABLE) -> None:
        """Begin in a folder; ``kinds``: endings of the files that are shown, with the dot."""
        super().__init__()
        self._folder, self._title, self._kinds = Folder(start), title, kinds

    def compose(self) -> ComposeResult:
        """Path, list, what is left out, buttons."""
        with Vertical():
            yield Static(Content(self._title or _("Choose a file to take in")), classes="title")
            yield Input(placeholder=_("Type, paste or drag a file here"), id="path")
            yield Static("", classes="problem", markup=False)
            yield Static("", id="where", markup=False)
            yield OptionList(id="entries")
            yield Static("", id="others", markup=False)
            with Horizontal():
                yield Button(Content(_("Cancel")), id="cancel")
                yield Button(Content(_("Open")), id="yes")

    def on_mount(self) -> None:
        """Read the folder to begin with."""
        self.open_path(self._folder.path)

    def on_resize(self) -> None:
        """Lines are made for the width there is."""
        self.call_after_refresh(self._show)

    def action_again(self) -> None:
        """Read the folder anew."""
        self.open_path(self._folder.path)

    def action_up(self) -> None:
        """Go to the folder above."""
        if self.focused is not self.query_one("#path"):
            self.open_path(self._folder.path.parent)

    @work(thread=True, exclusive=True, group="folder")
    def open_path(self, path: Path) -> None:
        """Look what stands there, beside the screen."""
        found = read_folder(path, self._kinds)
        hand_over(self.app, self._came, found)

    def _came(self, found: Folder) -> None:
        if not self.is_attached:
            return
        self.query_one(".problem", Static).update(Content(shown(found.problem)))
        if found.file is not None:
            self.dismiss(found.file)
        elif not found.problem:
            self._folder = found
            self._show()
            self.query_one("#path", Input).value = ""
            self.query_one("#entries", OptionList).focus()

    def _show(self) -> None:
        folder = self._folder
        entries = self.query_one("#entries", OptionList)
        width = max(entries.size.width - 4, 20)
        self.query_one("#where", Static).update(Content(fit(shown(folder.path), width + 2)))
        entries.clear_options()
        entries.add_option(Option(Content(".."), id="up"))
        entries.add_options(
            [Option(Content(self._line(entry, width)), id=str(n)) for n, entry in enumerate(folder.entries)]
        )
        entries.highlighted = 1 if folder.entries else 0
        left_out = ngettext("{n} other file is not shown.", "{n} other files are not shown.", folder.others)
        none = _("No CSV, Excel or JSON file here.") if self._kinds == READABLE else _("No such file here.")
        nothing = "" if folder.entries else none + " "
        others = left_out.format(n=count(folder.others)) if folder.others else ""
        self.query_one("#others", Static).update(Content(nothing + others))

    @staticmethod
    def _line(entry: Entry, width: int) -> str:
        if entry.is_folder:
            return fit(shown(entry.path.name) + "/", width)
        size = _("{n} kB").format(n=count(max(1, -(-entry.size // _KIB))))
        return split_line(shown(entry.path.name), f"{size}  {day(entry.changed, era=True)}", width)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go into a folder, or take a file."""
        event.stop()
        self._choose(event.option.id)

    def _choose(self, option: str | None) -> None:
        if option == "up":
            self.open_path(self._folder.path.parent)
        elif option is not None:
            entry = self._folder.entries[int(option)]
            if entry.is_folder:
                self.open_path(entry.path)
            else:
                self.dismiss(entry.path)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the line opens what was typed."""
        event.stop()
        self._typed(event.value)

    def _typed(self, text: str) -> None:
        path = given_path(text)
        if path is None:
            self.query_one(".problem", Static).update(Content(_("Write the path of a file or a folder.")))
        else:
            self.open_path(path if path.is_absolute() else self._folder.path / path)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Open what is written, else what the cursor is on; or go back."""
        event.stop()
        entries, text = self.query_one("#entries", OptionList), self.query_one("#path", Input).value
        if event.button.id != "yes":
            self.dismiss(None)
        elif text.strip():
            self._typed(text)
        elif entries.highlighted is not None:
            self._choose(entries.get_option_at_index(entries.highlighted).id)


def read_folder(path: Path, kinds: frozenset[str] = READABLE) -> Folder:
    """Return what stands at a path: a folder's entries of these kinds, a chosen file, or what is wrong with it."""
    try:
        path = Path(os.path.normpath(path))
        if path.is_file():
            return Folder(path.parent, file=path)
        entries, others = _entries(path, kinds)
    except FileNotFoundError:
        return Folder(path, problem=_("There is no file or folder {path}.").format(path=path))
    except PermissionError:
        return Folder(
            path, problem=_("{path} may not be read by you. Ask its owner, or copy the file.").format(path=path)
        )
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        return Folder(path, problem=_("{path} cannot be opened: {why}").format(path=path, why=why))
    return Folder(path, entries, others)


def _entries(path: Path, kinds: frozenset[str]) -> tuple[tuple[Entry, ...], int]:
    folders, files, others = [], [], 0
    with os.scandir(path) as found:
        for one in found:
            if one.name.startswith((".", "~$")):
                continue
            if one.is_dir():
                folders.append(Entry(Path(one.path), is_folder=True))
            elif Path(one.name).suffix.lower() in kinds and one.is_file():
                facts = one.stat()
                changed = dt.datetime.fromtimestamp(facts.st_mtime, dt.UTC).date().isoformat()
                files.append(Entry(Path(one.path), is_folder=False, size=facts.st_size, changed=changed))
            else:
                others += 1
    folders.sort(key=lambda entry: entry.path.name.casefold())
    files.sort(key=lambda entry: (entry.changed, entry.path.name.casefold()), reverse=True)
    both = (*folders, *files)
    return both[:MOST_ENTRIES], others + max(0, len(both) - MOST_ENTRIES)
