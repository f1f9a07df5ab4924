"""Fold whole columns for searching, as `recon.frames.text.fold` folds one text, without a Python call for every row.

Polars does what it does exactly alike: spaces and case of ASCII, Latin and Thai letters. Texts with anything else in
them (marks in an odd order, a vowel taken apart, other alphabets) go through `fold` itself, each different one once.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.text import fold_column

PARTED: Final = "\x1f"
"""Stands between the columns of the search text; folding removes it from every query, so no word spans two columns."""

_FEW: Final = 5_000
"""Up to this many different values Python is quick enough."""
_UNUSUAL: Final = (
    r"[^\x{20}-\x{7e}\x{c0}-\x{d6}\x{d8}-\x{de}\x{e0}-\x{f6}\x{f8}-\x{ff}\x{e01}-\x{e3a}\x{e3f}-\x{e4c}\x{e4e}-\x{e5b}]"
    r"|[\x{e48}-\x{e4b}][\x{e38}-\x{e3a}]"
)
"""Anything but ASCII, Latin letters and Thai in the usual order: folding it takes more than lower case and no spaces."""


def fold_series(text: pl.Series) -> pl.Series:
    """Return the keys of a text column, nulls as they are; equal to `fold` of every value."""
    if text.null_count() == text.len():
        return text
    plain = text.str.len_bytes() == text.str.len_chars()
    if plain.all():
        return _fold_ascii(text)
    if text.len() > _FEW and text.n_unique() > _FEW:
        return _fold_many(text)
    return fold_column(text)


def _fold_ascii(text: pl.Series) -> pl.Series:
    lowered = text.str.to_lowercase()
    return (
        lowered.str.replace_all(r"[\s\x{1c}-\x{1f}]+", "")
        if lowered.str.contains(r"[\s\x{1c}-\x{1f}]").any()
        else lowered
    )


def _fold_many(text: pl.Series) -> pl.Series:
    """Fold many different values: ordinary ones by Polars, the others by Python."""
    frame = text.alias("t").to_frame().with_columns(pl.col("t").str.contains(_UNUSUAL).alias("odd"))
    quick = pl.col("t").str.replace_all(" ", "", literal=True).str.to_lowercase()
    if not frame["odd"].any():
        return frame.select(quick.alias(text.name)).to_series()
    by_hand = frame.filter("odd")["t"].unique()
    keys = pl.DataFrame({"t": by_hand, "h": fold_column(by_hand)})
    both = frame.join(keys, on="t", how="left", maintain_order="left")
    return both.select(pl.when("odd").then("h").otherwise(quick).alias(text.name)).to_series()
