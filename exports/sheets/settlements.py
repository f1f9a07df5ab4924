"""Settlements of marketplaces: what each cycle sold, gave back, charged and transferred. Only where there are such files."""

from __future__ import annotations

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
_COLUMNS: Final = (
    Column("cycle", "Cycle", width=24),
    Column("paid_on", "Paid on", "date", 12),
    Column("supplier", "Marketplace", width=14),
    Column("orders", "Orders", "count", 10, total=True),
    Column("unknown_orders", "Of them in no file", "count", 12, total=True),
    Column("currency", "Currency", width=9),
    *(Column(name, heading, "money", 15, total=True) for name, heading in _AMOUNTS.items()),
    Column("held", "Held because", width=30),
    *PROVENANCE,
)
_OF_PAYOUTS: Final = {
    "adjustment_minor": Column("adjustment_minor", "Adjustments", "money", 15, total=True),
    "stated_minor": Column("stated_minor", "Payout says", "money", 15, total=True),
}
"""Columns that only payouts of a payment provider have."""


def _columns(frame: pl.DataFrame) -> tuple[Column, ...]:
    """Return the columns; those of payouts only where one says something."""
    more = [column for name, column in _OF_PAYOUTS.items() if bool((frame[name].fill_null(0) != 0).any())]
    place = next(at for at, column in enumerate(_COLUMNS) if column.name == "held")
    return (*_COLUMNS[:place], *more, *_COLUMNS[place:])


def settlements_table(prepared: Prepared) -> Table:
    """Every cycle with its parts, which add up to what was transferred."""
    return prepared.table(
        "settlements",
        "Settlements",
        "What the marketplace settled, cycle by cycle, as its files say it: fees are below zero. The parts of a cycle add up to what it "
        "transferred; a difference beyond rounding holds its fees. Fees become one purchase per cycle.",
        _columns(prepared.frames.settlements),
        prepared.frames.settlements.with_columns(pl.col("held").replace("", None)),
        currency_column="currency",
    )
