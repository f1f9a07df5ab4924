"""A run nobody watches: fetch, match, plan, and, within limits a person set, approve and send. What waits is said, not done.

A run is one opening of the store, so two never overlap: the second is told that somebody is at work, and the next hour goes on.
How it ended stands in the event log; a run that failed counts as not done and is tried again in the next hour.
"""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import asdict, dataclass
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from recon.config.connection import Connection
from recon.config.schedule import AutoApproval, is_due, last_due
from recon.domain.providers import source_facts
from recon.errors import ReconError, UsageError
from recon.frames.parquet import scan_frame
from recon.money import parse_minor, plain
from recon.service.approving import approval_policy, approve_batch
from recon.service.context import Context, Progress
from recon.service.elsewhere import require_writer
from recon.service.kept_plans import latest_plan_folder, load_plan_frame, plan_folder
from recon.service.match_said import MatchEdits
from recon.service.matching import carry_out
from recon.service.overview import waiting_files
from recon.service.part_frames import single_documents
from recon.service.planning import plan
from recon.service.pulling import pull
from recon.service.run_state import Notice, last_end, note_run
from recon.service.sending import short_name, upload
from recon.service.taking_in import import_files
from recon.store.batches import Batch
from recon.store.moments import stamp
from recon.summaries.intake import IntakeReport
from recon.summaries.plans import PlanReport
from recon.summaries.sent import UploadSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What a run did, and what waits."""

    connection: str
    ended: str
    """not-due, done (nothing waits) or waits (for a person)."""
    due: str | None = None
    """When it was due; null: it was asked for, or never is."""
    files: int = 0
    orders_new: int = 0
    orders_changed: int = 0
    batch: str | None = None
    documents: int = 0
    total: str = "0.00"
    held: int = 0
    auto_approved: bool = False
    why_not: tuple[str, ...] = ()
    """Why the batch waits for a person instead of being approved automatically; empty: it was, or there is none."""
    posted: int = 0
    refused: int = 0
    unclear: int = 0
    words: tuple[str, ...] = ()
    """The same for a person, a line each."""

    def as_facts(self) -> dict[str, Any]:
        """JSON shape recon.run/1."""
        return asdict(self)


def run(
    context: Context, connection: str | None, *, if_due: bool, stop: threading.Event, on_progress: Progress
) -> RunReport:
    """Do what is to be done for a connection now.

    Raises:
        SettingsError, SourceUnavailable, TargetUnavailable, IntakeError: A step failed; the ones before it stand.
    """
    name, rules = context.connection(connection)
    now = context.clock.now()
    zone = ZoneInfo(context.settings.company.timezone)
    due = last_due(rules.schedule, now, zone)
    if if_due and not is_due(rules.schedule, last_end(context, name), now, zone):
        return RunReport(connection=name, ended="not-due", due=_due(due), words=("Nothing is due.",))
    try:
        report = _run(context, name, rules, due if if_due else None, stop, on_progress)
    except ReconError as error:
        note_run(context, name, now, {"ended": "failed", "error": type(error).__name__, "words": str(error)})
        raise
    facts = {"ended": report.ended, "count": report.documents, "batch": report.batch or ""}
    note_run(context, name, now, {**facts, "words": " ".join(report.words[1:])})
    return report


def notice_of(context: Context, connection: str | None, ended: RunReport | ReconError) -> Notice | None:
    """Return what a person is to be told of a run; None: nothing, as the settings say."""
    name, rules = context.connection(connection)
    company = context.settings.company.name
    if isinstance(ended, ReconError):
        title = f"recon: the run of {name} failed ({company})"
        return Notice(title, (str(ended), "`recon run` tries again in the next hour, or by hand."))
    wanted = ended.ended == "waits" or (rules.schedule.notify_on == "always" and ended.ended == "done")
    if not wanted:
        return None
    said = "something waits for you" if ended.ended == "waits" else "done"
    return Notice(f"recon: {name}, {said} ({company})", ended.words)


def _run(
    context: Context,
    name: str,
    rules: Connection,
    due: dt.datetime | None,
    stop: threading.Event,
    on_progress: Progress,
) -> RunReport:
    taken = _take_in(context, name, rules, on_progress)
    if rules.schedule.link_exact_skus:
        carry_out(context, name, MatchEdits(link_all=True))
    if not context.store.files.intakes(name):
        return RunReport(
            connection=name,
            ended="done",
            due=_due(due),
            words=(f"{name}: no orders were ever taken in, and none wait.",),
        )
    planned = plan(context, name, dry_run=False, rows=0, on_progress=on_progress)
    batch = context.store.batches.get(planned.batch) if planned.batch else None
    why_not = _why_not(context, rules, batch) if batch is not None else ()
    sent = _approve_and_send(context, rules, batch, stop, on_progress) if batch is not None and not why_not else None
    return _told(name, due, taken, planned, _held(context, name), batch, why_not, sent)


def _take_in(context: Context, name: str, rules: Connection, on_progress: Progress) -> IntakeReport | None:
    """Fetch from the shop's API, or take in what lies in the inbox."""
    if source_facts(rules.source).has_api:
        return pull(
            context, connection=name, since=None, until=None, by="updated", status="", payment_status="", orders=(),
            dry_run=False, on_progress=on_progress,
        )  # fmt: skip
    inbox = context.workspace.root / "inbox"
    waiting = [inbox / file for file in waiting_files(context)]
    if not waiting:
        return None
    return import_files(context, waiting, connection=name, profile=None, dry_run=False, on_progress=on_progress)


