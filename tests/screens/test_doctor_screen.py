"""The doctor screen: the same checks as the command, each with what to do; measuring where the terminal allows it."""

from __future__ import annotations

import datetime as dt
import os
import pty
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from recon.store.lock import WriterLock
from recon.workspace import Workspace
from tests.clock import FakeClock
from tests.screens.looking import picture, pictured_at_each_size, play, press, says
from tests.shell import Shell
from tui.app import ReconApp
from tui.checks import Check, machine_checks
from tui.preferences import Preferences
from tui.session import Session
from tui.thai_probe import SAMPLES, _ask
from tui.wiring import service_for

FIXED = [
    Check("python", "ok", "3.11.7"),
    Check(
        "terminal",
        "warning",
        "It writes ascii, so Thai text may not show: set PYTHONIOENCODING=utf-8 or LC_ALL=C.UTF-8",
    ),
    Check("clock", "fault", "The system's year is 2569: set the clock"),
    Check("key store", "ok", "[/x] \u0e19\u0e49\u0e33"),
]


@pytest.fixture
def books(workspace: Workspace, clock: FakeClock) -> Workspace:
    with service_for(workspace, clock=clock):
        pass
    return workspace


def screens(root: Path, clock: FakeClock | None = None) -> ReconApp:
    session = Session(root, clock=clock or FakeClock(), actor="nok")
    return ReconApp(session, start="doctor", preferences=Preferences(language="en"), keep=False)


def test_picture_of_what_falls_short(books: Workspace, snapshot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.screens.doctor.machine_checks", lambda *_, **__: FIXED)
    monkeypatch.setattr(
        "tui.screens.doctor.workspace_checks", lambda *_: [Check("disk", "fault", "12 MB free: an upload needs 200 MB")]
    )
    play(screens(books.root), pictured_at_each_size(snapshot))


def test_picture_of_measured_words(books: Workspace, snapshot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.screens.doctor.workspace_checks", lambda *_: [])
    monkeypatch.setattr("tui.screens.doctor.measured_widths", lambda: (9, 3, 1, 6))
    real = machine_checks
    monkeypatch.setattr(
        "tui.screens.doctor.machine_checks", lambda *a, **k: [check for check in real(*a, **k) if check.name == "thai"]
    )

    async def script(app: Any, pilot: Any) -> None:
        app.screen._widths = (9, 3, 1, 6)
        await press(pilot, "f5")
        assert picture(app) == snapshot

    play(screens(books.root), script)


def test_the_command_says_the_same(books: Workspace) -> None:
    named = {check["name"] for check in Shell(books.root, FakeClock()).json("doctor")["checks"]}
    assert {"python", "size", "thai", "fonts", "clock", "key store", "disk", "state file", "lock", "backups"} <= named

    async def script(app: Any, pilot: Any) -> None:
        for words in (
            "Python",
            "Fonts",
            "Key store",
            "State file",
            "Who writes here",
            "none yet; one is made before every upload",
        ):
            assert says(app, words)

    play(screens(books.root), script, size=(130, 50))


def test_who_holds_the_workspace_is_named(books: Workspace) -> None:
    lock = WriterLock(books.private, FakeClock())
    app = screens(books.root)
    app.session._prepare()
    lock.acquire()

    async def script(app: Any, pilot: Any) -> None:
        assert says(app, f"process {os.getpid()} on")
        assert says(app, "since 2026-11-02 02:00:00 UTC")

    try:
        play(app, script, size=(130, 50))
    finally:
        lock.release()


def test_a_clock_before_the_last_entry_is_noticed(books: Workspace) -> None:
    async def script(app: Any, pilot: Any) -> None:
        assert says(app, "The clock stands before the last entry of the event log")

    play(screens(books.root, FakeClock(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))), script, size=(130, 50))


def test_keys(books: Workspace) -> None:
    async def script(app: Any, pilot: Any) -> None:
        await press(pilot, "v")
        assert says(app, "Not measured here"), "a driver that cannot stand aside is not asked"
        await press(pilot, "f5", "escape")
        assert app.place == "home"

    play(screens(books.root), script)


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
@pytest.mark.parametrize("answers", [True, False])
def test_the_terminal_is_asked_for_the_column_of_the_cursor(answers: bool) -> None:
    """A terminal of the test's own answers as xterm does, or not at all."""
    ours, theirs = pty.openpty()
    wiped = []

    def terminal() -> None:
        seen = b""
        for _text, cells in SAMPLES:
            while b"\x1b[6n" not in seen:
                seen += os.read(ours, 1024)
            seen = seen.partition(b"\x1b[6n")[2]
            if not answers:
                return
            os.write(ours, f"\x1b[7;{cells + 1}R".encode())
        while b"\x1b[K" not in seen:
            seen += os.read(ours, 1024)
        wiped.append(True)

    thread = threading.Thread(target=terminal)
    thread.start()
    try:
        found = _ask(theirs, theirs)
        thread.join(5)
    finally:
        os.close(ours)
        os.close(theirs)
    assert found == (tuple(cells for _text, cells in SAMPLES) if answers else None)
    assert bool(wiped) == answers
