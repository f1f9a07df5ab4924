"""Which reading of tips, customers' payments and rounding makes a Z report's payments what it says it sold.

Whether a till puts them among its payments, its own figures say: the first reading that is exact, else the first that leaves no more
than coins could, where the report states no rounding; what is left then is the rounding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

COIN: Final = 50
"""Minor units by which a payment in cash may be rounded: the smallest coin is one krone (unverified, U-24)."""


def with_reading(
    heads: pl.DataFrame, readings: Sequence[tuple[Mapping[str, bool], pl.Expr]], *, coins: pl.Expr, may_infer: pl.Expr
) -> pl.DataFrame:
    """Return the heads with the columns a reading sets (null: nothing fits), ``is_guessed``, and ``rounding`` where it is inferred.

    Args:
        heads: ``rest`` (payments less sales) and ``rounding``.
        readings: What each says, and what it then expects among the payments beside sales and rounding; the likeliest first.
        coins: How much cash rounding could come to.
        may_infer: Whether the report states no rounding of its own.
    """
    rest, rounding = pl.col("rest"), pl.col("rounding")
    exact = [(rest == rounding + more, _said(said, more, guessed=False)) for said, more in readings]
    near = [(may_infer & ((rest - more).abs() <= coins), _said(said, more, guessed=True)) for said, more in readings]
    fitting = pl.coalesce(pl.when(fits).then(said) for fits, said in (*exact, *near))
    read = heads.with_columns(fitting.alias("_reading")).unnest("_reading")
    guessed = pl.col("is_guessed").fill_null(value=False)
    return read.with_columns(
        guessed.alias("is_guessed"), pl.when(guessed).then(rest - pl.col("_more")).otherwise(rounding).alias("rounding")
    ).drop("_more")


def _said(said: Mapping[str, bool], more: pl.Expr, *, guessed: bool) -> pl.Expr:
    flags = {**said, "is_guessed": guessed}
    return pl.struct(*(pl.lit(value).alias(name) for name, value in flags.items()), more.cast(pl.Int64).alias("_more"))
