"""Days of tills: missing Z numbers between two days, sales that nobody closed, and terms of bookkeeping that are over."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from recon.frames.findings import gather, one_finding
from recon.proof.numbering import numbering_proof
from recon.proof.series import NUMBERS
from recon.proof.till_days import SETTLED, missing, registers, still_open, terms


def settled(*rows: tuple[str, str, str, bool]) -> pl.DataFrame:
    """Return SETTLED of (number, place, day, is_sent); every second one is counted."""
    return pl.DataFrame(
        [
            (f"till:s:settlement:{number}", number, place, dt.date.fromisoformat(day), 1_000, is_sent, no % 2 == 0)
            for no, (number, place, day, is_sent) in enumerate(rows)
        ],
        schema=SETTLED,
        orient="row",
    )


MARCH = settled(
    ("K1/9", "Torget", "2026-03-07", True), ("K1/10", "Torget", "2026-03-09", False), ("K1/13", "Torget", "2026-03-12", False),
    ("B1/4", "Brygga", "2026-03-09", True), ("B1/5", "Brygga", "2026-03-09", True),
)  # fmt: skip


def ranges(rows: pl.DataFrame, **known: str) -> pl.DataFrame:
    numbers = rows.select("number", "day", pl.col("order_key").alias("owner"), pl.lit(None, pl.String).alias("why"))
    said = pl.DataFrame(
        [(number.replace("_", "/"), None, None, why) for number, why in known.items()], schema=NUMBERS, orient="row"
    )
    return numbering_proof(numbers, said, runs_on="/").ranges


def test_each_till_with_its_days() -> None:
    rows = registers(MARCH).select("register", "last_number", "settlements", "without", "uncounted", "unsent").rows()
    assert rows == [("B1", "B1/5", 2, 0, 1, 0), ("K1", "K1/13", 3, 3, 1, 2)]


def test_a_missing_number_lies_between_two_days_and_a_closed_day_misses_nothing() -> None:
    found = missing(MARCH, ranges(MARCH)).select("first", "last", "count", "after", "before", "why").rows()
    assert found == [("K1/11", "K1/12", 2, dt.date(2026, 3, 9), dt.date(2026, 3, 12), None)]


def test_what_a_person_said_stands_with_the_number() -> None:
    found = missing(MARCH, ranges(MARCH, K1_11="exchanged")).select("first", "last", "why").rows()
    assert found == [("K1/11", "K1/11", "exchanged"), ("K1/12", "K1/12", None)]


def test_few_numbers_are_no_gap_where_no_law_says_so() -> None:
    numbers = MARCH.select("number", "day", pl.col("order_key").alias("owner"), pl.lit(None, pl.String).alias("why"))
    assert numbering_proof(numbers).ranges.height == 0


@pytest.mark.parametrize(
    ("today", "months", "expected"),
    [
        ("2026-04-30", 2, [(dt.date(2026, 3, 1), dt.date(2026, 4, 30), 2, 2_000, False)]),
        ("2026-05-01", 2, [(dt.date(2026, 3, 1), dt.date(2026, 4, 30), 2, 2_000, True)]),
        ("2026-05-01", 4, [(dt.date(2026, 1, 1), dt.date(2026, 4, 30), 2, 2_000, True)]),
        ("2026-03-31", 1, [(dt.date(2026, 3, 1), dt.date(2026, 3, 31), 2, 2_000, False)]),
    ],
)
def test_a_term_is_late_once_it_is_over(today: str, months: int, expected: list[tuple[object, ...]]) -> None:
    found = terms(MARCH, dt.date.fromisoformat(today), months)
    assert found.select("first_day", "last_day", "settlements", "amount_minor", "is_over").rows() == expected
    assert terms(MARCH.filter("is_sent"), dt.date(2026, 12, 31), 2).height == 0


def test_sales_behind_a_z_report_are_closed_by_the_next_one() -> None:
    told = gather([
        one_finding("till-not-closed", detail="old", order_key="till:s:settlement:K1/10"),
        one_finding("till-not-closed", detail="new", order_key="till:s:settlement:K1/13"),
        one_finding("till-not-closed", detail="none yet"),
    ])  # fmt: skip
    assert still_open(told, MARCH)["detail"].to_list() == ["new", "none yet"]
