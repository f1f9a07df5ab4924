"""ZORT's own words: field names of its answers, and what its statuses mean.

Field names are those live clients store from real answers; ZORT publishes its parameters, not a full answer. Names
are compared without regard to upper and lower case. A status is accepted as ZORT's code or as its text, in English
as the API writes it or in Thai as ZORT's screen shows it; any other word holds the order.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from recon.frames.text import fold
from recon.sources.base import StateWords

KINDS: Final = MappingProxyType(
    {
        "sale": "order",
        "purchase": "purchaseorder",
        "sale_return": "returnorder",
        "purchase_return": "returnpurchaseorder",
    }
)
"""Record kind, and what ZORT's own field and parameter names of that kind begin with."""

NUMBER_PREFIXES: Final = MappingProxyType({
    "CN-": "sale_return", "PO-": "purchase", "DN-": "purchase_return",
})  # fmt: skip
"""Document numbers in ZORT's own examples; the weakest sign of a record kind, used last."""

STATUS_CODES: Final = MappingProxyType({
    "pending": 0, "success": 1, "voided": 2, "waiting": 3, "returned": 4, "packed": 5, "shipping": 6,
    "failed shipment": 7,
})  # fmt: skip
"""Codes of the query parameter ``status``."""

PAYMENT_STATUS_CODES: Final = MappingProxyType({
    "pending": 0, "paid": 1, "voided": 2, "partial payment": 3, "overpaid": 4,
})  # fmt: skip
"""Codes of the query parameter ``paymentstatus``."""

COD_SUFFIX: Final = " COD"
"""Added to the payment status of an order that is paid on delivery and not paid yet."""

_ORDER_STATES: Final = {
    "0": "open", "pending": "open", "รอโอน": "open",
    "1": "completed", "success": "completed", "สำเร็จ": "completed",
    "2": "cancelled", "voided": "cancelled", "ยกเลิก": "cancelled",
    "3": "in_fulfilment", "waiting": "in_fulfilment", "รอส่ง": "in_fulfilment",
    "4": "returned", "returned": "returned",
    "5": "in_fulfilment", "packed": "in_fulfilment",
    "6": "shipped", "shipping": "shipped",
    "7": "failed_delivery", "failed shipment": "failed_delivery",
}  # fmt: skip
_PAYMENT_STATES: Final = {
    "0": "unpaid", "pending": "unpaid", "รอชำระ": "unpaid",
    "1": "paid", "paid": "paid", "ชำระแล้ว": "paid",
    "2": "void", "voided": "void", "ยกเลิก": "void",
    "3": "partial", "partial": "partial", "partial payment": "partial",
    "4": "overpaid", "overpaid": "overpaid",
    "0 cod": "cod_due", "pending cod": "cod_due", "รอชำระ cod": "cod_due",
}  # fmt: skip

STATES: Final = StateWords(
    order={fold(word): state for word, state in _ORDER_STATES.items()},
    payment={fold(word): state for word, state in _PAYMENT_STATES.items()},
)
"""`Success` says that goods left the stock; whether money came is the payment status alone."""

UNPAID_WORDS: Final = ("0", "pending", "รอชำระ")
"""Payment statuses that mean cash on delivery is still due when the order is marked COD."""
YES_WORDS: Final = ("true", "1", "yes", "y")
NO_WORDS: Final = ("false", "0", "no", "n", "")

USED_FIELDS: Final = frozenset({
    "id", "number", "status", "paymentstatus", "iscod", "saleschannel", "marketplacename", "marketplacepayment",
    "shippingchannel", "customername", "customeridnumber", "customerbranchname", "customerbranchno", "customeraddress",
    "customerstreetaddress", "customersubdistrict", "customerdistrict", "customerprovince", "customerpostcode",
    "currency", "vattype", "vatpercent", "vatamount", "discountamount", "voucheramount", "shippingamount",
    "platformdiscount", "amount", "paymentamount", "paymentmethod", "payments", "list", "isdeposit",
    *(f"{name}{twin}" for twin in ("", "string") for name in (
        "orderdate", "purchaseorderdate", "returnorderdate", "returnpurchaseorderdate", "updatedatetime",
        "createdatetime", "shippingdate", "paymentdate",
    )),
})  # fmt: skip
"""Fields of an order, lower case, that end up in a column."""

KNOWN_FIELDS: Final = frozenset({
    "uniquenumber", "ordertype", "tag", "properties", "createusername", "createuserid", "expiredate",
    "expiredatestring", "receivedate", "receivedatestring", "integrationstatus", "marketplaceshippingstatus",
    "warehousecode", "customerid", "customercode", "customeremail", "customerphone", "facebookname", "facebookid",
    "line", "lineid", "shippingname", "shippingaddress", "shippingphone", "shippingemail", "shippingstreetaddress",
    "shippingsubdistrict", "shippingdistrict", "shippingprovince", "shippingpostcode", "trackingno", "trackinglist",
    "totalproductamount", "shippingvat", "discount", "sellerdiscount", "shippingdiscount", "description", "reference",
    "pretax", "vat", "totalamount", "totalpaymentamount", "integrationcustomerid", "integrationcustomer",
    "integrationname", "integrationshop",
    # the envelope of a detail answer
    "res", "rescode", "resdesc", "resdesc2", "resdesc3", "detail", "count",
})  # fmt: skip
"""Fields of an order, lower case, that nothing uses, on purpose (docs/zort.md says why for those with amounts)."""

LINE_FIELDS: Final = frozenset({
    "id", "productid", "sku", "name", "number", "unittext", "pricepernumber", "discount", "discountamount", "totalprice",
    "producttype", "skutype", "serialnolist", "expirylotlist", "bundleid", "bundleitemid", "bundlenumber",
    "bundlecode", "bundlename", "integrationitemid", "integrationvariantid", "pretax", "vat",
})  # fmt: skip
"""Fields of an order line, lower case, used or left aside on purpose."""

PAYMENT_FIELDS: Final = frozenset({
    "id", "name", "amount", "paymentdatetime", "paymentdatetimestring", "paymentmethodid", "link", "verifyslip",
    "pricepernumber",
})  # fmt: skip
"""Fields of one entry of ``payments``, lower case, as live clients declare them."""

UNUSED_AMOUNTS: Final = ("sellerdiscount", "shippingdiscount", "shippingvat")
"""Amounts whose overlap with ``discountamount`` and ``amount`` nobody has documented; counted in the import report."""

SIGNS: Final = frozenset({
    "paymentstatus", "vattype", "vatamount", "saleschannel", "warehousecode", "customeridnumber", "shippingamount",
    "discountamount", "uniquenumber", "totalproductamount", "createdatetimestring", "updatedatetimestring",
    "isdeposit", "paymentamount", "customerbranchno",
})  # fmt: skip
"""Field names by which a list of records is recognised as ZORT's."""
SIGNS_NEEDED: Final = 4
"""So many of them must occur; no other provider's export has even three."""

PRODUCT_SIGNS: Final = frozenset({"sku", "sellprice", "purchaseprice", "availablestock", "producttype"})
"""Field names by which a list of records is recognised as ZORT's products."""
