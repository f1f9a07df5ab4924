"""Settlements of marketplaces, and payouts of payment providers: what each sold, gave back, charged and transferred. Only where there are such files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from exports.columns import Column
from exports.fast_sheet import Table
from exports.sheets.context import PROVENANCE, Prepared
from exports.words import N_

_AMOUNTS: Final = {
    "sale_minor": N_("Goods"), "discount_minor": N_("Own discounts"), "shipping_minor": N_("Shipping paid by buyers"), "refund_minor": N_("Refunds"),
    "commission_minor": N_("Commission"), "payment_fee_minor": N_("Payment fees"), "service_fee_minor": N_("Service fees"),
    "shipping_fee_minor": N_("Shipping fees"), "marketing_minor": N_("Marketing"), "affiliate_minor": N_("Affiliates"),
    "other_fee_minor": N_("Other fees"), "tax_kept_minor": N_("Tax kept back"), "compensation_minor": N_("Compensation"),
    "unknown_minor": N_("Not known"), "transferred_minor": N_("Transferred"), "difference_minor": N_("Difference"),
}  # fmt: skip
_PAYOUT_AMOUNTS: Final = {
    "sale_minor": N_("Charges"), "refund_minor": N_("Refunds"), "payment_fee_minor": N_("Fees"), "adjustment_minor": N_("Adjustments"),
    "transferred_minor": N_("Paid out"), "stated_minor": N_("Payouts export says"), "difference_minor": N_("Difference"),
}  # fmt: skip


def settlements_table(prepared: Prepared) -> Table:
    """Every cycle with its parts, which add up to what was transferred."""
    return prepared.table(
        "settlements",
        "Settlements",
        "What the marketplace settled, cycle by cycle, as its files say it: fees are below zero. The parts of a cycle add up to what it "
        "transferred; a difference beyond rounding holds its fees. Fees become one purchase per cycle.",
        _columns(Column("cycle", "Cycle", width=24), N_("Marketplace"), _AMOUNTS),
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
        _columns(Column("cycle", "Payout", width=18), N_("Provider"), _PAYOUT_AMOUNTS),
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
        Column("held", "Held because", width=30, ours="sentences"),
        *PROVENANCE,
    )


def _shown(prepared: Prepared, *, of_provider: bool) -> pl.DataFrame:
    rows = prepared.frames.settlements.filter(pl.col("of_provider").fill_null(value=False) == of_provider)
    return rows.with_columns(pl.col("held").replace("", None))
