"""The filter language of the review table: words and tokens become one Polars expression, whatever is not understood a problem in words.

A word matches any text of a row. ``st:check,ready``, ``amt>300``, ``date:2026-10`` and the others of `TOKENS` narrow
further; ``-`` or ``!`` before any of them turns it round. All must hold. Parsing never fails: while somebody is typing,
the part that is understood applies and the rest is named.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.frames.text import fold
from recon.review.tokens import TOKENS, Problem, Spoken, Typed, token_expression

_TERM: Final = re.compile(
    r"""(?P<turned>[-!]?)(?:(?P<name>[A-Za-z]+)(?P<sign>>=|<=|[:=<>]))?(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]*))"""
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What was typed, understood as far as it goes."""

    text: str
    terms: tuple[pl.Expr, ...] = ()
    """All of them must hold."""
    problems: tuple[Problem, ...] = ()
    """What was not understood, in the order typed; it narrows nothing."""

    @property
    def expression(self) -> pl.Expr:
        """One expression over the REVIEW frame."""
        return pl.all_horizontal(*self.terms) if self.terms else pl.lit(value=True)

    @property
    def is_empty(self) -> bool:
        """Whether every row passes."""
        return not self.terms

    def mask(self, frame: pl.DataFrame) -> pl.Series:
        """Return per row of a REVIEW frame whether it passes."""
        if not self.terms:
            return pl.repeat(value=True, n=frame.height, dtype=pl.Boolean, eager=True)
        return frame.select(self.expression.fill_null(value=False).alias("passes")).to_series()

    def words(self) -> tuple[str, ...]:
        """Return the problems as sentences for a person."""
        return tuple(problem.words for problem in self.problems)


def parse(text: str, *, currency: str = "THB", spoken: Spoken | None = None) -> Filter:
    """Return the filter of a text; never raises.

    Args:
        text: What was typed so far.
        currency: Amounts are in its units.
        spoken: What statuses and kinds are called where the text was typed; such a word alone finds them too.
    """
    terms: list[pl.Expr] = []
    problems: list[Problem] = []
    for found in _TERM.finditer(text):
        if not found[0]:
            continue
        made = _term(found, currency, spoken or {})
        if isinstance(made, Problem):
            problems.append(made)
        elif made is not None:
            terms.append(~made if found["turned"] else made)
    return Filter(text, tuple(terms), tuple(problems))


def _term(found: re.Match[str], currency: str, spoken: Spoken) -> pl.Expr | Problem | None:
    """Return what one piece of the text asks for; None: nothing yet (a lone sign, an open quotation mark)."""
    is_quoted = found["quoted"] is not None and found[0].endswith('"') and not found[0].endswith(('="', ':"'))
    value = found["quoted"] if found["quoted"] is not None else found["bare"]
    name, sign = found["name"], found["sign"]
    if name is None:
        return _word(value, spoken)
    token, close = _token_named(name)
    if token:
        return token_expression(Typed(token, sign, value, found[0], is_quoted), currency, spoken)
    if close:
        meant = f"{close}{'>' if TOKENS[close].is_ordered else ':'}"
        return Problem(found[0], f"{name}{sign} is not a token; did you mean {meant} ?", meant)
    return _word(f"{name}{sign}{value}", spoken)  # an order's key or a time of day holds a colon too


def _word(value: str, spoken: Spoken) -> pl.Expr | None:
    """Return the test for a word: some text of the row has it, or it is what the row's status or kind is called."""
    needle = fold(value)
    if not needle:
        return None
    test = pl.col("search").str.contains(needle, literal=True)
    for token, words in spoken.items():
        if needle in words.codes:
            test = test | pl.col(TOKENS[token].column).is_in(words.codes[needle])
    return test


def _token_named(name: str) -> tuple[str, str]:
    """Return the token of that name, or else the closest one."""
    names = {each: token for token, facts in TOKENS.items() for each in (token, *facts.also)}
    lowered = name.lower()
    if lowered in names:
        return names[lowered], ""
    close = difflib.get_close_matches(lowered, list(names), 1, 0.6)
    return "", names[close[0]] if close else ""
