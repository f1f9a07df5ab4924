"""Faults of the sandbox PEAK: the ways any ledger's answer fails, and PEAK's own refusals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from recon.sandbox.ledgers.answers import Answer
from recon.sandbox.ledgers.faults import LedgerFault
from recon.sandbox.peak.access import limited

KINDS: Final[dict[str, str]] = {
    # the connection
    "hang": "no answer until the client gives up; `commit` says whether the work was done first",
    "close": "closes without an answer; `commit`",
    "reset": "TCP reset without an answer; `commit`",
    "cut": "half of the answer; `how` is length, chunked or open (no Content-Length: looks whole); `commit`",
    "drop": "a whole answer, then the kept-alive connection is closed without a word",
    # the answer as a whole
    "status": "HTTP `status` with PEAK-less text; `commit`; `retry_after` becomes the header",
    "html": "HTTP 200 with a log-in page; `commit`",
    "empty": "HTTP 200 with no body; `commit`",
    "wrong-type": "the right answer as text/plain; `commit`",
    "bad-gzip": "the right answer, announced as gzip, is not; `commit`",
    "huge": "a JSON text of `size` bytes; `commit`",
    "redirect": "HTTP `status` (301) to `text`; `commit`",
    # PEAK's own refusals
    "rate": "HTTP 429 type=rate, `seconds` in the body; `retry_after` adds the header; nothing is done",
    "concurrency": "HTTP 429 type=concurrency; nothing is done",
    "limit": "HTTP 400 `Transaction Limit exceeded`; nothing is done",
    "expired": "every client token given so far dies now; the request answers 600",
    "revoked": "HTTP 403; nothing is done",
    "refuse": "resCode `code` with `text` on the envelope; nothing is done",
    "wrong-company": "another company of the sandbox answers",
    # time
    "late": "nothing is done now; the work is done `seconds` later by the server's clock; the client meets `then`",
    "lag": "the document is kept but appears in GET answers only `seconds` later",
    "twice": "a proxy repeats the request: the client gets the second answer",
    # the shape of the answer
    "repeat-item": "the first item of the answer stands there twice",
    "drop-item": "the last item of the answer is missing",
    "reorder": "the items come in reverse order",
    "drop-field": "`field` is missing everywhere in the answer",
    "rename-field": "`field` is called `text` in the answer",
    "set-field": "`field` holds `text` in the answer",
    "numbers-as-text": "every number of the answer is a text",
}
"""Every fault and what it does; ``docs/sandbox.md`` prints this list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault(LedgerFault):
    """One fault: what happens, to which requests, how often."""

    kinds: ClassVar[Mapping[str, str]] = KINDS


def refusing(fault: LedgerFault) -> Answer | None:
    """Return the answer of a fault that does nothing but refuse; None for every other fault."""
    if fault.kind in ("rate", "concurrency"):
        answer = limited(fault.kind, fault.seconds if fault.kind == "rate" else None)
        if fault.retry_after is not None:
            answer.headers["Retry-After"] = fault.retry_after
        return answer
    if fault.kind == "limit":
        return Answer({"message": "Transaction Limit exceeded"}, status=400)
    if fault.kind == "revoked":
        return Answer({"resCode": "403", "resDesc": "User-Token has no permission"}, status=403)
    if fault.kind == "refuse":
        return Answer({"resCode": fault.code, "resDesc": fault.text})
    return None
