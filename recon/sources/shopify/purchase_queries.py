"""What Shopify's Admin API is asked about purchase orders, as GraphQL texts; they need version 2026-10 at least.

A purchase order does not say what came: that stands on the shipments of its transfers, line by line, by inventory item.

Specification: https://shopify.dev/docs/api/admin-graphql/2026-10/objects/InventoryPurchaseOrder and InventoryShipment.
"""

from __future__ import annotations

from typing import Final

from recon.sources.shopify.queries import Operation

FIRST_VERSION: Final = "2026-10"
SCOPES: Final = (
    "read_inventory_purchase_orders",
    "read_inventory_transfers",
    "read_inventory_shipments",
    "read_inventory",
)
"""Rights an app needs for them: orders, their transfers, the shipments of these, and the SKUs of what came."""
_LINE: Final = """pageInfo { hasNextPage endCursor } nodes { id supplierSku title variantTitle totalQuantity taxPercent
  unitCost { amount } subtotal { amount } totalCost { amount } inventoryItem { id sku } }"""

PURCHASE_ORDERS: Final = Operation(
    "PurchaseOrders",
    f"""query PurchaseOrders($first: Int!, $after: String, $lines: Int!) {{
  inventoryPurchaseOrders(first: $first, after: $after) {{
    pageInfo {{ hasNextPage endCursor }}
    nodes {{ id name status currency dateCreated orderedAt archivedAt origin {{ supplierName }}
      lineItems(first: $lines) {{ {_LINE} }} }}
  }}
}}""",
    "purchase orders",
)
PURCHASE_LINES: Final = Operation(
    "PurchaseLines",
    f"""query PurchaseLines($id: ID!, $first: Int!, $after: String) {{
  inventoryPurchaseOrder(id: $id) {{ id lineItems(first: $first, after: $after) {{ {_LINE} }} }}
}}""",
    "further lines of a purchase order",
)
PURCHASE_TRANSFERS: Final = Operation(
    "PurchaseTransfers",
    """query PurchaseTransfers($id: ID!, $first: Int!, $after: String, $shipments: Int!) {
  inventoryPurchaseOrder(id: $id) { id transfers(first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes { id name status shipments(first: $shipments) { pageInfo { hasNextPage } nodes { id name status } } }
  } }
}""",
    "transfers of a purchase order",
)
SHIPMENT: Final = Operation(
    "Shipment",
    """query Shipment($id: ID!, $first: Int!, $after: String) {
  inventoryShipment(id: $id) { id name status dateReceived totalAcceptedQuantity totalRejectedQuantity
    lineItems(first: $first, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { id acceptedQuantity rejectedQuantity unreceivedQuantity inventoryItem { id sku } } } }
}""",
    "what came of a shipment",
)


def purchase_texts() -> dict[str, str]:
    """Return every text about purchase orders that may go out, by name, for the tests."""
    made = (PURCHASE_ORDERS, PURCHASE_LINES, PURCHASE_TRANSFERS, SHIPMENT)
    return {operation.name: operation.text for operation in made}
