"""Reading a mapping workbook back: what a person changed, and everything that cannot be taken over, at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import fastexcel
import polars as pl
from openpyxl import load_workbook

from exports.columns import Column, Tone
from exports.fast_sheet import FIRST_ROW, HEADING_ROW
from exports.safe_text import safe_text
from exports.seal import OpenBook, no_workbook, open_workbook
from exports.words import ENGLISH, N_, Words, language_of
from recon.errors import ExportError

AS_TEXT: Final = "TEXT"
"""Stands for "goes as text on the sales account" where a product's code would stand."""

_TONES: Final[dict[str, Tone]] = {
    "linked": "good",
    "mapped": "good",
    "text": "quiet",
    "not linked": "warn",
    "not mapped": "warn",
    "two products": "bad",
}
NO_NAME: Final = N_("(none named)")
NO_SKU: Final = N_("(no SKU)")
PRODUCTS, CHANNELS, CODES, METHODS = N_("Products"), N_("Channels"), N_("Ledger products"), N_("Ledger methods")
"""The sheets, under their English names."""

PRODUCT_COLUMNS: Final = (
    Column("sku", "SKU", width=22),
    Column("name", "Name in the shop", width=44),
    Column("lines", "Order lines", "count", 12, total=True),
    Column("amount_minor", "Amount", "money", 16, total=True),
    Column("new", "Product code", width=22, edit=True),
    Column("ledger_name", "Linked product", width=40),
    Column("state", "State", width=14, tones=_TONES, ours="words"),
    Column("suggestion", "Suggestion", width=18),
    Column("suggested_name", "Suggested product", width=40),
    Column("reason", "Why", width=40, ours="sentences"),
    Column("before", "Code when written", width=18),
)
CHANNEL_COLUMNS: Final = (
    Column("payment_channel", "Payment channel", width=34),
    Column("payments", "Payments", "count", 12, total=True),
    Column("amount_minor", "Amount", "money", 16, total=True),
    Column("new", "Method code", width=22, edit=True),
    Column("ledger_name", "Mapped to", width=40),
    Column("state", "State", width=14, tones=_TONES, ours="words"),
    Column("suggestion", "Suggestion", width=18),
    Column("reason", "Why", width=40, ours="sentences"),
    Column("before", "Code when written", width=18),
)
CODE_COLUMNS: Final = (
    Column("code", "Code", width=22),
    Column("name", "Name", width=60),
    Column("kind", "Kind", width=16, ours="words"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductEdit:
    """One changed link of a SKU."""

    sku: str | None
    """None: lines without SKU."""
    product_code: str | None
    """None with ``as_text``: goes as text; None without: the link is taken away."""
    as_text: bool
    before: str | None
    """What stood there when the file was written; where the store says otherwise now, somebody was faster."""
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelEdit:
    """One changed mapping of a payment channel."""

    payment_channel: str
    payment_method: str | None
    """None: the mapping is taken away."""
    before: str | None
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EditProblem:
    """One cell that cannot be taken over."""

    sheet: str
    row: int | None
    column: str
    value: str
    remedy: str

    def __str__(self) -> str:
        where = (
            f"sheet {self.sheet}"
            + (f", row {self.row}" if self.row else "")
            + (f", column {self.column}" if self.column else "")
        )
        return f"{where}: {self.value!r} was not taken over. {self.remedy}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingEdits:
    """What a person changed in a mapping workbook. With problems, nothing should be taken over."""

    products: tuple[ProductEdit, ...]
    channels: tuple[ChannelEdit, ...]
    problems: tuple[EditProblem, ...]


def read_mappings(
    path: Path,
    *,
    skus: Collection[str] | None = None,
    channels: Collection[str] | None = None,
    languages: Sequence[Words] = (ENGLISH,),
) -> MappingEdits:
    """Return what was changed in a mapping workbook.

    Args:
        path: The workbook.
        skus: SKUs the workspace knows; others are problems. Left out: every SKU is taken as it stands.
        channels: The same for payment channels.
        languages: The languages it may be written in; its sheets say which.

    Raises:
        ExportError: It cannot be read as an Excel workbook at all.
    """
    try:
        book = open_workbook(path)
        names = list(book.sheet_names)
    except Exception as error:  # the reader's own error type differs with what is broken
        raise ExportError(no_workbook(path, "Nothing was changed.")) from error
    words = language_of(names, (PRODUCTS,), languages) or language_of(names, (CHANNELS,), languages) or ENGLISH
    say, columns, ways = words.say, words.headings(PRODUCT_COLUMNS), words.headings(CHANNEL_COLUMNS)
    codes, no_sku, no_name = words.headings(CODE_COLUMNS), say(NO_SKU), say(NO_NAME)
    problems: list[EditProblem] = []
    products = _changes(path, book, names, say(PRODUCTS), columns, say(CODES), codes, problems)
    methods = _changes(path, book, names, say(CHANNELS), ways, say(METHODS), codes, problems)
    known_skus, known_channels = _as_shown(skus, no_sku), _as_shown(channels, no_name)
    problems += _strangers(products, known_skus, say(PRODUCTS), columns[0], "No order line has this SKU.")
    problems += _strangers(methods, known_channels, say(CHANNELS), ways[0], "No order has this channel.")
    product_edits = tuple(
        ProductEdit(
            sku=None if key == no_sku else known_skus.get(key, key),
            product_code=None if new == AS_TEXT else new,
            as_text=new == AS_TEXT,
            before=before,
            row=row,
        )
        for key, new, before, row in products
    )
    channel_edits = tuple(
        ChannelEdit(
            payment_channel="" if key == no_name else known_channels.get(key, key),
            payment_method=new,
            before=before,
            row=row,
        )
        for key, new, before, row in methods
    )
    return MappingEdits(products=product_edits, channels=channel_edits, problems=tuple(problems))


def _as_shown(known: Collection[str] | None, none_named: str) -> dict[str, str]:
    """Return known keys by how a cell shows them: a tab in a SKU stands there as a symbol."""
    return {safe_text(key): key for key in known} | {none_named: ""} if known is not None else {}


def _strangers(
    changed: Sequence[tuple[str, str | None, str | None, int]],
    known: Mapping[str, str],
    title: str,
    key: Column,
    what: str,
) -> list[EditProblem]:
    """Name changed rows whose key nobody knows."""
    remedy = f"{what} Do not change the column {key.heading}; write the file anew and fill in the yellow column only."
    return [
        EditProblem(sheet=title, row=row, column=key.heading, value=value, remedy=remedy)
        for value, _, _, row in changed
        if known and value not in known
    ]


def _changes(
    path: Path,
    book: OpenBook,
    names: Sequence[str],
    title: str,
    columns: Sequence[Column],
    codes_title: str,
    code_columns: Sequence[Column],
    problems: list[EditProblem],
) -> list[tuple[str, str | None, str | None, int]]:
    """Return (key, new code, code before, row) of changed rows; problems go into the list."""
    listed = sheet_cells(book, names, title, columns, problems)
    codes = sheet_cells(book, names, codes_title, code_columns, problems)
    if listed is None or codes is None:
        return []
    key = columns[0]
    problems += _numbers_for_text(path, book, title, key)
    frame = listed.select(
        pl.col(key.name).alias("key"),
        pl.col("new").str.strip_chars().replace({"": None}),
        pl.col("before").replace({"": None}),
        (pl.int_range(pl.len()) + FIRST_ROW).alias("row"),
    ).filter(pl.any_horizontal(pl.col("key", "new", "before").is_not_null()))
    for row in frame.filter(pl.col("key").is_null())["row"]:
        problems.append(
            EditProblem(
                sheet=title,
                row=row,
                column=key.heading,
                value="",
                remedy=f"The {key.heading} is missing. Put it back or delete the row.",
            )
        )
    frame = frame.filter(pl.col("key").is_not_null()).with_columns(
        pl.when(pl.col("new").str.to_uppercase() == AS_TEXT).then(pl.lit(AS_TEXT)).otherwise("new").alias("new")
    )
    problems += _doubles(frame, title, key)
    changed = frame.filter(~pl.col("new").eq_missing(pl.col("before")))
    known = codes["code"].drop_nulls().to_list()
    problems += _unknown(changed, title, next(c for c in columns if c.edit), known, codes_title)
    return [
        (str(k), new, before, int(row))
        for k, new, before, row in changed.select("key", "new", "before", "row").iter_rows()
    ]


def sheet_cells(
    book: OpenBook, names: Sequence[str], title: str, columns: Sequence[Column], problems: list[EditProblem]
) -> pl.DataFrame | None:
    """Return a sheet as text by our column names, wherever a person moved the columns."""
    if title not in names:
        problems.append(
            EditProblem(
                sheet=title,
                row=None,
                column="",
                value=title,
                remedy="The sheet is missing. Write the file anew and fill in the yellow columns.",
            )
        )
        return None
    read: pl.DataFrame = book.load_sheet(title, header_row=HEADING_ROW - 1, dtypes="string").to_polars()
    missing = [
        column.heading
        for column in columns
        if column.heading not in read.columns and column.name in ("new", "before", "code", columns[0].name)
    ]
    remedy = "The column is missing or was renamed. Write the file anew."
    problems += [
        EditProblem(sheet=title, row=HEADING_ROW, column=heading, value=heading, remedy=remedy) for heading in missing
    ]
    if missing:
        return None
    return read.select(pl.col(c.heading).alias(c.name) for c in columns if c.heading in read.columns)


def _numbers_for_text(path: Path, book: OpenBook, title: str, key: Column) -> list[EditProblem]:
    """Name keys that a spreadsheet turned into numbers: 00123 is 123 then, and nobody can tell."""
    if _all_text(book, title, key):
        return []
    cells = load_workbook(path, read_only=True)
    try:
        sheet = cells[title]
        headings = [cell.value for cell in next(sheet.iter_rows(min_row=HEADING_ROW, max_row=HEADING_ROW))]
        column = headings.index(key.heading) + 1
        return [
            EditProblem(sheet=title, row=cell.row, column=key.heading, value=str(cell.value), remedy="The cell holds a number, so leading zeros may be lost. Put the text back as it was (type an apostrophe first), or write the file anew.")
            for (cell,) in sheet.iter_rows(min_row=FIRST_ROW, min_col=column, max_col=column)
            if cell.value is not None and not isinstance(cell.value, str)
        ]  # fmt: skip
    finally:
        cells.close()


def _all_text(book: OpenBook, title: str, key: Column) -> bool:
    """Strict reading fails exactly where numbers stand among texts."""
    try:
        sheet = book.load_sheet(
            title,
            header_row=HEADING_ROW - 1,
            use_columns=[key.heading],
            dtype_coercion="strict",
            schema_sample_rows=None,
        )
        return bool(sheet.to_polars().schema[key.heading] in (pl.String, pl.Null))
    except fastexcel.FastExcelError:
        return False


def _doubles(frame: pl.DataFrame, title: str, key: Column) -> list[EditProblem]:
    """Name keys that stand twice with different codes."""
    twice = frame.filter(pl.col("new").fill_null("").n_unique().over("key") > 1)
    remedy = f"The same {key.heading} stands in several rows with different codes. Keep one row."
    return [
        EditProblem(sheet=title, row=int(row), column=key.heading, value=str(value), remedy=remedy)
        for value, row in twice.select("key", "row").iter_rows()
    ]


def _unknown(
    changed: pl.DataFrame, title: str, column: Column, known: Sequence[str], codes_title: str
) -> list[EditProblem]:
    """Name codes the ledger does not have, with the one that was probably meant."""
    bare = {code.lstrip("0").casefold(): code for code in known}
    listed = []
    for value, row in (
        changed.filter(pl.col("new").is_not_null() & ~pl.col("new").is_in(known)).select("new", "row").iter_rows()
    ):
        close = bare.get(str(value).lstrip("0").casefold())
        hint = f" Did you mean {close}?" if close else ""
        remedy = f"The ledger has no such code; choose one from the sheet {codes_title}.{hint}"
        listed.append(EditProblem(sheet=title, row=int(row), column=column.heading, value=str(value), remedy=remedy))
    return listed
