"""Books read back from files: SAF-T Financial and trial balances, as ledgers write them and as they go wrong."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from recon.books.analyses import Analyses, analysis_types
from recon.books.reading import read_books
from recon.errors import MalformedFile
from tests.recon.books_tools import BookLine, BookVoucher, saft_financial

DAY = dt.date(2026, 3, 14)
VOUCHERS = [
    BookVoucher("401", DAY, [BookLine("1900", 12500, department="10"), BookLine("3000", -10000, "U1", "10", "Øl & vin"), BookLine("2700", -2500)],
                text="Dagsoppgjør <K1>", by="kari", entered=dt.date(2026, 3, 15)),
    BookVoucher("402", DAY, [BookLine("1500", 500, reference="90001"), BookLine("3200", -500)], journal="SI"),
]  # fmt: skip


def write(folder: Path, text: str | bytes, name: str = "books.xml") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("prefix", ["", "n1"])
def test_every_part_of_a_voucher_is_read(tmp_path: Path, prefix: str) -> None:
    books = read_books(write(tmp_path, saft_financial(VOUCHERS, prefix=prefix)))
    assert (books.form, books.company_number, books.company_name, books.currency) == (
        "SAF-T Financial 1.30",
        "999999999",
        "Kafé & Bar AS",
        "NOK",
    )
    assert (books.since, books.until, books.written_by) == (dt.date(2026, 3, 1), dt.date(2026, 3, 31), "Hovedbok 4.2")
    first = books.vouchers.row(0, named=True)
    assert (first["voucher"], first["journal"], first["text"], first["entered_by"]) == (
        "401",
        "GL",
        "Dagsoppgjør <K1>",
        "kari",
    )
    assert (first["issued_on"], first["entered_on"], first["debit_minor"]) == (DAY, dt.date(2026, 3, 15), 12500)
    assert books.vouchers["journal"].to_list() == ["GL", "SI"]
    assert books.lines["amount_minor"].to_list() == [12500, -10000, -2500, 500, -500]
    assert books.lines["tax_code"].to_list() == [None, "3", None, None, None]  # the standard code of the ledger's own
    assert books.lines["department"].to_list() == ["10", "10", None, None, None]  # not the project beside it
    assert books.lines.row(1, named=True)["text"] == "Øl & vin"
    assert books.lines["reference"].drop_nulls().to_list() == ["90001"]
    assert dict(books.balances.select("account_code", "moved_minor").iter_rows()) == {
        "1500": 500,
        "1900": 12500,
        "2700": -2500,
        "3000": -10000,
        "3200": -500,
    }
    assert books.notes == ()


def test_comments_cdata_and_another_encoding_are_read_too(tmp_path: Path) -> None:
    text = (
        saft_financial(VOUCHERS)
        .replace("<Line>", "<!-- <Line> a comment --><Line>", 1)
        .replace("Øl &amp; vin", "<![CDATA[Øl & vin]]>")
    )
    plain = read_books(write(tmp_path, saft_financial(VOUCHERS)))
    for content in (text.encode(), text.replace("UTF-8", "ISO-8859-1").encode("latin-1")):
        odd = read_books(write(tmp_path, content))
        assert odd.lines.equals(plain.lines)
        assert odd.vouchers.equals(plain.vouchers)


def test_what_does_not_add_up_and_what_is_not_named_is_said(tmp_path: Path) -> None:
    books = read_books(write(tmp_path, saft_financial(VOUCHERS, departments=False, debit_stated=1)))
    assert any("TotalDebit 0.01; its lines add up to 130.00" in note for note in books.notes)
    assert any("--department-type" in note for note in books.notes)
    named = read_books(
        write(tmp_path, saft_financial(VOUCHERS, departments=False)), analyses=Analyses(department_type="A")
    )
    assert named.lines["department"].to_list()[0] == "10"
    assert (named.has_projects, named.lines["project"].null_count()) == (False, named.lines.height)
    both = read_books(write(tmp_path, saft_financial(VOUCHERS)), analyses=Analyses(project_type="P"))
    assert (both.has_projects, both.lines["project"].unique().to_list()) == (True, ["77"])


TYPES = [("D1", "Dimensjon 1", "10"), ("D1", "Dimensjon 1", "20"), ("D2", "Dimensjon 2", "P1"), ("D3", "Kampanje", "X")]


@pytest.mark.parametrize(
    ("named", "known", "types"),
    [
        ([("A", "Avdeling", "10"), ("P", "Prosjekt", "P1")], {}, ("A", "P")),
        ([("AVDELING", "", "10"), ("X", "Projects", "")], {}, ("AVDELING", "X")),
        (TYPES, {}, ("", "")),
        (TYPES, {"departments": {"10", "20", "30"}, "projects": {"P1", "P2"}}, ("D1", "D2")),
        (TYPES, {"departments": {"10"}, "projects": {"P1"}}, ("", "D2")),  # one of its codes is no department
        (TYPES, {"departments": {"10", "20"}, "projects": {"10", "20"}}, ("", "")),  # nothing tells which
        (TYPES, {"department_type": "D3", "projects": {"10", "20"}}, ("D3", "D1")),
    ],
)
def test_departments_and_projects_are_told_by_words_by_codes_or_by_a_person(named, known, types) -> None:
    given = {name: value if isinstance(value, str) else frozenset(value) for name, value in known.items()}
    assert analysis_types(named, Analyses(**given)) == types


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (saft_financial(VOUCHERS)[:-40], "cut off"),
        (saft_financial(VOUCHERS).replace("<DebitAmount><Amount>125.00", "<DebitAmount><Amount>125,00", 1), "account 1900 with '125,00'"),
        (saft_financial(VOUCHERS).replace("</Line>", "</Lime>", 1), "journal GL"),
        (saft_financial(VOUCHERS).replace("?>", "?><!DOCTYPE a>", 1), "DOCTYPE"),
        ('<?xml version="1.0"?><other/>', "neither a SAF-T Financial file nor a table"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_whole(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(MalformedFile, match=said):
        read_books(write(tmp_path, text))


NORWEGIAN = "Kafé AS;;;;\nKonto;Kontonavn;Inngående saldo;Debet;Kredit;Utgående saldo\n1900;Kontanter;1 000,00;12 500,00;;13 500,00\n3000;Salg;-5 000,00;;10 000,00;-15 000,00\nSum;;;12 500,00;10 000,00;\n"


def test_a_trial_balance_in_norwegian(tmp_path: Path) -> None:
    books = read_books(write(tmp_path, NORWEGIAN, "saldo.csv"))
    assert books.balances["moved_minor"].to_list() == [1250000, -1000000]
    assert books.balances["closing_minor"].to_list() == [1350000, -1500000]
    assert not books.has_vouchers
    assert any("1 rows without an account number" in note for note in books.notes)


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("Account,Opening,Closing\n1900,10.00,35.50\n3000,0.00,-25.50\n", [2550, -2550]),
        (
            "Account,Debit,Credit\n1900,25.50,\n3000,,-25.50\n",
            [2550, -2550],
        ),  # credits that stand below zero throughout
        ("Account;Movement\n1900;1.234,50\n3000;(1.234,50)\n", [123450, -123450]),
        ("Account;Name;Movement\n1900;Kasse A;1,00\n1900;Kasse B;2,50\n", [350]),  # one account on several rows
    ],
)
def test_other_shapes(tmp_path: Path, text: str, moved: list[int]) -> None:
    assert read_books(write(tmp_path, text, "tb.csv")).balances["moved_minor"].to_list() == moved


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Nummer;Ting\n1900;5,00\n", "--column account=HEADING"),
        ("Konto;Debet\n1900;5,00\n", "told neither by debit and credit"),
        ("Konto;Movement\n1900;5,00\n3000;abc\n", "row 3, movement: 'abc' is no amount"),
        ("Konto;Movement\n1900;1.500\n", "--decimal"),
        ("Konto;IB;Debet;Kredit;UB\n1900;0,00;5,00;0,00;6,00\n", "do not add up"),
        ("Konto;Movement\nSum;5,00\n", "no row has an account number"),
    ],
)
def test_a_table_that_does_not_say_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(MalformedFile, match=said):
        read_books(write(tmp_path, text, "tb.csv"))


def test_headings_and_decimals_a_person_names(tmp_path: Path) -> None:
    path = write(tmp_path, "Nummer;Ting\n1900;1.234\n", "tb.csv")
    books = read_books(path, columns={"account": "Nummer", "movement": "Ting"}, decimal="comma")
    assert books.balances["moved_minor"].to_list() == [123400]
    with pytest.raises(MalformedFile, match="no column 'Saldo'"):
        read_books(path, columns={"account": "Nummer", "movement": "Saldo"})
