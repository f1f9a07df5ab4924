"""The order a reader expects: text as in a dictionary (Thai, Norwegian, English), numbers and dates by value, empty cells last.

A Thai dictionary files a word under its first consonant, although a leading vowel is written before it, and looks at tone
marks only where all letters are equal; by code point, the word for "old" would come after all words of the second consonant.
Norwegian ends its alphabet with ae, o-slash and a-ring. The keys are computed on whole columns.
"""

from __future__ import annotations

from typing import Final, Literal

import polars as pl

_LEADING: Final = "([\u0e40-\u0e44])([\u0e01-\u0e2e])"
_MARKS: Final = "[\u0e47-\u0e4e\u0300-\u036f]"
"""Tone marks and other signs above Thai letters, and Latin accents: they decide only between words of equal letters."""
_AFTER_Z: Final = {"æ": "{", "ä": "{", "ø": "|", "ö": "|", "å": "}"}
"""The three characters behind z in ASCII stand for the last three letters of the Norwegian alphabet."""
_LOOSE_ACCENTS: Final = "[\u0300-\u036f]"
_ACCENTED: Final = "[\u00c0-\u024f\u1e00-\u1eff]"
_BEYOND_ASCII: Final = r"[^\x00-\x7f]"


def sorted_rows(values: pl.Series, *, descending: bool = False) -> pl.Series:
    """Return the row numbers of a column in reading order (UInt32); equal values keep their order, empty ones come last."""
    ranked = _ranks(values) if values.dtype == pl.String else values
    frame = pl.DataFrame({"value": ranked}).with_row_index("row")
    return frame.sort("value", descending=descending, nulls_last=True, maintain_order=True)["row"]


def _ranks(texts: pl.Series) -> pl.Series:
    """Return a text column as something that sorts by itself: lower case letters, or the place among its distinct values."""
    if not texts.str.contains(_BEYOND_ASCII).any():
        return texts.str.to_lowercase()
    distinct = texts.drop_nulls().unique(maintain_order=False)
    lower = _normal(distinct.str.to_lowercase(), "NFC", _LOOSE_ACCENTS)
    latin = _normal(lower.str.replace_many(list(_AFTER_Z), list(_AFTER_Z.values())), "NFD", _ACCENTED)
    whole = latin.str.replace_all(_LEADING, "${2}${1}")
    keys = pl.DataFrame({"text": distinct, "letters": whole.str.replace_all(_MARKS, ""), "whole": whole})
    places = keys.sort("letters", "whole", "text").select("text").with_row_index("place")
    return pl.DataFrame({"text": texts}).join(places, on="text", how="left", maintain_order="left")["place"]


def _normal(texts: pl.Series, form: Literal["NFC", "NFD"], where: str) -> pl.Series:
    """Return the texts in a normal form, which is slow, only if any of them needs it."""
    return texts.str.normalize(form) if texts.str.contains(where).any() else texts
