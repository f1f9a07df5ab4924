"""Upload to a ledger that takes files: one import file per kind, written whole, carried over and confirmed by a person.

Writing the files again gives the same bytes, so a stop in the middle is mended by doing it again. Nothing is posted
until the person hands in the ledger's own list of numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from recon.approve import check_approval
from recon.domain.document import Document
from recon.errors import WrongCompany
from recon.store.outbox import OutboxRow
from recon.store.outbox_moves import Outcome
from recon.store.store import Store
from recon.targets.base import Target
from recon.upload.documents import DocumentOf, completed
from recon.upload.guards import back_up, free_bytes_of, require_sound
from recon.upload.report import UploadReport

WORDS = "Written to the import file. Import it in the ledger, then confirm it with the ledger's list of numbers."


@dataclass(frozen=True, slots=True)
class Written:
    """Result of one run."""

    report: UploadReport
    files: tuple[Path, ...]


def write_files(
    store: Store,
    target: Target,
    batch_id: str,
    *,
    document_of: DocumentOf,
    write: Callable[[Sequence[Document]], tuple[Path, ...]],
    plan_digest: str,
    free_bytes: Callable[[Path], int] = free_bytes_of,
) -> Written:
    """Write the import files of an approved batch; what the file format cannot hold is refused, one by one.

    Raises:
        StoreError: No room on the drive, or a store that was edited by hand.
        NotApproved, StaleApproval, WrongCompany: The approval does not count; nothing was written.
        ExportError: A file cannot be written; nothing was marked.
    """
    assert target.capabilities.is_file
    approval = check_approval(store, batch_id=batch_id, plan_digest=plan_digest)
    if target.verify().company_id != approval.company_id:
        raise WrongCompany(
            f"{batch_id} was approved for another company than recon.toml names now. Nothing was written."
        )
    require_sound(store, store.batches.get(batch_id), free_bytes=free_bytes)
    back_up(store)
    whole = completed(store, document_of)
    store.moves.recover(store.clock.now())
    rows = store.outbox.rows(batch_id, states=("queued", "unknown", "needs_person"))
    documents = [(row, whole(row)) for row in rows]
    refused = [(row, why) for row, document in documents if (why := _objections(target, document))]
    stopped = {row.document_key for row, _ in refused}
    writable = [(row, document) for row, document in documents if row.document_key not in stopped]
    files = write([document for _, document in writable]) if writable else ()
    for row, why in refused:
        if row.state == "queued":
            store.moves.finish(row, Outcome(state="refused", code="not-for-a-file", words=why))
    for row, document in writable:
        _mark(store, row, target.payload(document))
    store.batches.set_state(batch_id, "uploading" if writable else "done", because="import files written")
    words = f"{len(writable)} documents written, {len(refused)} cannot stand in an import file."
    report = UploadReport(
        batch_id=batch_id,
        ending="waiting",
        words=words,
        counts=store.outbox.counts(batch_id),
        sent=len(writable),
        refused=len(refused),
    )
    return Written(report, files)


def _objections(target: Target, document: Document) -> str:
    return "; ".join(f"{problem.text} {problem.remedy}".strip() for problem in target.check(document))


def _mark(store: Store, row: OutboxRow, payload: bytes) -> None:
    """Note that a document stands in a file and waits for the person's confirmation."""
    if row.state == "needs_person":
        return
    if row.state == "queued":
        row = store.moves.start(row, hashlib.sha256(payload).hexdigest())
    result = "written" if row.state == "sending" else ""
    store.moves.finish(
        row, Outcome(state="needs_person", result=result, ledger_number=row.number, code="in-a-file", words=WORDS)
    )
