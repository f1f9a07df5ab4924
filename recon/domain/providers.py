"""What shop systems and ledgers are like, as facts; the core asks these records and never compares a provider's name.

A source that is added states here what is different about it. What a ledger can do stands with its client
(`recon.targets.base.Capabilities`); only the names of its keys stand here, because they are asked before there is a client.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

SourceName = Literal[
    "shopify", "shopify-api", "zort", "bentoweb", "shopee", "lazada", "tiktok", "saft", "z-reports", "profile"
]
TargetName = Literal[
    "peak", "peak-file", "sandbox", "quickbooks", "quickbooks-iif", "sandbox-quickbooks", "poweroffice",
    "sandbox-poweroffice",
]  # fmt: skip
"""Names a person writes in recon.toml; each has its facts below."""
RecordKind = Literal["sale", "sale_return", "purchase", "purchase_return", "settlement", "till_invoice"]
BOUGHT: Final[tuple[RecordKind, ...]] = ("purchase", "purchase_return")
"""Kinds of records that are bought; all others are sold."""
TaxIds = Literal["", "no"]
"""Country whose tax ids a company has, where that is known: `no`, a Norwegian organisation number."""
FROM_TILLS: Final[tuple[RecordKind, ...]] = ("settlement", "till_invoice")
"""Kinds of records a till has: what a Z report sums up, and a sale on account, each line with tax of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """What one source of orders is like."""

    label: str
    """Its name as its maker writes it."""
    platform: str = ""
    """First part of its orders' keys, where that is another source's name: both read orders of one shop; empty: its own name."""
    has_api: bool = False
    """It is asked (`recon pull`); the others come as files."""
    keys: tuple[str, ...] = ()
    """Keys its API needs, named as the provider calls them."""
    lists_orders: bool = True
    """Its API lists the orders of a period; without that each order is asked for by its number."""
    settings: str = ""
    """The table of recon.toml that only it and its like read (`recon.config.source.SourceRules`); empty: none."""
    record_kinds: tuple[RecordKind, ...] = ("sale", "sale_return", "purchase", "purchase_return")
    """Kinds of records it can have."""
    has_completed: bool = True
    """It says that an order has arrived at its buyer."""
    settles: bool = False
    """Its files say what was paid out, and what was kept for it."""
    is_marketplace: bool = False
    """Others' orders carry its number as their own; its files never say that money arrived, and returns come apart."""
    bills_shipping: bool = False
    """It bills shipping to the buyer itself, so shipping is no sale of the shop."""
    states_refunds: Literal["always", "by-column", "never"] = "never"
    """Whether it says that a cancelled order's money went back; *by-column*: the file's columns decide."""
    is_till: bool = False
    """It tells of a day by its Z report; its records are settlements and invoices of a till (`FROM_TILLS`)."""
    signs_receipts: bool = False
    """A till's receipts carry signatures; without them it is a table whose columns may be named."""
    tax_ids: TaxIds = ""
    """Whose tax id the companies of its files have; empty: any country's."""
    has_columns_of_its_own: bool = True
    """It reads one layout; without that a column profile says what is where."""


