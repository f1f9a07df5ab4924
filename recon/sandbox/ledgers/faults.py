"""Faults of a sandbox ledger that a test or a person switches on: which requests they meet, and what happens then."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any, ClassVar, Final

from recon.sandbox.ledgers.answers import Answer, Json

DELIVERIES: Final = frozenset(
    {"hang", "close", "reset", "cut", "drop", "status", "html", "empty", "wrong-type", "bad-gzip", "huge", "redirect"}
)
"""Faults in the way an answer is delivered; all of them say whether the work was done first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFault:
    """One fault: what happens, to which requests, how often."""

    kinds: ClassVar[Mapping[str, str]]
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


def fault_from(values: Mapping[str, Any], made: type[LedgerFault]) -> LedgerFault:
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

    def __init__(self, faults: tuple[LedgerFault, ...] = ()) -> None:
        self._lock = threading.Lock()
        self._armed: list[tuple[LedgerFault, list[int]]] = [(fault, [0]) for fault in faults]

    def add(self, fault: LedgerFault) -> None:
        """Switch a fault on; its count starts now."""
        with self._lock:
            self._armed.append((fault, [0]))

    def clear(self) -> None:
        """Switch all faults off."""
        with self._lock:
            self._armed.clear()

    def pick(self, method: str, path: str, query: str, body: bytes) -> LedgerFault | None:
        """Count this request with every fault it matches and return the first that strikes."""
        struck: LedgerFault | None = None
        with self._lock:
            for fault, seen in self._armed:
                if not _matches(fault, method, path, query, body):
                    continue
                seen[0] += 1
                reached = seen[0] >= fault.nth and (fault.times is None or seen[0] < fault.nth + fault.times)
                if struck is None and reached:
                    struck = fault
        return struck


def _matches(fault: LedgerFault, method: str, path: str, query: str, body: bytes) -> bool:
    if fault.method not in ("*", method) or not fnmatchcase(path, fault.path):
        return False
    return not fault.containing or fault.containing in query or fault.containing.encode("utf-8") in body


def reshaped(answer: Answer, fault: LedgerFault) -> Answer:
    """Return the answer in the shape a fault asks for."""
    change = {
        "repeat-item": lambda items: [*items[:1], *items],
        "drop-item": lambda items: items[:-1],
        "reorder": lambda items: items[::-1],
    }.get(fault.kind)
    if change is not None:
        answer.body = _items(answer.body, change)
    elif fault.kind in ("drop-field", "rename-field", "set-field"):
        answer.body = _field(answer.body, fault)
    elif fault.kind == "numbers-as-text":
        answer.body = _texts(answer.body)
    return answer


def _items(value: Json, change: Callable[[list[Json]], list[Json]]) -> Json:
    """Apply a change to the list inside the wrapper."""
    if not isinstance(value, dict):
        return value
    inner = {}
    for key, item in value.items():
        if isinstance(item, dict):
            inner[key] = {k: change(v) if isinstance(v, list) else v for k, v in item.items()}
        else:
            inner[key] = item
    return inner


def _field(value: Json, fault: LedgerFault) -> Json:
    if isinstance(value, list):
        return [_field(item, fault) for item in value]
    if not isinstance(value, dict):
        return value
    out: dict[str, Any] = {}
    for key, item in value.items():
        if key != fault.field:
            out[key] = _field(item, fault)
        elif fault.kind == "rename-field":
            out[fault.text] = item
        elif fault.kind == "set-field":
            out[key] = fault.text
    return out


def _texts(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_texts(item) for item in value]
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return str(value)
    return value
