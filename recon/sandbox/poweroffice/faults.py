"""Faults of the sandbox PowerOffice Go: the ways any ledger's answer fails, and those of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from recon.sandbox.ledgers.faults import LedgerFault
from recon.sandbox.peak.faults import KINDS as _SHARED

_PEAK_ONLY: Final = frozenset({"rate", "concurrency", "limit", "expired", "revoked", "refuse", "late"})

KINDS: Final[dict[str, str]] = {
    **{kind: words for kind, words in _SHARED.items() if kind not in _PEAK_ONLY},
    "status": "HTTP `status` with plain text; `commit`; `retry_after` becomes the header",
    "rate": "HTTP 429 as the gateway writes it; `retry_after` adds the header; nothing is done",
    "expired": "every token given so far dies now; the request answers 401",
    "revoked": "HTTP 403 without a body; nothing is done",
    "refuse": "HTTP `status` (400) as ProblemDetails with `text`; nothing is done",
    "no-content": "HTTP 204; `commit`",
    "late": "nothing is done now; the work is done `seconds` later by the server's clock; the client meets `then`",
}
"""Every fault and what it does; ``docs/sandbox.md`` prints this list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerOfficeFault(LedgerFault):
    """One fault: what happens, to which requests, how often. Paths as the reference spells them, e.g. /Vouchers/*."""

    kinds: ClassVar[dict[str, str]] = KINDS
