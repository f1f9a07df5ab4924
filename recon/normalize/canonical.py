"""The way from one reading to canonical frames: convert, refuse, foot, name the states, collect findings.

Nothing is dropped silently: an order is among the orders, or a refusal names file, row, column and value and carries
its total, so that the control totals tie.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from recon.frames.canonical import CanonicalFrames, Stated
from recon.frames.findings import findings_from, gather
from recon.frames.side_by_side import side_by_side
from recon.money import AMOUNT_LIMIT_MINOR
from recon.normalize.assemble import (
    add_line_kinds,
    assemble_lines,
    assemble_orders,
    assemble_payments,
    assemble_refund_lines,
    assemble_refunds,
)
from recon.normalize.checks import file_findings, order_findings
from recon.normalize.controls import state_totals
from recon.normalize.convert import REFUSALS, Refusals, exponents_of, with_currency
from recon.normalize.footing import add_sums, foot, split_discounts
from recon.normalize.identity import add_keys, refuse_orders, refuse_skus
from recon.normalize.line_cells import read_lines, read_listed, read_refund_lines
from recon.normalize.lines import add_line_amounts
from recon.normalize.order_cells import read_orders
from recon.normalize.states import add_refund_states, read_states, with_own_words
from recon.normalize.vat_mode import add_rates
from recon.sources.base import Reading, ReadOptions


@dataclass(slots=True)
class _Typed:
    """A reading with typed columns, kept-out orders still among them."""

    orders: pl.DataFrame
    lines: pl.DataFrame
    payments: pl.DataFrame | None
    refunds: pl.DataFrame | None
    refund_lines: pl.DataFrame | None
    refusals: Refusals


def normalize(reading: Reading, options: ReadOptions, *, file_id: str) -> CanonicalFrames:
    """Return one file as canonical frames with findings and control totals.

    Args:
        reading: What the source read, still text.
        options: What the reading depends on beside the file.
        file_id: First 12 digits of the file's digest; every row carries it.
    """
    typed = _typed(reading, options)
    kept = _kept(typed)
    sums, lines = _kept_with_sums(typed, kept)
    if _refuse_large_sums(typed, sums):
        kept = _kept(typed)
        sums, lines = _kept_with_sums(typed, kept)
    footed, (states, stated) = side_by_side(
        lambda: foot(add_rates(split_discounts(sums, reading.conventions), options), reading.conventions, options),
        lambda: (
            read_states(sums, with_own_words(reading.words, options.words)),
            _stated(reading, typed, kept, file_id),
        ),
    )
    orders = add_refund_states(footed.with_columns(states))
    found, parts = side_by_side(
        lambda: list(order_findings(orders, lines, reading, options, file_id)),
        lambda: (
            assemble_orders(orders, file_id), assemble_lines(lines, orders),
            assemble_payments(_renumbered(typed.payments, kept), orders),
            assemble_refunds(_renumbered(typed.refunds, kept), orders),
        ),
    )  # fmt: skip
    of_refunds = assemble_refund_lines(_renumbered(typed.refund_lines, kept))
    findings = [reading.findings, _refusal_findings(typed, file_id), *found, *file_findings(reading, stated, file_id)]
    return CanonicalFrames(
        *parts, findings=gather(findings), stated=(stated,), notes=reading.notes, refund_lines=of_refunds
    ).checked()


def _typed(reading: Reading, options: ReadOptions) -> _Typed:
    """Read every cell; orders and lines side by side."""
    text = with_currency(reading.orders, options.currency)
    exponents = exponents_of(text["currency"])
    (orders, of_orders), (lines, of_lines) = side_by_side(
        lambda: _orders_side(text, reading, options, exponents), lambda: _lines_side(reading, options, exponents)
    )
    payments, of_payments = read_listed(reading.payments, reading, exponents, day="paid_on", needs_amount=False)
    refunds, of_refunds = read_listed(reading.refunds, reading, exponents, day="refunded_on", needs_amount=True)
    given_back, of_given_back = read_refund_lines(reading.refund_lines, reading, exponents)
    refusals = [*of_orders, *of_lines, *of_payments, *of_refunds, *of_given_back]
    return _Typed(orders, lines, payments, refunds, given_back, refusals)


def _orders_side(
    text: pl.DataFrame, reading: Reading, options: ReadOptions, exponents: int | pl.Series
) -> tuple[pl.DataFrame, Refusals]:
    orders, refusals = read_orders(text, reading, exponents)
    orders = add_keys(orders, options)
    unknown, repeated = refuse_orders(orders, reading)
    if repeated is not None:
        orders = orders.with_columns(repeated.alias("repeated"))
    return orders, [*refusals, *unknown]


def _lines_side(reading: Reading, options: ReadOptions, exponents: int | pl.Series) -> tuple[pl.DataFrame, Refusals]:
    lines, refusals = read_lines(reading, exponents)
    lines = add_line_amounts(add_line_kinds(lines, reading.conventions, options), reading.conventions)
    return lines, [*refusals, *refuse_skus(lines, reading), *_large_lines(lines, refusals)]


def _large_lines(lines: pl.DataFrame, refusals: Refusals) -> Refusals:
    """Refuse orders with a line beyond the largest amount we hold."""
    if not lines["amount"].null_count():
        return []
    refused = _numbers(refusals)
    large = lines.filter(pl.col("amount").is_null() & ~pl.col("order_no").is_in(refused.implode()))
    detail = f"Price x quantity is {AMOUNT_LIMIT_MINOR} minor units or more, or there is no amount at all."
    return [_beyond(large, "price x quantity", detail)]


def _kept(typed: _Typed) -> pl.Series | None:
    """Return the mask of orders that stay; None when all do."""
    refused = _numbers(typed.refusals)
    return None if refused.is_empty() else ~typed.orders["order_no"].is_in(refused.implode())


def _numbers(refusals: Sequence[pl.DataFrame]) -> pl.Series:
    """Return the orders refused so far."""
    parts = [part["order_no"] for part in refusals if part.height]
    return pl.concat(parts).unique() if parts else pl.Series(dtype=pl.UInt32)


def _kept_with_sums(typed: _Typed, kept: pl.Series | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Leave refused orders and their lines out, number the others densely from 0, and sum their lines."""
    orders, lines = _renumbered(typed.orders, kept), _renumbered(typed.lines, kept)
    assert orders is not None
    assert lines is not None
    return add_sums(orders, lines), lines


