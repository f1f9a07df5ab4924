"""Mappings as a workbook for bulk editing: fill in the yellow columns, save, hand the file back.

`write_mappings` lists every SKU and payment channel with what it is linked to and what is suggested; the yellow cells
offer the ledger's codes to choose from. `read_mappings` returns only what was changed, and every problem at once. SKUs
and codes are text cells, so leading zeros stay, also in what a person types.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import polars as pl
from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from exports.fast_sheet import FIRST_ROW, HEADING_ROW, Part, draw_shell, make_table, split
from exports.mapping_edits import (
    AS_TEXT,
    CHANNEL_COLUMNS,
    CHANNELS,
    CODE_COLUMNS,
    CODES,
    METHODS,
    NO_NAME,
    NO_SKU,
    PRODUCT_COLUMNS,
    PRODUCTS,
    ChannelEdit,
    EditProblem,
    MappingEdits,
    ProductEdit,
    read_mappings,
)  # fmt: skip
from exports.package import write_package
from exports.shell import saved
from exports.till_sheets import TillSheets, read_till_sheets, till_tables
from exports.words import ENGLISH, N_, Words
from exports.workbook import write_safely
from recon.crash import NO_CRASH, CrashPoints
from recon.targets.base import LedgerMethod, LedgerProduct

DROPDOWN_LIMIT: Final = 5_000
"""Longer lists are slow to open in a cell; then the sheet of codes is there to look them up."""

PRODUCT_ROWS: Final = pl.Schema({
    "sku": pl.String(),                 # as it came; null: lines without SKU
    "name": pl.String(),                # name on its newest order line
    "lines": pl.Int64(),                # order lines that wait for or use it
    "amount_minor": pl.Int64(),
    "product_code": pl.String(),        # linked product; TEXT: goes as text; null: not linked
    "state": pl.String(),               # linked, not linked, text, two products
    "suggestion": pl.String(),          # code of a product that may be meant; null: none
    "reason": pl.String(),              # why it is suggested, or how the link came about
})  # fmt: skip

CHANNEL_ROWS: Final = pl.Schema({
    "payment_channel": pl.String(),     # as the source spells it; "" where an order names none
    "payments": pl.Int64(),
    "amount_minor": pl.Int64(),
    "payment_method": pl.String(),      # ledger's code; null: not mapped
    "state": pl.String(),
    "suggestion": pl.String(),
    "reason": pl.String(),
})  # fmt: skip

_HOW_PRODUCTS: Final = N_(
    "Fill in or change only the yellow column: a product code of the ledger, or TEXT to send the lines as text. "
    "An empty cell takes a link away. Save and hand the file to `recon match --import FILE`."
)
_HOW_CHANNELS: Final = N_(
    "Fill in or change only the yellow column: the ledger's code of the bank, cash or clearing account. "
    "Save and hand the file to `recon match --import FILE`."
)


def write_mappings(
    path: Path,
    *,
    products: pl.DataFrame,
    channels: pl.DataFrame,
    ledger_products: Sequence[LedgerProduct],
    methods: Sequence[LedgerMethod],
    title: str,
    currency: str,
    written_at: dt.datetime,
    words: Words = ENGLISH,
    till: TillSheets | None = None,
    crash: CrashPoints = NO_CRASH,
) -> Path:
    """Write the workbook; returns where it lies (another name if the file is open in another program).

    Raises:
        ExportError: Not written; a file that was there before is untouched.
    """
    say = words.say
    offered = [(AS_TEXT, say(N_("goes as text on the sales account")), "")] + [
        (p.code, p.name, p.kind) for p in ledger_products
    ]
    accounts = [(m.code, m.name, m.kind) for m in methods]
    tables = (
        make_table("products", PRODUCTS, _HOW_PRODUCTS, PRODUCT_COLUMNS, _named(products, "product_code", offered, words), currency=currency, words=words, tab="work"),
        make_table("channels", CHANNELS, _HOW_CHANNELS, CHANNEL_COLUMNS, _named(channels, "payment_method", accounts, words), currency=currency, words=words, tab="work"),
        make_table("codes", CODES, N_("Products and services of the ledger."), CODE_COLUMNS, _codes(offered), currency=currency, words=words, tab="log"),
        make_table("methods", METHODS, N_("Bank, cash and clearing channels of the ledger."), CODE_COLUMNS, _codes(accounts), currency=currency, words=words, tab="log"),
    )  # fmt: skip
    extra = till_tables(till, currency=currency, words=words) if till is not None else ()
    parts = [split(table)[0] for table in (*tables, *extra)]
    book = Workbook()
    book.remove(book.active)
    entries, values = {}, {}
    for number, part in enumerate(parts, 1):
        sheet = book.create_sheet(part.title)
        entry = f"xl/worksheets/sheet{number}.xml"
        entries[entry], values[entry] = part, draw_shell(sheet, part, subtitle=title, footer=title)
    _offer(book[parts[0].title], parts[0], parts[2])
    _offer(book[parts[1].title], parts[1], parts[3])
    if extra:
        _offer(book[parts[4].title], parts[4], parts[6])
        _offer(book[parts[4].title], parts[4], parts[7], column="new_code")
    shell = saved(book)

    def write(target: Path) -> None:
        write_package(target, shell, parts=entries, values=values, moment=written_at, on_rows=lambda *_: None)

    def check(written: Path) -> list[str]:
        again = read_mappings(written, languages=(words,))
        rows = [edit.row for edit in again.products] + [edit.row for edit in again.channels]
        sheets = read_till_sheets(written, languages=(words,))
        rows += [edit.row for edit in sheets.accounts] + [edit.row for edit in sheets.counts]
        broken = [str(problem) for problem in again.problems if problem.row in (None, HEADING_ROW)]
        return [f"row {row} reads as changed" for row in rows] + broken

    return write_safely(path, write, check, crash=crash, step="mapping-file")


def _named(rows: pl.DataFrame, column: str, codes: Iterable[tuple[str, str, str]], words: Words) -> pl.DataFrame:
    """Return rows with the names behind codes, and the code twice: to change, and as it was."""
    names = {code: name for code, name, _ in codes}
    key = rows.columns[0]
    label = words.say(NO_SKU if key == "sku" else NO_NAME)
    return rows.with_columns(
        pl.col(key).fill_null("").replace({"": label}),
        pl.col(column).alias("new"),
        pl.col(column).alias("before"),
        pl.col(column).replace_strict(names, default=None, return_dtype=pl.String).alias("ledger_name"),
        pl.col("suggestion").replace_strict(names, default=None, return_dtype=pl.String).alias("suggested_name"),
    )


def _codes(rows: Sequence[tuple[str, str, str]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"code": pl.String, "name": pl.String, "kind": pl.String}, orient="row")


def _offer(sheet: Worksheet, part: Part, codes: Part, *, column: str = "new") -> None:
    """Let the yellow cells choose from the ledger's codes; something else is warned about, and refused on reading."""
    letter, say = part.table.letter(column), part.table.words.say
    sheet.column_dimensions[letter].number_format = "@"
    if not 0 < codes.count <= DROPDOWN_LIMIT:
        return
    rule = DataValidation(type="list", formula1=codes.span("code"), allow_blank=True, errorStyle="warning")
    rule.showErrorMessage, rule.errorTitle = True, say(N_("Not a code of the ledger"))
    rule.error = say(N_("Choose a code from the list (sheet {sheet}).")).format(sheet=codes.title)
    rule.add(f"{letter}{FIRST_ROW}:{letter}{part.last_row}")
    sheet.add_data_validation(rule)


__all__ = [
    "AS_TEXT", "CHANNEL_ROWS", "PRODUCT_ROWS", "ChannelEdit", "EditProblem", "MappingEdits", "ProductEdit", "read_mappings",
    "write_mappings",
]  # fmt: skip
