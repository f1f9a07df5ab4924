"""Rows of Z reports with their amounts, and the reports they make; a report of which one cell cannot be read is refused whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.frames.findings import findings_from, gather
from recon.money import exponent
from recon.sources.z_reports.cells import amounts, clocks, days, rates
from recon.sources.z_reports.table import ZTable, kinds
from recon.sources.z_reports.words import accepted_kinds

ROWS: Final = pl.Schema({
    "report_no": pl.UInt32(),           # dense, in the order the reports come in
    "row": pl.UInt32(),
    "kind": pl.String(),
    "code": pl.String(),                # the till's; the name where it has none
    "name": pl.String(),                # the code where it has none
    "rate": pl.Int64(),                 # thousandths of a percent; null: none stated
    "count": pl.Int64(),
    "amount": pl.Int64(),
    "vat": pl.Int64(),
    "shown": pl.String(),
})  # fmt: skip
HEADS: Final = ("report_no", "row", "register", "z", "place", "day", "clock")


@dataclass(frozen=True, slots=True)
class ZRows:
    """Z reports of a table."""

    heads: pl.DataFrame
    """HEADS, one row per report; place: the register where none is stated."""
    rows: pl.DataFrame
    """ROWS."""
    findings: pl.DataFrame
    """Of rows that cannot be used, and reports that are refused for it."""
    used: int
    """Rows of the file that are in a report, taken in or refused with a finding, or are named by one."""


def read_rows(table: ZTable, currency: str) -> ZRows:
    """Return the reports of a table; what cannot be read is said for every cell at once."""
    stored = table.table.head.is_workbook
    text = table.frame
    numbers = amounts(text, ("amount", "vat"), exponent(currency), stored=stored)
    counts = amounts(text, ("count",), 0, stored=stored)
    typed = text.with_columns(
        numbers.to_series(0).alias("_amount"), numbers.to_series(1).alias("_vat"), counts.to_series(0).alias("_count"),
        rates(text, "vat_percent", stored=stored).alias("_rate"), kinds(text["kind"]).alias("_kind"),
        days("date").alias("_day"), clocks("time").alias("_clock"),
    )  # fmt: skip
    keyed = typed.filter(pl.col("register").is_not_null() & pl.col("z").is_not_null())
    numbered = keyed.with_columns((pl.struct("register", "z").rank("dense") - 1).cast(pl.UInt32).alias("_any"))
    order = numbered.select("_any").unique(maintain_order=True).with_row_index("report_no")
    numbered = numbered.join(order, on="_any", how="left", maintain_order="left")
    problems = _problems(typed, numbered, table)
    bad = numbered.join(problems.select("row").drop_nulls().unique(), on="row", how="semi")["report_no"].unique()
    good = numbered.filter(~pl.col("report_no").is_in(bad.implode()))
    used = pl.concat([numbered["row"], problems["row"].drop_nulls()]).n_unique()
    return ZRows(_heads(good), _typed(good), problems, used)


def _typed(good: pl.DataFrame) -> pl.DataFrame:
    code, name = pl.coalesce("code", "name", "_kind"), pl.coalesce("name", "code", "_kind")
    return good.select(
        "report_no", "row", pl.col("_kind").alias("kind"), code.alias("code"), name.alias("name"), pl.col("_rate").alias("rate"),
        pl.col("_count").alias("count"), pl.col("_amount").alias("amount"), pl.col("_vat").alias("vat"), "shown",
    ).select(pl.col(name).cast(dtype) for name, dtype in ROWS.items())  # fmt: skip


def _heads(good: pl.DataFrame) -> pl.DataFrame:
    first = [pl.col(name).drop_nulls().first() for name in ("place", "_day", "_clock")]
    heads = good.group_by("report_no", maintain_order=True).agg(
        pl.col("row").first(), pl.col("register").first(), pl.col("z").first(), *first
    )
    return heads.select(
        "report_no", "row", "register", "z", pl.coalesce("place", "register").alias("place"), pl.col("_day").alias("day"),
        pl.col("_clock").alias("clock"),
    )  # fmt: skip


def _problems(typed: pl.DataFrame, numbered: pl.DataFrame, table: ZTable) -> pl.DataFrame:
    """Return a finding for every cell that cannot be used, with its row, column and value."""
    said = table.headings
    unread = [
        (pl.col(text).is_not_null() & pl.col(value).is_null(), "amount-unreadable", column, pl.col(text))
        for text, value, column in (
            ("amount", "_amount", pl.col("shown")), ("vat", "_vat", pl.lit(said.get("vat", "VAT"))),
            ("count", "_count", pl.lit(said.get("count", "Count"))), ("vat_percent", "_rate", pl.lit(said.get("vat_percent", "VAT %"))),
        )
    ]  # fmt: skip
    dates = [
        (
            pl.col(text).is_not_null() & pl.col(value).is_null(),
            "date-unreadable",
            pl.lit(said.get(text, text)),
            pl.col(text),
        )
        for text, value in (("date", "_day"), ("time", "_clock"))
    ]
    found = [
        findings_from(typed.filter(wrong), code, column=column, value=value)
        for wrong, code, column, value in (*unread, *dates)
    ]
    rows = [
        (pl.col("_kind").is_null(), "kind", f"It is none of: {accepted_kinds()}."),
        (pl.col("amount").is_null() & pl.col("vat").is_null(), "amount", "The row has no amount."),
        (pl.col("register").is_null(), "register", "The row names no register, and neither does one above it."),
        (pl.col("z").is_null(), "z", "The row has no number of a Z report, and neither has one above it."),
    ]
    found += [
        findings_from(
            typed.filter(wrong), "z-row-unusable", column=said.get(name, name), value=pl.col(name), detail=detail
        )
        for wrong, name, detail in rows
    ]
    return gather([*found, *_contradictions(numbered, said)])


def _contradictions(numbered: pl.DataFrame, names: Mapping[str, str]) -> list[pl.DataFrame]:
    """Return the rows whose day, time or place is not that of their report's first row, and reports without a day."""
    found = []
    for text, value in (("date", "_day"), ("time", "_clock"), ("place", "place")):
        first = pl.col(value).drop_nulls().first().over("report_no")
        wrong = numbered.with_columns(first.cast(pl.String).alias("_first")).filter(pl.col(value) != first)
        found.append(
            findings_from(
                wrong, "z-row-unusable", column=names.get(text, text), value=pl.col(text),
                detail=pl.format("Z {} of register {} has {} in a row above.", "z", "register", "_first"),
            )
        )  # fmt: skip
    dayless = numbered.filter(
        pl.col("_day").is_null().all().over("report_no") & pl.col("date").is_null().all().over("report_no")
    )
    found.append(
        findings_from(
            dayless.unique("report_no", keep="first", maintain_order=True), "z-row-unusable", column=names.get("date", "date"),
            detail=pl.format("Z {} of register {} has no date in any row.", "z", "register"),
        )
    )  # fmt: skip
    return found
