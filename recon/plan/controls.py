"""Where the money of every order went, and the proof of it: two independent sums that must agree to the minor unit.

The source's side is summed from the orders alone, our side from documents, lines and postings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from recon.errors import FrameError
from recon.frames.schemas import DOCUMENT_KINDS, ORDER_RESULTS, Disposition
from recon.plan.columns import BOOKS_EFFECT, IS_BOUGHT, MOVES_MONEY, per_order, run_sums
from recon.plan.inputs import ControlTotals
from recon.plan.lifecycle import RULE_NAMES
from recon.plan.state import RETURN_KINDS
from recon.plan.verdict import Verdicts


def result_work(
    orders: pl.DataFrame, states: pl.DataFrame, facts: pl.DataFrame, amounts: pl.DataFrame, rule_no: pl.Series
) -> pl.DataFrame:
    """Return what `order_results` looks at, a row per order: what it is, what stands, what it would be, and by which rule."""
    return pl.concat(
        [
            orders.select("order_no", "order_key", "total_minor"),
            states.select("cancelled", "refund_minor", "truth_minor"),
            facts.select("posted_minor"),
            amounts.select("left_out_minor", "doc_total_minor"),
            rule_no.to_frame("rule_no"),
        ],
        how="horizontal",
    )


def order_results(
    work: pl.DataFrame,
    verdicts: Verdicts,
    drafts: pl.DataFrame,
    decisions: pl.DataFrame,
    rule_names: Sequence[str] = RULE_NAMES,
) -> pl.DataFrame:
    """Return ORDER_RESULTS.

    ``work``: from `result_work`. ``rule_names``: of the lifecycle that ``rule_no`` counts in.
    """
    count = work.height
    sent, stuck = drafts.filter(pl.col("blocked").is_null()), drafts.filter(pl.col("blocked").is_not_null())
    planned = _per_order(sent, count, BOOKS_EFFECT)
    blocked = _per_order(stuck, count, BOOKS_EFFECT)
    has_documents = _per_order(sent, count, pl.col("order_no").is_not_null())
    stuck_code = _first_code(stuck, count)
    frame = work.with_columns(
        planned.alias("planned_minor"), blocked.alias("blocked_minor"), (has_documents > 0).alias("has_documents"),
        verdicts.reason.cast(pl.String).alias("why_not"), verdicts.held.alias("is_held"), stuck_code.alias("stuck"),
    )  # fmt: skip
    return _decide(_place(frame, rule_names), decisions)


def _per_order(drafts: pl.DataFrame, count: int, value: pl.Expr) -> pl.Series:
    if drafts.is_empty():
        return pl.repeat(0, count, dtype=pl.Int64, eager=True)
    return per_order(run_sums(drafts, "order_no", value=value), count)["value"]


def _first_code(stuck: pl.DataFrame, count: int) -> pl.Series:
    """Return per order the finding of its first document that cannot be sent."""
    if stuck.is_empty():
        return pl.repeat(None, count, dtype=pl.String, eager=True)
    orders = pl.DataFrame({"order_no": pl.int_range(count, dtype=pl.UInt32, eager=True)})
    first = stuck.unique("order_no", keep="first", maintain_order=True).select("order_no", "blocked")
    return orders.join(first, on="order_no", how="left", maintain_order="left")["blocked"]


def _place(frame: pl.DataFrame, rule_names: Sequence[str]) -> pl.DataFrame:
    """Say for every order which part is held and which ignored, each from its own cause."""
    names = pl.Series(rule_names)
    rest = pl.col("truth_minor") - pl.col("posted_minor")
    against = pl.col("why_not").is_not_null()
    held = (
        pl.when(against & pl.col("is_held")).then(rest)
        .when(against).then(0)
        .otherwise(pl.col("blocked_minor"))
    )  # fmt: skip
    ignored = pl.when(against & ~pl.col("is_held")).then(rest).when(against).then(0).otherwise(_left_out())
    frame = frame.with_columns(held.alias("held_minor"), ignored.alias("ignored_minor"))
    waits = against & pl.col("is_held") & ~((pl.col("why_not") == "pending-elsewhere") & (pl.col("held_minor") == 0))
    disposition = (
        pl.when(waits).then(pl.lit("held"))
        .when(against & pl.col("is_held")).then(pl.lit("posted"))
        .when(against).then(pl.lit("ignored"))
        .when("has_documents").then(pl.lit("documents"))
        .when(pl.col("stuck").is_not_null()).then(pl.lit("held"))
        .when((pl.col("posted_minor") == 0) & (pl.col("ignored_minor") != 0)).then(pl.lit("ignored"))
        .otherwise(pl.lit("posted"))
    )  # fmt: skip
    rule = pl.lit(names.gather(frame["rule_no"]))
    reason = pl.coalesce("why_not", pl.when(~pl.col("has_documents")).then("stuck"), rule)
    reason = pl.when((disposition == "ignored") & ~against).then(pl.lit("nothing-to-post")).otherwise(reason)
    return frame.with_columns(disposition.alias("disposition"), reason.alias("reason"))


def _left_out() -> pl.Expr:
    """Return what an order keeps off its documents on purpose: charges left out, less refunds beyond the document."""
    beyond = (pl.col("refund_minor") - pl.col("doc_total_minor")).clip(lower_bound=0)
    nothing = pl.col("cancelled") | ((pl.col("refund_minor") > 0) & (pl.col("refund_minor") >= pl.col("total_minor")))
    return pl.when(nothing).then(0).otherwise(pl.col("left_out_minor") - beyond)


def _decide(frame: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """Move what a person settled: by hand it counts as posted, left as it is it counts as ignored."""
    settling = decisions.filter(pl.col("decision").is_in(["by-hand", "leave"]))
    if settling.height:
        chosen = settling.select("order_key", "decision", pl.col("amount_minor").alias("_amount"))
        frame = frame.join(chosen, on="order_key", how="left", maintain_order="left")
        held, amount = pl.col("held_minor"), pl.col("_amount")
        by_hand = pl.col("decision").eq_missing(pl.lit("by-hand"))
        part = (
            pl.when(amount.is_null()).then(held)
            .when((amount > 0) & (held > 0)).then(pl.min_horizontal(held, amount))
            .otherwise(0)
        )  # fmt: skip
        part = pl.when(by_hand).then(part).when(pl.col("decision").is_not_null()).then(held).otherwise(0)
        frame = frame.with_columns(part.alias("_part"))
        was_held = (pl.col("disposition") == "held") & pl.col("decision").is_not_null() & (held == pl.col("_part"))
        frame = frame.with_columns(
            held - pl.col("_part"),
            pl.col("posted_minor") + pl.when(by_hand).then("_part").otherwise(0),
            pl.col("ignored_minor") + pl.when(by_hand).then(0).otherwise("_part"),
            pl.when(was_held & by_hand)
            .then(pl.lit("posted"))
            .when(was_held)
            .then(pl.lit("ignored"))
            .otherwise("disposition")
            .alias("disposition"),
            pl.when(was_held & by_hand)
            .then(pl.lit("by-hand"))
            .when(was_held)
            .then(pl.lit("left-as-is"))
            .otherwise("reason")
            .alias("reason"),
        )
    return frame.with_columns(pl.col("disposition").cast(Disposition)).select(ORDER_RESULTS.names())


def control_totals(
    orders: pl.DataFrame,
    voucher: pl.Series,
    results: pl.DataFrame,
    documents: pl.DataFrame,
    lines: pl.DataFrame,
    postings: pl.DataFrame,
    currency: str,
    received: pl.Series,
) -> ControlTotals:
    """Return the control totals.

    ``voucher``: per order, the platform's discount booked on top of the total; ``received``: what came in for cancelled
    orders without a document and did not go back.
    """
    source = _source_side(orders, voucher, received, currency)
    ours = orders["currency"] == currency
    kept = results if ours.all() else results.filter(ours)
    booked = kept.select(_wide(name) for name in ("posted_minor", "held_minor", "ignored_minor")).row(0, named=True)
    document_sum = documents.select(BOOKS_EFFECT.cast(pl.Int128).sum()).item() or 0
    truth = source["gross"] - source["cancelled"] - source["refunded"] + source["voucher"]
    debit, credit = postings.select(_wide("debit_minor"), _wide("credit_minor")).row(0)
    foreign = orders.filter(~ours).group_by("currency").agg(pl.col("total_minor").sum()).sort("currency")
    return ControlTotals(
        order_count=orders.height,
        source_gross_minor=source["gross"],
        cancelled_minor=source["cancelled"],
        refunded_minor=source["refunded"],
        voucher_minor=source["voucher"],
        truth_minor=truth,
        posted_minor=booked["posted_minor"] or 0,
        documents_minor=document_sum,
        held_minor=booked["held_minor"] or 0,
        ignored_minor=booked["ignored_minor"] or 0,
        difference_minor=truth - document_sum - sum(value or 0 for value in booked.values()),
        orders_off=_orders_off(results, documents),
        lines_off=_lines_off(documents, lines),
        debit_minor=debit or 0,
        credit_minor=credit or 0,
        postings_off=_postings_off(postings),
        document_count=documents.height,
        foreign_order_count=int((~ours).sum()),
        foreign=dict(foreign.iter_rows()),
    )


def controls_of_documents(
    before: ControlTotals, documents: pl.DataFrame, lines: pl.DataFrame, postings: pl.DataFrame
) -> ControlTotals:
    """Return the control totals of sales with other documents, lines and postings for the same orders.

    Raises:
        FrameError: These do not add up, or not to the same sum (a defect).
    """
    sold = documents.filter(~IS_BOUGHT, pl.col("kind") != "product")
    mine = sold.select("doc_no")
    lines, postings = (frame.join(mine, on="doc_no", how="semi", maintain_order="left") for frame in (lines, postings))
    total = sold.select(BOOKS_EFFECT.cast(pl.Int128).sum()).item() or 0
    debit, credit = postings.select(_wide("debit_minor"), _wide("credit_minor")).row(0)
    after = replace(
        before,
        documents_minor=total,
        difference_minor=before.difference_minor + before.documents_minor - total,
        lines_off=_lines_off(sold, lines),
        debit_minor=debit or 0,
        credit_minor=credit or 0,
        postings_off=_postings_off(postings),
        document_count=sold.height,
    )
    if not after.ties:
        raise FrameError(f"the summaries do not add up: {after}")
    return after


def assert_ties(controls: ControlTotals, results: pl.DataFrame) -> None:
    """Refuse to hand out a plan that does not add up.

    Raises:
        FrameError: A defect of ours; the text names the first order concerned.
    """
    if controls.ties:
        return
    parts = sum(pl.col(name) for name in ("posted_minor", "planned_minor", "held_minor", "ignored_minor"))
    off = results.filter(pl.col("truth_minor") != parts).head(1)
    example = off["order_key"].item() if off.height else "a document"
    raise FrameError(f"the plan does not add up (first: {example}): {controls}")


def _source_side(orders: pl.DataFrame, voucher: pl.Series, received: pl.Series, currency: str) -> dict[str, int]:
    """Sum what the source says, without any of the plan's own steps."""
    sign = pl.when(pl.col("record_kind").is_in(RETURN_KINDS)).then(-1).otherwise(1)
    unpaid = pl.col("payment_state").is_in(["unpaid", "claimed", "cod_due", "partial", "unknown"])
    value = pl.col("total_minor") + pl.col("voucher")
    returned = (pl.col("order_state") == "returned") & unpaid
    gone = (pl.col("order_state") == "cancelled") | (pl.col("payment_state") == "void") | returned | (value == 0)
    stated = (
        pl.when((pl.col("payment_state") == "refunded") & (pl.col("refunded_minor") == 0))
        .then("total_minor")
        .otherwise("refunded_minor")
    )
    refund = pl.when(unpaid | gone).then(0).otherwise(stated)
    back = pl.when((refund > 0) & (refund >= pl.col("total_minor"))).then(value).otherwise(refund)
    frame = orders.with_columns(voucher.alias("voucher"), received.alias("received")).filter(
        pl.col("currency") == currency
    )
    sums = frame.lazy().select(
        (pl.col("total_minor") * sign).cast(pl.Int128).sum().alias("gross"),
        (pl.when(gone).then(value - pl.col("received")).otherwise(0) * sign).cast(pl.Int128).sum().alias("cancelled"),
        (back * sign).cast(pl.Int128).sum().alias("refunded"),
        (pl.col("voucher") * sign).cast(pl.Int128).sum().alias("voucher"),
    )
    return {name: int(value or 0) for name, value in sums.collect().row(0, named=True).items()}


