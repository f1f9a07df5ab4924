"""What the ledger has for each record of a till: its settlement, or its invoice with payments, or its credit note."""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.plan.columns import BOOKS_EFFECT
from recon.plan.tills.lifecycle import TillLedger

_LIVE: Final = ("settlement", "invoice", "credit_note")

TILL_FACTS: Final = pl.Schema({
    "ledger": TillLedger,
    "posted_minor": pl.Int64(),         # settlements and invoices less credit notes, pending documents included
    "pending": pl.Boolean(),            # a document of an unfinished batch
    "live_count": pl.UInt32(),
    "live_key": pl.String(),
    "live_number": pl.String(),
    "live_total_minor": pl.Int64(),     # a credit note's below zero, as its record's
    "live_vat_minor": pl.Int64(),
    "live_issued_on": pl.Date(),
    "credited_minor": pl.Int64(),       # always 0: nothing is taken back by itself
    "payment_count": pl.UInt32(),       # payments that are there
    "settlement_revision": pl.UInt16(),
    "invoice_revision": pl.UInt16(),
    "credit_note_revision": pl.UInt16(),
})  # fmt: skip
"""One row per record, in their order."""

_EMPTY: Final = {
    "ledger": "nothing",
    "pending": False,
    **dict.fromkeys(("posted_minor", "credited_minor", "live_count", "payment_count"), 0),
    **dict.fromkeys((name for name in TILL_FACTS if name.endswith("_revision")), 0),
}


def till_facts(orders: pl.DataFrame, posted: pl.DataFrame, paid_counts: pl.Series) -> pl.DataFrame:
    """Return TILL_FACTS for every record; ``paid_counts``: sums of money its source says came in."""
    ours = posted.join(orders.select("order_key", "order_no"), on="order_key", how="inner", maintain_order="left")
    facts = _totals(ours).join(_live(ours), on="order_no", how="left")
    dense = orders.select("order_no", paid_counts.alias("_came_in")).join(
        facts, on="order_no", how="left", maintain_order="left"
    )
    kind = pl.col("_kind")
    all_there = pl.col("payment_count").fill_null(0) >= pl.max_horizontal(pl.col("_came_in"), pl.lit(1))
    ledger = (
        pl.when(kind.is_null()).then(pl.lit("nothing"))
        .when(kind == "credit_note").then(pl.lit("credit"))
        .when((kind == "invoice") & all_there).then(pl.lit("invoice_paid"))
        .otherwise(kind.cast(pl.String))
    )  # fmt: skip
    return dense.with_columns(ledger.alias("ledger"), pl.lit(0, dtype=pl.Int64).alias("credited_minor")).select(
        pl.col(name).cast(dtype).fill_null(_EMPTY[name]) if name in _EMPTY else pl.col(name).cast(dtype)
        for name, dtype in TILL_FACTS.items()
    )


def _totals(ours: pl.DataFrame) -> pl.DataFrame:
    kind = pl.col("kind")
    return ours.group_by("order_no", maintain_order=True).agg(
        BOOKS_EFFECT.sum().alias("posted_minor"),
        pl.col("pending").fill_null(value=False).any(),
        (kind == "payment").sum().alias("payment_count"),
        *(pl.col("revision").filter(kind == name).max().alias(f"{name}_revision") for name in _LIVE),
    )


def _live(ours: pl.DataFrame) -> pl.DataFrame:
    live = ours.filter(pl.col("kind").is_in(_LIVE)).sort("order_no", "revision", "document_key")
    sign = pl.when(pl.col("kind") == "credit_note").then(-1).otherwise(1)
    return live.group_by("order_no", maintain_order=True).agg(
        pl.len().alias("live_count"),
        pl.col("kind").last().alias("_kind"),
        pl.col("document_key").last().alias("live_key"),
        pl.col("number", "issued_on").last().name.prefix("live_"),
        (pl.col("total_minor", "vat_minor") * sign).last().name.prefix("live_"),
    )
