"""What happened to an order of the sandbox Shopify after it was placed, as the API states it: refunds, and the agreements that date them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from recon.sandbox.shopify.money import bag, moment
from recon.sandbox.shopify.orders import Line, Piece, SandboxOrder, SandboxRefund

Record = dict[str, Any]


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
        for nth, (refund, mine, whole) in enumerate(order.refunds_with_pieces())
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
    for edit, gone in order.edits_with_pieces():
        sales = [_bought(order, order_id, place) for place in edit.added]
        made.append(("ORDER_EDIT", edit.at, [*sales, *(_taken_off(order, order_id, each) for each in gone)]))
    for refund, mine, _ in order.refunds_with_pieces():
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
    return _of_product(
        line, order_id, piece.place, -piece.whole(includes_tax=order.includes_tax), -piece.tax, -piece.quantity
    )


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
