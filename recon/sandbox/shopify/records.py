"""The records of the sandbox Shopify's Admin API: an order and the products it was made of, with every field the API has of them."""

from __future__ import annotations

from collections.abc import Sequence

from recon.sandbox.shopify.changes import Record, agreements, line_id, refund_records, transaction
from recon.sandbox.shopify.money import bag, moment
from recon.sandbox.shopify.orders import Line, SandboxOrder


def order_record(order: SandboxOrder) -> Record:
    """Return an order as the API states it, every field it has."""
    order_id = 5_000_000_000 + order.number
    happened = [*(each.at for each in order.all_refunds), *(each.at for each in order.edits)]
    last = max([order.at, *happened, *([order.cancelled_at] if order.cancelled_at else [])])
    return {
        "__typename": "Order", "id": f"gid://shopify/Order/{order_id}", "legacyResourceId": str(order_id),
        "name": f"#{order.number}", "createdAt": moment(order.at), "processedAt": moment(order.at),
        "updatedAt": moment(order.updated_at or last), "cancelledAt": moment(order.cancelled_at), "test": order.is_test,
        "edited": order.is_edited or bool(order.edits), "sourceName": order.source, "displayFinancialStatus": _paid_word(order),
        "displayFulfillmentStatus": "FULFILLED" if order.is_fulfilled else "UNFULFILLED",
        "currencyCode": order.currency, "presentmentCurrencyCode": order.currency, "taxesIncluded": order.includes_tax,
        "dutiesIncluded": False, "billingAddress": _address(order.buyer, order.number) if order.buyer else None, "email": None,
        "retailLocation": {"id": "gid://shopify/Location/7", "name": order.location} if order.location else None,
        "staffMember": {"id": "gid://shopify/StaffMember/9", "name": order.staff} if order.staff else None,
        **{name: bag(amount) for name, amount in _sums(order).items()},
        "totalCashRoundingAdjustment": {
            "paymentSet": bag(order.rounding), "refundSet": bag(sum(each.rounding for each in order.all_refunds)),
        },
        "additionalFees": [
            {"id": f"gid://shopify/AdditionalFee/{order_id}{place}", "name": name, "price": bag(amount), "taxLines": []}
            for place, (name, amount) in enumerate(order.fees)
        ],
        "taxLines": _tax_lines(order), "fulfillments": _fulfillments(order), "transactions": _transactions(order, order_id),
        "refunds": refund_records(order, order_id), "shippingLines": _shipping(order, order_id),
        "lineItems": _line_items(order, order_id),
        "agreements": agreements(order, order_id),
    }  # fmt: skip


def _sums(order: SandboxOrder) -> dict[str, int]:
    left = order.total - order.taken_off
    owed = left - order.removed - (left if order.is_paid else 0)
    return {
        "totalPriceSet": order.total, "currentTotalPriceSet": left - order.refunded - order.removed,
        "subtotalPriceSet": order.subtotal, "totalTaxSet": order.tax, "totalTipReceivedSet": order.tips,
        "totalRefundedSet": order.refunded, "totalOutstandingSet": owed, "originalTotalDutiesSet": order.duties,
    }  # fmt: skip


def _paid_word(order: SandboxOrder) -> str:
    if not order.is_paid:
        return "VOIDED" if order.cancelled_at else "PENDING"
    if not order.refunded:
        return "PAID"
    return "REFUNDED" if order.refunded >= order.total - order.taken_off else "PARTIALLY_REFUNDED"


def _tax_lines(order: SandboxOrder) -> list[Record]:
    if not order.tax_basis_points:
        return []
    percent = order.tax_basis_points / 100  # a rate, which JSON has as a number; never counted with
    liable = True if order.platform_pays_tax else None
    return [{"title": order.tax_title, "ratePercentage": percent, "channelLiable": liable, "priceSet": bag(order.tax)}]


def _fulfillments(order: SandboxOrder) -> list[Record]:
    return [{"createdAt": moment(order.at), "status": "SUCCESS"}] if order.is_fulfilled else []


def _transactions(order: SandboxOrder, order_id: int) -> list[Record]:
    parts = order.payments or ((order.gateway, order.total - order.taken_off),)
    kind = "SALE" if order.is_paid else "AUTHORIZATION"
    paid_at = max([order.at, *(edit.at for edit in order.edits)])
    found = [
        (kind, name, amount + (order.change if place == 0 else 0), paid_at, order.rounding if place == 0 else 0)
        for place, (name, amount) in enumerate(parts)
    ]
    found += [("CHANGE", parts[0][0], order.change, order.at, 0)] if order.change else []
    found += [
        ("REFUND", refund.gateway or parts[0][0], whole, refund.at, refund.rounding)
        for refund, _, whole in order.refunds_with_pieces()
    ]
    return [transaction(order, order_id, f"{place:02d}", *each) for place, each in enumerate(found)]


def _line_items(order: SandboxOrder, order_id: int) -> list[Record]:
    gone: dict[int, int] = {}
    for piece in [
        *(each for _, mine, _ in order.refunds_with_pieces() for each in mine),
        *(each for _, mine in order.edits_with_pieces() for each in mine),
    ]:
        gone[piece.place] = gone.get(piece.place, 0) + piece.quantity
    return [_line(line, order_id, place, gone.get(place, 0)) for place, line in enumerate(order.lines, 1)]


def _shipping(order: SandboxOrder, order_id: int) -> list[Record]:
    if not order.shipping:
        return []
    return [
        {
            "__typename": "ShippingLine", "id": f"gid://shopify/ShippingLine/{order_id}", "title": "Standard",
            "originalPriceSet": bag(order.shipping), "discountedPriceSet": bag(order.shipping - order.shipping_discount),
            "taxLines": [{"priceSet": bag(order.shipping_tax)}] if order.shipping_tax else [],
        }
    ]  # fmt: skip


def _line(line: Line, order_id: int, place: int, gone: int) -> Record:
    return {
        "__typename": "LineItem", "id": line_id(order_id, place), "name": line.name, "sku": line.sku or None,
        "quantity": line.quantity, "currentQuantity": line.quantity - gone, "isGiftCard": line.is_gift_card,
        "taxable": line.taxable and not line.is_tip, "requiresShipping": not (line.is_tip or line.is_gift_card),
        "originalUnitPriceSet": bag(line.price),
        "discountAllocations": [{"allocatedAmountSet": bag(line.discount)}] if line.discount else [],
    }  # fmt: skip


def _address(buyer: str, number: int) -> Record:
    """Return where a buyer is billed: another house for each order."""
    return {
        "name": buyer, "address1": f"{number} Example Street", "address2": None, "city": "Springfield",
        "provinceCode": "OR", "zip": "97477", "country": "United States",
    }  # fmt: skip


def products_of(orders: Sequence[SandboxOrder]) -> list[Record]:
    """Return the variants the orders were made of."""
    seen = {line.sku: line for order in orders for line in order.lines if line.sku}
    return [
        {
            "id": f"gid://shopify/ProductVariant/{place}", "sku": sku, "displayName": line.name,
            "price": f"{line.price // 100}.{line.price % 100:02d}", "taxable": line.taxable,
            "product": {"id": f"gid://shopify/Product/{place}", "title": line.name, "isGiftCard": line.is_gift_card},
        }
        for place, (sku, line) in enumerate(sorted(seen.items()), 1)
    ]  # fmt: skip
