"""Any CSV or Excel file as one table of text: every cell as it came, every row with its number, nothing guessed.

`read_head` finds out what the file is and which headings it has without reading the rest; `read_table` reads the
wanted columns. Row numbers count as a spreadsheet does: the first row is 1, a quoted line break starts no row.
Wholly empty rows are left out; all others are there, hidden ones and totals included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from recon.errors import MalformedFile
from recon.frames.containers import kind_of
from recon.frames.delimited import TextHead, ends_open, read_rows, read_text_head
from recon.frames.encodings import ENCODINGS
from recon.frames.findings import gather, one_finding
from recon.frames.headings import HEADER_SEARCH_ROWS, ROW, Heading, close_headings, find_heading, list_headings
from recon.frames.workbooks import SheetHead, read_sheet_head, read_sheet_rows

Wanted = str | tuple[str, int]
"""A heading, or a heading and which of that name."""


@dataclass(frozen=True, slots=True)
class TableHead:
    """What is known of a table from its beginning."""

    name: str
    """The file's name, for messages."""
    headings: tuple[Heading, ...]
    header_row: int
    sheet: str
    """Empty for text files."""
    encoding: str
    """Empty for workbooks."""
    delimiter: str
    """Empty for workbooks."""
    sample: tuple[tuple[str | None, ...], ...]
    """First rows below the header (a workbook's dates and numbers as stored there)."""
    origin: TextHead | SheetHead
    encodings: tuple[str, ...] = ENCODINGS

    @property
    def is_workbook(self) -> bool:
        """Whether the table comes from Excel."""
        return isinstance(self.origin, SheetHead)

    def find(self, heading: str, nth: int = 1) -> Heading | None:
        """Return the nth column under a heading; compared after `headings.norm`."""
        return find_heading(self.headings, heading, nth)


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table of text: ``row`` and one String column per wanted heading, empty cells null."""

    head: TableHead
    frame: pl.DataFrame
    findings: pl.DataFrame
    """FINDINGS about the file as such (hidden rows, open end); the file's id is for the reader to add."""
    notes: tuple[str, ...] = ()
    """Plain words for the import report: encoding, sheet, what was left aside."""

    @property
    def headings(self) -> tuple[Heading, ...]:
        """All headings of the file in order, wanted or not."""
        return self.head.headings

    @property
    def encoding(self) -> str:
        """As found; empty for workbooks."""
        return self.head.encoding

    @property
    def sheet(self) -> str:
        """Name of the sheet; empty for text files."""
        return self.head.sheet

    def column(self, heading: str, nth: int = 1) -> str:
        """Return the frame's name of the nth column under a heading.

        Raises:
            MalformedFile: There is none; the text lists close ones.
        """
        found = self.head.find(heading, nth)
        if found is None or found.column not in self.frame.columns:
            raise _no_column(self.head, heading, nth)
        return found.column


def read_head(
    path: Path,
    *,
    name: str = "",
    required: Sequence[str] = (),
    sheets: Sequence[str] = (),
    encodings: Sequence[str] = ENCODINGS,
    delimiter: str | None = None,
    search_rows: int = HEADER_SEARCH_ROWS,
) -> TableHead:
    """Find out what a file is, where its header stands and what its headings are.

    Args:
        path: The file.
        name: The name it came under, for messages; the path's own if left out.
        required: Headings that must all occur in the header row; without them the row that looks like a header.
        sheets: Names or patterns of sheets in order of preference (workbooks).
        encodings: Tried in order where there is no byte order mark (text files).
        delimiter: Found out if left out (text files).
        search_rows: How many rows are searched for the header.

    Raises:
        MalformedFile: It is no table recon can read, it is hostile, or the required headings do not occur.
    """
    shown = name or path.name
    kind = kind_of(path, name=shown)
    if kind in ("json", "xml"):
        raise MalformedFile(f"{shown} is {kind.upper()}, not a table.", file=shown)
    if kind == "text":
        text = read_text_head(
            path, name=shown, required=required, encodings=encodings, delimiter=delimiter, search_rows=search_rows
        )
        return TableHead(
            shown,
            text.headings,
            text.header_row,
            "",
            text.content.encoding,
            text.delimiter,
            text.sample,
            text,
            tuple(encodings),
        )
    sheet = read_sheet_head(path, kind, name=shown, required=required, sheets=sheets, search_rows=search_rows)
    return TableHead(shown, sheet.headings, sheet.header_row, sheet.sheet.name, "", "", sheet.sample, sheet)


