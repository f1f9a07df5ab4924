"""Sales tax worked out by the ledger's own items: only where it comes to the shop's tax to the cent, else held or a line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
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
    line,
    order,
    plan,
    posted_from,
    result,
)

from recon.config.connection import Connection
from recon.domain.taxes import RATE_UNIT, LedgerTax, percent_text, tax_by_item
from recon.frames.schemas import TAX_LINKS
from recon.match.keys import fold
from recon.match.taxes import rate_in, resolve_taxes, suggest_taxes
from recon.plan.inputs import Plan
from tests.trying import examples

BOOKED = {"default": {
    "tax": {"treatment": "book", "account": "2200"}, "discount": {"treatment": "book", "account": "4900"},
    "shipping": {"account": "4200"}, "tip": {"treatment": "book", "account": "2310"},
}}  # fmt: skip
STATE, CITY, BOTH = (
    LedgerTax(code="CA Sales Tax", name="California", rates=(725_000,)),
    LedgerTax(code="LA Tax", name="Los Angeles", rates=(225_000,)),
    LedgerTax(code="CA + LA", name="Los Angeles", rates=(725_000, 225_000), members=("CA Sales Tax", "LA Tax")),
)
CALIFORNIA, COUNTY = "California State Tax 7.25%", "Los Angeles County Tax 2.25%"
LINKS = [(fold(CALIFORNIA), "CA Sales Tax"), (fold(COUNTY), "LA Tax")]
LATER = DAY + dt.timedelta(4)


def items(**settings: Any) -> Connection:
    """A connection whose sales tax the ledger works out."""
    base = {"target": "sandbox-quickbooks", "taxes": "items", "discounts": "line", "charges": BOOKED}
    return connection(**base | settings)


def tax_links(rows: Sequence[tuple[str, str]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=TAX_LINKS, orient="row")


def planned(*orders: dict[str, Any], rules: Connection | None = None, **given_: Any) -> Plan:
    """Plan these orders with the ledger's three items and both taxes mapped, unless said otherwise."""
    links = tax_links(given_.pop("links", LINKS))
    taxes = given_.pop("taxes", (STATE, CITY, BOTH))
    return plan(*orders, connection=rules or items(), tax_links=links, ledger_taxes=taxes, **given_)


def sold(*lines: dict[str, Any], tax: int, text: str | None = CALIFORNIA, **columns: Any) -> dict[str, Any]:
    """An order with sales tax on top."""
    return order(
        "1001", *(lines or (line(taxable=True),)), vat_mode="excluded", tax_minor=tax, tax_text=text, **columns
    )


def given_back(sale: dict[str, Any], amount: int) -> dict[str, Any]:
    """The order once this much of it went back; the source says the sum alone."""
    state = "refunded" if amount == sale["total_minor"] else "partly_refunded"
    refund = {"amount_minor": amount, "refunded_on": LATER}
    return sale | {"payment_state": state, "refunded_minor": amount, "refunds": (refund,)}


def marks(made: Plan) -> list[tuple[str, int, str | None]]:
    """Kind, amount and tax item of every line."""
    return [tuple(row) for row in made.lines.select("kind", "amount_minor", "tax_code").rows()]


def test_an_order_whose_tax_the_item_comes_to_names_it_and_keeps_its_postings() -> None:
    made = planned(sold(tax=776))
    assert marks(made) == [("product", 10700, "CA Sales Tax"), ("tax", 776, "CA Sales Tax")]
    as_line = planned(sold(tax=776), rules=items(taxes="line"))
    assert marks(as_line) == [("product", 10700, None), ("tax", 776, None)]
    assert made.postings.equals(as_line.postings)
    assert made.documents.equals(as_line.documents)
    assert made.lines["description"].to_list() == ["Thing CT01", "Sales tax, CA Sales Tax"]
    assert codes(made) == []


def test_one_cent_of_difference_holds_the_order_with_both_figures() -> None:
    made = planned(sold(tax=775))
    assert result(made)["held_minor"] == 10700 + 775
    (found,) = made.findings.filter(made.findings["code"] == "tax-differs").to_dicts()
    assert (found["severity"], found["column"], found["value"]) == ("hold", "tax_text", CALIFORNIA)
    assert found["detail"] == "The shop states 7.75; CA Sales Tax (7.25 %) comes to 7.76 on 107.00."


def test_one_cent_of_difference_is_a_line_where_the_settings_say_so() -> None:
    made = planned(sold(tax=775), rules=items(tax_differs="line"))
    assert marks(made) == [("product", 10700, None), ("tax", 775, None)]
    assert codes(made) == ["tax-as-line"]
    assert made.findings["amount_minor"].to_list() == [775]


