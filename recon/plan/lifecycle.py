"""The lifecycle of an order, as data: what an order is now, what the ledger has, and what that asks for.

The table is the specification. It is turned into a small frame that orders are joined with, and printed as
docs/lifecycle.md; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

import polars as pl

from recon.frames.schemas import DocumentKind

ORDER_NOW: Final = ("nothing", "awaiting", "invoice_due", "paid", "partly_refunded", "refunded", "cancelled")
LEDGER_HAS: Final = ("nothing", "invoice", "invoice_paid", "receipt", "closed")
ACTIONS: Final = ("invoice", "receipt", "payment", "void", "credit_rest", "credit_part")

OrderNow = pl.Enum(ORDER_NOW)
LedgerHas = pl.Enum(LEDGER_HAS)
Action = pl.Enum(ACTIONS)

KIND_OF: Final = {
    "invoice": "invoice",
    "receipt": "receipt",
    "payment": "payment",
    "void": "void",
    "credit_rest": "credit_note",
    "credit_part": "credit_note",
}
"""Document kind of each action."""

ORDER_NOW_MEANS: Final[dict[str, str]] = {
    "nothing": "paid, but not due by the connection's rules yet",
    "awaiting": "unpaid, no invoice wanted",
    "invoice_due": "unpaid, an invoice is wanted",
    "paid": "paid (shipped or not)",
    "partly_refunded": "paid, a part was given back",
    "refunded": "paid, all of it was given back",
    "cancelled": "cancelled, or its total is zero",
}
LEDGER_HAS_MEANS: Final[dict[str, str]] = {
    "nothing": "nothing",
    "invoice": "the invoice",
    "invoice_paid": "invoice and its payment",
    "receipt": "the receipt",
    "closed": "documents that are void or credited in full",
}
ACTION_MEANS: Final[dict[str, str]] = {
    "invoice": "invoice",
    "receipt": "receipt / tax invoice",
    "payment": "payment on the invoice",
    "void": "void the invoice",
    "credit_rest": "credit note over all that is not credited yet",
    "credit_part": "credit note per refund not credited yet",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: for these states these documents, in this order; or none, with the reason."""

    name: str
    now: tuple[str, ...]
    ledger: tuple[str, ...]
    actions: tuple[str, ...] = ()
    changed: bool | None = None
    """Whether the amount differs from the posted one; None: it does not matter."""
    repost: bool | None = None
    """Whether a person decided to credit and post again; None: it does not matter."""
    finding: str = ""
    """Code of the finding that says why there is no document; empty: the ledger is right as it is."""


_OPEN: Final = ("nothing", "awaiting", "invoice_due")
_LIVE: Final = ("invoice_paid", "receipt")
_EMPTY: Final = ("nothing", "closed")

LIFECYCLE: Final[tuple[Rule, ...]] = (
    Rule("not-due", ("nothing", "awaiting"), _EMPTY, finding="not-due"),
    Rule("invoice", ("invoice_due",), _EMPTY, ("invoice",)),
    Rule("invoice-stands", _OPEN, ("invoice",), changed=False),
    Rule("invoice-replaced", _OPEN, ("invoice",), ("void", "invoice"), changed=True),
    Rule("paid-stands", ("nothing",), _LIVE, changed=False),
    Rule("paid-changed", ("nothing",), _LIVE, changed=True, finding="amount-changed"),
    Rule("paid-became-unpaid", ("awaiting", "invoice_due"), _LIVE, finding="paid-became-unpaid"),
    Rule("receipt", ("paid",), _EMPTY, ("receipt",)),
    Rule("payment", ("paid",), ("invoice",), ("payment",), changed=False),
    Rule("payment-changed", ("paid",), ("invoice",), ("void", "receipt"), changed=True),
    Rule("posted", ("paid",), _LIVE, changed=False),
    Rule("amount-changed", ("paid", "partly_refunded"), _LIVE, changed=True, repost=False, finding="amount-changed"),
    Rule("reposted", ("paid",), _LIVE, ("credit_rest", "receipt"), changed=True, repost=True),
    Rule("receipt-refund", ("partly_refunded",), _EMPTY, ("receipt", "credit_part")),
    Rule("payment-refund", ("partly_refunded",), ("invoice",), ("payment", "credit_part"), changed=False),
    Rule(
        "payment-changed-refund", ("partly_refunded",), ("invoice",), ("void", "receipt", "credit_part"), changed=True
    ),
    Rule("refund", ("partly_refunded",), _LIVE, ("credit_part",), changed=False),
    Rule(
        "reposted-refund",
        ("partly_refunded",),
        _LIVE,
        ("credit_rest", "receipt", "credit_part"),
        changed=True,
        repost=True,
    ),
    Rule("receipt-full-refund", ("refunded",), ("nothing",), ("receipt", "credit_rest")),
    Rule("payment-full-refund", ("refunded",), ("invoice",), ("payment", "credit_rest"), changed=False),
    Rule("payment-changed-full-refund", ("refunded",), ("invoice",), ("void", "receipt", "credit_rest"), changed=True),
    Rule("full-refund", ("refunded",), _LIVE, ("credit_rest",)),
    Rule("refunded-both-stand", ("refunded",), ("closed",)),
    Rule("cancelled", ("cancelled",), ("nothing",), finding="nothing-to-post"),
    Rule("cancelled-both-stand", ("cancelled",), ("closed",)),
    Rule("cancelled-invoice", ("cancelled",), ("invoice",), ("void",)),
    Rule("cancelled-after-payment", ("cancelled",), _LIVE, ("credit_rest",)),
)
"""Exactly one row for every combination of order, ledger, changed and repost (a test counts)."""

