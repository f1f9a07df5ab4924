"""What each line adds to its order, and sums of lines per order without a group-by.

Lines stand sorted by order, so a sum per order is the difference of two running sums. Running sums may wrap around
in 64 bits as long as no single sum does; where one could, they run in 128 bits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from recon.money import AMOUNT_LIMIT_MINOR
from recon.sources.base import Conventions

MILLI: Final = 1000
CONTRADICTED: Final = "contradicted"
"""Column of lines (a mask) and of orders (their number): amounts that their own factors contradict."""
_SAFE: Final = 2**62


@dataclass(frozen=True, slots=True)
class LineGroups:
    """Where the lines of each order end."""

    order_no: pl.Series
    """Order of each last line."""
    last: pl.Series
    """Position of each order's last line."""
    count: int
    """Orders in all, those without lines included."""

    @classmethod
    def of(cls, order_no: pl.Series, count: int) -> LineGroups:
        """Find the groups; order_no must be sorted."""
        is_last = order_no.ne_missing(order_no.shift(-1))
        last = is_last.arg_true().cast(pl.UInt32)
        return cls(order_no.gather(last), last, count)

    def sums(self, values: pl.Series) -> pl.Series:
        """Return the sum per order; 0 for orders without lines."""
        if values.is_empty():
            return pl.repeat(0, self.count, dtype=pl.Int64, eager=True)
        longest = int(self.counts().max())  # type: ignore[arg-type]
        wide = _largest(values) * longest >= _SAFE
        running = (values.cast(pl.Int128) if wide else values).cum_sum().gather(self.last)
        sums = running - running.shift(1, fill_value=0)
        return self._spread(sums.clip(-_SAFE, _SAFE).cast(pl.Int64) if wide else sums)

    def counts(self) -> pl.Series:
        """Return the number of lines per order."""
        ends = self.last.cast(pl.Int64)
        return self._spread(ends - ends.shift(1, fill_value=-1))

    def _spread(self, sums: pl.Series) -> pl.Series:
        # One chunk: a column in pieces makes the next step copy all columns beside it.
        if len(sums) == self.count:
            return sums.rechunk()
        return pl.repeat(0, self.count, dtype=sums.dtype, eager=True).scatter(self.order_no, sums)


def add_line_amounts(lines: pl.DataFrame, conventions: Conventions) -> pl.DataFrame:
    """Add ``gross`` (price x quantity), ``discount`` (whole line) and ``amount`` (what the line adds).

    Fractions of a minor unit, which only fractional quantities cause, are rounded half up (ROUND_HALF_UP).
    ``amount`` is null where it reaches the largest amount we hold.
    """
    zero = pl.repeat(0, lines.height, dtype=pl.Int64, eager=True)
    quantity = lines["quantity"]
    nothing = pl.Series([None], dtype=pl.Int64).new_from_index(0, lines.height)
    price = lines["unit_price"] if "unit_price" in lines.columns else nothing
    gross = times_quantity(price, quantity)
    stated = lines["line_discount"].fill_null(0) if "line_discount" in lines.columns else zero
    if conventions.line_discount == "none":
        discount = zero
    elif conventions.line_discount == "per-unit":
        discount = times_quantity(stated, quantity)
    else:
        discount = stated
    computed = gross - discount
    amount = computed
    if conventions.line_amount != "computed" and "line_amount" in lines.columns:
        amount = _stated(lines["line_amount"], computed, price, conventions)
        gross = amount + discount
    bounded = (
        lines.select(
            pl.when((amount.abs() < AMOUNT_LIMIT_MINOR) & (gross.abs() < AMOUNT_LIMIT_MINOR))
            .then(amount)
            .alias("amount")
        )
        if _reaches_limit(amount) or _reaches_limit(gross)
        else amount.alias("amount").to_frame()
    )
    return lines.with_columns(
        _unit_price(price, gross, quantity, conventions).alias("unit_price"), gross.alias("gross"),
        discount.alias("discount"), bounded.to_series(), *_contradicted(amount, computed, price, conventions),
    )  # fmt: skip


def _contradicted(
    amount: pl.Series, computed: pl.Series, price: pl.Series, conventions: Conventions
) -> list[pl.Series]:
    """Return the mask of lines whose stated amount is not their price x quantity - discount, where that is to be checked."""
    if not conventions.line_amount_checked or conventions.line_amount == "computed":
        return []
    return [((amount != computed) & price.is_not_null()).fill_null(value=False).alias(CONTRADICTED)]


def times_quantity(price: pl.Series, quantity_milli: pl.Series) -> pl.Series:
    """Return price x quantity in minor units, half up; amounts too large for 64 bits become one beyond the limit."""
    largest = _largest(price) * _largest(quantity_milli)
    if largest >= _SAFE:
        wide = price.cast(pl.Int128) * quantity_milli.cast(pl.Int128)
        edge = AMOUNT_LIMIT_MINOR * MILLI
        product = wide.clip(-edge, edge).cast(pl.Int64)
    elif (quantity_milli % MILLI == 0).all():
        return price * (quantity_milli // MILLI)
    else:
        product = price * quantity_milli
    halved = (2 * product.abs() + MILLI) // (2 * MILLI)
    return halved * product.sign()


def _stated(stated: pl.Series, computed: pl.Series, price: pl.Series, conventions: Conventions) -> pl.Series:
    """Return stated line amounts; where they may be left out, the computed one replaces null and an unfounded 0."""
    if conventions.line_amount == "stated":
        return stated
    empty = stated.is_null() | ((stated == 0) & (price.fill_null(0) != 0))
    return pl.select(pl.when(empty).then(computed).otherwise(stated)).to_series()


def _unit_price(price: pl.Series, gross: pl.Series, quantity: pl.Series, conventions: Conventions) -> pl.Series:
    """Return the price of a piece; where the file states line amounts only, gross / quantity, half up."""
    if conventions.line_amount == "computed" or price.null_count() == 0:
        return price
    safe = pl.select(pl.when(quantity == 0).then(MILLI).otherwise(quantity.abs())).to_series()
    whole = (2 * gross.abs() * MILLI + safe) // (2 * safe) * gross.sign()
    return price.fill_null(whole)


def _largest(values: pl.Series) -> int:
    low, high = values.min(), values.max()
    return 0 if low is None or high is None else max(abs(int(low)), abs(int(high)))  # type: ignore[arg-type]


def _reaches_limit(values: pl.Series) -> bool:
    return _largest(values) >= AMOUNT_LIMIT_MINOR