def _wide(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Int128).sum()


def _orders_off(results: pl.DataFrame, documents: pl.DataFrame) -> int:
    """Count orders where truth = posted + planned + held + ignored fails, planned summed from the documents anew."""
    planned = _per_order(documents, results.height, BOOKS_EFFECT)
    parts = pl.col("posted_minor") + pl.lit(planned) + pl.col("held_minor") + pl.col("ignored_minor")
    off = (pl.col("truth_minor") != parts) | (pl.col("planned_minor") != pl.lit(planned))
    return int(results.select(off.sum()).item())


def _lines_off(documents: pl.DataFrame, lines: pl.DataFrame) -> int:
    """Count documents whose lines do not sum to their net amount and VAT, or where a line is not quantity x price."""
    inexact = pl.col("quantity_milli") * pl.col("unit_price_minor") != pl.col("amount_minor") * 1000
    odd = int(lines.select(inexact.sum()).item())
    lined = documents.filter(~MOVES_MONEY)
    if (lined["kind"] == "settlement").any():  # one over nothing sold, whose cash was counted, has no line
        has_lines = pl.col("doc_no").is_in(lines["doc_no"].unique().implode())
        lined = lined.filter((pl.col("kind") != "settlement") | (pl.col("total_minor") != 0) | has_lines)
    lined = lined.select("doc_no", "net_minor", "vat_minor", "total_minor")
    sums = run_sums(lines, "doc_no", net=pl.col("net_minor"), vat=pl.col("vat_minor"))
    if sums.height != lined.height:
        return odd + abs(lined.height - sums.height)
    both = pl.concat([lined, sums.rename({"doc_no": "_doc_no"})], how="horizontal")
    wrong = (
        (pl.col("doc_no") != pl.col("_doc_no")) | (pl.col("net_minor") != pl.col("net"))
        | (pl.col("vat_minor") != pl.col("vat")) | (pl.col("net") + pl.col("vat") != pl.col("total_minor"))
    )  # fmt: skip
    return odd + int(both.select(wrong.sum()).item())


def _postings_off(postings: pl.DataFrame) -> int:
    if postings.is_empty():
        return 0
    sums = run_sums(postings, "doc_no", off=pl.col("debit_minor") - pl.col("credit_minor"))
    return int((sums["off"] != 0).sum())


def by_kind(documents: pl.DataFrame) -> pl.DataFrame:
    """Return kind, document_count, total_minor and vat_minor, in the order of DOCUMENT_KINDS."""
    grouped = documents.group_by("kind").agg(
        pl.len().alias("document_count"), pl.col("total_minor").sum(), pl.col("vat_minor").sum()
    )
    return grouped.sort(pl.col("kind").cast(pl.Enum(DOCUMENT_KINDS)).to_physical())
