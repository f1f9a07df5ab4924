"""What each step of the store does, in words for the person who is told that it failed."""

from __future__ import annotations

from typing import Final

NOT_DONE: Final[dict[str, str]] = {
    "open": "the store was not opened",
    "read": "the store was not read",
    "copy": "no backup was made",
    "make-store": "no store was made",
    "migrate": "the store was not brought to its new form",
    "adopt": "this copy was not adopted",
    "moved": "the folder's new place was not noted",
    "look-first": "it was not noted that documents are looked up first",
    "keep-file": "the file was not taken in",
    "intake": "what was read of the file was not noted",
    "mappings": "the mappings were not changed",
    "catalog": "the ledger's lists were not kept",
    "verified": "who answered for the ledger was not noted",
    "batch": "no batch was made",
    "batch-state": "the batch's new state was not noted",
    "review": "nothing was decided",
    "review-undo": "nothing was undone",
    "review-redo": "nothing was done again",
    "review-settled": "it was not noted which decisions are carried out; they count all the same",
    "approve": "nothing was approved",
    "void-approval": "the approval was not taken back",
    "send-intent": "the document was not sent, because that could not be noted first",
    "send-result": "the ledger's answer was not noted; the next `recon upload` looks the document up before anything is sent",
    "lookup-result": "what the look-up showed was not noted; the next `recon upload` looks again",
    "recover": "nothing was sent, because it could not be noted what the last run left open",
    "settle": "the document was not settled",
    "products-linked": "the SKUs were not linked to the products the ledger made; the next command does it",
    "auto-approved": "nothing was approved",
    "run-noted": "how the run ended was not noted; it is tried again in the next hour",
    "adopt-entries": "nothing was noted as posted by somebody else",
    "import-file-noted": "the digest of the import file was not noted; the next `recon upload` notes it",
    "upload-ended": "how the upload ended was not noted; run `recon upload` again",
    "attach-intent": "no documentation was put on the document, because that could not be noted first",
    "attach-result": "what became of the documentation was not noted; the next `recon upload` looks first",
    "vat-workbook": "the workbook of the month's VAT was not noted in the event log",
    "workbook": "the audit workbook was not noted in the event log",
}
"""Step of the store -> what did not happen if it failed."""


def not_done(step: str) -> str:
    """Return what did not happen when a step failed; the forms of the store are numbered, their words are not."""
    return NOT_DONE["migrate" if step.startswith("migrate-") else step]
