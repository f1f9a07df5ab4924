"""What the service answers about files taken in and the findings they left."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class CauseLine:
    """Findings of one cause."""

    code: str
    severity: str
    title: str
    count: int
    orders: int
    amount: str
    remedy: str
    example: str = ""
    """First one, with its place and figures."""
    other_currencies: dict[str, str] = field(default_factory=dict)
    """Sums of orders in other currencies than the books'; they are not in ``amount``."""
    orders_total: str = ""
    """Held causes of sales only: what the buyers of these orders pay; ``amount`` is what the books still wait for, which is less, or below
    zero, where a part stands there already. Empty: the same."""
    purchases: str = ""
    """Sum over records of purchases, which ``amount`` leaves out: what is bought is never added to what is sold. Empty: none."""


@dataclass(frozen=True, slots=True)
class KindLine:
    """Documents of one kind."""

    kind: str
    count: int
    total: str
    vat: str


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file or one kept answer."""

    name: str
    status: str
    """taken, known (nothing new) or refused."""
    message: str = ""
    source: str = ""
    digest: str = ""
    rows: int = 0
    orders: int = 0
    total: str = "0.00"
    stated_total: str = "0.00"
    """Sum over the file's own text, counted apart from the orders."""
    other_currencies: dict[str, str] = field(default_factory=dict)
    """Totals of orders in other currencies than the books'; they are in no other sum."""
    purchases: int = 0
    """Of the orders, those that are purchases or a marketplace's payouts."""
    refused: int = 0
    """Orders of the file that could not be read."""
    known: int = 0
    new: int = 0
    changed: int = 0
    gone: int = 0
    causes: tuple[CauseLine, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IntakeReport:
    """Result of `recon import` and `recon pull`."""

    connection: str
    files: tuple[FileReport, ...]
    dry_run: bool = False

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.import/1 and recon.pull/1."""
        return asdict(self)
