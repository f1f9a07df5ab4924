"""Audit workbooks of an earlier version: checked by the sheets, columns and control totals they were sealed with.

The sheet Seal names every sheet and column a workbook had, so its cells can be held against their digests whatever a
workbook of today looks like. What cannot be compared any more is said, never passed over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, get_args

import fastexcel
import polars as pl

from exports.columns import Column, Kind
from exports.fast_sheet import Table, scaled_text
from exports.seal import SheetRead, open_workbook, overall, read_digests, read_table, scaled
from exports.sheets.controls import Control, evaluate
from exports.tables import OPTIONAL
from recon.money import exponent

_KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
_OF_CURRENCY: Final = re.compile(r", ([A-Z]{3})$")
_NAMED: Final = 8
"""Columns or control totals that are named before the rest is only counted."""


@dataclass(slots=True)
class Compared:
    """What became of a workbook's own sheets and columns."""

    sheets: int = 0
    columns: int = 0
    differences: list[str] = field(default_factory=list)
    figures: dict[str, pl.DataFrame] = field(default_factory=dict)
    """By key of the table: what its control totals need."""


def is_earlier(sealed: pl.DataFrame, tables: Sequence[Table]) -> bool:
    """Return whether a workbook was sealed with other sheets or columns than it would have today."""
    had = _layout(sealed)
    today = {table.title: [column.heading for column in table.columns] for table in tables}
    due = {table.title for table in tables if table.key not in OPTIONAL}
    return not due <= had.keys() <= today.keys() or any(today[title] != headings for title, headings in had.items())


def seal_fits(facts: Mapping[str, str], printed: Mapping[str, str], sealed: pl.DataFrame, seal: str) -> bool:
    """Return whether the seal is the one over what the workbook itself says; ``printed``: our figure by control total."""
    return overall(facts, printed, sealed) == seal


def digits_of(control: str) -> int:
    """Return the decimals of a control total, which names its currency where it is money."""
    found = _OF_CURRENCY.search(control)
    return exponent(found[1]) if found else 0


def compare(
    path: Path, sealed: pl.DataFrame, names: Sequence[str], tables: Sequence[Table], needed: Mapping[str, set[str]]
) -> Compared:
    """Hold every sheet the workbook was sealed with against its digests."""
    known = {table.title: table for table in tables}
    done = Compared()
    for title, headings in _layout(sealed).items():
        if title not in names:
            done.differences.append(f"Sheet {title}: it is missing in {path.name}")
            continue
        table = _as_sealed(title, headings, known.get(title), tables[0].currency)
        expected = sealed.filter(pl.col("sheet") == title)
        try:
            read = read_table(open_workbook(path), table)
        except (ValueError, fastexcel.FastExcelError, pl.exceptions.PolarsError) as error:
            done.differences.append(
                f"Sheet {title}: its columns are not as we wrote them ({str(error).splitlines()[0]})"
            )
            continue
        done.sheets += 1
        done.columns += len(headings)
        done.differences += _changed(path, table, expected, read)
        wanted = [name for name in read.plain.columns if name in needed.get(table.key, set())]
        done.figures[table.key] = scaled(read, table, wanted)
    return done


def _layout(sealed: pl.DataFrame) -> dict[str, list[str]]:
    """Return the headings of every sheet, in the order of the seal."""
    grouped = sealed.group_by("sheet", maintain_order=True).agg("column")
    return dict(grouped.iter_rows())


def _as_sealed(title: str, headings: Sequence[str], today: Table | None, currency: str) -> Table:
    """Return a table with the headings a sheet was sealed with; a heading of today has today's kind."""
    by_heading = {column.heading: column for column in today.columns} if today is not None else {}
    columns = tuple(by_heading.get(heading) or Column(f"was: {heading}", heading) for heading in headings)
    frame = pl.DataFrame(schema={column.name: pl.String for column in columns})
    names = {column.name for column in columns}
    named = today.currency_column if today is not None and today.currency_column in names else None
    return Table(today.key if today else f"was: {title}", title, "", columns, frame, currency, named)


def _changed(path: Path, table: Table, expected: pl.DataFrame, read: SheetRead) -> list[str]:
    """Return what is not as it was sealed; a column may have been of another kind then, so each kind is tried."""
    listed = []
    rows = int(expected["rows"].first() or 0)  # type: ignore[arg-type]  # a count
    if rows != read.rows:
        listed.append(f"Sheet {table.title}: {read.rows:,} rows, sealed with {rows:,}")
    sealed = dict(expected.select("column", "digest").iter_rows())
    left = _unlike(table, read, sealed)
    for kind in _KINDS:
        if not left:
            break
        tried = tuple(replace(column, kind=kind) if column.heading in left else column for column in table.columns)
        again = replace(table, columns=tried)
        left &= _unlike(again, read_table(open_workbook(path), again), sealed)
    return listed + [
        f"Sheet {table.title}, column {column.heading}: cells were changed, added, removed or sorted"
        for column in table.columns
        if column.heading in left
    ]


def _unlike(table: Table, read: SheetRead, sealed: Mapping[str, str]) -> set[str]:
    """Return the headings whose cells do not have the digest they were sealed with."""
    found = read_digests(table, read).select("column", "digest").iter_rows()
    return {heading for heading, digest in found if sealed[heading] != digest}


def confirmed(listed: Sequence[Control], printed: Mapping[str, str], figures: Mapping[str, pl.DataFrame]) -> set[str]:
    """Return the control totals that the rules of today add up to the printed figure."""
    return {
        control.name
        for control in listed
        if control.name in printed
        and all(
            {term.column, *(column for column, _ in term.where)} <= set(figures.get(term.table, pl.DataFrame()).columns)
            for term in control.terms
        )
        and scaled_text(evaluate(control, figures), control.digits) == printed[control.name]
    }


def notes(
    written_by: str,
    done: Compared,
    sealed: pl.DataFrame,
    tables: Sequence[Table],
    printed: Sequence[str],
    sure: set[str],
) -> list[str]:
    """Say that the workbook is an earlier version's, what was compared, and what was not."""
    had = _layout(sealed)
    said = [
        f"This workbook was written by an earlier version ({written_by or 'recon'}) and is checked by the sheets and columns it has. "
        f"Compared with its seal: sheets {done.sheets:,}, columns {done.columns:,}. "
        f"Control totals added up again from the cells: {len(sure):,} of {len(printed):,}."
    ]
    others = [name for name in printed if name not in sure]
    if others:
        said.append(
            f"Not added up again, because this version adds them up otherwise or no more: {_few(others)}. "
            "Their figures are as they were sealed."
        )
    missing = [f"sheet {table.title}" for table in tables if table.title not in had and table.key not in OPTIONAL]
    missing += [
        f"{table.title}: {column.heading}"
        for table in tables
        for column in table.columns
        if table.title in had and column.heading not in had[table.title]
    ]
    if missing:
        said.append(f"Not in it, because it is newer than the workbook: {_few(missing)}.")
    return said


def _few(names: Sequence[str]) -> str:
    more = f"; and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return "; ".join(names[:_NAMED]) + more
