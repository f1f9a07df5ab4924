"""What was paid, from an order's transactions.

Money received through a gateway is `SALE` + `CAPTURE` less `CHANGE` (cash handed back), of those that succeeded;
authorisations and suggested refunds are no money. Refunds stand apart (`api_refunds`). Cash rounding is not in
the amounts (Shopify: "can be applied to totalReceived"), so it is added to what the cash drawer took.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from recon.sources.shopify.api_records import Record, listed, money, text_at, total

_IN: Final = ("SALE", "CAPTURE")
_OUT: Final = ("CHANGE",)
_NAMED: Final = (*_IN, "AUTHORIZATION", "EMV_AUTHORIZATION")
_JOINER: Final = " + "
_MOMENT: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})"
)


def moment(text: str | None) -> str | None:
    """Return a moment (`2026-11-01T03:00:00Z`) in the form of Shopify's exports (`2026-11-01 03:00:00 +0000`)."""
    found = _MOMENT.fullmatch(text or "")
    if found is None:
        return text
    day, clock, offset = found.groups()
    return f"{day} {clock} {'+0000' if offset == 'Z' else offset.replace(':', '')}"


def day_of(text: str | None, zone: ZoneInfo) -> str:
    """Return the day of a moment on the shop's clock; where it is none, what stands there."""
    try:
        at = dt.datetime.fromisoformat(text or "")
    except ValueError:
        return text or ""
    return (at.astimezone(zone) if at.tzinfo else at).date().isoformat()


def gateway(transaction: Mapping[str, Any]) -> str:
    """Return the gateway as people see it."""
    return text_at(transaction, "formattedGateway") or text_at(transaction, "gateway") or ""


def received(record: Record) -> list[Record]:
    """Return the transactions by which money came in or change went out."""
    found = listed(record, "transactions")
    return [each for each in found if each.get("status") == "SUCCESS" and each.get("kind") in (*_IN, *_OUT)]


def signed(transaction: Record) -> str:
    """Return what a transaction adds to the money received, rounding of cash included."""
    amount = total([money(transaction, "amountSet"), money(transaction, "amountRoundingSet")])
    return f"-{amount}" if transaction.get("kind") in _OUT else amount


def paid(record: Record) -> str | None:
    """Return what was received in all, before refunds; None where nothing was."""
    found = received(record)
    return total(signed(each) for each in found) if found else None


def channels(record: Record) -> str:
    """Return the gateways of an order as its export joins them."""
    found = [each for each in listed(record, "transactions") if each.get("kind") in _NAMED]
    live = [each for each in found if each.get("status") in {"SUCCESS", "PENDING"}] or found
    return _JOINER.join(dict.fromkeys(name for name in map(gateway, live) if name))


def paid_on(record: Record) -> str | None:
    """Return the day the last part came in, of an order that is paid; the order's own where nothing had to be paid."""
    if record.get("displayFinancialStatus") not in {"PAID", "PARTIALLY_REFUNDED", "REFUNDED"}:
        return None
    days = [text_at(each, "processedAt") or "" for each in received(record) if each.get("kind") in _IN]
    return moment(max(days, default="") or text_at(record, "processedAt"))


def payments_frame(records: Sequence[Record]) -> pl.DataFrame | None:
    """Return one row per order and gateway; None where nothing was paid."""
    rows = []
    for order_no, record in enumerate(records):
        by_gateway: dict[str, list[Record]] = {}
        for each in received(record):
            by_gateway.setdefault(gateway(each), []).append(each)
        rows += [
            {
                "order_no": order_no, "payment_no": place, "payment_channel": name, "row": order_no + 1,
                "amount": total(signed(each) for each in parts),
                "paid_on": moment(max((text_at(each, "processedAt") or "" for each in parts), default="") or None),
                "reference": text_at(parts[0], "id"),
            }
            for place, (name, parts) in enumerate(by_gateway.items(), 1)
        ]  # fmt: skip
    return rows_frame(rows, ("payment_channel", "amount", "paid_on", "reference"), "payment_no")


def rows_frame(rows: Sequence[Mapping[str, object]], texts: Sequence[str], number_column: str) -> pl.DataFrame | None:
    """Return rows that belong to orders, all text but for their numbers; None where there are none."""
    if not rows:
        return None
    schema = dict.fromkeys(("order_no", number_column, "row"), pl.UInt32()) | dict.fromkeys(texts, pl.String())
    return pl.DataFrame(rows, schema=schema)
