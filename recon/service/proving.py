"""What proves a batch: the frames and facts of its audit workbook, and its journal entries."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl

from recon import __version__
from recon.domain.providers import source_facts
from recon.frames.parquet import read_frame
from recon.match.till_cash import known_counts
from recon.money import plain
from recon.plan.findings import with_vat_figures
from recon.service.completing import workbook_frames
from recon.service.connecting import known_catalog
from recon.service.context import Context, Progress
from recon.service.kept_plans import load_plan_frame, plan_folder
from recon.service.mapping_till import till_counts
from recon.service.number_rows import numbering_rows
from recon.service.part_frames import summary_rows
from recon.service.reading import newest_batch
from recon.service.returned import planned_frames
from recon.service.settlement_list import clearing, settlements
from recon.store.batches import Batch
from recon.store.files import Intake, KeptFile
from recon.views import AuditDossier

EVENTS_SHOWN = 5_000
"""The newest events go into the workbook; the chain head covers all of them."""


def audit(
    context: Context, batch_id: str | None, path: Path | None, *, dry_run: bool, on_progress: Progress
) -> dict[str, Any]:
    """Write the audit workbook of a batch and return where it lies.

    Raises:
        UsageError: There is no batch.
        ExportError: It cannot be written; an older one is untouched.
    """
    batch = newest_batch(context, batch_id)
    wanted = path or context.workspace.audit / f"{batch.batch_id}.xlsx"
    if dry_run:
        return {
            "batch": batch.batch_id,
            "path": str(wanted),
            "chain_head": context.store.events.head().hash,
            "message": "",
            "dry_run": True,
        }
    facts = dossier(context, batch)
    logs = log_rows(context, batch) | {"settlements": settlements(context, batch.connection).to_dicts()}
    written, seal, message = context.outside.write_workbook(
        facts, plan_frames(context, batch) | proof_frames(context, batch), logs, wanted, on_progress
    )
    with context.store.database.transaction("workbook"):
        context.store.events.append("workbook", batch.batch_id, {"name": written.name, "seal": seal})
    return {
        "batch": batch.batch_id,
        "path": str(written),
        "chain_head": facts.chain_head,
        "message": message,
        "dry_run": False,
    }


def plan_frames(context: Context, batch: Batch) -> dict[str, pl.DataFrame]:
    """Return the frames of a batch's plan."""
    names = ("orders", "results", "documents", "lines", "postings", "findings")
    frames = {name: load_plan_frame(context, batch, name) for name in names}
    return frames | {"findings": with_vat_figures(frames["findings"], frames["documents"], frames["orders"])}


def proof_frames(context: Context, batch: Batch) -> dict[str, pl.DataFrame]:
    """Return the frames of the sheets Completeness, Numbering, Clearing and Summaries."""
    name, folder = batch.connection, plan_folder(context, batch)
    more = {
        "numbering": numbering_rows(context, batch),
        "clearing": clearing(context, name),
        "summed": summary_rows(folder),
        "counts": _counts(context, name),
    }
    return workbook_frames(context, name, folder, batch) | more


def _counts(context: Context, name: str) -> pl.DataFrame:
    """Return TILL_COUNTS: what persons typed in, and what the files of tills say was counted."""
    typed, rules = till_counts(context, name), context.settings.connections[name]
    frames = planned_frames(context, name, rules) if source_facts(rules.source).is_till else None
    return typed if frames is None else known_counts(typed, frames.orders, frames.payments)


