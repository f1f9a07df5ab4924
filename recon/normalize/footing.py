"""Whether an order adds up: lines - discounts + shipping + charges (+ tax on top) = total, to the minor unit.

What no column states is found by arithmetic, order by order, and stored: which part of a discount is on shipping
(Shopify: the stated subtotal tells), which reading of the discount columns is meant (ZORT), and whether tax is inside
the prices or on top. An order that adds up in no way is held with its figures.

General identity: Shopify reference 1.5 (`Total = G - D + S + Taxes if on top + T`, duties inside Total); with VAT
equations: Thai sources reference 4.6.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from recon.normalize.lines import CONTRADICTED, LineGroups
from recon.normalize.vat_mode import vat_ties
from recon.sources.base import Conventions, ReadOptions

DISCOUNT: Final = "order-discount"
DISCOUNT_AND_EXTRA: Final = "order-discount+extra"
NO_DISCOUNT: Final = "no-discount"
LESS_SHIPPING: Final = "order-discount-less-shipping"
STATED_MODE: Final = "prices_include_tax"
"""Column of orders that say it themselves: true, false, or null for those that do not."""
_STATED: Final = ("discount", "shipping", "cod_fee", "duties", "rounding", "platform_discount", "shipping_discount")


def add_sums(orders: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Add what the lines say of each order: goods, gross, gross without tips, line discounts, number of lines.

    Amounts an order does not state count as 0 from here on, but for tax, subtotal, paid and outstanding.
    """
    groups = LineGroups.of(lines["order_no"], orders.height)
    gross = groups.sums(lines["gross"])
    tips = lines["kind"] == "tip"
    untipped = (
        gross - groups.sums(pl.select(pl.when(tips).then(lines["gross"]).otherwise(0)).to_series())
        if tips.any()
        else gross
    )
    discounts = (
        groups.sums(lines["discount"])
        if (lines["discount"] != 0).any()
        else pl.repeat(0, len(gross), dtype=pl.Int64, eager=True)
    )
    goods = groups.sums(lines["amount"])
    stated = [
        (pl.col(c).fill_null(0) if c in orders.columns else pl.lit(0, dtype=pl.Int64)).alias(c)
        for c in (*_STATED, "refunded")
    ]
    contradicted = (
        [groups.sums(lines[CONTRADICTED].cast(pl.Int64)).alias(CONTRADICTED)] if CONTRADICTED in lines.columns else []
    )
    return orders.with_columns(
        *contradicted, *stated, goods.alias("goods"), gross.alias("gross"), untipped.alias("untipped"),
        discounts.alias("line_discounts"), groups.counts().alias("line_count"),
    )  # fmt: skip


def split_discounts(orders: pl.DataFrame, conventions: Conventions) -> pl.DataFrame:
    """Tell apart the discount on goods from the one on shipping, and the order's discount from the lines' own.

    Sets ``goods``, ``discount`` and ``shipping_discount`` as the canonical order has them, ``discount_basis``, and
    ``whole_lines``: the lines' own discounts contradict the order's, so the lines count undiscounted.
    """
    discount, basis = pl.col("discount"), pl.lit(DISCOUNT)
    shipping_discount = pl.col("shipping_discount")
    if conventions.shipping_discount_inside and "subtotal" in orders.columns:
        item = pl.col("untipped") - pl.col("subtotal")
        rest = discount - item
        inside = (pl.col("subtotal").is_not_null() & (item >= 0) & (rest > 0) & (rest <= pl.col("shipping"))).fill_null(
            value=False
        )
        discount = pl.when(inside).then(item).otherwise(discount)
        shipping_discount = shipping_discount + pl.when(inside).then(rest).otherwise(0)
        basis = pl.when(inside).then(pl.lit(LESS_SHIPPING)).otherwise(basis)
    parts = orders.with_columns(
        discount.alias("discount"), shipping_discount.alias("shipping_discount"), basis.alias("discount_basis")
    )
    if conventions.order_discount == "contains-lines":
        whole = (pl.col("line_discounts") > pl.col("discount")) | (pl.col("line_discounts") < 0)
        parts = parts.with_columns(whole.alias("whole_lines")).with_columns(
            pl.when("whole_lines").then("gross").otherwise("goods").alias("goods"),
            pl.when("whole_lines")
            .then("discount")
            .otherwise(pl.col("discount") - pl.col("line_discounts"))
            .alias("discount"),
        )
    else:
        parts = parts.with_columns(pl.lit(value=False).alias("whole_lines"))
    return parts


