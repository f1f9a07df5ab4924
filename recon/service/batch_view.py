"""A batch as it is told of everywhere: its numbers, its approval, and what became of its documents."""

from __future__ import annotations

from recon.money import plain
from recon.service.context import Context
from recon.service.refused import counted, entered_by_hand
from recon.store.batches import Batch
from recon.summaries.plans import BatchView


def batch_view(context: Context, batch: Batch) -> BatchView:
    """Return a batch with what became of its documents."""
    by_hand = entered_by_hand(context, batch)
    tallies = counted(context, batch, by_hand.values()) if batch.first_row is not None else {}
    counts = {state: tally.count for state, tally in tallies.items()}
    approval = context.store.batches.approval(batch.batch_id)
    closed = ("posted", "by_hand", "refused", "skipped", "cancelled", "unknown")
    return BatchView(
        batch=batch.batch_id,
        connection=batch.connection,
        state=batch.state,
        created_at=batch.created_at,
        created_by=batch.created_by,
        digest=batch.plan_digest,
        documents=batch.document_count,
        total=plain(batch.total_minor),
        approved_by=approval.approver if approval else None,
        approved_at=approval.at if approval else None,
        posted=counts.get("posted", 0) + counts.get("by_hand", 0),
        refused=counts.get("refused", 0) + counts.get("skipped", 0),
        unknown=counts.get("unknown", 0) + counts.get("sending", 0),
        open=sum(count for state, count in counts.items() if state not in closed),
        products=int(batch.facts.get("products", 0)),
        for_books=plain(int(batch.facts["controls"]["documents_minor"])),
        purchases=int(batch.facts.get("bought", {}).get("document_count", 0)),
        purchases_total=plain(int(batch.facts.get("bought", {}).get("documents_minor", 0))),
        company=known.name if (known := context.store.catalog.verified(batch.connection)) else "",
        by_hand=tuple(f"{row.number or row.document_key} was refused. {row.words}" for row in by_hand.values()),
    )
