"""VAT rates of tills, in thousandths of a percent: how they are written, and the VAT they make of an amount."""

from __future__ import annotations

from typing import Final

import polars as pl

RATE_DECIMALS: Final = 3
"""Rates are kept as thousandths of a percent."""
_WHOLE: Final = 100 * 10**RATE_DECIMALS


def rate_text(milli: pl.Expr) -> pl.Expr:
    """Return a rate as plain text: 25, 11.11."""
    part = (milli % 1000).cast(pl.String).str.zfill(3).str.strip_chars_end("0")
    whole = (milli // 1000).cast(pl.String)
    return pl.when(milli % 1000 == 0).then(whole).otherwise(pl.concat_str(whole, pl.lit("."), part))


def vat_on_top(amount: pl.Expr, rate: pl.Expr) -> pl.Expr:
    """Return the VAT of an amount without it, rounded half up, away from zero."""
    return rounded(amount * rate, pl.lit(_WHOLE))


def vat_inside(amount: pl.Expr, rate: pl.Expr) -> pl.Expr:
    """Return the VAT in an amount that holds it, rounded half up, away from zero."""
    return rounded(amount * rate, rate + _WHOLE)


def rounded(value: pl.Expr, divisor: pl.Expr) -> pl.Expr:
    """Divide whole numbers and round half up, away from zero."""
    return value.sign() * ((2 * value.abs() + divisor) // (2 * divisor))
