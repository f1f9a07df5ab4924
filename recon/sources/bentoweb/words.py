"""BentoWeb's own words: what its states and order sources mean, and the field names it publishes.

States: https://help.bentoweb.com, "order status"; sources: the same help, "order_from". Both as numbers; a number
that is not listed holds the order, it is never guessed.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from recon.sources.base import StateWords

NO_DATE: Final = r"^(?:-0001-11-30|0000-00-00)"
"""What stands where there is no date."""

STATES: Final = MappingProxyType({
    "0": ("ไม่มีการยกเลิกอัตโนมัติ", "hold", "unpaid"),
    "1": ("รอการชำระเงิน", "open", "unpaid"),
    "2": ("รอตรวจสอบการชำระเงิน", "open", "claimed"),
    "3": ("ชำระเงินแล้ว / รอการจัดส่ง", "in_fulfilment", "paid"),
    "4": ("ยกเลิกการสั่งซื้อ", "cancelled", "void"),
    "5": ("รอการคืนเงิน", "hold", "unknown"),
    "6": ("คืนเงินแล้ว / ยกเลิกการสั่งซื้อ", "cancelled", "refunded"),
    "7": ("จัดส่งสินค้าแล้ว", "shipped", "paid"),
    "14": ("รอการจัดส่ง / รอการชำระเงิน", "in_fulfilment", "cod_due"),
    "15": ("จัดส่งสินค้าแล้ว / รอการชำระเงิน", "shipped", "cod_due"),
    "16": ("จัดส่งสินค้าแล้ว / ชำระเงินแล้ว", "shipped", "paid"),
})  # fmt: skip
"""State number -> BentoWeb's label, order state, payment state. 5 and 6 were marked as not in use in January 2020."""

LABELS: Final = MappingProxyType({number: label for number, (label, _, _) in STATES.items()})
PAID_STATES: Final = tuple(number for number, (_, _, payment) in STATES.items() if payment == "paid")
REFUNDED_STATES: Final = tuple(number for number, (_, _, payment) in STATES.items() if payment == "refunded")

WORDS: Final = StateWords(
    order={number: order for number, (_, order, _) in STATES.items()},
    payment={label: payment for label, _, payment in STATES.values()},
)
"""The order state is looked up by number, the payment state by the label of the same number."""

ORDER_FROM: Final = MappingProxyType({
    "0": "N/A", "1": "Web", "2": "Mobile", "3": "Facebook", "4": "Android", "5": "iOS", "6": "Web POS",
    "7": "BentoDash", "8": "Mobile POS", "9": "Tablet POS", "10": "OpenAPI", "11": "FastCheckout", "12": "Lazada",
    "13": "Shopee Import", "14": "Lazada Import", "15": "CartBuilder", "16": "Shopee", "17": "Arislab Import",
    "18": "Deeple Import", "19": "Bentoweb Import", "20": "JD", "21": "LINE Shopping", "22": "TikTok Shop",
    "23": "Shopify", "24": "Loyalty Point Redemption",
})  # fmt: skip
"""Where an order was made (`order_from`)."""

MARKETPLACES: Final = ("12", "13", "14", "16", "22")
"""Sources whose orders come from a marketplace: expect the same order again from its own export."""

PUBLISHED: Final = frozenset({
    "order_id", "date_created", "date_modified", "date_cancelled", "receipt_datetime", "ref_code", "langs", "store_id",
    "fb_store_id", "customer_id", "discount_id", "order_from", "firstname", "lastname", "email", "phone", "idcard",
    "country_id", "shipping_firstname", "shipping_lastname", "shipping_email", "shipping_phone", "shipping_address_1",
    "shipping_address_2", "shipping_subdistrict", "shipping_district", "shipping_province", "shipping_zipcode",
    "shipping_country_id", "shipping_method", "shipping_content", "payment_method", "payment_content", "special_req",
    "currency_id", "vat_amount", "has_wholesale", "has_discount", "has_super_discount", "has_points_discount",
    "has_custom_discount", "has_free_shipping", "shopee_api_transaction",
})  # fmt: skip
"""Fields of an order that BentoWeb's help shows; nothing else about the answer is published."""

NUMBERS: Final = ("ref_code", "full_order_code")
"""Fields that may hold the number a marketplace gave the order; which one is not published, so both are compared."""

SIGNS: Final = frozenset({
    "order_id", "ref_code", "fb_store_id", "order_from", "date_created", "has_super_discount", "has_points_discount",
    "order_status_id", "has_wholesale", "receipt_datetime",
})  # fmt: skip
"""Field names by which an answer is recognised as BentoWeb's."""
SIGNS_NEEDED: Final = 4

ADDRESS: Final = (
    "shipping_address_1", "shipping_address_2", "shipping_subdistrict", "shipping_district", "shipping_province",
    "shipping_zipcode",
)  # fmt: skip
BOOKS_CURRENCY: Final = "1"
"""`currency_id` of every published example, taken to be baht; any other number holds the order."""
