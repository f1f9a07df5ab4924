"""Rows of Shopify's export to orders and lines: one pass over the names, no group-by.

An order begins where the name changes; only there stand the values of the order. A name that comes again apart from
its first block, or values of an order in the middle of one, show a file that was joined or edited: those orders are
held, and continuation rows torn from their order are left out and counted.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.findings import findings_from, gather, no_findings
from recon.frames.headings import ROW
from recon.frames.side_by_side import side_by_side
from recon.sources.base import ReadOptions

_LINE_TEXT: Final = ("quantity", "name", "unit_price", "sku", "taxable", "line_discount")
_BATCH: Final = 4
_NAMES: Final = "tax_name_"
_BUYER: Final = "buyer_"
_STREET: Final = "buyer_1"
_MAIL: Final = "buyer_mail"


def without_blank(rows: pl.DataFrame) -> pl.DataFrame:
    """Leave wholly blank rows out; spreadsheets add them at the end."""
    if not rows["order_number"].null_count():
        return rows
    blank = pl.col("order_number").is_null() & pl.all_horizontal(pl.exclude(ROW, "order_number").is_null())
    return rows.filter(~blank)


def orders_and_lines(
    rows: pl.DataFrame, options: ReadOptions, file_id: str
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return orders, lines, and findings about orders that do not stand together."""
    rows, starts, findings = _orders_start(rows, options, file_id)
    orders, lines = side_by_side(lambda: _orders(rows, starts), lambda: _lines(rows, starts))
    return orders, lines, findings


def _lines(rows: pl.DataFrame, starts: pl.Series) -> pl.DataFrame:
    """Return one row per line, numbered within its order; rows that name no goods at all hold no line."""
    position = pl.int_range(len(starts), dtype=pl.UInt32, eager=True)
    order_no = (starts.cum_sum() - 1).cast(pl.UInt32)
    first = position.filter(starts)
    numbers = [order_no.alias("order_no"), (position - first.gather(order_no) + 1).alias("line_no")]
    texts = rows.select(pl.col(ROW).alias("row"), *(c for c in _LINE_TEXT if c in rows.columns)).rechunk()
    lines = pl.DataFrame([*numbers, *texts])
    nothing = lines["quantity"].is_null() & lines["name"].is_null() & lines["unit_price"].is_null()
    return lines.filter(~nothing) if nothing.any() else lines


def _orders_start(
    rows: pl.DataFrame, options: ReadOptions, file_id: str
) -> tuple[pl.DataFrame, pl.Series, pl.DataFrame]:
    """Return the rows less torn-off continuations, where orders begin, and what was found wrong with that."""
    name = rows["order_number"]
    stated = rows["total"].is_not_null()
    if "order_id" in rows.columns:
        stated = stated | rows["order_id"].is_not_null()
    # A row that names no order is one of its own, without an id; normalize refuses it with its total.
    starts = name.ne_missing(name.shift()) | stated | name.is_null()
    firsts = name.filter(starts)
    # Equal hashes may be chance and are looked at closely; different hashes prove that all names differ.
    if firsts.hash().n_unique() == len(firsts):
        return rows, starts, no_findings()
    again = firsts.is_duplicated() & firsts.is_not_null()
    if not again.any():
        return rows, starts, no_findings()
    block = rows.filter(starts).with_columns(again.alias("again"), stated.filter(starts).alias("stated"))
    key = pl.concat_str(pl.lit(f"{options.platform}:{options.shop}:"), _identity(block))
    block = block.with_columns(key.alias("order_key"), pl.col(ROW).alias("row"))
    owners = block.filter(pl.col("stated")).unique("order_number", keep="first", maintain_order=True)
    torn = (~pl.col("stated")) & pl.col("again") & pl.col("order_number").is_in(owners["order_number"].implode())
    findings = _told(block.filter(pl.col("again") & ~torn), block.filter(torn), owners, file_id)
    is_torn = block.select(torn).to_series()
    if not is_torn.any():
        return rows, starts, findings
    keep = ~is_torn.gather((starts.cum_sum() - 1).cast(pl.UInt32))
    return rows.filter(keep), starts.filter(keep), findings


