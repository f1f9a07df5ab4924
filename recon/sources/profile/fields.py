"""The canonical fields a profile can fill, each with its kind and the question to ask about it.

Names are those of `sources.base.RAW_ORDER_COLUMNS` and `RAW_LINE_COLUMNS`; a field that no column fills is *not known*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Level = Literal["order", "line"]
FieldKind = Literal["id", "text", "amount", "quantity", "date", "state"]


@dataclass(frozen=True, slots=True)
class CanonicalField:
    """One thing we want to know of an order or of a line."""

    name: str
    level: Level
    kind: FieldKind
    question: str
    """Asked where the headings leave it open."""
    is_required: bool = False


def _order(name: str, kind: FieldKind, question: str, *, is_required: bool = False) -> CanonicalField:
    return CanonicalField(name, "order", kind, question, is_required)


def _line(name: str, kind: FieldKind, question: str, *, is_required: bool = False) -> CanonicalField:
    return CanonicalField(name, "line", kind, question, is_required)


FIELDS: Final = (
    _order("order_id", "id", "Which column names the order, the same on all its rows and never twice?", is_required=True),
    _order("order_number", "id", "Which number does the merchant see, if it is another than the order's id?"),
    _order("other_numbers", "text", "Under which other number is it known, such as the marketplace's own?"),
    _order("ordered_on", "date", "When was it ordered? Is the year 25xx or 20xx?", is_required=True),
    _order("paid_on", "date", "When was it paid?"),
    _order("shipped_on", "date", "When was it shipped?"),
    _order("completed_on", "date", "When was it completed or delivered?"),
    _order("cancelled_on", "date", "When was it cancelled?"),
    _order("updated_at", "date", "When was it last changed?"),
    _order("order_state", "state", "What state is the order in? List every word and its meaning."),
    _order("payment_state", "state", "Is it paid? List every word and its meaning."),
    _order("sales_channel", "text", "Through which sales channel was it sold?"),
    _order("payment_channel", "text", "Through which channel was it paid?"),
    _order("customer_name", "text", "Who bought it?"),
    _order("customer_tax_id", "id", "What is the buyer's tax id?"),
    _order("customer_branch", "id", "Which branch of the buyer?"),
    _order("customer_address", "text", "What address stands on the tax invoice?"),
    _order("currency", "text", "In which currency?"),
    _order("vat_code", "text", "How does the source call the VAT treatment?"),
    _order("vat_percent", "text", "What VAT rate does the source state?"),
    _order("subtotal", "amount", "What do the goods come to, before charges of the order?"),
    _order("discount", "amount", "What discount is given on the whole order?"),
    _order("discount_extra", "amount", "Is there a second discount that may or may not be inside the first?"),
    _order("shipping", "amount", "What does the buyer pay for shipping?"),
    _order("shipping_discount", "amount", "What discount is given on shipping?"),
    _order("cod_fee", "amount", "What does the buyer pay for cash on delivery?"),
    _order("duties", "amount", "What duties does the buyer pay?"),
    _order("rounding", "amount", "What cash rounding is there?"),
    _order("platform_discount", "amount", "What does the platform pay for the buyer?"),
    _order("tax", "amount", "What VAT does the source state, and is it inside the prices or added?"),
    _order("tax_text", "text", "How does the source call the tax?"),
    _order("total", "amount", "What does the buyer pay in all, with shipping and VAT?", is_required=True),
    _order("paid", "amount", "What has been paid?"),
    _order("refunded", "amount", "What has been refunded in all?"),
    _order("outstanding", "amount", "What is still to be paid?"),
    _order("refund_on", "date", "When was it refunded?"),
    _line("kind", "text", "Is the line a product, a tip or a gift card?"),
    _line("sku", "id", "Which column holds the product code (SKU)?"),
    _line("name", "text", "Which column names the product?"),
    _line("quantity", "quantity", "How many pieces?"),
    _line("unit_price", "amount", "What does one piece cost before discount?"),
    _line("line_discount", "amount", "What discount is given on the line: per piece or for the whole line?"),
    _line("line_amount", "amount", "What does the line come to after its discount?"),
    _line("taxable", "text", "Is VAT due on the line?"),
)  # fmt: skip

BY_NAME: Final = {field.name: field for field in FIELDS}
ORDER_FIELDS: Final = tuple(field.name for field in FIELDS if field.level == "order")
LINE_FIELDS: Final = tuple(field.name for field in FIELDS if field.level == "line")
CONSTANT_FIELDS: Final = (
    "record_kind", "currency", "sales_channel", "payment_channel", "order_state", "payment_state", "vat_code",
    "vat_percent", "tax_text", "kind", "sku", "name", "quantity", "taxable",
)  # fmt: skip
"""Fields a profile may set to one value for the whole file."""
