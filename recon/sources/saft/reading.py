"""Settlements under the canonical names of a reading: orders, lines and payments of every Z report, as text."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.frames.amounts import plain_text
from recon.sources.saft.codes import (
    CASH,
    GROUP,
    PAYMENT,
    channel,
    names_of,
    official,
    predefined_of,
    tax_text,
)
from recon.sources.saft.file import CashRegisterFile
from recon.sources.saft.lists import Lists
from recon.sources.saft.settlement import Settlements
from recon.sources.tills.rates import rate_text

SETTLEMENT: Final = "settlement"
COUNTED: Final = "counted"
"""Reference of the parts of a cash difference."""
_MOVES: Final = {"pay_in": "pay-in", "pay_out": "pay-out"}


@dataclass(frozen=True, slots=True)
class Records:
    """Records of a file under canonical names; ``number`` tells which record of its kind a line or payment belongs to."""

    orders: pl.DataFrame
    lines: pl.DataFrame
    payments: pl.DataFrame


def place_of(lists: Lists) -> pl.DataFrame:
    """Return till_no, register and place of each till: its location's name, else its own number."""
    named = pl.col("location").fill_null("") != ""
    return lists.tills.select(
        "till_no",
        pl.col("register_id").alias("register"),
        pl.when(named).then("location").otherwise("register_id").alias("place"),
    )


def report_keys(heads: pl.DataFrame, lists: Lists) -> pl.DataFrame:
    """Return report_no, place, register and order_id ("K1/214") of reports."""
    return heads.join(place_of(lists), on="till_no", how="left", maintain_order="left").select(
        "report_no", "place", "register", pl.concat_str("register", pl.lit("/"), "report_id").alias("order_id")
    )


def business_day(day_ends: dt.time) -> pl.Expr:
    """Return the day ``at`` belongs to as text; what is no moment stays as it was written."""
    return pl.coalesce(day_of_moment(day_ends), pl.col("date").cast(pl.String).str.slice(0, 10))


def day_of_moment(day_ends: dt.time) -> pl.Expr:
    """Return the day ``at`` belongs to as text; null where it is null."""
    late = (pl.col("at").dt.time() < day_ends).fill_null(value=False)
    day = pl.when(late).then(pl.col("at").dt.date().dt.offset_by("-1d")).otherwise(pl.col("at").dt.date())
    return day.cast(pl.String)


def settlement_records(
    file: CashRegisterFile, found: Settlements, *, day_ends: dt.time, above_zero: str = ""
) -> Records:
    """Return the settlements.

    Args:
        file: The file as read.
        found: What its Z reports come to.
        day_ends: Until when a report belongs to the day before.
        above_zero: What a cash difference above zero means that the till recorded, `over` or `short`; empty: none is taken as a count.
    """
    keys = report_keys(found.heads, file.lists)
    heads = found.heads.drop("register_id").join(keys, on="report_no", how="left", maintain_order="left")
    moved = _moved(found.lines)
    lines = _lines(found, keys, file.lists)
    payments = _payments(found, keys, file.lists, moved)
    if above_zero:
        counted = _counted(heads, payments, 1 if above_zero == "short" else -1)
        payments = pl.concat([payments, counted]).sort("report_no", maintain_order=True)
    totals = payments.group_by("report_no").agg(pl.sum("amount").alias("received"))
    heads = heads.join(totals, on="report_no", how="left", maintain_order="left")
    return Records(
        *(
            rows.rename({"report_no": "number"})
            for rows in (
                _orders(heads, found.vat, day_ends),
                lines.with_columns(_text("amount").alias("line_amount"), _text("tax")).drop("amount"),
                payments.with_columns(_text("amount")),
            )
        )
    )


def _counted(heads: pl.DataFrame, payments: pl.DataFrame, sign: int) -> pl.DataFrame:
    """Return the cash differences the till recorded, as what is missing: once on their own channel, once the other way round on the cash."""
    cash = payments.filter(pl.col("reference") == CASH).unique("report_no", keep="first", maintain_order=True)
    found = heads.filter(pl.col("cash_difference").fill_null(0) != 0).join(
        cash.select("report_no", pl.col("payment_channel").alias("_drawer")),
        on="report_no",
        how="left",
        maintain_order="left",
    )
    missing = pl.col("cash_difference") * sign
    drawer = pl.coalesce("_drawer", pl.concat_str("place", pl.lit("/cash")))
    sides = [
        (pl.concat_str("place", pl.lit("/"), pl.lit("cash difference")), missing),
        (drawer, -missing),
    ]
    return pl.concat([
        found.select(
            "report_no", where.alias("payment_channel"), amount.alias("amount"), pl.lit(COUNTED).alias("reference")
        )
        for where, amount in sides
    ])  # fmt: skip


