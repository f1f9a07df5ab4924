"""Which company file answers, how it is set up, and what is missing there before documents can be posted.

The identity approvals are bound to is made of what the company file says of itself (names, tax number) and of its file name:
another file, or a copy under another name, is another company until a person connects to it (faults F35, F42).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from recon.errors import TargetUnavailable
from recon.targets.base import Company, ListRoom
from recon.targets.quickbooks.desk import CompanyFile, folded
from recon.targets.quickbooks.exchange import Exchange
from recon.targets.quickbooks.options import QuickBooksOptions
from recon.targets.quickbooks.qbxml.rows import Row
from recon.targets.quickbooks.tax_items import TaxUse, problems, tax_use

ListName = Literal["names", "customers", "vendors", "items", "accounts"]
PUBLISHED: Final[Mapping[ListName, int]] = {"names": 14_500, "items": 14_500, "accounts": 10_000}
"""Most entries of the lists of Pro and Premier, where the company file does not say; names are customers, vendors, employees and others."""
SINGLE_LIST_MAX: Final = 10_500
"""Most entries of any one list of names in these editions."""
_ENTERPRISE: Final = "enterprise"
"""Its lists hold over 100,000; how many is taken only from the file itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Entries of a company file's lists, those that are not in use any more included."""

    customers: int
    vendors: int
    others: int
    """Employees and other names."""
    items: int
    accounts: int

    @property
    def names(self) -> int:
        """All names together."""
        return self.customers + self.vendors + self.others


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What the company file says of itself."""

    company: Row
    host: Row
    preferences: Row
    taxes: TaxUse

    def capacity(self, metadata: str) -> int | None:
        """Return how many entries a list of this file can hold; None: it does not say."""
        return self.host.whole(f"ListMetaData/{metadata}/MaxCapacity")


def read_setup(exchange: Exchange) -> Setup:
    """Ask the company file how it is set up.

    Raises:
        TargetUnavailable: It could not be asked.
    """
    company = _only(exchange.ask("CompanyQuery", {}), "company")
    host = _only(exchange.ask("HostQuery", {"IncludeListMetaData": {"IncludeMaxCapacity": True}}), "program")
    preferences = _only(exchange.ask("PreferencesQuery", {}), "preferences")
    return Setup(company=company, host=host, preferences=preferences, taxes=tax_use(preferences))


def company_of(
    setup: Setup,
    file: CompanyFile,
    options: QuickBooksOptions,
    missing: Iterable[str] = (),
    rooms: tuple[ListRoom, ...] = (),
) -> Company:
    """Return who answers."""
    said = setup.company
    name = said.text("LegalCompanyName") or said.text("CompanyName")
    parts = ("quickbooks", options.environment, said.text("CompanyName"), name, said.text("EIN"), folded(file.path))
    digest = hashlib.sha256("|".join(parts).encode()).hexdigest()
    return Company(
        company_id=f"quickbooks-{digest[:32]}",
        name=name,
        tax_id=said.text("EIN").strip(),
        environment=options.environment,
        missing=tuple(missing),
        rooms=rooms,
    )


def missing(
    setup: Setup, options: QuickBooksOptions, items: Mapping[str, Row], accounts: Mapping[str, Row]
) -> list[str]:
    """Return what is missing in the company file, each with where to set it.

    ``items`` and ``accounts``: rows by FullName.
    """
    lacks = list(problems(setup.taxes, options, items, accounts)) if options.works_out_tax else []
    lacks += _tax_problems(setup.taxes, options, items)
    lacks += _unknown("account", options.needed_accounts, accounts)
    lacks += _stock_problems(setup.preferences, options)
    if options.customer == "":
        lacks.append(
            "contacts.default: no customer is named for buyers. QuickBooks takes no invoice without one: name one standing customer in"
            " recon.toml (a new one is created)."
        )
    if options.text_item and options.text_item not in items:
        lacks.append(
            f"quickbooks.text_item: QuickBooks has no item {options.text_item}. Create it there (Lists > Item List > New, type Other"
            " Charge), or name another one in recon.toml."
        )
    if not options.text_item:
        lacks.append(
            "quickbooks.text_item: no item is named for lines without a product (shipping, tax, tips ...). Create one in QuickBooks"
            " (Lists > Item List > New, type Other Charge) and name it in recon.toml."
        )
    return lacks


def rooms(setup: Setup, counts: Counts) -> tuple[ListRoom, ...]:
    """Return how full the lists of the company file are; where it states no limits, those of Pro and Premier hold."""
    is_large = _ENTERPRISE in setup.host.text("ProductName").casefold()
    found = [
        _room("names", counts.names, setup.capacity("EntityMetaData"), None if is_large else PUBLISHED["names"]),
        _room("items", counts.items, setup.capacity("ItemMetaData"), None if is_large else PUBLISHED["items"]),
        _room("accounts", counts.accounts, setup.capacity("AccountMetaData"), None if is_large else PUBLISHED["accounts"]),
    ]  # fmt: skip
    if (
        found[0] is not None and found[0].most == PUBLISHED["names"]
    ):  # of these editions alone a single list has a limit too
        found += [
            _room("customers", counts.customers, None, SINGLE_LIST_MAX),
            _room("vendors", counts.vendors, None, SINGLE_LIST_MAX),
        ]
    return tuple(room for room in found if room is not None)


def _room(name: ListName, count: int, stated: int | None, published: int | None) -> ListRoom | None:
    most = stated or published
    return None if most is None else ListRoom(list=name, count=count, most=most, is_stated=bool(stated))


def _tax_problems(taxes: TaxUse, options: QuickBooksOptions, items: Mapping[str, Row]) -> Iterable[str]:
    if not taxes.is_on:
        return
    if not (options.non_taxable_code or taxes.non_taxable_code):
        yield (
            "sales tax is switched on, and the company has no code for lines that are not taxable. Choose one in QuickBooks under Edit >"
            " Preferences > Sales Tax, or set quickbooks.non_taxable_code."
        )
    if options.works_out_tax:
        return  # documents without an item have no taxable line
    name = options.tax_item or taxes.tax_item
    rate = items[name].number("TaxRate") if name in items else None
    if rate is None or rate != 0:
        shown = f"{name} ({rate} %)" if rate is not None else name or "none"
        yield (
            f"sales tax item: {shown}. The shop's tax is posted as a line, so QuickBooks must not work it out a second time: create a"
            " sales tax item of 0 % there and make it the most common one, or name it as quickbooks.tax_item."
        )


def _stock_problems(preferences: Row, options: QuickBooksOptions) -> Iterable[str]:
    """Yield what asks for inventory where the company has switched it off (QuickBooks would refuse each document, 3250)."""
    asked = {
        'quickbooks.new_items = "inventory"': options.keeps_stock,
        'quickbooks.received = "item-receipt"': options.received == "item-receipt",
    }
    used = [setting for setting, is_asked in asked.items() if is_asked]
    if used and preferences.flag("PurchasesAndVendorsPreferences/IsUsingInventory") is False:
        yield (
            f'inventory is switched off in QuickBooks, and {" and ".join(used)} needs it: switch on "Inventory and purchase orders'
            ' are active" there ("Edit > Preferences > Items & Inventory > Company Preferences"), or change the setting.'
        )


def _unknown(noun: str, needed: Mapping[str, str], known: Mapping[str, Row]) -> list[str]:
    return [
        f"{setting}: QuickBooks has no {noun} {name}. Choose one of its own and set {setting} in recon.toml."
        for setting, name in needed.items()
        if name and name not in known
    ]


def _only(rows: tuple[Row, ...], what: str) -> Row:
    if len(rows) != 1:
        raise TargetUnavailable(
            f"QuickBooks' answer about its {what} holds {len(rows)} entries, where one belongs. Nothing was posted."
        )
    return rows[0]
