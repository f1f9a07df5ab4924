"""Groups and totals of review rows: counts and sums by status and by any column. Sums run in Int128."""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.errors import UsageError
from recon.review.rows import STATUSES, Status

GROUPED: Final[dict[str, pl.Expr]] = {
    "status": pl.col("status").cast(pl.String),
    "kind": pl.col("kind").cast(pl.String),
    "sales_channel": pl.col("sales_channel"),
    "payment_channel": pl.col("payment_channel"),
    "customer": pl.col("customer"),
    "cause": pl.col("cause"),
    "causes": pl.col("causes"),
    "rule": pl.col("rule"),
    "currency": pl.col("currency"),
    "file": pl.col("file"),
    "decided_by": pl.col("decided_by"),
    "day": pl.col("issued_on").cast(pl.String),
    "month": pl.col("issued_on").dt.strftime("%Y-%m"),
}
"""What rows can be grouped by."""


def totals(frame: pl.DataFrame, order: pl.Series | None = None, *, currency: str = "THB") -> pl.DataFrame:
    """Return status, count, total_minor and foreign_count for every status, in the order of STATUSES.

    Args:
        frame: REVIEW rows.
        order: Positions of the rows that count; None: all.
        currency: Of the books; rows in other currencies are counted, but are in no sum.
    """
    chosen = _chosen(frame, order, ["status", "total_minor", "currency"])
    sums = chosen.group_by("status").agg(*_figures(currency))
    every = pl.DataFrame({"status": pl.Series(STATUSES, dtype=Status)})
    return every.join(sums, on="status", how="left", maintain_order="left").with_columns(
        pl.col("count", "foreign_count").fill_null(0), pl.col("total_minor").fill_null(0)
    )


def groups(frame: pl.DataFrame, column: str, order: pl.Series | None = None, *, currency: str = "THB") -> pl.DataFrame:
    """Return value, count, total_minor, foreign_count and a count per status, most money first.

    Raises:
        UsageError: Rows cannot be grouped by that.
    """
    value = _value(column)
    needed = list(dict.fromkeys([*GROUPED[column].meta.root_names(), "status", "total_minor", "currency"]))
    chosen = _chosen(frame, order, needed).with_columns(value)
    counts = [(pl.col("status") == status).sum().cast(pl.UInt32).alias(status) for status in STATUSES]
    grouped = chosen.group_by("value").agg(*_figures(currency), *counts)
    return grouped.sort("total_minor", "value", descending=[True, False])


def group_keys(frame: pl.DataFrame, column: str, order: pl.Series | None = None) -> pl.DataFrame:
    """Return value and key of rows: which group each of them belongs to.

    Raises:
        UsageError: Rows cannot be grouped by that.
    """
    value = _value(column)
    needed = list(dict.fromkeys([*GROUPED[column].meta.root_names(), "key"]))
    return _chosen(frame, order, needed).select(value, "key")


def _value(column: str) -> pl.Expr:
    if column not in GROUPED:
        raise UsageError(f"Rows cannot be grouped by {column!r}; there are {', '.join(GROUPED)}.")
    return GROUPED[column].fill_null("").alias("value")


def _chosen(frame: pl.DataFrame, order: pl.Series | None, columns: list[str]) -> pl.DataFrame:
    kept = frame.select(columns)
    return kept if order is None else kept[order]


def _figures(currency: str) -> list[pl.Expr]:
    ours = pl.col("currency") == currency
    return [
        pl.len().cast(pl.UInt32).alias("count"),
        pl.col("total_minor").filter(ours).cast(pl.Int128).sum().alias("total_minor"),
        (~ours).sum().cast(pl.UInt32).alias("foreign_count"),
    ]
