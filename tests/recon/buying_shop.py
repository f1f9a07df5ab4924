"""Small invented purchases for tests of buying: settings, records, and what the ledger holds after some stages."""

from __future__ import annotations

from typing import Any

import polars as pl
from plan_shop import ACCOUNTS, connection, line, order, plan, posted_from

from recon.config.connection import Connection
from recon.plan.inputs import Plan

BOUGHT_ACCOUNTS = ACCOUNTS | {
    "input_vat": "115401", "undue_input_vat": "115402", "payable": "212101", "withholding_payable": "213101",
}  # fmt: skip
KINDS = ("sale", "purchase", "purchase_return")


def buying(purchases: dict[str, Any] | None = None, **settings: Any) -> Connection:
    """A connection that takes purchases, with every account chosen."""
    given = {"account": "510101", "suppliers": {"Supplier A": "C00007"}} | (purchases or {})
    base = {"record_kinds": KINDS, "purchases": given, "accounts": BOUGHT_ACCOUNTS}
    return connection(**(base | settings))


def purchase(number: str = "1", *lines: dict[str, Any], **columns: Any) -> dict[str, Any]:
    """A purchase from Supplier A, received and paid unless said otherwise."""
    given = {"record_kind": "purchase", "order_key": f"zort:shop:purchase:{number}", "customer_name": "Supplier A"}
    return order(
        number, *(lines or (line("BOX"),)), **(given | {"order_number": f"PO-{number}", "sales_channel": ""} | columns)
    )


def returned(number: str = "1", *lines: dict[str, Any], **columns: Any) -> dict[str, Any]:
    """A purchase return to Supplier A."""
    given = {"record_kind": "purchase_return", "order_key": f"zort:shop:purchase_return:{number}"}
    return purchase(number, *lines, **(given | {"order_number": f"DN-{number}"} | columns))


def after(*stages: dict[str, Any], rules: Connection | None = None) -> tuple[pl.DataFrame | None, list[Plan]]:
    """POSTED, and the plans, after a record went through these stages, each posted."""
    posted, made = None, []
    for stage in stages:
        given: dict[str, Any] = {} if posted is None else {"posted": posted}
        made.append(plan(stage, connection=rules or buying(), **given))
        posted = posted_from(made[-1], posted)
    return posted, made
