"""Invented orders of the sandbox Shopify, as its API states them: amounts are worked out in minor units, all of them tie.

One order is described in a few words (`SandboxOrder`); `record` makes of it every field the API has of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from recon.sandbox.shopify.changes import (
    SandboxEdit,
    SandboxRefund,
    agreements,
    edits_with_pieces,
    line_id,
    refund_records,
    refunds_with_pieces,
    transaction,
)
from recon.sandbox.shopify.money import bag, half_up, moment, shares

Record = dict[str, Any]
_GOODS: Final = (
    ("MUG-01", "Mug", 1250), ("TEE-S", "T-shirt - Small", 2400), ("CAP-01", "Cap", 1999), ("BAG-02", "Canvas bag", 3450),
)  # fmt: skip
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
        return sum(whole for *_, whole in refunds_with_pieces(self))

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
        return sum(piece.whole(self) for _, gone in edits_with_pieces(self) for piece in gone)

    def of_line(self, place: int) -> tuple[int, int]:
        """Return amount and tax of a line by its place (1..)."""
        nets = [line.price * line.quantity - line.discount for line in self.lines]
        taxed = [net if line.taxable and not line.is_tip else 0 for net, line in zip(nets, self.lines, strict=True)]
        return nets[place - 1], shares(self.tax, taxed)[place - 1]

    def record(self) -> Record:
        """Return the order as the API states it."""
        order_id = 5_000_000_000 + self.number
        happened = [*(each.at for each in self.all_refunds), *(each.at for each in self.edits)]
        last = max([self.at, *happened, *([self.cancelled_at] if self.cancelled_at else [])])
        return {
            "__typename": "Order", "id": f"gid://shopify/Order/{order_id}", "legacyResourceId": str(order_id),
            "name": f"#{self.number}", "createdAt": moment(self.at), "processedAt": moment(self.at),
            "updatedAt": moment(self.updated_at or last), "cancelledAt": moment(self.cancelled_at), "test": self.is_test,
            "edited": self.is_edited or bool(self.edits), "sourceName": self.source, "displayFinancialStatus": self._paid_word(),
            "displayFulfillmentStatus": "FULFILLED" if self.is_fulfilled else "UNFULFILLED",
            "currencyCode": self.currency, "presentmentCurrencyCode": self.currency, "taxesIncluded": self.includes_tax,
            "dutiesIncluded": False, "billingAddress": _address(self.buyer, self.number) if self.buyer else None, "email": None,
            "retailLocation": {"id": "gid://shopify/Location/7", "name": self.location} if self.location else None,
            "staffMember": {"id": "gid://shopify/StaffMember/9", "name": self.staff} if self.staff else None,
            **{name: bag(amount) for name, amount in self._sums().items()},
            "totalCashRoundingAdjustment": {
                "paymentSet": bag(self.rounding), "refundSet": bag(sum(each.rounding for each in self.all_refunds)),
            },
            "additionalFees": [
                {"id": f"gid://shopify/AdditionalFee/{order_id}{place}", "name": name, "price": bag(amount), "taxLines": []}
                for place, (name, amount) in enumerate(self.fees)
            ],
            "taxLines": self._tax_lines(), "fulfillments": self._fulfillments(), "transactions": self._transactions(order_id),
            "refunds": refund_records(self, order_id), "shippingLines": self._shipping(order_id),
            "lineItems": self._line_items(order_id),
            "agreements": agreements(self, order_id),
        }  # fmt: skip

    def _sums(self) -> dict[str, int]:
        left = self.total - self.taken_off
        owed = left - self.removed - (left if self.is_paid else 0)
        return {
            "totalPriceSet": self.total, "currentTotalPriceSet": left - self.refunded - self.removed,
            "subtotalPriceSet": self.subtotal, "totalTaxSet": self.tax, "totalTipReceivedSet": self.tips,
            "totalRefundedSet": self.refunded, "totalOutstandingSet": owed, "originalTotalDutiesSet": self.duties,
        }  # fmt: skip

    def _paid_word(self) -> str:
        if not self.is_paid:
            return "VOIDED" if self.cancelled_at else "PENDING"
        if not self.refunded:
            return "PAID"
        return "REFUNDED" if self.refunded >= self.total - self.taken_off else "PARTIALLY_REFUNDED"

    def _tax_lines(self) -> list[Record]:
        if not self.tax_basis_points:
            return []
        percent = self.tax_basis_points / 100  # a rate, which JSON has as a number; never counted with
        liable = True if self.platform_pays_tax else None
        return [
            {"title": self.tax_title, "ratePercentage": percent, "channelLiable": liable, "priceSet": bag(self.tax)}
        ]

    def _fulfillments(self) -> list[Record]:
        return [{"createdAt": moment(self.at), "status": "SUCCESS"}] if self.is_fulfilled else []

    def _transactions(self, order_id: int) -> list[Record]:
        parts = self.payments or ((self.gateway, self.total - self.taken_off),)
        kind = "SALE" if self.is_paid else "AUTHORIZATION"
        paid_at = max([self.at, *(edit.at for edit in self.edits)])
        found = [
            (kind, name, amount + (self.change if place == 0 else 0), paid_at, self.rounding if place == 0 else 0)
            for place, (name, amount) in enumerate(parts)
        ]
        found += [("CHANGE", parts[0][0], self.change, self.at, 0)] if self.change else []
        found += [
            ("REFUND", refund.gateway or parts[0][0], whole, refund.at, refund.rounding)
            for refund, _, whole in refunds_with_pieces(self)
        ]
        return [transaction(self, order_id, f"{place:02d}", *each) for place, each in enumerate(found)]

    def _line_items(self, order_id: int) -> list[Record]:
        gone: dict[int, int] = {}
        for piece in [
            *(each for _, mine, _ in refunds_with_pieces(self) for each in mine),
            *(each for _, mine in edits_with_pieces(self) for each in mine),
        ]:
            gone[piece.place] = gone.get(piece.place, 0) + piece.quantity
        return [_line(line, order_id, place, gone.get(place, 0)) for place, line in enumerate(self.lines, 1)]

    def _shipping(self, order_id: int) -> list[Record]:
        if not self.shipping:
            return []
        return [
            {
                "__typename": "ShippingLine", "id": f"gid://shopify/ShippingLine/{order_id}", "title": "Standard",
                "originalPriceSet": bag(self.shipping), "discountedPriceSet": bag(self.shipping - self.shipping_discount),
                "taxLines": [{"priceSet": bag(self.shipping_tax)}] if self.shipping_tax else [],
            }
        ]  # fmt: skip


def _line(line: Line, order_id: int, place: int, gone: int) -> Record:
    return {
        "__typename": "LineItem", "id": line_id(order_id, place), "name": line.name, "sku": line.sku or None,
        "quantity": line.quantity, "currentQuantity": line.quantity - gone, "isGiftCard": line.is_gift_card,
        "taxable": line.taxable and not line.is_tip, "requiresShipping": not (line.is_tip or line.is_gift_card),
        "originalUnitPriceSet": bag(line.price),
        "discountAllocations": [{"allocatedAmountSet": bag(line.discount)}] if line.discount else [],
    }  # fmt: skip


def _address(buyer: str, number: int) -> Record:
    """Return where a buyer is billed: another house for each order."""
    return {
        "name": buyer, "address1": f"{number} Example Street", "address2": None, "city": "Springfield",
        "provinceCode": "OR", "zip": "97477", "country": "United States",
    }  # fmt: skip


def invented_month(month: dt.date, count: int) -> list[SandboxOrder]:
    """Return orders of a month: web and counter, taxes, discounts, tips, gift cards, refunds."""
    first = dt.datetime(month.year, month.month, month.day, 9, 30, tzinfo=dt.UTC)
    return [_invented(first, place, count) for place in range(count)]


def _invented(first: dt.datetime, place: int, count: int) -> SandboxOrder:
    at = first + dt.timedelta(minutes=place * (28 * 24 * 60 // max(1, count)))
    picked = [_GOODS[(place + more) % len(_GOODS)] for more in range(1 + place % 3)]
    lines = [
        Line(sku=sku, name=name, quantity=1 + (place + more) % 2, price=price, discount=100 if place % 7 == 3 else 0)
        for more, (sku, name, price) in enumerate(picked)
    ]
    if place % 11 == 5:
        lines.append(Line(name="Tip", price=200, is_tip=True))
    if place % 13 == 7:
        lines.append(Line(sku="GC-25", name="Gift card - $25.00", price=2500, is_gift_card=True, taxable=False))
    at_counter = place % 4 == 1
    order = SandboxOrder(
        number=1001 + place, at=at, lines=tuple(lines), shipping=0 if at_counter else 500,
        shipping_discount=500 if place % 9 == 4 and not at_counter else 0, tax_basis_points=725,
        gateway="Cash" if at_counter else "Shopify Payments", source="pos" if at_counter else "web",
        location="Main Street" if at_counter else "",
    )  # fmt: skip
    if place % 10 == 6:
        back = SandboxRefund(at=at + dt.timedelta(days=2), lines=((1, 1),), shipping=200 if order.shipping else 0)
        return replace(order, refunds=(back,))
    return order


def products_of(orders: Sequence[SandboxOrder]) -> list[Record]:
    """Return the variants the orders were made of."""
    seen = {line.sku: line for order in orders for line in order.lines if line.sku}
    return [
        {
            "id": f"gid://shopify/ProductVariant/{place}", "sku": sku, "displayName": line.name,
            "price": f"{line.price // 100}.{line.price % 100:02d}", "taxable": line.taxable,
            "product": {"id": f"gid://shopify/Product/{place}", "title": line.name, "isGiftCard": line.is_gift_card},
        }
        for place, (sku, line) in enumerate(sorted(seen.items()), 1)
    ]  # fmt: skip
