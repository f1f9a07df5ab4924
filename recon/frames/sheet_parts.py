"""What the fast workbook reader does not tell, taken from a sheet's own XML.

Names and states of the sheets, the first rows (for the header), hidden rows, error values, formulas that were never
calculated, numbers too long to be exact, and number formats that show leading zeros. Format: ECMA-376 part 1, §18.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from defusedxml import ElementTree

from recon.frames.containers import column_number

_CHUNK: Final = 1 << 20
_HIDDEN: Final = re.compile(rb'<row[^>]*? hidden="(?:1|true)"')
_ERROR: Final = re.compile(rb'<c r="([A-Z]+)([0-9]+)"[^>]*? t="e"[^>]*>(?:<f[^>]*>[^<]*</f>|<f[^>]*/>)?<v>([^<]*)</v>')
_FORMULA_WITHOUT_VALUE: Final = re.compile(
    rb'<c r="([A-Z]+[0-9]+)"(?![^>]*t="str")[^>]*>\s*<f[^>]*?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>|(?=</c>))'
)
_LONG_NUMBER: Final = re.compile(rb"<v>(-?(?:[0-9]{16,}|[0-9.]{1,30}[Ee]\+?(?:1[5-9]|[2-9][0-9]|[0-9]{3,})))")
_CELL: Final = re.compile(rb'<c r="([A-Z]+)([0-9]+)"([^>]*)>')
_TEXT_CELL: Final = re.compile(rb't="(?:s|str|inlineStr|b|e|d)"')
_ESCAPE: Final = re.compile("_x([0-9A-Fa-f]{4})_")
_ZEROS: Final = re.compile(r"0{2,20}")


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One sheet of a workbook."""

    name: str
    part: str
    """Member of the archive."""
    is_visible: bool


@dataclass(slots=True)
class SheetFacts:
    """What the XML of a sheet says beside its values; rows and columns count from 1."""

    hidden_row_count: int = 0
    error_cells: list[tuple[int, int, str]] = field(default_factory=list)
    """Row, column and the error as it stands there (#REF!)."""
    long_numbers: list[tuple[int, int, str]] = field(default_factory=list)
    """Numbers of more than 15 digits: the spreadsheet has already lost the last ones."""
    formulas_without_value: list[str] = field(default_factory=list)
    """Cells (at most 5) whose formula was never calculated."""
    padded: list[tuple[int, int, int]] = field(default_factory=list)
    """Row, column and number of digits a format of zeros shows."""


def sheet_parts(path: Path) -> tuple[SheetPart, ...]:
    """Return the worksheets of a workbook in their order."""
    with zipfile.ZipFile(path) as archive:
        targets = {}
        for relation in _elements(archive, "xl/_rels/workbook.xml.rels", "Relationship"):
            targets[relation.get("Id", "")] = posixpath.normpath(
                posixpath.join("/xl", relation.get("Target", ""))
            ).lstrip("/")
        found = []
        for sheet in _elements(archive, "xl/workbook.xml", "sheet"):
            relation_id = next((value for key, value in sheet.items() if key.endswith("}id")), "")
            part = targets.get(relation_id, "")
            if part.startswith("xl/worksheets/"):
                found.append(SheetPart(sheet.get("name", ""), part, sheet.get("state", "visible") == "visible"))
    return tuple(found)


def first_rows(path: Path, sheet: SheetPart, limit: int) -> list[list[str | None]]:
    """Return the first rows of a sheet as text, blank ones included, so that index + 1 is the row."""
    with zipfile.ZipFile(path) as archive:
        cells = _first_cells(archive, sheet.part, limit)
        wanted = {int(text) for _, _, kind, text in cells if kind == "s" and text.isdigit()}
        shared = _shared_strings(archive, wanted)
    rows: list[list[str | None]] = [[] for _ in range(max((row for row, *_ in cells), default=0))]
    for row, column, kind, text in cells:
        line = rows[row - 1]
        line.extend([None] * (column - len(line)))
        value = shared.get(int(text), "") if kind == "s" and text.isdigit() else text
        line[column - 1] = value or None
    return rows


def sheet_facts(path: Path, sheet: SheetPart) -> SheetFacts:
    """Go once through the XML of a sheet, piece by piece, without building it in memory."""
    facts = SheetFacts()
    with zipfile.ZipFile(path) as archive:
        padding = _padding_styles(archive)
        with archive.open(sheet.part) as stream:
            for block in _blocks(stream):
                _look(block, padding, facts)
    return facts


