"""Approve: a person's yes, bound to exactly these documents and exactly this company.

The approval and the documents it lets out are written in one transaction. Whatever changes afterwards (orders,
mappings, settings, company, a single amount) no longer fits the digests, and the upload refuses.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from recon.errors import ApprovalError, NotApproved, StaleApproval, StoreDamaged, UsageError, WrongCompany
from recon.store.batches import Approval, Batch, approval_seal
from recon.store.moments import moment, stamp
from recon.store.store import Store

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalPolicy:
    """Who may approve what, and for how long; from the [approval] settings."""

    two_persons: Literal["off", "warn", "block"] = "warn"
    two_persons_above_minor: int | None = None
    """From this sum on two persons are always needed; None: no limit."""
    valid_days: int = 7


@dataclass(frozen=True, slots=True)
class Approved:
    """A fresh approval, and what the person should be told about it."""

    approval: Approval
    warnings: tuple[str, ...] = ()


def approve(
    store: Store,
    *,
    batch_id: str,
    plan_digest: str,
    company_id: str,
    documents: pl.DataFrame,
    approver: str,
    os_user: str,
    count: int,
    sum_minor: int,
    policy: ApprovalPolicy,
    standing: pl.DataFrame | None = None,
    parts: pl.DataFrame | None = None,
) -> Approved:
    """Approve a draft: write the approval and put its documents into the outbox, or do neither.

    Args:
        store: The open store.
        batch_id: The batch the person looked at.
        plan_digest: Digest of the plan the person looked at.
        company_id: The company behind the connection, as the ledger names it now.
        documents: The plan's documents (DOCUMENTS), read by that digest.
        approver: The person's name.
        os_user: The user of this computer.
        count: Number of documents the person saw.
        sum_minor: Sum of their totals the person saw.
        policy: Who may approve.
        standing: Under what the documents stand in the ledger already (STANDING), where somebody else wrote them.
        parts: What the summaries among the documents hold (PARTS), order by order; None: there are no summaries.

    Raises:
        UsageError: There is no such batch, no approver, or nothing to approve.
        StaleApproval: The batch is another one than the person looked at.
        WrongCompany: The connection leads to another company than the one it was planned for.
        ApprovalError: The batch is not a draft, two persons are needed, or a document stands elsewhere already.
    """
    from recon.store.posted import documents_digest, insert_documents

    store.require_own()
    batch = store.batches.get(batch_id)
    require_draft(store, batch)
    _require_same(batch, plan_digest=plan_digest, company_id=company_id, count=count, sum_minor=sum_minor)
    _require_complete(batch, documents)
    _require_held(batch, documents, parts)
    if not approver.strip():
        raise UsageError("An approval needs a name: `recon approve BATCH --as NAME`. Nothing was approved.")
    warnings = two_persons(batch, approver, os_user, policy)
    approval = _sealed(batch, documents_digest(documents, parts), approver.strip(), os_user, store.clock.now(), policy)
    with store.database.transaction("approve"):
        first, last = insert_documents(
            store.database,
            documents,
            batch_id=batch.batch_id,
            company_no=store.moves.company_no(batch.company_id),
            look_first=store.identity.look_first,
            standing=standing,
            parts=parts,
        )
        written = store.batches.add_approval(approval, first_row=first, last_row=last)
    return Approved(written, warnings)


def _sealed(
    batch: Batch, documents: str, approver: str, os_user: str, now: dt.datetime, policy: ApprovalPolicy
) -> Approval:
    """Return the approval of a batch with a seal over all it says; ``documents``: digest of what the outbox keeps of them."""
    approval = Approval(
        approval_id=0,
        batch_id=batch.batch_id,
        plan_digest=batch.plan_digest,
        documents_digest=documents,
        inputs_digest=batch.inputs_digest,
        company_id=batch.company_id,
        approver=approver,
        os_user=os_user,
        at=stamp(now),
        valid_until=stamp(now + dt.timedelta(days=policy.valid_days)),
        document_count=batch.document_count,
        total_minor=batch.total_minor,
        seal="",
    )
    return replace(approval, seal=approval_seal(approval))


def check_approval(
    store: Store,
    *,
    batch_id: str,
    company_id: str | None = None,
    plan_digest: str | None = None,
    inputs_digest: str | None = None,
) -> Approval:
    """Return the approval that lets this batch out, if it still counts.

    ``company_id``, ``plan_digest`` and ``inputs_digest`` are what holds now; None: not compared.

    Raises:
        UsageError: There is no such batch.
        NotApproved: Nobody approved it, or it was voided or superseded.
        StaleApproval: It was approved, but something changed since, or it is too old.
        WrongCompany: It was approved for another company.
        StoreDamaged: The approval was edited after it was given.
    """
    batch = store.batches.get(batch_id)
    approval = store.batches.approval(batch.batch_id)
    if approval is None:
        raise NotApproved(
            f"Batch {batch.batch_id} is {_state_words(batch)}. Nothing was sent. Look at it with "
            f"`recon documents {batch.batch_id}` and approve it with `recon approve {batch.batch_id} --as NAME`."
        )
    if approval_seal(approval) != approval.seal:
        raise StoreDamaged(
            f"The approval of {batch.batch_id} is not what {approval.approver} gave: the store was edited. Nothing "
            "was sent. Run `recon doctor`."
        )
    changes = _changes(approval, batch, plan_digest, inputs_digest, store.clock.now())
    if changes:
        raise StaleApproval(
            f"Batch {batch.batch_id} was approved by {approval.approver} on {approval.at[:10]}, but "
            f"{'; '.join(changes)}. Nothing was sent. Plan again and approve the new batch.",
            changes=changes,
        )
    if company_id is not None and company_id != approval.company_id:
        raise WrongCompany(
            f"Batch {batch.batch_id} was approved for company {approval.company_id}, but the ledger now answers as "
            f"company {company_id}. Nothing was sent. Check the connection's credentials and address."
        )
    return approval


def void_approval(store: Store, *, batch_id: str, who: str, reason: str) -> int:
    """Take an approval back; what was not sent is cancelled. Returns how many documents that were.

    A batch of which nothing was sent becomes a draft again and can be approved anew; otherwise it is void, and what
    was sent stays sent.

    Raises:
        UsageError: There is no such batch.
        NotApproved: There is no approval to take back.
        ApprovalError: Documents are unknown or with a person; they come first.
    """
    batch = store.batches.get(batch_id)
    if store.batches.approval(batch.batch_id) is None:
        raise NotApproved(f"Batch {batch.batch_id} is {_state_words(batch)}; there is no approval to take back.")
    open_rows = store.outbox.unsettled("sending", "unknown", batch_id=batch.batch_id)
    if open_rows:
        raise ApprovalError(
            f"{len(open_rows)} documents of {batch.batch_id} are not settled (the first is "
            f"{open_rows[0].number or open_rows[0].document_key}). Run `recon upload {batch.batch_id}` until they are "
            "looked up, then take the approval back."
        )
    touched = any(state != "queued" for state in store.outbox.counts(batch.batch_id))
    with store.database.transaction("void-approval"):
        count = store.moves.cancel_queued(batch.batch_id, who=who, because=reason)
        store.batches.end_approval(batch.batch_id, because=reason, who=who)
        store.batches.set_state(batch.batch_id, "void" if touched else "draft", because=reason, who=who)
    return count


def require_draft(store: Store, batch: Batch) -> None:
    """Refuse a second approval and approvals of batches that are over."""
    if batch.state == "draft":
        return
    approval = store.batches.approval(batch.batch_id)
    if approval is not None:
        raise ApprovalError(
            f"Batch {batch.batch_id} was approved by {approval.approver} on {approval.at[:10]} already; nothing was "
            f"done. Send it with `recon upload {batch.batch_id}`."
        )
    raise ApprovalError(f"Batch {batch.batch_id} is {_state_words(batch)}. Nothing was approved; plan again.")


def _require_same(batch: Batch, *, plan_digest: str, company_id: str, count: int, sum_minor: int) -> None:
    """Refuse a yes to something else than what the person saw."""
    if company_id != batch.company_id:
        raise WrongCompany(
            f"Batch {batch.batch_id} was planned for company {batch.company_id}, but the connection leads to company "
            f"{company_id}. Nothing was approved. Check the credentials, then plan again."
        )
    changes = []
    if plan_digest != batch.plan_digest:
        changes.append(f"the plan is {batch.plan_digest[:12]}, not {plan_digest[:12]}")
    if count != batch.document_count:
        changes.append(f"it has {batch.document_count} documents, not {count}")
    if sum_minor != batch.total_minor:
        changes.append(f"its control sum is {batch.total_minor} minor units, not {sum_minor}")
    if changes:
        raise StaleApproval(
            f"Batch {batch.batch_id} is not what was looked at: {'; '.join(changes)}. Nothing was approved. Look at "
            "it again.",
            changes=tuple(changes),
        )


def _require_complete(batch: Batch, documents: pl.DataFrame) -> None:
    """Refuse frames that are not the batch's documents."""
    if not documents.height:
        raise UsageError(f"Batch {batch.batch_id} has no documents: there is nothing to approve.")
    if documents.height != batch.document_count:
        changes = (f"the stored plan has {documents.height} documents, the batch {batch.document_count}",)
        raise StaleApproval(f"Batch {batch.batch_id}: {changes[0]}. Nothing was approved; plan again.", changes=changes)


