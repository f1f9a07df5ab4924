"""A supplier's tax invoice as a person writes it: its parts, its months, and what speaks against it."""

from __future__ import annotations

import datetime as dt

import pytest

from recon.proof.tax_invoices import Entry, cleaned, entry_of, judged, last_month

TODAY, RECORDED = dt.date(2026, 7, 5), dt.date(2026, 6, 20)


def judge(text: str) -> tuple[str, list[str]]:
    entry = entry_of("PO-1", text)
    assert entry is not None
    invoice, wrong = judged(entry, recorded_on=RECORDED, today=TODAY)
    return ("" if invoice is None else invoice.words), wrong


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("IV-9 2026-06-12", "tax invoice IV-9 of 2026-06-12, claimed in 2026-06"),
        ("  IV 6906/112   2026-06-12  ", "tax invoice IV 6906/112 of 2026-06-12, claimed in 2026-06"),
        ("IV-9 2026-06-12 2026-08", "tax invoice IV-9 of 2026-06-12, claimed in 2026-08"),
        ("IV-9 2026-06-12 2026-12", "tax invoice IV-9 of 2026-06-12, claimed in 2026-12"),
        ("2026 2026-06-12", "tax invoice 2026 of 2026-06-12, claimed in 2026-06"),
    ],
)
def test_number_day_and_month(text: str, says: str) -> None:
    assert judge(text) == (says, [])


@pytest.mark.parametrize("text", ["IV-9", "2026-06-12", "IV-9 12/06/2026", "IV-9 2026-06-12 August"])
def test_what_is_no_number_and_day_is_not_guessed(text: str) -> None:
    assert entry_of("PO-1", text) is None


def test_nothing_takes_back() -> None:
    entry = entry_of("PO-1", " ")
    assert entry is not None
    assert entry.takes_back


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("IV-9 2026-07-06", "2026-07-06 is in the future: today is 2026-07-05"),
        ("IV-9 2569-06-12", "years are written Gregorian here: 2026-06-12"),
        ("IV-9 2025-06-12", "more than a year before the record of 2026-06-20"),
        ("IV-9 2026-06-31", "the day of the tax invoice is '2026-06-31'"),
        ("IV-9 2026-06-12 2026-05", "cannot be claimed in 2026-05, only from 2026-06 to 2026-12"),
        ("IV-9 2026-06-12 2027-01", "cannot be claimed in 2027-01, only from 2026-06 to 2026-12"),
        ("IV-9 2026-06-12 2026-13", "'2026-13' is no month"),
        ("-- 2026-06-12", "the number of the tax invoice is missing"),
        (f"{'9' * 61} 2026-06-12", "the number has 61 characters; 60 are taken"),
    ],
)
def test_what_speaks_against_it(text: str, says: str) -> None:
    invoice, (wrong,) = judge(text)
    assert invoice == ""
    assert says in wrong


def test_all_problems_at_once() -> None:
    _invoice, wrong = judge("-- 2026-07-06 2027-02")
    assert len(wrong) == 3


def test_a_list_may_leave_out_day_or_number() -> None:
    for entry, says in (
        (Entry(record="PO-1", number="IV-9"), "day of the tax invoice is missing"),
        (Entry(record="PO-1", on="2026-06-12"), "number of the tax invoice is missing"),
    ):
        assert any(says in wrong for wrong in judged(entry, recorded_on=None, today=TODAY)[1])


def test_a_number_is_cleaned_of_what_nobody_sees() -> None:
    assert cleaned("\u200b IV\u00a06906\t112\x00 ") == "IV 6906 112"


def test_the_last_of_the_seven_months_crosses_the_year() -> None:
    assert last_month(dt.date(2026, 7, 31)) == dt.date(2027, 1, 1)
