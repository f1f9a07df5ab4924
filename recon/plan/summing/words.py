"""Findings that name a document of one order, said anew where that document is a part of a summary."""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.amounts import plain_text
from recon.frames.findings import findings_from, gather
from recon.plan.inputs import PlanLimits
from recon.plan.payments import paid_by_person

_REFUND: Final = "refund-to-record"


def retold_refunds(
    findings: pl.DataFrame, summaries: pl.DataFrame, parts: pl.Series, limits: PlanLimits
) -> pl.DataFrame:
    """Return the findings with one word per summary of refunds that a person records, instead of one per order.

    ``parts``: keys of the credit notes that the summaries hold.
    """
    said = findings.with_row_index("_at").filter(pl.col("code") == _REFUND)
    old = said.filter(pl.col("document_key").is_in(parts.implode()))["_at"] if said.height else said["_at"]
    if not old.len():
        return findings
    credits_ = paid_by_person(summaries, limits)
    detail = pl.format(
        "Credit note {} ({}): {} back from {}.",
        "number",
        "order_number",
        plain_text("total_minor"),
        "payment_method",
    )
    about = findings_from(credits_, _REFUND, order_key=None, amount_minor=pl.col("total_minor"), detail=detail)
    kept = findings.with_row_index("_at").filter(~pl.col("_at").is_in(old.implode())).drop("_at")
    return gather([kept, about])
