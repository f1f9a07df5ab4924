"""Tax and discounts as lines of their own, where a connection wants them so (`taxes`, `discounts`).

US sales tax is the shop's to work out: what it states becomes one line, and nothing is computed. Where prices include that
tax, it is taken out of the lines first (largest remainder, over their amounts), so that the lines and the tax are the total.
A discount as a line leaves every price as the shop shows it, and takes all discounts of the order off in one line; cash
rounding, which can lower a total too, is then a line of either sign.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.config.connection import Connection
from recon.plan.allocate import add_parts, spread
from recon.plan.columns import per_order, run_sums

_ZERO: Final = pl.lit(0, dtype=pl.Int64)


def with_own_lines(orders: pl.DataFrame, lines: pl.DataFrame, connection: Connection) -> pl.DataFrame:
    """Return the orders with what becomes a line of its own, and what is spread over the others.

    Adds ``tax_line_minor``, ``tax_inside_minor`` (the part of it that line amounts contain), ``discount_line_minor``
    (>= 0), ``spread_discount_minor`` and ``rounding_line_minor`` (a rounding down that is no line is spread).
    """
    as_tax, as_discount = connection.states_tax, connection.discounts == "line"
    tax = pl.col("tax_minor").fill_null(0) if as_tax else _ZERO
    rounding, discount = pl.col("rounding_minor"), pl.col("discount_minor")
    orders = orders.with_columns(
        tax.alias("tax_line_minor"),
        pl.when(pl.col("vat_mode") == "included").then(tax).otherwise(0).alias("tax_inside_minor"),
        (_ZERO if as_discount else discount).alias("spread_discount_minor"),
        (rounding if as_discount else rounding.clip(lower_bound=0)).alias("rounding_line_minor"),
    )
    if not as_discount:
        return orders.with_columns(_ZERO.alias("discount_line_minor"))
    of_lines = per_order(run_sums(lines, "order_no", own=pl.col("discount_minor")), orders.height)["own"]
    return orders.with_columns((discount + pl.lit(of_lines)).alias("discount_line_minor"))


def before_discounts(lines: pl.DataFrame, connection: Connection) -> pl.DataFrame:
    """Return the order lines at their full price where discounts are a line of their own."""
    if connection.discounts != "line":
        return lines
    return lines.with_columns(
        (pl.col("amount_minor") + pl.col("discount_minor")).alias("amount_minor"),
        pl.lit(0, dtype=pl.Int64).alias("discount_minor"),
    )


def without_tax_inside(lines: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Take the tax that prices include out of the lines, over those that are taxed as far as the shop says which are."""
    inside = orders.select("order_no", pl.col("tax_inside_minor").alias("amount")).filter(pl.col("amount") != 0)
    if inside.is_empty():
        return lines
    some = lines.filter(pl.col("kind") != "tax").join(inside, on="order_no", how="inner", maintain_order="left")
    positive = pl.col("amount_minor").clip(lower_bound=0)
    taxed = pl.when(pl.col("vat_code") == "vat7").then(positive).otherwise(0)
    enough = run_sums(some, "order_no", taxed=taxed).select("order_no", (pl.col("taxed") > 0).alias("_some_taxed"))
    some = some.join(enough, on="order_no", how="left", maintain_order="left")
    weight = pl.when("_some_taxed").then(taxed).otherwise(positive).alias("weight")
    return add_parts(lines, spread(some.select("order_no", "line", weight, "amount")), sign=-1)
