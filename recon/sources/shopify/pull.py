"""Orders of a span of time, page by page or in bulk, each with all that belongs to it before it is kept.

An order one of whose lists was full is asked for by itself; lines beyond the first page, the changes of an edited order and
what each refund consists of follow.
If it changes meanwhile, its page is read again, so that no kept file mixes two states of an order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from recon.errors import SourceUnavailable, UsageError
from recon.sources.base import Fetched
from recon.sources.shopify import queries
from recon.sources.shopify.api_records import listed, money, number
from recon.sources.shopify.bulk import BulkOrder, in_files, run_bulk
from recon.sources.shopify.client import Reply, ShopifyClient, TooMuch
from recon.sources.shopify.kept import BULK, KeptAnswer, kept_together
from recon.sources.shopify.pages import inside, next_page
from recon.sources.shopify.queries import (
    LINES,
    LISTED,
    ORDER_AGREEMENTS,
    ORDER_CHANGES,
    ORDER_LINES,
    ORDERS_COUNT,
    REFUND_PARTS,
    Operation,
)
from recon.sources.shopify.verdict import Denied

LARGEST_PAGE: Final = 250
MAX_PAGES: Final = 25_000
ORDERS_IN_A_FILE: Final = 250
"""From so many orders on a kept file is full; a page may hold few, and each file is compared with all before it."""
AGREEMENTS: Final = 2
"""Changes of an edited order in one answer; each may hold 25 sales, which cost as much as a page of orders."""
REFUND_LINES: Final = 50
"""Lines of a refund in one answer."""
READ_AGAIN: Final = 3
"""So often a page is read anew because one of its orders changed meanwhile."""
DATES: Final[Mapping[str, tuple[str, str]]] = {
    "updated": ("updated_at", "UPDATED_AT"),
    "created": ("created_at", "CREATED_AT"),
    "ordered": ("processed_at", "PROCESSED_AT"),
}
"""Words of `recon pull --by`, Shopify's filter and its sort key."""
STATUSES: Final = ("open", "closed", "cancelled", "not_closed")
PAYMENT_STATUSES: Final = (
    "authorized", "expired", "paid", "partially_paid", "partially_refunded", "pending", "refunded", "unpaid", "voided",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What is asked for."""

    since: dt.date | None = None
    """First day, on the shop's clock."""
    until: dt.date | None = None
    """Last day, on the shop's clock."""
    by: str = "updated"
    statuses: tuple[str, ...] = ()
    payment_statuses: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse words Shopify does not filter by; raises UsageError."""
        if self.by not in DATES:
            raise UsageError(f"{self.by!r} is no date Shopify filters by; accepted: {', '.join(DATES)}.")
        for given, known, what in (
            (self.statuses, STATUSES, "state of an order"),
            (self.payment_statuses, PAYMENT_STATUSES, "payment state"),
        ):
            wrong = [word for word in given if word not in known]
            if wrong:
                raise UsageError(
                    f"{', '.join(map(repr, wrong))} is no {what} Shopify filters by; accepted: {', '.join(known)}."
                )

    def search(self, zone: ZoneInfo) -> str:
        """Return the text of Shopify's own search."""
        field = DATES[self.by][0]
        parts = []
        if self.since is not None:
            parts.append(f"{field}:>='{_midnight(self.since, zone)}'")
        if self.until is not None:
            parts.append(f"{field}:<'{_midnight(self.until + dt.timedelta(days=1), zone)}'")
        if self.statuses:
            parts.append(f"status:{','.join(self.statuses)}")
        if self.payment_statuses:
            parts.append(f"financial_status:{','.join(self.payment_statuses)}")
        return " AND ".join(parts)


def _midnight(day: dt.date, zone: ZoneInfo) -> str:
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class _Moved(Exception):
    """An order changed while it was read."""


class OrdersPull:
    """Pulls orders of one shop.

    Args:
        client: The shop's client.
        page_size: Orders per page; made smaller where a page costs too much.
        with_buyers: Whether names of buyers are asked for.
        with_addresses: Whether their addresses are asked for too.
        with_staff: Whether it is asked who sold an order; an app with the right may still be refused by the shop's plan.
        bulk_from: From so many orders on they are fetched in bulk.
    """

    def __init__(
        self,
        client: ShopifyClient,
        *,
        page_size: int,
        with_buyers: bool,
        bulk_from: int,
        with_addresses: bool = False,
        with_staff: bool = False,
    ) -> None:
        self._client = client
        self._first, self._lines = min(page_size, LARGEST_PAGE), LINES
        self._persons = {"with_buyers": with_buyers, "with_addresses": with_addresses, "with_staff": with_staff}
        self._bulk_from = bulk_from
        self._orders = queries.orders(**self._persons)
        self._files = 0
        self._stamp = client.clock.now().strftime("%Y%m%dT%H%M%SZ")

    def fetch(self, span: Span, zone: ZoneInfo) -> Iterator[Fetched]:
        """Yield files of whole orders.

        Raises:
            SourceUnavailable: Shopify refused, or could not be reached; what was yielded so far is good.
        """
        search, sort_key = span.search(zone), DATES[span.by][1]
        counted = self._client.ask(ORDERS_COUNT, {"query": search}).data.get("ordersCount") or {}
        count = int(counted.get("count") or 0)
        if count < self._bulk_from:
            yield from self._pages(search, sort_key, count)
            return
        began = self._client.clock.now() - dt.timedelta(minutes=10)
        yield from self._in_bulk(search, count)
        # Whatever changed while the bulk operation ran comes once more, in its new state.
        since = f"updated_at:>='{began.astimezone(dt.UTC).strftime('%Y-%m-%dT%H:%M:%SZ')}'"
        yield from self._pages(f"{search} AND {since}" if search else since, "UPDATED_AT", None)

    def _pages(self, search: str, sort_key: str, announced: int | None) -> Iterator[Fetched]:
        after: str | None = None
        whole: list[KeptAnswer] = []
        count = 0
        for _ in range(MAX_PAGES):
            try:
                reply, belonging = self._whole_page(search, sort_key, after)
            except SourceUnavailable:
                if whole:  # what is whole is not asked for again
                    yield self._file(whole, announced)
                raise
            nodes = listed(reply.data, "orders")
            if nodes:
                whole += [reply.kept, *belonging]
                count += len(nodes)
            info = inside(reply.data, "orders", "pageInfo")
            is_last = not info.get("hasNextPage")
            if whole and (is_last or count >= ORDERS_IN_A_FILE):
                yield self._file(whole, announced)
                whole, count = [], 0
            if is_last:
                return
            if not info.get("endCursor") or info["endCursor"] == after:
                raise SourceUnavailable(
                    "Shopify says that there are more orders, but not where they go on. Pull again."
                )
            after = str(info["endCursor"])
        raise SourceUnavailable(f"Shopify has more than {MAX_PAGES} pages for one question. Pull smaller spans.")

    def _whole_page(self, search: str, sort_key: str, after: str | None) -> tuple[Reply, list[KeptAnswer]]:
        for _ in range(READ_AGAIN):
            reply = self._page(search, sort_key, after)
            try:
                return reply, [kept for node in listed(reply.data, "orders") for kept in self._belonging(node)]
            except _Moved:
                continue
        raise SourceUnavailable(
            f"Orders of one page changed each of the {READ_AGAIN} times it was read. What was fetched is kept. Pull again later."
        )

    def _page(self, search: str, sort_key: str, after: str | None) -> Reply:
        while True:
            variables = {
                "first": self._first, "after": after, "query": search, "sortKey": sort_key, "lines": self._lines,
            }  # fmt: skip
            try:
                return self._client.ask(self._orders, variables)
            except Denied:
                if not self._persons["with_staff"]:
                    raise
                self._leave_staff_out()
            except TooMuch as error:
                before = self._first * self._lines
                if self._first > 1:
                    self._first = max(1, int(self._first * error.part))
                elif self._lines > 1:
                    self._lines = max(1, self._lines // 2)
                else:
                    raise
                self._client.bucket.scaled(self._orders.name, self._first * self._lines / before)

    def _leave_staff_out(self) -> None:
        """Ask for no staff from here on: an app with the right is still refused by plans without it."""
        self._persons["with_staff"] = False
        self._orders = queries.orders(**self._persons)

    def _belonging(self, order: Mapping[str, Any]) -> list[KeptAnswer]:
        """Return the further answers an order needs to be whole; raises _Moved where it changed meanwhile."""
        after = next_page(inside(order, "lineItems"), None)
        kept = self._pages_of(ORDER_LINES, order, "lineItems", 100, after) if after else []
        return [*kept, *self._changes(order)]

    def _changes(self, order: Mapping[str, Any]) -> list[KeptAnswer]:
        """Return what happened to an order, and what its refunds consist of; raises _Moved where it changed meanwhile."""
        kept = []
        if needs_changes(order):
            reply = self._about(ORDER_CHANGES, order, {})
            kept.append(reply.kept)
            order = {**order, "refunds": inside(reply.data, "order").get("refunds")}
        if order.get("edited"):
            kept += self._pages_of(ORDER_AGREEMENTS, order, "agreements", AGREEMENTS)
        for refund in listed(order, "refunds"):
            if number(money(refund, "totalRefundedSet")) != 0:
                kept += self._refund(order, refund)
        return kept

    def _pages_of(
        self, operation: Operation, order: Mapping[str, Any], name: str, first: int, after: str | None = None
    ) -> list[KeptAnswer]:
        """Return all pages of a connection of one order, from the one after ``after``."""
        kept: list[KeptAnswer] = []
        while after or not kept:
            reply = self._about(operation, order, {"first": first, "after": after})
            kept.append(reply.kept)
            after = next_page(inside(reply.data, "order", name), after)
        return kept

    def _refund(self, order: Mapping[str, Any], refund: Mapping[str, Any]) -> list[KeptAnswer]:
        kept: list[KeptAnswer] = []
        after: str | None = None
        while after or not kept:
            variables = {"id": refund["id"], "first": REFUND_LINES, "after": after}
            reply = self._client.ask_for_less(REFUND_PARTS, variables, about=str(order["id"]))
            found = inside(reply.data, "refund")
            if inside(found, "order").get("updatedAt") != order.get("updatedAt"):
                raise _Moved
            kept.append(reply.kept)
            after = next_page(inside(found, "refundLineItems"), after)
        return kept

    def _about(self, operation: Operation, order: Mapping[str, Any], variables: dict[str, Any]) -> Reply:
        """Ask about one order, for less where that costs too much."""
        asked = self._client.ask_for_less if "first" in variables else self._client.ask
        reply = asked(operation, {"id": order["id"], **variables}, about=str(order["id"]))
        if inside(reply.data, "order").get("updatedAt") != order.get("updatedAt"):
            raise _Moved
        return reply

    def _in_bulk(self, search: str, announced: int) -> Iterator[Fetched]:
        try:
            found = run_bulk(self._client, queries.bulk_orders(search, **self._persons))
        except Denied:
            if not self._persons["with_staff"]:
                raise
            self._leave_staff_out()
            found = run_bulk(self._client, queries.bulk_orders(search, **self._persons))
        for some in in_files(found):
            still, belonging = self._bulk_belonging(some)
            if still:
                text = "\n".join(line for each in still for line in each.lines)
                yield self._file([KeptAnswer(BULK, "", text), *belonging], announced)

    def _bulk_belonging(self, some: list[BulkOrder]) -> tuple[list[BulkOrder], list[KeptAnswer]]:
        """Return the orders that did not change since, and their further answers; the others come with the pages after."""
        still, kept = [], []
        for each in some:
            try:
                kept += self._changes(each.order)
            except _Moved:
                continue
            still.append(each)
        return still, kept

    def _file(self, answers: list[KeptAnswer], announced: int | None) -> Fetched:
        self._files += 1
        return Fetched(
            name=f"shopify-orders-{self._stamp}-{self._files:05d}.json",
            content=kept_together(answers),
            page=self._files,
            announced=announced,
        )


def fetch_products(client: ShopifyClient, page_size: int) -> Iterator[Fetched]:
    """Yield files with the shop's products; raises SourceUnavailable."""
    number = 0
    variables: dict[str, Any] = {"first": min(page_size, LARGEST_PAGE), "after": None}
    stamp = client.clock.now().strftime("%Y%m%dT%H%M%SZ")
    while number < MAX_PAGES:
        reply = client.ask_for_less(queries.PRODUCTS, variables)
        number += 1
        yield Fetched(
            name=f"shopify-products-{stamp}-{number:05d}.json", content=kept_together([reply.kept]), page=number
        )
        variables["after"] = next_page(inside(reply.data, "productVariants"), variables["after"])
        if variables["after"] is None:
            return


def needs_changes(order: Mapping[str, Any]) -> bool:
    """Return whether an order must be asked for by itself: a list of the first answer was full."""
    full = any(len(order.get(name) or ()) >= LISTED for name in ("transactions", "refunds", "fulfillments"))
    shipping = inside(order, "shippingLines", "pageInfo").get("hasNextPage")
    return full or bool(shipping)
