"""Orders oldest first, as documents should be numbered and sent."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from recon.frames.canonical import CanonicalFrames


def chronological(frames: CanonicalFrames) -> CanonicalFrames:
    """Return the same orders oldest first; files that list the newest first are turned.

    Orders of one day keep the file's sequence, turned where the file runs backwards.
    """
    days = frames.orders["ordered_on"]
    if not days.len() or days.is_sorted():
        return frames
    places = frames.orders.select("order_no", "ordered_on")
    if days[0] > days[-1]:
        places = places.reverse()
    sequence = places.sort("ordered_on", maintain_order=True)["order_no"]
    numbers = pl.DataFrame([sequence, pl.int_range(sequence.len(), dtype=pl.UInt32, eager=True).alias("_new")])
    orders = frames.orders[sequence].with_columns(numbers["_new"].alias("order_no"))
    lines, payments, refunds = (_moved(part, numbers) for part in (frames.lines, frames.payments, frames.refunds))
    return replace(frames, orders=orders, lines=lines, payments=payments, refunds=refunds)


def _moved(part: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    """Return lines, payments or refunds under their orders' new numbers, each order's rows in their own sequence."""
    if not part.height:
        return part
    joined = part.join(numbers, on="order_no", how="left", maintain_order="left")
    return joined.with_columns(pl.col("_new").alias("order_no")).drop("_new").sort("order_no", maintain_order=True)
