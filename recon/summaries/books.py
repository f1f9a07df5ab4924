"""What the service answers about books read back from a file: frozen records; amounts are plain text, exact."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksDifference:
    """One thing that stands in the books otherwise than here."""

    field: str
    """date, account (moved on one side only), amount, vat-code, department or project."""
    account: str | None
    """None: it is about the whole voucher."""
    ours: str
    theirs: str
    difference: str | None
    """Theirs less ours; None: no sum."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksVoucher:
    """One document of ours and the voucher that is it."""

    order_number: str
    document_key: str
    kind: str
    day: str
    total: str
    stands: str
    """Here: posted, planned (recon has not sent it) or held."""
    verdict: str
    """equal, there, differs, twice or missing."""
    way: str | None
    """number, reference, word or amount: what speaks for it; None: nothing is there."""
    voucher: str | None
    vouchers: tuple[str, ...]
    """All vouchers that are named as it."""
    writers: tuple[str, ...]
    """Who or what entered each of them; empty: the books do not say."""
    voucher_day: str | None
    voucher_text: str | None
    entered_by: str | None
    entered_on: str | None
    posted_on: str | None
    differences: tuple[BooksDifference, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksStranger:
    """A voucher that looks like a settlement and is none of ours."""

    voucher: str
    day: str | None
    description: str
    debit: str
    entered_by: str | None
    entered_on: str | None
    why: str
    """names-report or like-settlement."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksAccount:
    """One account: what our documents should have moved on it, and what the books say."""

    account: str
    name: str
    ours: str
    found: str | None
    """What their vouchers moved; None: the file holds no vouchers."""
    others: str | None
    """What all other vouchers moved; None likewise."""
    ledger: str | None
    difference: str
    """Found less ours; of a trial balance ledger less ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksReport:
    """Result of `recon verify --books`."""

    file: str
    digest: str
    """SHA-256 of the file."""
    form: str
    company: str
    company_number: str
    written_by: str
    written_on: str
    connection: str
    since: str | None
    until: str | None
    vouchers_read: int
    counts: dict[str, int]
    """Documents of ours by verdict."""
    vouchers: tuple[BooksVoucher, ...]
    strange: tuple[BooksStranger, ...]
    accounts: tuple[BooksAccount, ...]
    left_out: int
    """Documents of ours of other days."""
    notes: tuple[str, ...]
    workbook: str = ""
    """Where the workbook was written; empty: none was asked for."""

    @property
    def agrees(self) -> bool:
        """Whether everything stands there once and equal, and nothing looks like a settlement that is none of ours."""
        odd = sum(count for verdict, count in self.counts.items() if verdict != "equal")
        moved = any(account.difference.strip("-0.") for account in self.accounts if account.found is not None)
        return not odd and not self.strange and not moved

    @property
    def entered_by(self) -> dict[str, int]:
        """Who or what entered the vouchers that are ours, as far as the books say, with how many; the most first."""
        named = Counter(who for one in self.vouchers for who in one.writers if who)
        return dict(sorted(named.items(), key=lambda pair: (-pair[1], pair[0])))

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.books/1."""
        return asdict(self) | {"agrees": self.agrees, "entered_by": self.entered_by}
