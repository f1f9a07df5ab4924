"""PowerOffice Go's lists: accounts, VAT codes, departments, projects, customers, products, and until when its books are closed.

Go addresses everything by ids of its own, a person by numbers and codes; here one becomes the other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Literal

from recon.domain.taxes import RATE_UNIT, LedgerTax
from recon.errors import TargetUnavailable
from recon.targets.base import Catalog, LedgerAccount, LedgerMethod, LedgerProduct
from recon.targets.poweroffice.client import GoClient
from recon.targets.poweroffice.customers import read_customers
from recon.targets.poweroffice.options import PowerOfficeOptions
from recon.targets.wire import Fields

Root = Literal["", "Assets", "Liabilities", "Equity", "Income", "Expenses"]
ROOTS: Final[Mapping[str, Root]] = {
    "asset": "Assets", "assets": "Assets", "liability": "Liabilities", "liabilities": "Liabilities", "equity": "Equity",
    "income": "Income", "expense": "Expenses", "expenses": "Expenses",
}  # fmt: skip
"""GeneralLedgerAccountType, in any case, to the five kinds of accounts."""
MONEY_ROOTS: Final = ("Assets", "Liabilities")
"""Accounts on which a till's payments may stand: gift cards are a debt."""
NO_VAT: Final = "0"
"""SAF-T code of lines without VAT treatment: payments and balance accounts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VatCode:
    """A VAT code of the company, for as long as it is valid."""

    tax_id: str
    code: str
    name: str
    rate: int | None
    """In ten-millionths; None: Go states none that is exact."""
    valid_from: dt.date | None
    valid_to: dt.date | None

    def holds_on(self, day: dt.date) -> bool:
        """Return whether it is valid on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account with its id."""

    account_id: str
    facts: LedgerAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """What is needed to write and check vouchers, as Go states it now."""

    accounts: Mapping[str, Account]
    """By account number."""
    vat_codes: tuple[VatCode, ...]
    departments: Mapping[str, tuple[str, str]]
    """Code to id and name."""
    projects: Mapping[str, tuple[str, str]]
    """The same; empty where nothing asks for one."""
    closed_until: dt.date | None
    is_vat_registered: bool | None

    def vat(self, code: str, day: dt.date) -> VatCode | None:
        """Return a VAT code valid on a day."""
        return next((one for one in self.vat_codes if one.code == code and one.holds_on(day)), None)

    def account_numbers(self) -> dict[str, str]:
        """Return account numbers by id."""
        return {one.account_id: number for number, one in self.accounts.items()}

    def vat_texts(self) -> dict[str, str]:
        """Return VAT codes by id."""
        return {one.tax_id: one.code for one in self.vat_codes}

    def department_codes(self) -> dict[str, str]:
        """Return department codes by id."""
        return {department_id: code for code, (department_id, _) in self.departments.items()}

    def project_codes(self) -> dict[str, str]:
        """Return project codes by id."""
        return {project_id: code for code, (project_id, _) in self.projects.items()}


def read_lists(client: GoClient, options: PowerOfficeOptions) -> Lists:
    """Read accounts, VAT codes, departments, projects where they are needed, and settings.

    Raises:
        TargetUnavailable: Go could not be read.
    """
    size = options.page_size
    accounts = {
        one.facts.code: one for row in client.rows("/GeneralLedgerAccounts", size=size) if (one := _account(row))
    }
    codes = client.rows("/VatCodes", {"isActive": "true", "includeExpired": "true"}, size=size)
    vat_codes = tuple(_vat_code(row) for row in codes if row.flag("IsActive") is not False and row.text("Code"))
    return Lists(
        accounts=_with_codes(accounts, vat_codes),
        vat_codes=vat_codes,
        departments=_coded(client, "/Departments", size),
        projects=_projects(client, options, accounts.values()),
        closed_until=_closed_until(client),
        is_vat_registered=client.one("/VatSettings").flag("IsVatRegistered"),
    )


def _coded(client: GoClient, path: str, size: int) -> dict[str, tuple[str, str]]:
    """Return the active ones of a list by code: id and name."""
    return {
        row.text("Code"): (row.text("Id"), row.text("Name"))
        for row in client.rows(path, size=size)
        if row.flag("IsActive") is not False and row.text("Code")
    }


def _projects(client: GoClient, options: PowerOfficeOptions, accounts: Iterable[Account]) -> dict[str, tuple[str, str]]:
    """Return the projects, where a place of a till has one or an account asks for one.

    That some account asks is no reason to do without Go: where only the privilege is missing, none are known.
    """
    if not options.has_projects and not any(one.facts.needs_project for one in accounts):
        return {}
    try:
        return _coded(client, "/Projects", options.page_size)
    except TargetUnavailable as error:
        if options.has_projects or error.code != "403":
            raise
        return {}


def catalog_of(lists: Lists, client: GoClient, options: PowerOfficeOptions, today: dt.date) -> Catalog:
    """Return what is kept and matched with: the lists, and customers and products besides."""
    accounts = tuple(one.facts for one in lists.accounts.values())
    return Catalog(
        products=tuple(read_products(client, options)) if options.invoices == "order" else (),
        contacts=tuple(one.contact for one in read_customers(client, options)) if options.invoices != "off" else (),
        accounts=accounts,
        methods=tuple(
            LedgerMethod(
                code=number, name=one.facts.name, ledger_id=one.account_id, kind=one.facts.kind, account_code=number
            )
            for number, one in lists.accounts.items()
            if one.facts.root in MONEY_ROOTS
        ),
        classes=tuple(LedgerAccount(code=code, name=name) for code, (_, name) in lists.departments.items()),
        projects=tuple(LedgerAccount(code=code, name=name) for code, (_, name) in lists.projects.items()),
        taxes=tuple(
            LedgerTax(code=one.code, name=one.name, rates=(one.rate,))
            for one in lists.vat_codes
            if one.rate is not None and one.holds_on(today)
        ),
        closed_until=lists.closed_until,
    )


def read_products(client: GoClient, options: PowerOfficeOptions) -> Iterable[LedgerProduct]:
    """Yield the company's products that are in use."""
    for row in client.rows("/Products", size=options.page_size):
        if row.text("Code") and row.flag("IsActive") is not False and row.flag("IsArchived") is not True:
            yield LedgerProduct(code=row.text("Code"), name=row.text("Name"), ledger_id=row.text("Id"))


