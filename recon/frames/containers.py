"""What a file really is, and whether it is safe to open: by its content, never by its name.

Refused before any reader sees them: workbooks that unpack beyond bounds, XML with a document type (entities, bombs),
members outside the folders of a workbook, sheets whose few cells span an enormous area, macros, passwords, web pages
and other formats that only carry a spreadsheet's name.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from recon.errors import MalformedFile
from recon.frames.repetition import check_repetition

Kind = Literal["text", "xlsx", "xls", "json", "xml"]

MAX_MEMBERS: Final = 2_000
MAX_UNPACKED_BYTES: Final = 1_000_000_000
"""All members of a workbook together; 100,000 rows of 40 columns need about 190 MB."""
MAX_RATIO: Final = 100
"""Unpacked to packed size; a sheet of equal rows reaches about 40."""
RATIO_FREE_BYTES: Final = 20_000_000
"""Below this unpacked size the ratio proves nothing: small workbooks of empty cells pack well."""
MAX_COLUMNS: Final = 702
"""Columns A to ZZ; no export known to us has more than 100."""
MAX_CELLS: Final = 100_000_000
"""Rows x columns of one sheet; a reader reserves memory for all of them, used or not."""
_PROLOGUE_BYTES: Final = 4_096
_CHUNK: Final = 1 << 20
_OVERLAP: Final = 64

_FOLDERS: Final = ("xl/", "docProps/", "_rels/", "customXml/", "docMetadata/")
"""Where a workbook keeps its parts; docMetadata holds Microsoft's sensitivity label."""
_ROOT_PARTS: Final = ("[Content_Types].xml",)
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WIDE_CELL: Final = re.compile(rb'r="[A-Z]{3}[0-9]')
_ROW_NUMBER: Final = re.compile(rb'<row[^>]*? r="([0-9]{1,9})"')
_TWO_LETTERS: Final = re.compile(rb'r="([A-Z]{1,2})[0-9]')
_SHEET: Final = re.compile(r"xl/worksheets/[^/]+\.xml")

_SAVE_AS: Final = "Open it in a spreadsheet, save it as .xlsx or .csv, and import that file."


def kind_of(path: Path, *, name: str = "") -> Kind:
    """Return what the file holds, after all safety checks of its kind.

    Raises:
        MalformedFile: It is empty, hostile, protected, or of a format recon does not read; the text says which.
    """
    stat = path.stat()
    return _kind_of(path, name or path.name, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=16)
def _kind_of(path: Path, name: str, size: int, _changed_at: int) -> Kind:
    """Do the checks once per file and state of it; a kept file never changes."""
    if size == 0:
        raise MalformedFile(f"{name} is empty (0 bytes). Export or download it again.", file=name)
    with path.open("rb") as stream:
        head = stream.read(_PROLOGUE_BYTES)
    if head.startswith(b"PK\x03\x04"):
        _check_workbook(path, name)
        return "xlsx"
    if head.startswith(_OLE):
        _check_old_workbook(path, name)
        return "xls"
    return _kind_of_text(head, name)


