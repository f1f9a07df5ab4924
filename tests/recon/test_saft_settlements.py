"""A till's file as settlements, line by line; the worked example of the format's reference first."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from recon.frames.schemas import TILL_COUNTS
from recon.match.till_cash import known_counts
from recon.normalize import compare
from recon.sources.base import COMPANY_FIELD, DAY_ENDS_FIELD, DIFFERENCE_FIELD
from tests.recon.saft_reading import received, sold, taken_in, told
from tests.saft_files import WORKED_EXAMPLE, Day, Habits, Line, Receipt, Register, saft_bytes, with_day

DAY = dt.date(2026, 3, 14)


def test_worked_example(tmp_path: Path) -> None:
    frames = taken_in(tmp_path, saft_bytes([WORKED_EXAMPLE]), (COMPANY_FIELD, "999999999"))
    order = frames.orders.row(0, named=True)
    assert order["order_key"] == "till:kafe:settlement:K1/214"
    assert (order["ordered_on"], order["completed_on"], order["row"]) == (DAY, DAY, 5)
    assert (order["total_minor"], order["goods_minor"], order["rounding_minor"]) == (1_810_040, 1_810_000, 40)
    assert (order["tax_minor"], order["opening_float_minor"]) == (330_000, 150_000)
    assert sold(frames) == {
        "Kafé Torget/100@25": 1_000_000, "Kafé Torget/110@15": 230_000, "Kafé Torget/200@25": 500_000,
        "Kafé Torget/900@0": 50_000, "Kafé Torget/tip": 30_000,
    }  # fmt: skip
    assert received(frames) == {
        "Kafé Torget/BAX BankAxept": 900_040, "Kafé Torget/VISA Visa": 380_000, "Kafé Torget/CASH Kontant": 300_000,
        "Kafé Torget/VIPPS Vipps": 200_000, "Kafé Torget/GIFT Gavekort": 30_000,
    }  # fmt: skip
    assert frames.lines["tax_text"].to_list()[:2] == ["3 (25 %)", "31 (15 %)"]
    assert frames.lines["tax_minor"].sum() == 330_000
    assert frames.findings.is_empty()


@pytest.mark.parametrize(
    "habits", [Habits(vat_rows="gross"), Habits(prefix="n1"), Habits(newline="\r\n"), Habits(swapped=True)]
)
def test_habits_of_tills_make_no_difference(tmp_path: Path, habits: Habits) -> None:
    usual = taken_in(tmp_path, saft_bytes([WORKED_EXAMPLE]))
    other = taken_in(tmp_path, saft_bytes([WORKED_EXAMPLE], habits=habits))
    for name in ("orders", "lines", "payments"):
        assert getattr(other, name).drop("file", strict=False).equals(getattr(usual, name).drop("file", strict=False))


def test_report_after_midnight(tmp_path: Path) -> None:
    late = with_day(WORKED_EXAMPLE, closed_at="03:10:00", next_day=True)
    by_date = taken_in(tmp_path, saft_bytes([late])).orders.row(0, named=True)
    by_day = taken_in(tmp_path, saft_bytes([late]), (DAY_ENDS_FIELD, "06:00")).orders.row(0, named=True)
    assert by_date["ordered_on"] == by_date["completed_on"] == by_day["completed_on"] == DAY + dt.timedelta(days=1)
    assert by_day["ordered_on"] == DAY


def test_pay_ins_and_pay_outs_move_the_cash(tmp_path: Path) -> None:
    day = Day(
        date=DAY, number=1, receipts=(Receipt(lines=(Line(group="100", amount=12_500),), payments=(("CASH", 12_500),)),)
    )
    moved = Register(number="K1", days=(day,))
    frames = taken_in(
        tmp_path, saft_bytes([with_day(moved, pay_ins=(("CHANGE", 50_000),), pay_outs=(("MILK", 9_900),))])
    )
    assert sold(frames) == {
        "Kafé Torget/100@25": 12_500,
        "Kafé Torget/pay-in CHANGE": 50_000,
        "Kafé Torget/pay-out MILK": -9_900,
    }
    assert received(frames) == {"Kafé Torget/CASH Kontant": 52_600}
    assert frames.orders["total_minor"].to_list() == [52_600]
    assert frames.lines.filter(pl.col("kind") == "pay_out").height == 1


def test_two_files_with_one_register_number_in_two_places(tmp_path: Path) -> None:
    """Else one department's day would silently take the other's place."""
    cafe = taken_in(tmp_path, saft_bytes([WORKED_EXAMPLE]))
    kiosk = with_day(
        replace(WORKED_EXAMPLE, place="Kiosken"),
        receipts=(Receipt(lines=(Line(group="100", amount=12_500),), payments=(("CASH", 12_500),)),),
    )
    found = compare(cafe, taken_in(tmp_path, saft_bytes([kiosk])), whole_period=False).findings.row(0, named=True)
    assert (found["code"], found["severity"], found["order_key"]) == (
        "z-register-twice",
        "hold",
        "till:kafe:settlement:K1/214",
    )
    assert found["detail"] == (
        "K1/214 is 125.00 of 2026-03-14 at Kiosken; another file has 18100.40 of 2026-03-14 at Kafé Torget under the same register and number."
    )
    renamed = taken_in(tmp_path, saft_bytes([replace(WORKED_EXAMPLE, place="Torget")]))
    assert compare(cafe, renamed, whole_period=False).findings.is_empty()
    assert compare(cafe, cafe, whole_period=False).changed == 0


@pytest.mark.parametrize(("above_zero", "missing"), [("over", 2_000), ("short", -2_000), ("", None)])
def test_a_cash_difference_the_till_recorded_is_its_count_where_the_settings_say_so(
    tmp_path: Path, above_zero: str, missing: int | None
) -> None:
    """What is missing stands on its own channel and the other way round on the cash, so that the settlement is what it was."""
    recorded = Receipt(kind="DIFFERENCE", lines=(Line(group="100", amount=-2_000),))
    day = replace(WORKED_EXAMPLE.days[0], receipts=(*WORKED_EXAMPLE.days[0].receipts, recorded))
    content = saft_bytes([replace(WORKED_EXAMPLE, days=(day,))])
    frames = taken_in(tmp_path, content, *([(DIFFERENCE_FIELD, above_zero)] if above_zero else []))
    assert frames.orders["total_minor"].to_list() == [1_810_040]
    parts = frames.payments.filter(pl.col("reference") == "counted").select("payment_channel", "amount_minor").rows()
    assert parts == (
        [("Kafé Torget/cash difference", missing), ("Kafé Torget/CASH Kontant", -missing)] if missing else []
    )
    assert told(frames) == ({"z-cash-difference-taken": "note"} if above_zero else {"z-cash-difference": "warning"})
    if missing:
        counts = known_counts(pl.DataFrame(schema=TILL_COUNTS), frames.orders, frames.payments).row(0, named=True)
        assert (counts["counted_minor"], counts["to_bank_minor"]) == (450_000 - missing, 0)
