"""Finish the lines of sales: tax on top and platform vouchers carried into them, quantities made exact, VAT per line.

Rules, by name:

* ``split-by-remainder``: a line whose amount does not divide by its pieces becomes two, ``q - r`` pieces at ``p`` and
  ``r`` pieces at ``p + 1`` minor units, so that quantity x unit price is the amount exactly.
* ``one-of-a-fraction``: a quantity that is no whole number of pieces becomes 1, and stands in the description.
* ``remainder-by-loss``: VAT is rounded once on the document; what the lines' rounded VAT misses goes one minor unit each to
  the lines that rounding took most from (of equals the larger, then the first), so no line is off by more than one.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.schemas import VatCode
from recon.plan.allocate import add_parts, spread
from recon.plan.columns import repeat_rows, run_sums
from recon.plan.vat import included, on_top

_FULL: Final = 10_000
PIECE: Final = 1000
"""Thousandths in one piece."""


def finish_lines(
    lines: pl.DataFrame,
    needed: pl.Series,
    amounts: pl.DataFrame,
    spread_voucher: pl.Series,
    rate_basis_points: int,
    *,
    by_line: bool,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the final lines of sales and their sums per order.

    Args:
        lines: SALE_LINES.
        needed: Per order of the plan, whether its lines are wanted.
        amounts: `vat.order_amounts`, one row per order of the plan.
        spread_voucher: Per order, the platform's discount that goes into the item prices.
        rate_basis_points: VAT rate.
        by_line: The ledger rounds VAT on each line instead of on the document.

    Returns:
        Lines with ``unit_price_minor``, ``net_minor``, ``vat_minor`` and ``is_fraction``; and per order
        ``gross_minor``, ``discount_minor``, ``net_minor``, ``vat_minor``, ``vat_by_line_minor``, ``total_minor``.
    """
    lines = _exempt(lines, amounts)
    lines = _carry_tax(lines, amounts)
    lines = _spread_vouchers(lines, spread_voucher)
    lines = split_lines(lines, needed)
    return _tax(lines, amounts["vat_mode"], rate_basis_points, by_line=by_line)


def _exempt(lines: pl.DataFrame, amounts: pl.DataFrame) -> pl.DataFrame:
    """Take VAT off all lines of orders without VAT, and off shipping where the source's tax leaves it out."""
    untaxed, shipping = amounts["vat_mode"] == "none", amounts["shipping_exempt"]
    if not untaxed.any() and not shipping.any():
        return lines
    off = pl.lit(untaxed.gather(lines["order_no"]))
    if shipping.any():
        is_shipping = (pl.col("kind") == "shipping") & pl.col("like_goods")
        off = off | (pl.lit(shipping.gather(lines["order_no"])) & is_shipping)
    return lines.with_columns(pl.when(off).then(pl.lit("none", dtype=VatCode)).otherwise("vat_code").alias("vat_code"))


def _carry_tax(lines: pl.DataFrame, amounts: pl.DataFrame) -> pl.DataFrame:
    """Put tax that the source adds on top into the amounts of the lines it belongs to."""
    carry = amounts["carry_minor"]
    if not (carry != 0).any():
        return lines
    some = lines.with_columns(carry.gather(lines["order_no"]).alias("amount")).filter(pl.col("amount") != 0)
    untaxed = (amounts["vat_mode"] == "none").gather(some["order_no"])
    positive = pl.col("amount_minor").clip(lower_bound=0)
    weight = pl.when(pl.lit(untaxed) | (pl.col("vat_code") == "vat7")).then(positive).otherwise(0)
    weight = pl.when(pl.col("kind") == "voucher").then(0).otherwise(weight)
    return add_parts(lines, spread(some.select("order_no", "line", weight.alias("weight"), "amount")), sign=1)


def _spread_vouchers(lines: pl.DataFrame, spread_voucher: pl.Series) -> pl.DataFrame:
    if not (spread_voucher != 0).any():
        return lines
    some = lines.with_columns(spread_voucher.gather(lines["order_no"]).alias("amount")).filter(pl.col("amount") != 0)
    weight = pl.when(pl.col("kind") == "product").then(pl.col("amount_minor").clip(lower_bound=0)).otherwise(0)
    return add_parts(lines, spread(some.select("order_no", "line", weight.alias("weight"), "amount")), sign=1)


