"""BentoWeb as the service asks for it: who is there and what could be confirmed, and the answers of a pull.

Which orders are asked for: those a person names; else those a list names (`bentoweb.list_path`) and those known that may
still change. BentoWeb publishes no list, so without one nothing that is new comes by itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import polars as pl

from recon.errors import SourceUnavailable, UsageError
from recon.frames.findings import gather
from recon.ports import Clock
from recon.sources.base import Fetched, KnownOrder
from recon.sources.bentoweb.client import BentoWebClient, Reply
from recon.sources.bentoweb.envelope import KeptAnswer, kept_together
from recon.sources.bentoweb.fields import FieldMap
from recon.sources.bentoweb.listing import Listed, listed_orders
from recon.sources.bentoweb.probe import Probe, token_test

ANSWERS_PER_FILE: Final = 50
"""So many orders at most are lost to a kill, and asked for again."""
MAX_PAGES: Final = 10_000
FIRST_ORDERS: Final = 10
"""If none of so many orders that must exist is there, the address or the rights are wrong, and the rest is not asked."""


class BentoWebShopClient:
    """One shop of BentoWeb behind the calls of the service."""

    def __init__(
        self,
        client: BentoWebClient,
        *,
        clock: Clock,
        store_id: str = "",
        list_path: str = "",
        list_page_parameter: str = "",
        fields: FieldMap | None = None,
    ) -> None:
        self._client, self._clock = client, clock
        self._list_path = list_path.replace("{store_id}", store_id)
        if "{" in self._list_path or (list_path != self._list_path and not store_id):
            raise UsageError(
                f"bentoweb.list_path is {list_path!r}; only {{store_id}} can stand in braces, and bentoweb.store_id must be set."
            )
        self._page_parameter = list_page_parameter
        self._store_id = store_id
        self._fields = fields or FieldMap.of(())
        self._findings: list[pl.DataFrame] = []
        self._checks: tuple[str, ...] = ()
        self._unchanged = 0

    def verify(self) -> str:
        """Log in, and try with this token what BentoWeb does not publish; return who answered, in words.

        Raises:
            SourceUnavailable: Not reached, or the keys are refused.
        """
        until = self._client.log_in()
        probe = Probe(self._store_id, self._list_path, self._page_parameter, self._fields)
        self._checks = token_test(self._client, probe)
        shop = f"BentoWeb shop {self._store_id}" if self._store_id else "BentoWeb"
        return f"{shop}, logged in; the token lasts until {until:%Y-%m-%d %H:%M} UTC"

    def checks(self) -> tuple[str, ...]:
        """Return what `verify` could confirm and what not: names of calls and fields, never a value."""
        return self._checks

    def fetch(self, record_kind: str, query: Mapping[str, Any]) -> Iterator[Fetched]:
        """Yield the answers about orders, some to a file.

        Args:
            record_kind: sale; BentoWeb has nothing else.
            query: orders (numbers a person named), known (what is known of orders), skip (numbers fetched by a pull
                that was stopped), kept (number -> digest of the answer that is kept: the same answer again is left out),
                start (nothing older is wanted), since, until, by (a window of days for orders that
                are new, as far as a list tells days; by updated: all that are new).

        Raises:
            UsageError: A filter nobody has documented, or nothing says which orders to ask for.
            SourceUnavailable: BentoWeb refused, or could not be reached; what was yielded so far is good.
        """
        assert record_kind == "sale"
        filters = [name for name in ("status", "payment_status") if query.get(name)]
        if filters or query.get("by") == "paid":
            raise UsageError(
                "BentoWeb publishes no filter by state or payment. Pull without --status, --payment-status and --by paid."
            )
        stamp = self._clock.now().strftime("%Y%m%dT%H%M%SZ")
        waiting: list[KeptAnswer] = []
        kept: Mapping[str, str] = query.get("kept") or {}
        numbers = 0
        try:
            for reply in self._replies(query):
                answer = reply.kept()
                if answer.number and kept.get(answer.number) == answer.digest:
                    self._unchanged += 1
                    continue
                waiting.append(answer)
                if len(waiting) == ANSWERS_PER_FILE:
                    numbers += 1
                    yield _fetched(stamp, numbers, waiting)
                    waiting.clear()
        except SourceUnavailable:
            if waiting:
                yield _fetched(stamp, numbers + 1, waiting)
            raise
        if waiting:
            yield _fetched(stamp, numbers + 1, waiting)

    def fetch_products(self) -> Iterator[Fetched]:
        """Refuse: BentoWeb publishes no call that lists products.

        Raises:
            UsageError: Always.
        """
        raise UsageError("BentoWeb publishes no call that lists products; link SKUs with `recon match`.")

    def unchanged(self) -> int:
        """Return how many orders were answered exactly as they are kept, and were left out."""
        return self._unchanged

    def findings(self) -> pl.DataFrame:
        """Return what the pulls so far found about themselves."""
        return gather(self._findings)

    def _replies(self, query: Mapping[str, Any]) -> Iterator[Reply]:
        named: Sequence[str] = query.get("orders") or ()
        if named:
            for number in dict.fromkeys(named):
                yield self._client.order(number)
            return
        known = {one.order_id: one for one in query.get("known") or ()}
        wanted = {number: None for number, one in known.items() if not one.is_settled}
        if self._list_path:
            for reply, orders in self._pages():
                yield reply
                for one in orders:
                    if _is_asked(one, known.get(one.order_id), query):
                        wanted[one.order_id] = None
                    else:
                        wanted.pop(one.order_id, None)
        elif not wanted:
            raise UsageError(
                "BentoWeb publishes no call that lists orders, and no order is known that may still change. Say which to"
                " fetch: `recon pull --orders 4410001-4410050` or `--orders-from FILE`; or set bentoweb.list_path to a"
                " call that `recon connect` has seen answering."
            )
        skip = query.get("skip") or frozenset()
        asked = [number for number in sorted(wanted, key=lambda text: (len(text), text)) if number not in skip]
        yield from self._one_by_one(asked)

    def _one_by_one(self, numbers: Sequence[str]) -> Iterator[Reply]:
        """Yield the answers about orders that are known to exist; stop where BentoWeb has none of the first."""
        found = 0
        for place, number in enumerate(numbers, start=1):
            reply = self._client.order(number)
            found += reply.envelope is not None
            yield reply
            if place == FIRST_ORDERS and not found:
                raise SourceUnavailable(
                    f"BentoWeb has none of the first {FIRST_ORDERS} orders ({reply.said}), although they are known. Is"
                    " source_api.base_url right, and may this log-in read the shop's orders? What was known stays as it is."
                )

    def _pages(self) -> Iterator[tuple[Reply, list[Listed]]]:
        """Yield the pages of the list until one brings nothing new."""
        seen: set[str] = set()
        for page in range(1, MAX_PAGES + 1):
            params = {self._page_parameter: str(page)} if self._page_parameter else {}
            reply = self._client.page(self._list_path, params)
            orders = listed_orders(reply.envelope)
            if orders is None:
                said = reply.said or (reply.envelope.words if reply.envelope else "") or "no list"
                raise SourceUnavailable(
                    f"{self._list_path}: BentoWeb lists no orders there ({said}). Correct bentoweb.list_path, or say which"
                    " orders to fetch with --orders."
                )
            new = [one for one in orders if one.order_id not in seen]
            if not new and page > 1:
                return
            seen.update(one.order_id for one in new)
            yield reply, new
            if not self._page_parameter:
                return
        raise SourceUnavailable(f"{self._list_path}: more than {MAX_PAGES} pages; something turns in circles.")


def _is_asked(order: Listed, known: KnownOrder | None, query: Mapping[str, Any]) -> bool:
    """Return whether a listed order is asked for: it is new and wanted, or it changed or may have changed."""
    if known is not None:
        return known.modified != order.modified if order.modified and known.modified else not known.is_settled
    start, since, until = (query.get(name) for name in ("start", "since", "until"))
    windows = [(start, None), (None, None) if query.get("by") == "updated" else (since, until)]
    return not order.created or all(_is_between(order.created, *window) for window in windows)


def _is_between(day: str, since: dt.date | None, until: dt.date | None) -> bool:
    return (since is None or day >= since.isoformat()) and (until is None or day <= until.isoformat())


def _fetched(stamp: str, number: int, answers: Sequence[KeptAnswer]) -> Fetched:
    return Fetched(name=f"bentoweb-orders-{stamp}-{number:05d}.json", content=kept_together(answers), page=number)
