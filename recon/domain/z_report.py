"""A settlement as a sheet of paper: the Z reports a voucher is made of and the voucher's own lines, for whoever draws it.

Amounts are minor units and days are days: how they are written, and in which language, is up to the writer.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetAmount:
    """A line of a Z report with its gross amount."""

    text: str
    amount_minor: int
    rate: str = ""
    """VAT as the till states it, ``25 %``; empty: it says none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRate:
    """What a Z report says of one VAT rate."""

    rate: str
    gross_minor: int
    vat_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetCount:
    """The cash of a report: what should have lain in the drawer, and what was counted."""

    opening_float_minor: int | None
    expected_minor: int | None
    """None: the till does not state the opening float."""
    counted_minor: int | None
    """None: nobody counted."""
    to_bank_minor: int = 0
    counted_by: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetReport:
    """One Z report as the kept file has it."""

    register: str
    number: str
    """Z number."""
    place: str
    day: dt.date
    """Business day, on which it is booked."""
    closed_at: dt.datetime | None
    """When the till was closed, by the company's clock; None: not stated."""
    groups: tuple[SheetAmount, ...]
    tips: tuple[SheetAmount, ...]
    rates: tuple[SheetRate, ...]
    rounding_minor: int
    moves: tuple[SheetAmount, ...]
    """Pay-ins (above zero), pay-outs (below zero) and payments of customers on their invoices."""
    payments: tuple[SheetAmount, ...]
    total_minor: int
    cash: SheetCount
    file_name: str
    file_digest: str
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPosting:
    """One line of the voucher, gross: a debit above zero, a credit below."""

    account: str
    text: str
    tax_code: str
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementSheet:
    """Everything the sheet of one settlement voucher shows."""

    company: str
    organisation: str
    voucher: str
    """Our number of it."""
    text: str
    """What the voucher is called in the ledger."""
    day: dt.date
    department: str
    project: str
    currency: str
    reports: tuple[SheetReport, ...]
    lines: tuple[SheetPosting, ...]
