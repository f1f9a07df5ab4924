"""A numbering proof as rows a person reads: each series, its gaps, what stands in no document and why, and doubles."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from recon.proof.numbering import NUMBERING, NumberingProof

_WHOLE = "Every number from the first to the last is there once."
_TOO_FEW = "Too few numbers to tell whether they run on."


def as_rows(
    proof: NumberingProof,
    stage: str,
    *,
    gap_words: str = "",
    titles: Mapping[str, str] | None = None,
    known: Collection[str] = (),
    follows: str = "",
) -> pl.DataFrame:
    """Return NUMBERING.

    Args:
        proof: What the numbers show.
        stage: orders, documents, ledger, or orders-ledger (orders, by what the ledger lists).
        gap_words: What a gap means here.
        titles: Words for the reasons why no document stands under a number; a reason without stands for itself.
        known: Reasons that are a person's word about a gap: the numbers are missing, and somebody knows why.
        follows: Said of each series instead, where its numbers are not its own and only doubles count; no ranges then.
    """
    parts = [
        _series(proof.series, follows),
        _doubles(proof.doubles, "orders" if stage.startswith("orders") else "documents"),
    ]
    if not follows:
        parts.insert(1, _ranges(proof.ranges, gap_words, titles or {}, known))
    rows = pl.concat([_whole(part) for part in parts])
    return rows.with_columns(pl.lit(stage).alias("stage")).select(NUMBERING.names())


def _whole(part: pl.DataFrame) -> pl.DataFrame:
    """Return all columns of NUMBERING; null where the part has none."""
    return part.select(
        (pl.col(name) if name in part.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in NUMBERING.items()
    )


def _series(series: pl.DataFrame, follows: str) -> pl.DataFrame:
    gaps = (
        pl.when(pl.col("gaps") == 0).then(pl.lit("No number is missing."))
        .when(pl.col("missing") == 1).then(pl.lit("1 number missing, in 1 place."))
        .when(pl.col("gaps") == 1).then(pl.format("{} numbers missing, in 1 place.", "missing"))
        .otherwise(pl.format("{} numbers missing, in {} places.", "missing", "gaps"))
    )  # fmt: skip
    doubles = (
        pl.when(pl.col("doubles") == 1).then(pl.lit("1 number used twice."))
        .when(pl.col("doubles") > 1).then(pl.format("{} numbers used twice.", "doubles"))
    )  # fmt: skip
    found = pl.concat_str(gaps, doubles, separator=" ", ignore_nulls=True)
    scattered = pl.format(
        "Only {} of 100 numbers follow directly on the one before: no running series, so a missing number says nothing.",
        "direct_percent",
    )
    runs = pl.col("is_consecutive") & pl.lit(not follows)
    words = (
        pl.when(pl.lit(bool(follows))).then(pl.lit(follows))
        .when(pl.col("direct_percent").is_null()).then(pl.lit(_TOO_FEW))
        .when(~pl.col("is_consecutive")).then(scattered)
        .when((pl.col("gaps") == 0) & (pl.col("doubles") == 0)).then(pl.lit(_WHOLE))
        .otherwise(found)
    )  # fmt: skip
    return series.select(
        "series", pl.lit("series").alias("what"), "first", "last", "count", "expected",
        pl.when(runs).then("missing"), pl.when(runs).then("gaps"), "doubles", words.alias("words"),
    )  # fmt: skip


def _ranges(ranges: pl.DataFrame, gap_words: str, titles: Mapping[str, str], known: Collection[str]) -> pl.DataFrame:
    why = pl.col("why")
    return ranges.select(
        "series",
        pl.when(why.is_null()).then(pl.lit("gap"))
        .when(why.is_in(list(known))).then(pl.lit("known gap"))
        .otherwise(pl.lit("no document")).alias("what"),
        "first", "last", "count", "day",
        pl.when(why.is_null()).then(pl.lit(gap_words))
        .otherwise(why.replace_strict(titles, default=why, return_dtype=pl.String)).alias("words"),
    )  # fmt: skip


def _doubles(doubles: pl.DataFrame, owners: str) -> pl.DataFrame:
    words = (
        pl.format("Stands on {} orders: {}; their documents are told apart by the order's id", "count", "owners")
        if owners == "orders"
        else pl.format("Stands on {} documents: {}", "count", "owners")
    )
    return doubles.select(
        pl.lit("used twice").alias("what"), pl.col("number").alias("first"), pl.col("number").alias("last"), "count",
        words.alias("words"),
    )  # fmt: skip
