"""What happens to an order of the sandbox Shopify after it was placed: refunds, edits, and the agreements that date them.

Goods that go back take their share of the line's discount and tax with them, cumulatively, so that all pieces of a line come to
the line. Signs are Shopify's: an adjustment below 0 is given back beyond the lines, one above 0 is kept of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recon.sandbox.shopify.money import bag, half_up, moment

if TYPE_CHECKING:
    from recon.sandbox.shopify.orders import Line, SandboxOrder

Record = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxRefund:
    """Money that goes back; amounts in minor units."""

    at: dt.datetime
    lines: tuple[tuple[int, int], ...] = ()
    """Place of a line of the order (1..) and pieces that go back."""
    shipping: int = 0
    adjustment: int = 0
    """Given back beyond the lines and shipping; below 0: kept of them."""
    reason: str = "REFUND_DISCREPANCY"
    rounding: int = 0
    """Rounding of cash that is paid back."""
    is_restocked: bool = True
    gateway: str = ""
    """Through which it goes back; empty: the first the order was paid by."""
    note: str = "came back"


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxEdit:
    """A change of an order after it was placed."""

    at: dt.datetime
    added: tuple[int, ...] = ()
    """Places of lines that came with it."""
    removed: tuple[tuple[int, int], ...] = ()
    """Place of a line and pieces taken off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some pieces of a line that go back or were taken off."""

    place: int
    quantity: int
    amount: int
    """Less discounts; with the tax where prices include it."""
    tax: int

    def whole(self, order: SandboxOrder) -> int:
        """Return what the buyer paid for them."""
        return self.amount + (0 if order.includes_tax else self.tax)


def pieces(order: SandboxOrder, wanted: tuple[tuple[int, int], ...], gone: dict[int, int]) -> list[Piece]:
    """Return these pieces with their amounts; ``gone``: pieces of each line that went before, counted on."""
    found = []
    for place, quantity in wanted:
        line, before = order.lines[place - 1], gone.get(place, 0)
        gone[place] = before + quantity
        amount, tax = (_upto(whole, gone[place], line) - _upto(whole, before, line) for whole in order.of_line(place))
        found.append(Piece(place=place, quantity=quantity, amount=amount, tax=tax))
    return found


def _upto(whole: int, quantity: int, line: Line) -> int:
    return half_up(whole * quantity, line.quantity)


def refunds_with_pieces(order: SandboxOrder) -> Iterator[tuple[SandboxRefund, list[Piece], int]]:
    """Yield each refund with its pieces and the sum that goes back, rounding of cash left out."""
    gone: dict[int, int] = {}
    for refund in order.all_refunds:
        mine = pieces(order, refund.lines, gone)
        yield refund, mine, sum(each.whole(order) for each in mine) + refund.shipping + refund.adjustment


def edits_with_pieces(order: SandboxOrder) -> Iterator[tuple[SandboxEdit, list[Piece]]]:
    """Yield each edit with the pieces it took off."""
    gone: dict[int, int] = {}
    for edit in order.edits:
        yield edit, pieces(order, edit.removed, gone)


def refund_records(order: SandboxOrder, order_id: int) -> list[Record]:
    """Return the refunds as the API states them."""
    return [
        {
            "__typename": "Refund", "id": f"gid://shopify/Refund/{order_id}{nth:02d}", "createdAt": moment(refund.at),
            "processedAt": moment(refund.at), "note": refund.note, "totalRefundedSet": bag(whole), "duties": [],
            "refundLineItems": [
                {
                    "id": f"gid://shopify/RefundLineItem/{order_id}{nth:02d}{each.place:03d}",
                    "lineItem": {"id": line_id(order_id, each.place)}, "quantity": each.quantity,
                    "restockType": "RETURN" if refund.is_restocked else "NO_RESTOCK", "subtotalSet": bag(each.amount),
                    "totalTaxSet": bag(each.tax),
                }
                for each in mine
            ],
            "refundShippingLines": _shipping(refund, order_id, nth), "orderAdjustments": _adjustments(refund, order_id, nth),
            "transactions": [transaction(order, order_id, f"9{nth:02d}", "REFUND", refund.gateway, whole, refund.at, refund.rounding)],
        }
        for nth, (refund, mine, whole) in enumerate(refunds_with_pieces(order))
    ]  # fmt: skip


def _shipping(refund: SandboxRefund, order_id: int, nth: int) -> list[Record]:
    if not refund.shipping:
        return []
    found = f"gid://shopify/RefundShippingLine/{order_id}{nth:02d}"
    return [{"id": found, "subtotalAmountSet": bag(refund.shipping), "taxAmountSet": bag(0)}]


def _adjustments(refund: SandboxRefund, order_id: int, nth: int) -> list[Record]:
    if not refund.adjustment:
        return []
    found = f"gid://shopify/OrderAdjustment/{order_id}{nth:02d}"
    return [{"id": found, "reason": refund.reason, "amountSet": bag(-refund.adjustment), "taxAmountSet": bag(0)}]


def transaction(
    order: SandboxOrder, order_id: int, place: str, kind: str, gateway: str, amount: int, at: dt.datetime, rounding: int
) -> Record:
    """Return one movement of money; an empty gateway is the first the order was paid by."""
    name = gateway or (order.payments[0][0] if order.payments else order.gateway)
    return {
        "id": f"gid://shopify/OrderTransaction/{order_id}{place}", "kind": kind, "status": "SUCCESS", "test": order.is_test,
        "gateway": name.lower().replace(" ", "_"), "formattedGateway": name, "processedAt": moment(at),
        "amountSet": bag(amount), "amountRoundingSet": bag(rounding) if rounding else None,
    }  # fmt: skip


def agreements(order: SandboxOrder, order_id: int) -> list[Record]:
    """Return what the order was agreed to be, change by change."""
    later = {place for edit in order.edits for place in edit.added}
    placed = [_bought(order, order_id, place) for place in range(1, len(order.lines) + 1) if place not in later]
    placed += [
        _sale("ShippingLineSale", "SHIPPING", order.shipping - order.shipping_discount, 0, 1) if order.shipping else {},
        *(_sale("AdditionalFeeSale", "ADDITIONAL_FEE", amount, 0, 1) for _, amount in order.fees),
        _sale("DutySale", "DUTY", order.duties, 0, 1) if order.duties else {},
    ]
    made = [("ORDER", order.at, placed)]
    if order.is_edited and not order.edits:
        made.append(("ORDER_EDIT", order.at, [_sale("AdjustmentSale", "ADJUSTMENT", -order.removed, 0, None)]))
    for edit, gone in edits_with_pieces(order):
        sales = [_bought(order, order_id, place) for place in edit.added]
        made.append(("ORDER_EDIT", edit.at, [*sales, *(_taken_off(order, order_id, each) for each in gone)]))
    for refund, mine, _ in refunds_with_pieces(order):
        sales = [_taken_off(order, order_id, each) for each in mine]
        sales.append(_sale("ShippingLineSale", "SHIPPING", -refund.shipping, 0, None) if refund.shipping else {})
        sales.append(_sale("AdjustmentSale", "ADJUSTMENT", -refund.adjustment, 0, None) if refund.adjustment else {})
        made.append(("REFUND", refund.at, sales))
    return [
        {
            "id": f"gid://shopify/SalesAgreement/{order_id}{place:02d}", "happenedAt": moment(at), "reason": reason,
            "sales": [
                {**sale, "id": f"gid://shopify/Sale/{order_id}{place:02d}{nth:03d}"}
                for nth, sale in enumerate(filter(None, sales))
            ],
        }
        for place, (reason, at, sales) in enumerate(made)
    ]  # fmt: skip


def _bought(order: SandboxOrder, order_id: int, place: int) -> Record:
    line, (amount, tax) = order.lines[place - 1], order.of_line(place)
    whole = amount + (0 if order.includes_tax else tax)
    return _of_product(line, order_id, place, whole, tax, line.quantity)


def _taken_off(order: SandboxOrder, order_id: int, piece: Piece) -> Record:
    line = order.lines[piece.place - 1]
    return _of_product(line, order_id, piece.place, -piece.whole(order), -piece.tax, -piece.quantity)


def _of_product(line: Line, order_id: int, place: int, whole: int, tax: int, quantity: int) -> Record:
    kind = "GIFT_CARD" if line.is_gift_card else "TIP" if line.is_tip else "PRODUCT"
    name = {"GIFT_CARD": "GiftCardSale", "TIP": "TipSale"}.get(kind, "ProductSale")
    return {**_sale(name, kind, whole, tax, quantity), "lineItem": {"id": line_id(order_id, place)}}


def _sale(type_name: str, line_type: str, whole: int, tax: int, quantity: int | None) -> Record:
    return {
        "__typename": type_name, "actionType": "RETURN" if whole < 0 else "ORDER", "lineType": line_type, "quantity": quantity,
        "totalAmount": bag(whole), "totalTaxAmount": bag(tax),
    }  # fmt: skip


def line_id(order_id: int, place: int) -> str:
    """Return the id of a line of an order."""
    return f"gid://shopify/LineItem/{order_id}{place:03d}"
