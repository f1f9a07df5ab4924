"""Where the parts of a file lie: the runs of events and transactions of every till, and the small rest.

A file of a year holds millions of events and transactions and a few thousand other elements. The schema puts all events of a
till before all its transactions, each run without a gap, so that a run is found by its first and its last tag.
"""

from __future__ import annotations

import mmap
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recon.errors import MalformedFile
from recon.frames.xml_runs import UTF_8, map_file, written_in

NAMESPACE: Final = "urn:StandardAuditFile-Taxation-CashRegister:NO"
HEAD: Final = 4096
_PROLOG: Final = 5
"""Bytes within which the XML declaration begins, byte-order mark included."""
_COUNTED: Final = 1 << 20
_WEST_EUROPEAN: Final = {"iso-8859-1": "latin-1", "iso-8859-15": "iso-8859-15", "windows-1252": "cp1252"}
"""Encodings a till's program on Windows may write; æ, ø and å are the same bytes in all of them."""
_ROOT: Final = re.compile(rb"<((?:[A-Za-z_][\w.-]*:)?)auditfile[\s>]")
_ANY_ROOT: Final = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?[aA]udit[fF]ile[\s>]")


@dataclass(frozen=True, slots=True)
class Run:
    """Bytes of the file from the first to the last element of one name in one till; nothing where both are equal."""

    start: int
    end: int
    line: int
    """Line of the file on which it begins, counted from 1."""


@dataclass(frozen=True, slots=True)
class TillPlace:
    """Where one `cashregister` keeps its events and transactions."""

    events: Run
    transactions: Run


@dataclass(frozen=True, slots=True)
class Layout:
    """A file taken apart without being read."""

    prefix: str
    """Namespace prefix with its colon; empty: none."""
    tills: tuple[TillPlace, ...]
    rest: bytes
    """The file without its runs: header, company, lists, locations and tills."""

    def tag(self, name: str) -> bytes:
        """Return an opening tag as the file writes it."""
        return f"<{self.prefix}{name}>".encode()

    def end_tag(self, name: str) -> bytes:
        """Return a closing tag as the file writes it."""
        return f"</{self.prefix}{name}>".encode()


def is_cash_register(head: bytes) -> bool:
    """Return whether a file begins like a SAF-T Cash Register file."""
    return NAMESPACE.encode() in head[:HEAD] and _ROOT.search(head[:HEAD]) is not None


def is_audit_file(head: bytes) -> bool:
    """Return whether a file is an XML audit file of whatever kind, encoding and namespace."""
    text = head
    for mark, name in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            text = head[2:].decode(name, errors="ignore").encode()
    return _ANY_ROOT.search(text[:HEAD]) is not None


def open_file(path: Path) -> mmap.mmap:
    """Return a file's bytes, mapped.

    Raises:
        MalformedFile: It is empty.
    """
    try:
        return map_file(path)
    except MalformedFile:  # who calls names the file
        raise MalformedFile("the file is empty") from None


def in_utf_8(data: mmap.mmap | bytes) -> mmap.mmap | bytes:
    """Return a file as it is, or the same in UTF-8 where it says that each of its bytes is one letter of the West European alphabet.

    Raises:
        MalformedFile: It holds bytes that are none of that alphabet.
    """
    written = written_in(bytes(data[:HEAD]))
    codec = _WEST_EUROPEAN.get(written.lower())
    if codec is None:
        return data
    try:
        text = bytes(data).decode(codec)
    except UnicodeDecodeError as error:
        raise MalformedFile(
            f"it is said to be written in {written}, but byte {error.start + 1} is none of its letters. Export it again as UTF-8."
        ) from None
    return text.replace(written, "UTF-8", 1).encode()


