"""A void or credit note over a whole posted document takes back what was posted: lines, accounts and VAT line by line."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from plan_shop import (
    DAY,
    codes,
    connection,
    contents_from,
    documents_as_text,
    line,
    order,
    plan,
    posted_from,
    steps,
)

from recon.plan.inputs import Plan, PlanLimits

LATER = DAY + dt.timedelta(4)
KEY = "zort:shop:1001"
REPOST = [(KEY, "repost", None, None)]
CHARGES = {
    "charges": {
        "default": {
            "shipping": {"account": "410301"},
            "cod_fee": {"account": "410302"},
            "rounding": {"account": "420105", "vat": "none"},
            "platform_voucher": "other-income",
        }
    }
}
FULL = {
    "shipping_minor": 5000, "shipping_discount_minor": 700, "cod_fee_minor": 2000, "rounding_minor": 13,
    "discount_minor": 333, "platform_discount_minor": 1000,
}  # fmt: skip


def full_order(*lines: dict[str, Any], **columns: Any) -> dict[str, Any]:
    """An order with every kind of charge, on accounts of their own."""
    lines = lines or (line(amount=9990, quantity=3), line("EXEMPT", 5000, taxable=False))
    return order("1001", *lines, **{**FULL, "tax_minor": None, **columns})


def left_per_account(*made: Plan) -> dict[str, int]:
    """Debits less credits per account over all plans, without the zeros."""
    sums = (
        pl.concat([each.postings for each in made])
        .group_by("account_code")
        .agg((pl.col("debit_minor") - pl.col("credit_minor")).sum().alias("left"))
    )
    return {account: left for account, left in sums.iter_rows() if left}


def lines_of(made: Plan, kind: str) -> list[tuple[Any, ...]]:
    """The lines of the only document of a kind, as they are booked."""
    doc_no = made.documents.filter(pl.col("kind") == kind)["doc_no"].item()
    columns = ("product_code", "account_code", "description", "quantity_milli", "unit_price_minor", "amount_minor",
               "discount_minor", "vat_code", "net_minor", "vat_minor")  # fmt: skip
    return made.lines.filter(pl.col("doc_no") == doc_no).select(columns).rows()


def test_a_document_posted_again_is_credited_on_the_accounts_it_was_booked_on() -> None:
    rules = connection(**CHARGES)
    first = plan(full_order(), connection=rules)
    dearer = full_order(line(amount=19990, quantity=3), line("MUG", 1000))
    second = plan(
        dearer, connection=rules, decisions=REPOST, posted=posted_from(first), read_posted=contents_from(first)
    )
    assert steps(second) == ["credit_note", "receipt"]
    assert lines_of(second, "credit_note") == lines_of(first, "receipt")
    assert len(lines_of(second, "credit_note")) == 6
    only_the_credit = second.postings.filter(pl.col("doc_no") == 0)
    both = (
        pl.concat([first.postings, only_the_credit])
        .group_by("account_code")
        .agg((pl.col("debit_minor").sum() - pl.col("credit_minor").sum()).alias("left"))
    )
    assert set(both["left"]) == {0}
    assert {"410301", "410302", "420105", "420101"} <= set(both["account_code"])
    same = (
        "vat_mode",
        "gross_minor",
        "discount_minor",
        "net_minor",
        "vat_minor",
        "vat_by_line_minor",
        "payment_method",
    )
    for column in same:
        assert second.documents[column][0] == first.documents[column][0], column
    assert only_the_credit["posting_no"].to_list() == list(range(1, only_the_credit.height + 1))
    assert only_the_credit["credit_minor"][-1] == first.documents["total_minor"].item()


@pytest.mark.parametrize("now", ["cancelled", "refunded"])
def test_mappings_changed_since_do_not_move_what_is_taken_back(now: str) -> None:
    first = plan(full_order(), connection=connection(**CHARGES))
    columns = {
        "cancelled": {"order_state": "cancelled", "payment_state": "refunded"},
        "refunded": {"payment_state": "refunded", "refunds": ({"amount_minor": 16970, "refunded_on": LATER},)},
    }[now]
    gone = full_order(**columns)
    gone["refunded_minor"] = gone["total_minor"]
    moved = connection(charges={"default": {"shipping": {"account": "499999"}, "platform_voucher": "other-income"}})
    second = plan(
        gone,
        connection=moved,
        product_links=[("ct01", "P777", None, None), ("exempt", "P003", None, "none")],
        channel_links=[("scb", "BSV999", "119999")],
        posted=posted_from(first),
        read_posted=contents_from(first),
    )
    assert steps(second) == ["credit_note"]
    assert left_per_account(first, second) == {}
    assert second.documents["payment_method"].item() == "BSV003"


def test_a_credit_note_on_a_paid_invoice_takes_the_money_from_where_the_payment_put_it() -> None:
    rules = connection(invoices="awaiting-transfer-unpaid", **CHARGES)
    first = plan(full_order(payment_state="unpaid", order_state="open"), connection=rules)
    second = plan(full_order(paid_on=LATER), connection=rules, posted=posted_from(first))
    assert (steps(first), steps(second)) == (["invoice"], ["payment"])
    third = plan(
        full_order(order_state="cancelled", paid_on=LATER),
        connection=rules,
        channel_links=[("scb", "BSV999", "119999")],
        posted=posted_from(second, posted_from(first)),
        read_posted=contents_from(first, second),
    )
    assert steps(third) == ["credit_note"]
    assert left_per_account(first, second, third) == {}
    assert third.documents["payment_method"].item() == "BSV003"
    assert lines_of(third, "credit_note") == lines_of(first, "invoice")


def test_a_refund_whose_payment_the_ledger_is_not_told_of_is_said() -> None:
    first = plan(order())
    gone = order(
        payment_state="refunded", refunded_minor=10700, refunds=({"amount_minor": 10700, "refunded_on": LATER},)
    )
    known = {"posted": posted_from(first), "read_posted": contents_from(first)}
    said = plan(gone, **known, limits=PlanLimits(refund_payment=False)).findings
    warned = said.filter(pl.col("code") == "refund-to-record").row(0, named=True)
    assert (warned["severity"], warned["order_key"], warned["amount_minor"]) == ("warning", KEY, 10700)
    assert warned["detail"] == "Credit note CN-1001 of RT-1001: 107.00 back from BSV003."
    assert "refund-to-record" not in codes(plan(gone, **known, limits=PlanLimits(refund_payment=True)))


@pytest.mark.parametrize("order_state", ["open", "completed"])
def test_a_paid_invoice_refunded_before_its_payment_was_posted_leaves_nothing_on_any_account(order_state: str) -> None:
    """Payment and credit note in one plan: the money comes in and goes back, the receivable is settled, the VAT is back."""
    rules = connection(invoices="awaiting-transfer-unpaid", **CHARGES)
    first = plan(full_order(payment_state="unpaid", order_state=order_state), connection=rules)
    gone = full_order(
        order_state=order_state,
        payment_state="refunded",
        paid_on=DAY,
        refunds=({"amount_minor": 0, "refunded_on": LATER},),
    )
    gone["refunded_minor"] = gone["total_minor"]
    gone["refunds"][0]["amount_minor"] = gone["total_minor"]
    second = plan(gone, connection=rules, posted=posted_from(first), read_posted=contents_from(first))
    assert steps(second) == ["payment", "credit_note"]
    assert left_per_account(first, second) == {}
    total = second.documents["total_minor"][1]
    credit = second.postings.filter(pl.col("doc_no") == 1)
    assert credit.filter(pl.col("account_code") == "111201")["credit_minor"].to_list() == [total]
    assert not credit["account_code"].is_in(["113101", "215102"]).any()
    assert second.documents["payment_method"].to_list() == ["BSV003", "BSV003"]


def test_a_void_takes_back_the_invoice_as_it_was() -> None:
    rules = connection(invoices="awaiting-transfer-unpaid", **CHARGES)
    unpaid = {"payment_state": "unpaid", "order_state": "open"}
    first = plan(full_order(**unpaid), connection=rules)
    second = plan(
        full_order(line(amount=7777), **unpaid),
        connection=rules,
        posted=posted_from(first),
        read_posted=contents_from(first),
    )
    assert steps(second) == ["void", "invoice"]
    assert lines_of(second, "void") == lines_of(first, "invoice")
    assert second.documents["payment_method"].to_list() == [None, None]


def test_vat_rounded_on_the_document_is_taken_back_on_the_line_it_was_put_on() -> None:
    rules = connection(prices="without-vat")
    ten = [line(f"S{number}", 990) for number in range(10)]
    links = [(f"s{number}", f"P{number:03}", None, None) for number in range(10)]
    told = order("1001", *ten, vat_mode="excluded")
    first = plan(told, connection=rules, product_links=links)
    assert sorted(row[-1] for row in lines_of(first, "receipt")) == [69] * 7 + [70] * 3
    second = plan(
        order("1001", line("S0", 5000), vat_mode="excluded"),
        connection=rules,
        product_links=links,
        decisions=REPOST,
        posted=posted_from(first),
        read_posted=contents_from(first),
    )
    assert lines_of(second, "credit_note") == lines_of(first, "receipt")
    assert second.documents["vat_mode"][0] == "excluded"


def test_lines_of_a_mirrored_document_point_to_where_the_order_stands_today() -> None:
    rules = connection(**CHARGES)
    first = plan(full_order(), connection=rules)
    second = plan(
        order("1000"),
        full_order(line(amount=100)),
        connection=rules,
        decisions=REPOST,
        posted=posted_from(first),
        read_posted=contents_from(first),
    )
    doc_no = second.documents.filter(pl.col("kind") == "credit_note")["doc_no"].item()
    rows = second.lines.filter(pl.col("doc_no") == doc_no)["row"].to_list()
    assert rows == [3, 3, None, None, None, None]


def test_a_document_whose_plan_is_lost_is_credited_on_the_sales_account_and_that_is_said() -> None:
    rules = connection(**CHARGES)
    first = plan(full_order(), connection=rules)
    second = plan(full_order(line(amount=100)), connection=rules, decisions=REPOST, posted=posted_from(first))
    assert "credited-lines-unknown" in codes(second)
    said = second.findings.filter(pl.col("code") == "credited-lines-unknown").row(0, named=True)
    assert (said["order_key"], said["document_key"], said["amount_minor"]) == (
        KEY, f"{KEY}/credit_note/1", first.documents["total_minor"].item(),
    )  # fmt: skip
    assert "RT-1001" in said["detail"]
    assert "Credit of RT-1001" in documents_as_text(second)


def test_a_credit_note_over_the_rest_of_a_partly_credited_document_is_no_mirror() -> None:
    refund = {"payment_state": "partly_refunded", "refunded_minor": 3000,
              "refunds": ({"amount_minor": 3000, "refunded_on": LATER},)}  # fmt: skip
    first = plan(order())
    second = plan(order(**refund), posted=posted_from(first), read_posted=contents_from(first))
    posted = posted_from(second, posted_from(first))
    third = plan(order(order_state="cancelled", **refund), posted=posted, read_posted=contents_from(first, second))
    assert (steps(third), third.documents["total_minor"].to_list()) == (["credit_note"], [7700])
    assert "credited-lines-unknown" not in codes(third)