def _why_not(context: Context, rules: Connection, batch: Batch) -> tuple[str, ...]:
    """Return everything that speaks against approving a draft without a person; empty: nothing."""
    limits = rules.auto_approve
    if not limits.by.strip():
        return ("nobody allowed automatic approval",)
    found = [words for words in (_forbidden(context, rules, batch),) if words]
    documents = load_plan_frame(context, batch, "documents")
    others = sorted(set(documents["kind"].cast(pl.String).unique().to_list()) - set(limits.kinds))
    if others:
        found.append(f"it holds {', '.join(others)}, and only {', '.join(limits.kinds)} may go without a person")
    if batch.document_count > limits.most_documents:
        found.append(f"{batch.document_count:,} documents are more than {limits.most_documents:,}")
    if batch.total_minor > (most := parse_minor(limits.most_total)):
        found.append(f"{plain(batch.total_minor)} is more than {plain(most)}")
    odd = _with_findings(context, batch)
    if odd:
        found.append("1 document has findings" if odd == 1 else f"{odd:,} documents have findings")
    return tuple(found)


def _forbidden(context: Context, rules: Connection, batch: Batch) -> str:
    """Return why no automaton may approve here at all."""
    try:
        require_writer(rules, batch.connection)
    except UsageError:
        return "somebody else posts these orders"
    policy = approval_policy(context)
    above = policy.two_persons_above_minor
    if policy.two_persons == "block" or (above is not None and batch.total_minor > above):
        return "two persons are needed"
    if batch.state != "draft":
        return f"it is {batch.state} already"
    if context.store.reviews.unsettled(batch.connection):
        return "a person has begun to decide about its documents"
    return ""


def _with_findings(context: Context, batch: Batch) -> int:
    """Return how many documents belong to orders with anything graver than a note, those in summaries counted one by one.

    What the ledger is never told (a refund's payment, a supplier's tax invoice) is no doubt about the document.
    """
    findings = load_plan_frame(context, batch, "findings").filter(
        pl.col("severity") != "note", ~pl.col("code").is_in(["refund-to-record", "tax-invoice-not-told"])
    )
    singles = single_documents(plan_folder(context, batch), ("document_key", "order_key"))
    return singles.join(findings.select("order_key").unique(), on="order_key", how="semi").height


def _approve_and_send(
    context: Context, rules: Connection, batch: Batch, stop: threading.Event, on_progress: Progress
) -> UploadSummary:
    limits: AutoApproval = rules.auto_approve
    actor = f"{limits.by.strip()} (automatic)"
    facts = {
        "count": batch.document_count, "total_minor": batch.total_minor, "allowed_by": limits.by.strip(),
        "kinds": ",".join(limits.kinds), "most_total": limits.most_total, "most_documents": limits.most_documents,
    }  # fmt: skip
    with context.store.database.transaction("auto-approved"):
        approve_batch(context, batch.batch_id, actor=actor, confirm=short_name(context), dry_run=False)
        context.store.events.append("auto-approved", batch.batch_id, facts, who=actor)
    return upload(context, batch.batch_id, limit=None, stop=stop, on_progress=on_progress, dry_run=False)


def _held(context: Context, name: str) -> int:
    """Return how many orders the newest plan holds."""
    folder = latest_plan_folder(context, name)
    if folder is None:
        return 0
    held = scan_frame(folder, "results").filter(pl.col("disposition") == "held")
    return int(held.select(pl.len()).collect().item())


def _told(
    name: str,
    due: dt.datetime | None,
    taken: IntakeReport | None,
    planned: PlanReport,
    held: int,
    batch: Batch | None,
    why_not: tuple[str, ...],
    sent: UploadSummary | None,
) -> RunReport:
    """Put everything into one report and into words."""
    files = taken.files if taken else ()
    counts = sent.counts if sent else {}
    unclear = sum(counts.get(state, 0) for state in ("unknown", "sending", "conflict", "duplicate", "needs_person"))
    refused = counts.get("refused", 0) + counts.get("skipped", 0)
    new, changed = sum(file.new for file in files), sum(file.changed for file in files)
    answers = "1 file or answer" if len(files) == 1 else f"{len(files)} files or answers"
    words = [f"{name}: {answers}, {new:,} new and {changed:,} changed orders."]
    if batch is not None:
        fate = (
            f"{counts.get('posted', 0):,} posted automatically"
            if sent
            else f"waits for approval ({'; '.join(why_not)})"
        )
        words.append(f"{batch.batch_id}: {batch.document_count:,} documents, {plain(batch.total_minor)}: {fate}.")
    if held:
        words.append(f"{held:,} orders are held; `recon findings` says why.")
    if refused or unclear:
        words.append(
            f"{refused:,} documents were refused, {unclear:,} are unclear; `recon status` names the next step."
        )
    refused_files = sum(file.status == "refused" for file in files)
    if refused_files:
        words.append(f"{refused_files} files were refused; `recon files` says why.")
    waits = bool((batch is not None and sent is None) or held or refused or unclear or refused_files)
    return RunReport(
        connection=name, ended="waits" if waits else "done", due=_due(due), files=len(files), orders_new=new, orders_changed=changed,
        batch=batch.batch_id if batch else None, documents=planned.documents, total=planned.total, held=held,
        auto_approved=sent is not None, why_not=why_not, posted=counts.get("posted", 0), refused=refused, unclear=unclear,
        words=tuple(words),
    )  # fmt: skip


def _due(due: dt.datetime | None) -> str | None:
    return None if due is None else stamp(due)


__all__ = ["RunReport", "last_end", "notice_of", "run"]
