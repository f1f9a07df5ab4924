"""What a person is told beside the result of a command: notes, and what comes after an approval."""

from __future__ import annotations

from recon.domain.providers import ledger_facts
from recon.service import ReconService
from recon.summaries.plans import BatchView
from tui.output import Output


def correction_words(service: ReconService, batch: BatchView) -> str:
    """Return how a mistake is put right once it stands in the ledger."""
    rules = service.settings.connections[batch.connection]
    if ledger_facts(rules.target).takes_settlements:
        return "mistakes are corrected in the ledger"
    return "corrections are credit notes"


def next_upload(batch: BatchView, how: str) -> str:
    """Return the line that names the next command after an approval."""
    return f"next: recon upload {batch.batch}   (sending cannot be undone; {how})"


def tell_notes(service: ReconService, output: Output) -> None:
    """Print what the person should be told beside the result."""
    for text in service.notes:
        output.note(f"note: {text}")
