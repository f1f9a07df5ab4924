"""The purchase of each settlement cycle: its fees as lines; fees that came back beyond what was charged are a credit apart.

A group of fees may give back more than it charged. What the other groups charged is an expense all the same, so that group
becomes a purchase return of its own, with its own sum: entering it by hand settles it, and nothing else of the cycle.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.amounts import plain_text
from recon.frames.findings import findings_from
from recon.frames.payout_keys import OTHER

FEE: Final = "fee:"
"""Beginning of the groups the marketplace bills."""
BILLED: Final = (FEE, OTHER)
"""Beginnings of the groups that become lines of a purchase."""
GROUPS: Final = ("sale", "discount", "shipping", "refund", "fee:commission", "fee:payment", "fee:service", "fee:shipping",
                 "fee:marketing", "fee:affiliate", "fee:other", "tax", "compensation", "unknown")  # fmt: skip
"""What the parts of a settlement are, in the order they are shown."""
_CREDIT: Final = "-CREDIT"
"""End of the number of what came back in a cycle."""


def is_billed() -> pl.Expr:
    """Return whether a line (`sku`) is a part of a settlement that is booked as a purchase."""
    return pl.any_horizontal(pl.col("sku").str.starts_with(beginning) for beginning in BILLED)


def credit_key(cycle_key: pl.Expr) -> pl.Expr:
    """Return the key of the record of what came back in a cycle."""
    return cycle_key.str.replace(":purchase:", ":purchase_return:", literal=True) + pl.lit(_CREDIT)


def purchases(rows: pl.DataFrame, legs: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the records of the cycles (ORDERS without order_no), their lines by order_key, and what is said of credits.

    Args:
        rows: Rows of settlements, with cycle_key.
        legs: Their legs: order_no, sku, name, amount_minor, row, cycle_key.
    """
    files = rows.select("order_no", "file")
    fees = legs.filter(is_billed()).join(files, on="order_no", how="left", maintain_order="left")
    by_name = fees.group_by("cycle_key", "sku", "name", maintain_order=True).agg(
        -pl.col("amount_minor").sum(), pl.col("file", "row").first()
    )
    by_name = by_name.filter(pl.col("amount_minor") != 0)
    mixed = (pl.col("amount_minor") < 0).any().over("cycle_key", "sku")
    # A fee that came back is no line of its own: where a group has one, the group is one line.
    one_line = by_name.filter(mixed).group_by("cycle_key", "sku", maintain_order=True).agg(
        pl.col("name").str.join(", "), pl.col("amount_minor").sum(), pl.col("file", "row").first()
    )  # fmt: skip
    lines = pl.concat([by_name.filter(~mixed), one_line.select(by_name.columns)]).filter(pl.col("amount_minor") != 0)
    place = pl.col("sku").replace_strict({name: at for at, name in enumerate(GROUPS)}, default=len(GROUPS))
    lines = lines.sort("cycle_key", place, "sku", "name", maintain_order=True)
    back = pl.col("amount_minor") < 0
    key = pl.when(back).then(credit_key(pl.col("cycle_key"))).otherwise("cycle_key").alias("order_key")
    lines = lines.with_columns(key, pl.col("amount_minor").abs().alias("_sum"), back.alias("back"))
    said = findings_from(
        lines.filter("back"), "settlement-given-back", value=pl.col("sku"), amount_minor=pl.col("amount_minor"),
        detail=pl.format("{}: {} more came back than was charged.", "sku", plain_text("_sum")),
    )  # fmt: skip
    lines = lines.with_columns(pl.col("_sum").alias("amount_minor")).drop("_sum")
    return _records(rows, lines), lines, said


def _records(rows: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Return a purchase per cycle, which also proves what it paid, and a purchase return where fees came back."""
    cycles = _cycles(rows)
    totals = lines.group_by("order_key").agg(pl.col("amount_minor").sum().alias("fees_minor"))
    number = pl.col("cycle_key").str.extract("([^:]*)$")
    own = cycles.with_columns(pl.col("cycle_key").alias("order_key"), number.alias("order_number"))
    back = cycles.join(lines.filter("back").select("cycle_key").unique(), on="cycle_key", how="semi").with_columns(
        credit_key(pl.col("cycle_key")).alias("order_key"),
        (number + pl.lit(_CREDIT)).alias("order_number"),
        pl.lit("purchase_return", dtype=cycles.schema["record_kind"]).alias("record_kind"),
    )
    both = pl.concat([own, back]).join(totals, on="order_key", how="left", maintain_order="left")
    fees, day = pl.col("fees_minor").fill_null(0), pl.col("paid_on")
    zero = ("discount_minor", "shipping_minor", "shipping_discount_minor", "cod_fee_minor", "duties_minor", "rounding_minor",
            "platform_discount_minor", "refunded_minor")  # fmt: skip
    return both.with_columns(
        day.alias("ordered_on"), day.alias("completed_on"), pl.lit("").alias("state_text"), pl.lit("included").alias("vat_mode"),
        fees.alias("goods_minor"), fees.alias("total_minor"), *(pl.lit(0).alias(name) for name in zero),
    ).drop("fees_minor")  # fmt: skip


def _cycles(rows: pl.DataFrame) -> pl.DataFrame:
    """Return what all rows of a cycle say alike, the first row of each as the place it stands at."""
    first = (
        "record_kind", "order_state", "payment_state", "sales_channel", "payment_channel", "customer_name", "currency", "file",
        "row",
    )  # fmt: skip
    return rows.group_by("cycle_key", maintain_order=True).agg(
        *(pl.col(name).first() for name in first), pl.col("paid_on").max()
    )
