"""Kept answers of the API to one record per order: pages, further lines, changes and bulk results put together.

A file that lacks a part of one of its orders is not read at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from recon.sources.shopify.kept import BULK, KeptAnswer
from recon.sources.shopify.queries import LISTED_ALL

Record = dict[str, Any]
LINES: Final = "_lines"
SHIPPING: Final = "_shipping"
AGREEMENTS: Final = "_agreements"
_LISTS: Final = ("transactions", "refunds", "fulfillments")


def order_records(answers: Sequence[KeptAnswer]) -> list[Record]:
    """Return one record per order, with all its lines and shipping lines under LINES and SHIPPING.

    Raises:
        ValueError: An answer says no, or a part of an order is missing.
    """
    orders: dict[str, Record] = {}
    open_lines: set[str] = set()
    for answer in answers:
        if answer.asked == "Orders":
            for node in listed(answer.data(), "orders"):
                orders[_id(node)] = _with_parts(node, open_lines)
        elif answer.asked == BULK:
            orders |= _bulk_orders(answer)
        elif answer.asked in {"OrderLines", "OrderChanges"}:
            _complete(orders, answer, open_lines)
        else:
            raise ValueError(f"it holds an answer to {answer.asked!r}, which is not about orders")
    if open_lines:
        raise ValueError(f"lines of {len(open_lines)} of its orders are missing")
    return list(orders.values())


def _with_parts(node: Record, open_lines: set[str]) -> Record:
    connection = node.get("lineItems") or {}
    if (connection.get("pageInfo") or {}).get("hasNextPage"):
        open_lines.add(_id(node))
    return {**node, LINES: listed(node, "lineItems"), SHIPPING: listed(node, "shippingLines")}


def _complete(orders: Mapping[str, Record], answer: KeptAnswer, open_lines: set[str]) -> None:
    order = answer.data().get("order")
    if not isinstance(order, dict) or _id(order) not in orders:
        raise ValueError(f"an answer to {answer.asked} is about an order that is not in it")
    record = orders[_id(order)]
    if answer.asked == "OrderLines":
        record[LINES] = [*record[LINES], *listed(order, "lineItems")]
        if not ((order.get("lineItems") or {}).get("pageInfo") or {}).get("hasNextPage"):
            open_lines.discard(_id(order))
        return
    record |= {name: order[name] for name in _LISTS if isinstance(order.get(name), list)}
    record[SHIPPING] = listed(order, "shippingLines")
    record[AGREEMENTS] = listed(order, "agreements")


def _bulk_orders(answer: KeptAnswer) -> dict[str, Record]:
    orders: dict[str, Record] = {}
    children: list[Record] = []
    for found in answer.records():
        if found.get("__parentId"):
            children.append(found)
        else:
            orders[_id(found)] = {**found, LINES: [], SHIPPING: []}
    places = {"LineItem": LINES, "ShippingLine": SHIPPING}
    for child in children:
        owner, place = orders.get(str(child["__parentId"])), places.get(str(child.get("__typename")))
        if owner is None or place is None:
            raise ValueError("a record of its bulk result belongs to no order of it")
        owner[place].append(child)
    for record in orders.values():  # children come in any order; pages have them by number
        record[LINES].sort(key=_place)
        record[SHIPPING].sort(key=_place)
    return orders


def _place(node: Mapping[str, Any]) -> tuple[int, str]:
    last = str(node.get("id")).rpartition("/")[2]
    return (int(last), "") if last.isascii() and last.isdecimal() else (0, last)


def _id(node: Mapping[str, Any]) -> str:
    found = node.get("id")
    if not isinstance(found, str) or not found:
        raise ValueError("a record without an id stands in it")
    return found


def is_cut(record: Mapping[str, Any]) -> bool:
    """Return whether even the longest list of an order was full, so that more may have happened than is told."""
    return any(len(record.get(name) or ()) >= LISTED_ALL for name in _LISTS)


def listed(place: Mapping[str, Any], name: str) -> list[Record]:
    """Return the objects of a connection or a plain list."""
    found = place.get(name)
    nodes = found.get("nodes") if isinstance(found, dict) else found
    return [node for node in nodes or () if isinstance(node, dict)]


def text_at(record: Mapping[str, Any], *path: str) -> str | None:
    """Return a value inside a record as text; None where there is none."""
    found: Any = record
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    if found is None or isinstance(found, dict | list):
        return None
    return ("true" if found else "false") if isinstance(found, bool) else str(found)


def money(record: Mapping[str, Any], *path: str) -> str | None:
    """Return an amount in the shop's own currency, as it was written."""
    return text_at(record, *path, "shopMoney", "amount")


def total(amounts: Iterable[str | None]) -> str:
    """Return the sum of amounts as text; where one is no number, that one, so that it is refused where it is read."""
    whole = Decimal(0)
    for amount in amounts:
        value = number(amount)
        if value is None:
            return str(amount)
        whole += value
    return format(whole, "f")


def number(amount: str | None) -> Decimal | None:
    """Return an amount; nothing counts as 0; None where it is no finite number."""
    try:
        value = Decimal(amount or 0)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
