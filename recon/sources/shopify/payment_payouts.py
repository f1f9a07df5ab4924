"""The payouts export of Shopify Payments as a reading: one record per payout, with its columns as legs.

Whether Fees and Refunds are written above or below zero is published nowhere, so it is found from the file: the one way in
which Total is the sum of its parts. A payout for which that way does not hold is held with its figures.
"""

from __future__ import annotations

from itertools import product
from typing import Final

import polars as pl

from recon.frames.amounts import minor_units, plain_text
from recon.frames.delimited import TextHead
from recon.frames.findings import findings_from, gather, no_findings, one_finding
from recon.frames.headings import ROW
from recon.frames.payout_keys import OTHER, STATED
from recon.money import exponent
from recon.sources.base import Conventions, Reading, ReadOptions, StatedTotals
from recon.sources.shopify.csv_columns import columns_new
from recon.sources.shopify.payment_files import (
    FEE,
    KNOWN,
    PAYOUTS,
    PAYOUTS_TOO,
    WAITS,
    WORDS,
    fixed_columns,
    forms_of,
    legs_together,
    negated,
    payment_rows,
    with_payout,
)

_HEADINGS: Final = PAYOUTS | PAYOUTS_TOO
_GROUPS: Final = {
    "charges": "sale", "refunds": "refund", "fees": FEE, "adjustments": f"{OTHER}adjustment", "reserved": f"{OTHER}reserve",
    "retried": f"{OTHER}retried",
}  # fmt: skip
"""Column of the file, and what it counts as."""
_SIGNED: Final = ("refunds", "fees")
"""Columns that lower the payout, written above or below zero."""
_WAYS: Final = tuple(product((1, -1), repeat=len(_SIGNED)))
_WORDS: Final = {1: "below zero", -1: "above zero"}
_ORDER_NO: Final = "order_no"


def read_payouts(head: TextHead, name: str, options: ReadOptions, *, file_id: str) -> Reading:
    """Return a payouts export under canonical names.

    Raises:
        MalformedFile: Columns are missing or stand there twice, or the rows cannot be read.
    """
    rows = payment_rows("payouts", head, name).with_row_index(_ORDER_NO)
    rows = with_payout(rows, options, waits=pl.lit(value=False))
    nth = pl.int_range(1, pl.len() + 1).over("payout").cast(pl.String)
    key = pl.concat_str([pl.col("payout"), pl.lit(STATED), nth], separator="/")
    rows = rows.with_columns(key.alias("order_id"))
    minor = minor_units(rows, [*_GROUPS, "total"], exponent(options.currency))
    way = _way(minor)
    off = _off(rows, minor, way)
    odd = columns_new(head.headings, head.header_row, known=KNOWN["payouts"])
    return Reading(
        platform=options.platform,
        orders=_records(rows),
        lines=_lines(rows, minor, way or (1, 1)),
        forms=forms_of(options),
        conventions=Conventions(numbers_repeat=True, tax="none"),
        words=WORDS,
        findings=gather([_held(off, options, way), _waiting(rows, minor), odd]).with_columns(pl.lit(file_id).alias("file")),
        stated=StatedTotals(row_count=rows.height),
        notes=(_said(minor, way),),
        headings={
            "order_id": PAYOUTS["paid_out"], "total": PAYOUTS["total"], "ordered_on": PAYOUTS["paid_out"],
            "paid_on": PAYOUTS["paid_out"], "order_state": PAYOUTS["status"], "unit_price": "one of the parts",
            "currency": PAYOUTS["currency"],
        },
    )  # fmt: skip


def _sum(minor: pl.DataFrame, way: tuple[int, ...]) -> pl.Series:
    """Return what the parts of each payout come to in one way of writing; null where a part cannot be read."""
    signs = dict(zip(_SIGNED, way, strict=True))
    parts = [pl.col(name).fill_null(0) * signs.get(name, 1) for name in _GROUPS]
    return minor.select(pl.sum_horizontal(parts).alias("sum")).to_series()


def _way(minor: pl.DataFrame) -> tuple[int, ...] | None:
    """Return the signs with which Total is the sum of its parts for most payouts; None: for none, or two ways do equally well.

    A file without a fee or a refund foots either way; that column's sign then decides nothing.
    """
    fits = {way: int((_sum(minor, way) == minor["total"]).sum()) for way in _WAYS}
    best = max(fits.values())
    ways = [way for way, count in fits.items() if count == best]
    if not best and minor.height:
        return None
    differ = [name for at, name in enumerate(_SIGNED) if len({way[at] for way in ways}) > 1]
    undecided = (
        minor.select(pl.any_horizontal(pl.col(name).fill_null(0) != 0 for name in differ).any()).item()
        if differ
        else False
    )
    return None if undecided else ways[0]


