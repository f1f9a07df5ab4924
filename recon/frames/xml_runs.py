"""Where runs of equal elements lie in a large XML file, and their bytes in pieces that fit a processor's cache."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from recon.errors import MalformedFile

CHUNK: Final = 8 << 20
"""Bytes read at once: what fits a processor's cache; larger pieces are slower."""


UTF_8: Final = ("", "utf-8", "us-ascii", "ascii")
"""What a declaration names, in small letters, where the bytes are UTF-8 as they stand."""
_ENCODING: Final = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


@dataclass(frozen=True, slots=True)
class Run:
    """Bytes of a file from the first to the last element of one name; nothing where both are equal."""

    start: int
    end: int


def written_in(head: bytes) -> str:
    """Return the encoding an XML declaration names, as it writes it; empty: none, which is UTF-8."""
    written = _ENCODING.search(head)
    return written[1].decode() if written else ""


def map_file(path: Path) -> mmap.mmap:
    """Return a file's bytes, mapped.

    Raises:
        MalformedFile: It is empty.
    """
    with path.open("rb") as file:
        try:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:
            raise MalformedFile(f"{path.name} is empty (0 bytes). Export it again.", file=path.name) from None


def run_of(data: mmap.mmap | bytes, tag: str, start: int, end: int) -> Run:
    """Return where the elements of one tag (prefix and name) lie between two places."""
    first = data.find(f"<{tag}>".encode(), start, end)
    if first < 0:
        return Run(start, start)
    closing = f"</{tag}>".encode()
    return Run(first, data.rfind(closing, first, end) + len(closing))


def pieces(data: mmap.mmap | bytes, start: int, end: int, closing: bytes) -> Iterator[bytes]:
    """Yield the bytes from ``start`` to ``end``, where an element ends, in pieces that hold whole elements."""
    position = start
    while position < end:
        stop = min(position + CHUNK, end)
        if stop < end:
            found = data.rfind(closing, position, stop)
            while found < 0:
                stop = min(stop + CHUNK, end)
                found = data.rfind(closing, position, stop)
            stop = found + len(closing)
        yield bytes(data[position:stop])
        _forget(data, position, stop)
        position = stop


def _forget(data: mmap.mmap | bytes, start: int, stop: int) -> None:
    """Give back the memory of a mapped file's pages that were read; they would count until the end."""
    if isinstance(data, mmap.mmap) and hasattr(data, "madvise"):
        page = mmap.PAGESIZE
        first = start // page * page
        if (last := stop // page * page) > first:
            data.madvise(mmap.MADV_DONTNEED, first, last - first)


def placed(text: pl.Series, place: pl.Series, height: int) -> pl.Series:
    """Return texts as a column of ``height`` rows, null where a row has none; ``place``: row of each, counted from 1."""
    if len(text) == height:  # one in every row
        return text
    if not len(text):
        return pl.repeat(None, height, dtype=text.dtype, eager=True)
    spread = pl.DataFrame({"_row": pl.int_range(1, height + 1, dtype=pl.UInt32, eager=True)})
    given = pl.DataFrame({"_row": place.cast(pl.UInt32), "_text": text}).unique(
        "_row", keep="first", maintain_order=True
    )
    return spread.join(given, on="_row", how="left", maintain_order="left")["_text"]
