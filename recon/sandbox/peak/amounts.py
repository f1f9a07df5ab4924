"""The sandbox's own arithmetic: lines, discount, VAT and totals in decimals, halves away from zero.

It shares nothing with ``recon.money`` on purpose: a mistake there must not be answered with the same mistake here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from recon.sandbox.peak.wire import Refused

CENT: Final = Decimal("0.01")
VAT_RATE: Final = Decimal("0.07")
EXCLUDES_VAT: Final = 0
INCLUDES_VAT: Final = 1
VAT_7: Final = 3


@dataclass(frozen=True, slots=True)
class PricedLine:
    """What a line says about money."""

    quantity: Decimal
    price: Decimal
    discount: Decimal
    vat_type: int


@dataclass(frozen=True, slots=True)
class Totals:
    """A document's figures."""

    lines: tuple[Decimal, ...]
    """Amount of each line in the document's price basis, before discountTotal."""
    net: Decimal
    vat: Decimal
    total: Decimal


def two(value: Decimal) -> Decimal:
    """Round to satang, halves away from zero."""
    return value.quantize(CENT, ROUND_HALF_UP)


def minor(value: Decimal) -> int:
    """Return satang; the value has at most two decimals by now."""
    return int(value * 100)


def major(satang: int) -> Decimal:
    """Return baht with two decimals."""
    return (Decimal(satang) / 100).quantize(CENT)


def line_amount(line: PricedLine, discount_rule: str) -> Decimal:
    """Return what a line comes to before the document's discount."""
    if line.discount and discount_rule == "refused":
        raise Refused("Invalid discount")
    if discount_rule == "per-unit":
        amount = two(line.quantity * (line.price - line.discount))
    else:
        amount = two(line.quantity * line.price) - two(line.discount)
    if line.discount and amount < 0:
        raise Refused("Invalid discount")
    return amount


def totals(
    lines: Sequence[PricedLine], *, tax_status: int, discount_total: Decimal, rounding: str, discount_rule: str
) -> Totals:
    """Return net, VAT and total of a document.

    ``discount_total`` is spread over the lines in proportion to their amounts, so that it lowers the VAT of the taxed
    ones only by their share.
    """
    amounts = [line_amount(line, discount_rule) for line in lines]
    bases = [amount - share for amount, share in zip(amounts, _shares(amounts, discount_total), strict=True)]
    taxed = [base for base, line in zip(bases, lines, strict=True) if line.vat_type == VAT_7]
    if rounding == "line":
        vat = sum((_vat(base, tax_status) for base in taxed), Decimal(0))
    else:
        vat = _vat(sum(taxed, Decimal(0)), tax_status)
    stated = two(sum(bases, Decimal(0)))
    if tax_status == INCLUDES_VAT:
        return Totals(tuple(amounts), stated - vat, vat, stated)
    return Totals(tuple(amounts), stated, vat, stated + vat)


def _vat(base: Decimal, tax_status: int) -> Decimal:
    if tax_status == INCLUDES_VAT:
        return two(base * VAT_RATE / (1 + VAT_RATE))
    return two(base * VAT_RATE)


def _shares(amounts: Sequence[Decimal], discount: Decimal) -> list[Decimal]:
    """Split a discount so that the parts sum to it exactly: each part is the step of a rounded running sum."""
    whole = sum(amounts, Decimal(0))
    if not discount or not whole:
        return [Decimal(0)] * len(amounts)
    shares = []
    running = given = Decimal(0)
    for amount in amounts:
        running += amount
        reached = two(discount * running / whole)
        shares.append(reached - given)
        given = reached
    return shares
