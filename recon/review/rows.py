"""The review table's rows: one per document of a batch and one per held order without a document.

Everything a person filters, sorts or groups by stands in one frame; nothing here knows a store or a screen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import polars as pl

from recon.frames.schemas import DOCUMENT_KINDS
from recon.frames.side_by_side import side_by_side
from recon.review.folding import PARTED, fold_series

STATUSES: Final = ("check", "blocked", "ready", "approved", "open", "unsure", "refused", "rejected", "posted")
"""In the order in which they want attention."""
Status = pl.Enum(STATUSES)
SENT: Final[dict[str, tuple[str, ...]]] = {
    "posted": ("posted", "by_hand"),
    "unsure": ("unknown", "conflict", "duplicate", "needs_person"),
    "refused": ("refused", "skipped"),
    "open": ("queued", "sending"),
}
"""Statuses that tell what became of an approved document, by its states."""
KINDS: Final = (*DOCUMENT_KINDS, "order")
"""Kinds of documents, and ``order`` for a held order without one."""
Kind = pl.Enum(KINDS)
DECIDED: Final = ("approved", "rejected", "draft")
"""What a person can say about a document; draft: nothing any more."""

REVIEW: Final = pl.Schema({
    "row_id": pl.UInt32(),              # position in this frame, dense from 0
    "key": pl.String(),                 # document_key; order_key of a held order
    "order_key": pl.String(),
    "number": pl.String(),              # own number; null: the ledger numbers it, or a held order
    "name": pl.String(),                # what a person calls the row: its number, else the order's
    "kind": Kind,
    "issued_on": pl.Date(),             # held order: day of the order
    "customer": pl.String(),
    "sales_channel": pl.String(),
    "payment_channel": pl.String(),
    "currency": pl.String(),
    "total_minor": pl.Int64(),          # of the document; held order: what is held back, signed
    "vat_minor": pl.Int64(),            # 0 for a held order
    "status": Status,
    "cause": pl.String(),               # first finding against it; null: none
    "causes": pl.String(),              # all of them, joined with ", "; null: none
    "rule": pl.String(),                # rule of the lifecycle that asked for it; null for a held order
    "file": pl.String(),                # first 12 digits of the file's SHA-256
    "row": pl.UInt32(),
    "order_number": pl.String(),
    "decided_by": pl.String(),          # who approved or rejected it; null: nobody
    "batch": pl.String(),               # the batch all rows belong to; "" if the plan had no documents
    "note": pl.String(),                # reason of a rejection, why a decision was lost, the ledger's words; null: none
    "search": pl.String(),              # all text of the row, folded
})  # fmt: skip

STANDING: Final = pl.Schema({
    "document_key": pl.String(),
    "order_key": pl.String(),
    "decision": pl.String(),            # approved or rejected
    "decided_by": pl.String(),
    "reason": pl.String(),              # of a rejection; else ""
    "changed": pl.String(),             # why the decision counts no longer; null: it counts
})  # fmt: skip
"""Decisions that were not taken back, at most one per document."""

SUMMED_ORDERS: Final = pl.Schema({"order_key": pl.String(), "summary_key": pl.String()})
"""Orders that go out in summaries, and the document_key of the summary of each."""

STATES: Final = pl.Schema({"doc_no": pl.UInt32(), "state": pl.String(), "words": pl.String()})
"""What became of the documents of an approved batch, per position in the plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewInputs:
    """Frames of a plan, and what happened since; see `recon.frames.schemas` and the schemas here."""

    batch_id: str
    documents: pl.DataFrame
    orders: pl.DataFrame
    results: pl.DataFrame
    findings: pl.DataFrame
    standing: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=STANDING))
    states: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=STATES))
    summed: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SUMMED_ORDERS))
    unmoved: str | None = None
    """State of documents that are not among ``states``; None: the batch is not approved."""
    held_in: ReviewInputs | None = None
    """A newer plan of the same orders, which had no documents: the held orders are taken from there."""


def review_rows(inputs: ReviewInputs) -> pl.DataFrame:
    """Return the REVIEW frame: documents in the plan's order, then held orders."""
    causes = order_causes(inputs.findings, inputs.orders)
    documents = _documents(inputs, causes)
    newer = inputs.held_in
    held = _held(inputs, causes) if newer is None else _held(newer, order_causes(newer.findings, newer.orders))
    rejected = _rejected_products(newer or inputs)
    frame = pl.concat([documents, held, rejected]) if held.height or rejected.height else documents
    frame = frame.rechunk()
    search = search_text(frame)
    number = pl.int_range(pl.len(), dtype=pl.UInt32).alias("row_id")
    name = pl.coalesce("number", "order_number").alias("name")
    return frame.with_columns(number, name, pl.lit(inputs.batch_id).alias("batch"), search).select(REVIEW.names())