def _require_held(batch: Batch, documents: pl.DataFrame, parts: pl.DataFrame | None) -> None:
    """Refuse summaries without exactly the orders they name."""
    from recon.frames.conform import empty
    from recon.frames.schemas import PARTS
    from recon.plan.summing.keys import holds_exactly

    if not holds_exactly(documents, empty(PARTS) if parts is None else parts):
        change = "what its summaries hold is not what their documents say"
        raise StaleApproval(f"Batch {batch.batch_id}: {change}. Nothing was approved; plan again.", changes=(change,))


def two_persons(batch: Batch, approver: str, os_user: str, policy: ApprovalPolicy) -> tuple[str, ...]:
    """Apply the two-person rule: another name and another user of the computer than the one who planned.

    For a part of a draft the sum of the whole draft counts: nobody gets below a limit by approving in pieces.

    Raises:
        ApprovalError: A second person is needed.
    """
    same_name = approver.strip().casefold() == batch.created_by.strip().casefold()
    same = _the_same(approver, os_user or "unnamed", name=same_name, user=os_user == batch.created_os_user)
    if not same:
        return ()
    limit = policy.two_persons_above_minor
    whole = max(batch.total_minor, int(batch.facts.get("whole_minor", 0)))
    if policy.two_persons == "block" or (limit is not None and whole >= limit):
        why = "always" if policy.two_persons == "block" else "from this sum on"
        raise ApprovalError(
            f"Batch {batch.batch_id} needs a second person ({why}, see [approval] in recon.toml): {same}. "
            "Nothing was approved."
        )
    return (f"One person planned and approves: {same}.",) if policy.two_persons == "warn" else ()


