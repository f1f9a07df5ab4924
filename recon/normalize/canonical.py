"""The way from one reading to canonical frames: convert, refuse, foot, name the states, collect findings.

Nothing is dropped silently: an order is among the orders, or a refusal names file, row, column and value and carries
its total, so that the control totals tie.
"""

from __future__ import annotations

import polars as pl

from recon.frames.canonical import CanonicalFrames
from recon.frames.findings import findings_from, gather
from recon.money import AMOUNT_LIMIT_MINOR
from recon.normalize.assemble import (
    add_line_kinds,
    assemble_lines,
    assemble_orders,
    assemble_payments,
    assemble_refunds,
)
from recon.normalize.checks import file_findings, order_findings
from recon.normalize.controls import state_totals
from recon.normalize.convert import REFUSALS, Converted, convert, number_form
from recon.normalize.footing import add_sums, foot, split_discounts
from recon.normalize.identity import add_keys, refuse_identities
from recon.normalize.lines import add_line_amounts
from recon.normalize.states import add_refund_states, add_states
from recon.normalize.vat_mode import add_rates
from recon.sources.base import Reading, ReadOptions


def normalize(reading: Reading, options: ReadOptions, *, file_id: str) -> CanonicalFrames:
    """Return one file as canonical frames with findings and control totals.

    Args:
        reading: What the source read, still text.
        options: What the reading depends on beside the file.
        file_id: First 12 digits of the file's digest; every row carries it.
    """
    result = convert(reading, options)
    result.orders = add_keys(result.orders, options)
    result.lines = add_line_amounts(add_line_kinds(result.lines, reading.conventions, options), reading.conventions)
    _refuse_large_lines(result)
    repeated = refuse_identities(result, reading)
    kept = _kept(result)
    everyone = result.orders
    if repeated is not None:
        result.orders = result.orders.with_columns(repeated.alias("repeated"))
    orders, lines = _drop_refused(result, kept)
    orders = add_sums(orders, lines)
    if _refuse_large_sums(result, orders, everyone):
        kept = _kept(result)
        orders, lines = _drop_refused(result, kept)
        orders = add_sums(orders, lines)
    orders = split_discounts(orders, reading.conventions)
    orders = foot(add_rates(orders, options), reading.conventions, options)
    orders = add_refund_states(add_states(orders, reading.words))
    refusals = _refusal_findings(result, everyone, file_id)
    stated = state_totals(reading, everyone, kept, number_form(reading.forms), file_id)
    findings = gather([
        reading.findings, refusals, *order_findings(orders, lines, reading, options, file_id),
        *file_findings(reading, stated, file_id),
    ])  # fmt: skip
    return CanonicalFrames(
        orders=assemble_orders(orders, file_id),
        lines=assemble_lines(lines, orders),
        payments=assemble_payments(_renumbered(result.payments, kept), orders),
        refunds=assemble_refunds(_renumbered(result.refunds, kept), orders),
        findings=findings,
        stated=(stated,),
        notes=reading.notes,
    ).checked()


def _refuse_large_lines(result: Converted) -> None:
    """Refuse orders with a line beyond the largest amount we hold."""
    amount = result.lines["amount"]
    if not amount.null_count():
        return
    refused = (
        pl.concat([part["order_no"] for part in result.refusals]).unique()
        if result.refusals
        else pl.Series(dtype=pl.UInt32)
    )
    large = result.lines.filter(amount.is_null() & ~pl.col("order_no").is_in(refused.implode()))
    detail = f"Price x quantity is {AMOUNT_LIMIT_MINOR} minor units or more, or there is no amount at all."
    result.refusals.append(
        large.select(
            pl.lit("amount-unreadable").alias("code"), "order_no", "row", pl.lit("price x quantity").alias("column"),
            pl.lit(None).alias("value"), pl.lit(detail).alias("detail"),
        ).cast(REFUSALS)
    )  # fmt: skip


def _kept(result: Converted) -> pl.Series | None:
    """Return the mask of orders that stay; None when all do."""
    refused = [part["order_no"] for part in result.refusals if part.height]
    if not refused:
        return None
    return ~result.orders["order_no"].is_in(pl.concat(refused).unique().implode())


def _drop_refused(result: Converted, kept: pl.Series | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Leave refused orders and their lines out, and number the others densely from 0."""
    orders, lines = _renumbered(result.orders, kept), _renumbered(result.lines, kept)
    assert orders is not None
    assert lines is not None
    return orders, lines


def _renumbered(frame: pl.DataFrame | None, kept: pl.Series | None) -> pl.DataFrame | None:
    """Return the rows of the orders that stay, under their numbers without the refused ones."""
    if frame is None or kept is None:
        return frame
    place = (kept.cast(pl.UInt32).cum_sum() - 1).cast(pl.UInt32)
    number = pl.select(pl.when(kept).then(place)).to_series()
    moved = frame.with_columns(number.gather(frame["order_no"]).alias("order_no"))
    return moved.filter(pl.col("order_no").is_not_null())


def _refuse_large_sums(result: Converted, orders: pl.DataFrame, everyone: pl.DataFrame) -> bool:
    """Refuse orders whose lines sum beyond the largest amount we hold; return whether there are any."""
    limit = AMOUNT_LIMIT_MINOR
    large = orders.filter(
        pl.any_horizontal((pl.col(c) >= limit) | (pl.col(c) <= -limit) for c in ("goods", "gross", "line_discounts"))
    )
    if large.is_empty():
        return False
    numbers = everyone.select("order_key", pl.col("order_no").alias("old")).join(
        large.select("order_key", "row"), on="order_key"
    )
    result.refusals.append(
        numbers.select(
            pl.lit("amount-unreadable").alias("code"), pl.col("old").alias("order_no"), "row",
            pl.lit("sum of the lines").alias("column"), pl.lit(None).alias("value"),
            pl.lit(f"The lines sum to {limit} minor units or more.").alias("detail"),
        ).cast(REFUSALS)
    )  # fmt: skip
    return True


def _refusal_findings(result: Converted, everyone: pl.DataFrame, file_id: str) -> pl.DataFrame:
    """Return the refusals as findings; the first of each order carries its total, so that sums tie."""
    parts = [part for part in result.refusals if part.height]
    if not parts:
        return gather([])
    refusals = pl.concat(parts).sort("order_no", "row", maintain_order=True)
    first = refusals["order_no"].is_first_distinct()
    number = refusals["order_no"]
    told = refusals.with_columns(
        everyone["order_key"].gather(number).alias("order_key"),
        pl.when(first).then(everyone["total"].gather(number)).alias("amount_minor"),
    )
    per_code = [
        findings_from(
            told.filter(pl.col("code") == code), code, file=file_id, column=pl.col("column"), value=pl.col("value"),
            amount_minor=pl.col("amount_minor"), detail=pl.col("detail"),
        )
        for code in told["code"].unique(maintain_order=True)
    ]  # fmt: skip
    return gather(per_code)
