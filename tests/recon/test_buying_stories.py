"""What an accountant asks of purchases: accounts, VAT, tax withheld, suppliers, payments, what is held and what to set."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from buying_shop import BOUGHT_ACCOUNTS, after, buying, purchase, returned
from hypothesis import given
from hypothesis import strategies as st
from plan_shop import (
    ABLE,
    DAY,
    codes,
    connection,
    contents_from,
    documents_as_text,
    inputs,
    line,
    order,
    plan,
    posted_from,
    result,
    steps,
)

from recon.money import vat_included
from recon.plan.plan import build_plan
from tests.trying import examples

LATER = DAY + dt.timedelta(4)
FEES = {
    "fee:commission": {"account": "520101", "withholding_percent": "3"},
    "fee:shipping": {"account": "520102", "vat": "none", "withholding_percent": "1"},
}
WITHHOLDS = buying({"by_sku": FEES, "withholds": True})


def settlement(**columns: Any) -> dict[str, Any]:
    """Commission 107.00 with VAT inside, and shipping 50.00 without, both kept back by the platform."""
    parts = (
        line("fee:commission", 10700, name="Commission"),
        line("fee:shipping", 5000, name="Shipping", taxable=False),
    )
    return purchase("1", *parts, **({"other_numbers": "TIV-77"} | columns))


def test_fees_of_a_platform_with_commission_and_shipping_apart() -> None:
    made = plan(settlement(), connection=WITHHOLDS)
    assert documents_as_text(made).splitlines() == [
        "expense EX-PO-1 2026-06-05 net 15000 vat 700 total 15700",
        "  1 x 10700 = 10700 vat7 700 Commission",
        "  1 x 5000 = 5000 none 0 Shipping",
        "    Dr 520101 10000",
        "    Dr 520102 5000",
        "    Dr 115402 700",
        "    Cr 212101 15700",
        "expense_payment - 2026-06-05 net 15000 vat 700 total 15700 on EX-PO-1",
        "    Dr 212101 15700",
        "    Cr 111201 15350",
        "    Cr 213101 350",
    ]
    bill, payment = made.documents.to_dicts()
    assert made.lines["wht_minor"].to_list() == [300, 50]
    assert (bill["wht_minor"], bill["paid_minor"], bill["payment_method"]) == (350, 0, None)
    assert (payment["paid_minor"], payment["payment_method"], payment["depends_on"]) == (
        15350,
        "BSV003",
        bill["document_key"],
    )
    assert bill["remark"] == "Purchase PO-1 · supplier's document TIV-77"


def test_nothing_is_withheld_unless_the_company_withholds_and_that_is_said() -> None:
    made = plan(settlement(), connection=buying({"by_sku": FEES}))
    assert (made.documents["wht_minor"].sum(), codes(made)) == (0, ["withholding-off"])
    assert made.documents["paid_minor"].to_list() == [0, 15700]


def test_an_unpaid_purchase_is_an_expense_and_its_later_payment_is_as_it_was_approved() -> None:
    bill = {"payment_state": "unpaid"}
    posted, (first,) = after(settlement(**bill), rules=WITHHOLDS)
    assert steps(first) == ["expense"]
    no_rates = buying(
        {"by_sku": {sku: {**rule, "withholding_percent": "5"} for sku, rule in FEES.items()}, "withholds": True}
    )
    made = plan(settlement(paid_on=LATER), connection=no_rates, posted=posted, read_posted=contents_from(first))
    assert documents_as_text(made).splitlines() == [
        "expense_payment - 2026-06-09 net 15000 vat 700 total 15700 on EX-PO-1",
        "    Dr 212101 15700",
        "    Cr 111201 15350",
        "    Cr 213101 350",
    ]
    assert made.documents["applies_to_key"].item() == first.documents["document_key"].item()


def test_input_vat_is_due_only_with_the_suppliers_tax_invoice() -> None:
    later, at_hand = (plan(purchase(), connection=buying({"tax_invoice": when})) for when in ("later", "with-expense"))
    assert "Dr 115402 700" in documents_as_text(later)
    assert "Dr 115401 700" in documents_as_text(at_hand)
    assert [made.documents["is_tax_invoice"].to_list() for made in (later, at_hand)] == [[False, False], [True, False]]


def test_a_ledger_that_cannot_be_told_of_the_tax_invoice_is_named_for_every_expense() -> None:
    silent = {"limits": replace(ABLE, expense_tax_invoice=False)}
    made = plan(purchase(), connection=buying({"tax_invoice": "with-expense"}), **silent)
    said = made.findings.filter(pl.col("code") == "tax-invoice-not-told").row(0, named=True)
    assert (said["severity"], said["amount_minor"], said["detail"]) == (
        "warning",
        10700,
        "Expense of PO-1: VAT 7.00.",
    )
    assert steps(made) == ["expense", "expense_payment"]
    for rules, limits in (({"tax_invoice": "later"}, silent), ({"tax_invoice": "with-expense"}, {})):
        assert "tax-invoice-not-told" not in codes(plan(purchase(), connection=buying(rules), **limits))


def test_a_tax_invoice_that_a_person_entered_makes_the_vat_of_its_expense_due_where_the_ledger_takes_it() -> None:
    both = (purchase(), purchase("2"))
    entered = frozenset({"zort:shop:purchase:1"})
    made = plan(*both, connection=buying(), tax_invoices=entered)
    expenses = made.documents.filter(pl.col("kind") == "expense")
    assert expenses.select("order_number", "is_tax_invoice").rows() == [("PO-1", True), ("PO-2", False)]
    assert all(f"Dr {account} 700" in documents_as_text(made) for account in ("115401", "115402"))
    silent = replace(ABLE, expense_tax_invoice=False)
    told = plan(*both, connection=buying({"tax_invoice": "with-expense"}), tax_invoices=entered, limits=silent)
    said = told.findings.filter(pl.col("code") == "tax-invoice-not-told")
    assert said["order_key"].to_list() == ["zort:shop:purchase:2"]


def test_prices_without_vat_a_company_without_vat_and_a_supplier_without_vat() -> None:
    on_top = purchase(vat_mode="excluded")
    assert plan(on_top, connection=buying()).documents.select("net_minor", "vat_minor", "total_minor").row(0) == (
        10700,
        749,
        11449,
    )
    unregistered = plan(on_top, connection=buying(vat_registered=False))
    assert unregistered.documents.select("net_minor", "vat_minor", "total_minor").row(0) == (11449, 0, 11449)
    silent = purchase(vat_mode="unknown", tax_minor=None)
    assert plan(silent, connection=buying()).documents["vat_minor"].to_list() == [0, 0]
    assert plan(silent, connection=buying({"neutral_orders": "with-vat"})).documents["vat_minor"][0] == 700


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ({"customer_name": " supplier  a "}, "C00007"),
        ({"customer_name": "Other", "customer_tax_id": "0105500000003"}, "T0105500000003"),
        ({"customer_name": "Other", "customer_tax_id": "0105500000003", "customer_branch": "12"}, "T010550000000312"),
        ({"customer_name": "Supplier A", "customer_tax_id": "0105500000003"}, "C00007"),
    ],
)
def test_who_the_supplier_is(who: dict[str, Any], code: str) -> None:
    assert plan(purchase(**who), connection=buying()).documents["contact_code"].unique().to_list() == [code]


def test_an_unknown_supplier_is_held_with_the_line_to_set() -> None:
    made = plan(purchase(customer_name="Other", customer_tax_id="0105500000004"), connection=buying())
    assert codes(made) == ["supplier-not-mapped", "supplier-tax-id-invalid"]
    bad = made.findings.filter(pl.col("code") == "supplier-tax-id-invalid")["detail"].item()
    assert bad == "No contact is set for the supplier's name either."
    said = made.findings.filter(pl.col("code") == "supplier-not-mapped")["detail"].item()
    assert (
        said == 'Set under [connections.main.purchases.suppliers]: "Other" = "CODE", the contact\'s code in the ledger.'
    )


def test_a_wrong_tax_id_of_a_supplier_with_a_contact_of_its_own_names_that_contact() -> None:
    made = plan(purchase(customer_tax_id="0105500000004"), connection=buying())
    said = made.findings.filter(pl.col("code") == "supplier-tax-id-invalid")["detail"].item()
    assert said == "The contact set for the supplier's name is used: C00007."


def test_a_code_the_ledger_lacks_holds_the_purchase_before_anything_is_sent() -> None:
    lacks = {"connection": buying(), "ledger_contacts": frozenset({"C00001"})}
    made = plan(purchase(), **lacks)
    assert (steps(made), codes(made)) == ([], ["supplier-not-there"])
    assert made.findings["detail"].item() == (
        'The ledger has no contact C00007, which stands under [connections.main.purchases.suppliers] for "Supplier A".'
    )
    assert steps(plan(purchase(), **lacks | {"ledger_contacts": frozenset({"C00007"})}))
    assert steps(plan(purchase(), **lacks | {"ledger_contacts": frozenset()})), "the lists were never read"
    assert steps(plan(purchase(customer_tax_id="0105500000003"), **lacks)), "the upload creates it"
    two = buying({"suppliers": {"Supplier A": "C00007", "Supplier B": "C00001"}})
    among = plan(purchase(), purchase("2", customer_name="Supplier B"), **lacks | {"connection": two})
    assert among.findings["detail"].to_list() == made.findings["detail"].to_list()
    assert {row["order_number"] for row in among.documents.to_dicts()} == {"PO-2"}


def test_a_line_without_an_account_holds_the_record_and_names_the_setting() -> None:
    rules = buying({"account": "", "by_sku": {"fee:commission": {"account": "520101"}}})
    made = plan(settlement(shipping_minor=100, total_minor=15800), connection=rules)
    assert (steps(made), result(made)["reason"]) == ([], "purchase-account-missing")
    assert made.findings["value"].to_list() == ["fee:shipping", "shipping"]
    assert made.findings["detail"][0] == (
        'Shipping: set account under [connections.main.purchases.by_sku."fee:shipping"], or connections.main.purchases.account '
        "for everything without one."
    )


def test_a_channel_nobody_mapped_holds_the_record() -> None:
    made = plan(purchase(payment_channel="Cheque"), connection=buying())
    assert (steps(made), codes(made)) == ([], ["channel-not-mapped"])
    unpaid = plan(purchase(payment_channel="", payment_state="unpaid"), connection=buying())
    assert steps(unpaid) == ["expense"]


@pytest.mark.parametrize(
    ("when", "state", "kinds"),
    [
        ("received", "open", []),
        ("received", "completed", ["expense"]),
        ("ordered", "open", ["expense"]),
        ("paid", "completed", []),
    ],
)
def test_when_an_unpaid_purchase_becomes_an_expense(when: str, state: str, kinds: list[str]) -> None:
    made = plan(purchase(order_state=state, payment_state="unpaid"), connection=buying({"expenses": when}))
    assert steps(made) == kinds


def test_a_purchase_return_is_held_or_goes_into_the_journal_book() -> None:
    held = plan(returned(), connection=buying())
    assert (codes(held), result(held)["held_minor"]) == (["supplier-credit-by-hand"], -10700)
    made = plan(returned(), connection=buying({"supplier_credit": "journal", "journal_book": "5"}))
    assert documents_as_text(made).splitlines() == [
        "supplier_credit SC-DN-1 2026-06-05 net 10000 vat 700 total 10700",
        "  1 x 10700 = 10700 vat7 700 Thing BOX",
        "    Cr 510101 10000",
        "    Cr 115402 700",
        "    Dr 212101 10700",
    ]
    unable = replace(ABLE, kinds=ABLE.kinds - {"supplier_credit"})
    rules = buying({"supplier_credit": "journal", "journal_book": "5"})
    assert codes(plan(returned(), connection=rules, limits=unable)) == ["supplier-credit-by-hand"]


def test_a_ledger_that_takes_no_expenses_holds_them() -> None:
    made = plan(purchase(), connection=buying(), limits=replace(ABLE, kinds=frozenset({"receipt"})))
    assert (codes(made), result(made)["disposition"], result(made)["held_minor"]) == (["ledger-cannot"], "held", 10700)


def test_purchases_that_are_switched_off_are_left_out_visibly() -> None:
    made = plan(order("7"), purchase(), connection=connection())
    assert made.results["reason"].to_list() == ["receipt", "kind-off"]
    assert made.bought is not None
    assert (made.bought.ignored_minor, made.bought.document_count, made.controls.document_count) == (10700, 0, 1)


def test_sales_and_purchases_are_planned_together_and_counted_apart() -> None:
    mixed = [order("7"), purchase("1"), order("8", line("MUG", 2140)), returned("2"), purchase("3", customer_name="?")]
    made = plan(*mixed, connection=buying())
    assert made.results["order_no"].to_list() == [0, 1, 2, 3, 4]
    assert made.documents["doc_no"].to_list() == list(range(made.documents.height))
    keys = [mixed[number]["order_key"] for number in made.documents["order_no"]]
    assert keys == made.documents["order_key"].to_list() == made.provenance["order_key"].to_list()
    assert made.bought is not None
    assert (made.controls.truth_minor, made.controls.documents_minor, made.controls.order_count) == (12840, 12840, 2)
    assert (made.bought.truth_minor, made.bought.documents_minor, made.bought.held_minor) == (10700, 10700, 0)
    sales = plan(*(each for each in mixed if each["record_kind"] == "sale"), connection=buying())
    own = made.documents.filter(~pl.col("kind").is_in(["expense", "expense_payment"]))
    assert own.drop("order_no").equals(sales.documents.drop("order_no"))
    assert made.controls == sales.controls


def test_no_purchases_no_totals_of_purchases() -> None:
    assert plan(order("7"), connection=buying()).bought is None


def test_a_purchase_never_takes_the_number_of_a_sale() -> None:
    rules = buying(number_prefix={"expense": "RT-"})
    made = plan(order("7"), purchase("7", order_number="#7"), connection=rules)
    numbers = made.documents["number"].drop_nulls().to_list()
    assert len(set(numbers)) == len(numbers) == 2


def test_accounts_nobody_chose_are_said() -> None:
    made = plan(purchase(), connection=buying(accounts={k: v for k, v in BOUGHT_ACCOUNTS.items() if k != "payable"}))
    assert codes(made) == ["account-not-chosen"]


def test_findings_of_earlier_steps_hold_purchases_too() -> None:
    foreign = plan(purchase(currency="USD"), connection=buying())
    assert (codes(foreign), result(foreign)["disposition"]) == (["currency-foreign"], "held")
    part = plan(purchase(payment_state="partial"), connection=buying())
    assert codes(part) == ["partly-paid"]


amount = st.integers(1, 500_000)
parts = st.lists(
    st.tuples(st.sampled_from(["fee:commission", "fee:shipping", "BOX"]), amount, st.integers(1, 7)),
    min_size=1,
    max_size=6,
)


@examples(15)
@given(parts, st.sampled_from(["included", "excluded"]), st.sampled_from(["0.75", "1", "3", "5", "15"]))
def test_vat_and_withheld_tax_add_up_whatever_the_lines(
    given_parts: list[tuple[str, int, int]], mode: str, percent: str
) -> None:
    """Independent of the plan's own arithmetic: plain integers, half up, once per document and per rate."""
    rates = {"fee:commission": percent, "fee:shipping": "1"}
    rules = buying(
        {"by_sku": {sku: {**FEES[sku], "withholding_percent": rate} for sku, rate in rates.items()}, "withholds": True}
    )
    lines = [line(sku, value, pieces, taxable=sku != "fee:shipping") for sku, value, pieces in given_parts]
    made = build_plan(inputs([purchase("1", *lines, vat_mode=mode)], connection=rules))
    bill, payment = made.documents.to_dicts()
    taxed = sum(value for sku, value, _ in given_parts if sku != "fee:shipping")
    whole = sum(value for _, value, _ in given_parts)
    vat = (2 * taxed * 700 + 10_000) // 20_000 if mode == "excluded" else vat_included(taxed, 700)
    assert (bill["vat_minor"], bill["total_minor"]) == (vat, whole + (vat if mode == "excluded" else 0))
    withheld = 0
    for rate in set(rates.values()):
        own = made.lines.filter(pl.col("sku").is_in([sku for sku, other in rates.items() if other == rate]))
        basis = int(rate.replace(".", "")) * (1 if "." in rate else 100)
        expected = (2 * int(own["net_minor"].sum()) * basis + 10_000) // 20_000
        assert own["wht_minor"].sum() == expected
        withheld += expected
    assert made.lines["wht_minor"].min() >= 0
    assert (bill["wht_minor"], payment["wht_minor"], payment["paid_minor"]) == (
        withheld, withheld, bill["total_minor"] - withheld,
    )  # fmt: skip
    assert made.lines.select("net_minor", "vat_minor").sum().row(0) == (bill["net_minor"], bill["vat_minor"])
    balance = made.postings.group_by("doc_no").agg(pl.col("debit_minor").sum() - pl.col("credit_minor").sum())
    assert balance["debit_minor"].unique().to_list() == [0]


