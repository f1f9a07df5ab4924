"""The invented companies of the sandbox: chart of accounts, VAT codes, departments, projects, customers and products.

Numbers of accounts mean what they mean in any Norwegian chart; their names are ours. Organisation numbers are invented
and pass the check digit.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

APPLICATION_KEY: Final = "5a4d0b0c-1000-4000-8000-0000000000a1"
"""Key of the application that asks; invented, worth nothing elsewhere."""
SUBSCRIPTION_KEY: Final = "sandbox-subscription-key"
"""Key of the subscription; invented."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account of the chart."""

    number: int
    name: str
    kind: str
    """Asset, Liability, Equity, Income or Expense."""
    vat: str = "0"
    is_vat_locked: bool = False
    needs_department: bool = False
    needs_project: bool = False
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class VatCode:
    """A VAT code and the account its VAT goes to."""

    code: str
    name: str
    rate: Decimal
    account: int = 0
    valid_from: str = ""
    valid_to: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """A department or a project."""

    code: str
    name: str
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer."""

    number: int
    name: str
    organisation: str = ""
    external_number: int | None = None
    is_vat_free: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product and the account its sales go to."""

    code: str
    name: str
    account: int = 3000
    optional_account: int = 3100
    price: Decimal = Decimal("100.00")


def _asset(number: int, name: str, *, active: bool = True) -> Account:
    return Account(number=number, name=name, kind="Asset", is_vat_locked=True, is_active=active)


def _debt(number: int, name: str) -> Account:
    return Account(number=number, name=name, kind="Liability", is_vat_locked=True)


def _sales(number: int, name: str, vat: str, *, project: bool = False) -> Account:
    return Account(
        number=number,
        name=name,
        kind="Income",
        vat=vat,
        is_vat_locked=True,
        needs_department=True,
        needs_project=project,
    )


CHART: Final = (
    _asset(1500, "Kunder skylder oss"),
    _asset(1503, "BankAxept på vei"),
    _asset(1504, "Kredittkort på vei"),
    _asset(1505, "Vipps på vei"),
    _asset(1579, "Andre som skylder oss"),
    _asset(1900, "Kasse i kafeen"),
    _asset(1908, "Kasse med euro", active=False),
    Account(number=1909, name="Kassedifferanse ved telling", kind="Asset"),
    _asset(1920, "Konto i banken"),
    _debt(2380, "Kort til avregning"),
    _debt(2700, "Mva. av salg, høy sats"),
    _debt(2701, "Mva. av salg, mellomsats"),
    _debt(2703, "Mva. av salg, lav sats"),
    _debt(2740, "Mva. til oppgjør"),
    _debt(2900, "Kunder har betalt på forhånd"),
    _debt(2901, "Gavekort ute hos kundene"),
    _debt(2902, "Tilgodelapper"),
    _debt(2910, "Tips til de ansatte"),
    _debt(2999, "Øvrig gjeld"),
    _sales(3000, "Varesalg med høy sats", "3"),
    _sales(3010, "Eget bakverk, høy sats", "3"),
    _sales(3020, "Selskap og servering", "3", project=True),
    _sales(3030, "Mat med seg, mellomsats", "31"),
    _sales(3040, "Eget bakverk, mellomsats", "31"),
    _sales(3050, "Overnatting og billetter", "33"),
    _sales(3100, "Salg fritatt for mva.", "5"),
    _sales(3200, "Salg utenfor mva.", "6"),
    Account(number=3900, name="Andre inntekter", kind="Income", vat="7"),
    Account(number=7740, name="Øreavrunding i kassen", kind="Expense"),
    Account(number=7770, name="Gebyr til bank og kort", kind="Expense"),
    Account(number=7775, name="Provisjon på kredittkort", kind="Expense"),
)

