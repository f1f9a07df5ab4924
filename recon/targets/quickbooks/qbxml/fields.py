"""What a table of elements is made of: fields with a type, blocks with children, and choices.

Types and patterns are those of Intuit's qbXML 13.0 types; lengths are those of the Desktop edition. A length of 0 means
that no length is known to us: QuickBooks decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

Version = tuple[int, int]
"""qbXML version, as (13, 0)."""

OLDEST: Final[Version] = (4, 0)
"""Elements without a version of their own are in every qbXML from here on."""


class Kind(StrEnum):
    """Type of an element."""

    STR = "text"
    AMT = "amount"
    PRICE = "price"
    QUAN = "quantity"
    PERCENT = "percentage"
    DATE = "date"
    DATETIME = "date and time"
    BOOL = "yes or no"
    INT = "whole number"
    WORD = "one of a list of words"
    ID = "id"
    GUID = "GUID"
    REF = "reference"
    BLOCK = "group of elements"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One element in its place."""

    name: str
    kind: Kind
    length: int = 0
    """Longest text; of a reference, the longest FullName. 0: not known to us."""
    names: bool = False
    """The text names a thing or a document: a character QuickBooks cannot hold is refused in it, never replaced."""
    is_level: bool = False
    """The text is one level of a name: a colon, which separates levels, is refused in it."""
    words: tuple[str, ...] = ()
    children: tuple[Part, ...] = ()
    required: bool = False
    repeats: bool = False
    since: Version = OLDEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Elements that exclude each other: at most one branch may be given."""

    branches: tuple[tuple[Part, ...], ...]
    required: bool = False
    mixed: bool = False
    """Branches may stand side by side and repeat (lines of two kinds)."""


Part = Field | Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One request: what it holds, in order."""

    name: str
    """Without Rq: `SalesReceiptAdd`."""
    parts: tuple[Part, ...]
    is_wrapped: bool = True
    """The elements stand in an element of the request's name inside the Rq; else directly in the Rq."""
    changes: bool = True
    """The request changes the company file."""
    iterates: bool = False
    """An answer may come in pieces (iterator)."""
    since: Version = OLDEST


_REF_LENGTHS: Final[Mapping[str, int]] = {
    **dict.fromkeys(
        ("AccountRef", "ARAccountRef", "APAccountRef", "DepositToAccountRef", "IncomeAccountRef", "ExpenseAccountRef",
         "COGSAccountRef", "AssetAccountRef", "OverrideItemAccountRef", "RefundFromAccountRef", "DiscountAccountRef",
         "PrefillAccountRef", "ClassRef", "OverrideClassRef", "DiscountClassRef"),
        159,
    ),
    **dict.fromkeys(("CustomerRef", "EntityRef", "PayeeEntityRef", "ShipToEntityRef"), 209),
    **dict.fromkeys(("VendorRef", "PrefVendorRef", "TaxVendorRef"), 41),
    **dict.fromkeys(("PaymentMethodRef", "PreferredPaymentMethodRef", "TermsRef", "ItemSalesTaxRef"), 31),
    **dict.fromkeys(("SalesTaxCodeRef", "CustomerSalesTaxCodeRef"), 3),
    "SalesRepRef": 5,
    "ShipMethodRef": 15,
    "InventorySiteRef": 31,
    "CurrencyRef": 64,
    "CustomerMsgRef": 101,
}  # fmt: skip
"""Longest FullName by reference (qbXML 13.0 schema); the others are not known to us."""


def _at(since: int) -> Version:
    return (since, 0) if since else OLDEST


def text(name: str, length: int = 0, *, required: bool = False, repeats: bool = False, since: int = 0) -> Field:
    """Return a field of free text."""
    return Field(name=name, kind=Kind.STR, length=length, required=required, repeats=repeats, since=_at(since))