def order_causes(findings: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Return order_no, cause and causes of the orders with holds or warnings, each finding named once."""
    against = findings.lazy().filter(pl.col("severity").is_in(["hold", "warning"]), pl.col("order_key").is_not_null())
    pairs = against.select("order_key", "code").unique(maintain_order=True)
    grouped = pairs.group_by("order_key").agg(
        pl.col("code").first().alias("cause"), pl.col("code").str.join(", ").alias("causes")
    )
    numbered = grouped.join(orders.lazy().select("order_key", "order_no"), on="order_key", how="inner")
    return numbered.select("order_no", "cause", "causes").collect()


def _documents(inputs: ReviewInputs, causes: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of the documents, without row_id and search."""
    documents, orders = inputs.documents, inputs.orders
    about = orders.select(pl.col("customer_name", "file", "row").gather(documents["order_no"]))  # null: of no order
    frame = pl.concat([documents, about], how="horizontal")
    frame = frame.join(causes, on="order_no", how="left", maintain_order="left")
    frame = _with_causes_of_summed(frame, inputs)
    frame = _with_decisions(_with_states(frame, inputs), inputs.standing)
    return frame.select(
        pl.col("document_key").alias("key"), "order_key", "number", pl.col("kind").cast(pl.String).cast(Kind), "issued_on",
        pl.coalesce("customer_name", "contact_name").alias("customer"), "sales_channel", "payment_channel", "currency",
        "total_minor", "vat_minor", _document_status().cast(Status).alias("status"), "cause", "causes",
        pl.col("reason").alias("rule"), "file", "row", "order_number", "decided_by",
        pl.coalesce("words", "changed", "why").alias("note"),
    )  # fmt: skip


def _with_causes_of_summed(frame: pl.DataFrame, inputs: ReviewInputs) -> pl.DataFrame:
    """Give summaries what was found about the orders they hold."""
    if inputs.summed.is_empty():
        return frame
    theirs = inputs.findings.join(inputs.summed.unique(), on="order_key", how="inner", maintain_order="left")
    about = theirs.select("code", "severity", pl.col("summary_key").alias("order_key"))
    found = order_causes(
        about, frame.select(pl.col("document_key").alias("order_key"), pl.col("doc_no").alias("order_no"))
    )
    said = found.rename({"order_no": "doc_no", "cause": "_cause", "causes": "_causes"})
    joined = frame.join(said, on="doc_no", how="left", maintain_order="left")
    return joined.with_columns(
        pl.coalesce("cause", "_cause").alias("cause"), pl.coalesce("causes", "_causes").alias("causes")
    )


def _with_states(frame: pl.DataFrame, inputs: ReviewInputs) -> pl.DataFrame:
    states, otherwise = inputs.states, pl.lit(inputs.unmoved, dtype=pl.String)
    if states.is_empty():
        return frame.with_columns(otherwise.alias("state"), pl.lit(None, dtype=pl.String).alias("words"))
    joined = frame.join(states.select("doc_no", "state", "words"), on="doc_no", how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("state", otherwise).alias("state"))


def _with_decisions(frame: pl.DataFrame, standing: pl.DataFrame) -> pl.DataFrame:
    """Add decision, decided_by, why and changed; a decision that was lost keeps only the reason for that."""
    names = ("decision", "decided_by", "why", "changed")
    if standing.is_empty():
        return frame.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in names)
    counts = pl.col("changed").is_null()
    said = standing.select(
        "document_key",
        pl.when(counts).then("decision").alias("decision"),
        pl.when(counts).then("decided_by").alias("decided_by"),
        pl.when(counts & (pl.col("reason") != "")).then("reason").alias("why"),
        "changed",
    )
    return frame.join(said, on="document_key", how="left", maintain_order="left")


def _document_status() -> pl.Expr:
    """Return the status of a document: what became of it, else what a person said, else what was found."""
    state, decision = pl.col("state"), pl.col("decision")
    undecided = pl.when(pl.col("cause").is_not_null()).then(pl.lit("check")).otherwise(pl.lit("ready"))
    return (
        pl.when(state.is_in(SENT["posted"])).then(pl.lit("posted"))
        .when(state.is_in(SENT["unsure"])).then(pl.lit("unsure"))
        .when(state.is_in(SENT["refused"])).then(pl.lit("refused"))
        .when(state.is_in(SENT["open"])).then(pl.lit("open"))
        .when(decision.is_not_null()).then(decision)
        .otherwise(undecided)
    )  # fmt: skip


