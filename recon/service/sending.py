"""Upload as the service does it: freshness, the company, the outbox, and documents built one by one."""

from __future__ import annotations

import math
import threading
from dataclasses import replace
from functools import partial
from typing import Any, NoReturn

import polars as pl

from recon.approve import check_approval, void_approval
from recon.errors import ReconError, StaleApproval
from recon.frames.parquet import digest_files
from recon.money import plain
from recon.plan.payments import payments_whole
from recon.plan.plan import build_plan
from recon.plan.products import PRODUCT
from recon.service.attaching import attach_batch, attach_later
from recon.service.connecting import known_catalog, known_company
from recon.service.contacts import create_contacts
from recon.service.context import Context, Progress
from recon.service.document_maker import DocumentMaker
from recon.service.elsewhere import posted_meanwhile, require_writer
from recon.service.kept_plans import DIGESTED, load_plan_frame, plan_folder
from recon.service.known import current_sets
from recon.service.new_products import created_rows, link_created, orders_to_plan
from recon.service.numbering_proof import gap_warnings, require_free_numbers
from recon.service.planning import inputs_digest, plan_inputs, whole_set
from recon.service.same_company import ask_company
from recon.service.sheet_state import attach_summary, sheet_rows
from recon.service.start_date import lock_start_date
from recon.service.waiting import next_step, settle_command
from recon.store.batches import Batch
from recon.summaries.sent import AttachSummary, UploadSummary
from recon.targets.base import Target
from recon.upload.engine import Uploader
from recon.upload.files import Written, write_files
from recon.upload.report import Progress as UploadProgress
from recon.upload.report import UploadReport
from recon.upload.running import noted, stop_is_wished

FORMS_OF_COMPANY = frozenset({"บริษัท", "บจก.", "บมจ.", "ห้างหุ้นส่วน", "ห้างหุ้นส่วนจำกัด", "หจก.", "ร้าน", "the"})
"""Words many company names begin with; typing one of them proves nothing."""
SECONDS_AFTER_A_SIGNAL = 0.4
"""How long what was handed to a ledger that comes for it is still waited for, when a person ends the command."""


def confirmation_needed(context: Context, batch_id: str) -> str:
    """Return what must be typed to approve a live batch; empty where the ledger is not live."""
    batch = context.store.batches.get(batch_id)
    _, _, environment = known_company(context, batch.connection)
    return short_name(context) if environment == "live" else ""


def short_name(context: Context) -> str:
    """Return the company's short name: as set, else the first word of the name that is no form of company."""
    company = context.settings.company
    telling = [word for word in company.name.split() if word.casefold() not in FORMS_OF_COMPANY]
    return company.short_name or (telling or [company.name])[0]


def changes_since(context: Context, batch: Batch) -> tuple[str, ...]:
    """Return what differs in this batch's own documents if it were planned now, in words; empty: nothing (F17).

    The batch's own documents count as not posted, whatever became of them meanwhile.
    """
    rules = context.settings.connections.get(batch.connection)
    if rules is None:
        return (f"connection {batch.connection} is gone from recon.toml",)
    sets = current_sets(context, batch.connection, rules)
    everything = context.store.posted_orders_frame(batch.company_id)
    posted = everything.filter(pl.col("batch_id") != batch.batch_id)
    if inputs_digest(context, batch.connection, sets, posted) == batch.inputs_digest:
        return ()
    frames = whole_set(context, batch.connection, sets)
    made = build_plan(plan_inputs(context, batch.connection, rules, sets, frames, posted))
    documents = _undone(context, batch, load_plan_frame(context, batch, "documents"))
    lines, postings = (
        load_plan_frame(context, batch, part).join(documents.select("doc_no"), on="doc_no", how="semi")
        for part in ("lines", "postings")
    )
    return _differences((documents, lines, postings), (made.documents, made.lines, made.postings))


def _undone(context: Context, batch: Batch, documents: pl.DataFrame) -> pl.DataFrame:
    """Return the documents without products that went out: once there they are no longer asked for, and rightly so."""
    rows = context.store.outbox.rows(batch.batch_id, limit=int(batch.facts.get("products", 0)))
    gone = [row.document_key for row in rows if row.kind == PRODUCT and row.state != "queued"]
    return documents.filter(~pl.col("document_key").is_in(gone)) if gone else documents


Parts = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]


def _differences(then: Parts, now: Parts) -> tuple[str, ...]:
    """Compare documents, lines and postings of a batch with the same documents planned now."""
    before, after = (
        part[0].drop("doc_no", "order_no").with_columns(payments_whole().alias("payments")) for part in (then, now)
    )
    gone = before.join(after, on="document_key", how="anti")
    words = [
        f"{name or key}: would not be made any more"
        for name, key in gone.select("number", "document_key").head(5).iter_rows()
    ]
    both = before.join(after, on="document_key", how="inner", suffix="_now")
    for column in (c for c in before.columns if c != "document_key"):
        changed = both.filter(pl.col(column).ne_missing(pl.col(f"{column}_now")))
        words += [
            f"{row['number'] or row['document_key']}: {column} was {row[column]}, is now {row[f'{column}_now']}"
            for row in changed.head(5).iter_rows(named=True)
        ]
    for part, name in ((1, "lines"), (2, "postings")):
        old, new = (
            _keyed(then[0], then[part]),
            _keyed(now[0], now[part]).join(before.select("document_key"), on="document_key", how="semi"),
        )
        odd = pl.concat(
            [
                old.join(new, on=old.columns, how="anti", nulls_equal=True),
                new.join(old, on=old.columns, how="anti", nulls_equal=True),
            ]
        )
        words += [f"{key}: its {name} changed" for key in odd["document_key"].unique().sort().head(5).to_list()]
    return tuple(words)


