"""The sheet Summaries: which orders each document of many orders holds, and what each put into it."""

from __future__ import annotations

from typing import Final

from exports.columns import Column
from exports.fast_sheet import Table
from exports.sheets.context import PROVENANCE, Prepared, words
from recon.plan.columns import SALES_EFFECT

_COLUMNS: Final = (
    Column("summary", "Document", width=14),
    Column("kind", "Kind", width=12, ours="words"),
    Column("issued_on", "Date", "date", 12),
    Column("sales_channel", "Sales channel", width=18),
    Column("payment_method", "Money through", width=24),
    Column("order_number", "Order", width=16),
    Column("currency", "Currency", width=9),
    Column("total_minor", "Its part", "money", 15),
    Column("effect_minor", "Adds to the books", "money", 16, total=True),
    Column("order_key", "Order key", width=30),
    *PROVENANCE,
)


def summaries_table(prepared: Prepared) -> Table:
    """Every order that went out in a summary."""
    return prepared.table(
        "summed",
        "Summaries",
        "The orders behind every document that sums up a day. Filter a document to see its orders: their parts come to its total in the "
        "sheet Documents.",
        _COLUMNS,
        prepared.frames.summed.with_columns(SALES_EFFECT.alias("effect_minor")).with_columns(words("kind")),
        currency_column="currency",
    )
