"""What a connection's files showed for the first time, as lists and commands show it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field

__all__ = ["SeenLine", "ThingLine", "seen_command"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingLine:
    """A value no earlier file had, and nobody has said anything about."""

    kind: str
    """sales-channel, payment-channel, status, tax, currency, column or sku."""
    value: str
    holds: bool
    """Its orders wait for a person's word; else it is only shown."""
    orders: int
    amount: str
    """Sum of these orders in the books' currency."""
    file: str
    """Name of the first file that has it."""
    row: int | None
    words: str
    """What would become of it."""
    command: str
    """Says that a person has looked at it."""
    keys: tuple[str, ...] = field(default=(), repr=False)
    """What the answer is kept under; several where one line stands for many values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLine:
    """One value that was ever seen, and who said yes to it."""

    kind: str
    value: str
    orders: int
    amount: str
    file: str
    row: int | None
    day: str | None
    """Of the first order that has it."""
    answered: str
    """How it was answered: word, mapping, settings, approval, first plan; empty: it is open."""
    who: str
    at: str


def seen_command(kind: str, value: str) -> str:
    """Return the command by which a person says that a value is all right."""
    return f"recon match --seen {shlex.quote(f'{kind}={value}')}"
