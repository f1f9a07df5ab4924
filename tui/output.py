"""What commands print: one JSON document with a versioned schema, or plain lines; outside text always cleaned.

Data goes to standard output, everything else to standard error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, Final, TextIO

from recon.text import cell_width, pad, show

JSON_VERSION: Final = 1


class Output:
    """Prints for one command."""

    def __init__(self, *, as_json: bool, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.as_json = as_json
        self._out = out or sys.stdout
        self._err = err or sys.stderr

    def document(self, command: str, facts: dict[str, Any]) -> None:
        """Print one JSON document, if JSON was asked for. ``schema`` names the command and the shape's version."""
        if self.as_json:
            whole = {"schema": f"recon.{command}/{JSON_VERSION}", **facts}
            self._out.write(json.dumps(whole, ensure_ascii=True, indent=2, default=str) + "\n")

    def line(self, text: object = "") -> None:
        """Print one line for a person; nothing in JSON mode."""
        if not self.as_json:
            self._out.write(show(text) + "\n")

    def note(self, text: object) -> None:
        """Print one line beside the data: progress, hints, warnings."""
        self._beside(show(text) + "\n")

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[int] = ()) -> None:
        """Print a table; columns named in ``right`` are right-aligned. Nothing in JSON mode."""
        if self.as_json:
            return
        texts = [[show("" if cell is None else cell) for cell in row] for row in rows]
        widths = [
            max([cell_width(heading), *(cell_width(row[i]) for row in texts)]) for i, heading in enumerate(headings)
        ]
        for row in [list(headings), *texts]:
            cells = [pad(cell, widths[i], right=i in right) for i, cell in enumerate(row)]
            self._out.write("  ".join(cells).rstrip() + "\n")

    def progress(self, text: str) -> None:
        """Replace the progress line on a terminal; silent elsewhere."""
        if self._err.isatty() and not self.as_json:
            self._beside("\r\x1b[K" + show(text, limit=110))

    def progress_done(self) -> None:
        """End the progress line."""
        if self._err.isatty() and not self.as_json:
            self._beside("\r\x1b[K")

    def _beside(self, text: str) -> None:
        """Write beside the data; a terminal that was closed meanwhile must not stop what is under way (F15)."""
        with suppress(OSError):
            self._err.write(text)
            self._err.flush()


def grouped(plain_amount: str) -> str:
    """Return a plain amount (``-1234.50``) with thousands marks for people: ``-1,234.50``."""
    sign = "-" if plain_amount.startswith("-") else ""
    whole, dot, fraction = plain_amount.lstrip("-").partition(".")
    return f"{sign}{int(whole):,}{dot}{fraction}"
