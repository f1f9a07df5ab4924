"""What is said of products whose stock the ledger keeps: their cost is booked there, and stands in no posting of ours."""

from __future__ import annotations

import polars as pl

from recon.domain.document import PURCHASE_KINDS
from recon.frames.findings import no_findings, one_finding
from recon.plan.inputs import Plan
from recon.plan.products import PRODUCT


def stock_costs(made: Plan, products: pl.DataFrame) -> pl.DataFrame:
    """Return a note where a plan sells products the ledger keeps the stock of; ``products``: LEDGER_PRODUCTS."""
    stocked = products.filter("keeps_stock")["product_code"]
    if stocked.is_empty():
        return no_findings()
    sold = made.documents.filter(~pl.col("kind").cast(pl.String).is_in([*PURCHASE_KINDS, PRODUCT])).select("doc_no")
    lines = made.lines.filter(pl.col("product_code").is_in(stocked.implode())).join(sold, on="doc_no", how="semi")
    if lines.is_empty():
        return no_findings()
    documents = lines["doc_no"].n_unique()
    return one_finding(
        "stock-cost-by-ledger",
        column="product_code",
        value=", ".join(lines["product_code"].unique().sort().head(5)),
        detail=f"{documents:,} documents have {lines.height:,} lines of such products.",
    )
