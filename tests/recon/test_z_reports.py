"""Z reports in a table: the worked example typed in comes to what its SAF-T file comes to, and every bad cell is named at once."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from exports.z_report_form import write_form
from recon.config.till import Till
from recon.domain.till_roles import Role, parse_role, unfit_columns
from recon.errors import MalformedFile
from recon.frames.canonical import CanonicalFrames
from recon.frames.schemas import TILL_COUNTS
from recon.match.till_cash import known_counts
from recon.normalize import normalize
from recon.service.taking_in import rows_read
from recon.sources.base import DAY_ENDS_FIELD, IntakeFile, ReadOptions
from recon.sources.z_reports import ZReportTables
from recon.sources.z_reports.cells import clocks, days, plain
from recon.sources.z_reports.words import KINDS
from tests.recon.saft_reading import received, sold, told
from tests.recon.saft_reading import taken_in as saft_taken_in
from tests.recon.till_shop import MONEY, came, plan, z_report
from tests.saft_files import WORKED_EXAMPLE, saft_bytes
from tui.workbook_words import words_of

FORM = Path(__file__).parent.parent.parent / "fixtures" / "sources" / "z_reports" / "oppgjor.csv"
COLUMNS = {
    "Kasse": "register", "Z": "z", "Dato": "date", "Avdeling": "place", "Mat": "group 100 25", "Gavekort solgt": "group 900 0",
    "Mva 25": "vat 25", "Kontant": "payment CASH", "Kort": "payment BAX", "Avrunding": "rounding", "Merknad": "ignore",
}  # fmt: skip


OPTIONS = ReadOptions("till", "kafe", "NOK", "Europe/Oslo", tax_as_stated=True)


def kept(path: Path) -> IntakeFile:
    content = path.read_bytes()
    return IntakeFile(path, path.name, hashlib.sha256(content).hexdigest(), len(content))


def taken_in(file: IntakeFile, *fields: tuple[str, str]) -> CanonicalFrames:
    options = replace(OPTIONS, fields=fields)
    return normalize(ZReportTables().read(file, options), options, file_id=file.file_id)


def form(tmp_path: Path, *changes: tuple[str, str]) -> IntakeFile:
    """The worked example with some of its text changed."""
    text = FORM.read_text("utf-8")
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after)
    (tmp_path / "z.csv").write_text(text, "utf-8")
    return kept(tmp_path / "z.csv")


def test_the_worked_example_is_what_its_saft_file_is(tmp_path: Path) -> None:
    typed, exported = taken_in(kept(FORM)), saft_taken_in(tmp_path, saft_bytes([WORKED_EXAMPLE]))
    columns = ("order_key", "order_number", "ordered_on", "completed_on", "updated_at", "total_minor", "goods_minor", "rounding_minor",
               "tax_minor", "opening_float_minor", "sales_channel", "order_state", "payment_state", "vat_mode")  # fmt: skip
    assert typed.orders.select(columns).equals(exported.orders.select(columns))
    assert sold(typed) == sold(exported)
    assert typed.lines["tax_text"].to_list()[:4] == ["25 %", "15 %", "25 %", "0 %"]
    by_till = typed.payments.filter(~pl.col("reference").is_in(["counted", "to bank"]).fill_null(value=False))
    assert dict(by_till.select("payment_channel", "amount_minor").iter_rows()) == received(exported)
    assert typed.findings.is_empty()


def test_counted_cash_moves_money_and_adds_none() -> None:
    rows = taken_in(kept(FORM)).payments.filter(pl.col("reference").is_in(["counted", "to bank"]))
    assert rows.select("payment_channel", "amount_minor", "reference").rows() == [
        ("Kafé Torget/cash difference", 2_000, "counted"), ("Kafé Torget/CASH Kontant", -2_000, "counted"),
        ("Kafé Torget/to bank", 298_000, "to bank"), ("Kafé Torget/CASH Kontant", -298_000, "to bank"),
    ]  # fmt: skip


def test_a_count_in_the_file_is_booked_like_one_typed_in() -> None:
    frames = taken_in(kept(FORM))
    nobody = pl.DataFrame(schema=TILL_COUNTS)
    of_file = known_counts(nobody, frames.orders, frames.payments)
    assert of_file.drop("counted_by", "remark").rows() == [("till:kafe:settlement:K1/214", 448_000, 298_000)]
    typed = of_file.with_columns(pl.lit(450_000, pl.Int64).alias("counted_minor"))
    assert known_counts(typed, frames.orders, frames.payments).equals(typed), "what a person typed wins"
    parts = (came("cash difference", 2_000, "counted"), came("CASH Kontant", -2_000, "counted"),
             came("to bank", 298_000, "to bank"), came("CASH Kontant", -298_000, "to bank"))  # fmt: skip
    by_file, by_person = plan(z_report(money=(*MONEY, *parts)), counts={}), plan(z_report())
    assert by_file.documents.drop("digest", strict=False).equals(by_person.documents.drop("digest", strict=False))
    assert by_file.postings.equals(by_person.postings)
    assert by_file.postings["debit_minor"].sum() == 2_110_040


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Sum;;;;;17 800,00", "Sum;;;;;17 900,00", {"z-groups-differ": "hold"}),
        ("9 000,40", "9 100,40", {"z-payments-differ": "hold"}),
        (";;;;;Øreavrunding;;;;;0,40;\n", "", {"z-rounding-inferred": "note"}),
        ("12 000,00;3 000,00", "15 000,00;3 750,00", {"z-vat-faulty": "warning"}),
        ("12 000,00;3 000,00", "12 000,00;2 900,00", {"z-vat-differs": "hold"}),
        ("Take-away;15 %", "Take-away;", {"z-rate-unknown": "hold", "z-vat-differs": "hold"}),
        (";;;;;Inngående veksel;;;;;1 500,00;\n", "", {"opening-float-missing": "hold"}),
        ("2 300,00", "2 3o0,00", {"amount-unreadable": "refused"}),
        ("14.03.2026", "14. mars", {"date-unreadable": "refused"}),
        ("Tips;", "Drikkepenger;", {"z-row-unusable": "refused"}),
    ],
)
def test_what_does_not_fit_is_said(tmp_path: Path, before: str, after: str, expected: dict[str, str]) -> None:
    frames = taken_in(form(tmp_path, (before, after)))
    assert told(frames) == expected
    assert frames.orders.height == (0 if "refused" in expected.values() else 1)


def test_every_bad_cell_is_named_at_once_and_refuses_its_report_only(tmp_path: Path) -> None:
    more = "K1;215;15.03.2026;;;Varegruppe;100;Mat;25;;1 250,00;\n;;;;;Betaling;BAX;BankAxept;;1;1 250,00;\n"
    file = form(
        tmp_path, ("2 300,00", "x"), ("Tips;", "?;"), ("Til bank;;;;;2 980,00;\n", f"Til bank;;;;;2 980,00;\n{more}")
    )
    frames = taken_in(file)
    assert rows_read(ZReportTables().read(file, OPTIONS)) == 19, "every row is in a report, taken in or refused"
    said = frames.findings.sort("row").select("code", "row", "column", "value").rows()
    assert said == [("amount-unreadable", 3, "Beløp", "x"), ("z-row-unusable", 9, "Type", "?")]
    assert frames.orders.select("order_number", "sales_channel", "tax_minor").rows() == [("K1/215", "K1", None)]


def test_a_gap_between_reports_and_a_report_after_midnight(tmp_path: Path) -> None:
    more = "K1;217;18.03.2026;02:10;Kafé Torget;Varegruppe;100;Mat;25;;125,00;\n;;;;;Betaling;BAX;;;1;125,00;\n"
    file = form(tmp_path, ("Til bank;;;;;2 980,00;\n", f"Til bank;;;;;2 980,00;\n{more}"))
    frames = taken_in(file, (DAY_ENDS_FIELD, "06:00"))
    assert told(frames) == {"z-number-gap": "warning"}
    assert frames.orders["ordered_on"].cast(pl.String).to_list() == ["2026-03-14", "2026-03-17"]
    assert frames.findings["detail"].to_list() == ["Register K1: after Z 214 comes Z 217."]


def test_an_export_with_one_row_per_report(tmp_path: Path) -> None:
    path = tmp_path / "day.csv"
    path.write_text(
        "Kasse,Z,Dato,Avdeling,Mat,Gavekort solgt,Mva 25,Kontant,Kort,Avrunding,Merknad\n"
        'K2,7,2026-03-14,Bar,"1,250.00",100,250.00,200,"1,150.40",0.40,ok\nK2,8,2026-03-15,Bar,125,,25,,125,,\n',
        "utf-8",
    )
    settings = Till(columns=COLUMNS)
    frames = taken_in(kept(path), *settings.reading_fields())
    assert frames.findings.is_empty()
    assert frames.orders.select("order_number", "total_minor", "rounding_minor", "tax_minor").rows() == [
        ("K2/7", 135_040, 40, 25_000), ("K2/8", 12_500, 0, 2_500),
    ]  # fmt: skip
    assert sold(frames) == {"Bar/100@25": 12_500, "Bar/900@0": 10_000}
    with pytest.raises(MalformedFile, match=r"no table of Z reports: .*recon till form"):
        taken_in(kept(path))


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (COLUMNS, ""), ({}, ""), ({"Z": "z"}, "exactly one column each must be: register, date"),
        ({**COLUMNS, "Pils": "groop 25"}, "'groop 25' is no role of a column; accepted: register, z"),
        ({name: role for name, role in COLUMNS.items() if not role.startswith("pay")}, "at least one column must be a group and one a payment"),
    ],
)  # fmt: skip
def test_roles_of_columns_are_checked_with_the_settings(columns: dict[str, str], expected: str) -> None:
    assert unfit_columns(columns).startswith(expected)
    assert bool(unfit_columns(columns)) == bool(expected)


def test_a_role_is_read_by_its_words() -> None:
    assert parse_role("group 110 11.11") == Role("group", "110", "11.11")
    assert parse_role("payment") == Role("payment")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 234,50", "1234.50"), ("1\u00a0234,5", "1234.5"), ("1.234,50", "1234.50"), ("1,234.50", "1234.50"), ("-20,00", "-20.00"),
        ("\u2212 20,00", "-20.00"), ("kr 300,-", "300"), ("1,234", "1.234"), ("12", "12"),
    ],
)  # fmt: skip
def test_amounts_as_people_write_them(text: str, expected: str) -> None:
    """1,234 has three decimals then, which no amount has: it is refused, not guessed."""
    assert pl.DataFrame({"a": [text]}).select(plain("a")).item() == expected


def test_days_and_times_as_people_and_excel_write_them() -> None:
    frame = pl.DataFrame(
        {"d": ["14.03.2026", "2026-03-14 00:00:00", "14/3/2026", "14-3"], "t": ["23:41", "23.41.07", "0.5", "25:00"]}
    )
    shown = frame.select(days("d").cast(pl.String), clocks("t").cast(pl.String))
    assert shown["d"].to_list() == ["2026-03-14", "2026-03-14", "2026-03-14", None]
    assert [str(each)[:8] if each else None for each in shown["t"]] == ["23:41:00", "23:41:07", "12:00:00", None]


@pytest.mark.parametrize("language", ["en", "nb"])
def test_the_empty_form_filled_in_is_taken_in(tmp_path: Path, language: str) -> None:
    at = dt.datetime(2026, 3, 15, tzinfo=dt.UTC)
    given = {
        "company": "Kafé Torget AS",
        "currency_digits": 2,
        "places": ["Kafé Torget", "Brygga"],
        "words": words_of(language),
    }
    path = write_form(tmp_path / "form.xlsx", written_at=at, **given)
    assert write_form(tmp_path / "again.xlsx", written_at=at, **given).read_bytes() == path.read_bytes()
    book = openpyxl.load_workbook(path)
    sheet, explained = book.worksheets
    lists = {
        str(rule.sqref)[0]: rule.formula1.rpartition("!")[2].replace("$", "")
        for rule in sheet.data_validations.dataValidation
    }
    kinds, places = ([cell.value for (cell,) in explained[lists[letter]]] for letter in "FE")
    assert kinds == [said[language][0] for said in KINDS.values()]
    assert places == ["Kafé Torget", "Brygga"]
    rows = [
        ("K1", 7, dt.date(2026, 3, 14), dt.time(23, 41, 7), "Brygga", kinds[0], 100, "Mat", 25, 3, 374.5, None),
        (None, None, None, None, None, kinds[1], "BAX", "BankAxept", None, 3, 374.5, None),
    ]  # fmt: skip
    for number, cells in enumerate(rows, 2):
        for column, value in enumerate(cells, 1):
            sheet.cell(number, column).value = value
    book.save(path)
    frames = taken_in(kept(path))
    assert frames.findings.is_empty()
    assert frames.orders.select("order_number", "total_minor", pl.col("ordered_on").cast(pl.String)).rows() == [
        ("K1/7", 37_450, "2026-03-14")
    ]
    assert sold(frames) == {"Brygga/100@25": 37_450}