def test_the_same_inputs_give_the_same_bytes() -> None:
    mixed = [order("7"), settlement(), returned("2")]
    one, two = (plan(*mixed, connection=WITHHOLDS) for _ in range(2))
    assert one.documents.equals(two.documents)
    assert one.postings.equals(two.postings)
    again = plan(*mixed, connection=WITHHOLDS, posted=posted_from(one))
    assert steps(again) == []


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ({"customer_name": "Other", "customer_tax_id": "0105500000003"}, "Suppliers"),
        ({"customer_name": "Supplier A"}, "C00007"),
        ({"customer_name": None}, "Suppliers"),
    ],
)
def test_suppliers_nobody_named_are_one(who: dict[str, Any], code: str) -> None:
    made = plan(purchase(**who), connection=buying(detail={"vendors": "one", "vendor": "Suppliers"}))
    assert made.documents["contact_code"].unique().to_list() == [code]
    assert made.documents["contact_tax_id"].drop_nulls().to_list() == []


def test_the_one_supplier_must_be_there() -> None:
    one = buying(detail={"vendors": "one", "vendor": "Suppliers"})
    made = plan(purchase(customer_name="Other"), connection=one, ledger_contacts=frozenset({"C00007"}))
    assert (steps(made), codes(made)) == ([], ["supplier-not-there"])
    assert "detail.vendor" in made.findings["detail"].item()
