"""Control totals of one file: its own total column, added up from text, against orders and kept-out orders.

The sum runs over the text by Polars' decimals, not over the amounts the orders carry; two routes that must meet.
"""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from recon.frames.amounts import NumberForm, exact_text
from recon.frames.canonical import ControlTotal, Stated
from recon.money import exponent
from recon.sources.base import Reading


def state_totals(
    reading: Reading, converted: pl.DataFrame, kept: pl.Series | None, form: NumberForm, file_id: str
) -> Stated:
    """Return what the file holds and where it went.

    Args:
        reading: The file as text.
        converted: All its orders with ``currency`` and ``total`` as minor units, kept-out ones included.
        kept: Mask of the orders that stay; None means all.
        form: How the file writes numbers.
        file_id: First 12 digits of its digest.
    """
    refused = 0 if kept is None else int((~kept).sum())
    frame = pl.DataFrame([
        converted["currency"], converted["total"], reading.orders["total"].alias("text"),
        (pl.repeat(value=True, n=converted.height, eager=True) if kept is None else kept).alias("kept"),
    ])  # fmt: skip
    currencies = frame["currency"].unique().sort().to_list()
    parts = [frame] if len(currencies) == 1 else [frame.filter(pl.col("currency") == code) for code in currencies]
    controls = tuple(_control(code, part, form) for code, part in zip(currencies, parts, strict=True))
    return Stated(
        file=file_id,
        rows=reading.stated.row_count,
        orders=reading.orders.height,
        refused_orders=refused,
        controls=controls,
    )


def _control(currency: str, frame: pl.DataFrame, form: NumberForm) -> ControlTotal:
    readable = frame if frame["total"].null_count() == 0 else frame.filter(pl.col("total").is_not_null())
    amounts = readable["total"].cast(pl.Int128)
    orders = int(amounts.filter(readable["kept"]).sum()) if not readable["kept"].all() else int(amounts.sum())
    return ControlTotal(
        currency=currency,
        stated_minor=text_sum(readable["text"], form, exponent(currency)),
        orders_minor=orders,
        refused_minor=int(amounts.filter(~readable["kept"]).sum()),
        unreadable_count=frame.height - readable.height,
    )


def text_sum(text: pl.Series, form: NumberForm, digits: int) -> int:
    """Return the exact sum of amount text in minor units."""
    total = exact_text(text, form).cast(pl.Decimal(38, 6), strict=False).sum()
    return int(Decimal(total or 0).scaleb(digits).to_integral_value())
