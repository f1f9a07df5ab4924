"""Columns of few different texts (Categorical): each different text is read once, not once a row."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl


def by_word(words: pl.Series, read: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Return what ``read`` makes of the texts of a Categorical column, row by row.

    Args:
        words: The column.
        read: Takes the different texts (String, null among them where a row has none), returns as many values.
    """
    codes = words.to_physical()
    different = words.unique()
    nothing = _height(codes)
    known = different.to_physical().fill_null(nothing)
    place = pl.zeros(nothing + 1, dtype=pl.UInt32, eager=True).scatter(
        known, pl.int_range(len(different), dtype=pl.UInt32, eager=True)
    )
    return read(different.cast(pl.String)).gather(place.gather(codes.fill_null(nothing))).alias(words.name)


def _height(codes: pl.Series) -> int:
    largest = codes.max()
    return 0 if largest is None else int(largest) + 1  # type: ignore[arg-type]
