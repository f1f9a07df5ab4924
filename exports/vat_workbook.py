"""The workbook of a month's VAT: figures of the return as formulas over the lists, checks, and what is not in them.

Nothing is decided here; `recon.service.vat_report` has decided it. Written beside its target, read back, compared, put in place.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from openpyxl import Workbook

from exports import look
from exports.fast_sheet import Part, Table, draw_shell, split
from exports.package import write_package
from exports.safe_text import safe_text
from exports.seal import differences, open_workbook, read_table, seal_table
from exports.sheets import summary
from exports.sheets.context import TITLES
from exports.sheets.controls import SAFE_WORDS
from exports.sheets.vat_tables import APART, PURCHASES, SALES, vat_tables
from exports.shell import saved
from exports.words import ENGLISH, FORMULA_WORDS, N_, Words
from exports.workbook import write_safely
from recon.crash import NO_CRASH, CrashPoints
from recon.proof.vat_month import CLAIMED, DUE, NO_INVOICE, NO_NUMBER
from recon.service.vat_report import VatReport

TITLE: Final = N_("VAT")
Parts = Mapping[str, Sequence[Part]]
_FIRST_ROW: Final = 5


def write_vat_workbook(
    report: VatReport,
    path: Path,
    *,
    written_at: dt.datetime,
    words: Words = ENGLISH,
    rows_per_sheet: int = 1_000_000,
    crash: CrashPoints = NO_CRASH,
) -> Path:
    """Write the workbook and compare it with what was meant; returns where it lies.

    Raises:
        ExportError: Not written; a file that was there before is untouched.
    """
    tables = vat_tables(report, words)
    sealed = seal_table(tables.values(), report.currency, words)
    parts = {key: split(table, rows_per_sheet) for key, table in {**tables, "seal": sealed}.items()}
    shell, entries, values = _draw(report, parts, written_at, words)

    def write(target: Path) -> None:
        write_package(target, shell, parts=dict(entries), values=values, moment=written_at, on_rows=lambda *_: None)

    def check(written: Path) -> list[str]:
        return _read_back(written, tables, sealed)

    return write_safely(path, write, check, crash=crash, step="vat-workbook")


def _read_back(written: Path, tables: Mapping[str, Table], sealed: Table) -> list[str]:
    """Return every difference between the cells and what was meant."""
    found = []
    for table in tables.values():
        found += differences(table, sealed.frame, read_table(open_workbook(written), table))
    return found


def _draw(
    report: VatReport, parts: Parts, written_at: dt.datetime, words: Words
) -> tuple[bytes, dict[str, Part], dict[str, dict[str, str]]]:
    book = Workbook()
    book.properties.title = safe_text(f"{words.say(TITLE)} {report.month.name}")
    book.properties.subject = safe_text(report.company)
    book.properties.created = book.properties.modified = written_at.replace(tzinfo=None)
    front = book.active
    front.title = words.say(TITLE)
    said = f"{report.company} · {report.month.name}"
    entries, values = {}, {}
    for part in (part for several in parts.values() for part in several):
        sheet = book.create_sheet(part.title)
        entry = f"xl/worksheets/sheet{len(book.sheetnames)}.xml"
        entries[entry], values[entry] = part, draw_shell(sheet, part, subtitle=said, footer=said)
    page = summary.Page(front, parts[SALES][0].table.digits, row=_FIRST_ROW, words=words)
    _draw_front(page, report, parts)
    values["xl/worksheets/sheet1.xml"] = page.values
    return saved(book), entries, values


def _draw_front(page: summary.Page, report: VatReport, parts: Parts) -> None:
    say, day = page.words.say, page.words.day
    days = say(N_("{start} to {end}")).format(start=day(report.month.first), end=day(report.month.last))
    period = f"{days}  ·  {', '.join(report.connections)}  ·  {report.currency}"
    title = say(N_("VAT of {month} · ภาษีมูลค่าเพิ่ม")).format(month=report.month.name)
    page.top(title, f"{report.company}  ·  {report.tax_id}", period, report.environment)
    _draw_figures(page, report, parts)
    _draw_checks(page, report, parts)
    _draw_apart(page, report, parts)
    page.heading(N_("Notes"), ())
    for note in report.notes:
        page.text("A", page.words.sentence(note), colour=look.WARN).alignment = look.aligned(vertical="top")
        page.underline()
    summary.draw_contents(page, [part for several in parts.values() for part in several])
    page.finish(f"{report.company} · {report.month.name}")


def _sum(parts: Sequence[Part], *columns: str) -> str:
    """Return the sum of columns of a table as an expression."""
    return "+".join(f"SUM({part.span(column)})" for column in columns for part in parts)


def _sum_where(parts: Sequence[Part], column: str, where: str, word: str, sign: str = "") -> str:
    """Return the sum of a column where another says a word of ours (``sign`` <>: says another)."""
    assert FORMULA_WORDS.fullmatch(word)
    return "+".join(f'SUMIFS({part.span(column)},{part.span(where)},"{sign}{word}")' for part in parts)


def _waiting(parts: Sequence[Part], say: Callable[[str], str]) -> str:
    both = (_sum_where(parts, "vat_minor", "claim", say(word)) for word in (NO_INVOICE, NO_NUMBER))
    return "+".join(both)


def _draw_figures(page: summary.Page, report: VatReport, parts: Parts) -> None:
    """Write the figures of the return, each live over the lists."""
    figures, sales, bought = report.figures, parts[SALES], parts[PURCHASES]
    say = page.words.say
    page.heading(
        N_("Figures of the month"), (("A", N_("Figure")), ("B", report.currency), ("C", N_("Documents"))), right="BC"
    )
    rows: tuple[tuple[str, int, str, int | None], ...] = (
        (N_("Sales total, without VAT · ยอดขาย"), figures.sales_minor, _sum(sales, "taxable_minor", "zero_minor", "exempt_minor"), report.lists.sales.height),
        (N_("  of it zero-rated · อัตราร้อยละ 0"), figures.zero_minor, _sum(sales, "zero_minor"), None),
        (N_("  of it exempt or without VAT · ยกเว้น"), figures.exempt_minor, _sum(sales, "exempt_minor"), None),
        (N_("  of it taxable · ต้องเสียภาษี"), figures.taxable_minor, _sum(sales, "taxable_minor"), None),
        (N_("Output VAT · ภาษีขาย"), figures.output_vat_minor, _sum(sales, "vat_minor"), None),
        (N_("Purchases with claimable VAT, without VAT · ยอดซื้อ"), figures.purchases_minor, _sum_where(bought, "taxable_minor", "claim", say(CLAIMED)), report.lists.claimed.height),
        (N_("Input VAT that can be claimed · ภาษีซื้อ"), figures.input_vat_minor, _sum_where(bought, "vat_minor", "claim", say(CLAIMED)), None),
        (N_("Input VAT that cannot be claimed yet"), figures.waiting_vat_minor, _waiting(bought, say), report.lists.waiting.height),
    )  # fmt: skip
    at: dict[int, int] = {}
    for number, (label, value, live, count) in enumerate(rows):
        at[number] = page.row
        page.text("A", page.words.say(label), bold=not label.startswith("  "))
        page.number("B", value, page.currency_digits, live=f"ROUND({live},{page.currency_digits})")
        if count is not None:
            page.number("C", count, 0, "count")
        page.underline()
    last = N_("Output less input VAT: payable, or (negative) creditable · ต้องชำระ / ชำระเกิน")
    page.text("A", page.words.say(last), bold=True)
    page.number(
        "B", figures.payable_minor, page.currency_digits, live=f"ROUND(B{at[4]}-B{at[6]},{page.currency_digits})"
    )
    page.underline()


def _draw_checks(page: summary.Page, report: VatReport, parts: Parts) -> None:
    """Write each check with the figure taken another way and their difference."""
    sales, bought = parts[SALES], parts[PURCHASES]
    known = {
        0: _sum(sales, "taxable_minor", "zero_minor", "exempt_minor", "vat_minor"),
        1: _sum(sales, "vat_minor"),
        2: _sum_where(bought, "vat_minor", "booked", page.words.say(DUE)),
    }
    columns = (
        ("A", N_("Check")),
        ("B", N_("From the lists")),
        ("C", N_("Taken another way")),
        ("D", N_("Difference")),
        ("E", N_("What it proves")),
    )
    page.heading(N_("Checks"), columns, right="BCD")
    first, digits = page.row, page.currency_digits
    for number, check in enumerate(report.checks):
        named, proves = page.words.sentence(check.name), page.words.sentence(check.proves)
        page.text("A", named)
        live = f"ROUND({known[number]},{digits})" if number in known else ""
        page.number("B", check.listed_minor, digits, live=live)
        page.number("C", check.other_minor, digits)
        page.number(
            "D", check.listed_minor - check.other_minor, digits, live=f"ROUND(B{page.row}-C{page.row},{digits})"
        )
        page.text("E", proves, colour=look.MUTED).alignment = look.aligned(vertical="top", indent=1)
        page.make_room(named, proves)
        page.underline()
    page.mark_differences(first)


def _draw_apart(page: summary.Page, report: VatReport, parts: Parts) -> None:
    """Write what is not in the figures, by what it is and why; live where both are words of ours."""
    heads = (
        ("A", N_("What and why")), ("B", N_("Sales: number")), ("C", N_("Adds to sales")),
        ("D", N_("Purchases: number")), ("E", N_("Adds to purchases")),
    )  # fmt: skip
    page.heading(N_("Not in these figures"), heads, right="BCDE")
    digits = page.currency_digits
    for one in report.apart:
        what = page.words.say(one.what)
        said = f"{what}: {page.words.say(TITLES.get(one.reason, one.reason))}"
        page.text("A", said)
        page.make_room(said, "")
        ours = FORMULA_WORDS.fullmatch(what) and SAFE_WORDS.fullmatch(one.reason)
        sides = (
            ("BC", "sold_minor", one.sold_count, one.sold_minor),
            ("DE", "bought_minor", one.bought_count, one.bought_minor),
        )
        for letters, column, count, minor in sides:
            counted, summed = _live_apart(parts[APART], what, one.reason, column) if ours else ("", "")
            page.number(letters[0], count, 0, "count", live=counted)
            page.number(letters[1], minor, digits, live=f"ROUND({summed},{digits})" if ours else "")
        page.underline()
    if not report.apart:
        page.text("A", page.words.say(N_("nothing")), colour=look.MUTED)
        page.row += 1


def _live_apart(parts: Sequence[Part], what: str, reason: str, column: str) -> tuple[str, str]:
    """Return count and sum of a cause as expressions; a sale has no amount among purchases, and is not counted there."""
    where = [f'{p.span("what")},"{what}",{p.span("reason")},"{reason}"' for p in parts]
    counted = "+".join(f'COUNTIFS({c},{p.span(column)},"<>")' for p, c in zip(parts, where, strict=True))
    summed = "+".join(f"SUMIFS({p.span(column)},{c})" for p, c in zip(parts, where, strict=True))
    return counted, summed
