"""The invented purchase orders of the case `us-purchases-month`, and the answers of Shopify's API that hold them.

`python -m tests.cases.api_purchases` writes the case's files anew.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Final

from recon.sandbox.shopify.purchases import PURCHASE_SCOPES, SandboxPurchaseLine, SandboxPurchaseOrder, SandboxShipment
from recon.sandbox.shopify.server import Rules, ShopifySandbox
from tests.cases import story
from tests.clock import FakeClock
from tests.recon.shopify_api_tools import client_of, shop_of

CASE: Final = story.CASES / "us-purchases-month"
_BAGS = SandboxPurchaseLine(sku="BAG-02", title="Canvas bag", pieces=40, cost=1250, tax_percent="6.5")
_TAPE = SandboxPurchaseLine(sku="TAPE", title="Tape", pieces=10, cost=99)
_BOXES = SandboxPurchaseLine(sku="BOX-S", title="Box - Small", pieces=200, cost=31)
_CAPS = SandboxPurchaseLine(sku="CAP-01", title="Cap", pieces=12, cost=800)
_FIRST = SandboxShipment(
    number=1, at="2026-10-12T15:00:00Z", sent={"BAG-02": 25, "TAPE": 10}, accepted={"BAG-02": 23, "TAPE": 10},
    rejected={"BAG-02": 2},
)  # fmt: skip
_ALL_BOXES = SandboxShipment(
    number=1, at="2026-10-09T18:30:00Z", sent={"BOX-S": 200}, accepted={"BOX-S": 150}, rejected={}
)
_STRANGE = SandboxShipment(
    number=1, at="2026-10-14T16:00:00Z", sent={"CAP-99": 12}, accepted={"CAP-99": 12}, rejected={}
)
BAGS: Final = SandboxPurchaseOrder(
    number=7, supplier="Cotton Mill", ordered_at="2026-10-01T14:00:00Z", lines=(_BAGS, _TAPE), shipments=(_FIRST,)
)
BOXES: Final = SandboxPurchaseOrder(
    number=8, supplier="Paper Works", ordered_at="2026-10-05T14:00:00Z", lines=(_BOXES,), shipments=(_ALL_BOXES,)
)
CAPS: Final = SandboxPurchaseOrder(
    number=9, supplier="Hat Makers", ordered_at="2026-10-06T14:00:00Z", lines=(_CAPS,), shipments=(_STRANGE,)
)
LATER: Final = (
    replace(BAGS, shipments=(
        _FIRST,
        SandboxShipment(number=2, at="2026-10-26T15:00:00Z", sent={"BAG-02": 15}, accepted={"BAG-02": 15}, rejected={}),
    )),
    replace(BOXES, shipments=(replace(_ALL_BOXES, accepted={"BOX-S": 200}),)),
    CAPS,
)  # fmt: skip


def kept(orders: tuple[SandboxPurchaseOrder, ...]) -> bytes:
    """Return the file a pull keeps of these orders."""
    clock = FakeClock()
    rules = Rules(scopes=("read_orders", *PURCHASE_SCOPES))
    made = ShopifySandbox(purchases=orders, rules=rules, now=clock.now, monotonic=clock.monotonic)
    with made as shop, client_of(shop, clock, store="cedar") as client:
        (answer,) = shop_of(client).fetch("purchase", {"since": dt.date(2026, 10, 1)})
    return answer.content


if __name__ == "__main__":
    (CASE / "in" / "1-purchases_16-october.json").write_bytes(kept((BAGS, BOXES, CAPS)))
    (CASE / "in" / "2-purchases_2-november.json").write_bytes(kept(LATER))