def _account(row: Fields) -> Account | None:
    number = row.text("AccountNo")
    if not number or not row.text("Id") or row.flag("IsActive") is False:
        return None
    kind = row.text("GeneralLedgerAccountType")
    facts = LedgerAccount(
        code=number,
        name=row.text("Name"),
        kind=kind,
        root=ROOTS.get(kind.casefold(), ""),
        tax_code=row.text("VatCode") or f"id:{row.text('VatCodeId')}",
        is_tax_locked=row.flag("IsVatCodeLocked") is True,
        needs_department=row.flag("IsDepartmentRequired") is True,
        needs_project=row.flag("IsProjectRequired") is True,
    )
    return Account(account_id=row.text("Id"), facts=facts)


def _with_codes(accounts: Mapping[str, Account], vat_codes: Iterable[VatCode]) -> dict[str, Account]:
    """Give accounts that name their VAT code by its id the code itself."""
    codes = {f"id:{one.tax_id}": one.code for one in vat_codes}
    found = {}
    for number, one in accounts.items():
        stated = one.facts.tax_code
        code = codes.get(stated, "") if stated.startswith("id:") else stated
        found[number] = one if code == stated else replace(one, facts=replace(one.facts, tax_code=code))
    return found


def _vat_code(row: Fields) -> VatCode:
    return VatCode(
        tax_id=row.text("Id"),
        code=row.text("Code"),
        name=row.text("Name", "Description"),
        rate=_rate(row.get("Rate")),
        valid_from=row.date("ValidFrom"),
        valid_to=row.date("ValidTo"),
    )


def _rate(value: object) -> int | None:
    """Return a rate of 0 to 1 in ten-millionths; None if it is none, or not exact."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    scaled = Decimal(value) * RATE_UNIT
    return int(scaled) if 0 <= scaled <= RATE_UNIT and scaled == scaled.to_integral_value() else None


def _closed_until(client: GoClient) -> dt.date | None:
    """Return the later of the lock date and the day before the books begin."""
    locked = client.one("/LockDateSettings").date("LockDate")
    begins = client.one("/FinancialSettings").date("ConversionDate")
    before = begins - dt.timedelta(days=1) if begins is not None else None
    return max((day for day in (locked, before) if day is not None), default=None)
