"""The columns of the list of taxes, as screens and commands read it."""

from __future__ import annotations

from typing import Final

import polars as pl

TAX_STATES: Final = ("unmapped", "as-line", "mapped")
"""What waits for a person first."""
TAX_ROWS: Final = pl.Schema({
    "key": pl.String(),                 # folded name; "" where the orders name none
    "tax": pl.String(),                 # as the orders spell it
    "orders": pl.UInt32(),
    "amount_minor": pl.Int64(),         # sum of their tax
    "blocked_minor": pl.Int64(),        # sum of the totals of the orders it holds back
    "state": pl.Enum(TAX_STATES),
    "code": pl.String(),                # the ledger's tax item; null: none
    "percent": pl.String(),             # its rate; "" where it has none or is gone
    "target": pl.String(),              # item and rate; "" for none
    "suggestion": pl.String(),          # item; null: none
    "reason": pl.String(),              # why it is suggested, or why there is none; "" for none
    "search": pl.String(),
})  # fmt: skip
TILL_TAX_ROWS: Final = pl.Schema({**TAX_ROWS, "state": pl.Enum((*TAX_STATES, "not-needed"))})
"""The same of a till; ``not-needed``: the accounts bring a code of the rate."""
