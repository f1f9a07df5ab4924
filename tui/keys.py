"""The one table of keys: every action with its key, its Thai twin, another way that is no letter, and its words.

Bindings, the footer, the F1 help, the command palette and docs/keys.md are all made from this table. A letter key works
on a Thai (Kedmanee) keyboard by its twin, the character on the same physical key, and has a way that needs no letter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from textual.binding import Binding

from tui.i18n import N_, _


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person can do on a screen."""

    name: str
    """Textual's action, with its namespace where it is not the screen's own."""
    key: str
    words: str
    """Short, for the footer."""
    help: str
    """One sentence, for the F1 help and the palette."""
    thai: str = ""
    others: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key that does it."""
        return tuple(key for key in (self.key, self.thai, *self.others) if key)


_TABLE: Final = (
    Action("app.toggle_help", "f1", N_("Help"), N_("Show all keys of this place"), "ฦ", ("question_mark",)),
    Action("app.previous_step", "f2", N_("Step back"), N_("Go to the previous step")),
    Action("app.next_step", "f3", N_("Next step"), N_("Go to the next step")),
    Action("refresh", "f5", N_("Refresh"), N_("Read the newest state, or look up again")),
    Action("next_pane", "f6", N_("Pane"), N_("Show the next side of the pane"), "", ("tab",)),
    Action("app.toggle_numbers", "f8", N_("Hide numbers"), N_("Hide or show all amounts, for sharing the screen")),
    Action("app.go_upload", "f9", N_("Upload"), N_("Go to the upload: look once more, then send")),
    Action("app.command_palette", "ctrl+p", N_("Commands"), N_("Find any command by its name")),
    Action("app.leave", "ctrl+q", N_("Leave"), N_("Leave recon; an upload that runs goes on")),
    Action("back", "escape", N_("Back"), N_("Go back one step, clear or close; nothing is lost")),
    Action("open", "enter", N_("Open"), N_("Open what the cursor is on")),
    Action("filter", "slash", N_("Filter"), N_("Filter the list by words"), "ฝ", ("f4",)),
    Action("mark", "space", N_("Mark"), N_("Mark this row and go down")),
    Action("mark_up", "shift+up", N_("Mark up"), N_("Mark a range upwards")),
    Action("mark_down", "shift+down", N_("Mark down"), N_("Mark a range downwards")),
    Action("mark_all", "asterisk", N_("Mark all"), N_("Mark everything the filter shows"), "", ("ctrl+a",)),
    Action("mark_like", "l", N_("Like this"), N_("Mark everything like this row"), "ส", ("f7",)),
    Action(
        "approve",
        "a",
        N_("Approve"),
        N_("Approve what is marked, else this row; nothing is sent yet"),
        "ฟ",
        ("insert",),
    ),
    Action("reject", "r", N_("Reject"), N_("Reject what is marked, with a reason"), "พ", ("delete",)),
    Action("draft", "d", N_("Draft"), N_("Take a decision back"), "ก", ("backspace",)),
    Action("undo", "u", N_("Undo"), N_("Undo the last decision"), "thai_character_sara_ii", ("ctrl+u",)),
    Action("redo", "y", N_("Redo"), N_("Do again what was undone"), "thai_character_mai_han_akat", ("ctrl+y",)),
    Action("group", "g", N_("Group"), N_("Group the rows, with counts and sums"), "เ", ("ctrl+g",)),
    Action("sort", "s", N_("Sort"), N_("Sort by the next column"), "ห", ("ctrl+o",)),
    Action("copy", "c", N_("Copy"), N_("Copy this row"), "แ", ("ctrl+k",)),
    Action("export", "e", N_("Workbook"), N_("Write the audit workbook"), "ำ", ("ctrl+e",)),
    Action("verify", "v", N_("Verify"), N_("Read the ledger back and compare"), "อ", ("ctrl+v",)),
    Action(
        "books",
        "j",
        N_("Books"),
        N_("Compare with books that the ledger exported"),
        "thai_character_mai_ek",
        ("shift+f8",),
    ),
    Action("link_all", "k", N_("Link all"), N_("Link everything at once that can be linked"), "า", ("ctrl+l",)),
    Action("find", "f", N_("Find product"), N_("Look for a product in the ledger's list"), "ด", ("shift+f4",)),
    Action("as_text", "t", N_("As text"), N_("Send these lines as text on the sales account"), "ะ", ("ctrl+w",)),
    Action(
        "create",
        "n",
        N_("Create"),
        N_("Have the ledger create these products, as a line of the plan"),
        "thai_character_sara_uee",
        ("shift+f5",),
    ),
    Action("otherwise", "o", N_("Otherwise"), N_("What happens to channels nobody mapped"), "น", ("shift+f7",)),
    Action(
        "new_things",
        "q",
        N_("New things"),
        N_("Look at what no earlier file had, and say that it is all right"),
        "ๆ",
        ("shift+f9",),
    ),
    Action("choose", "b", N_("Choose file"), N_("Choose a file to take in"), "thai_character_sara_i", ("ctrl+b",)),
    Action("pull", "p", N_("Pull"), N_("Fetch orders from the shop's system"), "ย", ("ctrl+f",)),
    Action(
        "profiles", "z", N_("Columns"), N_("Change what the columns of a known kind of file mean"), "ผ", ("ctrl+n",)
    ),
    Action("take_inbox", "i", N_("Take in inbox"), N_("Take in every new file of the inbox folder"), "ร", ("ctrl+d",)),
    Action("save", "w", N_("Save"), N_("Save what stands here under a name"), "ไ", ("ctrl+r",)),
    Action("plan", "m", N_("Plan"), N_("Work out the documents anew"), "ท", ("ctrl+t",)),
    Action("stop", "x", N_("Stop after this one"), N_("Finish the document in hand, then stop"), "ป", ("ctrl+x",)),
)
# fmt: off
KEYS: Final = {action.name.removeprefix("app."): action for action in _TABLE}
"""Every action by its short name."""


WRITES: Final = frozenset({
    "approve", "reject", "draft", "undo", "redo", "plan", "link_all", "choose", "pull", "take_inbox", "save", "export",
    "create", "as_text", "otherwise", "new_things",
})
"""Actions that change something; they are not there while the screens may only read."""


def bindings(*names: str) -> list[Binding | tuple[str, str] | tuple[str, str, str]]:
    """Return Textual's bindings of these actions; descriptions are translated where they are drawn."""
    return [
        Binding(",".join(KEYS[name].keys), KEYS[name].name, KEYS[name].words, show=False, id=name, key_display=shown(name))
        for name in names
    ]


