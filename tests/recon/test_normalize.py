"""Readings of any source become canonical frames: every convention, every refusal, control totals that tie."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recon.frames.canonical import CanonicalFrames
from recon.frames.findings import no_findings
from recon.normalize import normalize
from recon.normalize.states import read_states
from recon.sources.base import Conventions, Forms, Reading, ReadOptions, StatedTotals, StateWords

OPTIONS = ReadOptions(platform="zort", shop="main", currency="THB", timezone="Asia/Bangkok")
WORDS = StateWords(
    order={"Success": "completed", "Voided": "cancelled", "Failed shipment": "failed_delivery"},
    payment={"Paid": "paid", "Pending": "unpaid", "Overpaid": "overpaid", "Partial": "partial"},
    prefixes={"ผู้ซื้อได้รับสินค้าแล้ว": "delivered"},
)
SIMPLE = Conventions()
ZORT = Conventions(
    line_discount="per-unit", line_amount="stated-or-computed", discount_candidates=True, tolerance_minor=2,
    tolerance_minor_per_line=1,
)  # fmt: skip
FILE = "0123456789ab"


def reading(
    orders: list[dict[str, Any]], lines: list[dict[str, Any]], conventions: Conventions = SIMPLE, **more: Any
) -> Reading:
    """Orders get id, day, states and a total; lines name their order by position."""
    base = {
        "order_id": None,
        "ordered_on": "2026-06-05",
        "order_state": "Success",
        "payment_state": "Paid",
        "total": None,
    }
    full = [
        {"order_id": str(n + 1)} | {k: v for k, v in base.items() if k != "order_id"} | order
        for n, order in enumerate(orders)
    ]
    names = list(dict.fromkeys(["order_id", *base, *(k for order in full for k in order)]))
    order_frame = pl.DataFrame({n: pl.Series([o.get(n) for o in full], dtype=pl.String) for n in names}).with_columns(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("order_no"),
        (pl.int_range(pl.len(), dtype=pl.UInt32) + 2).alias("row"),
    )
    line_names = ["quantity", *dict.fromkeys(k for line in lines for k in line if k not in {"order", "quantity"})]
    of = [line.get("order", 0) for line in lines]
    line_frame = pl.DataFrame(
        {"order_no": pl.Series(of, dtype=pl.UInt32), "line_no": pl.Series(range(1, len(of) + 1), dtype=pl.UInt32),
         "row": pl.Series([n + 2 for n in range(len(of))], dtype=pl.UInt32)}
        | {n: pl.Series([line.get(n, "1" if n == "quantity" else None) for line in lines], dtype=pl.String) for n in line_names}
    )  # fmt: skip
    return Reading(
        platform="zort", orders=order_frame, lines=line_frame, forms=more.pop("forms", Forms()), conventions=conventions,
        words=WORDS, findings=no_findings(), stated=more.pop("stated", StatedTotals(row_count=len(lines))), **more,
    )  # fmt: skip


def run(
    orders: list[dict[str, Any]],
    lines: list[dict[str, Any]],
    conventions: Conventions = SIMPLE,
    options: ReadOptions = OPTIONS,
    **more: Any,
) -> CanonicalFrames:
    frames = normalize(reading(orders, lines, conventions, **more), options, file_id=FILE)
    assert all(control.difference_minor == 0 for stated in frames.stated for control in stated.controls)
    return frames


def codes(frames: CanonicalFrames) -> list[str]:
    return frames.findings["code"].sort().to_list()


def first(frames: CanonicalFrames) -> dict[str, Any]:
    return frames.orders.row(0, named=True)


def price(amount: str, **more: Any) -> dict[str, Any]:
    return {"unit_price": amount, **more}


# --- lines and discounts


def test_discount_per_unit_counts_every_piece() -> None:
    frames = run(
        [{"total": "180.00"}],
        [price("100.00", quantity="2", line_discount="10.00")],
        Conventions(line_discount="per-unit"),
    )
    assert frames.lines.select("discount_minor", "amount_minor").row(0) == (2000, 18000)
    assert codes(frames) == []


def test_discount_per_line_counts_once() -> None:
    frames = run(
        [{"total": "190.00"}],
        [price("100.00", quantity="2", line_discount="10.00")],
        Conventions(line_discount="per-line"),
    )
    assert first(frames)["goods_minor"] == 19000


def test_fractional_quantity_rounds_half_up_for_sales_and_credits() -> None:
    frames = run(
        [{"total": "0.02"}, {"total": "-0.02"}],
        [price("0.03", quantity="0.5"), price("-0.03", quantity="0.5", order=1)],
    )
    assert frames.lines["amount_minor"].to_list() == [2, -2]


def test_stated_line_amount_zero_is_recomputed_unless_the_discount_takes_it_all() -> None:
    lines = [price("100.00", line_amount="0"), price("50.00", line_amount="0", line_discount="50.00")]
    frames = run([{"total": "100.00"}], lines, ZORT)
    assert frames.lines["amount_minor"].to_list() == [10000, 0]
    assert codes(frames) == []


def test_stated_line_amounts_without_prices_give_a_price_of_a_piece() -> None:
    frames = run([{"total": "90.00"}], [{"quantity": "3", "line_amount": "90.00"}], Conventions(line_amount="stated"))
    assert frames.lines["unit_price_minor"].to_list() == [3000]


@pytest.mark.parametrize(
    ("total", "basis", "discount"),
    [("90.00", "order-discount", 1000), ("85.00", "order-discount+extra", 1500), ("100.00", "no-discount", 0)],
)
def test_first_discount_reading_that_foots_wins_and_is_stored(total: str, basis: str, discount: int) -> None:
    frames = run([{"total": total, "discount": "10.00", "discount_extra": "5.00"}], [price("100.00")], ZORT)
    assert (first(frames)["discount_basis"], first(frames)["discount_minor"]) == (basis, discount)
    assert codes(frames) == []


def test_every_charge_has_its_place_in_the_identity() -> None:
    order = {"total": "172.95", "discount": "10.00", "shipping": "50.00", "shipping_discount": "20.00", "cod_fee": "12.95",
             "duties": "40.00", "rounding": "0.00"}  # fmt: skip
    frames = run([order], [price("100.00")])
    assert codes(frames) == []
    assert first(frames)["cod_fee_minor"] == 1295


# --- footing and tax


def test_f63_difference_within_the_declared_tolerance_goes_to_rounding() -> None:
    frames = run([{"total": "100.02"}, {"total": "100.03"}], [price("100.00"), price("100.00", order=1)], ZORT)
    assert frames.orders["rounding_minor"].to_list() == [2, 0]
    assert codes(frames) == ["does-not-foot"]


def test_f63_does_not_foot_by_one_satang_is_said_with_the_figures() -> None:
    frames = run([{"total": "100.01"}], [price("100.00")])
    finding = frames.findings.row(0, named=True)
    assert (finding["code"], finding["severity"], finding["amount_minor"], finding["row"]) == (
        "does-not-foot",
        "hold",
        1,
        2,
    )
    assert "100.01" in finding["detail"]
    assert "0.01 too much" in finding["detail"]


VAT_CASES = [
    # total, discount, shipping, tax; what 4.6 of the Thai reference tells
    ("550.00", "30.00", "40.00", "35.98", "included"),   # shipping in the base
    ("550.00", "30.00", "40.00", "33.36", "included"),   # shipping outside the base
    ("588.50", "30.00", "40.00", "38.50", "excluded"),
    ("585.70", "30.00", "40.00", "35.70", "excluded"),
    ("550.00", "30.00", "40.00", "0", "unknown"),
    ("550.00", "30.00", "40.00", None, "unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("total", "discount", "shipping", "tax", "mode"), VAT_CASES)
def test_vat_mode_by_arithmetic(total: str, discount: str, shipping: str, tax: str | None, mode: str) -> None:
    order = {"total": total, "discount": discount, "shipping": shipping, "tax": tax, "vat_percent": "7"}
    frames = run([order], [price("450.00"), price("90.00")], ZORT)
    assert first(frames)["vat_mode"] == mode
    assert codes(frames) == []


def test_vat_that_fits_no_equation_holds_the_order() -> None:
    frames = run([{"total": "107.00", "tax": "9.00", "vat_percent": "7"}], [price("107.00")], ZORT)
    assert codes(frames) == ["vat-does-not-tie"]


@pytest.mark.parametrize(
    ("percent", "expected"),
    [
        ("7", []),
        ("7.00", []),
        ("7%", []),
        (None, []),
        ("10", ["tax-rate-unknown"]),
        ("x", ["tax-rate-unknown", "vat-does-not-tie"]),
    ],
)
def test_tax_rate_of_a_percent_column(percent: str | None, expected: list[str]) -> None:
    tax = "9.73" if percent == "10" else "7.00"
    frames = run([{"total": "107.00", "tax": tax, "vat_percent": percent}], [price("107.00")], ZORT)
    assert codes(frames) == expected


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        ("as-source", ["tax-mode-mixed"]),
        ("by-order", []),
        ("with-vat", ["prices-contradicted"]),
        ("without-vat", ["prices-contradicted", "prices-contradicted"]),
    ],
)
def test_mixed_tax_modes_are_asked_about_once(prices: str, expected: list[str]) -> None:
    orders = [
        {"total": "107.00", "tax": "7.00"},
        {"total": "107.00", "tax": "7.00"},
        {"total": "107.00", "tax": "7.00"},
    ]
    lines = [price("107.00"), price("107.00", order=1), price("100.00", order=2)]
    frames = run(orders, lines, Conventions(), replace(OPTIONS, prices=prices))
    assert frames.orders["vat_mode"].to_list() == ["included", "included", "excluded"]
    assert codes(frames) == expected
    rows = {"by-order": [], "without-vat": [2, 3]}.get(prices, [4])
    assert frames.findings["row"].to_list() == rows
    if "prices-contradicted" in expected:
        said = "on top of its prices" if prices == "with-vat" else "inside its prices"
        assert said in frames.findings["detail"][0]


@pytest.mark.parametrize("mode", ["included", "excluded", "none"])
def test_declared_tax_mode_is_kept(mode: str) -> None:
    total = "107.00" if mode == "excluded" else "100.00"
    frames = run(
        [{"total": total, "tax": "7.00"}], [price("100.00")], Conventions(tax=mode, tolerance_minor_per_line=100)
    )  # type: ignore[arg-type]
    assert first(frames)["vat_mode"] == mode
    assert codes(frames) == []


# --- refusals and control totals


def test_refusals_name_row_column_and_value_and_carry_the_total_once() -> None:
    orders = [
        {"total": "100.00"},
        {"total": "1O0.00"},
        {"total": "50.00", "ordered_on": "someday"},
        {"total": "30.00", "shipping": "a"},
    ]
    lines = [price("100.00"), price("100.00", order=1), price("x", order=2, quantity="y"), price("30.00", order=3)]
    frames = run(orders, lines, headings={"total": "Grand total", "shipping": "Freight"})
    assert frames.orders["order_key"].to_list() == ["zort:main:1"]
    assert frames.orders["order_no"].to_list() == frames.lines["order_no"].to_list() == [0]
    told = frames.findings.select("code", "row", "column", "value", "amount_minor").rows()
    assert told == [
        ("amount-unreadable", 3, "Grand total", "1O0.00", None),
        ("amount-unreadable", 4, "unit_price", "x", None),
        ("amount-unreadable", 5, "Freight", "a", 3000),
        ("date-unreadable", 4, "ordered_on", "someday", 5000),
        ("quantity-unreadable", 4, "quantity", "y", None),
    ]
    (control,) = frames.stated[0].controls
    assert (control.stated_minor, control.orders_minor, control.refused_minor, control.unreadable_count) == (
        18000,
        10000,
        8000,
        1,
    )
    assert frames.stated[0].refused_orders == 3


@pytest.mark.parametrize(
    ("column", "code"),
    [("total", "amount-unreadable"), ("ordered_on", "date-unreadable"), ("order_id", "order-id-missing")],
)
def test_what_must_be_there(column: str, code: str) -> None:
    frames = run([{"total": "100.00"} | {column: None}], [price("100.00")])
    assert frames.orders.is_empty()
    assert codes(frames) == [code]


def test_blank_is_not_stated_never_zero() -> None:
    frames = run([{"total": "100.00", "tax": "", "paid": " ", "shipping": None}], [price("100.00")])
    assert (first(frames)["tax_minor"], first(frames)["paid_minor"], first(frames)["shipping_minor"]) == (None, None, 0)


def test_f60_damaged_numbers_are_refused() -> None:
    orders = [{"total": "1.00", "order_id": "2.30E+17"}, {"total": "1.00"}, {"total": "1.00", "order_id": "0012345"}]
    lines = [price("1.00", sku="A"), price("1.00", order=1, sku="8,85E+12"), price("1.00", order=2, sku="0007")]
    frames = run(orders, lines)
    assert codes(frames) == ["id-damaged", "id-damaged"]
    assert frames.orders["order_key"].to_list() == ["zort:main:0012345"]
    assert frames.lines["sku"].to_list() == ["0007"]


def test_f61_the_same_order_twice_keeps_the_first_and_shows_both() -> None:
    orders = [
        {"total": "100.00", "order_id": "A"},
        {"total": "70.00", "order_id": "A"},
        {"total": "5.00", "order_id": "B"},
    ]
    lines = [price("100.00"), price("70.00", order=1), price("5.00", order=2)]
    frames = run(orders, lines)
    assert frames.orders["total_minor"].to_list() == [10000, 500]
    told = frames.findings.select("code", "row", "amount_minor").rows()
    assert told == [("order-repeated", 3, 7000), ("order-repeated", 2, 10000)]


def test_f61_two_orders_under_one_number_both_go_on() -> None:
    orders = [{"total": "1.00", "order_number": "SO-1"}, {"total": "1.00", "order_number": "SO-1"}]
    frames = run(orders, [price("1.00"), price("1.00", order=1)])
    assert frames.orders.height == 2
    assert codes(frames) == ["number-repeated"] * 2


def test_f61_record_kind_is_part_of_the_key() -> None:
    orders = [{"total": "1.00", "order_id": "7", "record_kind": kind} for kind in ("sale", "sale_return", None)]
    orders[2]["order_id"] = "8"
    frames = run(orders, [price("1.00", order=n) for n in range(3)])
    assert frames.orders["order_key"].to_list() == ["zort:main:7", "zort:main:sale_return:7", "zort:main:8"]


def test_f62_amounts_at_the_edge() -> None:
    orders = [
        {"total": "0.00"},
        {"total": "-107.00"},
        {"total": "9999999999999.99"},
        {"total": "1.00"},
        {"total": "1.00"},
    ]
    lines = [price("0"), price("-107.00", order=1), price("9999999999999.99", order=2), price("9999999999999.99", quantity="2", order=3),
             price("9999999999999.99", order=4), price("0.01", order=4)]  # fmt: skip
    frames = run(orders, lines)
    assert frames.orders["goods_minor"].to_list() == [0, -10700, 10**15 - 1]
    assert codes(frames) == ["amount-unreadable"] * 2
    assert frames.findings["row"].to_list() == [5, 6]


def test_currencies_do_not_mix() -> None:
    orders = [
        {"total": "100.00", "currency": "THB"},
        {"total": "1000", "currency": "jpy"},
        {"total": "5.00", "currency": None},
    ]
    frames = run(orders, [price("100.00"), price("1000", order=1), price("5.00", order=2)])
    assert frames.orders["currency"].to_list() == ["THB", "JPY", "THB"]
    assert frames.orders["total_minor"].to_list() == [10000, 1000, 500]
    assert [(c.currency, c.stated_minor) for c in frames.stated[0].controls] == [("JPY", 1000), ("THB", 10500)]
    assert codes(frames) == ["currency-foreign"]


def test_stated_total_and_count_are_reproduced_or_said() -> None:
    lines = [price("100.00")]
    assert codes(run([{"total": "100.00"}], lines, stated=StatedTotals(1, 1, "100.00"))) == []
    frames = run([{"total": "100.00"}], lines, stated=StatedTotals(1, 2, "150.00"))
    assert codes(frames) == ["control-total-differs", "count-differs"]
    assert frames.findings.filter(pl.col("code") == "control-total-differs")["amount_minor"].item() == 5000


def test_empty_reading() -> None:
    frames = run([], [price("1.00")][:0])
    assert frames.orders.is_empty()
    assert frames.findings.is_empty()


# --- states and payments


def test_a_whole_word_counts_before_a_beginning_and_a_longer_beginning_before_a_shorter_one() -> None:
    words = StateWords(
        order={"open": "open"}, payment={"paid on hold": "unknown"},
        payment_prefixes={"Paid": "paid", "paid in part": "partial", "": "unpaid"},
    )  # fmt: skip
    said = ["Paid on 3 June", "PAID  in part (2 of 3)", "Paid on hold", "To be paid"]
    orders = pl.DataFrame({"order_state": ["open"] * 4, "payment_state": said})
    read = read_states(orders, words)
    assert read["payment_state"].to_list() == ["paid", "partial", "unknown", "unknown"]
    assert read["payment_word_unknown"].to_list() == [False, False, False, True]


def test_states_by_folded_words_and_prefixes() -> None:
    orders = [{"total": "1.00", "order_state": "SUCCESS "}, {"total": "1.00", "order_state": "ผู้ซื้อได้รับสินค้าแล้ว รอ 3 วัน"}]
    frames = run(orders, [price("1.00"), price("1.00", order=1)])
    assert frames.orders["order_state"].to_list() == ["completed", "delivered"]
    assert frames.orders["state_text"].to_list()[0] == "SUCCESS  / Paid"


def test_f64_unknown_words_hold_and_missing_columns_do_not() -> None:
    frames = run([{"total": "1.00", "order_state": "Teleported", "payment_state": None}], [price("1.00")])
    assert codes(frames) == ["payment-status-unknown", "status-unknown"]
    assert first(frames)["order_state"] == first(frames)["payment_state"] == "unknown"
    bare = reading([{"total": "1.00"}], [price("1.00")])
    bare = replace(bare, orders=bare.orders.drop("order_state", "payment_state"))
    assert codes(normalize(bare, OPTIONS, file_id=FILE)) == []


def test_a_day_of_cancellation_cancels() -> None:
    frames = run([{"total": "1.00", "cancelled_on": "2026-06-06", "payment_state": "Pending"}], [price("1.00")])
    assert first(frames)["order_state"] == "cancelled"
    assert codes(frames) == []


def test_cancelled_with_money_kept_is_shown() -> None:
    assert codes(run([{"total": "1.00", "order_state": "Voided"}], [price("1.00")])) == ["cancelled-but-paid"]


@pytest.mark.parametrize(
    ("refunded", "state"), [("0", "paid"), ("40.00", "partly_refunded"), ("100.00", "refunded"), (None, "paid")]
)
def test_f50_refunded_amount_decides(refunded: str | None, state: str) -> None:
    frames = run([{"total": "100.00", "refunded": refunded}], [price("100.00")])
    assert first(frames)["payment_state"] == state
    assert frames.refunds.height == (1 if state != "paid" else 0)


@pytest.mark.parametrize(
    ("word", "more", "code"),
    [("Overpaid", {}, "overpaid"), ("Partial", {}, "partly-paid"), ("Paid", {"paid": "90.00"}, "paid-amount-differs"),
     ("Paid", {"order_state": "Failed shipment"}, "order-on-hold")],
)  # fmt: skip
def test_payments_that_do_not_settle(word: str, more: dict[str, str], code: str) -> None:
    assert codes(run([{"total": "100.00", "payment_state": word} | more], [price("100.00")])) == [code]


def test_payments_listed_by_the_source_are_kept_and_renumbered() -> None:
    payments = pl.DataFrame({
        "order_no": pl.Series([0, 1, 1], dtype=pl.UInt32), "payment_no": pl.Series([1, 1, 2], dtype=pl.UInt32),
        "payment_channel": ["a", "b", "c"], "amount": ["1.00", "60.00", "40.00"], "paid_on": ["2026-06-05"] * 3,
        "reference": [None, "r1", "r2"], "row": pl.Series([2, 3, 3], dtype=pl.UInt32),
    })  # fmt: skip
    frames = run([{"total": "bad"}, {"total": "100.00"}], [price("1.00"), price("100.00", order=1)], payments=payments)
    assert frames.payments.select("order_no", "amount_minor", "reference").rows() == [(0, 6000, "r1"), (0, 4000, "r2")]


def test_date_far_off_holds_only_the_odd_one() -> None:
    orders = [
        {"total": "1.00", "paid_on": "2026-06-05"},
        {"total": "1.00", "paid_on": "2026-06-05", "ordered_on": "2028-06-05"},
        {"total": "1.00", "paid_on": "2029-01-01"},
    ]
    frames = run(orders, [price("1.00", order=n) for n in range(3)])
    assert frames.findings.select("code", "row", "value").rows() == [
        ("date-far-off", 3, "2028-06-05"),
        ("date-far-off", 4, "2029-01-01"),
    ]


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 99_999), st.integers(1, 9), st.integers(0, 999)), min_size=1, max_size=6),
    st.integers(-3, 3),
)
def test_f63_every_order_foots_or_says_so(items: list[tuple[int, int, int]], off: int) -> None:
    """Goods are the sum of the lines, and a total that is off by any satang is never silent."""
    goods = sum(amount * quantity - discount for amount, quantity, discount in items)
    total = goods + off
    text = f"{'-' if total < 0 else ''}{abs(total) // 100}.{abs(total) % 100:02}"
    lines = [
        price(f"{a // 100}.{a % 100:02}", quantity=str(q), line_discount=f"{d // 100}.{d % 100:02}")
        for a, q, d in items
    ]
    frames = run([{"total": text}], lines, Conventions(line_discount="per-line"))
    assert first(frames)["goods_minor"] == goods == frames.lines["amount_minor"].sum()
    assert ("does-not-foot" in codes(frames)) == (off != 0)
