"""One order of the sandbox Shopify in a few words, with its refunds and edits, and what it comes to; all amounts tie.

Amounts are minor units. Goods that go back take their share of the line's discount and tax with them, cumulatively, so that all
pieces of a line come to the line. Signs are Shopify's: an adjustment below 0 is given back beyond the lines, one above 0 is kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from recon.sandbox.shopify.money import half_up, shares

WHOLE: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of an order."""

    sku: str = ""
    name: str = "Thing"
    quantity: int = 1
    price: int = 1000
    """Minor units for one piece."""
    discount: int = 0
    """Minor units off the whole line, by its discounts in all."""
    is_gift_card: bool = False
    is_tip: bool = False
    taxable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxRefund:
    """Money that goes back; amounts in minor units."""

    at: dt.datetime
    lines: tuple[tuple[int, int], ...] = ()
    """Place of a line of the order (1..) and pieces that go back."""
    shipping: int = 0
    adjustment: int = 0
    """Given back beyond the lines and shipping; below 0: kept of them."""
    reason: str = "REFUND_DISCREPANCY"
    rounding: int = 0
    """Rounding of cash that is paid back."""
    is_restocked: bool = True
    gateway: str = ""
    """Through which it goes back; empty: the first the order was paid by."""
    note: str = "came back"


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxEdit:
    """A change of an order after it was placed."""

    at: dt.datetime
    added: tuple[int, ...] = ()
    """Places of lines that came with it."""
    removed: tuple[tuple[int, int], ...] = ()
    """Place of a line and pieces taken off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some pieces of a line that go back or were taken off."""

    place: int
    quantity: int
    amount: int
    """Less discounts; with the tax where prices include it."""
    tax: int

    def whole(self, *, includes_tax: bool) -> int:
        """Return what the buyer paid for them."""
        return self.amount + (0 if includes_tax else self.tax)


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxOrder:
    """One order in a few words; amounts in minor units."""

    number: int
    at: dt.datetime
    lines: tuple[Line, ...] = (Line(),)
    shipping: int = 0
    shipping_discount: int = 0
    is_shipping_taxed: bool = False
    tax_basis_points: int = 0
    tax_title: str = "State Tax"
    includes_tax: bool = False
    gateway: str = "Shopify Payments"
    payments: tuple[tuple[str, int], ...] = ()
    """Gateways and sums; empty: the whole by `gateway`."""
    change: int = 0
    """Cash handed back."""
    rounding: int = 0
    fees: tuple[tuple[str, int], ...] = ()
    """Additional fees: name and amount."""
    refunds: tuple[SandboxRefund | tuple[dt.datetime, int], ...] = ()
    """A moment and a sum alone: money that goes back without goods."""
    edits: tuple[SandboxEdit, ...] = ()
    """Changes before the order was paid."""
    is_paid: bool = True
    is_fulfilled: bool = True
    cancelled_at: dt.datetime | None = None
    source: str = "web"
    location: str = ""
    staff: str = ""
    """Who sold it; told to an app with the right `read_users` only."""
    buyer: str | None = "Ann Example"
    duties: int = 0
    is_test: bool = False
    is_edited: bool = False
    removed: int = 0
    """Sum of pieces an edit took off without money going back."""
    platform_pays_tax: bool = False
    updated_at: dt.datetime | None = None
    currency: str = "USD"

    @property
    def tax(self) -> int:
        """Tax on taxable lines, and on shipping where it is taxed, half up on the order."""
        base = sum(
            line.price * line.quantity - line.discount for line in self.lines if line.taxable and not line.is_tip
        )
        base += self.shipping - self.shipping_discount if self.is_shipping_taxed else 0
        divisor = WHOLE + self.tax_basis_points if self.includes_tax else WHOLE
        return half_up(base * self.tax_basis_points, divisor)

    @property
    def shipping_tax(self) -> int:
        """What of the tax is on shipping, half up."""
        net = self.shipping - self.shipping_discount if self.is_shipping_taxed else 0
        return half_up(net * self.tax_basis_points, WHOLE)

    @property
    def tips(self) -> int:
        """Sum of tips."""
        return sum(line.price * line.quantity for line in self.lines if line.is_tip)

    @property
    def subtotal(self) -> int:
        """Lines less discounts, without tips."""
        return sum(line.price * line.quantity - line.discount for line in self.lines if not line.is_tip)

    @property
    def total(self) -> int:
        """What the order comes to, rounding of cash left out."""
        on_top = 0 if self.includes_tax else self.tax
        fees = sum(amount for _, amount in self.fees)
        return self.subtotal + self.tips + self.shipping - self.shipping_discount + on_top + self.duties + fees

    @property
    def refunded(self) -> int:
        """Sum of refunds, rounding of cash left out."""
        return sum(whole for *_, whole in self.refunds_with_pieces())

    @property
    def all_refunds(self) -> tuple[SandboxRefund, ...]:
        """Refunds, those that are a sum alone too."""
        return tuple(
            each if isinstance(each, SandboxRefund) else SandboxRefund(at=each[0], adjustment=each[1])
            for each in self.refunds
        )

    @property
    def taken_off(self) -> int:
        """What edits took off before anybody paid for it."""
        return sum(
            piece.whole(includes_tax=self.includes_tax) for _, gone in self.edits_with_pieces() for piece in gone
        )

    def of_line(self, place: int) -> tuple[int, int]:
        """Return amount and tax of a line by its place (1..)."""
        nets = [line.price * line.quantity - line.discount for line in self.lines]
        taxed = [net if line.taxable and not line.is_tip else 0 for net, line in zip(nets, self.lines, strict=True)]
        return nets[place - 1], shares(self.tax, taxed)[place - 1]

    def refunds_with_pieces(self) -> Iterator[tuple[SandboxRefund, list[Piece], int]]:
        """Yield each refund with its pieces and the sum that goes back, rounding of cash left out."""
        gone: dict[int, int] = {}
        for refund in self.all_refunds:
            mine = self._pieces(refund.lines, gone)
            whole = sum(each.whole(includes_tax=self.includes_tax) for each in mine)
            yield refund, mine, whole + refund.shipping + refund.adjustment

    def edits_with_pieces(self) -> Iterator[tuple[SandboxEdit, list[Piece]]]:
        """Yield each edit with the pieces it took off."""
        gone: dict[int, int] = {}
        for edit in self.edits:
            yield edit, self._pieces(edit.removed, gone)

    def _pieces(self, wanted: tuple[tuple[int, int], ...], gone: dict[int, int]) -> list[Piece]:
        """Return these pieces with their amounts; ``gone``: pieces of each line that went before, counted on."""
        found = []
        for place, quantity in wanted:
            line, before = self.lines[place - 1], gone.get(place, 0)
            gone[place] = before + quantity
            amount, tax = (
                _upto(whole, gone[place], line) - _upto(whole, before, line) for whole in self.of_line(place)
            )
            found.append(Piece(place=place, quantity=quantity, amount=amount, tax=tax))
        return found


def _upto(whole: int, quantity: int, line: Line) -> int:
    return half_up(whole * quantity, line.quantity)
