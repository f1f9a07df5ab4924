"""What the transactions between two Z reports come to: by article group and VAT rate, by payment, rounding and raises.

A transaction belongs to the first Z report of its till that is not before it. Training counts for nothing, and neither does what the
till itself marks as void. A negative number is a return whatever C or D stands beside it; a positive one is a return where its side
is the rarer one of the file and its transaction is of a kind that gives back, or where only so its lines come to their receipt (Norwegian reference, 3.6).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.frames.amounts import minor_units
from recon.sources.saft.transactions import Till

RETURNS: Final = ("11006", "11013", "11016", "11017")
"""Kinds of transactions that may give goods back, by their number in the code list."""
ON_ACCOUNT: Final = ("11002", "11015", "11017")
"""Kinds of transactions that a customer pays later, all or in part."""
BOTH_WAYS: Final = "11017"
"""A sale and a return on account in one; its own sign or side says which weighs more."""
PAID_LATER: Final = "11005"
"""A customer pays what he owes."""
DIFFERENCE: Final = "11008"
"""Cash that was too little or too much when it was counted."""
NO_SALES: Final = (*ON_ACCOUNT, "11003", "11004", PAID_LATER, "11007", DIFFERENCE, "11010", "11011", "11014")
"""Kinds of transactions that are no part of cash sales."""
NO_PAYMENTS: Final = ("11002", "11017", "11007", DIFFERENCE, "11010", "11011", "11014")
"""Kinds of transactions whose payments are none of the report's."""
RATE_DECIMALS: Final = 3
"""Rates are kept as thousandths of a percent."""
JUNK_ROUNDING: Final = 50
"""Minor units above which a rounding is a placeholder: the smallest coin is one krone (unverified, U-24)."""
AT: Final = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Periods:
    """Sums of transactions per Z report; amounts in minor units, signed: a return lowers them."""

    heads: pl.DataFrame
    """Every transaction with till_no, at, ``report_no`` (null: after the last Z), ``kind`` (number of the code list, or the till's own
    word), ``counts``, ``is_back`` (it gives back, whatever its numbers say) and ``signed`` (its gross)."""
    groups: pl.DataFrame
    """Of cash sales: report_no, group, vat_percent_milli, vat_code, gross, net, vat, sold (how many lines of receipts)."""
    payments: pl.DataFrame
    """report_no, payment_type, amount, size (without signs)."""
    totals: pl.DataFrame
    """report_no, transactions, taken (heads of cash sales), taken_lines (lines of cash sales), rounding, roundings (how many count), junk
    (roundings left out), received_on_account, cash_difference."""
    usual_side: str
    """C or D: what most transactions of the file carry; empty: there are none."""


def moment(date: str = "date", time: str = "time") -> pl.Expr:
    """Return day and time of a row; null where they are no moment."""
    clock = pl.col(time).fill_null("00:00:00").str.slice(0, 8)
    return pl.concat_str(pl.col(date).str.slice(0, 10), pl.lit(" "), clock).str.to_datetime(AT, strict=False)


def periods(
    till: Till,
    till_of: pl.DataFrame,
    z_reports: pl.DataFrame,
    kinds: Mapping[str, str],
    backs: Collection[str] = RETURNS,
) -> Periods:
    """Return the sums.

    Args:
        till: Transactions of all tills, ``trans_no`` running through the file.
        till_of: trans_no and till_no.
        z_reports: report_no, till_no and ``at`` (Datetime) of the Z reports.
        kinds: Name of a transaction type in the file to its number in the code list (11001).
        backs: Kinds of transactions whose positive numbers on the rarer side are given back.
    """
    heads = _placed(till.heads, till_of, z_reports, kinds)
    usual = _usual_side(heads)
    back = pl.col("kind").is_in(list(backs)) & (pl.col("side").cast(pl.String) != usual).fill_null(value=False)
    heads = heads.with_columns(back.alias("is_back")).with_columns(_signed("gross", "is_back").alias("signed"))
    counted = heads.filter("counts").select("trans_no", "report_no", "kind", "is_back", "signed")
    sales = counted.filter(~pl.col("kind").is_in(NO_SALES).fill_null(value=False))
    lines = _sold(till.lines, sales, usual, backs)
    groups = _by_group(lines)
    return Periods(heads, groups, _payments(till, counted), _totals(heads, lines), usual)


def _usual_side(heads: pl.DataFrame) -> str:
    """Return what stands beside most transactions that take something in."""
    sides = heads.filter(pl.col("counts") & (pl.col("gross") > 0))["side"].cast(pl.String).drop_nulls()
    return "" if sides.is_empty() else str(sides.mode().sort()[0])


def _signed(column: str, back: str) -> pl.Expr:
    amount = pl.col(column)
    return pl.when((amount > 0) & pl.col(back)).then(-amount).otherwise(amount)


