"""Plan as the service does it: gather the inputs, compute, keep the plan by its digest, enter the batch."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import polars as pl

from recon import __version__
from recon.config import Connection
from recon.errors import UsageError
from recon.files import put_in_place
from recon.frames.canonical import CanonicalFrames
from recon.frames.parquet import digest_files, read_facts, read_frame, write_frames
from recon.frames.schemas import FIRST_SEEN
from recon.money import plain
from recon.normalize.merge import combine
from recon.normalize.refused import refused_later
from recon.normalize.sequence import chronological
from recon.plan.inputs import ControlTotals as PlanControls
from recon.plan.inputs import Plan, PlanInputs, PlanLimits
from recon.plan.plan import build_plan
from recon.service.causes import causes, in_currencies, sums_by_currency, with_currency
from recon.service.connecting import known_company
from recon.service.context import Context, Progress
from recon.service.known import current_sets, frames_path
from recon.service.matching import channel_links, decisions, product_links
from recon.service.posted_contents import posted_reader
from recon.service.reading import document_rows
from recon.service.start_date import require_start_date
from recon.settings_text import settings_facts
from recon.store.batches import Batch, NewBatch
from recon.store.files import Intake
from recon.summaries import CauseLine, ControlTotals, KindLine, PlanReport

PLAN_FRAMES: Final = ("documents", "lines", "postings", "results", "findings", "orders")
DIGESTED: Final = ("documents", "lines", "postings")
"""The frames an approval is bound to: exactly what would be sent."""


def plan(
    context: Context, connection: str | None, *, dry_run: bool, rows: int | None, on_progress: Progress
) -> PlanReport:
    """Work out what should stand in the ledger and does not; enter it as a batch unless there is nothing to post.

    Raises:
        UsageError: No orders were taken in yet.
        TargetUnavailable: The ledger was never asked who it is and does not answer now.
    """
    name, rules = context.connection(connection)
    require_start_date(context, name)
    on_progress("reading the orders")
    sets = current_sets(context, name, rules)
    if not sets:
        raise UsageError(
            f"Connection {name} has no orders yet. Take some in with `recon import FILE` or `recon pull`. Nothing was planned."
        )
    company_id, _, _ = known_company(context, name)
    posted = context.store.posted_frame(company_id)
    on_progress("planning")
    frames = whole_set(sets)
    made = build_plan(plan_inputs(context, name, rules, sets, frames, posted))
    on_progress("keeping the plan")
    facts = {
        "connection": name,
        "company_id": company_id,
        "controls": asdict(made.controls),
        "recon": __version__,
        "polars": pl.__version__,
    }
    if dry_run:
        return report(context, name, made, frames.orders, batch=None, digest="", is_new=False, dry_run=True, rows=rows)
    as_read = len(sets) == 1 and frames.orders is sets[0][1].orders
    written = {"orders": frames_path(context, rules, sets[0][0]) / "orders.parquet"} if as_read else {}
    folder, digest = keep_plan(context, made, frames.orders, facts, written=written)
    inputs = inputs_digest(context, name, sets, posted)
    batch, is_new = _enter(context, name, company_id, made, digest, inputs, folder)
    context.store.mappings.set(name, "setting", {"last_plan": folder.name}, reason="plan")
    return report(
        context, name, made, frames.orders, batch=batch, digest=digest, is_new=is_new, dry_run=False, rows=rows
    )


def whole_set(sets: list[tuple[Intake, CanonicalFrames]]) -> CanonicalFrames:
    """Return the latest version of every order, oldest order first; unreadable newer versions hold the older ones."""
    parts = [frames for _, frames in sets]
    frames = chronological(combine(parts))
    held = refused_later(parts, frames)
    return replace(frames, findings=pl.concat([frames.findings, held])) if held.height else frames


def plan_inputs(
    context: Context,
    name: str,
    rules: Connection,
    sets: list[tuple[Intake, CanonicalFrames]],
    frames: CanonicalFrames,
    posted: pl.DataFrame,
) -> PlanInputs:
    """Return everything the plan of a connection depends on."""
    capabilities = context.outside.capabilities(name, rules)
    return PlanInputs(
        orders=frames.orders,
        lines=frames.lines,
        payments=frames.payments,
        refunds=frames.refunds,
        findings=frames.findings,
        product_links=product_links(context, name),
        channel_links=channel_links(context, name),
        posted=posted,
        connection=rules,
        connection_name=name,
        today=context.today(),
        decisions=decisions(context, name),
        first_seen=first_seen(context, sets),
        currency=context.settings.company.currency,
        limits=PlanLimits(
            partial_credit_note=capabilities.partial_credit_note,
            number_max_length=capabilities.number_max_length,
            kinds=capabilities.kinds,
            contact_code_max_length=capabilities.contact_code_max_length,
            text_max_length=capabilities.text_max_length,
        ),
        read_posted=posted_reader(context, posted),
    )


def first_seen(context: Context, sets: list[tuple[Intake, CanonicalFrames]]) -> pl.DataFrame:
    """Return the day each undated refund or cancellation was first seen, from the history of intakes."""
    kept = {file.digest: file.kept_at for file in context.store.files.all()}
    parts = []
    for intake, frames in sets:
        seen_at = pl.lit(kept[intake.digest][:19]).str.to_datetime("%Y-%m-%dT%H:%M:%S", time_zone="UTC")
        seen_on = seen_at.dt.convert_time_zone(context.settings.company.timezone).dt.date()
        touched = frames.orders.filter(
            (pl.col("refunded_minor") > 0) | ((pl.col("order_state") == "cancelled") & pl.col("cancelled_on").is_null())
        )
        parts.append(
            touched.select("order_key", pl.col("refunded_minor").alias("refund_minor"), seen_on.alias("seen_on"))
        )
    if not parts:
        return pl.DataFrame(schema=FIRST_SEEN)
    return (
        pl.concat(parts)
        .group_by("order_key", "refund_minor")
        .agg(pl.col("seen_on").min())
        .sort("order_key", "refund_minor")
    )


def keep_plan(
    context: Context, made: Plan, orders: pl.DataFrame, facts: dict[str, Any], *, written: dict[str, Path]
) -> tuple[Path, str]:
    """Write the plan's frames under their digest and return folder and digest; ``written``: frames on the disk already."""
    frames = {
        "documents": made.documents,
        "lines": made.lines,
        "postings": made.postings,
        "results": made.results,
        "findings": made.findings,
        "orders": orders,
    }
    waiting = context.workspace.frames / "plans" / ".new"
    if waiting.is_dir():
        import shutil

        shutil.rmtree(waiting)
    crash = context.store.database.crash
    fresh = {name: frame for name, frame in frames.items() if name not in written}
    write_frames(waiting, fresh, facts, written=written, crash=crash, step="plan-frames")
    digest = digest_files(waiting, DIGESTED)
    whole = hashlib.sha256(
        f"{digest}:{digest_files(waiting, ('results', 'findings', 'orders'))}:{json.dumps(facts, sort_keys=True)}".encode()
    ).hexdigest()
    folder = waiting.with_name(whole[:24])
    if folder.is_dir():
        import shutil

        shutil.rmtree(waiting)
    else:
        put_in_place(waiting, folder, crash=crash, step="plan-folder")
    return folder, digest


