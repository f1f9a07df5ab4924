"""F73 in a real terminal: what a table writes holds no byte that came from hostile text and steers the terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
from pathlib import Path

from tests.shell import process_env

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 20
RAW = (
    b"\x1b[31mred",
    b"\x1b]0;title",
    b"title\x07",
    b"\xc2\x9b",
    b"\x00",
    "\u202e".encode(),
    "\u2066".encode(),
    b"\x1b[2J[/x]",
)


def test_f73_no_raw_byte_of_hostile_text_reaches_a_terminal() -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    command = [sys.executable, "-m", "tests.screens.hostile_app"]
    env = process_env() | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=ROOT, env=env, close_fds=True)
    os.close(theirs)
    try:
        written = read_until(ours, b"Document")
        for keys, sign in ((b" ", b">"), (b"\x1b[F", b">"), (b"\x1b[H", b">")):
            os.write(ours, keys)
            written += read_until(ours, sign)
        os.write(ours, b"\x11")
        process.wait(PATIENCE_SECONDS)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    assert b"[/x] 100[b]" in written
    assert "␛[31mred".encode() in written
    assert [raw for raw in RAW if raw in written] == []


def read_until(place: int, sign: bytes) -> bytes:
    """Read what the program writes until a sign of life is in it and nothing more comes."""
    written = b""
    while select.select([place], [], [], 0.3 if sign in written else PATIENCE_SECONDS)[0]:
        written += os.read(place, 65536)
    assert sign in written
    return written