def _keyed(documents: pl.DataFrame, part: pl.DataFrame) -> pl.DataFrame:
    return part.join(documents.select("doc_no", "document_key"), on="doc_no", how="left").drop("doc_no")


def upload(
    context: Context,
    batch_id: str,
    *,
    limit: int | None,
    stop: threading.Event,
    on_progress: Progress,
    dry_run: bool,
) -> UploadSummary:
    """Send what is approved, each document once; resume where the last run stopped.

    Raises:
        NotApproved, StaleApproval: The approval does not count any more; nothing was sent.
        WrongCompany: Another company answers; nothing was sent there.
        TargetUnavailable: The ledger does not say who it is; nothing was sent.
    """
    batch = context.store.batches.get(batch_id)
    rules = context.settings.connections[batch.connection]
    context.store.require_own()
    link_created(context, batch.connection)
    _, company, environment = known_company(context, batch.connection)
    if batch.state == "done":  # also long after the approval has expired: there is nothing left to send
        settled = upload_summary(context, batch, company, environment, report=None, dry_run=dry_run)
        sheets = None if dry_run else attach_later(context, batch, rules, stop=stop, on_progress=on_progress)
        return replace(settled, ending="done", words="Every document of this batch is settled.", attachments=sheets)
    require_writer(rules, batch.connection)
    digest = digest_files(plan_folder(context, batch), DIGESTED)
    check_approval(context.store, batch_id=batch.batch_id, plan_digest=digest)
    _require_unchanged(context, batch)
    _require_free_numbers(context, batch)
    if dry_run:
        would = upload_summary(context, batch, company, environment, report=None, dry_run=True)
        return replace(would, warnings=gap_warnings(context, batch))
    lock_start_date(context, batch.connection)
    known, sheets = known_catalog(context, batch.connection), None
    with (
        noted(context.store.folder, batch.batch_id, context.clock),
        context.outside.target(
            batch.connection, rules, batch_id=batch.batch_id, known=known, patience=partial(_patience, context, stop)
        ) as target,
    ):
        maker = DocumentMaker(context, batch)
        if target.capabilities.is_file:
            written = _to_files(context, batch, target, maker, digest)
            result, files, warnings = written.report, written.files, written.warnings
        else:
            meant_for = f"Batch {batch.batch_id} was approved for"
            ask_company(context, batch.connection, target, company_id=batch.company_id, meant_for=meant_for)
            if rules.writers == "shared":
                _require_nobody_posted(context, batch, target, on_progress)
            create_contacts(context, batch.connection, target, maker.documents())
            uploader = Uploader(
                context.store,
                target,
                document_of=maker.document_of,
                on_progress=partial(_tell, context, on_progress, stop),
                crash=context.store.database.crash,
            )
            result, files, warnings = uploader.run(batch.batch_id, stop=stop, limit=limit, plan_digest=digest), (), ()
            sheets = _attached(context, batch, target, result, stop, on_progress)
    link_created(context, batch.connection)
    paths = tuple(str(file) for file in files)
    told = upload_summary(context, batch, company, environment, report=result, dry_run=False, files=paths)
    return replace(told, warnings=warnings, attachments=sheets)


def _to_files(context: Context, batch: Batch, target: Target, maker: DocumentMaker, digest: str) -> Written:
    """Write the import files of a batch for a ledger that takes files."""
    rules = context.settings.connections[batch.connection]
    return write_files(
        context.store,
        target,
        batch.batch_id,
        document_of=maker.document_of,
        write=lambda documents: context.outside.write_import_files(documents, batch.batch_id, rules),
        plan_digest=digest,
    )


def _attached(
    context: Context, batch: Batch, target: Target, result: UploadReport, stop: threading.Event, on_progress: Progress
) -> AttachSummary | None:
    """Put what its vouchers were made from on them, where the settings want it; a ledger that has just failed is left alone."""
    rules = context.settings.connections[batch.connection]
    if result.ending in {"stopped", "paused"}:
        return attach_summary(context, sheet_rows(context, batch, rules))
    return attach_batch(context, batch, rules, target, stop=stop, on_progress=on_progress)


def _require_free_numbers(context: Context, batch: Batch) -> None:
    """Refuse to send a number that another document carries; what was sent before is looked up by its number."""
    rows = context.store.outbox.rows(batch.batch_id, states=("queued",))
    queued = [row.document_key for row in rows if not row.attempts]
    documents = load_plan_frame(context, batch, "documents").filter(pl.col("document_key").is_in(queued))
    require_free_numbers(context, batch.connection, documents, context.store.posted_frame(batch.company_id))


