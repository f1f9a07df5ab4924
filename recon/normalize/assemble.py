"""Put the columns found into the canonical frames, in their order and types."""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.conform import empty, fill
from recon.frames.gift_cards import gift_card_names
from recon.frames.schemas import LINE_KINDS, ORDER_LINES, ORDERS, PAYMENTS, REFUND_LINES, REFUNDS, LineKind
from recon.frames.text import fold, is_any_of
from recon.normalize.states import CHANNEL_JOINER
from recon.sources.base import Conventions, ReadOptions

_AMOUNTS: Final = {
    "goods_minor": "goods", "discount_minor": "discount", "shipping_minor": "shipping",
    "shipping_discount_minor": "shipping_discount", "cod_fee_minor": "cod_fee", "duties_minor": "duties",
    "rounding_minor": "rounding", "platform_discount_minor": "platform_discount", "tax_minor": "tax",
    "total_minor": "total", "paid_minor": "paid", "refunded_minor": "refunded",
    "opening_float_minor": "opening_float",
}  # fmt: skip


def assemble_orders(orders: pl.DataFrame, file_id: str) -> pl.DataFrame:
    """Return ORDERS."""
    have = set(orders.columns)
    columns = []
    for column, dtype in ORDERS.items():
        source = _AMOUNTS.get(column, column)
        if column == "file":
            value: pl.Expr = pl.lit(file_id)
        elif column == "shipping_taxed" and column in have:
            value = pl.when(pl.col(column).is_in(["true", "false"])).then(pl.col(column) == "true")
        elif column == "staff" and column in have:
            name = pl.col(column).str.strip_chars()
            value = pl.when(name != "").then(name)
        elif column in {"sales_channel", "payment_channel"}:
            value = pl.col(column).fill_null("") if column in have else pl.lit("")
        elif source in have:
            value = pl.col(source)
        else:
            value = pl.lit(None)
        columns.append(value.cast(dtype).alias(column))
    return orders.select(columns)


