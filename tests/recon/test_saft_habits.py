"""What tills mean by their amounts, found by arithmetic, and what is said where a report fits no reading (one fact each)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from recon.sources.base import DAY_ENDS_FIELD
from tests.recon.saft_reading import received, sold, taken_in, told
from tests.saft_files import WORKED_EXAMPLE, Day, Habits, Line, Receipt, Register, saft_bytes, tag

DAY = dt.date(2026, 3, 14)
SALES = (
    Receipt(lines=(Line(group="100", amount=25_000),), payments=(("CASH", 25_000),)),
    Receipt(lines=(Line(group="200", amount=9_000),), payments=(("VISA", 9_000),)),
    Receipt(kind="RETURN", lines=(Line(group="200", amount=-4_500),), payments=(("CASH", -4_500),)),
)
EXPECTED = {"Kafé Torget/100@25": 25_000, "Kafé Torget/200@25": 4_500}


def till(*receipts: Receipt, **of_day: object) -> Register:
    return Register(number="K1", days=(Day(date=DAY, receipts=receipts, **({"number": 1} | of_day)),))  # type: ignore[arg-type]


@pytest.mark.parametrize("vat_rows", ["net", "gross", "faulty"])
@pytest.mark.parametrize("absolute", [False, True])
@pytest.mark.parametrize("swapped", [False, True])
def test_every_habit_gives_the_same_settlement(tmp_path: Path, vat_rows: str, absolute: bool, swapped: bool) -> None:
    frames = taken_in(
        tmp_path, saft_bytes([till(*SALES)], habits=Habits(vat_rows=vat_rows, absolute=absolute, swapped=swapped))
    )
    assert sold(frames) == EXPECTED
    assert received(frames) == {"Kafé Torget/CASH Kontant": 20_500, "Kafé Torget/VISA Visa": 9_000}
    assert frames.orders["tax_minor"].to_list() == [5_900]
    assert frames.lines["tax_minor"].sum() == 5_900
    assert told(frames) == ({"z-vat-faulty": "warning"} if vat_rows == "faulty" else {})


def test_amounts_written_as_binary_fractions_and_what_the_schema_says_of_them_once(tmp_path: Path) -> None:
    text = saft_bytes([till(*SALES)]).decode()
    text = text.replace("Amnt>250.00<", "Amnt>250.00000000000003<").replace("Amnt>90.00<", "Amnt>89.99999999999999<").replace("Amnt>45.00<", "Amnt>45.000<")  # fmt: skip
    frames = taken_in(tmp_path, text.encode())
    assert sold(frames) == EXPECTED
    assert told(frames) == {"saft-slip": "warning"}
    details = frames.findings.filter(code="saft-slip")["detail"].to_list()
    assert len({detail.partition(":")[0] for detail in details}) == len(details)
    off = text.replace("250.00000000000003", "250.0001")
    assert "amount-unreadable" in told(taken_in(tmp_path, off.encode()))


def test_a_rate_at_which_groups_and_vat_rows_differ_holds(tmp_path: Path) -> None:
    lines = (Line(group="100", amount=12_500), Line(group="110", amount=11_500, code="31"))
    text = saft_bytes([till(*(Receipt(lines=(line,), payments=(("BAX", line.amount),)) for line in lines))]).decode()
    assert told(taken_in(tmp_path, text.encode())) == {}
    before, opening, receipts = text.partition("<cashtransaction>")
    told_wrong = before + opening + receipts.replace("<vatPerc>15", "<vatPerc>25")
    frames = taken_in(tmp_path, told_wrong.encode())
    assert told(frames) == {"z-vat-differs": "hold"}
    assert "At 15 % its VAT rows come to 115.00" in frames.findings.filter(code="z-vat-differs")["detail"][0]


def test_payments_of_a_report_without_signs(tmp_path: Path) -> None:
    rows = "".join(
        tag("reportPayment", tag("paymentType", kind) + tag("paymentNum", "1") + tag("paymentAmnt", amount))
        for kind, amount in (("CASH", "295.00"), ("VISA", "90.00"))
    )
    frames = taken_in(
        tmp_path, saft_bytes([till(*SALES, stated={"reportPayments": rows})], habits=Habits(absolute=True))
    )
    assert received(frames) == {"Kafé Torget/CASH Kontant": 20_500, "Kafé Torget/VISA Visa": 9_000}
    assert told(frames) == {"z-payments-unsigned": "warning"}


@pytest.mark.parametrize(
    ("stated", "codes"),
    [
        ({"reportTotalCashSales": tag("totalCashSaleAmnt", "300.00")}, {"z-groups-differ", "z-vat-differs", "z-payments-differ", "z-transactions-differ"}),
        ({"reportTotalCashSales": tag("totalCashSaleAmnt", "9295.00"), "reportGrandTotalSales": "9295.00"}, {"z-total-running"}),
        ({"reportTip": tag("tipNum", "1") + tag("tipAmnt", "20.00")}, set()),
        ({"reportOpeningChangeFloat": "a lot"}, {"saft-slip"}),
    ],
)  # fmt: skip
def test_a_report_that_contradicts_itself(tmp_path: Path, stated: Mapping[str, str], codes: set[str]) -> None:
    frames = taken_in(tmp_path, saft_bytes([till(*SALES, stated=stated)]))
    assert set(told(frames)) == codes
    assert sold(frames) == EXPECTED


def test_a_finding_names_settlement_line_and_both_figures(tmp_path: Path) -> None:
    wrong = tag("reportPayment", tag("paymentType", "CASH") + tag("paymentNum", "3") + tag("paymentAmnt", "300.00"))
    frames = taken_in(tmp_path, saft_bytes([till(*SALES, stated={"reportPayments": wrong})]))
    found = frames.findings.filter(frames.findings["code"] == "z-payments-differ").row(0, named=True)
    assert (found["severity"], found["order_key"], found["row"], found["amount_minor"]) == (
        "hold",
        "till:kafe:settlement:K1/1",
        5,
        500,
    )
    assert found["detail"].startswith("Payments come to 300.00, cash sales to 295.00: 5.00 apart.")


def test_tips_beside_the_payments(tmp_path: Path) -> None:
    """A till that pays tips out at once states them, but not among its payments."""
    receipts = (Receipt(lines=(Line(group="100", amount=25_000),), payments=(("VISA", 25_000),), tips=1_000),)
    frames = taken_in(tmp_path, saft_bytes([till(*receipts)]))
    assert sold(frames) == {"Kafé Torget/100@25": 25_000}
    assert frames.orders["total_minor"].to_list() == [25_000]
    assert told(frames) == {}


@pytest.mark.parametrize(
    ("rounding", "codes"),
    [
        (40, {}),
        (0, {"z-rounding-inferred": "note"}),
        (90_000, {"z-rounding-inferred": "note", "z-rounding-ignored": "warning"}),
    ],
)
def test_rounding_stated_left_out_and_placeholder(tmp_path: Path, rounding: int, codes: Mapping[str, str]) -> None:
    receipts = (Receipt(lines=(Line(group="100", amount=24_960),), payments=(("CASH", 25_000),), rounding=rounding),)
    frames = taken_in(tmp_path, saft_bytes([till(*receipts)]))
    assert frames.orders["rounding_minor"].to_list() == [40]
    assert told(frames) == codes


@pytest.mark.parametrize(
    ("paid", "codes"), [(25_050, {"z-rounding-inferred": "note"}), (25_051, {"z-payments-differ": "hold"})]
)
def test_report_without_transactions(tmp_path: Path, paid: int, codes: Mapping[str, str]) -> None:
    """Balance test 4: what is left is rounding only as far as the payments in cash can have rounded."""
    alone = replace(
        till(Receipt(lines=(Line(group="100", amount=25_000),), payments=(("CASH", paid),))), has_transactions=False
    )
    frames = taken_in(tmp_path, saft_bytes([alone]))
    assert sold(frames) == {"Kafé Torget/100@25": 25_000}
    assert told(frames) == codes


def test_rates_without_transactions_are_not_guessed(tmp_path: Path) -> None:
    frames = taken_in(tmp_path, saft_bytes([replace(WORKED_EXAMPLE, has_transactions=False)]))
    assert "z-rate-unknown" in told(frames)
    assert sold(frames)["Kafé Torget/100"] == 1_000_000


def test_rate_of_another_year(tmp_path: Path) -> None:
    receipts = (Receipt(lines=(Line(group="100", amount=11_000, code="33", rate="10"),), payments=(("VISA", 11_000),)),)
    frames = taken_in(tmp_path, saft_bytes([till(*receipts)]))
    assert sold(frames) == {"Kafé Torget/100@10": 11_000}
    assert frames.lines["tax_text"].to_list() == ["33 (10 %)"]
    assert frames.lines["tax_minor"].to_list() == [1_000]


def test_one_group_at_two_rates(tmp_path: Path) -> None:
    receipts = (
        Receipt(
            lines=(Line(group="100", amount=12_500), Line(group="100", amount=11_500, code="31")),
            payments=(("VISA", 24_000),),
        ),
    )
    assert sold(taken_in(tmp_path, saft_bytes([till(*receipts)]))) == {
        "Kafé Torget/100@25": 12_500,
        "Kafé Torget/100@15": 11_500,
    }


def test_void_and_training_count_for_nothing(tmp_path: Path) -> None:
    extra = (replace(SALES[0], is_void=True), replace(SALES[1], is_training=True))
    assert sold(taken_in(tmp_path, saft_bytes([till(*SALES, *extra)]))) == EXPECTED


def test_x_reports_and_days_without_sales(tmp_path: Path) -> None:
    days = (
        Day(date=DAY, number=1, receipts=SALES),
        Day(date=DAY, number=1, report="X report", closed_at="12:30:00"),
        Day(date=DAY + dt.timedelta(days=1), number=2),
    )
    frames = taken_in(tmp_path, saft_bytes([Register(number="K1", days=days)]))
    assert frames.orders["order_number"].to_list() == ["K1/1", "K1/2"]
    assert frames.orders["total_minor"].to_list() == [29_500, 0]
    assert told(frames) == {}


def test_gap_between_numbers_and_running_totals(tmp_path: Path) -> None:
    running = ("295.00", "600.00", "900.00")
    days = tuple(
        Day(
            date=DAY + dt.timedelta(days=step),
            number=number,
            receipts=SALES,
            stated={"reportGrandTotalSalesNet": grand},
        )
        for step, (number, grand) in enumerate(zip((1, 2, 4), running, strict=True))
    )
    frames = taken_in(tmp_path, saft_bytes([Register(number="K1", days=days)]))
    assert told(frames) == {"z-number-gap": "warning", "z-running-total-differs": "warning"}
    details = dict(
        frames.findings.filter(frames.findings["detail"].str.starts_with("Register"))
        .select("code", "detail")
        .iter_rows()
    )
    assert details["z-number-gap"] == "Register K1: after Z 2 comes Z 4."
    assert (
        details["z-running-total-differs"]
        == "Register K1: the running total grew by 305.00 since Z 1, cash sales are 295.00."
    )


def test_registers_of_several_places_may_number_alike(tmp_path: Path) -> None:
    both = (till(*SALES), Register(number="K2", place="Kafé Brygga", days=till(*SALES).days))
    frames = taken_in(tmp_path, saft_bytes(both))
    assert frames.orders["order_number"].to_list() == ["K1/1", "K2/1"]
    assert frames.orders["sales_channel"].to_list() == ["Kafé Torget", "Kafé Brygga"]
    assert told(frames) == {}


def test_one_register_number_in_two_places(tmp_path: Path) -> None:
    later = replace(till(*SALES), place="Kafé Brygga", days=(Day(date=DAY, number=7, receipts=SALES),))
    frames = taken_in(tmp_path, saft_bytes([till(*SALES), later]))
    assert told(frames) == {"z-register-twice": "hold"}
    assert frames.findings.filter(frames.findings["code"] == "z-register-twice")["order_key"].to_list() == [
        "till:kafe:settlement:K1/1", "till:kafe:settlement:K1/7",
    ]  # fmt: skip


def test_a_till_without_a_location_is_its_own_place(tmp_path: Path) -> None:
    assert sold(taken_in(tmp_path, saft_bytes([replace(till(*SALES), place="")]))) == {
        "K1/100@25": 25_000,
        "K1/200@25": 4_500,
    }


def test_money_on_invoices_of_before(tmp_path: Path) -> None:
    receipts = (
        *SALES,
        Receipt(
            kind="PAYMENT",
            lines=(),
            payments=(("VISA", 80_000),),
            invoice="F17",
            extra={"transAmntIn": "800.00", "transAmntEx": "800.00"},
        ),
    )
    frames = taken_in(tmp_path, saft_bytes([till(*receipts)]))
    assert sold(frames) == EXPECTED | {"Kafé Torget/customer payment": 80_000}
    assert received(frames)["Kafé Torget/VISA Visa"] == 89_000


def test_what_was_sold_after_the_last_report_waits(tmp_path: Path) -> None:
    late = replace(SALES[1], time="23:59:00")
    frames = taken_in(tmp_path, saft_bytes([till(*SALES, late, stated={})]))
    assert "till-not-closed" in told(frames)


def test_what_waits_is_told_by_till_with_its_last_settlement(tmp_path: Path) -> None:
    late = replace(SALES[1], time="23:59:00")
    other = replace(till(*SALES), number="K2")
    frames = taken_in(tmp_path, saft_bytes([till(*SALES, late, stated={}), other]))
    row = frames.findings.filter(pl.col("code") == "till-not-closed").select("value", "order_key", "detail").row(0)
    assert row[:2] == ("K1", "till:kafe:settlement:K1/1")
    assert row[2].startswith("Register K1: 1 transactions") and row[2].endswith("23:59.")


def test_a_report_that_holds_sales_of_the_day_before_says_so(tmp_path: Path) -> None:
    early = replace(SALES[0], extra={"transDate": str(DAY - dt.timedelta(days=1))})
    frames = taken_in(tmp_path, saft_bytes([till(early, SALES[1])]))
    assert told(frames)["day-not-closed"] == "warning"
    night = saft_bytes([till(*SALES, closed_at="02:40:00", next_day=True)])
    assert "day-not-closed" in told(taken_in(tmp_path, night))
    assert "day-not-closed" not in told(taken_in(tmp_path, night, (DAY_ENDS_FIELD, "06:00")))


@pytest.mark.parametrize("habits", [Habits(), Habits(prefix="d1")])
def test_a_file_without_reports_and_one_without_anything(tmp_path: Path, habits: Habits) -> None:
    for registers in ([Register(number="K1")], []):
        frames = taken_in(tmp_path, saft_bytes(registers, habits=habits))
        assert frames.orders.is_empty()


@pytest.mark.parametrize("swapped", [False, True])
def test_a_line_taken_back_in_a_sale_without_signs(tmp_path: Path, swapped: bool) -> None:
    """C and D of the line are believed only because the receipt's own total comes out so."""
    both = Receipt(
        lines=(Line(group="100", amount=25_000), Line(group="200", amount=-4_500)), payments=(("VISA", 20_500),)
    )
    frames = taken_in(tmp_path, saft_bytes([till(SALES[0], both)], habits=Habits(absolute=True, swapped=swapped)))
    assert sold(frames) == {"Kafé Torget/100@25": 50_000, "Kafé Torget/200@25": -4_500}
    assert told(frames) == {}


