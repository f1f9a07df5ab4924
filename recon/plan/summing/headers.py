"""Headers of summaries: DOCUMENTS, with the words that say which orders a summary holds."""

from __future__ import annotations

import polars as pl

from recon.frames.conform import fill
from recon.frames.schemas import DOCUMENTS
from recon.plan.summing.keys import REASON, digests_by, held_words


def headers(summaries: pl.DataFrame, grouped: pl.DataFrame) -> pl.DataFrame:
    """Return DOCUMENTS of summaries, in their order, numbered from 0.

    Args:
        summaries: One row per summary, see `recon.plan.summing.fold`.
        grouped: The documents they hold, with ``group``.
    """
    keys = summaries["document_key"]
    frame = summaries.join(digests_by(grouped, "group"), on="group", how="left", maintain_order="left")
    columns = {
        "doc_no": pl.col("group"),
        "order_no": pl.lit(None),
        "order_number": pl.concat_str([pl.col("issued_on").dt.to_string("%Y-%m-%d"), pl.lit(", "), _count()]),
        "due_on": pl.col("issued_on"),
        "is_tax_invoice": pl.lit(value=False),
        "remark": _remark(),
        "reason": pl.lit(REASON),
        "depends_on": pl.when(pl.col("after").is_not_null()).then(pl.lit(keys).gather(pl.col("after").fill_null(0))),
    }
    return fill(frame.with_columns(expression.alias(name) for name, expression in columns.items()), DOCUMENTS)


def _count() -> pl.Expr:
    return pl.format("{} order{}", "orders", pl.when(pl.col("orders") == 1).then(pl.lit("")).otherwise(pl.lit("s")))


def _remark() -> pl.Expr:
    """Return how many orders it holds, the first and the last, the channel, and the digest of all of them."""
    what = pl.when(pl.col("kind") == "credit_note").then(pl.lit("Refunds of ")).otherwise(pl.lit("Sales of "))
    span = (
        pl.when(pl.col("orders") == 1)
        .then(pl.col("order_number"))
        .otherwise(pl.format("{} to {}", "order_number", "last_order"))
    )
    channel = (
        pl.when(pl.col("sales_channel") != "")
        .then(pl.concat_str([pl.lit(" \u00b7 "), pl.col("sales_channel")]))
        .otherwise(pl.lit(""))
    )
    return pl.concat_str([what, _count(), pl.lit(": "), span, channel, pl.lit(" \u00b7 "), held_words("held")])
