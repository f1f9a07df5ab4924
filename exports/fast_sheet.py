"""Tables of any length: openpyxl draws the sheet around one sample row, Polars renders all rows as XML text.

openpyxl is good at design and slow at a million cells. So it makes a sheet with title, totals, heading, filter, print
setup and ONE sample row; the sample's style numbers are reused for every row, which Polars writes as text, a few
thousand rows at a time (`render_rows`). `exports.package` puts them where the sample row was.

Geometry of every table sheet: 1 title, 2 what it holds, 3 totals, 4 totals of what the filter shows, 5 heading, 6.. rows.
Totals stand above the rows, so that they stay in sight while scrolling and no filter or sort can catch them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import polars as pl
from openpyxl.formatting.rule import CellIsRule
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from exports import look
from exports.columns import NUMERIC, Column, cell_number, decimal_text, money_digits, number_format, tidy
from exports.safe_text import xml_column
from exports.words import ENGLISH, N_, Words
from recon.money import exponent

TITLE_ROW: Final = 1
ABOUT_ROW: Final = 2
TOTAL_ROW: Final = 3
FILTERED_ROW: Final = 4
HEADING_ROW: Final = 5
FIRST_ROW: Final = 6
ROWS_PER_SHEET: Final = 1_048_576 - FIRST_ROW + 1
"""Excel's last row is 1,048,576."""
CHUNK_ROWS: Final = 4_096
"""Rows rendered at a time: a few MB of text, which stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a workbook, ready to print; it becomes as many sheets as its rows need."""

    key: str
    title: str
    about: str
    columns: tuple[Column, ...]
    frame: pl.DataFrame
    currency: str
    """Currency of the totals."""
    currency_column: str | None = None
    """Column that names the currency of each row; None: all rows are of ``currency``."""
    tab: str = "proof"
    printed: int | None = None
    """How many columns go on paper; None: all. The others are for the screen."""
    words: Words = ENGLISH
    """The language it is written in; title, headings and texts of ours are in it already."""

    @property
    def digits(self) -> int:
        """Decimals of the currency of the totals."""
        return exponent(self.currency)

    @property
    def mixed(self) -> bool:
        """Whether rows of another currency are in it."""
        return self.currency_column is not None and bool((self.frame[self.currency_column] != self.currency).any())

    def letter(self, name: str) -> str:
        """Return the sheet column of a frame column."""
        return str(get_column_letter([column.name for column in self.columns].index(name) + 1))

    def total(self, name: str) -> int:
        """Return the exact sum of a column; rows of other currencies left out."""
        frame = self.frame
        if self.mixed and self.currency_column is not None:
            frame = frame.filter(pl.col(self.currency_column) == self.currency)
        return int(frame[name].cast(pl.Int128).sum() or 0)


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of a table that share one sheet."""

    table: Table
    title: str
    offset: int
    count: int

    @property
    def last_row(self) -> int:
        """Last row of the range; the first one where the table is empty."""
        return FIRST_ROW + max(self.count, 1) - 1

    def span(self, name: str) -> str:
        """Return a column's cells as a range of this sheet."""
        letter = self.table.letter(name)
        return f"'{self.title}'!${letter}${FIRST_ROW}:${letter}${self.last_row}"


def make_table(
    key: str,
    title: str,
    about: str,
    columns: tuple[Column, ...],
    frame: pl.DataFrame,
    *,
    currency: str,
    currency_column: str | None = None,
    tab: str = "proof",
    printed: int | None = None,
    words: Words = ENGLISH,
) -> Table:
    """Return a table whose frame holds exactly its columns, in the language given, with texts made safe for cells."""
    spoken = words.headings(columns)
    assert len({column.heading for column in spoken}) == len(columns)
    told = frame.with_columns(words.told(frame[c.name], c.ours).alias(c.name) for c in columns if c.ours)
    title, about = words.say(title), words.say(about)
    return Table(key, title, about, spoken, tidy(told, spoken), currency, currency_column, tab, printed, words)


def split(table: Table, rows_per_sheet: int = ROWS_PER_SHEET) -> tuple[Part, ...]:
    """Return the sheets a table needs: "Postings", "Postings 2", ..."""
    starts = range(0, max(table.frame.height, 1), rows_per_sheet)
    return tuple(
        Part(
            table,
            table.title if number == 1 else f"{table.title} {number}",
            start,
            min(rows_per_sheet, table.frame.height - start),
        )
        for number, start in enumerate(starts, 1)
    )


