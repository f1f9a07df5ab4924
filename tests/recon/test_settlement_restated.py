"""The same row of a settlement with another amount in a later file: held, not counted twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from recon.frames.canonical import CanonicalFrames
from tests.recon.marketplace_files import read
from tests.recon.settlement_files import settled, shopee_row
from tests.recon.test_plan_settlements import BUYS, gathered, on_its_way, planned

CYCLE = "SHOPEE-2026-06-11"
CORRECTED = shopee_row() | {"ค่าคอมมิชชั่น": "-40", "จำนวนเงินทั้งหมดที่โอนแล้ว (฿)": "508.19"}
"""The row with one baht more of commission."""


def judged(*parts: CanonicalFrames) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The findings about restated rows, and what becomes of the payout."""
    made = planned(gathered(*parts), record_kinds=["sale", "purchase"], purchases=BUYS)
    cycle = made.results.filter(pl.col("order_key").str.ends_with(CYCLE))
    return list(made.findings.filter(pl.col("code") == "settlement-restated").iter_rows(named=True)), cycle.row(
        0, named=True
    )


def test_a_corrected_row_of_a_later_file_holds_its_payout(tmp_path: Path) -> None:
    orders, first = read("shopee", tmp_path, [on_its_way()]), settled("shopee", tmp_path, [shopee_row()], "a.csv")
    assert judged(orders, first)[1]["disposition"] == "documents"
    later = settled("shopee", tmp_path, [CORRECTED], "b.csv")
    (said,), cycle = judged(orders, first, later)
    assert str(said["order_key"]).endswith(CYCLE)
    assert (said["value"], said["amount_minor"], said["file"]) == ("260605K7Q2M8XP", -100, later.orders["file"][0])
    assert "508.19 here, 509.19 in file " + str(first.orders["file"][0]) in str(said["detail"])
    assert (cycle["disposition"], cycle["reason"]) == ("held", "settlement-restated")


def test_two_rows_that_one_file_has_both_of_are_two_rows(tmp_path: Path) -> None:
    orders = read("shopee", tmp_path, [on_its_way()])
    both = settled("shopee", tmp_path, [shopee_row(), CORRECTED], "both.csv")
    part = settled("shopee", tmp_path, [CORRECTED], "part.csv")
    found, cycle = judged(orders, both, part)
    assert (found, cycle["disposition"]) == ([], "documents"), "a download that was filtered takes nothing away"
    apart = [settled("shopee", tmp_path, [row], f"{n}.csv") for n, row in enumerate((shopee_row(), CORRECTED))]
    assert judged(orders, *apart)[0]
    assert judged(orders, *apart, both)[0] == [], "a later download shows that both are right"


def test_a_payout_entered_by_hand_is_settled(tmp_path: Path) -> None:
    orders = read("shopee", tmp_path, [on_its_way()])
    apart = [settled("shopee", tmp_path, [row], f"{n}.csv") for n, row in enumerate((shopee_row(), CORRECTED))]
    frames = gathered(orders, *apart)
    (key,) = frames.orders.filter(pl.col("record_kind") == "purchase")["order_key"]
    rules: dict[str, Any] = {"record_kinds": ["sale", "purchase"], "purchases": BUYS}
    made = planned(frames, decisions=[(key, "by-hand", "EX-77", None)], **rules)
    (result,) = made.results.filter(pl.col("order_key") == key).iter_rows(named=True)
    assert (result["disposition"], result["reason"], result["held_minor"]) == ("posted", "by-hand", 0)
