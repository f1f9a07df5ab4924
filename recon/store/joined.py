"""Long tables as one text that SQLite joins and Polars splits; row by row through Python would take five times as long."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

import polars as pl

UNIT: Final = "\x1f"
RECORD: Final = "\x1e"
ABSENT: Final = "\x1d"
"""What stands for no value; a text of nothing is another thing."""


def split(text: str, count: int, columns: Sequence[str]) -> pl.DataFrame | None:
    """Return the columns of a joined text, all of them text; None where a value itself holds one of our marks."""
    if text.count(UNIT) != count * (len(columns) - 1) or text.count(RECORD) != count - 1:
        return None
    return pl.read_csv(
        io.BytesIO(text.encode("utf-8")),
        separator=UNIT,
        eol_char=RECORD,
        has_header=False,
        quote_char=None,
        empty_string_is_null=False,
        schema={name: pl.String() for name in columns},
    )


def as_stored(column: str, dtype: pl.DataType) -> pl.Expr:
    """Return a column of a frame as SQLite keeps it: whole numbers and text."""
    if dtype == pl.Boolean:
        return pl.col(column).cast(pl.Int8)
    if dtype == pl.Date:
        return pl.col(column).dt.to_string("%Y-%m-%d")
    return pl.col(column).cast(pl.String) if isinstance(dtype, pl.Enum) else pl.col(column)


def null_if_absent(column: str) -> pl.Expr:
    """Return a column with null in the place of the mark."""
    return pl.when(pl.col(column) != ABSENT).then(pl.col(column)).alias(column)