def test_a_line_on_the_other_side_that_is_no_return(tmp_path: Path) -> None:
    text = saft_bytes([till(*SALES[:2])]).replace(
        b"<amntTp>C</amntTp><vat><vatCode>3</vatCode>", b"<amntTp>D</amntTp><vat><vatCode>3</vatCode>", 1
    )
    frames = taken_in(tmp_path, text)
    assert sold(frames) == {"Kafé Torget/100@25": 25_000, "Kafé Torget/200@25": 9_000}
    assert told(frames) == {}


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        ("<artGroupAmnt>250.00", "<artGroupAmnt>250,00", {"saft-slip", "amount-unreadable"}),
        ("<paymentAmnt>90.00", "<paymentAmnt>90,00", {"saft-slip", "amount-unreadable"}),
        ("<cashSaleAmnt>", "<cashSaleAmnt>x", {"saft-slip", "amount-unreadable"}),
        ("<transDate>2026-03-14", "<transDate>14.03.2026", {"saft-slip", "z-transactions-differ", "till-not-closed"}),
        ("<reportDate>2026-03-14", "<reportDate>14.03.2026", {"saft-slip", "date-unreadable", "till-not-closed"}),
        ("<totalCashSaleAmnt>295.00", "<totalCashSaleAmnt>x", {"saft-slip", "amount-unreadable"}),
    ],
)  # fmt: skip
def test_what_is_no_number_or_day_is_never_taken_for_nothing(
    tmp_path: Path, old: str, new: str, codes: set[str]
) -> None:
    text = saft_bytes([till(*SALES)]).decode().replace(old, new, 1)
    frames = taken_in(tmp_path, text.encode())
    assert set(told(frames)) == codes
    assert {"hold", "refused"} & set(told(frames).values())


