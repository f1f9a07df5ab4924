"""Sales and purchases of one plan: taken apart before planning and put together after it, each with its own proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import polars as pl

from recon.plan.buying.plan import buying_plan
from recon.plan.controls import by_kind
from recon.plan.findings import findings_by_cause
from recon.plan.inputs import Plan, PlanInputs


def plan_both(inputs: PlanInputs, bought: pl.Series, plan_sales: Callable[[PlanInputs], Plan]) -> Plan:
    """Return the plan of both; ``bought``: per record, whether it is one that is bought."""
    keys = inputs.orders.filter(bought)["order_key"]
    about = inputs.findings["order_key"].is_in(keys.implode()).fill_null(value=False)
    sales = plan_sales(_some(inputs, ~bought, inputs.findings.filter(~about)))
    numbered = ["document_key", "number"]
    taken = pl.concat([inputs.posted.select(numbered), sales.documents.select(numbered)])
    others = _some(inputs, bought, inputs.findings.filter(about))
    purchases = buying_plan(others, taken)
    return _together(inputs, bought, sales, purchases)


def _some(inputs: PlanInputs, wanted: pl.Series, findings: pl.DataFrame) -> PlanInputs:
    """Return the inputs of some records, numbered anew by position."""
    number = pl.select(pl.when(pl.lit(wanted)).then(pl.lit(wanted).cast(pl.UInt32).cum_sum() - 1)).to_series()
    number = number.cast(pl.UInt32)

    def kept(frame: pl.DataFrame) -> pl.DataFrame:
        anew = frame.with_columns(number.gather(frame["order_no"]).alias("order_no"))
        return anew.filter(pl.col("order_no").is_not_null()).rechunk()

    return replace(
        inputs,
        orders=kept(inputs.orders),
        lines=kept(inputs.lines),
        payments=kept(inputs.payments),
        refunds=kept(inputs.refunds),
        refund_lines=kept(inputs.refund_lines),
        findings=findings,
    )


def _together(inputs: PlanInputs, bought: pl.Series, sales: Plan, purchases: Plan) -> Plan:
    """Return both plans as one: sales first, then purchases; positions are those of all records."""
    shift = pl.lit(sales.documents.height, dtype=pl.UInt32)
    sold_at, bought_at = (mask.arg_true().cast(pl.UInt32) for mask in (~bought, bought))
    parts = {
        name: pl.concat(
            [
                _placed(getattr(sales, name), sold_at),
                _placed(getattr(purchases, name), bought_at).with_columns(pl.col("doc_no") + shift),
            ]
        )
        for name in ("documents", "lines", "postings")
    }
    results = pl.concat([_placed(sales.results, sold_at), _placed(purchases.results, bought_at)]).sort("order_no")
    findings = pl.concat([sales.findings, purchases.findings])
    foreign = inputs.orders.filter(pl.col("currency") != inputs.currency)["order_key"]
    return Plan(
        documents=parts["documents"],
        lines=parts["lines"],
        postings=parts["postings"],
        results=results,
        findings=findings,
        controls=sales.controls,
        bought=purchases.controls,
        provenance=pl.concat([sales.provenance, purchases.provenance]),
        by_kind=by_kind(parts["documents"]),
        by_cause=findings_by_cause(findings, results, foreign),
    )


def _placed(frame: pl.DataFrame, places: pl.Series) -> pl.DataFrame:
    """Return rows with the positions their records have among all records; rows of no record keep none."""
    if "order_no" not in frame.columns:
        return frame
    return frame.with_columns(places.gather(frame["order_no"]).alias("order_no"))
