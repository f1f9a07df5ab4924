"""Links by exact key, what is open and what it holds back, and suggestions that nobody takes silently."""

from __future__ import annotations

import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_shop import CHANNELS, LINKS, frames, line, order, rows_of

from recon.frames.conform import conform
from recon.frames.findings import findings_from
from recon.frames.schemas import CHANNEL_LINKS, PRODUCT_LINKS
from recon.match.channels import METHODS, moves_money, resolve_channels, unmapped_channels
from recon.match.keys import channel_parts, distinct_keys, fold, fold_distinct
from recon.match.products import catalog_frame, link_all, unlinked_products
from recon.match.suggest import SUGGESTIONS, suggest_methods, suggest_products

NO_LINKS = pl.DataFrame(schema=PRODUCT_LINKS)


def links(rows: list[tuple[str, str | None, str | None, str | None]]) -> pl.DataFrame:
    return rows_of(rows, PRODUCT_LINKS)


def channel_links(rows: list[tuple[str, str, str]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=CHANNEL_LINKS, orient="row")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CT01", "ct01"),
        ("CT 01\u00a0", "ct\u200b01"),
        ("น้ำ", unicodedata.normalize("NFKD", "น้ำ")),
        ("จำนวน", "จ\u0e4d\u0e32นวน"),
        ("Café", "Cafe\u0301"),
        ("\ufeffA", "a"),
    ],
)
def test_f65_spellings_nobody_can_tell_apart_have_one_key(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_f65_letters_of_other_alphabets_stay_apart() -> None:
    assert fold("СТ01") != fold("CT01")


@given(st.lists(st.text(max_size=12), max_size=6))
def test_f65_keys_of_keys_are_keys_and_columns_agree_with_the_function(texts: list[str]) -> None:
    keys = [fold(text) for text in texts]
    assert [fold(key) for key in keys] == keys
    distinct = pl.Series("sku", texts, dtype=pl.String).unique()
    assert fold_distinct(distinct).to_list() == [fold(text) for text in distinct]


def test_distinct_keys_leave_out_what_is_missing() -> None:
    found = distinct_keys(pl.Series("sku", ["B", None, "a", "B"]), name="sku", key_name="sku_key")
    assert found.rows() == [("B", "b"), ("a", "a")]


def test_link_all_links_exact_codes_and_nothing_else() -> None:
    told = frames([order("1", line("ct-01 "), line("CT01"), line("MUG"), line(None), line("OLD"))])
    catalog = catalog_frame(
        [("CT-01", "Shirt"), ("Mug", "Mug"), ("MUG ", "Mug, blue"), ("OLD", "Old"), ("", "nameless")]
    )
    fresh, found = link_all(told["lines"], catalog, links([("old", "P9", None, None)]))
    assert conform(fresh, PRODUCT_LINKS, name="links", key=("sku_key",)).rows() == [
        ("ct-01", "CT-01", None, None, None)
    ]
    assert found.select("code", "value").rows() == [("sku-two-products", "mug")]
    assert "MUG , Mug" in found["detail"].item()


def test_a_sku_that_mixes_alphabets_is_pointed_out() -> None:
    told = frames([order("1", line("СT01"))])
    _, found = link_all(told["lines"], catalog_frame([]), NO_LINKS)
    assert found["code"].to_list() == ["mixed-scripts"]


def test_what_unlinked_products_hold_back_comes_with_the_most_money_first() -> None:
    told = frames([
        order("1", line("NEW", 100), line("new", 200), line("CT01")),
        order("2", line("NEW", 50)),
        order("3", line(None, 900)),
        order("4", line("GONE", 9999), order_state="cancelled"),
    ])  # fmt: skip
    found = unlinked_products(told["orders"], told["lines"], links(LINKS))
    assert found.select("sku_key", "line_count", "order_count", "amount_minor", "blocked_minor").rows() == [
        ("", 1, 1, 900, 900), ("new", 3, 2, 350, 11000 + 50),
    ]  # fmt: skip


def test_channels_are_resolved_once_per_name() -> None:
    names = pl.Series(["SCB", " scb", "Beam", "SCB + Shopee", "SCB + scb", ""])
    found = resolve_channels(names, channel_links(CHANNELS), chosen=("SCB", "Beam"))
    assert {row[0]: row[1:] for row in found.rows()} == {
        "": (None, None, False, False),
        " scb": ("BSV003", "111201", True, False),
        "Beam": (None, None, True, False),
        "SCB": ("BSV003", "111201", True, False),
        "SCB + Shopee": (None, None, False, False),
        "SCB + scb": ("BSV003", "111201", True, False),
    }
    cash = resolve_channels(names, channel_links(CHANNELS), cash_method="CSH001")
    assert cash.filter("by_default")["payment_channel"].to_list() == ["", "Beam", "SCB + Shopee"]
    assert channel_parts("SCB + Shopee") == ("scb", "shopee")


def test_channels_without_a_link_and_what_they_hold_back() -> None:
    told = frames([
        order("1", payment_channel="Beam"), order("2", payment_channel="Beam"), order("3", payment_channel=""),
        order("4", payment_channel="Other", payment_state="unpaid"), order("5"),
    ])  # fmt: skip
    found = unmapped_channels(told["orders"], channel_links(CHANNELS))
    assert found.rows() == [("Beam", 2, 2, 21400), ("", 1, 1, 10700)]


def test_orders_that_move_no_money_need_no_account() -> None:
    told = frames([
        order("1", payment_channel="Beam"), order("2", line(amount=0), payment_channel="Beam"),
        order("3", line(amount=0), payment_channel="Free"), order("4", payment_channel="Bogus"),
        order("5", payment_channel="PayPal", currency="USD"),
        order("6", line(amount=0), payment_channel="Vouchers", platform_discount_minor=500),
    ])  # fmt: skip
    tests = findings_from(told["orders"].filter(pl.col("payment_channel") == "Bogus"), "test-payment")
    moves = moves_money(told["orders"], tests, "THB")
    found = unmapped_channels(told["orders"], channel_links(CHANNELS), moves)
    assert found.rows() == [
        ("Beam", 2, 1, 10700), ("Bogus", 1, 0, 0), ("Free", 1, 0, 0), ("PayPal", 1, 0, 0), ("Vouchers", 1, 1, 0),
    ]  # fmt: skip


def test_suggestions_say_why_and_are_ranked() -> None:
    told = frames([
        order("1", line("CT01RDM", 900, name="เสื้อยืดคอกลม แดง M")), order("2", line("X-9", 500, name="แก้วมัค สีขาว")),
        order("3", line("Z", 100, name="nothing like it")),
    ])  # fmt: skip
    catalog = catalog_frame([("CT01-RD-M", "Shirt"), ("P002", "แก้วมัคสีขาว"), ("P003", "หมวก")])
    found = suggest_products(unlinked_products(told["orders"], told["lines"], NO_LINKS), catalog)
    assert found.schema == SUGGESTIONS
    assert found.select("open_key", "code").rows() == [("ct01rdm", "CT01-RD-M"), ("x-9", "P002")]
    assert found["reason"].to_list() == [
        "SKU CT01RDM and code CT01-RD-M differ in punctuation only",
        "names alike to 100 of 100: แก้วมัค สีขาว / แก้วมัคสีขาว",
    ]


def test_suggestions_for_payment_channels() -> None:
    told = frames([order("1", payment_channel="ShopeePay")])
    methods = pl.DataFrame([("EWL001", "Shopee Pay Wallet", ""), ("CSH001", "เงินสด", "")], schema=METHODS, orient="row")
    found = suggest_methods(unmapped_channels(told["orders"], channel_links(CHANNELS)), methods)
    assert found.select("open_text", "code").rows() == [("ShopeePay", "EWL001")]
