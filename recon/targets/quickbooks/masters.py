"""The lists of a company file that documents use: items, accounts, customers, vendors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from recon.domain.taxes import LedgerTax
from recon.errors import TargetRejected, TargetUnavailable
from recon.targets.base import Catalog, LedgerAccount, LedgerContact, LedgerMethod, LedgerProduct, MasterRequest
from recon.targets.quickbooks.company import Counts
from recon.targets.quickbooks.exchange import Exchange
from recon.targets.quickbooks.options import NAME_MAX
from recon.targets.quickbooks.qbxml.rows import Row
from recon.targets.quickbooks.qbxml.write import request
from recon.targets.quickbooks.records import described
from recon.targets.quickbooks.tax_items import ledger_taxes

MONEY_ACCOUNTS: Final = ("Bank", "OtherCurrentAsset", "CreditCard", "OtherCurrentLiability")
"""Types of accounts money of a sale can go to: banks, Undeposited Funds and clearing accounts, what is owed on gift cards."""
ROOTS: Final[Mapping[str, Literal["Assets", "Liabilities", "Equity", "Income", "Expenses"]]] = {
    **dict.fromkeys(("AccountsReceivable", "Bank", "FixedAsset", "OtherAsset", "OtherCurrentAsset"), "Assets"),
    **dict.fromkeys(("AccountsPayable", "CreditCard", "LongTermLiability", "OtherCurrentLiability"), "Liabilities"),
    **dict.fromkeys(("Income", "OtherIncome"), "Income"),
    **dict.fromkeys(("CostOfGoodsSold", "Expense", "OtherExpense"), "Expenses"),
    "Equity": "Equity",
}  # fmt: skip
"""Type of an account in QuickBooks to one of the five kinds; non-posting accounts have none."""
_ITEMS: Final = {
    "ItemNonInventoryRet": "product", "ItemInventoryRet": "product", "ItemServiceRet": "service",
    "ItemOtherChargeRet": "service",
}  # fmt: skip
"""Items a line can go by. Discount items are left out: which sign QuickBooks gives their amount is not certain."""


_STOCK: Final = "ItemInventoryRet"
"""An item whose stock QuickBooks keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """What is in use in a company file, by FullName (of a vendor its name)."""

    items: Mapping[str, Row]
    accounts: Mapping[str, Row]
    names: Mapping[str, Row]
    """Customers and vendors."""

    def catalog(self) -> Catalog:
        """Return everything as master data."""
        accounts = tuple(_account(name, row) for name, row in self.accounts.items())
        roots = {account.code: account.root for account in accounts}
        return Catalog(
            products=tuple(_product(name, row, roots) for name, row in self.items.items() if row.name in _ITEMS),
            methods=tuple(
                _method(name, row) for name, row in self.accounts.items() if row.text("AccountType") in MONEY_ACCOUNTS
            ),
            accounts=accounts,
            contacts=tuple(_contact(name, row) for name, row in self.names.items()),
            taxes=ledger_taxes(self.items),
        )