def draw_shell(sheet: Worksheet, part: Part, *, subtitle: str, footer: str) -> dict[str, str]:
    """Draw everything of a table sheet but its rows, with one sample row; return the values of its formulas by cell."""
    table = part.table
    last = get_column_letter(len(table.columns))
    sheet.sheet_view.showGridLines = False
    sheet.sheet_properties.tabColor = look.TAB_COLOURS[table.tab]
    sheet.freeze_panes = f"C{FIRST_ROW}" if len(table.columns) > 4 else f"A{FIRST_ROW}"
    sheet.auto_filter.ref = f"A{HEADING_ROW}:{last}{HEADING_ROW + part.count}"
    look.put_text(sheet, f"A{TITLE_ROW}", f"{part.title}  ·  {subtitle}").font = look.font(
        size=14, bold=True, colour=look.TEAL
    )
    look.put_text(sheet, f"A{ABOUT_ROW}", table.about).font = look.font(colour=look.MUTED)
    sheet.row_dimensions[TITLE_ROW].height = 24
    sheet.row_dimensions[HEADING_ROW].height = 32
    _draw_columns(sheet, part)
    look.print_setup(sheet, left=footer, heading_row=HEADING_ROW, page=table.words.say(look.PAGE))
    if table.printed is not None:
        sheet.print_area = f"A1:{get_column_letter(table.printed)}{HEADING_ROW + part.count}"
    return _draw_totals(sheet, part)


def _draw_columns(sheet: Worksheet, part: Part) -> None:
    """Widths, heading cells, sample row and colours of state words."""
    after_number = False
    for position, column in enumerate(part.table.columns, 1):
        letter = get_column_letter(position)
        sheet.column_dimensions[letter].width = column.width
        right = column.kind in NUMERIC
        indent = 1 if after_number and not right else 0
        after_number = right
        heading = look.put_text(sheet, f"{letter}{HEADING_ROW}", column.heading)
        heading.font = look.font(bold=True, colour=look.WHITE)
        heading.fill = look.fill(look.TEAL)
        heading.alignment = look.aligned("right" if right else "left", wrap=True, indent=indent)
        sample = sheet[f"{letter}{FIRST_ROW}"]
        sample.value = "sample" if column.kind == "text" else 0
        sample.font = look.font()
        sample.border = look.UNDERLINED
        sample.alignment = look.aligned("right" if right else "left", indent=indent)
        day = part.table.words.day_format
        sample.number_format = number_format(column.kind, part.table.digits, dash_for_zero=True, day=day)
        sample.quotePrefix = column.kind == "text" and not column.edit
        if column.edit:
            sample.number_format, sample.fill, sample.border = "@", look.fill(look.FILL_IN), look.BOXED
        for word, tone in column.tones.items():
            rule = CellIsRule(
                operator="equal", formula=[f'"{word}"'], font=look.font(colour=look.TONE_COLOURS[tone], bold=True)
            )
            sheet.conditional_formatting.add(f"{letter}{FIRST_ROW}:{letter}{part.last_row}", rule)


def _draw_totals(sheet: Worksheet, part: Part) -> dict[str, str]:
    """Live totals above the heading: of all rows, and of those the filter shows."""
    table = part.table
    own = table if part.count == table.frame.height else _slice(table, part)
    say = table.words.say
    label = say(N_("Total {currency}") if own is table else N_("Total {currency} of this sheet"))
    shown = "" if table.mixed else say(N_("Shown by the filter"))
    totals = {TOTAL_ROW: label.format(currency=table.currency), FILTERED_ROW: shown}
    values: dict[str, str] = {}
    for position, column in enumerate(table.columns, 1):
        letter = get_column_letter(position)
        for row, text in totals.items():
            cell = sheet[f"{letter}{row}"]
            cell.fill = look.fill(look.SAND)
            cell.font = look.font(bold=row == TOTAL_ROW, colour=look.INK if row == TOTAL_ROW else look.MUTED)
            if position == 1 and any(other.total for other in table.columns):
                cell.value = text
            elif column.total and text:
                cell.value = _total_formula(part, column, filtered=row == FILTERED_ROW)
                cell.number_format = number_format(column.kind, table.digits)
                values[f"{letter}{row}"] = _total_text(own, column)
    return values


def _slice(table: Table, part: Part) -> Table:
    frame = table.frame.slice(part.offset, part.count)
    return Table(table.key, table.title, table.about, table.columns, frame, table.currency, table.currency_column)


def _total_formula(part: Part, column: Column, *, filtered: bool) -> str:
    letter = part.table.letter(column.name)
    cells = f"{letter}{FIRST_ROW}:{letter}{part.last_row}"
    if filtered:
        return f"=SUBTOTAL(109,{cells})"
    if part.table.mixed and part.table.currency_column is not None and column.kind == "money":
        named = part.table.letter(part.table.currency_column)
        return f'=SUMIFS({cells},{named}{FIRST_ROW}:{named}{part.last_row},"{part.table.currency}")'
    return f"=SUM({cells})"


