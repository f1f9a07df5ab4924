"""Sheets about mappings: which product and channel carried which amounts, and who changed a mapping when."""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.columns import Column
from exports.fast_sheet import Table
from exports.sheets.context import MONEY, NO_NAME, PROVENANCE, Prepared, words
from exports.words import N_
from recon.plan.columns import IS_BOUGHT, SALES_EFFECT
from recon.plan.payments import by_payment

_PRODUCTS: Final = (
    Column("product_code", "Product in ledger", width=18),
    Column("sku", "SKU", width=18),
    Column("account_code", "Account", width=12),
    Column("kind", "Kind", width=12, ours="words"),
    Column("description", "First description", width=44),
    Column("documents", "Documents", "count", 11),
    Column("lines", "Lines", "count", 9, total=True),
    Column("quantity_milli", "Quantity", "quantity", 12, total=True),
    Column("net_minor", "Net", "money", 16, total=True),
    Column("vat_minor", "VAT", "money", 14, total=True),
    Column("amount_minor", "Amount", "money", 16, total=True),
    *PROVENANCE,
)

_CHANNELS: Final = (
    Column("payment_channel", "Payment channel", ours="channels", width=28),
    Column("payment_method", "Paid into", width=16),
    Column("sales_channel", "Sales channel", width=24),
    Column("documents", "Documents", "count", 11, total=True),
    Column("in_minor", "Money in", "money", 16, total=True),
    Column("out_minor", "Money out", "money", 16, total=True),
    Column("moved_minor", "In less out", "money", 16, total=True),
    Column("effect_minor", "Adds to sales", "money", 16, total=True),
    *PROVENANCE,
)

_CHANGES: Final = (
    Column("changed_at", "Changed at", "moment", 20),
    Column("changed_by", "Changed by", width=20),
    Column("kind", "Kind", width=12, ours="words"),
    Column("key", "SKU or channel", width=28),
    Column("old", "Before", width=28),
    Column("new", "After", width=28),
    Column("reason", "Reason", width=40, ours="sentences"),
)


def products_table(prepared: Prepared) -> Table:
    """What each product of the ledger carried, and under which SKU; provenance of its first line."""
    where = prepared.document_facts.filter(pl.col("document_kind") != "product")  # what is created carries nothing yet
    where = where.select("doc_no", "file", pl.col("row").alias("order_row"))
    lines = prepared.frames.lines.with_columns(words("kind")).join(
        where, on="doc_no", how="inner", maintain_order="left"
    )
    frame = lines.group_by("product_code", "sku", "account_code", "kind", maintain_order=True).agg(
        pl.col("description").first(),
        pl.col("doc_no").n_unique().alias("documents"),
        pl.len().alias("lines"),
        pl.col("quantity_milli", "net_minor", "vat_minor", "amount_minor").sum(),
        pl.col("file").first(),
        pl.coalesce("row", "order_row").first().alias("row"),
    )
    return prepared.table(
        "products",
        "Products used",
        "Which product or account of the ledger each SKU went to, and how much; file and row of its first line.",
        prepared.apart(_PRODUCTS),
        frame.sort("product_code", "sku", "account_code", "kind", nulls_last=True),
    )


def _place(bought: str) -> pl.Expr:
    """Return the sales channel; money that goes out for purchases stands apart from money that comes in."""
    return pl.when(IS_BOUGHT).then(pl.lit(bought)).otherwise("sales_channel").alias("sales_channel")


def channels_table(prepared: Prepared) -> Table:
    """What went through each payment channel, and into which account of the ledger."""
    say = prepared.words.say
    where = prepared.document_facts.select("doc_no", "file", "row")
    frame = (
        by_payment(prepared.frames.documents)
        .with_columns(SALES_EFFECT.alias("effect_minor"), _place(say(N_("(purchases)"))))
        .join(where, on="doc_no", how="left", maintain_order="left")
        .group_by("payment_channel", "payment_method", "sales_channel", maintain_order=True)
        .agg(
            pl.col("is_main").sum().alias("documents"),
            MONEY.clip(lower_bound=0).sum().alias("in_minor"),
            (-MONEY).clip(lower_bound=0).sum().alias("out_minor"),
            MONEY.sum().alias("moved_minor"),
            pl.col("effect_minor").sum(),
            pl.col("file").first(),
            pl.col("row").first(),
        )
        .with_columns(pl.col("payment_channel").replace({"": say(NO_NAME)}))
        .sort("payment_channel", "payment_method", "sales_channel", nulls_last=True)
    )
    return prepared.table(
        "channels",
        "Channels used",
        "Which payment channel was booked into which account of the ledger, and what came in and went out: refunds of credit notes and payments"
        " to suppliers go out. A document with several payments stands in each of their rows with its part and is counted in one. File and"
        " row of its first document.",
        _CHANNELS,
        frame,
    )


def changes_table(prepared: Prepared) -> Table:
    """Every change of a mapping."""
    return prepared.table(
        "changes",
        "Mapping changes",
        prepared.words.say(N_("Who mapped what, and when. Times are {timezone}.")).format(
            timezone=prepared.dossier.timezone
        ),
        _CHANGES,
        prepared.frames.mappings.with_columns(prepared.local("changed_at")),
        tab="log",
    )
