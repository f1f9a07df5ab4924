"""Records that screens and workbooks read: plain, frozen, made by the service, without frames."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditDossier:
    """What an audit workbook says beside its tables: whose books, which batch, who approved, what proves it."""

    company: str
    company_tax_id: str = ""
    ledger_company: str = ""
    """Company that answered on the ledger's side; empty: not asked."""
    environment: str = "live"
    """live, test or sandbox."""
    connection: str
    source: str
    target: str
    currency: str
    """Of the company's books (ISO 4217)."""
    timezone: str
    """Zone in which moments are printed, e.g. Asia/Bangkok."""
    period_start: dt.date | None = None
    period_end: dt.date | None = None
    batch: str
    """Batch id, or a name for the period where several batches are in it."""
    batch_state: str = ""
    plan_digest: str
    planned_by: str = ""
    approvers: tuple[str, ...] = ()
    chain_head: str
    """SHA-256 of the newest event; the events sheet ends with it."""
    chain_length: int = 0
    written_at: dt.datetime
    """Moment of writing, UTC; from the injected clock."""
    version: str = ""
    """Version of recon that wrote it."""
    notes: tuple[str, ...] = ()
    """What the reader should know, e.g. that the batch is not finished."""
    language: str = "en"
    """Language the workbook is written in: the company's, not the screen's."""
