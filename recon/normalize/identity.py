"""Who is who: the stable key of each order, and what is wrong with order numbers and SKUs.

An order without a number, with a number a spreadsheet has damaged (``1.23E+15``), or standing in the file a second
time is kept out, with its total; nothing is joined or dropped on a guess.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.text import blank_to_null, mixed_scripts
from recon.normalize.convert import REFUSALS, Refusals
from recon.sources.base import Reading, ReadOptions

_SCIENTIFIC: Final = r"^[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{1,3}$"
"""What a spreadsheet makes of a long number."""


def add_keys(orders: pl.DataFrame, options: ReadOptions) -> pl.DataFrame:
    """Add ``record_kind`` and ``order_key``: platform:shop:id, with the kind before the id unless it is a sale."""
    order_id = blank_to_null(orders["order_id"])
    prefix = f"{options.platform}:{options.shop}:"
    if "record_kind" not in orders.columns:
        key = pl.concat_str(pl.lit(prefix), pl.col("order_id"))
        return orders.with_columns(order_id, pl.lit("sale").alias("record_kind")).with_columns(key.alias("order_key"))
    kind = orders["record_kind"].fill_null("sale")
    before = (
        pl.when(pl.col("record_kind") == "sale")
        .then(pl.lit(prefix))
        .otherwise(pl.concat_str(pl.lit(prefix), pl.col("record_kind"), pl.lit(":")))
    )
    return orders.with_columns(order_id, kind).with_columns(
        pl.concat_str(before, pl.col("order_id")).alias("order_key")
    )


def refuse_orders(orders: pl.DataFrame, reading: Reading) -> tuple[Refusals, pl.Series | None]:
    """Refuse orders whose number is missing, damaged or repeated; also return the mask of the first among repeated."""
    id_column = reading.headings.get("order_id", "order_id")
    key = orders["order_key"]
    refusals = []
    if key.null_count():
        mask = key.is_null()
        refusals.append(_refusal("order-id-missing", orders, mask, id_column, "order_id", "The row names no order."))
    damaged = _damaged(orders["order_id"])
    if damaged is not None:
        refusals.append(_refusal("id-damaged", orders, damaged, id_column, "order_id"))
    # Equal hashes may be chance and are looked at closely; different hashes prove that all keys differ.
    if key.hash().n_unique() == len(key):
        return refusals, None
    repeated, first = _repeated(orders, id_column)
    return [*refusals, *repeated], first


def refuse_skus(lines: pl.DataFrame, reading: Reading) -> Refusals:
    """Refuse orders with a SKU a spreadsheet has damaged."""
    damaged = _damaged(lines["sku"]) if "sku" in lines.columns else None
    if damaged is None:
        return []
    return [_refusal("id-damaged", lines, damaged, reading.headings.get("sku", "sku"), "sku")]


def repeated_numbers(orders: pl.DataFrame) -> pl.Series | None:
    """Return the mask of orders whose visible number another order carries too."""
    number = orders["order_number"]
    if number.hash().n_unique() == len(number):
        return None
    mask = number.is_duplicated() & number.is_not_null()
    return mask if mask.any() else None


def mixed_script_rows(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """Return the first row of each distinct value that mixes alphabets."""
    if column not in frame.columns:
        return frame.clear()
    values = mixed_scripts(frame[column])
    if values.is_empty():
        return frame.clear()
    return frame.filter(pl.col(column).is_in(values.implode())).unique(column, keep="first", maintain_order=True)


def _damaged(text: pl.Series) -> pl.Series | None:
    """Return the mask of values in scientific notation."""
    if text.cast(pl.Int64, strict=False).null_count() == text.null_count():
        return None
    if not text.unique().str.contains(_SCIENTIFIC).any():
        return None
    mask = text.str.contains(_SCIENTIFIC)
    return mask.fill_null(value=False) if mask.any() else None


def _repeated(orders: pl.DataFrame, id_column: str) -> tuple[Refusals, pl.Series | None]:
    """Refuse every order that stands in the file already; return the mask of those that stand there first."""
    key = orders["order_key"]
    repeated = key.is_duplicated() & key.is_not_null()
    if not repeated.any():
        return [], None
    first = repeated & key.is_first_distinct()
    rows = orders.filter(first).select("order_key", pl.col("row").alias("first_row"))
    told = orders.filter(repeated & ~first).join(rows, on="order_key", how="left", maintain_order="left")
    detail = pl.format("The order stands in row {} already; this second one is not imported.", "first_row")
    refusal = told.select(
        pl.lit("order-repeated").alias("code"), "order_no", "row", pl.lit(id_column).alias("column"),
        pl.col("order_id").alias("value"), detail.alias("detail"),
    ).cast(REFUSALS)  # fmt: skip
    return [refusal], first


def _refusal(
    code: str, frame: pl.DataFrame, mask: pl.Series, column: str, value: str, detail: str | None = None
) -> pl.DataFrame:
    return frame.filter(mask).select(
        pl.lit(code).alias("code"), "order_no", "row", pl.lit(column).alias("column"), pl.col(value).alias("value"),
        pl.lit(detail, dtype=pl.String).alias("detail"),
    ).cast(REFUSALS)  # fmt: skip
