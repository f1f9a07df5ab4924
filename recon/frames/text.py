"""Fold text into keys: two spellings that a person cannot tell apart become one key.

Folding serves comparison only; stored text stays as it came (reliability F65). It repairs the Thai vowel ำ that some
programs split into U+0E4D U+0E32 (not equal under NFC), removes spaces and zero-width marks, composes (NFC) and folds
case. In frames the work is done once per distinct value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

import polars as pl

_REMOVED: Final = re.compile(
    "[\\s\u00a0\u00ad\u034f\u061c\u115f\u180e\u200b-\u200f\u202a-\u202f\u2060-\u2064\u3000\ufeff]+"
)
"""White space of every kind and marks of no width."""
_SPLIT_AM: Final = re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32|([\u0e48-\u0e4b])\u0e4d\u0e32")
"""NIKHAHIT and SARA AA, a tone mark before, between or not at all: what SARA AM looks like when it was taken apart."""
_LOOK_ALIKE: Final = r"[\p{Cyrillic}\p{Greek}]"
_LATIN: Final = r"[A-Za-z]"
_FEW: Final = 8


def fold(text: str) -> str:
    """Return the key of a text. The key of a key is the key itself."""
    key = text
    while True:
        folded = _fold_once(key)
        if folded == key:
            return key
        key = folded


def _fold_once(text: str) -> str:
    if text.isascii():
        return "".join(text.split()).lower()
    bare = unicodedata.normalize("NFC", _REMOVED.sub("", text))
    joined = _SPLIT_AM.sub(lambda found: f"{found[1] or found[2] or ''}\u0e33", bare)
    return unicodedata.normalize("NFC", joined.casefold())


def fold_column(text: pl.Series) -> pl.Series:
    """Return the keys of a text column; nulls stay null. Python sees each distinct value once."""
    distinct = text.unique().drop_nulls()
    if distinct.is_empty():
        return text
    keys = pl.Series([fold(value) for value in distinct], dtype=pl.String)
    if keys.equals(distinct):
        return text
    return text.replace_strict(distinct, keys, default=None, return_dtype=pl.String)


def blank_to_null(text: pl.Series) -> pl.Series:
    """Return the column with cells of nothing but spaces as null; most columns have none and come back untouched."""
    if text.dtype != pl.String:
        return text.cast(pl.String)
    if not ((text.str.len_bytes() == 0) | text.str.starts_with(" ")).any():
        return text
    blank = text.str.strip_chars().str.len_bytes() == 0
    return text.to_frame("t").select(pl.when(~blank).then(pl.col("t"))).to_series().alias(text.name)


def is_any_of(text: pl.Series, values: Sequence[str]) -> pl.Series:
    """Return the mask of cells that equal one of the values; a few comparisons are much faster than a set look-up."""
    if len(values) > _FEW:
        return text.is_in(list(values)).fill_null(value=False)
    mask = pl.repeat(value=False, n=len(text), eager=True)
    for value in values:
        mask = mask | (text == value)
    return mask.fill_null(value=False)


def mixed_scripts(text: pl.Series) -> pl.Series:
    """Return the distinct values that mix Latin letters with Cyrillic or Greek ones that look like them."""
    if (text.str.len_bytes() == text.str.len_chars()).all():
        return text.clear()
    distinct = text.unique().drop_nulls()
    return distinct.filter(distinct.str.contains(_LOOK_ALIKE) & distinct.str.contains(_LATIN)).sort()
