"""In which encoding a text file is written, decided strictly: a byte order mark, UTF-8, then the declared others.

A file in UTF-8 is left as it is and mapped straight into the CSV reader. Everything else (UTF-16, cp874, old line
ends) is written anew as UTF-8 in memory. Nothing is ever replaced: text with U+FFFD or C1 characters was already
damaged by another program and is refused.
"""

from __future__ import annotations

import codecs
import mmap
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recon.errors import MalformedFile

ENCODINGS: Final = ("utf-8", "cp874")
"""Tried in this order when there is no byte order mark."""
HEAD_BYTES: Final = 1 << 16

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK: Final = 1 << 20
_C1: Final = re.compile(rb"\xc2[\x80-\x9f]")
_TWICE_DECODED: Final = re.compile("(?:\u00e0[\u00b8\u00b9].){3}|(?:เ[ธน].){4}")
"""Thai UTF-8 that was read as Latin or as cp874 and saved again: every third character repeats."""


@dataclass(frozen=True, slots=True)
class TextContent:
    """A text file ready for the CSV reader."""

    source: Path | bytes
    """The file itself where it is UTF-8, else its content written anew as UTF-8 without a byte order mark."""
    head: str
    """The beginning of it, decoded."""
    encoding: str
    """As found: utf-8, utf-8-sig, utf-16, cp874."""


def open_text(
    path: Path, encodings: Sequence[str] = ENCODINGS, *, name: str = "", search_damage: bool = True
) -> TextContent:
    """Return the content of a text file, decoded strictly.

    ``search_damage`` false leaves the search of a whole UTF-8 file for destroyed characters to the caller.

    Raises:
        MalformedFile: No declared encoding fits, or the text was already damaged before it came here.
    """
    shown = name or path.name
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    found = _by_mark(head) or _by_zeros(head)
    if found is None and b"\x00" in head:
        raise MalformedFile(f"{shown} is not text: it holds zero bytes. Export it again as CSV or Excel.", file=shown)
    old_line_ends = b"\r" in head and b"\n" not in head
    if found in (None, "utf-8-sig") and not old_line_ends and (found or "utf-8" in encodings):
        text = _head_text(head, whole=len(head) < HEAD_BYTES)
        if text is not None:
            if _TWICE_DECODED.search(text):
                raise _mangled(shown)
            if search_damage:
                _refuse_damage(path, shown)
            return TextContent(path, text.removeprefix("\ufeff"), found or "utf-8")
    return transcode(path, (found,) if found else encodings, name=shown)


def transcode(path: Path, encodings: Sequence[str], *, name: str) -> TextContent:
    """Write the file anew as UTF-8, in memory, by the first encoding that reads every byte of it.

    Raises:
        MalformedFile: None does.
    """
    problems = []
    for encoding in encodings:
        try:
            content = _rewritten(path, encoding)
        except UnicodeDecodeError as error:
            if encoding == "utf-8" and error.reason == "unexpected end of data":
                raise MalformedFile(
                    f"{name} ends in the middle of a character: the end of the file is missing. "
                    "Export or download it again.",
                    file=name,
                ) from None
            problems.append(f"{encoding}: byte 0x{error.object[error.start]:02X} has no meaning there")
            continue
        _refuse_damaged_bytes(content, name)
        head = content[:HEAD_BYTES].decode("utf-8", errors="ignore")
        if _TWICE_DECODED.search(head):
            raise _mangled(name)
        return TextContent(content, head, encoding)
    raise MalformedFile(
        f"{name} is not written in any expected encoding ({'; '.join(problems)}). "
        "Save it as CSV UTF-8, or declare its encoding in the profile (read.encodings).",
        file=name,
    )


def _rewritten(path: Path, encoding: str) -> bytes:
    """Decode piece by piece and write as UTF-8 with one kind of line end."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    parts = []
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            parts.append(decoder.decode(chunk).encode())
        parts.append(decoder.decode(b"", final=True).encode())
    content = b"".join(parts).removeprefix(codecs.BOM_UTF8)
    return content if b"\n" in content else content.replace(b"\r", b"\n")


def _by_mark(head: bytes) -> str | None:
    return next((encoding for mark, encoding in _BOMS if head.startswith(mark)), None)


def _by_zeros(head: bytes) -> str | None:
    """Recognise UTF-16 without a mark: every other byte of ASCII text is zero."""
    sample = head[:2048]
    if b"\x00" not in sample or len(sample) < 4:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd * 4 > len(sample) // 2 and even * 8 < odd:
        return "utf-16-le"
    if even * 4 > len(sample) // 2 and odd * 8 < even:
        return "utf-16-be"
    return None


def _head_text(head: bytes, *, whole: bool) -> str | None:
    """Decode the beginning as UTF-8; a character cut by the end of the piece is no fault."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        return decoder.decode(head, final=whole)
    except UnicodeDecodeError:
        return None


def _refuse_damage(path: Path, name: str) -> None:
    """Look for damage in a mapped file: first for one rare byte, so that a clean file costs next to nothing."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        _refuse_damaged_bytes(mapped, name)


def _refuse_damaged_bytes(content: bytes | mmap.mmap, name: str) -> None:
    zero = content.find(b"\x00")
    if zero >= 0:
        raise MalformedFile(
            f"{name} holds a zero byte (byte {zero + 1:,}): it is not plain text, or was damaged. Export it again.",
            file=name,
        )
    first = content.find(b"\xef", 3)
    at = content.find(b"\xef\xbf\xbd", first) if first >= 0 else -1
    first = content.find(b"\xc2")
    if at < 0 and first >= 0:
        control = _C1.search(content, first)
        at = control.start() if control else -1
    if at >= 0:
        raise MalformedFile(
            f"{name} holds characters that another program has already destroyed (byte {at + 1:,}). "
            "Export it again and import the file as it came, without opening and saving it.",
            file=name,
        )


def _mangled(name: str) -> MalformedFile:
    return MalformedFile(
        f"{name}: its Thai text was read in a wrong encoding by another program and saved so. Export it again.",
        file=name,
    )