def _text(column: str) -> pl.Expr:
    return plain_text(column).alias(column)


def _orders(heads: pl.DataFrame, vat: pl.DataFrame, day_ends: dt.time) -> pl.DataFrame:
    taxes = vat.group_by("report_no").agg(pl.sum("vat").alias("_tax"))
    rows = heads.join(taxes, on="report_no", how="left", maintain_order="left")
    own = pl.col("date").str.slice(0, 10)
    return rows.select(
        "report_no", pl.col("line").alias("row"), "order_id", pl.col("order_id").alias("order_number"),
        pl.lit(SETTLEMENT).alias("record_kind"), business_day(day_ends).alias("ordered_on"),
        own.alias("completed_on"), pl.coalesce(pl.col("at").dt.to_string("%Y-%m-%d %H:%M:%S"), own).alias("updated_at"),
        pl.lit("completed").alias("order_state"), pl.lit("paid").alias("payment_state"), pl.col("place").alias("sales_channel"),
        plain_text(pl.col("received").fill_null(0)).alias("total"), _text("rounding"),
        plain_text(pl.col("_tax").fill_null(0)).alias("tax"), _text("opening_float"),
    )  # fmt: skip


def _moved(lines: pl.DataFrame) -> pl.DataFrame:
    """Return what was put into and taken out of each till beside its sales."""
    return lines.filter(pl.col("kind").is_in(list(_MOVES))).group_by("report_no").agg(pl.sum("amount").alias("moved"))


def _lines(found: Settlements, keys: pl.DataFrame, lists: Lists) -> pl.DataFrame:
    """Return what was sold and moved, one line per article group and rate; amounts as minor units."""
    rows = found.lines.filter(pl.col("kind") != "rounding").join(
        keys, on="report_no", how="left", maintain_order="left"
    )
    names = names_of(lists, GROUP)
    rate = rate_text(pl.col("vat_percent_milli"))
    is_group = pl.col("kind") == "group"
    group = pl.when(rate.is_null()).then("code").otherwise(pl.concat_str("code", pl.lit("@"), rate))
    move = pl.concat_str(pl.col("kind").replace(_MOVES), pl.lit(" "), "code")
    plain = pl.when(pl.col("kind") == "customer_payment").then(pl.lit("customer payment")).otherwise("code")
    what = pl.when(is_group).then(group).when(pl.col("kind").is_in(list(_MOVES))).then(move).otherwise(plain)
    return rows.select(
        "report_no", pl.when(is_group).then(pl.lit("product")).otherwise("kind").alias("kind"),
        pl.concat_str("place", pl.lit("/"), what).alias("sku"),
        pl.when(is_group).then(pl.col("code").replace_strict(names, default=pl.col("code"), return_dtype=pl.String)).otherwise(what).alias("name"),
        pl.col("sold").clip(lower_bound=1).cast(pl.String).alias("quantity"), "amount", pl.when(is_group).then(tax_text(pl.col("vat_percent_milli"), pl.col("vat_code"), lists)).alias("tax_text"), "tax",
    )  # fmt: skip


def _payments(found: Settlements, keys: pl.DataFrame, lists: Lists, moved: pl.DataFrame) -> pl.DataFrame:
    """Return where the money is, one row per payment type; what was put in or taken out stands with the cash."""
    names, numbers = names_of(lists, PAYMENT), predefined_of(lists, PAYMENT)
    rows = found.payments.with_columns(official(pl.col("payment_type"), numbers).alias("reference"))
    cash = rows.filter(pl.col("reference") == CASH).group_by("report_no").agg(pl.col("payment_type").first())
    usual = next((code for code, number in numbers.items() if number == CASH), None)
    drawer = moved.join(cash, on="report_no", how="left").select(
        "report_no", pl.coalesce("payment_type", pl.lit(usual, dtype=pl.String), pl.lit("cash")).alias("payment_type"),
        pl.col("moved").alias("amount"), pl.lit(CASH).alias("reference"),
    )  # fmt: skip
    both = pl.concat([rows.select("report_no", "payment_type", "amount", "reference"), drawer])
    summed = both.group_by("report_no", "payment_type", maintain_order=True).agg(
        pl.sum("amount"), pl.col("reference").first()
    )
    placed = summed.sort("report_no", maintain_order=True).join(keys, on="report_no", how="left", maintain_order="left")
    return placed.select(
        "report_no", pl.concat_str("place", pl.lit("/"), channel(pl.col("payment_type"), names)).alias("payment_channel"), "amount",
        "reference",
    )  # fmt: skip