def _total_text(table: Table, column: Column) -> str:
    total = (
        table.total(column.name) if column.kind == "money" else int(table.frame[column.name].cast(pl.Int128).sum() or 0)
    )
    return scaled_text(total, {"money": table.digits, "quantity": 3}.get(column.kind, 0))


def scaled_text(value: int, digits: int) -> str:
    """Return a scaled integer as plain decimal text; exact for any size."""
    if digits == 0:
        return str(value)
    whole, fraction = divmod(abs(value), 10**digits)
    return f"{'-' if value < 0 else ''}{whole}.{fraction:0{digits}d}"


def splice_points(xml: str, part: Part) -> tuple[str, str, dict[str, str]]:
    """Return what stands before and after the sample row, and the style number of each column."""
    start = xml.index(f'<row r="{FIRST_ROW}"')
    end = xml.index("</row>", start) + len("</row>")
    styles = dict(re.findall(rf'<c r="([A-Z]+){FIRST_ROW}"[^>]*? s="(\d+)"', xml[start:end]))
    last = get_column_letter(len(part.table.columns))
    head = re.sub(
        r'<dimension ref="[^"]*"', f'<dimension ref="A1:{last}{HEADING_ROW + part.count}"', xml[:start], count=1
    )
    texts = [part.table.letter(c.name) for c in part.table.columns if c.kind == "text"]
    ranges = " ".join(f"{letter}{FIRST_ROW}:{letter}{part.last_row}" for letter in texts)
    quiet = f'<ignoredErrors><ignoredError sqref="{ranges}" numberStoredAsText="1"/></ignoredErrors>' if ranges else ""
    return head, xml[end:].replace("</worksheet>", f"{quiet}</worksheet>"), styles


def render_rows(part: Part, styles: dict[str, str]) -> Iterator[tuple[bytes, int]]:
    """Yield the rows as XML with how many rows each piece has; memory stays at one piece."""
    table = part.table
    digits = money_digits(table.frame, table.currency_column, table.digits)
    for start in range(0, part.count, CHUNK_ROWS):
        count = min(CHUNK_ROWS, part.count - start)
        chunk = table.frame.slice(part.offset + start, count)
        numbers = pl.int_range(FIRST_ROW + start, FIRST_ROW + start + count, eager=True).cast(pl.String).alias("_row")
        shown = chunk.with_columns(numbers, *(xml_column(s) for s in chunk if s.dtype == pl.String))
        row = _row_xml(table, shown, styles, digits)
        text = BytesIO()
        shown.select(row).write_csv(text, include_header=False, quote_style="never")
        yield text.getvalue(), count


def _row_xml(table: Table, chunk: pl.DataFrame, styles: dict[str, str], digits: pl.Expr | int) -> pl.Expr:
    """Return one row of a sheet as text; a null makes no cell."""
    pieces: list[str | pl.Expr] = ['<row r="', pl.col("_row"), '">']
    for position, column in enumerate(table.columns, 1):
        series = chunk[column.name]
        if series.null_count() == series.len() and not column.edit:
            continue
        letter = get_column_letter(position)
        opening, style = f'<c r="{letter}', f'" s="{styles[letter]}"'
        if series.dtype == pl.String:
            before, value, after = (
                f'{style} t="inlineStr"><is><t xml:space="preserve">',
                pl.col(column.name),
                "</t></is></c>",
            )
        else:
            before, value, after = f"{style}><v>", cell_number(column, digits), "</v></c>"
        cell: list[str | pl.Expr] = [opening, pl.col("_row"), before, value, after]
        if column.edit:
            blank = _joined([opening, pl.col("_row"), f"{style}/>"])
            pieces.append(pl.when(pl.col(column.name).is_null()).then(blank).otherwise(_joined(cell)))
        else:
            pieces += cell if series.null_count() == 0 else [_joined(cell)]
    return _joined([*pieces, "</row>"], ignore_nulls=True)


def _joined(pieces: list[str | pl.Expr], *, ignore_nulls: bool = False) -> pl.Expr:
    """Return the pieces as one text; neighbouring literals are joined first, since each costs a pass."""
    merged: list[str | pl.Expr] = []
    for piece in pieces:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        else:
            merged.append(piece)
    parts = [pl.lit(piece) if isinstance(piece, str) else piece for piece in merged]
    return pl.concat_str(parts, ignore_nulls=ignore_nulls)


__all__ = [
    "Part",
    "Table",
    "decimal_text",
    "draw_shell",
    "make_table",
    "render_rows",
    "scaled_text",
    "splice_points",
    "split",
]
