"""Money outside frames: currencies, exact parsing, named rounding, splitting without loss.

An amount is an integer number of minor units (satang, cent, øre). ``float`` never appears. Every rounding is
``ROUND_HALF_UP``: halves away from zero, the same for credits as for sales.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from recon.errors import AmountOutOfRange, CurrencyMismatch, MoneyError

AMOUNT_LIMIT_MINOR: Final = 10**15
"""Every amount stays below this, so that a spreadsheet's 15 digits hold it exactly."""

EXPONENTS: Final[dict[str, int]] = {
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(
        (
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ),
        0,
    ),
}
"""ISO 4217 currencies whose minor unit is not two digits."""

_PLAIN_AMOUNT = re.compile(r"([+-]?)([0-9]{1,13})(?:\.([0-9]+))?", re.ASCII)


def exponent(currency: str) -> int:
    """Return how many digits follow the decimal point in this currency (ISO 4217)."""
    return EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An exact amount of one currency."""

    minor: int
    """Minor units; positive or negative."""
    currency: str
    """ISO 4217 code."""

    def __post_init__(self) -> None:
        if not -AMOUNT_LIMIT_MINOR < self.minor < AMOUNT_LIMIT_MINOR:
            raise AmountOutOfRange(f"{self.minor} {self.currency} minor units is beyond the largest amount we hold")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __str__(self) -> str:
        return f"{plain(self.minor, self.currency)} {self.currency}"

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} cannot be added")


def parse_minor(text: str, currency: str = "THB") -> int:
    """Return plain amount text (``-1234.50``, decimal point, no thousands marks) as minor units.

    Raises:
        MoneyError: The text is no exact amount of the currency; nothing is rounded.
    """
    digits = exponent(currency)
    found = _PLAIN_AMOUNT.fullmatch(text)
    if found is None:
        raise MoneyError(f"{text!r} is not an amount like 1234.50")
    sign, whole, fraction = found.groups()
    kept = (fraction or "").rstrip("0")
    if len(kept) > digits:
        raise MoneyError(f"{text!r} has more decimals than {currency} has ({digits})")
    minor = int(whole + kept.ljust(digits, "0"))
    return Money(-minor if sign == "-" else minor, currency).minor


def plain(minor: int, currency: str = "THB") -> str:
    """Return minor units as plain text with a decimal point: ``-1234.50``. Used in JSON and on the wire."""
    digits = exponent(currency)
    if digits == 0:
        return str(minor)
    whole, fraction = divmod(abs(minor), 10**digits)
    return f"{'-' if minor < 0 else ''}{whole}.{fraction:0{digits}d}"


def divide_half_up(numerator: int, denominator: int) -> int:
    """Return ``numerator / denominator`` rounded half away from zero (ROUND_HALF_UP)."""
    assert denominator > 0
    quotient = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -quotient if numerator < 0 else quotient


def vat_included(gross_minor: int, rate_basis_points: int) -> int:
    """Return the VAT inside a gross amount, half up. ``rate_basis_points`` is 700 for 7 %."""
    return divide_half_up(gross_minor * rate_basis_points, 10_000 + rate_basis_points)


def vat_on_top(net_minor: int, rate_basis_points: int) -> int:
    """Return the VAT on a net amount, half up. ``rate_basis_points`` is 700 for 7 %."""
    return divide_half_up(net_minor * rate_basis_points, 10_000)


def allocate(total_minor: int, weights: Sequence[int]) -> list[int]:
    """Split an amount by weights so that the parts sum to the whole (largest remainder, first wins a tie).

    All-zero weights put the whole amount on the first part.
    """
    assert weights
    assert all(weight >= 0 for weight in weights)
    whole = sum(weights)
    if whole == 0:
        return [total_minor] + [0] * (len(weights) - 1)
    sign = -1 if total_minor < 0 else 1
    shares = [divmod(abs(total_minor) * weight, whole) for weight in weights]
    parts = [share for share, _ in shares]
    left = abs(total_minor) - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda index: (-shares[index][1], index))
    for index in by_remainder[:left]:
        parts[index] += 1
    return [sign * part for part in parts]