def naming(name: str, length: int = 0, *, required: bool = False, repeats: bool = False, since: int = 0) -> Field:
    """Return a field whose text names a thing or a document."""
    return Field(
        name=name, kind=Kind.STR, length=length, names=True, required=required, repeats=repeats, since=_at(since)
    )


def name_of_one(length: int) -> Field:
    """Return the name a new entry of a list gets: one level, never several."""
    return Field(name="Name", kind=Kind.STR, length=length, names=True, is_level=True, required=True)


def of(kind: Kind, name: str, *, required: bool = False, repeats: bool = False, since: int = 0) -> Field:
    """Return a field of a type that needs nothing more than its name."""
    return Field(name=name, kind=kind, required=required, repeats=repeats, since=_at(since))


def amt(name: str, *, required: bool = False, since: int = 0) -> Field:
    """Return an amount."""
    return of(Kind.AMT, name, required=required, since=since)


def day(name: str, *, since: int = 0) -> Field:
    """Return a date."""
    return of(Kind.DATE, name, since=since)


def flag(name: str, *, required: bool = False, since: int = 0) -> Field:
    """Return a yes or no."""
    return of(Kind.BOOL, name, required=required, since=since)


def ident(name: str, *, required: bool = False, repeats: bool = False, since: int = 0) -> Field:
    """Return an id QuickBooks gave (ListID, TxnID)."""
    return of(Kind.ID, name, required=required, repeats=repeats, since=since)


def guid(name: str, *, repeats: bool = False, required: bool = False, since: int = 0) -> Field:
    """Return a GUID."""
    return of(Kind.GUID, name, repeats=repeats, required=required, since=since)


def word(name: str, words: tuple[str, ...], *, required: bool = False, repeats: bool = False, since: int = 0) -> Field:
    """Return a field that takes one of some words."""
    return Field(name=name, kind=Kind.WORD, words=words, required=required, repeats=repeats, since=_at(since))


def ref(
    name: str, *, length: int | None = None, required: bool = False, repeats: bool = False, since: int = 0
) -> Field:
    """Return a reference: ListID or FullName."""
    longest = _REF_LENGTHS.get(name, 0) if length is None else length
    children = (ident("ListID"), naming("FullName", longest))
    return Field(
        name=name, kind=Kind.REF, length=longest, children=children,
        required=required, repeats=repeats, since=_at(since),
    )  # fmt: skip


def block(name: str, *children: Part, required: bool = False, repeats: bool = False, since: int = 0) -> Field:
    """Return an element with children in order."""
    return Field(name=name, kind=Kind.BLOCK, children=children, required=required, repeats=repeats, since=_at(since))


def one_of(*branches: Part | tuple[Part, ...], required: bool = False, mixed: bool = False) -> Choice:
    """Return a choice between elements, or between rows of elements."""
    rows = tuple(branch if isinstance(branch, tuple) else (branch,) for branch in branches)
    return Choice(branches=rows, required=required, mixed=mixed)


def address(name: str, *, since: int = 0) -> Field:
    """Return an address block; the same everywhere."""
    lines = tuple(text(f"Addr{number}", 41) for number in range(1, 6))
    rest = (text("City", 31), text("State", 21), text("PostalCode", 13), text("Country", 31), text("Note", 41))
    return block(name, *lines, *rest, since=since)


def data_ext(*, since: int = 0) -> Field:
    """Return custom fields of a line."""
    return block(
        "DataExt", guid("OwnerID", required=True), naming("DataExtName", 31, required=True),
        text("DataExtValue", required=True), repeats=True, since=since,
    )  # fmt: skip


def fields_of(parts: tuple[Part, ...]) -> tuple[Field, ...]:
    """Return the fields of a row of parts in table order, those inside choices included."""
    found: list[Field] = []
    for part in parts:
        if isinstance(part, Field):
            found.append(part)
        else:
            for branch in part.branches:
                found.extend(fields_of(branch))
    return tuple(found)
