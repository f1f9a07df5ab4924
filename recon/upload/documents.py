"""Whole documents for outbox rows, completed with what the ledger said in the meantime."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from recon.domain.document import Document
from recon.domain.outbox import IN_LEDGER
from recon.store.outbox import OutboxRow
from recon.store.store import Store

DocumentOf = Callable[[OutboxRow], Document]
"""Gives the document of a row, of this batch or an earlier one, from the frames of its plan."""


def completed(store: Store, document_of: DocumentOf) -> DocumentOf:
    """Return the same, with the ledger's own id of the document that is paid, voided or credited."""

    def complete(row: OutboxRow) -> Document:
        document = document_of(row)
        if row.applies_to_key is None:
            return document
        applies_to = store.outbox.states_of(row.company_no, [row.applies_to_key]).get(row.applies_to_key)
        if applies_to is None:
            return document
        stands_as = applies_to.ledger_number if applies_to.state in IN_LEDGER else None
        return replace(
            document,
            applies_to_ledger_id=applies_to.ledger_id or document.applies_to_ledger_id,
            applies_to_kind=document.applies_to_kind or applies_to.kind,
            # a person may have settled it under another number than ours, which may be somebody else's document
            applies_to_number=stands_as or document.applies_to_number or applies_to.number or applies_to.ledger_number,
        )

    return complete
