"""Faults of the sandbox BentoWeb that a test or a person switches on."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from recon.sandbox.loopback import ANSWER_FAULTS, WIRE_FAULTS, LoopbackFault

FAULTS: Final = MappingProxyType(
    {
        "refuse": "HTTP 200 with status 0 and `text` inside",
        **ANSWER_FAULTS,
        **WIRE_FAULTS,
        "no-order": "status 1, but no order inside",
        "rename-field": "`field` of the order is called `text`",
        "drop-field": "`field` of the order is missing",
        "set-field": "`field` of the order holds the JSON value `text`",
    }
)
"""Every fault and what it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BentoWebFault(LoopbackFault):
    """One fault: what happens, to which requests, how often."""

    kinds = FAULTS


def bent_content(content: Mapping[str, Any], fault: BentoWebFault) -> dict[str, Any]:
    """Return the answer with what the fault does to its content."""
    bent = copy.deepcopy(dict(content))
    data = bent.get("data")
    if not isinstance(data, dict):
        return bent
    if fault.kind == "no-order":
        data.pop("order", None)
    if isinstance(order := data.get("order"), dict):
        fault.bend(order)
    return bent
