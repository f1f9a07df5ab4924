"""The sheets of a mapping workbook where tills are booked: accounts and VAT codes of groups, and cash counts; written and read back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from exports.columns import Column, Tone
from exports.fast_sheet import FIRST_ROW, Table, make_table
from exports.mapping_edits import CODE_COLUMNS, EditProblem, sheet_cells
from exports.seal import open_workbook
from exports.words import ENGLISH, N_, Words, language_of

ACCOUNTS, COUNTS, CHART, VAT_CODES = N_("Accounts"), N_("Cash counts"), N_("Ledger accounts"), N_("Ledger VAT codes")
"""The sheets, under their English names."""

ACCOUNT_ROWS: Final = pl.Schema({
    "sku": pl.String(),                 # PLACE/GROUP@RATE ...
    "place": pl.String(),
    "name": pl.String(),
    "rate": pl.String(),                # "25 %"; "" for what bears no VAT
    "amount_minor": pl.Int64(),
    "account": pl.String(),             # null: none
    "chosen": pl.String(),              # VAT code a person chose; null: none
    "tax_code": pl.String(),            # VAT code it is booked with; null: none yet
    "state": pl.String(),               # linked, not linked, does not fit
    "suggestion": pl.String(),
    "reason": pl.String(),
})  # fmt: skip
COUNT_ROWS: Final = pl.Schema({
    "order_key": pl.String(),
    "number": pl.String(),              # register and Z
    "day": pl.Date(),
    "place": pl.String(),
    "expected_minor": pl.Int64(),       # null: the opening float is not known
    "counted": pl.String(),             # plain amount; null: nobody counted
    "to_bank": pl.String(),
    "remark": pl.String(),
    "counted_by": pl.String(),
    "state": pl.String(),
})  # fmt: skip
_HOW_ACCOUNTS: Final = N_(
    "Fill in or change only the yellow columns: the number of the ledger's account, and a VAT code where the account brings none of the rate. "
    "An empty account takes the link away. Save and hand the file to `recon match --import FILE`."
)
_HOW_COUNTS: Final = N_(
    "Fill in what lay in the drawer before anything was taken out, what of it went to the bank, and why it differs. "
    "An empty count takes it away. Save and hand the file to `recon match --import FILE`."
)
_TONES: Final[dict[str, Tone]] = {
    "linked": "good",
    "not linked": "warn",
    "does not fit": "bad",
    "counted": "good",
    "waiting": "warn",
    "sent": "quiet",
}
ACCOUNT_COLUMNS: Final = (
    Column("sku", "SKU", width=34),
    Column("name", "Group", width=30),
    Column("rate", "Rate", width=10),
    Column("amount_minor", "Amount", "money", 16, total=True),
    Column("new", "Account", width=14, edit=True),
    Column("new_code", "VAT code", width=12, edit=True),
    Column("ledger_name", "Name of the account", width=36),
    Column("tax_code", "Booked with", width=14),
    Column("state", "State", width=14, tones=_TONES, ours="words"),
    Column("suggestion", "Suggestion", width=14),
    Column("reason", "Why", width=50, ours="sentences"),
    Column("before", "Account when written", width=18),
    Column("before_code", "VAT code when written", width=18),
)
COUNT_COLUMNS: Final = (
    Column("order_key", "Key", width=34),
    Column("number", "Settlement", width=14),
    Column("day", "Day", "date", 14),
    Column("place", "Place", width=24),
    Column("expected_minor", "Should be there", "money", 18),
    Column("new", "Counted", width=16, edit=True),
    Column("new_bank", "To bank", width=16, edit=True),
    Column("new_remark", "Remark", width=36, edit=True),
    Column("counted_by", "Counted by", width=18),
    Column("state", "State", width=14, tones=_TONES, ours="words"),
    Column("before", "Counted when written", width=18),
    Column("before_bank", "To bank when written", width=18),
    Column("before_remark", "Remark when written", width=36),
)
_Codes = Sequence[tuple[str, str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TillSheets:
    """What the sheets are made from."""

    accounts: pl.DataFrame
    """ACCOUNT_ROWS."""
    counts: pl.DataFrame
    """COUNT_ROWS."""
    chart: _Codes
    """The ledger's accounts: number, name, kind."""
    codes: _Codes
    """The ledger's VAT codes: code, name, rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEdit:
    """One changed account of a till's group."""

    sku: str
    account: str | None
    """None: the link is taken away."""
    tax_code: str | None
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CountEdit:
    """One changed count."""

    order_key: str
    counted: str | None
    """As typed; None: the count is taken away."""
    to_bank: str
    remark: str
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TillEdits:
    """What a person changed in these sheets."""

    accounts: tuple[AccountEdit, ...] = ()
    counts: tuple[CountEdit, ...] = ()
    problems: tuple[EditProblem, ...] = ()


