"""The tokens of the filter language: what each is called, what stands behind it, and how its value is read."""

from __future__ import annotations

import calendar
import datetime as dt
import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.errors import ReconError
from recon.frames.text import fold
from recon.money import parse_minor
from recon.review.folding import fold_series
from recon.review.rows import KINDS, SEARCHED, STATUSES


@dataclass(frozen=True, slots=True)
class Problem:
    """A piece of a filter that is not understood."""

    typed: str
    words: str
    """A sentence for a person."""
    closest: str = ""
    """What was probably meant; empty: nothing close."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token of the language."""

    column: str
    meaning: str
    example: str
    also: tuple[str, ...] = ()
    """Other names of it."""
    is_ordered: bool = False
    """Takes > >= < <= and ranges A..B."""


@dataclass(frozen=True, slots=True)
class CodeWords:
    """What the codes of a token are called in the languages a person may type; the core itself knows codes only."""

    codes: Mapping[str, tuple[str, ...]]
    """Folded word to what it may mean: a language may have one word for two codes."""
    listed: tuple[str, ...] = ()
    """The words in the person's own language, for a message; empty: the codes."""


Spoken = Mapping[str, CodeWords]
"""Token of a fixed list (``st``, ``kind``) to its words."""

TOKENS: Final[dict[str, Token]] = {
    "st": Token("status", "status", "st:check,ready", ("status",)),
    "amt": Token("total_minor", "total", "amt>1000", ("amount", "total"), is_ordered=True),
    "vat": Token("vat_minor", "VAT", "vat>=7", ("tax",), is_ordered=True),
    "kind": Token("kind", "kind of document", "kind:credit_note"),
    "ch": Token("sales_channel", "sales channel", "ch:Shopee", ("channel", "shop")),
    "pay": Token("payment_channel", "payment channel", "pay:COD", ("payment",)),
    "cause": Token("causes", "finding", "cause:does-not-foot", ("finding",)),
    "rule": Token("rule", "rule that asked for the document", "rule:receipt"),
    "date": Token("issued_on", "date of the document", "date:2026-10", ("day",), is_ordered=True),
    "no": Token("number", "document number", "no:RT-1001", ("number", "num")),
    "order": Token("order_number", "order number", "order:1001"),
    "cust": Token("customer", "customer", "cust:Somchai", ("customer", "buyer")),
    "cur": Token("currency", "currency", "cur:THB", ("currency",)),
    "by": Token("decided_by", "who decided", "by:Nok"),
    "file": Token("file", "file it came from", "file:0123456789ab"),
    "batch": Token("batch", "batch", "batch:B0001"),
}
"""Every token by its name."""

_RANGE: Final = ".."
_SIGNS: Final[dict[str, Callable[[pl.Expr, pl.Expr], pl.Expr]]] = {
    ">": lambda column, value: column > value,
    ">=": lambda column, value: column >= value,
    "<": lambda column, value: column < value,
    "<=": lambda column, value: column <= value,
}


@dataclass(frozen=True, slots=True)
class Typed:
    """One token as it was typed."""

    name: str
    """A key of `TOKENS`."""
    sign: str
    value: str
    text: str
    """All of it."""
    is_quoted: bool = False
    """The value stood between quotation marks: a comma in it parts nothing, and nothing at all means an empty cell."""


def token_expression(given: Typed, currency: str, spoken: Spoken | None = None) -> pl.Expr | Problem:
    """Return what a token asks for, or why that is not understood."""
    name, sign, value, typed = given.name, given.sign, given.value, given.text
    token = TOKENS[name]
    if given.is_quoted and not value and not token.is_ordered:
        return pl.col(token.column).cast(pl.String).fill_null("") == ""
    if not value:
        return Problem(typed, f"{name}{sign} needs a value, for example {token.example}")
    if sign in _SIGNS and not token.is_ordered:
        return Problem(typed, f"{name} takes a colon, for example {token.example}", f"{name}:{value}")
    if name in {"amt", "vat"}:
        return _ordered(token, sign, value, typed, lambda text: _amount(text, currency))
    if name == "date":
        return _ordered(token, sign, value, typed, _days)
    if name in {"st", "kind"}:
        return _one_of(token, value, STATUSES if name == "st" else KINDS, typed, (spoken or {}).get(name))
    parts = [part for part in ([value] if given.is_quoted else value.split(",")) if fold(part)]
    if not parts:
        return Problem(typed, f"{name}{sign} needs a value, for example {token.example}")
    return pl.any_horizontal(*(_holds(token.column, part) for part in parts))


