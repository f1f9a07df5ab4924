"""Kept answers of the API to one record per order: pages, further lines, changes and bulk results put together.

A file that lacks a part of one of its orders is not read at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from recon.sources.shopify.kept import BULK, KeptAnswer
from recon.sources.shopify.pages import inside
from recon.sources.shopify.queries import LISTED_ALL

Record = dict[str, Any]
LINES: Final = "_lines"
SHIPPING: Final = "_shipping"
AGREEMENTS: Final = "_agreements"
PLACED: Final = "ORDER"
"""Reason of the agreement by which an order was placed."""
ALL_LINES: Final = "_all_lines"
"""Lines before those that were taken off again were left out."""
_AGREEMENTS_GO_ON: Final = "_agreements_go_on"
PARTS: Final = "_parts"
"""Of a refund: what it consists of, as the answer about it says; absent where nobody asked."""
_LISTS: Final = ("transactions", "refunds", "fulfillments")
_LISTS_OF_REFUNDS: Final = ("refundShippingLines", "orderAdjustments", "transactions")


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
        elif answer.asked in {"OrderLines", "OrderChanges", "OrderAgreements"}:
            _complete(orders, answer, open_lines)
        elif answer.asked == "RefundParts":
            _complete_refund(orders, answer, open_lines)
        else:
            raise ValueError(f"it holds an answer to {answer.asked!r}, which is not about orders")
    if open_lines:
        raise ValueError(f"lines of {len(open_lines)} of its orders or refunds are missing")
    return list(orders.values())


def _with_parts(node: Record, open_lines: set[str]) -> Record:
    if goes_on(node, "lineItems"):
        open_lines.add(_id(node))
    return {**node, LINES: listed(node, "lineItems"), SHIPPING: listed(node, "shippingLines")}


def _complete(orders: Mapping[str, Record], answer: KeptAnswer, open_lines: set[str]) -> None:
    order = answer.data().get("order")
    if not isinstance(order, dict) or _id(order) not in orders:
        raise ValueError(f"an answer to {answer.asked} is about an order that is not in it")
    record = orders[_id(order)]
    if answer.asked == "OrderLines":
        record[LINES] = [*record[LINES], *listed(order, "lineItems")]
        if not goes_on(order, "lineItems"):
            open_lines.discard(_id(order))
        return
    if isinstance(order.get("agreements"), dict):
        record[AGREEMENTS] = [*(record.get(AGREEMENTS) or ()), *listed(order, "agreements")]
        record[_AGREEMENTS_GO_ON] = goes_on(order, "agreements")
    if answer.asked == "OrderChanges":
        record |= {name: order[name] for name in _LISTS if isinstance(order.get(name), list)}
        record[SHIPPING] = listed(order, "shippingLines")


def _complete_refund(orders: Mapping[str, Record], answer: KeptAnswer, open_lines: set[str]) -> None:
    """Add to a refund what it consists of; the parts of one with many lines come one after the other."""
    said = answer.data().get("refund")
    order = orders.get(text_at(said, "order", "id") or "") if isinstance(said, dict) else None
    known = {each.get("id"): each for each in listed(order, "refunds")} if order is not None else {}
    if not isinstance(said, dict) or said.get("id") not in known:
        raise ValueError("an answer to RefundParts is about a refund that is not in it")
    refund = known[said["id"]]
    before = refund.get(PARTS) or {LINES: []}
    refund[PARTS] = {**said, LINES: [*before[LINES], *listed(said, "refundLineItems")]}
    if goes_on(said, "refundLineItems"):
        open_lines.add(_id(said))
    else:
        open_lines.discard(_id(said))


def lines_ever(record: Mapping[str, Any]) -> list[Record]:
    """Return the lines an order ever had, those that were taken off again too."""
    found: list[Record] = record.get(ALL_LINES) or record[LINES]
    return found


def has_all_agreements(record: Mapping[str, Any]) -> bool:
    """Return whether every change of an order is known, with all that belongs to it; of its placing only that it was."""
    found = record.get(AGREEMENTS)
    later = [each for each in found or () if each.get("reason") != PLACED]
    return bool(found) and not record.get(_AGREEMENTS_GO_ON) and not any(map(is_agreement_cut, later))


def is_agreement_cut(agreement: Mapping[str, Any]) -> bool:
    """Return whether an agreement has more sales than were asked for."""
    return goes_on(agreement, "sales")


def is_refund_cut(parts: Mapping[str, Any]) -> bool:
    """Return whether a refund has more shipping lines, adjustments or payments than were asked for."""
    return any(goes_on(parts, name) for name in _LISTS_OF_REFUNDS)


def goes_on(record: Mapping[str, Any], name: str) -> bool:
    """Return whether a list has more than stands in this answer."""
    return bool(inside(record, name, "pageInfo").get("hasNextPage"))


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
