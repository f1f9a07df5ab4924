"""Who paid how: the entries of ``payments``, and the payment channel of each order.

ZORT documents none of this; three public clients that run on live data declare an entry as id, name, amount and
paymentdatetime. An accountant maps a payment channel to a bank, cash or clearing account, so the channel must be the
most exact name the answer gives for where the money landed. The order of preference below is printed in docs/zort.md,
counted in every import report, and replaced by one setting (``source_api.payment_channel_field``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from recon.frames.json_records import entries, field_names, text_column, text_frame
from recon.sources.zort.dates import days
from recon.sources.zort.words import PAYMENT_FIELDS

PREFIX: Final = "payments."
"""A setting that begins so names a field of the payment entries; any other names a field of the order."""
_NOT_A_NAME: Final = r"^(?:[-+]?[\d.,]+|true|false|null)$"
"""A number or a switch is no name of a channel."""

CHANNEL_RULES: Final = (
    ("payments", "the name of the payment entries"),
    ("paymentmethod", "`paymentmethod`"),
    ("marketplacepayment", "`marketplacepayment`"),
    ("cod", "cash on delivery and its carrier (`isCOD`, `shippingchannel`)"),
    ("marketplacename", "the marketplace that collects the money (`marketplacename`)"),
)
"""Where the payment channel is looked for, first found wins, each with its description."""


@dataclass(frozen=True, slots=True)
class Payments:
    """Payment entries of a file."""

    frame: pl.DataFrame
    """order_no, payment_no, payment_channel, amount, paid_on, reference, row; all text but the numbers."""
    by_order: pl.DataFrame
    """order_no, entry_channel, entry_paid_on: one row per order with entries."""
    unknown_fields: tuple[str, ...]
    """Fields of the entries that nobody has described."""


def read_payments(records: Sequence[Mapping[str, Any]], rows: Sequence[int], channel_field: str = "") -> Payments:
    """Return the payment entries of the records.

    Args:
        records: Orders, in the order of their order_no.
        rows: The row of each order.
        channel_field: Field of the entries that names the channel; empty: ``name``.
    """
    owners, places, found = entries(records, "payments")
    names = field_names(found)
    field = channel_field.lower() or "name"
    texts = text_frame(found, ("amount", "paymentdatetime", "paymentdatetimestring", "id"))
    channel = text_column(found, names.get(field, []), "channel")
    frame = texts.with_columns(
        pl.Series("order_no", owners, dtype=pl.UInt32),
        pl.Series("payment_no", places, dtype=pl.UInt32),
        pl.Series("row", [rows[owner] for owner in owners], dtype=pl.UInt32),
        channel.set(channel.str.contains(_NOT_A_NAME), None).alias("payment_channel"),
    ).select(
        "order_no",
        "payment_no",
        "payment_channel",
        "amount",
        days(texts, "paymentdatetimestring", "paymentdatetime").alias("paid_on"),
        pl.col("id").alias("reference"),
        "row",
    )
    frame = frame.filter(pl.col("payment_channel").is_not_null() | pl.col("amount").is_not_null())
    by_order = (
        frame.lazy()
        .group_by("order_no", maintain_order=True)
        .agg(
            pl.col("payment_channel").drop_nulls().unique(maintain_order=True).str.join(" + ").alias("entry_channel"),
            # The day on which the last part came in; written year first, the latest day is the largest text.
            pl.col("paid_on").max().alias("entry_paid_on"),
        )
        .with_columns(pl.col("entry_channel").replace("", None))
        .collect()
    )
    known = PAYMENT_FIELDS | {field}
    return Payments(frame, by_order, tuple(f"{PREFIX}{name}" for name in names if name not in known))


def channel_expression(custom_field: str = "") -> tuple[pl.Expr, pl.Expr]:
    """Return the payment channel of an order, and the rule of CHANNEL_RULES that gave it.

    The frame has the order's fields in lower case, ``entry_channel``, and ``is_cod``; with a field of the order set
    in ``custom_field`` also that field.
    """
    if custom_field and not custom_field.startswith(PREFIX):
        chosen = _named(custom_field.lower())
        return chosen.fill_null(""), pl.when(chosen.is_not_null()).then(pl.lit(custom_field)).otherwise(pl.lit(""))
    if custom_field:
        chosen = pl.col("entry_channel")
        return chosen.fill_null(""), pl.when(chosen.is_not_null()).then(pl.lit(custom_field)).otherwise(pl.lit(""))
    candidates = {
        "payments": pl.col("entry_channel"),
        "paymentmethod": _named("paymentmethod"),
        "marketplacepayment": _named("marketplacepayment"),
        "cod": pl.when("is_cod").then(
            pl.concat_str(pl.lit("COD"), "shippingchannel", separator=" ", ignore_nulls=True)
        ),
        "marketplacename": _named("marketplacename"),
    }
    assert list(candidates) == [rule for rule, _ in CHANNEL_RULES]
    channel = pl.coalesce(*candidates.values(), pl.lit(""))
    rule = pl.coalesce(
        *(pl.when(candidate.is_not_null()).then(pl.lit(rule)) for rule, candidate in candidates.items()), pl.lit("")
    )
    return channel, rule


def _named(field: str) -> pl.Expr:
    return pl.when(~pl.col(field).str.to_lowercase().str.contains(_NOT_A_NAME)).then(pl.col(field))
