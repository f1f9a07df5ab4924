"""A file written anew as the fast reader wants it: for files with comments, CDATA, several prefixes, or events among transactions.

Such files are rare and come from tools that put files together. The parser of the standard library reads them element by element; what
it writes has the same elements with the same texts, without prefixes, events of a till before its transactions, each on a line of its
own, and remembers which line of the file each of these lines was. What is no XML is refused here with line and column.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from recon.errors import MalformedFile
from recon.sources.saft.layout import NAMESPACE

_RUNS: Final = ("event", "cashtransaction")
_TILL: Final = "cashregister"
_PIECE: Final = 1 << 20
_MARKS: Final = {ord(mark): f"&#{ord(mark)};" for mark in "&<>\n\r"}


@dataclass(slots=True)
class _Parts:
    """Written lines with the line of the file each stands for."""

    texts: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def begin(self, line: int) -> None:
        self.texts.append("\n")
        self.lines.append(line)

    def take(self, other: _Parts) -> None:
        self.texts += other.texts
        self.lines += other.lines


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A file written anew."""

    content: bytes
    lines: tuple[int, ...]
    """Line of the file each line of ``content`` stands for; the first is line 1."""
    is_mixed: bool
    """Events stood behind transactions of their till, which the schema does not allow."""


def rewritten(data: mmap.mmap | bytes) -> Rewritten:
    """Return a file as the fast reader wants it.

    Raises:
        MalformedFile: It is no well-formed XML of one namespace, or has a DOCTYPE.
    """
    return _Writer().read(data)


class _Writer:
    """Takes what the parser tells and writes it."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._main = self._out = _Parts(lines=[1])
        self._runs = {name: _Parts() for name in _RUNS}
        self._above: list[str] = []
        self._pending = ""
        self._has_children = [False]
        self._is_mixed = False

    def read(self, data: mmap.mmap | bytes) -> Rewritten:
        try:
            for start in range(0, len(data), _PIECE):
                self._parser.Parse(bytes(data[start : start + _PIECE]), False)  # noqa: FBT003 - the parser takes no keywords
            self._parser.Parse(b"", True)  # noqa: FBT003
        except expat.ExpatError as error:
            raise MalformedFile(
                f"line {error.lineno}, column {error.offset + 1}: {expat.ErrorString(error.code)}. It was cut off on its way, or changed by hand. "
                "Export it again.",
                row=error.lineno,
            ) from None
        return Rewritten("".join(self._main.texts).encode(), tuple(self._main.lines), self._is_mixed)

    def _doctype(self, *_: object) -> None:
        raise MalformedFile("it has a DOCTYPE, which no SAF-T file has. Export it again from the till.")

    def _start(self, name: str, _: dict[str, str]) -> None:
        namespace, _blank, local = name.rpartition(" ")
        line = self._parser.CurrentLineNumber
        if namespace != NAMESPACE:
            raise MalformedFile(
                f"line {line}: the element {local} belongs to {namespace or 'no namespace'}; all elements of a SAF-T Cash Register file "
                f"belong to {NAMESPACE}. Export it again from the till.",
                row=line,
            )
        self._refuse_loose()
        self._has_children[-1] = True
        self._has_children.append(False)
        if self._above and self._above[-1] == _TILL and local in _RUNS:
            if local == _RUNS[0] and self._runs[_RUNS[1]].texts:
                self._is_mixed = True
            self._out = self._runs[local]
            self._out.begin(line)
        elif local == _TILL:
            self._out.begin(line)
        self._above.append(local)
        spaces = "" if len(self._above) > 1 else f' xmlns="{NAMESPACE}"'
        self._out.texts.append(f"<{local}{spaces}>")
        self._pending = ""

    def _end(self, name: str) -> None:
        local = name.rpartition(" ")[2]
        if self._has_children.pop():
            self._refuse_loose()
        elif self._pending:
            self._out.texts.append(self._pending.translate(_MARKS))
        self._pending = ""
        self._above.pop()
        if local == _TILL:
            for run in _RUNS:
                self._main.take(self._runs[run])
                self._runs[run] = _Parts()
        self._out.texts.append(f"</{local}>")
        if self._above and self._above[-1] == _TILL:
            self._out = self._main

    def _text(self, text: str) -> None:
        self._pending += text

    def _refuse_loose(self) -> None:
        """Stop where text stands beside elements.

        Raises:
            MalformedFile: It does.
        """
        if self._pending.strip():
            line = self._parser.CurrentLineNumber
            raise MalformedFile(
                f"line {line}: text stands where only elements may stand: {self._pending.strip()[:40]!r}. Export it again.",
                row=line, value=self._pending.strip()[:40],
            )  # fmt: skip
