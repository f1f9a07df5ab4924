"""Asks for a person's word on a document that waits for one: what is true, under which number, why, and who says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Checkbox, Input, OptionList, Static
from textual.widgets.option_list import Option

from recon.service import PersonsWord
from recon.service.upload_records import PersonLine
from tui.cells import shown
from tui.core_texts import OUTBOX_STATES
from tui.i18n import N_, _
from tui.widgets.dialogs import Dialog

WORDS: Final = {
    "posted": N_("It stands in the ledger and is ours"),
    "by-hand": N_("A person entered it there by hand"),
    "send-again": N_("It is certainly not there: send it again"),
    "cancelled": N_("It is not there and not wanted: plan anew"),
}
"""What may be said."""
IN_LEDGER: Final = ("posted", "by-hand")


@dataclass(frozen=True, slots=True)
class Settlement:
    """What the person said."""

    actor: str
    said: PersonsWord


class Tick(Checkbox):
    """A box that shows by its sign whether it is ticked, not by colour alone."""

    BUTTON_LEFT, BUTTON_INNER, BUTTON_RIGHT = "[", " ", "]"

    def watch_value(self) -> None:
        """Show the sign."""
        self.BUTTON_INNER = "x" if self.value else " "
        super().watch_value()


class SettleDialog(Dialog[Settlement]):
    """One document, one word."""

    AUTO_FOCUS = "#cancel"
    DEFAULT_CSS = """
    SettleDialog > Vertical { padding: 0 1; }
    SettleDialog VerticalScroll { height: auto; max-height: 1fr; }
    SettleDialog .words { margin: 0; max-height: 4; }
    SettleDialog OptionList { max-height: 5; }
    SettleDialog Horizontal.line { align-horizontal: left; margin: 0; height: 1; }
    SettleDialog Horizontal.line Static { width: 18; }
    SettleDialog Horizontal.line Input { width: 1fr; }
    SettleDialog Tick > .toggle--button, SettleDialog Tick.-on > .toggle--button { color: $recon-text; background: $recon-panel; }
    SettleDialog Checkbox { height: 1; border: none; padding: 0; background: $recon-panel; color: $recon-text; }
    SettleDialog #buttons { margin-top: 0; }
    """

    def __init__(self, line: PersonLine, words: str, *, actor: str) -> None:
        """``words``: what is odd about it, as the screen says it."""
        super().__init__()
        self._line, self._words, self._actor = line, words, actor
        self._choices = tuple(word for word in WORDS if word in line.allowed)

    def compose(self) -> ComposeResult:
        """What is known, what may be said, the lines to fill, Cancel and the yes."""
        line = self._line
        title = f"{shown(line.number or line.document_key)}   {_(OUTBOX_STATES[line.state])}"
        with Vertical():
            yield Static(Content(title), classes="title")
            with VerticalScroll(can_focus=False):
                yield Static(Content(self._words), classes="words")
                yield OptionList(*(Option(Content(_(WORDS[word]))) for word in self._choices))
                for name, words, value in (
                    ("number", _("Ledger's number"), line.ledger_number or line.number or ""),
                    ("reason", _("What you found"), ""),
                    ("name", _("Your name"), self._actor),
                ):
                    with Horizontal(classes="line"):
                        yield Static(Content(words))
                        yield Input(value, id=f"settle-{name}")
                yield Tick(Content(_("Accept what differs; it is kept with the reason")), id="settle-accept")
                yield Static("", classes="problem", markup=False)
            with Horizontal(id="buttons"):
                yield Button(Content(_("Cancel")), id="cancel")
                yield Button(Content(_("Look in the ledger, then settle")), id="yes")

    def on_mount(self) -> None:
        """The first word that may be said is chosen until another one is."""
        self.query_one(OptionList).highlighted = 0
        self._number_counts()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """A number belongs to what stands in the ledger only."""
        event.stop()
        self._number_counts()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter on a word goes on to what must be filled in."""
        event.stop()
        self.query_one("#settle-number" if self._word in IN_LEDGER else "#settle-reason", Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in a line goes on to the next; it never settles."""
        event.stop()
        self.focus_next()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer, or go back."""
        event.stop()
        if event.button.id == "cancel":
            self.dismiss(None)
            return
        number, reason, name = (
            self.query_one(f"#settle-{one}", Input).value.strip() for one in ("number", "reason", "name")
        )
        missing = [words for words, value in ((_("what you found"), reason), (_("your name"), name)) if not value]
        if self._word in IN_LEDGER and not number:
            missing.insert(0, _("the ledger's number"))
        if missing:
            words = _("Still missing: {what}. Nothing was settled.").format(what=", ".join(missing))
            self.query_one(".problem", Static).update(Content(words))
            return
        accept = self.query_one(Checkbox).value
        numbers = (number,) if self._word in IN_LEDGER else ()
        self.dismiss(
            Settlement(name, PersonsWord(to=self._word, reason=reason, numbers=numbers, accept_differences=accept))
        )

    @property
    def _word(self) -> str:
        return self._choices[self.query_one(OptionList).highlighted or 0]

    def _number_counts(self) -> None:
        self.query_one("#settle-number", Input).disabled = self._word not in IN_LEDGER
