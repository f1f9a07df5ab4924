"""Rows of settlements that stand with one amount in one file and with another in another, and never together.

Both would count. A marketplace that corrected the row, and two rows of which each download holds one, look the same here:
a person compares, and the cycle waits. Pure: no file, no clock.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.domain.providers import SETTLING
from recon.frames.amounts import plain_text
from recon.frames.findings import findings_from, no_findings
from recon.frames.order_keys import platform_of

CODE: Final = "settlement-restated"
_SAME: Final = r"^((?:[^:]*:){2}purchase:[^/]+/.*)/[^/?]+/[0-9]+$"
"""Key of a row, less its amounts and its running number; rows whose amounts cannot be read have none."""


def restated(orders: pl.DataFrame, file_no: str) -> pl.DataFrame:
    """Return a finding per row that another file has with other amounts, where no file has both.

    Args:
        orders: Orders of all files, every version of each.
        file_no: The column that tells the files apart, in the order they came.
    """
    bought = orders.filter(pl.col("record_kind") == "purchase")
    if bought.is_empty():
        return no_findings()
    key, settles = pl.col("order_key"), platform_of().is_in(SETTLING)
    rows = bought.with_columns(pl.when(settles).then(key.str.extract(_SAME)).alias("_same"))
    rows = rows.filter(pl.col("_same").is_not_null())
    together = (
        rows.group_by("_same", file_no).agg(key.n_unique().alias("_here")).group_by("_same").agg(pl.col("_here").max())
    )
    apart = rows.join(together, on="_same", how="inner", maintain_order="left")
    apart = apart.filter(key.n_unique().over("_same") > pl.col("_here")).sort(file_no, "row", maintain_order=True)
    apart = apart.unique("order_key", keep="first", maintain_order=True)
    first = pl.col("file", "row", "total_minor").first().over("_same")
    apart = apart.with_columns(first.name.prefix("_first_")).filter(key != key.first().over("_same"))
    detail = pl.format(
        "Order {}: {} here, {} in file {}, row {}; no file has both, and both would count.", "order_number",
        plain_text("total_minor"), plain_text("_first_total_minor"), "_first_file", "_first_row",
    )  # fmt: skip
    return findings_from(
        apart,
        CODE,
        value=pl.col("order_number"),
        amount_minor=pl.col("total_minor") - pl.col("_first_total_minor"),
        detail=detail,
    )
