"""Gaps a person knows the reason of: what was said about a run of numbers, and which numbers that is.

Pure. A word about a gap only fills numbers that are missing; where an order of such a number is there, the order counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.proof.numbering import NUMBERING
from recon.proof.series import NUMBERS

ARRIVED: Final = "arrived"
"""What a row of the sheet is that tells of an order which came after all."""
MOST: Final = 100_000
"""Numbers one word may be about."""
_DIGITS: Final = "0123456789"
_MOST_DIGITS: Final = 15
_PLACES: Final = pl.Schema({"number": pl.String(), "word": pl.Int64()})


@dataclass(frozen=True, slots=True)
class GapWord:
    """What a person said about one number, or about all from the first to the last."""

    first: str
    last: str
    reason: str
    who: str
    day: dt.date
    """When it was said."""

    @property
    def key(self) -> str:
        """What it is kept under, and how a person writes it."""
        return self.first if self.first == self.last else f"{self.first}..{self.last}"

    @property
    def spelt(self) -> str:
        """The number, or the first and the last, as a gap is shown."""
        return self.first if self.first == self.last else f"{self.first} to {self.last}"

    @property
    def count(self) -> int:
        """How many numbers it is about."""
        _text, low, high = _ends(self.first, self.last)
        return 1 if self.first == self.last else int(high) - int(low) + 1

    @property
    def known(self) -> str:
        """What it says while the numbers are missing."""
        return f"Known to be missing: {self.reason} ({self.who}, {self.day})"

    @property
    def overtaken(self) -> str:
        """What is said of it once the order is there."""
        return f"Taken in after all; that it was known to be missing ({self.reason}; {self.who}, {self.day}) no longer matters"


def parts_of(key: str) -> tuple[str, str]:
    """Return the first and the last number of a key like ``SO-1..SO-9``."""
    first, dots, last = key.partition("..")
    return first.strip(), last.strip() if dots else first.strip()


def range_problem(first: str, last: str) -> str:
    """Return why two numbers are no run of numbers; empty: they are one."""
    if first == last:
        return "" if first else "no number is named"
    head, low, high = _ends(first, last)
    if not low or not high or first[: -len(low)] != head or (len(low) != len(high) and "0" in {low[0], high[0]}):
        return "the two numbers are not built alike"
    if max(len(low), len(high)) > _MOST_DIGITS:
        return "the two numbers are too far apart"
    count = int(high) - int(low) + 1
    if count < 1:
        return "the last number comes before the first"
    return "" if count <= MOST else f"{count:,} numbers are too many for one word; say it of {MOST:,} at most"


def numbers_of(words: Sequence[GapWord]) -> pl.DataFrame:
    """Return every number of some words and the place of its word; of a number in several the first word counts."""
    parts = [pl.DataFrame(schema=_PLACES)]
    for place, word in enumerate(words):
        parts.append(
            _each(word.first, word.last).to_frame("number").with_columns(pl.lit(place, pl.Int64()).alias("word"))
        )
    return pl.concat(parts).unique("number", keep="first", maintain_order=True)


def explained(words: Sequence[GapWord]) -> pl.DataFrame:
    """Return NUMBERS that fill gaps with what was said of them; they are nobody's numbers."""
    texts = pl.Series("why", [word.known for word in words], dtype=pl.String)
    found = numbers_of(words)
    return found.select(
        "number", pl.lit(None, NUMBERS["day"]).alias("day"), pl.lit(None, NUMBERS["owner"]).alias("owner"),
        texts.gather(found["word"]).alias("why"),
    )  # fmt: skip


def arrived(words: Sequence[GapWord], numbers: pl.DataFrame) -> pl.DataFrame:
    """Return the numbers of some words that are there after all: number, word (its place) and day."""
    there = numbers.filter(pl.col("number").is_not_null()).unique("number", keep="first", maintain_order=True)
    return numbers_of(words).join(there.select("number", "day"), on="number", how="inner", maintain_order="left")


def arrived_rows(words: Sequence[GapWord], numbers: pl.DataFrame, stage: str) -> pl.DataFrame:
    """Return NUMBERING of what came after all: a row for each word that has such numbers."""
    texts = pl.Series("words", [word.overtaken for word in words], dtype=pl.String)
    found = arrived(words, numbers).group_by("word", maintain_order=True).agg(
        pl.col("number").first().alias("first"), pl.col("number").last().alias("last"),
        pl.len().cast(pl.Int64).alias("count"), pl.col("day").max(),
    )  # fmt: skip
    told = found.with_columns(
        texts.gather(found["word"]).alias("words"), pl.lit(stage).alias("stage"), pl.lit(ARRIVED).alias("what")
    )
    return told.select(
        (pl.col(name) if name in told.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in NUMBERING.items()
    )


def _ends(first: str, last: str) -> tuple[str, str, str]:
    """Return what two numbers begin with alike, and the digits they end in; of equally long ones only those that differ."""
    text = first.rstrip(_DIGITS)
    low, high = first[len(text) :], last[len(text) :] if last.rstrip(_DIGITS) == text else ""
    if len(low) != len(high):
        return text, low, high
    alike = next((place for place, (a, b) in enumerate(zip(low, high, strict=True)) if a != b), len(low))
    return text + low[:alike], low[alike:], high[alike:]


def _each(first: str, last: str) -> pl.Series:
    """Return every number from the first to the last."""
    if first == last:
        return pl.Series([first])
    head, low, high = _ends(first, last)
    width = len(low) if len(low) == len(high) else 0
    running = pl.int_range(int(low), int(high) + 1, dtype=pl.Int64, eager=True).cast(pl.String).str.zfill(width)
    return head + running
