"""The faces of the upload screen: the second door with Cancel as its default, and the progress with its four lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from recon.service.upload_records import UploadDoor
from tui.i18n import N_, _, count
from tui.upload_words import Speech, door_facts, door_risks
from tui.widgets.meter import Meter

LISTS: Final = {
    "results": N_("Results"),
    "refused": N_("Refused"),
    "unsure": N_("Unsure"),
    "person": N_("Needs you"),
}
"""The lists behind the progress, in order."""


class DoorPane(Vertical):
    """What is about to be sent, and two buttons; Cancel has the focus."""

    DEFAULT_CSS = """
    DoorPane { height: 1fr; padding: 0 1; }
    DoorPane VerticalScroll { height: 1fr; }
    DoorPane Static { height: auto; }
    DoorPane .ask { height: 1; }
    DoorPane .ask Static { width: auto; padding-right: 1; }
    DoorPane .ask Input { width: 30; background: $recon-cursor; }
    DoorPane #door-buttons { height: 1; align-horizontal: right; }
    DoorPane #door-buttons Button { margin-left: 2; }
    """

    class Cancelled(Message):
        """The person went back."""

    class Sent(Message):
        """The person said yes."""

        def __init__(self, actor: str, confirm: str) -> None:
            super().__init__()
            self.actor = actor
            self.confirm = confirm

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.door: UploadDoor | None = None
        self._is_open = False

    def compose(self) -> ComposeResult:
        """Facts, what was asked of the ledger, the lines to type into, the buttons."""
        with VerticalScroll():
            yield Static(id="door-check")
            yield Static(id="door-facts")
            yield Static(id="door-risks")
        with Horizontal(classes="ask", id="ask-name"):
            yield Static(Content(_("Your name, as the one who sends:")))
            yield Input(id="door-name")
        with Horizontal(classes="ask", id="ask-confirm"):
            yield Static(id="confirm-words")
            yield Input(id="door-confirm")
        with Horizontal(id="door-buttons"):
            yield Button(Content(_("Cancel")), id="door-cancel")
            yield Button("", id="door-send", disabled=True)

    def show(self, door: UploadDoor, say: Speech, *, answered: Content, is_open: bool) -> None:
        """Show these facts; ``is_open``: the right company answered and something may be sent."""
        is_new = self.door is None or (self.door.batch, self.door.state) != (door.batch, door.state)
        self.door, self._is_open = door, is_open
        self.query_one("#door-facts", Static).update(door_facts(door, say))
        self.query_one("#door-check", Static).update(answered)
        self.query_one("#door-risks", Static).update(door_risks(door, say))
        self.query_one("#ask-name").display = door.state == "draft"
        self.query_one("#ask-confirm").display = bool(door.confirm)
        self.query_one("#confirm-words", Static).update(
            Content(_("Type the company's short name ({name}):").format(name=door.confirm))
        )
        if is_new:
            self.query_one("#door-name", Input).value = door.actor
            self.query_one("#door-confirm", Input).value = ""
            self.call_after_refresh(self.query_one("#door-cancel", Button).focus)
        send = self.query_one("#door-send", Button)
        send.label = Content(_("Upload {n}").format(n=count(door.documents)))
        send.disabled = not self._may_send()

    def _may_send(self) -> bool:
        if self.door is None or not self._is_open:
            return False
        typed = self.query_one("#door-confirm", Input).value.strip().casefold()
        named = bool(self.door.state != "draft" or self.query_one("#door-name", Input).value.strip())
        return named and typed == self.door.confirm.strip().casefold()

    def on_input_changed(self, event: Input.Changed) -> None:
        """The button opens when everything is typed as it should be."""
        event.stop()
        self.query_one("#door-send", Button).disabled = not self._may_send()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in a line goes on to the next; it never sends."""
        event.stop()
        self.screen.focus_next()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Send, or go back."""
        event.stop()
        if event.button.id == "door-cancel":
            self.post_message(self.Cancelled())
        elif self._may_send():
            event.button.disabled = True
            actor = self.query_one("#door-name", Input).value.strip()
            self.post_message(self.Sent(actor, self.query_one("#door-confirm", Input).value.strip()))


class ListTabs(Widget):
    """One line with the four lists and how much is in each; a click goes there."""

    DEFAULT_CSS = """
    ListTabs { height: 1; link-style: none; link-color: $recon-text; link-style-hover: underline; link-color-hover: $recon-text; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._counts: dict[str, int] = {}
        self._here = "results"

    def show(self, here: str, counts: dict[str, int]) -> None:
        """Show which list is open."""
        self._here, self._counts = here, counts
        self.refresh()

    def render(self) -> Content:
        """Return the line."""
        parts: list[tuple[str, Style | str]] = []
        for name, words in LISTS.items():
            n = self._counts.get(name, 0)
            text = f"{_(words)} {count(n)}" if name != "results" else _(words)
            click = Style.from_meta({"@click": f"screen.show_list('{name}')"})
            here = name == self._here
            parts += [(f"[{text}]" if here else f" {text} ", click + Style(bold=here, dim=False)), ("  ", "")]
        return Content.assemble(*parts)


class ProgressPane(Vertical):
    """Figures of a batch on its way, and the list that is open."""

    DEFAULT_CSS = """
    ProgressPane { height: 1fr; padding: 0 1; }
    ProgressPane Static { height: auto; }
    ProgressPane #up-note { max-height: 4; color: $recon-text; }
    ProgressPane OptionList { height: 1fr; border: none; background: $recon-ground; padding: 0; scrollbar-size-vertical: 1; }
    ProgressPane OptionList > .option-list--option-highlighted { background: $recon-cursor; color: $recon-text; text-style: none; }
    ProgressPane OptionList:focus { border: none; background-tint: $recon-ground 0%; }
    ProgressPane OptionList:focus > .option-list--option-highlighted { background: $recon-cursor; color: $recon-text; text-style: bold; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._shown: tuple[str, tuple[Content, ...]] = ("", ())

    def compose(self) -> ComposeResult:
        """Headline, meter, counts, a note, the tabs, the list."""
        yield Static(id="up-head")
        yield Meter(id="up-meter")
        yield Static(id="up-tallies")
        yield Static(id="up-note")
        yield ListTabs()
        yield OptionList(id="up-list")

    def list_lines(self, name: str, lines: Sequence[Content], empty: str) -> None:
        """Fill the list; the cursor stays where it was."""
        wanted = (name, tuple(lines) or (Content(empty),))
        if wanted == self._shown:
            return
        options = self.query_one(OptionList)
        at = options.highlighted if name == self._shown[0] else None
        self._shown = wanted
        options.clear_options()
        options.add_options([Option(line, disabled=not lines) for line in wanted[1]])
        if lines:
            options.highlighted = min(at or 0, len(lines) - 1)

    @property
    def cursor(self) -> int | None:
        """Number of the line the cursor is on."""
        return self.query_one(OptionList).highlighted

    def on_resize(self, event: events.Resize) -> None:
        """Lines are cut to the width, so they are made anew by whoever shows them."""
        del event
        self._shown = ("", ())
