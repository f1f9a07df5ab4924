"""All requests recon can write, by name; and the elements left out of them on purpose, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from recon.targets.quickbooks.qbxml.fields import Table
from recon.targets.quickbooks.qbxml.lists import LISTS
from recon.targets.quickbooks.qbxml.purchases import PURCHASES
from recon.targets.quickbooks.qbxml.queries import QUERIES
from recon.targets.quickbooks.qbxml.sales import SALES

TABLES: Final[Mapping[str, Table]] = {table.name: table for table in (*LISTS, *SALES, *PURCHASES, *QUERIES)}
"""Request name without Rq to its table."""

_NOT_DESKTOP: Final = "the schema has it, QuickBooks Desktop (US) refuses it"
LEFT_OUT: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("IsTaxIncluded", "TaxAmount", "IsTaxable", "DiscountLineAdd", "SalesTaxLineAdd", "ShippingLineAdd",
         "Mobile", "Pager", "Suffix", "PrintAs"),
        _NOT_DESKTOP,
    ),
    "CreditCardTxnInfo": "it forces the money into Undeposited Funds, and recon holds no card data",
    "CreditCardInfo": "recon holds no card data",
    **dict.fromkeys(
        ("Contacts", "ShipToAddress", "AdditionalContactRef", "AdditionalNotes", "SalesReceiptLineGroupAdd",
         "InvoiceLineGroupAdd", "CreditMemoLineGroupAdd", "ItemGroupLineAdd", "PurchaseOrderLineGroupAdd"),
        "recon has no use for it",
    ),
}  # fmt: skip
"""Elements a caller may know of, and why they are not written."""
