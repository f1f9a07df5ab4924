"""The second door: what was approved document by document is sealed as a batch, exactly it and nothing else.

Where only a part of a draft is approved, it is planned again with the other orders left for later, so that a batch of
exactly the chosen documents stands with control totals that tie; the content of each is compared before the seal. What
is left becomes a draft of its own afterwards, with its decisions. Killed in between, a draft of the chosen documents
stands, or an approved batch and no draft of the rest; the same command, or `recon plan`, goes on from there.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from recon import __version__
from recon.approve import two_persons
from recon.errors import ReconError, StaleApproval, UsageError
from recon.frames.schemas import LEFT_OUT
from recon.plan.inputs import Plan
from recon.plan.plan import build_plan
from recon.plan.summing.keys import of_summary
from recon.review.decisions import document_digests
from recon.review.table import ReviewTable
from recon.service.approving import approval_policy, approve_batch, require_approvable
from recon.service.connecting import known_company
from recon.service.context import Context, quiet
from recon.service.controls import control_facts
from recon.service.elsewhere import HOLDS
from recon.service.kept_plans import load_plan_frame, standing_batch
from recon.service.known import current_sets
from recon.service.numbering_proof import TAKEN
from recon.service.planning import Origin, enter, inputs_digest, keep_plan, plan, plan_inputs, whole_set
from recon.service.rejections import rejected_orders
from recon.service.reviewing import decided_documents, review
from recon.store.batches import Batch
from recon.summaries.plans import BatchView


@dataclass(frozen=True, slots=True)
class Chosen:
    """The approved documents of a draft, whole orders only."""

    batch: Batch
    table: ReviewTable
    rows: pl.DataFrame
    """REVIEW rows of exactly what goes."""
    decided: pl.DataFrame
    """Who approved each of them and when, and the digest of what was looked at (`recon.service.reviewing.DECIDED`)."""
    torn: pl.DataFrame
    """Approved documents that stay, because another document of their order is not approved (any more)."""
    left: int
    """Documents of the draft that stay behind, rejected ones apart."""
    rejected: int
    blocked: int


def chosen_documents(context: Context, connection: str | None) -> Chosen:
    """Return what the second door would let out.

    Raises:
        UsageError: There is no draft, or nothing in it is approved.
    """
    table = review(context, connection)
    batch = standing_batch(context, table.connection)
    if batch is None or not table.decidable:
        state = f"{batch.batch_id} is {batch.state}" if batch is not None else "there is no batch"
        raise UsageError(
            f"There is no draft to approve: {state}. Run `recon plan`, look at it with `recon documents`, and decide with "
            "`recon decide`. Nothing was approved."
        )
    documents = table.frame.filter(pl.col("kind").cast(pl.String) != "order")
    approved = documents.filter(pl.col("status") == "approved")
    others = documents.filter(pl.col("status") != "approved")
    _require_no_summary(batch, documents, approved)
    torn = approved.join(others.select("order_key").unique(), on="order_key", how="semi", maintain_order="left")
    rows = approved.join(torn.select("key"), on="key", how="anti", maintain_order="left")
    if not rows.height:
        raise UsageError(
            f"Nothing in {batch.batch_id} is approved yet: none of its {documents.height:,} documents. Decide with "
            f"`recon decide approve DOCUMENT --as NAME`, or approve the whole batch with `recon approve {batch.batch_id} "
            "--as NAME`. Nothing was approved."
        )
    rejected = int((documents["status"] == "rejected").sum())
    decided = decided_documents(context, table.connection, batch)
    return Chosen(
        batch=batch,
        table=table,
        rows=rows,
        decided=decided.join(rows.select(pl.col("key").alias("document_key")), on="document_key", how="semi"),
        torn=torn,
        left=documents.height - rows.height - rejected,
        rejected=int((table.frame["status"] == "rejected").sum()),
        blocked=int((table.frame["status"] == "blocked").sum()),
    )


def _require_no_summary(batch: Batch, documents: pl.DataFrame, approved: pl.DataFrame) -> None:
    """Refuse a part of a draft with summaries: without some of its orders a summary would be another one.

    Raises:
        UsageError: Only a part is approved.
    """
    if approved.height and approved.height < documents.height and documents.select(of_summary().any()).item():
        raise UsageError(
            f"{batch.batch_id} holds summaries of many orders, so it is approved as a whole: {approved.height:,} of its {documents.height:,} "
            f'documents are approved. Approve the others too, or all with `recon approve {batch.batch_id} --as "NAME"`; to decide '
            'order by order set summary.sales = "each" and plan again. Nothing was approved.'
        )


def approve_decided(context: Context, connection: str | None, *, actor: str, confirm: str | None) -> BatchView:
    """Seal exactly the approved documents of the newest draft as a batch; what is left becomes a draft of its own.

    Raises:
        UsageError: Nothing is approved, or a live ledger and its company's short name was not given.
        StaleApproval: Orders, mappings or settings changed since, or a document would not be the one approved.
        ApprovalError: See `recon.approve.approve`; also where the policy of two persons forbids it.
    """
    context.store.require_own()
    if not actor.strip():
        raise UsageError("An approval needs a name: `recon approve --decided --as NAME`. Nothing was approved.")
    chosen = chosen_documents(context, connection)
    require_approvable(context, chosen.batch, confirm=confirm)
    two_persons(chosen.batch, actor, context.os_user, approval_policy(context))
    whole = chosen.rows.height == chosen.batch.document_count
    batch = chosen.batch if whole else _part(context, chosen)
    view = approve_batch(context, batch.batch_id, actor=actor, confirm=confirm, dry_run=False)
    context.store.reviews.settle(chosen.table.connection)
    if not whole or chosen.batch.facts.get("left_for_later"):
        _plan_the_rest(context, chosen)
    return view


def _part(context: Context, chosen: Chosen) -> Batch:
    """Plan again with everything else left out, compare every document, and enter the batch in place of the draft."""
    name = chosen.table.connection
    rules = context.settings.connections[name]
    sets = current_sets(context, name, rules)
    company_id, _, _ = known_company(context, name)
    posted = context.store.posted_orders_frame(company_id)
    frames = whole_set(context, name, sets)
    left_out = orders_left_out(context, chosen)
    made = build_plan(plan_inputs(context, name, rules, sets, frames, posted, left_out=left_out))
    _require_same_documents(chosen, made)
    facts = {
        "connection": name,
        "company_id": company_id,
        **control_facts(made),
        "recon": __version__,
        "polars": pl.__version__,
    }
    folder, digest = keep_plan(context, made, frames.orders, facts, written={})
    later = int((left_out["code"] == "left-for-later").sum())
    batch, _ = enter(
        context, name, company_id, made, digest, inputs_digest(context, name, sets, posted), folder,
        origin=Origin(chosen.batch, left_for_later=later),
    )  # fmt: skip
    assert batch is not None
    context.store.mappings.set(name, "setting", {"last_plan": folder.name}, reason="part of a draft")
    return batch


def orders_left_out(context: Context, chosen: Chosen) -> pl.DataFrame:
    """Return LEFT_OUT of a part: orders that were rejected or stand in the ledger, and all others of the draft that do not go."""
    held = load_plan_frame(context, chosen.batch, "findings").filter(pl.col("code").is_in([*HOLDS, TAKEN]))
    elsewhere = held.select("order_key", "code", "detail").unique("order_key", keep="first", maintain_order=True)
    rejected = pl.concat([rejected_orders(context, chosen.table.connection), elsewhere.cast(LEFT_OUT)])
    documents = chosen.table.frame.filter(pl.col("kind").cast(pl.String) != "order")
    going = chosen.rows.select("order_key").unique()
    staying = documents.join(going, on="order_key", how="anti", maintain_order="left").select("order_key").unique()
    staying = staying.join(rejected, on="order_key", how="anti").sort("order_key")
    words = f"{chosen.batch.batch_id} goes in parts; this order was not among those approved."
    later = staying.with_columns(pl.lit("left-for-later").alias("code"), pl.lit(words).alias("detail"))
    return pl.concat([rejected, later.select(LEFT_OUT.names())])


def _require_same_documents(chosen: Chosen, made: Plan) -> None:
    """Refuse a part whose documents are not, to the last posting, those that were approved."""
    wanted = chosen.decided.select("document_key", "digest")
    found = document_digests(made.documents, made.lines, made.postings).select(
        "document_key", pl.col("digest").alias("now")
    )
    both = wanted.join(found, on="document_key", how="full", coalesce=True)
    odd = both.filter(pl.col("digest").ne_missing(pl.col("now"))).sort("document_key")
    if not odd.height:
        return
    changes = tuple(f"{key} is not as it was approved" for key in odd["document_key"].head(5))
    raise StaleApproval(
        f"{odd.height:,} documents would not be those that were approved if they went without the others of "
        f"{chosen.batch.batch_id}; the first is {odd['document_key'][0]}. Nothing was approved. Approve the orders that belong "
        "to it too, or run `recon plan` and look again.",
        changes=changes,
    )


def _plan_the_rest(context: Context, chosen: Chosen) -> None:
    """Make a draft of what was left; the seal stands whatever becomes of this."""
    try:
        report = plan(
            context, chosen.table.connection, dry_run=False, rows=0, on_progress=quiet, origin=Origin(chosen.batch)
        )
    except ReconError as error:
        context.notes.append(f"The rest was not planned: {error} Run `recon plan`; its decisions are kept.")
        return
    if report.batch is not None:
        context.notes.append(f"What was left is draft {report.batch}: {report.documents:,} documents, {report.total}.")
