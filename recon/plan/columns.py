"""Small columnar tools of the plan: sums of runs, rows back at their order, exact division.

Orders are numbered by position, and order lines stand together in that order. So sums per order need no hashing, and
joining an order's fact to a line is a gather.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

import polars as pl

from recon.domain.document import PAYMENT_KINDS, PURCHASE_KINDS

_KIND: Final = pl.col("kind").cast(pl.String)
MOVES_MONEY: Final = _KIND.is_in(PAYMENT_KINDS)
"""Documents that move money only: their net and VAT stand on the document they pay, and count there."""
BOOKS_EFFECT: Final = (
    pl.when(_KIND.is_in(["invoice", "receipt", "expense", "settlement"])).then("total_minor")
    .when(MOVES_MONEY).then(0)
    .otherwise(-pl.col("total_minor"))
)  # fmt: skip
"""What a document adds to the books: sales, settlements and expenses add, payments move money only, voids and credits take away.

Sales and purchases are summed apart; see `recon.domain.document.PURCHASE_KINDS`."""
VAT_ONCE: Final = pl.when(MOVES_MONEY).then(0).otherwise("vat_minor").alias("vat_minor")
"""VAT for sums over kinds."""
IS_BOUGHT: Final = _KIND.is_in(PURCHASE_KINDS)
"""Documents about what we buy."""
SALES_EFFECT: Final = pl.when(IS_BOUGHT).then(0).otherwise(BOOKS_EFFECT)
"""The same of sales; purchases count nothing."""
BOUGHT_EFFECT: Final = pl.when(IS_BOUGHT).then(BOOKS_EFFECT).otherwise(0)
"""The same of purchases; sales count nothing."""
_First = TypeVar("_First")
_Second = TypeVar("_Second")


def side_by_side(first: Callable[[], _First], second: Callable[[], _Second]) -> tuple[_First, _Second]:
    """Return what two independent steps give; Polars works outside the interpreter's lock, so both cores are used."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        waiting = pool.submit(second)
        return first(), waiting.result()


def run_sums(frame: pl.DataFrame, key: str, **sums: pl.Expr) -> pl.DataFrame:
    """Return sums per run of equal keys; equal keys must stand together. Wrap-around in between cancels out."""
    is_last = (frame[key] != frame[key].shift(-1)).fill_null(value=True)
    running = frame.select(key, *(value.cast(pl.Int64).cum_sum().alias(name) for name, value in sums.items()))
    ends = running.filter(is_last)
    return ends.with_columns(pl.col(name) - pl.col(name).shift(1, fill_value=0) for name in sums)


def place_in_run(key: str) -> pl.Expr:
    """Return 1, 2, .. within each run of equal keys; equal keys must stand together."""
    at = pl.int_range(pl.len(), dtype=pl.UInt32)
    start = pl.when(pl.col(key).ne_missing(pl.col(key).shift(1))).then(at).forward_fill()
    return at - start + 1


def as_postings(rows: pl.DataFrame) -> pl.DataFrame:
    """Return POSTINGS of rows with doc_no, account_code and signed (debit above zero) that stand together by document."""
    return rows.select(
        "doc_no",
        place_in_run("doc_no").alias("posting_no"),
        "account_code",
        pl.col("signed").clip(lower_bound=0).alias("debit_minor"),
        (-pl.col("signed")).clip(lower_bound=0).alias("credit_minor"),
    )


def per_order(sums: pl.DataFrame, order_count: int) -> pl.DataFrame:
    """Return one row per order (0 for orders without a row), without the key; ``sums`` has a unique order_no."""
    if sums.height == order_count:
        return sums.drop("order_no")
    places, nothing = sums["order_no"], pl.repeat(0, order_count, dtype=pl.Int64, eager=True)
    return pl.DataFrame(
        [nothing.clone().scatter(places, own.fill_null(0)).alias(own.name) for own in sums.drop("order_no")]
    )


def mask_of(order_no: pl.Series, order_count: int) -> pl.Series:
    """Return a Boolean per order: whether it is among the given ones."""
    if order_no.is_empty():
        return pl.repeat(value=False, n=order_count, dtype=pl.Boolean, eager=True)
    return pl.int_range(order_count, dtype=pl.UInt32, eager=True).is_in(order_no.unique().implode())


def repeat_rows(frame: pl.DataFrame, kept: pl.Series, again: pl.Series) -> tuple[pl.DataFrame, pl.Series | None]:
    """Return the ``kept`` rows, those of ``again`` standing twice, and a mask of the second ones (None: there are none)."""
    twice = again.arg_true()
    if not twice.len():
        return (frame if kept.all() else frame.filter(kept)), None
    index = pl.concat([kept.arg_true(), twice]).sort()
    second = (index == index.shift(1)).fill_null(value=False)
    return frame[index], second


def divide_half_up(amount: pl.Expr, numerator: int, denominator: int) -> pl.Expr:
    """Return ``amount * numerator / denominator`` rounded half away from zero (ROUND_HALF_UP).

    Whole parts are split off first, so that no product exceeds Int64 for any amount we hold.
    """
    size = amount.abs()
    whole = size // denominator * numerator
    rest = (2 * numerator * (size % denominator) + denominator) // (2 * denominator)
    return amount.sign() * (whole + rest)


def share_half_up(amount: pl.Expr, part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """Return ``amount * part / whole`` rounded half up in 128 bits, for columns of small frames; all are >= 0."""
    wide = pl.Int128
    numerator = 2 * amount.cast(wide) * part.cast(wide) + whole.cast(wide)
    return (numerator // (2 * whole.cast(wide))).cast(pl.Int64)
