"""Fields of an order that may have changed, and what they are called."""

from __future__ import annotations

from typing import Final

from tui.core_texts import ORDER_STATES, PAYMENT_STATES
from tui.i18n import N_, _

STATE_FIELDS: Final = {"order_state": ORDER_STATES, "payment_state": PAYMENT_STATES}
"""Fields whose values are codes, with the words of these."""
FIELD_WORDS: Final = {
    "order_state": N_("State"),
    "payment_state": N_("Payment"),
    "total_minor": N_("Total"),
    "refunded_minor": N_("Refunded"),
    "tax_minor": N_("VAT"),
    "discount_minor": N_("Discount"),
    "shipping_minor": N_("Shipping"),
    "paid_minor": N_("Paid"),
    "paid_on": N_("Paid on"),
    "cancelled_on": N_("Cancelled on"),
    "completed_on": N_("Completed on"),
    "shipping_discount_minor": N_("Discount on shipping"),
    "cod_fee_minor": N_("Cash-on-delivery fee"),
    "customer_name": N_("Customer"),
    "customer_tax_id": N_("Tax id"),
    "payment_channel": N_("Payment channel"),
    "sales_channel": N_("Sales channel"),
}


def tr_field(field: str) -> str:
    """Return the name of a field of an order."""
    return _(FIELD_WORDS[field]) if field in FIELD_WORDS else field.removesuffix("_minor").replace("_", " ")
