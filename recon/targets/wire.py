"""JSON of a ledger's REST service: exact numbers out, keys in any case and amounts as number or text in.

What cannot be read is ``None``, never a guess and never a crash (F31).
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final, TypeAlias

from recon.errors import MoneyError
from recon.money import parse_minor

Out: TypeAlias = "dict[str, Out] | list[Out] | str | int | bool | Decimal"
"""What we send: no null, no float."""

_WITH_THOUSANDS: Final = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", re.ASCII)
_DATE: Final = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})(?:[T ].*)?", re.ASCII)
_PLAIN: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


def encode(value: Out) -> bytes:
    """Return the value as JSON in UTF-8; decimals are written digit by digit."""
    return _text(value).encode()


def _text(value: Out) -> str:
    assert not isinstance(value, float)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(name)}: {_text(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_text(item) for item in value) + "]"
    if isinstance(value, str | bool):
        return json.dumps(value, ensure_ascii=False)
    return format(value, "f") if isinstance(value, Decimal) else str(value)


class Fields(Mapping[str, object]):
    """A JSON object whose keys are read in any case."""

    __slots__ = ("_by_key", "raw")

    def __init__(self, value: object) -> None:
        self.raw: dict[str, object] = value if isinstance(value, dict) else {}
        self._by_key = {key.lower(): item for key, item in self.raw.items()}

    def __getitem__(self, key: str) -> object:
        return self._by_key[key.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_key)

    def __len__(self) -> int:
        return len(self._by_key)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and key.lower() in self._by_key

    def text(self, *names: str) -> str:
        """Return the first of these fields that holds a text or whole number, trimmed; empty if none does."""
        for name in names:
            found = scalar_text(self.get(name))
            if found:
                return found
        return ""

    def inner(self, name: str) -> Fields:
        """Return an object inside this one; empty if there is none."""
        return Fields(self.get(name))

    def rows(self, name: str) -> list[Fields] | None:
        """Return a list of objects; None if the field is missing or no list."""
        value = self.get(name)
        return [Fields(item) for item in value if isinstance(item, dict)] if isinstance(value, list) else None

    def has_strangers(self, name: str) -> bool:
        """Return whether a list holds something that is no object."""
        value = self.get(name)
        return isinstance(value, list) and not all(isinstance(item, dict) for item in value)

    def minor(self, *names: str) -> int | None:
        """Return the first of these fields that holds an exact amount, in minor units."""
        for name in names:
            found = read_minor(self.get(name))
            if found is not None:
                return found
        return None

    def date(self, name: str) -> dt.date | None:
        """Return a date written as yyyyMMdd or yyyy-MM-dd, as text or number."""
        return read_date(self.get(name))

    def flag(self, *names: str) -> bool | None:
        """Return the first of these fields that holds a yes or no."""
        for name in names:
            found = {"1": True, "true": True, "0": False, "false": False}.get(scalar_text(self.get(name)).lower())
            if found is not None:
                return found
        return None


def scalar_text(value: object) -> str:
    """Return a text or number as text; empty for everything else."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**18 else ""
    return format(value, "f") if isinstance(value, Decimal) and abs(value.adjusted()) < 18 else ""


def read_minor(value: object, currency: str = "THB") -> int | None:
    """Return an amount given as number or text (also with thousands marks) in minor units; None if not exact."""
    if isinstance(value, bool):
        return None
    text = scalar_text(value)
    if _WITH_THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    try:
        return parse_minor(text, currency)
    except MoneyError:
        return None


def read_quantity(value: object) -> str:
    """Return a quantity as its shortest text; empty if it is no number."""
    text = scalar_text(value)
    if not _PLAIN.fullmatch(text):
        return ""
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_date(value: object) -> dt.date | None:
    """Return a date written as yyyyMMdd or yyyy-MM-dd (a time behind it is left out); None if it is none."""
    found = _DATE.fullmatch(scalar_text(value))
    if found is None:
        return None
    try:
        return dt.date(*(int(part) for part in found.groups()))
    except ValueError:
        return None
