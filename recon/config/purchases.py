"""Settings of purchases: where they are booked, from whom they are, and whether tax is withheld.

recon.toml has them under ``[connections.NAME.purchases]``, with one table per SKU or group of fees:
``[connections.NAME.purchases.by_sku."fee:shipping"]``. Nothing here has a rate or an account of its own: the law's rates
and the chart of accounts are the accountant's to set.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from recon.config.base import Section
from recon.config.charges import VatCodeName


class PurchaseLine(Section):
    """How lines of one SKU, group of fees (`fee:commission`) or charge (`shipping`) are booked."""

    account: str = ""
    """Expense or stock account; empty: `purchases.account`."""
    vat: VatCodeName | None = None
    """VAT code; left out: as the record's line says."""
    withholding_percent: str = Field(default="", pattern=r"^([0-9]{1,2}(\.[0-9]{1,2})?)?$")
    """Tax withheld from the supplier, in percent of the amount without VAT; empty: none. Counts only with `purchases.withholds`."""

    @property
    def withholding_basis_points(self) -> int:
        """Rate of withholding tax in hundredths of a percent; 0: none."""
        whole, _, part = self.withholding_percent.partition(".")
        return int(whole or 0) * 100 + int((part + "00")[:2])


class Purchases(Section):
    """How records of purchases and purchase returns become documents."""

    account: str = ""
    """Expense or stock account of lines without one of their own; empty: such lines hold the record."""
    by_sku: dict[str, PurchaseLine] = {}  # noqa: RUF012 - pydantic copies defaults
    """One table per SKU, group of fees (`fee:commission`) or charge (`shipping`, `duties`)."""
    suppliers: dict[str, str] = {}  # noqa: RUF012
    """Supplier's name as the source has it, to the contact's code in the ledger."""
    new_suppliers: Literal["ask", "create"] = "ask"
    """Suppliers nobody has named a contact for. `ask`: the purchase waits; `create`: the supplier's name becomes a supplier of the ledger, created with the upload where it has none (QuickBooks Desktop by the Web Connector)."""
    expenses: Literal["received", "ordered", "paid"] = "received"
    """When an unpaid purchase becomes an expense: once the goods are received, as soon as it is ordered, or only once it is paid. A paid one follows `receipts`."""
    neutral_orders: Literal["with-vat", "no-vat"] = "no-vat"
    """Purchases that state no VAT at all: there is none to claim, or it is inside the price."""
    tax_invoice: Literal["later", "with-expense"] = "later"
    """`with-expense`: the supplier's tax invoice is at hand, so input VAT is due with the expense. `later`: it goes to VAT not yet due until a person enters the tax invoice."""
    withholds: bool = False
    """The company is a juristic person that withholds tax from its suppliers."""
    supplier_credit: Literal["hold", "journal"] = "hold"
    """A supplier's credit for returned goods: written by hand, or sent as a journal entry into `journal_book`."""
    journal_book: str = Field(default="", pattern=r"^[0-9]{0,6}$")
    """Number of the ledger's journal book for supplier credits."""

    def unfit_suppliers(self, *, creates: bool) -> str:
        """Return why a connection cannot have these settings; empty: it can. ``creates``: its ledger goes by names we may create."""
        if self.new_suppliers == "create" and not creates:
            return (
                'purchases.new_suppliers = "create" only with a ledger that goes by names and in which recon creates them (quickbooks,'
                " sandbox-quickbooks); elsewhere name each supplier's contact under purchases.suppliers"
            )
        return ""

    @model_validator(mode="after")
    def _book(self) -> Purchases:
        if self.supplier_credit == "journal" and not self.journal_book:
            raise ValueError(
                'purchases.supplier_credit = "journal" needs purchases.journal_book, the ledger\'s number of the book'
            )
        return self
