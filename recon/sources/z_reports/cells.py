"""Cells as persons and tills write them: amounts with comma or dot, days, times and rates; what is not clear stays unread."""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.amounts import NumberForm, minor_units
from recon.frames.workbooks import EXCEL_DATE_FORM
from recon.sources.tills.rates import RATE_DECIMALS

_DATES: Final = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", EXCEL_DATE_FORM)
_COMMA: Final = r"^-?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+),[0-9]{1,3}$"
"""1.234,50 and 1234,5: the comma is the decimal mark."""
_GROUPED: Final = r"^-?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]{1,2}$"
_CLOCK: Final = r"^([01]?[0-9]|2[0-3])[:.]([0-5][0-9])(?:[:.]([0-5][0-9]))?$"
_DAY_BEFORE: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T]"
_SECONDS_A_DAY: Final = 86_400


def plain(column: str) -> pl.Expr:
    """Return an amount as plain text (-1234.50) where it is clear how it is written: 1 234,50, 1.234,50, 1,234.50, 1234.5."""
    bare = (
        pl.col(column).str.replace_all(r"[\s\x{00a0}\x{202f}]", "").str.replace_all("\u2212", "-", literal=True)
        .str.replace(r"(?i)^(?:kr\.?|nok)", "").str.replace(r"(?i)(?:kr\.?|nok|,-)$", "")
    )  # fmt: skip
    comma = bare.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    grouped = bare.str.replace_all(",", "", literal=True)
    said = pl.when(bare.str.contains(_COMMA)).then(comma).when(bare.str.contains(_GROUPED)).then(grouped)
    return said.otherwise(bare).replace({"": None}).alias(column)


def amounts(frame: pl.DataFrame, columns: tuple[str, ...], exponent: int, *, stored: bool) -> pl.DataFrame:
    """Return amounts as minor units; null where a cell is blank or not exact. ``stored``: as a spreadsheet keeps numbers."""
    return minor_units(
        frame.select(plain(name) for name in columns), columns, exponent, NumberForm(binary_noise=stored)
    )


def rates(frame: pl.DataFrame, column: str, *, stored: bool) -> pl.Series:
    """Return rates in thousandths of a percent: 25, 25 %, 11,11; a cell that Excel shows as 25 % holds 0.25, and no rate is that low."""
    text = frame.select(pl.col(column).str.replace_all(r"[%\s]", "").alias(column)).select(plain(column))
    form = NumberForm(binary_noise=stored)
    fine = minor_units(text, [column], RATE_DECIMALS + 2, form)[column]
    whole = minor_units(text, [column], RATE_DECIMALS, form)[column]
    part = pl.DataFrame({"fine": fine, "whole": whole})
    is_part = (pl.col("fine") > 0) & (pl.col("fine") < 10 ** (RATE_DECIMALS + 2))
    return part.select(pl.when(is_part).then("fine").otherwise("whole").alias(column)).to_series()


def days(column: str) -> pl.Expr:
    """Return days; null where a cell is none."""
    text = pl.col(column).str.strip_chars()
    return pl.coalesce(text.str.to_date(form, strict=False) for form in _DATES).alias(column)


def clocks(column: str) -> pl.Expr:
    """Return times of day: 23:41, 23.41.07, or as Excel stores one (0.987 of a day)."""
    text = pl.col(column).str.strip_chars().str.replace(_DAY_BEFORE, "")
    parts = text.str.extract_groups(_CLOCK).struct
    said = pl.time(parts["1"].cast(pl.Int8), parts["2"].cast(pl.Int8), parts["3"].cast(pl.Int8).fill_null(0))
    fraction = text.str.extract(r"^0?\.([0-9]+)$").str.pad_end(9, "0").str.slice(0, 9).cast(pl.Int64)
    seconds = (fraction * _SECONDS_A_DAY + 500_000_000) // 1_000_000_000
    stored = (seconds.clip(0, _SECONDS_A_DAY - 1) * 1_000_000_000).cast(pl.Time)
    return pl.when(parts["1"].is_not_null()).then(said).otherwise(stored).alias(column)