def foot(orders: pl.DataFrame, conventions: Conventions, options: ReadOptions) -> pl.DataFrame:
    """Add ``foots``, ``vat_mode``, ``vat_ties``, ``difference`` and ``due`` (what the order adds up to without tax on top).

    Where several discount readings are possible, the first that foots and whose VAT ties wins, then the first that
    foots. A difference within the declared tolerance goes to ``rounding``, so that the identity is exact.
    """
    tax = pl.col("tax").fill_null(0) if "tax" in orders.columns else pl.lit(0, dtype=pl.Int64)
    frame = orders.with_columns(tax.alias("tax_due"))
    readings = _discount_readings(orders, conventions)
    for number, (_, discount) in enumerate(readings):
        frame = frame.with_columns(discount.alias(f"discount_{number}")).with_columns(
            _due(f"discount_{number}").alias(f"due_{number}")
        )
        mode = _mode(number, conventions, options)
        if STATED_MODE in orders.columns:
            mode = _as_stated(mode, number, conventions)
        frame = frame.with_columns(mode.alias(f"mode_{number}"))
        ties = vat_ties(number, conventions, options, orders.columns)
        frame = frame.with_columns(ties.alias(f"ties_{number}"))
    chosen = _choose([number for number, _ in enumerate(readings)])
    picked = frame.with_columns(chosen.alias("chosen")).with_columns(
        _pick("discount", readings), _pick("due", readings), _pick("mode", readings).alias("vat_mode"),
        _pick("ties", readings).alias("vat_ties"), *_basis(readings),
    )  # fmt: skip
    if conventions.extra_by_platform and len(readings) > 1:
        extra = pl.when(pl.col("chosen") == 1).then(pl.col("discount_extra").fill_null(0)).otherwise(0)
        picked = picked.with_columns((pl.col("platform_discount") + extra).alias("platform_discount"))
    return _settle(picked, conventions)


def _due(discount: str) -> pl.Expr:
    """Return what the order adds up to without a tax on top."""
    return (
        pl.col("goods") - pl.col(discount) + pl.col("shipping") - pl.col("shipping_discount")
        + pl.col("cod_fee") + pl.col("duties") + pl.col("rounding")
    )  # fmt: skip


def _mode(number: int, conventions: Conventions, options: ReadOptions) -> pl.Expr:
    """Return how the tax stands to the prices; null where the order foots neither way."""
    due, total, tax = pl.col(f"due_{number}"), pl.col("total"), pl.col("tax_due")
    inside = (total - due).abs() <= conventions.tolerance_minor
    on_top = (total - due - tax).abs() <= conventions.tolerance_minor
    if conventions.tax in {"included", "none"}:
        return pl.when(inside).then(pl.lit(conventions.tax))
    if conventions.tax == "excluded":
        return pl.when(on_top).then(pl.lit("excluded"))
    both = pl.lit("excluded" if options.prices == "without-vat" else "included")
    return (
        pl.when((tax == 0) & inside).then(pl.lit("unknown"))
        .when((tax != 0) & inside & on_top).then(both)
        .when((tax != 0) & inside).then(pl.lit("included"))
        .when((tax != 0) & on_top).then(pl.lit("excluded"))
    )  # fmt: skip


