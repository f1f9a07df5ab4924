"""The tax invoices behind the purchases of a VAT report: what persons entered, else the number the record states."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from recon.frames.conform import fill
from recon.frames.parquet import scan_frame
from recon.proof.vat_month import SUPPLIERS, Month
from recon.service.context import Context
from recon.service.kept_plans import batch_folder
from recon.service.tax_invoice_words import supplied


def entered_for(context: Context, names: Sequence[str], filed: pl.DataFrame) -> pl.DataFrame:
    """Return document_key and what a person entered for its record, of all expenses ever filed (SUPPLIED)."""
    record = pl.col("document_key").str.extract("^(.*)/expense/[0-9]+$").alias("order_key")
    return filed.select("document_key", record).join(supplied(context, names), on="order_key", how="inner")


def claimed_in(entered: pl.DataFrame, month: Month) -> pl.Series:
    """Return the documents whose VAT a person has claimed in a month, whatever month they bear."""
    return entered.filter(pl.col("claimed_on") == month.first)["document_key"]


def suppliers_of(context: Context, documents: pl.DataFrame, filed: pl.DataFrame, entered: pl.DataFrame) -> pl.DataFrame:
    """Return SUPPLIERS: what persons entered, and the number that the records of their plans state.

    Args:
        context: The open workspace.
        documents: DOCUMENTS of the purchases, and of others.
        filed: FILED.
        entered: Of `entered_for`.
    """
    bought = documents.filter(pl.col("kind").cast(pl.String).is_in(["expense", "supplier_credit"]))
    batches = filed.join(bought.select("document_key", "order_key"), on="document_key", how="inner")
    parts = [pl.DataFrame(schema={"document_key": pl.String, "supplier_number": pl.String})]
    for batch_id in batches["batch_id"].unique().sort().to_list():
        folder = batch_folder(context, context.store.batches.get(batch_id))
        orders = scan_frame(folder, "orders").select("order_key", pl.col("other_numbers").alias("supplier_number"))
        mine = batches.filter(pl.col("batch_id") == batch_id).select("document_key", "order_key")
        parts.append(
            mine.lazy().join(orders, on="order_key", how="left").select("document_key", "supplier_number").collect()
        )
    both = pl.concat(parts).join(entered.drop("order_key"), on="document_key", how="full", coalesce=True)
    return fill(both, SUPPLIERS)
