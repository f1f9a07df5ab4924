"""Products: linked or not linked, one command that links all by exact SKU, and what the unlinked ones hold back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import polars as pl

from recon.domain.providers import BOUGHT
from recon.frames.conform import fill
from recon.frames.findings import findings_from, gather
from recon.frames.schemas import FINDINGS, PRODUCT_LINKS
from recon.match.keys import distinct_keys, fold_column, mixed_scripts

CATALOG: Final = pl.Schema({
    "product_code": pl.String(),        # ledger's code
    "product_name": pl.String(),
})  # fmt: skip
"""The ledger's products as match sees them."""

UNLINKED_PRODUCTS: Final = pl.Schema({
    "sku_key": pl.String(),             # "" for lines without a SKU
    "sku": pl.String(),                 # one spelling of it, as it came; null: the lines name none
    "name": pl.String(),                # one of the names it was sold under
    "line_count": pl.UInt32(),
    "order_count": pl.UInt32(),
    "quantity_milli": pl.Int64(),
    "amount_minor": pl.Int64(),         # sum of these lines
    "blocked_minor": pl.Int64(),        # sum of the totals of the orders that hold such a line
})  # fmt: skip
"""One row per SKU without a link, the most money first."""

SOLD: Final = (pl.col("order_state") != "cancelled") & ~pl.col("record_kind").is_in(BOUGHT)
"""What is bought is booked on accounts, so its SKUs need no product."""


def catalog_frame(products: Iterable[tuple[str, str]]) -> pl.DataFrame:
    """Return (code, name) pairs of the ledger as a frame."""
    rows = [(code, name) for code, name in products if code]
    return pl.DataFrame(rows, schema=CATALOG, orient="row").unique(maintain_order=True)


def link_all(
    lines: pl.DataFrame, catalog: pl.DataFrame, product_links: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Link every SKU that has no link yet and whose key is exactly the key of one product code.

    Returns:
        The new rows for PRODUCT_LINKS, and FINDINGS: a key that leads to two products is linked to neither.
    """
    codes = catalog.select("product_code").unique(maintain_order=True)
    codes = codes.with_columns(fold_column(codes["product_code"]).alias("sku_key"))
    clashes = _two_products(codes)
    wanted = distinct_keys(_product_skus(lines), name="sku", key_name="sku_key").select("sku_key").unique()
    free = wanted.join(product_links, on="sku_key", how="anti")
    found = free.join(codes, on="sku_key").join(clashes, on="sku_key", how="anti").sort("sku_key")
    concerned = clashes.join(free, on="sku_key", how="semi")
    return fill(found, PRODUCT_LINKS), gather([_clash_findings(concerned), _mixed_script_findings(lines)])


def unlinked_products(orders: pl.DataFrame, lines: pl.DataFrame, product_links: pl.DataFrame) -> pl.DataFrame:
    """Return SKUs without a link and what they hold back; cancelled orders and purchases do not count."""
    live = orders.filter(SOLD).select("order_no", "total_minor")
    wanted = lines.filter(pl.col("kind") == "product").join(live, on="order_no", how="inner")
    keys = distinct_keys(wanted["sku"], name="sku", key_name="sku_key")
    missing = keys.join(product_links, on="sku_key", how="anti")
    named = wanted.join(missing, on="sku", how="inner", maintain_order="left")
    nameless = wanted.filter(pl.col("sku").is_null()).with_columns(sku_key=pl.lit(""))
    return _weigh(pl.concat([named, nameless.select(named.columns)]), "sku_key")


def _product_skus(lines: pl.DataFrame) -> pl.Series:
    return lines.filter(pl.col("kind") == "product")["sku"]


def _two_products(codes: pl.DataFrame) -> pl.DataFrame:
    """Return keys that several product codes share, with the codes."""
    grouped = codes.group_by("sku_key").agg(pl.col("product_code").sort(), pl.len().alias("count"))
    return grouped.filter(pl.col("count") > 1).select("sku_key", pl.col("product_code").list.join(", ").alias("codes"))


def _clash_findings(clashes: pl.DataFrame) -> pl.DataFrame:
    return findings_from(
        clashes.sort("sku_key"),
        "sku-two-products",
        column="sku",
        value=pl.col("sku_key"),
        detail=pl.format("SKU {} is the code of {}; it was linked to none of them.", "sku_key", "codes"),
    )


def _mixed_script_findings(lines: pl.DataFrame) -> pl.DataFrame:
    mixed = mixed_scripts(_product_skus(lines))
    if mixed.is_empty():
        return pl.DataFrame(schema=FINDINGS)
    return findings_from(
        pl.DataFrame({"sku": mixed}),
        "mixed-scripts",
        column="sku",
        value=pl.col("sku"),
        detail=pl.format("SKU {} mixes Latin letters with look-alikes of another alphabet.", "sku"),
    )


def _weigh(wanted: pl.DataFrame, key: str) -> pl.DataFrame:
    """Return counts and sums per key; an order counts once however many such lines it has."""
    per_order = wanted.group_by(key, "order_no").agg(
        pl.col("sku", "name").first(),
        pl.len().alias("line_count"),
        pl.col("quantity_milli", "amount_minor").sum(),
        pl.col("total_minor").first(),
    )
    weighed = (
        per_order.sort(key, "order_no")
        .group_by(key, maintain_order=True)
        .agg(
            pl.col("sku", "name").first(),
            pl.col("line_count").sum(),
            pl.len().alias("order_count"),
            pl.col("quantity_milli", "amount_minor").sum(),
            pl.col("total_minor").sum().alias("blocked_minor"),
        )
    )
    return fill(weighed, UNLINKED_PRODUCTS).sort(["amount_minor", key], descending=[True, False])
