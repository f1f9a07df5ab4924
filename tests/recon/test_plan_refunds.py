"""Refunds as documents of their own: money goes back behind a credit note, once, and only where the ledger wants it so."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from plan_shop import DAY, codes, connection, order, plan, posted_from, steps
from test_summing import DAILY, EACH, NEXT, held_in_ledger, refunded, sold

from recon.plan.inputs import Plan, PlanLimits
from recon.plan.summing.keys import holds_exactly

PAYS = PlanLimits(partial_credit_note=True, number_max_length=11, refund_document=True)


def entries(made: Plan, kind: str) -> list[tuple[str, int, int]]:
    """Return the postings of all documents of a kind."""
    mine = made.documents.filter(pl.col("kind") == kind).select("doc_no")
    return made.postings.join(mine, on="doc_no").select("account_code", "debit_minor", "credit_minor").rows()


def test_a_refund_stands_behind_its_credit_note_and_pays_it_out() -> None:
    made = plan(refunded("1", 2_000, NEXT, 500), sold("2"), connection=EACH, limits=PAYS)
    assert steps(made) == ["receipt", "credit_note", "refund", "receipt"]
    note, refund = made.documents.row(1, named=True), made.documents.row(2, named=True)
    assert refund["document_key"] == "zort:shop:1/refund/1"
    assert refund["applies_to_key"] == refund["depends_on"] == note["document_key"]
    assert (refund["applies_to_number"], refund["number"]) == (note["number"], None)
    assert (note["payment_method"], note["paid_on"], note["paid_minor"]) == (None, None, 0)
    assert (refund["payment_method"], refund["paid_on"], refund["paid_minor"]) == ("BSV003", NEXT, 500)
    assert (refund["net_minor"], refund["vat_minor"], refund["total_minor"]) == (500, 0, 500)
    assert entries(made, "credit_note")[-1] == ("113101", 0, 500)
    assert entries(made, "refund") == [("113101", 500, 0), ("111201", 0, 500)]
    assert made.controls.ties
    assert made.lines["doc_no"].unique().sort().to_list() == [0, 1, 3], "a refund moves money only"


def test_where_the_ledger_does_not_ask_for_it_nothing_changes() -> None:
    told = replace(PAYS, refund_document=False)
    made = plan(refunded("1", 2_000, NEXT, 500), connection=EACH, limits=told)
    assert steps(made) == ["receipt", "credit_note"]
    assert entries(made, "credit_note")[-1] == ("111201", 0, 500)


@pytest.mark.parametrize("rules", [EACH, DAILY])
def test_refunds_add_nothing_to_what_should_stand_in_the_ledger(rules: Any) -> None:
    orders = [refunded("1", 2_000, NEXT, 500), refunded("2", 3_000, NEXT, 3_240), sold("3")]
    plain = plan(*orders, connection=rules, limits=replace(PAYS, refund_document=False))
    made = plan(*orders, connection=rules, limits=PAYS)
    assert made.results.equals(plain.results)
    for figure in ("truth_minor", "documents_minor", "posted_minor", "held_minor", "ignored_minor"):
        assert getattr(made.controls, figure) == getattr(plain.controls, figure), figure
    back = 500 + 3_240
    assert made.controls.debit_minor == plain.controls.debit_minor + back
    owed = made.postings.filter(pl.col("account_code") == "113101")
    assert owed.select(pl.col("debit_minor").sum(), pl.col("credit_minor").sum()).row(0) == (back, back)
    names = ["account_code", "debit_minor", "credit_minor"]
    sums = [
        one.postings.select(names).group_by("account_code").sum().with_columns(pl.col("debit_minor") - pl.col("credit_minor"))
        for one in (made, plain)
    ]  # fmt: skip
    held = [dict(one.filter(pl.col("debit_minor") != 0).select(names[:2]).iter_rows()) for one in sums]
    assert held[0] == held[1], "the same money on every account, by another way"


def test_the_refunds_of_a_day_are_one_document() -> None:
    made = plan(refunded("1", 2_000, NEXT, 500), refunded("2", 2_000, NEXT, 500), connection=DAILY, limits=PAYS)
    assert steps(made) == ["receipt", "credit_note", "refund"]
    note, refund = made.documents.row(1, named=True), made.documents.row(2, named=True)
    assert refund["applies_to_number"] == note["number"] == "D260606-01"
    assert refund["document_key"] == note["document_key"].replace("/credit_note/", "/refund/")
    assert entries(made, "refund") == [("113101", 1_000, 0), ("111201", 0, 1_000)]
    assert holds_exactly(made.documents, made.parts.documents)
    again = plan(
        refunded("1", 2_000, NEXT, 500), refunded("2", 2_000, NEXT, 500), connection=DAILY, limits=PAYS,
        posted=held_in_ledger(made),
    )  # fmt: skip
    assert again.documents.is_empty()


def test_a_credit_note_that_stands_already_is_not_paid_out_again() -> None:
    orders = [refunded("1", 2_000, NEXT, 500)]
    before = plan(*orders, connection=EACH, limits=replace(PAYS, refund_document=False))
    assert plan(*orders, connection=EACH, limits=PAYS, posted=posted_from(before)).documents.is_empty()
    both = plan(*orders, connection=EACH, limits=PAYS)
    assert plan(*orders, connection=EACH, limits=PAYS, posted=posted_from(both)).documents.is_empty()
    more = refunded("1", 2_000, NEXT, 500)
    more["refunds"] = (*more["refunds"], {"amount_minor": 300, "refunded_on": NEXT + dt.timedelta(1)})
    more["refunded_minor"] = 800
    later = plan(more, connection=EACH, limits=PAYS, posted=posted_from(both))
    assert steps(later) == ["credit_note", "refund"]
    assert later.documents["document_key"].to_list() == ["zort:shop:1/credit_note/2", "zort:shop:1/refund/2"]
    assert later.documents["total_minor"].to_list() == [300, 300]


def test_money_that_cannot_leave_its_account_that_way_stays_with_a_person() -> None:
    both = [refunded("1", 2_000, NEXT, 500), refunded("2", 2_000, NEXT, 400, payment_channel="Shopee")]
    for rules, notes in ((EACH, 2), (DAILY, 2)):
        made = plan(*both, connection=rules, limits=replace(PAYS, refund_methods=frozenset({"BSV003"})))
        assert [kind for kind in steps(made) if kind == "credit_note"] == ["credit_note"] * notes
        (refund,) = made.documents.filter(pl.col("kind") == "refund").iter_rows(named=True)
        assert (refund["total_minor"], refund["payment_method"]) == (500, "BSV003")
        told = made.findings.filter(pl.col("code") == "refund-to-record")
        assert told["amount_minor"].to_list() == [400]
        kept = made.documents.filter(pl.col("kind") == "credit_note", pl.col("total_minor") == 400).row(0, named=True)
        assert (kept["payment_method"], kept["paid_minor"]) == ("EWL001", 400)
    whole = plan(*both, connection=EACH, limits=PAYS)
    assert "refund-to-record" not in codes(whole)


def test_a_mirrored_credit_note_leaves_its_money_on_receivables_too() -> None:
    from test_summing import contents_of

    first = plan(sold("1"), connection=EACH, limits=PAYS)
    gone = refunded("1", 2_000, NEXT, 2_160)
    gone["payment_state"] = "refunded"
    made = plan(gone, connection=EACH, limits=PAYS, posted=posted_from(first), read_posted=contents_of(first))
    assert steps(made) == ["credit_note", "refund"]
    assert entries(made, "credit_note")[-1] == ("113101", 0, 2_160)
    assert entries(made, "refund") == [("113101", 2_160, 0), ("111201", 0, 2_160)]


def test_an_account_nobody_chose_is_told_once() -> None:
    from plan_shop import ACCOUNTS
    from test_summing import AMERICAN

    rules = connection(**AMERICAN | {"accounts": {**ACCOUNTS, "receivable": ""}})
    made = plan(refunded("1", 2_000, NEXT, 500), order("2", paid_on=DAY), connection=rules, limits=PAYS)
    assert entries(made, "refund")[0] == ("receivable", 500, 0)
    told = made.findings.filter(pl.col("column") == "accounts.receivable")
    assert told.height == 1
    assert made.by_cause.filter(pl.col("code") == "account-not-chosen").height == 1


SPLIT = replace(PAYS, split_payments=True, number_max_length=30)
BACK = {
    "refunded_minor": 9_000,
    "payment_state": "partly_refunded",
    "refunds": ({"amount_minor": 9_000, "refunded_on": NEXT},),
}


def booked(made: Plan) -> list[str]:
    from test_split_payments import money

    return money(made)


def test_money_that_went_back_to_two_accounts_is_two_refunds() -> None:
    from test_split_payments import CARD_AND_GIFT, mixed, planned

    made = planned(mixed(*CARD_AND_GIFT, **BACK), limits=SPLIT)
    assert steps(made) == ["receipt", "credit_note", "refund", "refund"]
    refunds = made.documents.filter(pl.col("kind") == "refund")
    said = refunds.select("document_key", "payment_method", "paid_minor", "payments").rows()
    assert said == [
        ("zort:shop:1001/refund/1", "BSV003", 2_700, None),
        ("zort:shop:1001/refund/1001", "GIFT", 6_300, None),
    ]
    assert entries(made, "refund") == [
        ("113101", 2_700, 0), ("111201", 0, 2_700), ("113101", 6_300, 0), ("212101", 0, 6_300),
    ]  # fmt: skip
    assert made.controls.ties
    card_only = planned(mixed(*CARD_AND_GIFT, **BACK), limits=replace(SPLIT, refund_methods=frozenset({"BSV003"})))
    note, refund = card_only.documents.slice(1).iter_rows(named=True)
    assert (note["payment_method"], note["paid_minor"], note["payments"]) == ("GIFT", 6_300, None)
    assert (refund["payment_method"], refund["paid_minor"]) == ("BSV003", 2_700)
    told = card_only.findings.filter(pl.col("code") == "refund-to-record")
    assert told.select("amount_minor", "document_key").rows() == [(6_300, note["document_key"])]
    assert [one for one in booked(card_only) if one.startswith("Cr") and one != "Cr 215101 700"] == [
        "Cr 410101 10000", "Cr 113101 2700", "Cr 212101 6300", "Cr 111201 2700",
    ]  # fmt: skip


def test_money_goes_back_where_it_came_in_although_channels_were_linked_anew() -> None:
    from plan_shop import contents_from
    from test_split_payments import CARD_AND_GIFT, OTHERS, mixed, planned

    first = planned(mixed(*CARD_AND_GIFT), limits=SPLIT)
    all_back = {**BACK, "refunded_minor": 10_700, "refunds": ({"amount_minor": 10_700, "refunded_on": NEXT},)}
    gone = mixed(*CARD_AND_GIFT, **{**all_back, "payment_state": "refunded"})
    made = planned(
        gone, limits=SPLIT, posted=posted_from(first), channel_links=OTHERS, read_posted=contents_from(first)
    )
    assert steps(made) == ["credit_note", "refund", "refund"]
    assert entries(made, "refund") == [
        ("113101", 2_700, 0), ("111201", 0, 2_700), ("113101", 8_000, 0), ("212101", 0, 8_000),
    ]  # fmt: skip


def test_after_a_refused_refund_nobody_is_sent_to_a_plan_that_makes_none() -> None:
    from recon.service.waiting import next_step

    counts = {"posted": 2, "refused": 1}
    words = "record the refund on its credit note in the ledger"
    assert next_step("B1", counts, (), ()) == "mend the cause, then recon plan again"
    said = next_step("B1", counts, (), (), refund_of="zort:shop:1")
    assert said == f"{words}, then recon match --decide zort:shop:1=by-hand:NUMBER"
    assert next_step("B1", counts, (), (), refund_of="zort:shop:summary:2026-06-05:ab") == words