def split_lines(lines: pl.DataFrame, needed: pl.Series) -> pl.DataFrame:
    """Make quantity x unit price = amount hold exactly on every line (split-by-remainder, one-of-a-fraction)."""
    quantity, amount = pl.col("quantity_milli"), pl.col("amount_minor")
    whole = (quantity > 0) & (quantity % PIECE == 0)
    lines = lines.select(
        *_KEPT, pl.when(whole).then(quantity // PIECE).otherwise(1).alias("pieces"), (~whole).alias("is_fraction")
    )
    rest = lines.select(amount % pl.col("pieces")).to_series()
    wanted = needed.gather(lines["order_no"])
    doubled, second = repeat_rows(lines, wanted, (rest != 0) & wanted)
    count = pl.col("pieces")
    lower, over = amount // count, amount % count
    if second is None:
        return doubled.with_columns(lower.alias("unit_price_minor"), (count * PIECE).alias("quantity_milli")).drop(
            "pieces"
        )
    dearer, has_two = pl.lit(second), over != 0
    pieces = pl.when(dearer).then(over).otherwise(count - over)
    price = pl.when(dearer).then(lower + 1).otherwise(lower)
    # Where the price before discount is whole, each half keeps it: pieces x that price - discount is its amount.
    before = amount + pl.col("discount_minor")
    by_piece = (count - over) * (before // count - lower)
    shared = (pl.col("discount_minor") * (count - over)) // count
    cheaper = pl.when(before % count == 0).then(by_piece).otherwise(shared)
    discount = pl.when(dearer).then(pl.col("discount_minor") - cheaper).otherwise(cheaper)
    return doubled.with_columns(
        (pieces * PIECE).alias("quantity_milli"),
        price.alias("unit_price_minor"),
        (pieces * price).alias("amount_minor"),
        pl.when(has_two).then(discount).otherwise("discount_minor").alias("discount_minor"),
    ).drop("pieces")


_KEPT: Final = ("order_no", "kind", "item", "source", "amount_minor", "discount_minor", "vat_code")


def _tax(lines: pl.DataFrame, vat_mode: pl.Series, rate: int, *, by_line: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    amount, taxed = pl.col("amount_minor"), pl.col("vat_code") == "vat7"
    some_added = (vat_mode == "excluded").any()
    added = pl.lit((vat_mode == "excluded").gather(lines["order_no"])) if some_added else pl.lit(value=False)
    vat = (
        pl.when(added).then(on_top(amount, rate)).otherwise(included(amount, rate))
        if some_added
        else included(amount, rate)
    )
    lines = lines.with_columns(pl.when(taxed).then(vat).otherwise(0).alias("vat_minor"))
    sums = run_sums(
        lines,
        "order_no",
        amount_minor=amount,
        discount_minor=pl.col("discount_minor"),
        taxable=pl.when(taxed).then(amount).otherwise(0),
        vat_by_line_minor=pl.col("vat_minor"),
    )
    mode_added = pl.lit((vat_mode == "excluded").gather(sums["order_no"]))
    base = pl.col("taxable")
    once = pl.when(mode_added).then(on_top(base, rate)).otherwise(included(base, rate))
    document_vat = pl.col("vat_by_line_minor") if by_line else once
    sums = sums.with_columns(document_vat.alias("vat_minor"))
    net = pl.when(mode_added).then("amount_minor").otherwise(pl.col("amount_minor") - pl.col("vat_minor"))
    sums = sums.with_columns(
        (pl.col("amount_minor") + pl.col("discount_minor")).alias("gross_minor"), net.alias("net_minor")
    )
    sums = sums.with_columns((pl.col("net_minor") + pl.col("vat_minor")).alias("total_minor"))
    lines = _spread_remainder(lines, sums, added, rate)
    line_net = pl.when(added).then(amount).otherwise(amount - pl.col("vat_minor"))
    return lines.with_columns(line_net.alias("net_minor")), sums


def _spread_remainder(lines: pl.DataFrame, sums: pl.DataFrame, added: pl.Expr, rate: int) -> pl.DataFrame:
    """Give what the lines' VAT misses of the document's, one minor unit each, to those that rounding took most from.

    So no line's VAT is further than one minor unit from its amount's. Of equals the larger line is first, then the one
    that stands first.
    """
    short = sums.select("order_no", (pl.col("vat_minor") - pl.col("vat_by_line_minor")).alias("_short"))
    short = short.filter(pl.col("_short") != 0)
    if short.is_empty():
        return lines
    numbered = lines.with_columns(
        _lost(added, rate).alias("_lost"), pl.int_range(pl.len(), dtype=pl.UInt32).alias("_at")
    )
    taxed = numbered.filter(pl.col("vat_code") == "vat7").select("order_no", "_at", "_lost", "amount_minor")
    taxed = taxed.join(short, on="order_no", how="inner", maintain_order="left")
    way = pl.col("_short").sign()
    ranked = taxed.with_columns(pl.col("_lost") * way).sort(
        "order_no", "_lost", "amount_minor", "_at", descending=[False, True, True, False]
    )
    at = pl.int_range(pl.len(), dtype=pl.Int64)
    begins = pl.when(pl.col("order_no").ne_missing(pl.col("order_no").shift(1))).then(at).forward_fill()
    given = ranked.filter(at - begins < pl.col("_short").abs()).select("_at", way.alias("_given"))
    correction = numbered.select("_at").join(given, on="_at", how="left", maintain_order="left")
    return lines.with_columns(pl.col("vat_minor") + pl.lit(correction["_given"].fill_null(0)))


def _lost(added: pl.Expr, rate: int) -> pl.Expr:
    """Return what rounding took from a line's VAT, as a share of one minor unit in 1 / (10000 or 10000 + rate)."""

    def rest(whole: int) -> pl.Expr:
        over = (pl.col("amount_minor").abs() % whole) * rate % whole
        return pl.when(2 * over >= whole).then(over - whole).otherwise(over) * pl.col("amount_minor").sign()

    return pl.when(added).then(rest(_FULL)).otherwise(rest(_FULL + rate))
