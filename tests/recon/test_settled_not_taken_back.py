"""An order or its returns say that money went back, and the settlements paid for its goods in full."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from recon.frames.canonical import CanonicalFrames
from tests.recon.marketplace_files import read
from tests.recon.settlement_files import settled, shopee_row
from tests.recon.test_plan_settlements import KEY, codes, gathered, on_its_way, planned, refund_row, steps

CODE = "settled-not-taken-back"


def order(tmp_path: Path, refunded: int) -> CanonicalFrames:
    frames = read("shopee", tmp_path, [on_its_way()])
    return replace(frames, orders=frames.orders.with_columns(refunded_minor=pl.lit(refunded, dtype=pl.Int64)))


@pytest.mark.parametrize(("refunded", "apart"), [(60600, 56800), (10000, 10000)])
def test_a_refund_no_settlement_takes_back_names_both_files(refunded: int, apart: int, tmp_path: Path) -> None:
    orders, paid = order(tmp_path, refunded), settled("shopee", tmp_path, [shopee_row()])
    found = planned(gathered(orders, paid)).findings.filter(pl.col("code") == CODE)
    (said,) = found.iter_rows(named=True)
    assert (said["order_key"], said["value"], said["severity"]) == (KEY, "SHOPEE-2026-06-11", "warning")
    assert said["amount_minor"] == apart
    assert said["file"] == paid.orders["file"][0] != orders.orders["file"][0]
    assert f"(file {orders.orders['file'][0]}, row {orders.orders['row'][0]})" in said["detail"]


def test_a_refund_that_a_settlement_takes_back_is_explained(tmp_path: Path) -> None:
    rows = settled("shopee", tmp_path, [shopee_row(), refund_row("606")])
    assert CODE not in codes(planned(gathered(order(tmp_path, 60600), rows)))


def test_an_order_without_a_refund_and_one_that_is_cancelled_say_nothing_here(tmp_path: Path) -> None:
    paid = settled("shopee", tmp_path, [shopee_row()])
    assert CODE not in codes(planned(gathered(order(tmp_path, 0), paid)))
    cancelled = read("shopee", tmp_path, [on_its_way() | {"สถานะการสั่งซื้อ": "ยกเลิกแล้ว"}])
    assert CODE not in codes(planned(gathered(cancelled, paid)))


def test_what_is_told_holds_nothing_back(tmp_path: Path) -> None:
    paid = settled("shopee", tmp_path, [shopee_row()])
    assert steps(planned(gathered(order(tmp_path, 60600), paid))) == ["receipt", "credit_note"]
