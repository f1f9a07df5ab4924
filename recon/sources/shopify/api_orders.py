"""Orders and lines of the API under canonical names, so that an order is the same by API and by CSV.

What only the API knows is added: which line a discount code lowers, gift cards, tips, cash rounding, the place of a
counter sale. docs/shopify.md says field by field where each column comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

import polars as pl

from recon.sources.shopify.api_money import channels, moment, paid, paid_on
from recon.sources.shopify.api_records import LINES, SHIPPING, Record, listed, money, number, text_at, total

_FULFILMENT: Final = {"PARTIALLY_FULFILLED": "partial"}
"""States whose word in the export is another one."""
_JOINER: Final = " + "
TIP: Final = "Tip"
_ADDRESS_PARTS: Final = ("address1", "address2", "city", "provinceCode", "zip", "country")


def orders_frame(records: Sequence[Record]) -> pl.DataFrame:
    """Return one row per order, all text."""
    columns: dict[str, Callable[[Record], str | None]] = {
        "order_id": lambda each: text_at(each, "legacyResourceId"),
        "order_number": lambda each: text_at(each, "name"),
        "ordered_on": lambda each: moment(text_at(each, "processedAt") or text_at(each, "createdAt")),
        "paid_on": paid_on,
        "shipped_on": _shipped_on,
        "completed_on": _shipped_on,
        "cancelled_on": lambda each: moment(text_at(each, "cancelledAt")),
        "updated_at": lambda each: moment(text_at(each, "updatedAt")),
        "order_state": _order_state,
        "payment_state": lambda each: (text_at(each, "displayFinancialStatus") or "").lower(),
        "sales_channel": sales_channel,
        "payment_channel": channels,
        "staff": lambda each: text_at(each, "staffMember", "name"),
        "customer_name": lambda each: text_at(each, "billingAddress", "name"),
        "customer_address": _address,
        "currency": lambda each: text_at(each, "currencyCode"),
        "prices_include_tax": lambda each: text_at(each, "taxesIncluded"),
        "subtotal": lambda each: money(each, "subtotalPriceSet"),
        "shipping": lambda each: total(money(line, "originalPriceSet") for line in each[SHIPPING]),
        "shipping_discount": _shipping_discount,
        "duties": _duties,
        "rounding": lambda each: money(each, "totalCashRoundingAdjustment", "paymentSet"),
        "tax": lambda each: money(each, "totalTaxSet"),
        "tax_text": _tax_text,
        "shipping_taxed": _shipping_taxed,
        # Shopify's total leaves cash rounding out; what the buyer pays in all does not.
        "total": lambda each: total([money(each, "totalPriceSet"), money(each, "totalCashRoundingAdjustment", "paymentSet")]),
        "paid": paid,
        "refunded": _refunded,
        "outstanding": lambda each: money(each, "totalOutstandingSet"),
    }  # fmt: skip
    made = [pl.Series(name, [value(each) for each in records], dtype=pl.String) for name, value in columns.items()]
    position = pl.int_range(len(records), dtype=pl.UInt32, eager=True)
    return pl.DataFrame([position.alias("order_no"), (position + 1).alias("row"), *made])


def _address(order: Record) -> str | None:
    """Return where the buyer is billed, or the e-mail where no street is stated; null: neither was asked for or stated."""
    parts = [text_at(order, "billingAddress", name) for name in _ADDRESS_PARTS]
    return ", ".join(part for part in parts if part) if parts[0] else text_at(order, "email")


def lines_frame(records: Sequence[Record]) -> pl.DataFrame:
    """Return one row per line, numbered within its order, all text."""
    lines = [
        (order_no, place, line) for order_no, each in enumerate(records) for place, line in enumerate(_lines(each), 1)
    ]
    columns: dict[str, Callable[[Record], str | None]] = {
        "kind": lambda line: line["_kind"],
        "sku": lambda line: (text_at(line, "sku") or "").strip() or None,
        "name": lambda line: text_at(line, "name"),
        "quantity": lambda line: text_at(line, "quantity"),
        "unit_price": lambda line: money(line, "originalUnitPriceSet"),
        "line_discount": _line_discount,
        "taxable": lambda line: text_at(line, "taxable"),
    }
    made = [pl.Series(name, [value(line) for *_, line in lines], dtype=pl.String) for name, value in columns.items()]
    return pl.DataFrame([
        pl.Series("order_no", [order_no for order_no, *_ in lines], dtype=pl.UInt32),
        pl.Series("line_no", [place for _, place, _ in lines], dtype=pl.UInt32),
        pl.Series("row", [order_no + 1 for order_no, *_ in lines], dtype=pl.UInt32),
        *made,
    ])  # fmt: skip


def sales_channel(record: Record) -> str:
    """Return the source of an order; of a counter sale with its place, so that days can be counted by place."""
    source, place = text_at(record, "sourceName") or "", text_at(record, "retailLocation", "name") or ""
    return f"POS {place}" if source == "pos" and place else source


def _lines(record: Record) -> list[Record]:
    """Return the lines with their kind under ``_kind``, one for a tip that stands only in the order's sum, and the fees."""
    lines = [{**line, "_kind": kind_of(line)} for line in record[LINES]]
    tipped = money(record, "totalTipReceivedSet")
    if number(tipped) and not any(line["_kind"] == "tip" for line in lines):
        amount = {"shopMoney": {"amount": tipped}}
        lines.append({"name": TIP, "quantity": "1", "originalUnitPriceSet": amount, "taxable": False, "_kind": "tip"})
    lines += [
        {
            "name": text_at(fee, "name"), "quantity": "1", "originalUnitPriceSet": fee.get("price"),
            "taxable": bool(fee.get("taxLines")), "_kind": "fee",
        }
        for fee in listed(record, "additionalFees")
    ]  # fmt: skip
    return lines


