"""An invented month of the sandbox Shopify: the same orders every time."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Final

from recon.sandbox.shopify.orders import Line, SandboxOrder, SandboxRefund

_GOODS: Final = (
    ("MUG-01", "Mug", 1250), ("TEE-S", "T-shirt - Small", 2400), ("CAP-01", "Cap", 1999), ("BAG-02", "Canvas bag", 3450),
)  # fmt: skip


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