def test_a_day_of_returns_alone_is_below_zero(tmp_path: Path) -> None:
    frames = taken_in(tmp_path, saft_bytes([till(SALES[2])]))
    assert (frames.orders["total_minor"].to_list(), sold(frames)) == ([-4_500], {"Kafé Torget/200@25": -4_500})
    assert told(frames) == {}


def test_one_till_written_in_several_parts(tmp_path: Path) -> None:
    """Only the same register in another place is another till."""
    morning, evening = SALES[0], replace(SALES[1], time="19:00:00")
    text = saft_bytes([till(morning, number=1, closed_at="15:00:00"), till(evening, number=2)]).decode()
    whole = taken_in(tmp_path, text.encode())
    assert whole.orders["order_number"].to_list() == ["K1/1", "K1/2"]
    assert whole.orders["total_minor"].to_list() == [25_000, 9_000]
    assert told(whole) == {"till-sequence": "warning"}
    nameless = text.replace("<name>Kafé Torget</name>", "")
    assert told(taken_in(tmp_path, nameless.encode())) == {"till-sequence": "warning"}
    apart = nameless.replace("</cashregister>\n<cashregister>", "</cashregister></location><location><cashregister>")
    assert told(taken_in(tmp_path, apart.encode())) == {"z-register-twice": "hold"}
