"""Goods bought as the ledger's own products: on the products' accounts, unless a person set another; held while one is to come."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import polars as pl
from buying_shop import buying, purchase
from plan_shop import ABLE, line, plan

from recon.frames.schemas import LEDGER_PRODUCTS, PRODUCT_WISHES
from recon.plan.inputs import Plan

TAKES = dataclasses.replace(ABLE, expense_items=True)
PRODUCTS = pl.DataFrame(
    [("P1", "114101", True), ("P2", "520101", False), ("P3", None, False)], schema=LEDGER_PRODUCTS, orient="row"
)
LINKED = [("box", "P1", None, None), ("tape", "P2", None, None), ("sticker", "P3", None, None)]
RECEIVED = {"payment_state": "unpaid"}


def bought(*lines: dict[str, Any], **given: Any) -> Plan:
    fields = {"product_links": LINKED, "ledger_products": PRODUCTS, "limits": TAKES} | given
    rules = fields.pop("connection", buying())
    return plan(purchase("1", *lines, vat_mode="none", tax_minor=0, **RECEIVED), connection=rules, **fields)


def booked(made: Plan) -> list[tuple[str | None, str | None]]:
    return made.lines.select("product_code", "account_code").rows()


def debits(made: Plan) -> list[tuple[str, int]]:
    return made.postings.filter(pl.col("debit_minor") > 0).select("account_code", "debit_minor").rows()


def test_linked_goods_go_by_their_product_and_its_account() -> None:
    made = bought(line("BOX", 1000), line("TAPE", 500), line("STICKER", 200))
    assert booked(made) == [("P1", None), ("P2", None), (None, "510101")]  # P3 is only sold there
    assert debits(made) == [("114101", 1000), ("510101", 200), ("520101", 500)]


def test_a_charge_does_not_go_by_the_product_of_a_sku_that_has_its_name() -> None:
    linked = [*LINKED, ("shipping", "P1", None, None)]
    bill = purchase("1", line("BOX", 1000), shipping_minor=300, vat_mode="none", tax_minor=0, **RECEIVED)
    wish = ("shipping", "SHIPPING", "Express", "product", dt.date(2026, 6, 1), "Nok", None)
    wishes = pl.DataFrame([wish], schema=PRODUCT_WISHES, orient="row")
    for given in ({"product_links": linked}, {"product_links": LINKED, "wishes": wishes}):
        made = plan(bill, connection=buying(), ledger_products=PRODUCTS, limits=TAKES, **given)
        bought = made.lines.filter(pl.col("amount_minor") > 0)
        assert bought.select("kind", "product_code", "account_code").rows() == [
            ("product", "P1", None), ("shipping", None, "510101"),
        ]  # fmt: skip


def test_what_a_person_set_for_a_sku_stands_above_its_product() -> None:
    rules = buying({"by_sku": {"BOX": {"account": "530101"}}})
    assert booked(bought(line("BOX"), connection=rules)) == [(None, "530101")]


def test_a_product_needs_no_account_of_all_purchases() -> None:
    made = bought(line("BOX"), connection=buying({"account": ""}))
    assert booked(made) == [("P1", None)]
    made = bought(line("STICKER"), connection=buying({"account": ""}))
    assert made.findings["code"].to_list() == ["purchase-account-missing"]


def test_goods_that_are_sold_as_one_product_are_not_bought_by_their_own() -> None:
    made = bought(line("BOX"), connection=buying(detail={"inventory": "one", "item": "P9"}))
    assert booked(made) == [(None, "510101")]


def test_nothing_changes_where_the_ledger_takes_no_products() -> None:
    made = bought(line("BOX"), ledger_products=PRODUCTS.clear(), limits=ABLE)
    assert booked(made) == [(None, "510101")]


def test_goods_are_not_bought_past_a_product_that_is_to_be_created() -> None:
    wish = ("crate", "CRATE", "Crate", "product", dt.date(2026, 6, 1), "Nok", None)
    wishes = pl.DataFrame([wish], schema=PRODUCT_WISHES, orient="row")
    made = bought(line("CRATE"), wishes=wishes)
    assert [str(kind) for kind in made.documents["kind"]] == ["product"]
    assert made.findings["code"].to_list() == ["product-to-create"]
    stocked = bought(line("CRATE"), wishes=wishes, limits=dataclasses.replace(TAKES, creates_stock=True))
    assert stocked.documents["reason"].to_list() == ["create-stock"]
    without = bought(line("CRATE"), wishes=wishes, limits=ABLE, ledger_products=PRODUCTS.clear())
    assert [str(kind) for kind in without.documents["kind"]] == ["product", "expense"]
