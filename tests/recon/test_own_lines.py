"""Sales tax and discounts as lines of their own: what an American shop states is booked as stated, and nothing is computed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from plan_shop import ABLE, DAY, codes, connection, documents_as_text, line, order, plan, posted_from, result

from recon.config.connection import Connection
from tests.trying import examples

BOOKED = {"default": {
    "tax": {"treatment": "book", "account": "2200"}, "discount": {"treatment": "book", "account": "4900"},
    "shipping": {"account": "4200"}, "rounding": {"account": "4950"},
}}  # fmt: skip
LATER = DAY + dt.timedelta(4)


def american(**settings: Any) -> Connection:
    """A connection whose documents carry the shop's own tax as a line, and discounts too unless said otherwise."""
    return connection(**{"taxes": "line", "discounts": "line", "charges": BOOKED} | settings)


def test_tax_that_the_shop_adds_on_top_is_a_line_as_it_states_it() -> None:
    made = plan(order(vat_mode="excluded", tax_minor=776, shipping_minor=500), connection=american())
    assert documents_as_text(made).splitlines() == [
        "receipt RT-1001 2026-06-05 net 11976 vat 0 total 11976",
        "  1 x 10700 = 10700 none 0 Thing CT01",
        "  1 x 500 = 500 none 0 Shipping",
        "  1 x 776 = 776 none 0 Sales tax",
        "    Dr 111201 11976",
        "    Cr 2200 776",
        "    Cr 410101 10700",
        "    Cr 4200 500",
    ]
    assert made.documents["vat_mode"].to_list() == ["none"]
    assert made.documents["is_tax_invoice"].to_list() == [False]
    assert codes(made) == []


def test_tax_that_prices_include_is_taken_out_of_the_lines_so_that_both_are_the_total() -> None:
    goods = (line(amount=10000, taxable=True), line("MUG", 5000, taxable=True), line("EXEMPT", 700, taxable=False))
    made = plan(order("1001", *goods, tax_minor=1001), connection=american())
    amounts = made.lines["amount_minor"].to_list()
    assert amounts == [9333, 4666, 700, 1001]
    assert sum(amounts) == made.documents["total_minor"].item() == 15700


def test_all_discounts_of_an_order_are_one_line_and_prices_stay_as_the_shop_shows_them() -> None:
    goods = (line(amount=9000, quantity=2, discount_minor=1000), line("MUG", 5000))
    made = plan(order("1001", *goods, discount_minor=300, vat_mode="excluded", tax_minor=50), connection=american())
    assert documents_as_text(made).splitlines()[:5] == [
        "receipt RT-1001 2026-06-05 net 13750 vat 0 total 13750",
        "  2 x 5000 = 10000 none 0 Thing CT01",
        "  1 x 5000 = 5000 none 0 Thing MUG",
        "  1 x -1300 = -1300 none 0 Discount",
        "  1 x 50 = 50 none 0 Sales tax",
    ]
    assert "    Dr 4900 1300" in documents_as_text(made).splitlines()


def test_discounts_in_the_prices_leave_tax_its_line() -> None:
    made = plan(
        order("1001", line(), discount_minor=300, vat_mode="excluded", tax_minor=50),
        connection=american(discounts="in-prices"),
    )
    assert made.lines["amount_minor"].to_list() == [10400, 50]


def test_cash_rounding_is_a_line_of_either_sign_beside_a_discount_line() -> None:
    down = plan(order(rounding_minor=-2, vat_mode="none"), connection=american())
    assert down.lines.select("kind", "amount_minor").rows() == [("product", 10700), ("rounding", -2)]
    up = plan(order(rounding_minor=2, vat_mode="none"), connection=american())
    assert up.lines.select("kind", "amount_minor").rows() == [("product", 10700), ("rounding", 2)]


def test_tax_waits_until_somebody_says_where_it_is_booked() -> None:
    made = plan(order(vat_mode="excluded", tax_minor=776), connection=american(charges={"default": {}}))
    assert result(made)["held_minor"] == 11476
    assert codes(made) == ["charge-not-mapped"]


def test_tax_that_others_hand_in_is_left_out_and_shown() -> None:
    rules = american(charges={"default": {**BOOKED["default"], "tax": {"treatment": "leave-out"}}})
    made = plan(order(vat_mode="excluded", tax_minor=776), connection=rules)
    assert made.documents["total_minor"].to_list() == [10700]
    assert result(made)["ignored_minor"] == 776


def test_a_refund_of_a_part_gives_its_share_of_the_tax_back_and_the_parts_are_the_whole() -> None:
    sold: dict[str, Any] = {"vat_mode": "excluded", "tax_minor": 777}
    refunds = tuple({"amount_minor": part, "refunded_on": LATER} for part in (1000, 2500, 7977))
    first = plan(order(**sold), connection=american())
    parts = [
        plan(
            order(**sold, payment_state="partly_refunded", refunded_minor=sum(r["amount_minor"] for r in refunds[:2]), refunds=refunds[:2]),
            connection=american(), posted=posted_from(first), limits=ABLE,
        )
    ]  # fmt: skip
    assert parts[0].lines.select("kind", "amount_minor").rows() == [
        ("product", 932), ("tax", 68), ("product", 2331), ("tax", 169),
    ]  # fmt: skip
    assert codes(parts[0]).count("refund-tax-shared") == 2
    assert [text for text in documents_as_text(parts[0]).splitlines() if "2200" in text] == [
        "    Dr 2200 68",
        "    Dr 2200 169",
    ]


@examples(15)
@given(
    st.lists(st.tuples(st.integers(1, 90000), st.integers(0, 400), st.booleans()), min_size=1, max_size=5),
    st.sampled_from(["included", "excluded", "none"]),
    st.integers(0, 4000),
    st.integers(0, 900),
)
def test_lines_are_the_total_whatever_the_shop_states(
    goods: list[tuple[int, int, bool]], mode: str, tax: int, shipping: int
) -> None:
    lines = [line("CT01", amount, discount_minor=off, taxable=taxed) for amount, off, taxed in goods]
    inside = min(tax, sum(amount for amount, _, _ in goods)) if mode == "included" else tax
    stated = 0 if mode == "none" else inside
    made = plan(order("1001", *lines, vat_mode=mode, tax_minor=stated, shipping_minor=shipping), connection=american())
    document = made.documents.row(0, named=True)
    assert document["total_minor"] == sum(a for a, _, _ in goods) + shipping + (stated if mode == "excluded" else 0)
    assert made.lines["amount_minor"].sum() == document["total_minor"]
    taxes = made.lines.filter(made.lines["kind"] == "tax")["amount_minor"].to_list()
    assert taxes == ([stated] if stated else [])
