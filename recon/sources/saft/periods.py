"""What the transactions between two Z reports come to: by article group and VAT rate, by payment, rounding and raises.

A transaction belongs to the first Z report of its till that is not before it. Training counts for nothing, and neither does what the
till itself marks as void. A negative number is a return whatever C or D stands beside it; a positive one is a return where its side
is the rarer one of the file and its transaction or line is of a kind that gives back (norway.md, 3.6).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.frames.amounts import minor_units
from recon.sources.saft.transactions import Till

RETURNS: Final = ("11006", "11013", "11016", "11017")
"""Kinds of transactions that may give goods back, by their number in the code list."""
CREDIT_SALES: Final = ("11002", "11015", "11017")
"""Kinds of transactions that a customer pays later."""
RATE_DECIMALS: Final = 3
"""Rates are kept as thousandths of a percent."""
JUNK_ROUNDING: Final = 50
"""Minor units above which a rounding is a placeholder: the smallest coin is one krone."""


@dataclass(frozen=True, slots=True)
class Periods:
    """Sums of transactions per Z report; amounts in minor units, signed: a return lowers them."""

    heads: pl.DataFrame
    """Every transaction with ``report_no`` (null: after the last Z), ``kind`` (number of the code list or null), ``counts``."""
    groups: pl.DataFrame
    """report_no, group, vat_percent_milli, vat_code, gross, net, vat, lines."""
    payments: pl.DataFrame
    """report_no, payment_type, amount, count."""
    raises: pl.DataFrame
    """report_no, raise_type, amount, count."""
    totals: pl.DataFrame
    """report_no, transactions, gross, rounding, junk (roundings left out), cash_payments."""


def periods(till: Till, till_of: pl.DataFrame, z_reports: pl.DataFrame, kinds: dict[str, str]) -> Periods:
    """Return the sums.

    Args:
        till: Transactions of all tills, ``trans_no`` running through the file.
        till_of: trans_no and till_no.
        z_reports: report_no, till_no and ``at`` (Datetime) of the Z reports.
        kinds: Name of a transaction type in the file to its number in the code list (11001).
    """
    heads = _placed(till.heads, till_of, z_reports, kinds)
    usual = heads["side"].mode().sort().first() if heads.height else None
    counted = heads.filter("counts").select("trans_no", "report_no", "kind")
    gives_back = pl.col("kind").is_in(RETURNS) & (pl.col("side").cast(pl.String) != str(usual))
    lines = till.lines.join(counted, on="trans_no", how="inner", maintain_order="left")
    sign = pl.when(gives_back).then(-1).otherwise(1)
    lines = lines.with_columns(
        pl.when(pl.col(c) < 0).then(pl.col(c)).otherwise(sign * pl.col(c)).alias(c) for c in ("gross", "net", "vat")
    )
    groups = lines.group_by("report_no", "group", "vat_percent", "vat_code", maintain_order=True).agg(
        pl.sum("gross"), pl.sum("net"), pl.sum("vat"), pl.len().alias("lines")
    )
    rates = minor_units(groups.select(pl.col("vat_percent").cast(pl.String)), ["vat_percent"], RATE_DECIMALS)
    groups = groups.with_columns(rates["vat_percent"].alias("vat_percent_milli")).drop("vat_percent")
    paid = _signed_payments(till, counted, heads, str(usual))
    payments = paid.group_by("report_no", "payment_type", maintain_order=True).agg(
        pl.sum("amount"), pl.len().alias("count")
    )
    raised = till.raises.join(counted, on="trans_no", how="inner", maintain_order="left")
    raises = raised.group_by("report_no", "raise_type", maintain_order=True).agg(
        pl.sum("amount"), pl.len().alias("count")
    )
    return Periods(heads, groups, payments, raises, _totals(heads))


def _placed(heads: pl.DataFrame, till_of: pl.DataFrame, z_reports: pl.DataFrame, kinds: dict[str, str]) -> pl.DataFrame:
    """Return the heads with the report each belongs to, its kind and whether it counts."""
    at = pl.concat_str("date", pl.lit(" "), pl.col("time").str.slice(0, 8)).str.to_datetime(
        "%Y-%m-%d %H:%M:%S", strict=False
    )
    named = pl.col("trans_type").cast(pl.String)
    rows = heads.join(till_of, on="trans_no", how="left", maintain_order="left").with_columns(
        at.alias("at"), named.replace(kinds).alias("kind")
    )
    order = rows.sort("till_no", "at", maintain_order=True)
    reports = z_reports.select("till_no", "at", "report_no").sort("till_no", "at", maintain_order=True)
    found = order.join_asof(reports, on="at", by="till_no", strategy="forward", check_sortedness=False)
    left_out = pl.any_horizontal(
        pl.col(c).cast(pl.String).str.to_lowercase().is_in(["true", "1"]).fill_null(value=False)
        for c in ("is_void", "is_training")
    )
    return found.with_columns((~left_out).alias("counts")).sort("trans_no")


def _signed_payments(till: Till, counted: pl.DataFrame, heads: pl.DataFrame, usual: str) -> pl.DataFrame:
    """Return the payments, those that paid money back below zero: a till that writes them without a sign means their transaction's."""
    sides = heads.select("trans_no", "side", "gross")
    both = till.payments.join(counted, on="trans_no", how="inner", maintain_order="left")
    both = both.join(sides, on="trans_no", how="left", maintain_order="left")
    back = (pl.col("gross") < 0) | (pl.col("kind").is_in(RETURNS) & (pl.col("side").cast(pl.String) != usual))
    return both.with_columns(
        pl.when(back & (pl.col("amount") > 0)).then(-pl.col("amount")).otherwise("amount").alias("amount")
    )


def _totals(heads: pl.DataFrame) -> pl.DataFrame:
    junk = pl.col("rounding").abs() > JUNK_ROUNDING
    return (
        heads.filter("counts")
        .group_by("report_no", maintain_order=True)
        .agg(
            pl.len().alias("transactions"), pl.sum("gross"),
            pl.col("rounding").filter(~junk).sum().alias("rounding"), junk.sum().alias("junk"),
        )
    )  # fmt: skip
