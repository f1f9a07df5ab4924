"""The invented orders of the case `us-api-changes`, and the answers of Shopify's API that hold them.

`python -m tests.cases.api_orders` writes the kept answers anew from a sandbox shop; a test compares them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from recon.sandbox.shopify import Line, SandboxEdit, SandboxOrder, SandboxRefund, ShopifySandbox
from tests.cases import story
from tests.clock import FakeClock
from tests.recon.shopify_api_tools import client_of, shop_of

CASE: Final = story.CASES / "us-api-changes"
BLACK: Final = Line(sku="TEE-BLK-M", name="T-shirt black M", price=2500, quantity=3, discount=500)
WHITE: Final = Line(sku="TEE-WHT-L", name="T-shirt white L", price=2500)
MUG: Final = Line(sku="MUG-01", name="Mug", price=1800, quantity=2)


def _at(day: int, month: int = 10) -> dt.datetime:
    return dt.datetime(2026, month, day, 15, 0, tzinfo=dt.UTC)


def _order(number: int, day: int, *lines: Line, **rest: object) -> SandboxOrder:
    fixed = {"tax_basis_points": 725, "shipping": 600, "buyer": None, **rest}
    return SandboxOrder(number=number, at=_at(day), lines=lines, **fixed)  # type: ignore[arg-type]


_PARTLY: Final = SandboxRefund(at=_at(9), lines=((1, 1),), note="wrong size")
_KEEPS_FEE: Final = SandboxRefund(
    at=_at(12), lines=((2, 2),), adjustment=-300, reason="RESTOCK", is_restocked=False, note="broken"
)
OCTOBER: Final = (
    _order(2001, 2, BLACK, MUG),
    _order(2002, 3, BLACK, MUG, refunds=(_PARTLY,)),
    _order(2003, 4, WHITE, refunds=((_at(8), 1000),)),
    _order(2004, 5, WHITE, MUG, refunds=(_KEEPS_FEE,)),
    _order(2005, 6, BLACK, MUG, edits=(SandboxEdit(at=_at(7), removed=((1, 1), (2, 2))),)),
    _order(2006, 7, MUG, fees=(("Retail delivery fee", 28),)),
    _order(2007, 8, replace(MUG, quantity=1), shipping=0, gateway="Cash", rounding=4, source="pos", location="Main Street"),
    _order(2008, 9, WHITE),
    _order(2009, 10, WHITE, MUG, is_edited=True, removed=1931),
)  # fmt: skip
"""As they stood on 16 October."""


def _november() -> tuple[SandboxOrder, ...]:
    """The same orders on 2 November: more came back, one was edited after it was posted."""
    changed = {
        2001: {"refunds": (SandboxRefund(at=_at(20), lines=((1, 2),), shipping=300),)},
        2002: {
            "refunds": (_PARTLY, SandboxRefund(at=_at(22), lines=((1, 2), (2, 2)), shipping=600, note="changed mind"))
        },
        2006: {"refunds": (SandboxRefund(at=_at(24), lines=((1, 1),)),)},
        2007: {"refunds": (SandboxRefund(at=_at(26), lines=((1, 1),), rounding=4),)},
        2008: {"lines": (WHITE, MUG), "edits": (SandboxEdit(at=_at(27), added=(2,)),)},
    }
    return tuple(replace(order, **changed.get(order.number, {})) for order in OCTOBER)  # type: ignore[arg-type]


FILES: Final = {"1-orders_16-october.json": OCTOBER, "2-orders_2-november.json": _november()}


def answers_of(orders: Sequence[SandboxOrder]) -> bytes:
    """Return what a pull of these orders keeps."""
    clock = FakeClock()
    made = ShopifySandbox(orders=orders, now=clock.now, monotonic=clock.monotonic)
    with made as shop, client_of(shop, clock, store="cedar") as client:
        (answer,) = shop_of(client, with_buyers=False).fetch("sale", {})
    return answer.content


def main() -> None:
    """Write the kept answers."""
    for name, orders in FILES.items():
        Path(CASE / "in" / name).write_bytes(answers_of(orders))


if __name__ == "__main__":
    main()