def _the_same(approver: str, os_user: str, *, name: bool, user: bool) -> str:
    """Say by what planner and approver are one person; each of the three is a sentence to translate."""
    if name and user:
        return f"{approver} planned it too and it was planned by the same user of this computer ({os_user})"
    if name:
        return f"{approver} planned it too"
    return f"it was planned by the same user of this computer ({os_user})" if user else ""


def _changes(
    approval: Approval, batch: Batch, plan_digest: str | None, inputs_digest: str | None, now: dt.datetime
) -> tuple[str, ...]:
    """Return in words why an approval counts no longer."""
    changes = []
    if approval.plan_digest != batch.plan_digest or (plan_digest is not None and plan_digest != approval.plan_digest):
        changes.append("the documents changed since")
    if inputs_digest is not None and inputs_digest != approval.inputs_digest:
        changes.append("orders, mappings or settings changed since")
    if now > moment(approval.valid_until):
        changes.append(f"the approval was valid until {approval.valid_until[:10]} only")
    if now < moment(approval.at):
        changes.append(f"this computer's clock says {stamp(now)[:19]}, before the approval was given")
    return tuple(changes)


def _state_words(batch: Batch) -> str:
    words = {
        "draft": "not approved",
        "superseded": "superseded by a newer plan",
        "void": "void",
        "done": "done",
    }
    return words.get(batch.state, batch.state)
