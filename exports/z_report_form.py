"""The empty form Z reports are typed into: one sheet to fill in, with drop-downs, and one that explains it.

It is read by `recon.sources.z_reports`, whose headings and words it is written with; a cell nobody filled in says nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from exports import look
from exports.columns import number_format
from exports.package import write_package
from exports.shell import saved
from exports.words import ENGLISH, N_, Words
from exports.workbook import write_safely
from recon.crash import NO_CRASH, CrashPoints
from recon.frames.tables import read_head
from recon.sources.z_reports.words import HEADINGS, KINDS

SHEET, EXPLAINED = N_("Z reports"), N_("How to fill in")
ROWS: Final = 1_000
"""Rows with drop-downs and formats; more may be typed below."""
_WIDTHS: Final = {
    "register": 10, "z": 10, "date": 12, "time": 11, "place": 20, "kind": 24, "code": 12, "name": 28, "vat_percent": 8,
    "count": 8, "amount": 14, "vat": 12,
}  # fmt: skip
_ABOUT_COLUMNS: Final = {
    "register": N_("Number of the register. Empty: as in the row above."),
    "z": N_("Number of the Z report; with the register it is its identity. Empty: as in the row above."),
    "date": N_("Date of the Z report; the first row of a report is enough."),
    "time": N_("Its time, so that a report after midnight can belong to the day before; may be left empty."),
    "place": N_("Where the register stands; its department is set by this name. Empty: the register's number."),
    "kind": N_("What the row is: choose from the list; explained below."),
    "code": N_("The till's own code of the article group or means of payment."),
    "name": N_("What the till calls it."),
    "vat_percent": N_("VAT rate of an article group or VAT row; 0 where there is none, such as for gift cards sold."),
    "count": N_("How many; of cash payments needed where the till prints no rounding."),
    "amount": N_("Amount with VAT, as the Z report prints it; what was given back is negative."),
    "vat": N_("VAT in the amount, where the Z report prints it."),
}
_ABOUT_KINDS: Final = {
    "group": N_("Sales of one article group at one VAT rate, with VAT. A group with two rates has two rows."),
    "payment": N_("What was received by one means of payment."),
    "vat": N_("VAT of one rate as the Z report prints it: VAT in its own column, and the amount it is worked out of."),
    "tip": N_("Tips of the day."),
    "rounding": N_("Rounding of cash: above zero where more was received than due."),
    "pay-in": N_("Cash put into the drawer beside sales."),
    "pay-out": N_("Cash taken out of the drawer beside sales."),
    "customer-payment": N_("Received from customers for invoices of before."),
    "opening-float": N_("Cash in the drawer when the day began."),
    "counted": N_("Cash in the drawer when it was counted, before anything was taken out."),
    "to-bank": N_("Of it taken out for the bank."),
    "total": N_("Total cash sales as the Z report prints them: the sum of the article groups."),
}


def write_form(
    path: Path,
    *,
    company: str,
    currency_digits: int,
    places: Sequence[str],
    written_at: dt.datetime,
    words: Words = ENGLISH,
    crash: CrashPoints = NO_CRASH,
) -> Path:
    """Write the form; returns where it lies (another name if the file is open in another program).

    Args:
        path: Where to write it.
        company: Whose tills.
        currency_digits: Decimals of amounts.
        places: Places to choose from; empty: any text.
        written_at: Stands as its time.
        words: The language of the headings.
        crash: Named points where a test stops the program.

    Raises:
        ExportError: Not written; a file that was there before is untouched.
    """
    language = "nb" if words.language == "nb" else "en"
    book = Workbook()
    book.properties.title, book.properties.creator = words.say(SHEET), "recon"
    sheet = book.active
    sheet.title = words.say(SHEET)
    _draw_form(sheet, language, currency_digits, words)
    explained = book.create_sheet(words.say(EXPLAINED))
    kinds = _explain(explained, language, company, words)
    _offer(sheet, "kind", f"'{explained.title}'!$A${kinds[0]}:$A${kinds[1]}")
    if places:
        _offer(sheet, "place", _listed(explained, places, kinds[1] + 3, words), strict=False)
    shell = saved(book)

    def write(target: Path) -> None:
        write_package(target, shell, parts={}, values={}, moment=written_at, on_rows=lambda *_: None)

    def check(written: Path) -> list[str]:
        wanted = [said[language][0] for said in HEADINGS.values()]
        found = [heading.text for heading in read_head(written, required=wanted).headings]
        return [] if found == wanted else [f"headings read back as {', '.join(found)}"]

    return write_safely(path, write, check, crash=crash, step="till-form")


def _letter(name: str) -> str:
    return str(get_column_letter(list(HEADINGS).index(name) + 1))


def _draw_form(sheet: Worksheet, language: str, digits: int, words: Words) -> None:
    formats = {
        "amount": number_format("money", digits), "vat": number_format("money", digits), "date": words.day_format,
        "time": "hh:mm", "count": "0", "vat_percent": "General",
    }  # fmt: skip
    for name, said in HEADINGS.items():
        letter = _letter(name)
        cell = look.put_text(sheet, f"{letter}1", said[language][0])
        cell.font, cell.fill = look.font(bold=True, colour=look.WHITE), look.fill(look.TEAL)
        cell.alignment = look.aligned(
            "right" if name in ("amount", "vat", "count", "vat_percent") else "left", wrap=True
        )
        sheet.column_dimensions[letter].width = _WIDTHS[name]
        for row in range(2, ROWS + 2):
            blank = sheet[f"{letter}{row}"]
            blank.number_format = formats.get(name, "@")
            blank.fill, blank.border = look.fill(look.FILL_IN), look.BOXED
            blank.font = look.font()
    sheet.row_dimensions[1].height = 24
    sheet.freeze_panes = "C2"
    sheet.sheet_view.showGridLines = False
    sheet.sheet_properties.tabColor = look.TAB_COLOURS["work"]
    look.print_setup(sheet, left=words.say(SHEET), heading_row=1, page=words.say(look.PAGE))


def _explain(sheet: Worksheet, language: str, company: str, words: Words) -> tuple[int, int]:
    """Draw the explanation; return the first and last row of the kinds."""
    say, row = words.say, 1
    look.put_text(sheet, "A1", f"{say(EXPLAINED)}  ·  {company}").font = look.font(size=14, bold=True, colour=look.TEAL)
    about = N_("One row per line of a Z report. Save the file and hand it over: recon import FILE.")
    look.put_text(sheet, "A2", say(about)).font = look.font(colour=look.MUTED)
    row = _block(
        sheet,
        4,
        say(N_("Columns")),
        [(HEADINGS[name][language][0], say(text)) for name, text in _ABOUT_COLUMNS.items()],
    )
    first = row + 2
    row = _block(
        sheet,
        row + 1,
        say(N_("Kinds of rows")),
        [(KINDS[name][language][0], say(text)) for name, text in _ABOUT_KINDS.items()],
    )
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 28, 110
    sheet.sheet_view.showGridLines = False
    look.print_setup(sheet, left=company, heading_row=None, page=say(look.PAGE))
    return first, row - 1


def _block(sheet: Worksheet, row: int, title: str, lines: Sequence[tuple[str, str]]) -> int:
    look.put_text(sheet, f"A{row}", title).font = look.font(size=12, bold=True, colour=look.TEAL)
    for number, (name, text) in enumerate(lines, row + 1):
        look.put_text(sheet, f"A{number}", name).font = look.font(bold=True)
        cell = look.put_text(sheet, f"B{number}", text)
        cell.font, cell.alignment = look.font(), look.aligned(wrap=True, vertical="top")
    return row + len(lines) + 1


def _listed(sheet: Worksheet, places: Sequence[str], row: int, words: Words) -> str:
    """Write the places below the kinds; return their range."""
    title = words.say(N_("Places with a department"))
    last = _block(sheet, row, title, [(place, "") for place in places]) - 1
    return f"'{sheet.title}'!$A${row + 1}:$A${last}"


def _offer(sheet: Worksheet, name: str, cells: str, *, strict: bool = True) -> None:
    """Let the cells of a column choose from a list; something else is refused, or where not ``strict`` taken with a warning."""
    rule = DataValidation(type="list", formula1=cells, allow_blank=True, errorStyle="stop" if strict else "warning")
    rule.showErrorMessage = True
    rule.add(f"{_letter(name)}2:{_letter(name)}{ROWS + 1}")
    sheet.add_data_validation(rule)