def read_body(head: TableHead, columns: Sequence[Wanted] | None = None) -> TextTable:
    """Read the wanted columns (all if left out) of a table whose head is known.

    Raises:
        MalformedFile: A wanted heading does not occur, or the rows cannot be read.
    """
    wanted = _wanted(head, columns)
    if isinstance(head.origin, TextHead):
        frame, encoding = read_rows(head.origin, wanted, name=head.name, encodings=head.encodings)
        findings = _open_end(head, frame)
        notes = [f"Read as {encoding} text, delimiter {head.delimiter!r}, header in row {head.header_row}."]
    else:
        frame, facts = read_sheet_rows(head.origin, wanted, name=head.name)
        hidden = facts.hidden_row_count
        findings = (
            [one_finding("hidden-rows", value=str(hidden), detail=f"{hidden} hidden rows of sheet {head.sheet!r}.")]
            if hidden
            else []
        )
        notes = [f"Read from sheet {head.sheet!r}, header in row {head.header_row}."]
        if head.origin.other_sheets:
            notes.append(f"Other sheets were not read: {', '.join(head.origin.other_sheets)}.")
    frame = _without_blank_rows(frame)
    if not frame.height:
        raise MalformedFile(f"{head.name} has a header in row {head.header_row} and no rows below it.", file=head.name)
    return TextTable(head, frame, gather(findings), tuple(notes))


def read_table(
    path: Path,
    *,
    columns: Sequence[Wanted] | None = None,
    name: str = "",
    required: Sequence[str] = (),
    sheets: Sequence[str] = (),
    encodings: Sequence[str] = ENCODINGS,
    delimiter: str | None = None,
    search_rows: int = HEADER_SEARCH_ROWS,
) -> TextTable:
    """Read a CSV or Excel file as text; arguments and errors as for `read_head` and `read_body`."""
    head = read_head(
        path,
        name=name,
        required=required,
        sheets=sheets,
        encodings=encodings,
        delimiter=delimiter,
        search_rows=search_rows,
    )
    return read_body(head, columns)


def _wanted(head: TableHead, columns: Sequence[Wanted] | None) -> list[Heading]:
    """Return the headings to read, in the order of the file, none twice."""
    if columns is None:
        return [heading for heading in head.headings if heading.text]
    found: set[Heading] = set()
    for wanted in columns:
        text, nth = wanted if isinstance(wanted, tuple) else (wanted, 1)
        heading = head.find(text, nth)
        if heading is None:
            raise _no_column(head, text, nth)
        found.add(heading)
    return sorted(found, key=lambda heading: heading.position)


def _without_blank_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """Leave out rows without any text; a frame with one full column is given back as it is, uncopied."""
    texts = [column for column in frame.columns if column != ROW]
    if not texts or any(frame.get_column(column).null_count() == 0 for column in texts):
        return frame
    return frame.filter(~pl.all_horizontal(pl.col(texts).is_null()))


def _open_end(head: TableHead, frame: pl.DataFrame) -> list[pl.DataFrame]:
    """Warn where a cut file could not be told from a whole one."""
    assert isinstance(head.origin, TextHead)
    if not frame.height or not ends_open(head.origin.content):
        return []
    row = int(frame.get_column(ROW)[-1])
    return [one_finding("last-row-open", row=row, detail=f"The file ends in row {row} without a line break.")]


def _no_column(head: TableHead, heading: str, nth: int) -> MalformedFile:
    close = close_headings(heading, head.headings)
    which = f"the {nth}. column named {heading!r}" if nth > 1 else f"a column {heading!r}"
    hint = f" Close: {', '.join(close)}." if close else f" There are: {list_headings(head.headings)}."
    return MalformedFile(
        f"{head.name}, row {head.header_row}: there is no {which.removeprefix('a ')}.{hint}",
        file=head.name,
        column=heading,
    )
