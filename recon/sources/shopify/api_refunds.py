"""Refunds of the API: each with its own day and sum, and what it consists of where that comes to the sum exactly.

A refund is its lines, shipping, duties and their taxes, adjustments, and the rounding of cash that was paid back. Shopify does
not publish whether amounts of a shop whose prices include tax hold the tax, nor which sign an adjustment has: the way in
which a refund comes to its sum shows it. One that comes to it in no way is a sum only, and that is said with both figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from recon.sources.shopify.api_money import day_of, gateway, moment, rows_frame
from recon.sources.shopify.api_orders import kind_of
from recon.sources.shopify.api_records import (
    LINES,
    PARTS,
    Record,
    is_refund_cut,
    lines_ever,
    listed,
    money,
    number,
    text_at,
)

_NOTHING: Final = Decimal(0)
_NAMELESS: Final = ("", "REFUND_DISCREPANCY")
"""Reasons of adjustments that say nothing more than that there is one."""


@dataclass(frozen=True, slots=True)
class RefundPart:
    """One line of a refund; amounts as the shop counts."""

    kind: str
    amount: Decimal
    tax: Decimal = _NOTHING
    sku: str | None = None
    name: str | None = None
    quantity: str = "1"
    discount: Decimal = _NOTHING
    restocked: bool | None = None


def refunds_of(record: Record) -> list[Record]:
    """Return the refunds of an order that gave money back, in the order they happened."""
    given = [each for each in listed(record, "refunds") if given_back(each) != 0]
    return sorted(given, key=lambda each: text_at(each, "processedAt") or text_at(each, "createdAt") or "")


def given_back(refund: Record) -> Decimal | None:
    """Return what a refund gave back in all, rounding of cash included; None where it is no number."""
    stated = number(money(refund, "totalRefundedSet"))
    return None if stated is None else stated + rounded_back(refund)


def rounded_back(refund: Record) -> Decimal:
    """Return by how much cash was rounded when it was paid back."""
    return sum((number(money(each, "amountRoundingSet")) or _NOTHING for each in _paid_back(refund)), _NOTHING)


def channel_back(refund: Record) -> str | None:
    """Return the gateway a refund went back through; None where it is not stated or went through several."""
    names = {gateway(each) for each in _paid_back(refund)}
    return next(iter(names)) or None if len(names) == 1 else None


def _paid_back(refund: Record) -> list[Record]:
    found = listed(refund.get(PARTS) or {}, "transactions")
    return [each for each in found if each.get("kind") == "REFUND" and each.get("status") == "SUCCESS"]


def consists_of(record: Record, refund: Record) -> list[RefundPart] | None:
    """Return the lines of a refund, amounts without tax, where they come to its sum; None where they do not, or nobody asked."""
    parts, whole = refund.get(PARTS), given_back(refund)
    if parts is None or whole is None or is_refund_cut(parts):
        return None
    goods, adjusted = _goods(record, parts), _adjustments(parts)
    rest = whole - rounded_back(refund)
    for inside in (True, False) if record.get("taxesIncluded") is True else (False,):
        for sign in (-1, 1):
            lines = [*goods, *(replace(each, amount=sign * each.amount, tax=sign * each.tax) for each in adjusted)]
            if sum((_sum(each, inside=inside) for each in lines), _NOTHING) == rest:
                bare = [replace(each, amount=each.amount - each.tax) if inside else each for each in lines]
                return [each for each in [*bare, *_rounding(refund)] if each.amount or each.tax or each.discount]
    return None


def does_not_tie(record: Record, zone: ZoneInfo) -> str | None:
    """Return what to say of refunds whose parts do not come to their sum."""
    said = [
        _told(record, each, zone)
        for each in refunds_of(record)
        if each.get(PARTS) and consists_of(record, each) is None
    ]
    return " ".join(said) or None


def refunds_frame(records: Sequence[Record]) -> pl.DataFrame | None:
    """Return one row per refund that gave money back, on its own day; None where none did."""
    rows = []
    for order_no, record in enumerate(records):
        for place, each in enumerate(refunds_of(record), 1):
            lines = consists_of(record, each)
            rows.append({
                "order_no": order_no, "refund_no": place, "row": order_no + 1,
                "refunded_on": moment(text_at(each, "processedAt") or text_at(each, "createdAt")),
                "amount": _stated(each), "reason": (text_at(each, "note") or "").strip() or None,
                "tax": None if lines is None else _written(sum((line.tax for line in lines), _NOTHING)),
                "payment_channel": channel_back(each),
            })  # fmt: skip
    return rows_frame(rows, ("refunded_on", "amount", "tax", "reason", "payment_channel"), "refund_no")


def refund_lines_frame(records: Sequence[Record]) -> pl.DataFrame | None:
    """Return what refunds consist of, one row per line; None where none says it."""
    rows = [
        {
            "order_no": order_no, "refund_no": place, "line_no": nth, "row": order_no + 1, "kind": line.kind, "sku": line.sku,
            "name": line.name, "quantity": line.quantity, "discount": _written(line.discount), "amount": _written(line.amount),
            "tax": _written(line.tax), "restocked": line.restocked,
        }
        for order_no, record in enumerate(records)
        for place, refund in enumerate(refunds_of(record), 1)
        for nth, line in enumerate(consists_of(record, refund) or (), 1)
    ]  # fmt: skip
    texts = ("kind", "sku", "name", "quantity", "discount", "amount", "tax")
    if not rows:
        return None
    schema = dict.fromkeys(("order_no", "refund_no", "line_no", "row"), pl.UInt32()) | dict.fromkeys(texts, pl.String())
    return pl.DataFrame(rows, schema=schema | {"restocked": pl.Boolean()})


def refunds_differ(record: Record) -> bool:
    """Return whether the refunds do not come to what the order says was refunded."""
    stated = number(money(record, "totalRefundedSet"))
    sums = [number(money(each, "totalRefundedSet")) for each in listed(record, "refunds")]
    known = [each for each in sums if each is not None]
    return stated is not None and len(known) == len(sums) and stated != sum(known, _NOTHING)


def rounding_differs(record: Record) -> bool:
    """Return whether the refunds do not show the rounding of cash that the order says was paid back."""
    stated = number(money(record, "totalCashRoundingAdjustment", "refundSet"))
    return stated != sum((rounded_back(each) for each in listed(record, "refunds")), _NOTHING)


def _goods(record: Record, parts: Record) -> list[RefundPart]:
    known = {line.get("id"): line for line in lines_ever(record)}
    lines = [_line(known.get(text_at(each, "lineItem", "id")) or {}, each) for each in parts[LINES]]
    lines += [
        RefundPart("shipping", _amount(each, "subtotalAmountSet"), _amount(each, "taxAmountSet"))
        for each in listed(parts, "refundShippingLines")
    ]
    return [*lines, *(RefundPart("duties", _amount(each, "amountSet")) for each in listed(parts, "duties"))]


def _line(line: Record, given: Record) -> RefundPart:
    amount, quantity = _amount(given, "subtotalSet"), text_at(given, "quantity") or "1"
    full = _amount(line, "originalUnitPriceSet") * (number(quantity) or _NOTHING)
    return RefundPart(
        kind=kind_of(line),
        amount=amount,
        tax=_amount(given, "totalTaxSet"),
        sku=(text_at(line, "sku") or "").strip() or None,
        name=text_at(line, "name"),
        quantity=quantity,
        discount=max(full - amount, _NOTHING),
        restocked=text_at(given, "restockType") != "NO_RESTOCK",
    )


def _adjustments(parts: Record) -> list[RefundPart]:
    found = []
    for each in listed(parts, "orderAdjustments"):
        reason = text_at(each, "reason") or ""
        words = None if reason in _NAMELESS else f"Refund adjustment: {reason.lower().replace('_', ' ')}"
        found.append(RefundPart("adjustment", _amount(each, "amountSet"), _amount(each, "taxAmountSet"), name=words))
    return found


def _rounding(refund: Record) -> list[RefundPart]:
    rounded = rounded_back(refund)
    return [RefundPart("rounding", rounded)] if rounded else []


def _sum(part: RefundPart, *, inside: bool) -> Decimal:
    return part.amount if inside else part.amount + part.tax


def _told(record: Record, refund: Record, zone: ZoneInfo) -> str:
    parts = refund[PARTS]
    goods, adjusted = _goods(record, parts), _adjustments(parts)
    sums = {
        "goods": [each.amount for each in goods if each.kind not in {"shipping", "duties"}],
        "shipping": [each.amount for each in goods if each.kind == "shipping"],
        "duties": [each.amount for each in goods if each.kind == "duties"],
        "tax": [each.tax for each in goods],
        "adjustments": [each.amount + each.tax for each in adjusted],
        "rounding": [rounded_back(refund)],
    }
    shown = (
        ", ".join(f"{name} {_written(sum(each, _NOTHING))}" for name, each in sums.items() if any(each)) or "nothing"
    )
    more = " and more than Shopify lists" if is_refund_cut(parts) else ""
    day = day_of(text_at(refund, "processedAt") or text_at(refund, "createdAt"), zone)
    return f"The refund of {day} gave back {_stated(refund)}; it says {shown}{more}."


def _stated(refund: Record) -> str | None:
    """Return what a refund gave back as text; where it is no number, as it came, so that it is refused where it is read."""
    whole = given_back(refund)
    return money(refund, "totalRefundedSet") if whole is None else _written(whole)


def _amount(record: Record, name: str) -> Decimal:
    return number(money(record, name)) or _NOTHING


def _written(amount: Decimal) -> str:
    return format(amount, "f")
