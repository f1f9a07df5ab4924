"""The table of purchases: complete, and followed for every state of record and ledger."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from buying_shop import after, buying, purchase, returned
from plan_shop import line, plan, posted_from, result, steps

from recon.domain.finding import FINDING_CODES
from recon.plan.buying.lifecycle import (
    BUYING,
    PURCHASE_LEDGER,
    PURCHASE_NOW,
    RETURN_LEDGER,
    RETURN_NOW,
    buying_combinations,
)
from recon.plan.lifecycle import RULE_NAMES


def test_every_combination_has_exactly_one_rule() -> None:
    found = [key[:3] for key in buying_combinations()]
    assert len(found) == len(set(found))
    purchases = set(product(PURCHASE_NOW, PURCHASE_LEDGER, (False, True)))
    assert set(found) == purchases | set(product(RETURN_NOW, RETURN_LEDGER, (False, True)))


def test_rules_name_known_findings_and_have_names_of_their_own() -> None:
    names = [rule.name for rule in BUYING]
    assert len(set(names)) == len(names)
    assert not set(names) & set(RULE_NAMES)
    assert {rule.finding for rule in BUYING if rule.finding} <= set(FINDING_CODES)
    assert not any(rule.actions and rule.finding for rule in BUYING)


AWAITED: dict[str, Any] = {"payment_state": "unpaid", "order_state": "open"}
DUE: dict[str, Any] = {"payment_state": "unpaid", "order_state": "completed"}
PAID: dict[str, Any] = {}
REFUNDED: dict[str, Any] = {"payment_state": "partly_refunded", "refunded_minor": 1000}
CANCELLED: dict[str, Any] = {"order_state": "cancelled", "payment_state": "unpaid"}
DEARER: dict[str, Any] = {"lines": (line("BOX", 12840),), "goods_minor": 12840, "total_minor": 12840, "tax_minor": 840}
STAGES: dict[str, list[dict[str, Any]]] = {"nothing": [], "expense": [DUE], "expense_paid": [DUE, PAID]}

STORIES = [
    # the record is     ledger has      documents                        disposition  reason
    (AWAITED, "nothing", [], "ignored", "not-due"),
    (AWAITED, "expense", [], "posted", "expense-stands"),
    (AWAITED, "expense_paid", [], "held", "expense-became-unpaid"),
    (DUE, "nothing", ["expense"], "documents", "expense"),
    (DUE, "expense", [], "posted", "expense-stands"),
    (DUE, "expense_paid", [], "held", "expense-became-unpaid"),
    (PAID, "nothing", ["expense", "expense_payment"], "documents", "expense-and-payment"),
    (PAID, "expense", ["expense_payment"], "documents", "expense-payment"),
    (PAID, "expense_paid", [], "posted", "expense-paid"),
    (REFUNDED, "nothing", [], "held", "purchase-refunded"),
    (REFUNDED, "expense_paid", [], "held", "purchase-refunded"),
    (CANCELLED, "nothing", [], "ignored", "nothing-to-post"),
    (CANCELLED, "expense", [], "held", "purchase-cancelled"),
    (CANCELLED, "expense_paid", [], "held", "purchase-cancelled"),
    (DEARER | DUE, "expense", [], "held", "purchase-changed"),
    (DEARER | PAID, "expense", [], "held", "purchase-changed"),
    (DEARER | PAID, "expense_paid", [], "held", "purchase-changed"),
]


@pytest.mark.parametrize(("now", "ledger", "kinds", "disposition", "reason"), STORIES)
def test_f50_every_transition_of_a_purchase(
    now: dict[str, Any], ledger: str, kinds: list[str], disposition: str, reason: str
) -> None:
    posted, _ = after(*(purchase(**stage) for stage in STAGES[ledger]))
    given: dict[str, Any] = {} if posted is None else {"posted": posted}
    made = plan(purchase(**now), connection=buying(), **given)
    assert steps(made) == kinds
    assert (result(made)["disposition"], result(made)["reason"]) == (disposition, reason)
    again = plan(purchase(**now), connection=buying(), posted=posted_from(made, posted))
    assert steps(again) == [], "once posted, nothing is left to do"
    assert made.bought is not None
    assert made.bought.ties


RETURN_OPEN: dict[str, Any] = {"order_state": "open", "payment_state": "unpaid"}
JOURNAL = buying({"supplier_credit": "journal", "journal_book": "5"})
RETURNS = [
    (RETURN_OPEN, "nothing", [], "not-due"),
    (RETURN_OPEN, "credit", [], "supplier-credit-stands"),
    (PAID, "nothing", ["supplier_credit"], "supplier-credit"),
    (PAID, "credit", [], "supplier-credit-stands"),
    (DUE, "nothing", ["supplier_credit"], "supplier-credit"),
    ({"payment_state": "refunded"}, "nothing", ["supplier_credit"], "supplier-credit"),
    (DEARER, "credit", [], "purchase-changed"),
    (CANCELLED, "nothing", [], "nothing-to-post"),
    (CANCELLED, "credit", [], "purchase-cancelled"),
]


@pytest.mark.parametrize(("now", "ledger", "kinds", "reason"), RETURNS)
def test_f50_every_transition_of_a_purchase_return(
    now: dict[str, Any], ledger: str, kinds: list[str], reason: str
) -> None:
    posted, _ = after(*([returned()] if ledger == "credit" else []), rules=JOURNAL)
    given: dict[str, Any] = {} if posted is None else {"posted": posted}
    made = plan(returned(**now), connection=JOURNAL, **given)
    assert (steps(made), result(made)["reason"]) == (kinds, reason)
    assert steps(plan(returned(**now), connection=JOURNAL, posted=posted_from(made, posted))) == []


def test_what_was_taken_back_by_hand_is_closed_and_never_posted_a_second_time() -> None:
    posted, _ = after(purchase(**DUE))
    held = plan(purchase(**CANCELLED), connection=buying(), posted=posted)
    assert result(held)["held_minor"] == -10700
    decided = [("zort:shop:purchase:1", "by-hand", "EXP-9", -10700)]
    gone = plan(purchase(**CANCELLED), connection=buying(), posted=posted, decisions=decided)
    assert (result(gone)["disposition"], result(gone)["reason"], result(gone)["held_minor"]) == (
        "posted", "purchase-cancelled-both-stand", 0,
    )  # fmt: skip
    back = plan(purchase(**PAID), connection=buying(), posted=posted, decisions=decided)
    assert (steps(back), result(back)["reason"], result(back)["held_minor"]) == ([], "purchase-changed", 10700)


def test_a_purchase_entered_by_hand_is_never_planned_later() -> None:
    """Held for want of a supplier, entered by hand, then the supplier is mapped: the expense stands already."""
    decided = [("zort:shop:purchase:1", "by-hand", "EXP-9", 10700)]
    before = plan(purchase(), connection=buying({"suppliers": {}}), decisions=decided)
    mapped = plan(purchase(), connection=buying(), decisions=decided)
    for made in (before, mapped):
        assert (steps(made), result(made)["disposition"], result(made)["posted_minor"]) == ([], "posted", 10700)
    dearer = plan(purchase(**DEARER), connection=buying(), decisions=decided)
    assert (steps(dearer), result(dearer)["held_minor"]) == ([], 12840 - 10700)


def test_a_suppliers_credit_written_by_hand_counts_as_posted() -> None:
    decided = [("zort:shop:purchase_return:1", "by-hand", "JV-1", -10700)]
    held = plan(returned(), connection=buying())
    assert (result(held)["disposition"], result(held)["held_minor"]) == ("held", -10700)
    done = plan(returned(), connection=buying(), decisions=decided)
    assert (result(done)["disposition"], result(done)["posted_minor"], result(done)["held_minor"]) == (
        "posted",
        -10700,
        0,
    )
    changed = plan(returned(**DEARER), connection=buying(), decisions=decided)
    assert (result(changed)["reason"], result(changed)["held_minor"]) == ("purchase-changed", -2140)


def test_a_change_corrected_by_hand_is_settled() -> None:
    posted, _ = after(purchase(**DUE))
    raised = [("zort:shop:purchase:1", "by-hand", "EXP-9", 2140)]
    made = plan(purchase(**DEARER, **DUE), connection=buying(), posted=posted, decisions=raised)
    assert (result(made)["disposition"], result(made)["held_minor"], result(made)["posted_minor"]) == (
        "posted",
        0,
        12840,
    )
    cheaper = {"lines": (line("BOX", 5350),), "goods_minor": 5350, "total_minor": 5350, "tax_minor": 350}
    lowered = [("zort:shop:purchase:1", "by-hand", "EXP-9", -5350)]
    made = plan(purchase(**cheaper, **DUE), connection=buying(), posted=posted, decisions=lowered)
    assert (result(made)["reason"], result(made)["held_minor"]) == ("expense-stands", 0)
    paid = plan(purchase(**cheaper), connection=buying(), posted=posted, decisions=lowered)
    assert paid.documents.select("kind", "total_minor").rows() == [("expense_payment", 5350)]
