"""Numbering proof: which numbers of a series are missing, which are used twice, and which stand in no document and why.

Pure: frames in, frames out. What the numbers are (orders before sending, documents of the ledger after it) the caller says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.proof.series import DATE_LENGTHS, NUMBERS, SERIES, parted, runs, series_of, spelt

RANGES: Final = pl.Schema({
    "series": pl.String(),
    "first": pl.String(),
    "last": pl.String(),
    "count": pl.Int64(),
    "why": pl.String(),                 # null: nothing is known of these numbers, they are a gap
    "day": pl.Date(),                   # of the number after it; null: not known
})  # fmt: skip
"""Runs of numbers under which no document stands, each of one reason."""

DOUBLES: Final = pl.Schema({
    "number": pl.String(),
    "owners": pl.String(),              # keys, joined with ", "
    "count": pl.Int64(),
})  # fmt: skip


NUMBERING: Final = pl.Schema({
    "stage": pl.String(),               # orders, documents, ledger, or orders-ledger: orders, by what the ledger lists
    "series": pl.String(),              # null: of no series
    "what": pl.String(),                # series, gap, known gap, arrived, no document, used twice
    "first": pl.String(),
    "last": pl.String(),
    "count": pl.Int64(),
    "expected": pl.Int64(),             # null but for a series
    "missing": pl.Int64(),              # null where missing numbers say nothing
    "gaps": pl.Int64(),
    "doubles": pl.Int64(),
    "words": pl.String(),               # what it means
    "day": pl.Date(),                   # of a gap: of the number after it; null: not known
})  # fmt: skip
"""The proof as people read it: a row per series, then its gaps and doubles."""


@dataclass(frozen=True, slots=True, eq=False)
class NumberingProof:
    """What the numbers show."""

    series: pl.DataFrame
    """SERIES, in order; also those whose numbers do not follow each other."""
    ranges: pl.DataFrame
    """RANGES: gaps (of consecutive series only) and numbers that are explained."""
    doubles: pl.DataFrame
    """DOUBLES."""

    @property
    def gaps(self) -> pl.DataFrame:
        """Return the ranges nothing explains."""
        return self.ranges.filter(pl.col("why").is_null())


def numbering_proof(numbers: pl.DataFrame, known: pl.DataFrame | None = None, *, runs_on: str = "") -> NumberingProof:
    """Prove a set of numbers.

    Args:
        numbers: NUMBERS; a number may stand in it more than once, with other owners.
        known: NUMBERS that explain why a number is not among them (of another connection, say). They only fill gaps:
            they begin and end no series, and they are no second owner. One without owner has the day of the number after it.
        runs_on: What stands before the running digits of numbers that follow each other by law, so that a missing one is a gap
            however few there are; empty: there are none.
    """
    numbers = numbers.select(NUMBERS.names()).filter(pl.col("number").is_not_null())
    doubles = reused(numbers)
    parts = parted(numbers)
    if not parts.height:
        return NumberingProof(pl.DataFrame(schema=SERIES), pl.DataFrame(schema=RANGES), doubles)
    ordered = runs(parts)
    series = series_of(parts, ordered)
    if runs_on:
        by_law = pl.col("head").str.ends_with(runs_on)
        series = series.with_columns((pl.col("is_consecutive") | by_law).alias("is_consecutive"))
    filled = _filled(ordered, numbers, known)
    labels = series.select("family", "head", "series", "is_consecutive")
    missing = _missing(filled).join(labels, on=["family", "head"], how="inner").filter("is_consecutive")
    explained = _explained(filled).join(labels, on=["family", "head"], how="inner")
    columns = [*RANGES.names(), "family", "head", "low"]
    ranges = pl.concat([missing.select(columns), explained.select(columns)]).sort("family", "head", "low")
    order = series.sort("family", "first", maintain_order=True)
    return NumberingProof(order.select(SERIES.names()), ranges.select(RANGES.names()), doubles)


def reused(numbers: pl.DataFrame) -> pl.DataFrame:
    """Return DOUBLES: numbers with more than one owner, letters compared without case."""
    folded = numbers.select(pl.col("number").str.to_lowercase().alias("_key"), "number", "owner")
    if folded["_key"].n_unique() == folded.height:  # nearly always, and counting is cheaper than grouping
        return pl.DataFrame(schema=DOUBLES)
    several = folded.group_by("_key").agg(pl.col("owner").n_unique().alias("_n")).filter(pl.col("_n") > 1)
    if not several.height:
        return pl.DataFrame(schema=DOUBLES)
    return (
        folded.join(several, on="_key", how="semi", maintain_order="left")
        .group_by("_key", maintain_order=True)
        .agg(
            pl.col("number").first(),
            pl.col("owner").unique(maintain_order=True).str.join(", ").alias("owners"),
            pl.col("owner").n_unique().cast(pl.Int64).alias("count"),
        )
        .sort("_key")
        .select(DOUBLES.names())
    )


def taken(documents: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Return the documents whose number stands with another owner among ``others``, letters compared without case.

    Both carry number and owner; the result has the documents' columns and ``other``.
    """
    lowered = pl.col("number").str.to_lowercase().alias("_key")
    theirs = others.select(lowered, pl.col("owner").alias("other")).drop_nulls("_key").unique("_key", keep="first")
    met = documents.with_columns(lowered).join(theirs, on="_key", how="inner", maintain_order="left")
    return met.filter(pl.col("owner").ne_missing(pl.col("other"))).drop("_key")


