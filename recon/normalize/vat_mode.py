"""Tax as the source states it: does its amount tie to a VAT equation, is its rate ours, do the orders agree.

Equations of the Thai sources reference 4.6, by cross-multiplication, so that nothing is rounded before it is compared:
included ``V = base x p / (100 + p)``, on top ``V = base x p / 100``; the base with or without shipping.
"""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from recon.frames.text import is_any_of
from recon.sources.base import Conventions, ReadOptions

_PERCENT: Final = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,4}))?\s*%")
WHOLE: Final = 10_000
"""Basis points of one."""


def vat_ties(number: int, conventions: Conventions, options: ReadOptions, columns: list[str]) -> pl.Expr:
    """Return whether the stated tax fits one way of calculating it; true where there is nothing to test.

    A tax whose name carries its rate (Shopify: ``VAT 7%``) is taken as stated here: it is summed from lines of which
    some may be free of tax. Its rate is looked at by `unknown_rates`, its amount again by the plan.
    """
    if conventions.tax == "none" or "tax" not in columns or options.tax_as_stated:
        return pl.lit(value=True)
    rate = pl.col("rate") if "rate" in columns else pl.lit(options.vat_rate_basis_points, dtype=pl.Int64)
    due = pl.col(f"due_{number}")
    bases = {"with shipping": due, "goods": due - pl.col("shipping") + pl.col("shipping_discount")}
    if conventions.shipping_taxed == "yes":
        bases.pop("goods")
    elif conventions.shipping_taxed == "no":
        bases.pop("with shipping")
    slack = conventions.tolerance_minor + conventions.tolerance_minor_per_line * (pl.col("line_count") + 1)
    inside = pl.any_horizontal(_near(base, rate, WHOLE + rate, slack) for base in bases.values())
    on_top = pl.any_horizontal(_near(base, rate, pl.lit(WHOLE), slack) for base in bases.values())
    by_mode = pl.when(pl.col(f"mode_{number}") == "excluded").then(on_top).otherwise(inside)
    named = pl.col("rate_named") if "rate_named" in columns else pl.lit(value=False)
    return (pl.col("tax_due") == 0) | named | by_mode


def _near(base: pl.Expr, rate: pl.Expr, divisor: pl.Expr, slack: pl.Expr) -> pl.Expr:
    """Return whether ``tax = base x rate / divisor`` within the slack, half a minor unit of rounding allowed."""
    wide = pl.Int128
    apart = (pl.col("tax_due").cast(wide) * divisor - base.cast(wide) * rate).abs() * 2
    return apart <= (2 * slack + 1).cast(wide) * divisor


def add_rates(orders: pl.DataFrame, options: ReadOptions) -> pl.DataFrame:
    """Add ``rate`` (basis points) from a column with the percent, and ``rate_named`` where the tax's name has one.

    A blank percent means the connection's rate; one that is no number is -1, which no setting is.
    """
    added: list[pl.Expr | pl.Series] = []
    if "vat_percent" in orders.columns and "tax" in orders.columns:
        rates = {text: _rate_of(text, options) for text in orders["vat_percent"].unique().drop_nulls()}
        rate = pl.col("vat_percent").replace_strict(rates, default=None, return_dtype=pl.Int64)
        added.append(rate.fill_null(options.vat_rate_basis_points).alias("rate"))
    if "tax_text" in orders.columns:
        named = [text for text in orders["tax_text"].unique().drop_nulls() if rates_in(text)]
        if named:
            added.append(is_any_of(orders["tax_text"], named).alias("rate_named"))
    return orders.with_columns(added)


def unknown_rates(orders: pl.DataFrame, options: ReadOptions) -> pl.Series | None:
    """Return the mask of orders with a tax at a rate that is neither 0 nor the set one."""
    if "tax" not in orders.columns or options.tax_as_stated:
        return None
    allowed = {0, options.vat_rate_basis_points}
    masks = []
    if "tax_text" in orders.columns:
        foreign = [text for text in orders["tax_text"].unique().drop_nulls() if not set(rates_in(text)) <= allowed]
        if foreign:
            masks.append(is_any_of(orders["tax_text"], foreign))
    if "rate" in orders.columns:
        masks.append(~orders["rate"].is_in(list(allowed)))
    if not masks:
        return None
    taxed = (orders["tax"] != 0).fill_null(value=False)
    found = masks[0] if len(masks) == 1 else masks[0] | masks[1]
    return found & taxed


def rates_in(text: str) -> list[int]:
    """Return all rates written in a tax's name, in basis points; a rate finer than that is -1, which no setting is."""
    return [_points(whole, part or "") for whole, part in _PERCENT.findall(text)]


def _rate_of(text: str, options: ReadOptions) -> int:
    bare = text.strip().removesuffix("%").strip()
    if not bare:
        return options.vat_rate_basis_points
    found = _PERCENT.fullmatch(f"{bare}%")
    return _points(found[1], found[2] or "") if found else -1


def _points(whole: str, part: str) -> int:
    kept = part.rstrip("0")
    return int(whole) * 100 + int((kept + "00")[:2]) if len(kept) <= 2 else -1


def contradicted_prices(orders: pl.DataFrame, options: ReadOptions) -> pl.Series | None:
    """Return the mask of orders whose arithmetic shows the other price basis than `prices` says; None where it says none.

    The setting cannot rule: an order with tax adds up in one way only, and under the other its total would be wrong.
    """
    other = {"with-vat": "excluded", "without-vat": "included"}.get(options.prices)
    return None if other is None else (orders["vat_mode"] == other).fill_null(value=False)


def mixed_minority(orders: pl.DataFrame, options: ReadOptions) -> pl.Series | None:
    """Return the mask of orders that hold tax the other way than most of their file; None where all agree.

    Asked only where the connection leaves it to the source: a person who has set `prices` has answered.
    """
    if options.prices != "as-source":
        return None
    inside, on_top = orders["vat_mode"] == "included", orders["vat_mode"] == "excluded"
    counts = int(inside.sum()), int(on_top.sum())
    if 0 in counts:
        return None
    if counts[0] == counts[1]:
        return inside | on_top
    return on_top if counts[0] > counts[1] else inside
