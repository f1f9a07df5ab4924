"""Documents of a till against books: what is the same voucher, and what is different in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from recon.books.analyses import Analyses
from recon.books.reading import read_books
from recon.frames.conform import fill
from recon.frames.schemas import DOCUMENTS
from recon.plan.inputs import POSTED_LINES, POSTED_POSTINGS
from recon.proof.books import BooksCompared, OurSide, compare_books
from tests.recon.books_tools import BookLine, BookVoucher, saft_financial

MARK = "999999999"
DAY = dt.date(2026, 3, 14)
LINES = (BookLine("1900", 10000, department="10"), BookLine("3000", -8000, "3", "10"), BookLine("2700", -2000))
OURS = {"1900": 10000, "3000": -8000, "2700": -2000}


def document(
    number: str, day: dt.date, *, stands: str = "posted", moved: dict[str, int] | None = None
) -> tuple[dict, dict]:
    moved = OURS if moved is None else moved
    total = sum(value for value in moved.values() if value > 0) or 10000
    key = f"till:s:settlement:{number}/settlement/1"
    return {
        "document_key": key, "order_key": f"till:s:settlement:{number}", "order_number": number, "number": number, "kind": "settlement",
        "issued_on": day, "total_minor": total, "department": "10" if moved else None, "stands": stands,
    }, moved  # fmt: skip


def side(*documents: tuple[dict, dict]) -> OurSide:
    rows = [row for row, _ in documents]
    frame = fill(pl.DataFrame([{k: v for k, v in r.items() if k != "stands"} for r in rows]), DOCUMENTS)
    lines = [
        {"document_key": r["document_key"], "account_code": "3000", "tax_code": "3", "net_minor": 8000}
        for r, moved in documents
        if moved
    ]
    posted = [
        {"document_key": r["document_key"], "account_code": code, "debit_minor": max(minor, 0), "credit_minor": max(-minor, 0)}
        for r, moved in documents for code, minor in moved.items()
    ]  # fmt: skip
    return OurSide(
        documents=frame.with_columns(pl.Series("stands", [r["stands"] for r in rows])),
        lines=fill(pl.DataFrame(lines), POSTED_LINES), postings=fill(pl.DataFrame(posted), POSTED_POSTINGS),
        sale_accounts=frozenset({"3000"}), money_accounts=frozenset({"1900"}),
    )  # fmt: skip


def voucher(number: str, text: str, *, day: dt.date = DAY, lines: tuple[BookLine, ...] = LINES) -> BookVoucher:
    return BookVoucher(number, day, lines, text=text, by="ProTouch", entered=day + dt.timedelta(days=1))


@pytest.fixture
def compared(tmp_path: Path):
    def compare(ours: OurSide, *vouchers: BookVoucher) -> BooksCompared:
        path = tmp_path / "books.xml"
        path.write_text(saft_financial(vouchers), encoding="utf-8")
        return compare_books(ours, read_books(path), mark=MARK, since=dt.date(2026, 3, 1), until=dt.date(2026, 3, 31))

    return compare


def shown(found: BooksCompared) -> list[tuple[object, ...]]:
    return list(found.vouchers.select("order_number", "verdict", "way", "voucher").iter_rows())


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("Dagsoppgjør 14.03 [999999999/K1/214]", "number"),
        ("Dagsoppgjør K1/214", "word"),
        ("Z-rapport 214 kasse K1", "word"),
        ("dagsoppgjør z214", "word"),
        ("Kassaoppgjør", "amount"),
    ],
)
def test_a_voucher_is_known_by_what_it_says(compared, text: str, way: str) -> None:
    found = compared(side(document("K1/214", DAY)), voucher("77", text))
    assert shown(found) == [("K1/214", "equal", way, "77")]
    row = found.vouchers.row(0, named=True)
    assert (row["entered_by"], row["entered_on"]) == ("ProTouch", dt.date(2026, 3, 15))
    assert found.accounts["difference_minor"].to_list() == [0, 0, 0]
    assert not found.strange.height


@pytest.mark.parametrize("text", ["Z215", "Z-rapport 214 kasse K2", "Lønn 214"])
def test_a_voucher_that_says_it_is_another_ones_is_not_taken(compared, text: str) -> None:
    ours = side(document("K1/214", DAY), document("K2/300", DAY + dt.timedelta(days=9)))
    found = compared(ours, voucher("77", text, lines=(BookLine("1900", 10500), BookLine("3000", -10500, "3"))))
    assert [row[1] for row in shown(found)] == ["missing", "missing"]


def test_the_same_z_number_of_two_registers_is_told_by_register_or_sum(compared) -> None:
    other = tuple(replace(line, minor=line.minor * 2) for line in LINES)
    ours = side(
        document("K1/214", DAY), document("K2/214", DAY, moved={code: 2 * minor for code, minor in OURS.items()})
    )
    found = compared(ours, voucher("1", "Z214 K1"), voucher("2", "Z 214", lines=other))
    assert shown(found) == [("K1/214", "equal", "word", "1"), ("K2/214", "equal", "word", "2")]


def test_what_was_paid_on_an_invoice_is_not_the_invoice_though_it_names_it(compared) -> None:
    row, moved = document("50017", DAY, moved={"1500": 10000, "3000": -8000, "2700": -2000})
    sold = (BookLine("1500", 10000), BookLine("3000", -8000, "3"), BookLine("2700", -2000))
    vouchers = [
        voucher("1", "Faktura 50017", lines=sold),
        voucher("2", "Innbetaling på faktura 50017", lines=(BookLine("1579", 10000), BookLine("1500", -10000))),
    ]
    ours = side(({**row, "kind": "invoice", "department": None}, moved))
    assert [one[1::2] for one in shown(compared(ours, *vouchers))] == [("equal", "1")]
    assert [one[1] for one in shown(compared(ours, *vouchers, voucher("3", "Faktura 50017", lines=sold)))] == ["twice"]


def test_what_differs_is_named_by_field_and_account(compared) -> None:
    lines = (
        BookLine("1900", 10000, department="20"),
        BookLine("3000", -7000, "31", "20"),
        BookLine("3900", -1000),
        BookLine("2700", -2000),
    )
    found = compared(side(document("K1/214", DAY)), voucher("7", "Z214", day=dt.date(2026, 3, 15), lines=lines))
    assert list(
        found.differences.select("field", "account_code", "ours", "theirs", "difference_minor").iter_rows()
    ) == [
        ("date", None, "2026-03-14", "2026-03-15", None),
        ("account", "3900", "none", "-10.00", -1000),
        ("amount", "3000", "-80.00", "-70.00", 1000),
        ("vat-code", "3000", "3", "31", None),
        ("department", None, "10", "20", None),
    ]
    assert found.vouchers["verdict"].to_list() == ["differs"]
    assert {r["account_code"]: r["difference_minor"] for r in found.accounts.iter_rows(named=True)} == {
        "1900": 0,
        "2700": 0,
        "3000": 1000,
        "3900": -1000,
    }


def test_projects_are_compared_where_the_file_states_them(tmp_path: Path) -> None:
    path = tmp_path / "books.xml"
    path.write_text(saft_financial([voucher("1", "Z214")]), encoding="utf-8")  # every line of it is of project 77
    known = read_books(path, analyses=Analyses(project_type="P"))
    for project, books, odd in (
        ("77", known, []),
        ("P1", known, [("project", "P1", "77")]),
        ("P1", read_books(path), []),
        (None, known, []),
    ):
        (row, moved) = document("K1/214", DAY)
        found = compare_books(side(({**row, "project": project}, moved)), books, mark=MARK, since=DAY, until=DAY)
        assert list(found.differences.select("field", "ours", "theirs").iter_rows()) == odd
        assert found.vouchers["differs_in"].to_list() == [[field for field, _, _ in odd]]


def test_twice_missing_held_and_strange(compared) -> None:
    later = DAY + dt.timedelta(days=7)
    ours = side(
        document("K1/214", DAY), document("K1/215", later, stands="planned", moved={"1900": 4200, "3000": -4200}),
        document("K1/216", later + dt.timedelta(days=7), stands="held", moved={}), document("K1/99", dt.date(2026, 1, 5)),
    )  # fmt: skip
    strange = (BookLine("1900", 333), BookLine("3000", -333, "3"))
    held = (BookLine("1999", 10000), BookLine("3001", -10000))
    found = compared(
        ours, voucher("1", "Z214"), voucher("2", "[999999999/K1/214]"), voucher("3", "Kiosk", lines=strange),
        voucher("4", "Z216", day=later + dt.timedelta(days=7), lines=held), voucher("5", "Lønn", lines=(BookLine("5000", 10), BookLine("1920", -10))),
    )  # fmt: skip
    assert [row[:2] for row in shown(found)] == [("K1/214", "twice"), ("K1/215", "missing"), ("K1/216", "there")]
    assert found.vouchers["vouchers"].to_list()[0] == ["1", "2"]
    assert found.vouchers["writers"].to_list() == [["ProTouch", "ProTouch"], [], ["ProTouch"]]
    assert found.left_out == 1
    assert list(found.strange.select("voucher", "why").iter_rows()) == [("3", "like-settlement")]


def test_a_trial_balance_is_compared_by_account(tmp_path: Path) -> None:
    path = tmp_path / "tb.csv"
    path.write_text("Konto;Kontonavn;Debet;Kredit\n1900;Kasse;120,00;\n3000;Salg;;80,00\n", encoding="utf-8")
    found = compare_books(side(document("K1/214", DAY)), read_books(path), mark=MARK, since=DAY, until=DAY)
    assert list(found.accounts.select("account_code", "ours_minor", "ledger_minor", "difference_minor").iter_rows()) == [
        ("1900", 10000, 12000, 2000), ("2700", -2000, 0, 2000), ("3000", -8000, -8000, 0),
    ]  # fmt: skip
    assert found.accounts["found_minor"].null_count() == 3
