"""The sheet of a settlement: what stands on it, in both languages, and that the same settlement gives the same bytes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from exports.pdf_pages import COLUMNS, HEIGHT, MARGIN, STEP, Sheet, pdf_of
from exports.words import ENGLISH
from exports.z_report_pdf import z_report_pdf, z_report_sheet
from recon.domain.z_report import SettlementSheet, SheetAmount, SheetCount, SheetPosting, SheetRate, SheetReport
from tui.workbook_words import words_of

REPORT = SheetReport(
    register="K1", number="214", place="Kafé Torget", day=dt.date(2026, 3, 14), closed_at=dt.datetime(2026, 3, 15, 0, 41, 7),  # noqa: DTZ001 - by the shop's clock
    groups=(SheetAmount(text="100 Mat servert", amount_minor=1_000_000, rate="25 %"), SheetAmount(text="200 Øl", amount_minor=-5_000, rate="25 %")),
    tips=(SheetAmount(text="Tips", amount_minor=30_000),),
    rates=(SheetRate(rate="25 %", gross_minor=995_000, vat_minor=199_000),),
    rounding_minor=40, moves=(SheetAmount(text="Melk (kjøp)", amount_minor=-4_550),),
    payments=(SheetAmount(text="CASH Kontant", amount_minor=1_020_490),), total_minor=1_020_490,
    cash=SheetCount(opening_float_minor=150_000, expected_minor=1_170_490, counted_minor=1_168_490, to_bank_minor=1_000_000, counted_by="Kari"),
    file_name="till.xml", file_digest="ab" * 32, row=7,
)  # fmt: skip
SHEET = SettlementSheet(
    company="Kafé AS", organisation="999999999", voucher="K1/214", text="Dagsoppgjør K1 Z214 14.03.2026", day=REPORT.day,
    department="10 Torget", project="", currency="NOK", reports=(REPORT,),
    lines=(
        SheetPosting(account="1900", text="Kontant", tax_code="", amount_minor=1_000_000),
        SheetPosting(account="1909", text="cash difference", tax_code="", amount_minor=2_000),
        SheetPosting(account="1900", text="Kontant", tax_code="", amount_minor=-2_000),
        SheetPosting(account="3000", text="Mat", tax_code="3", amount_minor=-1_000_000),
    ),
)  # fmt: skip


def said(sheet: SettlementSheet, language: str = "nb") -> str:
    words = ENGLISH if language == "en" else words_of(language)
    return "\n".join(line.text for line in z_report_sheet(sheet, words).lines)


def test_everything_the_report_and_the_voucher_say_stands_on_it_in_norwegian() -> None:
    text = said(SHEET)
    for part in (
        "Z-rapport K1 Z214", "Kafé AS", "999999999", "Kafé Torget", "10 Torget", "14.03.2026", "15.03.2026 00:41:07", "100 Mat servert",
        "10 000,00", "-50,00", "9 950,00", "1 990,00", "7 960,00", "Tips", "300,00", "0,40", "Melk (kjøp)", "-45,50", "10 204,90",
        "1 500,00", "11 704,90", "11 684,90", "-20,00", "Kari", "till.xml", "ab" * 32, "Dagsoppgjør K1 Z214 14.03.2026", "Avdeling", "Øreavrunding",
        "1909  kassedifferanse", "Mva-kode", "Debet", "Kredit", "Talt", "Differanse",
    ):  # fmt: skip
        assert part in text, part
    assert "question mark" not in text
    assert "Business day" in said(SHEET, "en")
    assert "10,000.00" in said(SHEET, "en")
    assert max(len(line) for line in text.splitlines()) <= COLUMNS


def test_the_same_settlement_gives_the_same_bytes_and_another_gives_others() -> None:
    made = z_report_pdf(SHEET, words_of("nb"))
    assert made == z_report_pdf(SHEET, words_of("nb"))
    assert made != z_report_pdf(replace(SHEET, company="Kafe AS"), words_of("nb"))
    assert made.startswith(b"%PDF-1.4")
    assert "Kafé Torget".encode("cp1252") in made
    assert rb"Melk \(kj" in made
    assert b"Date" not in made.split(b"stream")[-1].replace(b"Dato", b"")  # no day of making


def test_letters_the_fonts_lack_and_signs_that_end_lines_never_stop_it() -> None:
    strange = replace(SHEET, company="ร้านกาแฟ\r\nAS", text="x" * 500, reports=(replace(REPORT, place="\x00 \\("),))
    assert "?" * 8 in z_report_pdf(strange).decode("cp1252", "replace")
    assert "question mark" in said(strange, "en")


def test_a_report_nobody_counted_and_a_day_of_several_reports() -> None:
    bare = replace(
        REPORT, number="215", closed_at=None, tips=(), rates=(), moves=(), rounding_minor=0,
        cash=SheetCount(opening_float_minor=None, expected_minor=None, counted_minor=None),
    )  # fmt: skip
    text = said(replace(SHEET, reports=(REPORT, bare)), "en")
    assert text.count("Opening float") == 1
    assert (
        z_report_pdf(replace(SHEET, reports=(REPORT, bare))).count(b"/Type /Page/") == 3
    )  # one each, then the voucher


def test_long_sheets_are_cut_into_pages_that_hold_every_line() -> None:
    sheet = Sheet("long")
    sheet.table(("Name", "Amount"), [(f"row {n}", str(n)) for n in range(300)])
    made = pdf_of(sheet)
    lines_a_page = (HEIGHT - 2 * MARGIN - 3 * STEP) // STEP
    assert made.count(b"/Type /Page/") == -(-301 // lines_a_page)
    assert all(f"(row {n} ".encode() in made for n in range(300))
