"""Decisions about documents: approve, reject with a reason, back to draft; undone and done again by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from recon.errors import UsageError
from recon.money import plain
from recon.plan.summing.keys import of_summary
from recon.review.decisions import whole_orders
from recon.review.records import DecisionReport, SkippedLine
from recon.review.rows import DECIDED as DECISIONS
from recon.review.table import ReviewTable
from recon.service.context import Context
from recon.service.kept_plans import standing_batch
from recon.service.reviewing import decided_documents, digests_of, review
from recon.store.batches import Batch
from recon.store.reviews import DecisionGroup, NewDecision

EXAMPLES: Final = 5

_SENT: Final = "approved with its batch already: what is let out cannot be decided again; corrections are credit notes"
_WHY_NOT: Final[dict[str, dict[str, str]]] = {
    "approved": {
        "approved": "approved already",
        "blocked": "held: mend its cause, then run `recon plan` again",
        "rejected": "rejected: put it back (draft) first, then approve it",
        "rejected-order": "rejected, and left out of this plan: put it back (draft), then run `recon plan` again",
    },
    "rejected": {
        "rejected": "rejected already",
        "rejected-order": "rejected already",
        "blocked": "held: nothing is posted for it anyway",
        "summary": 'a summary of many orders is not rejected as one: mend the order in the shop, or set summary.sales = "each" to decide order by order',
    },
    "draft": {"check": "not decided", "ready": "not decided", "blocked": "not decided"},
}
"""Why a row of some status is left as it is, by what was to be decided."""


def decide(
    context: Context,
    connection: str | None,
    keys: Sequence[str] | pl.Series,
    decision: str,
    *,
    reason: str = "",
    dry_run: bool = False,
) -> DecisionReport:
    """Approve or reject documents of the newest draft, or put them back; an order's documents go together.

    Args:
        context: The open workspace.
        connection: Its name; None: the only one.
        keys: Keys of rows of the review table.
        decision: approved, rejected or draft.
        reason: Why they are rejected.
        dry_run: Say what would be done; change nothing.

    Raises:
        UsageError: No such decision, a rejection without a reason, no name, or keys that are not there.
    """
    _require_whole(context, decision, reason)
    table = review(context, connection)
    named = keys if isinstance(keys, pl.Series) else pl.Series(list(keys), dtype=pl.String)
    picked = _picked(table, named)
    together = whole_orders(table.frame, picked)
    acting, skipped = _acting(table, together, picked, decision)
    rows = table.frame[acting]
    total = int(rows["total_minor"].cast(pl.Int128).sum() or 0)
    group = None
    if rows.height and not dry_run:
        group = _write(context, table, rows, decision, reason.strip(), total)
    return _report(
        context, table.connection, decision,
        batch=table.batch, group=group, count=rows.height, total=total, reason=reason.strip(),
        together=acting.len() - int(acting.is_in(picked.implode()).sum()), skipped=skipped, dry_run=dry_run,
        plan_again=decision == "rejected" or bool((rows["kind"].cast(pl.String) == "order").any()),
    )  # fmt: skip


def _require_whole(context: Context, decision: str, reason: str) -> None:
    if decision not in DECISIONS:
        raise UsageError(f"{decision!r} is no decision; there are {', '.join(DECISIONS)}. Nothing was decided.")
    if not context.actor.strip():
        raise UsageError("A decision needs a name: --as NAME. Nothing was decided.")
    if decision == "rejected" and not reason.strip():
        raise UsageError("A rejection needs a reason: --reason TEXT. Nothing was decided.")


def _picked(table: ReviewTable, keys: pl.Series) -> pl.Series:
    """Return the positions of the rows with these keys."""
    wanted = keys.unique()
    picked = table.frame["key"].is_in(wanted.implode()).arg_true().cast(pl.UInt32)
    if picked.len() == wanted.len():
        return picked
    known = table.frame["key"][picked]
    missing = wanted.filter(~wanted.is_in(known.implode())).sort()
    raise UsageError(
        f"{missing.len():,} of these are no rows of {table.batch or 'the newest plan'} any more; the first is {missing[0]}. "
        "Nothing was decided. Look at the review again: it was planned anew meanwhile."
    )


def _acting(
    table: ReviewTable, together: pl.Series, picked: pl.Series, decision: str
) -> tuple[pl.Series, tuple[SkippedLine, ...]]:
    """Return the rows to decide upon, and why the others that were picked are left as they are."""
    rows = table.frame[together]
    word = rows.select(_word(decision)).to_series()
    reasons = _WHY_NOT[decision]
    sent = dict.fromkeys(("open", "posted", "unsure", "refused"), _SENT)
    why = word.replace_strict({**sent, **reasons}, default=None, return_dtype=pl.String)
    acting = together.filter(why.is_null())
    told = rows.select("row_id", pl.coalesce("number", "key").alias("name")).with_columns(why.alias("why"))
    left = told.filter(pl.col("why").is_not_null() & pl.col("row_id").is_in(picked.implode()))
    grouped = left.group_by("why", maintain_order=True).agg(pl.len().alias("count"), pl.col("name").head(EXAMPLES))
    return acting, tuple(
        SkippedLine(row["why"], row["count"], tuple(row["name"])) for row in grouped.iter_rows(named=True)
    )


def _word(decision: str) -> pl.Expr:
    """Return the status, rejected orders that the plan left out apart, and summaries where they are to be rejected."""
    left_out = (pl.col("status") == "rejected") & (pl.col("kind") == "order")
    many = of_summary() if decision == "rejected" else pl.lit(value=False)
    word = pl.when(left_out).then(pl.lit("rejected-order")).otherwise(pl.col("status").cast(pl.String))
    return (
        pl.when(many & pl.col("status").cast(pl.String).is_in(["check", "ready", "approved"]))
        .then(pl.lit("summary"))
        .otherwise(word)
    )


def _write(
    context: Context, table: ReviewTable, rows: pl.DataFrame, decision: str, reason: str, total: int
) -> DecisionGroup:
    batch = standing_batch(context, table.connection)
    changes = _changes(context, table, batch, rows)
    return context.store.reviews.add(
        NewDecision(
            connection=table.connection,
            batch_id=table.batch,
            plan_digest=batch.plan_digest if batch is not None else "",
            decision=decision,
            total_minor=total,
            reason=reason,
            who=context.actor.strip(),
            os_user=context.os_user,
        ),
        changes,
    )


def _changes(
    context: Context, table: ReviewTable, batch: Batch | None, rows: pl.DataFrame
) -> list[tuple[str, str, str]]:
    """Return key, order and digest of every document decided; a rejected order gives those that stand rejected."""
    is_order = rows["kind"].cast(pl.String) == "order"
    documents, orders = rows.filter(~is_order), rows.filter(is_order)
    changes: list[tuple[str, str, str]] = []
    if documents.height:
        assert batch is not None
        changes += digests_of(context, batch, documents["key"]).rows()
    if orders.height:
        decided = decided_documents(context, table.connection, batch)
        mine = decided.join(orders.select("order_key"), on="order_key", how="semi", maintain_order="left")
        changes += mine.filter(pl.col("decision") == "rejected").select("document_key", "order_key", "digest").rows()
    return changes


def undo(context: Context, connection: str | None) -> DecisionReport:
    """Take back the newest decision.

    Raises:
        UsageError: There is none.
        ApprovalError: Its documents were approved with a batch since.
    """
    name, _ = context.connection(connection)
    return _moved(context, name, "undo", context.store.reviews.undo(name, who=context.actor))


def redo(context: Context, connection: str | None) -> DecisionReport:
    """Do again what was undone last.

    Raises:
        UsageError: There is none.
    """
    name, _ = context.connection(connection)
    return _moved(context, name, "redo", context.store.reviews.redo(name, who=context.actor))


def _moved(context: Context, name: str, what: str, group: DecisionGroup) -> DecisionReport:
    return _report(
        context, name, what,
        batch=group.batch_id, group=group, count=group.document_count, total=group.total_minor, reason=group.reason,
        plan_again=group.decision == "rejected",
    )  # fmt: skip


def undo_name(context: Context, connection: str | None) -> str:
    """Return what would be undone next, e.g. ``approve 12``; empty: nothing."""
    group = context.store.reviews.next_undo(context.connection(connection)[0])
    return group.name if group is not None else ""


def undo_refused(context: Context, connection: str | None) -> str:
    """Return why it cannot be undone any more; empty: it can, or there is nothing."""
    group = context.store.reviews.next_undo(context.connection(connection)[0])
    return context.store.reviews.why_not_undo(group) if group is not None else ""


def redo_name(context: Context, connection: str | None) -> str:
    """Return what would be done again next; empty: nothing."""
    group = context.store.reviews.next_redo(context.connection(connection)[0])
    return group.name if group is not None else ""


def _report(
    context: Context, name: str, decision: str, *, batch: str, group: DecisionGroup | None, count: int, total: int,
    reason: str = "", together: int = 0, skipped: tuple[SkippedLine, ...] = (), dry_run: bool = False, plan_again: bool = False,
) -> DecisionReport:  # fmt: skip
    if not count:
        step = ""
    elif plan_again:
        step = "recon plan leaves rejected orders out, and takes in again what was put back"
    else:
        step = 'recon approve --decided --as "YOUR NAME"'
    return DecisionReport(
        connection=name,
        batch=batch,
        decision=decision,
        name=group.name if group is not None else "",
        count=count,
        total=plain(total, context.settings.company.currency),
        by=context.actor.strip(),
        reason=reason,
        together=together,
        skipped=skipped,
        next_undo=undo_name(context, name),
        next_redo=redo_name(context, name),
        next_step=step,
        dry_run=dry_run,
    )