def dossier(context: Context, batch: Batch) -> AuditDossier:
    """Return what the workbook says beside its tables."""
    rules = context.settings.connections[batch.connection]
    verified = context.store.catalog.verified(batch.connection)
    approvals = context.store.batches.approvals(batch.batch_id)
    orders = read_frame(plan_folder(context, batch), "orders")
    head = context.store.events.head()
    first, last = (orders["ordered_on"].min(), orders["ordered_on"].max()) if orders.height else (None, None)
    return AuditDossier(
        company=context.settings.company.name,
        company_tax_id=context.settings.company.tax_id,
        ledger_company=verified.name if verified else "",
        environment=verified.environment if verified else rules.environment,
        connection=batch.connection,
        source=rules.source,
        target=rules.target,
        currency=context.settings.company.currency,
        timezone=context.settings.company.timezone,
        period_start=first if isinstance(first, dt.date) else None,
        period_end=last if isinstance(last, dt.date) else None,
        batch=batch.batch_id,
        batch_state=batch.state,
        plan_digest=batch.plan_digest,
        planned_by=batch.created_by,
        approvers=tuple(a.approver for a in approvals if a.ended_at is None),
        chain_head=head.hash,
        chain_length=head.seq,
        written_at=context.clock.now(),
        version=__version__,
        notes=_notes(context, batch),
        language=context.settings.company.workbook_language,
    )


def _notes(context: Context, batch: Batch) -> tuple[str, ...]:
    notes = []
    if batch.state not in {"done"}:
        notes.append(f"The batch is {batch.state}: not every document has reached its final state.")
    notes += context.store.notices
    return tuple(notes)


def log_rows(context: Context, batch: Batch) -> dict[str, list[dict[str, Any]]]:
    """Return upload log, attempts, files, approvals, mappings and events as rows with the workbook's column names."""
    store = context.store
    sent = store.outbox.rows(batch.batch_id) if batch.first_row is not None else ()
    outbox = [
        {
            "document_key": r.document_key,
            "number": r.number,
            "kind": r.kind,
            "state": r.state,
            "ledger_id": r.ledger_id,
            "ledger_number": r.ledger_number,
            "attempts": r.attempts,
            "words": r.words,
            "updated_at": r.updated_at,
        }
        for r in sent
    ]
    attempts = [
        {
            "document_key": r.document_key,
            "attempt": a.attempt,
            "started_at": a.started_at,
            "finished_at": a.finished_at,
            "result": a.result,
            "code": a.code,
            "words": a.words,
            "request_digest": a.request_digest,
        }
        for r in sent
        if r.attempts
        for a in store.outbox.attempts(r.id)
    ]
    approvals = [
        {
            "batch_id": a.batch_id,
            "approved_at": a.at,
            "approved_by": a.approver,
            "company_id": a.company_id,
            "plan_digest": a.plan_digest,
            "documents": a.document_count,
            "total_minor": a.total_minor,
            "ended_at": a.ended_at,
            "ended_because": a.ended_because,
        }
        for a in store.batches.approvals(batch.batch_id)
    ]
    head = store.events.head().seq
    events = [
        {
            "event_no": e.seq,
            "at": e.at,
            "kind": e.kind,
            "who": e.who,
            "subject": e.subject,
            "detail": json.dumps(e.facts, ensure_ascii=False, sort_keys=True),
            "digest": e.hash,
        }
        for e in store.events.entries(after=max(0, head - EVENTS_SHOWN), limit=EVENTS_SHOWN)
    ]
    return {
        "outbox": outbox,
        "attempts": attempts,
        "files": _files(context, batch),
        "approvals": approvals,
        "mappings": _mappings(context, batch),
        "events": events,
    }


def _files(context: Context, batch: Batch) -> list[dict[str, Any]]:
    kept = {file.digest: file for file in context.store.files.all(batch.connection)}
    intakes = context.store.files.intakes(batch.connection)
    return [row for intake in intakes for row in _file(kept[intake.digest], intake)]


