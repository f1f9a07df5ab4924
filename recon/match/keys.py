"""Match keys: the declared folding of SKUs, payment channels and state words, once per distinct value.

One folding for the whole program (`recon.frames.text.fold`): NFC, the Thai vowel ำ put together again, spaces and
zero-width marks removed, case folded. Stored text stays as it came; only keys are compared.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.text import fold, fold_column, mixed_scripts

__all__ = ["CHANNEL_JOINER", "channel_parts", "distinct_keys", "fold", "fold_column", "mixed_scripts"]

CHANNEL_JOINER: Final = " + "
"""Stands between the payment channels of one order."""


def distinct_keys(values: pl.Series, *, name: str, key_name: str) -> pl.DataFrame:
    """Return each distinct value with its key; nulls are left out, the order is that of the text."""
    distinct = values.unique().drop_nulls().sort().alias(name)
    return pl.DataFrame([distinct, fold_column(distinct).alias(key_name)])


def channel_parts(channel: str) -> tuple[str, ...]:
    """Return the folded payment channels of an order; several are joined with `` + ``."""
    return tuple(fold(part) for part in channel.split(CHANNEL_JOINER))
