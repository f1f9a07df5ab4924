"""Orders that persons leave out of this plan: rejected ones, and those that wait while a part of a draft goes first.

Both are held, with the finding that says who decided it, so that the control totals show them and nothing is lost.
"""

from __future__ import annotations

import polars as pl

Hold = tuple[pl.Series, str, dict[str, pl.Expr]]
"""Mask of orders, finding code, columns of the finding."""


def with_details(orders: pl.DataFrame, left_out: pl.DataFrame) -> pl.DataFrame:
    """Return the orders with ``_left_code`` and ``_left_detail``; null where an order is not left out."""
    names = {"code": "_left_code", "detail": "_left_detail"}
    if left_out.is_empty():
        return orders.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in names.values())
    first = left_out.unique("order_key", keep="first", maintain_order=True).rename(names)
    return orders.join(first, on="order_key", how="left", maintain_order="left")


def left_out_holds(orders: pl.DataFrame, left_out: pl.DataFrame) -> list[Hold]:
    """Return what holds the orders left out; ``orders``: from `with_details`."""
    codes = left_out["code"].unique().sort().to_list()
    detail = {"detail": pl.col("_left_detail")}
    return [((orders["_left_code"] == code).fill_null(value=False), code, detail) for code in codes]