def test_only_taxed_goods_carry_the_item_and_tips_never_do() -> None:
    made = planned(
        sold(
            line(taxable=True),
            line("EXEMPT", 5000),
            line("MUG", 900, taxable=False),
            line(None, 300, kind="tip"),
            tax=776,
        )
    )
    assert [(kind, code) for kind, _, code in marks(made)] == [
        ("product", "CA Sales Tax"), ("product", None), ("product", None), ("tip", None), ("tax", "CA Sales Tax"),
    ]  # fmt: skip


@pytest.mark.parametrize(("tax", "marked"), [(776, None), (812, "CA Sales Tax")])
def test_shipping_is_taxed_where_only_that_reading_ties(tax: int, marked: str | None) -> None:
    made = planned(sold(tax=tax, shipping_minor=500))
    assert ("shipping", 500, marked) in marks(made)
    assert codes(made) == []


@pytest.mark.parametrize(("tax", "said"), [(776, True), (812, False)])
def test_what_the_shop_says_of_shipping_stands_above_what_would_tie(tax: int, said: bool) -> None:
    made = planned(sold(tax=tax, shipping_minor=500, shipping_taxed=said))
    assert codes(made) == ["tax-differs"]


def test_both_readings_of_shipping_stand_in_the_message() -> None:
    made = planned(sold(tax=790, shipping_minor=500))
    assert made.findings["detail"].item() == (
        "The shop states 7.90; CA Sales Tax (7.25 %) comes to 7.76 on 107.00, or 8.12 on 112.00 with shipping "
        "(whether shipping is taxed is not stated)."
    )


def test_two_taxes_need_a_group_of_exactly_their_items() -> None:
    two = sold(line(amount=10000, taxable=True), tax=950, text=f"{CALIFORNIA} + {COUNTY}")
    assert {code for _, _, code in marks(planned(two))} == {"CA + LA"}
    assert codes(planned(two, taxes=(STATE, CITY))) == ["tax-without-group"]
    assert codes(planned(two, links=LINKS[:1])) == ["tax-not-mapped"]
    whole = [(fold(f"{CALIFORNIA} + {COUNTY}"), "CA + LA")]
    assert {code for _, _, code in marks(planned(two, links=whole))} == {"CA + LA"}


def test_a_group_whose_rounding_would_decide_is_held_because_nobody_has_shown_it() -> None:
    amount = 2060  # 9.5 % is 1.957; 7.25 % is 1.4935, 2.25 % is 0.4635: 1.49 + 0.46
    assert tax_by_item(amount, BOTH.rates) == (196, 195)
    made = planned(sold(line(amount=amount, taxable=True), tax=196, text=f"{CALIFORNIA} + {COUNTY}"))
    assert made.findings["detail"].item() == (
        "The shop states 1.96; CA + LA (9.5 %) comes to 1.96 or 1.95, as its items are rounded together or one by one, on 20.60."
    )


def test_an_item_that_is_gone_or_has_another_rate_now_is_found_at_plan() -> None:
    assert codes(planned(sold(tax=776), taxes=(CITY,))) == ["tax-item-gone"]
    dearer = LedgerTax(code="CA Sales Tax", name="", rates=(750_000,))
    (found,) = planned(sold(tax=776), taxes=(dearer,)).findings["detail"].to_list()
    assert found == "The shop states 7.76; CA Sales Tax (7.5 %) comes to 8.03 on 107.00."


def test_a_discount_line_goes_with_taxed_goods_and_holds_where_only_some_are() -> None:
    taxed = planned(sold(discount_minor=700, tax=725))
    assert marks(taxed) == [
        ("product", 10700, "CA Sales Tax"),
        ("discount", -700, "CA Sales Tax"),
        ("tax", 725, "CA Sales Tax"),
    ]
    mixed = sold(line(taxable=True), line("MUG", 10700, taxable=False), discount_minor=1400, tax=725)
    assert "in-prices" in planned(mixed).findings["detail"].item()
    assert marks(planned(mixed, rules=items(discounts="in-prices"))) == [
        ("product", 10000, "CA Sales Tax"), ("product", 10000, None), ("tax", 725, "CA Sales Tax"),
    ]  # fmt: skip


def test_tax_inside_the_prices_is_on_what_is_left_of_them() -> None:
    made = planned(
        order("1001", line(amount=10725, taxable=True), vat_mode="included", tax_minor=725, tax_text=CALIFORNIA)
    )
    assert marks(made) == [("product", 10000, "CA Sales Tax"), ("tax", 725, "CA Sales Tax")]


def test_an_order_without_tax_asks_for_no_item() -> None:
    made = planned(order("1001", vat_mode="none", tax_minor=0))
    assert (marks(made), codes(made)) == ([("product", 10700, None)], [])


def test_a_refund_of_a_part_is_on_what_its_tax_stands_for() -> None:
    sale = sold(tax=776, shipping_minor=500)
    first = planned(sale)
    back = given_back(sale, 5988)
    made = planned(back, posted=posted_from(first), limits=ABLE, read_posted=contents_from(first))
    parts = marks(made)
    assert parts == [("product", 5352, "CA Sales Tax"), ("product", 248, None), ("tax", 388, "CA Sales Tax")]
    assert tax_by_item(5352, STATE.rates) == (388,)


