"""A screen the person goes to, as the application knows it: what it is told when something changed elsewhere."""

from __future__ import annotations

from typing import ClassVar

from textual.screen import Screen

from recon.service.overview import Overview


class Place(Screen[None]):
    """One place; what it does with the news is its own matter."""

    STEP: ClassVar[str] = "home"
    """The step it belongs to."""

    def came_back(self) -> None:
        """Somebody came back here after being elsewhere."""

    def show_frame(self) -> None:
        """What stands around every place may have changed."""

    def overview_came(self, view: Overview) -> None:
        """A newer overview is there; places that show it draw it."""

    def overview_failed(self, error: BaseException) -> None:
        """The overview could not be read; a place that shows it says so, the others have questions of their own."""

    def language_changed(self) -> None:
        """Another language is spoken from now on."""

    def numbers_changed(self) -> None:
        """Amounts are hidden or shown from now on."""
