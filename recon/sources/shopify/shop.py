"""Shopify as the application asks for it: who is there and what the app may read, orders of a span, products."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from recon.errors import SourceUnavailable
from recon.frames.findings import no_findings, one_finding
from recon.sources.base import Fetched
from recon.sources.shopify.client import ShopifyClient
from recon.sources.shopify.payout_pull import fetch_payouts
from recon.sources.shopify.pull import OrdersPull, Span, fetch_products
from recon.sources.shopify.purchase_pull import fetch_purchase_orders
from recon.sources.shopify.purchase_queries import FIRST_VERSION, SCOPES
from recon.sources.shopify.queries import ORDERS_COUNT, SHOP
from recon.sources.shopify.verdict import Denied

ALL_ORDERS: Final = "read_all_orders"
STAFF: Final = "read_users"
"""The right to know who sold an order; Shopify gives it to apps of some plans only."""
WINDOW_DAYS: Final = 60
"""So many days back an app may read orders that lacks `read_all_orders`."""


class ShopifyShopClient:
    """One Shopify shop behind the calls of the service."""

    def __init__(
        self,
        client: ShopifyClient,
        *,
        zone: str,
        page_size: int,
        with_buyers: bool,
        bulk_from: int,
        with_addresses: bool = False,
        buys: bool = False,
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            client: The shop's client.
            zone: The shop's time zone, in which days begin.
            page_size: Orders per page.
            with_buyers: Whether names of buyers are asked for.
            bulk_from: From so many orders on they are fetched in bulk.
            buys: Whether purchases are pulled, so that `verify` looks at the rights for them.
            with_addresses: Whether their addresses are asked for too.
        """
        self._client, self._zone = client, ZoneInfo(zone)
        self._buys = buys
        self._page_size, self._with_buyers, self._bulk_from = page_size, with_buyers, bulk_from
        self._with_addresses = with_addresses
        self._checks: list[str] = []
        self._without = ""
        """Why purchase orders cannot be pulled; empty: they can, or nobody asked."""

    def verify(self) -> str:
        """Return who answered, in words, after one harmless read of orders too.

        Raises:
            SourceUnavailable: Not reached, keys refused, or orders not readable.
        """
        data = self._client.ask(SHOP, {}).data
        shop = data.get("shop") or {}
        scopes = _scopes(data)
        count = (self._client.ask(ORDERS_COUNT, {"query": ""}).data.get("ordersCount") or {}).get("count")
        zone, currency = shop.get("ianaTimezone"), shop.get("currencyCode")
        self._checks = [self._reach(scopes)]
        if self._buys:
            lacking = _lacking(self._client.version, scopes)
            self._checks.append(
                f"Purchase orders are not pulled. {lacking}"
                if lacking
                else "The app may read purchase orders and what came of them."
            )
        if zone and zone != self._zone.key:
            self._checks.append(
                f"The shop's own time zone is {zone}; days are counted in {self._zone.key}. Set timezone of the connection if that is wrong."
            )
        return f"Shopify shop {shop.get('name') or self._client.store} ({shop.get('myshopifyDomain')}, {currency}), {count} orders readable"

    def checks(self) -> tuple[str, ...]:
        """Return what `verify` found out about rights and days."""
        return tuple(self._checks)

    def fetch(self, record_kind: str, query: Mapping[str, Any]) -> Iterator[Fetched]:
        """Yield raw answers with orders, whose refunds come with them, or with payouts.

        Args:
            record_kind: sale; purchase: payouts of Shopify Payments with their transactions, and purchase orders with what came;
                any other yields nothing.
            query: since, until (days or None), by (updated, created, ordered), status and payment_status (comma lists).

        Raises:
            UsageError: A date or state Shopify does not filter by.
            SourceUnavailable: Shopify refused, could not be reached, or gives older days to nobody with these rights.
        """
        if record_kind == "purchase":
            yield from fetch_payouts(self._client, query.get("since"), query.get("until"))
            yield from self._purchase_orders(query.get("since"))
        if record_kind != "sale":
            return
        span = Span(
            since=query.get("since"),
            until=query.get("until"),
            by=str(query.get("by") or "updated"),
            statuses=_listed(query.get("status")),
            payment_statuses=_listed(query.get("payment_status")),
        )
        scopes = _scopes(self._client.ask(SHOP, {}).data)
        self._within_reach(span.since, scopes)
        pull = OrdersPull(
            self._client,
            page_size=self._page_size,
            with_buyers=self._with_buyers,
            bulk_from=self._bulk_from,
            with_addresses=self._with_addresses,
            with_staff=STAFF in scopes,
        )
        yield from pull.fetch(span, self._zone)

    def fetch_products(self) -> Iterator[Fetched]:
        """Yield raw answers with the product list; raises like `fetch`."""
        return fetch_products(self._client, self._page_size)

    def unchanged(self) -> int:
        """Return 0: every page is kept."""
        return 0

    def findings(self) -> pl.DataFrame:
        """Return why purchase orders were not pulled; any other pull that is not whole stops with words."""
        return one_finding("purchases-not-readable", detail=self._without) if self._without else no_findings()

    def _purchase_orders(self, since: dt.date | None) -> Iterator[Fetched]:
        """Yield purchase orders where the app may read them; payouts and sales do not depend on that right."""
        self._without = _lacking(self._client.version, _scopes(self._client.ask(SHOP, {}).data))
        if self._without:
            return
        try:
            yield from fetch_purchase_orders(self._client, since)
        except Denied as error:
            self._without = str(error)

    def _within_reach(self, since: dt.date | None, scopes: frozenset[str]) -> None:
        """Refuse days Shopify would silently leave out."""
        today = self._client.clock.now().astimezone(self._zone).date()
        oldest = today - dt.timedelta(days=WINDOW_DAYS)
        if (since is not None and since >= oldest) or ALL_ORDERS in scopes:
            return
        asked = f"days since {since}" if since else "all days"
        raise SourceUnavailable(
            f"Shopify tells this app only orders of the last {WINDOW_DAYS} days (it lacks the right {ALL_ORDERS}), and {asked} are asked"
            f" for. Nothing was fetched. Give the app {ALL_ORDERS} in Shopify; or import older orders from the orders export and pull"
            f" with --since {oldest}."
        )

    def _reach(self, scopes: frozenset[str]) -> str:
        if ALL_ORDERS in scopes:
            return "The app may read orders of all days."
        return (
            f"The app lacks {ALL_ORDERS}: Shopify tells it only orders made in the last {WINDOW_DAYS} days, so refunds of older ones"
            " are not seen."
        )


def _lacking(version: str, scopes: frozenset[str]) -> str:
    """Return why an app cannot read purchase orders; empty: it can."""
    if version < FIRST_VERSION:
        return f"Purchase orders need version {FIRST_VERSION} of Shopify's API; shopify.version is {version}."
    lacks = [scope for scope in SCOPES if scope not in scopes]
    return f"The app lacks {' and '.join(lacks)} in Shopify." if lacks else ""


def _scopes(data: Mapping[str, Any]) -> frozenset[str]:
    listed = (data.get("currentAppInstallation") or {}).get("accessScopes") or ()
    return frozenset(str(scope.get("handle")) for scope in listed if isinstance(scope, dict))


def _listed(text: object) -> tuple[str, ...]:
    return tuple(part.strip() for part in str(text or "").split(",") if part.strip())
