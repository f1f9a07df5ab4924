"""Settings of IIF files, for QuickBooks Desktop without the Web Connector."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from recon.config.base import Section


class Iif(Section):
    """How documents stand in an IIF file; only of target `quickbooks-iif`."""

    style: Literal["journal", "forms"] = "journal"
    """`journal`: every document is one general journal entry from its postings, whose signs leave no question; `forms`: sales receipts, invoices, payments, credit memos and bills with items and quantities, of which only the signs of sales were seen in samples."""
    tax_row: bool = False
    """Ends every form with a row of sales tax of zero, which QuickBooks wants where the company uses sales tax; needs quickbooks.tax_item, tax_agency and tax_account. Of `forms` only."""
    tax_agency: str = Field(default="", max_length=41)
    """Vendor that is the tax agency in that row."""
    tax_account: str = Field(default="", max_length=159)
    """Account of that row, usually Sales Tax Payable."""
    report_column: str = Field(default="Num", min_length=1, max_length=60)
    """Heading of the numbers in the report that confirms what QuickBooks took in."""
    unchecked_names: bool = False
    """Write files before QuickBooks' lists were read (`recon connect --lists FILE`). Its importer makes a Bank account of every account it does not know: only on your own risk."""
