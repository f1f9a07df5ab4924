"""Refuse workbooks in which few long shared texts are used by very many cells.

A text stands once in the file, but a reader gives every cell its own copy: 800,000 cells that share one text of 32 kB
would need 26 GB of memory, from a file of 60 kB that no check of unpacked sizes notices.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import Final

from recon.errors import MalformedFile

MAX_TEXT_BYTES: Final = 4_000_000_000
"""All cells' shared texts together, as XML; an export of a million full addresses stays below 1 GB."""
_CHUNK: Final = 1 << 20
_SMALLEST_CELL: Final = 20
_SHARED: Final = "xl/sharedStrings.xml"
_SHEETS: Final = "xl/worksheets/"
_USE: Final = re.compile(rb'<c [^>]*t="s"[^>]*><v>([0-9]{1,9})</v>')


def check_repetition(archive: zipfile.ZipFile, name: str) -> None:
    """Compare the longest shared text with the most cells there can be; count exactly only where that is too much.

    Raises:
        MalformedFile: The cells would take more memory than any export needs.
    """
    members = archive.infolist()
    if not any(member.filename == _SHARED for member in members):
        return
    lengths = [len(text) for text in _pieces(archive, _SHARED, b"</si>")]
    sheets = [member for member in members if member.filename.startswith(_SHEETS)]
    most_cells = sum(member.file_size for member in sheets) // _SMALLEST_CELL
    if max(lengths, default=0) * most_cells <= MAX_TEXT_BYTES:
        return
    uses: Counter[bytes] = Counter()
    for member in sheets:
        for row in _pieces(archive, member.filename, b"</c>"):
            uses.update(_USE.findall(row + b"</c>"))
    needed = sum(lengths[int(index)] * count for index, count in uses.items() if int(index) < len(lengths))
    if needed > MAX_TEXT_BYTES:
        raise MalformedFile(
            f"{name}: its cells share a few very long texts and would need {needed:,} bytes of memory. It was not opened.",
            file=name,
        )


def _pieces(archive: zipfile.ZipFile, part: str, end: bytes) -> Iterator[bytes]:
    """Yield a part cut behind every ``end``, piece by piece."""
    rest = b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            *whole, rest = (rest + chunk).split(end)
            yield from whole
