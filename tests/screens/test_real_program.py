"""F73 on every screen: the real program in a pseudo-terminal, full of hostile data, writes no byte that comes from it; it never crashes."""

from __future__ import annotations

import re
import signal
import sys
from pathlib import Path

import pytest

from bench.terminal import Terminal, plain_text
from tests.screens.worlds import Worlds
from tests.shell import process_env
from tui.app import PLACES
from tui.terminal_gone import SECONDS

ROOT = Path(__file__).parents[2]
PYTHON = sys.executable
HOSTILE_BYTES = (
    b"\x1b[31m", b"\x1b]0;t", b"\x9b2J", b"\xc2\x9b", b"\x00", "\u202e".encode(), "\u2066".encode(), b"\x1b[2J[/x]",
)  # fmt: skip
CONTROL = re.compile("[\x00-\x06\x08-\x0c\x0e-\x1a\x1c-\x1f\x7f\x80-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
F1, F6, F8, ENTER, ESC, DOWN, END, PAGE = (
    b"\x1bOP", b"\x1b[17~", b"\x1b[19~", b"\r", b"\x1b", b"\x1b[B", b"\x1b[F", b"\x1b[6~",
)  # fmt: skip
KEYS_EVERYWHERE = (
    DOWN, DOWN, ENTER, F6, F6, F6, F6, ESC, END, PAGE, b"g", ESC, b"/x", ESC, ESC, b"s", F8, F8, F1, F1, b"\x10", b"[/x]\x07", ESC,
)  # fmt: skip
LEAVES_WITHIN = 4 * SECONDS + 12
"""Seconds; the machine may have other work."""
HOLD_THE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)
"""What a shell in a window does: the window then tells the program that it was closed."""


def start(
    root: Path, *, place: str = "home", size: tuple[int, int] = (100, 30), wrapped: tuple[str, ...] = (), **env: str
) -> Terminal:
    command = [*wrapped, PYTHON, "-m", "tui.cli", "-C", str(root), "tui", "--place", place]
    return Terminal(command, size=size, cwd=ROOT, env=process_env(LANG="C.UTF-8", **env))


def checked(written: bytes) -> None:
    assert [raw for raw in HOSTILE_BYTES if raw in written] == []
    assert CONTROL.findall(plain_text(written).replace("\n", "").replace("\r", "").replace("\x1b", "")) == []
    assert b"Traceback" not in written


@pytest.mark.parametrize("place", PLACES)
def test_f73_no_byte_of_hostile_data_reaches_a_terminal_at_any_place(worlds: Worlds, place: str) -> None:
    with start(worlds("worst").root, place=place, size=(80, 24)) as terminal:
        terminal.until("DEMO")
        terminal.settle(1.5)
        for key in KEYS_EVERYWHERE:
            terminal.press(key)
            terminal.settle(0.12)
        assert terminal.process.poll() is None, "it still runs"
    checked(terminal.written)
    assert place != "review" or "RT-2005" in plain_text(terminal.written)


def test_the_program_leaves_the_terminal_as_it_was(worlds: Worlds) -> None:
    with start(worlds("demo").root) as terminal:
        terminal.until("Needs you")
        assert terminal.end() == 0
    assert terminal.written.count(b"\x1b[?1049h") == terminal.written.count(b"\x1b[?1049l") == 1


@pytest.mark.parametrize("told", [False, True], ids=["nobody-tells", "hung-up"])
def test_f15_the_program_ends_when_its_terminal_is_gone(worlds: Worlds, told: bool) -> None:
    wrapped = (PYTHON, "-c", HOLD_THE_TERMINAL) if told else ()
    with start(worlds("demo").root, wrapped=wrapped) as terminal:
        terminal.until("Needs you")
        terminal.settle()
        terminal.close()
        assert ended(terminal) in ({-signal.SIGHUP, 0} if told else {0})


def test_f15_the_guide_ends_when_its_terminal_is_gone(tmp_path: Path) -> None:
    with Terminal(
        [PYTHON, "-m", "tui.cli"], cwd=tmp_path, env=process_env(LANG="C.UTF-8", PYTHONPATH=str(ROOT))
    ) as terminal:
        terminal.until("Look around with sample data")
        terminal.settle()
        terminal.close()
        assert ended(terminal) == 0
    assert list(tmp_path.iterdir()) == []


def ended(terminal: Terminal) -> int:
    """Return how the program ended by itself, in time."""
    return terminal.process.wait(LEAVES_WITHIN)
