"""Excel workbooks as text tables: read whole through calamine, every cell as text, no row lost.

A number becomes the decimal text a spreadsheet would show in a wide column: at most 15 significant digits, no
exponent, so binary noise (2.9789999999999996) is gone and nothing else is. A number of more than 15 digits has lost
its end in the spreadsheet already and is given in scientific form (5.80123456789012E+17), which no identifier and no
amount passes. An error value stays as its text (#REF!). A date cell becomes ``2026-06-05 10:21:00``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Context, Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recon.errors import MalformedFile
from recon.frames.containers import Kind
from recon.frames.headings import HEADER_SEARCH_ROWS, ROW, Heading, find_header, header_cells, norm, number_headings
from recon.frames.sheet_parts import SheetFacts, SheetPart, first_rows, sheet_facts, sheet_parts

if TYPE_CHECKING:
    import fastexcel

EXCEL_DATE_FORM: Final = "%Y-%m-%d %H:%M:%S"
"""How a date cell of a workbook is written in a text table."""
_DIGITS: Final = 15
_NOISY: Final = r"^-?[0-9]{7,15}\.[0-9]{1,9}$"
_NOISY_BYTES: Final = 17
_NUMBER: Final = re.compile(r"-?[0-9.]+(?:[Ee][+-]?[0-9]+)?")
_LONG: Final = r"^-?[0-9]{16,}$"
_FIFTEEN: Final = Context(prec=_DIGITS, rounding="ROUND_HALF_UP")


@dataclass(frozen=True, slots=True)
class SheetHead:
    """The beginning of one sheet: everything needed to read the rest."""

    path: Path
    kind: Kind
    sheet: SheetPart
    headings: tuple[Heading, ...]
    header_row: int
    sample: tuple[tuple[str | None, ...], ...]
    other_sheets: tuple[str, ...] = field(default=())
    """Visible sheets that were not taken."""


def read_sheet_head(
    path: Path,
    kind: Kind,
    *,
    name: str,
    required: Sequence[str] = (),
    sheets: Sequence[str] = (),
    search_rows: int = HEADER_SEARCH_ROWS,
) -> SheetHead:
    """Find the sheet and its header: the only visible sheet that has the required headings.

    ``sheets`` are names or patterns in order of preference; a hidden sheet is taken only if it is named.

    Raises:
        MalformedFile: No sheet has them, or several do.
    """
    parts = sheet_parts(path) if kind == "xlsx" else _old_parts(path, name)
    if len({part.name for part in parts}) != len(parts):
        raise MalformedFile(
            f"{name} has two sheets of one name; no spreadsheet writes that. It was not opened.", file=name
        )
    found: list[SheetHead] = []
    for part in _candidates(parts, sheets):
        rows = (
            first_rows(path, part, search_rows * 2)
            if kind == "xlsx"
            else _old_first_rows(path, part, search_rows * 2, name)
        )
        index = find_header(rows[:search_rows], required)
        if index is None:
            continue
        headings = number_headings(header_cells(rows, index, required))
        found.append(SheetHead(path, kind, part, headings, index + 1, tuple(map(tuple, rows[index + 1 :]))))
        if not required or sheets:
            break
    if not found:
        raise _no_sheet(name, parts, required, search_rows)
    if len(found) > 1:
        raise MalformedFile(
            f"{name}: the sheets {', '.join(repr(head.sheet.name) for head in found)} all hold such a table. "
            "Name the one to read (match.sheet in the profile), or import them as separate files.",
            file=name,
        )
    others = tuple(part.name for part in parts if part.is_visible and part != found[0].sheet)
    head = found[0]
    return SheetHead(head.path, head.kind, head.sheet, head.headings, head.header_row, head.sample, others)


def read_sheet_rows(head: SheetHead, wanted: Sequence[Heading], *, name: str) -> tuple[pl.DataFrame, SheetFacts]:
    """Return the wanted columns below the header as text with their row, and what the sheet's XML tells beside them.

    Raises:
        MalformedFile: The sheet cannot be read, or holds formulas without values.
    """
    with ThreadPoolExecutor(max_workers=1) as beside:  # the reader leaves the interpreter free meanwhile
        pending = beside.submit(sheet_facts, head.path, head.sheet) if head.kind == "xlsx" else None
        frame = _load(head, wanted, name)
        facts = pending.result() if pending else _old_facts(head, frame, wanted)
    if facts.formulas_without_value:
        raise MalformedFile(
            f"{name}: formulas without a value in {', '.join(facts.formulas_without_value)}. A program wrote them and no "
            "spreadsheet has calculated them yet. Open the file in a spreadsheet, save it, and import it again.",
            file=name,
            column=facts.formulas_without_value[0],
        )
    _same_header(head, frame, wanted, name)
    frame = frame.filter(pl.col(ROW) > head.header_row)
    columns = {heading.position + 1: heading.column for heading in wanted}
    frame = _put(frame, columns, [(r, c, _scientific(text)) for r, c, text in facts.long_numbers])
    frame = _put(frame, columns, facts.error_cells)
    return _pad(_without_noise(frame), columns, facts), facts


def _load(head: SheetHead, wanted: Sequence[Heading], name: str) -> pl.DataFrame:
    """Read the whole sheet as text; rows before the first used one are kept so that row numbers are true."""
    places = {heading.position: heading.column for heading in wanted}
    try:
        sheet = _reader(head.path, head.kind).load_sheet(
            head.sheet.name,
            header_row=None,
            skip_rows=0,
            dtypes="string",
            use_columns=lambda column: column.absolute_index in places,
        )
        frame = sheet.to_polars()
        found = [places[column.absolute_index] for column in sheet.selected_columns]
    except BaseException as error:  # noqa: BLE001 - calamine's panics are no ordinary exceptions
        raise _unreadable(name, error) from None
    frame.columns = found
    missing = [pl.lit(None, dtype=pl.String).alias(column) for column in places.values() if column not in found]
    numbered = frame.with_row_index(ROW, offset=1).with_columns(pl.col(ROW).cast(pl.UInt32), *missing)
    return numbered.select(ROW, *places.values())


def _same_header(head: SheetHead, frame: pl.DataFrame, wanted: Sequence[Heading], name: str) -> None:
    """Check that both readers saw the same header in the same row."""
    line = frame.filter(pl.col(ROW) == head.header_row)
    for heading in wanted:
        there = line.get_column(heading.column)[0] if line.height else None
        is_text = not _NUMBER.fullmatch(heading.text)  # a date or number as heading is shown differently by both
        if is_text and there is not None and norm(str(there)) != norm(heading.text):
            raise MalformedFile(
                f"{name}, row {head.header_row}: the heading {heading.text!r} reads {there!r} in a second look. "
                "The workbook is damaged; open it in a spreadsheet and save it again.",
                file=name,
                row=head.header_row,
            )


def _put(frame: pl.DataFrame, columns: dict[int, str], cells: Sequence[tuple[int, int, str]]) -> pl.DataFrame:
    """Put texts into single cells."""
    for position, column in columns.items():
        mine = [(row, text) for row, at, text in cells if at == position]
        if not mine:
            continue
        patch = pl.DataFrame(mine, schema={ROW: pl.UInt32, "_text": pl.String}, orient="row").unique(ROW, keep="last")
        frame = (
            frame.join(patch, on=ROW, how="left", maintain_order="left")
            .with_columns(pl.coalesce("_text", column).alias(column))
            .drop("_text")
        )
    return frame


def _pad(frame: pl.DataFrame, columns: dict[int, str], facts: SheetFacts) -> pl.DataFrame:
    """Give numbers the leading zeros their number format shows."""
    for width in sorted({width for _, _, width in facts.padded}):
        for position, column in columns.items():
            rows = [row for row, at, digits in facts.padded if at == position and digits == width]
            if rows:
                padded = (
                    pl.when(pl.col(ROW).is_in(rows)).then(pl.col(column).str.zfill(width)).otherwise(pl.col(column))
                )
                frame = frame.with_columns(padded.alias(column))
    return frame


def _without_noise(frame: pl.DataFrame) -> pl.DataFrame:
    """Round numbers of more than 15 significant digits to 15; shorter text is never touched."""
    texts = [column for column in frame.columns if column != ROW]
    if not texts or not frame.height:
        return frame
    longest = frame.select(pl.col(texts).str.len_bytes().max()).row(0)
    for column, length in zip(texts, longest, strict=True):
        if length is None or length < _NOISY_BYTES:
            continue
        noisy = frame.filter(pl.col(column).str.contains(_NOISY)).get_column(column).unique().to_list()
        replaced = {text: exact for text in noisy if (exact := _exact(text)) != text}
        if replaced:
            frame = frame.with_columns(pl.col(column).replace(replaced))
    return frame


def _exact(text: str) -> str:
    """Return number text with at most 15 significant digits: 12345678901.229999542 becomes 12345678901.23."""
    if len(re.sub("[^0-9]", "", text)) <= _DIGITS:
        return text
    rounded = format(_FIFTEEN.create_decimal(text), "f")
    return rounded.rstrip("0").rstrip(".") if "." in rounded else rounded


def _scientific(text: str) -> str:
    """Return a number that is too long as a spreadsheet shows it: 5.80123456789012E+17."""
    return format(_FIFTEEN.create_decimal(Decimal(text)), "E")


def _candidates(parts: Sequence[SheetPart], sheets: Sequence[str]) -> list[SheetPart]:
    """Return the sheets to look at, in order of preference."""
    if not sheets:
        return [part for part in parts if part.is_visible]
    chosen: list[SheetPart] = []
    for pattern in sheets:
        exact = [part for part in parts if part.name == pattern]
        like = [part for part in parts if part.is_visible and fnmatchcase(part.name.casefold(), pattern.casefold())]
        chosen += [part for part in exact or like if part not in chosen]
    return chosen


def _no_sheet(name: str, parts: Sequence[SheetPart], required: Sequence[str], search_rows: int) -> MalformedFile:
    listed = ", ".join(f"{part.name!r}{'' if part.is_visible else ' (hidden)'}" for part in parts) or "none"
    if not required:
        return MalformedFile(f"{name} has no visible sheet with rows in it. Sheets: {listed}.", file=name)
    return MalformedFile(
        f"{name}: no header row with {', '.join(map(repr, required))} in the first {search_rows} rows of any sheet looked at. "
        f"Sheets: {listed}.",
        file=name,
        column=required[0],
    )


def _unreadable(name: str, error: BaseException) -> BaseException:
    """Turn the reader's errors and panics into ours; let interruptions pass."""
    if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
        return error
    reason = str(error).split("\n")[0][:200]
    if "assword" in reason or "ncrypted" in reason:
        return MalformedFile(
            f"{name} is protected by a password. Save a copy without it and import the copy.", file=name
        )
    return MalformedFile(
        f"{name} begins like an Excel workbook, but it cannot be read ({reason}). Save it again or export it anew.",
        file=name,
    )


