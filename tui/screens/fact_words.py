"""What an entry of the event log holds, fact by fact, in a person's words; a fact nobody named keeps the log's own name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from recon.money import plain
from recon.service.overview import EventLine
from tui.cells import shown
from tui.composed import tr_composed
from tui.core_texts import ATTEMPT_RESULTS, BATCH_STATES, ENVIRONMENTS, OUTBOX_STATES, word
from tui.event_words import MAPPINGS
from tui.i18n import N_, _, count, moment, tr
from tui.setting_names import CHOICES

FACTS: Final[dict[str, str]] = {
    "absent": N_("certainly not there"),
    "accounts": N_("accounts"),
    "adopted": N_("found there already"),
    "attempt": N_("attempt"),
    "batch": N_("batch"),
    "because": N_("because"),
    "before": N_("before"),
    "changed": N_("changed"),
    "code": N_("code"),
    "company_id": N_("company in the ledger"),
    "connection": N_("connection"),
    "classes": N_("classes"),
    "projects": N_("projects"),
    "contacts": N_("contacts"),
    "copied_from": N_("copied from"),
    "count": N_("count"),
    "decision": N_("decision"),
    "differences": N_("differences"),
    "digest": N_("fingerprint"),
    "documents_digest": N_("fingerprint of the documents"),
    "ending": N_("ended"),
    "environment": N_("environment"),
    "findings": N_("findings"),
    "first": N_("first change"),
    "first_row": N_("first row of the outbox"),
    "from": N_("from"),
    "gone": N_("gone"),
    "group": N_("decision number"),
    "intake": N_("reading"),
    "kind": N_("kind"),
    "known": N_("known already"),
    "last_row": N_("last row of the outbox"),
    "ledger_id": N_("id in the ledger"),
    "ledger_number": N_("number in the ledger"),
    "looked_up": N_("looked up"),
    "methods": N_("payment channels"),
    "missing": N_("missing there"),
    "name": N_("name"),
    "new": N_("new"),
    "number": N_("number"),
    "orders": N_("orders"),
    "os_user": N_("user of the computer"),
    "path": N_("folder"),
    "payload": N_("fingerprint of what is sent"),
    "plan_digest": N_("fingerprint of the plan"),
    "posted": N_("posted"),
    "products": N_("products"),
    "reason": N_("reason"),
    "refused": N_("refused"),
    "result": N_("answer"),
    "row": N_("row of the outbox"),
    "seal": N_("seal"),
    "sent": N_("sent"),
    "size": N_("size in bytes"),
    "source": N_("came from"),
    "state": N_("state"),
    "supersedes": N_("takes the place of readings"),
    "to": N_("to"),
    "total_minor": N_("sum"),
    "valid_until": N_("valid until"),
    "words": N_("words"),
}
"""Facts of the event log to what they are called."""
ENDINGS: Final[dict[str, str]] = {
    "done": N_("everything settled"),
    "waiting": N_("documents wait for a person"),
    "stopped": N_("stopped"),
    "paused": N_("paused; run it again later"),
    "limit": N_("as many as asked for"),
}
"""How an upload ended."""
DECISIONS: Final[dict[str, str]] = {
    "approved": N_("approved"),
    "rejected": N_("rejected"),
    "draft": N_("back to draft"),
}
"""What was decided in the review."""
REASONS: Final[dict[str, str]] = {
    "plan": N_("planned"),
    "pull": N_("fetched from the shop's system"),
    "first upload": N_("first upload"),
    "first file": N_("first file"),
    "adopted": N_("entries of others recognised"),
    "taken in again": N_("taken in again"),
    "part of a draft": N_("part of a draft"),
}
"""Why recon itself noted something."""
_WORDS: Final[dict[str, dict[str, str]]] = {
    "environment": ENVIRONMENTS,
    "ending": ENDINGS,
    "decision": DECISIONS,
    "result": ATTEMPT_RESULTS,
    "before": OUTBOX_STATES,
    "source": CHOICES["source"],
}


def fact_lines(line: EventLine, timezone: str, amount: Callable[[str], str]) -> list[tuple[str, str]]:
    """Return the facts of an entry as name and value; what is empty says nothing and is left out."""
    return [
        (fact_name(name), _value(line.kind, name, value, timezone, amount))
        for name, value in line.facts.items()
        if value not in (None, "", [])
    ]


def fact_name(name: str) -> str:
    """Return what a fact is called."""
    return tr(FACTS[name]) if name in FACTS else shown(name)


def _value(kind: str, name: str, value: Any, timezone: str, amount: Callable[[str], str]) -> str:  # noqa: ANN401 - whatever an entry holds
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return amount(plain(value)) if name.endswith("_minor") else count(value)
    if isinstance(value, list):
        return ", ".join(shown(each) for each in value)
    if name == "valid_until":
        return moment(str(value), timezone, era=True)
    said = shown(value)
    if name == "state":
        return word(BATCH_STATES if kind == "batch-state" else OUTBOX_STATES, said)
    if kind == "mappings" and name in {"kind", "reason"}:
        return word(MAPPINGS if name == "kind" else REASONS, said)
    if name in {"because", "words", "reason", "differences"}:
        return tr_composed(said)
    return word(_WORDS.get(name, {}), said)
