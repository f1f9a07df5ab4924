"""A program in a pseudo-terminal: keys go in, bytes come out, and the time between them is measured outside the program.

The terminal answers what programs ask at their start (kind, colours, modes) as a plain one would, so that nothing waits for it.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

PATIENCE_SECONDS: Final = 30.0
QUIET_SECONDS: Final = 0.15
"""So long nothing more may come before an answer counts as whole."""
_STEERING: Final = re.compile(rb"\x1b(?:\[[0-9;?<>=$:]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[=>78cPX^_\\])")
"""Orders to the terminal, which are no text."""


class Terminal:
    """One program in a terminal of its own."""

    def __init__(
        self, command: Sequence[str], *, size: tuple[int, int] = (120, 40), cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        sized = {"COLUMNS": str(size[0]), "LINES": str(size[1])}
        surroundings = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(env or {}), **sized}
        self.written = b""
        """Everything the program wrote so far."""
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=cwd, env=surroundings, close_fds=True, start_new_session=True
        )  # fmt: skip
        os.close(theirs)

    def __enter__(self) -> Terminal:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the program if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.close()

    def close(self) -> None:
        """Take the terminal away, as closing a window does."""
        if self._ours >= 0:
            os.close(self._ours)
        self._ours = -1

    def press(self, keys: bytes) -> None:
        """Send keys."""
        os.write(self._ours, keys)

    def read(self, seconds: float) -> bytes:
        """Return what comes within some seconds, the first piece of it; empty: nothing."""
        if not select.select([self._ours], [], [], seconds)[0]:
            return b""
        try:
            piece = os.read(self._ours, 1 << 20)
        except OSError:  # the program has ended
            return b""
        self.written += piece
        return piece

    def until(self, *signs: str, seconds: float = PATIENCE_SECONDS) -> float:
        """Read until all signs stand among what comes from now on; return seconds since the program began.

        Raises:
            TimeoutError: They do not come.
        """
        wanted, seen, deadline = [sign.encode() for sign in signs], b"", time.perf_counter() + seconds
        while time.perf_counter() < deadline:
            piece = self.read(0.2)
            seen += piece
            if piece and all(sign in seen for sign in wanted):
                return time.perf_counter() - self.began
            if not piece and self.process.poll() is not None:
                break
        raise TimeoutError(f"{signs} did not come; the last was {plain_text(seen)[-600:]!r}")

    def answer(
        self, keys: bytes, *, quiet: float = QUIET_SECONDS, seconds: float = PATIENCE_SECONDS
    ) -> tuple[float, float, bytes]:
        """Send keys; return milliseconds to the first and to the last byte of the answer, and the answer."""
        self.press(keys)
        began = time.perf_counter()
        first = last = 0.0
        answer = self.read(seconds)
        if answer:
            first = last = time.perf_counter() - began
        while piece := self.read(quiet):
            last = time.perf_counter() - began
            answer += piece
        return first * 1000, last * 1000, answer

    def settle(self, quiet: float = 0.5, seconds: float = PATIENCE_SECONDS) -> bytes:
        """Read until nothing more comes for a while; return what came."""
        came, deadline = b"", time.perf_counter() + seconds
        while (piece := self.read(quiet)) and time.perf_counter() < deadline:
            came += piece
        return came

    def memory_mib(self) -> tuple[int, int]:
        """Return what the program holds now and held at most, in MiB."""
        words = dict(line.split(":", 1) for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines())
        now, most = (int(words[name].split()[0]) // 1024 for name in ("VmRSS", "VmHWM"))
        return now, most

    def end(self, keys: bytes = b"\x11", seconds: float = PATIENCE_SECONDS) -> int:
        """Send the keys that leave, and wait; return the exit code."""
        self.press(keys)
        deadline = time.perf_counter() + seconds
        while self.process.poll() is None and time.perf_counter() < deadline:
            self.read(0.05)
        while self.read(0.05):
            pass
        return self.process.wait(seconds)


def plain_text(written: bytes) -> str:
    """Return the text among what a program wrote, without its orders to the terminal."""
    return _STEERING.sub(b" ", written).decode("utf-8", "replace")
