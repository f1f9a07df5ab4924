"""Was this workbook changed since it was written? Takes every digest and control total again from the cells.

Nothing outside the file is needed. That somebody did not write a whole new seal with it, the event log proves: the
seal printed in the workbook is the one recorded when it was written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Final

import fastexcel
import polars as pl

from exports import earlier_workbook as earlier
from exports.audit_frames import audit_frames
from exports.fast_sheet import Table, scaled_text
from exports.seal import SEAL_TITLE, differences, no_workbook, open_workbook, overall, read_table, scaled, seal_table
from exports.sheets import orders, summary
from exports.sheets.context import prepare
from exports.sheets.controls import BOUGHT, Control, controls, evaluate
from exports.tables import OPTIONAL, TABLES
from exports.words import ENGLISH, Words, language_of
from recon.errors import ExportError
from recon.views import AuditDossier

_AT_ONCE: Final = 2
"""Sheets read side by side: the reader lets other threads work, and two of the largest fit in memory."""


@dataclass(frozen=True, slots=True)
class WorkbookCheck:
    """What a workbook says of itself, and whether its cells still say it."""

    path: Path
    batch: str
    plan_digest: str
    chain_head: str
    """Head of the event chain printed in it; to be found in the event log."""
    seal: str
    """Seal printed in it; recorded in the event log when it was written."""
    differences: tuple[str, ...]
    """What was changed since it was written, each in plain words."""
    unequal: tuple[str, ...]
    """Control totals where our figure is not what the cells add up to."""
    notes: tuple[str, ...] = ()
    """Of a workbook of an earlier version: that it is one, what was compared, and what was not."""

    @property
    def problems(self) -> tuple[str, ...]:
        """Everything that is not as it should be; empty: the workbook stands."""
        return (*self.differences, *self.unequal)


def verify_workbook(path: Path, *, languages: Sequence[Words] = (ENGLISH,)) -> WorkbookCheck:
    """Check a workbook against itself, in whichever of these languages it was written.

    Raises:
        ExportError: It cannot be read or is no audit workbook of ours.
    """
    return check_workbook(path, languages=languages)


def check_workbook(
    path: Path,
    *,
    meant: pl.DataFrame | None = None,
    on_table: Callable[[Table], None] = lambda _: None,
    languages: Sequence[Words] = (ENGLISH,),
) -> WorkbookCheck:
    """Check a workbook against its own seal or, fresh from writing, against the one that was meant."""
    cells, names, words = _front(path, languages)
    facts = _facts(cells, words)
    currency = facts.get(words.say(summary.BOOKS_CURRENCY), "")
    if words.say(SEAL_TITLE) not in names or len(currency) != 3:
        raise ExportError(
            f"{path.name} is no audit workbook of recon: its sheets {summary.TITLE} and {SEAL_TITLE} are not as we write them."
        )
    sealed, listed = _sealed(path, currency, meant, words)
    if meant is None and (found_earlier := _earlier(path, cells, names, facts, sealed, words)) is not None:
        return found_earlier
    tables = {table.key: table for table in blank_tables(currency, sealed, words) if _is_due(table, sealed, names)}
    listed += _sheet_differences(path, [t for t in tables.values() if t.title not in names])
    present = {key: table for key, table in tables.items() if table.title in names}
    sheets: dict[str, pl.DataFrame] = {}
    wanted = _columns_needed(controls([currency], currency, bought=True, words_of=words))
    by_size = sorted(present.values(), key=lambda table: -_sealed_rows(sealed, table))
    with ThreadPoolExecutor(_AT_ONCE) as readers:
        for table, (found, figures) in zip(
            by_size,
            readers.map(lambda t: _check_table(path, t, sealed, wanted.get(t.key, set())), by_size),
            strict=True,
        ):
            on_table(table)
            listed += found
            sheets[table.key] = figures
    unequal: list[str] = []
    if sheets.keys() == tables.keys():
        moved, unequal = _control_differences(cells, sheets, currency, words)
        listed += moved
    printed_seal = facts.pop(words.say(summary.SEAL_LABEL), "")
    if overall(facts, _printed_controls(cells, sheets, currency, words), sealed) != printed_seal:
        listed.append(
            "The seal on the summary does not fit: figures or facts of the summary, or the sheet Seal, were changed"
        )
    return _checked(path, facts, words, printed_seal, listed, unequal)


def _earlier(
    path: Path,
    cells: Sequence[tuple[str, ...]],
    names: Sequence[str],
    facts: Mapping[str, str],
    sealed: pl.DataFrame,
    words: Words,
) -> WorkbookCheck | None:
    """Check a workbook that an earlier version sealed by what it has; None: it is like those of today, or its seal is broken."""
    currency, seal_label = facts[words.say(summary.BOOKS_CURRENCY)], words.say(summary.SEAL_LABEL)
    tables = blank_tables(currency, sealed, words)
    shown = _block(cells, words.say(summary.CONTROLS_HEADING), 2)
    ours = {row[0]: _rounded(row[1], earlier.digits_of(row[0])) for row in shown}
    said = {label: value for label, value in facts.items() if label != seal_label}
    seal = facts.get(seal_label, "")
    if not earlier.is_earlier(sealed, tables) or not earlier.seal_fits(said, ours, sealed, seal):
        return None
    rules = controls([currency], currency, bought=True, words_of=words)
    done = earlier.compare(path, sealed, names, tables, _columns_needed(rules))
    sure = earlier.confirmed(_listed(done.figures, currency, words), ours, done.figures)
    unequal = [
        f"Control total {name}: our figure {ours[name]}, printed from the sheets {theirs}"
        for name, theirs in ((row[0], _rounded(row[2], earlier.digits_of(row[0]))) for row in shown)
        if theirs and theirs != ours[name]  # empty: saved by a program that does not calculate
    ]
    notes = earlier.notes(facts.get(words.say(summary.WRITTEN_BY), ""), done, sealed, tables, list(ours), sure)
    return _checked(path, facts, words, seal, done.differences, unequal, notes)


def _checked(
    path: Path,
    facts: Mapping[str, str],
    words: Words,
    seal: str,
    differences: Sequence[str],
    unequal: Sequence[str],
    notes: Sequence[str] = (),
) -> WorkbookCheck:
    return WorkbookCheck(
        path,
        facts.get(words.say(summary.BATCH), ""),
        facts.get(words.say(summary.PLAN_DIGEST), ""),
        facts.get(words.say(summary.CHAIN_HEAD), ""),
        seal,
        tuple(differences),
        tuple(unequal),
        tuple(notes),
    )


def blank_tables(currency: str, sealed: pl.DataFrame, words: Words = ENGLISH) -> list[Table]:
    """Return all tables of a workbook without rows: titles and columns, those it has only at times where its seal names them."""
    dossier = AuditDossier(
        company="", connection="", source="", target="", currency=currency, timezone="UTC", batch="", plan_digest="",
        chain_head="", written_at=dt.datetime(2000, 1, 1, tzinfo=dt.UTC),
    )  # fmt: skip
    prepared = prepare(dossier, audit_frames(), words)
    return [orders.as_sealed(make(prepared), sealed) for make in TABLES]


def _front(path: Path, languages: Sequence[Words]) -> tuple[list[tuple[str, ...]], list[str], Words]:
    """Return the summary's cells as text, the names of all sheets, and the language they are in."""
    try:
        book = open_workbook(path)
        names = list(book.sheet_names)
        words = language_of(names, (summary.TITLE,), languages)
        if words is None:
            raise ExportError(f"{path.name} is no audit workbook of recon: it has no sheet {summary.TITLE}.")
        read = book.load_sheet(words.say(summary.TITLE), header_row=None, dtypes="string").to_polars()
    except ExportError:
        raise
    except Exception as error:  # the reader's own error type differs with what is broken
        raise ExportError(no_workbook(path, "Nothing was checked.")) from error
    filled = read.select(pl.all().fill_null(""))
    return [tuple(row) for row in filled.iter_rows()], names, words


