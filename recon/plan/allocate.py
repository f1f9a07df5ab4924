"""Spread an order's amount over its lines so that the parts are the whole (largest remainder).

Rule: every line gets ``amount * weight // sum of weights``; the minor units that are left go one each to the lines with
the largest remainder, the first line wins a tie. All-zero weights put the whole amount on the first line. The same rule
as `recon.money.allocate`, for columns; only orders that have something to spread come here.
"""

from __future__ import annotations

import polars as pl


def spread(lines: pl.DataFrame) -> pl.DataFrame:
    """Return each line's part of its order's amount.

    Args:
        lines: ``order_no``, ``line`` (unique number, ascending within the order), ``weight`` (>= 0) and ``amount``
            (the order's, of either sign, repeated on its lines); sorted by order_no, line.

    Returns:
        ``line`` and ``part``, in the order given.
    """
    if lines.is_empty():
        return lines.select("line", pl.lit(0, dtype=pl.Int64).alias("part"))
    size = lines.with_columns(pl.col("amount").abs().alias("_size"))
    whole = size.group_by("order_no", maintain_order=True).agg(
        pl.col("weight").sum().alias("_whole"), pl.col("line").first().alias("_first")
    )
    frame = size.join(whole, on="order_no", how="left", maintain_order="left")
    weight = pl.when(pl.col("_whole") > 0).then("weight").otherwise((pl.col("line") == pl.col("_first")).cast(pl.Int64))
    product = _product(frame)
    divisor = pl.max_horizontal("_whole", pl.lit(1)).cast(product)
    numerator = pl.col("_size").cast(product) * weight.cast(product)
    frame = frame.with_columns(
        (numerator // divisor).cast(pl.Int64).alias("part"), (numerator % divisor).cast(pl.Int64).alias("_rest")
    )
    return _hand_out(frame).select("line", (pl.col("part") * pl.col("amount").sign()).alias("part"))


def _product(frame: pl.DataFrame) -> type[pl.DataType]:
    """Return Int64 where no product can leave it, else Int128."""
    largest = frame.select(pl.col("_size").max(), pl.col("_whole").max()).row(0)
    return pl.Int64 if largest[0] * largest[1] < 2**62 else pl.Int128


def _hand_out(frame: pl.DataFrame) -> pl.DataFrame:
    """Add the minor units that are left to the lines with the largest remainders."""
    left = frame.group_by("order_no", maintain_order=True).agg(
        (pl.col("_size").first() - pl.col("part").sum()).alias("_left")
    )
    short = left.filter(pl.col("_left") > 0)
    if short.is_empty():
        return frame
    candidates = frame.select("order_no", "line", "_rest").join(
        short, on="order_no", how="inner", maintain_order="left"
    )
    ranked = candidates.sort("order_no", "_rest", "line", descending=[False, True, False])
    rank = pl.int_range(pl.len(), dtype=pl.Int64)
    start = pl.when(pl.col("order_no") != pl.col("order_no").shift(1)).then(rank).forward_fill()
    start = pl.coalesce(start, pl.lit(0, dtype=pl.Int64))
    getting = ranked.filter(rank - start < pl.col("_left")).select("line", pl.lit(1, dtype=pl.Int64).alias("_one"))
    joined = frame.join(getting, on="line", how="left", maintain_order="left")
    return joined.with_columns(pl.col("part") + pl.col("_one").fill_null(0))


def add_parts(lines: pl.DataFrame, parts: pl.DataFrame, *, sign: int, discount: bool = False) -> pl.DataFrame:
    """Return the lines with each ``part`` added to (or taken off) its line's amount."""
    if parts.is_empty():
        return lines
    part = lines.select("line").join(parts, on="line", how="left", maintain_order="left")["part"].fill_null(0)
    changed = [(pl.col("amount_minor") + sign * pl.lit(part)).alias("amount_minor")]
    if discount:
        changed.append((pl.col("discount_minor") + pl.lit(part)).alias("discount_minor"))
    return lines.with_columns(changed)
