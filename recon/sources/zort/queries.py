"""What is asked of ZORT: endpoints, date filters, code lists, and the lists that travel as request headers.

Parameters as ZORT API v4 publishes them. Not published is whether a date filter includes its own day and in which
zone it counts, so every window is asked wider than wanted: a document twice is nothing, a document lost is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal
from zoneinfo import ZoneInfo

from recon.errors import UsageError
from recon.sources.zort.words import KINDS, PAYMENT_STATUS_CODES, STATUS_CODES

DateFilter = Literal["order", "created", "updated", "payment"]
"""Which date of a document a window is about."""

MARGIN_DAYS: Final = 1
MARGIN_HOURS: Final = 2
LISTED_PER_REQUEST: Final = 100
"""Numbers or ids in one header; servers refuse headers beyond 8 KiB."""
PRODUCTS_PATH: Final = "/Product/GetProducts"
_SHOP_ZONE: Final = ZoneInfo("Asia/Bangkok")

PATHS: Final = MappingProxyType(
    {
        "sale": "/Order/GetOrders",
        "sale_return": "/ReturnOrder/GetReturnOrders",
        "purchase": "/PurchaseOrder/GetPurchaseOrders",
        "purchase_return": "/ReturnPurchaseOrder/GetReturnPurchaseOrders",
    }
)
"""Endpoint of each record kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilters:
    """What to ask for beside a window of time; everything left out is not filtered."""

    statuses: tuple[str, ...] = ()
    """Codes ("0".."7") or ZORT's words ("Waiting")."""
    payment_statuses: tuple[str, ...] = ()
    """Codes ("0".."4") or ZORT's words ("Partial payment")."""
    numbers: tuple[str, ...] = ()
    """Document numbers; not unique in ZORT, so several documents may answer to one."""
    ids: tuple[str, ...] = ()
    """ZORT's own ids."""
    from_amount: str = ""
    to_amount: str = ""
    from_payment_amount: str = ""
    to_payment_amount: str = ""
    keyword: str = ""
    sales_channel: str = ""
    warehouse_code: str = ""
    created_by: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """One question, to be asked page by page."""

    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def order_queries(
    kind: str,
    *,
    since: dt.date | dt.datetime | None,
    until: dt.date | dt.datetime | None,
    by: DateFilter,
    filters: OrderFilters,
) -> Iterator[Query]:
    """Yield the questions that together cover what is wanted; more than one only for long lists.

    Raises:
        UsageError: ZORT does not publish this filter for this kind, or a listed number cannot travel in a header.
    """
    if kind not in PATHS:
        raise UsageError(f"ZORT has no records of kind {kind!r}; there are: {', '.join(PATHS)}.")
    params = {**_window(kind, since, until, by), **_order_filters(kind, filters)}
    stem = "order" if kind == "sale" else KINDS[kind]
    lists = [("numberlist", batch) for batch in _batches(filters.numbers)]
    lists += [(f"{stem}idlist", batch) for batch in _batches(filters.ids)]
    if not lists:
        yield Query(PATHS[kind], params)
    for header, batch in lists:
        yield Query(PATHS[kind], params, {header: _listed(batch)})


def _window(
    kind: str, since: dt.date | dt.datetime | None, until: dt.date | dt.datetime | None, by: DateFilter
) -> dict[str, str]:
    if by == "payment" and kind != "sale":
        raise UsageError("ZORT filters by payment date for sales only; use created or updated.")
    # `createdafter` takes a day, `createdatetimeafter` a moment; order and payment dates are days.
    names = {"order": f"{KINDS[kind]}date", "created": "created", "updated": "updated", "payment": "payment"}
    moments = {"created": "createdatetime", "updated": "updatedatetime"}
    params = {}
    for edge, direction, given in (("after", -1, since), ("before", 1, until)):
        if given is None:
            continue
        if isinstance(given, dt.datetime) and by in moments:
            moment = _shop_time(given) + direction * dt.timedelta(hours=MARGIN_HOURS)
            params[f"{moments[by]}{edge}"] = moment.isoformat(" ", "minutes")
        else:
            day = _shop_time(given).date() if isinstance(given, dt.datetime) else given
            params[f"{names[by]}{edge}"] = (day + direction * dt.timedelta(days=MARGIN_DAYS)).isoformat()
    return params


def _shop_time(moment: dt.datetime) -> dt.datetime:
    """Return the moment on the shop's clock, without its zone; a moment without one is on the shop's clock already."""
    return moment if moment.tzinfo is None else moment.astimezone(_SHOP_ZONE).replace(tzinfo=None)


def _order_filters(kind: str, filters: OrderFilters) -> dict[str, str]:
    params = {
        "status": _codes(filters.statuses, STATUS_CODES, "status"),
        "paymentstatus": _codes(filters.payment_statuses, PAYMENT_STATUS_CODES, "payment status"),
        "fromamount": filters.from_amount,
        "toamount": filters.to_amount,
        "frompaymentamount": filters.from_payment_amount,
        "topaymentamount": filters.to_payment_amount,
        "keyword": filters.keyword,
        "saleschannel": filters.sales_channel,
        "warehousecode": filters.warehouse_code,
        "createusername": filters.created_by,
    }
    used = {name: value for name, value in params.items() if value}
    if used and kind != "sale":
        raise UsageError(f"ZORT publishes these filters for sales only: {', '.join(used)}. Leave them out for {kind}.")
    return used


def _codes(given: Sequence[str], known: Mapping[str, int], what: str) -> str:
    codes = []
    for word in given:
        code = known.get(word.strip().lower())
        if code is None and word.strip() in {str(number) for number in known.values()}:
            code = int(word)
        if code is None:
            raise UsageError(f"{word!r} is no {what} of ZORT; accepted: {', '.join(known)}, or their codes.")
        codes.append(str(code))
    return ",".join(codes)


def _batches(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), LISTED_PER_REQUEST):
        yield values[start : start + LISTED_PER_REQUEST]


def _listed(values: Sequence[str]) -> str:
    for value in values:
        if not value.isascii() or not value.isprintable() or "," in value or not value.strip():
            raise UsageError(
                f"{value!r} cannot be asked for by number: ZORT takes the list in a request header, which holds plain"
                " characters without commas only. Ask for it by its id or by a window of days."
            )
    return ",".join(value.strip() for value in values)
