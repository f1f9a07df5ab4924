"""Field checks as PEAK makes them: integers for flags, yyyyMMdd Gregorian dates, numbers for amounts."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any, Final

from recon.sandbox.ledgers.answers import Json
from recon.sandbox.peak.rules import Rules
from recon.sandbox.peak.wire import Fields, Refused, Unreadable

_DATE: Final = re.compile(r"[0-9]{8}", re.ASCII)
_AMOUNT_TEXT: Final = re.compile(r"-?[0-9]{1,13}(\.[0-9]+)?", re.ASCII)
_DIGITS_13: Final = re.compile(r"[0-9]{13}", re.ASCII)
_DIGITS_5: Final = re.compile(r"[0-9]{5}", re.ASCII)

YEARS: Final = range(1990, 2200)
"""Gregorian years taken; 2400 and later are Buddhist and refused."""
AMOUNT_LIMIT: Final = Decimal(10) ** 13


def text(fields: Fields, name: str, longest: int, *, required: bool = False) -> str:
    """Return a text field; missing and null are empty."""
    value = fields.get(name)
    if value is None:
        value = ""
    if isinstance(value, bool) or not isinstance(value, str):
        raise Refused(f"Invalid Data Type {name}")
    if required and not value.strip():
        raise Refused(f"Missing {name}")
    if len(value) > longest:
        raise Refused(f"{name} must not be longer than {longest} characters")
    return value


def integer(fields: Fields, name: str, accepted: frozenset[int] | set[int], *, default: int | None = None) -> int:
    """Return an integer field; JSON true is what PEAK's parser cannot read."""
    value = fields.get(name)
    if isinstance(value, bool):
        raise Unreadable(
            f"Unexpected character encountered while parsing value: {'t' if value else 'f'}. Path '{name}'."
        )
    if value is None:
        if default is None:
            raise Refused(f"Missing {name}")
        return default
    if not isinstance(value, int) or value not in accepted:
        raise Refused(f"Invalid {name}")
    return value


def date(fields: Fields, name: str, rules: Rules, *, integer_taken: bool = False) -> dt.date:
    """Return a yyyyMMdd date, Gregorian, sent as text."""
    value = fields.get(name)
    if value is None or value == "":
        raise Refused(f"Missing {name}")
    if isinstance(value, int) and not isinstance(value, bool) and (integer_taken or rules.integer_dates):
        value = str(value)
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise Refused(f"Invalid {name} format yyyyMMdd")
    if int(value[:4]) not in YEARS:
        raise Refused(f"Invalid {name}: year {value[:4]}")
    try:
        return dt.date(int(value[:4]), int(value[4:6]), int(value[6:]))
    except ValueError:
        raise Refused(f"Invalid {name} format yyyyMMdd") from None


def amount(
    fields: Fields, name: str, rules: Rules, *, decimals: int | None = None, default: Decimal | None = None
) -> Decimal:
    """Return an exact number; text only where the rules say so."""
    value: Any = fields.get(name)
    if isinstance(value, bool):
        raise Unreadable(
            f"Unexpected character encountered while parsing value: {'t' if value else 'f'}. Path '{name}'."
        )
    if value is None:
        if default is None:
            raise Refused(f"Missing {name}")
        return default
    if isinstance(value, str):
        if not rules.amount_text:
            raise Refused(f"Invalid Data Type {name}")
        return amount_text(value, name, decimals=rules.price_decimals)
    if not isinstance(value, (int, Decimal)):
        raise Refused(f"Invalid Data Type {name}")
    return _exact(Decimal(value), name, rules.price_decimals if decimals is None else decimals)


def amount_text(value: Json, name: str, *, decimals: int = 2) -> Decimal:
    """Return an amount that PEAK takes as text only (journals, withheld tax of a payment)."""
    if not isinstance(value, str) or not _AMOUNT_TEXT.fullmatch(value):
        raise Refused(f"Invalid Data Type {name}")
    return _exact(Decimal(value), name, decimals)


def _exact(value: Decimal, name: str, decimals: int) -> Decimal:
    if abs(value) >= AMOUNT_LIMIT or value != value.quantize(Decimal(1).scaleb(-decimals)):
        raise Refused(f"Invalid {name}")
    return value


def tax_number(fields: Fields) -> str:
    """Return a 13-digit tax id; left out is allowed, an empty text is not (leave empty fields out)."""
    return _digits(fields, "taxNumber", _DIGITS_13, "13 digits")


def branch_code(fields: Fields) -> str:
    """Return a 5-digit branch; left out is allowed."""
    return _digits(fields, "branchCode", _DIGITS_5, "5 digits")


def _digits(fields: Fields, name: str, form: re.Pattern[str], words: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or not form.fullmatch(value):
        raise Refused(f"Invalid {name}: {words}")
    return value


def number_text(fields: Fields, rules: Rules) -> str:
    """Return the document number the client sends; empty when PEAK shall number it."""
    value = text(fields, "code", rules.code_max_length)
    if value != value.strip():
        raise Refused("Invalid code")
    return value


def open_period(day: dt.date, rules: Rules) -> None:
    """Refuse a day of the closed period."""
    if rules.closed_through and f"{day:%Y%m%d}" <= rules.closed_through:
        raise Refused(f"Accounting period is closed through {rules.closed_through}")


def date_text(day: dt.date) -> str:
    """Write a date as PEAK does."""
    return f"{day.year:04d}{day.month:02d}{day.day:02d}"
