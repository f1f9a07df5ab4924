"""The seal of a workbook: what its cells said when it was written, and whether they still say it.

For every column of every table a SHA-256 of the cells' plain forms stands on the sheet Seal; one digest over all of
these, the control totals and the facts of the summary is the workbook's seal. Plain forms do not depend on which
program saved the file last, so opening and saving it in Excel or LibreOffice breaks nothing; changing a cell does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import fastexcel
import polars as pl

from exports.columns import NUMERIC, Column, money_digits, plain_form, plain_form_read
from exports.fast_sheet import HEADING_ROW, Table, make_table
from exports.words import ENGLISH, N_, Words
from recon.money import exponent

OpenBook: TypeAlias = Any
"""An open workbook of fastexcel, which has no types."""

SEAL_TITLE: Final = N_("Seal")
_BETWEEN: Final = "\x1f"
_EMPTY: Final = "\x1e"

SEAL_COLUMNS: Final = (
    Column("sheet", "Sheet", width=20),
    Column("column", "Column", width=26),
    Column("rows", "Rows", "count", 12),
    Column("digest", "SHA-256 of the column", width=68),
)


@dataclass(frozen=True, slots=True)
class SheetRead:
    """The cells of one table as read from a workbook: text in plain form by column name."""

    rows: int
    plain: pl.DataFrame


def column_digests(table: Table) -> pl.DataFrame:
    """Return the seal's rows for one table, from its frame."""
    digits = money_digits(table.frame, table.currency_column, table.digits)
    forms = [plain_form(c, table.frame.schema[c.name], digits).alias(c.name) for c in table.columns]
    return _digests(table, table.frame.select(forms))


def read_digests(table: Table, read: SheetRead) -> pl.DataFrame:
    """Return the same rows from what was read."""
    return _digests(table, read.plain)


def _digests(table: Table, plain: pl.DataFrame) -> pl.DataFrame:
    digests = [_digest(plain[column.name]) for column in table.columns]
    return pl.DataFrame(
        {
            "sheet": [table.title] * len(digests),
            "column": [column.heading for column in table.columns],
            "rows": pl.Series([plain.height] * len(digests), dtype=pl.Int64),
            "digest": digests,
        },
        schema_overrides={"sheet": pl.String, "column": pl.String, "digest": pl.String},
    )


def _digest(column: pl.Series) -> str:
    """SHA-256 over a column, piece by piece, so that its text is never whole in memory."""
    made = hashlib.sha256()
    for start in range(0, column.len(), 50_000):
        piece = column.slice(start, 50_000).fill_null(_EMPTY)
        made.update(str(piece.str.join(_BETWEEN).item()).encode())
        made.update(_BETWEEN.encode())
    return made.hexdigest()


def seal_table(tables: Iterable[Table], currency: str, words: Words = ENGLISH) -> Table:
    """Return the sheet Seal."""
    blank = pl.DataFrame(
        schema={column.name: pl.Int64 if column.kind == "count" else pl.String for column in SEAL_COLUMNS}
    )
    rows = pl.concat([blank, *(column_digests(table) for table in tables)])
    about = N_("Digests of every column as it was written; `recon verify` takes them again and names what was changed.")
    return make_table("seal", SEAL_TITLE, about, SEAL_COLUMNS, rows, currency=currency, tab="log", words=words)


