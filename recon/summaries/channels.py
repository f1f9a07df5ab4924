"""What the service answers about a payment channel."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """One payment channel with its account and what it blocks."""

    channel: str
    orders: int
    amount: str
    state: str
    """mapped, cash, unmapped, or not-needed: none of its orders brings money to an account."""
    method: str | None = None
    account: str | None = None
    suggestion: str | None = None
    reason: str = ""
    """Ledger's code it might be, and why; a person decides."""
