"""Credit notes that carry what their refunds consist of: goods by product, charges and tax where the sale had them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_shop import (
    ABLE,
    DAY,
    codes,
    connection,
    contents_from,
    documents_as_text,
    line,
    order,
    plan,
    posted_from,
    steps,
)

from recon.config.connection import Connection
from recon.plan.inputs import Plan
from tests.trying import examples

BOOKED = {
    "tax": {"treatment": "book", "account": "2200"}, "discount": {"treatment": "book", "account": "4900"},
    "shipping": {"account": "4200"}, "rounding": {"account": "4950"}, "fee": {"treatment": "book", "account": "4300"},
}  # fmt: skip
LATER = DAY + dt.timedelta(4)
GOODS = (line("CT01", 9000, 3, discount_minor=600), line("MUG", 4000))
SOLD: dict[str, Any] = {"vat_mode": "excluded", "tax_minor": 944, "shipping_minor": 500}


def american(**settings: Any) -> Connection:
    return connection(**{"taxes": "line", "discounts": "line", "charges": {"default": BOOKED}} | settings)


def refund(*lines: dict[str, Any], on: dt.date = LATER, stated: bool = True) -> dict[str, Any]:
    """A refund that is its lines; not ``stated``: the sum alone."""
    amount = sum(each["amount_minor"] + each.get("tax_minor", 0) for each in lines)
    tax = sum(each.get("tax_minor", 0) for each in lines)
    whole = {"amount_minor": amount, "refunded_on": on}
    return whole | ({"tax_minor": tax, "lines": lines} if stated else {})


def back(sku: str, amount: int, tax: int, **columns: Any) -> dict[str, Any]:
    return {"sku": sku, "name": f"Thing {sku}", "amount_minor": amount, "tax_minor": tax} | columns


ONE_SHIRT = refund(back("CT01", 3000, 219, discount_minor=200), {"kind": "shipping", "amount_minor": 300})
REST = refund(
    back("CT01", 6000, 435, discount_minor=400, quantity_milli=2000), back("MUG", 4000, 290),
    {"kind": "shipping", "amount_minor": 200}, on=LATER + dt.timedelta(3),
)  # fmt: skip


def sold(*refunds: dict[str, Any], **columns: Any) -> dict[str, Any]:
    back_minor = sum(each["amount_minor"] for each in refunds)
    whole = order("1001", *GOODS, **SOLD)["total_minor"]
    state = "paid" if not back_minor else "refunded" if back_minor == whole else "partly_refunded"
    return order("1001", *GOODS, **SOLD, refunds=refunds, refunded_minor=back_minor, payment_state=state, **columns)


def balances(*plans: Plan) -> dict[str, int]:
    """What is left on every account."""
    sums: Counter[str] = Counter()
    for made in plans:
        for account, debit, credit in made.postings.select("account_code", "debit_minor", "credit_minor").iter_rows():
            sums[account] += debit - credit
    return {account: minor for account, minor in sums.items() if minor}


def test_a_refund_takes_goods_shipping_and_tax_back_where_they_were_booked() -> None:
    first = plan(sold(), connection=american())
    made = plan(sold(ONE_SHIRT), connection=american(), posted=posted_from(first), limits=ABLE)
    assert documents_as_text(made).splitlines() == [
        "credit_note CN-1001 2026-06-09 net 3519 vat 0 total 3519 on RT-1001",
        "  1 x 3200 = 3200 none 0 Thing CT01",
        "  1 x 300 = 300 none 0 Shipping",
        "  1 x -200 = -200 none 0 Discount",
        "  1 x 219 = 219 none 0 Sales tax",
        "    Dr 2200 219",
        "    Dr 410101 3200",
        "    Dr 4200 300",
        "    Cr 4900 200",
        "    Cr 111201 3519",
    ]
    assert made.lines.filter(pl.col("kind") == "product").select("product_code", "sku").rows() == [("P001", "CT01")]
    assert codes(made) == []


def test_sale_and_all_its_refunds_leave_nothing_on_any_account() -> None:
    first = plan(sold(), connection=american())
    second = plan(sold(ONE_SHIRT), connection=american(), posted=posted_from(first))
    third = plan(
        sold(ONE_SHIRT, REST), connection=american(), posted=posted_from(second, posted_from(first)),
        read_posted=contents_from(first, second),
    )  # fmt: skip
    assert steps(third) == ["credit_note"]
    assert third.documents["total_minor"].to_list() == [REST["amount_minor"]]
    assert third.lines.select("kind", "product_code", "quantity_milli", "amount_minor").rows() == [
        ("product", "P001", 2000, 6400), ("product", "P002", 1000, 4000), ("shipping", None, 1000, 200),
        ("discount", None, 1000, -400), ("tax", None, 1000, 725),
    ]  # fmt: skip
    assert balances(first, second, third) == {}
    assert codes(second) == codes(third) == []


def test_two_refunds_seen_at_once_are_two_credit_notes_and_one_that_completes_them_repeats_the_sale() -> None:
    half = refund(back("MUG", 4000, 290))
    made = plan(sold(ONE_SHIRT, half), connection=american())
    assert steps(made) == ["receipt", "credit_note", "credit_note"]
    assert made.documents["issued_on"].to_list() == [DAY, LATER, LATER]
    assert codes(made) == []
    whole = plan(sold(ONE_SHIRT, REST), connection=american())
    assert steps(whole) == ["receipt", "credit_note"]
    assert balances(whole) == {}


def test_money_beyond_the_lines_goes_to_the_sales_account_or_where_a_setting_says() -> None:
    extra = refund(back("MUG", 4000, 290), {"kind": "adjustment", "amount_minor": 710})
    first = plan(sold(), connection=american())
    made = plan(sold(extra), connection=american(), posted=posted_from(first))
    assert "    Dr 410101 4710" in documents_as_text(made).splitlines()
    named = american(charges={"default": {**BOOKED, "adjustment": {"account": "5800"}}})
    other = plan(sold(extra), connection=named, posted=posted_from(first))
    assert other.lines.select("kind", "description", "account_code", "amount_minor").rows()[1] == (
        "adjustment", "Refund adjustment", "5800", 710,
    )  # fmt: skip
    kept = refund(
        back("MUG", 4000, 290), {"kind": "adjustment", "amount_minor": -500, "name": "Refund adjustment: restock"}
    )
    less = plan(sold(kept), connection=named, posted=posted_from(first))
    assert less.documents["total_minor"].to_list() == [3790]
    assert "    Cr 5800 500" in documents_as_text(less).splitlines()
    assert "  1 x -500 = -500 none 0 Refund adjustment: restock" in documents_as_text(less).splitlines()


def test_where_discounts_are_in_the_prices_goods_come_back_at_what_was_paid() -> None:
    rules = american(discounts="in-prices")
    first = plan(sold(), connection=rules)
    made = plan(sold(ONE_SHIRT), connection=rules, posted=posted_from(first))
    assert made.lines.select("kind", "amount_minor").rows() == [("product", 3000), ("shipping", 300), ("tax", 219)]


def test_pieces_that_do_not_divide_the_amount_stand_on_two_lines() -> None:
    odd = refund(back("CT01", 5999, 435, quantity_milli=3000))
    made = plan(sold(odd), connection=american(), posted=posted_from(plan(sold(), connection=american())))
    assert made.lines.select("kind", "quantity_milli", "unit_price_minor", "amount_minor").rows()[:2] == [
        ("product", 1000, 1999, 1999), ("product", 2000, 2000, 4000),
    ]  # fmt: skip


def test_goods_that_did_not_go_back_to_the_shelf_say_so() -> None:
    torn = refund(back("MUG", 4000, 290, restocked=False), back("CT01", 1000, 72, restocked=True))
    made = plan(sold(torn), connection=american(), posted=posted_from(plan(sold(), connection=american())))
    assert made.lines["description"].to_list()[:2] == ["Thing MUG (not put back in stock)", "Thing CT01"]


def test_a_refund_that_is_a_sum_only_stays_one_line_and_its_tax_is_the_rest_of_the_order_s() -> None:
    half = refund(back("MUG", 4000, 290), stated=False)
    made = plan(sold(ONE_SHIRT, half), connection=american(), posted=posted_from(plan(sold(), connection=american())))
    assert made.lines.filter(pl.col("doc_no") == 1).select("kind", "description").rows() == [
        ("product", "Credit of RT-1001"), ("tax", "Credit of RT-1001"),
    ]  # fmt: skip
    assert codes(made) == ["refund-tax-shared"]
    # 944 less the 219 that are stated, by 4290 of what is left of the total.
    open_total = sold()["total_minor"] - ONE_SHIRT["amount_minor"]
    assert made.lines.filter(pl.col("kind") == "tax")["amount_minor"].to_list() == [
        219,
        round_half_up(725 * 4290, open_total),
    ]


def round_half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def test_what_has_no_place_keeps_the_credit_note_one_line_with_the_stated_tax() -> None:
    gone = american(charges={"default": {**BOOKED, "shipping": {"treatment": "leave-out"}}})
    made = plan(sold(ONE_SHIRT), connection=gone, posted=posted_from(plan(sold(), connection=gone)))
    assert made.lines.select("kind", "amount_minor").rows() == [("product", 3300), ("tax", 219)]
    assert "refund-tax-shared" not in codes(made)


def test_thai_vat_is_worked_out_as_before() -> None:
    own = refund(back("CT01", 1000, 70))
    made = plan(order("1", refunds=(own,), refunded_minor=1070, payment_state="partly_refunded"))
    assert made.lines.filter(pl.col("doc_no") == 1).select("description", "vat_minor").rows() == [
        ("Credit of RT-1", 70)
    ]


def test_refunds_of_a_day_are_summed_line_by_line() -> None:
    rules = american(summary={"sales": "day"}, target="quickbooks", source="shopify-api", vat_registered=False)
    two = [
        sold(ONE_SHIRT),
        sold(ONE_SHIRT) | {"order_key": "zort:shop:1002", "order_number": "#1002"},
    ]
    made = plan(*two, connection=rules)
    assert steps(made) == ["receipt", "credit_note"]
    credit = made.lines.filter(pl.col("doc_no") == 1)
    assert credit.select("kind", "product_code", "quantity_milli", "amount_minor").rows() == [
        ("product", "P001", 2000, 6400), ("shipping", None, 1000, 600), ("discount", None, 1000, -400), ("tax", None, 1000, 438),
    ]  # fmt: skip
    assert made.parts.documents.height == 4


@pytest.mark.parametrize("by_hand", [-1000, -3519])
def test_a_credit_note_by_hand_that_is_no_refund_leaves_the_rest_one_line(by_hand: int) -> None:
    decided = [("zort:shop:1001", "by-hand", "R-1", by_hand)]
    first = plan(sold(), connection=american())
    made = plan(sold(ONE_SHIRT, REST), connection=american(), posted=posted_from(first), decisions=decided)
    exact = by_hand == -ONE_SHIRT["amount_minor"]
    assert made.documents["total_minor"].to_list() == [sold()["total_minor"] + by_hand]
    assert ("discount" in made.lines["kind"].to_list()) == exact


@examples(12)
@given(
    st.lists(
        st.tuples(st.integers(1, 9), st.integers(1, 9000), st.integers(0, 300), st.integers(0, 90)),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(["included", "excluded"]),
    st.integers(0, 900),
    st.lists(st.integers(0, 9), min_size=4, max_size=4),
)
def test_whatever_comes_back_in_parts_the_accounts_end_at_nothing(
    goods: list[tuple[int, int, int, int]], mode: str, shipping: int, split: list[int]
) -> None:
    """Lines without tax, their discounts and taxes; a part of the pieces first, the rest later."""
    lines, parts = [], ([], [])  # type: ignore[var-annotated]
    for place, (pieces, price, off, tax) in enumerate(goods):
        off, net = min(off, pieces * price - 1), pieces * price - min(off, pieces * price - 1)
        inside = tax if mode == "included" else 0
        lines.append(line(f"S{place}", net + inside, pieces, discount_minor=off))
        first = min(split[place], pieces)
        for part, count in zip(parts, (first, pieces - first), strict=True):
            share = [whole * first // pieces for whole in (net, off, tax)]
            share = share if part is parts[0] else [w - s for w, s in zip((net, off, tax), share, strict=True)]
            if count:
                part.append(back(f"S{place}", share[0], share[2], discount_minor=share[1], quantity_milli=count * 1000))
    shipping = shipping if mode == "excluded" else 0  # tax inside prices is taken out of shipping too, by amount
    if shipping:
        parts[1].append({"kind": "shipping", "amount_minor": shipping})
    refunds = tuple(refund(*part) for part in parts if part and refund(*part)["amount_minor"])
    taxes = sum(tax for *_, tax in goods)
    rules = american(products={"unlinked": "text"})
    fixed: dict[str, Any] = {"vat_mode": mode, "tax_minor": taxes, "shipping_minor": shipping}
    whole = order("1", *lines, **fixed)["total_minor"]
    plans: list[Plan] = []
    posted: pl.DataFrame | None = None
    for upto in range(len(refunds) + 1):
        minor = sum(each["amount_minor"] for each in refunds[:upto])
        state = "paid" if not minor else "refunded" if minor == whole else "partly_refunded"
        now = order("1", *lines, **fixed, refunds=refunds[:upto], refunded_minor=minor, payment_state=state)
        given_posted = {} if posted is None else {"posted": posted}
        made = plan(now, connection=rules, read_posted=contents_from(*plans), **given_posted)
        plans.append(made)
        posted = posted_from(made, posted)
    assert balances(*plans) == {}
    assert not {"refund-tax-shared"} & {code for made in plans for code in codes(made)}
