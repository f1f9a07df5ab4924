"""JSON to and from PEAK: what is PEAK's own about it; how it is written and read stands in `recon.targets.wire`."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TypeAlias

from recon.money import plain
from recon.targets import wire
from recon.targets.compare import quantity_text
from recon.targets.wire import Fields, read_date, read_minor, read_quantity, scalar_text

__all__ = [
    "Fields",
    "Out",
    "amount",
    "day",
    "encode",
    "quantity",
    "read_date",
    "read_minor",
    "read_quantity",
    "scalar_text",
]

Out: TypeAlias = "dict[str, Out] | list[Out] | str | int | Decimal"
"""What we send: no null, no true or false (PEAK wants 0 and 1), no float."""


def encode(value: Out) -> bytes:
    """Return the value as JSON in UTF-8; decimals are written digit by digit."""
    assert not isinstance(value, bool)
    return wire.encode(value)


def amount(minor: int) -> Decimal:
    """Return minor units of baht as a number with two decimals."""
    return Decimal(plain(minor))


def quantity(milli: int) -> Decimal:
    """Return thousandths as the shortest exact number: 2, 1.5, 0.125."""
    return Decimal(quantity_text(milli))


def day(date: dt.date) -> str:
    """Return a date as ``yyyyMMdd``, Gregorian whatever the computer's calendar."""
    return f"{date.year:04d}{date.month:02d}{date.day:02d}"
