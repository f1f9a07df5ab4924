"""What can be set about PEAK, as plain values: a target does not know the settings file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from recon.domain.providers import keys_of

PRODUCTION_URL: Final = "https://api.peakaccount.com/api/v1"
UAT_URL: Final = "https://peakengineapidev.azurewebsites.net/api/v1"
"""PEAK's test system (UAT)."""

LIVE_HOSTS: Final = frozenset({"api.peakaccount.com", "peakengineapi.azurewebsites.net"})
TEST_HOSTS: Final = frozenset({"peakengineapidev.azurewebsites.net"})

CREDENTIALS: Final = keys_of("peak")
"""Names under which the three secrets are handed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakOptions:
    """Settings of one connection to PEAK. Defaults are the documented values, or the safest guess (docs/peak.md)."""

    numbering: Literal["source", "ledger"] = "source"
    """`source`: our own number goes out as `code`; `ledger`: PEAK numbers, our key goes out as `reference`."""
    signature_encoding: Literal["hex", "base64"] = "hex"
    """How Time-Signature is written. Live clients use hex; PEAK's text does not say."""
    timeout_seconds: float = 30
    lookup_grace_seconds: int = 120
    """How long an unclear send rests before it is looked up."""
    number_max_length: int = 30
    """Longest `code` PEAK takes; unverified."""
    text_max_length: int = 1000
    """Longest remark or description; unverified."""
    lines_max: int = 200
    """Most lines of one document; unverified, a larger one is objected to before it is sent."""
    reason_type: int = 1
    """`reasonType` of credit notes; 1 (goods returned) is the only value seen to work."""
    goods_return: bool = True
    """Whether a credit note puts goods back into stock (`goodsReturn`)."""
    read_after_write: bool = True
    """Read each document back at once, to learn PEAK's id and its totals."""
    page_size: int = 100
    """`limit` of list pages."""
    journal_book: str = ""
    """`journalTypeId` of suppliers' credits; empty: none are sent. Its values are not known (peak.md 5)."""
    proxy: str | None = None
    ca_file: Path | None = None
    needed_products: dict[str, str] = field(default_factory=dict)
    """Setting → product code that must exist; an empty code means that none is set yet."""
    needed_accounts: dict[str, str] = field(default_factory=dict)
    """Setting → account code that must exist in the chart."""
    needed_methods: dict[str, str] = field(default_factory=dict)
    """Setting → payment method code that must exist."""
