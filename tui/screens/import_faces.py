"""The faces of the Import screen: which keys work on which, and the columns of its two lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from recon.service.file_preview import FilePreview
from recon.service.intakes import IntakeHistory
from tui.cells import shown
from tui.i18n import _, count, day, day_heading, language, moment, ngettext, pgettext
from tui.keys import KEYS, key_text
from tui.keys import shown as key_of
from tui.widgets.columns import Column
from tui.widgets.intake_words import FILE_STATES, ORDER_STATES, source_words, state_words
from tui.widgets.totals_bar import BarButton

FACES: Final = ("files", "preview", "work", "result", "editor")
WORKS: Final = {
    "choose": ("files", "result"),
    "pull": ("files", "result"),
    "take_inbox": ("files", "result"),
    "plan": ("files", "result"),
    "profiles": ("files",),
    "open": ("files", "preview", "result", "editor"),
    "sort": ("files", "preview"),
    "next_pane": ("files", "preview", "editor"),
    "undo": ("editor",),
    "save": ("editor",),
}
"""Action to the faces it works on."""
WRITING_FACES: Final = ("preview", "editor", "result")
"""Faces where Enter leads to something that is kept."""
FOOTERS: Final = {
    "files": ("open", "choose", "take_inbox", "pull", "profiles", "next_step", "command_palette"),
    "preview": ("open", "next_pane", "back", "sort"),
    "work": ("back",),
    "result": ("next_step", "plan", "choose", "back"),
    "editor": ("open", "save", "undo", "next_pane", "back"),
}
_ONLY_SOMETIMES: Final = ("take_inbox", "pull", "profiles")
"""Keys of the list of files that have nothing to do in many workspaces."""
Minor = Callable[[int], str]


def file_columns(minor: Minor, currency: str, timezone: str, *, tills: bool = False) -> Sequence[Column]:
    """Return the columns of the list of files; ``tills``: they hold settlements, not orders."""
    state = partial(state_words, FILE_STATES)
    return (
        Column("state", lambda: _("State"), render=state, tone=_tone(FILE_STATES), priority=0),
        Column("name", lambda: _("File"), grow=True, priority=0, least=12),
        Column("source", lambda: _("Format"), render=source_words, priority=5, drop_below=150),
        Column("at", lambda: day_heading(_("When")), render=lambda at: moment(at, timezone), priority=4, drop_below=80),
        Column("who", lambda: _("Who"), priority=6, drop_below=170),
        Column("orders", lambda: pgettext("column", "Settlements") if tills else _("Orders"), align="right", render=count, priority=1),
        Column("new", lambda: _("New"), align="right", render=count, priority=2, drop_below=80),
        Column("changed", lambda: _("Changed"), align="right", render=count, priority=3, drop_below=150),
        Column("refused", lambda: _("Refused"), align="right", render=count, priority=3, drop_below=150),
        Column("total_minor", lambda: _("Sum {currency}").format(currency=currency), amount=True, render=minor, priority=0),
    )  # fmt: skip


def order_columns(minor: Minor, *, tills: bool = False) -> Sequence[Column]:
    """Return the columns of the orders of a file that is looked at; ``tills``: they are settlements."""
    state = partial(state_words, ORDER_STATES)
    return (
        Column("row", lambda: _("Row"), align="right", render=count, priority=3, drop_below=70),
        Column("order", lambda: _("Settlement") if tills else _("Order"), priority=0, least=10),
        Column("day", lambda: day_heading(_("Date")), render=day, priority=2, drop_below=70),
        Column("customer", lambda: _("Buyer"), grow=True, priority=1, least=8, drop_below=60),
        Column("total_minor", lambda: _("Gross"), amount=True, render=minor, priority=0),
        Column("currency", lambda: _("Currency"), priority=5, drop_below=110),
        Column("state", lambda: _("What"), render=state, tone=_tone(ORDER_STATES), priority=0),
    )  # fmt: skip


def nothing_yet(*, tills: bool) -> str:
    """Return what is said where no file was taken in."""
    if tills:
        return _("No settlements yet. Choose a file of the tills, or fill the inbox folder.")
    return _("No orders yet. Choose a file, or fill the inbox folder.")


def choose_words() -> str:
    """Return the key that chooses a file, with its words."""
    return f"{key_text(KEYS['choose'].key)}  {_('Choose file')}"


def files_footer(history: IntakeHistory | None) -> tuple[str, ...]:
    """Return the keys of the list of files: those that have something to do, seven at most with the key for help."""
    if history is None:
        return tuple(name for name in FOOTERS["files"] if name not in _ONLY_SOMETIMES)
    there = (bool(history.inbox), any(one.can_pull for one in history.connections), bool(history.profiles))
    idle = {name for name, is_there in zip(_ONLY_SOMETIMES, there, strict=True) if not is_there}
    return tuple(name for name in FOOTERS["files"] if name not in idle)[:6]


def bar_button(action: str, words: str) -> BarButton:
    """Return a button of the line above the keys."""
    return BarButton(KEYS[action].name if action == "next_step" else f"screen.{action}", lambda _marked: words)


def take_words(preview: FilePreview | None) -> str:
    """Return what taking in would do."""
    if preview is None or preview.report.status == "known":
        return _("Nothing new")
    return _("Take in {n}").format(n=count(preview.takes_in))


def about_words(face: str, name: str, base: str, history: IntakeHistory | None) -> str:
    """Return the line under the steps: the file in hand and the profile that is changed, else where orders come from."""
    if face in {"preview", "editor"} and name:
        file = f"{_('File')}: {shown(name)}"
        return f"{source_words('profile', base)}   {file}" if face == "editor" and base else file
    known = history.connections if history else ()
    return "   ".join(f"{shown(one.name)}: {source_words(one.source, one.profile)}" for one in known)


def not_taken_in() -> str:
    """Return what can be done with a file that waits in the inbox folder."""
    key = key_of("take_inbox", thai=language() == "th")
    return _("Not taken in yet. Enter looks at it first, {key} takes in every new file.").format(key=key)


def bar_words(face: str, history: IntakeHistory | None, reports: int) -> str:
    """Return what stands at the left of the buttons."""
    if face == "result" and reports > 1:
        return ngettext("{n} file", "{n} files", reports).format(n=count(reports))
    files, waiting = (len(history.files), len(history.inbox)) if history else (0, 0)
    if face != "files" or not files + waiting:
        return ""
    words = ngettext("{n} file taken in", "{n} files taken in", files).format(n=count(files))
    return f"{words}   {_('{n} in the inbox').format(n=count(waiting))}" if waiting else words


def _tone(states: dict[str, tuple[str, str, str]]) -> Callable[[str], str]:
    return lambda state: states.get(state, ("", "", ""))[1]
