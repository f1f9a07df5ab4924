"""The first sheet: the verdict and key figures, two charts, control totals with live formulas, and what it is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl
from openpyxl.formatting.rule import CellIsRule, FormulaRule
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from exports import look
from exports.columns import number_format
from exports.fast_sheet import Part, Table, scaled_text
from exports.sheets.context import IS_PURCHASE, Prepared, remedy_of, title_of, words
from exports.sheets.controls import SAFE_WORDS, Control, evaluate, formula
from exports.words import ENGLISH, FORMULA_WORDS, N_, Words
from recon.money import exponent
from recon.plan.columns import MOVES_MONEY, SALES_EFFECT
from recon.views import AuditDossier

TITLE: Final = N_("Summary")
TILE_ROW: Final = 5
CHART_ROW: Final = 8
BODY_ROW: Final = 25
WIDTHS: Final = {"A": 58, "B": 20, "C": 20, "D": 20, "E": 20, "F": 20, "G": 60}
LABEL_LETTERS: Final = 60
WORDS_LETTERS: Final = 104
"""Letters of our font that surely fit into a line of column A, and of columns E to G together."""
CONTROLS_HEADING: Final = N_("Control totals")
FACTS_HEADING: Final = N_("About this workbook")
AGREE: Final = N_("All control totals agree")
DIFFER: Final = N_("Control totals differ")
BOOKS_CURRENCY: Final = N_("Currency of the books")
BATCH: Final = N_("Batch")
PLAN_DIGEST: Final = N_("SHA-256 of the plan")
CHAIN_HEAD: Final = N_("Head of the event chain")
WRITTEN_BY: Final = N_("Written by")
SEAL_LABEL: Final = N_("Seal of this workbook")
CONNECTION: Final = N_("Connection")
PERIOD: Final = N_("Period")
APPROVED_BY: Final = N_("Approved by")
NOTE: Final = N_("Note")


@dataclass(slots=True)
class Page:
    """The summary while it is drawn: where the next row goes, and the values of formulas."""

    sheet: Worksheet
    currency_digits: int
    row: int = BODY_ROW
    values: dict[str, str] = field(default_factory=dict)
    words: Words = ENGLISH

    def top(self, title: str, company: str, about: str, environment: str) -> None:
        """Write the three lines of the top: what it is, whose, and of when; a company that is not the real one says so."""
        self.text("A", title, row=1, size=20, bold=True, colour=look.TEAL)
        self.sheet.row_dimensions[1].height = 32
        self.text("A", company, row=2, size=12, bold=True).alignment = look.aligned()
        self.text("A", about, row=3, colour=look.MUTED).alignment = look.aligned()
        if environment != "live":
            shown = self.words.say(environment).upper()
            warning = self.words.say(N_("{environment} - not the company's real books")).format(environment=shown)
            self.text("G", warning, row=1, bold=True, colour=look.WARN).alignment = look.aligned("right")

    def finish(self, footer: str) -> None:
        """Give the sheet its widths, its tab and its print set-up, once everything is drawn."""
        for letter, width in WIDTHS.items():
            self.sheet.column_dimensions[letter].width = width
        self.sheet.sheet_view.showGridLines = False
        self.sheet.sheet_properties.tabColor = look.INK
        look.print_setup(self.sheet, left=footer, heading_row=None, page=self.words.say(look.PAGE))
        self.sheet.print_area = f"A1:{list(WIDTHS)[-1]}{self.sheet.max_row}"

    def text(self, column: str, text: str, *, row: int | None = None, **style: Any) -> Any:  # noqa: ANN401
        """Write text."""
        cell = look.put_text(self.sheet, f"{column}{row or self.row}", text)
        cell.font = look.font(**style)
        cell.alignment = look.aligned(wrap=column == "A", vertical="top")
        return cell

    def number(self, column: str, value: int, digits: int, kind: str = "money", *, live: str = "") -> Any:  # noqa: ANN401
        """Write a figure, live where a formula is given; its value stands beside the formula."""
        cell = self.sheet[f"{column}{self.row}"]
        text = scaled_text(value, digits)
        if live:
            cell.value = f"={live}"
            self.values[f"{column}{self.row}"] = text
        else:
            cell.value = Decimal(text) if digits else int(text)
        cell.font = look.font()
        cell.number_format = number_format("money" if kind == "money" else "count", digits)
        cell.alignment = look.aligned("right", vertical="top")
        return cell

    def heading(self, title: str, columns: Sequence[tuple[str, str]], *, right: str = "BCDEF") -> None:
        """Begin a block: its name, and the names of its columns."""
        self.row += 1
        self.text("A", self.words.say(title), size=12, bold=True, colour=look.TEAL)
        self.sheet.row_dimensions[self.row].height = 22
        self.row += 1
        for letter in WIDTHS if columns else ():
            self.sheet[f"{letter}{self.row}"].fill = look.fill(look.TEAL)
        for letter, name in columns:
            cell = self.text(letter, self.words.say(name), bold=True, colour=look.WHITE)
            cell.fill = look.fill(look.TEAL)
            cell.alignment = look.aligned("right") if letter in right else look.aligned(indent=letter != "A")
        self.row += bool(columns)

    def make_room(self, label: str, words: str) -> None:
        """Give the row as many lines as its label (column A) and its words (columns E to G) need; programs guess."""
        lines = max(-(-len(label) // LABEL_LETTERS), -(-len(words) // WORDS_LETTERS), 1)
        self.sheet.row_dimensions[self.row].height = 14 * lines + 1

    def underline(self) -> None:
        """Close a row with a fine line and go on."""
        for letter in WIDTHS:
            self.sheet[f"{letter}{self.row}"].border = look.UNDERLINED
        self.row += 1

    def mark_differences(self, first: int) -> None:
        """Show the differences in column D red where there is one, from row ``first`` to the last row written."""
        cells, rules = f"D{first}:D{self.row - 1}", self.sheet.conditional_formatting
        bad = look.font(bold=True, colour=look.WHITE)
        rules.add(cells, CellIsRule(operator="notEqual", formula=["0"], font=bad, fill=look.fill(look.BAD)))
        rules.add(cells, CellIsRule(operator="equal", formula=["0"], font=look.font(colour=look.GOOD)))


def facts_of(dossier: AuditDossier, words_of: Words = ENGLISH) -> dict[str, str]:
    """Return what the workbook is about, as printed and as sealed."""
    say, written = words_of.say, dossier.written_at.astimezone(ZoneInfo(dossier.timezone))
    way = say(N_("{connection} ({source} to {target})")).format(
        connection=dossier.connection, source=dossier.source, target=dossier.target
    )
    facts = {
        N_("Company"): dossier.company,
        N_("Tax id"): dossier.company_tax_id,
        N_("Company in the ledger"): dossier.ledger_company,
        N_("Environment"): say(dossier.environment),
        CONNECTION: way,
        PERIOD: _period(dossier.period_start, dossier.period_end, words_of),
        BATCH: dossier.batch + (f" ({say(dossier.batch_state)})" if dossier.batch_state else ""),
        BOOKS_CURRENCY: dossier.currency,
        N_("Planned by"): dossier.planned_by,
        APPROVED_BY: ", ".join(dossier.approvers) or say(N_("nobody yet")),
        PLAN_DIGEST: dossier.plan_digest,
        CHAIN_HEAD: dossier.chain_head,
        N_("Events in the chain"): f"{dossier.chain_length}",
        N_("Written at"): f"{written.strftime(words_of.moment_text)} {dossier.timezone}",
        WRITTEN_BY: f"recon {dossier.version}".strip(),
    }
    return {say(label): value for label, value in facts.items() if value}


def _period(start: dt.date | None, end: dt.date | None, words_of: Words) -> str:
    days = [words_of.day(day) for day in (start, end) if day is not None]
    return words_of.say(N_("{start} to {end}")).format(start=days[0], end=days[1]) if len(days) > 1 else "".join(days)


def draw_top(page: Page, prepared: Prepared, control_rows: tuple[int, int], *, agree: bool) -> None:
    """Title, verdict and key figures. The verdict is a formula over the differences below."""
    sheet, dossier, say = page.sheet, prepared.dossier, page.words.say
    facts = facts_of(dossier, page.words)
    batch = say(N_("Batch {batch}")).format(batch=facts[say(BATCH)])
    approved = say(N_("approved by {approvers}")).format(approvers=facts[say(APPROVED_BY)])
    for row in range(CHART_ROW, BODY_ROW):
        sheet.row_dimensions[row].height = 15  # so that charts end above the tables in every program
    line = "  ·  ".join(filter(None, (facts.get(say(PERIOD), ""), batch, approved)))
    company = f"{dossier.company}  ·  {facts[say(CONNECTION)]}"
    page.top(say(N_("Audit workbook")), company, line, dossier.environment)
    first, last = control_rows
    verdict = sheet[f"A{TILE_ROW + 1}"]
    agreed, differs = say(AGREE), say(DIFFER)
    verdict.value = f'=IF(SUMPRODUCT(--(D{first}:D{last}<>0))=0,"{agreed}","{differs}")'
    page.values[f"A{TILE_ROW + 1}"] = f"'{agreed if agree else differs}"
    for said, colour in ((agreed, look.GOOD), (differs, look.BAD)):
        rule = FormulaRule(formula=[f'$A${TILE_ROW + 1}="{said}"'], font=look.font(size=14, bold=True, colour=colour))
        sheet.conditional_formatting.add(f"A{TILE_ROW + 1}", rule)
    _tiles(page, prepared)


def _tiles(page: Page, prepared: Prepared) -> None:
    frames, digits, code = prepared.frames, page.currency_digits, prepared.dossier.currency
    sold = frames.orders.filter(~IS_PURCHASE)
    base = frames.results.join(sold.filter(pl.col("currency") == code), on="order_no", how="semi")
    say = page.words.say
    figures = (
        ("B", say(N_("Orders")), sold.height, "count"),
        ("C", say(N_("Documents")), frames.documents.height, "count"),
        (
            "D",
            say(N_("Sales {currency}")).format(currency=code),
            int(frames.documents.select(SALES_EFFECT.sum()).item() or 0),
            "money",
        ),
        ("E", say(N_("Held {currency}")).format(currency=code), int(base["held_minor"].sum()), "money"),
        ("F", say(N_("Ignored {currency}")).format(currency=code), int(base["ignored_minor"].sum()), "money"),
    )
    page.row = TILE_ROW + 1
    for letter, label, value, kind in figures:
        cell = page.number(letter, value, digits if kind == "money" else 0, kind)
        cell.font = look.font(size=14, bold=True)
        page.text(letter, label, row=TILE_ROW, colour=look.MUTED).alignment = look.aligned("right")
    page.text("A", say(N_("Verdict")), row=TILE_ROW, colour=look.MUTED)
    page.sheet[f"A{TILE_ROW + 1}"].font = look.font(size=14, bold=True)
    page.sheet.row_dimensions[TILE_ROW + 1].height = 26
    for row in (TILE_ROW, TILE_ROW + 1):
        for letter in WIDTHS:
            page.sheet[f"{letter}{row}"].fill = look.fill(look.TEAL_SOFT)


def draw_controls(
    page: Page,
    listed: Sequence[Control],
    ours: Sequence[int],
    tables: Mapping[str, Table],
    parts: Mapping[str, Sequence[Part]],
) -> tuple[tuple[int, int], bool]:
    """Our figure, the live sum over the sheets, their difference. Returns the rows used and whether all agree."""
    page.heading(
        CONTROLS_HEADING,
        (
            ("A", N_("Control")),
            ("B", N_("Our figure")),
            ("C", N_("From the sheets")),
            ("D", N_("Difference")),
            ("E", N_("What it proves")),
        ),
        right="BCD",
    )
    first, agree = page.row, True
    sheets = {key: table.frame for key, table in tables.items()}
    for control, figure in zip(listed, ours, strict=True):
        live = evaluate(control, sheets)
        agree = agree and live == figure
        page.text("A", control.name)
        page.number("B", figure, control.digits, control.kind)
        page.number("C", live, control.digits, control.kind, live=f"ROUND({formula(control, parts)},{control.digits})")
        difference = f"ROUND(B{page.row}-C{page.row},{control.digits})"
        page.number("D", figure - live, control.digits, control.kind, live=difference)
        page.text("E", control.proves, colour=look.MUTED).alignment = look.aligned(vertical="top", indent=1)
        page.underline()
    page.mark_differences(first)
    return (first, page.row - 1), agree


def draw_kinds(page: Page, prepared: Prepared, parts: Sequence[Part]) -> None:
    """Documents by kind, live."""
    columns = ("net_minor", "vat_minor", "total_minor", "effect_minor")
    page.heading(
        N_("Documents by kind"),
        (
            ("A", N_("Kind")),
            ("B", N_("Documents")),
            ("C", N_("Net")),
            ("D", N_("VAT")),
            ("E", N_("Total")),
            ("F", N_("Adds to sales")),
        ),
    )
    once = [pl.when(MOVES_MONEY).then(0).otherwise(name).alias(name) for name in ("net_minor", "vat_minor")]
    grouped = (
        prepared.frames.documents.with_columns(*once, SALES_EFFECT.alias("effect_minor")).with_columns(words("kind"))
        .group_by("kind").agg(pl.len(), pl.col(columns).sum()).sort("kind")
    )  # fmt: skip
    for named, count, *sums in grouped.iter_rows():
        kind = page.words.say(named)
        assert FORMULA_WORDS.fullmatch(kind)
        page.text("A", kind)
        counted = "+".join(f'COUNTIFS({part.span("kind")},"{kind}")' for part in parts)
        page.number("B", count, 0, "count", live=counted)
        for letter, column, value in zip("CDEF", columns, sums, strict=True):
            live = "+".join(f'SUMIFS({part.span(column)},{part.span("kind")},"{kind}")' for part in parts)
            page.number(letter, value, page.currency_digits, live=f"ROUND({live},{page.currency_digits})")
        page.underline()


def draw_causes(
    page: Page, orders: Table, parts: Sequence[Part], kinds: Sequence[str], cause: str, column: str, title: str
) -> None:
    """Held or ignored records of some kinds (none given: of all) by cause, live, with what to do."""
    kinds = [page.words.say(kind) for kind in kinds]
    mine = orders.frame.filter(pl.col("record_kind").is_in(kinds)) if kinds else orders.frame
    grouped = (
        mine.filter(pl.col(cause).is_not_null())
        .group_by(cause, "currency").agg(pl.len().alias("orders"), pl.col(column).sum().alias("amount"))
        .sort(pl.col("currency") != orders.currency, "currency", "amount", cause, descending=[False, False, True, False])
        .with_columns(title_of(cause).alias("title"), remedy_of(cause).fill_null("").alias("remedy"))
    )  # fmt: skip
    grouped = grouped.with_columns(page.words.told(grouped[name], "words") for name in ("title", "remedy"))
    page.heading(
        title,
        (
            ("A", N_("Cause")),
            ("B", N_("Orders")),
            ("C", N_("Amount")),
            ("D", N_("Currency")),
            ("E", N_("What to do")),
        ),
        right="BC",
    )
    for code, currency, count, value, named, remedy in grouped.iter_rows():
        page.text("A", named)
        plain = bool(SAFE_WORDS.fullmatch(code)) and bool(SAFE_WORDS.fullmatch(currency))
        where = [
            (p, f'{p.span(cause)},"{code}",{p.span("currency")},"{currency}"{kind}')
            for p in parts
            for kind in _kinds(p, kinds)
        ]
        counted = "+".join(f"COUNTIFS({criteria})" for _, criteria in where)
        summed = "+".join(f"SUMIFS({p.span(column)},{criteria})" for p, criteria in where)
        page.number("B", count, 0, "count", live=counted if plain else "")
        digits = exponent(currency)
        page.number("C", value, digits, live=f"ROUND({summed},{digits})" if plain else "")
        page.text("D", currency, colour=look.MUTED).alignment = look.aligned(vertical="top", indent=1)
        page.sheet.merge_cells(f"E{page.row}:G{page.row}")
        page.text("E", remedy, colour=look.MUTED).alignment = look.aligned(vertical="top", indent=1, wrap=True)
        page.make_room(named, remedy)
        page.underline()
    if grouped.is_empty():
        page.text("A", page.words.say(N_("none")), colour=look.MUTED)
        page.row += 1


def _kinds(part: Part, kinds: Sequence[str]) -> Sequence[str]:
    """Return a further criterion per kind of record; no kinds: none."""
    return [f',{part.span("record_kind")},"{kind}"' for kind in kinds] or [""]


def draw_facts(page: Page, facts: Mapping[str, str], seal: str, notes: Sequence[str]) -> None:
    """Whose books, which batch, and what it can be held against."""
    page.heading(FACTS_HEADING, ())
    for label, value in {**facts, page.words.say(SEAL_LABEL): seal}.items():
        page.text("A", label, colour=look.MUTED)
        page.text("B", value)
        page.underline()
    for note in notes:
        page.text("A", page.words.say(NOTE), colour=look.WARN, bold=True)
        page.text("B", page.words.sentence(note))
        page.underline()


def draw_contents(page: Page, parts: Sequence[Part]) -> None:
    """Every sheet with its rows, one click away."""
    page.heading(N_("Sheets"), (("A", N_("Sheet")), ("B", N_("Rows")), ("C", N_("What it holds"))), right="B")
    for part in parts:
        cell = page.text("A", part.title, colour=look.TEAL)
        page.sheet[cell.coordinate].hyperlink = Hyperlink(
            ref=cell.coordinate, location=f"'{part.title}'!A1", display=part.title
        )
        cell.font = look.font(colour=look.TEAL)
        page.number("B", part.count, 0, "count")
        page.text("C", part.table.about, colour=look.MUTED).alignment = look.aligned(indent=1)
        page.underline()