def _old_parts(path: Path, name: str) -> tuple[SheetPart, ...]:
    """Return the sheets of an .xls file."""
    try:
        reader = _reader(path, "xls")
        visible = {
            sheet: reader.load_sheet(sheet, n_rows=1, header_row=None, dtypes="string").visible
            for sheet in reader.sheet_names
        }
    except BaseException as error:  # noqa: BLE001 - calamine's panics are no ordinary exceptions
        raise _unreadable(name, error) from None
    return tuple(SheetPart(sheet, "", state == "visible") for sheet, state in visible.items())


def _old_first_rows(path: Path, part: SheetPart, limit: int, name: str) -> list[list[str | None]]:
    """Return the first rows of an .xls sheet, by absolute column."""
    try:
        sheet: Any = _reader(path, "xls").load_sheet(
            part.name, header_row=None, skip_rows=0, n_rows=limit, dtypes="string"
        )
        frame, places = sheet.to_polars(), [column.absolute_index for column in sheet.selected_columns]
    except BaseException as error:  # noqa: BLE001 - calamine's panics are no ordinary exceptions
        raise _unreadable(name, error) from None
    rows = []
    for cells in frame.rows():
        line: list[str | None] = [None] * (max(places, default=-1) + 1)
        for place, cell in zip(places, cells, strict=True):
            line[place] = cell
        rows.append(line)
    return rows


