"""Article groups of a Z report at one VAT rate each: a report states groups and rates apart, its transactions say which is which."""

from __future__ import annotations

import polars as pl

from recon.sources.saft.periods import Periods

_KNOWN = ("report_no", "code", "vat_percent_milli", "vat_code", "amount", "sold")


def by_rate(groups: pl.DataFrame, sums: Periods, vat: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the groups at one VAT rate each with their VAT (``tax``) and how many pieces it was rounded on (``sold``), and the groups whose rates are not known.

    The transactions of the period say which rates a group has; their sums are taken where they come to what the report says of the
    group. Without them a report of one rate says it too.
    """
    split = sums.groups.filter(pl.col("report_no").is_not_null()).with_columns(
        pl.col("group").cast(pl.String), pl.col("vat_code").cast(pl.String)
    )
    by_group = split.group_by("report_no", "group").agg(
        pl.sum("gross").alias("_sum"), pl.col("vat_percent_milli").is_null().any().alias("_open")
    )
    both = groups.group_by("report_no", "group", maintain_order=True).agg(
        pl.sum("amount"), (pl.col("quantity_milli").abs().sum() + 999).floordiv(1000).alias("_pieces")
    )
    both = both.join(by_group, on=["report_no", "group"], how="left", maintain_order="left")
    ties = ((pl.col("_sum") == pl.col("amount")) & ~pl.col("_open")).fill_null(value=False)
    parts = both.filter(ties).select("report_no", "group").join(
        split, on=["report_no", "group"], how="inner", maintain_order="left"
    )  # fmt: skip
    known = parts.select(
        "report_no", pl.col("group").alias("code"), "vat_percent_milli", "vat_code", pl.col("gross").alias("amount"), "vat", pl.col("sold").cast(pl.Int64)
    ).filter((pl.col("amount") != 0) | (pl.col("vat") != 0))  # fmt: skip
    rest = both.filter(~ties).drop("_sum", "_open")
    only = vat.group_by("report_no").agg(pl.len().alias("_rates"), pl.col("vat_percent_milli", "vat_code").first())
    rest = rest.join(only.filter(pl.col("_rates") == 1), on="report_no", how="left", maintain_order="left")
    has_rate = pl.col("vat_percent_milli").is_not_null()
    lone = rest.filter(has_rate).select(
        "report_no", pl.col("group").alias("code"), "vat_percent_milli", "vat_code", "amount", pl.lit(None, pl.Int64).alias("vat"),
        pl.col("_pieces").fill_null(1).cast(pl.Int64).alias("sold"),
    )  # fmt: skip
    rows = pl.concat([known, lone]).sort("report_no", maintain_order=True)
    return _taxed(rows, vat), rest.filter(~has_rate).select("report_no", "group", "amount")


def _taxed(rows: pl.DataFrame, vat: pl.DataFrame) -> pl.DataFrame:
    """Return the lines with their VAT: that of the transactions where it comes to the report's, else the report's on one line."""
    stated = vat.group_by("report_no", "vat_percent_milli").agg(pl.sum("vat").alias("_stated"))
    both = rows.join(stated, on=["report_no", "vat_percent_milli"], how="left", maintain_order="left")
    of_rate = ["report_no", "vat_percent_milli"]
    summed = pl.col("vat").sum().over(of_rate)
    ties = pl.col("vat").is_not_null().all().over(of_rate) & (summed == pl.col("_stated"))
    first = pl.int_range(pl.len()).over(of_rate) == 0
    whole = pl.when(first).then(pl.col("_stated").fill_null(0)).otherwise(0)
    return both.with_columns(pl.when(ties).then("vat").otherwise(whole).alias("tax")).select(*_KNOWN, "tax")
