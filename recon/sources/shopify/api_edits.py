"""Edited orders: what changed on which day, from the agreements Shopify keeps, and what was sold in the end.

Shopify's total of an order holds pieces that were taken off again. Where the agreements say which pieces, over exactly what is
missing, and nobody has paid for them, the order counts without them; whether it then adds up is found out like for every order.
Anything else is held, and says what changed, when and by how much.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from recon.sources.shopify.api_money import day_of, received
from recon.sources.shopify.api_records import (
    AGREEMENTS,
    ALL_LINES,
    LINES,
    PLACED,
    Record,
    has_all_agreements,
    is_agreement_cut,
    lines_ever,
    listed,
    money,
    number,
    text_at,
)

_NOTHING: Final = Decimal(0)
_EDIT: Final = "ORDER_EDIT"


def as_sold(record: Record) -> Record:
    """Return the order without the pieces that were taken off before anybody paid for them; else as it is."""
    gone = _taken_off(record)
    if not gone:
        return record
    lines = list(record[LINES])
    for sale in gone:
        place = next((at for at, line in enumerate(lines) if line.get("id") == text_at(sale, "lineItem", "id")), None)
        fewer = None if place is None else _fewer(lines[place], sale, inside=record.get("taxesIncluded") is True)
        if place is None or fewer is None:
            return record
        lines[place] = fewer
    lines = [line for line in lines if number(text_at(line, "quantity"))]
    less = {"totalPriceSet": "totalAmount", "totalTaxSet": "totalTaxAmount"}
    sums = {
        name: _bag((number(money(record, name)) or _NOTHING) + _sum(gone, of_sale)) for name, of_sale in less.items()
    }
    return {**record, LINES: lines, ALL_LINES: record[LINES], **sums}


def held_edit(record: Record, zone: ZoneInfo) -> str | None:
    """Return what to say of an order whose present total is not its total less refunds, and that cannot be told apart."""
    missing = _missing(record)
    is_open = record.get("edited") is True or record.get("displayFinancialStatus") == "PENDING"
    if not missing or not is_open or record.get("cancelledAt"):
        return None
    whole, back, now = (money(record, name) for name in ("totalPriceSet", "totalRefundedSet", "currentTotalPriceSet"))
    too_much = _received(record) - (number(back) or _NOTHING) - (number(now) or _NOTHING)
    owed = f" The buyer has paid {too_much:f} more than that, and it did not go back." if too_much > 0 else ""
    changes = _changes(record, zone)
    history = f" Changes: {changes}." if changes else ""
    return f"Total {whole}, refunded {back}, but the order comes to {now} now.{owed}{history} Enter it by hand."


def edit_note(record: Record, zone: ZoneInfo) -> str | None:
    """Return what an edited order was placed over, and what was changed on which day; None where nothing was."""
    if record.get("edited") is not True or not (changes := _changes(record, zone)):
        return None
    placed = [each for each in record.get(AGREEMENTS) or () if each.get("reason") == PLACED]
    if not placed or any(map(is_agreement_cut, placed)):
        return f"Changes: {changes}."
    over = sum((_sum(listed(each, "sales"), "totalAmount") for each in placed), _NOTHING)
    return f"Placed over {over:f}. Changes: {changes}."


def _taken_off(record: Record) -> list[Record]:
    """Return the sales that take off, before payment, exactly what the order's total holds too much; nothing where that is not so."""
    missing = _missing(record)
    if record.get("edited") is not True or record.get("cancelledAt") or not missing or missing < 0:
        return []
    if not has_all_agreements(record):
        return []
    edits = [each for each in record[AGREEMENTS] if each.get("reason") == _EDIT]
    gone = [each for edit in edits for each in listed(edit, "sales") if (number(money(each, "totalAmount")) or 0) < 0]
    back, now = (number(money(record, name)) or _NOTHING for name in ("totalRefundedSet", "currentTotalPriceSet"))
    is_paid_for = _received(record) - back > now
    return [] if is_paid_for or _sum(gone, "totalAmount") != -missing else gone


def _missing(record: Record) -> Decimal | None:
    """Return what the order's total holds beyond refunds and what it comes to now; None where these are no numbers."""
    whole, back, now = (
        number(money(record, name)) for name in ("totalPriceSet", "totalRefundedSet", "currentTotalPriceSet")
    )
    return None if whole is None or back is None or now is None else whole - back - now


def _received(record: Record) -> Decimal:
    """Return what the buyer paid, rounding of cash left out."""
    signs = {"CHANGE": -1}
    return sum(
        (
            signs.get(str(each.get("kind")), 1) * (number(money(each, "amountSet")) or _NOTHING)
            for each in received(record)
        ),
        _NOTHING,
    )


def _fewer(line: Record, sale: Record, *, inside: bool) -> Record | None:
    """Return a line without the pieces of a sale that took them off; None where they cannot be of it."""
    pieces, off = number(text_at(line, "quantity")), number(text_at(sale, "quantity"))
    price, left = number(money(line, "originalUnitPriceSet")), number(text_at(line, "currentQuantity"))
    if pieces is None or off is None or price is None or left is None or off >= 0 or pieces + off < left:
        return None
    discounts = [number(money(each, "allocatedAmountSet")) or _NOTHING for each in listed(line, "discountAllocations")]
    taken = _sum([sale], "totalAmount") - (_NOTHING if inside else _sum([sale], "totalTaxAmount"))
    amount = price * pieces - sum(discounts, _NOTHING) + taken
    discount = price * (pieces + off) - amount
    if discount < 0 or (pieces + off == 0 and amount != 0):
        return None
    allocations = [{"allocatedAmountSet": _bag(discount)}] if discount else []
    return {**line, "quantity": format(pieces + off, "f"), "discountAllocations": allocations}


def _changes(record: Record, zone: ZoneInfo) -> str:
    names = {line.get("id"): text_at(line, "name") for line in lines_ever(record)}
    said = []
    for each in record.get(AGREEMENTS) or ():
        if each.get("reason") == PLACED:
            continue
        sales = listed(each, "sales")
        pieces = [
            f"{name} {number(text_at(sale, 'quantity')) or _NOTHING:+f}"
            for sale in sales
            if (name := names.get(text_at(sale, "lineItem", "id")))
        ]
        reason = (text_at(each, "reason") or "").lower().replace("_", " ")
        what = f" ({', '.join(pieces)})" if pieces else ""
        said.append(f"{day_of(text_at(each, 'happenedAt'), zone)} {reason} {_sum(sales, 'totalAmount'):+f}{what}")
    return "; ".join(said)


def _sum(sales: Sequence[Record], name: str) -> Decimal:
    return sum((number(money(each, name)) or _NOTHING for each in sales), _NOTHING)


def _bag(amount: Decimal) -> Record:
    return {"shopMoney": {"amount": format(amount, "f")}}