def _file(file: KeptFile, intake: Intake) -> list[dict[str, Any]]:
    """Return a file with what it states and what was read of it, a row for each currency; counts stand in the first."""
    stated = (intake.facts.get("stated") or [{}])[0]
    rows: list[dict[str, Any]] = []
    for totals in stated.get("controls") or [{}]:
        parts = (totals.get(f"{part}_minor", 0) for part in ("orders", "refused", "superseded"))
        counts = {
            "rows_stated": stated.get("rows"),
            "rows_read": intake.facts.get("rows_read"),
            "orders": intake.order_count,
        }
        rows.append(
            {
                "file": file.digest[:12],
                "digest": file.digest,
                "name": file.name,
                "size": file.size,
                "kept_at": file.kept_at,
                "source": file.source,
                "currency": totals.get("currency"),
                **(counts if not rows else dict.fromkeys(counts)),
                "total_stated_minor": totals.get("stated_minor"),
                "total_read_minor": sum(parts),
            }
        )
    return rows


def _mappings(context: Context, batch: Batch) -> list[dict[str, Any]]:
    before: dict[tuple[str, str], str | None] = {}
    rows = []
    for change in context.store.mappings.history(batch.connection):
        if change.kind == "setting":
            continue
        now = None if change.value is None else _words(change.value)
        place = (change.kind, change.key)
        rows.append(
            {
                "changed_at": change.at,
                "changed_by": change.who,
                "kind": change.kind,
                "key": change.key,
                "old": before.get(place),
                "new": now,
                "reason": change.reason,
            }
        )
        before[place] = now
    return rows


def _words(value: Any) -> str:  # noqa: ANN401 - JSON from the store
    if isinstance(value, dict):
        return (
            ", ".join(f"{key} {part}" for key, part in value.items() if part is not None) or "text on the sales account"
        )
    return str(value)


def journal(context: Context, batch_id: str | None, form: str, path: Path | None, *, dry_run: bool) -> dict[str, Any]:
    """Write a batch's documents as journal entries for hledger or beancount."""
    batch = newest_batch(context, batch_id)
    frames = plan_frames(context, batch)
    wanted = path or context.workspace.audit / f"{batch.batch_id}.{'journal' if form == 'hledger' else 'beancount'}"
    entries = frames["documents"].height
    if not dry_run:
        title = f"{context.settings.company.name}, {batch.batch_id}"
        wanted, entries = context.outside.write_journal(
            frames,
            log_rows(context, batch),
            wanted,
            program=form,
            names=account_names(context, batch.connection),
            title=title,
        )
    debits = int(frames["postings"].select(pl.col("debit_minor").cast(pl.Int128).sum()).item() or 0)
    check = f"hledger -f {wanted} check" if form == "hledger" else f"bean-check {wanted}"
    return {
        "batch": batch.batch_id,
        "path": str(wanted),
        "format": form,
        "entries": entries,
        "debits": plain(debits),
        "check_with": check,
        "dry_run": dry_run,
    }


def account_names(context: Context, name: str) -> dict[str, tuple[str, str]]:
    """Return (kind of account, name in the ledger) by code, for the accounts whose part is known from the settings."""
    rules = context.settings.connections[name]
    known = known_catalog(context, name)
    names = {account.code: account.name for account in known.accounts} | {
        method.code: method.name for method in known.methods
    }
    roots = {method.code: "Assets" for method in known.methods}
    for setting, root in _ROOTS.items():
        code = getattr(rules.accounts, setting) or setting
        roots[code] = root
    bought = [rules.purchases.account, *(line.account for line in rules.purchases.by_sku.values())]
    roots = {code: "Expenses" for code in bought if code} | roots
    roots |= {account.code: account.root for account in known.accounts if account.root}  # the ledger itself says
    return {code: (root, names.get(code, code)) for code, root in roots.items()}


_ROOTS = {
    "sales": "Income",
    "other_income": "Income",
    "receivable": "Assets",
    "output_vat": "Liabilities",
    "undue_output_vat": "Liabilities",
    "input_vat": "Assets",
    "undue_input_vat": "Assets",
    "payable": "Liabilities",
    "withholding_payable": "Liabilities",
}
