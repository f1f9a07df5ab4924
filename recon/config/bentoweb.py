"""Settings of BentoWeb's API that its public text leaves open (docs/bentoweb.md says which, and from where a default is).

They stand apart from `recon.config.settings` only because they are many; recon.toml has them under ``[connections.NAME.bentoweb]``.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from recon.config.base import Section
from recon.config.source import ASK_AGAIN_DAYS, SourceRules

_NAME: Final = r"[A-Za-z0-9_]{1,40}(\.[A-Za-z0-9_]{1,40}){0,3}"
FieldNames = Annotated[str, Field(pattern=rf"^({_NAME}(, ?{_NAME}){{0,4}})?$")]
"""Names of fields, tried in this order; a dot goes one object deeper; empty: there is no such field."""


class BentoWebFields(Section):
    """Which field of BentoWeb's order answer holds what; several names, comma between, are tried in that order."""

    order_number: FieldNames = "ref_code"
    """What the merchant sees as the order's number (a marketplace order: taken to be the marketplace's own number)."""
    state: FieldNames = "order_status_id"
    """State of the order, one of BentoWeb's numbers 0 to 16."""
    total: FieldNames = "grand_total"
    """What the buyer pays in all (one public client reads it so)."""
    shipping: FieldNames = "shipping"
    """Shipping charged to the buyer (one public client reads it so)."""
    discount: FieldNames = ""
    """Discount on the whole order; BentoWeb publishes no name, and an order with one does not add up without it."""
    cod_fee: FieldNames = ""
    """Fee for cash on delivery; BentoWeb publishes no name."""
    vat: FieldNames = "vat_amount"
    """VAT; whether it is inside the prices or on top is found by arithmetic, order by order."""
    paid_on: FieldNames = "payment_datetime, receipt_datetime"
    """Day of the payment; the first name is from one public client, what the second means is not published."""
    payment_channel: FieldNames = "payment_method"
    """Payment channel; its values are not published, so each is mapped by a person."""
    tax_id: FieldNames = "idcard"
    """Buyer's tax id."""
    lines: FieldNames = "order_item"
    """The list of order lines (one public client reads it so)."""
    sku: FieldNames = "sku"
    """SKU of a line."""
    name: FieldNames = "name"
    """Name of a line."""
    quantity: FieldNames = "qty"
    """Pieces of a line."""
    unit_price: FieldNames = "price"
    """Price of one piece before any discount."""
    line_amount: FieldNames = "total"
    """What the line adds to the order; left empty or 0: price times pieces."""


class BentoWebApi(SourceRules):
    """How BentoWeb's orders are found and read (source = bentoweb)."""

    store_id: str = Field(default="", pattern=r"^[0-9]{0,12}$")
    """BentoWeb's number of the shop; orders of another shop are held. Needed for a call that lists orders."""
    list_path: str = Field(default="", pattern=r"^(/[A-Za-z0-9_.{}-]{1,60}){0,8}$")
    """Path of a call that lists orders, e.g. /order/list/{store_id}; not published, so `recon connect` tries it first."""
    list_page_parameter: str = Field(default="", pattern=r"^[A-Za-z0-9_]{0,40}$")
    """Query parameter of that call that turns the page (1, 2, ...); empty: the list comes in one piece."""
    ask_again_days: int = Field(default=ASK_AGAIN_DAYS, ge=1, le=400)
    """So many days after its own day an order is asked for again with every pull, until it is cancelled."""
    fields: BentoWebFields = BentoWebFields()

    def reading_fields(self) -> tuple[tuple[str, str], ...]:
        """Return the names given to fields, where they are not the default, and the shop's number."""
        named = self.fields.model_dump(exclude_defaults=True)
        return tuple(sorted((named | ({"store_id": self.store_id} if self.store_id else {})).items()))

    def ask_again_for_days(self) -> int:
        """Return how long an order is asked for again."""
        return self.ask_again_days