def require_readable(data: mmap.mmap | bytes) -> str:
    """Return the prefix of the file's elements, with its colon.

    Raises:
        MalformedFile: It is no such file, was cut off, is not UTF-8, or has a DOCTYPE.
    """
    head = bytes(data[:HEAD])
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise MalformedFile("it is written in UTF-16; SAF-T Cash Register files are UTF-8. Export it again as UTF-8.")
    if (written := written_in(head)).lower() not in UTF_8:
        raise MalformedFile(
            f"it is written in {written}; SAF-T Cash Register files are UTF-8. Export it again as UTF-8."
        )
    if b"<!DOCTYPE" in head:
        raise MalformedFile("it has a DOCTYPE, which no SAF-T file has. Export it again from the till.")
    root = _ROOT.search(head)
    if root is None or not is_cash_register(head):
        raise MalformedFile(
            f"it is an audit file, but no SAF-T Cash Register file: its root is no auditfile of {NAMESPACE}. Export the cash register file "
            "(SAF-T Kasse, kassasystem) from the till."
        )
    prefix = root[1].decode()
    if re.search(rf"</{re.escape(prefix)}auditfile\s*>".encode(), bytes(data[max(len(data) - HEAD, 0) :])) is None:
        raise MalformedFile("it ends before its last element is closed: it was cut off on its way. Export it again.")
    return prefix


def is_plain(rest: bytes) -> bool:
    """Return whether nothing stands in the small rest that the fast reader does not read: comments, CDATA, instructions."""
    return b"<!" not in rest and rest.find(b"<?", _PROLOG) < 0


def layout_of(data: mmap.mmap | bytes) -> Layout:
    """Return where everything lies.

    Raises:
        MalformedFile: It is not laid out as the fast reader wants it.
    """
    prefix = require_readable(data)
    tills, rest, position = [], [], 0
    lines = _Lines(data)
    opening, closing = f"<{prefix}cashregister>".encode(), f"</{prefix}cashregister>".encode()
    while (start := _find(data, opening, position, len(data))) >= 0:
        end = _find(data, closing, start, len(data))
        if end < 0:
            raise MalformedFile("a cashregister is never closed: the file was cut off or edited. Export it again.")
        sales = _run(data, prefix, "cashtransaction", start, end, lines)
        till = TillPlace(
            _run(data, prefix, "event", start, sales.start if sales.end > sales.start else end, lines), sales
        )
        tills.append(till)
        for run in (till.events, till.transactions):
            if run.end > run.start:
                rest.append(bytes(data[position : run.start]))
                position = run.end
        rest.append(bytes(data[position:end]))
        position = end
    rest.append(bytes(data[position:]))
    whole = b"".join(rest)
    if not is_plain(whole):
        raise MalformedFile("comments, CDATA or instructions stand in it")
    return Layout(prefix, tuple(tills), whole)


def _find(data: mmap.mmap | bytes, text: bytes, start: int, end: int) -> int:
    """Return where a text stands first; in pieces, because a mapped file is searched byte by byte."""
    while start < end:
        found = bytes(data[start : min(start + _COUNTED + len(text), end)]).find(text)
        if found >= 0:
            return start + found
        start += _COUNTED
    return -1


class _Lines:
    """Counts lines up to places that come one after the other."""

    def __init__(self, data: mmap.mmap | bytes) -> None:
        self._data, self._position, self._line = data, 0, 1

    def at(self, offset: int) -> int:
        """Return the line a byte stands on; earlier places than the last one asked for are counted anew."""
        if offset < self._position:
            self._position, self._line = 0, 1
        while self._position < offset:
            stop = min(self._position + _COUNTED, offset)
            self._line += bytes(self._data[self._position : stop]).count(b"\n")
            self._position = stop
        return self._line


def _run(data: mmap.mmap | bytes, prefix: str, name: str, start: int, end: int, lines: _Lines) -> Run:
    first = _find(data, f"<{prefix}{name}>".encode(), start, end)
    if first < 0:
        return Run(start, start, 0)
    closing = f"</{prefix}{name}>".encode()
    return Run(first, data.rfind(closing, first, end) + len(closing), lines.at(first))
