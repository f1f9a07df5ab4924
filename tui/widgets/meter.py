"""A progress bar that always says its figures: done of all, sums, and what is left."""

from __future__ import annotations

from typing import Final

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.cells import shown, width_of
from tui.i18n import _, count

_MOST_CELLS: Final = 30
_FEWEST_CELLS: Final = 5
_DONE: Final = "#"
_OPEN: Final = "-"


def bar(done: int, total: int, cells: int) -> str:
    """Return a bar of so many cells; it is full only when everything is done, and not empty once something is."""
    if total <= 0:
        return _OPEN * cells
    filled = max(0, min(cells, cells * done // total))
    if 0 < done < total:
        filled = max(1, min(filled, cells - 1))
    return _DONE * filled + _OPEN * (cells - filled)


class Meter(Widget):
    """``[######------]  15 / 24   78,210.00 of 123,402.00   0:21 left``: the bar gives way first, figures from the right."""

    DEFAULT_CSS = "Meter { height: 1; }"

    hide_numbers: reactive[bool] = reactive(default=False)

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._at = (0, 0)
        self._sums = ("", "")
        self._note = ""

    def show(self, done: int, total: int, *, sums: tuple[str, str] = ("", ""), note: str = "") -> None:
        """Show how far it is.

        Args:
            done: Documents done.
            total: All documents; 0 while that is not known.
            sums: Sum done and sum of all, as texts.
            note: What else belongs beside it, such as the time left.
        """
        self._at, self._sums, self._note = (done, total), sums, note
        self.refresh()

    def render(self) -> Content:
        """Return the line."""
        width = self.size.width
        figures: list[str] = []
        room = width - 1
        for text in self._figures():
            if width_of(text) + 3 > room and figures:
                break
            figures.append(text)
            room -= width_of(text) + 3
        line = "   ".join(figures)
        cells = min(_MOST_CELLS, width - width_of(line) - 6)
        if cells >= _FEWEST_CELLS:
            line = f"[{bar(*self._at, cells)}]  {line}"
        return Content(f" {line}")

    def _figures(self) -> list[str]:
        done, total = self._at
        figures = [f"{count(done)} / {count(total)}" if total else count(done)]
        if self._sums[1] and not self.hide_numbers:
            figures.append(_("{done} of {total}").format(done=shown(self._sums[0]), total=shown(self._sums[1])))
        if self._note:
            figures.append(shown(self._note))
        return figures
