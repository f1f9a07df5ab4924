"""What the first-run guide asks, and what was answered so far."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from recon.domain.providers import keys_of, ledger_facts, source_facts
from tui.i18n import N_

CONNECTION: Final = "shop"
CONNECTOR: Final = "quickbooks"
"""Documents go through the Web Connector."""
BY_FILE: Final = "quickbooks-iif"
"""Documents go as import files, held against lists a person exported."""
SOURCES: Final = (
    ("zort", N_("ZORT, through its API")),
    ("shopify", N_("Shopify, its CSV export")),
    ("shopify-api", N_("Shopify, through its API")),
    ("shopee", N_("Shopee, its order export")),
    ("lazada", N_("Lazada, its order export")),
    ("tiktok", N_("TikTok Shop, its order export")),
    ("bentoweb", N_("BentoWeb, through its API")),
    ("saft", N_("Tills in Norway: SAF-T Cash Register files")),
    ("z-reports", N_("Tills in Norway: Z reports in a table")),
    ("profile", N_("Another file: any CSV or Excel export")),
)
TARGETS: Final = (
    ("sandbox", N_("A sandbox ledger, to try things on")),
    ("peak-live", N_("PEAK through its API, your real books")),
    ("peak-test", N_("PEAK through its API, its test system")),
    ("peak-file", N_("PEAK by import file (Excel)")),
    ("sandbox-quickbooks", N_("A sandbox QuickBooks Desktop (US), to try things on")),
    ("quickbooks", N_("QuickBooks Desktop (US) through its Web Connector")),
    ("quickbooks-iif", N_("QuickBooks Desktop (US) by import file (IIF)")),
    ("sandbox-poweroffice", N_("A sandbox PowerOffice Go, to try things on")),
    ("poweroffice-live", N_("PowerOffice Go through its API, your real books")),
    ("poweroffice-test", N_("PowerOffice Go through its API, its demo system")),
)
_SYSTEMS_OF: Final = re.compile(r"-(live|test)$")
"""What stands behind a ledger's name where it has a test system beside the real one."""


@dataclass(slots=True)
class Answers:
    """What was answered so far; everything has a default."""

    folder: str
    start_date: str
    person: str = ""
    language: str = "en"
    source: str = "zort"
    target: str = "sandbox"
    company: str = ""
    tax_id: str = ""
    keep: str = "file"
    """Where keys go: keyring or file."""
    shop_keys: dict[str, str] = field(default_factory=dict)
    ledger_keys: dict[str, str] = field(default_factory=dict)
    ledger_url: str = ""
    """Of a ledger on this machine, for trying things out."""
    source_url: str = ""
    taxes: str = "line"
    """How sales tax stands in American books: line or items."""
    customer: str = "Shopify Customer"
    """Standing customer for buyers."""
    text_item: str = "Shop Line"
    """Item of lines without a product."""
    connector_password: str = ""
    """The Web Connector gives it; only its digest is kept."""
    runs: str = "manual"
    """When orders are fetched and planned: manual, daily, and of tills also weekly or monthly."""
    run_at: str = "05:00"
    lists: str = ""
    """Export of the ledger's lists, where nobody answers."""
    writers: str = ""
    """Who writes settlements: others, shared or recon; empty: as the ledger is real or not."""
    departments: str = ""
    """Places of tills and their departments: ``Kafé Torget = 10; Bar = 20``."""
    voucher: str = "report"
    counting: str = "hold"
    till_invoices: str = "hold"
    route: str = "draft"

    @property
    def is_till(self) -> bool:
        """Whether settlements of tills are what comes."""
        return source_facts(self.source).is_till

    @property
    def is_american(self) -> bool:
        """Whether the books are American ones."""
        return ledger_facts(self.system).is_american

    @property
    def system(self) -> str:
        """The accounting system, as recon.toml names it."""
        return system_of(self.target)

    def use_source(self, source: str) -> None:
        """Take another source, and a ledger that takes what it has."""
        self.source = source
        if self.target not in {value for value, _words in self.targets()}:
            self.target = next(value for value, _words in self.targets() if ledger_facts(system_of(value)).is_sandbox)

    def targets(self) -> tuple[tuple[str, str], ...]:
        """Return the accounting systems that take what the source has, with their words."""
        return tuple(each for each in TARGETS if ledger_facts(system_of(each[0])).takes_settlements == self.is_till)

    def wanted_keys(self, side: str) -> tuple[str, ...]:
        """Return the names of the keys one side needs; side is shop or ledger."""
        return keys_of(self.source if side == "shop" else self.system)

    def given(self) -> dict[str, str]:
        """Return the keys of both sides that were typed in full."""
        found: dict[str, str] = {}
        for side, keys in (("shop", self.shop_keys), ("ledger", self.ledger_keys)):
            wanted = self.wanted_keys(side)
            if wanted and all(keys.get(name) for name in wanted):
                found |= {name: keys[name] for name in wanted}
        return found

    @property
    def writer(self) -> str:
        """Who writes settlements: what was chosen, else nobody of us in real books and we in a sandbox."""
        return self.writers or ("recon" if ledger_facts(self.system).is_sandbox else "others")


def system_of(target: str) -> str:
    """Return a ledger as recon.toml names it, by the choice of the guide."""
    return _SYSTEMS_OF.sub("", target)
