"""Answers under canonical names: orders and their lines, all text.

No amount is converted here; whether prices include VAT, and whether an order adds up, is found by normalize.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from recon.sources.bentoweb.fields import OF_LINES, FieldMap, Records, field_column
from recon.sources.bentoweb.words import (
    ADDRESS,
    BOOKS_CURRENCY,
    LABELS,
    MARKETPLACES,
    NUMBERS,
    ORDER_FROM,
    PAID_STATES,
    REFUNDED_STATES,
)

_PUBLISHED: Final = (
    "order_id", "date_created", "date_modified", "date_cancelled", "order_from", "store_id", "currency_id",
    "firstname", "lastname", *ADDRESS, *NUMBERS,
)  # fmt: skip
_OF_ORDER: Final = (
    "order_number", "state", "total", "shipping", "discount", "cod_fee", "vat", "paid_on", "payment_channel", "tax_id",
)  # fmt: skip
_DAY: Final = r"^(\d{4}-\d{2}-\d{2}) \d{2}:\d{2}:\d{2}$"
"""How BentoWeb writes a moment; of it a day is wanted. What is of another form stays whole, for normalize to show."""
_NOTHING: Final = r"^0+(\.0+)?$"


def read_orders(
    records: Records, rows: Sequence[int], fields: FieldMap, *, channel_field: str = "", store_id: str = ""
) -> pl.DataFrame:
    """Return one row per record under canonical names, with ``_store`` where it is of another shop than the settings say.

    Args:
        records: Orders.
        rows: The row of each in the file, from 1.
        fields: Names of the fields that BentoWeb does not publish.
        channel_field: Setting that names the field of the payment channel (source_api); empty: the field map's.
        store_id: BentoWeb's number of the shop; empty: not compared.
    """
    frame = pl.DataFrame([
        *(field_column(records, name).alias(name) for name in _PUBLISHED),
        *(fields.column(records, what).alias(f"_{what}") for what in _OF_ORDER),
        pl.int_range(len(records), dtype=pl.UInt32, eager=True).alias("order_no"),
        pl.Series("row", rows, dtype=pl.UInt32),
    ])  # fmt: skip
    if channel_field:
        frame = frame.with_columns(field_column(records, channel_field).alias("_payment_channel"))
    state, source = pl.col("_state"), pl.col("order_from")
    source_name = source.replace_strict(ORDER_FROM, default=pl.format("order_from {}", source), return_dtype=pl.String)
    collected = pl.when(source.is_in(MARKETPLACES)).then(source_name)
    return frame.select(
        "order_no",
        "row",
        pl.col("order_id").replace("0", None),
        pl.coalesce("_order_number", "order_id").alias("order_number"),
        _other_numbers().alias("other_numbers"),
        _day("date_created").alias("ordered_on"),
        pl.when(state.is_in(PAID_STATES)).then(_day("_paid_on")).alias("paid_on"),
        _day("date_cancelled").alias("cancelled_on"),
        pl.col("date_modified").alias("updated_at"),
        state.alias("order_state"),
        state.replace_strict(LABELS, default=pl.format("order_status_id {}", state), return_dtype=pl.String).alias(
            "payment_state"
        ),
        source_name.fill_null("").alias("sales_channel"),
        pl.coalesce("_payment_channel", collected, pl.lit("")).alias("payment_channel"),
        pl.concat_str("firstname", "lastname", separator=" ", ignore_nulls=True)
        .replace("", None)
        .alias("customer_name"),
        pl.col("_tax_id").alias("customer_tax_id"),
        pl.concat_str(ADDRESS, separator=" ", ignore_nulls=True).replace("", None).alias("customer_address"),
        pl.when(pl.col("currency_id") != BOOKS_CURRENCY).then(pl.format("ID {}", "currency_id")).alias("currency"),
        pl.col("_discount").alias("discount"),
        pl.col("_shipping").alias("shipping"),
        pl.col("_cod_fee").alias("cod_fee"),
        # 0 says that no VAT was added; it does not say that there is none inside the prices.
        pl.when(~pl.col("_vat").str.contains(_NOTHING)).then("_vat").alias("tax"),
        pl.col("_total").alias("total"),
        pl.when(state.is_in(REFUNDED_STATES)).then("_total").alias("refunded"),
        # The state says refunded and cancelled in one; only for cancelling is there a day.
        pl.when(state.is_in(REFUNDED_STATES)).then(_day("date_cancelled")).alias("refund_on"),
        pl.when(pl.lit(store_id != "") & (pl.col("store_id") != store_id)).then("store_id").alias("_store"),
    )


def read_lines(records: Records, rows: Sequence[int], fields: FieldMap) -> pl.DataFrame:
    """Return the lines of all records under canonical names."""
    owners, places, found = fields.lists(records)
    return pl.DataFrame([
        pl.Series("order_no", owners, dtype=pl.UInt32),
        pl.Series("line_no", places, dtype=pl.UInt32),
        pl.Series("row", [rows[owner] for owner in owners], dtype=pl.UInt32),
        *(fields.column(found, what).alias(what) for what in OF_LINES),
    ])  # fmt: skip


def _day(name: str) -> pl.Expr:
    return pl.coalesce(pl.col(name).str.extract(_DAY), name)


def _other_numbers() -> pl.Expr:
    """Return what else the order may be called: the marketplace's own number, for the same order from there."""
    number = pl.coalesce("_order_number", "order_id")
    others = pl.concat_list(pl.when(pl.col(name) != number).then(name) for name in NUMBERS).list.drop_nulls()
    joined = others.list.unique(maintain_order=True).list.join(" ")
    return pl.when(joined != "").then(joined)
