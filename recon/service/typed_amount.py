"""Amounts as persons type them, in Norwegian or English form; what can be read in two ways is refused, never guessed."""

from __future__ import annotations

import re
from typing import Final

from recon.errors import MoneyError, UsageError
from recon.money import exponent, parse_minor

_GROUPED: Final = re.compile(r"-?\d{1,3}(?:([ .,'\u00a0\u2009\u202f])\d{3})(?:\1\d{3})*(?:[.,]\d*)?-?")
_SPACED: Final = re.compile(r"\d[\s\u00a0\u2009\u202f']+\d")


def typed_minor(text: str, currency: str) -> int:
    """Return ``4 480,00``, ``4480.00``, ``4,480.00``, ``4.480,00``, ``4480,-`` or ``kr 4480`` as minor units.

    Raises:
        UsageError: It is no amount, or one that reads differently in Norwegian and in English.
    """
    whole = re.sub(r"(?i)^\s*(kr\.?|nok)\s*|\s*(kr\.?|nok)\s*$", "", text).strip().replace("\u2212", "-")
    if whole.endswith(",-"):
        whole = whole[:-2]
    if _SPACED.search(whole) and not _GROUPED.fullmatch(whole):
        raise UsageError(f"{text!r} is not an amount: spaces stand between groups of three digits, as in 4 480,00.")
    bare = re.sub(r"[\s\u00a0\u2009\u202f']", "", whole)
    try:
        return parse_minor(_pointed(text, bare, exponent(currency)), currency)
    except MoneyError as error:
        raise UsageError(f"{text!r} is not an amount; write it as 4480.00 or 4 480,00.") from error


def _pointed(text: str, bare: str, digits: int) -> str:
    """Return the amount with a decimal point and nothing else."""
    marks = [mark for mark in bare if mark in ".,"]
    if not marks:
        return bare
    last = marks[-1]
    head, _mark, tail = bare.rpartition(last)
    if len(set(marks)) == 2:
        thousands = "." if last == "," else ","
        if marks.count(last) > 1 or not re.fullmatch(rf"-?\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+", head):
            raise UsageError(f"{text!r} is not an amount; write it as 4480.00 or 4 480,00.")
        return f"{re.sub('[.,]', '', head)}.{tail}"
    if len(marks) > 1:
        if not re.fullmatch(rf"-?\d{{1,3}}(?:{re.escape(last)}\d{{3}})+", bare):
            raise UsageError(f"{text!r} is not an amount; write it as 4480.00 or 4 480,00.")
        return bare.replace(last, "")
    if len(tail) == 3 and digits != 3:
        raise UsageError(
            f"{text!r} can be read as {head}{tail} or as {head},{tail}; write {head}{tail} or {head}{tail},00."
        )
    return f"{head}.{tail}"