def _block(cells: Sequence[tuple[str, ...]], heading: str, skip: int) -> list[tuple[str, ...]]:
    """Return the rows under a heading of the summary, up to the first empty one."""
    rows: list[tuple[str, ...]] = []
    start = next((number for number, row in enumerate(cells) if row[0] == heading), None)
    for row in cells[start + skip :] if start is not None else ():
        if not row[0]:
            break
        rows.append(row)
    return rows


def _facts(cells: Sequence[tuple[str, ...]], words: Words) -> dict[str, str]:
    shown = _block(cells, words.say(summary.FACTS_HEADING), 1)
    return {row[0]: row[1] for row in shown if row[0] != words.say(summary.NOTE)}


def _sealed(path: Path, currency: str, meant: pl.DataFrame | None, words: Words) -> tuple[pl.DataFrame, list[str]]:
    """Return the seal's rows; fresh from writing also whether they are the ones meant."""
    read = read_table(open_workbook(path), seal_table([], currency, words)).plain
    rows = read.with_columns(pl.col("rows").str.replace(r"\..*", "").cast(pl.Int64))
    if meant is not None and not rows.equals(meant.select(rows.columns).cast({"rows": pl.Int64})):
        seal_title = words.say(SEAL_TITLE)
        return rows, [f"Sheet {seal_title}: not as it was meant"]
    return rows, []