def _one_of(token: Token, value: str, codes: tuple[str, ...], typed: str, words: CodeWords | None) -> pl.Expr | Problem:
    """Return the test for words of a fixed list; a beginning that only one word has is enough."""
    names = dict(words.codes if words else ()) | {fold(code): (code,) for code in codes}
    known = ", ".join(words.listed if words and words.listed else codes)
    wanted: list[str] = []
    for part in filter(None, (part.strip() for part in value.split(","))):
        key = fold(part.replace("-", "_"))
        fitting = [names[key]] if key in names else [found for name, found in names.items() if name.startswith(key)]
        if not fitting:
            near = {fold(word): word for word in (*codes, *(words.listed if words else ()))}
            close = next((near[found] for found in difflib.get_close_matches(key, list(near), 1, 0.6)), "")
            meaning = token.meaning
            hinted = f"{part!r} is no {meaning}; did you mean {close}? There are {known}."
            return Problem(typed, hinted if close else f"{part!r} is no {meaning}. There are {known}.", close)
        wanted += (code for found in fitting for code in found)
    if not wanted:
        return Problem(typed, f"write a {token.meaning}: {known}.")
    return pl.col(token.column).is_in(list(dict.fromkeys(wanted)))


def _ordered(
    token: Token, sign: str, value: str, typed: str, read: Callable[[str], tuple[pl.Expr, pl.Expr]]
) -> pl.Expr | Problem:
    """Return the test for an amount or a day; each value has a first and a last (a month, a year)."""
    column = pl.col(token.column)
    low, between, high = value.partition(_RANGE)
    try:
        first, last = read(low) if low else (None, None)
        if sign in _SIGNS:
            if between or first is None or last is None:
                return Problem(typed, f"{sign} takes one value, for example {token.example}")
            return _SIGNS[sign](column, last if sign in {">", "<="} else first)
        end = read(high)[1] if high else (None if between else last)
    except (ReconError, ValueError):
        return Problem(typed, _unreadable(token, value))
    tests = ([column >= first] if first is not None else []) + ([column <= end] if end is not None else [])
    return pl.all_horizontal(*tests) if tests else Problem(typed, _unreadable(token, value))


def _unreadable(token: Token, value: str) -> str:
    if token.column == "issued_on":
        year = re.match(r"(2[45]\d\d)\b", value)
        era = f" {year[1]} is a Buddhist year: write {int(year[1]) - 543}." if year else ""
        return f"{value!r} is no day, month or year; write 2026-10-05, 2026-10 or 2026-10-01..2026-10-15.{era}"
    return f"{value!r} is no amount; write 1000, 99.50 or 100..200."


def _amount(text: str, currency: str) -> tuple[pl.Expr, pl.Expr]:
    """Return an amount in minor units, twice; thousands may be parted by commas."""
    if re.search(r",(?!\d{3}(\D|$))", text):
        raise ValueError(text)
    plain = text.replace(",", "").removesuffix(".")
    if plain.startswith("."):
        plain = f"0{plain}"
    minor = pl.lit(parse_minor(plain, currency), dtype=pl.Int64)
    return minor, minor


def _days(text: str) -> tuple[pl.Expr, pl.Expr]:
    """Return the first and last day of a day, month or year."""
    found = re.fullmatch(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?-?", text)
    if found is None or int(found[1]) >= 2400:
        raise ValueError(text)
    year, month, day = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    first = dt.date(year, month or 1, day or 1)
    last = first if day else dt.date(year, month or 12, calendar.monthrange(year, month or 12)[1])
    return pl.lit(first), pl.lit(last)


def _holds(column: str, part: str) -> pl.Expr:
    """Return whether a text column holds a part, both folded.

    Only the few values whose row holds the part anywhere are folded; columns that are not searched have few values.
    """
    needle = fold(part)
    if column not in SEARCHED:
        return pl.col(column).map_batches(lambda text: _contains(text, needle), return_dtype=pl.Boolean)

    def test(parts: Sequence[pl.Series]) -> pl.Series:
        hits = parts[1].str.contains(needle, literal=True).fill_null(value=False)
        inside = _contains(parts[0].filter(hits), needle)
        passes = pl.repeat(value=False, n=hits.len(), dtype=pl.Boolean, eager=True)
        return passes.scatter(hits.arg_true().filter(inside), values=True)

    return pl.map_batches([pl.col(column), pl.col("search")], test, return_dtype=pl.Boolean)


def _contains(text: pl.Series, needle: str) -> pl.Series:
    return fold_series(text.cast(pl.String)).str.contains(needle, literal=True).fill_null(value=False)
