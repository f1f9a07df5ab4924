"""Why the ledger refused documents, grouped by cause, and where each cause is mended."""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.errors import UsageError
from recon.frames.parquet import scan_frame
from recon.money import plain
from recon.plan.payments import by_payment
from recon.service.context import Context
from recon.service.kept_plans import plan_folder
from recon.service.upload_records import RefusedGroup, ResultLine
from recon.store import outbox_progress
from recon.store.batches import Batch
from recon.store.outbox import OutboxRow

SHOWN_DOCUMENTS: Final = 20
"""Documents of a cause that are named."""
SHOWN_GROUPS: Final = 200
LOOKED_AT: Final = 500
"""Documents of a cause whose mappings are read."""
SHOWN_MENDS: Final = 6

_PLACES: Final[tuple[tuple[tuple[str, ...], str, str, str], ...]] = (
    (("invalid product", "product"), "match", "product", "Link the product again."),
    (("payment method", "payment data", "payment"), "channels", "channel", "Map the payment channel again."),
    (("contact",), "settings", "contact", "Create the contact in the ledger, or correct its code in the settings."),
    (("accountcode", "account"), "settings", "account", "Choose the account again in the settings."),
    (("period", "closed"), "review", "", "Open the period in the ledger, or leave these orders out."),
)
"""Words of a refusal, the screen where its cause is mended, what of the document it points to, and what to do."""
_ELSEWHERE: Final = ("review", "", "Look at the order and its document; correct what the ledger's words point to.")
_SKIPPED: Final = ("review", "", "Mend what was refused before it; then these come back too.")


def refused_groups(context: Context, batch: Batch, but: tuple[str, ...] = ()) -> tuple[RefusedGroup, ...]:
    """Return what the ledger refused of a batch, the most frequent cause first; ``but``: documents entered by hand since."""
    tallies = outbox_progress.refused_tallies(context.store.database, batch.batch_id, but)
    return tuple(_group(context, batch, but, *tally) for tally in tallies[:SHOWN_GROUPS])


def _group(
    context: Context,
    batch: Batch,
    but: tuple[str, ...],
    state: str,
    code: str,
    words: str,
    count: int,
    total_minor: int,
) -> RefusedGroup:
    found = outbox_progress.refused_rows(context.store.database, batch.batch_id, code, words, LOOKED_AT)
    rows = tuple(row for row in found if row.document_key not in but)
    place, points_to, remedy = _SKIPPED if state == "skipped" else where(words)
    return RefusedGroup(
        code=code,
        words=words,
        count=count,
        total=plain(total_minor),
        documents=tuple(result_line(row) for row in rows[:SHOWN_DOCUMENTS]),
        place=place,
        remedy=remedy,
        mends=_mends(context, batch, rows, points_to) if points_to else (),
    )


def where(words: str) -> tuple[str, str, str]:
    """Return the screen where a refusal's cause is mended, what it points to, and what to do there."""
    lowered = words.lower()
    for signs, place, points_to, remedy in _PLACES:
        if any(sign in lowered for sign in signs):
            return place, points_to, remedy
    return _ELSEWHERE


def _mends(context: Context, batch: Batch, rows: tuple[OutboxRow, ...], points_to: str) -> tuple[str, ...]:
    """Return the mappings of refused documents, as the plan used them."""
    try:
        folder = plan_folder(context, batch)
    except UsageError:
        return ()  # the words of the ledger stand all the same
    numbers = pl.Series([row.doc_no for row in rows], dtype=pl.UInt32)
    part, left, right = {
        "product": ("lines", "sku", "product_code"),
        "account": ("lines", "sku", "account_code"),
        "channel": ("documents", "payment_channel", "payment_method"),
        "contact": ("documents", "sales_channel", "contact_code"),
    }[points_to]
    refused = scan_frame(folder, part).filter(pl.col("doc_no").is_in(numbers.implode())).collect()
    each = by_payment(refused) if "payments" in refused.columns else refused
    found = (
        each.lazy()
        .select(pl.col(left).fill_null(""), pl.col(right).fill_null(""))
        .filter(pl.col(right) != "")
        .unique(maintain_order=True)
        .head(SHOWN_MENDS)
        .collect()
    )
    return tuple(f"{have} -> {used}" if have else used for have, used in found.iter_rows())


def result_line(row: OutboxRow) -> ResultLine:
    """Return what became of a document."""
    return ResultLine(
        at=row.updated_at or "",
        document_key=row.document_key,
        number=row.number,
        kind=row.kind,
        total=plain(row.total_minor),
        state=row.state,
        code=row.code or "",
        words=row.words or "",
        ledger_number=row.ledger_number,
        ledger_id=row.ledger_id,
    )