def _held(inputs: ReviewInputs, causes: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of held orders without a document, without row_id and search."""
    held = inputs.results.filter(pl.col("disposition") == "held").select("order_no", "held_minor", "reason")
    held = held.join(inputs.documents.select("order_no"), on="order_no", how="anti", maintain_order="left")
    frame = inputs.orders.select(
        "order_no", "order_key", "order_number", "ordered_on", "customer_name", "sales_channel", "payment_channel",
        "currency", "file", "row",
    )[held["order_no"]]  # fmt: skip
    frame = pl.concat([frame, held.drop("order_no")], how="horizontal")
    frame = frame.join(causes, on="order_no", how="left", maintain_order="left").join(
        _rejected_orders(inputs.standing), on="order_key", how="left", maintain_order="left"
    )
    rejected = pl.col("decided_by").is_not_null() & (pl.col("reason") == "rejected-by-person")
    return frame.select(
        pl.col("order_key").alias("key"), "order_key", pl.lit(None, dtype=pl.String).alias("number"),
        pl.lit("order", dtype=Kind).alias("kind"), pl.col("ordered_on").alias("issued_on"),
        pl.col("customer_name").alias("customer"), "sales_channel", "payment_channel", "currency",
        pl.col("held_minor").alias("total_minor"), pl.lit(0, dtype=pl.Int64).alias("vat_minor"),
        pl.when(rejected).then(pl.lit("rejected")).otherwise(pl.lit("blocked")).cast(Status).alias("status"),
        pl.col("reason").alias("cause"), pl.coalesce("causes", "reason").alias("causes"),
        pl.lit(None, dtype=pl.String).alias("rule"), "file", "row", "order_number",
        pl.when(rejected).then("decided_by").alias("decided_by"), pl.when(rejected).then("why").alias("note"),
    )  # fmt: skip


def _rejected_products(inputs: ReviewInputs) -> pl.DataFrame:
    """Return the rows of products a person does not want created: like rejected orders, so that they can be put back."""
    found = inputs.findings.filter(pl.col("code") == "product-rejected").select("order_key").unique(maintain_order=True)
    frame = found.join(_rejected_orders(inputs.standing), on="order_key", how="left", maintain_order="left")
    sku = pl.col("order_key").str.strip_prefix("sku:")
    used = inputs.orders["currency"].mode().sort().head(1).to_list()
    columns = {
        "sales_channel": pl.lit(""), "payment_channel": pl.lit(""), "currency": pl.lit(used[0] if used else ""), "key": pl.col("order_key"), "order_key": pl.col("order_key"), "kind": pl.lit("order"), "customer": sku,
        "total_minor": pl.lit(0), "vat_minor": pl.lit(0), "status": pl.lit("rejected"), "order_number": sku,
        "cause": pl.lit("rejected-by-person"), "causes": pl.lit("rejected-by-person"), "decided_by": pl.col("decided_by"),
        "note": pl.col("why"),
    }  # fmt: skip
    own = [name for name in REVIEW.names() if name not in {"row_id", "name", "batch", "search"}]
    return frame.select(columns.get(name, pl.lit(None)).cast(REVIEW[name]).alias(name) for name in own)


def _rejected_orders(standing: pl.DataFrame) -> pl.DataFrame:
    """Return order_key, decided_by and why of the orders that stand rejected."""
    rejected = standing.filter(pl.col("decision") == "rejected")
    first = rejected.unique("order_key", keep="first", maintain_order=True)
    return first.select("order_key", "decided_by", pl.col("reason").alias("why"))


SEARCHED: Final = (
    "number", "order_number", "order_key", "customer", "sales_channel", "payment_channel", "kind", "causes", "rule",
)  # fmt: skip


def search_text(frame: pl.DataFrame) -> pl.Series:
    """Return all text of each row, folded column by column and joined."""
    folded, customer = side_by_side(
        lambda: [fold_series(frame[name].cast(pl.String)).alias(name) for name in SEARCHED if name != "customer"],
        lambda: fold_series(frame["customer"]).alias("customer"),
    )
    joined = (
        pl.DataFrame([*folded, customer])
        .rechunk()
        .select(pl.concat_str(SEARCHED, separator=PARTED, ignore_nulls=True).alias("search"))
    )
    return joined.to_series()
