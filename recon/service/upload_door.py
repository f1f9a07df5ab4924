"""The second door: what a person looks at once more before a batch is sent, and who answers on the other side right now."""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.errors import WrongCompany
from recon.frames.parquet import scan_frame
from recon.money import plain
from recon.ports import Patience, for_ever
from recon.service.connecting import known_company
from recon.service.context import Context
from recon.service.door import door
from recon.service.kept_plans import plan_folder
from recon.service.numbering_proof import gap_warnings
from recon.service.same_company import differs
from recon.service.sending import confirmation_needed
from recon.service.sheet_state import gets_sheets
from recon.service.upload_records import CompanyCheck, UploadDoor
from recon.store.batches import Batch
from recon.store.moments import stamp
from recon.upload.company import require_company

_COLUMNS: Final = ("doc_no", "document_key", "number", "issued_on", "total_minor", "vat_minor")


def upload_door(context: Context, batch_id: str) -> UploadDoor:
    """Return what is about to be sent: an approved batch, or the documents approved one by one in a draft.

    Raises:
        UsageError: There is no such batch, or nothing in the draft is approved.
    """
    batch = context.store.batches.get(batch_id)
    if batch.state == "draft":
        return _of_draft(context, batch)
    _, company, environment = known_company(context, batch.connection)
    verified = context.store.catalog.verified(batch.connection)
    approval = context.store.batches.approval(batch.batch_id)
    frame = scan_frame(plan_folder(context, batch), "documents").select(_COLUMNS).collect().sort("doc_no")
    names = frame.with_columns(name=pl.coalesce("number", "document_key"))
    largest = names.sort(pl.col("total_minor").abs(), descending=True).head(1)
    days = frame.select(pl.min("issued_on").alias("first"), pl.max("issued_on").alias("last")).row(0)
    return UploadDoor(
        batch=batch.batch_id,
        state=batch.state,
        company=company,
        tax_id=(verified.tax_id if verified else "") or context.settings.company.tax_id,
        environment=environment,
        target=context.settings.connections[batch.connection].target,
        currency=context.settings.company.currency,
        timezone=context.settings.company.timezone,
        documents=batch.document_count,
        total=plain(batch.total_minor),
        for_books=plain(int(batch.facts["controls"]["documents_minor"])),
        purchases=int(batch.facts.get("bought", {}).get("document_count", 0)),
        purchases_total=plain(int(batch.facts.get("bought", {}).get("documents_minor", 0))),
        vat=plain(int(frame["vat_minor"].sum())),
        first_day=days[0].isoformat() if days[0] else "",
        last_day=days[1].isoformat() if days[1] else "",
        first_number=names["name"][0] if frame.height else "",
        last_number=names["name"][-1] if frame.height else "",
        largest_number=largest["name"][0] if frame.height else "",
        largest_total=plain(largest["total_minor"][0]) if frame.height else "0.00",
        prepared_by=batch.created_by,
        prepared_at=batch.created_at,
        approved_by=approval.approver if approval else None,
        approved_at=approval.at if approval else None,
        digest=batch.plan_digest,
        confirm=confirmation_needed(context, batch.batch_id),
        actor=context.actor,
        warnings=gap_warnings(context, batch),
        gets_sheets=gets_sheets(context, batch.connection),
    )


def _of_draft(context: Context, batch: Batch) -> UploadDoor:
    """Return what `approve_decided` would let out of the draft."""
    view = door(context, batch.connection)
    first, last = view.period or ("", "")
    return UploadDoor(
        batch=view.batch,
        state="draft",
        company=view.ledger_company,
        tax_id=view.tax_id,
        environment=view.environment,
        target=context.settings.connections[batch.connection].target,
        currency=view.currency,
        timezone=context.settings.company.timezone,
        documents=view.count,
        total=view.total,
        for_books=view.for_books,
        purchases=view.purchases,
        purchases_total=view.purchases_total,
        vat=view.vat,
        first_day=first,
        last_day=last,
        first_number=view.first_number,
        last_number=view.last_number,
        largest_number=view.largest,
        largest_total=view.largest_total,
        prepared_by=view.prepared_by,
        prepared_at=view.prepared_at,
        approved_by=", ".join(view.approved_by) or None,
        approved_at=view.approved_at or None,
        digest=view.digest,
        gets_sheets=gets_sheets(context, batch.connection),
        confirm=view.confirmation,
        actor=context.actor,
        left=view.left + view.rejected,
        warnings=view.warnings,
    )


def check_company(context: Context, batch_id: str, *, patience: Patience = for_ever) -> CompanyCheck:
    """Ask the ledger who it is, and hold it against the company the batch was made for. Keeps nothing.

    ``patience`` says, while the ledger is waited for, whether somebody wants that to end.

    Raises:
        UsageError: There is no such batch.
        TargetUnavailable, SecretsError: The ledger could not be asked.
    """
    batch = context.store.batches.get(batch_id)
    _, expected, _ = known_company(context, batch.connection)
    verified = context.store.catalog.verified(batch.connection)
    rules = context.settings.connections[batch.connection]
    with context.outside.target(batch.connection, rules, patience=patience) as target:
        answered = target.identify()
    is_same = not differs(context.settings.company, answered)
    try:
        require_company(answered, company_id=batch.company_id, known=verified, meant_for=f"{batch.batch_id} is for")
    except WrongCompany:
        is_same = False
    return CompanyCheck(
        company=answered.name,
        tax_id=answered.tax_id,
        environment=answered.environment,
        is_same=is_same,
        expected=expected,
        at=stamp(context.store.clock.now()),
    )
