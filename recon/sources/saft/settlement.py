"""The settlement of every Z report: what stands on its voucher, whether it balances, and what is in the way.

One settlement per Z report. Its lines are article groups at one VAT rate, tips, customers' payments, and money paid in and out of the
till; its payments say where the money is. Lines and rounding come to what the payments come to, or the settlement is held with both
figures.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.sources.saft.balance import balanced
from recon.sources.saft.periods import Periods
from recon.sources.saft.reports import Reports
from recon.sources.saft.split import by_rate
from recon.sources.saft.verdict import vat_reading

Z: Final = "Z report"


@dataclass(frozen=True, slots=True)
class Settlements:
    """Settlements of a file; amounts in minor units, rates in thousandths of a percent."""

    heads: pl.DataFrame
    """Those of `Reports.heads` with ``groups`` (their sum), ``sold`` (of cash sales as used), paid, tips_inside, rounding, rest, and
    what `balanced` says of how they were read."""
    lines: pl.DataFrame
    """report_no, kind (group, tip, customer_payment, pay_in, pay_out), code, vat_percent_milli, vat_code, amount, tax, sold (pieces)."""
    payments: pl.DataFrame
    """report_no, payment_type, amount."""
    vat: pl.DataFrame
    """report_no, vat_code, vat_percent_milli, reading, gross, vat, net."""
    unsplit: pl.DataFrame
    """Groups whose VAT rate is not known: report_no, group, amount."""


def z_reports(reports: Reports) -> pl.DataFrame:
    """Return the heads of Z reports; an X report is no settlement."""
    return reports.heads.filter(pl.col("report_type") == Z)


def settlements(reports: Reports, sums: Periods, cash: Collection[str]) -> Settlements:
    """Return the settlements of the Z reports.

    Rows that are all zero are the schema's fillers and left out, and so are whole
    reports that state something for an amount that is none (`unread_findings` says which).

    Args:
        reports: Reports of the file.
        sums: What the transactions between them come to.
        cash: Payment types of the file that are cash.
    """
    z = z_reports(reports).join(reports.unread, on="report_no", how="anti", maintain_order="left")
    part = {name: rows.join(z.select("report_no"), on="report_no", how="semi") for name, rows in reports.parts.items()}
    groups = part["groups"].filter((pl.col("amount") != 0) | (pl.col("quantity_milli") != 0))
    stated = part["payments"].filter((pl.col("amount") != 0) | (pl.col("count") != 0))
    vat_rows = part["vat"].filter((pl.col("amount") != 0) | (pl.col("vat") != 0))
    heads, payments = balanced(z, groups, stated, sums, cash)
    vat = vat_reading(vat_rows, heads.select("report_no", pl.col("sold").alias("total"), "receipts"))
    known, unsplit = by_rate(groups, sums, vat)
    return Settlements(heads, _lines(known, unsplit, heads, _moves(part)), payments, vat, unsplit)


def _moves(part: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Return what was put into the till and taken out of it beside its sales."""
    return pl.concat([
        part["pay_ins"].with_columns(pl.lit("pay_in").alias("kind")),
        part["pay_outs"].with_columns(pl.lit("pay_out").alias("kind"), -pl.col("amount").abs()),
    ]).filter(pl.col("amount") != 0)  # fmt: skip


def _lines(known: pl.DataFrame, unsplit: pl.DataFrame, heads: pl.DataFrame, moves: pl.DataFrame) -> pl.DataFrame:
    none = [pl.lit(None, pl.Int64).alias("vat_percent_milli"), pl.lit(None, pl.String).alias("vat_code")]
    no_tax = [pl.lit(0, pl.Int64).alias("tax"), pl.lit(1, pl.Int64).alias("sold")]

    def single(kind: str, column: str, chosen: pl.Expr) -> pl.DataFrame:
        rows = heads.filter(chosen, pl.col(column) != 0)
        words = kind.replace("_", " ")
        return rows.select(
            "report_no", pl.lit(kind).alias("kind"), pl.lit(words).alias("code"), *none, pl.col(column).alias("amount"), *no_tax,
        )  # fmt: skip

    parts = [
        known.select("report_no", pl.lit("group").alias("kind"), "code", "vat_percent_milli", "vat_code", "amount", "tax", "sold"),
        unsplit.select("report_no", pl.lit("group").alias("kind"), pl.col("group").alias("code"), *none, "amount", *no_tax),
        single("tip", "tips", pl.col("tips_inside").fill_null(value=False)),
        single("customer_payment", "received_on_account", pl.col("on_account_inside").fill_null(value=False)),
        moves.select("report_no", "kind", pl.col("type").alias("code"), *none, "amount", *no_tax),
    ]  # fmt: skip
    return pl.concat(parts).sort("report_no", maintain_order=True)
