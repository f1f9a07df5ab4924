"""Names of sales taxes as commands show them: which tax item of the ledger each has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxLine:
    """One name of a tax (or several together on one order) with its tax item and what it holds back."""

    name: str
    """As the orders write it; empty: they name none."""
    orders: int
    amount: str
    """Sum of these orders' tax."""
    state: str
    """mapped, unmapped (its orders wait), or as-line (its tax is a line of its own)."""
    item: str | None = None
    percent: str = ""
    """Rate of the item; empty: it has none, or the ledger does not list it any more."""
    suggestion: str | None = None
    reason: str = ""
    """Why that is suggested, or why it has no item."""
