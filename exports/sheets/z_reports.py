"""The sheet Z reports: every Z report of the tills with its VAT both ways, its cash, its voucher, and what became of it. Only where there are any."""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.columns import Column
from exports.fast_sheet import Table
from exports.sheets.context import PROVENANCE, STATE_TONES, Prepared, title_of, words
from exports.words import N_

_DIFFERENCE: Final = "/cash difference"
_TO_BANK: Final = "/to bank"
"""How the parts that the count adds to a settlement end (`recon.plan.tills.money`)."""
_COLUMNS: Final = (
    Column("order_number", N_("Z report"), width=14),
    Column("sales_channel", N_("Place"), width=18),
    Column("department", N_("Department"), width=12),
    Column("ordered_on", N_("Business day"), "date", 12),
    Column("completed_on", N_("Closed on"), "date", 12),
    Column("total_minor", N_("Received"), "money", 15, total=True),
    Column("goods_minor", N_("Sold, with VAT"), "money", 15, total=True),
    Column("stated_minor", N_("VAT by the till"), "money", 14, total=True),
    Column("vat_minor", N_("VAT by the ledger"), "money", 14, total=True),
    Column("drift_minor", N_("VAT apart"), "money", 12, total=True),
    Column("float_minor", N_("Opening float"), "money", 14),
    Column("counted_minor", N_("Cash counted"), "money", 14),
    Column("counted_by", N_("Counted by"), width=14),
    Column("short_minor", N_("Cash over (short)"), "money", 14, total=True),
    Column("bank_minor", N_("Taken to the bank"), "money", 15, total=True),
    Column("number", N_("Voucher"), width=14),
    Column("ledger_number", N_("Number in the ledger"), width=16),
    Column("state", N_("State"), width=14, tones=STATE_TONES, ours="words"),
    Column("reason", N_("Why"), width=40, ours="words"),
    *PROVENANCE,
)  # fmt: skip


def z_reports_table(prepared: Prepared) -> Table:
    """Every Z report of the plan, in its order."""
    return prepared.table(
        "z_reports",
        "Z reports",
        "Every Z report of the tills. VAT by the ledger is what it works out of the gross sales; apart by more than rounding explains, it stands "
        "among the findings and is never booked. Cash over or short is what was counted less what should have been in the drawer.",
        _COLUMNS,
        _rows(prepared),
    )


def _rows(prepared: Prepared) -> pl.DataFrame:
    frames = prepared.frames
    reports = frames.orders.filter(words("record_kind") == "settlement").select(
        "order_no", "order_key", "order_number", "sales_channel", "ordered_on", "completed_on", "total_minor", "goods_minor",
        pl.col("tax_minor").alias("stated_minor"), pl.col("opening_float_minor").alias("float_minor"), "file", "row",
    )  # fmt: skip
    planned = frames.documents.filter(words("kind") == "settlement").select(
        "order_no", "document_key", "number", "department", "vat_minor",
        _part(_DIFFERENCE).neg().alias("short_minor"), _part(_TO_BANK).alias("bank_minor"),
    )  # fmt: skip
    sent = prepared.latest.select("document_key", words("state").alias("_sent"), "ledger_number")
    results = frames.results.select("order_no", words("disposition").alias("_went"), title_of("reason").alias("_why"))
    counts = frames.counts.select("order_key", "counted_minor", "counted_by")
    both = reports.join(planned, on="order_no", how="left", maintain_order="left")
    for more, key in ((sent, "document_key"), (results, "order_no"), (counts, "order_key")):
        both = both.join(more, on=key, how="left", maintain_order="left")
    made = pl.col("number").is_not_null()
    return both.with_columns(
        (pl.col("vat_minor") - pl.col("stated_minor")).alias("drift_minor"),
        pl.coalesce("_sent", "_went").alias("state"),
        pl.when(made).then(pl.lit(None)).otherwise(pl.col("_why")).alias("reason"),
    )


def _part(ending: str) -> pl.Expr:
    """Return what a part of the debit side that the count added comes to; null: there is none."""
    parts = pl.col("payments").list.eval(
        pl.when(pl.element().struct.field("payment_channel").str.ends_with(ending)).then(
            pl.element().struct.field("amount_minor")
        )
    )
    mine = parts.list.drop_nulls()
    return pl.when(mine.list.len() > 0).then(mine.list.sum())
