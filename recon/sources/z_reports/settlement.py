"""The settlement of each Z report of a table: lines, payments and counted cash, and whether it adds up.

Payments = article groups + rounding + tips (where they are among the payments) + what customers paid on invoices. A count moves money
between the cash, the cash difference and the bank and adds none; its parts carry references of their own (`COUNTED`, `DEPOSIT`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.sources.tills.balance import COIN, with_reading
from recon.sources.tills.rates import vat_inside, vat_on_top
from recon.sources.z_reports.rows import ZRows
from recon.sources.z_reports.words import CASH

CASH_CODE: Final = "12001"
"""Cash in the official list of payments."""
COUNTED: Final = "counted"
"""Reference of the two parts of a cash difference."""
DEPOSIT: Final = "to bank"
"""Reference of the two parts of what was taken to the bank."""


@dataclass(frozen=True, slots=True)
class ZSettlements:
    """Settlements; amounts in minor units."""

    heads: pl.DataFrame
    """HEADS with sold, total (stated), paid, tips, tips_inside (null: nothing fits), rounding, is_guessed, later, rest, opening_float,
    counted, to_bank, expected, tax (null: the table states none)."""
    lines: pl.DataFrame
    """report_no, row, kind (group, tip, customer-payment, pay-in, pay-out), code, name, rate, count, amount, tax."""
    payments: pl.DataFrame
    """report_no, code, name, amount, reference; the cash with what was put in and taken out."""
    vat: pl.DataFrame
    """report_no, row, rate, gross (of its groups), base, stated, inside, is_faulty, fits, shown."""


def settlements(read: ZRows) -> ZSettlements:
    """Return the settlements of a table's Z reports."""
    rows = read.rows
    groups = rows.filter(pl.col("kind") == "group")
    vat = _vat(groups, rows.filter(pl.col("kind") == "vat"))
    lines = _taxed(groups, vat)
    payments = _payments(rows)
    heads = _read(_sums(read.heads, rows, groups, lines))
    moved = rows.filter(pl.col("kind").is_in(["tip", "customer-payment", "pay-in", "pay-out"]))
    moved = moved.join(heads.select("report_no", "tips_inside"), on="report_no", how="left", maintain_order="left")
    outside = (pl.col("kind") == "tip") & ~pl.col("tips_inside").fill_null(value=True)
    out = pl.when(pl.col("kind") == "pay-out").then(-pl.col("amount").abs()).otherwise("amount").alias("amount")
    others = moved.filter(~outside).with_columns(out, pl.lit(0, pl.Int64).alias("tax")).select(lines.columns)
    whole = pl.concat([lines, others]).filter(pl.col("amount") != 0).sort("report_no", maintain_order=True)
    return ZSettlements(heads, whole, payments, vat)


def is_cash() -> pl.Expr:
    """Return whether a means of payment is cash, by its code or name."""
    return pl.any_horizontal(
        pl.col(c).str.to_lowercase().str.split(" ").list.eval(pl.element().is_in(CASH)).list.any()
        for c in ("code", "name")
    )


def _vat(groups: pl.DataFrame, stated: pl.DataFrame) -> pl.DataFrame:
    """Return what the table says of VAT at each rate beside the groups at that rate; a row without VAT states it as its amount."""
    by_rate = groups.group_by("report_no", "rate").agg(
        pl.sum("amount").alias("gross"), pl.col("count").fill_null(1).abs().sum().alias("_count")
    )
    named = stated.with_columns(
        pl.coalesce("vat", "amount").alias("stated"), pl.when(pl.col("vat").is_not_null()).then("amount").alias("base"),
    )  # fmt: skip
    once = named.group_by("report_no", "rate", maintain_order=True).agg(
        pl.col("row").first(), pl.sum("stated"), pl.col("base").sum().alias("base"), pl.col("base").is_not_null().any().alias("_based"),
        pl.col("shown").first(),
    )  # fmt: skip
    both = once.join(by_rate, on=["report_no", "rate"], how="left", maintain_order="left", nulls_equal=True)
    gross, rate = pl.col("gross").fill_null(0), pl.col("rate").fill_null(0)
    near = pl.col("_count").fill_null(1).clip(lower_bound=1)
    both = both.with_columns(gross, vat_inside(gross, rate).alias("inside"), vat_on_top(gross, rate).alias("_top"))
    based = (
        ~pl.col("_based") | (pl.col("base") == pl.col("gross")) | (pl.col("base") + pl.col("stated") == pl.col("gross"))
    )
    faulty = (
        ((pl.col("stated") - pl.col("_top")).abs() <= near)
        & (pl.col("stated") != pl.col("inside"))
        & (pl.col("rate") > 0)
    )
    return both.with_columns(
        (((pl.col("stated") - pl.col("inside")).abs() <= near) & based).alias("fits"), (faulty & based).fill_null(value=False).alias("is_faulty"),
    ).drop("_based", "_top", "_count")  # fmt: skip


