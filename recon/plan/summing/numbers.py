"""Numbers of summaries: letter, day and a counter, at most eleven signs for 999 summaries of one day."""

from __future__ import annotations

import re

import polars as pl


def summary_numbers(summaries: pl.DataFrame, posted: pl.DataFrame, prefix: str) -> pl.Series:
    """Return the number of each summary: the next free ones of its day, in the order of the summaries.

    ``posted``: POSTED, whose numbers are taken. Numbers follow from these and the summaries alone, so the same plan made
    again gives the same ones.
    """
    found = posted["number"].drop_nulls().str.extract_groups(rf"^{re.escape(prefix)}(\d{{6}})-(\d{{2,3}})$")
    taken = pl.DataFrame({
        "day": found.struct.field("1"), "last": found.struct.field("2").cast(pl.UInt32),
    }).drop_nulls()  # fmt: skip
    taken = taken.group_by("day").agg(pl.col("last").max())
    dated = summaries.select(pl.col("issued_on").dt.to_string("%y%m%d").alias("day"))
    known = dated.join(taken, on="day", how="left", maintain_order="left")
    nth = pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).over("day") + pl.col("last").fill_null(0)
    counted = nth.cast(pl.String).str.zfill(2)
    return known.select(
        pl.concat_str([pl.lit(prefix), pl.col("day"), pl.lit("-"), counted]).alias("number")
    ).to_series()
