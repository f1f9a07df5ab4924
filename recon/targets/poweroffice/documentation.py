"""Documentation of vouchers in PowerOffice Go: pages of a journal draft, and the one PDF of a posted voucher.

A draft lists its pages, so whether one arrived is looked up. The PDF of a posted voucher takes the place of the one we put
there before, so it is put again. Documentation that somebody else put on a posted voucher is never replaced.
"""

from __future__ import annotations

import hashlib
from typing import Final

from recon.domain.document import Document
from recon.errors import TargetUnavailable
from recon.targets.attaching import AttachedFile, Room
from recon.targets.poweroffice.client import GoClient
from recon.targets.poweroffice.options import PowerOfficeOptions
from recon.targets.poweroffice.payloads import DRAFTS, label
from recon.targets.poweroffice.refusals import FORBIDDEN

POSTED: Final = "/VoucherDocumentation"
_PAGES: Final = "/JournalEntryVouchers/{}/VoucherPages"
_CANNOT_SEE: Final = (
    "The draft was posted before its Z report was attached, and without the privilege VoucherDocumentation_Full nobody here can see what"
    " documentation it has."
)
_LINE: Final = b"\r\n"


class Documentation:
    """Puts PDFs on vouchers of one company."""

    def __init__(self, v2: GoClient, options: PowerOfficeOptions) -> None:
        self._v2 = v2
        self._options = options

    def room(self, document: Document, ledger_id: str) -> Room:
        """Return what documentation a voucher has; of a draft that was posted meanwhile, as a posted voucher.

        Raises:
            TargetUnavailable: Go could not be read, or a privilege is missing.
        """
        del document
        if self._options.route == "draft":
            draft = self._v2.one_if_there(f"{DRAFTS}/{ledger_id}")
            if draft is not None:
                return Room(state="adds", count=len(draft.rows("Pages") or ()))
        return self._of_posted(ledger_id)

    def _of_posted(self, ledger_id: str) -> Room:
        """Return what a posted voucher has; a voucher posted at once is there, whether the list knows it yet or not."""
        was_draft = self._options.route == "draft"
        try:
            rows = self._v2.rows(POSTED, {"id": ledger_id}, size=self._options.page_size)
            found = next(iter(rows), None)
        except TargetUnavailable as error:
            if was_draft and error.code == str(FORBIDDEN):
                return Room(state="holds", words=_CANNOT_SEE)
            raise
        if found is None:
            return Room(state="gone" if was_draft else "replaces")
        has = found.flag("HasPdf") is True or found.flag("HasImages") is True
        return Room(state="holds" if has and was_draft else "replaces", count=int(has))

    def put(self, document: Document, ledger_id: str, file: AttachedFile, room: Room) -> None:
        """Put a PDF on a voucher.

        Raises:
            TargetUnavailable, TargetRejected, OutcomeUnknown: As for a document.
        """
        body, kind = form_of(file)
        what = f"{label(document)}, {file.name}"
        if room.state == "adds":
            self._v2.upload("POST", _PAGES.format(ledger_id), body, kind, what=what)
            return
        self._v2.upload("PUT", POSTED, body, kind, params={"id": ledger_id}, what=what)


def form_of(file: AttachedFile) -> tuple[bytes, str]:
    """Return a form with one field, ``file``, and its content type; the same file makes the same bytes."""
    boundary = f"recon-{hashlib.sha256(file.content).hexdigest()[:32]}"
    name = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "-" for letter in file.name
    )
    head = b'Content-Disposition: form-data; name="file"; filename="%b"' % name.encode()
    mark = boundary.encode()
    lines = [b"--" + mark, head, b"Content-Type: application/pdf", b"", file.content, b"--" + mark + b"--", b""]
    return _LINE.join(lines), (b"multipart/form-data; boundary=" + mark).decode()
