"""Typing the keys of a connection: never shown, tried before they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from tui.cells import shown
from tui.i18n import N_, _
from tui.widgets.choice import Choice
from tui.widgets.dialogs import FormDialog
from tui.widgets.filter_line import FilterInput

KEEPS = (("keyring", N_("in the key store of this computer")), ("file", N_("in a file only you can read")))


@dataclass(frozen=True, slots=True)
class TypedKeys:
    """What was typed."""

    values: dict[str, str]
    keep: str
    """keyring or file."""

    def __repr__(self) -> str:
        """Name the keys, never their values."""
        return f"TypedKeys({', '.join(self.values)})"


class KeysDialog(FormDialog[TypedKeys]):
    """Asks for all keys of a connection at once."""

    AUTO_FOCUS = "Input"
    ENTER_GOES_ON = True
    DEFAULT_CSS = """
    KeysDialog .label { height: 1; }
    KeysDialog Choice { margin-top: 1; }
    """

    def __init__(self, connection: str, names: Sequence[tuple[str, str]], keep: str) -> None:
        """Ask for ``names`` as (system, name)."""
        super().__init__()
        self._connection, self._names, self._keep = connection, tuple(names), keep

    def compose(self) -> ComposeResult:
        """One line for each key, where they are kept, Cancel and the yes."""
        with Vertical():
            yield Static(Content(_("Keys of {connection}").format(connection=shown(self._connection))), classes="title")
            for system, name in self._names:
                yield Static(Content(f"{system} {name.replace('_', ' ')}"), classes="label")
                yield FilterInput(password=name != "storename", name=name)
            yield Choice([(value, _(words)) for value, words in KEEPS], self._keep, id="keep")
            yield from self.last_line(_("Try and keep"))

    def answer(self) -> None:
        """Answer with what was typed, or say what is wrong with it."""
        values = {str(line.name): line.value.strip() for line in self.query(Input)}
        missing = [name for name, value in values.items() if not value]
        if missing:
            words = _("Still missing: {names}").format(names=", ".join(name.replace("_", " ") for name in missing))
            self.refuse(words)
            return
        self.dismiss(TypedKeys(values, self.query_one(Choice).value))