def _kind_of_text(head: bytes, name: str) -> Kind:
    """Tell text formats apart by how they begin."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:200].lower()
    known = (
        (b"%pdf", "a PDF document", "Ask the provider's export page for CSV or Excel."),
        (b"\x1f\x8b", "a gzip archive", "Unpack it and import the file inside."),
        (b"rar!", "a RAR archive", "Unpack it and import the file inside."),
        (b"7z\xbc\xaf", "a 7-Zip archive", "Unpack it and import the file inside."),
        (b"\x89png", "a picture (PNG)", "Ask the provider's export page for CSV or Excel."),
        (b"\xff\xd8\xff", "a picture (JPEG)", "Ask the provider's export page for CSV or Excel."),
    )
    for magic, what, remedy in known:
        if start.startswith(magic):
            raise MalformedFile(f"{name} is {what}, not a table. {remedy}", file=name)
    if re.match(rb"<!doctype html|<html|<table|<head|<body|<meta", start):
        raise MalformedFile(
            f"{name} is a web page with the name of a table, as some back offices write it. {_SAVE_AS}", file=name
        )
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head or b'progid="excel.sheet"' in start:
        raise MalformedFile(f"{name} is a spreadsheet in the XML form of 2003. {_SAVE_AS}", file=name)
    if start.startswith(b"<"):
        return "xml"
    if re.match(rb'[{\[]\s*["{\[\]}0-9-]', start):
        return "json"
    return "text"


def _check_workbook(path: Path, name: str) -> None:
    """Refuse a zip that is no plain .xlsx, or that could harm the reader; nothing is unpacked to disk."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_members(members, name)
            _check_sizes(members, path.stat().st_size, name)
            for member in members:
                _check_content(archive, member, name)
            check_repetition(archive, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise MalformedFile(
            f"{name} begins like an Excel workbook, but it is damaged or cut off ({error}). Download or export it again.",
            file=name,
        ) from None
    except RuntimeError:  # zipfile's word for an encrypted member
        raise _protected(name) from None


def _check_members(members: list[zipfile.ZipInfo], name: str) -> None:
    """Check the table of contents: a workbook and nothing else."""
    names = [member.filename for member in members]
    if len(names) > MAX_MEMBERS:
        raise MalformedFile(
            f"{name} has {len(names):,} parts; a workbook has at most {MAX_MEMBERS:,}. It was not opened.", file=name
        )
    if "mimetype" in names:
        raise MalformedFile(f"{name} is an OpenDocument file. {_SAVE_AS}", file=name)
    if "xl/workbook.bin" in names:
        raise MalformedFile(f"{name} is a binary workbook (.xlsb). {_SAVE_AS}", file=name)
    if "xl/workbook.xml" not in names:
        raise MalformedFile(
            f"{name} is a zip archive, not an Excel workbook. Unpack it and import the files inside.", file=name
        )
    if any(part.lower().endswith("vbaproject.bin") for part in names):
        raise MalformedFile(f"{name} holds macros; recon does not take programs in. {_SAVE_AS}", file=name)
    if len(set(names)) != len(names):
        raise MalformedFile(
            f"{name} holds two parts of the same name; no spreadsheet writes that. It was not opened.", file=name
        )
    for part in names:
        inside = part.startswith(_FOLDERS) or part in _ROOT_PARTS
        if not inside or ".." in part.split("/") or "\\" in part or ":" in part:
            raise MalformedFile(
                f"{name} holds the part {part[:80]!r}, which does not belong in a workbook. It was not opened.",
                file=name,
            )


def _check_sizes(members: list[zipfile.ZipInfo], packed: int, name: str) -> None:
    """Check the sizes the archive declares."""
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED_BYTES or (unpacked > RATIO_FREE_BYTES and unpacked > packed * MAX_RATIO):
        raise _bomb(name, unpacked, packed)


def _check_content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> None:
    """Unpack one part in memory, piece by piece: no document type, not larger than declared, no far-off cells."""
    is_sheet = _SHEET.fullmatch(member.filename) is not None
    area = _Area(name, member.filename)
    size, tail = 0, b""
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            if size == 0 and member.filename.lower().endswith((".xml", ".rels", ".vml")):
                _check_prologue(chunk, member.filename, name)
            size += len(chunk)
            if size > member.file_size:
                raise _bomb(name, size, member.compress_size)
            if is_sheet:
                area.add(tail + chunk)
                tail = chunk[-_OVERLAP:]
    if size != member.file_size:
        raise MalformedFile(f"{name} is cut off inside {member.filename}. Download or export it again.", file=name)
    if is_sheet:
        area.check(archive, member)


def _check_prologue(chunk: bytes, part: str, name: str) -> None:
    """Refuse document types and entities, and encodings in which they could hide."""
    prologue = chunk[:_PROLOGUE_BYTES]
    if b"\x00" in prologue:
        raise MalformedFile(
            f"{name}: {part} is not written in UTF-8, as every spreadsheet does. It was not opened.", file=name
        )
    if b"<!DOCTYPE" in prologue or b"<!ENTITY" in prologue or b"<!DOCTYPE" in chunk:
        raise MalformedFile(
            f"{name}: {part} declares an XML document type, which can hide an attack. It was not opened.", file=name
        )


class _Area:
    """How far the cells of one sheet reach, without reading them one by one."""

    def __init__(self, name: str, part: str) -> None:
        self._name = name
        self._part = part
        self._last_row = 0

    def add(self, data: bytes) -> None:
        """Look at one piece of the sheet."""
        if _WIDE_CELL.search(data):
            raise MalformedFile(
                f"{self._name}: {self._part} uses columns behind ZZ (more than {MAX_COLUMNS}). Delete everything beside the table and save again.",
                file=self._name,
            )
        self._last_row = max(self._last_row, *map(int, _ROW_NUMBER.findall(data)), 0)

    def check(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
        """Refuse an area no table fills; the exact width is looked up only for very long sheets."""
        if self._last_row * MAX_COLUMNS <= MAX_CELLS:
            return
        width = 1
        with archive.open(member) as stream:
            tail = b""
            while chunk := stream.read(_CHUNK):
                width = max(width, *(column_number(c.decode()) for c in set(_TWO_LETTERS.findall(tail + chunk))), 1)
                tail = chunk[-_OVERLAP:]
        if self._last_row * width > MAX_CELLS:
            raise MalformedFile(
                f"{self._name}: {self._part} spans {self._last_row:,} rows x {width} columns, mostly empty. "
                "Delete everything below and beside the table and save again.",
                file=self._name,
            )


def column_number(letters: str) -> int:
    """Return the 1-based number of a spreadsheet column: A = 1, Z = 26, AA = 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _check_old_workbook(path: Path, name: str) -> None:
    """Refuse protected files and macros in the old binary container (.xls, and .xlsx with a password)."""
    with path.open("rb") as stream:
        content = stream.read(200_000_000)
    if _utf16("EncryptedPackage") in content or _utf16("DataSpaces") in content:
        raise _protected(name)
    if _utf16("_VBA_PROJECT") in content or _utf16("Macros") in content:
        raise MalformedFile(f"{name} holds macros; recon does not take programs in. {_SAVE_AS}", file=name)
    if _utf16("Workbook") not in content and _utf16("Book") not in content:
        raise MalformedFile(f"{name} is an old Office file, but not an Excel workbook. {_SAVE_AS}", file=name)


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


def _protected(name: str) -> MalformedFile:
    return MalformedFile(
        f"{name} is protected by a password or a sensitivity label; recon cannot read inside. "
        "Open it, save a copy without protection, and import the copy.",
        file=name,
    )


def _bomb(name: str, unpacked: int, packed: int) -> MalformedFile:
    return MalformedFile(
        f"{name} would unpack from {packed:,} to more than {unpacked:,} bytes: no export does that. It was not opened.",
        file=name,
    )