SOURCES: Final[Mapping[str, SourceFacts]] = {
    "shopify": SourceFacts(label="Shopify", states_refunds="always", settles=True),
    "shopify-api": SourceFacts(
        label="Shopify", platform="shopify", has_api=True, keys=("client_id", "client_secret"), settings="shopify",
        record_kinds=("sale", "purchase"), states_refunds="always", settles=True,
    ),
    "zort": SourceFacts(label="ZORT", has_api=True, keys=("storename", "apikey", "apisecret")),
    "bentoweb": SourceFacts(
        label="BentoWeb", has_api=True, keys=("client_id", "client_secret", "username", "password"), lists_orders=False,
        settings="bentoweb", record_kinds=("sale",), has_completed=False,
    ),
    "shopee": SourceFacts(label="Shopee", is_marketplace=True, settings="marketplace"),
    "lazada": SourceFacts(label="Lazada", is_marketplace=True, settings="marketplace", bills_shipping=True),
    "tiktok": SourceFacts(label="TikTok Shop", is_marketplace=True, settings="marketplace"),
    "saft": SourceFacts(
        label="SAF-T Cash Register", platform="till", settings="till", record_kinds=FROM_TILLS, is_till=True,
        signs_receipts=True, tax_ids="no",
    ),
    "z-reports": SourceFacts(
        label="Z reports in a table", platform="till", settings="till", record_kinds=("settlement",), is_till=True,
        tax_ids="no",
    ),
    "profile": SourceFacts(label="export with a column profile", states_refunds="by-column", has_columns_of_its_own=False),
}  # fmt: skip
"""By the name in recon.toml."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFacts:
    """What one ledger is like, as far as it is asked before there is a client."""

    label: str
    """Its name as a person reads it."""
    keys: tuple[str, ...] = ()
    """Keys it needs, named as its maker calls them."""
    is_sandbox: bool = False
    """It is kept inside the workspace's folder and reaches nobody."""
    documents_in: str = "th"
    """Language its documents are written in."""
    currency: str = "THB"
    """Currency its books are kept in, where a person says nothing else."""
    timezone: str = "Asia/Bangkok"
    """Zone of its companies, where a person says nothing else."""
    tax_ids: TaxIds = ""
    """Whose tax id its companies have; empty: any country's."""
    is_american: bool = False
    """Its books are American: dollars, and sales tax as the shop states it instead of VAT."""
    has_tax_items: bool = False
    """It can work sales tax out by items of its own, each with a rate it tells us, and answers what it came to."""
    settings: str = ""
    """The table of recon.toml that only it and its like read; empty: none."""
    takes_settlements: bool = False
    """It takes a till's settlement as one voucher: each line with a VAT code of its own, by which it works VAT out of the gross."""
    takes_summaries: bool = False
    """It takes one document for a day's orders: a credit note there need not name the document it is about."""
    stock_settings: str = ""
    """The table of recon.toml that names its accounts of stock and of the cost of goods sold; empty: it keeps no stock for us."""
    signs_requests: bool = False
    """Every request is signed, and how the signature is written can be set."""
    is_file: bool = False
    """It is not called: a person takes a file over there."""
    is_visited: bool = False
    """It is not called: its own program comes to us, and has to be told of us first."""
    creates_customers: bool = False
    """A contact's code there is its name, and we create one for each buyer where a person wants that."""


_DESKTOP: Final = LedgerFacts(
    label="QuickBooks Desktop", documents_in="en", currency="USD", timezone="America/New_York", is_american=True,
    has_tax_items=True, takes_summaries=True, creates_customers=True, settings="quickbooks", stock_settings="quickbooks",
)  # fmt: skip
_GO: Final = LedgerFacts(
    label="PowerOffice Go", keys=("application_key", "client_key", "subscription_key"), documents_in="nb",
    currency="NOK", timezone="Europe/Oslo", tax_ids="no", settings="poweroffice",
    takes_settlements=True,
)  # fmt: skip
LEDGERS: Final[Mapping[str, LedgerFacts]] = {
    "peak": LedgerFacts(label="PEAK", keys=("connect_id", "connect_key", "user_token"), signs_requests=True),
    "peak-file": LedgerFacts(label="PEAK's import file", is_file=True),
    "sandbox": LedgerFacts(label="sandbox ledger", is_sandbox=True, signs_requests=True),
    "quickbooks": replace(_DESKTOP, is_visited=True),
    "quickbooks-iif": LedgerFacts(
        label="QuickBooks' import file (IIF)",
        documents_in="en",
        currency="USD",
        timezone="America/New_York",
        is_american=True,
        takes_summaries=True,
        settings="quickbooks",
        is_file=True,
    ),
    "poweroffice": _GO,
    "sandbox-poweroffice": replace(_GO, label="sandbox PowerOffice", keys=(), is_sandbox=True),
    "sandbox-quickbooks": replace(_DESKTOP, label="sandbox QuickBooks", is_sandbox=True),
}
"""By the name in recon.toml."""

MARKETPLACES: Final = tuple(name for name, facts in SOURCES.items() if facts.is_marketplace)
"""Sources whose order numbers other systems carry; also the first part of their orders' keys."""
SETTLING: Final = tuple(name for name, facts in SOURCES.items() if facts.settles or facts.is_marketplace)
"""Sources whose files say what was paid out; also the first part of their records' keys."""


def source_facts(name: str) -> SourceFacts:
    """Return what a source of recon.toml is like.

    Raises:
        KeyError: There is no such source.
    """
    return SOURCES[name]


def ledger_facts(name: str) -> LedgerFacts:
    """Return what a ledger of recon.toml is like.

    Raises:
        KeyError: There is no such ledger.
    """
    return LEDGERS[name]


def platform_of(name: str) -> str:
    """Return the first part of the keys of a source's orders."""
    return SOURCES[name].platform or name


def keys_of(system: str) -> tuple[str, ...]:
    """Return the names of the keys a source or ledger needs; none: it needs none."""
    facts: SourceFacts | LedgerFacts | None = SOURCES.get(system) or LEDGERS.get(system)
    return facts.keys if facts else ()