def assemble_lines(lines: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Return ORDER_LINES; where the lines' own discounts contradict the order's, the lines count undiscounted."""
    if orders["whole_lines"].any():
        whole = orders["whole_lines"].gather(lines["order_no"])
        lines = lines.with_columns(
            pl.when(whole).then("gross").otherwise("amount").alias("amount"),
            pl.when(whole).then(0).otherwise("discount").alias("discount"),
        )
    named = lines.select(
        "order_no", "line_no", "row", "kind", _text(lines, "sku"), _text(lines, "name"),
        pl.col("quantity").alias("quantity_milli"), pl.col("unit_price").alias("unit_price_minor"),
        pl.col("discount").alias("discount_minor"), pl.col("amount").alias("amount_minor"), _taxable(lines),
        _text(lines, "tax_text"), _own_tax(lines),
    )  # fmt: skip
    return fill(named, ORDER_LINES)


def assemble_payments(listed: pl.DataFrame | None, orders: pl.DataFrame) -> pl.DataFrame:
    """Return PAYMENTS: those the source lists one by one, else one without an amount per channel of split orders."""
    if listed is not None:
        return fill(listed, PAYMENTS)
    if "payment_channel" not in orders.columns:
        return empty(PAYMENTS)
    several = [c for c in orders["payment_channel"].unique().drop_nulls() if CHANNEL_JOINER in c]
    split = orders.filter(is_any_of(orders["payment_channel"], several))
    if split.is_empty():
        return empty(PAYMENTS)
    paid_on = pl.col("paid_on") if "paid_on" in orders.columns else pl.lit(None, dtype=pl.Date)
    single = split.select(
        "order_no", pl.col("payment_channel").str.split(CHANNEL_JOINER), paid_on.alias("paid_on"), "row"
    ).explode("payment_channel", empty_as_null=False)
    number = pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).over("order_no")
    return fill(single.with_columns(number.alias("payment_no")), PAYMENTS)


def assemble_refunds(listed: pl.DataFrame | None, orders: pl.DataFrame) -> pl.DataFrame:
    """Return REFUNDS: those the source lists, else one row per order with a refunded sum."""
    if listed is not None:
        return fill(listed, REFUNDS)
    refunded = orders.filter(pl.col("refunded") > 0)
    if refunded.is_empty():
        return empty(REFUNDS)
    day = pl.col("refund_on") if "refund_on" in orders.columns else pl.lit(None, dtype=pl.Date)
    rows = refunded.select(
        "order_no",
        pl.lit(1).alias("refund_no"),
        day.alias("refunded_on"),
        pl.col("refunded").alias("amount_minor"),
        "row",
    )
    return fill(rows, REFUNDS)


def assemble_refund_lines(listed: pl.DataFrame | None) -> pl.DataFrame:
    """Return REFUND_LINES: what refunds consist of, where the source says it."""
    return empty(REFUND_LINES) if listed is None else fill(listed, REFUND_LINES)


def add_line_kinds(lines: pl.DataFrame, conventions: Conventions, options: ReadOptions) -> pl.DataFrame:
    """Add each line's kind: as the source says, else tips and gift cards by name, else a product."""
    kind: pl.Expr = pl.lit("product", dtype=LineKind)
    if "name" in lines.columns:
        kind = pl.when(_is_gift_card(lines, options)).then(pl.lit("gift_card", dtype=LineKind)).otherwise(kind)
    if conventions.tip_names and "name" in lines.columns:
        is_tip = is_any_of(lines["name"], conventions.tip_names)
        if is_tip.any():
            no_sku = pl.col("sku").is_null() if "sku" in lines.columns else pl.lit(value=True)
            kind = pl.when(is_tip & no_sku).then(pl.lit("tip", dtype=LineKind)).otherwise(kind)
    if "kind" in lines.columns:
        said = pl.col("kind").cast(pl.String)
        kind = pl.coalesce(pl.when(said.is_in(LINE_KINDS)).then(said).cast(LineKind), kind)
    return lines.with_columns(kind.alias("kind"))


def _is_gift_card(lines: pl.DataFrame, options: ReadOptions) -> pl.Expr:
    """Return whether a line is a gift card: the settings name it, or its name says so and nothing speaks against it."""
    cards, others = ({fold(name) for name in names} for names in (options.gift_card_names, options.not_gift_card_names))
    named = [name for name in lines["name"].unique().drop_nulls() if fold(name) in cards] if cards else []
    alike = [name for name in gift_card_names(lines["name"]) if fold(name) not in others]
    if not named and not alike:
        return pl.lit(value=False)
    looks = pl.col("name").is_in(alike) & ~_taxable(lines).fill_null(value=False)
    return pl.col("name").is_in(named) | looks


def _text(lines: pl.DataFrame, column: str) -> pl.Expr:
    return pl.col(column) if column in lines.columns else pl.lit(None, dtype=pl.String).alias(column)


def _own_tax(lines: pl.DataFrame) -> pl.Expr:
    stated = pl.col("tax") if "tax" in lines.columns else pl.lit(None, dtype=pl.Int64)
    return stated.alias("tax_minor")


def _taxable(lines: pl.DataFrame) -> pl.Expr:
    """Return whether a line is taxable; null where the file does not say, or says it in other words."""
    if "taxable" not in lines.columns:
        return pl.lit(None, dtype=pl.Boolean).alias("taxable")
    said = pl.col("taxable")
    known = {True: ("true", "TRUE", "True", "1"), False: ("false", "FALSE", "False", "0")}
    there = set(lines["taxable"].unique().drop_nulls())
    meaning: pl.Expr = pl.lit(None, dtype=pl.Boolean)
    for value, words in known.items():
        for word in sorted(there.intersection(words)):
            meaning = pl.when(said == word).then(pl.lit(value=value)).otherwise(meaning)
    return meaning.alias("taxable")
