"""Whether a Z report adds up, and what that says about the till: how it writes VAT, whether tips are among its payments.

The tests stand in Norwegian reference, 3.5 and 3.6. Nothing is assumed about a till: its own figures decide, report by report, and what fits
no reading is said with both figures and goes no further.
"""

from __future__ import annotations

import polars as pl

from recon.sources.tills.rates import vat_inside, vat_on_top

NET, GROSS, FAULTY, NEITHER = "net", "gross", "faulty", "neither"


def vat_reading(vat: pl.DataFrame, totals: pl.DataFrame) -> pl.DataFrame:
    """Return per report how its VAT rows are written, and each row's gross, net and VAT (and both amounts as stated).

    *net*: amounts without VAT, which add up to the total with it; *gross*: amounts with VAT; *faulty*: amounts with VAT beside a VAT
    worked out as if they were without (the stated VAT is left aside and worked out from the gross); *neither*: nothing fits.

    Args:
        vat: report_no, vat_percent_milli, amount, vat; minor units.
        totals: report_no, total, receipts.
    """
    rows = vat.join(totals, on="report_no", how="left", maintain_order="left")
    rate, amount, stated = pl.col("vat_percent_milli"), pl.col("amount"), pl.col("vat")
    near = pl.col("receipts").clip(lower_bound=1)
    on_top = vat_on_top(amount, rate)
    inside = vat_inside(amount, rate)
    rows = rows.with_columns(
        on_top.alias("_on_top"), inside.alias("_inside"),
        ((stated - on_top).abs() <= near).alias("_fits_top"), ((stated - inside).abs() <= near).alias("_fits_inside"),
    )  # fmt: skip
    one = rows.group_by("report_no", maintain_order=True).agg(
        pl.col("total").first(), pl.sum("amount").alias("_amounts"), (pl.col("amount") + pl.col("vat")).sum().alias("_both"),
        pl.col("_fits_top").all(), pl.col("_fits_inside").all(),
    )  # fmt: skip
    is_net = pl.col("_fits_top") & (pl.col("_both") == pl.col("total"))
    is_gross = pl.col("_fits_inside") & (pl.col("_amounts") == pl.col("total"))
    is_faulty = pl.col("_fits_top") & (pl.col("_amounts") == pl.col("total"))
    reading = pl.when(is_gross).then(pl.lit(GROSS)).when(is_net).then(pl.lit(NET)).when(is_faulty).then(pl.lit(FAULTY))
    one = one.select("report_no", reading.otherwise(pl.lit(NEITHER)).alias("reading"))
    both = rows.join(one, on="report_no", how="left", maintain_order="left")
    net = pl.col("reading") == NET
    gross = pl.when(net).then(amount + stated).otherwise(amount)
    tax = pl.when(pl.col("reading") == FAULTY).then("_inside").otherwise(stated)
    return both.select(
        "report_no", "vat_code", "vat_percent_milli", "reading", gross.alias("gross"), tax.alias("vat"),
        (gross - tax).alias("net"), amount.alias("stated"), stated.alias("stated_vat"),
    )  # fmt: skip