def till_tables(sheets: TillSheets, *, currency: str, words: Words) -> tuple[Table, ...]:
    """Return the tables: what is filled in, then the codes to choose from."""
    names = {code: name for code, name, _kind in sheets.chart}
    accounts = sheets.accounts.with_columns(
        pl.col("account").alias("new"), pl.col("account").alias("before"), pl.col("chosen").alias("new_code"),
        pl.col("chosen").alias("before_code"),
        pl.col("account").replace_strict(names, default=None, return_dtype=pl.String).alias("ledger_name"),
    )  # fmt: skip
    counts = sheets.counts.with_columns(
        pl.col("counted").alias("new"), pl.col("counted").alias("before"), pl.col("to_bank").alias("new_bank"),
        pl.col("to_bank").alias("before_bank"), pl.col("remark").alias("new_remark"), pl.col("remark").alias("before_remark"),
    )  # fmt: skip
    return (
        make_table("accounts", ACCOUNTS, _HOW_ACCOUNTS, ACCOUNT_COLUMNS, accounts, currency=currency, words=words, tab="work"),
        make_table("counts", COUNTS, _HOW_COUNTS, COUNT_COLUMNS, counts, currency=currency, words=words, tab="work"),
        make_table("chart", CHART, N_("The ledger's chart of accounts."), CODE_COLUMNS, _codes(sheets.chart), currency=currency, words=words, tab="log"),
        make_table("vat", VAT_CODES, N_("VAT codes of the ledger, with their rates."), CODE_COLUMNS, _codes(sheets.codes), currency=currency, words=words, tab="log"),
    )  # fmt: skip


def _codes(rows: _Codes) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema={"code": pl.String, "name": pl.String, "kind": pl.String}, orient="row")


def read_till_sheets(path: Path, *, languages: Sequence[Words] = (ENGLISH,)) -> TillEdits:
    """Return what was changed in these sheets; nothing where the workbook has none of them."""
    book = open_workbook(path)
    names = list(book.sheet_names)
    words = language_of(names, (ACCOUNTS,), languages)
    if words is None:
        return TillEdits()
    problems: list[EditProblem] = []
    accounts = sheet_cells(book, names, words.say(ACCOUNTS), words.headings(ACCOUNT_COLUMNS), problems)
    counts = sheet_cells(book, names, words.say(COUNTS), words.headings(COUNT_COLUMNS), problems)
    return TillEdits(
        accounts=tuple(
            AccountEdit(sku=key, account=new, tax_code=code, row=row)
            for key, (new, code), (_old, _old_code), row in _changed(
                accounts, "sku", ("new", "new_code"), ("before", "before_code")
            )
        ),
        counts=tuple(
            CountEdit(order_key=key, counted=new, to_bank=bank or "", remark=remark or "", row=row)
            for key, (new, bank, remark), _before, row in _changed(
                counts, "order_key", ("new", "new_bank", "new_remark"), ("before", "before_bank", "before_remark")
            )
        ),
        problems=tuple(problems),
    )


_Row = tuple[str, tuple[str | None, ...], tuple[str | None, ...], int]


def _changed(cells: pl.DataFrame | None, key: str, new: tuple[str, ...], before: tuple[str, ...]) -> list[_Row]:
    """Return key, values now, values as written, and row of what differs."""
    if cells is None:
        return []
    columns = [*new, *before]
    held = cells.select(
        pl.col(key),
        *(
            (
                pl.col(name).str.strip_chars().replace({"": None}) if name in cells.columns else pl.lit(None, pl.String)
            ).alias(name)
            for name in columns
        ),
        (pl.int_range(pl.len()) + FIRST_ROW).alias("_row"),
    ).filter(pl.col(key).is_not_null())
    rows = []
    for row in held.iter_rows(named=True):
        now, then = tuple(row[name] for name in new), tuple(row[name] for name in before)
        if now != then:
            rows.append((str(row[key]), now, then, int(row["_row"])))
    return rows
