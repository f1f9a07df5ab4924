"""Filtered and overlapping settlement files: whatever was left out of each, every true row counts once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.normalize.merge import combine
from recon.normalize.settlements import gather_settlements
from tests.recon.settlement_files import lazada_leg, settled, shopee_row
from tests.trying import examples

COMMISSION, NET = "ค่าคอมมิชชั่น", "จำนวนเงินทั้งหมดที่โอนแล้ว (฿)"
REFUND = shopee_row() | {
    "สินค้าราคาปกติ": "0", "ส่วนลดสินค้าจากผู้ขาย": "0", "โค้ดส่วนลดที่ออกโดยผู้ขาย": "0", "ค่าจัดส่งที่ชำระโดยผู้ซื้อ": "0",
    "ค่าจัดส่งที่ Shopee ชำระโดยชื่อของคุณ": "0", "ค่าธรรมเนียมโครงสร้างพื้นฐานแพลตฟอร์ม": "0", "ค่าธุรกรรมการชำระเงิน": "0",
    "จำนวนเงินที่ทำการคืนให้ผู้ซื้อ": "-100", COMMISSION: "6.42", NET: "-93.58",
}  # fmt: skip


@pytest.mark.parametrize("market", ["shopee", "lazada"])
@pytest.mark.parametrize("sequence", ["AB", "BA", "AC", "CA", "BCA", "ABC"])
def test_a_filtered_file_takes_no_row_and_gives_none_twice(market: str, sequence: str, tmp_path: Path) -> None:
    pair = {
        "shopee": [shopee_row(), REFUND],
        "lazada": [lazada_leg("หักค่าธรรมเนียมการขายสินค้า", "-96.81"), lazada_leg("หักค่าธรรมเนียมการขายสินค้า", "6.42")],
    }[market]
    rows = {"A": pair, "B": pair[1:], "C": pair[::-1]}
    made = gather_settlements(combine([settled(market, tmp_path, rows[one], f"{one}.csv") for one in sequence]))
    assert made.orders["total_minor"].to_list() == [9681 - 642]


true_rows = st.lists(st.tuples(st.integers(1, 2), st.integers(-3, 3)), min_size=1, max_size=6)


@examples(20)
@given(st.sampled_from(["shopee", "lazada"]), st.data())
def test_files_of_any_of_the_rows_in_any_order_are_their_union(
    tmp_path_factory: pytest.TempPathFactory, market: str, data: st.DataObject
) -> None:
    """Equal rows are as many as the file with the most of them has."""
    rows = data.draw(true_rows)
    files = data.draw(
        st.lists(st.lists(st.sampled_from(range(len(rows))), unique=True, min_size=1), min_size=1, max_size=4)
    )
    union: Counter[tuple[int, int]] = Counter()
    for file in files:
        union |= Counter(rows[place] for place in file)
    folder = tmp_path_factory.mktemp("union")
    parts = [
        settled(market, folder, [_row(market, *rows[place]) for place in file], f"{number}.csv")
        for number, file in enumerate(files)
    ]
    made = gather_settlements(combine(parts))
    fees = made.orders.filter(made.orders["record_kind"].is_in(["purchase", "purchase_return"]))
    signed = sum(
        row["total_minor"] * (-1 if row["record_kind"] == "purchase_return" else 1)
        for row in fees.iter_rows(named=True)
    )
    assert signed == -sum(baht * 100 * count for (_, baht), count in union.items())


def _row(market: str, order: int, baht: int) -> dict[str, Any]:
    if market == "lazada":
        return lazada_leg("หักค่าธรรมเนียมการขายสินค้า", f"{baht}.00", f"87{order}")
    blank = {name: "0" for name, text in REFUND.items() if text.lstrip("-").replace(".", "").isdigit()}
    return REFUND | blank | {"หมายเลขคำสั่งซื้อ": f"26060{order}K7Q2M8XP", COMMISSION: f"{baht}", NET: f"{baht}"}
