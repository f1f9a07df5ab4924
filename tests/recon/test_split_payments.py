"""Several payments on one sale: every part on the account of its channel, from the order to the summary of a day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from plan_shop import DAY, codes, connection, contents_from, documents_as_text, frames, order, plan, posted_from, result

from recon.frames.schemas import ORDERS, PAYMENTS
from recon.match.channels import unmapped_channels
from recon.normalize.paid_parts import paid_parts, stated_parts
from recon.plan.inputs import Plan, PlanLimits
from recon.review.decisions import document_digests

SPLITS = PlanLimits(partial_credit_note=True, split_payments=True)
LINKS = [("card", "BSV003", "111201"), ("giftcard", "GIFT", "212101"), ("cash", "CSH001", "111101")]
OTHERS = [("card", "X1", "999001"), ("giftcard", "X2", "999002")]
LATER = DAY + dt.timedelta(4)


def mixed(*parts: tuple[str, int | None], number: str = "1001", **columns: Any) -> dict[str, Any]:
    """An order of 107.00 paid through these channels."""
    paid = tuple({"payment_channel": channel, "amount_minor": amount} for channel, amount in parts)
    names = " + ".join(dict.fromkeys(channel for channel, _ in parts))
    return order(number, payment_channel=names, payments=paid, **columns)


def planned(*orders: dict[str, Any], **given: Any) -> Plan:
    return plan(*orders, **{"channel_links": LINKS, "limits": SPLITS, **given})


def parts_of(made: Plan, row: int = 0) -> list[tuple[str, str, int]]:
    head = made.documents.row(row, named=True)
    return [(one["payment_channel"], one["payment_method"], one["amount_minor"]) for one in head["payments"] or []]


def money(made: Plan) -> list[str]:
    return [text.strip() for text in documents_as_text(made).splitlines() if text.startswith("    ")]


CARD_AND_GIFT = (("Gift Card", 8000), ("Card", 2700))


def test_each_part_of_a_sale_is_booked_on_the_account_of_its_channel() -> None:
    made = planned(mixed(*CARD_AND_GIFT))
    assert parts_of(made) == [("Card", "BSV003", 2700), ("Gift Card", "GIFT", 8000)]
    head = made.documents.row(0, named=True)
    assert (head["payment_method"], head["paid_minor"], head["payment_channel"]) == (
        "BSV003",
        10700,
        "Gift Card + Card",
    )
    assert money(made) == ["Dr 111201 2700", "Dr 212101 8000", "Cr 410101 10000", "Cr 215101 700"]
    assert made.controls.ties
    assert codes(made) == []


def test_a_ledger_that_takes_one_payment_gets_the_whole_on_the_combination_as_before() -> None:
    links = [*LINKS, ("giftcard+card", "BOTH", "111999")]
    made = planned(mixed(*CARD_AND_GIFT), limits=PlanLimits(), channel_links=links)
    assert (parts_of(made), made.documents["payment_method"].item()) == ([], "BOTH")
    held = planned(mixed(*CARD_AND_GIFT), limits=PlanLimits())
    assert result(held)["reason"] == "channel-not-mapped"


def test_a_channel_nobody_mapped_holds_the_order_and_is_named_by_itself() -> None:
    made = planned(mixed(*CARD_AND_GIFT), channel_links=LINKS[:1])
    assert result(made)["reason"] == "channel-not-mapped"
    found = made.findings.row(0, named=True)
    assert (found["value"], "gift card" in found["detail"]) == ("Gift Card", True)


@pytest.mark.parametrize(
    ("parts", "first"),
    [
        ((("Card", 5000), ("Cash", 5700)), "CSH001"),
        ((("Cash", 5350), ("Card", 5350)), "BSV003"),
        ((("Gift Card", 10000), ("Card", 700)), "BSV003"),
    ],
)
def test_the_main_part_is_the_largest_that_reduces_nothing_we_owe(parts: Any, first: str) -> None:
    assert planned(mixed(*parts)).documents["payment_method"].item() == first


def test_an_account_the_ledger_calls_a_liability_is_never_the_main_part_beside_another() -> None:
    links = [("card", "BSV003", "111201"), ("storecredit", "OWED", "212102")]
    order_ = mixed(("Store credit", 9000), ("Card", 1700))
    assert planned(order_, channel_links=links).documents["payment_method"].item() == "OWED"
    made = planned(order_, channel_links=links, owed_accounts=frozenset({"212102"}))
    assert made.documents["payment_method"].item() == "BSV003"


def test_channels_of_one_account_are_one_part_and_one_part_is_no_split() -> None:
    links = [*LINKS, ("amex", "BSV003", "111201")]
    made = planned(mixed(("Card", 4000), ("Amex", 5000), ("Cash", 1700)), channel_links=links)
    assert parts_of(made) == [("Card + Amex", "BSV003", 9000), ("Cash", "CSH001", 1700)]
    made = planned(mixed(("Card", 4000), ("Amex", 6700)), channel_links=links)
    assert (parts_of(made), money(made)[0], codes(made)) == ([], "Dr 111201 10700", [])


def test_a_channel_that_paid_nothing_in_the_end_is_not_asked_for() -> None:
    made = planned(mixed(("Card", 10700), ("Voucher", 0)))
    assert (parts_of(made), made.documents["payment_method"].item()) == ([], "BSV003")


@pytest.mark.parametrize("parts", [(("Card", 2700), ("Cash", 7000)), (("Card", 13000), ("Cash", -2300))])
def test_payments_that_do_not_make_the_order_are_not_split_and_it_is_said(parts: Any) -> None:
    made = planned(mixed(*parts), channel_links=[*LINKS, ("card+cash", "BOTH", "111999")])
    assert (parts_of(made), money(made)[0]) == ([], "Dr 111999 10700")
    assert codes(made) == ["payments-not-split"]


def test_without_amounts_nothing_is_known_of_the_parts() -> None:
    made = planned(mixed(("Card", None), ("Cash", None)), channel_links=[*LINKS, ("card+cash", "BOTH", "111999")])
    assert (parts_of(made), made.documents["payment_method"].item(), codes(made)) == ([], "BOTH", [])


# Giving back


def test_a_refund_takes_from_the_main_part_first_then_from_the_next() -> None:
    refunds = tuple({"amount_minor": amount, "refunded_on": LATER} for amount in (2000, 3000, 1000))
    state = {"payment_state": "partly_refunded", "refunded_minor": 6000, "refunds": refunds}
    made = planned(mixed(*CARD_AND_GIFT, **state))
    assert [str(kind) for kind in made.documents["kind"]] == ["receipt", "credit_note", "credit_note", "credit_note"]
    assert [parts_of(made, row) for row in (1, 2, 3)] == [
        [], [("Card", "BSV003", 700), ("Gift Card", "GIFT", 2300)], [],
    ]  # fmt: skip
    assert made.documents["payment_method"].to_list()[1:] == ["BSV003", "BSV003", "GIFT"]
    assert made.documents["payment_channel"].to_list()[1:] == ["Card", "Gift Card + Card", "Gift Card"]
    taken = made.postings.filter(pl.col("doc_no") > 0, pl.col("account_code").is_in(["111201", "212101"]))
    assert taken.select("doc_no", "account_code", "credit_minor").rows() == [
        (1, "111201", 2000), (2, "111201", 700), (2, "212101", 2300), (3, "212101", 1000),
    ]  # fmt: skip


def back(*refunds: tuple[int, str | None]) -> dict[str, Any]:
    """The state of an order of which these amounts went back through these channels."""
    rows = tuple({"amount_minor": amount, "refunded_on": LATER, "payment_channel": name} for amount, name in refunds)
    whole = sum(amount for amount, _ in refunds)
    state = "refunded" if whole >= 10700 else "partly_refunded"
    return {"payment_state": state, "refunded_minor": whole, "refunds": rows}


def test_a_refund_goes_back_the_way_the_source_states() -> None:
    made = planned(mixed(*CARD_AND_GIFT, **back((2000, "Gift Card"), (700, "Card"))))
    assert [(parts_of(made, row), made.documents["payment_method"][row]) for row in (1, 2)] == [
        ([], "GIFT"),
        ([], "BSV003"),
    ]
    posted = posted_from(made)
    gone = planned(mixed(*CARD_AND_GIFT, **back((2000, "Gift Card"), (700, "Card"), (8000, None))), posted=posted)
    assert (parts_of(gone), gone.documents["payment_method"].to_list()) == ([], ["GIFT"])
    rest = planned(
        mixed(*CARD_AND_GIFT, **back((2000, "Gift Card"), (700, "Card"), (6000, "Gift Card"), (2000, "Card"))),
        posted=posted,
    )
    assert parts_of(rest) == [("Card", "BSV003", 2000), ("Gift Card", "GIFT", 6000)]


@pytest.mark.parametrize("channel", ["PayPal", "Card"])
def test_a_way_back_that_cannot_be_is_not_believed(channel: str) -> None:
    made = planned(mixed(*CARD_AND_GIFT, **back((3000, channel))))
    assert parts_of(made, 1) == [("Card", "BSV003", 2700), ("Gift Card", "GIFT", 300)]


def test_a_later_refund_goes_on_where_the_earlier_ones_ended() -> None:
    first = planned(mixed(*CARD_AND_GIFT))
    state = {
        "payment_state": "partly_refunded",
        "refunded_minor": 2000,
        "refunds": ({"amount_minor": 2000, "refunded_on": LATER},),
    }
    posted = posted_from(first)
    second = planned(mixed(*CARD_AND_GIFT, **state), posted=posted)
    assert second.documents["payment_method"].to_list() == ["BSV003"]
    posted = posted_from(second, posted)
    gone = planned(mixed(*CARD_AND_GIFT, payment_state="refunded", refunded_minor=10700), posted=posted)
    assert parts_of(gone) == [("Card", "BSV003", 700), ("Gift Card", "GIFT", 8000)]


def test_what_is_taken_back_whole_takes_every_part_back() -> None:
    first = planned(mixed(*CARD_AND_GIFT))
    state = {"payment_state": "refunded", "refunded_minor": 10700}
    at_once = planned(mixed(*CARD_AND_GIFT, **state))
    assert parts_of(at_once, 1) == parts_of(at_once, 0) == parts_of(first)
    later = planned(
        mixed(*CARD_AND_GIFT, **state),
        posted=posted_from(first),
        read_posted=contents_from(first),
        channel_links=OTHERS,
    )
    assert parts_of(later) == parts_of(first)
    both = pl.concat([first.postings, later.postings]).group_by("account_code").agg(
        (pl.col("debit_minor") - pl.col("credit_minor")).sum().alias("left")
    )  # fmt: skip
    assert both["left"].to_list() == [0] * 4


def test_a_receipt_that_was_posted_as_one_payment_gives_back_from_where_that_went() -> None:
    old = planned(mixed(*CARD_AND_GIFT), limits=PlanLimits(), channel_links=[("giftcard+card", "BOTH", "111999")])
    state = {
        "payment_state": "partly_refunded",
        "refunded_minor": 2000,
        "refunds": ({"amount_minor": 2000, "refunded_on": LATER},),
    }
    made = planned(mixed(*CARD_AND_GIFT, **state), posted=posted_from(old), read_posted=contents_from(old))
    assert (made.documents["payment_method"].item(), parts_of(made)) == ("BOTH", [])
    assert "Cr 111999 2000" in money(made)


def test_a_payment_on_an_invoice_goes_to_the_main_part_and_it_is_said() -> None:
    rules = connection(invoices="awaiting-transfer-unpaid")
    first = planned(mixed(*CARD_AND_GIFT, payment_state="unpaid", order_state="open"), connection=rules)
    made = planned(mixed(*CARD_AND_GIFT), connection=rules, posted=posted_from(first))
    assert (parts_of(made), made.documents["payment_method"].item()) == ([], "BSV003")
    assert codes(made) == ["payments-not-split"]


# What an approval is bound to


def test_another_split_is_another_document_and_one_payment_keeps_its_digest() -> None:
    made, other = planned(mixed(*CARD_AND_GIFT)), planned(mixed(("Gift Card", 7999), ("Card", 2701)))
    digests = [document_digests(p.documents, p.lines, p.postings.head(0))["digest"].item() for p in (made, other)]
    assert digests[0] != digests[1]
    single = planned(order(payment_channel="Card"))
    kept = single.documents.drop("payments")
    assert (
        document_digests(single.documents, single.lines, single.postings)["digest"].to_list()
        == document_digests(kept, single.lines, single.postings)["digest"].to_list()
    )


# What a person is asked for


def test_the_channels_of_known_parts_are_asked_for_one_by_one_with_their_own_amounts() -> None:
    told = frames([mixed(*CARD_AND_GIFT), mixed(("Card", None), ("Cash", None), number="1002")])
    known = paid_parts(told["orders"], told["payments"])
    assert known.rows() == [(0, "Gift Card", 8000), (0, "Card", 2700)]
    found = unmapped_channels(
        told["orders"],
        pl.DataFrame(LINKS[:1], schema=["payment_channel", "payment_method", "account_code"], orient="row"),
        None,
        known,
    )
    assert found.select("payment_channel", "order_count", "amount_minor").rows() == [
        ("Card + Cash", 1, 10700), ("Gift Card", 1, 8000),
    ]  # fmt: skip
    assert stated_parts(told["orders"], told["payments"]).rows() == [(0, 10700, 10700, True), (1, 10700, None, False)]
    assert paid_parts(pl.DataFrame(schema=ORDERS), pl.DataFrame(schema=PAYMENTS)).is_empty()


# The summary of a day


def test_a_summary_carries_the_sums_of_its_orders_parts() -> None:
    rules = connection(
        target="sandbox-quickbooks",
        taxes="line",
        vat_registered=False,
        summary={"sales": "day"},
        number_prefix={"receipt": ""},
    )
    columns = {"vat_mode": "none", "tax_minor": 0}
    orders = [
        mixed(*CARD_AND_GIFT, **columns),
        mixed(("Card", 10000), ("Gift Card", 700), number="1002", **columns),
        order("1003", payment_channel="Card", **columns),
        mixed(("Cash", 10000), ("Card", 700), number="1004", **columns),
        order("1005", payment_channel="Cash", ordered_on=LATER, **columns),
    ]
    made = planned(*orders, connection=rules)
    assert made.documents.select("payment_method", "total_minor").rows() == [
        ("BSV003", 32100), ("CSH001", 10700), ("CSH001", 10700),
    ]  # fmt: skip
    assert [parts_of(made, row) for row in range(3)] == [
        [("Card", "BSV003", 23400), ("Gift Card", "GIFT", 8700)], [("Cash", "CSH001", 10000), ("Card", "BSV003", 700)], [],
    ]  # fmt: skip
    moved = made.postings.filter(pl.col("debit_minor") > 0).select("doc_no", "account_code", "debit_minor")
    assert sorted(moved.rows()) == [
        (0, "111201", 23400), (0, "212101", 8700), (1, "111101", 10000), (1, "111201", 700), (2, "111101", 10700),
    ]  # fmt: skip
