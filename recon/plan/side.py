"""Put a side of a plan together, purchases or tills, and prove that it adds up."""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.conform import conform
from recon.frames.findings import gather
from recon.frames.schemas import DOCUMENT_LINES, DOCUMENTS, ORDER_RESULTS, POSTINGS
from recon.plan.controls import assert_ties, by_kind, control_totals
from recon.plan.findings import findings_by_cause
from recon.plan.inputs import PROVENANCE, Plan, PlanInputs

_NEEDED: Final = ("issued_on", "due_on", "contact_code", "contact_name", "kind", "vat_mode", "is_tax_invoice")


def side_of_plan(
    side: str, inputs: PlanInputs, documents: pl.DataFrame, lines: pl.DataFrame, postings: pl.DataFrame,
    results: pl.DataFrame, own: list[pl.DataFrame],
) -> Plan:  # fmt: skip
    """Return a side's plan.

    Args:
        side: What it is called where it does not add up.
        inputs: What it was made from; its orders are this side's, and no platform pays a part of them.
        documents: DOCUMENTS.
        lines: DOCUMENT_LINES.
        postings: POSTINGS.
        results: ORDER_RESULTS.
        own: The side's own findings.

    Raises:
        FrameError: The plan does not add up (a defect).
    """
    conform(documents, DOCUMENTS, name=f"documents of {side}", key=("document_key",), required=_NEEDED)
    conform(lines, DOCUMENT_LINES, name=f"lines of {side}", required=("doc_no", "description", "net_minor"))
    conform(postings, POSTINGS, name=f"postings of {side}", required=("doc_no", "account_code"))
    conform(results, ORDER_RESULTS, name=f"results of {side}", required=("disposition", "reason"))
    orders, findings, currency = inputs.orders, gather([inputs.findings, *own]), inputs.currency
    nothing = pl.repeat(0, orders.height, dtype=pl.Int64, eager=True)
    controls = control_totals(orders, nothing, results, documents, lines, postings, currency, nothing)
    assert_ties(controls, results)
    foreign = orders.filter(pl.col("currency") != currency)["order_key"]
    return Plan(
        documents=documents,
        lines=lines,
        postings=postings,
        results=results,
        findings=findings,
        controls=controls,
        provenance=orders.select(PROVENANCE.names())[documents["order_no"]],
        by_kind=by_kind(documents),
        by_cause=findings_by_cause(findings, results, foreign),
    )
