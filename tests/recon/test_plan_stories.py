"""What an accountant asks of a plan: charges, vouchers, numbers, contacts, dates, what is held and what is left out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from plan_shop import (
    ABLE,
    CHANNELS,
    DAY,
    LINKS,
    TODAY,
    codes,
    connection,
    documents_as_text,
    line,
    order,
    plan,
    posted_from,
    result,
    steps,
)

from recon.errors import FrameError
from recon.frames.findings import one_finding
from recon.frames.text import fold
from recon.money import vat_included
from recon.plan.inputs import PlanLimits
from recon.plan.plan import build_plan

LATER = DAY + dt.timedelta(4)
REFUND = {
    "payment_state": "partly_refunded", "refunded_minor": 3000, "refunds": ({"amount_minor": 3000, "refunded_on": LATER},),
}  # fmt: skip
KEY = "zort:shop:1001"


def charges(**kinds: Any) -> dict[str, Any]:
    return {"charges": {"default": kinds}}


# Postings


def test_an_invoice_its_payment_and_the_vat_that_becomes_due() -> None:
    rules = connection(invoices="awaiting-transfer-unpaid", payment_terms_days=7)
    first = plan(order(payment_state="unpaid", order_state="open"), connection=rules)
    assert documents_as_text(first).splitlines() == [
        "invoice IV-1001 2026-06-05 net 10000 vat 700 total 10700",
        "  1 x 10700 = 10700 vat7 700 Thing CT01",
        "    Dr 113101 10700",
        "    Cr 410101 10000",
        "    Cr 215102 700",
    ]
    head = first.documents.row(0, named=True)
    assert (head["due_on"], head["is_tax_invoice"], head["paid_minor"]) == (DAY + dt.timedelta(7), False, 0)
    second = plan(order(paid_on=LATER), connection=rules, posted=posted_from(first))
    assert documents_as_text(second).splitlines() == [
        "payment RT-1001 2026-06-09 net 10000 vat 700 total 10700 on IV-1001",
        "    Dr 111201 10700",
        "    Cr 113101 10700",
        "    Dr 215102 700",
        "    Cr 215101 700",
    ]
    head = second.documents.row(0, named=True)
    assert (head["is_tax_invoice"], head["paid_minor"], head["paid_on"], head["payment_method"]) == (
        True,
        10700,
        LATER,
        "BSV003",
    )


def test_the_invoice_is_the_tax_invoice_once_the_goods_are_delivered() -> None:
    rules = connection(invoices="completed-unpaid")
    first = plan(order(payment_state="unpaid"), connection=rules)
    assert "Cr 215101 700" in documents_as_text(first)
    second = plan(order(), connection=rules, posted=posted_from(first))
    assert documents_as_text(second).splitlines()[1:] == ["    Dr 111201 10700", "    Cr 113101 10700"]
    assert not second.documents["is_tax_invoice"].item()


def test_a_void_reverses_its_invoice() -> None:
    rules = connection(invoices="awaiting-transfer-unpaid")
    first = plan(order(payment_state="unpaid", order_state="open"), connection=rules)
    gone = plan(order(payment_state="unpaid", order_state="cancelled"), connection=rules, posted=posted_from(first))
    assert documents_as_text(gone).splitlines() == [
        "void - 2026-06-30 net 10000 vat 700 total 10700 on IV-1001",
        "  1 x 10700 = 10700 vat7 700 Thing CT01",
        "    Dr 410101 10000",
        "    Dr 215102 700",
        "    Cr 113101 10700",
    ]


def test_income_is_summed_per_account() -> None:
    links = [("ct01", "P001", "410102", None), ("mug", "P002", None, None)]
    made = plan(order("1", line(), line("MUG", 2140), line(amount=5350)), product_links=links)
    posted = made.postings.select("account_code", "debit_minor", "credit_minor").rows()
    assert posted == [("111201", 18190, 0), ("410101", 0, 2000), ("410102", 0, 15000), ("215101", 0, 1190)]


def test_accounts_nobody_chose_are_named_in_words_and_said_once() -> None:
    made = plan(order("1"), order("2"), connection=connection(accounts={"output_vat": "215101"}))
    assert set(made.postings["account_code"]) == {"111201", "sales", "215101"}
    assert codes(made) == ["account-not-chosen"]


# Charges and vouchers


def test_charges_are_booked_left_out_or_held_per_sales_channel() -> None:
    rules = connection(
        charges={
            "default": {"shipping": {"product": "SHIP"}},
            "Lazada": {"shipping": {"treatment": "leave-out"}},
            "Odd": {"shipping": {"treatment": "hold"}},
        }
    )
    three = [order(name, shipping_minor=5000, sales_channel=name) for name in ("Shopee", "Lazada", "Odd")]
    made = plan(*three, connection=rules)
    shown = made.lines.filter(pl.col("kind") == "shipping").select(
        "doc_no", "product_code", "account_code", "amount_minor"
    )
    assert shown.rows() == [(0, "SHIP", None, 5000)]
    dispositions = made.results.select("disposition", "reason", "planned_minor", "held_minor", "ignored_minor").rows()
    assert dispositions == [
        ("documents", "receipt", 15700, 0, 0),
        ("documents", "receipt", 10700, 0, 5000),
        ("held", "charge-not-mapped", 0, 15700, 0),
    ]


def test_a_refund_of_more_than_the_document_takes_back_the_document_only() -> None:
    rules = connection(**charges(shipping={"treatment": "leave-out"}))
    told = order(
        shipping_minor=5000,
        payment_state="partly_refunded",
        refunded_minor=12000,
        refunds=({"amount_minor": 12000, "refunded_on": LATER},),
    )
    made = plan(told, connection=rules)
    assert made.documents["total_minor"].to_list() == [10700, 10700]
    assert (result(made)["truth_minor"], result(made)["ignored_minor"]) == (3700, 3700)


@pytest.mark.parametrize("refund", [10700, 12000])
def test_f39_a_sale_given_back_but_for_the_shipping_that_is_left_out_is_posted_once(refund: int) -> None:
    """All that the documents carry went back: receipt and credit note, and nothing more with the next plan."""
    rules = connection(**charges(shipping={"treatment": "leave-out"}))
    told = order(
        shipping_minor=5000,
        payment_state="partly_refunded",
        refunded_minor=refund,
        refunds=({"amount_minor": refund, "refunded_on": LATER},),
    )
    made = plan(told, connection=rules)
    assert steps(made) == ["receipt", "credit_note"]
    again = plan(told, connection=rules, posted=posted_from(made))
    assert (steps(again), result(again)["held_minor"]) == ([], 0)
    assert result(again)["ignored_minor"] == result(again)["truth_minor"] == 15700 - refund


def test_tips_and_gift_cards_wait_until_somebody_says_where_they_belong() -> None:
    made = plan(
        order("1", line(), line(None, 500, kind="tip", name="Tip")),
        order("2", line(None, 500, kind="gift_card", name="Card")),
    )
    assert codes(made) == ["charge-not-mapped", "charge-not-mapped"]
    booked = plan(
        order("1", line(), line(None, 500, kind="tip", name="Tip"), tax_minor=700),
        connection=connection(**charges(tip={"treatment": "book", "account": "420200", "vat": "none"})),
    )
    assert booked.lines.select("kind", "account_code", "vat_code", "amount_minor").row(1) == (
        "tip",
        "420200",
        "none",
        500,
    )


def test_all_charges_of_an_order_become_lines() -> None:
    rules = connection(**charges(duties={"treatment": "book", "account": "215300", "vat": "none"}))
    made = plan(
        order(
            "1",
            shipping_minor=4000,
            shipping_discount_minor=1000,
            cod_fee_minor=2000,
            duties_minor=700,
            rounding_minor=25,
            tax_minor=1027,
        ),
        connection=rules,
    )
    assert made.lines.select("kind", "amount_minor", "discount_minor", "vat_code").rows() == [
        ("product", 10700, 0, "vat7"), ("shipping", 3000, 1000, "vat7"), ("cod_fee", 2000, 0, "vat7"),
        ("duties", 700, 0, "none"), ("rounding", 25, 0, "none"),
    ]  # fmt: skip


def test_a_negative_cash_rounding_is_spread_like_a_discount() -> None:
    made = plan(order("1", line(amount=10725), rounding_minor=-25, tax_minor=702))
    assert made.lines.select("kind", "amount_minor", "discount_minor").rows() == [("product", 10700, 25)]
    assert steps(made) == ["receipt"]


@pytest.mark.parametrize(
    ("treatment", "total", "kinds"),
    [
        ("spread", 11700, ["product"]),
        ("other-income", 11700, ["product", "voucher"]),
        ("leave-out", 10700, ["product"]),
    ],
)
@pytest.mark.parametrize("mode", ["included", "excluded"])
def test_a_discount_paid_by_the_platform(treatment: str, total: int, kinds: list[str], mode: str) -> None:
    rules = connection(**charges(platform_voucher=treatment))
    made = plan(order("1", platform_discount_minor=1000, vat_mode=mode), connection=rules)
    total += 749 if mode == "excluded" else 0
    assert made.documents["total_minor"].to_list() == [total]
    assert made.lines["kind"].to_list() == kinds
    assert result(made)["truth_minor"] == total


def test_a_voucher_nobody_decided_about_holds_the_order() -> None:
    made = plan(order("1", platform_discount_minor=1000))
    assert (result(made)["reason"], result(made)["held_minor"]) == ("voucher-not-decided", 10700)


# Products and payment channels


def test_products_without_a_link_hold_the_order_or_go_as_text() -> None:
    told = order("1", line("NEW"), line(None, 500))
    held = plan(told)
    assert codes(held) == ["product-not-linked", "sku-missing"]
    assert held.findings.select("code", "value", "row", "amount_minor").row(0) == (
        "product-not-linked",
        "NEW",
        2,
        10700,
    )
    text = plan(told, connection=connection(products={"unlinked": "text", "without_sku": "text"}))
    assert text.lines.select("product_code", "account_code").rows() == [(None, "410101"), (None, "410101")]
    nowhere = plan(told, connection=connection(products={"unlinked": "text", "without_sku": "text"}, accounts={}))
    assert codes(nowhere) == ["sales-account-missing", "sales-account-missing"]


def test_skus_are_compared_folded_and_shown_as_they_came() -> None:
    made = plan(order("1", line(" ct01\u200b")))
    assert made.lines.select("product_code", "sku").rows() == [("P001", " ct01\u200b")]


def test_a_product_link_without_product_goes_as_text_on_its_account() -> None:
    made = plan(order("1"), product_links=[("ct01", None, "410199", None)])
    assert made.lines.select("product_code", "account_code").rows() == [(None, "410199")]


def test_payment_channels_without_an_account_hold_the_order_or_are_cash() -> None:
    two = [order("1", payment_channel="Beam"), order("2", payment_channel="")]
    assert codes(plan(*two)) == ["channel-missing", "channel-not-mapped"]
    cash = plan(*two, connection=connection(channels={"unmapped": "cash", "cash_method": "CSH001"}))
    assert cash.documents["payment_method"].to_list() == ["CSH001", "CSH001"]


def test_an_unpaid_order_needs_no_payment_channel() -> None:
    made = plan(order(payment_state="unpaid", payment_channel=""), connection=connection(invoices="completed-unpaid"))
    assert steps(made) == ["invoice"]


def test_several_channels_need_a_link_of_their_own_unless_they_agree() -> None:
    links = [*CHANNELS, ("scb2", "BSV003", "111201"), ("scb+shopee", "CLR001", "111900")]
    orders = [
        order(str(n), payment_channel=name) for n, name in enumerate(["SCB + SCB2", "SCB + Shopee", "SCB2 + Shopee"])
    ]
    made = plan(*orders, channel_links=links)
    assert made.documents["payment_method"].to_list() == ["BSV003", "CLR001"]
    assert codes(made) == ["channel-not-mapped"]


def test_only_the_chosen_payment_channels_are_sent() -> None:
    rules = connection(payment_channels=("SCB",))
    two = [order("1"), order("2", payment_channel="Shopee")]
    made = plan(*two, connection=rules)
    assert made.results["reason"].to_list() == ["receipt", "channel-not-chosen"]
    assert result(made, 1)["ignored_minor"] == 10700
    posted = posted_from(plan(*two))
    gone = [
        order("1"),
        order("2", payment_channel="Shopee", order_state="cancelled", payment_state="refunded", refunded_minor=10700),
    ]
    assert steps(plan(*gone, connection=rules, posted=posted)) == ["credit_note"], (
        "what is posted is followed to its end"
    )


# Scope


def test_nothing_is_dated_before_the_start_date() -> None:
    rules = connection(start_date=DAY + dt.timedelta(1))
    two = [order("1", **REFUND), order("2", paid_on=LATER)]
    made = plan(*two, connection=rules)
    assert made.results["reason"].to_list() == ["before-start-date", "receipt"]
    assert codes(made) == ["before-start-date", "refund-before-start"]


def test_kinds_that_are_off_are_left_out_and_those_we_cannot_post_are_held() -> None:
    two = [order("1"), order("2", record_kind="sale_return"), order("3", record_kind="purchase")]
    made = plan(*two, connection=connection(record_kinds=("sale", "sale_return")))
    assert made.results["reason"].to_list() == ["receipt", "kind-by-hand", "kind-off"]
    assert made.results["truth_minor"].to_list() == [10700, -10700, 10700]


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"payment_state": "partial"}, "partly-paid"),
        ({"payment_state": "overpaid"}, "overpaid"),
        ({"payment_state": "unknown"}, "payment-status-unknown"),
        ({"order_state": "hold"}, "order-on-hold"),
        ({"order_state": "failed_delivery"}, "order-on-hold"),
        ({"payment_state": "partly_refunded"}, "refund-amount-missing"),
        ({"payment_state": "refunded", "refunded_minor": 10701}, "refund-exceeds-total"),
        ({"currency": "USD"}, "currency-foreign"),
        ({"total_minor": 10800}, "does-not-foot"),
        ({"shipping_discount_minor": 100, "total_minor": 10700}, "does-not-foot"),
    ],
)
def test_what_is_doubtful_is_held_with_its_whole_amount(told: dict[str, Any], reason: str) -> None:
    made = plan(order(**told))
    row = result(made)
    assert (row["disposition"], row["reason"]) == ("held", reason)
    assert row["held_minor"] == row["truth_minor"]
    assert reason in codes(made)


def test_a_hold_of_an_earlier_step_holds_the_order_and_is_not_said_twice() -> None:
    found = one_finding("overpaid", order_key=KEY)
    made = plan(order(payment_state="overpaid"), findings=found)
    assert codes(made) == ["overpaid"]
    assert result(made)["reason"] == "overpaid"
    foot = plan(order(), order("2"), findings=one_finding("does-not-foot", order_key=KEY))
    assert foot.results["disposition"].to_list() == ["held", "documents"]


def test_all_reasons_of_a_held_order_are_said_at_once() -> None:
    made = plan(order("1", line("NEW"), payment_channel="Beam", currency="USD"), order("2", line("NEW")))
    assert codes(made) == ["channel-not-mapped", "currency-foreign", "product-not-linked", "product-not-linked"]
    assert made.by_cause.select("code", "order_count", "amount_minor").rows() == [
        ("product-not-linked", 2, 10700), ("channel-not-mapped", 1, 0), ("currency-foreign", 1, 0),
    ]  # fmt: skip


def test_an_order_cancelled_before_anything_was_posted_needs_nothing_but_the_money_is_asked_for() -> None:
    made = plan(order("1", order_state="cancelled"), order("2", order_state="cancelled", payment_state="unpaid"))
    assert codes(made) == ["cancelled-but-paid", "nothing-to-post", "nothing-to-post"]
    assert made.controls.cancelled_minor == 21400


def test_what_an_earlier_step_said_about_money_kept_is_not_said_again() -> None:
    found = one_finding("cancelled-but-paid", order_key=KEY, amount_minor=10700)
    made = plan(order(order_state="cancelled"), order("2", order_state="cancelled"), findings=found)
    said = made.findings.filter(pl.col("code") == "cancelled-but-paid")
    assert said["order_key"].to_list() == [KEY, "zort:shop:2"]
    cause = made.by_cause.filter(pl.col("code") == "cancelled-but-paid").row(0, named=True)
    assert (cause["finding_count"], cause["order_count"], cause["amount_minor"]) == (2, 2, 21400)


def test_an_order_over_nothing_needs_no_document() -> None:
    made = plan(order("1", line(amount=0)), order("2", line(amount=1000), discount_minor=1000))
    assert made.results["reason"].to_list() == ["nothing-to-post", "nothing-to-post"]


# Refunds and decisions


def test_f50_refunds_are_credited_one_by_one_on_their_own_days() -> None:
    two = ({"amount_minor": 3000, "refunded_on": LATER}, {"amount_minor": 2000, "refunded_on": DAY - dt.timedelta(9)})
    made = plan(order(payment_state="partly_refunded", refunded_minor=5000, refunds=two))
    credits_ = made.documents.filter(pl.col("kind") == "credit_note")
    assert credits_.select("number", "issued_on", "total_minor", "revision").rows() == [
        ("CN-1001", LATER, 3000, 1), ("CN-1001-2", DAY, 2000, 2),
    ]  # fmt: skip
    assert credits_["depends_on"].to_list() == ["zort:shop:1001/receipt/1", "zort:shop:1001/credit_note/1"]
    assert credits_["applies_to_number"].to_list() == ["RT-1001", "RT-1001"]


def test_the_vat_of_partial_credits_sums_to_the_vat_of_the_document() -> None:
    parts = [3333, 3333, 4034]
    posted = posted_from(plan(order()))
    refunds: list[dict[str, Any]] = []
    for amount in parts:
        refunds.append({"amount_minor": amount, "refunded_on": LATER})
        given = sum(each["amount_minor"] for each in refunds)
        state = "refunded" if given == 10700 else "partly_refunded"
        made = plan(order(payment_state=state, refunded_minor=given, refunds=tuple(refunds)), posted=posted)
        assert made.documents["total_minor"].to_list() == [amount]
        posted = posted_from(made, posted)
    assert posted.filter(pl.col("kind") == "credit_note")["vat_minor"].sum() == 700


def test_a_partial_credit_of_mixed_goods_takes_back_vat_in_proportion() -> None:
    told = order("1", line(), line("EXEMPT", 5000, taxable=False), **REFUND)
    made = plan(told)
    credit = made.documents.row(1, named=True)
    assert (credit["total_minor"], credit["vat_minor"]) == (3000, 134)
    lines = made.lines.filter(pl.col("doc_no") == 1)
    assert lines.select("vat_code", "amount_minor", "vat_minor").rows() == [("vat7", 2048, 134), ("none", 952, 0)]


def test_an_undated_refund_takes_the_day_it_was_first_seen() -> None:
    told = order(
        payment_state="partly_refunded", refunded_minor=3000, refunds=({"amount_minor": 3000, "refunded_on": None},)
    )
    assert plan(told).documents["issued_on"].to_list() == [DAY, TODAY]
    seen = [(KEY, 3000, LATER), (KEY, 4000, TODAY)]
    made = plan(told, first_seen=seen)
    assert made.documents["issued_on"].to_list() == [DAY, LATER]
    assert codes(made) == ["refund-undated"]
    known = one_finding("refund-undated", order_key=KEY)
    assert codes(plan(told, first_seen=seen, findings=known)) == ["refund-undated"]


def test_what_the_ledger_cannot_take_in_part_is_held_until_it_is_written_by_hand() -> None:
    unable = PlanLimits(partial_credit_note=False)
    posted = posted_from(plan(order()))
    made = plan(order(**REFUND), posted=posted, limits=unable)
    assert (codes(made), steps(made)) == (["partial-credit-by-hand"], [])
    row = result(made)
    assert (row["truth_minor"], row["posted_minor"], row["held_minor"]) == (7700, 10700, -3000)
    for amount in (None, -3000):
        settled = plan(order(**REFUND), posted=posted, limits=unable, decisions=[(KEY, "by-hand", "CN-77", amount)])
        row = result(settled)
        assert (row["disposition"], row["posted_minor"], row["held_minor"]) == ("posted", 7700, 0)
        assert codes(settled) == []
    more = ({"amount_minor": 3000, "refunded_on": LATER}, {"amount_minor": 2000, "refunded_on": LATER})
    again = plan(
        order(payment_state="partly_refunded", refunded_minor=5000, refunds=more), posted=posted, limits=unable,
        decisions=[(KEY, "by-hand", "CN-77", -3000)],
    )  # fmt: skip
    assert result(again)["held_minor"] == -2000, "what was written by hand covers its own amount, not the next refund"


def test_the_sale_goes_out_although_its_partial_credit_waits() -> None:
    made = plan(order(**REFUND), limits=PlanLimits())
    assert steps(made) == ["receipt"]
    assert (result(made)["disposition"], result(made)["held_minor"]) == ("documents", -3000)


def test_what_stands_behind_something_the_ledger_cannot_do_waits_too() -> None:
    rules = connection(invoices="awaiting-transfer-unpaid")
    posted = posted_from(plan(order(payment_state="unpaid", order_state="open"), connection=rules))
    dearer = order("1001", line(amount=12840))
    made = plan(dearer, connection=rules, posted=posted, limits=PlanLimits(kinds=frozenset({"invoice", "receipt"})))
    assert (steps(made), codes(made)) == ([], ["ledger-cannot"])
    assert result(made)["held_minor"] == 12840 - 10700


# Numbers


def test_f61_orders_with_one_number_are_told_apart_by_their_id() -> None:
    made = plan(order("1001"), order("77", order_number="1001"), order("78"))
    assert made.documents["number"].to_list() == ["RT-1001-1001", "RT-1001-77", "RT-78"]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("#1001", "RT-1001"),
        ("SO 2026/001", "RT-SO-2026-001"),
        ("๑๒๓", "RT-123"),
        ("คำสั่งซื้อ", "RT-5"),
        ("", "RT-5"),
        ("250605-ABCDEFGHIJKLMNOPQRSTUVWXYZ", "RT-250605-ABCDEFGHIJK-"),
    ],
)
def test_numbers_are_plain_whatever_the_shop_calls_its_orders(number: str, expected: str) -> None:
    made = plan(order("5", order_number=number))
    found = made.documents["number"].item()
    assert found.startswith(expected)
    assert len(found) <= 30
    assert found.isascii()
    assert made.documents["number"].item() == plan(order("5", order_number=number)).documents["number"].item()


def test_f39_a_number_that_another_document_has_is_not_used_again() -> None:
    taken = posted_from(plan(order("9"))).with_columns(
        number=pl.lit("rt-1001"), order_key=pl.lit(None, dtype=pl.String)
    )
    number = plan(order("1001"), posted=taken).documents["number"].item()
    assert number.startswith("RT-1001-")


def test_the_ledger_may_number_itself() -> None:
    made = plan(order(), connection=connection(numbering="ledger"))
    assert made.documents.select("number", "remark").row(0) == (None, "Order #1001 \u00b7 LINE \u00b7 RT-1001")


# Contacts


def test_a_buyer_with_a_valid_tax_id_gets_a_full_tax_invoice() -> None:
    buyer = {"customer_name": "บริษัท ตัวอย่าง จำกัด", "customer_address": "99/1 ถนนตัวอย่าง"}
    made = plan(
        order("1", customer_tax_id="0105500000003", customer_branch="สำนักงานใหญ่", **buyer),
        order("2", customer_tax_id="0-1055-00000-00-3", customer_branch="สาขา 00012", **buyer),
        order("3", customer_tax_id="1101700000001", **{**buyer, "customer_name": "น***า"}),
        order("4", customer_tax_id="0105500000004", **buyer),
        order("5", customer_tax_id="0105500000003", customer_branch="12345", **buyer),
        order("6"),
    )
    shown = made.documents.select("contact_code", "contact_tax_id", "contact_branch").rows()
    assert shown[0] == ("T0105500000003", "0105500000003", "00000")
    assert shown[1] == ("T010550000000312", "0105500000003", "00012")
    assert shown[2:4] == [("ONLINE", None, None)] * 2
    assert shown[4][1:] == ("0105500000003", "12345")
    assert shown[5] == ("ONLINE", None, None)
    assert made.documents["contact_code"].str.len_chars().max() == 16
    assert codes(made) == ["buyer-masked", "tax-id-invalid"]


def test_standing_contacts_per_sales_channel() -> None:
    contacts = {"default": "WEB", "by_channel": {"LINE": "SHOP-LINE"}}
    made = plan(order("1"), order("2", sales_channel="Shopee"), connection=connection(contacts=contacts))
    assert made.documents.select("contact_code", "contact_name").rows() == [
        ("SHOP-LINE", "LINE"),
        ("WEB", "Online customers"),
    ]


@pytest.mark.parametrize("text", ["0994000000006", "0105500000003", "1101700000001"])
def test_the_check_digit_of_a_tax_id(text: str) -> None:
    from recon.plan.buyers import valid_tax_id

    wrong = [text[:-1] + str(d) for d in range(10) if str(d) != text[-1]]
    frame = pl.DataFrame({"t": [text, *wrong, text[:-1], "abcdefghijklm", "", None]})
    assert frame.select(valid_tax_id(pl.col("t"))).to_series().to_list() == [True, *[False] * 12, None]


# Dates


@pytest.mark.parametrize(("rule", "expected"), [("paid", LATER), ("ordered", DAY), ("completed", TODAY)])
def test_the_day_a_receipt_carries(rule: str, expected: dt.date) -> None:
    told = order(paid_on=LATER, completed_on=TODAY)
    assert plan(told, connection=connection(document_date=rule)).documents["issued_on"].item() == expected
    assert plan(order(), connection=connection(document_date=rule)).documents["issued_on"].item() == DAY


def test_a_credit_note_is_never_dated_before_its_document() -> None:
    early = ({"amount_minor": 3000, "refunded_on": DAY - dt.timedelta(30)},)
    posted = posted_from(plan(order()))
    made = plan(order(payment_state="partly_refunded", refunded_minor=3000, refunds=early), posted=posted)
    assert made.documents["issued_on"].item() == DAY


# Proof


def test_control_totals_are_summed_on_both_sides() -> None:
    made = plan(
        order("1"), order("2", **REFUND), order("3", order_state="cancelled", payment_state="void"), order("4", line("NEW")),
        order("5", payment_state="unpaid"), order("6", currency="USD"),
    )  # fmt: skip
    controls = made.controls
    assert controls.ties
    assert controls.source_gross_minor == 5 * 10700
    assert (controls.cancelled_minor, controls.refunded_minor) == (10700, 3000)
    assert (
        controls.truth_minor
        == 4 * 10700 - 3000
        == controls.documents_minor + controls.held_minor + controls.ignored_minor
    )
    assert (controls.documents_minor, controls.held_minor, controls.ignored_minor) == (18400, 10700, 10700)
    assert controls.debit_minor == controls.credit_minor == 2 * 10700 + 3000
    assert (controls.foreign_order_count, controls.foreign) == (1, {"USD": 10700})
    assert made.by_kind.select("kind", "document_count", "total_minor").rows() == [
        ("receipt", 2, 21400),
        ("credit_note", 1, 3000),
    ]


def test_an_empty_shop_gives_an_empty_plan() -> None:
    made = plan()
    assert made.documents.is_empty()
    assert made.controls.ties


def test_frames_that_break_the_contract_are_refused() -> None:
    from plan_shop import inputs

    good = inputs([order("1"), order("2")])
    for broken in (
        {"orders": good.orders.reverse()},
        {"lines": good.lines.reverse()},
        {"orders": good.orders.with_columns(total_minor=pl.lit(10**15))},
        {"orders": good.orders.drop("row")},
        {"posted": good.posted.drop("kind")},
    ):
        given = {name: getattr(good, name) for name in good.__dataclass_fields__} | broken
        with pytest.raises(FrameError):
            build_plan(type(good)(**given))


def test_document_numbers_are_dense_and_in_the_order_of_sending() -> None:
    made = plan(order("1", **REFUND), order("2"), limits=ABLE)
    assert made.documents["doc_no"].to_list() == [0, 1, 2]
    assert made.lines["doc_no"].is_sorted()
    assert made.postings["doc_no"].is_sorted()
    assert made.lines["line_no"].to_list() == [1, 1, 1]
    assert LINKS
    assert made.provenance.select("order_key", "file").row(0) == ("zort:shop:1", "0123456789ab")


# Reasons of credit notes


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        ({"order_state": "cancelled"}, "ยกเลิกการขายตามคำสั่งซื้อ"),
        ({"order_state": "returned", "payment_state": "refunded", "refunded_minor": 10700}, "ลูกค้าคืนสินค้า"),
        ({"payment_state": "refunded", "refunded_minor": 10700}, "price agreed later"),
        (REFUND, "price agreed later"),
    ],
)  # fmt: skip
def test_a_credit_note_says_why_it_is_made(now: dict[str, Any], reason: str) -> None:
    rules = connection(credit_note_reasons={"refunded": "price agreed later"})
    first = plan(order(), connection=rules)
    second = plan(order(**now), connection=rules, posted=posted_from(first))
    assert (
        second.documents.filter(pl.col("kind") == "credit_note")["remark"].item()
        == f"{reason} \u00b7 Order #1001 \u00b7 LINE"
    )
    assert first.documents["remark"].item() == "Order #1001 \u00b7 LINE"


def test_a_credit_note_that_makes_room_for_a_new_amount_says_so() -> None:
    first = plan(order())
    again = plan(order("1001", line(amount=12840)), posted=posted_from(first), decisions=[(KEY, "repost", None, None)])
    assert again.documents["remark"][0].startswith("แก้ไขยอดเงินที่คำนวณผิด")
    assert again.documents["remark"][1] == "Order #1001 \u00b7 LINE"


# Rounding


def test_what_vat_by_line_misses_is_a_satang_here_and_there_and_never_all_on_one_line() -> None:
    many = [line(f"S{number}", 333, quantity=3) for number in range(60)]
    links = [(f"s{number}", f"P{number:03}", None, None) for number in range(60)]
    told = order("1001", *many, discount_minor=59, shipping_minor=777)
    made = plan(told, product_links=links)
    assert plan(order("1000", *many), told, order("1002", *many), product_links=links).controls.ties
    rows = made.lines.select("amount_minor", "vat_minor").rows()
    assert max(abs(vat - vat_included(amount, 700)) for amount, vat in rows) == 1
    shipping = made.lines.filter(pl.col("kind") == "shipping").row(0, named=True)
    assert (shipping["amount_minor"], shipping["vat_minor"]) == (777, 51)
    assert made.lines["vat_minor"].sum() == made.documents["vat_minor"].item()


def test_a_price_before_discount_times_its_pieces_less_the_discount_is_the_line() -> None:
    made = plan(order("1001", line(amount=9999, quantity=3), line("MUG", 10000, quantity=3), discount_minor=2001))
    rows = made.lines.select("quantity_milli", "amount_minor", "discount_minor").rows()
    assert sum(row[2] for row in rows) == 2001
    listed = made.lines.filter(pl.col("sku") == "CT01")
    gross = pl.col("amount_minor") + pl.col("discount_minor")
    assert listed.select((gross * 1000 == 3333 * pl.col("quantity_milli")).all()).item()


# Gift cards


def test_a_gift_card_sold_is_held_until_its_account_is_named() -> None:
    card = order("1001", line("GC-500", 50000, kind="gift_card", name="Gift Card", taxable=False), vat_mode="none")
    held = plan(card)
    assert (codes(held), steps(held)) == (["charge-not-mapped"], [])
    assert held.findings["detail"].item().startswith("Gift Card is no sale yet: name the account")
    named = plan(card, connection=connection(**charges(gift_card={"account": "219905", "vat": "none"})))
    assert "Cr 219905 50000" in documents_as_text(named)
    assert "410101" not in documents_as_text(named)


@pytest.mark.parametrize("channel", ["gift_card", "Gift Card + SCB", "บัตรของขวัญ"])
def test_paying_with_a_gift_card_never_goes_to_the_cash_channel_by_default(channel: str) -> None:
    rules = connection(channels={"unmapped": "cash", "cash_method": "CSH001"})
    made = plan(order(payment_channel=channel), order("2", payment_channel="Beam"), connection=rules)
    assert made.results["reason"].to_list() == ["channel-not-mapped", "receipt"]
    assert "brings no money to a bank" in made.findings["detail"].item()
    mapped = plan(order(payment_channel=channel), channel_links=[(fold(channel), "GFT001", "219905")])
    assert "Dr 219905 10700" in documents_as_text(mapped)


# Cancelled, and the money


CANCELLED = {"order_state": "cancelled", "order_key": "shopify:shop:1001"}
SHOP = {"source": "shopify"}


def test_a_cancelled_order_whose_money_did_not_go_back_is_no_credit_note_where_the_shop_states_refunds() -> None:
    rules = connection(**SHOP)
    first = plan(order(order_key="shopify:shop:1001"), connection=rules)
    second = plan(order(**CANCELLED), connection=rules, posted=posted_from(first))
    assert steps(second) == []
    told = result(second)
    assert (told["disposition"], told["reason"], told["held_minor"]) == ("held", "cancelled-not-refunded", -10700)
    said = second.findings.row(0, named=True)
    assert codes(second) == ["cancelled-not-refunded"]
    assert (said["severity"], said["amount_minor"]) == ("hold", 10700)
    assert said["detail"] == "Received 107.00, given back 0.00; RT-1001 over 107.00 stands, no credit note is made."
    assert second.controls.ties
    # The refund is recorded in the shop: the credit note follows.
    gone = order(**CANCELLED, payment_state="refunded", refunded_minor=10700)
    assert steps(plan(gone, connection=rules, posted=posted_from(first))) == ["credit_note"]


@pytest.mark.parametrize(
    ("decision", "documents", "disposition", "reason"),
    [
        ("credit", ["credit_note"], "documents", "cancelled-after-payment"),
        ("leave", [], "ignored", "left-as-is"),
        ("by-hand", [], "posted", "by-hand"),
    ],
)
def test_a_person_says_what_became_of_the_money_of_a_cancelled_order(
    decision: str, documents: list[str], disposition: str, reason: str
) -> None:
    rules = connection(**SHOP)
    first = plan(order(order_key="shopify:shop:1001"), connection=rules)
    decided = [("shopify:shop:1001", decision, "CN-1" if decision == "by-hand" else None, None)]
    second = plan(order(**CANCELLED), connection=rules, posted=posted_from(first), decisions=decided)
    assert steps(second) == documents
    assert (result(second)["disposition"], result(second)["reason"]) == (disposition, reason)
    assert second.controls.ties


def test_money_of_a_cancelled_order_without_a_document_is_held_in_sight() -> None:
    told = (
        order(**CANCELLED),
        order("2", **CANCELLED | {"order_key": "shopify:shop:2"}, payment_state="partly_refunded", refunded_minor=700),
    )
    made = plan(*told, connection=connection(**SHOP))
    assert made.results["disposition"].to_list() == ["held", "held"]
    assert made.results["held_minor"].to_list() == [10700, 10000]
    assert made.findings["detail"][0] == "Received 107.00, given back 0.00; no document stands for it."
    assert (made.controls.ties, made.controls.held_minor, made.controls.truth_minor) == (True, 20700, 20700)
    assert made.by_cause.row(0, named=True)["amount_minor"] == 20700
    decided = [("shopify:shop:1001", "credit", None, None), ("shopify:shop:2", "leave", None, None)]
    made = plan(*told, connection=connection(**SHOP), decisions=decided)
    assert made.results.select("disposition", "ignored_minor", "held_minor").rows() == [
        ("ignored", 0, 0),
        ("ignored", 10000, 0),
    ]


@pytest.mark.parametrize(
    ("source", "setting", "column", "held"),
    [
        ("zort", "auto", None, False), ("zort", "hold", None, True), ("bentoweb", "auto", "refunded", False),
        ("shopify", "auto", None, True), ("shopify", "credit", None, False), ("profile", "auto", None, False),
        ("profile", "auto", "Refunded", True), ("profile", "credit", "Refunded", False), ("shopee", "auto", "x", False),
    ],
)  # fmt: skip
def test_what_cancelled_means_follows_the_source_unless_a_setting_says_otherwise(
    source: str, setting: str, column: str | None, held: bool
) -> None:
    rules = connection(source=source, cancelled_paid=setting, **({"profile": "till"} if source == "profile" else {}))
    first = plan(order(), connection=rules)
    found = one_finding("cancelled-but-paid", order_key=KEY, amount_minor=10700, column=column)
    second = plan(order(order_state="cancelled"), connection=rules, posted=posted_from(first), findings=found)
    assert steps(second) == ([] if held else ["credit_note"])
    assert codes(second) == (["cancelled-not-refunded"] if held else ["cancelled-but-paid"])
