"""What the sandbox ZORT knows about its endpoints: paths, codes, filters and paging, as ZORT publishes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

LARGEST_LIMIT: Final = 500

Records = Sequence[Mapping[str, Any]]

STATUS_CODES: Final = MappingProxyType({
    "0": "Pending", "1": "Success", "2": "Voided", "3": "Waiting", "4": "Returned", "5": "Packed", "6": "Shipping",
    "7": "Failed shipment",
})  # fmt: skip
PAYMENT_CODES: Final = MappingProxyType({
    "0": "Pending", "1": "Paid", "2": "Voided", "3": "Partial payment", "4": "Overpaid",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """A request as it arrived; for tests."""

    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Listing:
    """One list endpoint."""

    stem: str
    id_header: str
    spelling: str
    """How it writes its resCode: object, top, lower."""


LISTINGS: Final = MappingProxyType(
    {
        "/Order/GetOrders": Listing("order", "orderidlist", "object"),
        "/ReturnOrder/GetReturnOrders": Listing("returnorder", "returnorderidlist", "top"),
        "/PurchaseOrder/GetPurchaseOrders": Listing("purchaseorder", "purchaseorderidlist", "lower"),
        "/ReturnPurchaseOrder/GetReturnPurchaseOrders": Listing(
            "returnpurchaseorder", "returnpurchaseorderidlist", "object"
        ),
    }
)
DETAILS: Final = MappingProxyType(
    {
        "/Order/GetOrderDetail": "/Order/GetOrders",
        "/ReturnOrder/GetReturnOrderDetail": "/ReturnOrder/GetReturnOrders",
    }
)


def is_wanted(record: Mapping[str, Any], request: SeenRequest, listing: Listing, *, inclusive: bool) -> bool:
    """Return whether a record passes every filter of the request.

    Raises:
        ValueError, decimal.InvalidOperation: A filter is not of ZORT's form.
    """
    for header, field in (("numberlist", "number"), (listing.id_header, "id")):
        listed = request.headers.get(header)
        if listed is not None and str(record.get(field)) not in listed.split(","):
            return False
    in_window = _in_window(record, request.params, listing.stem, inclusive=inclusive)
    return in_window and (listing.stem != "order" or _order_wanted(record, request.params))


def page_of(rows: Records, params: Mapping[str, str]) -> list[Mapping[str, Any]]:
    """Return the asked page; pages count from 1."""
    limit = min(int(params.get("limit", LARGEST_LIMIT)), LARGEST_LIMIT)
    page = int(params.get("page", "1"))
    return list(rows[(page - 1) * limit : page * limit]) if limit > 0 and page > 0 else []


def _in_window(record: Mapping[str, Any], params: Mapping[str, str], stem: str, *, inclusive: bool) -> bool:
    paid = [str(payment.get("paymentdatetimeString", "")) for payment in record.get("payments") or []]
    created = str(record.get("createdatetimeString") or "")[:10]
    dated = str(record.get(f"{stem}dateString") or "")[:10]
    texts = {
        # The shop's own database holds real dates; only its answers write them in odd ways.
        f"{stem}date": (dated if "" < dated < "2400" else created, "%Y-%m-%d"),
        "created": (created, "%Y-%m-%d"),
        "updated": (str(record.get("updatedatetimeString") or "")[:10], "%Y-%m-%d"),
        "payment": (max(paid, default="")[:10], "%Y-%m-%d"),
        "createdatetime": (str(record.get("createdatetimeString") or ""), "%Y-%m-%d %H:%M"),
        "updatedatetime": (str(record.get("updatedatetimeString") or ""), "%Y-%m-%d %H:%M"),
    }
    return all(
        _between(text, params.get(f"{name}after"), params.get(f"{name}before"), form, inclusive=inclusive)
        for name, (text, form) in texts.items()
    )


def _between(text: str, after: str | None, before: str | None, form: str, *, inclusive: bool) -> bool:
    for edge in (after, before):
        if edge is not None:
            dt.datetime.strptime(edge, form)  # noqa: DTZ007  only whether it has ZORT's form
    if inclusive:
        return (after is None or text >= after) and (before is None or "" < text <= before)
    return (after is None or text > after) and (before is None or "" < text < before)


def _order_wanted(record: Mapping[str, Any], params: Mapping[str, str]) -> bool:
    for name, codes in (("status", STATUS_CODES), ("paymentstatus", PAYMENT_CODES)):
        listed = params.get(name)
        if listed is None:
            continue
        unknown = [code for code in listed.split(",") if code not in codes]
        if unknown:
            raise ValueError(f"{name}={listed}")
        have = str(record.get(name, "")).lower()
        if not any(have in {code, codes[code].lower()} for code in listed.split(",")):
            return False
    for name, field, sign in (
        ("fromamount", "amount", 1), ("toamount", "amount", -1),
        ("frompaymentamount", "paymentamount", 1), ("topaymentamount", "paymentamount", -1),
    ):  # fmt: skip
        if name in params and sign * (Decimal(str(record.get(field) or 0)) - Decimal(params[name])) < 0:
            return False
    for name in ("saleschannel", "warehousecode", "createusername"):
        if name in params and str(record.get(name, "")) != params[name]:
            return False
    words = f"{record.get('number', '')} {record.get('customername', '')}".lower()
    return params.get("keyword", "").lower() in words
