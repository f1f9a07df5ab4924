"""Typing the keys of a connection: never shown, tried before they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Static

from tui.cells import shown
from tui.i18n import N_, _
from tui.widgets.choice import Choice
from tui.widgets.dialogs import Dialog
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


class KeysDialog(Dialog[TypedKeys]):
    """Asks for all keys of a connection at once."""

    AUTO_FOCUS = "Input"
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
            yield Static("", classes="problem", markup=False)
            with Horizontal():
                yield Button(Content(_("Cancel")), id="cancel")
                yield Button(Content(_("Try and keep")), id="yes")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to the next line, from the last one on."""
        event.stop()
        lines = list(self.query(Input))
        place = lines.index(event.input)
        if place + 1 < len(lines):
            lines[place + 1].focus()
        else:
            self._answer()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer, or go back."""
        event.stop()
        if event.button.id == "yes":
            self._answer()
        else:
            self.dismiss(None)

    def _answer(self) -> None:
        values = {str(line.name): line.value.strip() for line in self.query(Input)}
        missing = [name for name, value in values.items() if not value]
        if missing:
            words = _("Still missing: {names}").format(names=", ".join(name.replace("_", " ") for name in missing))
            self.query_one(".problem", Static).update(Content(words))
            return
        self.dismiss(TypedKeys(values, self.query_one(Choice).value))