def _off(rows: pl.DataFrame, minor: pl.DataFrame, way: tuple[int, ...] | None) -> pl.DataFrame:
    """Return the payouts whose Total is not the sum of their parts; where no way is known that is every one."""
    sums = [_sum(minor, one).alias(f"way {number}") for number, one in enumerate(_WAYS)]
    both = pl.concat([rows.select(ROW, "order_id"), minor, pl.DataFrame(sums)], how="horizontal")
    if way is None:
        return both
    return both.filter(pl.col(f"way {_WAYS.index(way)}").ne_missing(pl.col("total")))


def _held(off: pl.DataFrame, options: ReadOptions, way: tuple[int, ...] | None) -> pl.DataFrame:
    """Return the finding that holds each such payout, with its parts and what every way of writing comes to."""
    digits = exponent(options.currency)
    shown = [
        pl.format("{} {}", pl.lit(_HEADINGS[name]), plain_text(pl.col(name).fill_null(0), digits)) for name in _GROUPS
    ]
    tried = [
        pl.format("with {} {} it would be {}", pl.lit(_words(one)), pl.lit(""), plain_text(f"way {number}", digits))
        for number, one in enumerate(_WAYS) if way is None or one == way
    ]  # fmt: skip
    detail = pl.format(
        "{}. Total is {}; {}.", pl.concat_str(shown, separator=", "), plain_text("total", digits),
        pl.concat_str(tried, separator=", ").str.replace_all("  ", " "),
    )  # fmt: skip
    key = pl.concat_str(pl.lit(f"{options.platform}:{options.shop}:purchase:"), pl.col("order_id"))
    return findings_from(
        off, "payout-does-not-foot", order_key=key, column=PAYOUTS["total"], value=plain_text("total", digits),
        amount_minor=pl.col("total"), detail=detail,
    )  # fmt: skip


def _words(way: tuple[int, ...]) -> str:
    return " and ".join(f"{_HEADINGS[name]} {_WORDS[sign]}" for name, sign in zip(_SIGNED, way, strict=True))


def _waiting(rows: pl.DataFrame, minor: pl.DataFrame) -> pl.DataFrame:
    """Return the note on payouts that have not gone to the bank, by the file's words."""
    waiting = rows.with_columns(minor["total"].alias("sum")).filter(WAITS)
    if waiting.is_empty():
        return no_findings()
    words = ", ".join(waiting["status"].fill_null("no status").unique(maintain_order=True).to_list())
    total = int(waiting["sum"].cast(pl.Int128).sum() or 0)
    return one_finding(
        "payout-waiting", row=int(waiting[ROW][0]), value=str(waiting.height), amount_minor=total,
        detail=f"Payouts with status {words}.",
    )  # fmt: skip


def _records(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        _ORDER_NO, ROW, "order_id", pl.col("payout").alias("order_number"), pl.col("paid_out").alias("ordered_on"),
        pl.col("paid_out").alias("paid_on"), "total", "currency",
        *(value.alias(name) for name, value in fixed_columns(WAITS).items()),
    )  # fmt: skip


def _lines(rows: pl.DataFrame, minor: pl.DataFrame, way: tuple[int, ...]) -> pl.DataFrame:
    """Return the legs of every payout; amounts that are no amount refuse their payout in normalize."""
    turned = {name for name, sign in zip(_SIGNED, way, strict=True) if sign < 0}
    parts = []
    for place, (name, group) in enumerate(_GROUPS.items()):
        text = negated(pl.col(name)) if name in turned else pl.col(name)
        there = rows[name].is_not_null() & (minor[name].is_null() | (minor[name] != 0))
        parts.append(
            rows.filter(there).select(
                _ORDER_NO, ROW, pl.lit(group).alias("sku"), pl.lit(_HEADINGS[name]).alias("name"), text.alias("unit_price"),
                pl.lit(place).alias("place"),
            )
        )  # fmt: skip
    return legs_together(parts)


def _said(minor: pl.DataFrame, way: tuple[int, ...] | None) -> str:
    if way is None:
        return "Whether Fees and Refunds are written above or below zero cannot be told from this file."
    filled = [name for name in _SIGNED if (minor[name].fill_null(0) != 0).any()]
    if not filled:
        return "No payout of this file has fees or refunds."
    signs = dict(zip(_SIGNED, way, strict=True))
    told = " and ".join(f"{_HEADINGS[name]} {_WORDS[signs[name]]}" for name in filled)
    return f"The payouts foot with {told}, as written in this file."
