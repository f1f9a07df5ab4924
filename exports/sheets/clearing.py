"""The sheet Clearing: what remains on the account of each payment channel, and which orders make it up."""

from __future__ import annotations

from typing import Final

from exports.columns import Column
from exports.fast_sheet import Table
from exports.sheets.context import PROVENANCE, Prepared

_COLUMNS: Final = (
    Column("payment_channel", "Payment channel", ours="channels", width=24),
    Column("order_number", "Order", width=16),
    Column("paid_on", "Paid on", "date", 12),
    Column("currency", "Currency", width=9),
    Column("received_minor", "Received", "money", 15, total=True),
    Column("refunded_minor", "Given back", "money", 15, total=True),
    Column("settled_minor", "Paid out before fees", "money", 18, total=True),
    Column("waiting_minor", "Waiting for payout", "money", 18, total=True),
    Column("open_minor", "Remains", "money", 15, total=True),
    *PROVENANCE,
)


def clearing_table(prepared: Prepared) -> Table:
    """Every order for which something is left on its channel's account."""
    return prepared.table(
        "clearing",
        "Clearing",
        "What remains on the account of each payment channel: received, less what was given back, less what payouts hold before fees. "
        "Filter a channel to see its balance and the orders that make it up. A payout whose transactions are in no file is a row of its own.",
        _COLUMNS,
        prepared.frames.clearing,
        currency_column="currency",
    )