def _sealed_rows(sealed: pl.DataFrame, table: Table) -> int:
    return int(sealed.filter(pl.col("sheet") == table.title)["rows"].max() or 0)  # type: ignore[arg-type]


def _is_due(table: Table, sealed: pl.DataFrame, names: Sequence[str]) -> bool:
    """Return whether a workbook must have a table: all but those it has only where there is something in them."""
    return table.key not in OPTIONAL or table.title in names or _sealed_rows(sealed, table) > 0


def _sheet_differences(path: Path, missing: Sequence[Table]) -> list[str]:
    return [f"Sheet {table.title}: it is missing in {path.name}" for table in missing]


def _check_table(path: Path, table: Table, sealed: pl.DataFrame, wanted: set[str]) -> tuple[list[str], pl.DataFrame]:
    """Read one table, compare it with the seal and keep the columns the control totals need."""
    try:
        read = read_table(open_workbook(path), table)
        found = differences(table, sealed, read)
        return found, scaled(read, table, [name for name in read.plain.columns if name in wanted])
    except (ValueError, fastexcel.FastExcelError, pl.exceptions.PolarsError) as error:
        empty = table.frame.select(name for name in table.frame.columns if name in wanted)
        return [f"Sheet {table.title}: its columns are not as we wrote them ({str(error).splitlines()[0]})"], empty


def _columns_needed(listed: Sequence[Control]) -> dict[str, set[str]]:
    needed: dict[str, set[str]] = {}
    for term in (term for control in listed for term in control.terms):
        needed.setdefault(term.table, set()).update((term.column, *(column for column, _ in term.where)))
    return needed


def _listed(sheets: Mapping[str, pl.DataFrame], currency: str, words: Words) -> tuple[Control, ...]:
    orders = sheets.get("orders")
    named = orders["currency"].drop_nulls().unique().sort().to_list() if orders is not None and orders.width else []
    bought = orders is not None and "record_kind" in orders.columns and _has_purchases(orders, words)
    codes = [currency, *(code for code in named if code != currency)]
    return controls(codes, currency, bought=bought, words_of=words)


def _has_purchases(orders: pl.DataFrame, words: Words) -> bool:
    """Return whether rows of the sheet Orders are purchases, in the words of the workbook."""
    return bool(orders["record_kind"].is_in([words.say(kind) for kind in BOUGHT]).any())


def _printed_controls(
    cells: Sequence[tuple[str, ...]], sheets: Mapping[str, pl.DataFrame], currency: str, words: Words
) -> dict[str, str]:
    """Return our figures as the summary prints them, in the form they were sealed in."""
    printed = {row[0]: row[1] for row in _block(cells, words.say(summary.CONTROLS_HEADING), 2)}
    return {c.name: _rounded(printed.get(c.name, ""), c.digits) for c in _listed(sheets, currency, words)}


def _rounded(text: str, digits: int) -> str:
    """A spreadsheet hands numbers back as binary fractions; return the decimal they stand for."""
    try:
        value = Decimal(text).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    except InvalidOperation:
        return text
    return f"{value:f}" if value else f"{abs(value):f}"


def _control_differences(
    cells: Sequence[tuple[str, ...]], sheets: Mapping[str, pl.DataFrame], currency: str, words: Words
) -> tuple[list[str], list[str]]:
    """Compare the printed figures with the cells added up again: those of the sheets, and ours."""
    moved, unequal = [], []
    printed = {row[0]: row[1:3] for row in _block(cells, words.say(summary.CONTROLS_HEADING), 2)}
    for control in _listed(sheets, currency, words):
        again = scaled_text(evaluate(control, sheets), control.digits)
        ours, theirs = (_rounded(text, control.digits) for text in printed.get(control.name, ("", "")))
        name = f"Control total {control.name}"
        if theirs and theirs != again:  # empty: saved by a program that does not calculate
            moved.append(f"{name}: printed from the sheets {theirs}, the cells add up to {again}")
        if ours != again:
            unequal.append(f"{name}: our figure {ours or 'nothing'}, the cells add up to {again}")
    return moved, unequal


__all__ = ["WorkbookCheck", "check_workbook", "verify_workbook"]
