"""What a till's accounts, its set-up and its cash counts look like as answers: plain records, ready for JSON."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class TillLine:
    """One group, tip or rounding of a place with its account and VAT code."""

    sku: str
    place: str
    part: str
    name: str
    kind: str
    rate: str
    """``25 %``; empty: it bears no VAT."""
    orders: int
    amount: str
    state: str
    """linked, wrong (its VAT code does not fit), suggested or unlinked."""
    account: str | None = None
    account_name: str = ""
    tax_code: str | None = None
    tax_from: str | None = None
    """locked (on the account), chosen, mapped (from the tax), account (its own) or none-needed."""
    suggestion: str | None = None
    suggestion_tax: str | None = None
    certain: str = ""
    """Rule that makes the proposal certain: elsewhere, only-rate, only-name or standard-code; empty: it is a guess."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupLine:
    """One thing that is missing before settlements can go out, and where to set it."""

    what: str
    """account, vat-code, payment, department, project, product, count or lists."""
    place: str
    thing: str
    """What it is about: the group, the payment, the account; empty: the place itself."""
    why: str
    where: str
    """The command that sets it, or where it is set in the ledger."""
    settlements: int
    """How many wait for it."""
    amount: str
    screen: str = ""
    """List of the Match step where it is set: products, payment, taxes, counts, articles; empty: in the ledger or in the settings."""
    proposal: str = ""
    """What is proposed; empty: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountLine:
    """One settlement with the cash it should have left, and what a person counted."""

    order_key: str
    number: str
    """Register and Z: K1/214."""
    day: str
    place: str
    total: str
    opening_float: str | None
    """None: the till does not state it, so a count has nothing to be compared with."""
    cash: str
    expected: str | None
    state: str
    """waiting, counted, sent (approved or posted: closed to changes), not-needed (no cash)."""
    counted: str | None = None
    difference: str | None = None
    """Counted less expected; below zero: it is short."""
    to_bank: str | None = None
    counted_by: str = ""
    counted_at: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountReport:
    """All settlements with their counts."""

    connection: str
    counting: str
    """hold, warn, till or off, as till.counting says."""
    bank_deposits: str
    lines: tuple[CountLine, ...]
    changes: tuple[str, ...] = ()
    setup: tuple[SetupLine, ...] = ()

    @property
    def waiting(self) -> int:
        """How many settlements wait for a count."""
        return sum(line.state == "waiting" for line in self.lines)

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.till/1."""
        return asdict(self) | {"waiting": self.waiting}


@dataclass(frozen=True, slots=True)
class FormFacts:
    """What an empty form of Z reports is written with."""

    company: str
    currency: str
    language: str
    """Language of its headings: the workbooks'."""
    places: tuple[str, ...]
    """Places that have a department."""
    now: dt.datetime