def _told(blocks: pl.DataFrame, torn: pl.DataFrame, owners: pl.DataFrame, file_id: str) -> pl.DataFrame:
    """Hold orders whose name another order carries too, and those whose lines stand elsewhere.

    The same order a second time, with the same id, is seen and kept out by normalize.
    """
    rivals = blocks.filter(pl.col("order_key").n_unique().over("order_number") > 1)
    held = findings_from(
        rivals, "order-repeated", file=file_id, column="Name", value=pl.col("order_number"),
        detail="Orders with different ids carry this name.",
    )  # fmt: skip
    joined = torn.select("order_number", "row").join(
        owners.select("order_number", "order_key", pl.col("row").alias("home")),
        on="order_number",
        how="left",
        maintain_order="left",
    )
    parts = findings_from(
        joined, "order-repeated", file=file_id, column="Name", value=pl.col("order_number"),
        detail=pl.format("Lines of the order in row {} stand apart from it here; they are not imported.", "home"),
    )  # fmt: skip
    return gather([held, parts])


def _identity(rows: pl.DataFrame) -> pl.Expr:
    """Return the stable id; the name where an export has no Id column, or none in this row; null without a name."""
    if "order_id" not in rows.columns:
        return pl.col("order_number")
    if not rows["order_id"].null_count() and not rows["order_number"].null_count():
        return pl.col("order_id")
    return pl.when(pl.col("order_number").is_not_null()).then(pl.coalesce("order_id", "order_number"))


def _first_rows(rows: pl.DataFrame, starts: pl.Series) -> pl.DataFrame:
    """Return the rows where orders begin, each column in one chunk.

    The reader hands over hundreds of chunks; left so, every later step would copy all columns again. A few columns at a
    time, so that the memory of the pieces is used again.
    """
    columns = rows.columns
    batches = [columns[at : at + _BATCH] for at in range(0, len(columns), _BATCH)]
    return pl.concat([rows.select(batch).filter(starts).rechunk() for batch in batches], how="horizontal")


def _orders(rows: pl.DataFrame, starts: pl.Series) -> pl.DataFrame:
    """Return one row per order, all text."""
    line_only: list[str] = [c for c in _LINE_TEXT if c in rows.columns]
    empty = [c for c in rows.columns if c.startswith("tax_") and rows[c].null_count() == rows.height]
    orders = _first_rows(rows.drop([*line_only, *empty]), starts)
    names = [c for c in orders.columns if c.startswith(_NAMES)]
    text = [] if not names else [pl.col(names[0]).alias("tax_text")]
    if len(names) > 1:
        joined = pl.concat_str(names, separator=" + ", ignore_nulls=True)
        text = [pl.when(joined != "").then(joined).alias("tax_text")]
    completed = [pl.col("shipped_on").alias("completed_on")] if "shipped_on" in orders.columns else []
    made = orders.select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("order_no"), pl.col(ROW).alias("row"),
        _identity(orders).alias("order_id"), pl.exclude(ROW, "order_id", *names), *text, *completed,
    )  # fmt: skip
    return _with_addresses(_with_places(made))


def _with_places(orders: pl.DataFrame) -> pl.DataFrame:
    """Return the orders with the place of a counter sale in its channel; the place alone proves no counter sale."""
    if "location" not in orders.columns:
        return orders
    if "sales_channel" not in orders.columns or orders["location"].null_count() == orders.height:
        return orders.drop("location")
    at_counter = (pl.col("sales_channel") == "pos") & pl.col("location").is_not_null()
    place = pl.when(at_counter).then(pl.lit("POS ") + pl.col("location")).otherwise("sales_channel")
    return orders.with_columns(place.alias("sales_channel")).drop("location")


def _with_addresses(orders: pl.DataFrame) -> pl.DataFrame:
    """Return the orders with the buyer's address in one column, the e-mail in its place where no street is stated."""
    read = [name for name in orders.columns if name.startswith(_BUYER)]
    if not read:
        return orders
    none = pl.lit(None, dtype=pl.String)
    parts = sorted(name for name in read if name != _MAIL)
    address = pl.concat_str(parts, separator=", ", ignore_nulls=True) if _STREET in read else none
    mail = pl.col(_MAIL) if _MAIL in read else none
    stated = pl.col(_STREET).is_not_null() if _STREET in read else pl.lit(value=False)
    return orders.with_columns(pl.when(stated).then(address).otherwise(mail).alias("customer_address")).drop(read)
