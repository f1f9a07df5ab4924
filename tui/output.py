"""What commands print: one JSON document with a versioned schema, or plain lines; outside text always cleaned.

Data goes to standard output, everything else to standard error. How it looks (colours, one fact a line, JSON lines) is
the same for all commands of a run: `use_style` says it once.
"""

from __future__ import annotations

import errno
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TextIO

from recon.text import cell_width, pad, show

JSON_VERSION: Final = 1
SAY_EVERY_SECONDS: Final = 10.0
"""How often progress is said where no terminal can show a moving line."""
LISTS: Final = ("documents", "findings", "orders")
"""Commands whose list can be printed row by row; the key of the list is the command's name."""

_BOLD, _RED, _YELLOW, _GREEN = "1", "31", "33", "32"
_WORD_COLOURS: Final = {
    **dict.fromkeys(("hold", "held", "refused", "fault", "unknown", "conflict", "duplicate", "void"), _RED),
    **dict.fromkeys(("warning", "unlinked", "suggested", "unmapped", "needs_person", "queued", "waiting"), _YELLOW),
    **dict.fromkeys(("ok", "posted", "linked", "mapped", "done", "approved", "taken"), _GREEN),
}
"""Colours stand beside words, never in place of them."""
_GAP: Final = re.compile(r" {2,}")

_GONE: Final = (errno.EPIPE, errno.EINVAL) if os.name == "nt" else (errno.EPIPE,)
"""What a system says when nobody reads a pipe any more."""

