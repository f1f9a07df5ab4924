"""Settings of the ledger's accounts used in postings, and of the contacts documents are made out to."""

from __future__ import annotations

from typing import Literal

from recon.config.base import Section


class Contacts(Section):
    """Ledger contacts for buyers."""

    default: str = "ONLINE"
    """Code of the standing contact for buyers without a tax id (at most 16 characters in PEAK)."""
    by_channel: dict[str, str] = {}  # noqa: RUF012 - pydantic copies defaults
    """Standing contact per sales channel (its name as the orders state it, capitals aside)."""
    full_tax_invoice: bool = True
    """Give a buyer with a valid tax id a contact and a full tax invoice of their own."""
    branch_missing: Literal["head-office", "standing"] = "head-office"
    """A company's tax id without head office or branch. `head-office`: taken for the head office (00000), with a warning; `standing`: the document goes to the standing contact."""
    named_on: tuple[str, ...] = ()
    """Sales channels on which a buyer without a tax id, whose name and address are stated and not masked, gets a full tax invoice on that name; `*` means all. Each such buyer becomes a contact of the ledger."""


class Accounts(Section):
    """Account codes of the ledger used in postings; choose them from the ledger's own chart."""

    sales: str = ""
    """Income from goods."""
    other_income: str = ""
    """Platform vouchers booked apart."""
    receivable: str = ""
    """Trade receivables, debited by invoices."""
    output_vat: str = ""
    """Output VAT."""
    undue_output_vat: str = ""
    """Output VAT not yet due, for invoices that are no tax invoice."""
    input_vat: str = ""
    """Input VAT of expenses that come with a tax invoice."""
    undue_input_vat: str = ""
    """Input VAT not yet due: the supplier's tax invoice is still to come."""
    payable: str = ""
    """Trade payables, credited by expenses."""
    withholding_payable: str = ""
    """Tax withheld from suppliers and still to be handed in."""
