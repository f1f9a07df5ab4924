"""Faults of the sandbox BentoWeb that a test or a person switches on."""

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
        "refuse": "HTTP 200 with status 0 and `text` inside",
        "html": "HTTP 200 with a log-in page",
        "empty": "HTTP 200 without a body",
        **WIRE_FAULTS,
        "huge": "eleven megabytes of JSON",
        "no-order": "status 1, but no order inside",
        "rename-field": "`field` of the order is called `text`",
        "drop-field": "`field` of the order is missing",
        "set-field": "`field` of the order holds the JSON value `text`",
    }
)
"""Every fault and what it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BentoWebFault:
    """One fault: what happens, to which requests, how often."""

    kind: str
    path: str = "*"
    """Pattern of the path below the base address: /order/order-full/*, /order/list/*, or /oauth/token."""
    skip: int = 0
    """So many matching requests go well first."""
    times: int = 1
    """Then so many meet the fault."""
    status: int = 500
    retry_after: str = ""
    location: str = ""
    text: str = ""
    field: str = ""

    def __post_init__(self) -> None:
        assert self.kind in FAULTS, self.kind


def bent_content(content: Mapping[str, Any], fault: BentoWebFault) -> dict[str, Any]:
    """Return the answer with what the fault does to its content."""
    bent = copy.deepcopy(dict(content))
    data = bent.get("data")
    if not isinstance(data, dict):
        return bent
    if fault.kind == "no-order":
        data.pop("order", None)
    order = data.get("order")
    if not isinstance(order, dict) or fault.field not in order:
        return bent
    if fault.kind == "rename-field":
        order[fault.text] = order.pop(fault.field)
    elif fault.kind == "drop-field":
        del order[fault.field]
    elif fault.kind == "set-field":
        order[fault.field] = json.loads(fault.text)
    return bent
