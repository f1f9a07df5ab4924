"""What a person sets in the Match step in one go, as commands and screens hand it in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from recon.service.till_counts import CountWord


@dataclass(frozen=True, slots=True)
class MatchEdits:
    """What a person sets in one go."""

    link_all: bool = False
    text: bool = False
    products: tuple[tuple[str, str | None], ...] = ()
    """(SKU, ledger's product code; None: goes as text)."""
    channels: tuple[tuple[str, str, str | None], ...] = ()
    """(payment channel, ledger's code, account behind it or None)."""
    all_channels: str | None = None
    accept: tuple[str, ...] = ()
    """SKUs whose first suggestion is accepted."""
    accepted: tuple[tuple[str, str], ...] = ()
    """(SKU, ledger's product): suggestions taken as they were shown."""
    decisions: tuple[tuple[str, str, str | None], ...] = ()
    """(order number or key, repost | leave | by-hand, number by hand)."""
    import_file: Path | None = None
    unlink: tuple[str, ...] = ()
    """SKUs whose link, or whose word that they go as text, is taken away."""
    unmap: tuple[str, ...] = ()
    """Payment channels whose account is taken away."""
    charges: tuple[tuple[str, str, str], ...] = ()
    """(sales channel or default, kind of charge, what happens to it: see `charge_rules.parse_treatment`)."""
    create: tuple[tuple[str, str | None, str], ...] = ()
    """(SKU, name in the ledger or None for the shop's, product or service): to be created in the ledger."""
    create_services: bool = False
    """Create, or choose where the ledger has them, the service products of shipping and the COD fee."""
    create_unlinked: bool = False
    """Mark every SKU that is not linked, under the shop's names."""
    uncreate: tuple[str, ...] = ()
    """SKUs whose products are not to be created after all."""
    returns: tuple[tuple[str, str | None], ...] = ()
    """(return's number or key, number or key of the sale it belongs to; None: what was said is taken back)."""
    tax_items: tuple[tuple[str, str | None], ...] = ()
    """(name of a tax in the orders, the ledger's tax item; None: taken away)."""
    take_accounts: bool = False
    """Whether the accounts proposed from the ledger's chart are written into recon.toml."""
    accounts: tuple[tuple[str, str, str | None], ...] = ()
    """(SKU of a till's group, number of the account, VAT code chosen with it or None)."""
    departments: tuple[tuple[str, str | None], ...] = ()
    """(place of a till, the ledger's department; None: taken away)."""
    projects: tuple[tuple[str, str | None], ...] = ()
    """(place of a till, the ledger's project; None: taken away)."""
    counts: tuple[CountWord, ...] = ()
    """What was counted in the drawer after a settlement, or that it was not."""
    unmapped: str | None = None
    """What happens to payment channels nobody mapped: hold, or the ledger's code of the cash channel."""
