"""Asks the terminal how many cells it gives to Thai words: prints each, asks for the cursor's column (ESC[6n), wipes it.

Only a real terminal can answer, and only while no screen of ours reads its keys: before the screens open, or while they
stand aside. Where it cannot be asked, nothing is claimed.
"""

from __future__ import annotations

import os
import re
import sys
import time
from contextlib import suppress
from typing import Final

from rich.cells import cell_len

Widths = tuple[int, ...]
"""Cells of each sample, as the terminal gave them."""
WORDS: Final = ("ใบกำกับภาษี", "น้ำ", "ที่", "ค่าขนส่ง")
SAMPLES: Final = tuple((word, cell_len(word)) for word in WORDS)
"""Words with marks above and below and with SARA AM, and the cells recon counts for them."""
_PATIENCE: Final = 0.4
"""Seconds all answers together may take; a terminal that does not answer costs no more than this."""
_ANSWER: Final = re.compile(rb"\x1b\[\d+;(\d+)R")


def measured_widths() -> Widths | None:
    """Return the cells this terminal gives to the samples; None: it could not be asked, or did not answer."""
    if sys.platform == "win32" or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    with suppress(OSError, ValueError):
        return _ask(sys.stdin.fileno(), sys.stdout.fileno())
    return None


def _ask(keys: int, screen: int) -> Widths | None:
    import termios
    import tty

    before = termios.tcgetattr(keys)
    try:
        tty.setcbreak(keys, termios.TCSANOW)
        until, found = time.monotonic() + _PATIENCE, []
        for word in WORDS:
            os.write(screen, b"\r" + word.encode() + b"\x1b[6n")
            column = _column(keys, until)
            os.write(screen, b"\r\x1b[K")
            if column is None:
                return None
            found.append(column - 1)
        return tuple(found)
    finally:
        termios.tcsetattr(keys, termios.TCSANOW, before)


def _column(keys: int, until: float) -> int | None:
    """Return the column of the terminal's answer; None if none comes in time."""
    import select

    said = b""
    while (left := until - time.monotonic()) > 0:
        if not select.select([keys], [], [], left)[0]:
            return None
        said += os.read(keys, 64)
        answer = _ANSWER.search(said)
        if answer:
            return int(answer[1])
    return None
