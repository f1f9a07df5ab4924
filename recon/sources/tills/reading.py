"""What a reading of a till's files has in common: its conventions and forms, and lines and payments numbered within their record."""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.sources.base import Conventions, Forms

CONVENTIONS: Final = Conventions(line_amount="stated", tax="included", tax_mode_by_order=True, footing_told=True)
FORMS: Final = Forms(date_formats=("%Y-%m-%d", "%Y-%m-%d %H:%M:%S"), timezone="Europe/Oslo")


def hung(rows: pl.DataFrame, places: pl.DataFrame, on: list[str], number: str) -> pl.DataFrame:
    """Return what hangs on records with their ``order_no``, in their order and counted within each.

    Args:
        rows: Lines or payments.
        places: The records' ``order_no`` beside what ``on`` names.
        on: What tells a record.
        number: Name of the count, from 1.
    """
    own = rows.join(places, on=on, how="inner", maintain_order="left").sort("order_no", maintain_order=True)
    return own.with_columns((pl.int_range(pl.len(), dtype=pl.UInt32).over("order_no") + 1).alias(number))
