"""Detail or summary of customers, goods and vendors: what a plan makes of each, and which settings contradict each other."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from plan_shop import codes, connection, line, order, plan, posted_from, result, steps
from pydantic import ValidationError

from recon.plan.inputs import PlanLimits, PostedContents
from recon.plan.shoppers import customer_names

QUICKBOOKS = PlanLimits(
    partial_credit_note=True, contact_code_max_length=209, contact_name_max_length=41,
    needs_contact=frozenset({"invoice", "payment", "credit_note"}),
)  # fmt: skip
ADA = {"customer_name": "Ada Lovelace", "customer_address": "1 Byron Row, Nottingham"}
AMERICAN = {
    "target": "quickbooks", "taxes": "line", "discounts": "line", "vat_registered": False,
    "contacts": {"default": "Shop Customer"}, "neutral_orders": "no-vat",
}  # fmt: skip


def american(**settings: Any) -> Any:
    return connection(**(AMERICAN | settings))


def sale(number: str = "1", *lines: dict[str, Any], **columns: Any) -> dict[str, Any]:
    return order(number, *lines, **({"vat_mode": "none", "tax_minor": 0} | columns))


def planned(*orders: dict[str, Any], **given: Any) -> Any:
    return plan(*orders, **({"limits": QUICKBOOKS, "connection": american(detail={"customers": "each"})} | given))


def customers(made: Any) -> list[str]:
    return made.documents["contact_code"].to_list()


# Customers


def test_two_buyers_of_one_name_are_two_customers_and_one_buyer_is_one() -> None:
    made = planned(
        sale("1", **ADA),
        sale("2", **(ADA | {"customer_address": "9 Other Street"})),
        sale("3", customer_name=" ada lovelace ", customer_address="1 Byron Row,  Nottingham"),
    )
    first, second, third = customers(made)
    assert first != second
    assert first == third
    assert first.startswith("Ada Lovelace ")
    assert made.documents["contact_name"].to_list()[:2] == ["Ada Lovelace", "Ada Lovelace"]


@pytest.mark.parametrize(
    "said",
    [
        {}, {"customer_name": "Ada Lovelace"}, {"customer_address": "1 Byron Row"},
        {"customer_name": "A** L***", "customer_address": "1 Byron Row"}, {"customer_name": "guest", "customer_address": "1 Row"},
    ],
)  # fmt: skip
def test_a_buyer_nothing_tells_apart_goes_to_the_standing_customer(said: dict[str, str]) -> None:
    made = planned(sale("1", **said))
    assert customers(made) == ["Shop Customer"]
    assert codes(made) == ["buyer-not-told-apart"]


def test_names_fit_and_hold_only_signs_every_list_takes() -> None:
    said = pl.DataFrame(
        {"name": ['O\'Brien: "Pat"\t & Sons', "ก ข ค", "X" * 90, None], "address": ["a", "a", "a", None]}
    )
    made = customer_names(said, 41).to_list()
    assert made[0].startswith("O'brien Pat & Sons ")
    assert made[1].startswith("Customer ")
    assert [len(name) <= 41 and ":" not in name and "\t" not in name for name in made[:3]] == [True, True, True]
    assert made[3] is None


def test_what_follows_a_posted_document_stays_with_its_customer() -> None:
    rules = american(detail={"customers": "each"}, invoices="completed-unpaid")
    before = planned(sale("1", payment_state="unpaid", **ADA), connection=rules)
    assert steps(before) == ["invoice"]

    def read(keys: Any) -> PostedContents:
        return PostedContents(documents=before.documents.filter(pl.col("document_key").is_in(list(keys))))

    moved = ADA | {"customer_address": "2 New Street"}
    for settings in ({"customers": "each"}, {"customers": "one"}):
        made = planned(
            sale("1", **moved), posted=posted_from(before), read_posted=read,
            connection=american(detail=settings, invoices="completed-unpaid"),
        )  # fmt: skip
        assert steps(made) == ["payment"]
        assert customers(made) == customers(before)


def test_a_full_list_creates_no_customer_and_keeps_those_that_are_there() -> None:
    known = customers(planned(sale("1", **ADA)))[0]
    full = "14,000 of 14,500 names."
    made = planned(
        sale("1", **ADA), sale("2", customer_name="Bo", customer_address="x"), names_full=full,
        ledger_contacts=frozenset({known}),
    )  # fmt: skip
    assert customers(made) == [known, "Shop Customer"]


def test_a_full_list_without_a_standing_customer_holds_the_order_and_says_why() -> None:
    rules = american(detail={"customers": "each"}, contacts={"default": ""})
    full = "The list holds 14,000 of 14,500 names."
    made = planned(sale("1", **ADA), names_full=full, connection=rules)
    assert steps(made) == []
    assert (result(made)["disposition"], result(made)["reason"]) == ("held", "customer-missing")
    detail = made.findings.filter(pl.col("code") == "customer-missing")["detail"].item()
    assert full in detail
    assert steps(planned(sale("1", **ADA), connection=rules)) == ["receipt"]


# Documents that need a customer


def test_an_invoice_without_a_customer_waits_and_a_receipt_does_not() -> None:
    rules = american(contacts={"default": ""}, invoices="completed-unpaid")
    made = planned(sale("1", payment_state="unpaid"), sale("2"), connection=rules)
    assert steps(made) == ["receipt"]
    assert codes(made) == ["customer-missing"]
    assert "contacts.default" in made.findings["detail"].item()


def test_an_invoice_of_a_channel_with_a_customer_goes_out() -> None:
    rules = american(contacts={"default": "", "by_channel": {"LINE": "Line Buyers"}}, invoices="completed-unpaid")
    made = planned(
        sale("1", payment_state="unpaid"), sale("2", payment_state="unpaid", sales_channel="web"), connection=rules
    )
    assert customers(made) == ["Line Buyers"]
    assert codes(made) == ["customer-missing"]


# Goods


def test_all_goods_go_by_one_item_and_charges_stay_apart() -> None:
    rules = american(
        detail={"inventory": "one", "item": "Shop Goods"}, charges={"default": {"shipping": {"account": "Freight"}}}
    )
    made = planned(sale("1", line("CT01"), line("NEW"), line(None), shipping_minor=500), connection=rules)
    rows = made.lines.select("kind", "product_code", "account_code").rows()
    assert rows == [("product", "Shop Goods", None)] * 3 + [("shipping", None, "Freight")]
    assert codes(made) == []


def test_all_goods_go_on_the_sales_account_where_no_item_is_named() -> None:
    made = planned(sale("1", line("NEW")), connection=american(detail={"inventory": "one"}))
    assert made.lines.select("product_code", "account_code").rows() == [(None, "410101")]
    held = planned(sale("1", line("NEW")), connection=american(detail={"inventory": "one"}, accounts={}))
    assert (steps(held), codes(held)) == ([], ["sales-account-missing"])


def test_the_summary_of_a_day_has_one_line_of_goods() -> None:
    rules = american(detail={"inventory": "one", "item": "Shop Goods"}, summary={"sales": "day"})
    made = planned(sale("1", line("A", 1000), line("B", 2500)), sale("2", line("A", 900)), connection=rules)
    assert made.lines.select("product_code", "quantity_milli", "unit_price_minor", "amount_minor").rows() == [
        ("Shop Goods", 1000, 4400, 4400)
    ]


# Settings


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"target": "peak", "detail": {"customers": "each"}}, "contacts.named_on"),
        ({"target": "quickbooks-iif", "detail": {"customers": "each"}}, 'detail.customers = "one"'),
        (AMERICAN | {"detail": {"customers": "each"}, "summary": {"sales": "day"}}, "contradict each other"),
        ({"detail": {"vendors": "one"}}, "detail.vendor"),
    ],
)
def test_settings_that_contradict_each_other_are_refused_in_words(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words.replace(".", r"\.")):
        connection(**settings)
