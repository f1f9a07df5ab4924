"""ZORT as the application asks for it: who is there, records of one kind by the words of `recon pull`, products."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import polars as pl

from recon.errors import UsageError
from recon.frames.findings import gather
from recon.sources.base import Fetched
from recon.sources.zort.client import ZortClient
from recon.sources.zort.queries import DateFilter, OrderFilters

_DATES: Final[Mapping[str, DateFilter]] = MappingProxyType({
    "updated": "updated", "created": "created", "ordered": "order", "order": "order", "paid": "payment",
    "payment": "payment",
})  # fmt: skip


class ZortShopClient:
    """One store of ZORT behind the calls of the service."""

    def __init__(self, client: ZortClient) -> None:
        self._client = client
        self._findings: list[pl.DataFrame] = []

    def verify(self) -> str:
        """Return who answered, in words.

        Raises:
            SourceUnavailable: Not reached, keys refused, orders not readable, or a wrong clock.
        """
        shop = self._client.verify()
        merchant = f" of {shop.merchant_name}" if shop.merchant_name else ""
        orders = "" if shop.order_count is None else f", {shop.order_count:,} orders announced"
        return "; ".join((f"ZORT store {shop.store_name}{merchant}{orders}", *shop.notes))

    def checks(self) -> tuple[str, ...]:
        """Return nothing: what `verify` looked at stands in its answer."""
        return ()

    def fetch(self, record_kind: str, query: Mapping[str, Any]) -> Iterator[Fetched]:
        """Yield raw answers of one kind of record.

        Args:
            record_kind: sale, sale_return, purchase or purchase_return.
            query: since, until (days or moments, or None), by (updated, created, ordered, paid), status and
                payment_status (comma lists of codes or words, for sales only; other kinds are fetched whole).

        Raises:
            UsageError: A date or state ZORT does not know.
            SourceUnavailable: ZORT refused, or could not be reached; what was yielded so far is good.
        """
        by = str(query.get("by") or "updated")
        if by not in _DATES:
            raise UsageError(f"{by!r} is no date ZORT filters by; accepted: {', '.join(_DATES)}.")
        is_sale = record_kind == "sale"
        filters = OrderFilters(
            statuses=_listed(query.get("status")) if is_sale else (),
            payment_statuses=_listed(query.get("payment_status")) if is_sale else (),
        )
        since: dt.date | None = query.get("since")
        until: dt.date | None = query.get("until")
        # ZORT knows payment dates of sales only; a change of payment is a change of the record.
        date = _DATES[by] if is_sale or _DATES[by] != "payment" else "updated"
        yield from self._client.fetch_orders(kind=record_kind, since=since, until=until, by=date, filters=filters)
        self._note()

    def fetch_products(self) -> Iterator[Fetched]:
        """Yield raw answers with the product list; raises like `fetch`."""
        yield from self._client.fetch_products()
        self._note()

    def unchanged(self) -> int:
        """Return 0: every page is kept."""
        return 0

    def findings(self) -> pl.DataFrame:
        """Return what the pulls so far found about themselves: other counts announced than delivered."""
        return gather(self._findings)

    def _note(self) -> None:
        if self._client.last_pull is not None:
            self._findings.append(self._client.last_pull.findings())


def _listed(text: object) -> tuple[str, ...]:
    return tuple(part.strip() for part in str(text or "").split(",") if part.strip())
