"""Settlement files: what is read of them, that overlaps count once, what is held, and what a cycle's purchase is."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.errors import MalformedFile
from recon.frames.canonical import CanonicalFrames
from recon.normalize.merge import combine
from recon.normalize.settled_refunds import judge_refunds
from recon.normalize.settlements import gather_settlements
from recon.sources.base import settlement_fields
from recon.sources.marketplaces.settlement_profile import FEES, settlement_profile
from recon.sources.registry import SOURCES, source_named
from tests.recon.marketplace_files import kept, lazada, read, shopee, tiktok
from tests.recon.settlement_files import (
    csv_file,
    frames_of,
    lazada_leg,
    lazada_rows,
    settled,
    shopee_row,
    table,
    tiktok_row,
    xlsx_file,
)
from tests.trying import examples

MARKETS = ("shopee", "lazada", "tiktok")
ROWS: dict[str, list[dict[str, str]]] = {"shopee": [shopee_row()], "lazada": lazada_rows(), "tiktok": [tiktok_row()]}
NET = {"shopee": 50919, "lazada": 18068, "tiktok": 28901}
FEE_SUMS = {"shopee": 9681, "lazada": 5332, "tiktok": 4099}
CYCLES = {"shopee": "SHOPEE-2026-06-11", "lazada": "THAB12CD-2026-0608", "tiktok": "TIKTOK-2026-06-10"}


def gathered(*parts: CanonicalFrames) -> CanonicalFrames:
    return judge_refunds(gather_settlements(combine(parts)))


def holds(frames: CanonicalFrames) -> list[tuple[str, str]]:
    found = frames.findings.filter(pl.col("severity") == "hold").select(pl.col("order_key").fill_null(""), "code")
    return sorted((key.rpartition(":")[2], code) for key, code in found.iter_rows())


def fees(frames: CanonicalFrames, cycle: int = 0) -> dict[str, int]:
    lines = frames.lines.filter(pl.col("order_no") == cycle)
    return dict(lines.select("name", "amount_minor").iter_rows())


def cycle_of(frames: CanonicalFrames) -> dict[str, Any]:
    records = frames.orders.filter(pl.col("record_kind") == "purchase")
    assert records.height == 1
    return records.row(0, named=True)


@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_settlement_is_known_by_its_headings_to_one_source_only(market: str, ending: str, tmp_path: Path) -> None:
    lines = table(market, ROWS[market])
    file = kept(tmp_path, csv_file(lines) if ending == "csv" else xlsx_file(market, lines), f"anything.{ending}")
    able = [name for name, *_ in SOURCES if name != "profile" and source_named(name).identify(file)]
    assert able == [market]


@pytest.mark.parametrize("market", MARKETS)
def test_the_references_rows_come_to_their_net_and_to_one_purchase(market: str, tmp_path: Path) -> None:
    lines = table(market, ROWS[market])
    text, book = (
        frames_of(market, tmp_path, csv_file(lines), "a.csv"),
        frames_of(market, tmp_path, xlsx_file(market, lines), "a.xlsx"),
    )
    assert text.orders.drop("file").equals(book.orders.drop("file"))
    assert text.lines.equals(book.lines)
    assert int(text.orders["total_minor"].sum()) == NET[market]
    assert text.stated[0].controls[0].difference_minor == 0
    made = gathered(text)
    record = cycle_of(made)
    assert (record["order_number"], record["total_minor"], record["customer_name"]) == (
        CYCLES[market], FEE_SUMS[market], settlement_profile(f"{market}-th-income").supplier,
    )  # fmt: skip
    assert (record["payment_state"], record["ordered_on"], record["paid_on"]) == (
        "paid",
        record["paid_on"],
        record["ordered_on"],
    )
    assert int(made.lines["amount_minor"].sum()) == FEE_SUMS[market]
    assert set(made.lines["sku"]) <= set(FEES)
    assert holds(made) == []
    (paid,) = made.payments.iter_rows(named=True)
    assert (paid["amount_minor"], paid["paid_on"]) == (NET[market], record["paid_on"])


def test_the_fees_keep_the_files_own_words_and_sales_are_none(tmp_path: Path) -> None:
    assert fees(gathered(settled("shopee", tmp_path, ROWS["shopee"]))) == {
        "ค่าคอมมิชชั่น": 3900, "ค่าธุรกรรมการชำระเงิน": 1881, "ค่าธรรมเนียมโครงสร้างพื้นฐานแพลตฟอร์ม": 100,
        "ค่าจัดส่งที่ Shopee ชำระโดยชื่อของคุณ": 3800,
    }  # fmt: skip


@pytest.mark.parametrize("market", MARKETS)
def test_overlapping_downloads_count_every_row_once(market: str, tmp_path: Path) -> None:
    first = settled(market, tmp_path, ROWS[market], "first.csv")
    more = {
        "shopee": [*ROWS["shopee"], shopee_row("260605K7Q2M8XQ", "2026-06-12")],
        "lazada": [*ROWS["lazada"], *lazada_rows("876543210987655", "THAB12CD-2026-0615", "15 Jun 2026")],
        "tiktok": [*ROWS["tiktok"], tiktok_row("580123456789012346", "2026/06/11")],
    }
    later = settled(market, tmp_path, more[market], "later.csv")
    for files in ((first, later), (later, first), (first, later, first)):
        made = gathered(*files)
        assert made.orders["total_minor"].to_list() == [FEE_SUMS[market]] * 2
        assert made.payments["amount_minor"].to_list() == [NET[market]] * 2
        assert holds(made) == []


def test_a_filtered_lazada_download_takes_no_leg_away(tmp_path: Path) -> None:
    whole = settled("lazada", tmp_path, lazada_rows(), "whole.csv")
    only_fees = settled("lazada", tmp_path, lazada_rows()[1:2], "fees.csv")
    assert gathered(whole, only_fees).lines.drop("row").equals(gathered(whole).lines.drop("row"))


def test_two_equal_legs_of_one_order_are_two(tmp_path: Path) -> None:
    rows = [*lazada_rows(), *lazada_rows()]
    made = gathered(
        settled("lazada", tmp_path, rows),
        settled("lazada", tmp_path, [*rows, lazada_leg("Lost Claim", "5.00", "")], "b.csv"),
    )
    assert cycle_of(made)["total_minor"] == 2 * FEE_SUMS["lazada"]


def test_a_fee_given_back_lowers_its_line(tmp_path: Path) -> None:
    rows = [
        *lazada_rows(),
        lazada_leg("คืนส่วนลดค่าธรรมเนียมการขายสินค้า", "10.00"),
        lazada_leg("คืนค่าธรรมเนียมการชำระเงิน", "7.86"),
    ]
    made = gathered(settled("lazada", tmp_path, rows))
    assert fees(made) == {"หักค่าธรรมเนียมการขายสินค้า": 2142, "ค่าโปรแกรมส่งฟรีพิเศษกับลาซาด้า": 1404}


def test_more_given_back_than_charged_is_a_credit_apart(tmp_path: Path) -> None:
    rows = [lazada_leg("หักเงินค่าสินค้า (คืนสินค้า)", "-234.00"), lazada_leg("คืนส่วนลดค่าธรรมเนียมการขายสินค้า", "31.42")]
    made = gathered(settled("lazada", tmp_path, rows))
    records = ["record_kind", "order_number", "total_minor"]
    credit = ("purchase_return", f"{CYCLES['lazada']}-CREDIT", 3142)
    assert made.orders.select(records).rows() == [("purchase", CYCLES["lazada"], 0), credit]
    (said,) = made.findings.filter(pl.col("code") == "settlement-given-back").iter_rows(named=True)
    assert (said["amount_minor"], said["order_key"].rpartition(":")[2]) == (-3142, credit[1])
    assert said["file"] == made.orders["file"][0]
    # A group of fees by itself is one as well: its VAT is another than that of the fees beside it, which are billed.
    mixed = gathered(settled("lazada", tmp_path, [*rows, lazada_leg("ค่าธรรมเนียมการชำระเงิน", "-50.00")], "b.csv"))
    assert mixed.orders.select(records).rows() == [("purchase", CYCLES["lazada"], 5000), credit]
    assert mixed.lines.select("order_no", "amount_minor").rows() == [(0, 5000), (1, 3142)]
    # What holds the cycle holds both.
    odd = gathered(settled("lazada", tmp_path, [*rows, lazada_leg("ค่าอะไรใหม่", "-3.00")], "c.csv"))
    assert holds(odd) == [(number, "settlement-leg-unknown") for number in (CYCLES["lazada"], credit[1])]


def test_the_legs_of_a_row_must_come_to_its_net_or_the_file_is_held(tmp_path: Path) -> None:
    rows = [
        shopee_row(),
        shopee_row("260605K7Q2M8XQ", "2026-06-12", **{"ค่าบริการพิเศษ": "-5.00", "จำนวนเงินทั้งหมดที่โอนแล้ว (฿)": "504.19"}),
    ]
    frames = settled("shopee", tmp_path, rows)
    (said,) = frames.findings.filter(pl.col("severity") == "hold").iter_rows(named=True)
    assert (said["code"], said["amount_minor"]) == ("settlement-leg-unknown", -500)
    assert "ค่าบริการพิเศษ (-5.00)" in said["detail"]
    made = gathered(frames)
    assert holds(made) == [(f"SHOPEE-2026-06-{day}", "settlement-leg-unknown") for day in (11, 12)]  # the whole file
    told = made.findings.filter(pl.col("code") == "settlement-leg-unknown").select("amount_minor", "row", "detail")
    assert told["amount_minor"].to_list() == [None, -500]  # once, at the cycle it is in
    assert "SHOPEE-2026-06-12" in told["detail"][0]
    assert made.payments.is_empty()
    # One satang is rounding; a person who names the column lets the file through.
    assert (
        holds(gathered(settled("shopee", tmp_path, [shopee_row(**{"จำนวนเงินทั้งหมดที่โอนแล้ว (฿)": "509.20"})], "b.csv")))
        == []
    )
    named = settled("shopee", tmp_path, rows, "c.csv", fields=settlement_fields({"ค่าบริการพิเศษ": "fee:service"}, {}))
    assert holds(gathered(named)) == []
    assert gathered(named).orders["total_minor"].to_list() == [9681, 10181]


def test_a_column_beside_the_sum_is_told_and_holds_nothing(tmp_path: Path) -> None:
    frames = settled("shopee", tmp_path, [shopee_row(**{"ส่วนลดที่ Shopee ออกให้": "12.00"})])
    assert frames.findings.select("code", "severity").rows() == [("columns-new", "warning")]
    assert holds(gathered(frames)) == []


def test_lazadas_unknown_leg_holds_its_cycle_only(tmp_path: Path) -> None:
    rows = [
        *lazada_rows(),
        lazada_leg("ค่าอะไรใหม่", "-3.00", "1"),
        *lazada_rows("2", "THAB12CD-2026-0615", "15 Jun 2026"),
    ]
    frames = settled("lazada", tmp_path, rows)
    assert holds(frames) == [(CYCLES["lazada"], "settlement-leg-unknown")]
    assert holds(gathered(frames)) == [(CYCLES["lazada"], "settlement-leg-unknown")]
    assert gathered(frames).payments["reference"].to_list() == ["2"]
    named = settled("lazada", tmp_path, rows, "b.csv", fields=settlement_fields({"ค่าอะไรใหม่": "fee:other"}, {}))
    assert holds(gathered(named)) == []


@pytest.mark.parametrize(
    ("inside", "net", "held"),
    [("NO", 18068 - 94, False), ("YES", 18068, False), ("", 18068, True), ("no", 18068 - 94, False)],
)
def test_tax_withheld_beside_an_amount_is_a_deduction_of_its_own(
    inside: str, net: int, held: bool, tmp_path: Path
) -> None:
    rows = lazada_rows()
    rows[1] |= {"WHT Amount": "0.94", "WHT รวมอยู่ในจำนวนเงินแล้ว": inside}
    frames = settled("lazada", tmp_path, rows)
    assert int(frames.orders["total_minor"].sum()) == net
    made = gathered(frames)
    assert cycle_of(made)["total_minor"] == FEE_SUMS["lazada"]  # it is no fee
    assert [code for _, code in holds(made)] == (["settlement-leg-unknown"] if held else [])
    assert ("settlement-tax-kept" in made.findings["code"].to_list()) == (inside.upper() == "NO")


def test_tiktoks_roll_ups_are_not_added_to_their_leaves(tmp_path: Path) -> None:
    ups = {"รายได้รวม": "330", "ค่าธรรมเนียมทั้งหมด": "-40.99", "ค่าคอมมิชชั่นไม่ใช่แอฟฟิลิเอตก่อนหักภาษี ณ ที่จ่าย": "-1.00"}
    frames = settled("tiktok", tmp_path, [tiktok_row(**ups)])
    assert frames.findings.is_empty()
    assert cycle_of(gathered(frames))["total_minor"] == FEE_SUMS["tiktok"]


def test_tiktoks_other_spellings_and_a_compensation(tmp_path: Path) -> None:
    names = {"หมายเลขคำสั่งซื้อ/การปรับ": "Order\\adjustment ID  ", "เวลาที่ชำระคำสั่งซื้อ": "Order settled time",
             "จำนวนเงินที่ชำระทั้งหมด": "Total settlement amount", "ประเภทธุรกรรม": "Type"}  # fmt: skip
    blank = dict.fromkeys(tiktok_row(), "") | {
        "หมายเลขคำสั่งซื้อ/การปรับ": "777123456789012345", "ประเภทธุรกรรม": "การชดเชยจากแพลตฟอร์ม", "สกุลเงิน": "THB",
        "เวลาที่ชำระคำสั่งซื้อ": "2026/06/10", "จำนวนเงินที่ชำระทั้งหมด": "50", "จำนวนการปรับยอด": "50",
        "หมายเลขคำสั่งซื้อที่เกี่ยวข้อง": "580123456789012399",
    }  # fmt: skip
    lines = table("tiktok", [tiktok_row(), blank])
    lines[0] = [names.get(name, name) for name in lines[0]]
    made = gathered(frames_of("tiktok", tmp_path, csv_file(lines), "income.csv"))
    assert cycle_of(made)["total_minor"] == FEE_SUMS["tiktok"]
    assert holds(made) == []
    assert made.payments["reference"].to_list() == ["580123456789012345"]  # a compensation pays for no order
    (said,) = made.findings.filter(pl.col("code") == "settlement-compensation").iter_rows(named=True)
    assert said["amount_minor"] == 5000


def test_a_kind_of_row_nobody_has_named_holds_the_file(tmp_path: Path) -> None:
    frames = settled("tiktok", tmp_path, [tiktok_row(), tiktok_row("580123456789012346") | {"ประเภทธุรกรรม": "ค่าปรับ"}])
    (said,) = frames.findings.filter(pl.col("severity") == "hold").iter_rows(named=True)
    assert "ค่าปรับ (289.01)" in said["detail"]
    assert [code for _, code in holds(gathered(frames))] == ["settlement-leg-unknown"]


def test_a_tiktok_file_without_days_asks_for_the_day(tmp_path: Path) -> None:
    row = tiktok_row()
    del row["เวลาที่ชำระคำสั่งซื้อ"]
    with pytest.raises(MalformedFile, match=r'settled_on\]: "week-24.csv" = 2026-06-10'):
        settled("tiktok", tmp_path, [row], "week-24.csv")
    day = settlement_fields({}, {"week-24.csv": dt.date(2026, 6, 10), "week-25.csv": dt.date(2026, 6, 17)})
    first = settled("tiktok", tmp_path, [row], "week-24.csv", fields=day)
    assert cycle_of(gathered(first))["order_number"] == CYCLES["tiktok"]
    # The next week's file repeats the block of this one: the second time it is held, not booked.
    other = row | {"หมายเลขคำสั่งซื้อ/การปรับ": "580123456789012346", "หมายเลขคำสั่งซื้อที่เกี่ยวข้อง": "580123456789012346"}
    second = settled("tiktok", tmp_path, [row, other], "week-25.csv", fields=day)
    assert holds(gathered(first, second)) == [("TIKTOK-2026-06-17", "settlement-repeated")]


def test_money_held_back_is_refused_in_words(tmp_path: Path) -> None:
    names = ["หมายเลขคำสั่งซื้อ/การปรับ", "หมายเลขคำสั่งซื้อที่เกี่ยวข้อง", "Estimated settlement amount", "Reason"]
    content = csv_file([names, ["580123456789012345", "580123456789012345", "289.01", "waiting"]])
    file = kept(tmp_path, content, "onhold.csv")
    assert source_named("tiktok").identify(file)
    with pytest.raises(MalformedFile, match="has not paid yet"):
        frames_of("tiktok", tmp_path, content, "onhold.csv")


ABOVE = [["ชื่อผู้ใช้ (ผู้ขาย)", "จาก", "ถึง"], ["baan-cotton", "2026-06-01", "2026-06-15"], []]


@pytest.mark.parametrize(("total", "day", "expected"), [
    ("509.19", "2026-06-11", []),
    ("519.19", "2026-06-11", ["control-total-differs"]),
    ("509.19", "2026-06-16", ["settlement-outside-period"]),
])  # fmt: skip
def test_shopees_own_total_and_period_are_compared(total: str, day: str, expected: list[str], tmp_path: Path) -> None:
    above = [*ABOVE, ["ยอดรวม (฿)", total]]
    for made in (
        settled("shopee", tmp_path, [shopee_row(day=day)], above=above),
        frames_of(
            "shopee", tmp_path, xlsx_file("shopee", table("shopee", [shopee_row(day=day)], above=above)), "a.xlsx"
        ),
    ):
        assert any("from 2026-06-01 to 2026-06-15, total " in note for note in made.notes)
        assert [code for cycle, code in holds(gathered(made)) if cycle] == expected


@pytest.mark.parametrize(
    ("period", "expected"), [("2026/06/01-2026/06/12", []), ("2026/06/01-2026/06/09", ["settlement-outside-period"])]
)
def test_tiktoks_period_stands_on_a_sheet_of_its_own(period: str, expected: list[str], tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_file("tiktok", table("tiktok", ROWS["tiktok"]), first="รายงาน")))
    book["รายงาน"].append(["ช่วงเวลา", period])
    out = io.BytesIO()
    book.save(out)
    made = frames_of("tiktok", tmp_path, out.getvalue(), "income.xlsx")
    assert [code for _, code in holds(gathered(made))] == expected


def test_a_row_that_cannot_be_read_holds_its_cycle_until_it_can(tmp_path: Path) -> None:
    bad = settled("shopee", tmp_path, [shopee_row(), shopee_row("260605K7Q2M8XQ") | {"ค่าคอมมิชชั่น": "39B"}])
    assert holds(gathered(bad)) == [(CYCLES["shopee"], "settlement-row-refused")]
    good = settled("shopee", tmp_path, [shopee_row(), shopee_row("260605K7Q2M8XQ")], "b.csv")
    assert holds(gathered(bad, good)) == []
    assert holds(gathered(good, bad)) == [(CYCLES["shopee"], "settlement-row-refused")]  # the newer one cannot be read
    alone = settled("shopee", tmp_path, [shopee_row("260605K7Q2M8XZ") | {"ค่าคอมมิชชั่น": "39B"}], "d.csv")
    assert holds(gathered(good, alone)) == [(CYCLES["shopee"], "settlement-row-refused")]
    # Two rows of one order, one of them not readable: a file that has only one of them is not enough.
    one = shopee_row() | {"ค่าคอมมิชชั่น": "-40", "จำนวนเงินทั้งหมดที่โอนแล้ว (฿)": "508.19"}
    pair = settled("shopee", tmp_path, [shopee_row() | {"ค่าคอมมิชชั่น": "39B"}, one], "pair.csv")
    held = [(CYCLES["shopee"], "settlement-row-refused")]
    assert holds(gathered(pair, settled("shopee", tmp_path, [one], "part.csv"))) == held
    assert holds(gathered(pair, settled("shopee", tmp_path, [one, shopee_row()], "both.csv"))) == []
    no_day = settled("shopee", tmp_path, [shopee_row(), shopee_row("260605K7Q2M8XQ", "soon")], "c.csv")
    assert holds(gathered(no_day)) == [(CYCLES["shopee"], "settlement-row-refused")]


def test_remarks_and_totals_below_the_rows_are_left_out_and_told(tmp_path: Path) -> None:
    lines = [*table("shopee", ROWS["shopee"]), ["รวม", *[""] * 16, "509.19"], ["", "หมายเหตุ: ยอดนี้รวมภาษีแล้ว"]]
    lines[-2] = [cell for cell, _ in zip([*lines[-2], *[""] * 18], lines[0], strict=False)]
    frames = frames_of("shopee", tmp_path, csv_file(lines), "income.csv")
    assert [note for note in frames.notes if "left out" in note] == [
        "Totals rows left out: 1 (row 3).", "Rows without order, day and amount left out: 1 (row 4).",
    ]  # fmt: skip
    assert (frames.orders.height, holds(gathered(frames))) == (1, [])


def test_ids_a_spreadsheet_has_cut_refuse_the_file(tmp_path: Path) -> None:
    with pytest.raises(MalformedFile, match="cut by a spreadsheet"):
        settled("tiktok", tmp_path, [tiktok_row("5.80123E+17")])


ORDERS: dict[str, Any] = {
    "shopee": [shopee() | {"โค้ดส่วนลดชำระโดยผู้ขาย": "30", "จำนวนเงินทั้งหมด": "606"}],
    "lazada": [lazada("998877665544332")],
    "tiktok": [tiktok()],
}


@pytest.mark.parametrize("market", MARKETS)
def test_orders_and_their_settlement_meet(market: str, tmp_path: Path) -> None:
    orders = read(market, tmp_path, ORDERS[market])
    made = gathered(orders, settled(market, tmp_path, ROWS[market]))
    assert made.orders["record_kind"].to_list() == ["sale", "purchase"]
    assert made.orders["order_no"].to_list() == [0, 1]
    codes = made.findings["code"].to_list()
    assert "settled-differs" not in codes
    assert "settled-order-unknown" not in codes
    assert made.payments["order_no"].to_list() == [1]


def test_another_price_than_the_orders_is_told(tmp_path: Path) -> None:
    orders = read("lazada", tmp_path, ORDERS["lazada"])
    rows = lazada_rows()
    rows[0]["จำนวนเงิน(รวมภาษี)"] = "222.00"
    (said,) = (
        gathered(orders, settled("lazada", tmp_path, rows))
        .findings.filter(pl.col("code") == "settled-differs")
        .iter_rows(named=True)
    )
    assert (said["order_key"], said["amount_minor"]) == ("lazada:main:876543210987654", -1200)


def test_orders_nobody_has_exported_are_told_with_their_sum(tmp_path: Path) -> None:
    made = gathered(
        read("shopee", tmp_path, ORDERS["shopee"]),
        settled("shopee", tmp_path, [shopee_row(), shopee_row("2606050000000X")]),
    )
    (said,) = made.findings.filter(pl.col("code") == "settled-order-unknown").iter_rows(named=True)
    assert (said["value"], said["amount_minor"], said["severity"]) == ("2606050000000X", 50919, "warning")


def test_purchases_stand_among_the_orders_by_their_day(tmp_path: Path) -> None:
    orders = read(
        "shopee", tmp_path, [shopee("260605K7Q2M8XP"), shopee("260620K7Q2M8XR") | {"วันที่ทำการสั่งซื้อ": "2026-06-20 10:00"}]
    )
    made = gathered(orders, settled("shopee", tmp_path, ROWS["shopee"]))
    assert made.orders["record_kind"].to_list() == ["sale", "purchase", "sale"]
    assert made.lines["order_no"].is_sorted()
    assert made.lines.filter(pl.col("order_no") == 2)["sku"].to_list() == ["CT01"]


LEG_NAMES = {"ยอดรวมค่าสินค้า": "", "หักค่าธรรมเนียมการขายสินค้า": "fee", "คืนส่วนลดค่าธรรมเนียมการขายสินค้า": "fee",
             "ค่าธรรมเนียมการชำระเงิน": "fee", "หักเงินค่าสินค้า (คืนสินค้า)": "", "ส่วนต่างค่าจัดส่ง": "fee"}  # fmt: skip
legs = st.lists(
    st.tuples(st.integers(1, 2), st.integers(1, 6), st.integers(1, 3), st.sampled_from(sorted(LEG_NAMES)), st.integers(-99_999, 99_999)),
    min_size=1, max_size=14,
)  # fmt: skip


@examples(20)
@given(legs, st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), max_size=3))
def test_downloads_of_any_days_add_up_to_the_plain_sum(
    tmp_path_factory: pytest.TempPathFactory, given_legs: list[Any], spans: list[tuple[int, int]]
) -> None:
    """Against plain sums in Python: whatever days each download covers, every leg counts once in its cycle."""
    folder = tmp_path_factory.mktemp("spans")
    whole = [(1, 6), *((min(span), max(span)) for span in spans)]
    files = []
    for place, (first, last) in enumerate(whole):
        inside = [leg for leg in given_legs if first <= leg[1] <= last]
        rows = [
            lazada_leg(name, _baht(minor), f"87{order}", f"TH{cycle}", f"{day:02d} Jun 2026")
            for cycle, day, order, name, minor in inside
        ]
        if rows:
            files.append(settled("lazada", folder, rows, f"{place}.csv"))
    made = gathered(*reversed(files))
    for cycle in {leg[0] for leg in given_legs}:
        (record,) = made.orders.filter(pl.col("order_number") == f"TH{cycle}").iter_rows(named=True)
        back = made.orders.filter(pl.col("order_number") == f"TH{cycle}-CREDIT")
        given_back = int(back["total_minor"].sum())
        assert record["total_minor"] - given_back == -sum(
            leg[4] for leg in given_legs if leg[0] == cycle and LEG_NAMES[leg[3]]
        )
        lines = made.lines.filter(pl.col("order_no") == record["order_no"])
        assert int(lines["amount_minor"].sum()) == record["total_minor"]
        assert (lines["amount_minor"] > 0).all()
        own = made.lines.filter(pl.col("order_no").is_in(back["order_no"].implode()))
        assert int(own["amount_minor"].sum()) == given_back
    paid = made.payments.group_by("reference").agg(pl.col("amount_minor").sum())
    for order, minor in paid.iter_rows():
        assert minor == sum(leg[4] for leg in given_legs if f"87{leg[2]}" == order)


def _baht(minor: int) -> str:
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02d}"


text = st.text(st.characters(exclude_characters='\x00\r\n"\t', exclude_categories=("Cs",)), max_size=12)


@examples(20)
@given(st.sampled_from(MARKETS), st.data())
def test_whatever_a_cell_says_no_fee_and_no_sum_is_lost(
    tmp_path_factory: pytest.TempPathFactory, market: str, data: st.DataObject
) -> None:
    """One cell of a good file says anything: its row is read with its sum, held, or refused by name; never silently gone."""
    good = {
        "shopee": shopee_row("260605K7Q2M8XQ"),
        "tiktok": tiktok_row("580123456789012346"),
        "lazada": lazada_rows("2")[0],
    }
    rows = [dict(ROWS[market][0]), good[market]]
    column = data.draw(st.sampled_from(sorted(rows[0])))
    rows[0][column] = data.draw(text)
    try:
        frames = settled(market, tmp_path_factory.mktemp("cells"), rows)
    except MalformedFile as error:
        assert "income.csv" in str(error)
        return
    (stated,) = frames.stated
    assert stated.orders + ("left out: 1" in " ".join(frames.notes)) == 2
    assert frames.orders.height + stated.refused_orders == stated.orders
    assert all(control.difference_minor == 0 for control in stated.controls)
    made = gathered(frames)
    refused = frames.findings.filter(pl.col("severity") == "refused")
    if refused.height and made.orders.height:
        keys = refused["order_key"].drop_nulls().str.extract("purchase:([^/]+)/").to_list()
        held = {cycle for cycle, code in holds(made) if code == "settlement-row-refused"}
        assert held >= {key for key in keys if key in made.orders["order_number"].to_list()}
        assert keys or held
    total = int(frames.orders["total_minor"].sum() or 0)
    assert (
        int(frames.lines["amount_minor"].sum() or 0) == total
        or any(code == "does-not-foot" for _, code in holds(made))
        or abs(int(frames.lines["amount_minor"].sum()) - total) <= frames.orders.height
    )
