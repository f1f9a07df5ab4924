"""Purchase orders by the Admin API: a page of them, and with it the further lines, transfers and shipments of each.

Shopify filters them by id and state only, not by when something changed, so all that are not archived are asked for each time;
of archived ones those that may have changed since the last pull.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Final

from recon.errors import SourceUnavailable
from recon.sources.base import Fetched
from recon.sources.shopify.client import ShopifyClient
from recon.sources.shopify.kept import KeptAnswer, kept_together
from recon.sources.shopify.pages import inside, next_page, nodes_of
from recon.sources.shopify.purchase_queries import PURCHASE_LINES, PURCHASE_ORDERS, PURCHASE_TRANSFERS, SHIPMENT
from recon.sources.shopify.queries import Operation

ORDERS_PER_PAGE: Final = 5
LINES_PER_PAGE: Final = 25
TRANSFERS_PER_PAGE: Final = 10
SHIPMENTS: Final = 50
"""Shipments of a transfer that are asked for; there is no second page, so a full one is refused."""
MAX_PAGES: Final = 2_500
LOOK_BACK: Final = dt.timedelta(days=14)
ORDERED: Final = "ORDERED"


def fetch_purchase_orders(client: ShopifyClient, since: dt.date | None) -> Iterator[Fetched]:
    """Yield one file per page of purchase orders, each with all that belongs to its orders.

    Raises:
        Denied: The app lacks a right for them.
        SourceUnavailable: Shopify refused, or could not be reached; what was yielded so far is good.
    """
    stamp = client.clock.now().strftime("%Y%m%dT%H%M%SZ")
    after: str | None = None
    for number in range(1, MAX_PAGES + 1):
        asked = {"first": ORDERS_PER_PAGE, "after": after, "lines": LINES_PER_PAGE}
        reply = client.ask_for_less(PURCHASE_ORDERS, asked)
        page = inside(reply.data, "inventoryPurchaseOrders")
        wanted = [node for node in nodes_of(page) if _counts(node, since)]
        if wanted:
            belonging = [answer for node in wanted for answer in _belonging(client, node)]
            content = kept_together([reply.kept, *belonging])
            yield Fetched(name=f"shopify-purchases-{stamp}-{number:05d}.json", content=content, page=number)
        after = next_page(page, after)
        if after is None:
            return
    raise SourceUnavailable(f"Shopify has more than {MAX_PAGES} pages of purchase orders.")


def _counts(order: Mapping[str, Any], since: dt.date | None) -> bool:
    """Return whether an order was placed with its supplier and may have changed since the last pull."""
    archived = str(order.get("archivedAt") or "")[:10]
    return order.get("status") == ORDERED and (not archived or since is None or archived >= str(since - LOOK_BACK))


def _belonging(client: ShopifyClient, order: Mapping[str, Any]) -> Iterator[KeptAnswer]:
    """Yield the further answers an order needs to be whole."""
    about = str(order.get("id") or "")
    if start := next_page(inside(order, "lineItems"), None):
        for reply_kept, _ in _pages(client, PURCHASE_LINES, about, ("inventoryPurchaseOrder", "lineItems"), start):
            yield reply_kept
    for kept, page in _pages(client, PURCHASE_TRANSFERS, about, ("inventoryPurchaseOrder", "transfers"), None):
        yield kept
        for transfer in nodes_of(page):
            shipments = inside(transfer, "shipments")
            if inside(shipments, "pageInfo").get("hasNextPage"):
                raise SourceUnavailable(
                    f"Transfer {transfer.get('name')} of purchase order {order.get('name')} has more than {SHIPMENTS} shipments, and"
                    " recon asks for no more. Nothing of this page was kept."
                )
            for shipment in nodes_of(shipments):
                own = str(shipment.get("id") or "")
                yield from (each for each, _ in _pages(client, SHIPMENT, own, ("inventoryShipment", "lineItems"), None))


def _pages(
    client: ShopifyClient, operation: Operation, about: str, place: tuple[str, str], after: str | None
) -> Iterator[tuple[KeptAnswer, Mapping[str, Any]]]:
    """Yield answer and page of a list inside one object, to its end."""
    first = TRANSFERS_PER_PAGE if operation is PURCHASE_TRANSFERS else 100
    for _ in range(MAX_PAGES):
        asked: dict[str, Any] = {"id": about, "first": first, "after": after}
        if operation is PURCHASE_TRANSFERS:
            asked["shipments"] = SHIPMENTS
        reply = client.ask_for_less(operation, asked, about=about)
        page = inside(reply.data, *place)
        yield reply.kept, page
        after = next_page(page, after)
        if after is None:
            return
    raise SourceUnavailable(f"{operation.about}: more than {MAX_PAGES} pages.")
