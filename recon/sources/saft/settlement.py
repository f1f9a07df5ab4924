"""The settlement of every Z report: what stands on its voucher, whether it balances, and what is in the way.

One settlement per Z report. Its lines are article groups at one VAT rate, tips, rounding, and money paid in and out of the till; its
payments say where the money is. `total` is what the payments come to, so that lines and payments balance by construction or the
settlement is held with both figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.sources.saft.periods import Periods
from recon.sources.saft.reports import Reports
from recon.sources.saft.verdict import NEITHER, vat_reading

Z: Final = "Z report"
PROBLEMS: Final = pl.Schema({
    "report_no": pl.UInt32(), "code": pl.String(), "amount_minor": pl.Int64(), "detail": pl.String(),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settlements:
    """Settlements of a file; amounts in minor units, rates in thousandths of a percent."""

    heads: pl.DataFrame
    """report_no, till_no, report_id, at, date, total (of cash sales), tips, rounding, paid, tips_inside, is_split."""
    lines: pl.DataFrame
    """report_no, kind (group, tip, rounding, pay_in, pay_out), code, vat_percent_milli, vat_code, quantity_milli, amount."""
    payments: pl.DataFrame
    """report_no, payment_type, amount, count."""
    vat: pl.DataFrame
    """report_no, vat_code, vat_percent_milli, reading, gross, vat, net."""
    problems: pl.DataFrame


def settlements(reports: Reports, sums: Periods) -> Settlements:
    """Return the settlements of the Z reports; rows that are all zero are the schema's fillers and left out."""
    z = reports.heads.filter(pl.col("report_type") == Z)
    part = {name: rows.join(z.select("report_no"), on="report_no", how="semi") for name, rows in reports.parts.items()}
    groups = part["groups"].filter((pl.col("amount") != 0) | (pl.col("quantity_milli") != 0))
    payments = part["payments"].filter((pl.col("amount") != 0) | (pl.col("count") != 0))
    moves = pl.concat([
        part["pay_ins"].with_columns(pl.lit("pay_in").alias("kind")),
        part["pay_outs"].with_columns(pl.lit("pay_out").alias("kind"), -pl.col("amount").abs()),
    ]).filter(pl.col("amount") != 0)  # fmt: skip
    vat = vat_reading(
        part["vat"].filter((pl.col("amount") != 0) | (pl.col("vat") != 0)), z.select("report_no", "total", "receipts")
    )
    heads = _balanced(z, payments, sums)
    split, unsplit = _by_rate(groups, sums, vat)
    lines = _lines(split, heads, moves)
    return Settlements(heads, lines, payments, vat, _problems(heads, groups, vat, sums, unsplit))


def _balanced(z: pl.DataFrame, payments: pl.DataFrame, sums: Periods) -> pl.DataFrame:
    """Return the heads with what the payments come to and which reading of tips and rounding makes them balance."""
    paid = payments.group_by("report_no").agg(pl.sum("amount").alias("paid"), pl.sum("count").alias("_payments"))
    heads = z.join(paid, on="report_no", how="left", maintain_order="left").join(
        sums.totals, on="report_no", how="left", maintain_order="left"
    )
    heads = heads.with_columns(
        pl.col("paid", "tips", "junk").fill_null(0), pl.col("transactions").is_not_null().alias("is_split")
    )
    rest = pl.col("paid") - pl.col("total")
    rounding = pl.col("rounding").fill_null(0)
    coins = 50 * pl.col("_payments").fill_null(0)
    inside = pl.when(rest == rounding + pl.col("tips")).then(True).when(rest == rounding).then(False)
    guessed = ~pl.col("is_split") & ((rest - pl.col("tips")).abs() <= coins)
    return heads.with_columns(
        pl.coalesce(inside, pl.when(guessed).then(True)).alias("tips_inside"),
        pl.when(inside.is_null() & guessed).then(rest - pl.col("tips")).otherwise(rounding).alias("rounding"),
        rest.alias("rest"),
    )  # fmt: skip