VAT_CODES: Final = (
    VatCode(code="0", name="Uten mva.-behandling", rate=Decimal("0.00")),
    VatCode(code="3", name="Utgående mva., høy sats", rate=Decimal("0.25"), account=2700),
    VatCode(code="31", name="Utgående mva., mellomsats", rate=Decimal("0.15"), account=2701),
    VatCode(code="33", name="Utgående mva., lav sats", rate=Decimal("0.12"), account=2703),
    VatCode(code="5", name="Innenlands omsetning med nullsats", rate=Decimal("0.00")),
    VatCode(code="6", name="Utenfor merverdiavgiftsloven", rate=Decimal("0.00")),
    VatCode(code="7", name="Inntekt uten mva.-behandling", rate=Decimal("0.00")),
)

DEPARTMENTS: Final = (Dimension(code="10", name="Kafé Torget"), Dimension(code="20", name="Kafé Brygga"))
PROJECTS: Final = (Dimension(code="P1", name="Sommerfest"), Dimension(code="P0", name="Julebord", is_active=False))

CUSTOMERS: Final = (
    Customer(number=10000, name="Prøvebedriften AS", organisation="888888012"),
    Customer(number=10001, name="Nabokontoret AS", external_number=501),
    Customer(number=10002, name="Ambassaden", is_vat_free=True),
)

PRODUCTS: Final = (
    Product(code="100", name="Mat servert"),
    Product(code="110", name="Mat med seg", account=3030),
    Product(code="200", name="Øl"),
    Product(code="300", name="Overnatting", account=3050),
)

PRIVILEGES: Final = (
    "AccountTransaction", "BankVoucher_Full", "CashVoucher_Full", "CommonServices", "Customer", "Customer_Full", "Department",
    "GeneralLedgerAccount", "JournalEntryVoucher", "JournalEntryVoucher_Full", "ManualVoucher_Full", "OutgoingInvoice",
    "OutgoingInvoiceVoucher_Full", "Product", "Project", "SalesOrders", "SalesOrders_Full",
    "VoucherDocumentation", "VoucherDocumentation_Full",
)  # fmt: skip
"""What the integration may do in a company at first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """One company (Go says: client) of the sandbox; its client key is how an integration says which one it means."""

    key: str
    """Short name inside the sandbox."""
    name: str
    organisation: str
    client_id: str
    client_key: str
    accounts: tuple[Account, ...] = CHART
    vat_codes: tuple[VatCode, ...] = VAT_CODES
    departments: tuple[Dimension, ...] = DEPARTMENTS
    projects: tuple[Dimension, ...] = PROJECTS
    customers: tuple[Customer, ...] = CUSTOMERS
    products: tuple[Product, ...] = PRODUCTS
    privileges: tuple[str, ...] = PRIVILEGES
    subscriptions: tuple[str, ...] = ("Accounting",)
    lock_date: dt.date | None = None
    conversion_date: dt.date | None = dt.date(2025, 1, 1)
    receivable: int = 1500
    """Account that customers' invoices stand on."""
    customer_series: range = range(10_000, 20_000)
    """Numbers a customer may have."""


def sandbox_company(**changes: object) -> Company:
    """Return the company the sandbox opens with; keyword arguments replace its fields."""
    fields: dict[str, object] = {
        "key": "sandbox",
        "name": "Prøvekafeen AS",
        "organisation": "999999999",
        "client_id": "5a4d0b0c-2000-4000-8000-000000000001",
        "client_key": "5a4d0b0c-3000-4000-8000-000000000001",
    }
    return Company(**{**fields, **changes})  # type: ignore[arg-type]


def other_company(**changes: object) -> Company:
    """Return a second company, for swapped credentials."""
    fields: dict[str, object] = {
        "key": "other",
        "name": "Den andre kafeen AS",
        "organisation": "888888888",
        "client_id": "5a4d0b0c-2000-4000-8000-000000000002",
        "client_key": "5a4d0b0c-3000-4000-8000-000000000002",
    }
    return Company(**{**fields, **changes})  # type: ignore[arg-type]
