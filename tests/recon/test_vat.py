"""VAT in columns against Python's Decimal with ROUND_HALF_UP, and how an order's price basis is decided."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_shop import codes, connection, documents_as_text, frames, line, order, plan, result

from recon.money import AMOUNT_LIMIT_MINOR
from recon.plan.columns import divide_half_up, share_half_up
from recon.plan.findings import with_vat_figures
from recon.plan.vat import included, on_top
from tests.trying import examples


def half_up(numerator: int, denominator: int) -> int:
    return int((Decimal(numerator) / Decimal(denominator)).quantize(Decimal(1), ROUND_HALF_UP))


def column(values: list[int], expression: pl.Expr) -> list[int]:
    return pl.DataFrame({"a": pl.Series(values, dtype=pl.Int64)}).select(expression).to_series().to_list()


def test_vat_is_exact_for_every_amount_up_to_ten_thousand() -> None:
    amounts = list(range(1_000_001))
    frame = pl.DataFrame({"a": pl.Series(amounts, dtype=pl.Int64)})
    inside = frame.select((2 * 7 * pl.col("a") + 107) // 214).to_series()
    assert (frame.select(included(pl.col("a"), 700)).to_series() == inside).all()
    spots = amounts[::997]
    assert column(spots, included(pl.col("a"), 700)) == [half_up(a * 7, 107) for a in spots]
    ties = [a for a in range(20_000) if (a * 7) % 100 == 50]
    assert column(ties, on_top(pl.col("a"), 700)) == [half_up(a * 7, 100) for a in ties]
    assert len(ties) == 200


@given(
    st.lists(st.integers(-AMOUNT_LIMIT_MINOR + 1, AMOUNT_LIMIT_MINOR - 1), min_size=1),
    st.sampled_from([0, 700, 1000, 2550, 9999]),
)
def test_vat_is_exact_for_every_amount_we_hold(amounts: list[int], rate: int) -> None:
    signs = [-1 if a < 0 else 1 for a in amounts]
    assert column(amounts, included(pl.col("a"), rate)) == [
        s * half_up(abs(a) * rate, 10_000 + rate) for a, s in zip(amounts, signs, strict=True)
    ]
    assert column(amounts, on_top(pl.col("a"), rate)) == [
        s * half_up(abs(a) * rate, 10_000) for a, s in zip(amounts, signs, strict=True)
    ]


@given(
    st.integers(0, AMOUNT_LIMIT_MINOR - 1),
    st.integers(0, AMOUNT_LIMIT_MINOR - 1),
    st.integers(1, AMOUNT_LIMIT_MINOR - 1),
)
def test_shares_do_not_overflow(amount: int, part: int, whole: int) -> None:
    if part > whole:
        part, whole = whole, part
    found = pl.select(share_half_up(pl.lit(amount), pl.lit(part), pl.lit(whole))).item()
    assert found == (2 * amount * part + whole) // (2 * whole)


def test_halves_go_away_from_zero() -> None:
    assert column([5, -5, 15, -15], divide_half_up(pl.col("a"), 1, 10)) == [1, -1, 2, -2]


@pytest.mark.parametrize(
    ("settings", "mode", "expected"),
    [
        ({}, "included", ("included", 700, 10700)),
        ({}, "excluded", ("excluded", 749, 11449)),
        ({}, "none", ("none", 0, 10700)),
        ({}, "unknown", ("included", 700, 10700)),
        ({"neutral_orders": "no-vat"}, "unknown", ("none", 0, 10700)),
        ({"prices": "with-vat"}, "unknown", ("included", 700, 10700)),
        ({"prices": "with-vat", "neutral_orders": "no-vat"}, "unknown", ("included", 700, 10700)),
        ({"prices": "with-vat"}, "excluded", ("excluded", 749, 11449)),
        ({"prices": "without-vat"}, "included", ("included", 700, 10700)),
        ({"prices": "without-vat", "neutral_orders": "no-vat"}, "unknown", ("none", 0, 10700)),
        ({"vat_registered": False}, "included", ("none", 0, 10700)),
        ({"vat_registered": False}, "excluded", ("none", 0, 11449)),
        ({"vat_rate_percent": "10"}, "unknown", ("included", 973, 10700)),
    ],
)
def test_price_basis_follows_the_order_and_the_settings(
    settings: dict[str, object], mode: str, expected: tuple[str, int, int]
) -> None:
    made = plan(order(vat_mode=mode), connection=connection(**settings))
    head = made.documents.row(0, named=True)
    assert (head["vat_mode"], head["vat_minor"], head["total_minor"]) == expected
    assert head["is_tax_invoice"] == (expected[0] != "none")


def test_f63_vat_by_line_and_by_document_differ_and_both_are_shown() -> None:
    made = plan(order("1", *[line(amount=990) for _ in range(10)], vat_mode="excluded"))
    head = made.documents.row(0, named=True)
    assert (head["vat_minor"], head["vat_by_line_minor"], head["total_minor"]) == (693, 690, 10593)
    assert made.lines["vat_minor"].to_list() == [70] * 3 + [69] * 7, (
        "what is missing goes one satang each to the lines that lost most, the first of equals"
    )
    assert codes(made) == ["vat-rounding"]


@pytest.mark.parametrize(
    ("tax", "shop"),
    [
        (693, "The shop states 6.93, as the document."),
        (691, "The shop states 6.91, 0.02 from the document's."),
        (None, "The shop states none."),
    ],
)
def test_notes_about_vat_rounding_name_the_shops_vat_ours_and_the_difference(tax: int | None, shop: str) -> None:
    told = order("1", *[line(amount=990) for _ in range(10)], vat_mode="excluded")
    made = plan(told)
    orders = frames([told | {"tax_minor": tax}])["orders"]
    (said,) = with_vat_figures(made.findings, made.documents, orders)["detail"]
    assert said == f"VAT 6.93 on the document, 6.90 line by line: 0.03 more. {shop}"


def test_f63_the_remainder_goes_to_the_largest_line() -> None:
    made = plan(order("1", line(amount=1010), line(amount=5000), *[line(amount=1010)] * 6))
    head = made.documents.row(0, named=True)
    assert made.lines["vat_minor"].sum() == head["vat_minor"] == half_up(12070 * 7, 107)
    rounded = [half_up(a * 7, 107) for a in (1010, 5000, *[1010] * 6)]
    short = head["vat_minor"] - sum(rounded)
    assert short != 0
    rounded[1] += short
    assert made.lines["vat_minor"].to_list() == rounded


def test_vat_rounded_on_each_line_where_the_ledger_does_so() -> None:
    rules = connection(ledger={"vat_rounding": "line"})
    made = plan(order("1", *[line(amount=1010) for _ in range(7)]), connection=rules)
    assert made.documents["vat_minor"].to_list() == [7 * half_up(1010 * 7, 107)]
    added = plan(order("1", *[line(amount=990) for _ in range(10)], vat_mode="excluded"), connection=rules)
    head = added.documents.row(0, named=True)
    assert (head["vat_mode"], head["total_minor"]) == ("included", 10593), "the total never moves"


def test_tax_added_by_the_source_that_is_off_by_rounding_is_carried_inside_the_prices() -> None:
    made = plan(
        order("1", *[line(amount=990) for _ in range(10)], vat_mode="excluded", tax_minor=690, total_minor=10590)
    )
    head = made.documents.row(0, named=True)
    assert (head["vat_mode"], head["total_minor"], head["vat_minor"]) == ("included", 10590, half_up(10590 * 7, 107))
    assert made.lines["amount_minor"].sum() == 10590


@pytest.mark.parametrize("mode", ["included", "excluded"])
def test_tax_that_is_off_by_more_than_rounding_holds_the_order(mode: str) -> None:
    total = {"included": 10700, "excluded": 10700 + 752}[mode]
    made = plan(order("1", vat_mode=mode, tax_minor={"included": 697, "excluded": 752}[mode], total_minor=total))
    assert result(made)["reason"] == "vat-mismatch"
    assert "source's" in made.findings["detail"].item()


def test_lines_without_vat_stand_beside_lines_with_it() -> None:
    made = plan(order("1", line(), line("EXEMPT", 5000, taxable=False), line("MUG", 2140)))
    assert documents_as_text(made) == (
        "receipt RT-1 2026-06-05 net 17000 vat 840 total 17840\n"
        "  1 x 10700 = 10700 vat7 700 Thing CT01\n"
        "  1 x 5000 = 5000 none 0 Thing EXEMPT\n"
        "  1 x 2140 = 2140 vat7 140 Thing MUG\n"
        "    Dr 111201 17840\n"
        "    Cr 410101 17000\n"
        "    Cr 215101 840"
    )


def test_a_link_decides_the_vat_code_of_its_product() -> None:
    links = [("ct01", "P001", None, "vat0")]
    made = plan(order("1", line(), vat_mode="unknown"), product_links=links)
    assert made.lines["vat_code"].to_list() == ["vat0"]
    assert made.documents["vat_minor"].to_list() == [0]


def test_shipping_outside_the_base_of_the_source_s_tax() -> None:
    made = plan(order("1", shipping_minor=5000, tax_minor=700))
    assert made.lines.select("kind", "vat_code").rows() == [("product", "vat7"), ("shipping", "none")]
    assert made.documents["vat_minor"].to_list() == [700]


def test_shipping_of_goods_without_vat_has_none() -> None:
    made = plan(order("1", line("EXEMPT", 5000, taxable=False), shipping_minor=1000, tax_minor=0))
    assert made.lines["vat_code"].to_list() == ["none", "none"]


@examples(30)
@given(
    st.lists(st.tuples(st.integers(0, 100_000), st.integers(1, 12), st.booleans()), min_size=1, max_size=6),
    st.sampled_from(["included", "excluded", "none", "unknown"]),
    st.integers(0, 9_000),
    st.integers(0, 100),
)
def test_f63_lines_sum_to_the_document_and_the_document_to_the_order(
    goods: list[tuple[int, int, bool]], mode: str, shipping: int, percent: int
) -> None:
    lines = [line(amount=amount, quantity=pieces, taxable=taxed) for amount, pieces, taxed in goods]
    mixed = any(not taxed for _, _, taxed in goods)  # the helper's tax would not know on what the discount fell
    discount = 0 if mixed else sum(amount for amount, _, _ in goods) * percent // 100
    made = plan(order("1", *lines, vat_mode=mode, shipping_minor=shipping, discount_minor=discount))
    if result(made)["truth_minor"] == 0:
        return
    if result(made)["disposition"] == "held":
        assert result(made)["reason"] == "vat-mismatch"
        return
    head = made.documents.row(0, named=True)
    assert head["total_minor"] == result(made)["truth_minor"]
    assert made.lines["vat_minor"].sum() == head["vat_minor"]
    assert made.lines["net_minor"].sum() == head["net_minor"]
    assert (made.lines["quantity_milli"] * made.lines["unit_price_minor"] == made.lines["amount_minor"] * 1000).all()
    assert made.postings["debit_minor"].sum() == made.postings["credit_minor"].sum() == head["total_minor"]