def _filled(ordered: pl.DataFrame, numbers: pl.DataFrame, known: pl.DataFrame | None) -> pl.DataFrame:
    """Return the numbers in order, with known ones put into the gaps between them."""
    if known is None or not known.height:
        return ordered
    spans = ordered.group_by("family", "head", "width").agg(
        pl.col("running").min().alias("_low"), pl.col("running").max().alias("_high")
    )
    fresh = known.select(NUMBERS.names()).join(numbers, on="number", how="anti").unique("number", keep="first")
    digits = pl.col("number").str.strip_chars_end("0123456789")
    fresh = fresh.with_columns(digits.alias("_text")).join(pl.DataFrame({"_date": DATE_LENGTHS}), how="cross")
    head = pl.col("number").str.head(pl.col("_text").str.len_chars() + pl.col("_date"))
    fresh = fresh.with_columns(head.alias("head")).join(spans, on="head", how="inner")
    fresh = fresh.with_columns(pl.col("number").str.strip_prefix(pl.col("head")).alias("_rest"))
    fresh = fresh.filter(pl.col("_rest").str.contains(r"^[0-9]{1,15}$"))
    fresh = fresh.with_columns(pl.col("_rest").cast(pl.Int64).alias("running"))
    fits = (pl.col("width") == 0) | (pl.col("_rest").str.len_bytes() == pl.col("width"))
    extra = fresh.filter(fits & pl.col("running").is_between("_low", "_high"))
    columns = ordered.drop("step").columns
    filled = runs(pl.concat([ordered.select(columns), extra.select(columns)], how="vertical_relaxed"))
    after = pl.col("day").fill_null(strategy="backward").over("family", "head")
    return filled.with_columns(pl.when(pl.col("owner").is_null()).then(after).otherwise("day").alias("day"))


def _missing(filled: pl.DataFrame) -> pl.DataFrame:
    """Return the runs of numbers between one and the next that are not there."""
    before = filled.filter(pl.col("step") > 1).with_columns(
        (pl.col("running") - pl.col("step") + 1).alias("low"), (pl.col("running") - 1).alias("high")
    )
    return before.select(
        "family", "head", "low",
        spelt(pl.col("low")).alias("first"), spelt(pl.col("high")).alias("last"),
        (pl.col("high") - pl.col("low") + 1).alias("count"), pl.lit(None, dtype=pl.String).alias("why"), "day",
    )  # fmt: skip


def _explained(filled: pl.DataFrame) -> pl.DataFrame:
    """Return the runs of numbers of one reason."""
    begins = (pl.col("step") != 1).fill_null(value=True) | pl.col("why").ne_missing(
        pl.col("why").shift().over("family", "head")
    )
    numbered = filled.with_columns(begins.cum_sum().alias("_run")).filter(pl.col("why").is_not_null())
    return numbered.group_by("family", "head", "_run", maintain_order=True).agg(
        pl.col("running").first().alias("low"),
        pl.col("number").first().alias("first"),
        pl.col("number").last().alias("last"),
        pl.len().cast(pl.Int64).alias("count"),
        pl.col("why").first(),
        pl.col("day").last(),
    )