def overall(facts: Mapping[str, str], controls: Mapping[str, str], digests: pl.DataFrame) -> str:
    """Return the one digest over everything the workbook says."""
    lines = [f"{label}={value}" for label, value in facts.items()]
    lines += [f"{name}={value}" for name, value in controls.items()]
    lines += [_BETWEEN.join(map(str, row)) for row in digests.select("sheet", "column", "rows", "digest").iter_rows()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def open_workbook(path: Path) -> OpenBook:
    """Open a workbook with a reader that is not the writer (calamine)."""
    return fastexcel.read_excel(str(path))


def no_workbook(path: Path, not_done: str) -> str:
    """Say why a file cannot be read as a workbook; the reader's own words are about its insides."""
    if not path.is_file():
        return f"There is no file {path}. {not_done}"
    return (
        f"{path.name} is no Excel workbook, or it is damaged or locked with a password. {not_done} Give the .xlsx file as it"
        " was saved."
    )


def read_table(book: OpenBook, table: Table) -> SheetRead:
    """Read the cells of a table, over all sheets it is split into, in plain form."""
    frames = [_read_part(book, title, table) for title in part_titles(book.sheet_names, table.title)]
    plain = pl.concat(frames) if len(frames) > 1 else frames[0]
    return SheetRead(plain.height, plain)


def part_titles(names: Sequence[str], title: str) -> list[str]:
    """Return the sheets a table was split into, in order."""
    found = [title] if title in names else []
    while f"{title} {len(found) + 1}" in names:
        found.append(f"{title} {len(found) + 1}")
    return found


def _read_part(book: OpenBook, title: str, table: Table) -> pl.DataFrame:
    dtypes = {number: "datetime" if c.kind == "moment" else "string" for number, c in enumerate(table.columns)}
    sheet = book.load_sheet(title, header_row=HEADING_ROW - 1, dtypes=dtypes, use_columns=list(dtypes))
    read: pl.DataFrame = sheet.to_polars()
    headings = [column.heading for column in table.columns]
    if read.columns != headings:
        changed = [new for new, old in zip(read.columns, headings, strict=False) if new != old]
        raise ValueError(f"headings were changed: {', '.join(changed)}")
    read.columns = [column.name for column in table.columns]
    most = _most_digits(table, read)
    forms = [plain_form_read(column, read.schema[column.name], most).alias(column.name) for column in table.columns]
    return read.select(forms)


def _most_digits(table: Table, read: pl.DataFrame) -> int:
    """Decimals to keep of an amount: those of the books' currency, or of the finest one named in the sheet."""
    if table.currency_column is None:
        return table.digits
    codes = read[table.currency_column].unique().drop_nulls()
    return max((exponent(code) for code in codes), default=table.digits)


def differences(table: Table, meant: pl.DataFrame, read: SheetRead) -> list[str]:
    """Compare what was read with the seal's rows of a table; return each difference in plain words."""
    expected = meant.filter(pl.col("sheet") == table.title)
    found = read_digests(table, read)
    listed = []
    rows = int(expected["rows"][0]) if expected.height else 0
    if rows != read.rows:
        listed.append(f"Sheet {table.title}: {read.rows:,} rows, sealed with {rows:,}")
    sealed = dict(zip(expected["column"], expected["digest"], strict=True))
    for heading, digest in zip(found["column"], found["digest"], strict=True):
        if sealed.get(heading) != digest:
            listed.append(f"Sheet {table.title}, column {heading}: cells were changed, added, removed or sorted")
    return listed


def scaled(read: SheetRead, table: Table, names: Sequence[str]) -> pl.DataFrame:
    """Return some columns of the read cells, numbers as integers of minor units again, for the control totals."""
    digits = money_digits(read.plain, table.currency_column, table.digits)
    picks = []
    for column in (column for column in table.columns if column.name in names):
        value = pl.col(column.name)
        if column.kind in NUMERIC:
            thousandths = value.str.replace(".", "", literal=True).cast(pl.Int64)
            value = _from_thousandths(thousandths, {"count": 0, "quantity": 3}.get(column.kind, digits))
        picks.append(value)
    return read.plain.select(picks)


def _from_thousandths(value: pl.Expr, digits: pl.Expr | int) -> pl.Expr:
    """Plain forms have three decimals; take back those the currency does not have."""
    if isinstance(digits, int):
        return value // int(10 ** (3 - digits))
    return pl.when(digits == 0).then(value // 1000).when(digits == 3).then(value).otherwise(value // 10)