def _old_facts(head: SheetHead, frame: pl.DataFrame, wanted: Sequence[Heading]) -> SheetFacts:
    """Mark the numbers of an .xls file that are too long: whole columns of numbers, as the reader types them."""
    facts = SheetFacts()
    for heading in wanted:
        long = frame.filter((pl.col(ROW) > head.header_row) & pl.col(heading.column).str.contains(_LONG))
        if not long.height:
            continue
        typed = _reader(head.path, head.kind).load_sheet(
            head.sheet.name,
            header_row=head.header_row - 1,
            schema_sample_rows=None,
            use_columns=_at(heading.position),
        )
        if typed.to_polars().dtypes[0].is_numeric():
            facts.long_numbers += [
                (row, heading.position + 1, text) for row, text in long.select(ROW, heading.column).iter_rows()
            ]
    return facts


def _reader(path: Path, kind: Kind) -> fastexcel.ExcelReader:
    """Open a workbook by what it is; the reader goes by the name's ending, so a file with another one goes in as bytes."""
    import fastexcel  # slow to import, and most files are no workbooks

    return fastexcel.read_excel(path if path.suffix.lower() == f".{kind}" else path.read_bytes())


def _at(position: int) -> Callable[[Any], bool]:
    """Choose one column by its absolute place."""
    return lambda column: bool(column.absolute_index == position)
