"""Known columns of Shopify's orders export, in all header versions from 2021 to 2026; further ones are told about.

A further column of its other exports is told about in the same words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from recon.frames.findings import no_findings, one_finding
from recon.frames.headings import Heading, norm

KNOWN: Final = (
    "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at", "Accepts Marketing",
    "Currency", "Subtotal", "Shipping", "Taxes", "Total", "Discount Code", "Discount Amount", "Shipping Method",
    "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem compare at price",
    "Lineitem sku", "Lineitem requires shipping", "Lineitem taxable", "Lineitem fulfillment status", "Billing Name",
    "Billing Street", "Billing Address1", "Billing Address2", "Billing Company", "Billing City", "Billing Zip",
    "Billing Province", "Billing Country", "Billing Phone", "Shipping Name", "Shipping Street", "Shipping Address1",
    "Shipping Address2", "Shipping Company", "Shipping City", "Shipping Zip", "Shipping Province",
    "Shipping Country", "Shipping Phone", "Notes", "Note Attributes", "Cancelled at", "Payment Method",
    "Payment Reference", "Refunded Amount", "Vendor", "Outstanding Balance", "Employee", "Location", "Device ID",
    "Id", "Tags", "Risk Level", "Source", "Lineitem discount", "Tax 1 Name", "Tax 1 Value", "Tax 2 Name",
    "Tax 2 Value", "Tax 3 Name", "Tax 3 Value", "Tax 4 Name", "Tax 4 Value", "Tax 5 Name", "Tax 5 Value", "Phone",
    "Receipt Number", "Duties", "Billing Province Name", "Shipping Province Name", "Payment ID",
    "Payment Terms Name", "Next Payment Due At", "Payment References",
)  # fmt: skip


def columns_new(
    headings: Sequence[Heading], row: int, file_id: str | None = None, *, known: Sequence[str] = KNOWN
) -> pl.DataFrame:
    """Return one finding that names the columns nobody has described yet; ``row``: that of the headings."""
    described = {norm(heading) for heading in known}
    fresh = [heading.shown for heading in headings if heading.text.strip() and norm(heading.text) not in described]
    if not fresh:
        return no_findings()
    text = ", ".join(fresh)
    return one_finding("columns-new", file=file_id, row=row, value=text, detail=f"New columns: {text}.")
