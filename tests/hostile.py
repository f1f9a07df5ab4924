"""Hostile and broken files, made when they are needed and never downloaded: the corpus for intake."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl

HEADINGS = ["เลขที่คำสั่งซื้อ", "วันที่", "ยอดสุทธิ"]
ROWS = [["SO-1", "2026-06-05", "100.00"], ["SO-2", "2026-06-06", "250.50"]]

SHEET = "xl/worksheets/sheet1.xml"
SHARED = "xl/sharedStrings.xml"


def workbook(path: Path, rows: list[list[object]] | None = None, *, sheet: str = "orders") -> Path:
    """Write a plain workbook."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for row in rows if rows is not None else [HEADINGS, *ROWS]:
        page.append(row)
    book.save(path)
    return path


def changed(path: Path, change: Callable[[str, bytes], bytes], extra: dict[str, bytes] | None = None) -> Path:
    """Rewrite a workbook's parts."""
    source = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, content in (extra or {}).items():
            new.writestr(name, content)
    return path


def with_shared_strings(path: Path, strings: dict[str, str] | None = None) -> Path:
    """Move a workbook's texts into shared strings, as Excel writes them; ``strings`` replaces single entries (XML)."""
    table: list[str] = []

    def share(found: re.Match[bytes]) -> bytes:
        table.append(found[2].decode())
        return b'<c r="' + found[1] + b'" t="s"><v>' + str(len(table) - 1).encode() + b"</v></c>"

    cell = re.compile(rb'<c r="([A-Z]+[0-9]+)" t="inlineStr"><is><t>([^<]*)</t></is></c>')
    changed(path, lambda n, d: cell.sub(share, d) if n == SHEET else d)
    items = "".join((strings or {}).get(text) or f"<si><t>{text}</t></si>" for text in table)
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return changed(path, lambda _, d: d, {SHARED: f'<?xml version="1.0"?><sst xmlns="{space}">{items}</sst>'.encode()})


def with_part(path: Path, name: str, content: bytes = b"x") -> Path:
    """Add one member to a plain workbook."""
    return changed(workbook(path), lambda _, data: data, {name: content})


def zip_bomb(path: Path) -> Path:
    """A small workbook that unpacks to 200 MB of one sheet."""
    cell = b'<row><c t="inlineStr"><is><t>' + b"0" * 4000 + b"</t></is></c></row>"

    def blow_up(name: str, data: bytes) -> bytes:
        return data.replace(b"</sheetData>", cell * 50_000 + b"</sheetData>") if name == SHEET else data

    return changed(workbook(path), blow_up)


def repetition_bomb(path: Path) -> Path:
    """A small workbook in which 500,000 cells share one text of 30 kB: 15 GB for a reader that copies it."""
    with_shared_strings(workbook(path), {"SO-1": "<si><t>" + "".join(f"{n:06d}" for n in range(5_000)) + "</t></si>"})
    cell = b'<row><c t="s" r="A9"><v>3</v></c></row>'
    return changed(path, lambda n, d: d.replace(b"</sheetData>", cell * 500_000 + b"</sheetData>") if n == SHEET else d)


def twin_sheets(path: Path) -> Path:
    """A workbook whose table of sheets names two of them alike."""
    book = openpyxl.Workbook()
    book.active.append(HEADINGS)
    book.create_sheet("Sheet2").append(HEADINGS)
    book.save(path)
    return changed(path, lambda n, d: d.replace(b'"Sheet2"', b'"Sheet"') if n == "xl/workbook.xml" else d)


def lying_sizes(path: Path) -> Path:
    """A workbook whose table of contents says the sheet is 10 bytes long."""
    workbook(path)
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        directory = archive.start_dir
    at = directory
    while data[at : at + 4] == b"PK\x01\x02":
        name_length, extra, comment = struct.unpack_from("<HHH", data, at + 28)
        if data[at + 46 : at + 46 + name_length].decode() == SHEET:
            struct.pack_into("<I", data, at + 24, 10)
        at += 46 + name_length + extra + comment
    path.write_bytes(data)
    return path


def xml_attack(path: Path, part: str, doctype: bytes, use: bytes) -> Path:
    """Put a document type into one part and use its entity."""

    def attack(name: str, data: bytes) -> bytes:
        if name != part:
            return data
        start = data.index(b"?>") + 2 if data.startswith(b"<?xml") else 0
        return data[:start] + doctype + data[start:].replace(b"SO-1", use)

    return changed(with_shared_strings(workbook(path)), attack)


BILLION_LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>'
)
QUADRATIC = b'<!DOCTYPE x [<!ENTITY d "' + b"A" * 100_000 + b'">]>'
EXTERNAL_FILE = b'<!DOCTYPE x [<!ENTITY d SYSTEM "file:///etc/hostname">]>'
EXTERNAL_HTTP = b'<!DOCTYPE x [<!ENTITY d SYSTEM "http://127.0.0.1:9/x">]>'
DTD_ONLY = b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'


def far_cell(path: Path, reference: str, row: int) -> Path:
    """A workbook with one cell very far from the others."""
    cell = f'<row r="{row}"><c r="{reference}"><v>1</v></c></row>'.encode()
    return changed(workbook(path), lambda n, d: d.replace(b"</sheetData>", cell + b"</sheetData>") if n == SHEET else d)


def wrong_dimension(path: Path) -> Path:
    """A workbook whose sheet declares a used range of one cell, as some marketplace exports do."""
    return changed(
        workbook(path),
        lambda n, d: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:A1"', d) if n == SHEET else d,
    )


def ole(path: Path, *streams: str) -> Path:
    """The beginning of an old Office container with entries of these names (not a readable workbook)."""
    entries = b"".join(name.encode("utf-16-le").ljust(64, b"\x00") + bytes(64) for name in ("Root Entry", *streams))
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + entries + bytes(512))
    return path


def csv_bytes(encoding: str = "utf-8", *, end: str = "\r\n", delimiter: str = ",") -> bytes:
    """The plain table as CSV."""
    lines = [delimiter.join(row) for row in [HEADINGS, *ROWS]]
    return (end.join(lines) + end).encode(encoding)
