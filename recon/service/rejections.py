"""Orders whose documents a person rejected: no plan makes them again until they are put back."""

from __future__ import annotations

import polars as pl

from recon.errors import ApprovalError
from recon.frames.schemas import LEFT_OUT
from recon.service.context import Context
from recon.store.batches import Batch


def rejected_orders(context: Context, name: str) -> pl.DataFrame:
    """Return LEFT_OUT: the orders of a connection that stand rejected, with who rejected them and why."""
    reviews = context.store.reviews
    groups = reviews.unsettled(name)
    if not any(group.decision == "rejected" for group in groups.values()):
        return pl.DataFrame(schema=LEFT_OUT)
    found: dict[str, str] = {}
    for _, order_key, _, number in reviews.standing(name):
        group = groups[number]
        if group.decision == "rejected":
            found[order_key] = f"Rejected by {group.who} on {group.at[:10]}: {group.reason}"
    rows = [(key, "rejected-by-person", detail) for key, detail in sorted(found.items())]
    return pl.DataFrame(rows, schema=LEFT_OUT, orient="row")


def require_none_rejected(context: Context, batch: Batch, documents: pl.DataFrame) -> None:
    """Refuse to let out a whole draft of which a person rejected a part since.

    Raises:
        ApprovalError: Some of its documents stand rejected.
    """
    rejected = rejected_orders(context, batch.connection)
    found = documents.join(rejected, on="order_key", how="inner", maintain_order="left")
    if not found.height:
        return
    first = found.row(0, named=True)
    raise ApprovalError(
        f"{found.height:,} documents of {batch.batch_id} were rejected since it was planned; the first is "
        f"{first['number'] or first['document_key']} ({first['detail']}). Nothing was approved. Approve what was decided with "
        "`recon approve --decided --as NAME`, or run `recon plan` again: it leaves them out."
    )