def _placed(
    heads: pl.DataFrame, till_of: pl.DataFrame, z_reports: pl.DataFrame, kinds: Mapping[str, str]
) -> pl.DataFrame:
    """Return the heads with the report each belongs to, its kind and whether it counts."""
    named = pl.col("trans_type").cast(pl.String)
    rows = heads.join(till_of, on="trans_no", how="left", maintain_order="left").with_columns(
        moment().alias("at"),
        named.replace_strict(dict(kinds), default=named, return_dtype=pl.String).fill_null("").alias("kind"),
    )
    order = rows.sort("till_no", "at", maintain_order=True)
    reports = z_reports.select("till_no", "at", "report_no").drop_nulls("at").sort("till_no", "at", maintain_order=True)
    found = order.join_asof(reports, on="at", by="till_no", strategy="forward", check_sortedness=False)
    left_out = pl.any_horizontal(
        pl.col(c).cast(pl.String).str.to_lowercase().is_in(["true", "1"]).fill_null(value=False)
        for c in ("is_void", "is_training")
    )
    return found.with_columns((~left_out).alias("counts")).sort("trans_no")


def _sold(lines: pl.DataFrame, sales: pl.DataFrame, usual: str, backs: Collection[str]) -> pl.DataFrame:
    """Return the lines of cash sales with their signs."""
    of_sale = sales.select("trans_no", "report_no", "kind", "signed")
    rows = lines.join(of_sale, on="trans_no", how="inner", maintain_order="left")
    other = (pl.col("side").cast(pl.String) != usual).fill_null(value=False)
    rows = rows.with_columns((pl.col("kind").is_in(list(backs)) & other).alias("_back"))
    rows = _returned_lines(rows, other)
    return rows.with_columns(_signed(column, "_back").alias(column) for column in ("gross", "net", "vat"))


def _returned_lines(rows: pl.DataFrame, other: pl.Expr) -> pl.DataFrame:
    """Mark lines on the rarer side in receipts of other kinds, where only as returns do they come to what the receipt says."""
    doubtful = rows.filter(other & ~pl.col("_back") & (pl.col("gross") > 0))
    if doubtful.is_empty():
        return rows
    in_question = rows.join(doubtful.select("trans_no").unique(), on="trans_no", how="semi")
    as_back = pl.when(other & (pl.col("gross") > 0)).then(-pl.col("gross")).otherwise("gross")
    sums = in_question.group_by("trans_no").agg(
        pl.col("signed").first(), pl.sum("gross").alias("_as_stated"), as_back.sum().alias("_as_back")
    )
    proved = sums.filter((pl.col("_as_stated") != pl.col("signed")) & (pl.col("_as_back") == pl.col("signed")))
    is_proved = pl.col("trans_no").is_in(proved["trans_no"].implode())
    return rows.with_columns((pl.col("_back") | (is_proved & other)).alias("_back"))


def _by_group(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the sums by group and rate; a line without a rate whose amounts with and without VAT are equal has none."""
    free = pl.col("vat_percent").is_null() & (pl.col("gross") == pl.col("net"))
    percent = pl.when(free).then(pl.lit("0")).otherwise(pl.col("vat_percent").cast(pl.String))
    summed = (
        lines.with_columns(percent.alias("vat_percent"))
        .group_by("report_no", "group", "vat_percent", "vat_code", maintain_order=True)
        .agg(pl.sum("gross"), pl.sum("net"), pl.sum("vat"), pl.len().alias("sold"))
    )
    rates = minor_units(summed.select("vat_percent"), ["vat_percent"], RATE_DECIMALS)["vat_percent"]
    return (
        summed.with_columns(rates.alias("vat_percent_milli"))
        .group_by("report_no", "group", "vat_percent_milli", "vat_code", maintain_order=True)
        .agg(pl.sum("gross"), pl.sum("net"), pl.sum("vat"), pl.sum("sold"))
    )


def _payments(till: Till, counted: pl.DataFrame) -> pl.DataFrame:
    """Return the payments, those that paid money back below zero: a till that writes them without a sign means their transaction's."""
    of_report = counted.filter(~pl.col("kind").is_in(NO_PAYMENTS))
    both = till.payments.join(of_report, on="trans_no", how="inner", maintain_order="left")
    back = pl.col("is_back") | (pl.col("signed") < 0)
    amount = pl.when(back & (pl.col("amount") > 0)).then(-pl.col("amount")).otherwise("amount")
    signed = both.with_columns(amount.alias("amount"), pl.col("amount").abs().alias("size"))
    return signed.group_by("report_no", "payment_type", maintain_order=True).agg(pl.sum("amount"), pl.sum("size"))


def _totals(heads: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    junk = pl.col("rounding").abs() > JUNK_ROUNDING
    real = (~junk & (pl.col("rounding") != 0)).fill_null(value=False)
    is_sale = ~pl.col("kind").is_in(NO_SALES)
    by_head = (
        heads.filter("counts")
        .group_by("report_no", maintain_order=True)
        .agg(
            pl.len().alias("transactions"),
            pl.col("signed").filter(is_sale).sum().alias("taken"),
            pl.col("rounding").filter(real).sum().alias("rounding"), real.sum().alias("roundings"),
            junk.fill_null(value=False).sum().alias("junk"),
            pl.col("signed").filter(pl.col("kind") == PAID_LATER).sum().alias("received_on_account"),
            pl.col("signed").filter(pl.col("kind") == DIFFERENCE).sum().alias("cash_difference"),
        )
    )  # fmt: skip
    by_line = lines.group_by("report_no").agg(pl.sum("gross").alias("taken_lines"))
    return by_head.join(by_line, on="report_no", how="left", maintain_order="left", nulls_equal=True).with_columns(
        pl.col("taken_lines").fill_null(0)
    )
