"""The event log in words: what each kind of entry means, for the home screen and the audit screen."""

from __future__ import annotations

from typing import Any, Final

from recon.service.overview import EventLine
from tui.cells import shown
from tui.i18n import N_, _, count

EVENT_WORDS: Final = {
    "made": N_("workspace made"),
    "adopted": N_("copied workspace made one of its own"),
    "moved": N_("workspace moved"),
    "look-first": N_("everything is looked up before it is sent"),
    "trust-again": N_("looked up; sending goes on as usual"),
    "verified": N_("company verified"),
    "catalog": N_("ledger's lists read"),
    "file-kept": N_("file kept"),
    "intake": N_("orders taken in"),
    "mappings": N_("mapping changed"),
    "planned": N_("planned"),
    "approved": N_("approved"),
    "approval-ended": N_("approval ended"),
    "batch-state": N_("batch"),
    "cancelled-batch": N_("batch cancelled"),
    "sending": N_("being sent"),
    "posted": N_("posted"),
    "refused": N_("refused by the ledger"),
    "queued": N_("waits to be sent again"),
    "unknown": N_("outcome unknown"),
    "looked-up": N_("looked up"),
    "conflict": N_("another document stands under its number"),
    "duplicate": N_("stands twice in the ledger"),
    "needs_person": N_("needs a person"),
    "by_hand": N_("posted by hand"),
    "cancelled": N_("cancelled"),
    "skipped": N_("left out"),
    "upload-ended": N_("upload ended"),
    "workbook": N_("audit workbook written"),
}
"""Kinds of entries to words."""


def event_words(line: EventLine) -> str:
    """Return what an entry tells, on one line; names from outside are cleaned."""
    words = _(EVENT_WORDS[line.kind]) if line.kind in EVENT_WORDS else shown(line.kind)
    about = _about(line.kind, line.subject, line.facts)
    return f"{words}  {about}" if about else words


def _about(kind: str, subject: str, facts: dict[str, Any]) -> str:
    if kind in {"intake", "file-kept"}:
        return shown(facts.get("name") or facts.get("connection") or subject[:12])
    if kind == "workbook":
        return shown(facts.get("name", subject))
    if kind in {"sending", "posted", "refused", "unknown", "looked-up", "conflict", "duplicate", "needs_person"}:
        return shown(facts.get("ledger_number") or facts.get("number") or subject)
    if kind == "verified":
        return shown(facts.get("name", subject))
    return shown(subject)


def event_count(line: EventLine) -> str:
    """Return how many things an entry is about; empty where it does not count any."""
    found = line.count if line.count is not None else line.facts.get("orders", line.facts.get("sent"))
    return count(found) if isinstance(found, int) else ""
