"""Settings of a connection to QuickBooks Desktop: the item of lines without a product, sales tax, and the Web Connector."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from recon.config.base import Section
from recon.config.iif import Iif


class QuickBooks(Section):
    """QuickBooks Desktop (US), reached through the Web Connector on the same computer."""

    text_item: str = Field(default="", max_length=159)
    """Item for lines without a product of their own: shipping, tax, tips, discounts. Its account is named line by line; create one of type Other Charge."""
    refunds: Literal["card", "check", "by-hand"] = "card"
    """How the money behind a credit note is recorded: as a card refund (out of a bank or asset account, a clearing account for example), as a check (out of a bank account), or by a person on the credit memo."""
    tax_item: str = Field(default="", max_length=31)
    """Sales tax item of 0 % on every form, where the company uses sales tax, so that QuickBooks works out no tax a second time; left out: the company's most common one, which must then be 0 %."""
    non_taxable_code: str = Field(default="", max_length=3)
    """Sales tax code of every line, where the company uses sales tax; left out: the company's own code for not taxable."""
    received: Literal["bill", "item-receipt"] = "bill"
    """What goods that were received and are not paid become. `bill`; `item-receipt`: an "Item Receipt", of which a person makes the bill in QuickBooks once it comes ("Vendors > Enter Bill for Received Items"). Purchases without an item of QuickBooks are bills."""
    new_items: Literal["non-inventory", "inventory"] = "non-inventory"
    """What products marked to be created become in QuickBooks. `inventory`: inventory parts, whose stock and cost QuickBooks keeps itself; their quantity on hand begins at nothing, and stock comes in with what is bought."""
    cogs_account: str = Field(default="", max_length=159)
    """Account of the cost of goods sold, for inventory parts that are created."""
    asset_account: str = Field(default="", max_length=159)
    """Account of the stock (Inventory Asset), for inventory parts that are created."""
    taxable_code: str = Field(default="", max_length=3)
    """Sales tax code of lines that a tax item taxes (`taxes = "items"`); left out: the company's own code for taxable."""
    payment_methods: dict[str, str] = {}  # noqa: RUF012 - pydantic copies defaults
    """The shop's payment channel to a payment method of QuickBooks, for its reports; a channel that is not named has none."""
    classes: dict[str, str] = {}  # noqa: RUF012
    """Sales channel to a class of QuickBooks, where the company uses classes."""
    company_file: str = Field(default="", max_length=260)
    """Company file the Web Connector opens, with its folder; left out: the one that is open in QuickBooks."""
    port: int = Field(default=8271, ge=1024, le=65535)
    """Port on this computer at which the Web Connector asks for work."""
    tls: bool = False
    """Whether the Web Connector speaks TLS (https) with recon on this computer. It takes http from `localhost` too; with TLS, another program on the port cannot pass for recon, and Windows must be told once to trust a certificate recon makes."""
    wait_minutes: int = Field(default=15, ge=1, le=240)
    """How long a command waits for the Web Connector to come."""
    poll_minutes: int = Field(default=5, ge=1, le=1440)
    """How often the Web Connector comes by itself; stands in the .qwc file."""
    iif: Iif = Iif()

    @model_validator(mode="after")
    def _stock_has_accounts(self) -> QuickBooks:
        if self.new_items == "inventory" and not (self.cogs_account and self.asset_account):
            raise ValueError(
                'quickbooks.new_items = "inventory" needs quickbooks.cogs_account and quickbooks.asset_account, the accounts of'
                " the cost and of the stock of what is created"
            )
        return self
