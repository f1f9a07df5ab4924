"""Which path of the sandbox PowerOffice Go does what, and which privilege it asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import Final

from recon.sandbox.poweroffice import attachments, drafts, imports, masters, orders, transactions, vouchers
from recon.sandbox.poweroffice.desk import Endpoint

_ID: Final = r"([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path."""

    method: str
    pattern: re.Pattern[str]
    endpoint: Endpoint
    privileges: tuple[str, ...]
    """One of them is enough; none: any token."""


def _route(method: str, path: str, endpoint: Endpoint, *privileges: str) -> Route:
    pattern = re.compile(re.escape(path).replace(r"\{id\}", _ID), re.IGNORECASE)
    return Route(method, pattern, endpoint, privileges)


def _reads(path: str, endpoint: Endpoint, privilege: str) -> Route:
    return _route("GET", path, endpoint, privilege, f"{privilege}_Full")


_JOURNALS: Final = (
    ("CashJournals", "CashJournal", "CashVoucher_Full"),
    ("ManualJournals", "ManualJournal", "ManualVoucher_Full"),
    ("BankJournals", "BankJournal", "BankVoucher_Full"),
)
_ISSUED: Final = (
    ("OutgoingInvoiceJournals", "OutgoingInvoice"),
    ("OutgoingCreditNoteJournals", "OutgoingCreditNote"),
)

V2: Final = (
    _route("GET", "/ClientIntegrationInformation", masters.integration),
    _reads("/OrganizationSettings", masters.organisation, "CommonServices"),
    _reads("/GeneralLedgerAccounts", masters.accounts, "GeneralLedgerAccount"),
    _reads("/VatCodes", masters.vat_codes, "CommonServices"),
    _reads("/Departments", masters.departments, "Department"),
    _reads("/Projects", masters.projects, "Project"),
    _reads("/Products", masters.products, "Product"),
    _reads("/Customers", masters.customers, "Customer"),
    _route("POST", "/Customers", masters.new_customer, "Customer_Full"),
    _reads("/LockDateSettings", masters.lock_date, "CommonServices"),
    _reads("/FinancialSettings", masters.financial, "CommonServices"),
    _reads("/VatSettings", masters.vat_settings, "CommonServices"),
    _reads("/AccountTransactions", transactions.transactions, "AccountTransaction"),
    _reads("/JournalEntryVouchers", drafts.listed, "JournalEntryVoucher"),
    _route("DELETE", "/JournalEntryVouchers/{id}", drafts.delete, "JournalEntryVoucher_Full"),
    _route("POST", "/JournalEntryVouchers/{id}/submitForApproval", drafts.submit, "JournalEntryVoucher_Full"),
    _route("POST", "/JournalEntryVouchers/{id}/VoucherPages", attachments.add_page, "JournalEntryVoucher_Full"),
    _route("POST", "/JournalEntryVouchers/ManualJournals", drafts.new, "JournalEntryVoucher_Full"),
    _reads("/JournalEntryVouchers/ManualJournals/{id}", drafts.one, "JournalEntryVoucher"),
    _route("POST", "/SalesOrders/Complete", orders.new, "SalesOrders_Full"),
    _reads("/SalesOrders", orders.listed_orders, "SalesOrders"),
    _reads("/SalesOrders/{id}/Complete", orders.one, "SalesOrders"),
    _route("DELETE", "/SalesOrders/{id}", orders.delete, "SalesOrders_Full"),
    _route("POST", "/SalesOrders/{id}/createAndSendInvoice", orders.send, "SalesOrders_Full"),
    *(
        route
        for path, kind, privilege in _JOURNALS
        for route in (
            _route("POST", f"/Vouchers/{path}", partial(vouchers.journal, kind=kind), privilege),
            _route("GET", f"/Vouchers/{path}/{{id}}", partial(vouchers.one, kind=kind), privilege),
        )
    ),
    *(
        route
        for path, kind in _ISSUED
        for route in (
            _route("POST", f"/Vouchers/{path}", partial(vouchers.invoice, kind=kind), "OutgoingInvoiceVoucher_Full"),
            _route("GET", f"/Vouchers/{path}/{{id}}", partial(vouchers.one, kind=kind), "OutgoingInvoiceVoucher_Full"),
        )
    ),
    _reads("/VoucherDocumentation", attachments.documentation, "VoucherDocumentation"),
    _route("PUT", "/VoucherDocumentation", attachments.put_documentation, "VoucherDocumentation_Full"),
    _route("POST", "/Vouchers/Reverse/{id}", vouchers.reverse, *(privilege for _, _, privilege in _JOURNALS)),
)
"""Every endpoint of v2 the sandbox has."""

V1: Final = (
    _route("GET", "/Import", imports.listed),
    _route("POST", "/Import", imports.new),
    _route("GET", "/Import/{id}", imports.one),
    _route("DELETE", "/Import/{id}", imports.delete),
    _route("POST", "/Import/Post", imports.post_asked),
)
"""Every endpoint of v1 the sandbox has."""


def find(api: str, method: str, path: str) -> tuple[Route, tuple[str, ...]] | None:
    """Return the endpoint of a call and what stands where its path has {id}; None where there is none."""
    for route in V2 if api == "v2" else V1:
        match = route.pattern.fullmatch(path)
        if match and route.method == method:
            return route, match.groups()
    return None