def kind_of(line: Record) -> str:
    """Return what a line is: a product, a tip or a gift card."""
    if line.get("isGiftCard") is True:
        return "gift_card"
    is_tip = line.get("name") == TIP and not line.get("sku")
    if is_tip and line.get("taxable") is False and line.get("requiresShipping") is False:
        return "tip"
    return "product"


def _line_discount(line: Record) -> str:
    return total(money(each, "allocatedAmountSet") for each in listed(line, "discountAllocations"))


def _order_state(record: Record) -> str:
    state = text_at(record, "displayFulfillmentStatus") or ""
    return _FULFILMENT.get(state, state.lower())


def _shipped_on(record: Record) -> str | None:
    if record.get("displayFulfillmentStatus") != "FULFILLED":
        return None
    days = [
        text_at(each, "createdAt") or "" for each in listed(record, "fulfillments") if each.get("status") == "SUCCESS"
    ]
    return moment(max(days, default="") or None)


def _shipping_discount(record: Record) -> str:
    off = [(money(line, "originalPriceSet"), money(line, "discountedPriceSet")) for line in record[SHIPPING]]
    parts: list[str | None] = []
    for before, after in off:
        whole, less = number(before), number(after)
        parts.append(format(whole - less, "f") if whole is not None and less is not None else after)
    return total(parts)


def _refunded(record: Record) -> str:
    """Return what was given back in all, rounding of cash that was paid back included."""
    return total([money(record, "totalRefundedSet"), money(record, "totalCashRoundingAdjustment", "refundSet")])


def _duties(record: Record) -> str | None:
    """Return duties on top of the prices; those inside the prices are part of the lines already."""
    return None if record.get("dutiesIncluded") is True else money(record, "originalTotalDutiesSet")


def _shipping_taxed(record: Record) -> str | None:
    """Return whether shipping was taxed; null where there is none, or an answer of before taxes of shipping were asked for."""
    lines = record[SHIPPING]
    if not lines or any("taxLines" not in line for line in lines):
        return None
    taxes = [money(tax, "priceSet") for line in lines for tax in listed(line, "taxLines")]
    return "true" if any(number(amount) for amount in taxes) else "false"


def _tax_text(record: Record) -> str | None:
    return _JOINER.join(filter(None, map(_tax_name, listed(record, "taxLines")))) or None


def _tax_name(tax: Record) -> str:
    """Return a tax as the export names it: its title and its rate."""
    title, rate = text_at(tax, "title") or "", number(text_at(tax, "ratePercentage"))
    if "%" in title or rate is None or text_at(tax, "ratePercentage") is None:
        return title
    shown = format(rate.quantize(Decimal("0.0001")).normalize(), "f")
    return f"{title} {shown}%"
