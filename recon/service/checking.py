"""Verify as the service does it: a batch against its ledger, the event chain, a workbook against the chain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import polars as pl

from recon.domain.document import Document
from recon.errors import StoreDamaged, UsageError
from recon.match.tills import SETTLEMENT, recognise_tills
from recon.money import plain
from recon.plan.products import PRODUCT
from recon.service.connecting import known_catalog, require_same_company
from recon.service.contacts import LedgerCodes
from recon.service.context import Context, Progress
from recon.service.document_maker import DocumentMaker
from recon.service.elsewhere import with_entries
from recon.service.kept_plans import load_plan_frame
from recon.service.ledger_entries import listed_settlements
from recon.service.ledger_reading import Listing, keep_reading, make_reading
from recon.service.number_rows import numbering_found
from recon.service.sheet_state import attach_summary, sheet_rows
from recon.service.till_entries import debit_sums_of, mark_of
from recon.store.batches import Batch
from recon.store.event_log import Event
from recon.store.outbox import OutboxRow
from recon.summaries.sent import VerifySummary
from recon.targets.base import LedgerDocument, Target
from recon.upload.documents import completed
from recon.verify import NUMBERED, STANDING, Verified, not_compared, verify


def verify_batch(context: Context, batch_id: str, *, on_progress: Progress) -> VerifySummary:
    """Read the ledger back and compare every posted document of a batch; list strangers in our number range.

    Raises:
        UsageError: Nothing of the batch was posted.
        TargetUnavailable: The ledger does not answer.
        StoreDamaged: The event chain is broken.
    """
    batch = context.store.batches.get(batch_id)
    head, _ = verify_chain(context)
    rows = context.store.outbox.rows(batch.batch_id, states=("posted", "by_hand"))
    if not rows:
        raise UsageError(
            f"Nothing of {batch.batch_id} is posted yet, so there is nothing to compare. Send it with `recon upload {batch.batch_id}`."
        )
    dated = [row for row in rows if row.kind != PRODUCT] or rows
    rules = context.settings.connections[batch.connection]
    document_of = completed(context.store, DocumentMaker(context, batch).document_of)
    everything = context.store.posted_frame(batch.company_id)
    prefix = rules.number_prefix
    since, until = min(row.issued_on for row in dated), max(row.issued_on for row in dated)
    listing, seen = Listing(), list[LedgerDocument]()
    known = known_catalog(context, batch.connection)
    codes = LedgerCodes(known)
    with context.outside.target(batch.connection, rules, batch_id=batch.batch_id, known=known) as target:
        company = target.verify()
        require_same_company(context, company)
        ids = _listed_ids(target, rows)
        posted = [
            (codes.as_there(_as_it_stands(document_of(r), r)), _id_of(r) or ids.get(r.ledger_number or "", ""))
            for r in rows
        ]
        found = verify(
            target,
            posted,
            known_numbers=frozenset(everything["number"].drop_nulls().to_list()) | {row.number or "" for row in rows},
            since=since,
            until=until,
            prefixes=(prefix.invoice, prefix.receipt, prefix.credit_note) if rules.numbering == "source" else (),
            voided=frozenset(everything.filter(pl.col("kind") == "void")["applies_to_key"].drop_nulls().to_list()),
            on_progress=lambda n: on_progress(f"compared {n:,} of {len(posted):,}"),
            on_listed=seen.append,
        )
    for held in seen:
        listing.note(held)
    reading = make_reading(listing.frame(), everything, read_at=context.clock.now(), since=since, until=until)
    keep_reading(context, batch.connection, batch.batch_id, reading)
    numbering, known_gaps = numbering_found(context, batch, reading)
    not_told = not_compared(
        (document for document, _ in posted), expense_tax_invoice=target.capabilities.expense_tax_invoice
    )
    summary = VerifySummary(
        batch=batch.batch_id, company=company.name, compared=found.compared, equal=found.equal, chain_head=head,
        numbering=numbering, known_gaps=known_gaps, places=dict(found.places), not_compared=not_told,
    )  # fmt: skip
    summary = replace(summary, attachments=attach_summary(context, sheet_rows(context, batch, rules)))
    return replace(summary, **_found_rows(found, _second_bookings(context, batch, seen)))


def _found_rows(found: Verified, seconds: tuple[dict[str, str], ...]) -> dict[str, Any]:
    """Return what is not as it was sent, as rows of the summary."""
    strangers = tuple(
        {
            "number": s.number,
            "kind": s.kind,
            "text": f"{s.kind} of {plain(s.total_minor) if s.total_minor is not None else 'unknown sum'}, sent by somebody else",
            "code": "stranger-in-ledger",
        }
        for s in found.strangers
    )
    return {
        "differences": tuple({**asdict(d), "text": d.text, "code": "read-back-differs"} for d in found.differences),
        "missing": tuple(_not_there(document) for document in found.missing),
        "strangers": strangers + seconds,
    }


def _second_bookings(context: Context, batch: Batch, listed: Sequence[LedgerDocument]) -> tuple[dict[str, str], ...]:
    """Return vouchers of others that seem to be settlements of this batch: they stand there a second time."""
    entries = listed_settlements(context, batch.company_id, listed)
    if not entries.height:
        return ()
    documents = load_plan_frame(context, batch, "documents")
    tills = documents.filter(pl.col("kind").cast(pl.String) == SETTLEMENT)
    sums = debit_sums_of(tills, load_plan_frame(context, batch, "lines"), load_plan_frame(context, batch, "postings"))
    found = recognise_tills(tills, entries, mark=mark_of(context), sums=sums)
    named = with_entries(found, entries).join(tills.select("document_key", "number"), on="document_key", how="left")
    return tuple(
        {
            "number": row["number"], "kind": SETTLEMENT, "code": "stranger-in-ledger",
            "text": f"seems to stand there a second time: {row['their_text'] or row['their_number']} of {plain(row['their_minor'] or 0)} "
            f"on {row['their_day']}, written by somebody else",
        }
        for row in named.sort("entry_no").iter_rows(named=True)
    )  # fmt: skip


def _not_there(document: Document) -> dict[str, str]:
    """Return a posted document the ledger does not show, in words."""
    is_product = document.kind == PRODUCT
    name = (
        f"{document.product_kind} {document.product_name} is not there"
        if is_product
        else f"{document.kind} of {plain(document.total_minor)} is not there"
    )
    return {
        "document_key": document.document_key,
        "number": document.sku if is_product else document.number or document.document_key,
        "text": name,
        "code": "read-back-missing",
    }


def _as_it_stands(document: Document, row: OutboxRow) -> Document:
    """Return a document under the number a person found it under, where that is not ours."""
    if row.kind not in NUMBERED or not row.number or not row.ledger_number:
        return document
    return replace(document, number=row.ledger_number)


def _id_of(row: OutboxRow) -> str:
    """Return the ledger's id; a number that stands in its place, because nobody knew the id, is none."""
    return row.ledger_id if row.ledger_id and row.ledger_id != row.ledger_number else ""


