"""Runs one command away from any terminal: `python -m tui.detached COMMAND...`, as the screens start an upload.

A terminal that is closed must not reach it, so a hang-up is ignored before anything else happens. What the command prints
goes through the masker; standard output and error are files (see `tui.upload_process`).
"""

from __future__ import annotations

import io
import signal
import sys
from typing import TextIO

from recon.masking import known_secrets_masked
from tui.cli import main


class Masked(io.TextIOBase):
    """A stream that lets no secret through that this process knows."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write masked text, at once: whoever looks on reads the file while it grows."""
        self._stream.write(known_secrets_masked(text))
        self._stream.flush()
        return len(text)

    def flush(self) -> None:
        """Hand on what is waiting."""
        if not self._stream.closed:
            self._stream.flush()

    def fileno(self) -> int:
        """Return the file's number, for what needs one."""
        return self._stream.fileno()


def run(words: list[str]) -> int:
    """Run a command of `recon` and return its exit code."""
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    sys.stdout, sys.stderr = Masked(sys.__stdout__ or sys.stdout), Masked(sys.__stderr__ or sys.stderr)
    try:
        return main(words)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 2


if __name__ == "__main__":
    raise SystemExit(run(sys.argv[1:]))
