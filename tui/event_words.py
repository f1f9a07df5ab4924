"""The event log in words: what each kind of entry means, for the home screen and the audit screen."""

from __future__ import annotations

from typing import Any, Final

from recon.service.overview import EventLine
from tui.cells import shown
from tui.core_texts import EVENTS, word
from tui.i18n import N_, count

MAPPINGS: Final[dict[str, str]] = {
    "product": N_("products"),
    "channel": N_("payment channels"),
    "decision": N_("decisions about orders"),
    "setting": N_("notes of recon"),
    "create": N_("products to be made"),
    "elsewhere": N_("entries of others"),
    "return": N_("returns and their sales"),
    "seen": N_("new things"),
    "gap": N_("missing order numbers"),
    "tax-invoice": N_("tax invoices of suppliers"),
    "tax": N_("sales taxes and their items"),
    "count": N_("cash counts"),
}
"""What was mapped."""
OF_THE_WORKSPACE: Final = {"made", "moved", "adopted", "look-first"}
"""Entries about the workspace itself: they name it by a number that tells nobody anything."""


def event_words(line: EventLine) -> str:
    """Return what an entry tells, on one line; names from outside are cleaned."""
    words = shown(word(EVENTS, line.kind))
    about = _about(line.kind, line.subject, line.facts)
    return f"{words}  {about}" if about else words


def _about(kind: str, subject: str, facts: dict[str, Any]) -> str:
    if kind in OF_THE_WORKSPACE:
        return ""
    if kind in {"intake", "file-kept"}:
        return shown(facts.get("name") or facts.get("connection") or subject[:12])
    if kind in {"workbook", "vat-workbook"}:
        return shown(facts.get("name", subject))
    if kind in {"sending", "posted", "refused", "unknown", "looked-up", "conflict", "duplicate", "needs_person"}:
        return shown(facts.get("ledger_number") or facts.get("number") or subject)
    if kind in {"attaching", "attached", "attach-unclear", "not-attached", "attach-put-off"}:
        return shown(facts.get("number") or subject)
    if kind == "mappings":
        connection, _slash, mapped = subject.partition("/")
        return shown(f"{word(MAPPINGS, mapped)}, {connection}")
    if kind == "verified":
        return shown(facts.get("name", subject))
    return shown(subject)


def event_count(line: EventLine) -> str:
    """Return how many things an entry is about; empty where it does not count any."""
    found = line.count if line.count is not None else line.facts.get("orders", line.facts.get("sent"))
    return count(found) if isinstance(found, int) else ""