def _taxed(groups: pl.DataFrame, vat: pl.DataFrame) -> pl.DataFrame:
    """Return the groups with their VAT: their own where each states it, else that of the rate on its first line; null: nobody says."""
    of_rate = ["report_no", "rate"]
    rate = vat.with_columns(pl.when("is_faulty").then("inside").otherwise("stated").alias("_stated")).select(
        *of_rate, "_stated"
    )
    both = groups.join(rate, on=of_rate, how="left", maintain_order="left", nulls_equal=True)
    own = pl.col("vat").is_not_null().all().over(of_rate)
    ties = own & (pl.col("_stated").is_null() | (pl.col("vat").sum().over(of_rate) == pl.col("_stated")))
    first = pl.int_range(pl.len()).over(of_rate) == 0
    whole = pl.when(pl.col("_stated").is_null()).then(None).when(first).then("_stated").otherwise(0)
    tax = pl.when(ties).then("vat").when(pl.col("rate") == 0).then(pl.coalesce(whole, pl.lit(0))).otherwise(whole)
    return both.with_columns(tax.cast(pl.Int64).alias("tax")).select(
        "report_no", "row", "kind", "code", "name", "rate", "count", "amount", "tax"
    )


def _sums(heads: pl.DataFrame, rows: pl.DataFrame, groups: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    def of(kind: str, name: str, value: pl.Expr) -> pl.DataFrame:
        mine = rows.filter(pl.col("kind") == kind)
        return mine.group_by("report_no").agg(value.alias(name))

    amount = pl.sum("amount")
    cash = rows.filter(pl.col("kind") == "payment").filter(is_cash())
    parts = [
        groups.group_by("report_no").agg(amount.alias("sold")), of("total", "total", amount), of("payment", "paid", amount),
        of("tip", "tips", amount), of("rounding", "rounding", amount), of("customer-payment", "later", amount),
        of("opening-float", "opening_float", amount), of("counted", "counted", amount), of("to-bank", "to_bank", amount),
        of("pay-in", "_in", amount), of("pay-out", "_out", pl.col("amount").abs().sum()),
        cash.group_by("report_no").agg(amount.alias("_cash"), pl.col("count").sum().alias("_cash_count")),
        lines.group_by("report_no").agg(pl.when(pl.col("tax").is_not_null().all()).then(pl.sum("tax")).alias("tax")),
        rows.filter(pl.col("kind") == "rounding").group_by("report_no").agg(pl.lit(value=True).alias("_rounds")),
    ]  # fmt: skip
    for part in parts:
        heads = heads.join(part, on="report_no", how="left", maintain_order="left")
    zero = ("sold", "paid", "tips", "rounding", "later", "_in", "_out", "_cash", "_cash_count")
    whole = heads.with_columns(pl.col(zero).fill_null(0), pl.col("_rounds").fill_null(value=False))
    return whole.with_columns(
        (pl.col("opening_float") + pl.col("_cash") + pl.col("_in") - pl.col("_out")).alias("expected")
    )


def _read(heads: pl.DataFrame) -> pl.DataFrame:
    """Return the heads with whether tips are among the payments, and the rounding where the table states none."""
    rest = pl.col("paid") - pl.col("sold") - pl.col("later")
    told = with_reading(
        heads.with_columns(rest.alias("rest")),
        [({"tips_inside": True}, pl.col("tips")), ({"tips_inside": False}, pl.lit(0))],
        coins=COIN * pl.col("_cash_count"),
        may_infer=~pl.col("_rounds"),
    )
    return told.drop("_cash", "_cash_count", "_in", "_out", "_rounds")


def _payments(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the means of payment; what was put into the drawer and taken out of it stands with the cash."""
    paid = rows.filter(pl.col("kind") == "payment").with_columns(
        pl.when(is_cash()).then(pl.lit(CASH_CODE)).alias("reference")
    )
    usual = paid.filter(pl.col("reference") == CASH_CODE).unique("report_no", keep="first", maintain_order=True)
    moved = rows.filter(pl.col("kind").is_in(["pay-in", "pay-out"])).with_columns(
        pl.when(pl.col("kind") == "pay-out").then(-pl.col("amount").abs()).otherwise("amount").alias("amount")
    )
    drawer = moved.join(
        usual.select("report_no", pl.col("code").alias("_code"), pl.col("name").alias("_name")),
        on="report_no",
        how="left",
        maintain_order="left",
    )
    drawer = drawer.select(
        "report_no", pl.coalesce("_code", pl.lit("cash")).alias("code"), pl.coalesce("_name", pl.lit("cash")).alias("name"), "amount",
        pl.lit(CASH_CODE).alias("reference"),
    )  # fmt: skip
    both = pl.concat([paid.select(drawer.columns), drawer])
    return (
        both.group_by("report_no", "code", "name", maintain_order=True)
        .agg(pl.sum("amount"), pl.col("reference").first())
        .sort("report_no", maintain_order=True)
    )
