"""Thai VAT of an order: which price basis it has, what its document's VAT is, and whether that agrees with the source.

Document VAT is rounded once, half up (docs/rounding.md). The total never moves: where the tax that the source added on
top differs from ours by rounding only (at most one minor unit per line), the order is carried with VAT-inclusive
amounts, so that lines, VAT and total still tie.
"""

from __future__ import annotations

import polars as pl

from recon.config.connection import Connection
from recon.frames.schemas import VatMode
from recon.plan.columns import divide_half_up

_FULL = 10_000


def included(gross: pl.Expr, rate_basis_points: int) -> pl.Expr:
    """Return the VAT inside gross amounts, half up."""
    return divide_half_up(gross, rate_basis_points, _FULL + rate_basis_points)


def on_top(net: pl.Expr, rate_basis_points: int) -> pl.Expr:
    """Return the VAT on net amounts, half up."""
    return divide_half_up(net, rate_basis_points, _FULL)


def order_amounts(orders: pl.DataFrame, sums: pl.DataFrame, voucher: pl.Series, connection: Connection) -> pl.DataFrame:
    """Return per order how it is posted.

    ``vat_mode`` of the document; ``carry_minor``: tax on top that goes into the line amounts; ``shipping_exempt``: the
    source's tax leaves shipping out; ``left_out_minor``; ``doc_total_minor``; ``does_not_foot``, ``vat_mismatch``,
    ``our_vat_minor``: what we would have expected as the source's tax.
    """
    rate = connection.vat_rate_basis_points
    frame = orders.lazy().select(
        (pl.lit("none", dtype=VatMode) if connection.states_tax else pl.col("vat_mode")).alias("source_mode"),
        _mode(connection).alias("mode"),
        "total_minor",
        "tax_minor",
        (pl.col("shipping_discount_minor") > pl.col("shipping_minor")).alias("odd_shipping"),
        pl.lit(voucher).alias("voucher_minor"),
    )
    frame = pl.concat([frame, sums.lazy()], how="horizontal")
    added = pl.col("source_mode") == "excluded"
    left_vat = pl.when(added).then(on_top(pl.col("left_taxable"), rate)).otherwise(0)
    frame = frame.with_columns((pl.col("left_minor") + left_vat).alias("left_out_minor"))
    frame = frame.with_columns(
        (pl.col("total_minor") - pl.col("left_out_minor") - pl.col("amount")).alias("added_minor"),
        (pl.col("total_minor") + pl.col("voucher_minor") - pl.col("left_out_minor")).alias("doc_total_minor"),
    )
    return _judge(frame, connection).collect()


def _mode(connection: Connection) -> pl.Expr:
    """Return the price basis of an order; settings speak only where its own arithmetic is silent."""
    if not connection.vat_registered or connection.states_tax:
        return pl.lit("none")
    inside = connection.prices == "with-vat" or connection.neutral_orders == "with-vat"
    source = pl.col("vat_mode").cast(pl.String)
    return pl.when(source == "unknown").then(pl.lit("included" if inside else "none")).otherwise(source)


def _judge(frame: pl.LazyFrame, connection: Connection) -> pl.LazyFrame:
    """Compare our VAT with the source's, decide the document's basis, flag what does not tie."""
    rate = connection.vat_rate_basis_points
    added, mode = pl.col("added_minor"), pl.col("mode")
    base = pl.col("taxable") + pl.col("spread_rounding") * (pl.col("taxable") != 0)

    def ours(base_minor: pl.Expr) -> pl.Expr:
        return (
            pl.when(mode == "none").then(0)
            .when(mode == "excluded").then(on_top(base_minor, rate))
            .otherwise(included(base_minor + pl.col("left_taxable"), rate))
        )  # fmt: skip

    theirs = pl.when(mode == "excluded").then(added).otherwise("tax_minor")
    stated = pl.col("tax_minor").is_not_null()  # a source without a tax column says nothing to compare with
    compared = (mode != "none") & pl.col("source_mode").is_in(["included", "excluded"]) & stated
    frame = frame.with_columns(
        ours(base).alias("our_vat_minor"),
        ours(base - pl.col("shipping_taxable")).alias("_without_shipping"),
        theirs.alias("their_vat_minor"),
        compared.alias("_compared"),
    )
    frame = frame.with_columns(
        (pl.col("our_vat_minor") - pl.col("their_vat_minor")).fill_null(0).alias("_off"),
        (pl.col("_without_shipping") - pl.col("their_vat_minor")).abs().fill_null(0).alias("_off_without"),
    )
    tolerated = pl.max_horizontal("line_count", pl.lit(1))
    outside = (pl.col("_off").abs() > tolerated) & (pl.col("_off_without") <= tolerated) & pl.col("_compared")
    frame = frame.with_columns(outside.alias("shipping_exempt"))
    off = pl.when("shipping_exempt").then("_off_without").otherwise(pl.col("_off").abs())
    return _settle(frame.with_columns(off.alias("_off"), tolerated.alias("_tolerated")), connection)


def _settle(frame: pl.LazyFrame, connection: Connection) -> pl.LazyFrame:
    added, mode = pl.col("added_minor"), pl.col("mode")
    plain = (pl.col("voucher_minor") == 0) & (pl.col("spread_rounding") == 0)
    exact = (pl.col("_off") == 0) & plain & (connection.ledger.vat_rounding == "document")
    taxed_on_top = pl.col("source_mode") == "excluded"
    carries = taxed_on_top & ((mode == "none") | ~exact)
    settled = pl.when((mode == "excluded") & carries).then(pl.lit("included")).otherwise(mode)
    expected = pl.when(taxed_on_top).then(pl.coalesce("tax_minor", added)).otherwise(0)
    wrong_sum = (added != expected) & ~(taxed_on_top & (pl.col("left_minor") != 0))
    return frame.select(
        settled.cast(VatMode).alias("vat_mode"),
        pl.when(carries).then(added).otherwise(0).alias("carry_minor"),
        "shipping_exempt",
        "left_out_minor",
        "doc_total_minor",
        (wrong_sum | pl.col("odd_shipping") | (pl.col("doc_total_minor") < 0)).alias("does_not_foot"),
        (pl.col("_compared") & (pl.col("_off") > pl.col("_tolerated"))).alias("vat_mismatch"),
        "our_vat_minor",
        "their_vat_minor",
    )
