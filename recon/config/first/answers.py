"""The few answers a first recon.toml is written from."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAnswers:
    """What `recon init` asks for."""

    company: str
    tax_id: str = ""
    connection: str = "shop"
    source: str = "shopify"
    target: str = "peak"
    shop: str = "shop"
    profile: str = ""
    start_date: dt.date
    vat_registered: bool = True
    prices: str = "as-source"
    receipts: str = "paid"
    invoices: str = "off"
    numbering: str = "source"
    base_url: str = ""
    source_base_url: str = ""
    environment: str = "live"
