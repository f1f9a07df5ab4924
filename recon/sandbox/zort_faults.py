"""Faults of the sandbox ZORT that a test or a person switches on."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from recon.sandbox.loopback import WIRE_FAULTS

FAULTS: Final = MappingProxyType(
    {
        "status": "HTTP `status`; `retry_after` becomes the header, `location` too",
        "refuse": "HTTP 200 with `code` and `text` inside",
        "html": "HTTP 200 with a log-in page",
        "empty": "HTTP 200 without a body",
        "wrong-type": "the right answer as text/plain",
        **WIRE_FAULTS,
        "huge": "eleven megabytes of JSON",
        "count": "`count` is `amount` more than there is",
        "no-code": "the answer has a list but no resCode",
        "rename-field": "`field` of every record is called `text`",
        "drop-field": "`field` is missing in every record",
        "set-field": "`field` of every record holds the JSON value `text`",
        "rows-move": "after the answer the last row becomes the newest: later pages repeat rows",
        "row-goes": "after the answer the first row is gone: the next page skips one",
    }
)
"""Every fault and what it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZortFault:
    """One fault: what happens, to which requests, how often."""

    kind: str
    path: str = "*"
    """Pattern of the path below the base address, e.g. /Order/*."""
    skip: int = 0
    """So many matching requests go well first."""
    times: int = 1
    """Then so many meet the fault."""
    status: int = 500
    retry_after: str = ""
    location: str = ""
    code: str = "100"
    text: str = ""
    field: str = ""
    amount: int = 1

    def __post_init__(self) -> None:
        assert self.kind in FAULTS, self.kind


def bent_content(content: Mapping[str, Any], fault: ZortFault) -> dict[str, Any]:
    """Return the answer with what the fault does to its content."""
    bent = copy.deepcopy(dict(content))
    records = [record for record in bent.get("list") or [] if isinstance(record, dict)]
    if fault.kind == "count":
        bent["count"] = bent.get("count", 0) + fault.amount
    elif fault.kind == "no-code":
        bent = {name: value for name, value in bent.items() if name.lower() not in {"res", "rescode", "resdesc"}}
    for place in [bent, *records]:
        if fault.field not in place:
            continue
        if fault.kind == "rename-field":
            place[fault.text] = place.pop(fault.field)
        elif fault.kind == "drop-field":
            del place[fault.field]
        elif fault.kind == "set-field":
            place[fault.field] = json.loads(fault.text)
    return bent
