"""The workbook of a comparison with books the ledger exported: vouchers, what differs in them, what is none of ours, and accounts.

Nothing is decided here; `recon.service.books_check` has decided it. Written beside its target, read back, compared, put in place.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import polars as pl
from openpyxl import Workbook

from exports.columns import Column
from exports.fast_sheet import Part, Table, draw_shell, make_table, split
from exports.package import write_package
from exports.safe_text import safe_text
from exports.seal import differences, open_workbook, read_table, seal_table
from exports.sheets import summary
from exports.shell import saved
from exports.words import ENGLISH, N_, Words
from exports.workbook import write_safely
from recon.crash import NO_CRASH, CrashPoints
from recon.money import parse_minor
from recon.summaries.books import BooksReport

TITLE: Final = N_("Books of the ledger")
_FIRST_ROW: Final = 5
_ROWS_MOST: Final = 1_000_000
_SAID: Final = (N_("equal"), N_("there"), N_("differs"), N_("twice"), N_("missing"), N_("none of ours"))
"""Answers as they stand in cells."""
_VOUCHERS: Final = (
    Column("order_number", N_("Z report or document"), width=18),
    Column("kind", N_("Kind"), width=12, ours="words"),
    Column("day", N_("Date"), "date", 12),
    Column("total_minor", N_("Total"), "money", 15, total=True),
    Column("stands", N_("Here"), width=10, ours="words"),
    Column("verdict", N_("In the books"), width=13, ours="words",
           tones={"equal": "good", "there": "warn", "differs": "bad", "twice": "bad", "missing": "bad"}),
    Column("voucher", N_("Voucher"), width=16),
    Column("voucher_day", N_("Voucher of"), "date", 12),
    Column("voucher_text", N_("Text"), width=44),
    Column("entered_by", N_("Entered by"), width=16),
    Column("entered_on", N_("Entered on"), "date", 12),
    Column("posted_on", N_("Posted on"), "date", 12),
    Column("said", N_("What is not the same"), width=60, ours="sentences"),
    Column("document_key", N_("Document key"), width=36),
)  # fmt: skip
_STRANGE: Final = (
    Column("voucher", N_("Voucher"), width=16), Column("day", N_("Date"), "date", 12),
    Column("description", N_("Text"), width=44), Column("debit_minor", N_("Debits"), "money", 15, total=True),
    Column("entered_by", N_("Entered by"), width=16), Column("entered_on", N_("Entered on"), "date", 12),
    Column("text", N_("Why it is listed"), width=60, ours="sentences"),
)  # fmt: skip
_ACCOUNTS: Final = (
    Column("account", N_("Account"), width=12), Column("name", N_("Name"), width=34),
    Column("ours_minor", N_("Our documents"), "money", 16, total=True),
    Column("found_minor", N_("Their vouchers"), "money", 16, total=True),
    Column("others_minor", N_("Other vouchers"), "money", 16, total=True),
    Column("ledger_minor", N_("The ledger"), "money", 16, total=True),
    Column("difference_minor", N_("Difference"), "money", 14, total=True),
)  # fmt: skip


def write_books_workbook(
    report: BooksReport, path: Path, *, currency: str, environment: str, written_at: dt.datetime, words: Words = ENGLISH,
    crash: CrashPoints = NO_CRASH,
) -> Path:  # fmt: skip
    """Write the workbook and compare it with what was meant; returns where it lies.

    Raises:
        ExportError: Not written; a file that was there before is untouched.
    """
    tables = books_tables(report, currency, words)
    sealed = seal_table(tables, currency, words)
    parts = [part for table in (*tables, sealed) for part in split(table, _ROWS_MOST)]
    shell, entries, values = _draw(report, parts, environment, written_at, words)

    def write(target: Path) -> None:
        write_package(target, shell, parts=dict(entries), values=values, moment=written_at, on_rows=lambda *_: None)

    def check(written: Path) -> list[str]:
        return [
            odd
            for table in tables
            for odd in differences(table, sealed.frame, read_table(open_workbook(written), table))
        ]

    return write_safely(path, write, check, crash=crash, step="books-workbook")


def books_tables(report: BooksReport, currency: str, words: Words = ENGLISH) -> list[Table]:
    """Return the tables: vouchers, vouchers that are none of ours, accounts."""
    vouchers = [
        {**_fields(one, _VOUCHERS), "total_minor": parse_minor(one.total, currency), "day": _day(one.day), "voucher_day": _day(one.voucher_day),
         "entered_on": _day(one.entered_on), "posted_on": _day(one.posted_on), "voucher": " + ".join(one.vouchers) or one.voucher,
         "said": "; ".join(each.text for each in one.differences) or None}
        for one in report.vouchers
    ]  # fmt: skip
    strange = [
        {**_fields(one, _STRANGE), "debit_minor": parse_minor(one.debit, currency), "day": _day(one.day), "entered_on": _day(one.entered_on)}
        for one in report.strange
    ]  # fmt: skip
    sums = ("ours", "found", "others", "ledger", "difference")
    accounts = [
        {"account": one.account, "name": one.name, **{f"{name}_minor": _minor(getattr(one, name), currency) for name in sums}}
        for one in report.accounts
    ]  # fmt: skip
    made = (
        ("vouchers", N_("Vouchers"), N_("Every document of ours of that time, and the voucher of the books that is it."), _VOUCHERS, vouchers),
        ("strange", N_("Not ours"), N_("Vouchers that look like a settlement and are none of ours."), _STRANGE, strange),
        ("accounts", N_("Accounts"), N_("What our documents should have moved on each account, debits above zero, and what the books say."), _ACCOUNTS, accounts),
    )  # fmt: skip
    return [
        make_table(key, title, about, columns, _frame(rows, columns), currency=currency, words=words)
        for key, title, about, columns, rows in made
    ]


def _fields(one: object, columns: Sequence[Column]) -> dict[str, object]:
    return {column.name: getattr(one, column.name, None) for column in columns}


def _frame(rows: Iterable[Mapping[str, object]], columns: Sequence[Column]) -> pl.DataFrame:
    kinds = {"money": pl.Int64(), "date": pl.Date()}
    listed = list(rows)
    return pl.DataFrame(
        [
            pl.Series(one.name, [row[one.name] for row in listed], dtype=kinds.get(one.kind, pl.String()))
            for one in columns
        ]
    )


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _minor(text: str | None, currency: str) -> int | None:
    return None if text is None else parse_minor(text, currency)


def _draw(
    report: BooksReport, parts: Sequence[Part], environment: str, written_at: dt.datetime, words: Words
) -> tuple[bytes, dict[str, Part], dict[str, dict[str, str]]]:
    book = Workbook()
    book.properties.title = safe_text(words.say(TITLE))
    book.properties.created = book.properties.modified = written_at.replace(tzinfo=None)
    front = book.active
    front.title = words.say(TITLE)
    said = f"{report.company} · {report.file}"
    entries, values = {}, {}
    for part in parts:
        sheet = book.create_sheet(part.title)
        entry = f"xl/worksheets/sheet{len(book.sheetnames)}.xml"
        entries[entry], values[entry] = part, draw_shell(sheet, part, subtitle=said, footer=said)
    page = summary.Page(front, parts[0].table.digits, row=_FIRST_ROW, words=words)
    page.top(
        words.say(TITLE),
        f"{report.company}  ·  {report.company_number}",
        f"{report.form}  ·  {report.file}",
        environment,
    )
    _draw_counts(page, report)
    facts = {
        N_("File"): report.file, N_("SHA-256 of the file"): report.digest, N_("Connection"): report.connection,
        N_("Written by"): f"{report.written_by} {report.written_on}".strip(),
        N_("Period"): f"{report.since or ''} - {report.until or ''}", N_("Vouchers read"): f"{report.vouchers_read}",
    }  # fmt: skip
    page.heading(N_("Facts"), ())
    for label, value in facts.items():
        page.text("A", words.say(label))
        page.text("B", value)
        page.underline()
    for note in report.notes:
        page.text("A", words.say(N_("Note")), bold=True)
        page.text("B", words.sentence(note))
        page.underline()
    summary.draw_contents(page, parts)
    page.finish(said)
    values["xl/worksheets/sheet1.xml"] = page.values
    return saved(book), entries, values


def _draw_counts(page: summary.Page, report: BooksReport) -> None:
    page.heading(N_("Documents of ours"), (("A", N_("In the books")), ("B", N_("Documents"))), right="B")
    for verdict, count in (*report.counts.items(), (_SAID[-1], len(report.strange))):
        page.text("A", page.words.say(verdict))
        page.number("B", count, 0, "count")
        page.underline()
