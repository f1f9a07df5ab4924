"""Findings grouped by cause, for people: count, orders, sum, the first example and what to do."""

from __future__ import annotations

import polars as pl

from recon.domain.finding import FINDING_CODES
from recon.frames.schemas import SEVERITIES
from recon.money import plain
from recon.summaries import CauseLine


def causes(findings: pl.DataFrame) -> tuple[CauseLine, ...]:
    """Group findings by code, gravest first, then by how many."""
    if not findings.height:
        return ()
    grouped = (
        findings.lazy()
        .group_by("code", "severity", maintain_order=True)
        .agg(
            pl.len().alias("count"),
            pl.col("order_key").n_unique().alias("orders"),
            pl.col("amount_minor").cast(pl.Int128).sum().alias("amount"),
            pl.first("file", "row", "column", "value", "detail", "order_key"),
        )
        .collect()
    )
    lines = [_line(row) for row in grouped.iter_rows(named=True)]
    return tuple(sorted(lines, key=lambda line: (SEVERITIES.index(line.severity), -line.count, line.code)))


def _line(row: dict[str, object]) -> CauseLine:
    known = FINDING_CODES[str(row["code"])]
    return CauseLine(
        code=str(row["code"]),
        severity=str(row["severity"]),
        title=known.title,
        count=int(str(row["count"])),
        orders=int(str(row["orders"])) if row["order_key"] is not None else 0,
        amount=plain(int(str(row["amount"] or 0))),
        remedy=known.remedy,
        example=_example(row),
    )


def _example(row: dict[str, object]) -> str:
    """Say where the first one stands and what it says."""
    parts = []
    if row["row"] is not None:
        parts.append(f"row {row['row']}")
    if row["column"]:
        parts.append(f"column {row['column']}")
    if row["value"]:
        parts.append(f"value {str(row['value'])[:60]!r}")
    if row["order_key"]:
        parts.append(f"order {row['order_key']}")
    text = ", ".join(parts)
    return f"{text}: {row['detail']}" if row["detail"] and text else str(row["detail"] or text)
