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
from recon.frames.words import by_word
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
_DAY: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_CLOCK: Final = "^[0-9]{2}:[0-9]{2}:[0-9]{2}$"
_MIDNIGHT: Final = "00:00:00"
_EPOCH: Final = "1970-01-01"
_AGES: Final = 2**40
"""Seconds, more than lie between any two moments."""


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
    clock = pl.col(time).fill_null(_MIDNIGHT).str.slice(0, 8)
    return pl.concat_str(pl.col(date).str.slice(0, 10), pl.lit(" "), clock).str.to_datetime(AT, strict=False)


def moments(date: pl.Series, time: pl.Series) -> pl.Series:
    """Return `moment` of columns of few different texts; row by row only where one of them is not plain."""
    if _is_plain(date, _DAY) and _is_plain(time, _CLOCK):
        days = by_word(date, lambda words: _read(words, pl.lit(_MIDNIGHT)))
        clocks = by_word(time, lambda words: _read(pl.lit(_EPOCH), words.fill_null(_MIDNIGHT)))
        if days.null_count() == date.null_count() and not clocks.null_count():
            return days + clocks.cast(pl.Int64).cast(pl.Duration("us"))
    rows = pl.DataFrame({"date": date.cast(pl.String), "time": time.cast(pl.String)})
    return rows.select(moment()).to_series()


def _is_plain(words: pl.Series, form: str) -> bool:
    return bool(words.unique().cast(pl.String).str.contains(form).all())


def _read(date: pl.Series | pl.Expr, time: pl.Series | pl.Expr) -> pl.Series:
    return pl.select(date=date, time=time).select(moment()).to_series()


def periods(
    till: Till,
    till_no: pl.Series,
    z_reports: pl.DataFrame,
    kinds: Mapping[str, str],
    backs: Collection[str] = RETURNS,
) -> Periods:
    """Return the sums.

    Args:
        till: Transactions of all tills, ``trans_no`` counting them from 0 in their order.
        till_no: Till of each transaction.
        z_reports: report_no, till_no and ``at`` (Datetime) of the Z reports.
        kinds: Name of a transaction type in the file to its number in the code list (11001).
        backs: Kinds of transactions whose positive numbers on the rarer side are given back.
    """
    heads = _placed(till.heads, till_no, z_reports, kinds)
    usual = _usual_side(heads)
    back = _is_of(heads["kind"], backs) & _is_other(heads["side"], usual)
    heads = heads.with_columns(back.alias("is_back")).with_columns(_signed("gross", "is_back").alias("signed"))
    lines = _sold(till.lines, heads, usual, backs)
    return Periods(heads, _by_group(lines), _payments(till.payments, heads), _totals(heads, lines), usual)


def _is_of(kind: pl.Series, kinds: Collection[str]) -> pl.Series:
    return by_word(kind, lambda words: words.is_in(list(kinds)).fill_null(value=False))


def _is_other(side: pl.Series, usual: str) -> pl.Series:
    """Return whether a side is stated and not the usual one."""
    return by_word(side, lambda words: (words != usual).fill_null(value=False))


def _usual_side(heads: pl.DataFrame) -> str:
    """Return what stands beside most transactions that take something in."""
    sides = heads["side"].filter(heads["counts"] & (heads["gross"] > 0).fill_null(value=False)).drop_nulls()
    counts = (
        sides.value_counts(name="many")
        .with_columns(pl.col("side").cast(pl.String))
        .sort("many", "side", descending=[True, False])
    )
    return "" if counts.is_empty() else str(counts["side"][0])


def _signed(column: str, back: str) -> pl.Expr:
    amount = pl.col(column)
    return pl.when((amount > 0) & pl.col(back)).then(-amount).otherwise(amount)


def _placed(heads: pl.DataFrame, till_no: pl.Series, z_reports: pl.DataFrame, kinds: Mapping[str, str]) -> pl.DataFrame:
    """Return the heads with the report each belongs to, its kind and whether it counts."""
    at = moments(heads["date"], heads["time"])
    numbers = pl.Series(list(kinds.values()), dtype=pl.String)
    kind = by_word(
        heads["trans_type"],
        lambda words: (
            words.replace_strict(list(kinds), numbers, default=words, return_dtype=pl.String)
            .fill_null("")
            .cast(pl.Categorical)
        ),
    )
    void, training = (by_word(heads[name], _says_so) for name in ("is_void", "is_training"))
    return heads.with_columns(
        till_no.alias("till_no"), at.alias("at"), kind.alias("kind"), _report_of(till_no, at, z_reports).alias("report_no"),
        (~(void | training)).alias("counts"),
    )  # fmt: skip


