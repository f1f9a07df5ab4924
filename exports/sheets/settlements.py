"""Settlements of marketplaces, and payouts of payment providers: what each sold, gave back, charged and transferred. Only where there are such files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from exports.columns import Column
from exports.fast_sheet import Table
from exports.sheets.context import PROVENANCE, Prepared

_AMOUNTS: Final = {
    "sale_minor": "Goods", "discount_minor": "Own discounts", "shipping_minor": "Shipping paid by buyers", "refund_minor": "Refunds",
    "commission_minor": "Commission", "payment_fee_minor": "Payment fees", "service_fee_minor": "Service fees",
    "shipping_fee_minor": "Shipping fees", "marketing_minor": "Marketing", "affiliate_minor": "Affiliates",
    "other_fee_minor": "Other fees", "tax_kept_minor": "Tax kept back", "compensation_minor": "Compensation",
    "unknown_minor": "Not known", "transferred_minor": "Transferred", "difference_minor": "Difference",
}  # fmt: skip
_PAYOUT_AMOUNTS: Final = {
    "sale_minor": "Charges", "refund_minor": "Refunds", "payment_fee_minor": "Fees", "adjustment_minor": "Adjustments",
    "transferred_minor": "Paid out", "stated_minor": "Payouts export says", "difference_minor": "Difference",
}  # fmt: skip


def settlements_table(prepared: Prepared) -> Table:
    """Every cycle with its parts, which add up to what was transferred."""
    return prepared.table(
        "settlements",
        "Settlements",
        "What the marketplace settled, cycle by cycle, as its files say it: fees are below zero. The parts of a cycle add up to what it "
        "transferred; a difference beyond rounding holds its fees. Fees become one purchase per cycle.",
        _columns(Column("cycle", "Cycle", width=24), "Marketplace", _AMOUNTS),
        _shown(prepared, of_provider=False),
        currency_column="currency",
    )


def payouts_table(prepared: Prepared) -> Table:
    """Every payout of a payment provider with its parts, beside what the payouts export says it came to."""
    return prepared.table(
        "payouts",
        "Payouts",
        "What the payment provider paid out, payout by payout, as its transactions say it: fees are below zero. Charges, refunds, fees and "
        "adjustments come to what was paid out, which is what the bank shows and what the payouts export says. Fees become one purchase per payout.",
        _columns(Column("cycle", "Payout", width=18), "Provider", _PAYOUT_AMOUNTS),
        _shown(prepared, of_provider=True),
        currency_column="currency",
    )


def _columns(cycle: Column, supplier: str, amounts: Mapping[str, str]) -> tuple[Column, ...]:
    return (
        cycle,
        Column("paid_on", "Paid on", "date", 12),
        Column("supplier", supplier, width=14),
        Column("orders", "Orders", "count", 10, total=True),
        Column("unknown_orders", "Of them in no file", "count", 12, total=True),
        Column("currency", "Currency", width=9),
        *(Column(name, heading, "money", 15, total=True) for name, heading in amounts.items()),
        Column("held", "Held because", width=30),
        *PROVENANCE,
    )


def _shown(prepared: Prepared, *, of_provider: bool) -> pl.DataFrame:
    rows = prepared.frames.settlements.filter(pl.col("of_provider").fill_null(value=False) == of_provider)
    return rows.with_columns(pl.col("held").replace("", None))
