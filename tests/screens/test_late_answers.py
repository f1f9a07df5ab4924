"""Answers that come late: what was asked anew meanwhile is never drawn over by an older answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from textual.app import App, ComposeResult

from tests.screens.looking import play, quiet, until
from tui.screens.audit import AuditScreen
from tui.screens.base import StepScreen
from tui.screens.products import ProductsScreen
from tui.widgets.panels import ErrorPanel


class Place(StepScreen):
    """A place that shows answers one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []

    def compose(self) -> ComposeResult:
        yield ErrorPanel(id="error")

    def show_frame(self) -> None:
        """Nothing stands around."""

    def wants(self, answer: Callable[[], str], group: str = "ask") -> None:
        """Ask as every place does, of a service of our own."""
        self._start(answer, self.shown.append, group=group)


class Places(App[None]):
    """A program with that place alone."""

    def on_mount(self) -> None:
        self.push_screen(Place())


@pytest.mark.parametrize("ends", ["answers", "fails"])
def test_an_answer_that_set_out_before_it_was_asked_anew_is_not_drawn_over_the_newer_one(
    ends: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_anew, has_come = threading.Event(), threading.Event()

    async def script(app: App[Any], pilot: Any) -> None:
        place: Any = app.screen
        first = iter([True])
        hand = app.call_from_thread

        def slow(call: Callable[..., object], *facts: object) -> object:
            """The first to set out is overtaken by the second."""
            if next(first, False):
                has_come.set()
                assert asked_anew.wait(30)
            return hand(call, *facts)

        def old() -> str:
            if ends == "fails":
                raise ValueError("an old trouble")
            return "old"

        monkeypatch.setattr(app, "call_from_thread", slow)
        place.wants(old)
        await until(pilot, has_come.is_set)
        place.wants(lambda: "new")
        await until(pilot, lambda: place.shown)
        asked_anew.set()
        await quiet(pilot)
        assert place.shown == ["new"]
        assert not place.query_one(ErrorPanel).has_class("-shown")

    play(Places(), script)


def test_what_is_let_go_never_comes() -> None:
    begun, go_on = threading.Event(), threading.Event()

    async def script(app: App[Any], pilot: Any) -> None:
        place: Any = app.screen

        def old() -> str:
            begun.set()
            assert go_on.wait(30)
            return "suggested long ago"

        place.wants(old, "suggest")
        await until(pilot, begun.is_set)
        place.let_go("suggest")
        place.wants(lambda: "read anew")
        go_on.set()
        await quiet(pilot)
        assert place.shown == ["read anew"]

    play(Places(), script)


def test_suggestions_from_before_a_list_of_products_is_read_anew_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the last SKU that a person linked by hand meanwhile stands there as open again."""
    did: list[str] = []
    screen = ProductsScreen.__new__(ProductsScreen)
    screen.table = SimpleNamespace(found=None)  # type: ignore[assignment]
    monkeypatch.setattr(screen, "let_go", lambda group: did.append(f"let go {group}"))
    monkeypatch.setattr(screen, "ask", lambda *_, **__: did.append("ask"))
    screen.load()
    assert did == ["let go suggest", "ask"]


def test_older_entries_of_a_log_that_was_read_anew_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else they stand behind a shorter log, with a silent gap between."""
    did: list[str] = []
    screen = AuditScreen()
    monkeypatch.setattr(screen, "let_go", lambda group: did.append(f"let go {group}"))
    monkeypatch.setattr(screen, "_draw", lambda: did.append(f"{len(screen._lines)} lines"))
    screen._came(((), (), (), "UTC"))
    assert did == ["let go older", "0 lines"]
