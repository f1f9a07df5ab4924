"""What is typed into the filter of a matching list: words, ``st:open``, ``amt>1000``, each turned round by ``-``.

Parsing never fails: the part that is understood applies and the rest is named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

import polars as pl

from recon.errors import ReconError
from recon.match.keys import fold
from recon.money import parse_minor

_TERM: Final = re.compile(
    r"""(?P<turned>[-!]?)(?:(?P<name>st|status|amt|amount)(?P<sign>>=|<=|[:=<>]))?(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]*))""",
    re.IGNORECASE,
)
_SIGNS: Final[dict[str, Callable[[pl.Expr, int], pl.Expr]]] = {
    ">": lambda column, value: column > value,
    ">=": lambda column, value: column >= value,
    "<": lambda column, value: column < value,
    "<=": lambda column, value: column <= value,
    ":": lambda column, value: column == value,
    "=": lambda column, value: column == value,
}


def matching_rows(
    rows: pl.DataFrame, text: str, *, states: Mapping[str, tuple[str, ...]], amount: str, currency: str
) -> tuple[pl.Series, tuple[str, ...]]:
    """Return the positions of the rows that pass, and what was not understood, in words.

    Args:
        rows: A frame with ``search`` (folded text), ``state`` and an amount.
        text: What was typed so far.
        states: Words of ``st:`` and the states each stands for.
        amount: Column of ``amt``, in minor units.
        currency: Amounts typed are in its units.
    """
    terms: list[pl.Expr] = []
    problems: list[str] = []
    for found in _TERM.finditer(text):
        if not found[0]:
            continue
        made = _term(found, states, amount, currency)
        if isinstance(made, str):
            problems.append(made)
        elif made is not None:
            terms.append(~made if found["turned"] else made)
    if not terms:
        return pl.int_range(rows.height, dtype=pl.UInt32, eager=True), tuple(problems)
    passes = rows.select(pl.all_horizontal(*terms).fill_null(value=False).alias("passes")).to_series()
    return passes.arg_true().cast(pl.UInt32), tuple(problems)


def _term(
    found: re.Match[str], states: Mapping[str, tuple[str, ...]], amount: str, currency: str
) -> pl.Expr | str | None:
    """Return what one piece asks for, why it is not understood, or None: nothing yet."""
    value = found["quoted"] if found["quoted"] is not None else found["bare"]
    name = (found["name"] or "").lower()
    if not name:
        needle = fold(value)
        return pl.col("search").str.contains(needle, literal=True) if needle else None
    if name.startswith("st"):
        return _state(value, states, typed=found[0])
    if not value:
        return None
    try:
        minor = parse_minor(value.replace(",", ""), currency)
    except (ReconError, ValueError):
        return f"{found[0]}: {value} is no amount, for example amt>1000"
    return _SIGNS[found["sign"]](pl.col(amount), minor)


def _state(value: str, states: Mapping[str, tuple[str, ...]], *, typed: str) -> pl.Expr | str | None:
    wanted = [word for word in value.lower().split(",") if word]
    if not wanted:
        return None
    chosen: list[str] = []
    for word in wanted:
        fitting = [name for name in states if name.startswith(word)]
        if not fitting:
            return f"{typed}: there are {', '.join(states)}"
        chosen += [state for name in fitting for state in states[name]]
    return pl.col("state").cast(pl.String).is_in(chosen)