def shown(name: str, *, thai: bool = False) -> str:
    """Return how a key is written on the screen; with its twin where the person writes Thai."""
    action = KEYS[name]
    text = key_text(action.key)
    return f"{text}/{key_text(action.thai)}" if thai and action.thai else text


def key_text(key: str) -> str:
    """Return how one key is written."""
    return _named(key) or "+".join(_named(part) or (part if len(part) == 1 else part.capitalize()) for part in key.split("+"))


def _named(key: str) -> str:
    """Return the name of a key in the language of now; empty: it is written as it is."""
    return _(_KEY_WORDS[key]) if key in _KEY_WORDS else _KEY_SIGNS.get(key, "")


_KEY_WORDS: Final = {
    "space": N_("Space"), "enter": N_("Enter"), "delete": N_("Del"), "insert": N_("Ins"), "backspace": N_("Backspace"),
    "up": N_("Up"), "down": N_("Down"), "tab": N_("Tab"), "shift": N_("Shift"), "escape": N_("Esc"),
}
"""Keys that have a name of their own on keyboards of other countries."""
_KEY_SIGNS: Final = {
    "slash": "/", "asterisk": "*", "question_mark": "?", "ctrl": "^",
    "thai_character_mai_ek": "-่", "thai_character_sara_ii": "-ี", "thai_character_mai_han_akat": "-ั",
    "thai_character_sara_uee": "-ื", "thai_character_sara_i": "-ิ",
} | {f"f{number}": f"F{number}" for number in range(1, 13)} | {f"ctrl+{letter}": f"^{letter.upper()}" for letter in "abcdefghijklmnopqrstuvwxyz"}
# fmt: on
