"""What a number series is: equal text before the running digits, the year and month of a number belonging to the text.

``SO-202606001`` runs on as ``SO-202606###`` because its digits begin with the month of its own day; ``#1001`` runs on as
``#n``. Marketplaces' order ids end in digits too and run on nowhere: only where at least half of the numbers follow
directly on the one before is a missing number a gap (`SERIES.is_consecutive`).
"""

from __future__ import annotations

from typing import Final

import polars as pl

NUMBERS: Final = pl.Schema({
    "number": pl.String(),              # as a person sees it
    "day": pl.Date(),                   # null: not known
    "owner": pl.String(),               # whose number it is: key of the order or document
    "why": pl.String(),                 # why no document stands under it; null: one does
})  # fmt: skip

SERIES: Final = pl.Schema({
    "series": pl.String(),              # e.g. SO-202606###
    "first": pl.String(),
    "last": pl.String(),
    "count": pl.Int64(),                # different numbers that are there
    "expected": pl.Int64(),             # last - first + 1
    "missing": pl.Int64(),
    "gaps": pl.Int64(),                 # runs of missing numbers
    "doubles": pl.Int64(),              # numbers with more than one owner
    "direct_percent": pl.Int64(),       # of the steps to the next number, those of exactly one, in all series built alike;
                                        # null: too few numbers to say
    "is_consecutive": pl.Boolean(),     # missing numbers are gaps, not just other numbers
})  # fmt: skip

FEWEST_STEPS: Final = 4
"""Fewer steps say nothing about how numbers follow each other."""
_MOST_DIGITS: Final = 15
_OFTEN: Final = 90
"""Percent of numbers that must begin with their own day or month before it is taken for a part of the text."""
_BUDDHIST: Final = 543
_MONTHS: Final = (-1, 3)
"""So many months before or after its day a four-digit year and month in a number may be."""
_CALENDAR: Final = ("_ymd", "_bymd", "_ymd2", "_bymd2", "_ym", "_bym", "_ym2", "_bym2")
"""The longest first; two-digit years after four-digit ones."""


DATE_LENGTHS: Final = (0, 4, 6, 8)
"""Digits of a number that may be a day or a month."""


def parted(numbers: pl.DataFrame) -> pl.DataFrame:
    """Return the numbers that end in digits with ``family``, ``head``, ``width`` and ``running``.

    Numbers of one family are built alike: they differ in day or month only. ``width`` is 0 where numbers carry no
    leading zeros, so that 999 and 1000 follow each other.
    """
    text = pl.col("number").str.strip_chars_end("0123456789")
    frame = numbers.with_columns(text.alias("head"))
    digits = pl.col("number").str.len_bytes() - pl.col("head").str.len_bytes()
    frame = frame.with_columns(digits.alias("_digits")).filter(pl.col("_digits") > 0)
    if (frame["_digits"] > _MOST_DIGITS).any():  # the front of such a long number is no running part
        longer = pl.col("number").str.head(-_MOST_DIGITS)
        frame = frame.with_columns(
            pl.when(pl.col("_digits") > _MOST_DIGITS).then(longer).otherwise("head").alias("head"),
            pl.col("_digits").clip(upper_bound=_MOST_DIGITS),
        )
    frame = frame.with_columns(pl.col("number").str.strip_prefix(pl.col("head")).alias("_tail"))
    frame = _with_date_length(frame)
    rest = pl.col("_tail").str.slice(pl.col("_date_length"))
    frame = frame.with_columns(
        pl.concat_str("head", pl.lit("|"), pl.col("_date_length"), pl.lit("|")).alias("family"),
        pl.concat_str("head", pl.col("_tail").str.slice(0, pl.col("_date_length"))).alias("head"),
        rest.alias("_tail"),
        rest.str.len_bytes().cast(pl.Int64).alias("width"),
    )
    padded = (pl.col("_tail").str.starts_with("0") & (pl.col("width") > 1)).any().over("family")
    frame = frame.with_columns(pl.when(padded).then("width").otherwise(0).alias("width"))
    return frame.with_columns(
        pl.concat_str("family", pl.col("width")).alias("family"), pl.col("_tail").cast(pl.Int64).alias("running")
    ).select(*numbers.columns, "family", "head", "width", "running")


