"""Invented orders of the sandbox Shopify, as its API states them: amounts are worked out in minor units, all of them tie.

One order is described in a few words (`SandboxOrder`); `record` makes of it every field the API has of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

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
    tax_basis_points: int = 0
    tax_title: str = "State Tax"
    includes_tax: bool = False
    gateway: str = "Shopify Payments"
    payments: tuple[tuple[str, int], ...] = ()
    """Gateways and sums; empty: the whole by `gateway`."""
    change: int = 0
    """Cash handed back."""
    rounding: int = 0
    refunds: tuple[tuple[dt.datetime, int], ...] = ()
    is_paid: bool = True
    is_fulfilled: bool = True
    cancelled_at: dt.datetime | None = None
    source: str = "web"
    location: str = ""
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
        """Tax on taxable lines, half up on the order."""
        base = sum(
            line.price * line.quantity - line.discount for line in self.lines if line.taxable and not line.is_tip
        )
        divisor = WHOLE + self.tax_basis_points if self.includes_tax else WHOLE
        return (2 * base * self.tax_basis_points + divisor) // (2 * divisor)

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
        return self.subtotal + self.tips + self.shipping - self.shipping_discount + on_top + self.duties

    @property
    def refunded(self) -> int:
        """Sum of refunds."""
        return sum(amount for _, amount in self.refunds)

    def record(self) -> Record:
        """Return the order as the API states it."""
        order_id = 5_000_000_000 + self.number
        last = max([self.at, *(at for at, _ in self.refunds), *([self.cancelled_at] if self.cancelled_at else [])])
        return {
            "__typename": "Order", "id": f"gid://shopify/Order/{order_id}", "legacyResourceId": str(order_id),
            "name": f"#{self.number}", "createdAt": _moment(self.at), "processedAt": _moment(self.at),
            "updatedAt": _moment(self.updated_at or last), "cancelledAt": _moment(self.cancelled_at), "test": self.is_test,
            "edited": self.is_edited, "sourceName": self.source, "displayFinancialStatus": self._paid_word(),
            "displayFulfillmentStatus": "FULFILLED" if self.is_fulfilled else "UNFULFILLED",
            "currencyCode": self.currency, "presentmentCurrencyCode": self.currency, "taxesIncluded": self.includes_tax,
            "dutiesIncluded": False, "billingAddress": _address(self.buyer, self.number) if self.buyer else None, "email": None,
            "retailLocation": {"id": "gid://shopify/Location/7", "name": self.location} if self.location else None,
            **{name: _bag(amount) for name, amount in self._sums().items()},
            "totalCashRoundingAdjustment": {"paymentSet": _bag(self.rounding), "refundSet": _bag(0)},
            "taxLines": self._tax_lines(), "fulfillments": self._fulfillments(), "transactions": self._transactions(order_id),
            "refunds": self._refunds(order_id), "shippingLines": self._shipping(order_id),
            "lineItems": [_line(line, order_id, place) for place, line in enumerate(self.lines, 1)],
            "agreements": self._agreements(order_id),
        }  # fmt: skip

    def _sums(self) -> dict[str, int]:
        owed = self.total - self.removed - (self.total if self.is_paid else 0)
        return {
            "totalPriceSet": self.total, "currentTotalPriceSet": self.total - self.refunded - self.removed,
            "subtotalPriceSet": self.subtotal, "totalTaxSet": self.tax, "totalTipReceivedSet": self.tips,
            "totalRefundedSet": self.refunded, "totalOutstandingSet": owed, "originalTotalDutiesSet": self.duties,
            "originalTotalAdditionalFeesSet": 0,
        }  # fmt: skip

    def _paid_word(self) -> str:
        if not self.is_paid:
            return "VOIDED" if self.cancelled_at else "PENDING"
        if not self.refunded:
            return "PAID"
        return "REFUNDED" if self.refunded >= self.total else "PARTIALLY_REFUNDED"

    def _tax_lines(self) -> list[Record]:
        if not self.tax_basis_points:
            return []
        percent = self.tax_basis_points / 100  # a rate, which JSON has as a number; never counted with
        liable = True if self.platform_pays_tax else None
        return [
            {"title": self.tax_title, "ratePercentage": percent, "channelLiable": liable, "priceSet": _bag(self.tax)}
        ]

    def _fulfillments(self) -> list[Record]:
        return [{"createdAt": _moment(self.at), "status": "SUCCESS"}] if self.is_fulfilled else []

    def _transactions(self, order_id: int) -> list[Record]:
        parts = self.payments or ((self.gateway, self.total),)
        kind = "SALE" if self.is_paid else "AUTHORIZATION"
        found = [
            (kind, name, amount + (self.change if place == 0 else 0), self.at)
            for place, (name, amount) in enumerate(parts)
        ]
        found += [("CHANGE", parts[0][0], self.change, self.at)] if self.change else []
        found += [("REFUND", parts[0][0], amount, at) for at, amount in self.refunds]
        return [
            {
                "id": f"gid://shopify/OrderTransaction/{order_id}{place:02d}", "kind": kind, "status": "SUCCESS", "test": self.is_test,
                "gateway": name.lower().replace(" ", "_"), "formattedGateway": name, "processedAt": _moment(at),
                "amountSet": _bag(amount), "amountRoundingSet": _bag(self.rounding) if place == 0 and self.rounding else None,
            }
            for place, (kind, name, amount, at) in enumerate(found)
        ]  # fmt: skip

    def _refunds(self, order_id: int) -> list[Record]:
        return [
            {
                "id": f"gid://shopify/Refund/{order_id}{place:02d}", "createdAt": _moment(at), "processedAt": _moment(at),
                "note": "came back", "totalRefundedSet": _bag(amount),
            }
            for place, (at, amount) in enumerate(self.refunds)
        ]  # fmt: skip

    def _shipping(self, order_id: int) -> list[Record]:
        if not self.shipping:
            return []
        return [
            {
                "__typename": "ShippingLine", "id": f"gid://shopify/ShippingLine/{order_id}", "title": "Standard",
                "originalPriceSet": _bag(self.shipping), "discountedPriceSet": _bag(self.shipping - self.shipping_discount),
            }
        ]  # fmt: skip

    def _agreements(self, order_id: int) -> list[Record]:
        made = [("ORDER", self.at, self.total)] + ([("ORDER_EDIT", self.at, -self.removed)] if self.is_edited else [])
        return [
            {
                "id": f"gid://shopify/SalesAgreement/{order_id}{place}", "happenedAt": _moment(at), "reason": reason,
                "sales": [{
                    "id": f"gid://shopify/Sale/{order_id}{place}", "actionType": "ORDER", "lineType": "PRODUCT", "quantity": 1,
                    "totalAmount": _bag(amount),
                }],
            }
            for place, (reason, at, amount) in enumerate(made)
        ]  # fmt: skip


def _line(line: Line, order_id: int, place: int) -> Record:
    return {
        "__typename": "LineItem", "id": f"gid://shopify/LineItem/{order_id}{place:03d}", "name": line.name, "sku": line.sku or None,
        "quantity": line.quantity, "currentQuantity": line.quantity, "isGiftCard": line.is_gift_card,
        "taxable": line.taxable and not line.is_tip, "requiresShipping": not (line.is_tip or line.is_gift_card),
        "originalUnitPriceSet": _bag(line.price),
        "discountAllocations": [{"allocatedAmountSet": _bag(line.discount)}] if line.discount else [],
    }  # fmt: skip


def _bag(minor: int) -> Record:
    sign, whole = "-" if minor < 0 else "", abs(minor)
    return {"shopMoney": {"amount": f"{sign}{whole // 100}.{whole % 100:02d}"}}


def _address(buyer: str, number: int) -> Record:
    """Return where a buyer is billed: another house for each order."""
    return {
        "name": buyer, "address1": f"{number} Example Street", "address2": None, "city": "Springfield",
        "provinceCode": "OR", "zip": "97477", "country": "United States",
    }  # fmt: skip


def _moment(at: dt.datetime | None) -> str | None:
    return None if at is None else at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


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
        return replace(order, refunds=((at + dt.timedelta(days=2), order.total // 2),))
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