_STEPS: Final = pl.Schema(
    {"rule_no": pl.UInt8(), "step": pl.UInt8(), "action": Action, "kind": DocumentKind, "after_sale": pl.Boolean()}
)

RULE_NAMES: Final = tuple(rule.name for rule in LIFECYCLE)
REPOSTS: Final = [name.startswith("reposted") for name in RULE_NAMES]
"""Per rule, whether a posted document is credited and posted again; that credit is no refund."""
SALE_ACTIONS: Final = ("invoice", "receipt")


def combinations() -> Iterator[tuple[str, str, bool, bool, int]]:
    """Yield (now, ledger, changed, repost, number of the rule) for every combination the table covers."""
    for number, rule in enumerate(LIFECYCLE):
        changed = (False, True) if rule.changed is None else (rule.changed,)
        repost = (False, True) if rule.repost is None else (rule.repost,)
        for now, ledger, is_changed, is_repost in product(rule.now, rule.ledger, changed, repost):
            yield now, ledger, is_changed, is_repost, number


def rules_frame() -> pl.DataFrame:
    """Return the table as a frame: one row per combination."""
    return pl.DataFrame(
        list(combinations()),
        schema={"now": OrderNow, "ledger": LedgerHas, "changed": pl.Boolean, "repost": pl.Boolean, "rule_no": pl.UInt8},
        orient="row",
    )


def steps_frame() -> pl.DataFrame:
    """Return the documents each rule asks for: rule_no, step (1..), action, kind, and whether a new sale stands before."""
    rows = [
        (number, step, action, KIND_OF[action], any(before in SALE_ACTIONS for before in rule.actions[: step - 1]))
        for number, rule in enumerate(LIFECYCLE)
        for step, action in enumerate(rule.actions, 1)
    ]
    return pl.DataFrame(rows, schema=_STEPS, orient="row")


def rules_with(*actions: str) -> list[bool]:
    """Return for each rule whether it asks for one of these actions."""
    return [any(action in actions for action in rule.actions) for rule in LIFECYCLE]


def may_act() -> pl.DataFrame:
    """Return the (now, ledger) pairs for which amounts matter: some rule makes a document or looks for a change."""
    pairs = {
        (now, ledger)
        for now, ledger, _, _, number in combinations()
        if LIFECYCLE[number].actions or LIFECYCLE[number].changed is not None
    }
    return pl.DataFrame(sorted(pairs), schema={"now": OrderNow, "ledger": LedgerHas}, orient="row")


def lifecycle_page() -> str:
    """Return docs/lifecycle.md."""
    head = "| The order is | The ledger has | Amount changed | Then | Rule |\n| --- | --- | --- | --- | --- |\n"
    return _INTRODUCTION + head + "\n".join(_page_row(rule) for rule in LIFECYCLE) + "\n" + _CLOSING


def _page_row(rule: Rule) -> str:
    now = " / ".join(ORDER_NOW_MEANS[name] for name in rule.now)
    ledger = " / ".join(LEDGER_HAS_MEANS[name] for name in rule.ledger)
    changed = {None: "", True: "yes", False: "no"}[rule.changed]
    if rule.repost is not None:
        changed += ", decided to post again" if rule.repost else ", nothing decided"
    then = ", then ".join(ACTION_MEANS[action] for action in rule.actions)
    if not then:
        then = f"finding `{rule.finding}`" if rule.finding else "nothing: the ledger is right"
    return f"| {now} | {ledger} | {changed} | {then} | `{rule.name}` |"


_INTRODUCTION: Final = """# Lifecycle of an order

<!-- Written from the code by `make docs`; edit there. -->

What is posted next depends on two things only: what the order is now, and what the ledger is known to hold. This table
is the code's own (`recon/plan/lifecycle.py`).

"""
_CLOSING: Final = """
* *Unpaid* includes a payment that is only claimed and cash on delivery that is still due.
* *Paid* is due when it is paid, or when it is paid and completed (`receipts`). An unpaid order gets an invoice when it is
  completed, or from awaiting the transfer on (`invoices`).
* *Amount changed* compares the live document in the ledger with the total the order would be posted with today. A refund that
  became smaller than what is credited counts as a change too.
* *Cancelled* follows `cancelled_paid` where money came in and no refund is stated: the order is held (`cancelled-not-refunded`) until the
  refund is stated or a person decides `credit`, `leave` or `by-hand:NUMBER`. What came in for it without a document is held too.
* A document that is part of an approved batch counts as being there; until its outcome is known nothing further is planned.
* Every document waits for the one before it in the same row (`depends_on`). What the ledger cannot take from us is held, and
  so is everything after it.
* A void or credit note over a whole posted document has that document's lines, accounts and VAT, as they were approved; later
  mappings, settings and edits of the order do not move what is taken back. If the plan of that time is gone from the
  workspace, the whole is taken off the sales account and a warning says so (`credited-lines-unknown`).
* Nothing posted is edited or deleted. Sum of all documents of an order = total less refunds, and 0 once it is cancelled.
"""