def _by_rate(groups: pl.DataFrame, sums: Periods, vat: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the groups at one VAT rate each, and the reports' groups whose rates are not known.

    The transactions of the period say which rates a group has; their sums are taken where they come to what the report says of the
    group. Without them a report of one rate says it too.
    """
    split = sums.groups.filter(pl.col("report_no").is_not_null()).with_columns(pl.col("group").cast(pl.String))
    by_group = split.group_by("report_no", "group").agg(pl.sum("gross").alias("_sum"))
    both = groups.join(by_group, on=["report_no", "group"], how="left", maintain_order="left")
    tied = both.filter(pl.col("_sum") == pl.col("amount"))
    parts = tied.select("report_no", "group", pl.col("quantity_milli").alias("_quantity")).join(
        split, on=["report_no", "group"], how="inner", maintain_order="left"
    )
    first = pl.int_range(pl.len()).over("report_no", "group") == 0
    known = parts.select(
        "report_no", pl.col("group").alias("code"), "vat_percent_milli", pl.col("vat_code").cast(pl.String),
        pl.when(first).then("_quantity").otherwise(0).alias("quantity_milli"), pl.col("gross").alias("amount"),
    )  # fmt: skip
    rest = both.filter((pl.col("_sum") != pl.col("amount")).fill_null(value=True)).drop("_sum")
    only = vat.group_by("report_no").agg(pl.len().alias("_rates"), pl.col("vat_percent_milli", "vat_code").first())
    rest = rest.join(only.filter(pl.col("_rates") == 1), on="report_no", how="left", maintain_order="left")
    lone = rest.filter(pl.col("vat_percent_milli").is_not_null())
    more = lone.select(
        "report_no", pl.col("group").alias("code"), "vat_percent_milli", "vat_code", "quantity_milli", "amount"
    )
    return pl.concat([known, more]).sort("report_no", maintain_order=True), rest.filter(
        pl.col("vat_percent_milli").is_null()
    )


def _lines(split: pl.DataFrame, heads: pl.DataFrame, moves: pl.DataFrame) -> pl.DataFrame:
    none = [
        pl.lit(None, pl.Int64).alias("vat_percent_milli"),
        pl.lit(None, pl.String).alias("vat_code"),
        pl.lit(1000, pl.Int64).alias("quantity_milli"),
    ]
    tips = heads.filter(pl.col("tips_inside").fill_null(value=False), pl.col("tips") != 0)
    coins = heads.filter(pl.col("rounding") != 0)
    parts = [
        split.select("report_no", pl.lit("group").alias("kind"), "code", "vat_percent_milli", "vat_code", "quantity_milli", "amount"),
        tips.select("report_no", pl.lit("tip").alias("kind"), pl.lit("tip").alias("code"), *none, pl.col("tips").alias("amount")),
        coins.select("report_no", pl.lit("rounding").alias("kind"), pl.lit("rounding").alias("code"), *none, pl.col("rounding").alias("amount")),
        moves.select("report_no", "kind", pl.col("type").alias("code"), *none, "amount"),
    ]  # fmt: skip
    return pl.concat(parts).sort("report_no", maintain_order=True)


def _problems(
    heads: pl.DataFrame, groups: pl.DataFrame, vat: pl.DataFrame, sums: Periods, unsplit: pl.DataFrame
) -> pl.DataFrame:
    in_groups = groups.group_by("report_no").agg(pl.sum("amount").alias("_groups"))
    in_vat = vat.group_by("report_no").agg(pl.col("reading").first())
    each = heads.join(in_groups, on="report_no", how="left", maintain_order="left").join(
        in_vat, on="report_no", how="left", maintain_order="left"
    )
    total, found = pl.col("total"), pl.col("_groups").fill_null(0)
    taken = sums.totals.select("report_no", pl.col("gross").alias("_taken"))
    each = each.join(taken, on="report_no", how="left", maintain_order="left")
    told = [
        each.filter(found != total).select("report_no", pl.lit("z-groups-differ").alias("code"), (found - total).alias("amount_minor"), _both("groups", found, "total", total)),
        each.filter(pl.col("reading") == NEITHER).select("report_no", pl.lit("z-vat-differs").alias("code"), total.alias("amount_minor"), pl.lit("").alias("detail")),
        each.filter(pl.col("tips_inside").is_null()).select("report_no", pl.lit("z-payments-differ").alias("code"), pl.col("rest").alias("amount_minor"), _both("payments", pl.col("paid"), "total", total)),
        each.filter(pl.col("_taken") != total).select("report_no", pl.lit("z-transactions-differ").alias("code"), (pl.col("_taken") - total).alias("amount_minor"), _both("transactions", pl.col("_taken"), "total", total)),
        unsplit.select("report_no", pl.lit("group-rate-unknown").alias("code"), pl.col("amount").alias("amount_minor"), pl.col("group").alias("detail")),
    ]  # fmt: skip
    return pl.concat([one.cast(dict(PROBLEMS)) for one in told])  # type: ignore[arg-type]


def _both(left: str, first: pl.Expr, right: str, second: pl.Expr) -> pl.Expr:
    return pl.format("{} {}, {} {}", pl.lit(left), first, pl.lit(right), second).alias("detail")
