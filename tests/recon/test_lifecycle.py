"""The declared table: complete, printed in the docs, and followed for every state of order and ledger."""

from __future__ import annotations

import datetime as dt
from itertools import product
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from plan_shop import DAY, codes, connection, line, order, plan, posted_from, result, steps

from recon.domain.finding import FINDING_CODES
from recon.plan.lifecycle import LEDGER_HAS, LIFECYCLE, ORDER_NOW, combinations
from recon.plan.tills.lifecycle import lifecycles_page

INVOICED = connection(invoices="awaiting-transfer-unpaid")
ROOT = Path(__file__).parents[2]


def test_every_combination_has_exactly_one_rule() -> None:
    found = [key[:4] for key in combinations()]
    assert len(found) == len(set(found))
    assert set(found) == set(product(ORDER_NOW, LEDGER_HAS, (False, True), (False, True)))


def test_rules_name_known_findings_and_have_names_of_their_own() -> None:
    assert len({rule.name for rule in LIFECYCLE}) == len(LIFECYCLE)
    assert {rule.finding for rule in LIFECYCLE if rule.finding} <= set(FINDING_CODES)
    assert all(bool(rule.actions) != bool(rule.finding) or not rule.finding for rule in LIFECYCLE)


def test_docs_print_the_table() -> None:
    assert (ROOT / "docs" / "lifecycle.md").read_text(encoding="utf-8") == lifecycles_page()


# An order's life, told by the shop: what it says now.
AWAITING: dict[str, Any] = {"payment_state": "unpaid", "order_state": "open"}
PAID: dict[str, Any] = {"payment_state": "paid"}
PARTLY: dict[str, Any] = {
    "payment_state": "partly_refunded", "refunded_minor": 3000, "refunds": ({"amount_minor": 3000, "refunded_on": DAY + dt.timedelta(4)},),
}  # fmt: skip
REFUNDED: dict[str, Any] = {
    "payment_state": "refunded", "refunded_minor": 10700, "refunds": ({"amount_minor": 10700, "refunded_on": DAY + dt.timedelta(4)},),
}  # fmt: skip
CANCELLED: dict[str, Any] = {
    "order_state": "cancelled",
    "payment_state": "refunded",
    "cancelled_on": DAY + dt.timedelta(3),
}
DEARER: dict[str, Any] = {"lines": (line(amount=12840),), "goods_minor": 12840, "total_minor": 12840, "tax_minor": 840}


def ledger_of(state: str) -> pl.DataFrame | None:
    """What the ledger holds after the order went through these stages, each posted."""
    stages = {
        "nothing": [], "invoice": [AWAITING], "invoice_paid": [AWAITING, PAID], "receipt": [PAID],
        "closed": [PAID, CANCELLED],
    }[state]  # fmt: skip
    posted = None
    for stage in stages:
        made = plan(order(**stage), connection=INVOICED, **({} if posted is None else {"posted": posted}))
        posted = posted_from(made, posted)
    return posted


STORIES = [
    # the order is      ledger has       documents                              reason
    (AWAITING, "nothing", ["invoice"], "invoice"),
    (AWAITING, "invoice", [], "invoice-stands"),
    (AWAITING, "invoice_paid", [], "paid-became-unpaid"),
    (AWAITING, "receipt", [], "paid-became-unpaid"),
    (AWAITING, "closed", ["invoice"], "invoice"),
    (PAID, "nothing", ["receipt"], "receipt"),
    (PAID, "invoice", ["payment"], "payment"),
    (PAID, "invoice_paid", [], "posted"),
    (PAID, "receipt", [], "posted"),
    (PAID, "closed", ["receipt"], "receipt"),
    (PARTLY, "nothing", ["receipt", "credit_note"], "receipt-refund"),
    (PARTLY, "invoice", ["payment", "credit_note"], "payment-refund"),
    (PARTLY, "invoice_paid", ["credit_note"], "refund"),
    (PARTLY, "receipt", ["credit_note"], "refund"),
    (REFUNDED, "nothing", ["receipt", "credit_note"], "receipt-full-refund"),
    (REFUNDED, "invoice", ["payment", "credit_note"], "payment-full-refund"),
    (REFUNDED, "invoice_paid", ["credit_note"], "full-refund"),
    (REFUNDED, "receipt", ["credit_note"], "full-refund"),
    (REFUNDED, "closed", [], "refunded-both-stand"),
    (CANCELLED, "nothing", [], "nothing-to-post"),
    (CANCELLED, "invoice", ["void"], "cancelled-invoice"),
    (CANCELLED, "invoice_paid", ["credit_note"], "cancelled-after-payment"),
    (CANCELLED, "receipt", ["credit_note"], "cancelled-after-payment"),
    (CANCELLED, "closed", [], "cancelled-both-stand"),
    (DEARER | AWAITING, "invoice", ["void", "invoice"], "invoice-replaced"),
    (DEARER | PAID, "invoice", ["void", "receipt"], "payment-changed"),
    (DEARER | PAID, "receipt", [], "amount-changed"),
    (DEARER | PAID, "invoice_paid", [], "amount-changed"),
    (DEARER | PARTLY, "invoice", ["void", "receipt", "credit_note"], "payment-changed-refund"),
    (DEARER | REFUNDED | {"refunded_minor": 12840, "refunds": ()}, "invoice", ["void", "receipt", "credit_note"], "payment-changed-full-refund"),
    (DEARER | CANCELLED, "receipt", ["credit_note"], "cancelled-after-payment"),
]  # fmt: skip


