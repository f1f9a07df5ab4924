"""Sales tax as a ledger works it out itself: by an item of its own with a rate, on the taxed lines of a document.

The rule *tax by item*: rate x sum of the taxed lines, once per document, half up to the minor unit. Of a group of items, which
nobody has shown to be rounded together or one by one, both readings must come to the same; else the tax is not certain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from recon.money import divide_half_up

RATE_UNIT: Final = 10_000_000
"""Rates are whole numbers of ten-millionths: 7.25 % is 725000. Ledgers state percents with up to five decimals."""
PERCENT: Final = RATE_UNIT // 100
"""One percent of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerTax:
    """An item of the ledger that works out sales tax, or a group of such items."""

    code: str
    name: str
    rates: tuple[int, ...]
    """In ten-millionths; one, or those of the group's items."""
    members: tuple[str, ...] = ()
    """Codes of a group's items; empty: it is no group."""

    @property
    def rate(self) -> int:
        """Return the whole rate."""
        return sum(self.rates)

    @property
    def percent(self) -> str:
        """Return the whole rate as a person writes it: ``7.25 %``."""
        return percent_text(self.rate)


def percent_text(rate: int) -> str:
    """Return ten-millionths as percent, without zeros nobody needs: ``7.25 %``."""
    whole, part = divmod(rate, PERCENT)
    digits = f"{part:05d}".rstrip("0")
    return f"{whole}{'.' if digits else ''}{digits} %"


def tax_by_item(taxed_minor: int, rates: Sequence[int]) -> tuple[int, ...]:
    """Return what a ledger may come to, by the rule *tax by item*: one amount, or two where a group's rounding decides."""
    together = divide_half_up(taxed_minor * sum(rates), RATE_UNIT)
    one_by_one = sum(divide_half_up(taxed_minor * rate, RATE_UNIT) for rate in rates)
    return (together,) if together == one_by_one else (together, one_by_one)
