"""Faults a test or a person switches on: which requests they meet, and what happens then."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from typing import Any, ClassVar, Final

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
class Fault:
    """One fault: what happens, to which requests, how often."""

    kinds: ClassVar[Mapping[str, str]] = KINDS
    """Every kind of fault of a ledger, and what it does."""
    kind: str
    method: str = "*"
    path: str = "*"
    """Pattern of the path below the base address, lower case: /receipts*, /invoices/queue."""
    containing: str = ""
    """Only requests whose body or query holds this text, e.g. a document number."""
    nth: int = 1
    """The first matching request it meets, counted from when it was switched on."""
    times: int | None = 1
    """How many requests it meets in a row; None: all of them."""
    commit: bool = True
    """Whether the work is done although the answer fails."""
    seconds: int = 60
    how: str = "length"
    then: str = "hang"
    """What the client meets under `late`: hang, close, reset or a status such as 504."""
    status: int = 0
    retry_after: str | None = None
    """Text of the Retry-After header, whatever it is."""
    field: str = ""
    text: str = ""
    code: str = "400"
    size: int = 1 << 20

    def __post_init__(self) -> None:
        if self.kind not in self.kinds:
            raise ValueError(f"no fault {self.kind!r}; there are: {', '.join(self.kinds)}")
        if self.nth < 1:
            raise ValueError("nth counts from 1")


def fault_from(values: Mapping[str, Any], made: type[Fault] = Fault) -> Fault:
    """Build a fault of a ledger from JSON; raises ValueError naming what is wrong."""
    known = {f.name for f in fields(made)}
    strange = sorted(set(values) - known)
    if strange:
        raise ValueError(f"no such field of a fault: {', '.join(strange)}; there are: {', '.join(sorted(known))}")
    try:
        return made(**values)
    except TypeError as error:
        raise ValueError(str(error)) from None


class FaultBook:
    """The faults switched on and how many requests each has seen."""

    def __init__(self, faults: tuple[Fault, ...] = ()) -> None:
        self._lock = threading.Lock()
        self._armed: list[tuple[Fault, list[int]]] = [(fault, [0]) for fault in faults]

    def add(self, fault: Fault) -> None:
        """Switch a fault on; its count starts now."""
        with self._lock:
            self._armed.append((fault, [0]))

    def clear(self) -> None:
        """Switch all faults off."""
        with self._lock:
            self._armed.clear()

    def pick(self, method: str, path: str, query: str, body: bytes) -> Fault | None:
        """Count this request with every fault it matches and return the first that strikes."""
        struck: Fault | None = None
        with self._lock:
            for fault, seen in self._armed:
                if not _matches(fault, method, path, query, body):
                    continue
                seen[0] += 1
                reached = seen[0] >= fault.nth and (fault.times is None or seen[0] < fault.nth + fault.times)
                if struck is None and reached:
                    struck = fault
        return struck


def _matches(fault: Fault, method: str, path: str, query: str, body: bytes) -> bool:
    if fault.method not in ("*", method) or not fnmatchcase(path, fault.path):
        return False
    return not fault.containing or fault.containing in query or fault.containing.encode("utf-8") in body
