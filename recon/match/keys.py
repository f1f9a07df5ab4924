"""Match keys: the declared folding of SKUs, payment channels and state words, once per distinct value.

One folding for the whole program (`recon.frames.text.fold`): NFC, the Thai vowel ำ put together again, spaces and
zero-width marks removed, case folded. Stored text stays as it came; only keys are compared.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.text import fold, fold_column, mixed_scripts

__all__ = ["CHANNEL_JOINER", "channel_parts", "distinct_keys", "fold", "fold_column", "fold_distinct", "mixed_scripts"]

CHANNEL_JOINER: Final = " + "
"""Stands between the payment channels of one order."""


def distinct_keys(values: pl.Series, *, name: str, key_name: str) -> pl.DataFrame:
    """Return each distinct value with its key; nulls are left out, the order is that of the text."""
    distinct = values.unique().drop_nulls().sort().alias(name)
    return pl.DataFrame([distinct, fold_distinct(distinct).alias(key_name)])


def fold_distinct(distinct: pl.Series) -> pl.Series:
    """Return the keys of distinct values; plain ASCII without spaces, the usual SKU, needs no Python."""
    plain = distinct.str.contains(r"^[\x21-\x7e]*$")
    if plain.all():
        return distinct.str.to_lowercase()
    frame = pl.DataFrame([distinct.alias("text"), plain.alias("plain")]).with_row_index("at")
    folded = frame.filter(~pl.col("plain"))
    folded = folded.select("at", fold_column(folded["text"]).alias("key"))
    joined = frame.join(folded, on="at", how="left", maintain_order="left")
    return joined.select(pl.coalesce("key", pl.col("text").str.to_lowercase())).to_series()


def channel_parts(channel: str) -> tuple[str, ...]:
    """Return the folded payment channels of an order; several are joined with `` + ``."""
    return tuple(fold(part) for part in channel.split(CHANNEL_JOINER))
