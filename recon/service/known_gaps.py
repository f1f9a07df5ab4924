"""A person's word about missing order numbers: taking it, refusing it where nothing is missing, and taking it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

import polars as pl

from recon.errors import UsageError
from recon.frames.schemas import ORDER_RESULTS
from recon.proof.known_gaps import GapWord, arrived, parts_of, range_problem
from recon.service.context import Context
from recon.service.gap_words import own_numbers
from recon.service.known import current_frames
from recon.service.numbering_proof import order_proof, spelt_range
from recon.store.mappings import Value

_NAMED: Final = 5


def say_gaps(
    context: Context, connection: str | None, words: Sequence[tuple[str, str]], *, dry_run: bool = False
) -> tuple[str, ...]:
    """Take a person's word that numbers are missing for a reason; returns what was said.

    Args:
        context: The open workspace.
        connection: Its name; None: the only one.
        words: A number, or the first and the last with ``..`` between them, and the reason; an empty reason takes the
            word about exactly these numbers back.
        dry_run: Say what would be set; change nothing.

    Raises:
        UsageError: A number is not missing, or nothing was said of it that could be taken back; nothing is set then, and the
            text names everything that is wrong.
    """
    name, _rules = context.connection(connection)
    said = context.store.mappings.current(name, "gap")
    asked = {parts_of(text): reason for text, reason in words}
    problems = {ends: range_problem(*ends) for ends, reason in asked.items() if reason}
    sound = [ends for ends, problem in problems.items() if not problem]
    problems |= _not_missing(context, name, sound) if sound else {}
    keys = {ends: _key(*ends) for ends in asked}
    problems |= {
        ends: "nothing was said of it" for ends, reason in asked.items() if not reason and keys[ends] not in said
    }
    wrong = [f"{keys[ends]}: {problem}" for ends, problem in problems.items() if problem]
    if wrong:
        raise UsageError(f"{'; '.join(wrong)}. Nothing was set.")
    values: dict[str, Value | None] = {keys[ends]: reason or None for ends, reason in asked.items()}
    if not dry_run and values:
        context.store.mappings.set(name, "gap", values, who=context.actor, reason="gap")
    return tuple(
        f"{key}: known to be missing, {reason}" if reason else f"{key}: no longer known to be missing"
        for key, reason in values.items()
    )


def _key(first: str, last: str) -> str:
    return GapWord(first, last, "", "", dt.date.min).key


def _not_missing(context: Context, name: str, asked: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return of each run of numbers why nobody can say that it is missing; empty where all its numbers are."""
    rules = context.settings.connections[name]
    frames = current_frames(context, name, rules)
    if frames is None:
        return dict.fromkeys(asked, "there are no orders yet")
    words = [GapWord(first, last, str(place), "", dt.date.min) for place, (first, last) in enumerate(asked)]
    nothing = pl.DataFrame(schema=ORDER_RESULTS)
    proof = order_proof(context, name, rules, frames.orders, nothing, words=words)
    if proof is None:
        return dict.fromkeys(asked, f"the order numbers of {rules.source} are not the shop's own, so none is missed")
    running = proof.series.filter("is_consecutive")["series"]
    filled = proof.ranges.filter(pl.col("series").is_in(running.implode()))
    missed = [int(filled.filter(pl.col("why") == word.known)["count"].sum()) for word in words]
    if all(count == word.count for count, word in zip(missed, words, strict=True)):
        return {}
    there = arrived(words, own_numbers(frames.orders))
    every = order_proof(context, name, rules, frames.orders, nothing)
    listed = _listed(every.gaps) if every is not None else ""
    return {
        ends: _why_not(there.filter(pl.col("word") == place), missed[place], words[place].count, listed)
        for place, ends in enumerate(asked)
        if missed[place] != words[place].count
    }


def _why_not(there: pl.DataFrame, missed: int, count: int, listed: str) -> str:
    """Return in words that not all of some numbers are missing, and which are; ``there``: those that were taken in."""
    if there.height:
        days = [
            f"{number} (ordered on {day})" for number, day in there.head(_NAMED).select("number", "day").iter_rows()
        ]
        return f"not missing, for it was taken in: {', '.join(days)}{_more(there.height)}"
    part = "not missing" if not missed else f"only {missed:,} of {count:,} are missing"
    return f"{part} between the numbers that were taken in, or explained by something else ({listed})"


def _listed(gaps: pl.DataFrame) -> str:
    """Return in words what is missing."""
    spelt = gaps.select(spelt_range().alias("gap"))["gap"]
    return f"missing are {', '.join(spelt.head(_NAMED))}{_more(spelt.len())}" if spelt.len() else "nothing is missing"


def _more(count: int) -> str:
    return f" and {count - _NAMED:,} more" if count > _NAMED else ""
