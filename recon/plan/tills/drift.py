"""VAT as the ledger works it out of the gross sums, beside the VAT the till added up receipt by receipt.

Both are right: the till rounds every line of a receipt, the ledger rounds once per line of the voucher. A difference within half a
minor unit per piece sold is that rounding; beyond it somebody should look. It is told and never booked.
"""

from __future__ import annotations

import polars as pl

from recon.frames.amounts import plain_text
from recon.frames.findings import findings_from
from recon.plan.tills.work import Tills


def drift_findings(work: Tills, documents: pl.DataFrame) -> pl.DataFrame:
    """Return a warning per settlement and rate whose two figures of VAT are further apart than rounding explains."""
    stated = work.inputs.lines.select("order_no", "tax_text", "tax_minor", "quantity_milli")
    by = ["order_no", "tax_text"]
    theirs = stated.group_by(by).agg(
        pl.col("tax_minor").sum().alias("_theirs"),
        pl.col("tax_minor").is_not_null().any().alias("_told"),
        pl.max_horizontal((pl.col("quantity_milli").abs().sum() + 999) // 1000, pl.len()).alias("_pieces"),
    )
    ours = work.lines.filter(pl.col("tax_text").is_not_null()).group_by(by).agg(
        pl.col("vat_minor").sum().alias("_ours")
    )  # fmt: skip
    reports = documents.filter(pl.col("kind") == "settlement").select("order_no", "document_key", "order_key")
    both = theirs.filter("_told").join(ours, on=by, how="inner").join(reports, on="order_no", how="inner")
    place = work.orders.select("order_no", "file", "row")
    differing = both.join(place, on="order_no", how="left").sort(by)
    apart = (pl.col("_ours") - pl.col("_theirs")).abs()
    tolerance = (pl.col("_pieces") + 1) // 2  # half a minor unit a piece, rounded up
    detail = pl.format(
        "{}: VAT {} by the gross sums, {} on the report, {} apart; rounding of {} pieces explains {}.",
        "tax_text", plain_text("_ours"), plain_text("_theirs"), plain_text(apart), "_pieces", plain_text(tolerance),
    )  # fmt: skip
    return findings_from(
        differing.filter(apart > tolerance), "vat-drift", column="tax_text", value=pl.col("tax_text"),
        amount_minor=apart, detail=detail,
    )  # fmt: skip