def _says_so(words: pl.Series) -> pl.Series:
    return words.str.to_lowercase().is_in(["true", "1"]).fill_null(value=False)


def _report_of(till_no: pl.Series, at: pl.Series, z_reports: pl.DataFrame) -> pl.Series:
    """Return the number of the first report of its till that is not before each transaction; null: there is none."""
    reports = z_reports.select("till_no", "at", "report_no").drop_nulls("at").sort("till_no", "at", maintain_order=True)
    if reports.is_empty():
        return pl.repeat(None, len(at), dtype=pl.UInt32, eager=True)
    place = _on_one_line(reports["till_no"], reports["at"]).search_sorted(_on_one_line(till_no, at).fill_null(0))
    nearest = reports.select("till_no", "report_no").select(pl.all().gather(place.clip(upper_bound=reports.height - 1)))
    is_own = at.is_not_null() & (place < reports.height) & (nearest["till_no"] == till_no)
    return pl.select(pl.when(is_own).then(nearest["report_no"])).to_series()


def _on_one_line(till_no: pl.Series, at: pl.Series) -> pl.Series:
    """Return tills and moments as one ascending number: the moments of one till behind those of the one before."""
    return till_no.cast(pl.Int64) * _AGES + at.dt.epoch("s")


def _sold(lines: pl.DataFrame, heads: pl.DataFrame, usual: str, backs: Collection[str]) -> pl.DataFrame:
    """Return the lines of cash sales with their signs."""
    kind = heads["kind"]
    of_head = heads.select(
        "report_no",
        "signed",
        (heads["counts"] & ~_is_of(kind, NO_SALES)).alias("_is_sale"),
        _is_of(kind, backs).alias("_back"),
    )
    rows = lines.select(
        "trans_no",
        "group",
        "vat_code",
        "vat_percent",
        "gross",
        "net",
        "vat",
        _is_other(lines["side"], usual).alias("_other"),
    )
    rows = rows.hstack(of_head.select(pl.all().gather(rows["trans_no"])).get_columns())
    rows = rows.filter("_is_sale").with_columns(pl.col("_back") & pl.col("_other"))
    rows = _returned_lines(rows, pl.col("_other"))
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
    free = pl.col("vat_percent").is_null() & (pl.col("gross") == pl.col("net")).fill_null(value=False)
    summed = (
        lines.with_columns(free.alias("_free"))
        .group_by("report_no", "group", "vat_percent", "_free", "vat_code", maintain_order=True)
        .agg(pl.sum("gross"), pl.sum("net"), pl.sum("vat"), pl.len().alias("sold"))
    )
    percent = pl.when("_free").then(pl.lit("0")).otherwise(pl.col("vat_percent").cast(pl.String))
    summed = summed.with_columns(percent.alias("vat_percent"))
    rates = minor_units(summed.select("vat_percent"), ["vat_percent"], RATE_DECIMALS)["vat_percent"]
    return (
        summed.with_columns(rates.alias("vat_percent_milli"))
        .group_by("report_no", "group", "vat_percent_milli", "vat_code", maintain_order=True)
        .agg(pl.sum("gross"), pl.sum("net"), pl.sum("vat"), pl.sum("sold"))
    )


def _payments(payments: pl.DataFrame, heads: pl.DataFrame) -> pl.DataFrame:
    """Return the payments, those that paid money back below zero: a till that writes them without a sign means their transaction's."""
    of_head = heads.select(
        "report_no", (pl.col("counts") & ~_is_of(heads["kind"], NO_PAYMENTS)).alias("_of_report"),
        (pl.col("is_back") | (pl.col("signed") < 0)).alias("_back"),
    )  # fmt: skip
    both = payments.select("payment_type", "amount").hstack(
        of_head.select(pl.all().gather(payments["trans_no"])).get_columns()
    )
    amount = pl.when(pl.col("_back") & (pl.col("amount") > 0)).then(-pl.col("amount")).otherwise("amount")
    signed = both.filter("_of_report").with_columns(amount.alias("amount"), pl.col("amount").abs().alias("size"))
    return signed.group_by("report_no", "payment_type", maintain_order=True).agg(pl.sum("amount"), pl.sum("size"))


def _totals(heads: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    junk = pl.col("rounding").abs() > JUNK_ROUNDING
    real = (~junk & (pl.col("rounding") != 0)).fill_null(value=False)
    is_sale = ~pl.col("kind").is_in(NO_SALES)
    by_head = (
        heads.select("report_no", "kind", "signed", "rounding", "counts")
        .filter("counts")
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
