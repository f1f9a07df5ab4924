"""What can be set about QuickBooks Desktop, as plain values: a target does not know the settings file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

CURRENCY: Final = "USD"
"""The books of the US editions are in it."""
REF_NUMBER_MAX: Final = 11
"""Longest RefNumber of sales forms and journal entries."""
LONG_REF_NUMBER_MAX: Final = 20
"""Longest RefNumber of payments received, bills and item receipts."""
NAME_MAX: Final = 41
"""Longest name of a customer or vendor."""
ITEM_NAME_MAX: Final = 31
"""Longest name of an item, per level."""
FULL_NAME_MAX: Final = 209
"""Longest full name of a customer with all its levels."""
TEXT_MAX: Final = 4095
"""Longest memo or description."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickBooksOptions:
    """Settings of one connection to QuickBooks Desktop (US)."""

    environment: Literal["live", "test", "sandbox"] = "live"
    text_item: str = ""
    """Item (FullName) of lines that name none of their own; each such line names its account itself. Empty: such lines are objected to."""
    receivable: str = ""
    """Account (FullName) of invoices and credit memos; empty: QuickBooks' own."""
    payable: str = ""
    """Account (FullName) of bills; empty: QuickBooks' own."""
    income_account: str = ""
    """Account (FullName) of items that are created."""
    received: Literal["bill", "item-receipt"] = "bill"
    """What goods that were received and not paid become."""
    keeps_stock: bool = False
    """Items that are created are inventory parts."""
    cogs_account: str = ""
    """Account (FullName) of the cost of inventory parts that are created."""
    asset_account: str = ""
    """Account (FullName) of the stock of inventory parts that are created."""
    payment_methods: Mapping[str, str] = field(default_factory=dict)
    """The shop's payment channel (folded) to the name of a payment method of QuickBooks."""
    classes: Mapping[str, str] = field(default_factory=dict)
    """Sales channel (folded) to a class (FullName)."""
    refunds: Literal["card", "check", "by-hand"] = "by-hand"
    """As what the money behind a credit memo is recorded; by-hand: a person records it there."""
    tax_item: str = ""
    """Sales tax item of 0 % on every form where sales tax is switched on; empty: the company's most common one."""
    non_taxable_code: str = ""
    """Sales tax code of every line where sales tax is switched on; empty: the company's own code for not taxable."""
    taxable_code: str = ""
    """Sales tax code of lines a tax item taxes; empty: the company's own code for taxable."""
    works_out_tax: bool = False
    """Whether documents may leave their sales tax to a tax item of the company."""
    tax_accounts: Mapping[str, str] = field(default_factory=dict)
    """Setting to the account (FullName) sales tax is posted to; where it is worked out there, it must be QuickBooks' own."""
    lookup_grace_seconds: int = 5
    """How long an unclear send rests before it is looked up; the company file shows at once what it holds."""
    page_size: int = 200
    """Rows asked for at a time."""
    needed_accounts: Mapping[str, str] = field(default_factory=dict)
    """Setting to the account (FullName) that must exist."""
    customer: str | None = None
    """Customer of buyers who have none of their own; empty: nobody is named, and their invoices would be refused. None: not known here."""
