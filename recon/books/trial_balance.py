"""A trial balance (saldobalanse) as a table: one row per account with opening, debit, credit and closing.

Ledgers write such tables in CSV or Excel under headings of their own. Those below are words for the same thing in Norwegian and
English; a heading that is not among them is named with ``--column``. Nothing is guessed by position.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from recon.books.base import BOOK_BALANCES, Books
from recon.errors import MalformedFile
from recon.frames.amounts import NumberForm, minor_units, unreadable
from recon.frames.headings import Heading, list_headings, norm
from recon.frames.tables import TableHead, TextTable, read_body, read_head

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "account": ("Konto", "Kontonr", "Kontonr.", "Kontonummer", "Account", "Account no", "Account no.", "Account number", "AccountNo"),
    "name": ("Kontonavn", "Navn", "Beskrivelse", "Account name", "Name", "Description"),
    "opening": ("Inngående saldo", "Inngående balanse", "Inng. saldo", "Inng. balanse", "IB", "Opening balance", "Opening"),
    "debit": ("Debet", "Debit"),
    "credit": ("Kredit", "Credit"),
    "movement": ("Bevegelse", "Endring", "Endring i perioden", "Periodens bevegelse", "Movement", "Change"),
    "closing": ("Utgående saldo", "Utgående balanse", "Utg. saldo", "Utg. balanse", "UB", "Saldo", "Closing balance", "Closing", "Balance"),
}  # fmt: skip
"""What a column says and the headings known for it."""
_AMOUNTS: Final = ("opening", "debit", "credit", "movement", "closing")
_ACCOUNT: Final = r"^[0-9]{3,10}$"
_FORM: Final = NumberForm(trailing_minus=True, parentheses_negative=True, dash_is_zero=True, other_digits=True)
FORMS: Final[Mapping[str, tuple[NumberForm, ...]]] = {
    name: tuple(replace(_FORM, decimal_mark=mark, thousands_mark=thousands) for thousands in (" ", other))
    for name, mark, other in (("comma", ",", "."), ("point", ".", ","))
}
"""How numbers may be written, by their decimal mark."""
_STORED: Final = NumberForm(binary_noise=True)
"""Numbers as a workbook stores them."""


def read_trial_balance(path: Path, *, columns: Mapping[str, str] | None = None, decimal: str = "") -> Books:
    """Return what a trial balance says.

    Args:
        path: The file.
        columns: Heading by what it says (`COLUMNS`), where the file's own is not known.
        decimal: ``comma`` or ``point``, where the numbers alone do not tell.

    Raises:
        MalformedFile: It is no table, a column is missing, or cells cannot be read; the text names them all.
    """
    head = read_head(path)
    found = _found(head, columns or {})
    table = read_body(head, [(heading.text, heading.nth) for heading in found.values()])
    frame = table.frame.select("row", *(pl.col(heading.column).alias(name) for name, heading in found.items()))
    accounts = frame.with_columns(pl.col("account").str.strip_chars().str.replace(r"\.0+$", ""))
    left_out = accounts.filter(~pl.col("account").str.contains(_ACCOUNT).fill_null(value=False)).height
    accounts = accounts.filter(pl.col("account").str.contains(_ACCOUNT))
    if not accounts.height:
        raise MalformedFile(
            f"{path.name}: no row has an account number under {found['account'].text!r}.", file=path.name
        )
    read = _amounts(accounts, [name for name in _AMOUNTS if name in found], table, decimal)
    notes = [
        *table.notes,
        *([f"{left_out:,} rows without an account number were left out (headings and totals)."] if left_out else []),
    ]
    return Books(
        form="trial balance", company_number="", has_vouchers=False, balances=_balances(accounts, read, path.name), notes=tuple(notes)
    )  # fmt: skip


def _found(head: TableHead, columns: Mapping[str, str]) -> dict[str, Heading]:
    """Return the heading of each column.

    Raises:
        MalformedFile: One that was named is not there, or what is needed is not.
    """
    problems, found = [], {}
    for name, known in COLUMNS.items():
        if name in columns:
            heading = head.find(columns[name])
            if heading is None:
                problems.append(f"there is no column {columns[name]!r} (--column {name}=...)")
        else:
            heading = next((each for word in known if (each := _exact(head, word)) is not None), None)
        if heading is not None:
            found[name] = heading
    if "account" not in found:
        problems.append("no column says the account; name it with --column account=HEADING")
    if not ("movement" in found or {"debit", "credit"} <= found.keys() or {"opening", "closing"} <= found.keys()):
        problems.append(
            "how an account moved is told neither by debit and credit, nor by a movement, nor by opening and closing balance; "
            "name them with --column debit=HEADING --column credit=HEADING, or opening and closing"
        )
    if problems:
        there = list_headings(head.headings)
        raise MalformedFile(
            f"{head.name}, row {head.header_row}: {'; '.join(problems)}. There are: {there}.", file=head.name
        )
    return found


def _exact(head: TableHead, word: str) -> Heading | None:
    return next((heading for heading in head.headings if norm(heading.text) == norm(word)), None)


def _amounts(frame: pl.DataFrame, names: list[str], table: TextTable, decimal: str) -> pl.DataFrame:
    """Return the amounts as minor units.

    Raises:
        MalformedFile: Cells are no amounts, or they could be two different ones.
    """
    name = table.head.name
    if table.head.is_workbook and not decimal:
        stored = minor_units(frame, names, 2, _STORED)
        if all(unreadable(frame[each], stored[each]) is None for each in names):
            return stored
    forms = FORMS[decimal] if decimal else (*FORMS["comma"], *FORMS["point"])
    tried = [minor_units(frame, names, 2, form) for form in forms]
    whole = [read for read in tried if all(unreadable(frame[each], read[each]) is None for each in names)]
    if not whole:
        best = min(tried, key=lambda read: sum(read[each].null_count() for each in names))
        raise MalformedFile(f"{name}: {_unread(frame, best, names)} Nothing was compared.", file=name)
    if any(not read.equals(whole[0]) for read in whole[1:]):
        raise MalformedFile(
            f"{name}: its numbers can be read with a decimal comma or a decimal point, and mean different things. Say which with "
            "--decimal comma or --decimal point. Nothing was compared.", file=name,
        )  # fmt: skip
    return whole[0]


def _unread(frame: pl.DataFrame, read: pl.DataFrame, names: list[str]) -> str:
    """Name the first cells that are no amounts."""
    said = []
    for name in names:
        mask = unreadable(frame[name], read[name])
        if mask is not None:
            odd = frame.filter(mask).row(0, named=True)
            said.append(f"row {odd['row']}, {name}: {odd[name]!r} is no amount ({int(mask.sum()):,} such cells).")
    return " ".join(said)


def _balances(frame: pl.DataFrame, read: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return BOOK_BALANCES; an account in several rows (one per department, say) is added up.

    Raises:
        MalformedFile: Opening, movement and closing of an account do not add up.
    """
    has = set(read.columns)

    def cell(column: str) -> pl.Expr:
        return pl.col(column).fill_null(0) if column in has else pl.lit(None, pl.Int64)

    apart = cell("closing") - cell("opening") if {"opening", "closing"} <= has else pl.lit(None, pl.Int64)
    sides = pl.lit(None, pl.Int64)
    if {"debit", "credit"} <= has:
        is_signed = (read["credit"].fill_null(0) <= 0).all()  # credits stand below zero throughout
        sides = cell("debit") + cell("credit") if is_signed else cell("debit") - cell("credit")
    moved = pl.coalesce(cell("movement"), sides, apart)
    said = pl.col("name") if "name" in frame.columns else pl.lit("")
    rows = frame.select("row", pl.col("account").alias("account_code"), said.fill_null("").alias("name")).hstack(read).with_columns(
        cell("opening").alias("opening_minor"), cell("closing").alias("closing_minor"), moved.alias("moved_minor"), apart.alias("_apart")
    )  # fmt: skip
    odd = rows.filter(pl.col("_apart").is_not_null(), pl.col("_apart") != pl.col("moved_minor"))
    if odd.height:
        row = odd.row(0, named=True)
        raise MalformedFile(
            f"{name}, row {row['row']}: opening balance, movement and closing balance of account {row['account_code']} do not add up"
            f" ({odd.height:,} such rows); is a column named wrongly? Nothing was compared.", file=name,
        )  # fmt: skip
    sums = [
        pl.when(pl.col(each).is_not_null().all()).then(pl.col(each).sum()).alias(each)
        for each in ("opening_minor", "closing_minor", "moved_minor")
    ]
    summed = rows.group_by("account_code", maintain_order=True).agg(pl.col("name").first(), *sums)
    return summed.select(BOOK_BALANCES.names()).cast(BOOK_BALANCES)
