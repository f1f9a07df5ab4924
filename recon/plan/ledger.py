"""What the ledger has for each order: one of LEDGER_HAS, the live document's facts, and the last revision per kind."""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.domain.document import PAYMENT_KINDS
from recon.plan.lifecycle import LedgerHas

_SALES: Final = ("invoice", "receipt")

LEDGER_FACTS: Final = pl.Schema({
    "ledger": LedgerHas,
    "posted_minor": pl.Int64(),         # sales less voids and credit notes, pending documents included
    "pending": pl.Boolean(),            # a document of an unfinished batch
    "live_count": pl.UInt32(),          # invoices and receipts that are neither void nor credited in full
    "live_key": pl.String(),
    "live_number": pl.String(),
    "live_total_minor": pl.Int64(),
    "live_vat_minor": pl.Int64(),
    "live_is_tax_invoice": pl.Boolean(),
    "live_issued_on": pl.Date(),
    "credited_minor": pl.Int64(),       # credit notes against the live document
    "credited_vat_minor": pl.Int64(),
    "invoice_revision": pl.UInt16(),
    "receipt_revision": pl.UInt16(),    # receipts and payments share a number range
    "void_revision": pl.UInt16(),
    "credit_note_revision": pl.UInt16(),
})  # fmt: skip
"""One row per order, in the order of the orders."""

_EMPTY: Final = {
    "ledger": "nothing",
    **dict.fromkeys(("posted_minor", "credited_minor", "credited_vat_minor", "live_count"), 0),
    **dict.fromkeys((name for name in LEDGER_FACTS if name.endswith("_revision")), 0),
    "pending": False,
}  # fmt: skip


def ledger_facts(orders: pl.DataFrame, posted: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """Return LEDGER_FACTS for every order.

    A credit note written by hand (decision *by-hand* over a negative held amount) counts as posted against the live
    document.
    """
    ours = posted.join(orders.select("order_key", "order_no"), on="order_key", how="inner", maintain_order="left")
    if ours.is_empty():
        nothing = [pl.lit(_EMPTY.get(name), dtype=dtype).alias(name) for name, dtype in LEDGER_FACTS.items()]
        return orders.select("order_no", *nothing).drop("order_no")
    live = _live_documents(ours)
    facts = _totals(ours).join(_last_live(live), on="order_no", how="left", maintain_order="left")
    facts = _with_hand_written(facts.join(orders.select("order_no", "order_key"), on="order_no"), decisions)
    state = (
        pl.when(pl.col("live_kind") == "receipt").then(pl.lit("receipt"))
        .when(pl.col("live_kind").is_not_null() & pl.col("live_paid")).then(pl.lit("invoice_paid"))
        .when(pl.col("live_kind").is_not_null()).then(pl.lit("invoice"))
        .when(pl.col("sale_count") > 0).then(pl.lit("closed"))
        .otherwise(pl.lit("nothing"))
    )  # fmt: skip
    facts = facts.with_columns(state.cast(LedgerHas).alias("ledger"))
    dense = orders.select("order_no").join(facts, on="order_no", how="left", maintain_order="left")
    return dense.select(
        pl.col(name).cast(dtype).fill_null(_EMPTY[name]) if name in _EMPTY else pl.col(name).cast(dtype)
        for name, dtype in LEDGER_FACTS.items()
    )


def _totals(ours: pl.DataFrame) -> pl.DataFrame:
    kind, total = pl.col("kind"), pl.col("total_minor")
    signed = pl.when(kind.is_in(_SALES)).then(total).when(kind.is_in(PAYMENT_KINDS)).then(0).otherwise(-total)
    revision = {
        "invoice_revision": kind == "invoice",
        "receipt_revision": kind.is_in(["receipt", "payment"]),
        "void_revision": kind == "void",
        "credit_note_revision": kind == "credit_note",
    }
    return ours.group_by("order_no", maintain_order=True).agg(
        signed.sum().alias("posted_minor"),
        pl.col("pending").fill_null(value=False).any(),
        kind.is_in(_SALES).sum().alias("sale_count"),
        *[pl.col("revision").filter(of_kind).max().fill_null(0).alias(name) for name, of_kind in revision.items()],
    )


def _live_documents(ours: pl.DataFrame) -> pl.DataFrame:
    """Return invoices and receipts that are neither void nor credited in full, with what was done to them."""
    kind = pl.col("kind")
    done = (
        ours.filter(~kind.is_in(_SALES))
        .group_by("applies_to_key")
        .agg(
            (kind == "void").any().alias("voided"),
            (kind == "payment").any().alias("live_paid"),
            pl.col("total_minor").filter(kind == "credit_note").sum().alias("credited_minor"),
            pl.col("vat_minor").filter(kind == "credit_note").sum().alias("credited_vat_minor"),
        )
    )
    sales = ours.filter(kind.is_in(_SALES)).join(
        done, left_on="document_key", right_on="applies_to_key", how="left", maintain_order="left"
    )
    sales = sales.with_columns(
        pl.col("voided", "live_paid").fill_null(value=False),
        pl.col("credited_minor", "credited_vat_minor").fill_null(0),
    )
    return sales.filter(~pl.col("voided"), pl.col("credited_minor") < pl.col("total_minor"))


def _last_live(live: pl.DataFrame) -> pl.DataFrame:
    ordered = live.sort("order_no", "revision", "issued_on", "document_key")
    return ordered.group_by("order_no", maintain_order=True).agg(
        pl.len().alias("live_count"),
        pl.col("document_key").last().alias("live_key"),
        pl.col("number").last().alias("live_number"),
        pl.col("kind").last().alias("live_kind"),
        pl.col("total_minor").last().alias("live_total_minor"),
        pl.col("vat_minor").last().alias("live_vat_minor"),
        pl.col("is_tax_invoice").last().alias("live_is_tax_invoice"),
        pl.col("issued_on").last().alias("live_issued_on"),
        pl.col("live_paid", "credited_minor", "credited_vat_minor").last(),
    )


def _with_hand_written(facts: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """Count credit notes written by hand; never more than what the live document still shows."""
    by_hand = decisions.filter(pl.col("decision") == "by-hand", pl.col("amount_minor") < 0)
    if by_hand.is_empty():
        return facts.drop("order_key")
    joined = facts.join(
        by_hand.select("order_key", pl.col("amount_minor").alias("_hand")),
        on="order_key",
        how="left",
        maintain_order="left",
    )
    open_minor = pl.col("live_total_minor") - pl.col("credited_minor")
    hand = pl.min_horizontal(-pl.col("_hand"), open_minor).fill_null(0)
    hand_vat = (pl.col("live_vat_minor") * hand // pl.col("live_total_minor")).fill_null(0)
    joined = joined.with_columns(hand.alias("_hand"), hand_vat.alias("_hand_vat"))
    spent = (open_minor > 0) & (pl.col("_hand") == open_minor)
    return joined.with_columns(
        pl.col("posted_minor") - pl.col("_hand"),
        pl.col("credited_minor") + pl.col("_hand"),
        pl.col("credited_vat_minor") + pl.col("_hand_vat"),
        pl.when(spent).then(None).otherwise(pl.col("live_kind")).alias("live_kind"),
    ).drop("_hand", "_hand_vat", "order_key")
