"""Who is on the other side of PowerOffice Go, and what is still missing there before we can work."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final, Literal
from urllib.parse import urlsplit

from recon.errors import SettingsError, TargetUnavailable
from recon.targets.base import Company
from recon.targets.poweroffice.client import GoClient, texts
from recon.targets.poweroffice.issued import NOT_DOCUMENTED
from recon.targets.poweroffice.lists import NO_VAT, Lists
from recon.targets.poweroffice.options import DEMO_V1_URL, PRODUCTION_V1_URL, PowerOfficeOptions
from recon.targets.poweroffice.orders import PRICES_REMEDY, PRICES_UNKNOWN
from recon.targets.poweroffice.refusals import FORBIDDEN, NOT_FOUND, SETTINGS_MENU
from recon.targets.wire import Fields

Environment = Literal["live", "test", "sandbox"]
READ: Final = ("GeneralLedgerAccount", "CommonServices", "Department", "AccountTransaction")
PROJECTS: Final = ("Project",)
WRITE: Final = {"draft": ("JournalEntryVoucher_Full",), "posted": ("CashVoucher_Full",), "import": ()}
"""By route; API v1 names its privileges otherwise, and they are not known."""
ORDERS: Final = ("SalesOrders_Full", "Product", "Customer_Full")
ISSUED: Final = ("Customer_Full",)
DOCUMENTATION: Final = "VoucherDocumentation_Full"
"""For documentation of posted vouchers; pages of a draft come with drafts."""
_FULL: Final = "_Full"


def check_environment(base_url: str, environment: Environment) -> None:
    """Refuse an address that is known to be something else than the settings say.

    Raises:
        SettingsError: A live address declared a test, or the other way round.
    """
    parts = urlsplit(base_url)
    if (parts.hostname or "") not in {
        "goapi.poweroffice.net",
        *(urlsplit(url).hostname for url in (PRODUCTION_V1_URL, DEMO_V1_URL)),
    }:
        return
    is_demo = parts.path.lower().startswith("/demo") or base_url.startswith(DEMO_V1_URL)
    really = "test" if is_demo else "live"
    if really != environment:
        raise SettingsError(
            f"ledger.environment is '{environment}', but {base_url} is PowerOffice Go's {'demo' if is_demo else 'real'} system. Set"
            f' environment = "{really}", or correct base_url; nothing was sent.'
        )


def read_information(client: GoClient) -> Fields:
    """Return what Go says of the integration and the company behind the client key; every token may ask.

    Raises:
        TargetUnavailable: Not reached, or the keys were refused.
    """
    return client.one("/ClientIntegrationInformation")


def organisation_number(client: GoClient) -> str:
    """Return the company's organisation number; empty where Go does not tell us, as the privilege for it is missing.

    Raises:
        TargetUnavailable: Not reached.
    """
    try:
        return client.one("/OrganizationSettings").text("OrganizationNumber")
    except TargetUnavailable as error:
        if error.code in {str(FORBIDDEN), str(NOT_FOUND)}:
            return ""
        raise


def company_of(information: Fields, environment: Environment, tax_id: str, missing: tuple[str, ...] = ()) -> Company:
    """Return who answered, under the id that Go gave the company."""
    client_id = information.text("ClientId")
    digest = hashlib.sha256(f"poweroffice|{environment}|{client_id}".encode()).hexdigest()
    return Company(
        company_id=f"poweroffice-{digest[:32]}",
        name=information.text("ClientName"),
        tax_id=tax_id,
        environment=environment,
        missing=missing,
    )


def missing_privileges(information: Fields, options: PowerOfficeOptions) -> tuple[str, ...]:
    """Return the privileges the settings need and the company has not given, each with where to set it."""
    return _not_given(information, needed_privileges(options))


def lacking(information: Fields, options: PowerOfficeOptions) -> tuple[str, ...]:
    """Return what keeps Z reports from being attached; vouchers go out all the same."""
    if options.attach == "off":
        return ()
    if options.route == "import":
        return (
            'poweroffice.attach: an entry of the Import list (API v1) takes no documentation; Z reports are attached with poweroffice.route = "draft"'
            ' or "posted". Settlements are sent without them.',
        )
    needed = (DOCUMENTATION,) if options.route == "posted" else ()
    return tuple(
        f"{text} Until then Z reports are not attached; settlements are sent all the same."
        for text in _not_given(information, needed)
    )


def _not_given(information: Fields, needed: Iterable[str]) -> tuple[str, ...]:
    """Return those of some privileges that the company has not given, each with where to set it."""
    if "ValidPrivileges" not in information:
        return ()  # without the list nothing can be said
    valid, lapsed = set(texts(information.get("ValidPrivileges"))), set(texts(information.get("InvalidPrivileges")))
    found = []
    for name in needed:
        if name in valid or f"{name}{_FULL}" in valid:
            continue
        if name in lapsed or f"{name}{_FULL}" in lapsed:
            found.append(
                f"privilege {name}: the integration has it, but the company's subscription in PowerOffice Go does not cover it any more."
                " Ask whoever keeps the company's PowerOffice subscription for the module."
            )
            continue
        found.append(
            f"privilege {name}: the integration does not have it. An administrator of the company sets it in PowerOffice Go under"
            f" {SETTINGS_MENU}; an integration of your own has to ask for it first."
        )
    return tuple(found)


def needed_privileges(options: PowerOfficeOptions) -> tuple[str, ...]:
    """Return the privileges the settings need."""
    more = {"order": ORDERS, "issued": ISSUED, "off": ()}[options.invoices]
    return (*READ, *(PROJECTS if options.has_projects else ()), *WRITE[options.route], *more)


def missing_lists(lists: Lists, options: PowerOfficeOptions) -> tuple[str, ...]:
    """Return what is missing in the lists before a voucher can be written."""
    found = []
    if not lists.accounts:
        found.append("chart of accounts: PowerOffice Go shows none.")
    if not any(one.code == NO_VAT for one in lists.vat_codes):
        found.append(f"VAT code {NO_VAT}: PowerOffice Go has none that is active; lines of payments carry it.")
    if lists.is_vat_registered is False:
        found.append(
            "VAT: PowerOffice Go says that the company is not registered for VAT; lines with VAT codes would be wrong. Look under its VAT settings."
        )
    if options.invoices == "issued" and options.route != "import":
        found.append(
            f'till.invoices = issued: {NOT_DOCUMENTED} Set poweroffice.route = "import", or till.invoices = "others" and enter them there by hand.'
        )
    if options.invoices == "order" and options.order_prices == "unknown":
        found.append(f"poweroffice.order_prices: {PRICES_UNKNOWN} {PRICES_REMEDY}")
    clearing = options.clearing_account
    if options.draft_lines == "against-clearing" and clearing not in lists.accounts:
        found.append(
            f"poweroffice.clearing_account: PowerOffice Go has no account {clearing}. Choose one that ends at zero."
        )
    return tuple(found)
