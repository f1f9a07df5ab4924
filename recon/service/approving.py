"""Approve as the service does it: the company, freshness, what was rejected since, and the policy of two persons."""

from __future__ import annotations

from recon.approve import ApprovalPolicy, approve, require_draft
from recon.errors import StaleApproval, UsageError
from recon.frames.parquet import digest_files
from recon.money import parse_minor
from recon.service.batch_view import batch_view
from recon.service.connecting import known_company
from recon.service.context import Context
from recon.service.elsewhere import require_writer
from recon.service.kept_plans import DIGESTED, load_plan_frame, plan_folder
from recon.service.part_frames import read_parts
from recon.service.rejections import require_none_rejected
from recon.service.seen_eras import note_approved
from recon.service.sending import changes_since, confirmation_needed
from recon.service.sheet_state import gets_sheets
from recon.store.batches import Batch
from recon.summaries.plans import BatchView


def approve_batch(context: Context, batch_id: str, *, actor: str, confirm: str | None, dry_run: bool) -> BatchView:
    """Bind a person's name to exactly the documents of a batch.

    Raises:
        UsageError: A live ledger, and its company's short name was not given.
        StaleApproval: Orders, mappings or settings changed since the plan; plan again.
        ApprovalError: See `recon.approve.approve`; also where a document was rejected since.
    """
    batch = context.store.batches.get(batch_id)
    require_draft(context.store, batch)
    company_id = require_approvable(context, batch, confirm=confirm)
    documents = load_plan_frame(context, batch, "documents")
    parts = read_parts(plan_folder(context, batch))
    if batch.state == "draft":
        require_none_rejected(context, batch, documents)
    if gets_sheets(context, batch.connection):
        context.notes.append(
            "With each settlement its Z report goes to the ledger as a PDF, made from the kept file and the voucher."
        )
    if dry_run:
        return batch_view(context, batch)
    with context.store.database.transaction("approve"):  # an approval answers what its batch showed, or neither stands
        approved = approve(
            context.store,
            batch_id=batch.batch_id,
            plan_digest=digest_files(plan_folder(context, batch), DIGESTED),
            company_id=company_id,
            documents=documents,
            approver=actor,
            os_user=context.os_user,
            count=batch.document_count,
            sum_minor=batch.total_minor,
            policy=approval_policy(context),
            parts=parts,
        )
        note_approved(context, batch, actor)
    context.notes.extend(approved.warnings)
    return batch_view(context, context.store.batches.get(batch.batch_id))


def require_approvable(context: Context, batch: Batch, *, confirm: str | None) -> str:
    """Return the company behind a batch, if its short name was given where needed and nothing changed since the plan.

    Raises:
        UsageError, StaleApproval: See `approve_batch`.
    """
    rules = context.settings.connections.get(batch.connection)
    if rules is not None:
        require_writer(rules, batch.connection)
    needed = confirmation_needed(context, batch.batch_id)
    if needed and (confirm or "").strip().casefold() not in {
        needed.casefold(),
        context.settings.company.name.casefold(),
    }:
        raise UsageError(
            f"This ledger is LIVE ({context.settings.company.name}). Approve with --confirm {needed!r} (the company's short name). Nothing was approved."
        )
    company_id, _, _ = known_company(context, batch.connection)
    changes = changes_since(context, batch)
    if changes:
        raise StaleApproval(
            f"{batch.batch_id} is out of date: {changes[0]}. Run `recon plan` again and look at the new batch. Nothing was approved.",
            changes=changes,
        )
    return company_id


def approval_policy(context: Context) -> ApprovalPolicy:
    """Return who may approve what, from the settings."""
    settings = context.settings.approval
    above = parse_minor(settings.two_persons_above) if settings.two_persons_above else None
    return ApprovalPolicy(
        two_persons=settings.two_persons, two_persons_above_minor=above, valid_days=settings.valid_days
    )
