"""Documentation of vouchers in the sandbox PowerOffice Go: pages of journal drafts, and the one PDF of a posted voucher."""

from __future__ import annotations

import hashlib
import re
from email import message_from_bytes, policy
from typing import Any, Final

from recon.sandbox.ledgers.answers import Answer
from recon.sandbox.poweroffice.books import OURS, Paper
from recon.sandbox.poweroffice.desk import Desk, Request, known_query
from recon.sandbox.poweroffice.wire import Problem

MOST_BYTES: Final = 30 * 1024 * 1024
_PDF: Final = b"%PDF-"
_IMAGES: Final = (b"\x89PNG\r\n", b"\xff\xd8\xff")
_ID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def add_page(desk: Desk, request: Request) -> Answer:
    """Attach documentation to a draft; the sandbox keeps what it was, not the picture Go makes of it."""
    paper = desk.own("draft", request.ids[0])
    name, content = _file(request)
    if not content.startswith((*_IMAGES, *([_PDF] if desk.rules.pages_take_pdf else []))):
        raise Problem("The file type is not supported.")
    if paper.state != "open":
        raise Problem("The voucher is already posted.", 409)
    paper.body["_pages"] = paper.body.get("_pages", 0) + 1
    _keep(desk, paper, [*paper.body.get("_files", ()), _kept(name, content)])
    return Answer(status=201, raw=b"")


def put_documentation(desk: Desk, request: Request) -> Answer:
    """Put documentation on a posted voucher that came through the API, in the place of what came before."""
    known_query(request, "id")
    paper = _posted(desk, request.query.get("id", ""))
    name, content = _file(request)
    if not content.startswith(_PDF):
        raise Problem("Only PDF files can be imported.")
    if len(content) > MOST_BYTES:
        raise Problem("The file is larger than 30 MB.")
    others = [one for one in paper.body.get("_files", ()) if paper.family == "draft" and not one.get("posted")]
    _keep(desk, paper, [*others, {**_kept(name, content), "posted": True}])
    return Answer(status=204, raw=b"")


def documentation(desk: Desk, request: Request) -> Answer:
    """Say what kinds of documentation a posted voucher has."""
    known_query(request, "id", "voucherNo")
    try:
        paper = _posted(desk, request.query.get("id", ""))
    except Problem:
        return Answer(status=204, raw=b"")
    files = paper.body.get("_files", ())
    item = {
        "VoucherId": paper.id, "VoucherNo": paper.body.get("VoucherNo", paper.body.get("_voucher_no")),
        "IsImported": paper.maker == OURS, "HasEhf": False, "HasSalesOrderAttachments": False,
        "HasImages": bool(paper.body.get("_pages")), "HasPdf": any(one.get("posted") for one in files),
    }  # fmt: skip
    return Answer([item])


def _posted(desk: Desk, voucher_id: str) -> Paper:
    """Return a posted voucher, whether it was posted at once or was a draft before."""
    if _ID.fullmatch(voucher_id):
        for family in ("voucher", "draft"):
            paper = desk.books.paper(desk.key, family, voucher_id)
            if paper is not None and paper.maker == OURS and paper.state == "posted":
                return paper
    raise Problem("No posted voucher with this id was found.")


def _file(request: Request) -> tuple[str, bytes]:
    """Return name and content of the form's field `file`."""
    kind = request.content_type
    if not kind.lower().startswith("multipart/form-data"):
        raise Problem("The content type must be multipart/form-data.", 415)
    head = f"Content-Type: {kind}\r\nMIME-Version: 1.0\r\n\r\n".encode()
    form = message_from_bytes(head + request.body, policy=policy.HTTP)
    for part in form.iter_parts() if form.is_multipart() else ():
        if part.get_param("name", header="content-disposition") == "file":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes) and content:
                return part.get_filename() or "", content
    raise Problem("The form field 'file' is required.")


def _kept(name: str, content: bytes) -> dict[str, Any]:
    return {"name": name, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}


def _keep(desk: Desk, paper: Paper, files: list[dict[str, Any]]) -> None:
    paper.body["_files"] = files
    desk.books.change_paper(paper, "documented", desk.stamp)
