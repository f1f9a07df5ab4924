"""Plan as the service does it: gather the inputs, compute, keep the plan by its digest, enter the batch."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from recon import __version__
from recon.config.connection import Connection
from recon.config.plan_facts import settings_facts
from recon.errors import UsageError
from recon.files import put_in_place
from recon.frames.canonical import CanonicalFrames
from recon.frames.conform import as_kept
from recon.frames.findings import gather
from recon.frames.parquet import digest_files, write_frames
from recon.frames.schemas import FIRST_SEEN
from recon.normalize.refused import refused_later
from recon.normalize.settlements import gather_settlements
from recon.plan.inputs import Plan, PlanInputs, PlanLimits
from recon.plan.plan import build_plan
from recon.plan.products import PRODUCT
from recon.service.cash_channels import cash_channels
from recon.service.connecting import known_company, known_methods
from recon.service.contacts import contact_codes_there
from recon.service.context import Context, Progress
from recon.service.controls import control_facts
from recon.service.elsewhere import booked_twice, look_elsewhere
from recon.service.kept_plans import DIGESTED
from recon.service.known import combined, current_sets, frames_path, read_again
from recon.service.mapping_frames import code_links, ledger_taxes, owed_accounts, products_bought, tax_links
from recon.service.mapping_till import till_facts, till_inputs
from recon.service.matching import channel_links, decisions, product_links
from recon.service.new_products import link_created, product_wishes
from recon.service.new_things import new_things
from recon.service.numbering_proof import Z_GAP, gap_findings, taken_numbers
from recon.service.part_frames import part_frames
from recon.service.plan_report import report
from recon.service.platform_shipping import platform_shipping
from recon.service.posted_contents import posted_reader
from recon.service.rejections import rejected_orders
from recon.service.returned import with_returns
from recon.service.rooms import rooms_facts, within_room
from recon.service.seen_eras import note_listed
from recon.service.start_date import require_start_date
from recon.service.stock_notes import stock_costs
from recon.service.tax_invoice_words import told_invoices
from recon.service.two_sources import shared_orders
from recon.store.batches import Batch, NewBatch
from recon.store.files import Intake
from recon.summaries.plans import PlanReport
from recon.targets.base import Capabilities


def plan(
    context: Context,
    connection: str | None,
    *,
    dry_run: bool,
    rows: int | None,
    on_progress: Progress,
    origin: Origin | None = None,
) -> PlanReport:
    """Work out what should stand in the ledger and does not; enter it as a batch unless there is nothing to post.

    Raises:
        UsageError: No orders were taken in yet.
        TargetUnavailable: The ledger was never asked who it is and does not answer now.
    """
    name, rules = context.connection(connection)
    require_start_date(context, name)
    link_created(context, name)
    on_progress("reading the orders")
    sets = current_sets(context, name, rules)
    if not sets:
        raise UsageError(
            f"Connection {name} has no orders yet. Take some in with `recon import FILE` or `recon pull`. Nothing was planned."
        )
    company_id, _, _ = known_company(context, name)
    posted = context.store.posted_orders_frame(company_id)
    on_progress("planning")
    frames = whole_set(context, name, sets)
    gathered = plan_inputs(context, name, rules, sets, frames, posted, left_out=rejected_orders(context, name))
    made = build_plan(gathered)
    others = look_elsewhere(context, name, rules, made, frames.orders, on_progress=on_progress, keep=not dry_run)
    if others is not None and others.found.height:
        gathered = replace(gathered, left_out=pl.concat([gathered.left_out, others.holds()]))
        made = build_plan(gathered)
    used = taken_numbers(context, name, made.documents, posted)
    if used.height:
        made = build_plan(replace(gathered, left_out=pl.concat([gathered.left_out, used])))
    gaps = gap_findings(context, name, rules, frames.orders, made.results)
    cash = cash_channels(rules, gathered.channel_links, made.documents)
    stock = stock_costs(made, gathered.ledger_products)
    twice = booked_twice(context, name, rules, made, frames.orders, on_progress=on_progress)
    of_files = made.findings.filter(pl.col("code").cast(pl.String) != Z_GAP)  # `gaps` says it of all files together
    made = replace(made, findings=gather([of_files, cash, gaps, stock, twice]))
    on_progress("keeping the plan")
    facts = {
        "connection": name,
        "company_id": company_id,
        **control_facts(made),
        "recon": __version__,
        "polars": pl.__version__,
    }
    if dry_run:
        return report(context, name, made, frames.orders, batch=None, digest="", is_new=False, dry_run=True, rows=rows)
    as_read = len(sets) == 1 and frames.orders is sets[0][1].orders
    written = {"orders": frames_path(context, rules, sets[0][0]) / "orders.parquet"} if as_read else {}
    folder, digest = keep_plan(context, made, frames.orders, facts, written=written)
    inputs = inputs_digest(context, name, sets, posted)
    batch, is_new = enter(context, name, company_id, made, digest, inputs, folder, origin=origin)
    context.store.mappings.set(name, "setting", {"last_plan": folder.name}, reason="plan")
    note_listed(context, name, sets)
    return report(
        context, name, made, frames.orders, batch=batch, digest=digest, is_new=is_new, dry_run=False, rows=rows
    )


def whole_set(context: Context, name: str, sets: list[tuple[Intake, CanonicalFrames]]) -> CanonicalFrames:
    """Return the latest version of every order, oldest order first; unreadable newer versions hold the older ones."""
    parts = [frames for _, frames in sets]
    gathered = gather_settlements(combined(context, name, parts))
    frames = with_returns(context, name, context.settings.connections[name], gathered)
    held = refused_later(parts, frames, read_again(context, name))
    told = replace(frames, findings=pl.concat([frames.findings, held])) if held.height else frames
    return told.in_one_piece()


def plan_inputs(
    context: Context,
    name: str,
    rules: Connection,
    sets: list[tuple[Intake, CanonicalFrames]],
    frames: CanonicalFrames,
    posted: pl.DataFrame,
    *,
    left_out: pl.DataFrame | None = None,
) -> PlanInputs:
    """Return everything the plan of a connection depends on; ``left_out``: orders that persons keep out of it."""
    capabilities = context.outside.capabilities(name, rules)
    shared = shared_orders(context, name, rules, frames.orders, posted)
    kept_out = [shared.held] if left_out is None else [left_out, shared.held]
    told = new_things(context, name, rules, sets, frames, posted).told(frames.findings)
    inputs = PlanInputs(
        orders=frames.orders,
        lines=frames.lines,
        payments=frames.payments,
        refunds=frames.refunds,
        refund_lines=frames.refund_lines,
        findings=gather([told, shared.findings, platform_shipping(rules, frames.orders)]),
        product_links=product_links(context, name),
        channel_links=channel_links(context, name),
        posted=posted,
        connection=rules,
        connection_name=name,
        today=context.today(),
        decisions=decisions(context, name, frames.orders),
        first_seen=first_seen(context, sets),
        left_out=pl.concat(kept_out).unique("order_key", keep="first", maintain_order=True),
        elsewhere=shared.elsewhere,
        wishes=product_wishes(context, name),
        tax_links=tax_links(context, name),
        ledger_taxes=ledger_taxes(context, name),
        tax_invoices=frozenset(told_invoices(context, name)),
        ledger_products=products_bought(context, name, is_taken=capabilities.expense_items),
        currency=context.settings.company.currency,
        limits=PlanLimits(
            partial_credit_note=capabilities.partial_credit_note,
            refund_payment=capabilities.refund_payment,
            refund_document="refund" in capabilities.kinds,
            refund_methods=_refund_methods(context, name, capabilities),
            number_max_length=capabilities.number_max_length,
            kinds=capabilities.kinds,
            numbers_itself=capabilities.numbers_itself,
            expense_tax_invoice=capabilities.expense_tax_invoice,
            expense_paid_at_once=capabilities.expense_paid_at_once,
            expense_items=capabilities.expense_items,
            split_payments=capabilities.split_payments,
            creates_stock=bool(capabilities.stock_account),
            contact_code_max_length=capabilities.contact_code_max_length,
            contact_name_max_length=capabilities.contact_name_max_length,
            needs_contact=capabilities.needs_contact,
            text_max_length=capabilities.text_max_length,
            product_name_max_length=capabilities.product_name_max_length,
        ),
        ledger_contacts=contact_codes_there(context, name, rules),
        owed_accounts=owed_accounts(context, name),
        read_posted=posted_reader(context, posted),
    )
    return within_room(context, name, rules, till_inputs(context, name, rules, inputs))


def _refund_methods(context: Context, name: str, capabilities: Capabilities) -> frozenset[str] | None:
    """Return the payment methods the ledger can pay money back out of, as far as its lists tell; None: any."""
    methods = known_methods(context, name) if capabilities.refund_accounts else ()
    return frozenset(one.code for one in methods if one.kind in capabilities.refund_accounts) if methods else None


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
        "documents": as_kept(made.documents, "project"),
        "lines": as_kept(made.lines),
        "postings": made.postings,
        "results": made.results,
        "findings": made.findings,
        "orders": orders,
        **(part_frames(made.parts) if made.parts.documents.height else {}),
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
    facts: dict[str, Any] = {
        "files": [(intake.digest, intake.read_key) for intake, _ in sets],
        "mappings": [
            [kind, context.store.mappings.current(name, kind)]
            for kind in ("product", "channel", "decision", "create", "elsewhere", "return", "seen")
        ],
        "settings": settings_facts(context.settings, name),
        "posted": [posted.height, int(posted["total_minor"].sum() or 0)],
        "recon": __version__,
    }
    if rooms := rooms_facts(context, name, context.settings.connections[name]):
        facts["rooms"] = rooms
    by_code = code_links(context, name)
    if by_code.height:
        facts["codes"] = by_code["product_code"].to_list()
    if told := told_invoices(context, name):
        facts["tax_invoices"] = sorted(told)
    if context.settings.connections[name].taxes == "items":
        facts["taxes"] = [sorted(tax_links(context, name).rows()), [asdict(tax) for tax in ledger_taxes(context, name)]]
    facts |= till_facts(context, name, context.settings.connections[name])
    return hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Origin:
    """The draft of which a batch is a part: who prepared it stays the one who did."""

    batch: Batch
    left_for_later: int = 0
    """Orders of that draft which the part leaves out."""

    @property
    def facts(self) -> dict[str, Any]:
        """What the part remembers of it; the policy of two persons looks at the whole sum."""
        whole = max(self.batch.total_minor, int(self.batch.facts.get("whole_minor", 0)))
        return {"part_of": self.batch.batch_id, "left_for_later": self.left_for_later, "whole_minor": whole}


def enter(
    context: Context,
    name: str,
    company_id: str,
    made: Plan,
    digest: str,
    inputs: str,
    folder: Path,
    *,
    origin: Origin | None = None,
) -> tuple[Batch | None, bool]:
    """Enter the plan as a draft batch; an equal draft is the same batch, an empty plan is none."""
    if not made.documents.height:
        return None, False
    before = {batch.batch_id for batch in context.store.batches.all(name)}
    held = made.results.filter(pl.col("held_minor") != 0)
    products = made.documents.filter(pl.col("kind") == PRODUCT).height
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
                **control_facts(made),
                "newest_intake": max((intake.intake_id for intake in context.store.files.intakes(name)), default=-1),
                **({"products": products} if products else {}),
                **(origin.facts if origin else {}),
            },
        ),
        who=origin.batch.created_by if origin else context.actor,
        os_user=origin.batch.created_os_user if origin else context.os_user,
    )
    return batch, batch.batch_id not in before
