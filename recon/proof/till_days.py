"""Days of tills: which have a settlement, which miss one, which were not closed, and which settlements are late in the books.

Z reports of a till are numbered without gaps, so a day without one is a day without sales where the numbers run on, and a day whose
settlement is missing where they do not. A settlement is made on every day with cash sales, and the books are kept current with the
VAT return, in practice every two months, and at least every four months. Pure: frames in, frames out.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

from recon.proof.numbering import RANGES

SETTLED: Final = pl.Schema({
    "order_key": pl.String(),
    "number": pl.String(),              # register and Z
    "place": pl.String(),
    "day": pl.Date(),                   # business day
    "amount_minor": pl.Int64(),
    "is_sent": pl.Boolean(),            # approved or posted
    "is_counted": pl.Boolean(),         # its cash was counted, or needs no count
})  # fmt: skip
"""Settlements that are there."""

REGISTERS: Final = pl.Schema({
    "register": pl.String(),
    "place": pl.String(),
    "first_day": pl.Date(),
    "last_day": pl.Date(),
    "last_number": pl.String(),
    "settlements": pl.Int64(),
    "without": pl.Int64(),              # days between the first and the last that have none
    "uncounted": pl.Int64(),
    "unsent": pl.Int64(),
})  # fmt: skip

MISSING: Final = pl.Schema({
    "register": pl.String(),
    "first": pl.String(),               # number that is missing, or the first of them
    "last": pl.String(),
    "count": pl.Int64(),
    "after": pl.Date(),                 # day of the Z report before it
    "before": pl.Date(),                # day of the one after it
    "why": pl.String(),                 # what a person said; null: nobody knows
})  # fmt: skip
"""Numbers of Z reports that were never taken in."""

TERMS: Final = pl.Schema({
    "first_day": pl.Date(),
    "last_day": pl.Date(),
    "settlements": pl.Int64(),          # not in the ledger, and not approved
    "amount_minor": pl.Int64(),
    "oldest_day": pl.Date(),
    "is_over": pl.Boolean(),
})  # fmt: skip
"""Terms of bookkeeping with settlements the ledger does not have."""

_MONTHS: Final = 12


def register_of() -> pl.Expr:
    """Return the register of a settlement's number."""
    return pl.col("number").str.replace(r"/[^/]*$", "").alias("register")


def registers(settled: pl.DataFrame) -> pl.DataFrame:
    """Return REGISTERS, by place and register."""
    rows = settled.sort("day", "number").group_by(register_of(), maintain_order=True).agg(
        pl.col("place").last(), pl.col("day").min().alias("first_day"), pl.col("day").max().alias("last_day"),
        pl.col("number").last().alias("last_number"), pl.len().cast(pl.Int64).alias("settlements"),
        pl.col("day").n_unique().cast(pl.Int64).alias("_days"),
        (~pl.col("is_counted")).sum().cast(pl.Int64).alias("uncounted"),
        (~pl.col("is_sent")).sum().cast(pl.Int64).alias("unsent"),
    )  # fmt: skip
    whole = (pl.col("last_day") - pl.col("first_day")).dt.total_days() + 1
    return (
        rows.with_columns((whole - pl.col("_days")).alias("without"))
        .sort("place", "register")
        .select(REGISTERS.names())
    )


def missing(settled: pl.DataFrame, ranges: pl.DataFrame) -> pl.DataFrame:
    """Return MISSING: the RANGES of settlements' numbers with the days between which they lie."""
    own = settled.with_columns(register_of())
    gaps = ranges.select(RANGES.names()).rename({"day": "before"}).with_columns(
        pl.col("first").str.replace(r"/[^/]*$", "").alias("register")
    ).join(own.select("register").unique(), on="register", how="semi", maintain_order="left")  # fmt: skip
    days = own.select("register", pl.col("day").alias("after")).unique().sort("after")
    placed = gaps.sort("before", nulls_last=True).join_asof(
        days, left_on="before", right_on="after", by="register", strategy="backward", allow_exact_matches=False,
        check_sortedness=False,
    )  # fmt: skip
    return placed.select(MISSING.names()).cast(MISSING).sort("register", "before", "first", nulls_last=True)


def terms(settled: pl.DataFrame, today: dt.date, months: int) -> pl.DataFrame:
    """Return TERMS, the oldest first; ``months``: how many a term has, counted from January."""
    assert _MONTHS % months == 0
    begin = (pl.col("day").dt.month() - 1) // months * months + 1
    first = pl.date(pl.col("day").dt.year(), begin, 1)
    rows = settled.filter(~pl.col("is_sent")).group_by(first.alias("first_day")).agg(
        pl.len().cast(pl.Int64).alias("settlements"), pl.col("amount_minor").sum(), pl.col("day").min().alias("oldest_day")
    )  # fmt: skip
    last = pl.col("first_day").dt.offset_by(f"{months}mo").dt.offset_by("-1d")
    return rows.with_columns(last.alias("last_day"), (last < today).alias("is_over")).sort("first_day").select(
        TERMS.names()
    ).cast(TERMS)  # fmt: skip


def still_open(findings: pl.DataFrame, settled: pl.DataFrame) -> pl.DataFrame:
    """Return the findings about sales behind a till's last Z report that no later settlement of the till has closed.

    Args:
        findings: FINDINGS with the key of the till's last settlement.
        settled: SETTLED.
    """
    own = settled.with_columns(register_of()).select("order_key", "register", "day", "number")
    last = own.sort("day", "number").group_by("register").last().select("register", pl.col("order_key").alias("_last"))
    about = findings.join(own, on="order_key", how="left", maintain_order="left").join(
        last, on="register", how="left", maintain_order="left"
    )
    return about.filter(pl.col("_last").is_null() | (pl.col("_last") == pl.col("order_key"))).select(findings.columns)
