"""Days as people read them: ranges instead of long lists."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def period(first: str, last: str) -> str:
    """Return the days a block covers, as short as they can be said."""
    return first if first == last else f"{first} .. {last}"


def day_ranges(days: Sequence[str]) -> tuple[str, ...]:
    """Return days in order as ranges: 2026-10-05, 2026-10-07 .. 2026-10-09."""
    frame = pl.DataFrame({"day": pl.Series(days, dtype=pl.String).str.to_date("%Y-%m-%d")})
    runs = frame.with_columns((pl.col("day").diff().dt.total_days() != 1).fill_null(value=True).cum_sum().alias("run"))
    spans = runs.group_by("run", maintain_order=True).agg(pl.col("day").first().alias("first"), pl.col("day").last())
    return tuple(period(str(first), str(last)) for first, last in spans.select("first", "day").iter_rows())
