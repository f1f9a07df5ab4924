"""The sheet that is attached to a settlement's voucher: the Z reports as their kept files have them, and the voucher's lines.

Same settlement, same language, same bytes: it is written anew whenever it is needed and recognised by its digest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from exports.pdf_pages import Sheet, pdf_of
from exports.words import ENGLISH, N_, Words
from recon.domain.z_report import SettlementSheet, SheetAmount, SheetReport
from recon.money import plain


def z_report_pdf(sheet: SettlementSheet, words: Words = ENGLISH) -> bytes:
    """Return the sheet of a settlement voucher as PDF: a page for each Z report, then the voucher."""
    return pdf_of(z_report_sheet(sheet, words))


def z_report_sheet(sheet: SettlementSheet, words: Words) -> Sheet:
    """Return what stands on the pages."""
    pages = Sheet(sheet.voucher)
    for report in sheet.reports:
        _report(pages, sheet, report, words)
        if len(sheet.reports) > 1:
            pages.new_page()
    _voucher(pages, sheet, words)
    if pages.lacks_letters():
        pages.note(words.say(N_("A question mark stands for a letter that this sheet's fonts do not have.")))
    return pages


def _report(pages: Sheet, sheet: SettlementSheet, report: SheetReport, words: Words) -> None:
    say = words.say
    pages.head(f"{say(N_('Z report'))} {report.register} Z{report.number}")
    pages.fact(say(N_("Company")), sheet.company)
    pages.fact(say(N_("Organisation number")), sheet.organisation)
    pages.fact(say(N_("Register")), report.register)
    pages.fact(say(N_("Z number")), report.number)
    pages.fact(say(N_("Place")), report.place)
    pages.fact(say(N_("Department")), sheet.department)
    pages.fact(say(N_("Project")), sheet.project)
    pages.fact(say(N_("Business day")), words.day(report.day))
    pages.fact(say(N_("Closed")), _moment(report.closed_at, words))
    money = _Money(sheet.currency, words)
    if report.groups:
        pages.caption(say(N_("Sales by article group, with VAT")))
        sold = sum(one.amount_minor for one in report.groups)
        pages.table(
            (say(N_("Article group")), say(N_("VAT rate")), say(N_("Amount"))),
            [(one.text, one.rate, money(one.amount_minor)) for one in report.groups],
            (say(N_("Total")), "", money(sold)),
        )
    if report.rates:
        pages.caption(say(N_("VAT as the till states it")))
        pages.table(
            (say(N_("VAT rate")), say(N_("Without VAT")), say(N_("VAT")), say(N_("With VAT"))),
            [
                (one.rate, money(one.gross_minor - one.vat_minor), money(one.vat_minor), money(one.gross_minor))
                for one in report.rates
            ],
        )
    _beside(pages, report, money, words)
    pages.caption(say(N_("Received")))
    pages.table(
        (say(N_("Means of payment")), say(N_("Amount"))),
        [(one.text, money(one.amount_minor)) for one in report.payments],
        (say(N_("Total")), money(report.total_minor)),
    )
    _cash(pages, report, money, words)
    pages.caption(say(N_("Source")))
    pages.fact(say(N_("File")), report.file_name)
    pages.fact("SHA-256", report.file_digest)
    pages.fact(say(N_("Row")), str(report.row))


def _beside(pages: Sheet, report: SheetReport, money: _Money, words: Words) -> None:
    """Write tips, rounding and what moved beside sales, where there is any."""
    rows = [*report.tips, *report.moves]
    if report.rounding_minor:
        rows.append(SheetAmount(text=words.say(N_("Cash rounding")), amount_minor=report.rounding_minor))
    if not rows:
        return
    pages.caption(words.say(N_("Beside sales")))
    pages.table((words.say(N_("What")), words.say(N_("Amount"))), [(one.text, money(one.amount_minor)) for one in rows])


def _cash(pages: Sheet, report: SheetReport, money: _Money, words: Words) -> None:
    say, cash = words.say, report.cash
    facts = [
        (N_("Opening float"), cash.opening_float_minor), (N_("Expected in the drawer"), cash.expected_minor),
        (N_("Counted"), cash.counted_minor),
    ]  # fmt: skip
    if all(amount is None for _, amount in facts):
        return
    pages.caption(say(N_("Cash")))
    rows = [(say(text), money(amount)) for text, amount in facts if amount is not None]
    if cash.counted_minor is not None:
        if cash.expected_minor is not None:
            rows.append((say(N_("Difference")), money(cash.counted_minor - cash.expected_minor)))
        rows.append((say(N_("Taken to the bank")), money(cash.to_bank_minor)))
    pages.table((say(N_("What")), say(N_("Amount"))), rows)
    pages.fact(say(N_("Counted by")), cash.counted_by)
    pages.fact(say(N_("Remark")), cash.remark)


def _voucher(pages: Sheet, sheet: SettlementSheet, words: Words) -> None:
    say, money = words.say, _Money(sheet.currency, words)
    if len(sheet.reports) > 1:
        pages.head(f"{say(N_('Voucher'))} {sheet.voucher}")
    pages.caption(say(N_("Voucher in the ledger")))
    pages.fact(say(N_("Number")), sheet.voucher)
    pages.fact(say(N_("Text")), sheet.text)
    pages.fact(say(N_("Date")), words.day(sheet.day))
    pages.table(
        (say(N_("Account and text")), say(N_("VAT code")), say(N_("Debit")), say(N_("Credit"))),
        [
            (f"{one.account}  {words.channel(one.text)}", one.tax_code, *_sides(one.amount_minor, money))
            for one in sheet.lines
        ],
        (say(N_("Total")), "", *_totals([one.amount_minor for one in sheet.lines], money)),
    )  # fmt: skip


def _sides(amount: int, money: _Money) -> tuple[str, str]:
    return (money(amount), "") if amount > 0 else ("", money(-amount))


def _totals(amounts: Sequence[int], money: _Money) -> tuple[str, str]:
    return money(sum(one for one in amounts if one > 0)), money(-sum(one for one in amounts if one < 0))


def _moment(at: dt.datetime | None, words: Words) -> str:
    return "" if at is None else f"{words.day(at.date())} {at:%H:%M:%S}"


class _Money:
    """Writes amounts of one currency as a language does."""

    def __init__(self, currency: str, words: Words) -> None:
        self._currency = currency
        self._group, self._mark = (" ", ",") if words.language == "nb" else (",", ".")

    def __call__(self, minor: int) -> str:
        """Return an amount with its groups of three, exact."""
        whole, _, part = plain(abs(minor), self._currency).partition(".")
        grouped = f"{int(whole.replace(',', '')):,}".replace(",", self._group)
        sign = "-" if minor < 0 else ""
        return f"{sign}{grouped}{self._mark}{part}" if part else f"{sign}{grouped}"
