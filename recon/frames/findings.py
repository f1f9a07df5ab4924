"""Build finding frames without a loop over rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from recon.domain.finding import FINDING_CODES
from recon.frames.schemas import FINDINGS

_NONE: Final = pl.DataFrame(schema=FINDINGS)


def no_findings() -> pl.DataFrame:
    """Return an empty findings frame."""
    return _NONE.clone()  # making one anew takes half a millisecond, and a plan asks for dozens


def findings_from(frame: pl.DataFrame | pl.LazyFrame, code: str, **columns: pl.Expr | str | int | None) -> pl.DataFrame:
    """Return one finding per row of ``frame``; keyword arguments fill columns of FINDINGS (expressions or literals).

    Columns not named are taken from ``frame`` where it has them for order_key, document_key, file and row, else null.
    """
    assert code in FINDING_CODES, code
    if isinstance(frame, pl.DataFrame) and frame.is_empty():
        return no_findings()
    have = frame.collect_schema().names()
    picks = []
    for column, dtype in FINDINGS.items():
        if column == "code":
            value: pl.Expr = pl.lit(code)
        elif column == "severity":
            value = pl.lit(FINDING_CODES[code].severity)
        elif column in columns:
            given = columns[column]
            value = given if isinstance(given, pl.Expr) else pl.lit(given)
        elif column in ("order_key", "document_key", "file", "row") and column in have:
            value = pl.col(column)
        else:
            value = pl.lit(None)
        picks.append(value.cast(dtype).alias(column))
    built = frame.lazy().select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("_i"), *picks).collect()
    return built.drop("_i")


def one_finding(code: str, **columns: str | int | None) -> pl.DataFrame:
    """Return a single finding."""
    return findings_from(pl.DataFrame({"_": [0]}), code, **columns)


def gather(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return all findings in one frame, in the order given."""
    kept = [part for part in parts if part.height]
    return pl.concat(kept) if kept else no_findings()
