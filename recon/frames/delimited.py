"""Text tables with delimiters (CSV, TSV): found out from their beginning, read by Polars as text.

Headings and their row are read here, so that Polars never renames a duplicate; the rows go straight from the mapped
file into Polars. Format: RFC 4180, with the delimiters comma, semicolon, tab and bar.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl
from polars.exceptions import PolarsError

from recon.errors import MalformedFile
from recon.frames.encodings import ENCODINGS, HEAD_BYTES, TextContent, open_text, transcode
from recon.frames.headings import (
    HEADER_SEARCH_ROWS,
    ROW,
    Heading,
    close_headings,
    find_header,
    has_headings,
    header_cells,
    list_headings,
    number_headings,
)

DELIMITERS: Final = (",", ";", "\t", "|")
_DAMAGED: Final = r"[\x{FFFD}\x{00}\x{80}-\x{9F}]"
_TAIL_BYTES: Final = 1 << 20
_SHOWN_PROBLEMS: Final = 3
_MAX_CELL: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class TextHead:
    """The beginning of a text table: everything needed to read the rest."""

    content: TextContent
    delimiter: str
    headings: tuple[Heading, ...]
    header_row: int
    """Row of the header as a spreadsheet counts."""
    skip_lines: int
    """Physical lines up to and with the header."""
    sample: tuple[tuple[str, ...], ...]
    """Records below the header, as far as the beginning reaches."""


def read_text_head(
    path: Path,
    *,
    name: str,
    required: Sequence[str] = (),
    encodings: Sequence[str] = ENCODINGS,
    delimiter: str | None = None,
    search_rows: int = HEADER_SEARCH_ROWS,
    search_damage: bool = True,
) -> TextHead:
    """Find encoding, delimiter and header of a text table.

    ``search_damage`` false: the caller looks for destroyed characters in the columns it uses (`refuse_damaged`).

    Raises:
        MalformedFile: No table, or its required headings do not occur.
    """
    content = open_text(path, encodings, name=name, search_damage=search_damage)
    return _head_of(content, name, required, delimiter, search_rows)


def _head_of(
    content: TextContent, name: str, required: Sequence[str], delimiter: str | None, search_rows: int
) -> TextHead:
    cut = _is_cut(content)
    tried = (delimiter,) if delimiter else DELIMITERS
    readings = {mark: _records(content.head, mark, cut=cut, limit=search_rows) for mark in tried}
    mark = max(readings, key=lambda m: _likeness(readings[m], required))
    records, lines = readings[mark]
    index = find_header(records[:search_rows], required)
    if index is None:
        raise _no_header(name, records, required, search_rows)
    header, sample = header_cells(records, index, required), records[index + 1 :]
    width = _width(header, sample, name, index)
    headings = number_headings([*header, *[""] * (width - len(header))])
    return TextHead(content, mark, headings, index + 1, lines[index], tuple(map(tuple, sample)))


def read_rows(
    head: TextHead, wanted: Sequence[Heading], *, name: str, encodings: Sequence[str]
) -> tuple[pl.DataFrame, str]:
    """Return the wanted columns as text with their row, and the encoding used.

    Raises:
        MalformedFile: The file is cut off, a quote is never closed, or rows have too many cells.
    """
    try:
        frame = _scan(head, wanted)
    except PolarsError as error:
        if "utf-8" in str(error) and isinstance(head.content.source, Path):
            again = transcode(head.content.source, encodings, name=name)
            texts = [heading.text for heading in head.headings if heading.text]
            return read_rows(
                _head_of(again, name, texts, head.delimiter, head.header_row), wanted, name=name, encodings=()
            )
        frame = _scan(_rewritten(head, name), wanted)
    _check_last_row(head, name, frame)
    return frame, head.content.encoding


def refuse_damaged(frame: pl.DataFrame, columns: Sequence[str], *, name: str) -> None:
    """Refuse text that another program has destroyed (U+FFFD, C1, zero bytes) in these columns of a table.

    Raises:
        MalformedFile: Names row, column and value of the first one.
    """
    for column in columns:
        bad = frame[column].unique().drop_nulls()
        bad = bad.filter(bad.str.contains(_DAMAGED))
        if bad.is_empty():
            continue
        first = frame.filter(pl.col(column).is_in(bad.implode())).row(0, named=True)
        raise MalformedFile(
            f"{name}, row {first[ROW]}, column {column}: {first[column]!r} holds characters that another program has already "
            "destroyed. Export it again and import the file as it came, without opening and saving it.",
            file=name, row=first[ROW], column=column, value=first[column],
        )  # fmt: skip


def ends_open(content: TextContent) -> bool:
    """Return whether the file ends without a line break, so that its last row may be cut off unseen."""
    return not _tail(content, 4).endswith((b"\n", b"\r"))


def _scan(head: TextHead, wanted: Sequence[Heading]) -> pl.DataFrame:
    """Read rows below the header by position; the file's own names never reach Polars."""
    scan = pl.scan_csv(
        head.content.source,
        has_header=False,
        skip_lines=head.skip_lines,
        separator=head.delimiter,
        schema={_position(heading): pl.String() for heading in head.headings},
        infer_schema=False,
        row_index_name=ROW,
        row_index_offset=head.header_row + 1,
        glob=False,
        raise_if_empty=False,
    )
    picked = [pl.col(_position(heading)).alias(heading.column) for heading in wanted]
    return scan.select(pl.col(ROW).cast(pl.UInt32), *picked).collect()


def _position(heading: Heading) -> str:
    return f"c{heading.position}"


