"""How records of a payment provider's payouts are keyed, so that readers and normalize agree without knowing each other.

`PLATFORM:SHOP:purchase:PAYOUT/...`: the payout, then what tells the row apart. Rows that are not paid out yet stand under
WAITING; a row that says what a payout comes to as a whole stands under its payout with STATED in second place.
"""

from __future__ import annotations

from typing import Final

import polars as pl

WAITING: Final = "WAITING"
"""Stands for the payout of rows that are not paid out yet."""
STATED: Final = "stated"
"""Second part of the key of a row that states a whole payout."""
OTHER: Final = "payout:"
"""Beginning of the groups that are neither a sale nor a refund nor a fee; each needs an account a person names."""
_ROW: Final = r"^[^:]*:[^:]*:purchase:[^/]+/"


def is_payout_row(key: str = "order_key") -> pl.Expr:
    """Return whether a record is a row under a payout or a settlement's cycle."""
    return pl.col(key).str.contains(_ROW)


def is_waiting(key: str = "order_key") -> pl.Expr:
    """Return whether a record is a row that is not paid out yet."""
    return pl.col(key).str.contains(rf"^[^:]*:[^:]*:purchase:{WAITING}/")


def is_stated(key: str = "order_key") -> pl.Expr:
    """Return whether a record states a whole payout."""
    return pl.col(key).str.contains(rf"^[^:]*:[^:]*:purchase:[^/]+/{STATED}/[0-9]+$")
