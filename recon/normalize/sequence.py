"""Orders oldest first, as documents should be numbered and sent; and orders taken out, the others numbered anew."""

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
    return by_day(frames, turned=bool(days[0] > days[-1]))


def by_day(frames: CanonicalFrames, *, turned: bool = False) -> CanonicalFrames:
    """Return the same orders oldest first, those of one day in their own sequence or, turned, the other way round."""
    if frames.orders["ordered_on"].is_sorted():
        return frames
    places = frames.orders.select("order_no", "ordered_on")
    if turned:
        places = places.reverse()
    sequence = places.sort("ordered_on", maintain_order=True)["order_no"]
    counted = pl.int_range(sequence.len(), dtype=pl.UInt32, eager=True)
    place = counted.gather(sequence.arg_sort())
    orders = frames.orders[sequence].with_columns(counted.alias("order_no"))
    return _with(frames, orders, [_moved(part, place) for part in _hanging(frames)])


def _moved(part: pl.DataFrame, place: pl.Series) -> pl.DataFrame:
    """Return lines, payments or refunds under their orders' new numbers, each order's rows in their own sequence.

    Only the numbers are sorted; the rows follow in one go.
    """
    if not part.height:
        return part
    numbers = pl.DataFrame([
        place.gather(part["order_no"]).alias("order_no"),
        pl.int_range(part.height, dtype=pl.UInt32, eager=True).alias("at"),
    ]).sort("order_no", maintain_order=True)  # fmt: skip
    return part[numbers["at"]].with_columns(numbers["order_no"])


def without_orders(frames: CanonicalFrames, kept: pl.Series) -> CanonicalFrames:
    """Return the frames without the orders that are not kept, numbered anew."""
    place = (kept.cast(pl.UInt32).cum_sum() - 1).cast(pl.UInt32)
    orders = frames.orders.filter(kept).with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias("order_no"))
    return _with(frames, orders, [_of_kept(part, kept, place) for part in _hanging(frames)])


def _hanging(frames: CanonicalFrames) -> list[pl.DataFrame]:
    """Return the frames whose rows belong to an order."""
    return [frames.lines, frames.payments, frames.refunds, frames.refund_lines]


def _with(frames: CanonicalFrames, orders: pl.DataFrame, hanging: list[pl.DataFrame]) -> CanonicalFrames:
    lines, payments, refunds, refund_lines = hanging
    return replace(frames, orders=orders, lines=lines, payments=payments, refunds=refunds, refund_lines=refund_lines)


def _of_kept(part: pl.DataFrame, kept: pl.Series, place: pl.Series) -> pl.DataFrame:
    """Return the rows of kept orders under their orders' new numbers."""
    if not part.height:
        return part
    own = part.filter(kept.gather(part["order_no"]))
    return own.with_columns(place.gather(own["order_no"]).alias("order_no"))
