"""Lines of a till's records: where each is booked, by which VAT code, and what the ledger will make of its gross amount.

Account and code are those that match shows a person (`recon.match.till_accounts`). VAT is worked out as the ledger does it: by the
rate of the line, out of its gross, once per line, half up. The code has that rate, or the line is held.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.domain.taxes import RATE_UNIT
from recon.frames.schemas import LineKind
from recon.match.till_accounts import ROUNDING, Books, resolve_lines, till_lines
from recon.plan.columns import share_half_up
from recon.plan.inputs import PlanInputs

CODED: Final = pl.Schema({
    "order_no": pl.UInt32(),
    "kind": LineKind,
    "sku": pl.String(),
    "name": pl.String(),
    "row": pl.UInt32(),                 # in the file of the record; null: of the record itself
    "quantity_milli": pl.Int64(),       # pieces sold, as far as the source says
    "unit_price_minor": pl.Int64(),
    "amount_minor": pl.Int64(),         # gross; never 0
    "tax_text": pl.String(),
    "product_code": pl.String(),        # null: not linked
    "account_code": pl.String(),        # null: nobody has chosen one
    "tax_code": pl.String(),            # null: none, for the problem named
    "problem": pl.String(),             # of till_accounts.PROBLEMS; null: none
    "detail": pl.String(),              # the problem in words
    "needs_department": pl.Boolean(),
    "needs_project": pl.Boolean(),
    "net_minor": pl.Int64(),
    "vat_minor": pl.Int64(),
})  # fmt: skip
"""Lines that are booked, sorted by order_no; rounding last."""
_BY: Final = ("sku", "tax_text")


def coded_lines(inputs: PlanInputs) -> pl.DataFrame:
    """Return CODED: every line of the records that is not zero, and their rounding."""
    lines = _with_rounding(inputs).filter(pl.col("amount_minor") != 0)
    booked = lines.join(_resolved(inputs), on=_BY, how="left", nulls_equal=True, maintain_order="left")
    booked = booked.join(account_needs(inputs), on="account_code", how="left", maintain_order="left")
    rate = pl.col("rate").fill_null(0)
    share = share_half_up(pl.col("amount_minor").abs(), rate, pl.lit(RATE_UNIT, dtype=pl.Int64) + rate)
    vat = pl.col("amount_minor").sign() * share
    return booked.with_columns(
        vat.alias("vat_minor"),
        (pl.col("amount_minor") - vat).alias("net_minor"),
        pl.when(pl.col("account_code").is_null()).then(pl.coalesce("problem", pl.lit("group-not-mapped")))
        .otherwise("problem").alias("problem"),
        pl.col("needs_department", "needs_project").fill_null(value=False),
    ).select(pl.col(name).cast(dtype) for name, dtype in CODED.items())  # fmt: skip


def account_needs(inputs: PlanInputs) -> pl.DataFrame:
    """Return what the ledger says its accounts need: account_code, needs_department, needs_project, is_known."""
    return inputs.ledger_accounts.select(
        "account_code", "needs_department", "needs_project", pl.lit(value=True).alias("is_known")
    )


def _with_rounding(inputs: PlanInputs) -> pl.DataFrame:
    """Return the order lines and a line per Z report whose cash was rounded, which the source states in its head."""
    columns = [name for name in CODED if name in inputs.lines.columns]
    rounded = inputs.orders.filter(pl.col("rounding_minor") != 0, pl.col("record_kind") == "settlement")
    coins = rounded.select(
        "order_no",
        pl.lit(ROUNDING, dtype=LineKind).alias("kind"),
        pl.format("{}/{}", "sales_channel", pl.lit(ROUNDING)).alias("sku"),
        pl.lit(None, dtype=pl.String).alias("name"),
        pl.lit(None, dtype=pl.UInt32).alias("row"),
        pl.lit(1000, dtype=pl.Int64).alias("quantity_milli"),
        pl.col("rounding_minor").alias("unit_price_minor"),
        pl.col("rounding_minor").alias("amount_minor"),
        pl.lit(None, dtype=pl.String).alias("tax_text"),
    )
    return pl.concat([inputs.lines.select(columns), coins.select(columns)]).sort("order_no", maintain_order=True)


def _resolved(inputs: PlanInputs) -> pl.DataFrame:
    """Return product, account, VAT code and rate of every line that occurs, by SKU and tax."""
    distinct = till_lines(inputs.orders, inputs.lines)
    books = Books.of(inputs.ledger_accounts, inputs.ledger_taxes)
    coded = resolve_lines(distinct, inputs.product_links, inputs.tax_links, books)
    products = inputs.product_links.select("sku_key", "product_code")
    keyed = distinct.select(*_BY, "sku_key", "tax_key", "rate")
    found = keyed.join(coded, on=["sku_key", "tax_key"], how="left", maintain_order="left")
    return found.join(products, on="sku_key", how="left", maintain_order="left").drop("sku_key", "tax_key")
