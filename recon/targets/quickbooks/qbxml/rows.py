"""A small read-only view of the elements of an answer: texts, amounts, dates, by path.

A value that does not have the form Intuit's types give it (an amount of `1,234.50` or `1.5`) makes the answer malformed;
it is never guessed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from recon.targets.quickbooks.qbxml.problems import MalformedAnswer
from recon.text import show

_AMOUNT: Final = re.compile(r"([+-]?)([0-9]{1,13})(?:\.([0-9]{2}))?")
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,10}(?:\.[0-9]{1,5})?")
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,18}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[+-][0-9]{2}:[0-9]{2})?")
_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}
_SHOWN: Final = 80
_MILLI_PLACES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One element of an answer. A path names elements below it: `CustomerRef/FullName`, the first of each name."""

    name: str
    own_text: str = ""
    children: tuple[Row, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)

    def all(self, name: str) -> tuple[Row, ...]:
        """Return the elements of this name directly below, in order."""
        return tuple(child for child in self.children if child.name == name)

    def one(self, path: str) -> Row | None:
        """Return the element at the path, or None."""
        here: Row | None = self
        for step in path.split("/"):
            here = next((child for child in here.children if child.name == step), None) if here else None
        return here

    def text(self, path: str) -> str:
        """Return the text at the path; empty where there is no such element. Text from outside: clean it to show it."""
        found = self.one(path)
        return found.own_text if found else ""

    def minor(self, path: str) -> int | None:
        """Return the amount at the path in minor units; None where there is none.

        Raises:
            MalformedAnswer: It is not an amount with two decimals or none.
        """
        said = self.text(path).strip()
        if not said:
            return None
        found = _AMOUNT.fullmatch(said)
        if not found:
            raise self._malformed(path, "an amount with two decimals or none")
        minor = int(found[2]) * 100 + int(found[3] or 0)
        return -minor if found[1] == "-" else minor

    def number(self, path: str) -> Decimal | None:
        """Return the rate, quantity or percentage at the path; None where there is none.

        Raises:
            MalformedAnswer: It is not a plain number with up to five decimals.
        """
        said = self.text(path).strip()
        if not said:
            return None
        if not _NUMBER.fullmatch(said):
            raise self._malformed(path, "a number with up to five decimals")
        return Decimal(said)

    def milli(self, path: str) -> int | None:
        """Return the quantity at the path in thousandths; None where there is none.

        Raises:
            MalformedAnswer: It is no number, or thousandths cannot hold it.
        """
        said = self.number(path)
        if said is None:
            return None
        milli = said.scaleb(_MILLI_PLACES)
        if milli != milli.to_integral_value():
            raise self._malformed(path, "a quantity of whole thousandths")
        return int(milli)

    def whole(self, path: str) -> int | None:
        """Return the whole number at the path; None where there is none.

        Raises:
            MalformedAnswer: It is no whole number.
        """
        said = self.text(path).strip()
        if not said:
            return None
        if not _WHOLE.fullmatch(said):
            raise self._malformed(path, "a whole number")
        return int(said)

    def day(self, path: str) -> dt.date | None:
        """Return the date at the path; None where there is none.

        Raises:
            MalformedAnswer: It is no date of the form YYYY-MM-DD.
        """
        said = self.text(path).strip()
        if not said:
            return None
        wanted = "a date as YYYY-MM-DD"
        if not _DAY.fullmatch(said):
            raise self._malformed(path, wanted)
        try:
            return dt.date.fromisoformat(said)
        except ValueError:
            raise self._malformed(path, wanted) from None

    def moment(self, path: str) -> dt.datetime | None:
        """Return the date and time at the path (with the offset QuickBooks states, if any); None where there is none.

        Raises:
            MalformedAnswer: It is no date and time.
        """
        said = self.text(path).strip()
        if not said:
            return None
        wanted = "a date with its time"
        if not _MOMENT.fullmatch(said):
            raise self._malformed(path, wanted)
        try:
            return dt.datetime.fromisoformat(said)
        except ValueError:
            raise self._malformed(path, wanted) from None

    def flag(self, path: str) -> bool | None:
        """Return the yes or no at the path; None where there is none.

        Raises:
            MalformedAnswer: It is neither.
        """
        said = self.text(path).strip()
        if not said:
            return None
        if said not in _FLAGS:
            raise self._malformed(path, "true or false")
        return _FLAGS[said]

    def walk(self) -> Iterator[Row]:
        """Go through this element and everything below it, in order."""
        waiting = [self]
        while waiting:
            here = waiting.pop()
            yield here
            waiting.extend(reversed(here.children))

    def _malformed(self, path: str, wanted: str) -> MalformedAnswer:
        said = show(self.text(path), limit=_SHOWN)
        return MalformedAnswer(
            f"QuickBooks' answer says {said!r} in {self.name}/{path}, where {wanted} belongs. recon does not guess it; "
            "what QuickBooks did is looked up before anything is sent again."
        )
