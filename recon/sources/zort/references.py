"""What a return says about the document it belongs to: its reference fields, and the words of its description.

ZORT documents no field for it (docs/unverified.md), so every field whose name begins with ``reference`` is taken as it
stands, and of the description the words that could be a document's number. Which of them is a known sale is found where the
sales are (`recon.normalize.return_links`); here nothing is decided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from recon.frames.json_records import field_names, text_frame

PREFIX: Final = "reference"
DESCRIPTION: Final = "description"
_RUNS: Final = r"[A-Za-z0-9](?:[A-Za-z0-9._/#-]*[A-Za-z0-9])?"
"""A number written without a blank after Thai letters, which are written without blanks themselves."""
_WORDS: Final = r"[^\s,;:()\[\]]+"


def reference_fields(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names (lower case) of the fields that may name another document."""
    return [name for name in field_names(records) if name.startswith(PREFIX)]


def said_references(records: Sequence[Mapping[str, Any]]) -> pl.Series:
    """Return per record ``field=value`` of its references and ``description=word`` of its words, between blanks."""
    fields = reference_fields(records)
    frame = text_frame(records, dict.fromkeys((*fields, DESCRIPTION)))
    stated = [_stated(field) for field in fields]
    text = pl.col(DESCRIPTION).fill_null("")
    words = pl.concat_list(text.str.extract_all(_RUNS), text.str.extract_all(_WORDS)).list.unique(maintain_order=True)
    numbered = words.list.eval(
        pl.element().filter(pl.element().str.contains("[0-9]")).str.replace("^", f"{DESCRIPTION}=")
    )
    joined = pl.concat_str([*stated, numbered.list.join(" ")], separator=" ", ignore_nulls=True).str.strip_chars()
    return frame.select(pl.when(joined != "").then(joined).alias("other_numbers")).to_series()


def _stated(field: str) -> pl.Expr:
    """Return ``field=value`` where the field holds one word other than 0."""
    is_one_word = ~pl.col(field).str.contains(r"\s") & (pl.col(field) != "0")
    return pl.when(is_one_word).then(pl.concat_str(pl.lit(f"{field}="), field))
