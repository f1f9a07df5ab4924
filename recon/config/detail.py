"""Settings of detail or summary: whether customers, goods and vendors stand one by one in the ledger, or under one name each."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from recon.config.base import Section


class Detail(Section):
    """What the ledger has one entry each of, and what stands under one name; `summary.sales` says the same of sales."""

    customers: Literal["one", "each"] = "one"
    """`one`: buyers go to the standing customer (`contacts`); `each`: a buyer whose name and address are stated becomes a customer of their own, everybody else goes to the standing one."""
    inventory: Literal["each", "one"] = "each"
    """`each`: goods go by the product their SKU is linked to; `one`: all goods go by `item`, no SKU needs a link, and charges stay apart."""
    item: str = Field(default="", max_length=159)
    """Product of the ledger for all goods (`inventory = "one"`); left out: goods go as text on accounts.sales."""
    vendors: Literal["each", "one"] = "each"
    """`each`: every supplier is a contact of its own; `one`: suppliers that `purchases.suppliers` does not name go to `vendor`."""
    vendor: str = Field(default="", max_length=159)
    """Supplier of the ledger for all others (`vendors = "one"`)."""


def unfit_detail(rules: Detail, *, summary_sales: str, creates_customers: bool) -> str:
    """Return why a connection cannot have these settings; empty: it can."""
    if rules.customers == "each" and not creates_customers:
        return (
            'detail.customers = "each" only with a ledger that goes by customers\' names and in which recon creates them '
            '(quickbooks, sandbox-quickbooks). Set detail.customers = "one"; contacts.named_on gives buyers contacts of their own in PEAK'
        )
    if rules.customers == "each" and summary_sales == "day":
        return (
            'detail.customers = "each" and summary.sales = "day" contradict each other: the summary of a day stands under one '
            'customer. Set summary.sales = "each", or detail.customers = "one"'
        )
    if rules.vendors == "one" and not rules.vendor:
        return 'detail.vendors = "one" needs detail.vendor, the name or code of that supplier in the ledger'
    return ""
