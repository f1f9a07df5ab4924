"""What the service answers about the parts of one document: orders in a summary, payments."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SummedOrder:
    """What one order put into a summary."""

    order_number: str
    order_key: str
    total: str
    """Its part of the summary's total."""
    file: str
    """First 12 digits of the file it stands in."""
    row: int


@dataclass(frozen=True, slots=True)
class PaymentView:
    """One of several payments of a document."""

    channel: str
    method: str
    amount: str
