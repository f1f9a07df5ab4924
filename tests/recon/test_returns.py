"""Returns files of marketplaces: attached to their orders whatever comes first, told where they cannot be, counted once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from recon.frames.canonical import CanonicalFrames
from recon.normalize import combine
from recon.normalize.returns import attach_returns
from recon.normalize.sequence import chronological
from tests.recon.marketplace_files import lazada, read, shopee, tiktok

SHOPEE = "260605K7Q2M8XP"
LAZADA = "876543210987654"
TIKTOK = "580123456789012345"


def shopee_return(number: str, order: str = SHOPEE, state: str = "คืนเงินแล้ว", amount: str = "299.00", on: str = "2026-06-12 13:39") -> dict[str, Any]:  # fmt: skip
    return {"หมายเลขคำขอคืนเงิน/คืนสินค้า": number, "หมายเลขคำสั่งซื้อ": order, "สถานะการคืนเงินหรือคืนสินค้า": state,
            "เวลายื่นคำขอคืนเงิน/คืนสินค้า": "2026-06-08 18:45", "จำนวนเงินคืนทั้งหมด": amount, "เวลาที่คืนเงิน": on}  # fmt: skip


def lazada_return(number: str, item: str, status: str = "Refunded", amount: str = "222.00") -> dict[str, Any]:
    return {"Order ID": LAZADA, "Return Order ID": number, "Return Order Date": "2026-06-08 16:35:39", "Order Item ID": item,
            "Seller SKU ID": "CT01", "Item Name": "เสื้อยืด", "Refund Amount": amount, "Status": status}  # fmt: skip


def tiktok_return(number: str, price: str = "฿110.00", quantity: int = 1, **cells: Any) -> dict[str, Any]:
    return {"Return Order ID": f"{number}\t", "Order ID": f"{TIKTOK}\t", "Time Requested": "07/06/2026 20:58:44\t", "Seller SKU": "CT01",
            "Product Name": "เสื้อยืด", "Return unit price": price, "Return Quantity": quantity, "Return Status": "Completed",
            "Refund Time": "08/06/2026 16:58:12\t", **cells}  # fmt: skip


def together(*parts: CanonicalFrames) -> CanonicalFrames:
    frames = attach_returns(chronological(combine(parts)))
    assert frames.orders["order_no"].to_list() == list(range(frames.orders.height))
    for part in (frames.lines, frames.refunds):
        assert part["order_no"].is_sorted()
        assert set(part["order_no"]) <= set(frames.orders["order_no"])
    return frames.checked()


def codes(frames: CanonicalFrames) -> list[str]:
    return frames.findings.filter(pl.col("code").str.starts_with("re"))["code"].sort().to_list()


@pytest.mark.parametrize("returns_first", [False, True])
def test_a_refund_goes_to_its_order_with_its_day(returns_first: bool, tmp_path: Path) -> None:
    parts = [
        read("shopee", tmp_path, [shopee()]),
        read("shopee", tmp_path, [shopee_return("2606080R7T2Q9K1")], kind="returns"),
    ]
    frames = together(*(reversed(parts) if returns_first else parts))
    (order,) = frames.orders.iter_rows(named=True)
    assert (order["order_number"], order["refunded_minor"], order["total_minor"]) == (SHOPEE, 29900, 63600)
    (refund,) = frames.refunds.iter_rows(named=True)
    assert (refund["refunded_on"].isoformat(), refund["amount_minor"], refund["reason"]) == (
        "2026-06-12",
        29900,
        "2606080R7T2Q9K1",
    )
    assert codes(frames) == []


def test_the_same_returns_file_twice_counts_once(tmp_path: Path) -> None:
    orders, returns = read("shopee", tmp_path, [shopee()]), [shopee_return("R1"), shopee_return("R2", amount="99.00")]
    part = read("shopee", tmp_path, returns, kind="returns")
    later = read("shopee", tmp_path, [*returns, shopee_return("R3", amount="1.00")], kind="returns")
    assert together(orders, part, part, later).orders["refunded_minor"].to_list() == [29900 + 9900 + 100]


def test_requests_and_withdrawn_ones_move_nothing(tmp_path: Path) -> None:
    returns = [shopee_return("R1", state="รอการตรวจสอบ", on=""), shopee_return("R2", state="ยกเลิกคำขอ", on="")]
    frames = together(read("shopee", tmp_path, [shopee()]), read("shopee", tmp_path, returns, kind="returns"))
    assert frames.orders["refunded_minor"].to_list() == [0]
    assert codes(frames) == ["return-requested"]


def test_a_state_nobody_knows_holds_the_order(tmp_path: Path) -> None:
    returns = read("shopee", tmp_path, [shopee_return("R1", state="กำลังพิจารณา")], kind="returns")
    frames = together(read("shopee", tmp_path, [shopee()]), returns)
    held = frames.findings.filter(pl.col("severity") == "hold").select("code", "order_key").rows()
    assert held == [("return-unclear", f"shopee:main:{SHOPEE}")]


def test_a_refund_without_its_order_stays_and_is_told(tmp_path: Path) -> None:
    returns = read("shopee", tmp_path, [shopee_return("R1", order="260101AAAAAAAA")], kind="returns")
    frames = together(read("shopee", tmp_path, [shopee()]), returns)
    assert frames.orders["record_kind"].to_list() == ["sale", "sale_return"]
    assert codes(frames) == ["return-without-order"]


def test_pieces_that_came_back_wait_for_the_amount(tmp_path: Path) -> None:
    orders = read("shopee", tmp_path, [shopee() | {"จำนวนที่ส่งคืน": 1}])
    assert codes(together(orders)) == ["return-amount-unknown"]
    frames = together(orders, read("shopee", tmp_path, [shopee_return("R1")], kind="returns"))
    assert codes(frames) == []


@pytest.mark.parametrize(("own", "expected", "said"), [("110", 11000, []), ("0", 11000, []), ("200", 20000, ["refund-differs", "refund-undated"]), ("50", 11000, ["refund-differs"])])  # fmt: skip
def test_an_orders_own_refund_and_its_returns_count_once(
    own: str, expected: int, said: list[str], tmp_path: Path
) -> None:
    orders = read("tiktok", tmp_path, [tiktok(**{"Order Refund Amount": own})])
    frames = together(orders, read("tiktok", tmp_path, [tiktok_return("403500112233")], kind="returns"))
    assert frames.orders["refunded_minor"].to_list() == [expected]
    assert frames.refunds["amount_minor"].sum() == expected
    assert codes(frames) == said


def test_tiktok_multiplies_price_and_pieces(tmp_path: Path) -> None:
    returns = [tiktok_return("403500112233", quantity=2), tiktok_return("403500112233", price="฿1,000.50")]
    frames = read("tiktok", tmp_path, returns, kind="returns")
    assert frames.orders["total_minor"].to_list() == [2 * 11000 + 100050]
    refused = read("tiktok", tmp_path, [tiktok_return("403500112233", quantity="two")], kind="returns")  # type: ignore[arg-type]
    assert refused.orders.height == 0
    assert refused.findings.filter(pl.col("severity") == "refused").height >= 1


@pytest.mark.parametrize(
    ("second", "returns", "refunded", "said"),
    [
        ("confirmed", [lazada_return("7001", "2")], 22200, []),  # the orders do not know yet
        ("returned", [lazada_return("7001", "2")], 0, []),  # the orders count without it already
        ("returned", [lazada_return("7001", "2"), lazada_return("7002", "1")], 0, ["return-newer"]),
        ("returned", [lazada_return("7001", "2", "ReturnClosed")], 0, []),
        ("confirmed", [lazada_return("7001", "2", "ReturnClosed")], 0, ["return-unclear"]),
    ],
)
def test_a_piece_that_came_back_counts_once(
    second: str, returns: list[dict[str, Any]], refunded: int, said: list[str], tmp_path: Path
) -> None:
    orders = read("lazada", tmp_path, [lazada("1"), lazada("2", status=second)])
    frames = together(orders, read("lazada", tmp_path, returns, kind="returns"))
    assert frames.orders["refunded_minor"].to_list() == [refunded]
    assert codes(frames) == said


def test_orders_of_other_platforms_are_left_alone(tmp_path: Path) -> None:
    frames = read("shopee", tmp_path, [shopee()])
    assert attach_returns(frames) is frames
