"""Amounts of a till as minor units, also those a till's program writes as it counts: 0.30000000000000004 for thirty øre.

Some tills keep amounts as binary fractions and export every digit of them. What is nearer than a ten-thousandth of an øre to a whole one
is that one; anything else that is no exact amount stays unread, and is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from recon.frames.amounts import minor_units

_EXPONENT: Final = 2
_LONG: Final = r"^\s*([+-]?)([0-9]{1,15})\.([0-9]{2})(0+|0{4}[0-9]*|9{4}[0-9]*)\s*$"


def till_amounts(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Return text columns as Int64 minor units; null where a cell is blank or no amount."""
    read = minor_units(frame, columns, _EXPONENT)
    return read.with_columns(_with_long(frame[name], read[name]) for name in columns)


def _with_long(text: pl.Series, read: pl.Series) -> pl.Series:
    open_ones = (read.is_null() & text.is_not_null()).arg_true()
    if open_ones.is_empty():
        return read
    parts = text.gather(open_ones).cast(pl.String).str.extract_groups(_LONG).struct.unnest()
    sign, whole, cents, tail = (pl.col(name) for name in parts.columns)
    size = whole.cast(pl.Int64) * 100 + cents.cast(pl.Int64) + tail.str.starts_with("9")
    amount = parts.select(pl.when(sign == "-").then(-size).otherwise(size)).to_series()
    return read.scatter(open_ones, amount)