def test_a_whole_credit_takes_back_the_item_it_was_posted_with() -> None:
    sale = sold(tax=776)
    first = planned(sale)
    back = given_back(sale, 11476)
    made = planned(back, posted=posted_from(first), limits=ABLE, read_posted=contents_from(first))
    assert marks(made) == marks(first)
    later = planned(
        back, rules=items(taxes="line"), posted=posted_from(first), limits=ABLE, read_posted=contents_from(first)
    )
    assert marks(later) == marks(first)


def test_an_item_whose_rate_changed_since_leaves_the_credit_a_line_and_says_so() -> None:
    sale = sold(tax=776)
    first = planned(sale)
    back = given_back(sale, 11476)
    dearer = LedgerTax(code="CA Sales Tax", name="", rates=(750_000,))
    made = planned(back, taxes=(dearer,), posted=posted_from(first), limits=ABLE, read_posted=contents_from(first))
    assert marks(made) == [("product", 10700, None), ("tax", 776, None)]
    assert "tax-as-line" in codes(made)
    assert made.postings["debit_minor"].sum() == made.postings["credit_minor"].sum() == 11476


@pytest.mark.parametrize(("tax", "code"), [(388, "CA Sales Tax"), (389, None)])
def test_a_refund_that_states_its_lines_has_the_item_on_those_with_tax_where_that_ties(
    tax: int, code: str | None
) -> None:
    sale = sold(line(amount=10700, taxable=True), line("MUG", 900, taxable=False), tax=776, shipping_minor=500)
    first = planned(sale)
    lines = (
        {"sku": "CT01", "name": "Thing CT01", "amount_minor": 5350, "tax_minor": tax},
        {"sku": "MUG", "name": "Thing MUG", "amount_minor": 900, "tax_minor": 0},
    )
    refund = {"amount_minor": 6250 + tax, "tax_minor": tax, "refunded_on": LATER, "lines": lines}
    back = sale | {"payment_state": "partly_refunded", "refunded_minor": 6250 + tax, "refunds": (refund,)}
    made = planned(back, posted=posted_from(first), limits=ABLE, read_posted=contents_from(first))
    assert marks(made) == [("product", 5350, code), ("product", 900, None), ("tax", tax, code)]
    assert ("tax-as-line" in codes(made)) is (code is None)


def test_summaries_and_ledgers_without_tax_items_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r'needs summary.sales = "each"'):
        items(summary={"sales": "day"})
    with pytest.raises(ValueError, match="answers what it came to"):
        items(target="quickbooks-iif")
    left_out = {"default": {**BOOKED["default"], "tax": {"treatment": "leave-out"}}}
    with pytest.raises(ValueError, match=r"charges.default.tax"):
        items(charges=left_out)


@examples(25)
@given(
    st.lists(st.tuples(st.integers(1, 90000), st.integers(0, 400), st.booleans()), min_size=1, max_size=5),
    st.integers(0, 900),
    st.integers(-1, 1),
)
def test_no_document_leaves_with_an_item_that_comes_to_anything_else(
    goods: list[tuple[int, int, bool]], shipping: int, off: int
) -> None:
    base = sum(amount for amount, _, taxed in goods if taxed)
    stated = max(tax_by_item(base, STATE.rates)[0] + off, 0)
    lines = [line("CT01", amount, discount_minor=less, taxable=taxed) for amount, less, taxed in goods]
    made = planned(sold(*lines, tax=stated, shipping_minor=shipping), rules=items(tax_differs="line"))
    on = sum(amount for kind, amount, code in marks(made) if code and kind != "tax")
    worked_out = sum(amount for kind, amount, code in marks(made) if code and kind == "tax")
    assert tax_by_item(on, STATE.rates) == (worked_out,)
    assert made.controls.ties


def test_rates_are_read_from_names_and_items_are_proposed_by_rate_then_name() -> None:
    assert (rate_in(CALIFORNIA), rate_in("VAT 7,5 %"), rate_in("Sales tax"), rate_in("1% + 2%")) == (
        725_000,
        750_000,
        None,
        None,
    )
    assert percent_text(725_000) == "7.25 %"
    assert percent_text(RATE_UNIT) == "100 %"
    twin = LedgerTax(code="Berkeley", name="", rates=(725_000,))
    assert suggest_taxes(CALIFORNIA, (twin, CITY, STATE))[0] == ("CA Sales Tax", "same rate, 7.25 %")
    assert [code for code, _ in suggest_taxes(CALIFORNIA, (twin, CITY, STATE))] == ["CA Sales Tax", "Berkeley"]
    assert resolve_taxes([""], tax_links(LINKS), (STATE,))["problem"].to_list() == ["tax-not-mapped"]