def _renumbered(frame: pl.DataFrame | None, kept: pl.Series | None) -> pl.DataFrame | None:
    """Return the rows of the orders that stay, under their numbers without the refused ones."""
    if frame is None or kept is None:
        return frame
    place = (kept.cast(pl.UInt32).cum_sum() - 1).cast(pl.UInt32)
    number = pl.select(pl.when(kept).then(place)).to_series()
    moved = frame.with_columns(number.gather(frame["order_no"]).alias("order_no"))
    return moved.filter(pl.col("order_no").is_not_null())


def _refuse_large_sums(typed: _Typed, sums: pl.DataFrame) -> bool:
    """Refuse orders whose lines sum beyond the largest amount we hold; return whether there are any."""
    limit = AMOUNT_LIMIT_MINOR
    over = ((pl.col(c) >= limit) | (pl.col(c) <= -limit) for c in ("goods", "gross", "line_discounts"))
    large = sums.filter(pl.any_horizontal(over)).select("order_key")
    if large.is_empty():
        return False
    told = typed.orders.join(large, on="order_key", how="semi", maintain_order="left")
    typed.refusals.append(_beyond(told, "sum of the lines", f"The lines sum to {limit} minor units or more."))
    return True


def _beyond(rows: pl.DataFrame, column: str, detail: str) -> pl.DataFrame:
    """Return refusals of rows whose amount is computed, not read."""
    return rows.select(
        pl.lit("amount-unreadable").alias("code"), "order_no", "row", pl.lit(column).alias("column"),
        pl.lit(None).alias("value"), pl.lit(detail).alias("detail"),
    ).cast(REFUSALS)  # fmt: skip


def _stated(reading: Reading, typed: _Typed, kept: pl.Series | None, file_id: str) -> Stated:
    return state_totals(reading, typed.orders, kept, reading.forms.numbers, file_id)


def _refusal_findings(typed: _Typed, file_id: str) -> pl.DataFrame:
    """Return the refusals as findings; the first of each order carries its total, so that sums tie."""
    parts = [part for part in typed.refusals if part.height]
    if not parts:
        return gather([])
    refusals = pl.concat(parts).sort("order_no", "row", maintain_order=True)
    first = refusals["order_no"].is_first_distinct()
    number = refusals["order_no"]
    told = refusals.with_columns(
        typed.orders["order_key"].gather(number).alias("order_key"),
        pl.when(first).then(typed.orders["total"].gather(number)).alias("amount_minor"),
    )
    per_code = [
        findings_from(
            told.filter(pl.col("code") == code), code, file=file_id, column=pl.col("column"), value=pl.col("value"),
            amount_minor=pl.col("amount_minor"), detail=pl.col("detail"),
        )
        for code in told["code"].unique(maintain_order=True)
    ]  # fmt: skip
    return gather(per_code)
