"""Ask from which day to which day orders are fetched from the shop's system."""

from __future__ import annotations

import datetime as dt

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from tui.cells import shown
from tui.i18n import _
from tui.widgets.dialogs import FormDialog

Days = tuple[dt.date | None, dt.date | None]


class PullDialog(FormDialog[Days]):
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
            yield from self.last_line(_("Fetch"))

    def answer(self) -> None:
        """Answer with what was typed, or say what is wrong with it."""
        texts = [self.query_one(f"#{name}", Input).value.strip() for name in ("since", "until")]
        try:
            since, until = (dt.date.fromisoformat(text) if text else None for text in texts)
        except ValueError:
            wrong = next(text for text in texts if text and not _is_day(text))
            problem = _("{text} is no day such as 2026-01-31.").format(text=shown(wrong))
            self.refuse(problem)
            return
        if since and until and until < since:
            problem = _("The last day lies before the first.")
            self.refuse(problem)
            return
        self.dismiss((since, until))


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
