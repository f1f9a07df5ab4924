"""Rows like this one: what else the same yes would cover, with the largest and the oddest of them shown first.

Only rows that are ready belong to it: nothing with a finding, nothing held, nothing decided already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.errors import UsageError
from recon.money import plain

SHOWN: Final = 3
SAME: Final = ("rule", "kind", "sales_channel", "currency")
"""What must be equal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """Rows that one more yes would cover; nothing is done yet."""

    words: str
    """What they have in common, for a person."""
    order: pl.Series
    """Their positions in the frame."""
    count: int
    total_minor: int
    largest: pl.DataFrame
    """REVIEW rows, the largest first."""
    oddest: pl.DataFrame
    """REVIEW rows that stand out most, with ``why`` in words."""
    left_out: int
    """Rows that are like it but have findings, are held or are decided already."""


def like_this(frame: pl.DataFrame, row_id: int, *, below_minor: int | None = None) -> Likeness:
    """Return the ready rows of the same rule, kind and shop, below an amount if given.

    Raises:
        UsageError: There is no such row, or it is a held order.
    """
    if not 0 <= row_id < frame.height:
        raise UsageError(f"There is no row {row_id}; the table has {frame.height}.")
    row = frame.row(row_id, named=True)
    if row["kind"] == "order":
        raise UsageError(f"Order {row['order_number']} is held and has no document; nothing else is approved like it.")
    same = pl.all_horizontal(*(pl.col(name).eq_missing(pl.lit(row[name])) for name in SAME[:1] + SAME[2:]))
    same = same & (pl.col("kind").cast(pl.String) == row["kind"])
    if below_minor is not None:
        same = same & (pl.col("total_minor") < below_minor)
    found = frame.select(same.alias("same"), (pl.col("status") == "ready").alias("ready"))
    order = (found["same"] & found["ready"]).arg_true().cast(pl.UInt32)
    rows = frame[order]
    return Likeness(
        words=_words(row, below_minor),
        order=order,
        count=order.len(),
        total_minor=int(rows["total_minor"].cast(pl.Int128).sum() or 0),
        largest=rows.sort("total_minor", "row_id", descending=[True, False]).head(SHOWN),
        oddest=oddest(rows),
        left_out=int(found["same"].sum()) - order.len(),
    )


def oddest(rows: pl.DataFrame, count: int = SHOWN) -> pl.DataFrame:
    """Return the rows that stand out most: a rare share of VAT, a rare payment channel, an amount far from the middle."""
    if rows.is_empty():
        return rows.with_columns(pl.lit("", dtype=pl.String).alias("why"))
    middle = rows["total_minor"].sort()[rows.height // 2]
    share = (pl.col("vat_minor") * 1000 // pl.when(pl.col("total_minor") == 0).then(1).otherwise("total_minor")).alias(
        "_share"
    )
    marked = rows.with_columns(
        share, pl.len().over("payment_channel").alias("_paid"), (pl.col("total_minor") - middle).abs().alias("_far")
    )
    marked = marked.with_columns(pl.len().over("_share").alias("_taxed"))
    tenth = rows.height // 10
    points = (pl.col("_taxed") <= tenth).cast(pl.UInt8) * 2 + (pl.col("_paid") <= tenth).cast(pl.UInt8)
    far = (
        pl.when(pl.col("total_minor") >= middle)
        .then(pl.lit("amount above the usual"))
        .otherwise(pl.lit("amount below the usual"))
    )
    why = (
        pl.when(pl.col("_taxed") <= tenth).then(pl.lit("its VAT is another part of the total than with the others"))
        .when(pl.col("_paid") <= tenth).then(pl.lit("a payment channel that few of them have"))
        .when(pl.col("_far") > 0).then(far)
        .otherwise(pl.lit("like the others"))
    )  # fmt: skip
    ordered = marked.sort(points, pl.col("_far"), pl.col("row_id"), descending=[True, True, False]).head(count)
    return ordered.with_columns(why.alias("why")).select(*rows.columns, "why")


def _words(row: dict[str, object], below_minor: int | None) -> str:
    shop = f" of {row['sales_channel']}" if row["sales_channel"] else ""
    limit = f", below {plain(below_minor, str(row['currency']))} {row['currency']}" if below_minor is not None else ""
    return f"{row['kind']} by rule {row['rule']}{shop}{limit}, without findings"
