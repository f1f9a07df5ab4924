"""Check frames at the border between two steps: names, order, types, keys, nulls and amounts."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from recon.errors import FrameError
from recon.money import AMOUNT_LIMIT_MINOR


def conform(
    frame: pl.DataFrame, schema: pl.Schema, *, name: str, key: Sequence[str] = (), required: Sequence[str] = ()
) -> pl.DataFrame:
    """Return the frame if it is exactly of this schema, with a unique key and no nulls where none may be.

    Raises:
        FrameError: The step before handed over something else; a defect of ours, never of the data.
    """
    if frame.schema != schema:
        expected, found = dict(schema), dict(frame.schema)
        wrong = [f"{c}: {found.get(c)} for {t}" for c, t in expected.items() if found.get(c) != t]
        extra = [c for c in found if c not in expected]
        raise FrameError(f"{name}: wrong columns {wrong}, extra {extra}, order {list(found) == list(expected)}")
    amounts = [column for column in frame.columns if column.endswith("_minor")]
    nulls = [*key, *required]
    checks = [pl.col(column).is_null().any().alias(f"null {column}") for column in dict.fromkeys(nulls)]
    checks += [(pl.col(c).abs() >= AMOUNT_LIMIT_MINOR).any().alias(f"too large {c}") for c in amounts]
    if checks and frame.height:
        failed = [label for label, bad in frame.select(checks).row(0, named=True).items() if bad]
        if failed:
            raise FrameError(f"{name}: {', '.join(failed)}")
    if (
        key
        and frame.height
        and frame.select(pl.struct(key).n_unique() if len(key) > 1 else pl.col(key[0]).n_unique()).item()
        != frame.height
    ):
        raise FrameError(f"{name}: {', '.join(key)} is not unique")
    return frame


def empty(schema: pl.Schema) -> pl.DataFrame:
    """Return a frame of this schema without rows."""
    return pl.DataFrame(schema=schema)


def fill(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """Return the frame with missing columns as nulls, columns cast and in schema order."""
    return frame.select(
        (pl.col(c).cast(t) if c in frame.columns else pl.lit(None, dtype=t)).alias(c) for c, t in schema.items()
    )


def as_read(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """Return a frame kept by an earlier version: columns it lacks are not stated, its kinds are among those of today."""
    if frame.schema == schema:
        return frame
    return fill(
        frame.with_columns(
            pl.col(name).cast(pl.String)
            for name, dtype in schema.items()
            if isinstance(dtype, pl.Enum) and frame.schema.get(name, dtype) != dtype
        ),
        schema,
    )


def as_now(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """Return a frame of a kept plan as plans are made today: amounts nobody thought of then are 0, all else it lacks is null."""
    if frame.schema == schema:
        return frame
    new = [name for name in schema if name.endswith("_minor") and name not in frame.columns]
    return as_read(frame.with_columns(pl.lit(0, dtype=pl.Int64).alias(name) for name in new), schema)


def as_kept(frame: pl.DataFrame, column: str = "tax_code") -> pl.DataFrame:
    """Return documents or their lines as a plan is kept: without a column that most plans say nothing in, so that their bytes stay."""
    bare = frame[column].null_count() == frame.height
    return frame.drop(column) if bare else frame
