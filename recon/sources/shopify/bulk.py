"""Many orders at once: Shopify runs the query by itself and lays the result out as one file of JSON lines.

Children are lines of their own that name their parent, in no promised order. The result counts only if it has as many
lines as Shopify says; it is then parted into files of some orders each, every line exactly as it came.

Specification: https://shopify.dev/docs/api/usage/bulk-operations/queries.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from recon.errors import SettingsError, SourceUnavailable
from recon.http import HttpClient
from recon.sources.shopify.client import ShopifyClient
from recon.sources.shopify.queries import BULK_RUN, BULK_STATE
from recon.sources.shopify.verdict import Denied

FIRST_POLL_SECONDS: Final = 2
LONGEST_POLL_SECONDS: Final = 30
LONGEST_RUN_SECONDS: Final = 6 * 3600
RESULT_LIMIT_BYTES: Final = 1024 * 1024 * 1024
ORDERS_IN_A_FILE: Final = 1_000
_RUNNING: Final = ("CREATED", "RUNNING", "CANCELING")


@dataclass(frozen=True, slots=True)
class BulkOrder:
    """One order of a result."""

    order: Mapping[str, Any]
    """The order's own object."""
    lines: tuple[str, ...]
    """It and all its children, as they came."""


def run_bulk(client: ShopifyClient, query: str) -> list[BulkOrder]:
    """Let Shopify run a query and return its orders.

    Raises:
        SourceUnavailable: Shopify did not run it to its end, or its result is not whole.
    """
    started = client.ask(BULK_RUN, {"query": query}).data.get("bulkOperationRunQuery") or {}
    problems = started.get("userErrors") or []
    operation = started.get("bulkOperation") or {}
    if problems or not operation.get("id"):
        words = "; ".join(str(problem.get("message")) for problem in problems) or "no reason given"
        raise SourceUnavailable(
            f"Shopify does not run the bulk operation: {words}. Pull again later, or a shorter span."
        )
    state = _waited_for(client, str(operation["id"]))
    count = int(state.get("objectCount") or 0)
    url = state.get("url")
    if not url:
        if count:
            raise SourceUnavailable(
                f"Shopify announced {count} records of its bulk operation and laid out no file. Pull again."
            )
        return []
    text = _downloaded(client, str(url))
    return _orders_of(text, count)


def _waited_for(client: ShopifyClient, operation_id: str) -> Mapping[str, Any]:
    began, wait = client.clock.monotonic(), float(FIRST_POLL_SECONDS)
    while True:
        state = client.ask(BULK_STATE, {"id": operation_id}).data.get("bulkOperation") or {}
        if state.get("status") == "COMPLETED":
            return dict(state)
        if state.get("status") not in _RUNNING:
            reason = state.get("errorCode") or "no reason given"
            is_denied = reason == "ACCESS_DENIED"
            hint = " The app needs read_orders for it." if is_denied else ""
            raise (Denied if is_denied else SourceUnavailable)(
                f"Shopify ended its bulk operation as {state.get('status') or 'unknown'} ({reason}).{hint} Nothing was kept of it."
                " Pull again, or a shorter span."
            )
        if client.clock.monotonic() - began > LONGEST_RUN_SECONDS:
            raise SourceUnavailable(
                f"Shopify's bulk operation has not ended within {LONGEST_RUN_SECONDS // 3600} hours. Pull a shorter span."
            )
        client.clock.sleep(wait)
        wait = min(2 * wait, LONGEST_POLL_SECONDS)


def _downloaded(client: ShopifyClient, url: str) -> str:
    parts = urlsplit(url)
    try:
        http = HttpClient(f"{parts.scheme}://{parts.netloc}", body_limit_bytes=RESULT_LIMIT_BYTES)
    except SettingsError:
        raise SourceUnavailable(
            "Shopify laid the result out at an address that is not https; it was not fetched."
        ) from None
    with http:
        body = client.download(http, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)))
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SourceUnavailable("The result of Shopify's bulk operation is not UTF-8 text. Pull again.") from None


def _orders_of(text: str, count: int) -> list[BulkOrder]:
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) != count:
        raise SourceUnavailable(
            f"The result of Shopify's bulk operation has {len(lines)} records where {count} were announced: it is not whole."
            " Nothing was kept of it. Pull again."
        )
    orders: dict[str, Mapping[str, Any]] = {}
    belonging: dict[str, list[str]] = {}
    for line in lines:
        try:
            found = json.loads(line)
            owner = found.get("__parentId") or found["id"]
        except (ValueError, KeyError, AttributeError):
            raise SourceUnavailable(
                "A record of Shopify's bulk operation cannot be read. Nothing was kept of it. Pull again."
            ) from None
        if "__parentId" not in found:
            orders[owner] = found
        belonging.setdefault(owner, []).append(line)
    strays = len(belonging.keys() - orders.keys())
    if strays:
        raise SourceUnavailable(
            f"{strays} records of Shopify's bulk operation belong to no order of it: it is not whole. Nothing was kept of it."
        )
    return [BulkOrder(order, tuple(belonging[order_id])) for order_id, order in orders.items()]


def in_files(orders: list[BulkOrder]) -> Iterator[list[BulkOrder]]:
    """Yield the orders by as many as one kept file holds."""
    for at in range(0, len(orders), ORDERS_IN_A_FILE):
        yield orders[at : at + ORDERS_IN_A_FILE]
