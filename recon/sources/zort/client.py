"""Fetches ZORT's answers, page by page, as the bytes they came in; reading them is another matter (answers.py).

Specification: ZORT API v4, https://developers.zortout.com. Only reads; one request at a time, no faster than set,
slower when told so. Every answer is handed over as it came, to be kept as a file before anybody reads it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from recon.closing import Closing
from recon.errors import SourceUnavailable, UsageError
from recon.http import Answer, HttpClient
from recon.masking import Secret
from recon.ports import Clock, SystemClock
from recon.sources.asking import ATTEMPTS, Again, Patience
from recon.sources.base import Fetched
from recon.sources.zort.envelope import Envelope
from recon.sources.zort.pull import Asked, Pulled, Tally
from recon.sources.zort.queries import PRODUCTS_PATH, DateFilter, OrderFilters, Query, order_queries
from recon.sources.zort.verdict import judge, skew_message

BASE_URL: Final = "https://open-api.zortout.com/v4"
MAX_PAGES: Final = 10_000
"""Two million orders at 200 a page; beyond that something turns in circles."""
_NAME_FIELDS: Final = ("merchantname", "companyname", "storename", "name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Who answered on the other side."""

    store_name: str
    """The store these keys belong to."""
    merchant_name: str
    """The merchant's name as ZORT states it; empty where it states none."""
    order_count: int | None
    """What ZORT announces as the number of sales orders; not documented, so only for orientation."""
    notes: tuple[str, ...] = ()


