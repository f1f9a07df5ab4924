"""Drafts: which documents the lifecycle asks for, with their amounts, before they have numbers, lines and postings.

One row per document, in the order of sending: by order, then by step. What the ledger cannot take is marked blocked, and
so is everything after it in the same order.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.schemas import DOCUMENT_KINDS, DocumentKind
from recon.plan.columns import share_half_up
from recon.plan.inputs import PlanLimits
from recon.plan.lifecycle import SALE_ACTIONS, Action, steps_frame

DRAFTS: Final = pl.Schema({
    "order_no": pl.UInt32(),
    "rule_no": pl.UInt8(),
    "step": pl.UInt8(),
    "action": Action,
    "kind": DocumentKind,
    "after_sale": pl.Boolean(),         # points to the sale of this plan, not to the ledger's live document
    "total_minor": pl.Int64(),
    "vat_minor": pl.Int64(),
    "base_total_minor": pl.Int64(),     # total of the document it points to, or its own
    "refunded_on": pl.Date(),           # null: not dated, or no refund
    "refund_to_minor": pl.Int64(),      # cumulative refund this draft brings the order to; null: no refund
    "blocked": pl.String(),             # finding code; null: can be sent
})  # fmt: skip


def drafts(work: pl.DataFrame, refunds: pl.DataFrame, limits: PlanLimits) -> pl.DataFrame:
    """Return DRAFTS.

    Args:
        work: Orders that act: order_no, rule_no, doc_total_minor, doc_vat_minor, live_total_minor, live_vat_minor,
            credited_minor, credited_vat_minor, refund_minor.
        refunds: REFUNDS.
        limits: What the ledger takes.
    """
    steps = steps_frame()
    planned = work.join(steps, on="rule_no", how="inner", maintain_order="left_right")
    planned = planned.filter(~(pl.col("action").is_in(SALE_ACTIONS) & (pl.col("doc_total_minor") == 0)))
    own = pl.col("after_sale")
    planned = planned.with_columns(
        pl.when(own).then("doc_total_minor").otherwise("live_total_minor").alias("base_total_minor"),
        pl.when(own).then("doc_vat_minor").otherwise("live_vat_minor").alias("base_vat_minor"),
        pl.when(own).then(0).otherwise("credited_minor").alias("done_minor"),
        pl.when(own).then(0).otherwise("credited_vat_minor").alias("done_vat_minor"),
    )
    parts = planned.filter(pl.col("action") == "credit_part")
    if parts.is_empty():
        return _block(_with_amounts(planned), limits)
    whole = _with_amounts(planned.filter(pl.col("action") != "credit_part"))
    both = pl.concat([whole, _refund_parts(parts, refunds)])
    return _block(both.sort("order_no", "step", maintain_order=True), limits)


def _with_amounts(planned: pl.DataFrame) -> pl.DataFrame:
    """Return everything but refunds of a part: a sale has its own amounts, the rest what the document still shows."""
    sale = pl.col("action").is_in(SALE_ACTIONS)
    rest = pl.col("base_total_minor") - pl.col("done_minor")
    rest_vat = pl.col("base_vat_minor") - pl.col("done_vat_minor")
    total = pl.when(sale).then("doc_total_minor").otherwise(rest)
    return planned.select(
        "order_no", "rule_no", "step", "action", "kind", "after_sale",
        total.alias("total_minor"),
        pl.when(sale).then("doc_vat_minor").otherwise(rest_vat).alias("vat_minor"),
        pl.when(sale).then("doc_total_minor").otherwise("base_total_minor").alias("base_total_minor"),
        pl.lit(None, dtype=pl.Date).alias("refunded_on"),
        pl.when(pl.col("action") == "credit_rest").then("refund_minor").alias("refund_to_minor"),
    ).filter(pl.col("total_minor") > 0)  # fmt: skip


def _refund_parts(parts: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    """Return one draft per refund that is not credited yet; the VAT of all parts sums to the document's share."""
    cap = pl.min_horizontal("to_minor", "base_total_minor")
    start = pl.max_horizontal("from_minor", "done_minor")
    open_parts = _refund_steps(parts, refunds).with_columns(cap.alias("_to"), start.alias("_from"))
    open_parts = open_parts.filter(pl.col("_to") > pl.col("_from"))
    vat_to = share_half_up(pl.col("base_vat_minor"), pl.col("_to"), pl.col("base_total_minor"))
    vat_from = share_half_up(pl.col("base_vat_minor"), pl.col("_from"), pl.col("base_total_minor"))
    credited = pl.when(pl.col("_from") == pl.col("done_minor")).then("done_vat_minor").otherwise(vat_from)
    return open_parts.select(
        "order_no", "rule_no", "step", "action", "kind", "after_sale",
        (pl.col("_to") - pl.col("_from")).alias("total_minor"),
        (vat_to - credited).clip(lower_bound=0).alias("vat_minor"),
        "base_total_minor",
        "refunded_on",
        pl.col("to_minor").alias("refund_to_minor"),
    )  # fmt: skip


def _refund_steps(parts: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    """Return the refunds of each order as steps from_minor..to_minor; one undated step where they do not sum."""
    running = pl.col("amount_minor").cum_sum().over("order_no")
    stated = refunds.join(parts.select("order_no"), on="order_no", how="semi", maintain_order="left")
    stated = stated.select(
        "order_no", "refunded_on", running.alias("to_minor"), (running - pl.col("amount_minor")).alias("from_minor")
    )
    sums = stated.group_by("order_no").agg(pl.col("to_minor").max().alias("_stated"))
    judged = parts.join(sums, on="order_no", how="left", maintain_order="left")
    ties = pl.col("_stated").eq_missing(pl.col("refund_minor"))
    dated = judged.filter(ties).join(stated, on="order_no", how="inner", maintain_order="left_right")
    whole = judged.filter(~ties).with_columns(
        pl.lit(None, dtype=pl.Date).alias("refunded_on"),
        pl.col("refund_minor").alias("to_minor"),
        pl.lit(0, dtype=pl.Int64).alias("from_minor"),
    )
    return pl.concat([dated, whole.select(dated.columns)])


def _block(planned: pl.DataFrame, limits: PlanLimits) -> pl.DataFrame:
    """Mark what the ledger cannot take from us, and everything behind it in the same order."""
    kind = pl.col("kind")
    cannot = ~kind.is_in(sorted(limits.kinds & set(DOCUMENT_KINDS)))
    part = (kind == "credit_note") & (pl.col("total_minor") != pl.col("base_total_minor"))
    code = (
        pl.when(part & (not limits.partial_credit_note)).then(pl.lit("partial-credit-by-hand"))
        .when(cannot).then(pl.lit("ledger-cannot"))
        .otherwise(pl.lit(None, dtype=pl.String))
    )  # fmt: skip
    marked = planned.with_columns(code.alias("blocked"))
    if marked["blocked"].null_count() < marked.height:
        # An order's drafts stand together: what is filled forward counts as far as the order reaches, without a group-by.
        stuck_in = pl.when(pl.col("blocked").is_not_null()).then("order_no").forward_fill()
        behind = pl.when(pl.col("order_no") == stuck_in).then(pl.col("blocked").forward_fill())
        marked = marked.with_columns(behind.alias("blocked"))
    return marked.select(DRAFTS.names())