def inputs_digest(context: Context, name: str, sets: list[tuple[Intake, CanonicalFrames]], posted: pl.DataFrame) -> str:
    """Return a digest over what a plan was made from: files as read, mappings, settings, posted documents, version."""
    facts = {
        "files": [(intake.digest, intake.read_key) for intake, _ in sets],
        "mappings": [[kind, context.store.mappings.current(name, kind)] for kind in ("product", "channel", "decision")],
        "settings": settings_facts(context.settings, name),
        "posted": [posted.height, int(posted["total_minor"].sum() or 0)],
        "recon": __version__,
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _enter(
    context: Context, name: str, company_id: str, made: Plan, digest: str, inputs: str, folder: Path
) -> tuple[Batch | None, bool]:
    """Enter the plan as a draft batch; an equal draft is the same batch, an empty plan is none."""
    if not made.documents.height:
        return None, False
    before = {batch.batch_id for batch in context.store.batches.all(name)}
    held = made.results.filter(pl.col("held_minor") != 0)
    batch = context.store.batches.create(
        NewBatch(
            connection=name,
            company_id=company_id,
            plan_digest=digest,
            inputs_digest=inputs,
            document_count=made.documents.height,
            total_minor=int(made.documents.select(pl.col("total_minor").cast(pl.Int128).sum()).item()),
            held_count=held.height,
            held_minor=int(held.select(pl.col("held_minor").cast(pl.Int128).sum()).item() or 0),
            facts={
                "frames": folder.relative_to(context.workspace.private).as_posix(),
                "controls": asdict(made.controls),
            },
        ),
        who=context.actor,
        os_user=context.os_user,
    )
    return batch, batch.batch_id not in before


def plan_folder(context: Context, batch: Batch) -> Path:
    """Return where the frames of a batch lie.

    Raises:
        UsageError: They are gone.
    """
    folder = context.workspace.private / str(batch.facts["frames"])
    if not folder.is_dir():
        raise UsageError(
            f"The frames of {batch.batch_id} are gone from {folder.parent}. Run `recon plan` again; nothing was done."
        )
    return folder


def load_plan_frame(context: Context, batch: Batch, name: str) -> pl.DataFrame:
    """Return one frame of a batch's plan."""
    assert name in PLAN_FRAMES, name
    return read_frame(plan_folder(context, batch), name)


def stored_controls(folder: Path) -> PlanControls:
    """Return the control totals written with a plan."""
    return PlanControls(**read_facts(folder)["controls"])


def report(
    context: Context,
    name: str,
    made: Plan,
    orders: pl.DataFrame,
    *,
    batch: Batch | None,
    digest: str,
    is_new: bool,
    dry_run: bool,
    rows: int | None,
) -> PlanReport:
    """Return what a person needs to see of a plan."""
    documents = made.documents
    held_keys = made.results.filter(pl.col("held_minor") != 0).select("order_key")
    own = made.findings
    held = own.filter(pl.col("severity") == "hold").join(held_keys, on="order_key", how="semi")
    whole = (pl.col("disposition") == "ignored") & (pl.col("reason") != "")
    parts = made.results.filter((pl.col("disposition") != "ignored") & (pl.col("ignored_minor") != 0))
    left_out = parts.with_columns(pl.lit("part-left-out").alias("reason"))
    currency = context.settings.company.currency
    about = orders.select("order_key", "currency")
    names = context.store.files.names()
    ignored = with_currency(pl.concat([made.results.filter(whole), left_out], how="vertical_relaxed"), about, currency)
    held_sums = _held_sums(held, with_currency(made.results, about, currency))
    other = own.filter(pl.col("severity").is_in(["refused", "warning"]))
    shown = documents if rows is None else documents.head(rows)
    return PlanReport(
        connection=name,
        batch=batch.batch_id if batch else None,
        digest=digest,
        documents=documents.height,
        total=plain(int(documents.select(pl.col("total_minor").cast(pl.Int128).sum()).item() or 0)),
        by_kind=kind_lines(documents),
        held=_with_sums(causes(held, about, currency, files=names), held_sums, currency),
        ignored=_ignored_lines(ignored, currency),
        other=causes(other, about, currency, files=names),
        controls=control_view(made.controls),
        period=(str(documents["issued_on"].min()), str(documents["issued_on"].max())) if documents.height else None,
        is_new=is_new,
        dry_run=dry_run,
        rows=document_rows(context, shown, orders, batch),
    )


def kind_lines(documents: pl.DataFrame) -> tuple[KindLine, ...]:
    """Return count and sums of documents by kind, in the order of the kinds."""
    grouped = (
        documents.group_by("kind")
        .agg(pl.len().alias("count"), pl.col("total_minor", "vat_minor").cast(pl.Int128).sum())
        .sort("kind")
    )
    return tuple(
        KindLine(r["kind"], r["count"], plain(r["total_minor"]), plain(r["vat_minor"]))
        for r in grouped.iter_rows(named=True)
    )


def _held_sums(held: pl.DataFrame, results: pl.DataFrame) -> dict[str, dict[str, int]]:
    """Return what is really held because of each cause, by currency; an order may have several causes."""
    amounts = results.filter(pl.col("held_minor") != 0).select("order_key", "held_minor", "currency")
    orders = held.select("code", "order_key").unique().join(amounts, on="order_key", how="inner")
    return sums_by_currency(orders, "code", "held_minor")


def _with_sums(lines: tuple[CauseLine, ...], sums: dict[str, dict[str, int]], currency: str) -> tuple[CauseLine, ...]:
    found = [(line, *in_currencies(sums.get(line.code, {}), currency)) for line in lines]
    return tuple(replace(line, amount=amount, other_currencies=others) for line, amount, others in found)


def _ignored_lines(ignored: pl.DataFrame, currency: str) -> tuple[CauseLine, ...]:
    """Return what is left out by reason. ``ignored``: ORDER_RESULTS with currency."""
    from recon.domain.finding import FINDING_CODES

    grouped = ignored.group_by("reason").len("count").sort("count", "reason", descending=[True, False])
    sums = sums_by_currency(ignored, "reason", "ignored_minor")
    lines = []
    for row in grouped.iter_rows(named=True):
        known = FINDING_CODES.get(row["reason"])
        amount, others = in_currencies(sums[row["reason"]], currency)
        lines.append(
            CauseLine(
                row["reason"],
                "note",
                known.title if known else row["reason"],
                row["count"],
                row["count"],
                amount,
                known.remedy if known else "",
                other_currencies=others,
            )
        )
    return tuple(lines)


def control_view(controls: PlanControls) -> ControlTotals:
    """Return control totals as plain text.

    Raises:
        AssertionError: They do not tie: a defect of ours that must never reach a ledger.
    """
    assert controls.ties, controls
    return ControlTotals(
        orders=controls.order_count,
        source=plain(controls.truth_minor),
        posted=plain(controls.posted_minor),
        documents=plain(controls.documents_minor),
        held=plain(controls.held_minor),
        ignored=plain(controls.ignored_minor),
        difference=plain(controls.difference_minor),
        source_gross=plain(controls.source_gross_minor),
        debits=plain(controls.debit_minor),
        credits=plain(controls.credit_minor),
    )
