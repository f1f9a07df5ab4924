"""The lines of a voucher as accounts, VAT codes and signed gross amounts: what all routes send and what is compared.

A settlement's payments stand on the debit side, its lines on the credit side; an amount below zero changes sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from recon.domain.document import Document
from recon.targets.poweroffice.lists import NO_VAT, Lists
from recon.targets.poweroffice.options import PowerOfficeOptions

_OWN_CHANNELS: Final = {"cash difference": "Kassedifferanse", "to bank": "Til bank", "cash": "Kontant"}
"""Channels that no till names, in the language of the books."""
_MOVES: Final = ("Kassedifferanse", "Til bank")
"""What a line with two sides of money is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One account and what is posted on it, gross."""

    account: str
    vat: str
    minor: int
    """Above zero: debit; below: credit."""
    text: str = ""
    department: str = ""
    project: str = ""

    @property
    def fact(self) -> tuple[str, str, str, str, int]:
        """What must agree with what Go holds; its text may be reworded there."""
        return (self.account, self.vat, self.department, self.project, self.minor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a draft: an amount with a debit side, a credit side or both."""

    minor: int
    debit: Side | None
    credit: Side | None

    @property
    def has_both(self) -> bool:
        """Whether it has a debit and a credit side."""
        return self.debit is not None and self.credit is not None

    @property
    def text(self) -> str:
        """What the line is about."""
        sides = [side.text for side in (self.debit, self.credit) if side is not None and side.text]
        return next((text for text in sides if text in _MOVES), sides[0] if sides else "")


def sides_of(document: Document, lists: Lists) -> list[Side]:
    """Return payments, then lines, in the document's order; amounts of zero are left out, nothing is posted by them."""
    return [*paid_sides(document, lists), *sold_sides(document)]


def paid_sides(document: Document, lists: Lists) -> list[Side]:
    """Return what came in and went out, by account."""
    parts = [(part.payment_method, part.payment_channel, part.amount_minor) for part in document.payments]
    if not parts and document.payment_method:
        parts = [(document.payment_method, document.payment_channel, document.paid_minor)]
    return [
        Side(
            account=method, vat=vat_of_payment(method, lists), minor=minor,
            text=_channel_text(channel, document.sales_channel), department=document.department or "",
            project=document.project or "",
        )
        for method, channel, minor in parts
        if minor
    ]  # fmt: skip


def sold_sides(document: Document) -> list[Side]:
    """Return what it was for, by account and VAT code."""
    return [
        Side(
            account=line.account_code or "", vat=line.tax_code or "", minor=-line.amount_minor, text=line.description,
            department=document.department or "", project=document.project or "",
        )
        for line in document.lines
        if line.amount_minor
    ]  # fmt: skip


def vat_of_payment(account: str, lists: Lists) -> str:
    """Return the VAT code of a line that moves money: none, unless the account takes only its own."""
    known = lists.accounts.get(account)
    return known.facts.tax_code if known is not None and known.facts.is_tax_locked and known.facts.tax_code else NO_VAT


def entries_of(document: Document, lists: Lists, options: PowerOfficeOptions) -> list[Entry]:
    """Return the lines of a draft: one side each; last what only went from one account of money to another, with both."""
    paid = _paired(paid_sides(document, lists))
    single = [*(entry for entry in paid if not entry.has_both), *map(_entry, sold_sides(document))]
    return [*_against(single, lists, options), *(entry for entry in paid if entry.has_both)]


def _paired(sides: Sequence[Side]) -> list[Entry]:
    """Join two neighbours that cancel out, as a cash difference and the cash it is missing from."""
    left, found = list(reversed(sides)), []
    while left:
        one = left.pop()
        cancels = left and left[-1].minor == -one.minor and left[-1].account != one.account
        found.append(_entry(one, left.pop()) if cancels else _entry(one))
    return found


def _entry(*sides: Side) -> Entry:
    return Entry(
        minor=abs(sides[0].minor),
        debit=next((side for side in sides if side.minor > 0), None),
        credit=next((side for side in sides if side.minor < 0), None),
    )


def _against(entries: Iterable[Entry], lists: Lists, options: PowerOfficeOptions) -> Iterator[Entry]:
    """Give one-sided lines the clearing account on their other side, where the settings ask for it."""
    clearing = options.clearing_account
    for entry in entries:
        one = entry.debit or entry.credit
        assert one is not None
        if options.draft_lines == "one-sided":
            yield entry
            continue
        vat = vat_of_payment(clearing, lists)
        yield _entry(one, replace(one, account=clearing, vat=vat, minor=-one.minor, text=""))


def sent_sides(document: Document, lists: Lists, options: PowerOfficeOptions) -> list[Side]:
    """Return all sides of a settlement as they go out; a draft's may stand against a clearing account besides."""
    if options.route != "draft":
        return sides_of(document, lists)
    entries = entries_of(document, lists, options)
    return [side for entry in entries for side in (entry.debit, entry.credit) if side is not None]


def debits(sides: Iterable[Side]) -> int:
    """Return the sum of the debit sides."""
    return sum(side.minor for side in sides if side.minor > 0)


def _channel_text(channel: str, place: str) -> str:
    """Return a payment channel without its place, which the department says."""
    starts = f"{place}/"
    parts = [part.removeprefix(starts) for part in channel.split(" + ")]
    return " + ".join(_OWN_CHANNELS.get(part, part) for part in parts)