class ZortClient(Closing):
    """Asks one store of ZORT.

    Args:
        store_name: Header ``storename``.
        api_key: Header ``apikey``; a secret.
        api_secret: Header ``apisecret``; a secret.
        base_url: Base address; None: ZORT's own.
        page_size: Documents per page, up to 500.
        requests_per_second: Upper bound of our own speed.
        clock: For waiting and for file names.
        timeout_seconds: Time-out of one step of a request.
        proxy: Proxy address, if one was set; the environment is not asked.
        ca_file: A company's own root certificates.

    Raises:
        UsageError: A key is empty or holds what no header can carry.
        SettingsError: The base address is not acceptable.
    """

    def __init__(
        self,
        *,
        store_name: str,
        api_key: str,
        api_secret: str,
        base_url: str | None = None,
        page_size: int = 200,
        requests_per_second: int = 1,
        clock: Clock | None = None,
        timeout_seconds: float = 30,
        proxy: str | None = None,
        ca_file: Path | None = None,
    ) -> None:
        assert 1 <= page_size <= 500
        assert requests_per_second >= 1
        for name, value in (("storename", store_name), ("apikey", api_key), ("apisecret", api_secret)):
            if not value.strip() or not value.isascii() or not value.isprintable():
                raise UsageError(f"ZORT's {name} is empty or holds characters no request can carry. Enter it again.")
        self.store_name = store_name.strip()
        self.last_pull: Pulled | None = None
        self._keys = {"apikey": Secret(api_key.strip()), "apisecret": Secret(api_secret.strip())}
        self._clock = clock or SystemClock()
        self._page_size = page_size
        self._patience = Patience(self._clock, spacing_seconds=1 / requests_per_second)
        self._http = HttpClient(
            base_url or BASE_URL,
            timeout_seconds=timeout_seconds,
            proxy=proxy,
            ca_file=ca_file,
            secrets=tuple(key.reveal() for key in self._keys.values()),
        )

    def __repr__(self) -> str:
        return f"ZortClient({self.store_name!r}, {self._http.base_url!r})"

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def verify(self) -> Shop:
        """Return who is on the other side, after one harmless read of the keys and one of the orders.

        Raises:
            SourceUnavailable: Not reached, keys refused, orders not readable, or this computer's clock is wrong.
        """
        answer, raw = self._ask(Query("/Merchant/ValidateApi"))
        skewed = skew_message(self._clock.now(), raw.date)
        if skewed:
            raise SourceUnavailable(skewed)
        orders, _ = self._ask(Query("/Order/GetOrders", {"limit": "1", "page": "1"}))
        name = _stated_name(answer) or self._profile_name()
        notes = () if name else ("ZORT does not state the merchant's name; compare the store name.",)
        return Shop(store_name=self.store_name, merchant_name=name, order_count=orders.count, notes=notes)

    def fetch_orders(
        self,
        *,
        kind: str = "sale",
        since: dt.date | dt.datetime | None = None,
        until: dt.date | dt.datetime | None = None,
        by: DateFilter = "updated",
        filters: OrderFilters | None = None,
    ) -> Iterator[Fetched]:
        """Yield the answers of one record kind, page by page; asked a little wider than the window.

        Args:
            kind: sale, sale_return, purchase or purchase_return.
            since: First day or moment wanted; a moment without a zone is on the shop's clock.
            until: Last day or moment wanted.
            by: Which date the window is about.
            filters: What to ask for beside the window.

        Raises:
            UsageError: A filter ZORT does not publish for this kind.
            SourceUnavailable: ZORT refused, or could not be reached; what was yielded so far is good.
        """
        queries = list(order_queries(kind, since=since, until=until, by=by, filters=filters or OrderFilters()))
        return self._pages(kind, queries)

    def fetch_products(self) -> Iterator[Fetched]:
        """Yield the answers that list the shop's products; raises like `fetch_orders`."""
        return self._pages("product", [Query(PRODUCTS_PATH)])

    def _pages(self, kind: str, queries: list[Query]) -> Iterator[Fetched]:
        self.last_pull = None
        stamp = self._clock.now().strftime("%Y%m%dT%H%M%SZ")
        tally = Tally()
        for query in queries:
            asked = Asked()
            while not asked.is_complete:
                answer, raw = self._ask(self._page_of(query, asked.pages + 1))
                asked.take(answer, query.path, self._page_size)
                tally.pages += 1
                yield Fetched(
                    name=f"zort-{kind}-{stamp}-{tally.pages:05d}.json",
                    content=self._http.blotted(raw.body),
                    page=tally.pages,
                    announced=answer.count,
                )
            tally.add(asked)
        self.last_pull = tally.pulled(kind)

    def _page_of(self, query: Query, page: int) -> Query:
        if page > MAX_PAGES:
            raise SourceUnavailable(f"ZORT has more than {MAX_PAGES} pages for one question. Pull smaller windows.")
        paging = {"limit": str(self._page_size), "page": str(page)}
        return Query(query.path, {**query.params, **paging}, query.headers)

    def _profile_name(self) -> str:
        """Return the merchant's name from its profile; this call is not published, so it may fail in any way."""
        try:
            answer, _ = self._ask(Query("/Merchant/GetMerchantProfile"), attempts=1)
        except SourceUnavailable:
            return ""
        return _stated_name(answer)

    def _ask(self, query: Query, *, attempts: int = ATTEMPTS) -> tuple[Envelope, Answer]:
        def given_up(attempts: int, reasons: Sequence[str]) -> SourceUnavailable:
            return SourceUnavailable(
                f"ZORT did not deliver {query.path} in {attempts} attempts. The last one: {reasons[-1]}"
                " Nothing is lost: what was fetched is kept. Pull again later."
            )

        return self._patience.ask(lambda: self._once(query), given_up, attempts)

    def _once(self, query: Query) -> tuple[Envelope, Answer] | Again:
        headers: dict[str, str | Secret] = {"storename": self.store_name, **self._keys, **query.headers}
        headers["Accept"] = "application/json"
        answer = self._http.request("GET", query.path, headers=headers, params=query.params)
        envelope = judge(answer, query.path, evidence=self._http.evidence)
        return envelope if isinstance(envelope, Again) else (envelope, answer)


def _stated_name(answer: Envelope) -> str:
    """Return a merchant's name wherever ZORT may state it; the shape of this answer is not published."""
    res = answer.fields.get("res")
    places: list[Any] = [answer.fields, answer.fields.get("detail"), answer.fields.get("data")]
    places.append({str(k).lower(): v for k, v in res.items()}.get("detail") if isinstance(res, dict) else None)
    for place in places:
        if not isinstance(place, dict):
            continue
        folded = {str(name).lower(): value for name, value in place.items()}
        for name in _NAME_FIELDS:
            value = folded.get(name)
            if isinstance(value, str) and value.strip():
                return value.strip()
    return ""