def _records(text: str, delimiter: str, *, cut: bool, limit: int) -> tuple[list[list[str]], list[int]]:
    """Return the first records and, for each, how many physical lines it and those before it take."""
    records: list[list[str]] = []
    lines: list[int] = []
    pieces = text.split("\n")
    feed = [piece + "\n" for piece in pieces[:-1]] + ([pieces[-1]] if pieces[-1] else [])
    reader = csv.reader(feed, delimiter=delimiter)
    try:
        for record in reader:
            records.append(record)
            lines.append(reader.line_num)
            if len(records) >= limit * 2:
                return records, lines
    except csv.Error:
        cut = True
    return (records[:-1], lines[:-1]) if cut and len(records) > 1 else (records, lines)


def _likeness(reading: tuple[list[list[str]], list[int]], required: Sequence[str]) -> tuple[bool, int, int]:
    """Rank a delimiter: required headings found, then rows as wide as the header, then width."""
    records = reading[0]
    index = find_header(records, required)
    if index is None:
        return (False, 0, 0)
    width = len(records[index])
    alike = sum(1 for record in records[index:] if len(record) == width) if width > 1 else 0
    return (not required or has_headings(records[index], required), alike, width)


def _width(header: Sequence[str | None], sample: list[list[str]], name: str, index: int) -> int:
    """Return how many columns the rows have; cells beyond the header must be empty (a trailing delimiter)."""
    width = len(header)
    for offset, record in enumerate(sample):
        extra = [cell for cell in record[len(header) :] if cell.strip()]
        if extra:
            row = index + 2 + offset
            raise MalformedFile(
                f"{name}, row {row}: {len(record)} cells where the header has {len(header)}; {extra[0]!r} has no heading. "
                "A delimiter inside a cell is not quoted, or the file was joined by hand. Export it again.",
                file=name,
                row=row,
                value=extra[0],
            )
        width = max(width, len(record))
    return width


def _no_header(name: str, records: Sequence[Sequence[str]], required: Sequence[str], search_rows: int) -> MalformedFile:
    """Say which headings are missing and which ones there are."""
    index = find_header(records[:search_rows])
    if index is None:
        return MalformedFile(f"{name} has no rows. Export or download it again.", file=name)
    there = number_headings(records[index])
    missing = [heading for heading in required if not has_headings(records[index], [heading])]
    close = [
        f"{heading!r} (close: {', '.join(near)})" for heading in missing if (near := close_headings(heading, there))
    ]
    return MalformedFile(
        f"{name}: no header row with {', '.join(map(repr, missing))} in the first {search_rows} rows. "
        f"Headings found in row {index + 1}: {list_headings(there)}."
        + (f" Perhaps renamed: {'; '.join(close)}." if close else ""),
        file=name,
        column=missing[0] if missing else "",
    )


def _is_cut(content: TextContent) -> bool:
    size = len(content.source) if isinstance(content.source, bytes) else content.source.stat().st_size
    return size > HEAD_BYTES


def _tail(content: TextContent, size: int) -> bytes:
    if isinstance(content.source, bytes):
        return content.source[-size:]
    with content.source.open("rb") as stream:
        stream.seek(max(0, content.source.stat().st_size - size))
        return stream.read()


def _check_last_row(head: TextHead, name: str, frame: pl.DataFrame) -> None:
    """Refuse a file that ends in the middle of its last row (no line break and too few cells)."""
    if not ends_open(head.content):
        return
    tail = _tail(head.content, _TAIL_BYTES)
    start = tail.rfind(b"\n") + 1
    while start > 0 and tail[start:].count(b'"') % 2:  # the break lies inside a quoted cell
        start = tail.rfind(b"\n", 0, start - 1) + 1
    record = next(
        csv.reader(io.StringIO(tail[start:].decode("utf-8", errors="replace"), newline=""), delimiter=head.delimiter),
        [],
    )
    expected = len([heading for heading in head.headings if heading.text])
    if len(record) < expected and frame.height:
        row = int(frame.get_column(ROW)[-1])
        raise MalformedFile(
            f"{name} is cut off in its last row (row {row}): {len(record)} cells where the header has {expected}. "
            "It was still being written or downloaded. Export or download it again; nothing was imported.",
            file=name,
            row=row,
        )


def _rewritten(head: TextHead, name: str) -> TextHead:
    """Read a file Polars does not take with Python's reader: either it is fine after all, or the rows at fault are named."""
    csv.field_size_limit(_MAX_CELL)
    source = head.content.source
    text = source if isinstance(source, bytes) else source.read_bytes()
    stream = io.TextIOWrapper(io.BytesIO(text), encoding="utf-8-sig", newline="\n")
    reader = csv.reader(stream, delimiter=head.delimiter, strict=True)
    width, row, out = len(head.headings), 0, io.StringIO(newline="")
    writer = csv.writer(out, delimiter=head.delimiter, lineterminator="\n")
    problems: list[tuple[int, str]] = []
    try:
        for row, record in enumerate(reader, start=1):
            if row > head.header_row and len(record) > width:
                problems.append((row, f"row {row} has {len(record)} cells where the header has {width}"))
            if len(problems) >= _SHOWN_PROBLEMS:
                break
            if row > head.header_row:
                writer.writerow([*record, *[""] * (width - len(record))])
    except csv.Error as error:
        why = "a quote is opened and never closed" if "end of data" in str(error) else str(error)
        problems.append((row + 1, f"row {row + 1}: {why}"))
    if problems:
        raise MalformedFile(
            f"{name} cannot be read as a table: {'; '.join(text for _, text in problems)}. "
            "It was cut off, or edited by hand. Export or download it again; nothing was imported.",
            file=name,
            row=problems[0][0],
        )
    content = TextContent(out.getvalue().encode(), head.content.head, head.content.encoding)
    return TextHead(content, head.delimiter, head.headings, head.header_row, 0, head.sample)
