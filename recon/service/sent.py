"""What became of approved documents and waits for a person, as findings: refused, unclear, something else in our place."""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.findings import findings_from, gather
from recon.service.context import Context
from recon.service.refused import entered_by_hand

CODES: Final[dict[str, tuple[str, ...]]] = {
    "ledger-refused": ("refused", "skipped"),
    "outcome-unknown": ("unknown", "sending", "needs_person"),
    "number-used": ("conflict",),
    "posted-unclear": ("duplicate",),
}
"""States of a sent document by the finding that tells of them."""


def sent_findings(context: Context, name: str) -> pl.DataFrame:
    """Return FINDINGS about documents of a connection that were approved and do not stand in the ledger as they should."""
    states = tuple(state for listed in CODES.values() for state in listed)
    rows = [
        {
            "document_key": row.document_key,
            "order_key": row.order_key,
            "state": row.state,
            "value": row.number,
            "amount_minor": row.total_minor,
            "detail": row.words or row.code,
        }
        for batch in context.store.batches.all(name)
        if batch.first_row is not None
        for by_hand in [entered_by_hand(context, batch)]
        for row in context.store.outbox.rows(batch.batch_id, states=states)
        if row.document_key not in by_hand
    ]
    if not rows:
        return gather([])
    held = context.store.posted_frame()["document_key"].implode()
    frame = pl.DataFrame(rows, infer_schema_length=None).unique("document_key", keep="last", maintain_order=True)
    open_ones = frame.filter(~pl.col("document_key").is_in(held) | pl.col("state").is_in(CODES["outcome-unknown"]))
    told = {name: pl.col(name) for name in ("value", "amount_minor", "detail")}
    return gather(
        [findings_from(open_ones.filter(pl.col("state").is_in(listed)), code, **told) for code, listed in CODES.items()]
    )
