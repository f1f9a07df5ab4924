"""A plan whose documents were changed after it was made: its sums over them, counted anew."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from recon.plan.controls import by_kind, controls_of_documents
from recon.plan.findings import findings_by_cause
from recon.plan.inputs import Plan, PlanInputs


def recounted(made: Plan, inputs: PlanInputs) -> Plan:
    """Return the plan with controls and sums of the documents, lines, postings and findings it holds now."""
    foreign = inputs.orders.filter(pl.col("currency") != inputs.currency)["order_key"]
    return replace(
        made,
        controls=controls_of_documents(made.controls, made.documents, made.lines, made.postings),
        by_kind=by_kind(made.documents),
        by_cause=findings_by_cause(made.findings, made.results, foreign),
    )