def _listed_ids(target: Target, rows: Sequence[OutboxRow]) -> dict[str, str]:
    """Return the ledger's ids by number where only the number is known, because a person entered the document there."""
    ledger = target.capabilities
    numbered_there = (row for row in rows if row.kind in STANDING and not ledger.names_number(row.kind))
    only_numbers = {row.ledger_number: row.kind for row in numbered_there if not _id_of(row)}
    if not only_numbers or ledger.is_file:
        return {}
    listed = target.list_documents(sorted(set(only_numbers.values())), dt.date.min, dt.date.max)
    return {held.number: held.ledger_id for held in listed if held.number in only_numbers and not held.is_void}


def verify_chain(context: Context) -> tuple[str, int]:
    """Return head and length of an unbroken event chain.

    Raises:
        StoreDamaged: An entry was changed, removed or cut off, or a table says something else; the text names it.
    """
    report = context.store.verify_chain()
    if not report.ok and context.store.events.verify().ok:
        raise StoreDamaged(
            f"The event log is shorter than it was: {report.words}. If you put an older state back, go on: the next command "
            "that writes notes it, and every document is looked up in the ledger before it is sent. If nobody did, restore "
            "the newest backup."
        )
    if not report.ok:
        raise StoreDamaged(
            f"The event log is broken: {report.words}. Nothing is sent from this workspace; restore a backup or ask for help."
        )
    odd = context.store.compare_tables()
    if odd:
        raise StoreDamaged("The state file was edited by hand: " + "; ".join(odd[:5]) + ". Restore a backup.")
    return report.head.hash, report.count


def verify_workbook(context: Context, path: Path) -> tuple[list[str], bool, list[str]]:
    """Recompute a workbook's control totals and look its chain head up in the event log.

    Returns problems, whether the head is known, and of a workbook of an earlier version what was compared and what was not.
    """
    problems, head, seal, notes = context.outside.check_workbook(path)
    events = _all_events(context)
    known = any(event.hash == head for event in events)
    if not known:
        problems = [
            *problems,
            f"the event chain head printed in it ({head[:16] or 'none'}) is not in this workspace's event log",
        ]
    if not any(event.kind == "workbook" and event.facts.get("seal") == seal for event in events):
        problems = [*problems, "its seal is not one this workspace wrote: the whole workbook may have been made anew"]
    return problems, known, notes


def _all_events(context: Context) -> list[Event]:
    found: list[Event] = []
    while events := context.store.events.entries(after=found[-1].seq if found else 0, limit=10_000):
        found += events
    return found
