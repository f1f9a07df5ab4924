"""A small chart in plain text: one line a day with a bar, the number of documents and their value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from tui.cells import centre, columns, fit, shown, widths_of
from tui.i18n import _, count
from tui.widgets.columns import Words, said

_HIDDEN: Final = "#####"
_BAR: Final = "#"
_BELOW_ZERO: Final = "-"
_LEAST_BAR: Final = 4


@dataclass(frozen=True, slots=True)
class DayBar:
    """One day of the chart."""

    day: str
    documents: int
    value_minor: int
    """Length of the bar; below zero where credit notes outweigh the rest."""
    value: str
    """The same as text, in the form of the screen."""


class DayBars(Widget):
    """Documents and value per day; the newest days if not all fit. Figures stand at the right, the bar takes the rest."""

    DEFAULT_CSS = "DayBars { height: auto; max-height: 12; }"

    hide_numbers: reactive[bool] = reactive(default=False)

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._days: tuple[DayBar, ...] = ()
        self._empty: Words = ""

    def show(self, days: Sequence[DayBar]) -> None:
        """Show these days, the oldest first."""
        self._days = tuple(days)
        self.refresh(layout=True)

    def say_when_empty(self, sentence: Words) -> None:
        """Set what stands here while there are no days."""
        self._empty = sentence
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - Textual's signature
        """One line a day and a heading."""
        return len(self._days) + 1 if self._days else 1

    def render(self) -> Content:
        """Return the chart."""
        if not self._days:
            return Content(centre(shown(said(self._empty)), self.size.width))
        days = self._days[-max(1, self.size.height - 1) :]
        head = (_("Day"), _("Documents"), _("Value"))
        texts = [(shown(day.day), count(day.documents), self._value(day)) for day in days]
        day, documents, value = widths_of([head, *texts])
        room = self.size.width - day - documents - value - 5
        widths = (day, max(0, room), documents, value)
        longest = max(abs(one.value_minor) for one in self._days)
        lines = [self._line((head[0], "", head[1], head[2]), widths)]
        for one, (label, number, amount) in zip(days, texts, strict=True):
            lines.append(self._line((label, _bar(one.value_minor, longest, room), number, amount), widths))
        return Content("\n".join(lines))

    def _line(self, texts: Sequence[str], widths: Sequence[int]) -> str:
        return fit(" " + columns(texts, widths, right=(2, 3)), self.size.width)

    def _value(self, day: DayBar) -> str:
        return _HIDDEN if self.hide_numbers else shown(day.value)


def _bar(value: int, longest: int, room: int) -> str:
    """Return a bar in proportion; a day with any value has at least one sign."""
    if room < _LEAST_BAR or not value or not longest:
        return ""
    sign = _BAR if value > 0 else _BELOW_ZERO
    return sign * max(1, room * abs(value) // longest)
