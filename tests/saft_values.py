"""What a SAF-T Cash Register file of a test is made of: tills, days, receipts, and how a till writes; amounts are minor units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

NAMESPACE = "urn:StandardAuditFile-Taxation-CashRegister:NO"
RATES = {"3": "25", "31": "15", "33": "12", "0": "0"}
"""VAT code of the till, here equal to the standard code, to its rate in percent."""
GROUPS = {
    "100": ("04006", "Mat servert"),
    "110": ("04006", "Mat take-away"),
    "200": ("04007", "Øl"),
    "900": ("04999", "Gavekort"),
}
PAYMENTS = {
    "CASH": ("12001", "Kontant"), "BAX": ("12002", "BankAxept"), "VISA": ("12003", "Visa"), "GIFT": ("12005", "Gavekort"),
    "ACCOUNT": ("12006", "Faktura"), "VIPPS": ("12011", "Vipps"),
}  # fmt: skip
KINDS = {
    "CASHSALE": "11001", "CREDITSALE": "11002", "PAYMENT": "11005", "RETURN": "11006", "FLOAT": "11007", "DIFFERENCE": "11008",
    "MIXED": "11015",
}  # fmt: skip
NO_SALES = ("CREDITSALE", "PAYMENT", "FLOAT", "DIFFERENCE", "MIXED")


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of a receipt; ``amount`` with VAT, negative: given back."""

    group: str
    amount: int
    code: str = "3"
    article: str = ""
    quantity: str = "1"
    rate: str = ""

    @property
    def percent(self) -> str:
        return self.rate or RATES[self.code]

    @property
    def vat(self) -> int:
        return inside(self.amount, self.percent)


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """One transaction."""

    lines: tuple[Line, ...] = ()
    payments: tuple[tuple[str, int], ...] = ()
    time: str = "12:00:00"
    kind: str = "CASHSALE"
    rounding: int = 0
    tips: int = 0
    is_void: bool = False
    is_training: bool = False
    next_day: bool = False
    customer: str = ""
    invoice: str = ""
    refers_to: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    """Elements to be written otherwise: name to text."""

    @property
    def gross(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def counts(self) -> bool:
        return not (self.is_void or self.is_training)


@dataclass(frozen=True, kw_only=True)
class Day:
    """What lies between two Z reports."""

    date: dt.date
    number: int
    receipts: tuple[Receipt, ...] = ()
    closed_at: str = "23:41:07"
    next_day: bool = False
    """The Z report is made after midnight."""
    opening_float: int = 150_000
    pay_ins: tuple[tuple[str, int], ...] = ()
    pay_outs: tuple[tuple[str, int], ...] = ()
    stated: Mapping[str, str] = field(default_factory=dict)
    """Elements of the report to be written otherwise: name to the whole text inside."""
    report: str = "Z report"


@dataclass(frozen=True, kw_only=True)
class Register:
    """One till; ``place`` is the name of its location, empty: the location has none."""

    number: str
    place: str = "Kafé Torget"
    days: tuple[Day, ...] = ()
    has_transactions: bool = True


@dataclass(frozen=True, kw_only=True)
class Habits:
    """How a till writes; the defaults are those of the official example."""

    vat_rows: str = "net"
    """net, gross, or faulty (amounts with VAT beside a VAT as if they were without)."""
    absolute: bool = False
    """Returns without a sign, told by C and D alone."""
    swapped: bool = False
    """C and D the other way round."""
    prefix: str = ""
    newline: str = "\n"
    predefined: bool = True
    sides: bool = True
    """Returns carry the other side (C or D)."""


@dataclass(frozen=True, kw_only=True)
class Customer:
    number: str
    name: str
    tax_id: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""


def inside(amount: int, percent: str) -> int:
    """Return the VAT inside an amount, half up."""
    rate = int(Decimal(percent) * 1000)
    size = (2 * abs(amount) * rate + 100_000 + rate) // (2 * (100_000 + rate))
    return size if amount >= 0 else -size
