"""Every ledger and shop system that is reached, by its name in recon.toml: how it is opened on this machine.

A provider is added with a function here and its line in `LEDGERS` or `SHOPS`; each is loaded only when it is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from recon.config.connection import Connection
from recon.domain.providers import keys_of
from recon.ports import Clock
from recon.service.context import ShopClient
from recon.targets.base import Capabilities, Target
from recon.upload.running import end_waiting, note_waiting
from recon.workspace import Workspace
from tui.access import Access
from tui.interrupted import terminated_as_interrupted
from tui.output import Output
from tui.provider_files import accounts_named, iif, iif_capabilities, peak_file, peak_file_capabilities
from tui.provider_poweroffice import poweroffice, poweroffice_capabilities, sandbox_poweroffice

if TYPE_CHECKING:
    from recon.config.quickbooks import QuickBooks
    from recon.targets.peak import PeakOptions
    from recon.targets.quickbooks.options import QuickBooksOptions


@dataclass(frozen=True, slots=True)
class Ledger:
    """One ledger of the list."""

    capabilities: Callable[[Access], Capabilities]
    """What it can do, without asking it."""
    open: Callable[[Access], AbstractContextManager[Target]]
    takes_lists: bool = False
    """Its lists come as a file, because nobody answers."""


def _peak_options(connection: Connection) -> PeakOptions:
    from recon.targets.peak import PeakOptions

    ledger, accounts = connection.ledger, connection.accounts
    return PeakOptions(
        numbering=connection.numbering,
        signature_encoding=ledger.signature_encoding,
        timeout_seconds=ledger.timeout_seconds,
        lookup_grace_seconds=ledger.lookup_grace_seconds,
        number_max_length=ledger.number_max_length,
        journal_book=connection.purchases.journal_book,
        needed_accounts={"accounts.sales": accounts.sales} if accounts.sales else {},
    )


def _peak_capabilities(access: Access) -> Capabilities:
    from recon.targets.peak.target import capabilities

    return capabilities(_peak_options(access.connection))


@contextmanager
def _peak(access: Access) -> Iterator[Target]:
    from recon.targets.peak import PeakTarget
    from recon.targets.peak.options import PRODUCTION_URL, UAT_URL

    ledger = access.connection.ledger
    with PeakTarget(
        base_url=ledger.base_url or (UAT_URL if ledger.environment == "test" else PRODUCTION_URL),
        environment=ledger.environment,
        credentials=access.keys(keys_of("peak")),
        clock=access.clock,
        options=_peak_options(access.connection),
        catalog=access.known,
        token_cache=access.tokens("connect_key"),
        on_wait=lambda text: Output(as_json=True).note(f"note: {text}"),
    ) as target:
        yield target


@contextmanager
def _sandbox(access: Access) -> Iterator[Target]:
    from recon.sandbox.peak import SandboxPeak, sandbox_company
    from recon.targets.peak import PeakTarget

    path = access.workspace.sandbox_file
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    company = sandbox_company(name=access.settings.company.name, tax_id=access.settings.company.tax_id)
    with (
        SandboxPeak(path=path, company=company, clock=access.clock, durable=access.durable) as server,
        PeakTarget(
            base_url=server.url,
            environment="sandbox",
            credentials=server.credentials,
            clock=access.clock,
            options=_peak_options(access.connection),
            catalog=access.known,
        ) as target,
    ):
        yield target


def _quickbooks_options(connection: Connection) -> QuickBooksOptions:
    from recon.frames.text import fold
    from recon.targets.quickbooks.options import QuickBooksOptions

    rules, accounts = connection.quickbooks, connection.accounts
    return QuickBooksOptions(
        environment=connection.environment,
        text_item=rules.text_item,
        receivable=accounts.receivable,
        payable=accounts.payable,
        income_account=accounts.sales,
        received=rules.received,
        keeps_stock=rules.new_items == "inventory",
        cogs_account=rules.cogs_account,
        asset_account=rules.asset_account,
        payment_methods={fold(channel): method for channel, method in rules.payment_methods.items()},
        classes={fold(channel): name for channel, name in rules.classes.items()},
        refunds=rules.refunds,
        tax_item=rules.tax_item,
        non_taxable_code=rules.non_taxable_code,
        taxable_code=rules.taxable_code,
        works_out_tax=connection.taxes == "items",
        tax_accounts={
            f"charges.{name}.tax": one.tax.account for name, one in connection.charges.items() if one.tax.account
        },
        lookup_grace_seconds=connection.ledger.lookup_grace_seconds,
        needed_accounts=accounts_named(connection) | _stock_accounts(rules),
        customer=connection.contacts.default,
    )


def _stock_accounts(rules: QuickBooks) -> dict[str, str]:
    named = {"quickbooks.cogs_account": rules.cogs_account, "quickbooks.asset_account": rules.asset_account}
    return named if rules.new_items == "inventory" else {}


def _quickbooks_capabilities(access: Access) -> Capabilities:
    from recon.targets.quickbooks.target import capabilities

    return capabilities(_quickbooks_options(access.connection))


@contextmanager
def _quickbooks(access: Access) -> Iterator[Target]:
    from recon.targets.quickbooks.endpoint.desks import left_words, open_desk
    from recon.targets.quickbooks.endpoint.listen import require_password
    from recon.targets.quickbooks.target import QuickBooksTarget
    from tui.connector_setup import certificate_warning

    access.require_own()  # a copy has the connection of its original: QuickBooks would take one for the other
    rules, folder = access.connection.quickbooks, access.workspace.private
    seconds = rules.wait_minutes * 60
    output = Output(as_json=True)
    require_password(folder, access.clock)
    if warning := certificate_warning(rules, folder, access.clock):
        output.note(f"note: {warning}")

    def told(text: str) -> None:
        if text:
            output.note(f"note: {text}")
            note_waiting(folder, text, seconds, access.clock)
        else:
            end_waiting(folder)

    try:
        with (
            terminated_as_interrupted(),
            open_desk(
                folder=folder, port=rules.port, wait_seconds=seconds, clock=access.clock, tls=rules.tls,
                company_file=rules.company_file, on_wait=told, patience=access.patience, crash=access.crash,
            ) as desk,
        ):  # fmt: skip
            yield QuickBooksTarget(desk, _quickbooks_options(access.connection))
    except KeyboardInterrupt:
        output.note(f"note: {left_words(folder, access.clock)}")
        raise
    finally:
        end_waiting(folder)


@contextmanager
def _sandbox_quickbooks(access: Access) -> Iterator[Target]:
    from recon.sandbox.quickbooks.company import SandboxCompany
    from recon.sandbox.quickbooks.desk import SandboxDesk
    from recon.targets.quickbooks.target import QuickBooksTarget

    path, company = access.workspace.sandbox_quickbooks, access.settings.company
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    books = SandboxCompany(path, clock=access.clock, name=company.name, tax_id=company.tax_id, durable=access.durable)
    if access.connection.taxes == "items":
        books.use_sales_tax()
    try:
        yield QuickBooksTarget(SandboxDesk(books), _quickbooks_options(access.connection))
    finally:
        books.close()


@contextmanager
def _zort(access: Access) -> Iterator[ShopClient]:
    from recon.sources.zort import ZortClient, ZortShopClient

    keys, api = access.keys(keys_of("zort")), access.connection.source_api
    with ZortClient(
        store_name=keys["storename"],
        api_key=keys["apikey"],
        api_secret=keys["apisecret"],
        base_url=api.base_url,
        page_size=api.page_size,
        requests_per_second=api.requests_per_second,
        clock=access.clock,
    ) as client:
        yield ZortShopClient(client)


@contextmanager
def _bentoweb(access: Access) -> Iterator[ShopClient]:
    from recon.sources.bentoweb import BentoWebClient, BentoWebShopClient
    from recon.sources.bentoweb.fields import FieldMap

    api, rules = access.connection.source_api, access.connection.bentoweb
    with BentoWebClient(
        keys=access.keys(keys_of("bentoweb")),
        shelf=access.tokens("client_secret"),
        base_url=api.base_url,
        login_url=api.login_url,
        requests_per_second=api.requests_per_second,
        clock=access.clock,
    ) as client:
        yield BentoWebShopClient(
            client,
            clock=access.clock,
            store_id=rules.store_id,
            list_path=rules.list_path,
            list_page_parameter=rules.list_page_parameter,
            fields=FieldMap.of(rules.fields.model_dump().items()),
        )


@contextmanager
def _shopify(access: Access) -> Iterator[ShopClient]:
    from recon.sources.shopify.client import ShopifyClient
    from recon.sources.shopify.shop import ShopifyShopClient

    connection, rules = access.connection, access.connection.shopify
    with ShopifyClient(
        store=rules.store or connection.shop.lower(),
        keys=access.keys(keys_of("shopify-api")),
        shelf=access.tokens("client_secret"),
        version=rules.version,
        base_url=connection.source_api.base_url,
        clock=access.clock,
    ) as client:
        yield ShopifyShopClient(
            client,
            zone=connection.timezone or access.settings.company.timezone,
            page_size=connection.source_api.page_size,
            with_buyers=rules.buyers,
            with_addresses=connection.detail.customers == "each",
            bulk_from=rules.bulk_from,
            buys="purchase" in connection.record_kinds,
        )


def left_behind(workspace: Workspace, clock: Clock) -> tuple[str, ...]:
    """Put away what ties a copied workspace to the connections of its original; return what a person should know."""
    from recon.targets.quickbooks.endpoint.copied import set_aside

    return set_aside(workspace.private, clock)


LEDGERS: Final[Mapping[str, Ledger]] = {
    "peak": Ledger(_peak_capabilities, _peak),
    "peak-file": Ledger(peak_file_capabilities, peak_file),
    "sandbox": Ledger(_peak_capabilities, _sandbox),
    "quickbooks-iif": Ledger(iif_capabilities, iif, takes_lists=True),
    "quickbooks": Ledger(_quickbooks_capabilities, _quickbooks),
    "sandbox-quickbooks": Ledger(_quickbooks_capabilities, _sandbox_quickbooks),
    "poweroffice": Ledger(poweroffice_capabilities, poweroffice),
    "sandbox-poweroffice": Ledger(poweroffice_capabilities, sandbox_poweroffice),
}
SHOPS: Final[Mapping[str, Callable[[Access], AbstractContextManager[ShopClient]]]] = {
    "shopify-api": _shopify,
    "zort": _zort,
    "bentoweb": _bentoweb,
}
