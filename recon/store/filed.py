"""What became of every approved document that is live, as one frame: for reports over all batches of a ledger."""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.store.database import Database

_COLUMNS: Final = {
    "document_key": pl.String(), "kind": pl.String(), "number": pl.String(), "issued_on": pl.String(),
    "total_minor": pl.Int64(), "vat_minor": pl.Int64(), "is_tax_invoice": pl.Int64(), "applies_to_key": pl.String(),
    "state": pl.String(), "ledger_id": pl.String(), "batch_id": pl.String(), "connection": pl.String(),
}  # fmt: skip
_QUESTION: Final = (
    "SELECT o.document_key, o.kind, CASE WHEN o.state IN ('posted', 'by_hand') THEN coalesce(o.ledger_number, o.number) ELSE o.number END, "
    "o.issued_on, o.total_minor, o.vat_minor, o.is_tax_invoice, o.applies_to_key, o.state, o.ledger_id, o.batch_id, b.connection "
    "FROM outbox o JOIN batches b ON b.batch_id = o.batch_id WHERE o.live = 1 AND o.company_no = ? AND o.kind <> 'product' ORDER BY o.id"
)


def filed_frame(database: Database, company_no: int) -> pl.DataFrame:
    """Return live documents of a company with their state, the ledger's id and number, batch and connection."""
    rows = [row for part in database.tuples(_QUESTION, (company_no,)) for row in part]
    frame = pl.DataFrame(rows, schema=_COLUMNS, orient="row")
    return frame.with_columns(
        pl.col("issued_on").str.to_date("%Y-%m-%d"), (pl.col("is_tax_invoice") == 1).alias("is_tax_invoice")
    )