def _look(block: bytes, padding: dict[bytes, int], facts: SheetFacts) -> None:
    """Look at whole rows; each search runs only where its mark occurs at all."""
    if b"hidden=" in block:
        facts.hidden_row_count += len(_HIDDEN.findall(block))
    if b't="e"' in block:
        facts.error_cells += [
            (int(r), column_number(c.decode()), v.decode("utf-8", "replace")) for c, r, v in _ERROR.findall(block)
        ]
    if b"<f" in block and len(facts.formulas_without_value) < 5:
        found = [cell.decode() for cell in _FORMULA_WITHOUT_VALUE.findall(block)]
        facts.formulas_without_value = (facts.formulas_without_value + found)[:5]
    for number in _LONG_NUMBER.finditer(block):
        cell = _CELL.match(block, block.rfind(b"<c ", 0, number.start()))
        if cell and not _TEXT_CELL.search(cell[3]):
            facts.long_numbers.append((int(cell[2]), column_number(cell[1].decode()), number[1].decode()))
    for style, width in padding.items():
        if b's="' + style + b'"' in block:
            pattern = rb'<c r="([A-Z]+)([0-9]+)"(?=[^>]* s="' + style + rb'")(?![^>]* t="[^n])[^>]*><v>[0-9]+</v>'
            facts.padded += [(int(r), column_number(c.decode()), width) for c, r in re.findall(pattern, block)]


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield pieces of a sheet that end with a whole row."""
    rest = b""
    while chunk := stream.read(_CHUNK):
        data = rest + chunk
        end = data.rfind(b"</row>") + 6
        if end < 6:
            rest = data
            continue
        yield data[:end]
        rest = data[end:]
    yield rest


def _first_cells(archive: zipfile.ZipFile, part: str, limit: int) -> list[tuple[int, int, str, str]]:
    """Return (row, column, cell type, text) of the first rows that hold cells."""
    cells: list[tuple[int, int, str, str]] = []
    row_number = 0
    with archive.open(part) as stream:
        for _, element in ElementTree.iterparse(stream, events=("end",), forbid_dtd=True):
            if _local(element.tag) != "row":
                continue
            row_number = int(element.get("r") or row_number + 1)
            if row_number > limit:
                break
            column = 0
            for cell in element:
                letters = re.match("[A-Z]+", cell.get("r") or "")
                column = column_number(letters[0]) if letters else column + 1
                text = _unescaped("".join(node.text or "" for node in cell.iter() if _local(node.tag) in ("v", "t")))
                if text:
                    cells.append((row_number, column, cell.get("t", "n"), text))
            element.clear()
    return cells


def _shared_strings(archive: zipfile.ZipFile, wanted: set[int]) -> dict[int, str]:
    """Return the wanted shared strings, reading no further than the last of them."""
    found: dict[int, str] = {}
    if not wanted or "xl/sharedStrings.xml" not in archive.namelist():
        return found
    last, index = max(wanted), 0
    with archive.open("xl/sharedStrings.xml") as stream:
        for _, element in ElementTree.iterparse(stream, events=("end",), forbid_dtd=True):
            if _local(element.tag) != "si":
                continue
            if index in wanted:
                found[index] = _unescaped("".join(node.text or "" for node in _runs(element)))
            if index >= last:
                break
            index += 1
            element.clear()
    return found


def _unescaped(text: str) -> str:
    """Return text with the workbook's own escapes (_x000D_) as characters."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _runs(element: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """Yield the text runs of a string, without the reading aids (rPh) of East Asian text."""
    for child in element:
        kind = _local(child.tag)
        if kind == "t":
            yield child
        elif kind == "r":
            yield from (node for node in child if _local(node.tag) == "t")


def _padding_styles(archive: zipfile.ZipFile) -> dict[bytes, int]:
    """Return cell styles whose number format is only zeros, with the number of digits they show."""
    if "xl/styles.xml" not in archive.namelist():
        return {}
    with archive.open("xl/styles.xml") as stream:
        root = ElementTree.parse(stream, forbid_dtd=True).getroot()
    formats = {
        node.get("numFmtId"): len(node.get("formatCode", ""))
        for node in root.iter()
        if _local(node.tag) == "numFmt" and _ZEROS.fullmatch(node.get("formatCode", ""))
    }
    groups = [node for node in root if _local(node.tag) == "cellXfs"] if formats else []
    return {
        str(index).encode(): formats[style.get("numFmtId")]
        for group in groups
        for index, style in enumerate(group)
        if style.get("numFmtId") in formats
    }


def _elements(archive: zipfile.ZipFile, part: str, kind: str) -> list[ElementTree.Element]:
    """Return all elements of one local name in a small part."""
    if part not in archive.namelist():
        return []
    with archive.open(part) as stream:
        return [node for node in ElementTree.parse(stream, forbid_dtd=True).iter() if _local(node.tag) == kind]


def _local(tag: str) -> str:
    return tag.rsplit("}", 1)[-1]
