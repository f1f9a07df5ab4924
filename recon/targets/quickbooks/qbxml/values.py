"""Turns one value into the text of one element, or says why it cannot stand there.

Patterns are those of Intuit's qbXML types: amounts with exactly two decimals, rates and quantities with up to five,
dates as YYYY-MM-DD, moments without the Z form.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, TypeGuard

from recon.targets.quickbooks.qbxml.chars import foreign_characters, windows_text
from recon.targets.quickbooks.qbxml.fields import Field, Kind

_AMOUNT_DIGITS: Final = 13
_RATE_DIGITS: Final = 10
_RATE_DECIMALS: Final = 5
_TOO_FINE: Final = f"QuickBooks takes at most {_RATE_DECIMALS} decimals; round it first, by a named rule"
_ID_LENGTH: Final = 36
_LEVELS: Final = ":"
_GUID: Final = re.compile(r"0|\{[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}")
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[+-][0-9]{2}:[0-9]{2})?")


class NotWritten(ValueError):
    """The value does not fit the element; the text says why and what to do."""


def written(field: Field, value: object) -> str:
    """Return the text of an element that has no children (not yet escaped); empty means: leave the element out.

    Raises:
        NotWritten: The value does not fit.
    """
    return _WRITERS[field.kind](field, value)


def _text(field: Field, value: object) -> str:
    if not isinstance(value, str):
        raise NotWritten("a text is needed here")
    foreign = foreign_characters(value) if field.names else ""
    if foreign:
        raise NotWritten(
            f"QuickBooks cannot hold {foreign!r} in a name; give a name in letters of Windows-1252 (Western European)"
        )
    if field.is_level and _LEVELS in value:
        raise NotWritten(
            "a colon separates levels in QuickBooks; give a name without it, and the level above as ParentRef"
        )
    held = windows_text(value)
    if field.length and len(held) > field.length:
        raise NotWritten(f"{len(held)} characters, QuickBooks takes at most {field.length}; shorten it")
    return held


def _amount(_field: Field, value: object) -> str:
    if not _is_whole(value):
        raise NotWritten("an amount is needed here, as a whole number of minor units (cents)")
    units, cents = divmod(abs(value), 100)
    if units >= 10**_AMOUNT_DIGITS:
        raise NotWritten(f"an amount has at most {_AMOUNT_DIGITS} digits before the point")
    return f"{'-' if value < 0 else ''}{units}.{cents:02d}"


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _rate(_field: Field, value: object) -> str:
    if not isinstance(value, Decimal):
        raise NotWritten("an exact decimal number is needed here")
    return _decimal(value)


def _quantity(_field: Field, value: object) -> str:
    if _is_whole(value):
        return _decimal(Decimal(value).scaleb(-3))
    if isinstance(value, Decimal):
        return _decimal(value)
    raise NotWritten("a quantity is needed here, as a whole number of thousandths or an exact decimal number")


def _decimal(value: Decimal) -> str:
    if not value.is_finite():
        raise NotWritten("this is not a number")
    if not value:
        return "0"
    if value.adjusted() >= _RATE_DIGITS:
        raise NotWritten(f"QuickBooks takes at most {_RATE_DIGITS} digits before the point")
    if value.adjusted() < -_RATE_DECIMALS:
        raise NotWritten(_TOO_FINE)
    plain = format(value, "f")
    sign, digits = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
    whole, _, decimals = digits.partition(".")
    decimals = decimals.rstrip("0")
    if len(decimals) > _RATE_DECIMALS:
        raise NotWritten(_TOO_FINE)
    return f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"


def _date(_field: Field, value: object) -> str:
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise NotWritten("a date is needed here, without a time")
    return value.isoformat()


def _moment(_field: Field, value: object) -> str:
    if not isinstance(value, dt.datetime):
        raise NotWritten("a date with its time is needed here")
    said = value.isoformat(timespec="seconds")
    if not _MOMENT.fullmatch(said):
        raise NotWritten("QuickBooks takes an offset of whole minutes only")
    return said


def _bool(_field: Field, value: object) -> str:
    if not isinstance(value, bool):
        raise NotWritten("true or false is needed here")
    return "true" if value else "false"


def _whole(_field: Field, value: object) -> str:
    if not _is_whole(value):
        raise NotWritten("a whole number is needed here")
    return str(value)


def _word(field: Field, value: object) -> str:
    if not isinstance(value, str) or value not in field.words:
        raise NotWritten(f"QuickBooks takes one of: {', '.join(field.words)}")
    return value


def _id(_field: Field, value: object) -> str:
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or len(value) > _ID_LENGTH:
        raise NotWritten(f"an id of QuickBooks is needed here: at most {_ID_LENGTH} plain characters")
    return value


def _guid(_field: Field, value: object) -> str:
    if not isinstance(value, str) or not _GUID.fullmatch(value):
        raise NotWritten("a GUID is needed here: {8-4-4-4-12} hexadecimal digits in braces, or 0")
    return value


_WRITERS: Final[Mapping[Kind, Callable[[Field, object], str]]] = {
    Kind.STR: _text,
    Kind.AMT: _amount,
    Kind.PRICE: _rate,
    Kind.PERCENT: _rate,
    Kind.QUAN: _quantity,
    Kind.DATE: _date,
    Kind.DATETIME: _moment,
    Kind.BOOL: _bool,
    Kind.INT: _whole,
    Kind.WORD: _word,
    Kind.ID: _id,
    Kind.GUID: _guid,
}
