"""What a plan makes of settlements: orders they name are paid, the others wait or are missed, their fees are expenses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from recon.frames.canonical import CanonicalFrames
from recon.frames.schemas import DECISIONS
from recon.normalize.merge import combine
from recon.normalize.returns import attach_returns
from recon.normalize.settled_refunds import judge_refunds
from recon.normalize.settlements import gather_settlements
from recon.plan.inputs import Plan
from recon.plan.plan import build_plan
from tests.recon.marketplace_files import lazada, read, shopee
from tests.recon.plan_shop import ABLE, codes, connection, inputs, posted_from, steps
from tests.recon.settlement_files import lazada_rows, settled, shopee_row

BUYS: dict[str, Any] = {
    "account": "510111", "suppliers": {"Shopee": "V00001", "Lazada": "V00001"}, "withholds": True,
    "by_sku": {"fee:shipping": {"account": "530101", "vat": "none", "withholding_percent": "1"}},
}  # fmt: skip
LIMITS = replace(ABLE, kinds=ABLE.kinds | {"expense", "expense_payment"})


def planned(
    frames: CanonicalFrames,
    source: str = "shopee",
    decisions: Sequence[tuple[str, str, str | None, int | None]] = (),
    posted: pl.DataFrame | None = None,
    **settings: Any,
) -> Plan:
    rules = connection(source=source, **settings)
    given = inputs([], connection=rules, product_links=[("ct01", "P001", None, None)], limits=LIMITS,
                   channel_links=[(source, "EWL001", "113105")])  # fmt: skip
    return build_plan(
        replace(
            given,
            orders=frames.orders,
            lines=frames.lines,
            payments=frames.payments,
            refunds=frames.refunds,
            findings=frames.findings,
            decisions=pl.DataFrame(decisions, schema=DECISIONS, orient="row"),
            posted=given.posted if posted is None else posted,
        )
    )


def gathered(*parts: CanonicalFrames) -> CanonicalFrames:
    return judge_refunds(attach_returns(gather_settlements(combine(parts))))


def on_its_way(number: str = "260605K7Q2M8XP", **cells: Any) -> dict[str, Any]:
    voucher = {"โค้ดส่วนลดชำระโดยผู้ขาย": "30", "จำนวนเงินทั้งหมด": "606", "สถานะการสั่งซื้อ": "การจัดส่ง"}
    return shopee(number) | voucher | cells


@pytest.mark.parametrize("counts", ["settled", "completed", "delivered"])
def test_an_order_a_settlement_names_is_paid_under_every_setting(counts: str, tmp_path: Path) -> None:
    orders = read("shopee", tmp_path, [on_its_way()])
    rules: dict[str, Any] = {"marketplace": {"counts_as_paid": counts}}
    assert steps(planned(gathered(orders), **rules)) == []
    assert steps(planned(gathered(orders, settled("shopee", tmp_path, [shopee_row()])), **rules)) == ["receipt"]


def test_only_settled_orders_are_paid_where_only_settlements_prove_it(tmp_path: Path) -> None:
    orders = read("shopee", tmp_path, [shopee(), shopee("260605K7Q2M8XQ")])
    rules: dict[str, Any] = {"marketplace": {"counts_as_paid": "settled"}}
    made = planned(gathered(orders, settled("shopee", tmp_path, [shopee_row()])), **rules)
    assert made.documents["order_number"].to_list() == ["260605K7Q2M8XP"]
    assert "payment-status-unknown" in codes(made)  # the other one
    (said,) = made.findings.filter(pl.col("code") == "counted-as-paid")["detail"]
    assert said.endswith("Proved by settlements: 1.")


def test_the_payout_is_the_day_of_payment_only_where_nothing_else_proves_it(tmp_path: Path) -> None:
    frames = gathered(read("lazada", tmp_path, [lazada("998877665544332")]), settled("lazada", tmp_path, lazada_rows()))
    for counts, day in (("settled", dt.date(2026, 6, 8)), ("completed", dt.date(2026, 6, 3))):
        made = planned(
            frames,
            "lazada",
            marketplace={"counts_as_paid": counts},
            charges={"default": {"platform_voucher": "spread"}},
        )
        assert made.documents.filter(pl.col("kind") == "receipt")["issued_on"].to_list() == [day]


def test_what_was_taken_back_is_not_paid_because_it_was_settled_once(tmp_path: Path) -> None:
    orders = read("lazada", tmp_path, [lazada("998877665544332", status="returned")])
    made = planned(gathered(orders, settled("lazada", tmp_path, lazada_rows())), "lazada")
    assert steps(made) == []
    assert "returned-not-refunded" not in codes(made)


def test_fees_become_an_expense_with_shipping_apart(tmp_path: Path) -> None:
    frames = gathered(read("shopee", tmp_path, [on_its_way()]), settled("shopee", tmp_path, [shopee_row()]))
    made = planned(frames, record_kinds=["sale", "purchase"], purchases=BUYS)
    assert steps(made) == ["receipt", "expense", "expense_payment"]
    _, expense, payment = made.documents.iter_rows(named=True)
    lines = made.lines.filter(pl.col("doc_no") == expense["doc_no"]).select(
        "account_code", "vat_code", "amount_minor", "wht_minor"
    )
    assert sorted(lines.rows()) == [
        ("510111", "vat7", 100, 0), ("510111", "vat7", 1881, 0), ("510111", "vat7", 3900, 0), ("530101", "none", 3800, 38),
    ]  # fmt: skip
    assert (expense["total_minor"], expense["vat_minor"], expense["issued_on"]) == (9681, 385, dt.date(2026, 6, 11))
    assert (payment["paid_minor"], payment["payment_method"]) == (9681 - 38, "EWL001")
    # What the order brought in less what was billed is what the marketplace transferred.
    receipt = made.documents.row(0, named=True)
    assert receipt["total_minor"] - expense["total_minor"] == 50919


def test_a_held_cycle_bills_nothing_and_proves_nothing(tmp_path: Path) -> None:
    row = shopee_row() | {"จำนวนเงินทั้งหมดที่โอนแล้ว (฿)": "500.00"}
    made = planned(
        gathered(read("shopee", tmp_path, [on_its_way()]), settled("shopee", tmp_path, [row])),
        record_kinds=["sale", "purchase"],
        purchases=BUYS,
    )
    assert steps(made) == []
    assert "settlement-leg-unknown" in codes(made)


@pytest.mark.parametrize(("after", "missed"), [(0, []), (10, ["260605K7Q2M8XQ"]), (40, [])])
def test_completed_orders_no_settlement_names_are_listed_after_so_many_days(
    after: int, missed: list[str], tmp_path: Path
) -> None:
    late = {"เวลาที่ทำการสั่งซื้อสำเร็จ": "2026-06-10 09:00"}
    orders = read("shopee", tmp_path, [shopee() | late, shopee("260605K7Q2M8XQ") | late, on_its_way("260605K7Q2M8XR")])
    rules: dict[str, Any] = {"marketplace": {"unsettled_after_days": after}}
    made = planned(gathered(orders, settled("shopee", tmp_path, [shopee_row()])), **rules)
    assert made.findings.filter(pl.col("code") == "order-not-settled")["value"].to_list() == missed
    assert "order-not-settled" not in codes(planned(gathered(orders), **rules))  # before the first settlement


def test_a_group_given_back_is_a_credit_of_its_own_and_the_charged_groups_are_billed(tmp_path: Path) -> None:
    back = shopee_row() | {"ค่าคอมมิชชั่น": "20", "จำนวนเงินทั้งหมดที่โอนแล้ว (฿)": "568.19"}
    frames = gathered(read("shopee", tmp_path, [on_its_way()]), settled("shopee", tmp_path, [back]))
    rules: dict[str, Any] = {"record_kinds": ["sale", "purchase"], "purchases": BUYS}
    made = planned(frames, **rules)
    assert steps(made) == ["receipt", "expense", "expense_payment"]
    assert made.documents.filter(pl.col("kind") == "expense")["total_minor"].to_list() == [1881 + 100 + 3800]
    credit = made.results.filter(pl.col("order_key").str.ends_with("-CREDIT"))
    assert credit.select("disposition", "reason", "held_minor").rows() == [("held", "supplier-credit-by-hand", -2000)]
    # By hand settles the credit only; the charged fees go out all the same.
    key = credit["order_key"].item()
    by_hand = planned(frames, decisions=[(key, "by-hand", "CN-1", -2000)], **rules)
    assert steps(by_hand) == ["receipt", "expense", "expense_payment"]
    assert by_hand.results.filter(pl.col("order_key") == key).select(
        "disposition", "posted_minor", "held_minor"
    ).rows() == [("posted", -2000, 0)]


def refund_row(amount: str, number: str = "260605K7Q2M8XP", day: str = "2026-06-18") -> dict[str, str]:
    """What a payout takes back of an order, and nothing else."""
    cells = shopee_row(number, day)
    zeros = dict.fromkeys(list(cells)[4:], "0")
    return cells | zeros | {"จำนวนเงินที่ทำการคืนให้ผู้ซื้อ": f"-{amount}", "จำนวนเงินทั้งหมดที่โอนแล้ว (฿)": f"-{amount}"}


KEY = "shopee:main:260605K7Q2M8XP"


def test_a_refund_only_a_settlement_shows_holds_its_order(tmp_path: Path) -> None:
    orders = read("shopee", tmp_path, [on_its_way()])
    frames = gathered(orders, settled("shopee", tmp_path, [shopee_row(), refund_row("606")]))
    made = planned(frames)
    assert steps(made) == []  # the receipt that was not posted yet waits too
    (said,) = made.findings.filter(pl.col("code") == "settled-refund").iter_rows(named=True)
    assert (said["order_key"], said["value"], said["amount_minor"], said["row"]) == (
        KEY,
        "SHOPEE-2026-06-18",
        -60600,
        3,
    )
    assert said["file"] == frames.orders.filter(pl.col("record_kind") == "purchase")["file"][0]
    assert "606.00 of order 260605K7Q2M8XP went back to the buyer in SHOPEE-2026-06-18" in said["detail"]


def test_a_posted_receipt_is_credited_once_a_person_confirms_the_refund(tmp_path: Path) -> None:
    orders = read("shopee", tmp_path, [on_its_way()])
    paid = [shopee_row()]
    first = planned(gathered(orders, settled("shopee", tmp_path, paid)))
    posted = posted_from(first)
    frames = gathered(orders, settled("shopee", tmp_path, [*paid, refund_row("606")], "b.csv"))
    held = planned(frames, posted=posted)
    assert steps(held) == []
    assert held.results.filter(pl.col("order_key") == KEY).select("disposition", "reason", "held_minor").rows() == [
        ("held", "settled-refund", -60600)
    ]
    assert steps(planned(frames, posted=posted, decisions=[(KEY, "credit", None, None)])) == ["credit_note"]
    by_hand = planned(frames, posted=posted, decisions=[(KEY, "by-hand", "CN-1", -60600)])
    assert by_hand.results.filter(pl.col("order_key") == KEY).select("disposition", "held_minor").rows() == [
        ("posted", 0)
    ]


@pytest.mark.parametrize(("stated", "expected"), [(60600, []), (57600, ["settled-refund-differs"])])
def test_a_refund_the_returns_state_as_well_is_explained(stated: int, expected: list[str], tmp_path: Path) -> None:
    orders = read("shopee", tmp_path, [on_its_way()])
    orders = replace(orders, orders=orders.orders.with_columns(refunded_minor=pl.lit(stated, dtype=pl.Int64)))
    made = planned(gathered(orders, settled("shopee", tmp_path, [shopee_row(), refund_row("606")])))
    assert [code for code in codes(made) if code.startswith("settled-")] == expected
    assert "settled-refund" not in codes(made)
    assert made.results["disposition"].to_list()[0] == "documents"


def test_what_a_settlement_paid_for_a_cancelled_order_and_kept_holds_its_credit_note(tmp_path: Path) -> None:
    paid = settled("shopee", tmp_path, [shopee_row()])
    posted = posted_from(planned(gathered(read("shopee", tmp_path, [on_its_way()]), paid)))
    cancelled = read("shopee", tmp_path, [on_its_way() | {"สถานะการสั่งซื้อ": "ยกเลิกแล้ว"}])
    frames = gathered(cancelled, paid)
    held = planned(frames, posted=posted)
    assert steps(held) == []
    (said,) = held.findings.filter(pl.col("code") == "settled-cancelled").iter_rows(named=True)
    assert (said["order_key"], said["value"], said["amount_minor"]) == (KEY, "SHOPEE-2026-06-11", 50919)
    assert steps(planned(frames, posted=posted, decisions=[(KEY, "credit", None, None)])) == ["credit_note"]
    unposted = planned(frames)
    assert "cancelled-but-paid" in codes(unposted)
    # Once a settlement takes it back, the credit note goes out.
    back = settled("shopee", tmp_path, [shopee_row(), refund_row("606")], "b.csv")
    assert steps(planned(gathered(cancelled, back), posted=posted)) == ["credit_note"]
