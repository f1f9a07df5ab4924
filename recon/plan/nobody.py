"""Orders whose documents would name nobody, in ledgers that refuse such documents."""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.plan.contacts import contacts_of
from recon.plan.lifecycle import rules_with
from recon.plan.work import Work

_ASKED_BY: Final = {
    "invoice": ("invoice",), "receipt": ("receipt",), "payment": ("payment",),
    "credit_note": ("credit_rest", "credit_part"),
}  # fmt: skip
"""Kind of document to the steps of the lifecycle that make it."""
_NEEDED: Final = ("sales_channel", "customer_name", "customer_address", "customer_tax_id", "customer_branch")


def without_customer(
    work: Work, rule_no: pl.Series, acting: pl.Series
) -> list[tuple[pl.Series, str, dict[str, pl.Expr]]]:
    """Return which orders wait because no customer is named for them, as `hold_acting` takes it."""
    inputs = work.inputs
    contacts = work.connection.contacts
    if contacts.default and all(contacts.by_channel.values()):
        return []
    kinds = inputs.limits.needs_contact | ({"receipt"} if inputs.names_full else frozenset())
    steps = [step for kind in sorted(kinds & _ASKED_BY.keys()) for step in _ASKED_BY[kind]]
    asks = acting & pl.Series(rules_with(*steps), dtype=pl.Boolean).gather(rule_no).fill_null(value=False)
    if not asks.any():
        return []
    place = work.orders.filter(asks)["order_no"]
    named, _ = contacts_of(
        work.orders.select("order_no", "order_key", "order_number", "file", "row", *_NEEDED).filter(asks), inputs
    )
    nobody = place.filter((named["contact_code"] == "").fill_null(value=True))
    mask = pl.repeat(value=False, n=work.orders.height, dtype=pl.Boolean, eager=True).scatter(nobody, values=True)
    detail = f"{inputs.names_full} No standing customer is named either." if inputs.names_full else _HOW
    return [
        (
            mask,
            "customer-missing",
            {"column": pl.lit("customer_name"), "value": pl.col("customer_name"), "detail": pl.lit(detail)},
        )
    ]


_HOW: Final = "contacts.default names no standing customer, and the ledger refuses such a document without one."
