"""F73 on every screen: the real program in a pseudo-terminal, full of hostile data, writes no byte that comes from it; it never crashes."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from bench.terminal import Terminal, plain_text
from tests.screens.worlds import Worlds
from tests.shell import process_env
from tui.widgets.step_bar import STEPS

ROOT = Path(__file__).parents[2]
PYTHON = sys.executable
HOSTILE_BYTES = (
    b"\x1b[31m", b"\x1b]0;t", b"\x9b2J", b"\xc2\x9b", b"\x00", "\u202e".encode(), "\u2066".encode(), b"\x1b[2J[/x]",
)  # fmt: skip
CONTROL = re.compile("[\x00-\x06\x08-\x0c\x0e-\x1a\x1c-\x1f\x7f\x80-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
F1, F6, F8, ENTER, ESC, DOWN, END, PAGE = (
    b"\x1bOP", b"\x1b[17~", b"\x1b[19~", b"\r", b"\x1b", b"\x1b[B", b"\x1b[F", b"\x1b[6~",
)  # fmt: skip
KEYS_EVERYWHERE = (DOWN, DOWN, ENTER, F6, F6, F6, F6, ESC, END, PAGE, b"g", ESC, b"/x", ESC, ESC, b"s", F8, F8, F1, F1)


def start(root: Path, *, place: str = "home", size: tuple[int, int] = (100, 30), **env: str) -> Terminal:
    command = [PYTHON, "-m", "tui.cli", "-C", str(root), "tui", "--place", place]
    return Terminal(command, size=size, cwd=ROOT, env=process_env(LANG="C.UTF-8", **env))


def checked(written: bytes) -> None:
    assert [raw for raw in HOSTILE_BYTES if raw in written] == []
    assert CONTROL.findall(plain_text(written).replace("\n", "").replace("\r", "").replace("\x1b", "")) == []
    assert b"Traceback" not in written


@pytest.mark.parametrize("place", STEPS)
def test_f73_no_byte_of_hostile_data_reaches_a_terminal_on_any_step(worlds: Worlds, place: str) -> None:
    with start(worlds("worst").root, place=place, size=(80, 24)) as terminal:
        terminal.until("DEMO")
        terminal.settle(1.5)
        for key in KEYS_EVERYWHERE:
            terminal.press(key)
            terminal.settle(0.12)
        assert terminal.process.poll() is None, "it still runs"
    checked(terminal.written)
    assert place != "review" or "RT-2005" in plain_text(terminal.written)


def test_f73_places_beside_the_steps(worlds: Worlds) -> None:
    with start(worlds("worst").root) as terminal:
        terminal.until("9,999,999,999.99")
        for words in (b"Payment channels", b"Settings", b"Checks of this"):
            terminal.press(b"\x10")
            terminal.settle(0.4)
            terminal.press(b"Go to: " + words)
            terminal.settle(0.6)
            terminal.press(ENTER)
            terminal.settle(0.8)
            for key in (DOWN, ENTER, ESC, END, PAGE, F6, b"/x", ESC):
                terminal.press(key)
                terminal.settle(0.12)
        assert terminal.end() == 0
    checked(terminal.written)


def test_the_program_leaves_the_terminal_as_it_was(worlds: Worlds) -> None:
    with start(worlds("demo").root) as terminal:
        terminal.until("Needs you")
        assert terminal.end() == 0
    assert terminal.written.count(b"\x1b[?1049h") == terminal.written.count(b"\x1b[?1049l") == 1