def _as_stated(inferred: pl.Expr, number: int, conventions: Conventions) -> pl.Expr:
    """Return how the tax stands to the prices where the order says it itself; null where it does not foot that way."""
    stated, due = pl.col(STATED_MODE), pl.col(f"due_{number}")
    left = pl.col("total") - due
    inside = left.abs() <= conventions.tolerance_minor
    on_top = (left - pl.col("tax_due")).abs() <= conventions.tolerance_minor
    return (
        pl.when((pl.col("tax_due") == 0) | stated.is_null()).then(inferred)
        .when((stated == "true") & inside).then(pl.lit("included"))
        .when((stated == "false") & on_top).then(pl.lit("excluded"))
    )  # fmt: skip


def _discount_readings(orders: pl.DataFrame, conventions: Conventions) -> Sequence[tuple[str, pl.Expr]]:
    """Return the readings of the discount columns in the order they are tried."""
    extra = pl.col("discount_extra").fill_null(0) if "discount_extra" in orders.columns else None
    if conventions.extra_by_platform and extra is not None and (orders["discount_extra"] != 0).any():
        return [(DISCOUNT, pl.col("discount")), (DISCOUNT_AND_EXTRA, pl.col("discount") + extra)]
    if not conventions.discount_candidates:
        return [("", pl.col("discount"))]
    readings = [(DISCOUNT, pl.col("discount"))]
    if extra is not None:
        readings.append((DISCOUNT_AND_EXTRA, pl.col("discount") + extra))
    readings.append((NO_DISCOUNT, pl.lit(0, dtype=pl.Int64)))
    return readings


def _choose(numbers: Sequence[int]) -> pl.Expr:
    choice = pl.lit(0)
    for number in reversed(numbers):
        choice = pl.when(pl.col(f"mode_{number}").is_not_null()).then(number).otherwise(choice)
    for number in reversed(numbers):
        good = pl.col(f"mode_{number}").is_not_null() & pl.col(f"ties_{number}")
        choice = pl.when(good).then(number).otherwise(choice)
    return choice


def _pick(name: str, readings: Sequence[tuple[str, pl.Expr]]) -> pl.Expr:
    picked = pl.col(f"{name}_0")
    for number in range(1, len(readings)):
        picked = pl.when(pl.col("chosen") == number).then(pl.col(f"{name}_{number}")).otherwise(picked)
    return picked.alias(name)


def _basis(readings: Sequence[tuple[str, pl.Expr]]) -> list[pl.Expr]:
    if len(readings) == 1:
        return []
    labels = pl.lit(pl.Series([label for label, _ in readings]))
    return [labels.gather(pl.col("chosen")).alias("discount_basis")]


def _settle(frame: pl.DataFrame, conventions: Conventions) -> pl.DataFrame:
    """Add the difference that is left, put a tolerated one into rounding, and name the mode of orders without one."""
    plain, less_tax = pl.col("total") - pl.col("due"), pl.col("total") - pl.col("due") - pl.col("tax_due")
    on_top = pl.col("vat_mode") == "excluded"
    # An order that foots neither way is measured as most of its file counts.
    mostly_on_top = on_top.sum() > (pl.col("vat_mode") == "included").sum()
    nearer = pl.when(mostly_on_top).then(less_tax).otherwise(plain)
    foots = pl.col("vat_mode").is_not_null()
    frame = frame.with_columns(
        foots.alias("foots"),
        pl.when(on_top).then(less_tax).when(foots).then(plain).otherwise(nearer).alias("difference"),
    )
    if conventions.tolerance_minor:
        tolerated = pl.when("foots").then("difference").otherwise(0)
        frame = frame.with_columns(
            (pl.col("rounding") + tolerated).alias("rounding"), (pl.col("due") + tolerated).alias("due"),
            pl.when("foots").then(0).otherwise("difference").alias("difference"),
        )  # fmt: skip
    return frame.with_columns(pl.col("vat_mode").fill_null("unknown"))
