"""A named person's word on something whose answer can never be asked for again: what it was handed to is lost.

The documents it was about do not become posted or free by this: each waits for a person from then on, and `recon settle` ends
it as it ends every other, after a look at the ledger where there is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from recon.errors import UsageError
from recon.service.context import Context
from recon.store.outbox import OutboxRow
from recon.store.outbox_moves import Outcome

EVENT: Final = "answer-stated"
CODE: Final = "answer-lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class LostAnswer:
    """What a person says about one message."""

    message: str
    """Id it was handed out under."""
    keys: tuple[str, ...]
    """Documents it was about."""
    stands: bool
    """They saw it in the ledger."""
    number: str
    """The number they saw it under; empty: none was said."""
    reason: str
    company: str = ""
    """Where it went to, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LostDocument:
    """A document that waits for a person now."""

    document_key: str
    number: str
    batch: str

    def as_facts(self) -> dict[str, Any]:
        """Return the facts as JSON shows them."""
        return asdict(self)


def state_lost(context: Context, said: LostAnswer, *, dry_run: bool) -> tuple[LostDocument, ...]:
    """Write a person's word into the event log and let the documents wait for a person; returns those that do now.

    Raises:
        UsageError: No name or no reason.
        StoreError: This workspace is a copy nobody adopted, or the word could not be written down.
    """
    context.store.require_own()
    who, reason = context.actor.strip(), said.reason.strip()
    if not who or not reason:
        raise UsageError("A settlement needs a name (--as NAME) and a reason (--reason TEXT). Nothing was settled.")
    rows = _waiting(context, said.keys)
    if not dry_run:
        number = f" as {said.number}" if said.number else ""
        seen = f"stands in the ledger{number}" if said.stands else "does not stand in the ledger"
        outcome = Outcome(
            state="needs_person", code=CODE, ledger_number=said.number or None,
            words=f"Its answer can never be asked for again. It {seen}, says {who}: {reason}",
        )  # fmt: skip
        facts = {
            "message": said.message, "documents": ", ".join(said.keys), "stands": said.stands, "number": said.number,
            "reason": reason, "company": said.company, "os_user": context.os_user,
        }  # fmt: skip
        with context.store.database.transaction("settle"):
            context.store.events.append(EVENT, said.keys[0] if said.keys else said.message, facts, who=who)
            for row in rows:
                context.store.moves.finish(row, outcome)
    return tuple(
        LostDocument(document_key=row.document_key, number=row.number or "", batch=row.batch_id) for row in rows
    )


def _waiting(context: Context, keys: Sequence[str]) -> tuple[OutboxRow, ...]:
    """Return the documents a lost answer was about and whose outcome is not known otherwise."""
    return tuple(row for row in context.store.outbox.unsettled("unknown", "sending") if row.document_key in keys)
