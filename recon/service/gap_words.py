"""What persons said about missing order numbers, as proofs read it and as it is told."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import polars as pl

from recon.proof.known_gaps import GapWord, arrived, parts_of
from recon.service.context import Context
from recon.store.moments import moment
from recon.summaries.proof import KnownGap


def known_words(context: Context, name: str) -> tuple[GapWord, ...]:
    """Return what persons said about missing numbers, the newest first."""
    zone = ZoneInfo(context.settings.company.timezone)
    changes = sorted(context.store.mappings.dated(name, "gap"), key=lambda change: -change.change_id)
    return tuple(
        GapWord(*parts_of(change.key), str(change.value), change.who, moment(change.at).astimezone(zone).date())
        for change in changes
    )


def known_gaps(context: Context, name: str, orders: pl.LazyFrame) -> tuple[KnownGap, ...]:
    """Return every word about missing numbers, the oldest first, with how many of its numbers are there by now.

    ``orders`` are read only where something was said.
    """
    words = known_words(context, name)[::-1]
    if not words:
        return ()
    came = arrived(words, own_numbers(orders.collect())).group_by("word").len()
    counts = dict(came.iter_rows())
    return tuple(_told(word, counts.get(place, 0)) for place, word in enumerate(words))


def own_numbers(orders: pl.DataFrame) -> pl.DataFrame:
    """Return number and day of orders."""
    return orders.select(pl.col("order_number").alias("number"), pl.col("ordered_on").alias("day"))


def _told(word: GapWord, came: int) -> KnownGap:
    text = (
        word.known
        if not came
        else word.overtaken
        if came == word.count
        else f"{word.known}; {came:,} of these numbers were taken in since"
    )
    return KnownGap(
        number=word.spelt,
        count=word.count,
        arrived=came,
        reason=word.reason,
        who=word.who,
        day=str(word.day),
        text=text,
    )
