"""Upload to a ledger that takes files: one import file per kind, written whole, carried over and confirmed by a person.

Writing the files again gives the same bytes, so a stop in the middle is mended by doing it again. Nothing is posted
until the person hands in the ledger's own list of numbers. A ledger that takes a second document under the same number would
take the same file twice: for it nothing is written any more once a document of the file is settled, or would look different.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from recon.approve import check_approval
from recon.domain.document import Document
from recon.domain.outbox import DEAD, IN_LEDGER
from recon.errors import UsageError, WrongCompany
from recon.store.outbox import OutboxRow
from recon.store.outbox_moves import Outcome
from recon.store.store import Store
from recon.targets.base import Target
from recon.upload.documents import DocumentOf, completed
from recon.upload.guards import back_up, free_bytes_of, require_sound
from recon.upload.report import UploadReport

WORDS = "Written to the import file. Import it in the ledger, then confirm it with the ledger's list of numbers."
ONCE = "Written to the import file. Import it in the ledger once only, because it takes the same file again; then confirm it with the ledger's list of numbers."


@dataclass(frozen=True, slots=True)
class Written:
    """Result of one run."""

    report: UploadReport
    files: tuple[Path, ...]
    warnings: tuple[str, ...] = ()
    """What a person should know before taking the files in."""


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
        TargetUnavailable: The ledger's lists are not known, and have to be.
        UsageError: The ledger would take the same file twice, and a document of it is settled already or would look different.
    """
    assert target.capabilities.is_file
    approval = check_approval(store, batch_id=batch_id, plan_digest=plan_digest)
    if target.identify().company_id != approval.company_id:
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
    if not target.capabilities.own_number:
        _require_same_file(store, target, batch_id, documents, stopped)
    files = write([document for _, document in writable]) if writable else ()
    for row, why in refused:
        if row.state == "queued":
            store.moves.finish(row, Outcome(state="refused", code="not-for-a-file", words=why))
    for row, document in writable:
        words = WORDS if target.capabilities.own_number else ONCE
        _mark(store, row, target.payload(document), target.file_number(document), words)
    _keep_digests(store, batch_id, files)
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
    known = target.before_import([document for _, document in writable]) if files else ()
    return Written(report, files, known)


def _require_same_file(
    store: Store, target: Target, batch_id: str, documents: Sequence[tuple[OutboxRow, Document]], stopped: set[str]
) -> None:
    """Stop where a second file of a batch could stand in the ledger beside the first.

    Raises:
        UsageError: A document of the first file is settled, or would not be written as it was.
    """
    settled = [row for row in store.outbox.rows(batch_id, states=(*IN_LEDGER, *DEAD)) if row.attempts]
    if settled:
        raise UsageError(
            f"{batch_id}: {len(settled)} documents of its import file are settled already, so the file is not written again: importing it"
            f" once more would book them twice. Nothing was written. What the ledger lacks goes into a new file: `recon settle NUMBER --to"
            " cancelled` for each, then `recon plan`."
        )
    changed = [
        row.number or row.document_key
        for row, document in documents
        if row.state == "needs_person"
        and (row.document_key in stopped or _digest_before(store, row) != _digest(target.payload(document)))
    ]
    if changed:
        raise UsageError(
            f"{batch_id}: {len(changed)} documents would not be written as they were ({', '.join(changed[:5])}), because settings or lists"
            " changed since. Nothing was written, because the first file may be in the ledger already. Set them back; or, if it is certain"
            " that the file was not imported, delete it, `recon settle NUMBER --to cancelled` for each, then `recon plan`."
        )


def _digest(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()


def _digest_before(store: Store, row: OutboxRow) -> str:
    attempts = store.outbox.attempts(row.id)
    return attempts[-1].request_digest if attempts else ""


def _keep_digests(store: Store, batch_id: str, files: Sequence[Path]) -> None:
    """Note the digest of each file, once: written again, it is the same."""
    known = {(event.facts.get("name"), event.facts.get("sha256")) for event in store.events.entries(subject=batch_id)}
    for path in files:
        facts = {"name": path.name, "sha256": _digest(path.read_bytes())}
        if (facts["name"], facts["sha256"]) not in known:
            with store.database.transaction("import-file-noted"):
                store.events.append("import-file", batch_id, facts)


def _objections(target: Target, document: Document) -> str:
    return "; ".join(f"{problem.text} {problem.remedy}".strip() for problem in target.check(document))


def _mark(store: Store, row: OutboxRow, payload: bytes, number: str, words: str) -> None:
    """Note that a document stands in a file and waits for the person's confirmation."""
    if row.state == "needs_person":
        return
    if row.state == "queued":
        row = store.moves.start(row, _digest(payload))
    result = "written" if row.state == "sending" else ""
    store.moves.finish(
        row, Outcome(state="needs_person", result=result, ledger_number=number or None, code="in-a-file", words=words)
    )
