"""Whether what a Z report says it received is what it says it sold, and which reading of tips, rounding and signs makes it so.

Payments = cash sales + rounding + tips + what customers paid on invoices of before (Norwegian reference, 3.5). Whether a till puts tips and
customers' payments among the payments of its report, its own figures say; a report that fits no reading is held with both sums.
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from recon.sources.saft.periods import Periods
from recon.sources.tills.balance import COIN, with_reading


def balanced(
    z: pl.DataFrame, groups: pl.DataFrame, stated: pl.DataFrame, sums: Periods, cash: Collection[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the heads of Z reports with how they balance, and the payments as they are used.

    Adds ``groups``, ``sold``, ``is_grand`` (the stated total is the running one, the groups' sum is used), ``paid``, ``unsigned``
    (payments gave no sign to money given back; those of the transactions are used), ``rest`` (paid less sold), ``tips_inside`` (null:
    nothing fits), ``on_account_inside``, ``received_on_account``, ``rounding``, ``is_guessed`` (the rounding is what was left over),
    ``is_split`` (there are transactions), ``junk``, ``taken`` and the counts of transactions.
    """
    heads = _with_sums(z, groups, sums)
    heads, payments = _signed(heads, stated, sums)
    in_cash = payments.filter(pl.col("payment_type").is_in(list(cash))).group_by("report_no")
    heads = heads.join(in_cash.agg(pl.sum("count").alias("_cash")), on="report_no", how="left", maintain_order="left")
    return _read(heads), payments.select("report_no", "payment_type", "amount")


def _with_sums(z: pl.DataFrame, groups: pl.DataFrame, sums: Periods) -> pl.DataFrame:
    in_groups = groups.group_by("report_no").agg(pl.sum("amount").alias("groups"))
    heads = z.join(in_groups, on="report_no", how="left", maintain_order="left")
    heads = heads.join(sums.totals, on="report_no", how="left", maintain_order="left").with_columns(
        pl.col("groups", "tips", "junk", "rounding", "roundings", "received_on_account").fill_null(0),
        pl.col("transactions").is_not_null().alias("is_split"),
    )
    total, found = pl.col("total"), pl.col("groups")
    grand = (total != found) & ((total == pl.col("grand_sales")) | (total == pl.col("grand_net")))
    by_transactions = pl.col("is_split") & ((pl.col("taken") == found) | (pl.col("taken_lines") == found))
    is_grand = (grand & (by_transactions | ~pl.col("is_split"))).fill_null(value=False)
    return heads.with_columns(is_grand.alias("is_grand"), pl.when(is_grand).then(found).otherwise(total).alias("sold"))


def _signed(heads: pl.DataFrame, stated: pl.DataFrame, sums: Periods) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the payments with signs: those of the transactions where the report adds up amounts without their signs."""
    of_period = sums.payments.filter(pl.col("report_no").is_not_null()).with_columns(
        pl.col("payment_type").cast(pl.String)
    )
    whole = ["report_no", "payment_type"]
    once = stated.group_by(whole, maintain_order=True).agg(pl.sum("amount", "count"))
    both = once.join(
        of_period.select(*whole, pl.col("amount").alias("_signed"), pl.col("size").alias("_size")),
        on=whole, how="left", maintain_order="left",
    )  # fmt: skip
    alike = both.group_by("report_no").agg(
        (pl.col("amount") == pl.col("_size")).fill_null(value=False).all().alias("_sizes"),
        (pl.col("amount") != pl.col("_signed")).any().alias("_differ"),
        pl.sum("amount").alias("_stated"), pl.sum("_signed").alias("_other"),
    )  # fmt: skip
    heads = heads.join(alike, on="report_no", how="left", maintain_order="left")
    expected = pl.col("sold") + pl.col("rounding")
    tips, paid_later = pl.col("tips"), pl.col("received_on_account")
    fits = pl.any_horizontal(
        pl.col("_other") == expected + more for more in (pl.lit(0), tips, paid_later, tips + paid_later)
    )
    unsigned = (pl.col("_sizes") & pl.col("_differ") & fits).fill_null(value=False)
    heads = heads.with_columns(
        unsigned.alias("unsigned"),
        pl.when(unsigned).then("_other").otherwise("_stated").fill_null(0).alias("paid"),
    ).drop("_sizes", "_differ", "_stated", "_other")
    marked = both.join(heads.select("report_no", "unsigned"), on="report_no", how="left", maintain_order="left")
    amount = pl.when("unsigned").then("_signed").otherwise("amount").alias("amount")
    return heads, marked.select("report_no", "payment_type", amount, "count")


def _read(heads: pl.DataFrame) -> pl.DataFrame:
    """Return the heads with the first reading that makes them balance."""
    tips, later = pl.col("tips"), pl.col("received_on_account")
    readings = [
        ({"tips_inside": True, "on_account_inside": True}, tips + later),
        ({"tips_inside": False, "on_account_inside": True}, later),
        ({"tips_inside": True, "on_account_inside": False}, tips),
        ({"tips_inside": False, "on_account_inside": False}, pl.lit(0)),
    ]
    unstated = ~pl.col("is_split") | (pl.col("roundings") == 0)
    return with_reading(
        heads.with_columns((pl.col("paid") - pl.col("sold")).alias("rest")),
        readings,
        coins=COIN * pl.col("_cash").fill_null(0),
        may_infer=unstated,
    )