def _require_nobody_posted(context: Context, batch: Batch, target: Target, on_progress: Progress) -> None:
    """Void an approval of which somebody else has posted a part since; what was sent stays sent."""
    open_keys = [row.document_key for row in context.store.outbox.rows(batch.batch_id, states=("queued",))]
    documents = load_plan_frame(context, batch, "documents").filter(pl.col("document_key").is_in(open_keys))
    changes = posted_meanwhile(context, batch.connection, documents, target, on_progress=on_progress)
    if changes:
        _void(context, batch, changes)


def _patience(context: Context, stop: threading.Event) -> float | None:
    """Return how long what was handed out is still waited for, once somebody wants the run to end.

    Whoever wished it from elsewhere was told that the document in hand is finished first; a signal wants the end now.
    """
    if stop_is_wished(context.store.folder):
        return math.inf
    return SECONDS_AFTER_A_SIGNAL if stop.is_set() else None


def _tell(context: Context, on_progress: Progress, stop: threading.Event, state: UploadProgress) -> None:
    """Tell where the run stands, and hear whether somebody asked it to stop."""
    if stop_is_wished(context.store.folder):
        stop.set()
    on_progress(progress_text(state))


def _require_unchanged(context: Context, batch: Batch) -> None:
    """Void an approval whose documents would be different today; what was sent stays sent (F17)."""
    changes = changes_since(context, batch)
    if changes:
        _void(context, batch, changes)


def _void(context: Context, batch: Batch, changes: tuple[str, ...]) -> NoReturn:
    """Take the approval back because of what changed."""
    try:
        void_approval(
            context.store, batch_id=batch.batch_id, who=context.actor, reason=f"changed since approval: {changes[0]}"
        )
    except ReconError as error:
        raise StaleApproval(
            f"{batch.batch_id} changed since approval ({changes[0]}), and it has unclear documents: {error}",
            changes=changes,
        ) from None
    raise StaleApproval(
        f"{batch.batch_id} changed since it was approved: {changes[0]}. Its approval is void; nothing more was sent. Run `recon plan` and look at the new batch.",
        changes=changes,
    )


def progress_text(state: UploadProgress) -> str:
    """Return one line of progress."""
    left = f", about {state.seconds_left} s left" if state.seconds_left is not None else ""
    doing = f", {state.doing} {state.number}" if state.number else f", {state.doing}"
    if state.waiting_seconds and state.seconds_left is None:
        doing = f"{doing} for {state.waiting_seconds} s"  # how long the rest takes nobody knows yet, the wait is known
    return f"{state.done:,} of {state.of:,} documents, {plain(state.posted_minor)} posted, {state.refused} refused, {state.unknown} unclear{left}{doing}"


def upload_summary(
    context: Context,
    batch: Batch,
    company: str,
    environment: str,
    *,
    report: UploadReport | None,
    dry_run: bool,
    files: tuple[str, ...] = (),
) -> UploadSummary:
    """Return where a batch stands after a run, or without one."""
    tallies = context.store.outbox.counts(batch.batch_id)
    counts = {state: tally.count for state, tally in tallies.items()}
    waiting = _rows(context, batch, ("unknown", "sending", "conflict", "duplicate", "needs_person"))
    products, orders = len(created_rows(context, batch)), orders_to_plan(context, batch)
    return UploadSummary(
        batch=batch.batch_id,
        company=company,
        environment=environment,
        state=context.store.batches.get(batch.batch_id).state,
        counts=counts,
        sums={state: plain(tally.total_minor) for state, tally in tallies.items()},
        posted_now=report.posted if report else 0,
        found_there=report.adopted if report else 0,
        ending=report.ending if report else "",
        refused=_rows(context, batch, ("refused", "skipped")),
        unknown=waiting,
        files=files,
        words=report.words if report else "",
        next_step=next_step(
            batch.batch_id,
            counts,
            files,
            [str(row["settle"]) for row in waiting],
            orders_to_plan=orders,
            refund_of=_refused_refund(context, batch),
        ),
        products_created=products,
        orders_to_plan=orders,
        dry_run=dry_run,
    )


def _refused_refund(context: Context, batch: Batch) -> str:
    """Return the first order whose refund the ledger refused; empty: none, or other documents were refused too."""
    refused = list(context.store.outbox.rows(batch.batch_id, states=("refused",)))
    return refused[0].order_key if refused and all(row.kind == "refund" for row in refused) else ""


def _rows(context: Context, batch: Batch, states: tuple[str, ...]) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "document_key": r.document_key,
            "number": r.number or r.document_key,
            "kind": r.kind,
            "state": r.state,
            "reason": r.words or r.code or "",
            "total": plain(r.total_minor),
            "next_lookup_at": r.next_lookup_at,
            "settle": settle_command(r),
        }
        for r in context.store.outbox.rows(batch.batch_id, states=states)
    )
