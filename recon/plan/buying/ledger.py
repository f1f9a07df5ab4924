"""What the ledger has for each purchase: one of BuyingLedger, the live document's facts, and the last revisions.

What a person took back or wrote by hand (decision *by-hand* over a negative amount) counts here: of an expense it is
taken off, of a purchase return it is the supplier's credit itself.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.plan.buying.lifecycle import BuyingLedger

_LIVE: Final = ("expense", "supplier_credit")

BOUGHT_FACTS: Final = pl.Schema({
    "ledger": BuyingLedger,
    "posted_minor": pl.Int64(),         # expenses less suppliers' credits, pending documents and work by hand included
    "pending": pl.Boolean(),            # a document of an unfinished batch
    "live_count": pl.UInt32(),
    "live_key": pl.String(),
    "live_number": pl.String(),
    "live_total_minor": pl.Int64(),
    "live_vat_minor": pl.Int64(),
    "live_issued_on": pl.Date(),
    "credited_minor": pl.Int64(),       # of the live document, taken back by hand
    "entered_by_hand": pl.Boolean(),    # nothing of ours is there, and a person said that it was entered by hand
    "expense_revision": pl.UInt16(),
    "expense_payment_revision": pl.UInt16(),
    "supplier_credit_revision": pl.UInt16(),
})  # fmt: skip
"""One row per record, in their order."""

_EMPTY: Final = {
    "ledger": "nothing",
    "pending": False,
    "entered_by_hand": False,
    **dict.fromkeys(("posted_minor", "credited_minor", "live_count"), 0),
    **dict.fromkeys((name for name in BOUGHT_FACTS if name.endswith("_revision")), 0),
}


def bought_facts(orders: pl.DataFrame, posted: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """Return BOUGHT_FACTS for every record."""
    ours = posted.join(orders.select("order_key", "order_no"), on="order_key", how="inner", maintain_order="left")
    facts = _totals(ours).join(_live(ours), on="order_no", how="left")
    by_hand = decisions.filter(pl.col("decision") == "by-hand", pl.col("amount_minor").is_not_null())
    dense = orders.select("order_no", "order_key", "record_kind").join(
        facts, on="order_no", how="left", maintain_order="left"
    )
    dense = dense.join(
        by_hand.select("order_key", pl.col("amount_minor").alias("_hand")).unique("order_key"),
        on="order_key",
        how="left",
        maintain_order="left",
    )
    return _with_hand(dense).select(
        pl.col(name).cast(dtype).fill_null(_EMPTY[name]) if name in _EMPTY else pl.col(name).cast(dtype)
        for name, dtype in BOUGHT_FACTS.items()
    )


def _totals(ours: pl.DataFrame) -> pl.DataFrame:
    kind, total = pl.col("kind"), pl.col("total_minor")
    signed = pl.when(kind == "expense").then(total).when(kind == "supplier_credit").then(-total).otherwise(0)
    return ours.group_by("order_no", maintain_order=True).agg(
        signed.sum().alias("posted_minor"),
        pl.col("pending").fill_null(value=False).any(),
        *[
            pl.col("revision").filter(kind == name.removesuffix("_revision")).max().alias(name)
            for name in BOUGHT_FACTS
            if name.endswith("_revision")
        ],
    )


def _live(ours: pl.DataFrame) -> pl.DataFrame:
    paid = ours.filter(pl.col("kind") == "expense_payment").select(
        pl.col("applies_to_key").alias("document_key"), pl.lit(value=True).alias("_paid")
    )
    live = ours.filter(pl.col("kind").is_in(_LIVE)).join(
        paid.unique("document_key"), on="document_key", how="left", maintain_order="left"
    )
    return (
        live.sort("order_no", "revision", "document_key")
        .group_by("order_no", maintain_order=True)
        .agg(
            pl.len().alias("live_count"),
            pl.col("kind").last().alias("_kind"),
            pl.col("_paid").last(),
            *[
                pl.col(name).last().alias(f"live_{name.removeprefix('document_')}")
                for name in ("document_key", "number", "total_minor", "vat_minor", "issued_on")
            ],
        )
    )


def _with_hand(frame: pl.DataFrame) -> pl.DataFrame:
    """Count what a person did by hand, and say what the ledger has."""
    is_return = pl.col("record_kind") == "purchase_return"
    nothing = pl.col("_kind").is_null()
    written = is_return & nothing & (pl.col("_hand") < 0).fill_null(value=False)
    live = pl.col("live_total_minor")
    taken = pl.when(~is_return & ~nothing & (pl.col("_hand") < 0)).then(pl.min_horizontal(-pl.col("_hand"), live))
    frame = frame.with_columns(
        taken.fill_null(0).alias("credited_minor"),
        pl.when(written).then(-pl.col("_hand")).otherwise(live).alias("live_total_minor"),
        pl.when(written).then(1).otherwise("live_count").alias("live_count"),
        written.alias("_written"),
        (~is_return & nothing & (pl.col("_hand") > 0)).fill_null(value=False).alias("entered_by_hand"),
    )
    ledger = (
        pl.when(pl.col("_written") | (pl.col("_kind") == "supplier_credit")).then(pl.lit("credit"))
        .when(nothing).then(pl.lit("nothing"))
        .when(pl.col("credited_minor") == live).then(pl.lit("closed"))
        .when(pl.col("_paid")).then(pl.lit("expense_paid"))
        .otherwise(pl.lit("expense"))
    )  # fmt: skip
    by_hand = pl.when("_written").then("_hand").otherwise(-pl.col("credited_minor"))
    return frame.with_columns(ledger.alias("ledger"), pl.col("posted_minor").fill_null(0) + by_hand)
