"""Returns of ZORT find their sale by what they say or by a person's word; what finds none is held; all sums tie."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_shop import ABLE, codes, inputs, line, order, result, steps
from plan_shop import connection as settings_of
from plan_shop import frames as frames_of_orders

from recon.frames.canonical import CanonicalFrames
from recon.frames.findings import findings_from, no_findings
from recon.normalize.return_links import SAID
from recon.normalize.returns import attach_returns
from recon.plan.inputs import Plan, PlanLimits
from recon.plan.plan import build_plan
from tests.trying import examples

ON = settings_of(record_kinds=("sale", "sale_return"))
BACK = dt.date(2026, 6, 20)


def returned(number: str, total: int = 10700, says: str | None = "description=#1001", **columns: Any) -> dict[str, Any]:
    return order(number, line(amount=total), order_key=f"zort:shop:sale_return:{number}", order_number=number,
                 record_kind="sale_return", other_numbers=says, ordered_on=BACK) | columns  # fmt: skip


def together(*orders: dict[str, Any], said: dict[str, str] | None = None, on: bool = True, findings: pl.DataFrame | None = None) -> CanonicalFrames:  # fmt: skip
    parts = frames_of_orders(list(orders))
    whole = CanonicalFrames(**parts, findings=no_findings() if findings is None else findings)
    links = pl.DataFrame(list((said or {}).items()), schema=SAID, orient="row")
    return attach_returns(whole, links, switched_on=on).checked()


def planned(*orders: dict[str, Any], limits: PlanLimits = ABLE, **changes: Any) -> Plan:
    frames = together(*orders, **changes)
    rules = ON if changes.get("on", True) else settings_of()
    given = inputs([], connection=rules, limits=limits)
    whole = {name: getattr(frames, name) for name in ("orders", "lines", "payments", "refunds", "findings")}
    made = build_plan(type(given)(**{**{n: getattr(given, n) for n in given.__dataclass_fields__}, **whole}))
    assert made.controls.ties
    return made


def found(frames: CanonicalFrames, code: str) -> list[tuple[str, int]]:
    rows = frames.findings.filter(pl.col("code") == code)
    return [(row["detail"] or "", row["amount_minor"]) for row in rows.iter_rows(named=True)]


def test_a_return_named_by_its_description_is_a_credit_note_with_its_reason_and_day() -> None:
    made = planned(order("1001"), returned("CN-1"))
    assert steps(made) == ["receipt", "credit_note"]
    credit = made.documents.row(1, named=True)
    assert (credit["issued_on"], credit["total_minor"], credit["remark"].split(" ")[0]) == (BACK, 10700, "ลูกค้าคืนสินค้า")
    (said, amount), = found(together(order("1001"), returned("CN-1")), "return-linked")  # fmt: skip
    assert "Return CN-1 over 107.00" in said and "its description names #1001" in said and amount == 10700


@pytest.mark.parametrize(
    ("says", "how"),
    [
        ("reference=#1001", "field `reference` says #1001"),
        ("referencenumber=1001", "field `referencenumber` says 1001"),  # the id
        ("reference=#1001 description=#1002", "field `reference`"),  # a reference counts before the description
        ("description=CN-1 description=#1001", "description names #1001"),  # its own number is no other
    ],
)
def test_what_names_the_sale_is_said(says: str, how: str) -> None:
    frames = together(order("1001"), order("1002"), returned("CN-1", says=says))
    assert frames.orders["refunded_minor"].to_list() == [10700, 0]
    assert how in found(frames, "return-linked")[0][0]


@pytest.mark.parametrize(
    ("says", "how"),
    [
        (None, "no reference and no word"),
        ("description=#10010", "no reference and no word"),  # not a whole word
        ("description=1001", "no reference and no word"),  # ids count in references only
        ("description=#1001 description=#1002", "2 sales are meant"),
        ("reference=#1001 reference2=#1002", "2 sales are meant"),
        ("reference=#77", "2 sales are meant"),  # one number, two sales
    ],
)
def test_a_return_that_names_no_sale_or_two_is_held_with_its_figures(says: str | None, how: str) -> None:
    sales = [order("1001"), order("1002"), order("3", order_number="#77"), order("4", order_number="#77")]
    made = planned(*sales, returned("CN-1", says=says))
    assert steps(made) == ["receipt"] * 4
    assert (result(made, 4)["disposition"], result(made, 4)["reason"]) == ("held", "return-not-linked")
    assert (result(made, 4)["held_minor"], made.controls.held_minor) == (-10700, -10700)
    (row,) = made.findings.filter(pl.col("code") == "return-not-linked").iter_rows(named=True)
    assert how in row["detail"] and row["amount_minor"] == 10700
    assert "kind-by-hand" not in codes(made)


def test_a_number_of_few_digits_in_a_description_is_no_sale() -> None:
    sale = order("9", order_number="1001")
    assert found(together(sale, returned("CN-1", says="description=1001")), "return-linked") == []
    long = order("9", order_number="202606021")
    assert len(found(together(long, returned("CN-1", says="description=202606021")), "return-linked")) == 1


def test_a_persons_word_counts_before_all_others() -> None:
    sales = [order("1001"), order("1002")]
    frames = together(*sales, returned("CN-1"), said={"zort:shop:sale_return:CN-1": "zort:shop:1002"})
    assert frames.orders["refunded_minor"].to_list() == [0, 10700]
    assert "a person said so" in found(frames, "return-linked")[0][0]
    frames = together(*sales, returned("CN-1"), said={"zort:shop:sale_return:CN-1": "zort:shop:gone"})
    assert "zort:shop:gone, which is not among the sales" in found(frames, "return-not-linked")[0][0]


def test_returns_beyond_their_sale_are_held_and_the_sale_is_posted() -> None:
    made = planned(order("1001"), returned("CN-1", 10000), returned("CN-2", 701))
    assert steps(made) == ["receipt"]
    assert [result(made, place)["held_minor"] for place in (1, 2)] == [-10000, -701]
    (first, _) = made.findings.filter(pl.col("code") == "return-exceeds-sale").iter_rows(named=True)
    assert "107.00" in first["detail"] and "All its returns: 107.01" in first["detail"]


def test_returns_in_parts_that_come_together_are_credited_in_one_note() -> None:
    made = planned(order("1001"), returned("CN-1", 700), returned("CN-2", 10000, ordered_on=BACK + dt.timedelta(1)))
    assert made.documents["total_minor"].to_list() == [10700, 10700]
    assert made.controls.truth_minor == 0


def test_a_voided_return_takes_nothing_off() -> None:
    made = planned(order("1001"), returned("CN-1", order_state="cancelled", payment_state="void"))
    assert (steps(made), made.documents["total_minor"].to_list()) == (["receipt"], [10700])
    assert result(made, 1)["reason"] == "nothing-to-post"


def test_a_voided_return_of_a_returned_sale_holds_the_sale() -> None:
    sale = order("1001", order_state="returned")
    made = planned(sale, returned("CN-1", order_state="cancelled", payment_state="void"))
    assert (result(made, 0)["reason"], result(made, 0)["held_minor"]) == ("returned-not-refunded", 10700)
    assert steps(planned(sale, returned("CN-1"))) == ["receipt", "credit_note"]


def test_a_return_that_is_not_done_is_only_told() -> None:
    frames = together(order("1001"), returned("CN-1", order_state="in_fulfilment"))
    assert (frames.orders.height, frames.orders["refunded_minor"].to_list()) == (1, [0])
    assert found(frames, "return-requested")[0][1] == 10700


def test_a_return_in_a_state_nobody_knows_holds_its_sale() -> None:
    made = planned(order("1001"), returned("CN-1", order_state="unknown"))
    assert (steps(made), result(made, 0)["reason"]) == ([], "return-unclear")


def test_a_return_that_does_not_foot_is_held_and_not_taken_off() -> None:
    bad = returned("CN-1")
    hold = findings_from(pl.DataFrame({"order_key": [bad["order_key"]]}), "does-not-foot")
    made = planned(order("1001"), bad, findings=hold)
    assert (steps(made), result(made, 1)["reason"]) == (["receipt"], "does-not-foot")


def test_an_unpaid_sale_that_came_back_whole_is_none_any_more_and_in_part_it_is_held() -> None:
    sale = order("1001", payment_state="cod_due")
    made = planned(sale, returned("CN-1"))
    assert (steps(made), made.controls.truth_minor) == ([], 0)
    made = planned(sale, returned("CN-1", 700))
    assert (steps(made), result(made, 0)["reason"]) == ([], "return-of-unpaid-sale")


def test_a_return_of_a_cancelled_sale_is_taken_back_once() -> None:
    made = planned(order("1001", order_state="cancelled", payment_state="void"), returned("CN-1"))
    assert (made.controls.truth_minor, steps(made)) == (0, [])
    assert "return-of-cancelled-sale" in codes(made)


def test_switched_off_returns_are_ignored_and_their_sales_named_once() -> None:
    made = planned(order("1001"), returned("CN-1"), returned("CN-2", says=None), on=False)
    assert steps(made) == ["receipt"]
    assert made.controls.ignored_minor == -21400
    said = made.findings.filter(pl.col("code") == "return-ignored")
    assert said.select("order_key", "severity", "value").rows() == [("zort:shop:1001", "warning", "CN-1")]
    assert codes(made).count("kind-off") == 2


def test_a_part_the_ledger_does_not_take_names_return_and_order() -> None:
    made = planned(order("1001"), returned("CN-1", 700), limits=PlanLimits())
    (row,) = made.findings.filter(pl.col("code") == "partial-credit-by-hand").iter_rows(named=True)
    assert row["amount_minor"] == 700
    assert "CN-1" in row["detail"] and "#1001" in row["detail"] and "7.00" in row["detail"]


def test_another_currency_is_not_taken_off() -> None:
    frames = together(order("1001"), returned("CN-1", currency="USD"))
    assert "#1001 is in THB, the return in USD" in found(frames, "return-not-linked")[0][0]


SALES = [order("1001"), order("1002", order_number="#1001"), order("1003"), order("1004", payment_state="cod_due"),
         order("1005", order_state="cancelled", payment_state="void"), order("1006", order_state="returned")]  # fmt: skip
WORDS = [
    None,
    "description=#1001",
    "description=#1003",
    "reference=1002",
    "reference=1004",
    "reference=1005",
    "description=#1006",
]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(WORDS),
            st.integers(1, 12000),
            st.sampled_from(["completed", "cancelled", "open", "unknown"]),
        ),
        max_size=6,
    ),
    st.booleans(),
)
@examples(15)
def test_whatever_comes_back_all_sums_tie_and_no_return_is_lost(
    returns: list[tuple[str | None, int, str]], is_on: bool
) -> None:
    given_back = [returned(f"CN-{n}", total, says, order_state=state) for n, (says, total, state) in enumerate(returns)]
    made = planned(*SALES, *given_back, on=is_on)
    frames = together(*SALES, *given_back, on=is_on)
    left = set(frames.orders.filter(pl.col("record_kind") == "sale_return")["order_number"])
    told = frames.findings.filter(pl.col("value").is_not_null())["value"].to_list()
    assert {each["order_number"] for each in given_back} == left | (set(told) - left)
    assert frames.orders.filter(pl.col("refunded_minor") > pl.col("total_minor")).is_empty()
    assert made.controls.ties