class Masters:
    """Reads the lists, and adds customers and vendors where it is asked to."""

    def __init__(self, exchange: Exchange, *, page_size: int) -> None:
        self._exchange = exchange
        self._page_size = page_size

    def lists(self) -> Lists:
        """Read everything that is in use.

        Raises:
            TargetUnavailable: It could not be asked.
        """
        active = {"ActiveStatus": "ActiveOnly"}
        return Lists(
            items=_by_name(self._exchange.pages("ItemQuery", active, size=self._page_size)),
            accounts=_by_name(self._exchange.ask("AccountQuery", active)),
            names=_by_name(
                row
                for name in ("CustomerQuery", "VendorQuery")
                for row in self._exchange.pages(name, active, size=self._page_size)
            ),
        )

    def counts(self, lists: Lists) -> Counts:
        """Return how many entries the lists have; those not in use take their place in them too, so they are counted there.

        Raises:
            TargetUnavailable: It could not be asked.
        """
        customers = sum(row.name == "CustomerRet" for row in lists.names.values())
        return Counts(
            customers=customers + self._counted("Customer", "InactiveOnly"),
            vendors=len(lists.names) - customers + self._counted("Vendor", "InactiveOnly"),
            others=self._counted_if_allowed("Employee") + self._counted_if_allowed("OtherName"),
            items=len(lists.items) + self._counted("Item", "InactiveOnly"),
            accounts=len(lists.accounts) + self._counted("Account", "InactiveOnly"),
        )

    def _counted(self, name: str, status: str) -> int:
        """Return how many entries of a list have a status; only their ids are asked for."""
        return len(self._exchange.ask(f"{name}Query", {"ActiveStatus": status, "IncludeRetElement": ["ListID"]}))

    def _counted_if_allowed(self, name: str) -> int:
        """Return how many entries a list has; 0 where this program has no right to it (3260, 3261)."""
        try:
            return self._counted(name, "All")
        except TargetUnavailable as error:
            if not error.code.isdigit():  # nobody answered at all
                raise
            return 0

    def tax_item(self, code: str) -> LedgerTax | None:
        """Return a sales tax item or group that is in use, with its rates as they are now; None: there is none.

        Raises:
            TargetUnavailable: It could not be asked.
        """
        found = self._active([code])
        members = [one.text("FullName") for row in found.values() for one in row.all("ItemSalesTaxRef")]
        found |= self._active(members) if members else {}
        return next((tax for tax in ledger_taxes(found) if tax.code.casefold() == code.casefold()), None)

    def _active(self, names: list[str]) -> dict[str, Row]:
        rows = self._exchange.ask("ItemQuery", {"FullName": names})
        return _by_name(row for row in rows if row.flag("IsActive") is not False)

    def ensure(self, wanted: MasterRequest) -> Catalog:
        """Create the customers and vendors that are missing; return those asked for.

        Raises:
            TargetUnavailable, TargetRejected, OutcomeUnknown: As for a document.
        """
        made: list[LedgerContact] = []
        for contact in wanted.contacts:
            rows = self._exchange.ask(f"{_list_of(contact)}Query", {"FullName": [contact.code]})
            made.append(_contact(contact.code, rows[0]) if rows else self._create(contact))
        return Catalog(contacts=tuple(made))

    def _create(self, contact: LedgerContact) -> LedgerContact:
        own = _list_of(contact)
        what = f"{own.lower()} {contact.code}"
        if len(contact.code) > NAME_MAX or ":" in contact.code:
            raise TargetRejected(
                f"{what}: a name in QuickBooks has at most {NAME_MAX} characters and no colon. Nothing was created."
            )
        other = next(name for name in _PEOPLE if name != own)
        if self._exchange.ask(f"{other}Query", {"FullName": [contact.code]}):
            raise TargetRejected(
                f"{what}: QuickBooks has a {other.lower()} of this name, and customers and vendors share their names. Create the"
                f" {own.lower()} there under another name and set that name in recon.toml. Nothing was created."
            )
        values = {"Name": contact.code, "CompanyName": contact.name[:NAME_MAX] or None}
        return _contact(contact.code, self._exchange.post(request(f"{own}Add", values, request_id="1"), what, what))


_PEOPLE: Final = ("Customer", "Vendor")


def _list_of(contact: LedgerContact) -> str:
    return _PEOPLE[contact.is_supplier]


def _by_name(rows: Iterable[Row]) -> dict[str, Row]:
    return {row.text("FullName") or row.text("Name"): row for row in rows}


def _product(name: str, row: Row, roots: Mapping[str, str]) -> LedgerProduct:
    return LedgerProduct(
        code=name,
        name=described(row) or name,
        ledger_id=row.text("ListID"),
        kind="service" if _ITEMS[row.name] == "service" else "product",
        purchase_account=_purchase_account(row, roots),
        keeps_stock=row.name == _STOCK,
    )


def _purchase_account(row: Row, roots: Mapping[str, str]) -> str:
    """Return where QuickBooks books an item that is bought; empty for one that is only sold, whose account is income."""
    only = row.text("SalesOrPurchase/AccountRef/FullName")
    own = row.text("AssetAccountRef/FullName") or row.text("SalesAndPurchase/ExpenseAccountRef/FullName")
    return own or ("" if roots.get(only) == "Income" else only)


def _method(name: str, row: Row) -> LedgerMethod:
    return LedgerMethod(
        code=name,
        name=_account_name(row),
        ledger_id=row.text("ListID"),
        kind=row.text("AccountType"),
        account_code=name,
    )


def _account(name: str, row: Row) -> LedgerAccount:
    kind = row.text("AccountType")
    return LedgerAccount(code=name, name=_account_name(row), kind=kind, root=ROOTS.get(kind, ""))


def _account_name(row: Row) -> str:
    """Return number and type: the code is the name already."""
    kind = "".join(f" {sign.lower()}" if sign.isupper() else sign for sign in row.text("AccountType")).strip()
    return ", ".join(part for part in (row.text("AccountNumber"), kind) if part)


def _contact(name: str, row: Row) -> LedgerContact:
    return LedgerContact(
        code=name, name=row.text("CompanyName") or row.text("Name"), ledger_id=row.text("ListID"),
        is_supplier=row.name == "VendorRet",
    )  # fmt: skip
