"""Spreading in columns gives what money.allocate gives, order by order."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_shop import documents_as_text, line, order, plan

from recon.money import AMOUNT_LIMIT_MINOR, allocate
from recon.plan.allocate import spread

ORDERS = st.lists(
    st.tuples(
        st.integers(-AMOUNT_LIMIT_MINOR + 1, AMOUNT_LIMIT_MINOR - 1),
        st.lists(st.integers(0, AMOUNT_LIMIT_MINOR - 1) | st.integers(0, 9), min_size=1, max_size=7),
    ),
    max_size=8,
)


@settings(deadline=None)
@given(ORDERS)
def test_f63_parts_sum_to_the_whole_by_the_same_rule_as_money(orders: list[tuple[int, list[int]]]) -> None:
    rows = [(number, weight, amount) for number, (amount, weights) in enumerate(orders) for weight in weights]
    schema = {"order_no": pl.UInt32, "weight": pl.Int64, "amount": pl.Int64}
    frame = pl.DataFrame(rows, schema=schema, orient="row").with_row_index("line")
    parts = spread(frame.select("order_no", "line", "weight", "amount"))["part"].to_list()
    expected = [part for amount, weights in orders for part in allocate(amount, weights)]
    assert parts == expected


def test_a_discount_comes_off_the_products_and_prices_stay_exact() -> None:
    made = plan(order("1", line(amount=10000, quantity=3), line("MUG", 9000), shipping_minor=4000, discount_minor=333))
    assert documents_as_text(made).splitlines()[1:4] == [
        "  3 x 3275 = 9825 vat7 643 Thing CT01",
        "  1 x 8842 = 8842 vat7 578 Thing MUG",
        "  1 x 4000 = 4000 vat7 262 Shipping",
    ]
    head = made.documents.row(0, named=True)
    assert (head["gross_minor"], head["discount_minor"], head["total_minor"]) == (23000, 333, 22667)


def test_an_amount_that_does_not_divide_becomes_two_lines() -> None:
    made = plan(order("1", line(amount=10000, quantity=3, discount_minor=50)))
    rows = made.lines.select("quantity_milli", "unit_price_minor", "amount_minor", "discount_minor", "line_no").rows()
    assert rows == [(2000, 3333, 6666, 34, 1), (1000, 3334, 3334, 16, 2)], "each piece costs 33.50 before its discount"


def test_a_fraction_of_a_piece_goes_as_one_with_the_quantity_in_the_text() -> None:
    made = plan(order("1", line(amount=4995, quantity_milli=1250), line(amount=1000, quantity_milli=0)))
    assert made.lines.select("quantity_milli", "unit_price_minor", "description").rows() == [
        (1000, 4995, "Thing CT01 (quantity 1.25)"),
        (1000, 1000, "Thing CT01 (quantity 0)"),
    ]


def test_a_discount_larger_than_the_products_comes_off_all_goods() -> None:
    rules = {"charges": {"default": {"tip": {"treatment": "book", "account": "420200"}}}}
    from plan_shop import connection

    made = plan(
        order("1", line(amount=100), line(None, 900, kind="tip", name="Tip"), discount_minor=500),
        connection=connection(**rules),
    )
    assert made.lines["amount_minor"].to_list() == [50, 450]
