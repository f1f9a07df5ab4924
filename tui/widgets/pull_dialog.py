"""Ask from which day to which day orders are fetched from the shop's system."""

from __future__ import annotations

import datetime as dt

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Static

from tui.cells import shown
from tui.i18n import _
from tui.widgets.dialogs import Dialog

Days = tuple[dt.date | None, dt.date | None]


class PullDialog(Dialog[Days]):
    """Answers with the first and the last day; None for either: as far as there is."""

    AUTO_FOCUS = "#yes"
    DEFAULT_CSS = "PullDialog .label { height: 1; margin-top: 1; }"

    def __init__(self, connection: str, since: str) -> None:
        super().__init__()
        self._connection, self._since = connection, since

    def compose(self) -> ComposeResult:
        """Two days, Cancel and the yes."""
        with Vertical():
            yield Static(Content(_("Fetch orders of {name}").format(name=shown(self._connection))), classes="title")
            yield Static(Content(_("Orders changed from this day on (year-month-day):")), classes="label")
            yield Input(self._since, id="since")
            yield Static(Content(_("up to this day (empty: today):")), classes="label")
            yield Input(id="until", placeholder="2026-01-31")
            yield Static(Content(_("Answers are kept as they come; nothing is posted by this.")), classes="words")
            yield Static("", classes="problem", markup=False)
            with Horizontal():
                yield Button(Content(_("Cancel")), id="cancel")
                yield Button(Content(_("Fetch")), id="yes")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in a line is the yes."""
        event.stop()
        self._answer()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer, or go back."""
        event.stop()
        if event.button.id == "yes":
            self._answer()
        else:
            self.dismiss(None)

    def _answer(self) -> None:
        texts = [self.query_one(f"#{name}", Input).value.strip() for name in ("since", "until")]
        try:
            since, until = (dt.date.fromisoformat(text) if text else None for text in texts)
        except ValueError:
            wrong = next(text for text in texts if text and not _is_day(text))
            problem = _("{text} is no day such as 2026-01-31.").format(text=shown(wrong))
            self.query_one(".problem", Static).update(Content(problem))
            return
        if since and until and until < since:
            problem = _("The last day lies before the first.")
            self.query_one(".problem", Static).update(Content(problem))
            return
        self.dismiss((since, until))


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
