"""Faults of the sandbox ZORT that a test or a person switches on."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from recon.sandbox.loopback import ANSWER_FAULTS, WIRE_FAULTS, LoopbackFault

FAULTS: Final = MappingProxyType(
    {
        "refuse": "HTTP 200 with `code` and `text` inside",
        "wrong-type": "the right answer as text/plain",
        **ANSWER_FAULTS,
        **WIRE_FAULTS,
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
class ZortFault(LoopbackFault):
    """One fault: what happens, to which requests, how often."""

    kinds = FAULTS
    code: str = "100"
    amount: int = 1


def bent_content(content: Mapping[str, Any], fault: ZortFault) -> dict[str, Any]:
    """Return the answer with what the fault does to its content."""
    bent = copy.deepcopy(dict(content))
    records = [record for record in bent.get("list") or [] if isinstance(record, dict)]
    if fault.kind == "count":
        bent["count"] = bent.get("count", 0) + fault.amount
    elif fault.kind == "no-code":
        bent = {name: value for name, value in bent.items() if name.lower() not in {"res", "rescode", "resdesc"}}
    for place in [bent, *records]:
        fault.bend(place)
    return bent
