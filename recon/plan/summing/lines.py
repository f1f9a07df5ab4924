"""Lines and postings of summaries: sums of those of their orders.

A product has one line per price, so that pieces times price is the amount without any rounding and the pieces sold are
the orders' own; everything else (shipping, discounts, tax, tips, gift cards, rounding, text) one line per kind and
account. Postings are summed per account, and so are payments where an order of the summary was paid through several channels.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.schemas import DOCUMENT_LINES, LINE_KINDS, PAYMENT_PART
from recon.plan.columns import as_postings
from recon.plan.details import CHARGE_TEXTS

_BY: Final = ("doc_no", "kind", "product_code", "account_code", "vat_code", "tax_code", "unit_price_minor")
_SUMMED: Final = ("quantity_milli", "amount_minor", "discount_minor", "net_minor", "vat_minor", "wht_minor")


def summed_lines(lines: pl.DataFrame, group_of: pl.Series, *, by_product: bool = True) -> pl.DataFrame:
    """Return DOCUMENT_LINES of the summaries; ``group_of``: per document of ``lines``, its summary, or null.

    ``by_product``: the ledger counts pieces per product; without that all goods are one line, whatever their prices.
    """
    counts = (pl.col("kind") == "product") & pl.col("product_code").is_not_null() & pl.lit(by_product)
    mine = lines.with_columns(
        group_of.gather(lines["doc_no"]).alias("doc_no"),
        pl.when(counts).then("unit_price_minor").alias("unit_price_minor"),  # null: summed whatever the price
    ).filter(pl.col("doc_no").is_not_null())
    grouped = mine.group_by(_BY).agg(
        *(pl.col(name).sum() for name in _SUMMED),
        pl.col("description").min(), pl.col("description").max().alias("_last"),
        pl.when(pl.col("sku").n_unique() == 1).then(pl.col("sku").first()).otherwise(None).alias("sku"),
    )  # fmt: skip
    kept = grouped.filter((pl.col("amount_minor") != 0) | pl.col("unit_price_minor").is_not_null())
    ordered = kept.sort(*_BY, nulls_last=True)
    priced = pl.col("unit_price_minor").is_not_null()
    text = pl.Series([CHARGE_TEXTS[kind] for kind in LINE_KINDS]).gather(ordered["kind"].to_physical())
    said = pl.when(priced | (pl.col("description") == pl.col("_last"))).then("description").otherwise(pl.lit(text))
    return ordered.with_columns(
        pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).over("doc_no").alias("line_no"),
        said.alias("description"),
        pl.when(priced).then("quantity_milli").otherwise(1000).alias("quantity_milli"),
        pl.when(priced).then("unit_price_minor").otherwise("amount_minor").alias("unit_price_minor"),
        pl.lit(None, dtype=pl.UInt32).alias("row"),
    ).select(DOCUMENT_LINES.names())


def summed_payments(grouped: pl.DataFrame) -> pl.DataFrame:
    """Return group and the ``payments`` of summaries of which an order has several: a sum per account, that of the summary first.

    ``grouped``: documents with ``group``; those with one payment count with all of it.
    """
    several = grouped.filter(pl.col("payments").is_not_null())
    listed = (
        several.select("group", pl.col("payment_method").alias("_main"), "payments")
        .explode("payments")
        .unnest("payments")
    )
    single = grouped.join(several, on="group", how="semi", maintain_order="left").filter(pl.col("payments").is_null())
    whole = single.select(
        "group", pl.col("payment_method").alias("_main"), "payment_channel", "payment_method",
        pl.col("paid_minor").alias("amount_minor"),
    )  # fmt: skip
    channel = (
        pl.when(pl.col("payment_channel").n_unique() == 1).then(pl.col("payment_channel").first()).otherwise(pl.lit(""))
    )
    summed = pl.concat([listed, whole]).group_by("group", "payment_method").agg(
        channel.alias("payment_channel"), pl.col("amount_minor").sum(), (pl.col("payment_method") == pl.col("_main")).any().alias("_first")
    )  # fmt: skip
    ordered = summed.sort("group", "_first", "amount_minor", "payment_method", descending=[False, True, True, False])
    return ordered.group_by("group", maintain_order=True).agg(pl.struct(PAYMENT_PART.names()).alias("payments"))


def summed_postings(postings: pl.DataFrame, group_of: pl.Series) -> pl.DataFrame:
    """Return POSTINGS of the summaries: one per account, the money where it stands in a single document."""
    mine = postings.select(
        group_of.gather(postings["doc_no"]).alias("doc_no"), "posting_no", "account_code",
        (pl.col("debit_minor") - pl.col("credit_minor")).alias("signed"),
    ).filter(pl.col("doc_no").is_not_null())  # fmt: skip
    summed = mine.group_by("doc_no", "account_code").agg(pl.col("signed").sum(), pl.col("posting_no").max())
    ordered = summed.filter(pl.col("signed") != 0).sort("doc_no", "posting_no", "account_code")
    return as_postings(ordered)
