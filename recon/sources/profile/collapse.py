"""One value per order from the rows of an order, by the rule the profile declares for each column.

``equal``: the same on all rows that say anything; ``first``: on the first row only; ``sum``: in parts; ``any``: the first
that says anything, without comparing. A value that breaks its rule becomes a finding that holds the order; it is never averaged, picked or summed silently.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from recon.frames.amounts import NumberForm, minor_units, plain_text
from recon.frames.findings import findings_from
from recon.frames.headings import ROW, Heading
from recon.sources.base import ReadOptions
from recon.sources.profile.fields import BY_NAME
from recon.sources.profile.model import Profile
from recon.sources.profile.rows import ORDER_NO

_SUM_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Collapsed:
    """Orders, one row each, and the findings about values that differ."""

    orders: pl.DataFrame
    findings: list[pl.DataFrame]


def collapse(
    frame: pl.DataFrame,
    fields: list[str],
    profile: Profile,
    headings: Mapping[str, Heading],
    options: ReadOptions,
    number: NumberForm,
) -> Collapsed:
    """Return one row per order with the given order fields; ``frame`` is sorted by ``order_no``."""
    first = frame.get_column(ORDER_NO).ne_missing(frame.get_column(ORDER_NO).shift(1)).fill_null(value=True).arg_true()
    orders = frame.select(ORDER_NO, ROW, *fields)[first]
    if orders.height == frame.height:
        return Collapsed(orders, [])
    findings = []
    steady = _steady(frame, fields)
    for name in fields:
        rule = profile.sources[name].repeat
        if rule == "sum" and _is_nothing(frame, name, number):
            continue
        if rule == "sum":
            orders = orders.with_columns(_summed(frame, orders, name, profile, number))
            continue
        if rule == "equal" and name in steady:
            continue
        if rule in ("equal", "any") and orders.get_column(name).null_count():
            orders = orders.with_columns(_first_stated(frame, orders, name))
        if rule == "any":
            continue
        differing = _differing(frame, orders, name, rule)
        if differing.height:
            findings.append(_finding(differing, name, headings[name].shown, options, profile))
    return Collapsed(orders, findings)


def _is_nothing(frame: pl.DataFrame, name: str, number: NumberForm) -> bool:
    """Return whether an amount is zero, or not stated, on all rows: then the first row's is the sum."""
    value = minor_units(frame, [name], _SUM_DECIMALS, number).to_series()
    return value.null_count() == frame[name].null_count() and not (value != 0).any()


def _steady(frame: pl.DataFrame, fields: list[str]) -> set[str]:
    """Return the fields that say the same on all rows of every order: looked at together, and mostly all of them."""
    same_order = pl.col(ORDER_NO) == pl.col(ORDER_NO).shift(1)
    changes = frame.select((pl.col(name).ne_missing(pl.col(name).shift(1)) & same_order).any() for name in fields)
    return {name for name, found in changes.row(0, named=True).items() if not found}


def _first_stated(frame: pl.DataFrame, orders: pl.DataFrame, name: str) -> pl.Series:
    """Return the first value of each order that says anything (merged or blank cells on its other rows)."""
    stated = frame.select(ORDER_NO, name).drop_nulls(name).unique(ORDER_NO, keep="first", maintain_order=True)
    return orders.select(ORDER_NO).join(stated, on=ORDER_NO, how="left", maintain_order="left").get_column(name)


def _differing(frame: pl.DataFrame, orders: pl.DataFrame, name: str, rule: str) -> pl.DataFrame:
    """Return rows whose value breaks the rule, with the order's value beside it; one per order."""
    kept = orders.get_column(name).gather(frame.get_column(ORDER_NO))
    pair = frame.select(ORDER_NO, ROW, "order_id", pl.col(name).alias("value"), kept.alias("kept"))
    is_first = pl.col(ORDER_NO).ne_missing(pl.col(ORDER_NO).shift(1))
    breaks = pl.col("value").is_not_null() & pl.col("value").ne_missing(pl.col("kept"))
    if rule == "first":
        breaks = breaks & ~is_first
    return pair.filter(breaks).unique(ORDER_NO, keep="first", maintain_order=True)


def _finding(differing: pl.DataFrame, name: str, heading: str, options: ReadOptions, profile: Profile) -> pl.DataFrame:
    """Hold each order whose rows disagree, with both values."""
    kept = pl.col("kept").fill_null("nothing")
    return findings_from(
        differing,
        "repeated-value-differs",
        order_key=order_key(profile, options),
        column=heading,
        value=pl.col("value"),
        detail=pl.format(
            "{}: this row says {}, the order's first row {}.",
            pl.lit(name if name in BY_NAME else heading),
            pl.col("value"),
            kept,
        ),
    )


def order_key(profile: Profile, options: ReadOptions) -> pl.Expr:
    """Return the key of the order a row with ``order_id`` belongs to, as `normalize.identity` makes it."""
    kind = profile.constants.get("record_kind", "sale")
    prefix = f"{options.platform}:{options.shop}:" + ("" if kind == "sale" else f"{kind}:")
    return pl.concat_str(pl.lit(prefix), pl.col("order_id"))


def _summed(frame: pl.DataFrame, orders: pl.DataFrame, name: str, profile: Profile, number: NumberForm) -> pl.Series:
    """Return the exact sum of an amount's parts as text; where a part cannot be read, that part itself, to be refused."""
    values = minor_units(frame, [name], _SUM_DECIMALS, number).to_series().alias("minor")
    parts = frame.select(ORDER_NO, pl.col(name).alias("text"), values)
    unread = pl.col("text").filter(pl.col("minor").is_null() & pl.col("text").is_not_null()).first()
    summed = parts.group_by(ORDER_NO, maintain_order=True).agg(
        pl.col("minor").sum(), pl.col("text").count().alias("stated"), unread.alias("unread")
    )
    text = plain_text("minor", _SUM_DECIMALS)
    if profile.read.decimal != ".":
        text = text.str.replace(".", profile.read.decimal, literal=True)
    value = pl.coalesce("unread", pl.when(pl.col("stated") > 0).then(text))
    joined = orders.select(ORDER_NO).join(
        summed.select(ORDER_NO, value.alias(name)), on=ORDER_NO, how="left", maintain_order="left"
    )
    return joined.get_column(name)
