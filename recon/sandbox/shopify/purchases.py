"""Purchase orders of the sandbox shop: orders, their transfers and shipments, made from short descriptions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

Record = Mapping[str, Any]
_HUNDRED: Final = 100
PURCHASE_SCOPES: Final = (
    "read_inventory_purchase_orders", "read_inventory_transfers", "read_inventory_shipments", "read_inventory",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxPurchaseLine:
    """One line of a purchase order; cost in cents."""

    sku: str
    title: str
    pieces: int
    cost: int
    tax_percent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxShipment:
    """What came at once: by SKU, the pieces accepted and rejected; the rest of what was sent is on its way."""

    number: int
    at: str = ""
    """Moment something of it came first, UTC; empty: nothing has."""
    sent: Mapping[str, int]
    accepted: Mapping[str, int]
    rejected: Mapping[str, int]

    @property
    def status(self) -> str:
        """State, as Shopify says it."""
        came = sum(self.accepted.values()) + sum(self.rejected.values())
        if not came:
            return "IN_TRANSIT"
        return "RECEIVED" if came >= sum(self.sent.values()) else "PARTIALLY_RECEIVED"


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxPurchaseOrder:
    """One purchase order with its transfer."""

    number: int
    supplier: str
    ordered_at: str
    lines: tuple[SandboxPurchaseLine, ...]
    shipments: tuple[SandboxShipment, ...] = ()
    status: str = "ORDERED"
    currency: str = "USD"
    archived_at: str = ""

    @property
    def gid(self) -> str:
        """Id in answers."""
        return f"gid://shopify/InventoryPurchaseOrder/{self.number}"

    def record(self) -> Record:
        """Return the order as it stands in an answer."""
        transfer = {
            "__typename": "InventoryTransfer", "id": f"gid://shopify/InventoryTransfer/{self.number}", "name": f"#T{self.number}",
            "status": "IN_PROGRESS", "shipments": [shipment_record(self, each) for each in self.shipments],
        }  # fmt: skip
        return {
            "__typename": "InventoryPurchaseOrder", "id": self.gid, "name": f"#PO{self.number}", "status": self.status,
            "currency": self.currency, "dateCreated": self.ordered_at, "orderedAt": self.ordered_at,
            "archivedAt": self.archived_at or None, "origin": {"supplierName": self.supplier},
            "lineItems": [self._line(place, line) for place, line in enumerate(self.lines, 1)],
            "transfers": [transfer] if self.shipments else [],
        }  # fmt: skip

    def _line(self, place: int, line: SandboxPurchaseLine) -> Record:
        subtotal = line.cost * line.pieces
        percent = Decimal(line.tax_percent or 0)
        tax = int((subtotal * percent / _HUNDRED).quantize(Decimal(1), ROUND_HALF_UP))
        return {
            "__typename": "InventoryPurchaseOrderLineItem",
            "id": f"gid://shopify/InventoryPurchaseOrderLineItem/{self.number}{place:03d}", "supplierSku": f"V-{line.sku}",
            "title": line.title, "variantTitle": None, "totalQuantity": line.pieces, "taxPercent": line.tax_percent or None,
            "unitCost": _money(line.cost), "subtotal": _money(subtotal), "totalCost": _money(subtotal + tax),
            "inventoryItem": _item(line.sku),
        }  # fmt: skip


def shipment_record(order: SandboxPurchaseOrder, one: SandboxShipment) -> Record:
    """Return a shipment as it stands in an answer."""
    gid = f"gid://shopify/InventoryShipment/{order.number}{one.number:02d}"
    lines = [
        {
            "__typename": "InventoryShipmentLineItem", "id": f"{gid}{place:03d}", "acceptedQuantity": one.accepted.get(sku, 0),
            "rejectedQuantity": one.rejected.get(sku, 0),
            "unreceivedQuantity": sent - one.accepted.get(sku, 0) - one.rejected.get(sku, 0), "inventoryItem": _item(sku),
        }
        for place, (sku, sent) in enumerate(one.sent.items(), 1)
    ]  # fmt: skip
    return {
        "__typename": "InventoryShipment", "id": gid, "name": f"#T{order.number}-{one.number}", "status": one.status,
        "dateReceived": one.at or None, "totalAcceptedQuantity": sum(one.accepted.values()),
        "totalRejectedQuantity": sum(one.rejected.values()), "lineItems": lines,
    }  # fmt: skip


def invented_purchases(first: dt.date) -> list[SandboxPurchaseOrder]:
    """Return three purchase orders of a month: one came in two parts, one is on its way, one came without two pieces."""
    lines = (
        SandboxPurchaseLine(sku="MUG-01", title="Mug", pieces=60, cost=420),
        SandboxPurchaseLine(sku="CAP-01", title="Cap", pieces=24, cost=800, tax_percent="6.5"),
    )

    def at(day: int) -> str:
        return f"{first + dt.timedelta(days=day)}T15:00:00Z"

    whole = {"MUG-01": 60, "CAP-01": 24}
    some, rest = {"MUG-01": 40, "CAP-01": 24}, {"MUG-01": 20}
    parts = (
        SandboxShipment(number=1, at=at(8), sent=some, accepted=some, rejected={}),
        SandboxShipment(number=2, at=at(17), sent=rest, accepted=rest, rejected={}),
    )
    short = SandboxShipment(number=1, at=at(14), sent=whole, accepted={**whole, "CAP-01": 22}, rejected={"CAP-01": 2})
    return [
        SandboxPurchaseOrder(number=1, ordered_at=at(1), supplier="Cotton Mill", lines=lines, shipments=parts),
        SandboxPurchaseOrder(number=2, ordered_at=at(4), supplier="Hat Makers", lines=lines, shipments=(short,)),
        SandboxPurchaseOrder(number=3, ordered_at=at(20), supplier="Cotton Mill", lines=lines),
    ]


def shipments_of(orders: Sequence[SandboxPurchaseOrder]) -> dict[str, Record]:
    """Return all shipments by their ids."""
    made = [shipment_record(order, one) for order in orders for one in order.shipments]
    return {str(each["id"]): each for each in made}


def _item(sku: str) -> Record:
    number = sum(ord(sign) * 31**place for place, sign in enumerate(sku))
    return {"__typename": "InventoryItem", "id": f"gid://shopify/InventoryItem/{number}", "sku": sku}


def _money(cents: int) -> Mapping[str, str]:
    return {"amount": f"{cents // _HUNDRED}.{cents % _HUNDRED:02d}"}
