"""Verify: what the ledger holds against what was sent, document by document, and documents nobody here sent.

Compared are number, date, total, VAT, contact and lines, each only where the ledger says it. Nothing is changed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from recon.domain.document import Document
from recon.money import plain
from recon.targets.base import LedgerDocument, Target

NUMBERED = ("invoice", "receipt", "credit_note")
"""Kinds that stand in the ledger under a number of their own; payments and voids show on their document."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was sent."""

    document_key: str
    number: str
    field: str
    sent: str
    held: str

    @property
    def text(self) -> str:
        """In words."""
        return f"{self.field}: sent {self.sent}, the ledger holds {self.held}"


@dataclass(frozen=True, slots=True)
class Verified:
    """Result of comparing a batch with the ledger."""

    compared: int
    equal: int
    differences: tuple[Difference, ...]
    missing: tuple[Document, ...]
    strangers: tuple[LedgerDocument, ...]


def verify(
    target: Target,
    posted: Sequence[tuple[Document, str]],
    *,
    known_numbers: frozenset[str],
    since: dt.date,
    until: dt.date,
    prefixes: Iterable[str],
    voided: frozenset[str] = frozenset(),
    on_progress: Callable[[int], None] = lambda _: None,
) -> Verified:
    """Read back every posted document and sweep the period for documents in our number range that we never sent.

    Args:
        target: The ledger.
        posted: Documents with the ledger's ids.
        known_numbers: Every number this workspace ever sent.
        since: First day of the sweep.
        until: Last day of the sweep.
        prefixes: What own numbers begin with.
        voided: Document keys that were voided later on purpose.
        on_progress: Called with the number of documents compared so far.

    Raises:
        TargetUnavailable: The ledger does not answer.
    """
    differences: list[Difference] = []
    missing: list[Document] = []
    equal = 0
    for position, (document, held) in enumerate(target.read_back(posted), start=1):
        on_progress(position)
        if held is None:
            missing.append(document)
            continue
        found = compare(document, held, is_voided=document.document_key in voided)
        differences += found
        equal += not found
    starts = tuple(prefixes)
    strangers = [
        held
        for held in target.list_documents(NUMBERED, since, until)
        if held.number and held.number.startswith(starts) and held.number not in known_numbers
    ]
    return Verified(len(posted), equal, tuple(differences), tuple(missing), tuple(strangers))


def compare(document: Document, held: LedgerDocument, *, is_voided: bool) -> list[Difference]:
    """Return what differs between a document as sent and as the ledger holds it."""
    pairs: list[tuple[str, object, object]] = []
    if document.kind in NUMBERED:
        if document.number is not None:
            pairs.append(("number", document.number, held.number))
        if held.issued_on is not None:
            pairs.append(("date", document.issued_on.isoformat(), held.issued_on.isoformat()))
        if held.total_minor is not None:
            pairs.append(("total", plain(document.total_minor), plain(held.total_minor)))
        if held.vat_minor is not None:
            pairs.append(("VAT", plain(document.vat_minor), plain(held.vat_minor)))
        if held.contact_code:
            pairs.append(("contact", document.contact_code, held.contact_code))
        if held.lines is not None and document.kind != "credit_note":
            pairs.append(("number of lines", len(document.lines), len(held.lines)))
            pairs += _line_pairs(document, held)
        pairs.append(("state", "void" if is_voided else "live", "void" if held.is_void else "live"))
    if document.kind == "void":
        pairs.append(("state", "void", "void" if held.is_void else "live"))
    name = document.number or document.applies_to_number or document.document_key
    return [
        Difference(document.document_key, name, field, str(sent), str(there))
        for field, sent, there in pairs
        if str(sent) != str(there)
    ]


def _line_pairs(document: Document, held: LedgerDocument) -> list[tuple[str, object, object]]:
    assert held.lines is not None
    return [
        (f"amount of line {position}", plain(sent.amount_minor), plain(there.amount_minor))
        for position, (sent, there) in enumerate(zip(document.lines, held.lines, strict=False), start=1)
        if there.amount_minor is not None
    ]
