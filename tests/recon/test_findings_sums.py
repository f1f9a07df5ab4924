"""Sums of findings by cause: an order that is told about twice for its whole amount counts once."""

from __future__ import annotations

import polars as pl

from recon.frames.findings import findings_from, gather
from recon.frames.schemas import ORDER_RESULTS
from recon.plan.findings import findings_by_cause


def test_an_order_with_two_new_words_counts_once() -> None:
    named = pl.DataFrame({"order_key": ["web:1", "web:1", "web:2"], "total_minor": [10_700, 10_700, 5_350]})
    found = gather(
        [findings_from(named, "first-seen", column="status", value=pl.lit("x"), amount_minor=pl.col("total_minor"))]
    )
    results = pl.DataFrame(schema=ORDER_RESULTS)
    row = findings_by_cause(found, results, pl.Series(dtype=pl.String)).row(0, named=True)
    assert (row["finding_count"], row["order_count"], row["amount_minor"]) == (3, 2, 16_050)