def _with_date_length(frame: pl.DataFrame) -> pl.DataFrame:
    """Say how many of the leading digits are the number's own day or month, in most numbers built alike."""
    year, short = pl.col("day").dt.year(), pl.col("day").dt.year() % 100
    buddhist = year + _BUDDHIST
    month, day = pl.col("day").dt.strftime("%m"), pl.col("day").dt.strftime("%m%d")

    def two(value: pl.Expr) -> pl.Expr:
        return value.cast(pl.String).str.zfill(2)

    tokens = {
        "_ymd": year.cast(pl.String) + day, "_bymd": buddhist.cast(pl.String) + day,
        "_ymd2": two(short) + day, "_bymd2": two(buddhist % 100) + day,
        "_ym": year.cast(pl.String) + month, "_bym": buddhist.cast(pl.String) + month,
        "_ym2": two(short) + month, "_bym2": two(buddhist % 100) + month,
    }  # fmt: skip
    lengths = {"_ymd": 8, "_bymd": 8, "_ymd2": 6, "_bymd2": 6, "_ym": 6, "_bym": 6, "_ym2": 4, "_bym2": 4}
    alike = ["head", "_digits"]
    begins = [
        (pl.col("_tail").str.starts_with(token) & (pl.col("_digits") > lengths[name]))
        .fill_null(value=False)
        .alias(name)
        for name, token in tokens.items()
        if name not in {"_ym", "_bym"}
    ]
    begins += [
        ((_near(years) | pl.col("_tail").str.starts_with(tokens[name])) & (pl.col("_digits") > lengths[name]))
        .fill_null(value=False).alias(name)
        for name, years in (("_ym", 0), ("_bym", _BUDDHIST))
    ]  # fmt: skip
    shares = (
        frame.lazy().with_columns(begins).group_by(alike).agg(pl.len().alias("_n"), pl.col(*_CALENDAR).sum()).collect()
    )
    length = pl.coalesce(
        *(pl.when(pl.col(name) * 100 >= pl.col("_n") * _OFTEN).then(pl.lit(lengths[name])) for name in _CALENDAR),
        pl.lit(0),
    )
    shares = shares.select(*alike, length.alias("_date_length"))
    return frame.join(shares, on=alike, how="left", maintain_order="left")


def _near(years: int) -> pl.Expr:
    """Return whether a number begins with a month near its day: ledgers take the month in which a document was made."""
    month = pl.col("_tail").str.slice(4, 2).cast(pl.Int32, strict=False)
    made = (pl.col("_tail").str.slice(0, 4).cast(pl.Int32, strict=False) - years) * 12 + month
    return month.is_between(1, 12) & (made - pl.col("day").dt.year() * 12 - pl.col("day").dt.month()).is_between(
        *_MONTHS
    )


def runs(parts: pl.DataFrame) -> pl.DataFrame:
    """Return different numbers in order, with ``step`` from the one before of the same series (null: the first).

    Of several owners one stays whose number stands in a document, if there is any.
    """
    named = parts.select("family", "head").unique().sort("family", "head").with_row_index("_series")
    ordered = parts.join(named, on=["family", "head"], how="left", maintain_order="left")
    ordered = ordered.sort("_series", "running", pl.col("why").is_not_null(), maintain_order=True)
    again = (pl.col("_series") == pl.col("_series").shift()) & (pl.col("running") == pl.col("running").shift())
    once = ordered.filter(~again.fill_null(value=False))
    step = pl.when(pl.col("_series") == pl.col("_series").shift()).then(pl.col("running").diff())
    return once.with_columns(step.alias("step")).drop("_series")


def series_of(parts: pl.DataFrame, ordered: pl.DataFrame) -> pl.DataFrame:
    """Return SERIES with family and head; ``parts`` from `parted`, ``ordered`` from `runs` of the same."""
    several = parts if parts.height > ordered.height else parts.clear()
    doubles = (
        several.group_by("family", "head", "running")
        .agg(pl.col("owner").n_unique().alias("_owners"))
        .filter(pl.col("_owners") > 1)
        .group_by("family", "head")
        .agg(pl.len().cast(pl.Int64).alias("doubles"))
    )
    found = ordered.group_by("family", "head", "width", maintain_order=True).agg(
        pl.col("number").first().alias("first"),
        pl.col("number").last().alias("last"),
        pl.len().cast(pl.Int64).alias("count"),
        (pl.col("running").last() - pl.col("running").first() + 1).alias("expected"),
        (pl.col("step") > 1).sum().cast(pl.Int64).alias("gaps"),
    )
    follows = ordered.group_by("family").agg(
        pl.col("step").count().cast(pl.Int64).alias("_steps"), (pl.col("step") == 1).sum().cast(pl.Int64).alias("_one")
    )
    found = found.join(follows, on="family", how="left", maintain_order="left")
    found = found.join(doubles, on=["family", "head"], how="left", maintain_order="left")
    enough = (pl.col("_steps") >= FEWEST_STEPS) & (pl.col("_one") * 2 >= pl.col("_steps"))
    return found.select(
        "family", "head",
        pl.concat_str("head", pl.when(pl.col("width") > 0).then(pl.lit("#").repeat_by("width").list.join("")).otherwise(pl.lit("n"))).alias("series"),
        "first", "last", "count", "expected",
        (pl.col("expected") - pl.col("count")).alias("missing"),
        "gaps", pl.col("doubles").fill_null(0),
        pl.when(pl.col("_steps") >= FEWEST_STEPS).then(pl.col("_one") * 100 // pl.max_horizontal(pl.col("_steps"), 1)).alias("direct_percent"),
        enough.alias("is_consecutive"),
    )  # fmt: skip


def spelt(running: pl.Expr) -> pl.Expr:
    """Return a number of a series as it would be written; needs head and width."""
    return pl.concat_str("head", running.cast(pl.String).str.zfill(pl.col("width")))