@pytest.mark.parametrize(("now", "ledger", "kinds", "reason"), STORIES)
def test_f50_every_transition_by_every_ledger(now: dict[str, Any], ledger: str, kinds: list[str], reason: str) -> None:
    posted = ledger_of(ledger)
    given = {} if posted is None else {"posted": posted}
    made = plan(order(**now), connection=INVOICED, **given)
    assert steps(made) == kinds
    assert result(made)["reason"] == reason
    after = posted_from(made, posted)
    again = plan(order(**now), connection=INVOICED, posted=after)
    assert steps(again) == [], "once posted, nothing is left to do"
    assert (
        again.results["posted_minor"].item() + again.results["held_minor"].item() == again.results["truth_minor"].item()
    )


@pytest.mark.parametrize("now", [CANCELLED, REFUNDED])
def test_what_was_posted_and_taken_back_is_posted_and_not_called_cancelled_before_anything(now: dict[str, Any]) -> None:
    made = plan(order(**now), connection=INVOICED, posted=ledger_of("closed"))
    assert (result(made)["disposition"], result(made)["ignored_minor"]) == ("posted", 0)
    assert "nothing-to-post" not in made.findings["code"].to_list()


@pytest.mark.parametrize("ledger", ["receipt", "invoice_paid"])
def test_a_changed_amount_is_credited_and_posted_again_once_somebody_decided(ledger: str) -> None:
    posted = ledger_of(ledger)
    decided = [("zort:shop:1001", "repost", None, None)]
    made = plan(order(**DEARER), connection=INVOICED, posted=posted, decisions=decided)
    assert steps(made) == ["credit_note", "receipt"]
    credit, receipt = made.documents.to_dicts()
    assert (credit["total_minor"], receipt["total_minor"]) == (10700, 12840)
    assert receipt["depends_on"] == credit["document_key"]
    assert receipt["number"].endswith("-2")
    after = posted_from(made, posted)
    assert steps(plan(order(**DEARER), connection=INVOICED, posted=after, decisions=decided)) == []


def test_a_changed_amount_can_be_left_as_it_is() -> None:
    decided = [("zort:shop:1001", "leave", None, None)]
    made = plan(order(**DEARER), posted=ledger_of("receipt"), decisions=decided)
    row = result(made)
    assert (row["disposition"], row["reason"], row["held_minor"]) == ("ignored", "left-as-is", 0)
    assert row["ignored_minor"] == 12840 - 10700


def test_an_order_that_waits_for_completion_is_not_due_yet() -> None:
    rules = connection(receipts="paid-and-completed")
    assert result(plan(order(order_state="in_fulfilment"), connection=rules))["reason"] == "not-due"
    assert steps(plan(order(order_state="completed"), connection=rules)) == ["receipt"]


@pytest.mark.parametrize(
    ("rule", "state", "kinds"),
    [
        ("off", "completed", []),
        ("completed-unpaid", "open", []),
        ("completed-unpaid", "completed", ["invoice"]),
        ("awaiting-transfer-unpaid", "open", ["invoice"]),
    ],
)
def test_unpaid_orders_get_an_invoice_when_the_rule_says_so(rule: str, state: str, kinds: list[str]) -> None:
    for payment in ("unpaid", "claimed", "cod_due"):
        made = plan(
            order(order_state=state, payment_state=payment, payment_channel=""), connection=connection(invoices=rule)
        )
        assert steps(made) == kinds


def test_goods_that_came_back_unpaid_are_cancelled_and_paid_ones_wait_for_the_refund() -> None:
    unpaid = plan(
        order(order_state="returned", payment_state="cod_due"), connection=INVOICED, posted=ledger_of("invoice")
    )
    assert steps(unpaid) == ["void"]
    paid = plan(order(order_state="returned"))
    assert result(paid)["reason"] == "returned-not-refunded"


def test_refunds_are_followed_even_before_an_order_is_due() -> None:
    rules = connection(receipts="paid-and-completed")
    made = plan(order(**PARTLY, order_state="shipped"), connection=rules, posted=ledger_of("receipt"))
    assert steps(made) == ["credit_note"]


def test_what_is_still_being_sent_is_waited_for() -> None:
    posted = ledger_of("receipt")
    assert posted is not None
    made = plan(order(**CANCELLED), posted=posted.with_columns(pending=pl.lit(value=True)))
    assert steps(made) == []
    assert result(made)["reason"] == "pending-elsewhere"
    assert result(made)["held_minor"] == -10700
    quiet = plan(order(), posted=posted.with_columns(pending=pl.lit(value=True)))
    assert result(quiet)["disposition"] == "posted"


def test_two_live_documents_or_a_loose_credit_hold_the_order() -> None:
    receipt, invoice = ledger_of("receipt"), ledger_of("invoice")
    assert receipt is not None
    assert invoice is not None
    assert codes(plan(order(), posted=pl.concat([receipt, invoice]))) == ["posted-unclear"]
    loose = receipt.with_columns(
        kind=pl.lit("credit_note", dtype=receipt.schema["kind"]), document_key=pl.lit("x/credit_note/1")
    )
    assert codes(plan(order(), posted=pl.concat([receipt, loose]))) == ["posted-unclear"]
