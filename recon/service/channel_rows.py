"""The columns of the list of payment channels, as screens and commands read it."""

from __future__ import annotations

from typing import Final

import polars as pl

STATES: Final = ("unmapped", "cash", "mapped", "not-needed")
"""What waits for a person first."""

CHANNEL_ROWS: Final = pl.Schema({
    "key": pl.String(),                 # folded channel; "" where the orders name none
    "channel": pl.String(),             # as the orders spell it
    "orders": pl.UInt32(),
    "amount_minor": pl.Int64(),         # sum of their totals
    "blocked_minor": pl.Int64(),        # of it, what is held back
    "state": pl.Enum(STATES),
    "method": pl.String(),              # ledger's bank, cash or clearing channel; null: none
    "method_name": pl.String(),
    "account": pl.String(),
    "target": pl.String(),              # code and name; "" for none
    "suggestion": pl.String(),          # code; null: none
    "suggestion_name": pl.String(),
    "reason": pl.String(),              # why it is suggested; "" for none
    "search": pl.String(),
})  # fmt: skip