LogEvent = Callable[[str, dict[str, Any]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How this run prints."""

    plain: bool = False
    """One fact a line, no tables, nothing drawn over: for screen readers and simple programs."""
    colour: bool | None = None
    """None: on a terminal, unless NO_COLOR is set."""
    json_lines: bool = False
    """Lists as one JSON object a line."""


class _Run:
    """What holds for all output of this run."""

    style = Style()
    log: LogEvent | None = None


def use_style(style: Style) -> None:
    """Print like this from now on."""
    _Run.style = style


def use_log(log: LogEvent | None) -> None:
    """Tell this log what is said beside the data from now on."""
    _Run.log = log


def coloured(stream: TextIO) -> bool:
    """Return whether colours belong on this stream."""
    if _Run.style.plain or _Run.style.colour is False:
        return False
    is_wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return _Run.style.colour is True or (is_wanted and stream.isatty())


def painted(text: str, colour: str, stream: TextIO) -> str:
    """Return text in a colour where colours belong."""
    return f"\x1b[{colour}m{text}\x1b[0m" if colour and coloured(stream) else text


def warn(headline: str, text: str) -> None:
    """Print what went wrong to standard error, its headline in red where colours belong."""
    sys.stderr.write(f"{painted(headline, _RED, sys.stderr)}{text}\n")


def put(text: str, stream: TextIO | None = None) -> None:
    """Write data. A reader that went away (``| head``) ends the printing, never the command or its exit code."""
    stream = stream or sys.stdout
    try:
        stream.write(text)
    except OSError as error:
        _mute(stream, error)


def end_printing() -> None:
    """Hand out what is not written yet; left to the interpreter, it would complain about a reader that went away."""
    try:
        sys.stdout.flush()
    except OSError as error:
        _mute(sys.stdout, error)


def _mute(stream: TextIO, error: OSError) -> None:
    """Let what is still to come go nowhere, if the reader went away."""
    if error.errno not in _GONE:
        raise error
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - no file of ours
        os.dup2(nowhere.fileno(), stream.fileno())


class Output:
    """Prints for one command."""

    def __init__(self, *, as_json: bool, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.as_json = as_json
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self._style = _Run.style
        self._say_next = time.monotonic() + SAY_EVERY_SECONDS

    def document(self, command: str, facts: dict[str, Any]) -> None:
        """Print one JSON document, if JSON was asked for. ``schema`` names the command and the shape's version."""
        if _Run.log is not None and command == "error":
            _Run.log("error", {key: facts[key] for key in ("kind", "exit_code", "message", "details")})
        if not self.as_json:
            return
        if self._style.json_lines and command in LISTS:
            for row in facts[command]:
                self._json({"schema": f"recon.{command}-row/{JSON_VERSION}", **row})
            return
        self._json({"schema": f"recon.{command}/{JSON_VERSION}", **facts})

    def _json(self, whole: dict[str, Any]) -> None:
        indent = None if self._style.json_lines else 2
        put(json.dumps(whole, ensure_ascii=True, indent=indent, default=str) + "\n", self._out)

    def line(self, text: object = "") -> None:
        """Print one line for a person; nothing in JSON mode. In plain style each fact of it has a line of its own."""
        if self.as_json:
            return
        shown = show(text)
        facts = [part for part in _GAP.split(shown.strip()) if part] or [""] if self._style.plain else [shown]
        put("".join(f"{fact}\n" for fact in facts), self._out)

    def more(self, left: int, where: str) -> None:
        """Say how many rows of a list are not printed, and where all of them are; nothing where none is left."""
        if left > 0:
            self.line(f"... and {left:,} more ({where})")

    def note(self, text: object) -> None:
        """Print one line beside the data: progress, hints, warnings."""
        if _Run.log is not None:
            _Run.log("note", {"text": show(text)})
        self._beside(show(text) + "\n")

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[int] = ()) -> None:
        """Print a table; columns named in ``right`` are right-aligned. Nothing in JSON mode."""
        if self.as_json:
            return
        texts = [[show("" if cell is None else cell) for cell in row] for row in rows]
        if self._style.plain:
            self._facts(headings, texts)
            return
        widths = [
            max([cell_width(heading), *(cell_width(row[i]) for row in texts)]) for i, heading in enumerate(headings)
        ]
        self._row(list(headings), widths, right, heading=True)
        for row in texts:
            self._row(row, widths, right)

    def _row(self, row: Sequence[str], widths: Sequence[int], right: Sequence[int], *, heading: bool = False) -> None:
        cells = [pad(cell, widths[i], right=i in right) for i, cell in enumerate(row)]
        if not coloured(self._out):
            put("  ".join(cells).rstrip() + "\n", self._out)
            return
        colours = [_BOLD if heading else _WORD_COLOURS.get(cell, "") for cell in row]
        shown = [
            cell.replace(word, painted(word, colour, self._out), 1) if word else cell
            for cell, word, colour in zip(cells, row, colours, strict=True)
        ]
        put("  ".join(shown).rstrip() + "\n", self._out)

    def _facts(self, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Print rows as one fact a line, an empty line after each row."""
        for row in rows:
            for heading, cell in zip(headings, row, strict=True):
                if cell:
                    put(f"{heading}: {cell}\n", self._out)
            put("\n", self._out)

    def progress(self, text: str) -> None:
        """Replace the progress line on a terminal; elsewhere say every few seconds how far it is."""
        if _Run.log is not None:
            _Run.log("progress", {"text": show(text)})
        if self._is_moving():
            self._beside("\r\x1b[K" + show(text, limit=110))
        elif not self.as_json and time.monotonic() >= self._say_next:
            self._beside(show(text, limit=200) + "\n")
            self._say_next = time.monotonic() + SAY_EVERY_SECONDS

    def progress_done(self) -> None:
        """End the progress line."""
        if self._is_moving():
            self._beside("\r\x1b[K")

    def _is_moving(self) -> bool:
        return self._err.isatty() and not self.as_json and not self._style.plain

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


SHOWN: Final = 30
"""Rows of a list before the rest is only counted; --json always has all."""


def bought(count: int, total: str) -> str:
    """Return what a batch holds of purchases, to stand behind its sums; empty: nothing."""
    return f", of them purchases: {count:,} documents, {grouped(total)}" if count else ""


def totals(total: str, for_books: str) -> str:
    """Say what documents sum up to, and, where some take others back, what is left of it for the books."""
    return grouped(total) if total == for_books else f"{grouped(total)} added up, {grouped(for_books)} for the books"
